"""Taking what others signed into a workspace's log: all of a parcel that the log takes, and nothing half.

A parcel waits as it is where a file that it names is missing. Of its records, those of a key that the log
does not have yet wait for its enrolment; what the log refuses is put aside with the reason, and everything
else is durable before the parcel goes. A run that is stopped anywhere is done again by the next one: the log
takes nothing twice.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import msgspec

from escrutinio.base.clock import moment_text
from escrutinio.base.errors import EscrutinioError, InputError
from escrutinio.base.files import sync_directory, write_files
from escrutinio.base.words.catalogue import languages
from escrutinio.core.log.accept import Acceptor, Refusal
from escrutinio.core.log.store import Receipt
from escrutinio.core.records.attachments import digest_of, file_name
from escrutinio.running.exchange.parcel import (
    ATTACHMENTS,
    REFUSED,
    Parcel,
    named_attachments,
    parcels,
    send,
    sent_attachment,
)
from escrutinio.running.workspace.workspace import Workspace

RESULTS_WAIT = "results-wait"
"""The code of what waits for the moment from which results may be public."""

NOT_YET = frozenset({"not-enrolled", RESULTS_WAIT})
"""The codes of refusal of what may be taken later as it is."""


@dataclass(frozen=True)
class Left:
    """What was not taken: the file, why, and whether it may still come (it waits in the inbox)."""

    path: Path
    why: EscrutinioError
    waits: bool


@dataclass
class Taken:
    """What taking came to: how many records are new in the log, how many it had, and what was left; `later`:
    until when each record waits that has results, by its bytes, in seconds since 1970."""

    new: int = 0
    known: int = 0
    left: list[Left] = field(default_factory=list)
    later: dict[bytes, int] = field(default_factory=dict)


def take(workspace: Workspace, inbox: Path, acceptor: Acceptor, clock: int | None = None) -> Taken:
    """Take every parcel of an inbox that can be taken.

    With a `clock`, in seconds since 1970, records with results wait in the inbox for the moment from which
    those may be public (`election.embargo`). Raises LogError where the store fails or a file cannot be
    written, InputError where the inbox cannot be read.
    """
    taken = Taken()
    named: set[bytes] = set()
    for parcel in parcels(inbox):
        if isinstance(parcel, InputError):
            taken.left.append(Left(Path(str(parcel.values["path"])), parcel, waits=True))
        elif why := _missing(workspace, parcel):
            taken.left.append(Left(parcel.path, why, waits=True))
        else:
            _take(workspace, parcel, acceptor, taken, clock)
            named.update(digest for raw in parcel.records for digest in named_attachments(raw))
    if named:
        _let_go(inbox, named)
    return taken


def _missing(workspace: Workspace, parcel: Parcel) -> InputError | None:
    named = [digest for raw in parcel.records for digest in named_attachments(raw)]
    for digest in dict.fromkeys(named):
        if workspace.attachment(digest) is None and sent_attachment(parcel.inbox, digest) is None:
            return InputError("parcel-lacks", path=parcel.path, name=file_name(digest))
    return None


def _take(workspace: Workspace, parcel: Parcel, acceptor: Acceptor, taken: Taken, clock: int | None) -> None:
    later = {} if clock is None else _held_back(acceptor, parcel.records, clock)
    taken.later |= later
    back = {raw: Refusal(RESULTS_WAIT, _waits(until)) for raw, until in later.items()}
    verdicts = zip(parcel.records, acceptor.judge(parcel.records), strict=True)
    fit = [raw for raw, refusal in verdicts if refusal is None and raw not in back]
    # What a record names stands in the publication before the log does.
    _publish_attachments(workspace, parcel, fit)
    given = iter(acceptor.accept([raw for raw in parcel.records if raw not in back]))
    answers = [back.get(raw) or next(given) for raw in parcel.records]
    taken.new += sum(isinstance(each, Receipt) and not each.duplicate for each in answers)
    taken.known += sum(isinstance(each, Receipt) and each.duplicate for each in answers)
    refused = [
        (raw, each) for raw, each in zip(parcel.records, answers, strict=True) if isinstance(each, Refusal)
    ]
    waiting = [raw for raw, each in refused if each.code in NOT_YET]
    put_aside = [(raw, each) for raw, each in refused if each.code not in NOT_YET]
    _put_aside(parcel.inbox, put_aside)
    for raw, each in refused:
        name = file_name(digest_of(raw))
        path = parcel.path if each.code in NOT_YET else parcel.inbox / REFUSED / f"{name}.cose"
        taken.left.append(Left(path, each.why, waits=each.code in NOT_YET))
    if len(waiting) == len(parcel.records):
        return
    send(parcel.inbox, waiting, {})
    os.unlink(parcel.path)
    sync_directory(str(parcel.inbox))


def _held_back(acceptor: Acceptor, records: Sequence[bytes], clock: int) -> dict[bytes, int]:
    moments = zip(records, acceptor.later(records), strict=True)
    return {raw: until for raw, until in moments if until > clock}


def _waits(until: int) -> InputError:
    return InputError("results-wait", until=moment_text(until))


def _publish_attachments(workspace: Workspace, parcel: Parcel, records: Iterable[bytes]) -> None:
    digests = dict.fromkeys(digest for raw in records for digest in named_attachments(raw))
    for digest in digests:
        content = sent_attachment(parcel.inbox, digest)
        if workspace.attachment(digest) is None and content is not None:
            write_files(workspace.public / ATTACHMENTS, [(file_name(digest), content)])


def _put_aside(inbox: Path, refused: Sequence[tuple[bytes, Refusal]]) -> None:
    files = []
    for raw, refusal in refused:
        name = file_name(digest_of(raw))
        reason = {"code": refusal.code} | {each: refusal.why.said_in(each) for each in languages()}
        files += [(f"{name}.cose", raw), (f"{name}.json", msgspec.json.encode(reason) + b"\n")]
    write_files(inbox / REFUSED, files)


def _let_go(inbox: Path, digests: Iterable[bytes]) -> None:
    """Remove the files of an inbox that nothing which waits there names any more."""
    still = {
        digest
        for each in parcels(inbox)
        if isinstance(each, Parcel)
        for raw in each.records
        for digest in named_attachments(raw)
    }
    for digest in set(digests) - still:
        with suppress(FileNotFoundError):
            os.unlink(inbox / ATTACHMENTS / file_name(digest))
