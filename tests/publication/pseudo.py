"""A language that does not exist, of one catalogue file: every message between ⟦ and ⟧, so that what was
never given to the catalogue stands out; and what may stand outside, since it comes from records."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, is_dataclass
from html.parser import HTMLParser
from pathlib import Path

import pytest

from escrutinio.base.words.catalogue import SOURCE, _found, catalogue, endonyms
from escrutinio.base.words.po import Message
from escrutinio.base.words.wording import _marks, separators
from escrutinio.core.election.findings.table import ROWS
from escrutinio.core.election.keys import side_of
from escrutinio.core.election.state import ElectionState
from escrutinio.intake.authoring.presentation import Presentation
from escrutinio.publication.browser.bundle import bundle
from tests.catalogue import LOCALE, block, messages

OPEN, CLOSE = "⟦", "⟧"
SPOKEN = ("aria-label", "alt", "title", "placeholder")
QUOTED = frozenset({"pre", "code", "blockquote", "script", "style"})
"""Elements whose text is the record's or the machine's own."""

_CODE = re.compile(r"\S*[0-9_/:.]\S*")
_DAY = re.compile(r"\d{1,2} [A-Z][a-z]{2} \d{4}|[A-Z][a-z]+ \d{1,2}, \d{4}")
_WORD = re.compile(r"[^\W\d_]{2,}")
OURS = frozenset(
    {"Escrutinio", "Español", "English", "Qaa", "tlog", "tiles", "UTC", "SHA", "CSV", "MB", "kB", "min"}
)


LANGUAGE = "qaa"
"""A tag that is nobody's (ISO 639-2 keeps it for private use)."""

HEADER = """msgid ""
msgstr ""
"Language: qaa\\n"
"Plural-Forms: nplurals=1; plural=0;\\n"
"X-Endonym: Qaa\\n"
"X-Thousands: '\\n"
"X-Decimal: ·\\n"
"""


def write(folder: Path) -> None:
    """Write its catalogue beside those of the others."""
    for path in LOCALE.glob("*.po"):
        (folder / path.name).write_bytes(path.read_bytes())
    blocks = [HEADER]
    english = {message.key: message.forms[0] for message in messages(SOURCE)}
    for message in messages("es"):
        said = english[message.key] if message.context else message.id
        blocks.append(block(Message(message.id, message.context, message.plural, [f"{OPEN}{said}{CLOSE}"])))
    (folder / f"{LANGUAGE}.po").write_text("\n\n".join(blocks) + "\n", "utf-8")


def speak(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Have the language beside the others, by its catalogue file alone, until the patch ends."""
    write(folder)
    monkeypatch.setattr("escrutinio.base.words.catalogue._FOLDER", folder)
    forget()


def forget() -> None:
    """Read the catalogues anew."""
    for read in (_found, catalogue, endonyms, separators, _marks, bundle):
        read.cache_clear()


@dataclass
class Bare(HTMLParser):
    """The texts of a page, spoken attributes included, that stand outside the marks."""

    text: str
    found: list[str] = field(default_factory=list)
    _depth: int = 0
    _within: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.feed(self.text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found += [outside(value) for name, value in attrs if name in SPOKEN and value]
        if tag in QUOTED:
            self._within.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag in self._within:
            self._within.remove(tag)

    def handle_data(self, data: str) -> None:
        kept = []
        for letter in data:
            if letter == OPEN:
                self._depth += 1
            elif letter == CLOSE:
                self._depth -= 1
            elif not self._depth:
                kept.append(letter)
        if not self._within and not self._depth:
            self.found.append("".join(kept))


def outside(text: str) -> str:
    """What of a text stands outside the marks."""
    before = ""
    while before != text:
        before, text = text, re.sub(f"{OPEN}[^{OPEN}{CLOSE}]*{CLOSE}", " ", text)
    return text


def names(state: ElectionState, shown: Presentation) -> frozenset[str]:
    """Every text of the records, the roll and the configuration, and every word of the rules."""
    found = {*state.areas.names, *state.areas.codes, *state.areas.levels, *state.roll.stations}
    found |= {*state.roll.centers, *state.roll.center_names.values(), *state.signers, *state.organisations}
    found |= set(map(side_of, state.signers))
    found |= {title.text for basis in state.bases for title in basis.titles}
    for logged in state.controls:
        found |= {*texts(logged.entry.body), logged.entry.subject}
    found |= {*texts(shown)}
    found |= {rule.english_label for rule in ROWS.values()}
    found |= {finding.sentence("en") for finding in state.findings}
    return frozenset(found)


def texts(value: object) -> Iterator[str]:
    """Every text inside a value, however deep."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        yield from texts(tuple(value.values()))
    elif isinstance(value, tuple | list):
        for item in value:
            yield from texts(item)
    elif is_dataclass(value):
        yield from texts(tuple(vars(value).values()) if hasattr(value, "__dict__") else _slots(value))
    elif hasattr(value, "__struct_fields__"):
        yield from texts(_slots(value))


def _slots(value: object) -> tuple[object, ...]:
    fields = getattr(value, "__struct_fields__", None) or getattr(value, "__dataclass_fields__", {})
    return tuple(getattr(value, name) for name in fields)


def pattern(known: frozenset[str]) -> re.Pattern[str]:
    """What finds any of these texts as whole words, the longest first."""
    by_length = sorted(filter(_WORD.search, known), key=len, reverse=True)
    return re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, by_length))})(?!\w)")


def untranslated(page: str, known: re.Pattern[str]) -> list[str]:
    """The texts of a page that neither the catalogue nor a record gave."""
    found = []
    for text in Bare(page.replace("\u00a0", " ")).found:
        rest = _CODE.sub(" ", _DAY.sub(" ", " ".join(text.split())))
        if set(_WORD.findall(rest)) - OURS:
            rest = _CODE.sub(" ", known.sub(" ", _DAY.sub(" ", " ".join(text.split()))))
            if set(_WORD.findall(rest)) - OURS:
                found.append(text.strip())
    return found
