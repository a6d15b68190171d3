"""Shapes of areas: read strictly, written the same way each time, joined to totals that are recomputed."""

import json
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from escrutinio.base.errors import DefinitionError
from escrutinio.core.derived import geometry
from escrutinio.core.derived.compare import compare_derived
from escrutinio.core.derived.geometry import (
    GEOMETRY,
    Geometry,
    Shape,
    format_geometry,
    parse_geometry,
    read_shapes,
)
from escrutinio.core.records.parts import Title
from escrutinio.publication.downloads.data import data_files
from escrutinio.publication.downloads.datapackage import datapackage, resource
from tests.core.derived.described import check_described
from tests.publication.small import MOMENT, small_state

SQUARE = ((0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 0.0))
ISLES = Geometry(
    (Shape(None, ((SQUARE,),)), Shape("N", ((SQUARE, SQUARE),)), Shape("S", ((SQUARE,), (SQUARE,)))),
    {"N": (0.5, 0.25), "X": (-179.99999, 90.0)},
    (Title("es", "Dibujado"), Title("en", "Drawn")),
)


def feature(**change: object) -> dict[str, object]:
    honest: dict[str, object] = {
        "type": "Feature",
        "properties": {"code": "N"},
        "geometry": {"type": "Polygon", "coordinates": [[list(at) for at in SQUARE]]},
    }
    return {**honest, **change}


def collection(*features: object) -> bytes:
    return json.dumps({"type": "FeatureCollection", "features": features}).encode()


def polygon(*rings: object) -> dict[str, object]:
    return feature(geometry={"type": "Polygon", "coordinates": list(rings)})


def refusal(raw: bytes) -> str:
    with pytest.raises(DefinitionError) as caught:
        read_shapes(raw, "shapes.geojson", "code", {})
    assert str(caught.value).startswith(("shapes.geojson: ", "shapes.geojson, feature "))
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_it_comes_back() -> None:
    raw = format_geometry(ISLES)
    assert parse_geometry(raw) == ISLES
    assert format_geometry(parse_geometry(raw)) == raw
    assert raw.count(b"\n") == 7


def test_a_file_of_shapes_names_areas_as_it_likes() -> None:
    raw = collection(feature(), feature(properties={"code": "ES-S"}), feature(properties={"code": ""}))
    shapes = read_shapes(raw, "x", "code", {"ES-S": "S"})
    assert [shape.area for shape in shapes] == ["N", "S", None]
    assert shapes[0].polygons == ((SQUARE,),)


@pytest.mark.parametrize(
    ("raw", "why"),
    [
        (b"", "not a JSON file"),
        (b"\xff", "not a JSON file"),
        (b"[" * 100_000, "not a JSON file"),
        (b"[]", "not a GeoJSON FeatureCollection"),
        (b'{"type":"FeatureCollection"}', "no list of features"),
        (collection(1), "feature 1: This is not a Feature"),
        (collection(feature(), feature(properties=None)), "feature 2: The properties"),
        (collection(feature(properties={})), "no property 'code'"),
        (collection(feature(properties={"code": 1})), "not a text"),
        (collection(feature(geometry={"type": "Point", "coordinates": [0, 0]})), "A Polygon or MultiPolygon"),
        (collection(polygon()), "no list of rings"),
        (collection(polygon([])), "no list of positions"),
        (collection(polygon([[0, 0], [1, 0], [0, 0]])), "fewer than four"),
        (collection(polygon([[0, 0], [1, 0], [1, 1], [0, 1]])), "not closed"),
        (collection(polygon([[0], [1, 0], [1, 1], [0]])), "not [longitude, latitude]"),
        (collection(polygon([[181, 0]] * 4)), "between -180 and 180"),
        (collection(polygon([[0, -90.1]] * 4)), "between -90 and 90"),
        (collection(polygon([["0", 0]] * 4)), "not a number of degrees"),
        (collection(polygon([[True, 0]] * 4)), "not a number of degrees"),
        (collection(polygon([[float("nan"), 0]] * 4)), "not a number of degrees"),
        (collection(polygon([[float("inf"), 0]] * 4)), "not a number of degrees"),
        (collection(polygon([[10**400, 0]] * 4)), "not a number of degrees"),
    ],
)
def test_what_is_no_file_of_shapes_is_refused_in_one_sentence(raw: bytes, why: str) -> None:
    assert why in refusal(raw)


