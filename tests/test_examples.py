"""What the two examples must come out as, read from the published files alone."""

import csv
import gzip
import json
import re
from collections import Counter
from collections.abc import Iterable
from hashlib import sha256
from pathlib import Path

import jsonschema_rs
import pytest

from escrutinio.base.workers import workers
from escrutinio.core.log.trust import parse_trust
from escrutinio.core.records.entry import open_record
from escrutinio.core.verification.publication import Verification, verify_publication
from tests.cli.test_check_command import entries
from tests.core.verification.whole import failures
from tests.paths import ROOT
from tests.privacy import Sighting, scan_bytes

COPIES = "presidente/areas-copies-importer-campaign-copies.csv"
VOTES = {
    "EG": 7_303_480,
    "NM": 3_316_142,
    "LM": 86_225,
    "JABE": 20_404,
    "JOBR": 22_097,
    "AE": 51_011,
    "CF": 12_632,
    "DC": 10_584,
    "EM": 26_067,
    "BERA": 38_620,
}


def rows(publication: Path, path: str) -> list[dict[str, str]]:
    with (publication / "data" / path).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def verified(venezuela: Path) -> Verification:
    trust = parse_trust((venezuela / "trust.toml").read_bytes())
    with workers() as executor:
        return verify_publication(venezuela, trust=trust, executor=executor)


def test_venezuela_verifies(verified: Verification) -> None:
    assert failures(verified.answers) == []
    assert verified.authenticated


def test_venezuela_totals(venezuela: Path) -> None:
    country = rows(venezuela, COPIES)[0]
    assert {code: int(country[code]) for code in VOTES} == VOTES
    assert (int(country["valid"]), int(country["null"])) == (10_887_262, 1_213)
    assert (int(country["stations_declared"]), int(country["stations_counted"])) == (30_026, 25_073)
    assert int(country["stations_counted"]) - int(country["registered_unknown_in_counted"]) == 24_540


def test_venezuela_has_copies_and_no_official_sheet(venezuela: Path) -> None:
    sheets = rows(venezuela, "presidente/sheets.csv")
    assert Counter((row["type"], row["status"]) for row in sheets) == {("copy", "counted"): 25_073}
    assert len({row["station"] for row in sheets}) == 25_073
    assert not list((venezuela / "data/presidente").glob("areas-reported*"))


def test_venezuela_places(venezuela: Path) -> None:
    areas = rows(venezuela, COPIES)
    counted = Counter(row["level"] for row in areas if int(row["stations_counted"]))
    assert counted == {"country": 1, "state": 24, "municipality": 328, "parish": 1_090}
    center_of = {row["station"]: row["center"] for row in rows(venezuela, "stations.csv")}
    assert len({center_of[row["station"]] for row in rows(venezuela, "presidente/sheets.csv")}) == 13_110


def test_venezuela_gives_the_hash_of_each_source(venezuela: Path) -> None:
    package = json.loads((venezuela / "data/datapackage.json").read_text())
    sources = {source["title"]: source["hash"] for source in package["sources"]}
    for path, digest in sources.items():
        content = (ROOT / "examples/venezuela-2024" / path).read_bytes()
        assert digest == "sha256:" + sha256(content).hexdigest()
    assert "data/sheets_v2.cp1252.csv.gz" in sources


def test_venezuela_gives_both_accounts_the_same_room(venezuela: Path) -> None:
    for language in ("es", "en"):
        home = (venezuela / language / "index.html").read_text(encoding="utf-8")
        # The council's objection to the copies, and the opposition's to the council's totals.
        for words in ("alleged records from unofficial sources", "Nearly 7 million votes for Gonzalez"):
            assert words in home


def test_nist_reports_validate(venezuela: Path, miniature: Path) -> None:
    schema = json.loads((ROOT / "tests/data/nist_v2_election_results_reporting.json").read_text())
    validator = jsonschema_rs.validator_for(schema)
    reports = [*venezuela.glob("data/nist*.json.gz"), *miniature.glob("data/nist*.json.gz")]
    assert len(reports) >= 4
    for report in reports:
        validator.validate(json.loads(gzip.decompress(report.read_bytes())))


def test_venezuela_is_small_enough(venezuela: Path) -> None:
    size = sum(file.stat().st_size for file in venezuela.rglob("*") if file.is_file())
    assert size < 63_500_000  # among them 0.8 MB that spare a phone most of a tile of hashes


def test_miniature_totals(miniature: Path) -> None:
    reported = rows(miniature, "presidencia/areas-reported.csv")[0]
    ruled = rows(miniature, "presidencia/areas-ruled.csv")[0]
    candidates = ("ceiba", "araguaney", "saman", "jabillo", "bucare")
    # Added up by hand from day.toml; the ruling lets the first sheet of C2.02 count.
    assert [int(reported[code]) for code in candidates] == [1113, 1122, 250, 78, 16]
    assert [int(ruled[code]) for code in candidates] == [1229, 1228, 275, 84, 19]
    assert (reported["stations_counted"], reported["stations_pending"]) == ("10", "1")


def test_miniature_findings(miniature: Path) -> None:
    found = Counter(row["code"] for row in rows(miniature, "findings.csv"))
    assert found == {
        "conflict": 1,
        "bulletin-mismatch": 1,
        "copy-differs": 1,
        "copy-unsigned": 3,
        "hand-count-differs": 2,
        "official-missing": 1,
        "late-key": 1,
        "no-zero-report": 1,
        "removal-requested": 1,
        "roll-changed-late": 2,
        "seal-broken": 1,
        "stated-transmission-before-print": 1,
        "record-retracted": 1,
        "key-later-revoked": 1,
        "observer-out-of-scope": 1,
    }


def test_every_page_of_the_miniature_says_that_it_is_a_simulation(miniature: Path) -> None:
    pages = list(miniature.rglob("*.html"))
    assert pages
    for page in pages:
        text = page.read_text(encoding="utf-8")
        assert "imulación" in text or "imulation" in text, page


def test_nothing_published_identifies_a_person(miniature: Path) -> None:
    assert sightings_in(file for file in miniature.rglob("*") if file.is_file()) == []


@pytest.mark.slow
def test_nothing_published_of_2024_identifies_a_person(venezuela: Path) -> None:
    large = (file for file in venezuela.rglob("*") if file.is_file())
    assert (
        sightings_in(file for file in large if file.suffix != ".parquet" and "tile" not in file.parts) == []
    )


def sightings_in(files: Iterable[Path]) -> list[tuple[str, Sighting]]:
    """What may not be published, in any of these files."""
    return [(file.name, seen) for file in files for seen in scan_bytes(file.name, file.read_bytes())]


def test_the_miniature_has_every_type_but_those_that_its_page_names(miniature: Path) -> None:
    page = (ROOT / "docs" / "script.md").read_text(encoding="utf-8")
    [but] = re.findall(r"every record type at least once \((but [^)]*)\)", page)
    vectors = json.loads((ROOT / "docs" / "vectors" / "records.json").read_text(encoding="utf-8"))
    known = {each["type"]: each["name"] for each in vectors["records"]}
    said = {open_record(raw).body.TYPE for raw in entries(miniature)}
    assert {name for type_, name in known.items() if type_ not in said} == set(
        re.findall(r"`([a-z-]+)`", but)
    )
