"""A reconciliation as pages: kinds, areas and stations with their differences marked, in every language.

A directory that stands alone: it has its own style sheet and the figures as CSV, and needs no network.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from jinja2 import Environment

from escrutinio.base.beside import new_tree, refusal
from escrutinio.base.errors import PublicationError
from escrutinio.base.tree import write_pages
from escrutinio.base.words.catalogue import catalogue, endonyms, languages
from escrutinio.base.words.format import NONE, Format
from escrutinio.base.words.titles import choose, class_name
from escrutinio.evidence.accounts.accounts import Accounts, Pair
from escrutinio.evidence.accounts.difference_texts import kind_name, slip_name
from escrutinio.evidence.accounts.differences import NO_FIGURE, Difference, Kind
from escrutinio.evidence.accounts.elections import elections_sentence
from escrutinio.publication.browser.files import assets
from escrutinio.publication.documents import labels
from escrutinio.publication.documents.accounts.files import all_sources, kind_table, slip_table, to_csv
from escrutinio.publication.documents.environment import environment

STATIONS_A_PAGE = 200
STYLE = tuple(
    f"assets/{name}" for name in ("css/site.css", "css/results.css", "css/reconcile.css", "mark.svg")
)
FIGURES = "figures.csv"


@dataclass(frozen=True, slots=True)
class Line:
    """One row of a station: its code, both figures as written, their difference ("" where equal), how."""

    row: str
    left: str
    right: str
    difference: str
    slip: str


@dataclass(frozen=True, slots=True)
class Shown:
    """A station that differs, ready for its page."""

    station: str
    area: str
    kind: str
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class AreaLine:
    """An area of the tree: its depth and name, stations by how they meet, net votes by candidate."""

    depth: int
    code: str
    name: str
    agree: int
    differ: int
    only_left: int
    only_right: int
    net: tuple[int, ...]


@contextmanager
def writing_reconciliation(contests: Sequence[Accounts], directory: Path) -> Iterator[None]:
    """Write the pages into `directory`, which must not be there yet; it appears whole or not at all.

    It appears when the block ends, and not where that ends with an error. Raises PublicationError.
    """
    if directory.exists():
        raise PublicationError("pages-exist", directory=directory)
    try:
        with new_tree(directory) as staging:
            write_pages(staging, reconciliation_pages(contests))
            yield
    except OSError as error:
        raise refusal(directory, error) from None


def reconciliation_pages(contests: Sequence[Accounts]) -> Iterator[tuple[str, bytes]]:
    """Every file as (path, content)."""
    yield from ((path, content) for path, content in assets() if path in STYLE)
    yield FIGURES, to_csv(contests)
    first = languages()[0]
    yield "index.html", _Pages(contests, first, here=f"{first}/").index().encode()
    for language in languages():
        for path, page in _Pages(contests, language):
            yield f"{language}/{path}", page.encode()


class _Pages:
    """The pages of one language; the root's page is its first one, with links that lead into it."""

    def __init__(self, contests: Sequence[Accounts], language: str, here: str = "") -> None:
        self._contests = contests
        self._language = language
        self._form = Format(language)
        self._here = here
        self._made = self._environment()

    def index(self) -> str:
        return self._render("index.html", page="index", contests=self._contests)

    def __iter__(self) -> Iterator[tuple[str, str]]:
        yield "index.html", self.index()
        for number, accounts in enumerate(self._contests):
            for pair in accounts.pairs:
                name = pair_name(number, pair)
                left, right = accounts.names(pair)
                common = {"accounts": accounts, "pair": pair, "left": left, "right": right, "name": name}
                yield (
                    f"{name}-areas.html",
                    self._render(
                        f"{name}-areas.html", page="areas", lines=area_lines(accounts, pair), **common
                    ),
                )
                pages = station_pages(pair)
                for page, first in enumerate(range(0, len(pair.differences), STATIONS_A_PAGE)):
                    block = pair.differences[first : first + STATIONS_A_PAGE]
                    path = f"{name}-stations-{page + 1}.html"
                    shown = tuple(self._shown(accounts, pair, each) for each in block)
                    yield (
                        path,
                        self._render(
                            path, page="stations", stations=shown, at=page + 1, pages=pages, **common
                        ),
                    )

    def _render(self, path: str, **values: object) -> str:
        return self._made.get_template("reconcile.html").render(path=path, **values)

    def _shown(self, accounts: Accounts, pair: Pair, difference: Difference) -> Shown:
        joined, station = accounts.joined, difference.station
        left, right = accounts.names(pair)
        figures = (joined.figures[pair.left][station].tolist(), joined.figures[pair.right][station].tolist())
        differing = {figure.row: figure for figure in difference.figures}
        lines = []
        view = joined.view
        unmarked = (
            class_name(code, titles, self._language)
            for code, titles in zip(view.classes, view.class_titles, strict=True)
        )
        for row, code in enumerate((*view.options, *unmarked)):
            mine, theirs = figures[0][row], figures[1][row]
            if (figure := differing.get(row)) is not None:
                gap = "≠" if figure.difference is None else self._form.signed(figure.difference)
                lines.append(
                    Line(
                        code,
                        self._figure(mine),
                        self._figure(theirs),
                        gap,
                        slip_name(figure.slip, self._language),
                    )
                )
            elif max(mine, theirs) > 0:
                lines.append(Line(code, self._figure(mine), self._figure(theirs), "", ""))
        kind = kind_name(difference.kind, self._language, left=left, right=right)
        if difference.other is not None:
            kind += f" ({joined.stations[difference.other]})"
        return Shown(joined.stations[station], joined.tree.names[joined.area[station]], kind, tuple(lines))

    def _figure(self, figure: int) -> str:
        return NONE if figure == NO_FIGURE else self._form.number(figure)

    def _environment(self) -> Environment:
        made, say, form, language = environment(), catalogue(self._language), self._form, self._language
        made.install_gettext_callables(  # type: ignore[attr-defined]
            say.gettext, say.ngettext, newstyle=True
        )
        made.filters |= {"n": form.number, "signed": form.signed}
        kinds = {each.joined.invented for each in self._contests} - {None}
        kind = next(iter(kinds), None)
        made.globals |= {
            "lang": language,
            "up": "" if self._here else "../",
            "here": self._here,
            "languages": languages(),
            "endonyms": endonyms(),
            "figures_file": FIGURES,
            "two_elections": elections_sentence(all_sources(self._contests), language),
            "notice": "" if kind is None else _notice(say.gettext, kind),
            "title_of": lambda accounts: (
                choose(accounts.joined.view.titles, language, accounts.joined.contest).text
            ),
            "kind_table": lambda accounts, pair: kind_table(accounts, pair, language),
            "slip_table": lambda pair: slip_table(pair, language),
            "sentences": lambda accounts, pair: accounts.sentences(pair, language),
            "certificate": lambda found: found.sentences(language)[0],
            "votes": lambda found: {c: rank.votes for rank in found.ranks for c in rank.candidates},
            "pair_name": pair_name,
            "station_pages": station_pages,
        }
        return made


