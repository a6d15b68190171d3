"""The map page: where areas are drawn, how they are shaded, and the table that says the same."""

import re
import shutil
from fractions import Fraction
from hashlib import sha256
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from escrutinio.base.errors import EscrutinioError
from escrutinio.core.derived.geometry import GEOMETRY, Geometry, Shape
from escrutinio.core.log.mirrors import MIRRORS, open_mirrors
from escrutinio.core.log.trust import parse_trust
from escrutinio.core.records.keys import SigningKey
from escrutinio.publication.site import projection as projecting
from escrutinio.publication.site.maps import SMALL
from escrutinio.publication.site.projection import WIDTH, projection
from escrutinio.publication.site.shading import MARGIN, STEPS, Figures, Shading, pattern, scale, shadings
from escrutinio.running.workspace.publish import publish
from tests.paths import ROOT
from tests.publication.pages import Page

ADDRESSES = ("https://a.example/islas/", "http://127.0.0.1:8000/islas")


def square(west: float, south: float, size: float = 1.0) -> Shape:
    ring = (
        (west, south),
        (west + size, south),
        (west + size, south + size),
        (west, south + size),
        (west, south),
    )
    return Shape("A", ((ring,),))


def test_north_is_up_east_is_right_and_all_of_it_fits() -> None:
    found = projection(Geometry((square(-70, 5), square(-60, 10)), {"B": (-75.0, 0.0)}))
    (west, south), (east, north) = found.place((-75.0, 0.0)), found.place((-59.0, 11.0))
    assert 0 <= west < east <= WIDTH
    assert 0 <= north < south <= found.height


def test_a_degree_of_longitude_is_narrower_far_from_the_equator() -> None:
    found = projection(Geometry((square(0, 60, 1.0),), {}))
    ring = found.drawn(square(0, 60, 1.0).polygons[0][0])
    wide = max(x for x, _ in ring) - min(x for x, _ in ring)
    high = max(y for _, y in ring) - min(y for _, y in ring)
    assert wide / high == pytest.approx(0.492, abs=0.01)


def test_a_path_goes_from_vertex_to_vertex_and_closes() -> None:
    found = projection(Geometry((square(0, 0),), {}))
    assert found.path(square(0, 0).polygons) == f"M12 {found.height - 12}l976 0 0 -976 -976 0z"


def test_shapes_with_too_many_vertices_are_drawn_on_a_coarser_grid(monkeypatch: pytest.MonkeyPatch) -> None:
    line = tuple((number / 500, (number % 7) / 500) for number in range(500))
    many = Geometry((Shape("A", (((*line, line[0]),),)),), {})
    monkeypatch.setattr(projecting, "MOST_VERTICES", 100)
    found = projection(many)
    assert found.grid > 1
    assert len(found.drawn(many.shapes[0].polygons[0][0])) <= 100


def test_nothing_to_draw_is_no_error() -> None:
    assert projection(Geometry((), {})).place((0.0, 0.0)) == (12, 12)
    assert projection(Geometry((), {"A": (10.0, 10.0)})).place((10.0, 10.0)) == (12, 12)


@given(st.lists(st.fractions(0, 1), max_size=20))
def test_a_scale_holds_every_share_in_five_steps(shares: list[Fraction]) -> None:
    start, width = scale(shares)
    shading = Shading("a", 0, start, width)
    assert 0 <= start < start + STEPS * width <= 1000
    for share in shares:
        low, high = shading.bounds[int(shading.step(share)[1:])]
        assert low <= share * 1000 <= high


def figures(*votes: int, leader: int | None) -> Figures:
    top, second = sorted(votes, reverse=True)[:2]
    valid = sum(votes)
    return Figures(0, 1, 1, valid, leader, leader is None and top > 0, top, top - second, votes, 0, 0)


