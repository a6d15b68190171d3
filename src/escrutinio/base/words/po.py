"""Reading gettext's PO files, so that whoever only verifies needs no library for words.

What the catalogues of this project use is read, and anything else refused: comments, `msgctxt`, `msgid`,
`msgid_plural`, `msgstr` and `msgstr[N]`, each a quoted string that may go on over the next lines. The escapes
are `\\n`, `\\t`, `\\"` and `\\\\`. The format is the manual's of GNU gettext, section "PO Files".
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

CONTEXT = "\x04"
"""Stands between a context and its message, as in gettext's own tables."""

_LINE = re.compile(r'(?:(msgctxt|msgid|msgid_plural|msgstr)(?:\[[0-5]\])? )?"((?:[^"\\\n]|\\[nt"\\])*)"')
_ESCAPE = re.compile(r"\\(.)")
_PLAIN = {"n": "\n", "t": "\t", '"': '"', "\\": "\\"}


@dataclass(slots=True)
class Message:
    """One message: `forms` has its translation, or as many as its language has plurals."""

    id: str = ""
    context: str | None = None
    plural: str | None = None
    forms: list[str] = field(default_factory=list)

    @property
    def key(self) -> str:
        """By which it is found: its id, after its context where it has one."""
        return self.id if self.context is None else f"{self.context}{CONTEXT}{self.id}"


def read_po(text: str) -> Iterator[Message]:
    """The messages in their order, the header (whose id is empty) among them.

    Raises ValueError, with the number of the line, for what is no PO file of this kind, and for a message
    that is there twice.
    """
    seen: set[str] = set()
    message, last = Message(), ""
    for number, line in enumerate((*text.splitlines(), 'msgid ""'), 1):
        if not line.strip() or line.startswith("#"):
            continue
        found = _LINE.fullmatch(line)
        if found is None:
            raise ValueError(f"line {number} of the catalogue is not one of a PO file")
        word, quoted = found.groups()
        if word in ("msgctxt", "msgid") and last.startswith("msgstr"):
            if message.key in seen:
                raise ValueError(f"a message that ends above line {number} of the catalogue is there twice")
            seen.add(message.key)
            yield message
            message = Message()
        _add(message, word or last, _ESCAPE.sub(lambda one: _PLAIN[one[1]], quoted), word is not None)
        last = word or last


def _add(message: Message, word: str, text: str, begins: bool) -> None:
    if word == "msgstr":
        if begins:
            message.forms.append(text)
        else:
            message.forms[-1] += text
    elif word == "msgid":
        message.id += text
    elif word == "msgid_plural":
        message.plural = (message.plural or "") + text
    else:
        message.context = (message.context or "") + text
