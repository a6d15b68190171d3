"""Maps of areas, drawn once for all languages: a polygon or a circle per area, with a class per shading.

Every shading of a map is in one drawing. An area has a class such as `a3` for each of them (shading a,
step 3), and the choice among them is a matter of the style sheet, so that it works without a script. Who
leads is a pattern of its own, named in the drawing; the other shadings are five steps from light to dark.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from itertools import pairwise
from math import isqrt

from escrutinio.core.derived.geometry import Geometry
from escrutinio.publication.site.model import Column, Race, Site
from escrutinio.publication.site.projection import Projection, projection
from escrutinio.publication.site.shelf import Shelf

STEPS = 5
"""Steps of a shading, from light to dark."""

MOST_CANDIDATES = 3
"""Most candidates whose shares are shadings: those with most votes, and no fewer than a twentieth."""

MOST_CIRCLES = 3_000
"""Most circles on the page: of two thousand parishes and five bases only the first basis has circles."""

COVERAGE, TURNOUT = "coverage", "turnout"
NOTHING, EQUAL = "none", "equal"

_LETTERS = "abc"
_TENTHS = (1, 2, 5, 10, 20, 50, 100, 200)  # widths of a step, in tenths of a per cent
_LARGEST = 15


@dataclass(frozen=True, slots=True)
class Figures:
    """What a map says of an area: everything the table beside it has too.

    `leader` is the number of the candidate with most votes, None where no sheet counts or several are equal;
    `shares` are votes of `Drawing.candidates`. Registered voters and the ballots of the stations where they
    are known make the turnout.
    """

    area: int
    counted: int
    stations: int
    valid: int
    leader: int | None
    equal: bool
    top: int
    shares: tuple[int, ...]
    ballots: int
    registered: int


@dataclass(frozen=True, slots=True)
class Mark:
    """An area in a drawing: its path, or the place and radius of its circle, and its classes."""

    figures: Figures
    classes: str
    pattern: str
    path: str = ""
    circle: tuple[int, int, int] | None = None


@dataclass(frozen=True, slots=True)
class Shading:
    """One way to shade: `key` is its class, `kind` coverage, turnout or a candidate's number.

    Step `i` is from `start + i * width` up to the next, in tenths of a per cent.
    """

    key: str
    kind: str | int
    start: int
    width: int

    def step(self, share: Fraction | None) -> str:
        """The class of an area with this share; `x` where it is not known."""
        if share is None:
            return f"{self.key}x"
        at = int((share * 1000 - self.start) / self.width)
        return f"{self.key}{min(max(at, 0), STEPS - 1)}"

    @property
    def bounds(self) -> tuple[tuple[int, int], ...]:
        """Where each step begins and ends, in tenths of a per cent."""
        edges = [self.start + step * self.width for step in range(STEPS + 1)]
        return tuple(pairwise(edges))


@dataclass(frozen=True, slots=True)
class Leader:
    """A candidate with most votes somewhere: in how many rows of the table, and of the circles'."""

    candidate: int
    areas: int
    circles: int


@dataclass(frozen=True)
class Drawing:
    """The map of one contest in one basis; `key` begins the names of its patterns.

    `whole` are the figures of the contest; `leaders` the candidates with most votes somewhere, in the order
    of the ballot; `land` is what no area of the contest covers; `rows` and `circle_rows` are the tables'.
    """

    key: str
    race: Race
    column: Column
    whole: Figures
    height: int
    candidates: tuple[int, ...]
    shadings: tuple[Shading, ...]
    leaders: tuple[Leader, ...]
    equal: int
    empty: int
    land: str
    shapes: tuple[Mark, ...]
    circles: tuple[Mark, ...]
    rows: tuple[Figures, ...]
    circle_rows: tuple[Figures, ...]


