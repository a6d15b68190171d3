"""What the evidence is about as people call it: candidates, bases, announcements."""

from __future__ import annotations

from dataclasses import replace

from escrutinio.base.words.titles import title_in
from escrutinio.evidence.certainty.irreversibility import Certificate
from escrutinio.evidence.certainty.reversal import Reversal
from escrutinio.evidence.screening.run import Screening
from escrutinio.publication.documents.report.document import Tongue
from escrutinio.publication.documents.report.results import BULLETIN, ContestEvidence


def candidate_name(one: ContestEvidence, code: str, say: Tongue) -> str:
    """A candidate, or the word for what is none: others, null."""
    view = one.view
    if code not in view.candidates:
        return say.column(code)
    return title_in(view.candidate_titles[view.candidates.index(code)], say.language, code)


def basis_name(one: ContestEvidence, code: str, say: Tongue) -> str:
    """What people call a basis."""
    return title_in(one.names.get(code, ()), say.language, code)


def announcement_name(one: ContestEvidence, code: str, say: Tongue) -> str:
    """Who announced a result; in which entry stands beside it, since some announce several."""
    return say("Bulletin") if code == BULLETIN else basis_name(one, code, say)


def screening_by_name(one: ContestEvidence, found: Screening, say: Tongue) -> Screening:
    """The same with candidates by name."""
    return replace(
        found,
        screens=tuple(
            replace(each, subject=candidate_name(one, each.subject, say))
            if each.subject in one.view.candidates
            else each
            for each in found.screens
        ),
    )


def certificate_by_name(one: ContestEvidence, found: Certificate, say: Tongue) -> Certificate:
    """The same with candidates by name."""
    names = tuple(candidate_name(one, code, say) for code in found.candidates)
    whole = found.as_counted
    return replace(
        found, candidates=names, as_counted=None if whole is None else replace(whole, candidates=names)
    )


def reversal_by_name(one: ContestEvidence, found: Reversal, say: Tongue) -> Reversal:
    """The same with candidates by name."""
    first, second = (candidate_name(one, code, say) for code in (found.first, found.second))
    return replace(found, first=first, second=second)
