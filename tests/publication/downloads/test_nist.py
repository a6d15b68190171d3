"""NIST SP 1500-100 version 2: the reports validate, hang together, and say what the log says."""

import json
from collections.abc import Iterator
from dataclasses import replace
from functools import cache

import jsonschema_rs
import numpy as np
import pytest

from escrutinio.core.election.state import ElectionState
from escrutinio.core.records import codes as k
from escrutinio.publication.downloads.data import data_files
from escrutinio.publication.downloads.nist import station_report, summary_report
from tests.paths import ROOT
from tests.publication.small import MOMENT, log, small_state, state_of


@cache
def schema() -> jsonschema_rs.Validator:
    path = ROOT / "tests" / "data" / "nist_v2_election_results_reporting.json"
    return jsonschema_rs.validator_for(json.loads(path.read_bytes()))


def report(detail: str, basis: str = "reported", state: ElectionState | None = None) -> dict[str, object]:
    state = state or small_state()
    make = {"areas": summary_report, "stations": station_report}[detail]
    found: dict[str, object] = json.loads(make(state, state.basis(basis), MOMENT))
    return found


def find(node: object, kind: str) -> list[dict[str, object]]:
    """All objects of a type, at any depth."""
    return [found for found in objects(node) if found.get("@type") == f"ElectionResults.{kind}"]


def objects(node: object) -> Iterator[dict[str, object]]:
    if isinstance(node, dict):
        yield node
        for value in node.values():
            yield from objects(value)
    elif isinstance(node, list):
        for item in node:
            yield from objects(item)


def counts(node: object, unit: str, number: str, kind: str = "VoteCounts") -> list[object]:
    return [found[number] for found in find(node, kind) if found["GpUnitId"] == unit]


CASES = [(detail, basis) for detail in ("areas", "stations") for basis in ("reported", "copies:party/uno")]


@pytest.mark.parametrize(("detail", "basis"), CASES)
@pytest.mark.parametrize("kind", k.Kind)
def test_a_report_validates(detail: str, basis: str, kind: k.Kind) -> None:
    assert [str(error) for error in schema().iter_errors(report(detail, basis, small_state(kind)))] == []


def test_the_schema_refuses_a_report_with_one_wrong_word() -> None:
    found = report("areas")
    found["Status"] = "official"
    assert not schema().is_valid(found)


@pytest.mark.parametrize(("detail", "basis"), CASES)
def test_every_identifier_is_given_once_and_every_reference_finds_it(detail: str, basis: str) -> None:
    found = report(detail, basis)
    given = [node["@id"] for node in objects(found) if "@id" in node]
    assert len(set(given)) == len(given)
    used = {
        target
        for node in objects(found)
        for name, value in node.items()
        if name.endswith(("Id", "Ids")) and name != "VendorApplicationId"
        for target in (value if isinstance(value, list) else [value])
    }
    assert used <= set(given)


def test_an_area_has_its_votes_by_option_and_each_option_its_candidate() -> None:
    found = report("areas")
    president = find(found, "CandidateContest")[0]
    assert counts(president, "area-X", "Count") == [50, 35, 15]
    assert counts(president, "area-N", "Count") == [30, 20, 10]
    assert [node["CandidateIds"] for node in find(president, "CandidateSelection")] == [
        ["candidate-presidente:a"],
        ["candidate-presidente:null"],
        ["candidate-presidente:a"],
    ]
    assert [node["EndorsementPartyIds"] for node in find(president, "CandidateSelection")] == [
        ["party-presidente:a1"],
        ["party-presidente:null"],
        ["party-presidente:a2"],
    ]


def test_null_votes_are_rejected_ballots_and_blank_votes_are_undervotes() -> None:
    found = report("areas")
    ballots = [node for node in find(found, "BallotCounts") if node["GpUnitId"] == "area-X"]
    assert [(node["OtherType"], node["BallotsCast"], node["BallotsRejected"]) for node in ballots] == [
        ("contest presidente", 106, 3)
    ]
    president = find(found, "CandidateContest")[0]
    assert counts(president, "area-X", "Undervotes", "OtherCounts") == [3]
    assert not any("Overvotes" in node for node in objects(found))


