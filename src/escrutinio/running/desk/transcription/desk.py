"""The desk: the pictures, the people and the journal of what they typed, in a directory.

    typists.txt          codes issued by the organisation, one a line; no names
    typings.jsonl        the journal: one line a typing, forced to disk before the next page is shown
    transcribed.jsonl    the sheets that are done, for `escrutinio collect add`

What two people agreed on is written whole each time, so that a crash loses at most the page on the screen.
The directory is for its owner alone, and one desk is at work in it: who shares it shares its page.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterable
from pathlib import Path
from threading import Lock

import msgspec

from escrutinio.base.errors import InputError, LogError, RecordError
from escrutinio.base.files import (
    PRIVATE,
    DirectoryLock,
    directory_mode,
    make_directories,
    opener,
    write_all,
    write_files,
)
from escrutinio.base.inputs import as_text, read_input
from escrutinio.core.records.attachments import digest_of
from escrutinio.core.records.text import check_code
from escrutinio.intake.scan.problems import Problem, UnreadableError
from escrutinio.intake.scan.regular import read_regular
from escrutinio.running.desk.transcription.tasks import Stage, Task, Typing, next_for, tasks_of
from escrutinio.running.workspace.collection.inputs import TRANSCRIBED, Transcribed

TYPISTS, JOURNAL, RESULT = "typists.txt", "typings.jsonl", "transcribed.jsonl"
SUFFIXES = frozenset({".jpg", ".jpeg", ".png", ".webp", ".tif", ".tiff", ".bmp", ".gif", ".avif"})
MOST_IMAGES = 200_000
MAX_JOURNAL = 512 * 1024 * 1024


class Desk:
    """Pictures of `folder`, all or those in `paths`; the journal in `directory`; threads may share it.

    Raises LogError while another desk is at work in the directory, and InputError for one that is none.
    """

    def __init__(self, folder: Path, directory: Path, paths: Iterable[Path] | None = None) -> None:
        self.folder, self.directory = folder.resolve(), directory
        make_directories(directory, directory_mode(PRIVATE))
        self._alone = DirectoryLock(directory, "desk-busy")
        try:
            self._begin(paths)
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Let another desk work in the directory."""
        self._alone.release()

    def _begin(self, paths: Iterable[Path] | None) -> None:
        self._lock = Lock()
        self._looking: dict[str, str] = {}
        self.unreadable: list[str] = []
        self.paths = dict(self._found(self._listed() if paths is None else paths))
        self._typings = self._read_journal()
        self.typists = self._read_typists()
        self._elsewhere = self._read_result()
        if self._typings:  # the result may be behind the journal, where a crash came between the two
            self._write_result()

    def tasks(self) -> dict[str, Task]:
        """Every picture with what was typed of it."""
        return tasks_of(self.paths, self._typings)

    def next_for(self, typist: str) -> Task | None:
        """What this person types next; remembered, so that others begin elsewhere."""
        with self._lock:
            others = [image for who, image in self._looking.items() if who != typist]
            task = next_for(typist, self.tasks(), others)
            if task is None:
                self._looking.pop(typist, None)
            else:
                self._looking[typist] = task.image
            return task

    def record(self, typing: Typing) -> None:
        """Keep a typing. Raises InputError where this person typed that picture before, or nobody may."""
        with self._lock:
            task = self.tasks().get(typing.image)
            if task is None or typing.typist not in self.typists:
                raise InputError("desk-unknown")
            if any(one.typist == typing.typist for one in task.typings):
                raise InputError("desk-typed")
            line = msgspec.json.encode(typing) + b"\n"
            self._append(line)
            self._typings.append(typing)
            self._looking.pop(typing.typist, None)
            self._write_result()

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
            msgspec.json.encode(self._transcribed(task)) + b"\n"
            for task in self.tasks().values()
            if task.stage is Stage.DONE
        ]
        write_files(self.directory, [(RESULT, b"".join([*self._elsewhere, *lines]))], private=True)

    def _transcribed(self, task: Task) -> Transcribed:
        assert task.agreed is not None  # it is done
        typed = task.agreed[0].typed
        return Transcribed(
            kind=TRANSCRIBED,
            station=typed.station,
            contest=typed.contest,
            counts=typed.counts,
            classes=typed.classes,
            valid=typed.valid,
            ballots=typed.ballots,
            voters=typed.voters,
            registered=typed.registered,
            image=task.image,
            source=self.paths[task.image].relative_to(self.folder).as_posix(),
            typists=tuple(one.typist for one in task.typings),
            confirmed=all(one.typed.confirmed for one in task.agreed),
        )

    def _listed(self) -> list[Path]:
        found = [path for path in sorted(self.folder.rglob("*")) if path.suffix.lower() in SUFFIXES]
        if len(found) > MOST_IMAGES:
            raise InputError("desk-many", folder=self.folder, limit=MOST_IMAGES)
        return found

    def _found(self, paths: Iterable[Path]) -> Iterable[tuple[str, Path]]:
        for path in paths:
            inside = path if path.is_absolute() else self.folder / path
            try:
                if inside.is_symlink():  # whatever it leads to, it is named and not followed
                    raise UnreadableError(Problem.NOT_A_FILE)
                if not inside.resolve().is_relative_to(self.folder):
                    raise InputError("desk-outside", path=path, folder=self.folder)
                yield digest_of(read_regular(inside).data).hex(), inside
            except UnreadableError:
                self.unreadable.append(str(path))

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
        except msgspec.DecodeError as error:
            raise InputError("journal-form", path=path, why=str(error)) from None

    def _read_result(self) -> list[bytes]:
        """The lines of what was done of pictures that are not at this desk: they stay."""
        path = self.directory / RESULT
        try:
            lines = path.read_bytes().splitlines(keepends=True)
            return [
                line for line in lines if msgspec.json.decode(line, type=Transcribed).image not in self.paths
            ]
        except FileNotFoundError:
            return []
        except (OSError, msgspec.DecodeError) as error:
            raise InputError("file-unreadable", path=path, why=str(error)) from None

    def _read_typists(self) -> tuple[str, ...]:
        path = self.directory / TYPISTS
        try:
            if not path.exists():
                return ()
            codes = as_text(read_input(path), str(path)).decode().split()
            return tuple(check_code(code) for code in codes)
        except (UnicodeDecodeError, RecordError) as error:
            raise InputError("typists-form", path=path, why=str(error)) from None


def issue_codes(directory: Path, count: int) -> tuple[str, ...]:
    """Make codes for as many people, to be handed out by the organisation; an old list is kept.

    Raises InputError if there is a list already, and LogError while a desk is at work there.
    """
    path = directory / TYPISTS
    letters = "abcdefghjkmnpqrstuvwxyz23456789"
    codes = tuple(
        f"t{number}-{''.join(secrets.choice(letters) for _ in range(6))}" for number in range(1, count + 1)
    )
    make_directories(directory, directory_mode(PRIVATE))
    alone = DirectoryLock(directory, "desk-busy")
    try:
        if path.exists():
            raise InputError("typists-exist", path=path)
        content = "".join(f"{code}\n" for code in codes).encode()
        write_files(directory, [(TYPISTS, content)], private=True)
    finally:
        alone.release()
    return codes
