"""The geometry that a publication carries, from what its configuration names (docs/configuring.md, Maps)."""

from __future__ import annotations

from pathlib import Path

from escrutinio.base.errors import DefinitionError
from escrutinio.base.files import write_files
from escrutinio.core.derived.geometry import (
    GEOMETRY,
    MAX_GEOMETRY,
    Geometry,
    Position,
    Shape,
    format_geometry,
    read_shapes,
)
from escrutinio.core.election.areas import Area, build_areas
from escrutinio.intake.authoring.compose import Tables
from escrutinio.intake.authoring.presentation import Presentation
from escrutinio.intake.mapping.files import load


def published_geometry(shown: Presentation, tables: Tables, base_dir: Path) -> bytes | None:
    """`data/geometry.geojson`: the shapes of `[map]`, and a point for each area with `lon` and `lat`.

    None where there are neither. Raises DefinitionError or InputError for a file that is missing, outside
    the configuration's directory, or no GeoJSON of the election's areas.
    """
    tree = build_areas(Area(row.code, row.parent, row.level, row.name) for row in tables.areas)
    points = {row.code: place for row in tables.areas if (place := _point(row.lon, row.lat)) is not None}
    shapes: tuple[Shape, ...] = ()
    if shown.map is not None:
        raw, _ = load(base_dir, shown.map.shapes, MAX_GEOMETRY)
        shapes = read_shapes(raw, shown.map.shapes, shown.map.property, shown.map.codes)
        if not any(shape.area for shape in shapes):
            raise DefinitionError("shapes-none", path=shown.map.shapes)
    if not shapes and not points:
        return None
    ordered = sorted(shapes, key=lambda shape: tree.index.get(shape.area or "", -1))
    geometry = Geometry(tuple(ordered), points, shown.map.note if shown.map else ())
    geometry.check(tree, shown.map.shapes if shown.map else "the area tables")
    return format_geometry(geometry)


def write_geometry(directory: Path, geometry: bytes | None) -> None:
    """Put the geometry into `data/`, or take away what was there. Raises LogError."""
    if geometry is None:
        (directory / GEOMETRY).unlink(missing_ok=True)
    else:
        write_files(directory, [(GEOMETRY, geometry)])


def _point(lon: str | None, lat: str | None) -> Position | None:
    return None if lon is None or lat is None else (round(float(lon), 5), round(float(lat), 5))
