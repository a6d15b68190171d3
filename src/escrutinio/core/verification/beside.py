"""Checks 11 to 14: what is published beside the log is what the log says, or follows from it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from hashlib import sha256

from escrutinio.base.errors import FileUnreadableError, LogError
from escrutinio.base.fetch import Fetch
from escrutinio.base.words.say import Joined, Phrase, Said
from escrutinio.core.derived.compare import (
    DATAPACKAGE,
    FileCheck,
    check_members,
    check_resource,
    compare_derived,
    listed,
    of_pages,
)
from escrutinio.core.derived.version import KNOWN, Stated, stated
from escrutinio.core.election.state import ElectionState, Standing, attachments_of
from escrutinio.core.log.tiles import TileName
from escrutinio.core.log.trust import Trust
from escrutinio.core.records.attachments import MAX_ATTACHMENT, file_name
from escrutinio.core.records.parts import Attachment
from escrutinio.core.verification.checkpoint import NO_TRUST
from escrutinio.core.verification.checks import Answer, Check, Reason, Running, unjudged

MAX_DATA_FILE = 2**31
"""Greatest size of a file of `data/` that is read, in bytes."""

VERIFIER = "verify.html"
SHOWN_FILES = 6


@dataclass(frozen=True, slots=True)
class Attachments:
    """Answer 11, and what it does not fail for: files that records name, that no total needs, and that are
    `missing`; records that state another size than that of the file that they name (`differing`)."""

    answer: Answer
    missing: tuple[Reason, ...] = ()
    differing: tuple[Reason, ...] = ()


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


@dataclass
class DataFiles:
    """The files of `data/`, each read once: what was compared and what is held against its digest are the
    same bytes. `unreadable` says which could not be read, and why."""

    fetch: Fetch
    unreadable: dict[str, LogError] = field(default_factory=dict)
    _seen: dict[str, tuple[int, str] | None] = field(default_factory=dict)
    _package: bytes | None = None

    def read(self, path: str) -> bytes | None:
        """The content of a file; None where it is missing or could not be read."""
        content = None
        try:
            content = self.fetch(f"data/{path}", MAX_DATA_FILE)
        except LogError as error:
            self.unreadable[path] = error
        self._seen[path] = None if content is None else (len(content), sha256(content).hexdigest())
        return content

    def package(self) -> bytes | None:
        """`datapackage.json`, read once."""
        if DATAPACKAGE not in self._seen:
            self._package = self.read(DATAPACKAGE)
        return self._package

    def stated(self) -> Stated:
        """What the description says of the version and size of the tables: a claim, which proves nothing."""
        return stated(self.package())

    def seen(self, path: str) -> tuple[int, str] | None:
        """Size and SHA-256 (hex) of the bytes that were read of a file; reads it where it was not yet."""
        if path not in self._seen:
            self.read(path)
        return self._seen[path]

    def was_replaced(self) -> bool:
        """Whether the tables were published again since they began to be read."""
        before = self._seen.get(DATAPACKAGE)
        try:
            now = self.fetch(f"data/{DATAPACKAGE}", MAX_DATA_FILE)
        except LogError:
            return False
        return now is not None and before is not None and sha256(now).hexdigest() != before[1]


@dataclass(frozen=True, slots=True)
class Data:
    """Answers 12 and 13, the files beside the tables that were not compared with the log here, and the state
    that the tables were held against."""

    answers: tuple[Answer, Answer]
    not_compared: tuple[str, ...]
    state: ElectionState | None = None
    unlisted: tuple[str, ...] = ()
    """Files that lie there, where that can be seen, and that the description does not list."""


def check_data(
    files: DataFiles, state: ElectionState | None, why: Said, size: int, there: Iterable[str] = ()
) -> Data:
    """Checks 12 and 13: the tables in `data/` follow from the log, and every file is as it is described.

    `state` is the one after as many entries as the tables state; without it `why` says what is missing.
    `size` is the log's; `there` the paths of all files below `data/`, where that can be seen.
    """
    running = Running(Check.TABLES)
    compared: set[str] = set()
    if state is None:
        running.leave_open("data", why)
    else:
        differing = []
        for file in compare_derived(state, files.read):
            compared.add(file.path)
            running.count += file.rows
            if file.difference is not None:
                differing.append(file)
        if state.size < size:
            running.note = Phrase(
                "The tables are of the first {first:,} of {size:,} entries.", first=state.size, size=size
            )
        _tell(running, differing, files)
    tables = running.done()
    whole, others = _check_whole(files, state)
    known = compared.union(others, {DATAPACKAGE})
    unlisted = tuple(path for path in there if path not in known and not of_pages(path))
    if unlisted:
        shown = ", ".join(unlisted[:SHOWN_FILES]) + (", …" if len(unlisted) > SHOWN_FILES else "")
        note = Phrase(
            "Files that the description does not list, and nobody vouches for: {shown}.", shown=shown
        )
        whole = replace(whole, note=note)
    not_compared = tuple(path for path in others if path not in compared)
    return Data((tables, whole), not_compared, state, unlisted)


def _tell(running: Running, differing: Iterable[FileCheck], files: DataFiles) -> None:
    """A table that differs fails the check, unless something else explains it that a server cannot choose."""
    differing = list(differing)
    version = files.stated().version
    for file in differing:
        place, error = f"data/{file.path}", files.unreadable.get(file.path)
        if isinstance(error, FileUnreadableError):
            running.leave_open(place, error)
        elif error is not None:
            running.fail(place, error)
        elif version != KNOWN:
            running.leave_open(
                place,
                Phrase(
                    "{why} The tables state {version}, and this program makes {known}: it cannot say whether "
                    "they are right.",
                    why=file.why,
                    version=version,
                    known=KNOWN,
                ),
            )
        else:
            running.fail(place, file.why)
    if running.failures and files.was_replaced():
        running.failures, running.unjudged = [], []
        why = Phrase("The tables were published again while they were read; verify once more.")
        running.leave_open(f"data/{DATAPACKAGE}", why)


def _check_whole(files: DataFiles, state: ElectionState | None) -> tuple[Answer, list[str]]:
    """Check 13, and the files that the description lists."""
    running = Running(Check.DATA_FILES)
    package, place = files.package(), f"data/{DATAPACKAGE}"
    if isinstance(error := files.unreadable.get(DATAPACKAGE), FileUnreadableError):
        running.leave_open(place, error)
        return running.done(), []
    resources = listed(package)
    if isinstance(resources, FileCheck):
        running.fail(place, resources.why)
        return running.done(), []
    running.count = len(resources)
    for why in [] if state is None else check_members(package, state):
        running.fail(place, why)
    for resource in resources:
        found = check_resource(resource, files.seen(resource.path))
        if isinstance(error := files.unreadable.get(resource.path), FileUnreadableError):
            running.leave_open(f"data/{resource.path}", error)
        elif found.difference is not None:
            running.fail(f"data/{resource.path}", found.why)
    if running.failures and files.was_replaced():
        running.failures, running.unjudged = [], []
        again = Phrase("The files were published again while they were read; verify once more.")
        running.leave_open(place, again)
    return running.done(), [resource.path for resource in resources]


def check_verifier(trust: Trust | None, fetch: Fetch) -> Answer:
    """Check 14: `verify.html` is the one that the trust file names."""
    running = Running(Check.OFFLINE_VERIFIER)
    if trust is None:
        return unjudged([Check.OFFLINE_VERIFIER], VERIFIER, NO_TRUST)[0]
    if trust.verifier_html is None:
        running.note = Phrase("The trust file names none.")
        return running.done()
    try:
        content = fetch(VERIFIER, MAX_DATA_FILE)
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
