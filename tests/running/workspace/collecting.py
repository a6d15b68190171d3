"""A party that collects sheets of the miniature: what it is called, and what stands in its log."""

from __future__ import annotations

from dataclasses import replace
from hashlib import sha256
from pathlib import Path

from escrutinio.core.election.fold import fold
from escrutinio.core.election.state import ElectionState
from escrutinio.core.log.reader import open_log, read_entries
from escrutinio.core.records.codes import Form
from escrutinio.core.records.parts import Title
from escrutinio.running.workspace.collection.sheets import Collected

NAME, ORIGIN, CLOCK, WORDS = "party/azul", "azul.example/actas", 1_935_000_000, "a passphrase"
TITLES = (Title("es", "Azul"), Title("en", "Blue"))


def attachments(directory: Path) -> dict[bytes, bytes]:
    contents = [path.read_bytes() for path in (directory / "attachments").iterdir()]
    return {sha256(content).digest(): content for content in contents}


def state_of(directory: Path) -> ElectionState:
    entries = list(read_entries(open_log(directory / "log"), size_of(directory)))
    return fold([entries], attachments(directory).get)


def size_of(directory: Path) -> int:
    return int((directory / "log" / "checkpoint").read_text().splitlines()[1])


def sheet(**changes: object) -> Collected:
    made = Collected("N1.01", "presidencia", (5, 4, 3, 2, 1, 0, 0), (1, 0), Form.PAPER, "typed")
    return replace(made, **changes)  # type: ignore[arg-type]
