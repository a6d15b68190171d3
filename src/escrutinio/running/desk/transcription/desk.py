"""The desk: the pictures, the people and the journal of what they typed, in a directory.

    typings.jsonl        the journal: one line a typing, forced to disk before the next page is shown
    transcribed.jsonl    the sheets that are done, for `escrutinio collect add` or `escrutinio desk seal`
    people/              without a workspace: the session keys of who types (`sessions`)
    pending.jsonl        with clerks in roles: the sheets that wait for a third person

What two people agreed on is written whole each time, so that a crash loses at most the page on the screen.
The directory is for its owner alone, and one desk is at work in it: who shares it shares its page.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from threading import Lock

import msgspec

from escrutinio.base.errors import InputError, LogError
from escrutinio.base.files import (
    PRIVATE,
    DirectoryLock,
    directory_mode,
    make_directories,
    opener,
    write_all,
    write_files,
)
from escrutinio.base.json_text import NO_JSON
from escrutinio.base.limited import LeftError, Readers
from escrutinio.core.records.attachments import digest_of
from escrutinio.core.records.codecs import word
from escrutinio.core.records.codes import SheetFact
from escrutinio.intake.scan.folder import IMAGE, list_folder
from escrutinio.intake.scan.images import count_pages, is_plain
from escrutinio.intake.scan.problems import Problem, UnreadableError
from escrutinio.intake.scan.regular import read_regular
from escrutinio.running.desk.transcription.tasks import (
    CLERKS,
    Part,
    Stage,
    Task,
    Typed,
    Typing,
    may_say,
    next_for,
    picture_name,
    tasks_of,
)
from escrutinio.running.workspace.collection.inputs import TRANSCRIBED, Transcribed

JOURNAL, RESULT = "typings.jsonl", "transcribed.jsonl"
PENDING = "pending.jsonl"
MOST_IMAGES = 200_000
_AGREED, _DECIDED = SheetFact.TWO_AGREED, SheetFact.THIRD_DECIDED
MAX_JOURNAL = 512 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Picture:
    """What people look at: a page (from 1) of a file, and the SHA-256 of the file in hexadecimal."""

    path: Path
    image: str
    page: int


class Waiting(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A line of the file of sheets that two clerks typed differently: of which station and contest both say
    that it is, and its picture (SHA-256 of the file, page)."""

    station: str
    contest: str
    image: str
    page: int