def test_all_candidates_have_one_scale_and_the_margin_is_first() -> None:
    """30 of 100 for one and 70 for the other: both in steps of 10 points from 30 on."""
    drawn = [figures(30, 70, leader=1), figures(60, 40, leader=0)]
    margin, *shares, coverage = shadings((0, 1), drawn)
    assert (margin.kind, margin.key) == (MARGIN, "m")
    assert {(each.start, each.width) for each in shares} == {(300, 100)}
    assert [each.kind for each in shares] == [0, 1]
    assert coverage.kind == "coverage"
    assert pattern(drawn[0], (margin,)) == "1-4"
    assert pattern(drawn[1], (margin,)) == "0-0"
    assert pattern(figures(5, 5, leader=None), (margin,)) == "equal"
    assert pattern(figures(0, 0, leader=None), (margin,)) == "none"


# --- the pages of the example ---


@pytest.fixture(scope="module", params=["en", "es"])
def page(request: pytest.FixtureRequest, miniature: Path) -> Page:
    return Page((miniature / request.param / "map.html").read_text("utf-8"))


def test_the_page_is_well_formed_and_every_pattern_is_there(page: Page) -> None:
    assert page.errors == []
    fills = {attrs["fill"][5:-1] for tag, attrs in page.tags if attrs.get("fill", "").startswith("url(")}
    assert fills <= set(page.ids)
    assert set(page.refers) <= set(page.ids)


def test_there_is_a_map_for_each_contest_and_basis(page: Page, miniature: Path) -> None:
    drawings = [attrs for tag, attrs in page.tags if attrs.get("class") == "drawing"]
    tables = list(miniature.glob("data/*/areas-*.csv"))
    assert len(drawings) == len(tables)


def test_every_drawn_area_links_to_its_page_and_has_its_row(page: Page) -> None:
    for drawing in (attrs for tag, attrs in page.tags if attrs.get("class") == "drawing"):
        assert drawing["aria-labelledby"].split()[1].endswith("-basis")
    linked = [attrs["href"] for tag, attrs in page.tags if tag == "a" and attrs["href"].startswith("areas/")]
    assert {"areas/N.html", "areas/C.html", "areas/S.html"} == set(linked)
    assert [row[0] for row in page.tables[0][1:]] == ["Isla Norte", "Isla Centro", "Isla Sur"]


def test_an_area_without_a_counted_sheet_looks_so_in_every_shading(page: Page) -> None:
    paths = [attrs for tag, attrs in page.tags if tag == "path" and "fill" in attrs and "d" in attrs]
    empty = [attrs for attrs in paths if attrs.get("class") == "none"]
    assert empty  # in the paper counts there are some
    assert all(attrs["fill"].endswith("none)") for attrs in empty)


def test_a_legend_names_only_what_is_on_the_map(page: Page, miniature: Path) -> None:
    text = (miniature / "en" / "map.html").read_text("utf-8")
    for caption in re.findall(r"<figcaption>.*?</figcaption>", text, re.DOTALL):
        bare = re.sub(r'<(span|li) class="when-dots">.*?</\1>', "", caption, flags=re.DOTALL)
        assert "circle" not in bare
        assert "in 0 areas" not in caption


def test_the_scales_of_a_contest_are_the_same_in_all_its_maps(miniature: Path) -> None:
    text = (miniature / "en" / "map.html").read_text("utf-8")
    legends = re.findall(r'<ul class="legend for-([abc])">(.*?)</ul>', text, re.DOTALL)
    edges = [re.findall(r"[0-9.]+% – [0-9.]+%", legend) for _, legend in legends]
    contests = len(list((miniature / "data").glob("*/areas-reported.csv")))
    assert len({tuple(each) for each in edges}) == contests


def test_areas_too_small_to_touch_are_shown_again_enlarged(page: Page, miniature: Path) -> None:
    """The southern island is narrower than that on this map."""
    text = (miniature / "en" / "map.html").read_text("utf-8")
    for shown in re.findall(r'<ul class="small-areas".*?</ul>', text, re.DOTALL):
        for box in re.findall(r'viewBox="[-0-9]+ [-0-9]+ ([0-9]+) ([0-9]+)"', shown):
            assert min(map(int, box)) < SMALL + 6


