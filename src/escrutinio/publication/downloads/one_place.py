"""One place's result as one file: the page that a reader sees, and one held against its own records.

The browser writes the same text, letter by letter (`election/place-text.js`), into the same frame.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from html import escape as _escaped
from itertools import zip_longest
from typing import Any

import numpy as np

from escrutinio.base.errors import EscrutinioError, InputError, LogError
from escrutinio.base.words.catalogue import languages
from escrutinio.base.words.format import Format
from escrutinio.base.words.say import Phrase, say_key
from escrutinio.base.words.titles import Titled, title_in
from escrutinio.core.election.qr2024_options import QR2024_FILE
from escrutinio.core.election.state import ElectionState
from escrutinio.core.log.checkpoint import Checkpoint
from escrutinio.core.records import types as t
from escrutinio.core.records.codes import AuthorRole, Kind
from escrutinio.core.verification.checks import Outcome
from escrutinio.core.verification.place import (
    Placed,
    PlaceFile,
    PlaceVerification,
    read_place_file,
    to_text,
    verify_place,
    write_payload,
)
from escrutinio.core.verification.verified import VerifiedLog
from escrutinio.publication.browser.files import asset
from escrutinio.publication.downloads.part import MAX_ALONG, TRUST, resting_on

_MORE = ("ballots", "voters", "supplement", "spoilt", "registered", "vouchers")
_CLASSES = {"null": "null", "blank": "blank", "spoilt": "class-spoilt", "challenged": "class-challenged"}
"""Keys of the words for the classes of ballots that a definition need not name."""

MOST_STATIONS = 200
"""Most stations of one file; for more the ZIP of the area is the better thing to carry."""

_CELL = re.compile(r"<(bdi|td|dd|h1)>([^<]*)</\1>")
_FRAME = re.compile(r"export const FRAME = `(.*?)`;", re.DOTALL)
_GAP = re.compile(r"\{\{(\w+)\}\}")


def place_file(log: VerifiedLog, place: str, language: str) -> bytes:
    """The file of a station, or of all stations of a center or of an area.

    Raises InputError for a place that there is not, and LogError where the log does not give what was
    verified.
    """
    stations = _stations(log.state, place)
    along = [log.unverified(path, MAX_ALONG) or b"" for path in (TRUST, QR2024_FILE)]
    trust, cards = (content.decode("utf-8", "replace") for content in along)
    wanted = log.entries_at(_entries(log.state, stations))
    entries = [(index, raw, log.proof(index).hashes) for index, raw in wanted]
    about = (language, place, stations, trust, cards, to_text(_contests(log)))
    written = write_payload(about, entries, log.signed.note.data)
    return page_of(read_place_file(framed(language, "", "", written).encode())).encode()


def _contests(log: VerifiedLog) -> bytes:
    """The file of the contests; empty where they stand in the definition."""
    named = log.state.definition.body.contests_file
    return b"" if named is None else log.attachment(named.digest) or b""


def page_of(file: PlaceFile) -> str:
    """The whole page that follows from what a file carries. Raises LogError where its records do not hold."""
    found = verify_place(file, None)
    failed = next((why for outcome, why in found.steps.values() if outcome is Outcome.FAILS), None)
    if isinstance(failed, EscrutinioError):
        raise failed.as_kind(LogError)
    return _page(file, found)


def held_against(file: PlaceFile, found: PlaceVerification) -> tuple[Outcome, Phrase | None]:
    """Whether what is written in a file is what its verified records say, letter by letter.

    Other words around the same figures and names may be those of another version: that is open.
    """
    if found.definition is None or file.payload.language not in languages():
        return Outcome.OPEN, None
    page = _page(file, found)
    if page == file.text:
        return Outcome.HOLDS, None
    for theirs, ours in zip_longest(_cells(file.text), _cells(page), fillvalue="–"):
        if theirs != ours:
            says = Phrase(
                "the file says “{theirs}” where its records give “{ours}”", theirs=theirs, ours=ours
            )
            return Outcome.FAILS, says
    return Outcome.OPEN, Phrase(
        "figures and names are those of the records; the words around them are not this version's"
    )


def _cells(page: str) -> list[str]:
    return [content for _, content in _CELL.findall(page)]


def _page(file: PlaceFile, found: PlaceVerification) -> str:
    assert found.definition is not None
    assert found.checkpoint is not None
    payload = file.payload
    text = _Text(payload.language, found.definition, payload.place, payload.stations)
    title, main = text.of(found.checkpoint.checkpoint, found.signed)
    return framed(payload.language, title, main, file.written)


def framed(language: str, title: str, main: str, payload: str) -> str:
    """The whole file."""
    gaps = {"lang": language, "title": title, "main": main, "payload": payload}
    return _GAP.sub(lambda found: gaps[found[1]], _frame())


@cache
def _frame() -> str:
    """What stands around the text, as the browser's verifier has it too."""
    found = _FRAME.search(asset("js/log/place-frame.js").decode())
    assert found is not None
    return found[1]


