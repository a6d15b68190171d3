"""What the evidence is about as people call it: candidates, bases, announcements."""

from __future__ import annotations

from dataclasses import replace

from escrutinio.evidence.certainty.naming import basis_called, candidate_called
from escrutinio.evidence.screening.run import Screening
from escrutinio.publication.documents.report.document import Tongue
from escrutinio.publication.documents.report.results import BULLETIN, ContestEvidence


def candidate_name(one: ContestEvidence, code: str, say: Tongue) -> str:
    """A candidate, or the word for what is none: others, null."""
    return candidate_called(one.view, code, say.language)


def basis_name(one: ContestEvidence, code: str, say: Tongue) -> str:
    """What people call a basis, or who made an announcement."""
    return basis_called(one.names.get(code, ()), code, say.language)


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
