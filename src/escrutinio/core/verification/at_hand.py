"""A log at hand, verified, against which sheets, records and proofs are held one after the other."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from escrutinio.base.errors import DefinitionError, LogError, RecordError
from escrutinio.base.fetch import open_files
from escrutinio.core.election.qr2024_options import MAX_FILE, QR2024_FILE, Qr2024Options, read_qr2024_options
from escrutinio.core.election.state import ElectionState
from escrutinio.core.log.checkpoint import SignedCheckpoint, parse_checkpoint
from escrutinio.core.log.merkle import HASH_SIZE, HashAt, leaf_hash
from escrutinio.core.log.proofs import parse_proof
from escrutinio.core.log.reader import FileReader, hash_source
from escrutinio.core.log.tiles import tile_names
from escrutinio.core.log.trust import Trust
from escrutinio.core.records.entry import Entry, open_record
from escrutinio.core.records.qr import NOT_REAL, REAL, read_qr_text
from escrutinio.core.records.qr2024 import read_qr2024
from escrutinio.core.verification.judge import Answer, Figures, Judge, Verdict, judge_proof


@dataclass(frozen=True, slots=True)
class Checked:
    """The answer about one thing; `entry` is its record, where it is one that can be opened."""

    answer: Answer
    entry: Entry | None = None


class LogAtHand:
    """The log of the publication at `address`, which gave `state` when it was verified."""

    def __init__(self, address: str, state: ElectionState, trust: Trust | None = None) -> None:
        fetch = open_files(address)
        self.state = state
        self._fetch = fetch
        self._trust = trust
        self._reader = FileReader(lambda path, limit: fetch(f"log/{path}", limit))
        self._judge = Judge(state)

    @property
    def trusted(self) -> bool:
        """Whether a trust file vouches for the log; whoever gave one made `verify` ask for it."""
        return self._trust is not None

    @cached_property
    def checkpoint(self) -> SignedCheckpoint:
        """The signed checkpoint of the size that was verified. Raises LogError where the log grew since."""
        signed = parse_checkpoint(self._reader.checkpoint())
        if signed.checkpoint.size != self.state.size:
            raise LogError("The log grew while it was read; run the check again.")
        return signed

    @cached_property
    def qr2024(self) -> Qr2024Options | None:
        """How the publication reads QR codes of 2024; None where it does not say. Raises DefinitionError."""
        content = self._fetch(QR2024_FILE, MAX_FILE)
        return None if content is None else read_qr2024_options(content)

    def find(self, raw: bytes) -> int | None:
        """The index of the first entry with these bytes, by the leaf hashes of the log. Raises LogError."""
        leaf = leaf_hash(raw)
        for name in tile_names(self.state.size, 0):
            tile = self._reader.tile(name)
            at = tile.find(leaf)
            while at >= 0:
                if at % HASH_SIZE == 0:
                    return name.start + at // HASH_SIZE
                at = tile.find(leaf, at + 1)
        return None

    def text(self, text: str) -> Checked | None:
        """The answer about the text of a QR code; None for one that is of something else."""
        if text.startswith((REAL, NOT_REAL)):
            try:
                raw, real = read_qr_text(text)
            except RecordError as error:
                return Checked(Answer(Verdict.MALFORMED, detail=str(error)))
            return self.record(raw, real)
        try:
            sheet = read_qr2024(text)
        except RecordError:
            return None
        reading = self.qr2024
        if reading is None:
            why = f"{QR2024_FILE} is missing: the publication does not say which card each of the counts is"
            return Checked(Answer(Verdict.NOT_PUBLISHED, station=sheet.station, detail=why))
        try:
            counts = reading.counts(sheet, self.state.contest(reading.contest).options)
        except KeyError:
            raise DefinitionError(
                f"{QR2024_FILE} is for {reading.contest!r}, no contest of this log"
            ) from None
        figures = Figures(counts, sheet.null, sheet.blank)
        return Checked(self._judge.figures(sheet.station, reading.contest, figures))

    def record(self, raw: bytes, labelled_real: bool | None = None) -> Checked:
        """The answer about a record's bytes; `labelled_real` is what the prefix of a QR code says."""
        try:
            entry = open_record(raw)
        except RecordError as error:
            return Checked(Answer(Verdict.MALFORMED, detail=str(error)))
        return Checked(self._judge.record(entry, self.find(raw), labelled_real), entry)

    def proof(self, data: bytes, record: bytes | None) -> Checked:
        """The answer about a .tlog-proof file, given for `record` where that is at hand. Raises LogError."""
        policy = None if self._trust is None else self._trust.policy
        proof = parse_proof(data)
        return Checked(judge_proof(proof, self.checkpoint.checkpoint, self._hashes, policy, record))

    @cached_property
    def _hashes(self) -> HashAt:
        return hash_source(self._reader, self.state.size)