def test_files_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    raw = collection(feature(), feature())
    for name, limit, why in (
        ("MAX_GEOMETRY", 10, "bytes"),
        ("MAX_FEATURES", 1, "2 features"),
        ("MAX_POSITIONS", 7, "more than 7 positions"),
    ):
        with monkeypatch.context() as patched:
            patched.setattr(geometry, name, limit)
            assert why in refusal(raw)


@given(st.binary(max_size=60) | st.recursive(st.none() | st.integers() | st.text(), st.lists).map(json.dumps))
def test_anything_is_read_or_refused(value: bytes | str) -> None:
    raw = value if isinstance(value, bytes) else collection(polygon(json.loads(value)))
    try:
        read_shapes(raw, "x", "code", {})
    except DefinitionError:
        return


@pytest.mark.parametrize(
    ("shapes", "why"),
    [
        ((Shape("Q", ((SQUARE,),)),), "the area 'Q', which the election does not have"),
        ((Shape("N", ((SQUARE,),)),) * 2, "2 shapes for the area 'N'"),
    ],
)
def test_shapes_are_of_the_elections_areas(shapes: tuple[Shape, ...], why: str) -> None:
    with pytest.raises(DefinitionError, match=why):
        Geometry(shapes, {}).check(small_state().areas, "x")


# --- the data with shapes ---


def files() -> dict[str, bytes]:
    listed = list(data_files(small_state(), MOMENT, geometry=format_geometry(ISLES)))
    described = datapackage(small_state(), [resource(*file) for file in listed], [], MOMENT)
    return {**{path: content for path, _, content in listed}, "datapackage.json": described}


def differences(published: dict[str, bytes]) -> list[str]:
    checks = [*compare_derived(small_state(), published.get), *check_described(published.get)]
    return [str(check.why) for check in checks if check.difference]


def test_areas_with_a_place_have_the_totals_of_the_table() -> None:
    published = files()
    found = json.loads(published["presidente/areas-reported.geojson"])["features"]
    assert [(one["properties"]["area"], one["geometry"]["type"]) for one in found] == [
        ("X", "Point"),
        ("N", "Polygon"),
        ("S", "MultiPolygon"),
    ]
    lines = published["presidente/areas-reported.csv"].decode().splitlines()
    header = lines[0].split(",")
    assert list(found[0]["properties"]) == header
    south = next(line for line in lines if line.startswith("S,")).split(",")
    assert [str(found[2]["properties"][name]) for name in header[4:]] == south[4:]


def test_honest_data_with_shapes_hold() -> None:
    assert differences(files()) == []


@pytest.mark.parametrize(
    ("path", "change", "said"),
    [
        ("presidente/areas-reported.geojson", lambda raw: raw.replace(b'"valid":', b'"valid":1'), "line 2"),
        ("presidente/areas-reported.geojson", lambda raw: None, "expected the file, found nothing"),
        (GEOMETRY, lambda raw: raw.replace(b"1.0", b"1.1"), "geometry.geojson"),
        (GEOMETRY, lambda raw: raw.replace(b'"N"', b'"Q"'), "the area 'Q'"),
        (GEOMETRY, lambda raw: b"{}", "not a GeoJSON FeatureCollection"),
        (GEOMETRY, lambda raw: None, "expected the file, found nothing"),
    ],
)
def test_an_altered_file_is_told(path: str, change: Callable[[bytes], bytes | None], said: str) -> None:
    published = files()
    altered = change(published.pop(path))
    if altered is not None:
        published[path] = altered
    assert any(said in sentence for sentence in differences(published))
