"""From degrees to the units of a drawing: the plate carrée, narrowed by the cosine of the middle latitude.

Distances east and north are right near the middle of the map and areas nearly so, which is enough for one
country. Shapes that cross the 180th meridian are drawn at both edges.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import cos, radians

from escrutinio.core.derived.geometry import Geometry, Polygon, Position, Ring

WIDTH = 1_000
"""Units across a drawing."""

MOST_VERTICES = 8_000
"""Most vertices of all shapes in a drawing; beyond them neighbours are drawn as one, on a coarser grid."""

_TALLEST = 1_300
_COARSEST = 64
_MARGIN = 12


@dataclass(frozen=True, slots=True)
class Projection:
    """Maps degrees onto units: `west` and `north` are the edges, `across` and `up` units per degree."""

    west: float
    north: float
    across: float
    up: float
    height: int
    grid: int = 1

    def place(self, position: Position) -> tuple[int, int]:
        """Where a position is drawn, on the grid."""
        lon, lat = position
        x = _MARGIN + (lon - self.west) * self.across
        y = _MARGIN + (self.north - lat) * self.up
        return self.grid * round(x / self.grid), self.grid * round(y / self.grid)

    def path(self, polygons: tuple[Polygon, ...]) -> str:
        """The `d` of an SVG path: each ring a closed line of whole units, in steps from its beginning."""
        return "".join(_steps(self.drawn(ring)) for polygon in polygons for ring in polygon)

    def drawn(self, ring: Ring) -> list[tuple[int, int]]:
        """The vertices of a ring that are left on the grid; none of a ring that is smaller than it."""
        found: list[tuple[int, int]] = []
        for position in ring:
            at = self.place(position)
            if not found or at != found[-1]:
                found.append(at)
        return found[:-1] if len(found) > 3 else []


def projection(geometry: Geometry) -> Projection:
    """The projection in which all shapes and points fit, on a grid that keeps the drawing small."""
    places = list(_positions(geometry)) or [(0.0, 0.0)]
    west, east = min(lon for lon, _ in places), max(lon for lon, _ in places)
    south, north = min(lat for _, lat in places), max(lat for _, lat in places)
    narrow = max(cos(radians((south + north) / 2)), 0.05)
    wide, high = max((east - west) * narrow, 1e-4), max(north - south, 1e-4)
    scale = min((WIDTH - 2 * _MARGIN) / wide, (_TALLEST - 2 * _MARGIN) / high)
    height = round(high * scale) + 2 * _MARGIN
    found = Projection(west, north, scale * narrow, scale, height)
    while _vertices(geometry, found) > MOST_VERTICES and found.grid < _COARSEST:
        found = Projection(west, north, scale * narrow, scale, height, found.grid * 2)
    return found


def _positions(geometry: Geometry) -> Iterator[Position]:
    yield from geometry.points.values()
    for shape in geometry.shapes:
        for polygon in shape.polygons:
            yield from polygon[0]


def _vertices(geometry: Geometry, projected: Projection) -> int:
    return sum(
        len(projected.drawn(ring))
        for shape in geometry.shapes
        for polygon in shape.polygons
        for ring in polygon
    )


def _steps(vertices: list[tuple[int, int]]) -> str:
    if not vertices:
        return ""
    x, y = vertices[0]
    parts = [f"M{x} {y}l"]
    for to_x, to_y in vertices[1:]:
        parts.append(f"{to_x - x} {to_y - y} ")
        x, y = to_x, to_y
    return "".join(parts).rstrip() + "z"
