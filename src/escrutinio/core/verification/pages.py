"""The figures of pages, held against the tables.

A page marks the whole numbers that it takes from the tables:

    <table data-figures="presidente/reported/VE"> … <td data-figure="votes/EG">7.303.480

names contest, basis and area once for all figures that follow, and at each what the number is (docs/data.md);
`votes/EG 2` is of the second of the places that `data-figures` lists. The first number that a reader sees
there is held against the table computed again from the log. Where only a share stands, `data-value` states
the number, and both are. What a page says without a mark is not compared; how many figures of how many pages
were is therefore always said.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from html import unescape
from pathlib import Path

from escrutinio.base.errors import FileUnreadableError, LogError
from escrutinio.base.fetch import Fetch, files_below
from escrutinio.base.file_names import names_of_codes
from escrutinio.base.words.catalogue import languages
from escrutinio.base.words.say import Phrase
from escrutinio.base.words.wording import whole
from escrutinio.core.derived.files import COVERAGE, derived_files
from escrutinio.core.election.state import ElectionState
from escrutinio.core.verification.checks import MAX_REASONS, Outcome, Reason

MAX_PAGE = 16 * 1024 * 1024
"""Greatest size of a page that is read, in bytes."""

FIRST = ("index.html", "bulletins.html")
_MARK = re.compile(r"<[a-z][^<>]*\sdata-figures?=\"[^<>]*>")
_PLACES = re.compile(r"\sdata-figures=\"([^\"<>]*)\"")
_FIGURE = re.compile(r"\sdata-figure=\"([^\"<>]*)\"")
_NEXT = re.compile(r"</?(?:t[dhr]|tbody|tfoot|table|li|ul)\b")
"""Where the element of a figure is over at the latest."""
_VALUE = re.compile(r"\sdata-value=\"(\d{1,20})\"")
_SIZE = re.compile(r"<button[^<>]*\sdata-size=\"(\d{1,15})\"")
"""Of which size of the log a page says that it is."""
_TAG = re.compile(r"<[^>]*>")
_NUMBER = re.compile(r"(?<![\d.,])(\d[\d.,\u202f]*\d|\d)(?![\d.,]*\d|[\u00a0\u202f ]?%)")
_SHARE = re.compile(r"\s*(\d+)(?:[.,](\d+))?[\u00a0\u202f ]?%")
_NAMED = {
    "counted": "stations_counted",
    "pending": "stations_pending",
    "registered": "registered_in_counted",
}
_VOTES = "votes/"

Row = Mapping[str, int | None]


@dataclass(slots=True)
class PageFigures:
    """What comparing came to: `figures` marked on `pages` that were compared, what differs, what could not be
    read, and how many pages are `later` than the tables, show other figures than the whole log, and are
    not judged: it grew since. No figure at all means that pages are not compared."""

    figures: int = 0
    pages: int = 0
    differing: list[Reason] = field(default_factory=list)
    unread: list[Reason] = field(default_factory=list)
    later: int = 0

    @property
    def outcome(self) -> Outcome:
        """Whether every figure that is marked is the table's; a page that was not read leaves it open."""
        if self.differing:
            return Outcome.FAILS
        return Outcome.OPEN if self.unread or self.later else Outcome.HOLDS


def compare_pages(
    address: str | Path, state: ElectionState, fetch: Fetch, newest: ElectionState | None = None
) -> PageFigures:
    """Hold the marked figures of all pages, in every language, against the tables of a state.

    A page that says it is of a later size was made after the tables, and is held against the `newest` state,
    that of the whole log. In a directory every page of a language is read; over http those of the whole and
    of the areas, since a server does not say what it has.
    """
    newest = newest or state
    rows = _rows(state)
    rows_now = rows if newest is state else _rows(newest)
    found = PageFigures()
    for language in languages():
        for path in _paths(address, language, state):
            try:
                content = fetch(path, MAX_PAGE)
            except FileUnreadableError as error:
                found.unread.append(Reason(path, error))
                continue
            except LogError as error:
                found.differing.append(Reason(path, error))
                continue
            if content is None:
                continue
            page = content.decode("utf-8", "replace")
            size = int(stated[1]) if (stated := _SIZE.search(page)) else 0
            if size <= state.size:
                _compare(found, path, page, language, rows)
            elif size <= newest.size:
                _compare_later(found, path, page, language, rows_now)
            else:
                found.differing.append(Reason(path, _ahead(size, newest.size)))
            if len(found.differing) + len(found.unread) >= MAX_REASONS:
                return found
    return found


def _paths(address: str | Path, language: str, state: ElectionState) -> Iterable[str]:
    listed = files_below(address, language)
    if listed is None:
        names = names_of_codes(state.areas.codes).values()
        return [f"{language}/{name}" for name in (*FIRST, *(f"areas/{each}.html" for each in names))]
    return [f"{language}/{path}" for path in listed if path.endswith(".html")]


def _rows(state: ElectionState) -> dict[tuple[str, str, str], Row]:
    """What results.json says, by contest, basis and area."""
    [content] = [file.content() for file in derived_files(state) if file.path == "results.json"]
    return {
        (contest["code"], basis["code"], area): dict(zip(_columns(contest), row, strict=True))
        for contest in json.loads(content)["contests"]
        for basis in contest["bases"]
        for area, row in basis["areas"].items()
    }


