"""What must be said of an election wherever it is named."""

from __future__ import annotations

from escrutinio.base.words.catalogue import catalogue
from escrutinio.core.derived.files import shown_bases
from escrutinio.core.election.state import REPORTED, REPORTED_LATE, ElectionState
from escrutinio.core.records.codes import AuthorRole, Kind
from escrutinio.publication.documents import labels


def notices(state: ElectionState, language: str) -> tuple[str, ...]:
    """What must be said of an election wherever it is named: that it is invented, that it was imported."""
    say = catalogue(language).gettext
    body = state.definition.body
    found = []
    if body.kind is not Kind.REAL:
        found.append(f"{say(labels.KINDS[body.kind])}. {say(labels.KIND_NOTICES[body.kind])}")
    if body.author_role is AuthorRole.IMPORTER:
        found.append(say("Imported data: every record is signed by its importer, who acts for nobody."))
        if without_official(state):
            found.append(say("No official sheet is in its log."))
    return tuple(found)


def without_official(state: ElectionState) -> bool:
    """Whether no contest has an official sheet."""
    shown = {basis.code for view in state.contests for basis in shown_bases(state, view.code)}
    return shown.isdisjoint((REPORTED, REPORTED_LATE))
