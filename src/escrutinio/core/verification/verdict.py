"""The answer of a whole verification in a sentence."""

from __future__ import annotations

from typing import TYPE_CHECKING

from escrutinio.base.words.say import say_in, say_many_in
from escrutinio.core.verification.checks import Outcome

if TYPE_CHECKING:
    from escrutinio.core.verification.publication import Verification


def verdict(found: Verification, language: str) -> str:
    """The whole answer in one sentence, and what it leaves open or out in another."""
    open_checks = [str(int(answer.check)) for answer in found.asked if answer.outcome is Outcome.OPEN]
    if found.outcome is Outcome.FAILS:
        failed = [str(int(answer.check)) for answer in found.asked if answer.outcome is Outcome.FAILS]
        text = say_many_in(
            language,
            len(failed),
            "A check failed: {listed}.",
            "Checks failed: {listed}.",
            listed=", ".join(failed),
        )
    elif found.authenticated:
        text = say_in(language, "Every check holds; the origin is authenticated.")
    elif found.consistent:
        text = say_in(language, "Consistent; origin not authenticated.")
    else:
        text = say_in(
            language, "Nothing failed, and not everything could be judged: this is no confirmation."
        )
    if open_checks:
        listed = ", ".join(open_checks)
        text += say_many_in(
            language, len(open_checks), " Open: check {listed}.", " Open: checks {listed}.", listed=listed
        )
    if found.left_out:
        text += say_in(language, " data/ was left out, as was asked.")
    return text
