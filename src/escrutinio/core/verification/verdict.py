"""The answer of a whole verification in a sentence."""

from __future__ import annotations

from typing import TYPE_CHECKING

from escrutinio.base.words.wording import in_language
from escrutinio.core.verification.checks import Outcome

if TYPE_CHECKING:
    from escrutinio.core.verification.publication import Verification


def verdict(found: Verification, language: str) -> str:
    """The whole answer in one sentence, and what it leaves open or out in another, in "en" or "es"."""
    open_checks = [str(int(answer.check)) for answer in found.asked if answer.outcome is Outcome.OPEN]
    if found.outcome is Outcome.FAILS:
        text = in_language(_FAILED, language)
    elif found.authenticated:
        text = in_language(_AUTHENTICATED, language)
    elif found.consistent:
        text = in_language(_CONSISTENT, language)
    else:
        text = in_language(_UNJUDGED, language)
    if open_checks:
        said = _OPEN_ONE if len(open_checks) == 1 else _OPEN
        text += in_language(said, language, listed=", ".join(open_checks))
    if found.left_out:
        text += in_language(_LEFT_OUT, language)
    return text


_FAILED = {"en": "A check failed.", "es": "Una comprobación falló."}
_AUTHENTICATED = {
    "en": "Every check holds; the origin is authenticated.",
    "es": "Todo se cumple; origen autenticado.",
}
_CONSISTENT = {
    "en": "Consistent; origin not authenticated.",
    "es": "Consistente; origen no autenticado.",
}
_UNJUDGED = {
    "en": "Nothing failed, and not everything could be judged: this is no confirmation.",
    "es": "Nada falló, y no todo se pudo juzgar: esto no es una confirmación.",
}
_OPEN_ONE = {"en": " Open: check {listed}.", "es": " Abierta: comprobación {listed}."}
_OPEN = {"en": " Open: checks {listed}.", "es": " Abiertas: comprobaciones {listed}."}
_LEFT_OUT = {
    "en": " data/ was left out, as was asked.",
    "es": " Se omitió data/, como se pidió.",
}