class Maps:
    """The maps of a publication; without geometry, their tables alone."""

    def __init__(self, site: Site, shelf: Shelf) -> None:
        self.site = site
        self._shelf = shelf

    @cached_property
    def geometry(self) -> Geometry | None:
        """Where the areas lie, if the publication says it."""
        return self._shelf.geometry()

    @cached_property
    def drawings(self) -> tuple[Drawing, ...]:
        """A map for each contest and each basis that has a sheet in it, in the order of the election."""
        found: list[Drawing] = []
        circles = 0
        for number, race in enumerate(self.site.races):
            for place, column in enumerate(race.columns):
                room = place == 0 or circles < MOST_CIRCLES
                found.append(_Draft(self, race, column, f"m{number}{chr(97 + place)}").draw(circles=room))
                circles += len(found[-1].circles)
        return tuple(found)

    @cached_property
    def projected(self) -> Projection:
        """One projection for all maps of the publication."""
        return projection(self.geometry or Geometry((), {}))

    @cached_property
    def paths(self) -> dict[str | None, str]:
        """What to draw for each area, once; under None the land that lies in no area."""
        found: dict[str | None, str] = {}
        for shape in self.geometry.shapes if self.geometry else ():
            found[shape.area] = found.get(shape.area, "") + self.projected.path(shape.polygons)
        return found


