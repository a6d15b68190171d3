"""Where areas lie: polygons and points in GeoJSON (RFC 7946), read strictly, for maps and for data.

Geometry is presentation: it is no part of the log and no rule looks at it. A publication carries it as
`data/geometry.geojson`, one feature a line, so that whoever recomputes the data can join the same figures
to the same shapes.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

from escrutinio.base.dataclass import dataclass
from escrutinio.base.errors import DefinitionError, RecordError
from escrutinio.base.toml import nearest
from escrutinio.base.words.say import Phrase
from escrutinio.core.election.areas import AreaTree
from escrutinio.core.records.parts import Title
from escrutinio.core.records.text import check_text

GEOMETRY = "geometry.geojson"
"""Path below `data/` of a publication's geometry."""

MAX_GEOMETRY = 16 * 1024**2
"""Most bytes of a file of shapes."""

MAX_FEATURES = 20_000
MAX_POSITIONS = 400_000
"""Most positions (vertices) that all features of a file have together."""

_DIGITS = 5  # decimals of a degree: about a metre
_NOTE = 400

Position = tuple[float, float]
"""Longitude and latitude in degrees, WGS 84."""

Ring = tuple[Position, ...]
"""A closed line: its first position is its last."""

Polygon = tuple[Ring, ...]
"""The outer ring, then its holes."""


@dataclass(frozen=True, slots=True)
class Shape:
    """The polygons of an area; `area` is None for land that lies in no area of the election."""

    area: str | None
    polygons: tuple[Polygon, ...]


@dataclass(frozen=True, slots=True)
class Geometry:
    """Shapes, points by the code of their area, and where they come from, a title per language."""

    shapes: tuple[Shape, ...]
    points: Mapping[str, Position]
    note: tuple[Title, ...] = ()

    def check(self, tree: AreaTree, place: str) -> None:
        """Raise DefinitionError for an area that the tree lacks, or whose shape is given twice."""
        shaped = [shape.area for shape in self.shapes if shape.area is not None]
        for code in (*shaped, *self.points):
            if code not in tree.index:
                raise DefinitionError(
                    "shape-area", place=place, nearest=nearest(code, tree.codes), area=repr(code[:64])
                )
        for code, count in Counter(shaped).items():
            if count > 1:
                raise DefinitionError("shape-twice", place=place, count=count, area=repr(code))


def read_shapes(raw: bytes, place: str, property_name: str, codes: Mapping[str, str]) -> tuple[Shape, ...]:
    """Read a GeoJSON file of polygons whose `property_name` says their area, by code or as `codes` has it.

    A feature whose property is empty or null is land in no area. Raises DefinitionError, naming `place` and
    the feature, for what is not a FeatureCollection of Polygon and MultiPolygon features within bounds.
    """
    reader = _Reader(place)
    found = []
    for feature in reader.features(reader.load(raw)):
        value = feature.properties.get(property_name, "")
        if not isinstance(value, str | None):
            raise feature.refused("shape-property-text", name=repr(property_name))
        if property_name not in feature.properties:
            raise feature.refused("shape-property-missing", name=repr(property_name))
        found.append(Shape(codes.get(value, value) if value else None, feature.polygons()))
    return tuple(found)


def parse_geometry(raw: bytes, place: str = GEOMETRY) -> Geometry:
    """Read what `format_geometry` wrote. Raises DefinitionError, naming `place` and the feature."""
    reader = _Reader(place)
    collection = reader.load(raw)
    shapes: list[Shape] = []
    points: dict[str, Position] = {}
    for feature in reader.features(collection):
        area = feature.properties.get("area")
        if not isinstance(area, str | None):
            raise feature.refused("shape-area-text")
        if feature.type != "Point":
            shapes.append(Shape(area, feature.polygons()))
        elif area is None or area in points:
            raise feature.refused("shape-point-area")
        else:
            points[area] = feature.point()
    return Geometry(tuple(shapes), points, reader.note(collection.get("note")))


def format_geometry(geometry: Geometry) -> bytes:
    """A GeoJSON file, one feature a line; the same geometry gives the same bytes."""
    lines = [_line({"area": shape.area}, shape) for shape in geometry.shapes]
    lines += [_line({"area": area}, point) for area, point in geometry.points.items()]
    note = _dumps({title.language: title.text for title in geometry.note})
    return _collection(f'"note":{note},', lines)


def format_features(geometry: Geometry, rows: Iterable[Mapping[str, object]]) -> bytes:
    """A GeoJSON file of the areas that have a shape or else a point: each row is a feature's properties.

    The area of a row is its property `area`; rows without geometry are left out.
    """
    shapes = {shape.area: shape for shape in geometry.shapes}
    lines = []
    for row in rows:
        code = str(row["area"])
        where = shapes.get(code) or geometry.points.get(code)
        if where is not None:
            lines.append(_line(row, where))
    return _collection("", lines)


