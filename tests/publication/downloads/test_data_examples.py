"""The data of the two examples: whole, valid, of a bearable size, and with the figures they must have."""

import gzip
import json
from functools import cache

import jsonschema_rs
import pytest

from escrutinio.core.derived.compare import compare_derived
from escrutinio.core.election.fold import fold
from escrutinio.core.election.state import ElectionState
from escrutinio.core.records.keys import SigningKey
from escrutinio.intake.authoring.compose import compose, read_tables
from escrutinio.intake.authoring.config import read_config
from escrutinio.intake.authoring.keyring import Keyring
from escrutinio.publication.downloads.data import data_files
from escrutinio.publication.downloads.datapackage import datapackage, resource
from escrutinio.publication.downloads.geojson import published_geometry
from tests.core.derived.described import check_described
from tests.paths import ROOT
from tests.privacy import scan_bytes

CLOCK = 1_900_000_000
MOST_BYTES = 15_000_000
EXAMPLES = ["miniature", pytest.param("venezuela-2024", marks=pytest.mark.slow)]


@cache
def example(name: str) -> tuple[ElectionState, dict[str, bytes]]:
    """The state of an example and the files of its `data/`."""
    directory = ROOT / "examples" / name
    config = read_config((directory / "election.toml").read_bytes(), "election.toml")
    keyring = Keyring(SigningKey(bytes(range(32))), config.code)
    tables = read_tables(config, directory)
    made = compose(config, tables, keyring, base_dir=directory, clock=CLOCK, progress=lambda *_: None)
    state = fold([made.records], made.attachments.get)
    files = list(data_files(state, CLOCK, tables.bad, published_geometry(config.shown, tables, directory)))
    description = datapackage(state, [resource(*file) for file in files], [], CLOCK)
    return state, {**{path: content for path, _, content in files}, "datapackage.json": description}


@pytest.mark.parametrize("name", EXAMPLES)
def test_the_data_of_an_example_holds_against_its_log(name: str) -> None:
    state, files = example(name)
    assert [str(check.why) for check in compare_derived(state, files.get) if check.difference] == []
    assert [str(check.why) for check in check_described(files.get) if check.difference] == []
    assert sum(map(len, files.values())) < MOST_BYTES


@pytest.mark.parametrize("name", EXAMPLES)
def test_the_reports_of_an_example_validate(name: str) -> None:
    schema = ROOT / "tests" / "data" / "nist_v2_election_results_reporting.json"
    validator = jsonschema_rs.validator_for(json.loads(schema.read_bytes()))
    _, files = example(name)
    reports = {path: content for path, content in files.items() if path.startswith("nist")}
    assert reports
    for path, content in reports.items():
        report = json.loads(gzip.decompress(content))
        assert [str(error) for error in validator.iter_errors(report)] == [], path


@pytest.mark.parametrize("name", EXAMPLES)
def test_the_data_of_an_example_holds_nothing_personal(name: str) -> None:
    _, files = example(name)
    # Parquet and the packed reports say in other forms what the tables say.
    texts = {path: content for path, content in files.items() if not path.endswith((".parquet", ".gz"))}
    assert {path: found for path, content in texts.items() if (found := scan_bytes(path, content))} == {}


def test_the_miniature_has_every_basis() -> None:
    _, files = example("miniature")
    tables = {path.split("/")[1] for path in files if path.startswith("presidencia/areas-")}
    assert {path.removesuffix(".csv").removeprefix("areas-") for path in tables if path.endswith(".csv")} == {
        "reported",
        "ruled",
        "copies-party-ancla",
        "copies-party-concha",
        "paper",
    }