class _Draft:
    """The making of one drawing."""

    def __init__(self, maps: Maps, race: Race, column: Column, key: str) -> None:
        self.maps, self.race, self.column, self.key = maps, race, column, key
        self.tree = maps.site.areas
        votes = column.votes[race.area]
        most = sorted(range(len(votes)), key=lambda number: (-votes[number], number))
        self.candidates = tuple(
            sorted(
                number
                for number in most[:MOST_CANDIDATES]
                if 20 * votes[number] >= column.valid[race.area] > 0
            )
        )

    def draw(self, *, circles: bool) -> Drawing:
        """The drawing; `circles` where the page has room for them."""
        shaped = [self.figures(area) for area in self._here(self.maps.paths)]
        points = self.maps.geometry.points if self.maps.geometry and circles else {}
        # The largest first: no circle hides another, and the table has the order of the drawing.
        pointed = sorted(map(self.figures, self._here(points)), key=lambda each: (-each.valid, each.area))
        rows = shaped or [self.figures(area) for area in self._below()]
        shadings = tuple(self._shadings(shaped or pointed))
        ahead, round_ahead = (Counter(found.leader for found in each) for each in (rows, pointed))
        same = {found.area for found in pointed} <= {found.area for found in rows}
        return Drawing(
            key=self.key,
            race=self.race,
            column=self.column,
            whole=self.figures(self.race.area),
            height=self.maps.projected.height,
            candidates=self.candidates,
            shadings=shadings,
            leaders=tuple(
                Leader(number, ahead[number], round_ahead[number])
                for number in range(len(self.race.view.candidates))
                if ahead[number] or round_ahead[number]
            ),
            equal=sum(found.equal for found in rows),
            empty=sum(not found.counted for found in rows),
            land=self._land({found.area for found in shaped}),
            shapes=tuple(self._shape(found, shadings) for found in shaped),
            circles=tuple(self._circles(pointed, shadings)),
            rows=tuple(rows),
            circle_rows=() if same else tuple(pointed),
        )

    def figures(self, area: int) -> Figures:
        """What the counted sheets say of an area."""
        column = self.column
        votes, cover, turnout = column.votes[area], column.coverage(area), column.turnout(area)
        top = max(votes, default=0)
        first = [number for number, count in enumerate(votes) if count == top and top]
        return Figures(
            area=area,
            counted=cover.counted,
            stations=cover.all,
            valid=column.valid[area],
            leader=first[0] if len(first) == 1 else None,
            equal=len(first) > 1,
            top=top,
            shares=tuple(votes[number] for number in self.candidates),
            ballots=turnout.ballots,
            registered=turnout.registered,
        )

    def _here(self, codes: Iterable[str | None]) -> list[int]:
        """The areas of these codes in which the contest is voted on, in the order of the tree."""
        tree, top = self.tree, self.race.area
        found = [tree.index[code] for code in codes if code is not None and code in tree.index]
        return sorted(at for at in found if tree.enter[top] <= tree.enter[at] < tree.leave[top])

    def _below(self) -> Sequence[int]:
        return self.tree.children(self.race.area) or (self.race.area,)

    def _land(self, shaped: set[int]) -> str:
        """Shapes of no area, or of areas that do not vote in this contest."""
        codes = {self.tree.codes[area] for area in shaped}
        return "".join(path for code, path in self.maps.paths.items() if code not in codes)

    def _shadings(self, drawn: Sequence[Figures]) -> Iterator[Shading]:
        shares = [
            [share for found in drawn if (share := _share(found, place)) is not None]
            for place in range(len(self.candidates))
        ]
        # Each candidate's scale begins where their shares do, but its steps are as wide as everybody's.
        wide = max((_scale(each)[1] for each in shares), default=0)
        for letter, candidate, each in zip(_LETTERS, self.candidates, shares, strict=False):
            yield Shading(letter, candidate, *_scale(each, wide))
        yield Shading("v", COVERAGE, *_scale([s for each in drawn if (s := _coverage(each)) is not None]))
        if turnouts := [share for each in drawn if (share := _turnout(each)) is not None]:
            yield Shading("t", TURNOUT, *_scale(turnouts))

    def _shape(self, found: Figures, shadings: Sequence[Shading]) -> Mark:
        path = self.maps.paths[self.tree.codes[found.area]]
        return Mark(found, _classes(found, shadings), _pattern(found), path=path)

    def _circles(self, pointed: Sequence[Figures], shadings: Sequence[Shading]) -> Iterator[Mark]:
        """Circles whose area is in proportion to the valid votes."""
        most = max((found.valid for found in pointed), default=0)
        # Ten sparse ones may be large; a thousand must leave each other room.
        largest = max(_LARGEST, 180 // (1 + isqrt(len(pointed))))
        points = self.maps.geometry.points if self.maps.geometry else {}
        for found in pointed:
            x, y = self.maps.projected.place(points[self.tree.codes[found.area]])
            radius = max(2, isqrt(largest * largest * found.valid // most)) if most else 2
            yield Mark(found, _classes(found, shadings), _pattern(found), circle=(x, y, radius))


def _classes(found: Figures, shadings: Sequence[Shading]) -> str:
    """The class of each shading; an area without a counted sheet has none, and looks so in all of them."""
    if not found.counted:
        return NOTHING
    steps = []
    for place, shading in enumerate(shadings):
        if shading.kind == COVERAGE:
            steps.append(shading.step(_coverage(found)))
        elif shading.kind == TURNOUT:
            steps.append(shading.step(_turnout(found)))
        else:
            steps.append(shading.step(_share(found, place)))
    return " ".join(steps)


def _pattern(found: Figures) -> str:
    """The name of the pattern for who leads."""
    if found.leader is not None:
        return str(found.leader)
    return EQUAL if found.equal else NOTHING


def _share(found: Figures, place: int) -> Fraction | None:
    return Fraction(found.shares[place], found.valid) if found.valid else None


def _coverage(found: Figures) -> Fraction | None:
    return Fraction(found.counted, found.stations) if found.stations else None


def _turnout(found: Figures) -> Fraction | None:
    return Fraction(found.ballots, found.registered) if found.registered else None


def _scale(shares: Sequence[Fraction], least: int = 0) -> tuple[int, int]:
    """Where the first step begins and how wide all are, in tenths of a per cent: round, and holding all.

    Steps are no narrower than `least`.
    """
    low = int(min(shares, default=Fraction(0)) * 1000)
    high = int(max(shares, default=Fraction(1)) * 1000) + 1
    for width in _TENTHS:
        start = min(low // width * width, 1000 - STEPS * width)
        if width >= least and start + STEPS * width >= high:
            return start, width
    return 0, 1000 // STEPS
