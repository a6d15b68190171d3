"""The desk: the pictures, the people and the journal of what they typed, in a directory.

    typings.jsonl        the journal: one line a typing, forced to disk before the next page is shown
    transcribed.jsonl    the sheets that are done, for `escrutinio collect add` or `escrutinio desk seal`
    people/              without a workspace: the session keys of who types (`sessions`)
    pending.jsonl        with clerks in roles: the sheets that wait for a third person

What two people agreed on is written whole each time, so that a crash loses at most the page on the screen.
The directory is for its owner alone, and one desk is at work in it: who shares it shares its page.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from threading import Lock

import msgspec

from escrutinio.base.errors import InputError
from escrutinio.base.files import PRIVATE, DirectoryLock, directory_mode, make_directories
from escrutinio.base.json_text import NO_JSON
from escrutinio.core.records.codecs import word
from escrutinio.core.records.codes import SheetFact
from escrutinio.running.desk.transcription.sources import FolderSource, Source
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
from escrutinio.running.workspace.cabinet import BOXES, Cabinet
from escrutinio.running.workspace.collection.inputs import TRANSCRIBED, Transcribed

JOURNAL, RESULT = "typings.jsonl", "transcribed.jsonl"
PENDING = "pending.jsonl"
_AGREED, _DECIDED = SheetFact.TWO_AGREED, SheetFact.THIRD_DECIDED
MAX_JOURNAL = 512 * 1024 * 1024


class Waiting(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A line of the file of sheets that two clerks typed differently: of which station and contest both say
    that it is, and its picture (SHA-256 of the file, page)."""

    station: str
    contest: str
    image: str
    page: int


class Desk:
    """Pictures of `folder`, or those that a collection keeps, all pages or those in `only` by file; the
    journal in `directory`, sealed where a private part is; threads may share it.

    Who types was let in by whoever asks, and is known by a label; with `clerks` everybody has a role, and a
    third decides where the two of a picture differ. `unreadable` says of each file that is no picture why.

    Raises LogError while another desk is at work in the directory, and InputError for one that is none.
    """

    def __init__(
        self,
        folder: Path | Source,
        directory: Path | Cabinet,
        only: Mapping[Path, frozenset[int]] | None = None,
        *,
        clerks: bool = False,
    ) -> None:
        self.files = Cabinet(directory) if isinstance(directory, Path) else directory
        self.directory = self.files.directory
        self.source = FolderSource(folder, self.directory) if isinstance(folder, Path) else folder
        self.clerks = clerks
        make_directories(self.directory, directory_mode(PRIVATE))
        self._alone = DirectoryLock(self.directory, "desk-busy")
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
        self.pictures = {one.name: one for one in self.source.pictures(only, self.unreadable)}
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
            self.files.append(JOURNAL, [msgspec.json.encode(typing)])
            self._typings.append(typing)
            self._looking.pop(typing.typist, None)
            self._write_result()

    def _other_way(self, part: Part) -> bool:
        """Whether this desk works otherwise: with clerks in roles, or without."""
        return self.clerks is (part is Part.PEER)

    def _write_result(self) -> None:
        lines = [
            msgspec.json.encode(self._transcribed(task, pair)) + b"\n"
            for task in self.tasks().values()
            for pair in task.sheets()
        ]
        files = [(RESULT, b"".join([*self._elsewhere, *lines]))]
        if self.clerks:
            files.append((PENDING, b"".join(msgspec.json.encode(one) + b"\n" for one in self._waiting())))
        self.files.write(files)

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
            source=picture.source,
            typists=tuple(who for who in task.typists if typed.contest in task.typed_by(who)),
            confirmed=all(one.confirmed for one in pair),
            status="" if not self.clerks else word(_AGREED if decided is None else _DECIDED),
            decided="" if decided is None else decided.reason,
        )

    def _read_journal(self) -> list[Typing]:
        lines, cut = self.files.lines(JOURNAL, MAX_JOURNAL)
        if cut:  # a crash in the middle of a line: that typing was never acknowledged
            self.files.rewrite(JOURNAL, lines)
        try:
            return [msgspec.json.decode(line, type=Typing) for line in lines if line]
        except NO_JSON as error:
            raise InputError("journal-form", path=self.files.place(JOURNAL, BOXES), why=str(error)) from None

    def _read_result(self) -> list[bytes]:
        """The lines of what was done of pictures that are not at this desk: they stay."""
        try:
            lines = (self.files.read(RESULT) or b"").splitlines(keepends=True)
            done = [(line, msgspec.json.decode(line, type=Transcribed)) for line in lines]
            return [line for line, of in done if picture_name(of.image, of.page) not in self.pictures]
        except NO_JSON as error:
            raise InputError("file-unreadable", path=self.files.place(RESULT), why=str(error)) from None


def people_directory(directory: Path) -> Path:
    """Where the sessions of those are who type into a directory without a workspace: one of its own, as a
    supervisor hands out and revokes keys while a desk is at work."""
    return directory / "people"
