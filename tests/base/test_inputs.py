"""Text files as Windows, mail and messengers leave them, and what is no file at all."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from escrutinio.base.errors import InputError, LogError
from escrutinio.base.inputs import as_note, as_text, read_input

NOTE = "example.org/log\n5\nAAAA\n\n— example.org/log Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4\n"

WAYS: dict[str, Callable[[str], bytes]] = {
    "as it is": str.encode,
    "UTF-16 of PowerShell": lambda text: text.replace("\n", "\r\n").encode("utf-16"),
    "UTF-16, the other order": lambda text: "\ufeff".encode("utf-16-be") + text.encode("utf-16-be"),
    "a mark": lambda text: text.encode("utf-8-sig"),
    "CRLF": lambda text: text.replace("\n", "\r\n").encode(),
    "old line ends": lambda text: text.replace("\n", "\r").encode(),
}
MAIL: dict[str, Callable[[str], bytes]] = {
    "no last line end": lambda text: text.rstrip("\n").encode(),
    "more line ends": lambda text: f"\n{text}\n\n".encode(),
    "spaces at line ends": lambda text: text.replace("\n", " \n").encode(),
    "quoted": lambda text: "".join(f"> {line}\n" for line in text.splitlines()).encode(),
    "quoted without spaces": lambda text: "".join(f">{line}\n" for line in text.splitlines()).encode(),
    "wrapped": lambda text: text.replace("log Az", "log\nAz").encode(),
}


@pytest.mark.parametrize("way", WAYS)
def test_text_is_what_it_was_before_it_was_saved(way: str) -> None:
    assert as_text(WAYS[way](NOTE), "x") == NOTE.encode()


@pytest.mark.parametrize("way", WAYS | MAIL)
def test_a_note_is_what_it_was_before_it_was_sent(way: str) -> None:
    assert as_note((WAYS | MAIL)[way](NOTE), "x") == NOTE.encode()


def test_what_cannot_be_told_is_one_sentence() -> None:
    with pytest.raises(LogError, match=r"x begins as UTF-16 and breaks off; save it again as UTF-8"):
        as_text(NOTE.encode("utf-16")[:-1], "x", error=LogError)
    with pytest.raises(InputError, match="x is no text, or UTF-16 without its mark"):
        as_text(NOTE.encode("utf-16-le"), "x")
    assert as_text(b"a\xf1o\r\n", "x") == b"a\xf1o\n", "the reader behind says in which line"


def test_a_pipe_or_a_device_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path / "pipe", Path("/dev/zero"), tmp_path):
        with pytest.raises(InputError, match=r"no regular file|cannot be read"):
            read_input(path)
    (tmp_path / "file").write_bytes(b"x" * 11)
    assert read_input(tmp_path / "file", 11) == b"x" * 11
    with pytest.raises(InputError, match="longer than 10 bytes"):
        read_input(tmp_path / "file", 10)
    with pytest.raises(InputError, match="cannot be read"):
        read_input(Path("a\0b"))
