"""The part of TOML that a trust file is written in (docs/log.md, "The trust file").

Two programs read it, one with Python's TOML reader and one in a browser with its own; what only one of them
could read would let two people who hold the same file see different things.
"""

from __future__ import annotations

import re

from escrutinio.base.errors import LogError

_SIGNS = r"\x00-\x08\x0a-\x1f\x7f"
_COMMENT = rf"#[^{_SIGNS}]*"
_GAP = re.compile(rf"(?:[ \t\n]|{_COMMENT}(?=\n|\Z))*")
_HEADER = re.compile(r"\[\[ *(?:log|witness|group) *\]\]")
_KEY = re.compile(r"[A-Za-z0-9_-]+[ \t]*=[ \t]*")
_NUMBER = re.compile(r"(?:0|[1-9][0-9]{0,14})(?![A-Za-z0-9_.:-])")
_TEXT = re.compile(
    rf"'[^'{_SIGNS}]*'(?!')"
    rf'|"(?:[^"\\{_SIGNS}]|\\(?:[btnfr"\\]|u[0-9A-Fa-f]{{4}}|U[0-9A-Fa-f]{{8}}))*"(?!")'
)
_COMMA = re.compile(",")
_END = re.compile(rf"[ \t]*(?:{_COMMENT})?(?:\n|\Z)")


def check_syntax(text: str, place: str) -> None:
    """Raise LogError, naming the line, unless a file has nothing but texts, whole numbers of at most 15
    digits, lists of texts, the tables `[[log]]`, `[[witness]]` and `[[group]]`, and comments."""
    reader = _Reader(text.replace("\r\n", "\n"), place)
    while not reader.pass_gap():
        if not reader.take(_HEADER):
            reader.need(_KEY)
            reader.value()
        reader.need(_END)


class _Reader:
    def __init__(self, text: str, place: str) -> None:
        self._text, self._place, self._at = text, place, 0

    def take(self, pattern: re.Pattern[str]) -> bool:
        found = pattern.match(self._text, self._at)
        if found is not None:
            self._at = found.end()
        return found is not None

    def need(self, pattern: re.Pattern[str]) -> None:
        if not self.take(pattern):
            line = self._text.count("\n", 0, self._at) + 1
            raise LogError(
                f"{self._place} has in line {line} what a trust file is not written in (docs/log.md)"
            )

    def pass_gap(self) -> bool:
        """Pass blank lines and comments; whether that is the end."""
        self.take(_GAP)
        return self._at == len(self._text)

    def value(self) -> None:
        if self._text.startswith("[", self._at):
            self._list()
        elif not self.take(_NUMBER):
            self.need(_TEXT)

    def _list(self) -> None:
        self._at += 1
        self.pass_gap()
        while not self._text.startswith("]", self._at):
            self.need(_TEXT)
            self.pass_gap()
            if not self._text.startswith("]", self._at):
                self.need(_COMMA)
                self.pass_gap()
        self._at += 1
