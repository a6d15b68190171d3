"""What every page of a publication knows besides the election: its log, its files, its languages."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from escrutinio.core.log.checkpoint import SignedCheckpoint, find_cosignatures
from escrutinio.core.log.fingerprint import fingerprint
from escrutinio.core.log.trust import Trust
from escrutinio.core.records.attachments import file_name
from escrutinio.core.records.codes import LogRole
from escrutinio.core.records.parts import Title
from escrutinio.core.records.types import Charter
from escrutinio.publication.documents.report.results import ContestEvidence
from escrutinio.publication.site.announced import Announcement
from escrutinio.publication.site.changes import Changes
from escrutinio.publication.site.cosigning import ALL_ANSWER, Cosigning
from escrutinio.publication.site.maps import Maps
from escrutinio.publication.site.model import Race, Site
from escrutinio.publication.site.shelf import Shelf

SCRIPTS = ("findings",)


@dataclass(frozen=True)
class Context:
    """A publication's pages in all languages share this; `address` is where it is published, `licence` under
    which licence its publisher gives the data, if stated, `evidence_size` at which size of the log the
    evidence was worked out, `tables_size` that of the tables where they are older than the pages, and
    `newer_verifier` what the verifier of this version is called where the trust file names another."""

    site: Site
    shelf: Shelf
    checkpoint: SignedCheckpoint
    trust: Trust
    languages: tuple[str, ...]
    changes: Changes
    address: str | None = None
    licence: tuple[Title, ...] = ()
    evidence: tuple[ContestEvidence, ...] = ()
    evidence_size: int | None = None
    tables_size: int | None = None
    cosigning: Cosigning = ALL_ANSWER
    newer_verifier: str | None = None

    @cached_property
    def charter(self) -> Charter | None:
        """The log's charter, where entry 1 is one."""
        logged = self.site.state.charter
        return None if logged is None else logged.body

    @property
    def log_role(self) -> LogRole | None:
        """Whose log this is, where the charter says it."""
        return None if self.charter is None else self.charter.role

    def names(self) -> dict[str, object]:
        """What templates call these things."""
        signed = self.checkpoint
        operator: tuple[Title, ...] = () if self.charter is None else self.charter.operator
        example = self.site.example
        return {
            "site": self.site,
            "languages": self.languages,
            "origin": signed.checkpoint.origin,
            "operator": operator,
            "root": signed.checkpoint.root.hex(),
            "checkpoint": signed.checkpoint,
            "checkpoint_text": signed.note.data.decode(),
            "cosignatures": find_cosignatures(signed, self.trust.policy),
            "cosigning": self.cosigning,
            "evidence_size": None if self.evidence_size == self.site.state.size else self.evidence_size,
            "fingerprints": self.fingerprints,
            "fingerprint": fingerprint(self.trust),
            "mirrors": self.trust.mirrors,
            "licence": self.licence,
            "maps": self.maps,
            "scripts": {name: self.shelf.has(f"assets/js/pages/{name}.js") for name in SCRIPTS},
            "example": None if example is None else example.station,
            "example_area": None if example is None else example.area,
            "example_entry": None if example is None else example.entry,
            "compared": self.compared,
            "has_attachment": lambda found: self.shelf.has(f"attachments/{file_name(found.digest)}"),
        }

    @cached_property
    def maps(self) -> Maps:
        """The maps, with the geometry that `data/` holds."""
        return Maps(self.site, self.shelf)

    def of_data(self) -> dict[str, object]:
        """What the template of `data/` calls what lies there, which may be written while other pages are."""
        return {
            "description": self.shelf.description(),
            "has_skipped": self.shelf.has("data/skipped.csv"),
            "tables_size": self.tables_size,
        }

    @property
    def fingerprints(self) -> dict[str, object]:
        """What a reader compares with paper."""
        verifier = self.trust.verifier_html
        return {
            "definition": self.trust.definition.hex(),
            "charter": self.trust.charter.hex(),
            "log_keys": [str(log.key) for log in self.trust.policy.logs],
            "verifier": None if verifier is None else verifier.hex(),
            "newer_verifier": self.newer_verifier,
        }

    @property
    def compared(self) -> tuple[Announcement, Race] | None:
        """The announced result that the tour compares: the last one that says most figures."""
        races = {race.code: race for race in self.site.races}
        found = max(self.site.announcements, key=_figures, default=None)
        return None if found is None else (found, races[found.contest])


def _figures(found: Announcement) -> tuple[int, int]:
    named = sum(item.announced is not None and item.counted is not None for item in found.items)
    return named, found.index
