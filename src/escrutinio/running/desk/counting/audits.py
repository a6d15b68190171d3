"""The audits whose boxes a board counts: what its pages need of each, and never what a sheet says."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from threading import Lock

from escrutinio.base.dataclass import dataclass
from escrutinio.base.errors import EvidenceError
from escrutinio.core.election.control import Attachments
from escrutinio.core.election.state import ContestView, ElectionState
from escrutinio.core.records import types as t
from escrutinio.evidence.audit.hand_counts import STATION, hand_count, of_its_box
from escrutinio.evidence.audit.records import AuditRecords, read_audit
from escrutinio.publication.documents.audit_papers import AuditPapers
from escrutinio.running.desk.counting.countings import Counting

AuditSource = Callable[[], tuple[ElectionState, Attachments]]
"""The log with the audits as it stands now."""


@dataclass(frozen=True)
class OpenAudit:
    """An audit with boxes drawn: its records, what its papers are made of, and every box drawn so far, by its
    station, with how often it was drawn."""

    records: AuditRecords
    papers: AuditPapers
    drawn: Mapping[str, int]

    @property
    def digest(self) -> str:
        """The SHA-256 of its commitment, in hexadecimal."""
        return self.papers.audit.digest.hex()

    @property
    def awaiting(self) -> frozenset[str]:
        """The boxes without a count on which two organisations agree in the log."""
        return frozenset(self.papers.audit.rounds[-1].awaiting)

    def contests(self, box: str) -> list[ContestView]:
        """The contests whose ballots lie in a box."""
        return [each for each in self.papers.contests if box in self.papers.inside[each.code]]

    def stations(self, box: str) -> Sequence[str]:
        """The stations whose ballots lie in a box."""
        return self.papers.mixed.get(box, (box,))

    def places(self, box: str) -> list[int]:
        """Where single vouchers were drawn, their places in a box, each as often as it was drawn."""
        return self.papers.places(box)

    def samples(self, box: str) -> Sequence[int]:
        """Of single vouchers, the indexes of the samples that drew from a box: each asks for a count."""
        return self.records.samples_of(box)

    def records_of(self, counting: Counting) -> dict[str, t.HandCount | t.MixedCount]:
        """What somebody said of a box as the records of its contests, without salts. Raises InputError."""
        made = {}
        for view in self.contests(counting.box):
            lines = counting.figures.get(view.code, {})
            row = {STATION: counting.box, **{line: str(number) for line, number in lines.items()}}
            count = hand_count(self.records, self.drawn, view, row)
            made[view.code] = of_its_box(self.records, view.code, counting.box, count)
        return made


class OpenAudits:
    """The audits with boxes drawn, made again whenever the log has grown; threads may share them."""

    def __init__(self, source: AuditSource) -> None:
        self._source = source
        self._lock = Lock()
        self._size, self._found = -1, dict[str, OpenAudit]()

    def now(self) -> tuple[ElectionState, Mapping[str, OpenAudit]]:
        """The log's state, and by digest the audits with boxes drawn, those that cannot be made again left
        out."""
        with self._lock:
            state, attachments = self._source()
            if state.size != self._size:
                self._found = open_audits(state, attachments)
                self._size = state.size
            return state, self._found


def open_audits(state: ElectionState, attachments: Attachments) -> dict[str, OpenAudit]:
    """The audits of a log that have drawn boxes, by the digest of their commitment."""
    found = {}
    for logged in state.records(t.AuditCommitment):
        try:
            about = logged.entry.about.contest or ""
            records = read_audit(state, about, logged.entry.digest, attachments=attachments)
            papers = AuditPapers.of(state, records, attachments)
        except EvidenceError:
            continue  # its own notes and the page of audits say why
        if papers.audit.rounds:
            drawn = Counter(box for each in papers.audit.rounds for box in each.drawn)
            found[logged.entry.digest.hex()] = OpenAudit(records, papers, drawn)
    return found