def test_a_contest_of_a_part_shows_the_rest_as_land(page: Page) -> None:
    land = [attrs["d"].count("M") for tag, attrs in page.tags if attrs.get("class") == "land"]
    whole, part = min(land), max(land)
    assert (whole, part) == (1, 5)  # the rock alone; with it the other two islands, each with an islet


def test_the_geometry_and_its_source_are_published(miniature: Path, page: Page) -> None:
    assert (miniature / "data" / GEOMETRY).is_file()
    assert "ficti" in page.said


# --- other configurations ---


def configured(directory: Path, *changes: tuple[str, str]) -> Path:
    """The example, with these parts of its configuration replaced."""
    shutil.copytree(ROOT / "examples" / "miniature", directory)
    text = (directory / "election.toml").read_text()
    for old, new in changes:
        assert old in text
        text = text.replace(old, new, 1)
    (directory / "election.toml").write_text(text)
    return directory


def published(config: Path, target: Path) -> Path:
    master = SigningKey(sha256(b"key of the tests").digest())
    publish(config, target, master=master, clock=1_900_000_000, progress=lambda *_: None)
    return target


def test_without_shapes_there_are_tables_with_bars_and_mirrors_are_listed(tmp_path: Path) -> None:
    listed = ", ".join(f'"{address}"' for address in ADDRESSES)
    config = configured(
        tmp_path / "config",
        ('shapes = "islands.geojson"', "#"),
        ('property = "island"', "#"),
        ("[publication]\n", f"[publication]\nmirrors = [{listed}]\n"),
        ("[map]", "[later]"),
        (', lon = "lon", lat = "lat"', ""),
    )
    text = (config / "election.toml").read_text()
    start = text.index("[later]")
    (config / "election.toml").write_text(text[:start] + text[text.index("[[import.areas]]") :])
    target = published(config, tmp_path / "public")
    assert not (target / "data" / GEOMETRY).exists()
    page = Page((target / "en" / "map.html").read_text("utf-8"))
    assert page.errors == []
    assert not any(attrs.get("class") == "drawing" for _, attrs in page.tags)
    assert [row[0] for row in page.tables[0][1:]] == ["Isla Norte", "Isla Centro", "Isla Sur"]
    assert any(attrs.get("class") == "bar" for tag, attrs in page.tags if tag == "svg")
    trust = parse_trust((target / "trust.toml").read_bytes())
    assert trust.mirrors == ADDRESSES
    note = open_mirrors((target / MIRRORS).read_bytes(), [log.key for log in trust.policy.logs])
    assert (note.addresses, note.signed_at) == (ADDRESSES, 1_900_000_000)
    assert set(ADDRESSES) <= set(Page((target / "es" / "how-to-verify.html").read_text("utf-8")).links)


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (('shapes = "islands.geojson"', 'shapes = "none.geojson"'), "There is no file 'none.geojson'"),
        (('shapes = "islands.geojson"', 'shapes = "../x.geojson"'), "outside the directory"),
        (('shapes = "islands.geojson"', 'shapes = "areas.csv"'), r"areas\.csv: This is not a JSON file"),
        (('property = "island"', 'property = "name"'), "no property 'name'"),
        (('property = "island"', 'property = "island"\ncodes = { N = "Q" }'), "does not have"),
        (('property = "island"', 'property = "island"\ncodes = { N = "S" }'), "2 shapes for the area 'S'"),
    ],
)
def test_shapes_that_are_none_stop_the_publication(tmp_path: Path, change: tuple[str, str], why: str) -> None:
    config = configured(tmp_path / "config", change)
    with pytest.raises(EscrutinioError, match=why):
        published(config, tmp_path / "public")
    assert not (tmp_path / "public").exists()