def pair_name(contest: int, pair: Pair) -> str:
    """How the pages of a pair are called: numbers of the contest and of both sources, from 1."""
    return f"contest-{contest + 1}-{pair.left + 1}-{pair.right + 1}"


def station_pages(pair: Pair) -> int:
    """On how many pages the stations that differ stand."""
    return -(-len(pair.differences) // STATIONS_A_PAGE)


def area_lines(accounts: Accounts, pair: Pair) -> list[AreaLine]:
    """The areas that have a sheet on some side, in the order of the tree, each below its parent."""
    tree = accounts.joined.tree
    lines = []
    for area in tree.enter.argsort().tolist():
        agree, only_left, only_right = (
            pair.count(kind, area) for kind in (Kind.AGREE, Kind.ONLY_LEFT, Kind.ONLY_RIGHT)
        )
        differ = pair.differ(area)
        if differ or (tree.depth[area] < 2 and agree + only_left + only_right):
            where = int(tree.depth[area]), tree.codes[area], tree.names[area]
            lines.append(
                AreaLine(*where, agree, differ, only_left, only_right, tuple(pair.net[area].tolist()))
            )
    return lines


def _notice(say: Callable[[str], str], kind: int) -> str:
    return f"{say(labels.KINDS[kind])}. {say(labels.KIND_NOTICES[kind])}"
