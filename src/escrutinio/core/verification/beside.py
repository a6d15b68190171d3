"""Checks 11 and 14: attachments and the offline verifier are what the log and the trust file say."""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import sha256

from escrutinio.base.dataclass import dataclass
from escrutinio.base.errors import FileUnreadableError, LogError
from escrutinio.base.fetch import Fetch
from escrutinio.base.words.say import Joined, Phrase, Said
from escrutinio.core.election.state import ElectionState, Standing, attachments_of
from escrutinio.core.log.tiles import TileName
from escrutinio.core.log.trust import Trust
from escrutinio.core.records.attachments import MAX_ATTACHMENT, file_name
from escrutinio.core.records.parts import Attachment
from escrutinio.core.verification.checkpoint import NO_TRUST
from escrutinio.core.verification.checks import Answer, Check, Reason, Running, unjudged

MAX_VERIFIER = 2**31
"""Greatest size of the offline verifier that is read, in bytes."""

VERIFIER = "verify.html"


@dataclass(frozen=True, slots=True)
class Attachments:
    """Answer 11, and what it does not fail for: files that records name, that no total needs, and that are
    `missing`; records that state another size than that of the file that they name (`differing`)."""

    answer: Answer
    missing: tuple[Reason, ...] = ()
    differing: tuple[Reason, ...] = ()


@dataclass(frozen=True, slots=True)
class Data:
    """Answers 12 and 13, the files beside the tables that were not compared with the log here, and the state
    that the tables were held against."""

    answers: tuple[Answer, Answer]
    not_compared: tuple[str, ...]
    state: ElectionState | None = None
    unlisted: tuple[str, ...] = ()
    """Files that lie there, where that can be seen, and that the description does not list."""


def check_attachments(state: ElectionState, fetch: Fetch, unread: Iterable[TileName] = ()) -> Attachments:
    """Check 11: every file that totals need is there, and every file that is there is the one recorded.

    Any other file may be gone, and whoever states a wrong size of it has said so for himself alone: both are
    told, and fail nothing. The entries of `unread` bundles may name more files, and withdraw any: with these
    the check is open, and a file that is missing is no failure.
    """
    running = Running(Check.ATTACHMENTS)
    for name in unread:
        why = Phrase("What the entries of {bundle} name was not read.", bundle=name.path)
        running.leave_open(f"log/{name.path}", why)
    needed_and_gone = running.leave_open if running.unjudged else running.fail
    missing, differing = Running(Check.ATTACHMENTS), Running(Check.ATTACHMENTS)
    named = _named_attachments(state)
    running.count = len(named)
    for digest, records in named.items():
        place, first = f"attachments/{file_name(digest)}", records[0][0]
        try:
            content = fetch(place, MAX_ATTACHMENT)
        except FileUnreadableError as error:
            running.leave_open(place, error)
            continue
        except LogError as error:
            running.fail(place, error)
            continue
        if content is None:
            tell = needed_and_gone if digest in state.attachments_needed else missing.fail
            tell(place, Phrase("The file that entry {entry} names is missing.", entry=first))
        elif (found := sha256(content).digest()) != digest:
            running.fail(
                place,
                Phrase(
                    "The file that entry {entry} names is another one: its SHA-256 is {digest}.",
                    entry=first,
                    digest=found.hex(),
                ),
            )
        else:
            for index, stated in records:
                if stated.size != len(content):
                    why = Phrase(
                        "Entry {entry} states another size of the file that it names: {stated:,} bytes, and "
                        "it has {size:,}.",
                        entry=index,
                        stated=stated.size,
                        size=len(content),
                    )
                    differing.fail(place, why)
    running.note = _note(len(missing.failures), len(differing.failures))
    return Attachments(running.done(), tuple(missing.failures), tuple(differing.failures))


def _note(missing: int, differing: int) -> Said | None:
    said = []
    if missing:
        said.append(
            Phrase(
                "Files that are named, that no total needs, and that are missing: {count:,}.", count=missing
            )
        )
    if differing:
        said.append(
            Phrase("Records that state another size than that of their file: {count:,}.", count=differing)
        )
    return Joined(tuple(said), " ") if said else None


def _named_attachments(state: ElectionState) -> dict[bytes, list[tuple[int, Attachment]]]:
    """By digest every file still to be published, with each record that names it and had a right to.

    A file that totals need is among them, whoever names it.
    """
    found: dict[bytes, list[tuple[int, Attachment]]] = {}
    for logged in state.controls:
        for attachment in attachments_of(logged.entry.body):
            needed = attachment.digest in state.attachments_needed
            if needed or (
                attachment.digest not in state.withdrawn and logged.standing is not Standing.REFUSED
            ):
                found.setdefault(attachment.digest, []).append((logged.index, attachment))
    return found


def check_verifier(trust: Trust | None, fetch: Fetch) -> Answer:
    """Check 14: `verify.html` is the one that the trust file names."""
    running = Running(Check.OFFLINE_VERIFIER)
    if trust is None:
        return unjudged([Check.OFFLINE_VERIFIER], VERIFIER, NO_TRUST)[0]
    if trust.verifier_html is None:
        running.note = Phrase("The trust file names none.")
        return running.done()
    try:
        content = fetch(VERIFIER, MAX_VERIFIER)
    except LogError as error:
        running.leave_open(VERIFIER, error)
        return running.done()
    if content is None:
        running.fail(VERIFIER, Phrase("The offline verifier that the trust file names is missing."))
        return running.done()
    running.count = 1
    found = sha256(content).digest()
    if found != trust.verifier_html:
        running.fail(
            VERIFIER,
            LogError("verifier-differs", found=found.hex(), named=trust.verifier_html.hex()),
        )
    return running.done()