def _stations(state: ElectionState, place: str) -> tuple[str, ...]:
    """The codes of the stations that a place is or has. Raises InputError."""
    roll = state.roll
    if place in roll.index:
        return (place,)
    if place in roll.centers:
        inside = roll.center == roll.centers.index(place)
    elif (area := state.areas.index.get(place)) is not None:
        inside = state.areas.within(area, roll.area)
    else:
        raise InputError("part-area", area=repr(place[:80]))
    found = tuple(sorted(roll.stations[at] for at in np.flatnonzero(inside).tolist()))
    if not found or len(found) > MOST_STATIONS:
        raise InputError("part-large", size=len(found), limit=MOST_STATIONS)
    return found


def _entries(state: ElectionState, stations: Sequence[str]) -> list[int]:
    """Definition, charter, what states figures of the stations, and what the keys that signed it rest on."""
    numbers = [state.roll.index[code] for code in stations]
    found = {0, 1}
    for table in state.tables.values():
        found.update(table.index[np.isin(table.station, numbers)].tolist())
    found |= resting_on(state, found)
    return sorted(found)


def escape(text: str) -> str:
    """As the browser escapes it."""
    return _escaped(text).replace("&quot;", "&#34;").replace("&#x27;", "&#39;")


@dataclass(frozen=True)
class _Text:
    """What a file says to a reader in one language."""

    language: str
    definition: t.Definition
    place: str
    stations: tuple[str, ...]

    def of(self, checkpoint: Checkpoint, signed: Sequence[Placed]) -> tuple[str, str]:
        """Its title and its text, as HTML."""
        body, number = self.definition, Format(self.language).number
        one = len(self.stations) == 1
        name = (
            self._word("station", station=self.stations[0])
            if one
            else self._word("stations", place=self.place, count=number(len(self.stations)))
        )
        election = escape(title_in(body.titles, self.language, body.code))
        where = escape(title_in(body.place, self.language, ""))
        lines = []
        if body.kind is not Kind.REAL:
            lines.append(f'<p class="notice">{self._word(f"kind-{Kind(body.kind).name.lower()}")}</p>')
        if body.author_role is AuthorRole.IMPORTER:
            lines.append(f'<p class="notice">{self._word("imported")}</p>')
        lines.append(f"<h1>{name}</h1>")
        lines.append(f"<p>{election} · {where} · {escape(body.voting_day)}</p>")
        for station in self.stations:
            if not one:
                lines.append(f"<h2>{self._word('station', station=station)}</h2>")
            tables = [line for each in signed if _shown(each, station) for line in self._table(each)]
            lines += tables or [f"<p>{self._word('silent')}</p>"]
        lines += [
            f"<h2>{self._word('source')}</h2>",
            f"<dl><dt>{self._word('log')}</dt><dd>{escape(checkpoint.origin)}</dd>",
            f"<dt>{self._word('size')}</dt><dd>{number(checkpoint.size)}</dd>",
            f"<dt>{self._word('root')}</dt><dd>{checkpoint.root.hex()}</dd></dl>",
            f"<h2>{self._word('check')}</h2>",
            f"<p>{self._word('check-how')}</p>",
            f"<h2>{self._word('limits')}</h2>",
            f"<p>{self._word('limits-why')}</p>",
        ]
        return f"{name} · {election}", "\n".join(lines)

    def _table(self, placed: Placed) -> Iterator[str]:
        entry, key = placed.entry, placed.key
        body: Any = entry.body
        contest = next((c for c in self.definition.contests if c.code == entry.about.contest), None)
        if contest is None or key is None or len(contest.options) != len(body.counts):
            return
        votes = [0] * len(contest.candidates)
        for option, count in zip(contest.options, body.counts, strict=True):
            votes[option.candidate] += count
        title, who = self._name(contest.titles, contest.code), self._name(key.titles, entry.signer)
        when = datetime.fromtimestamp(entry.issued_at, UTC).strftime("%Y-%m-%d %H:%M")
        index = Format(self.language).number(placed.index)
        yield (
            f"<table><caption><strong>{title}</strong> · {self._word(body.NAME)} · {who} · "
            f"{self._word('entry')} <bdi>{index}</bdi> · <bdi>{when} UTC</bdi></caption>"
        )
        for candidate, count in zip(contest.candidates, votes, strict=True):
            yield self._row(self._name(candidate.titles, candidate.code), count)
        if contest.marks > 1 and body.valid is not None:
            yield self._row(self._word("valid-ballots"), body.valid)
        if len(body.classes) == len(contest.classes):
            for each, count in zip(contest.classes, body.classes, strict=True):
                named = not each.titles and each.code in _CLASSES
                word = f"<bdi>{self._word(_CLASSES[each.code])}</bdi>" if named else ""
                yield self._row(word or self._name(each.titles, each.code), count)
        for name in _MORE:
            if (more := getattr(body, name, None)) is not None:
                yield self._row(self._word(name), more)
        yield "</table>"

    def _row(self, label: str, count: int) -> str:
        return f'<tr><th scope="row">{label}</th><td>{Format(self.language).number(count)}</td></tr>'

    def _name(self, titles: Sequence[Titled], otherwise: str) -> str:
        return f"<bdi>{escape(title_in(titles, self.language, otherwise))}</bdi>"

    def _word(self, key: str, **values: object) -> str:
        return escape(say_key(self.language, "place", key, **values))


def _shown(placed: Placed, station: str) -> bool:
    """Whether a record states figures of a station."""
    entry = placed.entry
    figures = entry.body.IS_BULK and not isinstance(entry.body, t.ZeroReport)
    return figures and entry.about.station == station