def _collection(members: str, lines: Iterable[str]) -> bytes:
    joined = ",\n".join(lines)
    return f'{{"type":"FeatureCollection",{members}"features":[\n{joined}\n]}}\n'.encode()


def _line(properties: Mapping[str, object], where: Shape | Position) -> str:
    if not isinstance(where, Shape):
        node: dict[str, object] = {"type": "Point", "coordinates": where}
    elif len(where.polygons) == 1:
        node = {"type": "Polygon", "coordinates": where.polygons[0]}
    else:
        node = {"type": "MultiPolygon", "coordinates": where.polygons}
    return _dumps({"type": "Feature", "properties": properties, "geometry": node})


def _dumps(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


class _Reader:
    """Reads one file, counting its positions; every refusal names the file."""

    def __init__(self, place: str) -> None:
        self.place = place
        self._left = MAX_POSITIONS

    def refused(self, code: str, **values: object) -> DefinitionError:
        return DefinitionError(code, place=self.place, **values)

    def load(self, raw: bytes) -> Mapping[str, object]:
        """The FeatureCollection that the file is."""
        if len(raw) > MAX_GEOMETRY:
            raise self.refused("shape-file-long", size=len(raw), limit=MAX_GEOMETRY)
        try:
            value = json.loads(raw.decode("utf-8-sig"))
        except (ValueError, RecursionError):
            raise self.refused("shape-json") from None
        if not isinstance(value, dict) or value.get("type") != "FeatureCollection":
            raise self.refused("shape-collection")
        return value

    def features(self, collection: Mapping[str, object]) -> Iterator[_Feature]:
        """The features, numbered from 1."""
        listed = collection.get("features")
        if not isinstance(listed, list):
            raise self.refused("shape-list", what="features")
        if len(listed) > MAX_FEATURES:
            raise self.refused("shape-features", size=len(listed), limit=MAX_FEATURES)
        for number, value in enumerate(listed, 1):
            yield _Feature(self, number, value)

    def note(self, value: object) -> tuple[Title, ...]:
        """Where the geometry comes from, as `format_geometry` writes it."""
        if value is None:
            return ()
        if not isinstance(value, dict) or len(value) > 16:
            raise self.refused("shape-note")
        try:
            return tuple(Title(check_text(code, 16), check_text(text, _NOTE)) for code, text in value.items())
        except (RecordError, TypeError, AttributeError):
            raise self.refused("shape-note") from None

    def take_position(self) -> None:
        """Count one more position."""
        self._left -= 1
        if self._left < 0:
            raise self.refused("shape-positions", limit=MAX_POSITIONS)


class _Feature:
    """One feature: its properties, and the type and coordinates of its geometry."""

    def __init__(self, reader: _Reader, number: int, value: object) -> None:
        self.reader, self.number = reader, number
        if not isinstance(value, dict) or value.get("type") != "Feature":
            raise self.refused("shape-feature")
        properties, geometry = value.get("properties"), value.get("geometry")
        if not isinstance(properties, dict) or not isinstance(geometry, dict):
            raise self.refused("shape-parts")
        self.properties: Mapping[str, object] = properties
        self.type: object = geometry.get("type")
        self.coordinates: object = geometry.get("coordinates")

    def refused(self, code: str, **values: object) -> DefinitionError:
        place = Phrase("{place}, feature {number:,}", place=self.reader.place, number=self.number)
        return DefinitionError(code, place=place, **values)

    def polygons(self) -> tuple[Polygon, ...]:
        """The polygons of a Polygon or MultiPolygon."""
        if self.type == "Polygon":
            return (self.polygon(self.coordinates),)
        if self.type == "MultiPolygon":
            return tuple(self.polygon(item) for item in self.listed(self.coordinates, "polygons"))
        raise self.refused("shape-type", found=repr(str(self.type)[:40]))

    def polygon(self, value: object) -> Polygon:
        return tuple(self.ring(item) for item in self.listed(value, "rings"))

    def ring(self, value: object) -> Ring:
        ring = tuple(self.position(item) for item in self.listed(value, "positions"))
        if len(ring) < 4 or ring[0] != ring[-1]:
            raise self.refused("shape-ring")
        return ring

    def point(self) -> Position:
        """The position of a Point."""
        return self.position(self.coordinates)

    def position(self, value: object) -> Position:
        self.reader.take_position()
        if not isinstance(value, list) or not 2 <= len(value) <= 4:
            raise self.refused("shape-position")
        lon, lat = self.degrees(value[0], 180), self.degrees(value[1], 90)
        return lon, lat

    def degrees(self, value: object, limit: int) -> float:
        # The comparison is false for NaN, which Python's JSON reads too.
        if isinstance(value, bool) or not isinstance(value, int | float) or not -limit <= value <= limit:
            raise self.refused("shape-degrees", value=repr(str(value)[:40]), limit=limit)
        return round(float(value), _DIGITS)

    def listed(self, value: object, what: str) -> list[object]:
        if not isinstance(value, list) or not value:
            raise self.refused("shape-list", what=what)
        return value
