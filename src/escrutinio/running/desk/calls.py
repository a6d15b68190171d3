"""What came of calling a station: one of a few fixed answers, when, and the session's label.

    private/desk/calls.jsonl    a JSON object a line; neither names nor telephone numbers, and no free text

The last line of a station is the one in force. A line that was not written to its end was not answered, and
is not read.
"""

from __future__ import annotations

import os
from enum import StrEnum
from pathlib import Path
from threading import Lock
from typing import BinaryIO

import msgspec

from escrutinio.base.errors import InputError, LogError
from escrutinio.base.files import PRIVATE, directory_mode, make_directories, opener
from escrutinio.base.inputs import read_input
from escrutinio.base.json_text import NO_JSON

CALLS = "calls.jsonl"
_MOST_BYTES = 64 * 1024 * 1024


class Outcome(StrEnum):
    """What came of a call."""

    WORKING = "working"
    NO_ANSWER = "no-answer"
    ON_THE_WAY = "on-the-way"
    NO_POWER = "no-power"
    NO_NETWORK = "no-network"
    MACHINE = "machine"
    BY_HAND = "by-hand"


class Called(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A line of the file: the station, what came of it, when (seconds since 1970), and who, as a label."""

    station: str
    outcome: Outcome
    at: int
    label: str


class Calls:
    """The calls noted in a directory; threads may share it."""

    def __init__(self, directory: Path) -> None:
        self._directory, self._lock = directory, Lock()

    def add(self, called: Called) -> None:
        """Note a call, durably. Raises LogError where it cannot be written."""
        make_directories(self._directory, directory_mode(PRIVATE))
        path = self._directory / CALLS
        with self._lock:
            try:
                with open(path, "a+b", buffering=0, opener=opener(PRIVATE)) as file:
                    _cut_unfinished(file)
                    file.write(msgspec.json.encode(called) + b"\n")
                    os.fsync(file.fileno())
            except OSError as error:
                raise LogError("file-not-written", path=path, why=error.strerror or str(error)) from None

    def latest(self) -> dict[str, Called]:
        """The last call of each station. Raises InputError for a damaged file."""
        path = self._directory / CALLS
        if not path.exists():
            return {}
        lines = read_input(path, _MOST_BYTES).split(b"\n")[:-1]
        try:
            read = [msgspec.json.decode(line, type=Called) for line in lines]
        except NO_JSON as error:
            raise InputError("calls-form", path=path, why=str(error)) from None
        return {one.station: one for one in read}


def _cut_unfinished(file: BinaryIO) -> None:
    """Take away a last line that was not written to its end."""
    size = file.seek(0, os.SEEK_END)
    start = max(0, size - 4096)
    file.seek(start)
    end = file.read(4096).rfind(b"\n") + 1
    if start + end < size:
        file.truncate(start + end)
