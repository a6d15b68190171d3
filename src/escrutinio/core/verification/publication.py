"""Verifying a publication from its public files alone, as numbered checks.

    1 to 3    checkpoint.py   one checkpoint, read once: well formed, signed, cosigned
    4 to 6    tree.py         every bundle and tile, and the root they give
    7 to 10   records.py      the trusted log, an election, its records and their signatures
    11, 14    beside.py       attachments, the offline verifier
    12, 13    data.py         tables computed again, files whole
    15        earlier.py      the log extends what was seen of it before

Nothing stops at the first failure, and each failure says where it is. The same checks are made of every
publication; what cannot be judged is said to be open, and nothing is authentic while a check is.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from escrutinio.base.dataclass import dataclass
from escrutinio.base.errors import FileUnreadableError, LogError
from escrutinio.base.fetch import Fetch, files_below, open_files
from escrutinio.base.progress import Progress, silent
from escrutinio.base.words.say import Phrase, Said
from escrutinio.core.election.bulk.ahead import Ahead
from escrutinio.core.election.bulk.known import NOTHING, Known
from escrutinio.core.election.findings.calendar import calendar_findings
from escrutinio.core.election.findings.finding import Finding
from escrutinio.core.election.state import ElectionState
from escrutinio.core.log.checkpoint import Cosigned, SignedCheckpoint
from escrutinio.core.log.pinned import PinnedLog
from escrutinio.core.log.reader import FileReader, check_readable
from escrutinio.core.log.trust import Trust
from escrutinio.core.verification.beside import (
    Attachments,
    Data,
    check_attachments,
    check_verifier,
)
from escrutinio.core.verification.checkpoint import PLACE, check_signatures, read_checkpoint
from escrutinio.core.verification.checks import Answer, Check, Outcome, unjudged
from escrutinio.core.verification.earlier import NOT_ASKED, Earlier, Memory, check_earlier
from escrutinio.core.verification.reading import Reading
from escrutinio.core.verification.records import NO_ELECTION, check_records, check_trust
from escrutinio.core.verification.tree import check_tree
from escrutinio.core.verification.verified import VerifiedLog

if TYPE_CHECKING:
    from concurrent.futures import Executor

    from escrutinio.core.verification.data import DataFiles

BESIDE_THE_LOG = frozenset({Check.TABLES, Check.DATA_FILES})
"""What `only_log` leaves out."""

OF_THE_ORIGIN = frozenset({Check.LOG_SIGNATURE, Check.COSIGNATURES, Check.TRUST_FILE, Check.OFFLINE_VERIFIER})
"""What a trust file is needed for."""


@dataclass(frozen=True, slots=True)
class Verification:
    """What verifying came to: an answer to every `Check`, in order.

    `log` is what was verified, where the entries give an election and its root; `left_out` the checks that
    were not asked for, whose answers are open; `not_compared` the files of `data/` that were not compared
    with the log: XLSX, Parquet, NIST, and what the publisher adds of its own. `state` is what the entries
    say, verified or not; `of_tables` what they say at the size that the tables are of; `attachments` what
    check 11 found that it does not fail for; `contradicted` the earlier checkpoints of the log that this one
    does not extend; `unlisted` the files below `data/` of a directory that its description does not list.
    """

    answers: tuple[Answer, ...]
    signed: SignedCheckpoint | None
    state: ElectionState | None = None
    cosignatures: tuple[Cosigned, ...] = ()
    log: VerifiedLog | None = None
    left_out: frozenset[Check] = frozenset()
    not_compared: tuple[str, ...] = ()
    of_tables: ElectionState | None = None
    attachments: Attachments | None = None
    contradicted: tuple[Earlier, ...] = ()
    unlisted: tuple[str, ...] = ()

    @property
    def asked(self) -> tuple[Answer, ...]:
        """The answers to the checks that were asked for."""
        return tuple(answer for answer in self.answers if answer.check not in self.left_out)

    @property
    def outcome(self) -> Outcome:
        """FAILS where any check fails, else OPEN where any could not be judged, else HOLDS."""
        found = {answer.outcome for answer in self.asked}
        return next((each for each in (Outcome.FAILS, Outcome.OPEN) if each in found), Outcome.HOLDS)

    @property
    def authenticated(self) -> bool:
        """Whether a trust file vouches for the origin: every check holds, and none is open."""
        return self.outcome is Outcome.HOLDS

    @property
    def consistent(self) -> bool:
        """Whether all holds that can be judged without a trust file."""
        return all(a.outcome is Outcome.HOLDS for a in self.asked if a.check not in OF_THE_ORIGIN)

    @property
    def findings(self) -> tuple[Finding, ...]:
        """What the log shows, and what the calendar asks for by the time of the newest cosignature."""
        if self.state is None:
            return ()
        newest = max((cosigned.timestamp for cosigned in self.cosignatures), default=None)
        overdue = () if newest is None else calendar_findings(self.state, newest)
        return (*self.state.findings, *overdue)

    def answer(self, check: Check) -> Answer:
        """The answer to one check."""
        return next(answer for answer in self.answers if answer.check is check)


class NotVerifiedError(LogError):
    """A log that is to be used does not verify: `checks` are those that do not hold, `verification` says all,
    the message the first reason."""

    def __init__(self, address: str, verification: Verification) -> None:
        self.verification = verification
        self.checks = tuple(each for each in verification.asked if each.outcome is not Outcome.HOLDS)
        self.failed = verification.outcome is Outcome.FAILS
        reasons = [
            reason
            for answer in verification.asked
            if answer.check not in OF_THE_ORIGIN or answer.failures
            for reason in (*answer.failures, *answer.unjudged)
            if answer.outcome is (Outcome.FAILS if self.failed else Outcome.OPEN)
        ]
        self.reason: Said = reasons[0] if reasons else Phrase("there is no log")
        super().__init__("log-not-verified", address=address, reason=self.reason)


def open_verified(
    address: str | Path,
    *,
    trust: Trust | None = None,
    memory: Memory | None = None,
    executor: Executor | None = None,
    progress: Progress = silent,
) -> VerifiedLog:
    """Verify the log of a publication and hand out what was verified.

    All checks of the log are made; `data/` and the offline verifier are not used. Raises NotVerifiedError
    where one fails, or where the totals cannot be judged; without a trust file the origin is not
    authenticated, and that alone refuses nothing. Raises LogError where there is nothing at `address`.
    """
    found = verify_publication(
        address, trust=trust, memory=memory, executor=executor, progress=progress, only_log=True
    )
    return used(address, found)


def used(address: str | Path, found: Verification) -> VerifiedLog:
    """The log of a verification, to be used; what is published beside it is no part of it.

    Raises NotVerifiedError as `open_verified`.
    """
    found = replace(found, left_out=found.left_out | BESIDE_THE_LOG | {Check.OFFLINE_VERIFIER})
    if found.log is None or found.outcome is Outcome.FAILS or not found.consistent:
        raise NotVerifiedError(str(address), found)
    return found.log


def verify_publication(
    address: str | Path,
    *,
    trust: Trust | None = None,
    memory: Memory | None = None,
    executor: Executor | None = None,
    ahead: Ahead | None = None,
    known: Known = NOTHING,
    progress: Progress = silent,
    only_log: bool = False,
) -> Verification:
    """Verify the publication in a directory or at an http(s) address.

    `memory` is what was seen of the election's logs before; nothing is remembered here. Entries are read by
    the `executor`, or with those who began `ahead`; signatures that are `known` are not checked again.
    `only_log` leaves out `data/`, which a log that has just begun may not have. Raises LogError when
    `address` is no directory and no address; every other fault fails a check, or leaves it open.
    """
    fetch = open_files(address)
    reader = FileReader(lambda path, limit: fetch(f"log/{path}", limit))
    first, signed = read_checkpoint(reader)
    left_out = BESIDE_THE_LOG if only_log else frozenset[Check]()
    if signed is None:
        rest = unjudged(tuple(Check)[1:], PLACE, Phrase("The checkpoint could not be read."))
        return Verification((first, *rest), None, left_out=left_out)
    signatures, cosignatures = check_signatures(signed, trust.policy if trust else None)
    files, size = None if only_log else _data_files(fetch), signed.checkpoint.size
    try:
        check_readable(size)
    except LogError as error:
        rest = unjudged(tuple(Check)[3:], PLACE, error)
        return Verification((first, *signatures, *rest), signed, None, cosignatures, left_out=left_out)
    stated = None if files is None else files.stated().size
    reading = Reading(reader, fetch, executor, progress, ahead, known)
    reading.read(size, stated)
    tree = check_tree(reader, signed.checkpoint, reading.leaf_tiles)
    records = check_records(reading, signed.checkpoint.origin)
    answers = [first, *signatures, *tree.answers, check_trust(trust, reading, fetch), *records]
    state = reading.state
    attachments = (
        Attachments(unjudged([Check.ATTACHMENTS], "attachments", NO_ELECTION)[0])
        if state is None
        else check_attachments(state, fetch, reading.unread)
    )
    data = _data(address, files, reading, size, stated)
    pinned = PinnedLog(reader, signed, tree.tiles)
    before = check_earlier(memory or Memory(), trust, pinned, state)
    answers += [attachments.answer, *data.answers, check_verifier(trust, fetch), before.answer]
    found = Verification(
        tuple(answers),
        signed,
        state,
        cosignatures,
        None,
        left_out,
        data.not_compared,
        data.state,
        attachments,
        before.contradicted,
        data.unlisted,
    )
    if state is None or tree.tiles is None:
        return found
    log = VerifiedLog(
        str(address), state, trust, cosignatures, _vouched(found), pinned, fetch, reading.folding
    )
    return replace(found, log=log)


def _data_files(fetch: Fetch) -> DataFiles:
    from escrutinio.core.verification.data import DataFiles  # loaded only where tables are looked at

    return DataFiles(fetch)


def _data(
    address: str | Path, files: DataFiles | None, reading: Reading, size: int, stated: int | None
) -> Data:
    if files is None:
        tables, whole = unjudged((Check.TABLES, Check.DATA_FILES), "data", NOT_ASKED)
        return Data((tables, whole), ())
    state = reading.state
    why: Said = NO_ELECTION
    if reading.unread or reading.unreadable:
        state, why = None, Phrase("Not all that the tables follow from could be read.")
    elif stated is not None and stated > size:
        state = None
        why = Phrase(
            "The tables state that they are of a log of {stated:,} entries, and it was read at {size:,}.",
            stated=stated,
            size=size,
        )
    elif reading.earlier is not None:
        state = reading.earlier
    if state is not None and state.unknown_types:
        why = Phrase(
            "Entry {entry} is of a type that this program does not know.", entry=state.unknown_types[0][0]
        )
        state = None
    try:
        there = files_below(address, "data") or []
    except FileUnreadableError:  # what it lists is asked for one by one
        there = []
    from escrutinio.core.verification.data import check_data

    return check_data(files, state, why, size, there)


def _vouched(found: Verification) -> bool:
    """Whether a trust file vouches for the log: what is published beside it is no part of it."""
    beside = BESIDE_THE_LOG | {Check.OFFLINE_VERIFIER}
    return all(a.outcome is Outcome.HOLDS for a in found.answers if a.check not in beside)
