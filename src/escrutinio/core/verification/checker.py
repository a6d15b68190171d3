"""One thing after the other, held against a verified log: the text of a QR code, a record, a proof."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from functools import cached_property
from hashlib import sha256

from escrutinio.base.dataclass import dataclass
from escrutinio.base.errors import DefinitionError, LogError, RecordError
from escrutinio.core.election.qr2024_options import (
    MAX_FILE,
    QR2024_FILE,
    Qr2024Options,
    classes_2024,
    read_qr2024_options,
)
from escrutinio.core.log.checkpoint import SignedCheckpoint, verify_checkpoint
from escrutinio.core.log.proofs import parse_proof
from escrutinio.core.records.entry import Entry, open_record
from escrutinio.core.records.qr import NOT_REAL, REAL, read_qr_text
from escrutinio.core.records.qr2024 import read_qr2024
from escrutinio.core.records.receipt import receipt_code
from escrutinio.core.records.types import Promise
from escrutinio.core.verification.judge import Answer, Figures, Judge, Verdict, judge_proof
from escrutinio.core.verification.promises import Shown, find_digest, judge_promise, shown_by, surely_seen
from escrutinio.core.verification.verified import VerifiedLog
from escrutinio.core.verification.waiting import is_waiting_proof, judge_waiting, parse_waiting_proof, set_of


@dataclass(frozen=True, slots=True)
class Checked:
    """The answer about one thing; `entry` is its record, where it is one that can be opened, `lacking` the
    checkpoint that shows that a promise was kept late."""

    answer: Answer
    entry: Entry | None = None
    lacking: SignedCheckpoint | None = None


class Checker:
    """Judges sheets, records and proofs against a verified log."""

    def __init__(self, log: VerifiedLog, earlier: Sequence[SignedCheckpoint] = ()) -> None:
        """`earlier`: checkpoints kept from before, which say when the log had what; one that is not of this
        log, or not cosigned as the trust file asks, says nothing."""
        self.log, self._earlier = log, earlier
        self._judge = Judge(log.state)

    @cached_property
    def qr2024(self) -> Qr2024Options | None:
        """How the publication reads QR codes of 2024; None where it does not say. Raises DefinitionError."""
        content = self.log.unverified(QR2024_FILE, MAX_FILE)
        return None if content is None else read_qr2024_options(content)

    def text(self, text: str) -> Checked | None:
        """The answer about the text of a QR code; None for one that is of something else."""
        if text.startswith((REAL, NOT_REAL)):
            try:
                raw, real = read_qr_text(text)
            except RecordError as error:
                return Checked(Answer(Verdict.MALFORMED, detail=error))
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
            contest = self.log.state.contest(reading.contest)
            counts = reading.counts(sheet, contest.options)
        except KeyError:
            raise DefinitionError("qr2024-contest", contest=repr(reading.contest), path=QR2024_FILE) from None
        figures = Figures(counts, classes_2024(sheet, contest.classes))
        return Checked(self._judge.figures(sheet.station, reading.contest, figures))

    def record(self, raw: bytes, labelled_real: bool | None = None) -> Checked:
        """The answer about a record's bytes; `labelled_real` is what the prefix of a QR code says."""
        try:
            entry = open_record(raw)
        except RecordError as error:
            return Checked(Answer(Verdict.MALFORMED, detail=error))
        index = self.log.find(raw)
        if isinstance(entry.body, Promise):
            seen = surely_seen(self.log.cosignatures)
            kept_at = find_digest(self.log.pinned.all_entries(), entry.body.record)
            shown = [each for each, _ in self._shown]
            answer = judge_promise(self.log.state, entry, index, kept_at, seen, shown)
            return Checked(answer, entry, self._lacking(answer))
        return Checked(self._judge.record(entry, index, labelled_real), entry)

    def _promised(self, entry: Entry) -> bytes | None:
        """What a promise promises, where the log has it; else, and for any other record, None."""
        if not isinstance(entry.body, Promise):
            return None
        index = find_digest(self.log.pinned.all_entries(), entry.body.record)
        return None if index is None else self.log.pinned.entry(index)

    @cached_property
    def _shown(self) -> list[tuple[Shown, SignedCheckpoint]]:
        """The checkpoints of this log that were cosigned, the one at hand among them, and what they say of
        time. Without a trust file nobody is known to have cosigned."""
        pinned, trust = self.log.pinned, self.log.trust
        if trust is None:
            return []
        found = [(shown_by(self.log.size, self.log.cosignatures), pinned.signed)]
        for signed in self._earlier:
            with suppress(LogError):
                head, own = verify_checkpoint(signed, trust.policy), pinned.checkpoint
                before = head.checkpoint
                if before.origin == own.origin and pinned.root_at(before.size) == before.root:
                    found.append((shown_by(before.size, head.cosignatures), signed))
        return [(shown, signed) for shown, signed in found if shown is not None]

    def _lacking(self, answer: Answer) -> SignedCheckpoint | None:
        if answer.verdict is not Verdict.PROMISE_LATE or answer.entry is None:
            return None
        place, seen = answer.entry, answer.seen
        return next(each for shown, each in self._shown if shown.size <= place and shown.first == seen)

    def proof(self, data: bytes, given_for: Entry | None) -> Checked:
        """The answer about a .tlog-proof file, given for a record where that is at hand (with a promise comes
        the proof of what it promises), or about the proof that what a promise is of waits. Raises
        LogError."""
        if is_waiting_proof(data):
            return self._waiting(data, given_for)
        record = None if given_for is None else self._promised(given_for) or given_for.raw
        policy = None if self.log.trust is None else self.log.trust.policy
        return Checked(judge_proof(parse_proof(data), self.log.pinned, policy, record))

    def _waiting(self, data: bytes, promise: Entry | None) -> Checked:
        if promise is None or not isinstance(promise.body, Promise):
            raise LogError("waiting-proof-alone")
        proof = parse_waiting_proof(data)
        entry, _ = set_of(proof)
        answer = judge_waiting(self.log.state, proof, promise, self.log.find(proof.record))
        return Checked(answer, entry)


def records_of_code(log: VerifiedLog, code: str) -> list[bytes]:
    """The records of a log that have this receipt code: one, or a few by chance.

    Raises LogError where it has none, which says nothing of whether somebody received one.
    """
    found = [raw for raw in log.pinned.all_entries() if receipt_code(sha256(raw).digest()) == code]
    if not found:
        raise LogError("receipt-none", code=code, size=log.size)
    return list(dict.fromkeys(found))
