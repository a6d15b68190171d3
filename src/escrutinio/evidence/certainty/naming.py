"""Certificates with candidates, sets of sheets and areas as people call them: what commands and pages say."""

from collections.abc import Sequence
from dataclasses import replace

from escrutinio.base.words.catalogue import N_
from escrutinio.base.words.say import say_in
from escrutinio.base.words.titles import basis_name, title_in
from escrutinio.core.election.definition import OTHERS
from escrutinio.core.election.state import COPIES, ContestView
from escrutinio.core.records.parts import Title
from escrutinio.evidence.certainty.irreversibility import Certificate
from escrutinio.evidence.certainty.reversal import Reversal

_WORDS = {OTHERS: N_("others"), "null": N_("null")}
"""Columns of an announced result that are nobody's."""

_THEN = N_("the log at {size:,} entries")


def candidate_called(view: ContestView, code: str, language: str) -> str:
    """A candidate by title, or the word for what is none."""
    if code in view.candidates:
        return title_in(view.candidate_titles[view.candidates.index(code)], language, code)
    return say_in(language, _WORDS[code]) if code in _WORDS else code


def basis_called(titles: Sequence[Title], code: str, language: str) -> str:
    """A set of sheets by the titles of its basis; copies are said to be copies."""
    return basis_name(titles, language, code, copies=code.startswith(COPIES))


def certificate_called(found: Certificate, view: ContestView, language: str) -> Certificate:
    """The same with candidates by title."""
    names = tuple(candidate_called(view, code, language) for code in found.candidates)
    whole = found.as_counted
    return replace(
        found, candidates=names, as_counted=None if whole is None else replace(whole, candidates=names)
    )


def reversal_called(found: Reversal, view: ContestView, language: str) -> Reversal:
    """The same with candidates by title."""
    first, second = (candidate_called(view, code, language) for code in (found.first, found.second))
    return replace(found, first=first, second=second)


def certificate_said(
    found: Certificate,
    view: ContestView,
    titles: Sequence[Title],
    language: str,
    *,
    area: str | None = None,
    size: int | None = None,
) -> tuple[str, str]:
    """The two sentences of a certificate, the first with whose sheets it is of, by the `titles` of the basis,
    with the name of an `area` that is not the whole, and the size of a log that is not the last."""
    first, second = certificate_called(found, view, language).sentences(language)
    of = [basis_called(titles, found.basis, language)] if titles else []
    of += [area] if area else []
    of += [say_in(language, _THEN, size=size)] if size is not None else []
    return f"{', '.join(of)}: {first}" if of else first, second