def test_a_list_contest_is_a_party_contest_of_its_district() -> None:
    (council,) = find(report("areas"), "PartyContest")
    assert (council["ElectionDistrictId"], council["VoteVariation"]) == ("area-N", "proportional")
    assert [node["PartyIds"] for node in find(council, "PartySelection")] == [
        ["party-Consejo:u"],
        ["party-Consejo:v"],
    ]
    assert counts(council, "area-N", "Count") == [40, 21]
    assert counts(council, "area-X", "Count") == []


def test_a_list_with_several_cards_is_a_coalition() -> None:
    state = small_state()
    president = replace(state.contests[0], method=k.Method.DHONDT)
    found = report("areas", state=replace(state, contests=(president, state.contests[1])))
    assert schema().is_valid(found)
    assert [(node["@id"], node["PartyIds"]) for node in find(found, "Coalition")] == [
        ("list-presidente:a", ["party-presidente:a1", "party-presidente:a2"]),
        ("list-presidente:null", ["party-presidente:null"]),
    ]


def test_only_stations_that_count_have_votes() -> None:
    president = find(report("stations"), "CandidateContest")[0]
    assert counts(president, "station-N.1", "Count") == [30, 20, 10]
    assert counts(president, "station-N.2", "Count") == []
    assert counts(president, "station-S.2", "Count") == []


def test_units_say_how_many_stations_reported_and_voters_only_where_all_are_known() -> None:
    units = {node["@id"]: node for node in find(report("stations"), "ReportingUnit")}
    country, north, south = (units[f"area-{code}"] for code in "XNS")
    assert [(node["SubUnitsReported"], node["TotalSubUnits"]) for node in (country, north, south)] == [
        (2, 5),
        (1, 2),
        (1, 3),
    ]
    assert north["VotersRegistered"] == 220
    assert "VotersRegistered" not in south
    assert units["station-N.1"]["VotersRegistered"] == 100
    assert "VotersRegistered" not in units["station-S.2"]
    assert units["area-N"]["ComposingGpUnitIds"] == ["center-N"]
    assert units["center-N"]["ComposingGpUnitIds"] == ["station-N.1", "station-N.2"]


@pytest.mark.parametrize(
    ("kind", "test"), [(k.Kind.REAL, None), (k.Kind.DRILL, "drill"), (k.Kind.SIMULATION, "simulation")]
)
def test_what_is_not_real_is_marked_as_a_test(kind: k.Kind, test: str | None) -> None:
    found = report("areas", state=small_state(kind))
    assert (found["IsTest"], found.get("TestType")) == (test is not None, test)


def test_a_report_names_its_basis_and_election_and_is_never_official() -> None:
    found = report("areas", "copies:party/uno")
    assert str(found["Notes"]).startswith("Basis: copies:party/uno.")
    assert found["Status"] == "unofficial-partial"
    assert small_state().election.hex() in [node.get("Value") for node in find(found, "ExternalIdentifier")]
    assert found["GeneratedDate"] == "2030-12-02T00:00:00Z"


@pytest.mark.parametrize(
    ("rows", "declared", "status"),
    [
        ([0, 1, 3, 5], {}, "unofficial-complete"),
        ([0, 1, 3, -1], {}, "unofficial-partial"),
        ([0, 1, 3, 5], {"S": 3}, "unofficial-partial"),
    ],
)
def test_a_report_is_complete_when_every_station_there_is_has_a_sheet(
    rows: list[int], declared: dict[str, int], status: str
) -> None:
    state = small_state()
    state = replace(
        state,
        contests=state.contests[:1],
        roll=replace(state.roll, declared=declared),
        counted={("presidente", "reported"): np.array(rows, np.int32)},
    )
    assert report("areas", state=state)["Status"] == status


def test_one_contest_alone_has_its_ballots_as_the_total() -> None:
    state = small_state()
    found = report("areas", state=replace(state, contests=state.contests[:1]))
    assert {node["Type"] for node in find(found, "BallotCounts")} == {"total"}


def test_one_basis_has_the_plain_name_and_several_have_theirs() -> None:
    def names(state: ElectionState) -> list[str]:
        return [path for path, _, _ in data_files(state, MOMENT) if "nist" in path]

    assert names(small_state()) == [
        "nist-reported.json.gz",
        "nist-reported-stations.json.gz",
        "nist-copies-party-uno.json.gz",
        "nist-copies-party-uno-stations.json.gz",
    ]
    assert names(state_of(log()[:6])) == ["nist.json.gz", "nist-stations.json.gz"]
