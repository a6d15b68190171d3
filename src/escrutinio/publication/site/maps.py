"""Maps of areas, drawn once for all languages: a polygon or a circle per area, with a class per shading.

Every shading of a map is in one drawing. An area has a class such as `a3` for each of them (shading a,
step 3), and the choice among them is a matter of the style sheet, so that it works without a script. The
first shading is the margin: its tint says by how much, and a pattern of its own who leads.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from math import isqrt

from escrutinio.core.derived.geometry import Geometry
from escrutinio.publication.site.columns import Column
from escrutinio.publication.site.model import Race, Site
from escrutinio.publication.site.projection import Projection, projection
from escrutinio.publication.site.shading import STEPS, Figures, Shading, classes, pattern, shadings
from escrutinio.publication.site.shelf import Shelf

MOST_CANDIDATES = 3
"""Most candidates whose shares are shadings: those with most votes, and no fewer than a twentieth."""

MOST_CIRCLES = 3_000
"""Most circles on the page: of two thousand parishes and five bases only the first basis has circles."""

SMALL = 84
"""Units of a drawing: an area less wide or high is under 24 pixels on a screen of 320, too small to touch."""

SHOWN_STEP = 2
"""The step of the margin in which a legend shows who a pattern is of."""

_LARGEST = 15

Box = tuple[int, int, int, int]
"""West, north, width and height of a shape, in units of the drawing."""


@dataclass(frozen=True, slots=True)
class Mark:
    """An area in a drawing: its path, or the place and radius of its circle, and its classes.

    `small`: where it lies, if it is too small to be touched there, so that it is shown again enlarged.
    """

    figures: Figures
    classes: str
    pattern: str
    path: str = ""
    circle: tuple[int, int, int] | None = None
    small: Box | None = None


@dataclass(frozen=True, slots=True)
class Leader:
    """A candidate with most votes somewhere: in how many rows of the table, and of the circles'.

    `place` is which of the contest's leaders in all its maps, by the order of the ballot: it has the motif.
    """

    candidate: int
    place: int
    areas: int
    circles: int


@dataclass(frozen=True)
class Drawing:
    """The map of one contest in one basis; `key` begins the names of its patterns.

    `whole` are the figures of the contest; `leaders` the candidates with most votes somewhere, in the order
    of the ballot; `land` is what no area of the contest covers; `rows` and `circle_rows` are the tables'.
    `equal` and `empty` are how many areas have equal votes or no counted sheet, among the rows and among the
    circles; `unknown` whether any drawn area's turnout is not known.
    """

    key: str
    race: Race
    column: Column
    whole: Figures
    height: int
    candidates: tuple[int, ...]
    shadings: tuple[Shading, ...]
    leaders: tuple[Leader, ...]
    equal: tuple[int, int]
    empty: tuple[int, int]
    unknown: bool
    land: str
    shapes: tuple[Mark, ...]
    circles: tuple[Mark, ...]
    rows: tuple[Figures, ...]
    circle_rows: tuple[Figures, ...]

    @property
    def patterns(self) -> list[tuple[str, int, int]]:
        """The patterns of leaders: name, motif, step of the margin; of all steps, since legends show them."""
        used = {mark.pattern for mark in (*self.shapes, *self.circles)}
        return [
            (name, leader.place, step)
            for leader in self.leaders
            for step in range(STEPS)
            if (name := f"{leader.candidate}-{step}") in used or step == SHOWN_STEP
        ]

    @property
    def small(self) -> list[Mark]:
        """The areas that are shown again, enlarged."""
        return [mark for mark in self.shapes if mark.small is not None]


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
            candidates = _compared(race)
            drafts = [
                _Draft(self, race, column, f"m{number}{chr(97 + place)}", candidates)
                for place, column in enumerate(race.columns)
            ]
            made = shadings(candidates, [figures for draft in drafts for figures in draft.drawn])
            first = (figures.leader for draft in drafts for figures in draft.all)
            leaders = sorted({number for number in first if number is not None})
            for place, draft in enumerate(drafts):
                found.append(draft.draw(made, leaders, circles=place == 0 or circles < MOST_CIRCLES))
                circles += len(found[-1].circles)
        return tuple(found)

    @cached_property
    def boxes(self) -> dict[str | None, Box]:
        """Where each area is drawn, if it has a shape that is drawn at all."""
        corners: dict[str | None, list[tuple[int, int]]] = {}
        for shape in self.geometry.shapes if self.geometry else ():
            for polygon in shape.polygons:
                corners.setdefault(shape.area, []).extend(self.projected.drawn(polygon[0]))
        return {area: _box(found) for area, found in corners.items() if found}

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


def _box(corners: Sequence[tuple[int, int]]) -> Box:
    (west, *_, east), (north, *_, south) = (sorted(each) for each in zip(*corners, strict=True))
    return west, north, east - west, south - north


class _Draft:
    """The making of one drawing."""

    def __init__(self, maps: Maps, race: Race, column: Column, key: str, candidates: tuple[int, ...]) -> None:
        self.maps, self.race, self.column, self.key, self.candidates = maps, race, column, key, candidates
        self.tree = maps.site.areas
        self.shaped = [self.figures(area) for area in self._here(maps.paths)]
        points = maps.geometry.points if maps.geometry else {}
        # The largest first: no circle hides another, and the table has the order of the drawing.
        self.pointed = sorted(
            map(self.figures, self._here(points)), key=lambda each: (-each.valid, each.area)
        )
        self.rows = self.shaped or [self.figures(area) for area in self._below()]

    @property
    def drawn(self) -> list[Figures]:
        """The figures that scales go by: those of the shapes, or of the circles where there are none."""
        return self.shaped or self.pointed

    @property
    def all(self) -> list[Figures]:
        """The figures of everything that is drawn or has a row."""
        return [*self.rows, *self.pointed]

    def draw(self, made: Sequence[Shading], leaders: Sequence[int], *, circles: bool) -> Drawing:
        """The drawing in these shadings; `circles` where the page has room for them."""
        rows, pointed = self.rows, self.pointed if circles else []
        same = {found.area for found in pointed} <= {found.area for found in rows}
        round_rows = [] if same else pointed
        ahead, round_ahead = (Counter(found.leader for found in each) for each in (rows, round_rows))
        return Drawing(
            key=self.key,
            race=self.race,
            column=self.column,
            whole=self.figures(self.race.area),
            height=self.maps.projected.height,
            candidates=self.candidates,
            shadings=tuple(made),
            leaders=tuple(
                Leader(number, place, ahead[number], round_ahead[number])
                for place, number in enumerate(leaders)
                if ahead[number] or round_ahead[number]
            ),
            equal=(sum(found.equal for found in rows), sum(found.equal for found in round_rows)),
            empty=(
                sum(not found.counted for found in rows),
                sum(not found.counted for found in round_rows),
            ),
            unknown=any(found.counted and not found.registered for found in self.drawn),
            land=self._land({found.area for found in self.shaped}),
            shapes=tuple(self._shape(found, made) for found in self.shaped),
            circles=tuple(self._circles(pointed, made)),
            rows=tuple(rows),
            circle_rows=tuple(round_rows),
        )

    def figures(self, area: int) -> Figures:
        """What the counted sheets say of an area."""
        column = self.column
        votes, cover, turnout = column.votes[area], column.coverage(area), column.turnout(area)
        top, second = (*sorted(votes, reverse=True), 0, 0)[:2]
        first = [number for number, count in enumerate(votes) if count == top and top]
        return Figures(
            area=area,
            counted=cover.counted,
            stations=cover.all,
            valid=column.valid[area],
            leader=first[0] if len(first) == 1 else None,
            equal=len(first) > 1,
            top=top,
            ahead=top - second,
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

    def _shape(self, found: Figures, made: Sequence[Shading]) -> Mark:
        code = self.tree.codes[found.area]
        box = self.maps.boxes.get(code)
        return Mark(
            found,
            classes(found, made, self.candidates),
            pattern(found, made),
            path=self.maps.paths[code],
            small=box if box is not None and min(box[2:]) < SMALL else None,
        )

    def _circles(self, pointed: Sequence[Figures], made: Sequence[Shading]) -> Iterator[Mark]:
        """Circles whose area is in proportion to the valid votes."""
        most = max((found.valid for found in pointed), default=0)
        # Ten sparse ones may be large; a thousand must leave each other room.
        largest = max(_LARGEST, 180 // (1 + isqrt(len(pointed))))
        points = self.maps.geometry.points if self.maps.geometry else {}
        for found in pointed:
            x, y = self.maps.projected.place(points[self.tree.codes[found.area]])
            radius = max(2, isqrt(largest * largest * found.valid // most)) if most else 2
            drawn_as = classes(found, made, self.candidates), pattern(found, made)
            yield Mark(found, *drawn_as, circle=(x, y, radius))


def _compared(race: Race) -> tuple[int, ...]:
    """The candidates whose shares are shadings, in the order of the ballot: those with the largest share of a
    whole account; equal ones are all among them or none of them is."""
    best = [
        max(
            Fraction(column.votes[race.area][number], column.valid[race.area] or 1) for column in race.columns
        )
        for number in range(len(race.view.candidates))
        if race.columns
    ]
    beyond = sorted(best, reverse=True)[MOST_CANDIDATES:]
    return tuple(n for n, share in enumerate(best) if 20 * share >= 1 and share not in beyond)