class Desk:
    """Pictures of `folder`, all pages or those in `only` by file; the journal in `directory`; threads may
    share it.

    Who types was let in by whoever asks, and is known by a label; with `clerks` everybody has a role, and a
    third decides where the two of a picture differ. `unreadable` says of each file that is no picture why.

    Raises LogError while another desk is at work in the directory, and InputError for one that is none.
    """

    def __init__(
        self,
        folder: Path,
        directory: Path,
        only: Mapping[Path, frozenset[int]] | None = None,
        *,
        clerks: bool = False,
    ) -> None:
        self.folder, self.directory = folder.resolve(), directory
        self.clerks = clerks
        make_directories(directory, directory_mode(PRIVATE))
        self._alone = DirectoryLock(directory, "desk-busy")
        try:
            self._begin(only)
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Let another desk work in the directory."""
        self._alone.release()

    def _begin(self, only: Mapping[Path, frozenset[int]] | None) -> None:
        self._lock = Lock()
        self._looking: dict[str, str] = {}
        self.unreadable: dict[str, str] = {}
        self.pictures = dict(self._found(self._listed() if only is None else only))
        self._typings = self._read_journal()
        self._elsewhere = self._read_result()
        if self._typings:  # the result may be behind the journal, where a crash came between the two
            self._write_result()

    def tasks(self) -> dict[str, Task]:
        """Every picture with what was typed of it."""
        return tasks_of(self.pictures, self._typings)

    def next_for(self, typist: str, part: Part = Part.PEER) -> Task | None:
        """What this person types next in this role; remembered, so that others begin elsewhere."""
        with self._lock:
            others = [name for who, name in self._looking.items() if who != typist]
            task = None if self._other_way(part) else next_for(typist, self.tasks(), others, part)
            if task is None:
                self._looking.pop(typist, None)
            else:
                self._looking[typist] = task.name
            return task

    def record(self, typing: Typing) -> None:
        """Keep a typing. Raises InputError where this person said that of the picture, or nobody may."""
        with self._lock:
            task = self.tasks().get(typing.picture)
            if task is None:
                raise InputError("desk-unknown")
            if self._other_way(typing.part) or not may_say(task.typings, typing):
                raise InputError("desk-typed")
            line = msgspec.json.encode(typing) + b"\n"
            self._append(line)
            self._typings.append(typing)
            self._looking.pop(typing.typist, None)
            self._write_result()

    def _other_way(self, part: Part) -> bool:
        """Whether this desk works otherwise: with clerks in roles, or without."""
        return self.clerks is (part is Part.PEER)

    def _append(self, line: bytes) -> None:
        """Add a line to the journal, durably. Raises LogError, and then the journal is what it was."""
        path = self.directory / JOURNAL
        try:
            with open(path, "ab", buffering=0, opener=opener(PRIVATE)) as file:
                before = os.fstat(file.fileno()).st_size
                try:
                    write_all(file.fileno(), line)
                    os.fsync(file.fileno())
                except OSError:
                    # Half a line would spoil the next one, and what was not acknowledged must not come back.
                    file.truncate(before)
                    raise
        except OSError as error:
            raise LogError("file-not-written", path=path, why=error.strerror or str(error)) from None

    def _write_result(self) -> None:
        lines = [
            msgspec.json.encode(self._transcribed(task, pair)) + b"\n"
            for task in self.tasks().values()
            for pair in task.sheets()
        ]
        files = [(RESULT, b"".join([*self._elsewhere, *lines]))]
        if self.clerks:
            files.append((PENDING, b"".join(msgspec.json.encode(one) + b"\n" for one in self._waiting())))
        write_files(self.directory, files, private=True)

    def _waiting(self) -> Iterator[Waiting]:
        """The sheets that two clerks typed differently, as far as they agree on whose they are."""
        for task in self.tasks().values():
            if task.stage is not Stage.DIFFERS:
                continue
            for contest in task.open_contests():
                said = {one.station for part in CLERKS if (one := task.said_as(part, contest)) is not None}
                if len(said) == 1:
                    picture = self.pictures[task.name]
                    yield Waiting(station=said.pop(), contest=contest, image=picture.image, page=picture.page)

    def _transcribed(self, task: Task, pair: tuple[Typed, Typed]) -> Transcribed:
        typed, picture = pair[0], self.pictures[task.name]
        decided = task.decision(typed.contest)
        return Transcribed(
            kind=TRANSCRIBED,
            station=typed.station,
            contest=typed.contest,
            counts=typed.counts,
            classes=typed.classes,
            valid=typed.valid,
            ballots=typed.ballots,
            voters=typed.voters,
            supplement=typed.supplement,
            spoilt=typed.spoilt,
            registered=typed.registered,
            image=picture.image,
            page=picture.page,
            source=picture.path.relative_to(self.folder).as_posix(),
            typists=tuple(who for who in task.typists if typed.contest in task.typed_by(who)),
            confirmed=all(one.confirmed for one in pair),
            status="" if not self.clerks else word(_AGREED if decided is None else _DECIDED),
            decided="" if decided is None else decided.reason,
        )

    def _listed(self) -> dict[Path, frozenset[int]]:
        own = self.directory.resolve()
        found = [path for path in list_folder(self.folder) if not path.is_relative_to(own)]
        if len(found) > MOST_IMAGES:
            raise InputError("desk-many", folder=self.folder, limit=MOST_IMAGES)
        return dict.fromkeys(found, frozenset())

    def _found(self, files: Mapping[Path, frozenset[int]]) -> Iterator[tuple[str, Picture]]:
        with Readers(IMAGE) as readers:
            for path, pages in files.items():
                inside = path if path.is_absolute() else self.folder / path
                try:
                    if inside.is_symlink():  # whatever it leads to, it is named and not followed
                        raise UnreadableError(Problem.NOT_A_FILE)
                    if not inside.resolve().is_relative_to(self.folder):
                        raise InputError("desk-outside", path=path, folder=self.folder)
                    data = read_regular(inside).data
                    count = 1 if is_plain(data) else readers.call(_count, inside)
                    image = digest_of(data).hex()
                except (UnreadableError, LeftError) as error:
                    self.unreadable[str(path)] = str(error)
                    continue
                for page in range(1, count + 1):
                    if not pages or page in pages:
                        yield picture_name(image, page), Picture(inside, image, page)

    def _read_journal(self) -> list[Typing]:
        path = self.directory / JOURNAL
        try:
            if path.stat().st_size > MAX_JOURNAL:
                raise InputError("fetch-long", path=path, limit=MAX_JOURNAL)
            raw = path.read_bytes()
        except FileNotFoundError:
            return []
        except OSError as error:
            raise InputError("file-unreadable", path=path, why=error.strerror or str(error)) from None
        whole, _, cut = raw.rpartition(b"\n")
        if cut:  # a crash in the middle of a line: that typing was never acknowledged
            write_files(self.directory, [(JOURNAL, whole + b"\n" if whole else b"")], private=True)
        try:
            return [msgspec.json.decode(line, type=Typing) for line in whole.splitlines() if line]
        except NO_JSON as error:
            raise InputError("journal-form", path=path, why=str(error)) from None

    def _read_result(self) -> list[bytes]:
        """The lines of what was done of pictures that are not at this desk: they stay."""
        path = self.directory / RESULT
        try:
            lines = path.read_bytes().splitlines(keepends=True)
            done = [(line, msgspec.json.decode(line, type=Transcribed)) for line in lines]
            return [line for line, of in done if picture_name(of.image, of.page) not in self.pictures]
        except FileNotFoundError:
            return []
        except (OSError, *NO_JSON) as error:
            raise InputError("file-unreadable", path=path, why=str(error)) from None


def people_directory(directory: Path) -> Path:
    """Where the sessions of those are who type into a directory without a workspace: one of its own, as a
    supervisor hands out and revokes keys while a desk is at work."""
    return directory / "people"


def _count(path: Path) -> int:
    """In a child: how many pages a file has."""
    return count_pages(read_regular(path).data)