def _columns(contest: Mapping[str, list[str]]) -> list[str]:
    """What the columns of a contest are called in marks: those of candidates by their codes, which may be
    those of other columns; of the rest each has its own name."""
    named, candidates = contest["columns"], contest["candidates"]
    votes = [_VOTES + code for code in candidates]
    return [*named[: len(COVERAGE)], *votes, *named[len(COVERAGE) + len(votes) :]]


def _compare(
    found: PageFigures, path: str, page: str, language: str, rows: Mapping[tuple[str, str, str], Row]
) -> None:
    before = found.figures
    for name, stated, text in _marked(page):
        found.figures += 1
        value = _value(name, rows)
        if value is None:
            found.differing.append(Reason(path, Phrase("{name}: the tables have no such figure.", name=name)))
        elif stated is not None and stated != value:
            found.differing.append(
                Reason(
                    path,
                    Phrase(
                        "{name}: the page states {stated:,}, the tables {value:,}.",
                        name=name,
                        stated=stated,
                        value=value,
                    ),
                )
            )
        elif not (
            _shows_number(text, value, language)
            or (stated is not None and _shows_share(text, value, _value(_whole_of(name), rows)))
        ):
            found.differing.append(Reason(path, _seen(name, " ".join(text.split())[:40], value)))
    found.pages += found.figures > before


def _compare_later(
    found: PageFigures, path: str, page: str, language: str, rows: Mapping[tuple[str, str, str], Row]
) -> None:
    """A page of some size between the tables and the whole log: what differs may have been right then."""
    own = PageFigures()
    _compare(own, path, page, language, rows)
    if own.differing:
        found.later += 1
    else:
        found.figures += own.figures
        found.pages += own.pages


def _ahead(size: int, log: int) -> Phrase:
    return Phrase(
        "the page says that it is of {size:,} entries, and the log has {log:,}.", size=size, log=log
    )


def _whole_of(name: str) -> str:
    """What a candidate's votes are a share of."""
    place, _, _ = name.rpartition(f"/{_VOTES}")
    return f"{place}/valid"


def _shows_number(text: str, value: int, language: str) -> bool:
    """Whether what is seen begins with the number; a share before it is another figure."""
    seen = None if _SHARE.match(text) else _NUMBER.search(text)
    return seen is not None and seen[1] == whole(value, language)


def _shows_share(text: str, value: int, valid: int | None) -> bool:
    """Whether what is seen begins with the number's share of the valid votes."""
    share = _SHARE.match(text)
    if share is None:
        return False
    digits = share[2] or ""
    shown = Fraction(int(share[1] + digits), 10 ** len(digits))
    right = Fraction(100 * value, valid) if valid else Fraction(0)
    return abs(shown - right) < Fraction(1, 10 ** len(digits))


def _seen(name: str, seen: str, value: int) -> Phrase:
    if not seen:
        return Phrase(
            "{name}: a reader sees nothing there, the tables say {value:,}.", name=name, value=value
        )
    return Phrase(
        "{name}: a reader sees “{seen}”, the tables say {value:,}.", name=name, seen=seen, value=value
    )


def _marked(page: str) -> Iterator[tuple[str, int | None, str]]:
    """Whole name and stated value of each mark, and the text from there to the next or the element's end."""
    places: list[str] = []
    marks = list(_MARK.finditer(page))
    for at, mark in enumerate(marks):
        attributes = mark[0]
        if stated := _PLACES.search(attributes):
            places = unescape(stated[1]).split(" ")
        figure = _FIGURE.search(attributes)
        if figure is None:
            continue
        next_mark = marks[at + 1].start() if at + 1 < len(marks) else len(page)
        over = _NEXT.search(page, mark.end(), next_mark)
        end = over.start() if over else next_mark
        value = _VALUE.search(attributes)
        text = unescape(_TAG.sub("\n", page[mark.end() : end]))
        yield _named(unescape(figure[1]), places), int(value[1]) if value else None, text


def _named(figure: str, places: list[str]) -> str:
    """The whole name of a figure; without a place that it could be of, a name that no table has."""
    what, _, number = figure.partition(" ")
    at = int(number) if number.isascii() and number.isdecimal() and len(number) < 5 else 1
    return f"{places[at - 1] if 1 <= at <= len(places) else ''}/{what}"


def _value(name: str, rows: Mapping[tuple[str, str, str], Row]) -> int | None:
    """The figure of a name in the tables; None where there is none.

    A basis may have slashes of its own (`copies:party/ancla`), the other parts have none.
    """
    contest, _, rest = name.partition("/")
    if f"/{_VOTES}" in rest:
        place, _, candidate = rest.rpartition(f"/{_VOTES}")
        what = _VOTES + candidate
    else:
        place, _, what = rest.rpartition("/")
    basis, _, area = place.rpartition("/")
    row = rows.get((contest, basis, area))
    if row is None:
        return None
    if what == "stations":
        return max(row["stations_declared"] or 0, row["stations_in_roll"] or 0)
    return row.get(_NAMED.get(what, what))
