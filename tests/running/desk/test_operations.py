"""The operations board: what a log says of stations, whom it lists to be called, who may see it and note
calls."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import httpx
import msgspec
import numpy as np
import pytest

from escrutinio.base.errors import InputError
from escrutinio.core.log.store import Held
from escrutinio.core.records import parts as p
from escrutinio.core.records import types as t
from escrutinio.core.records.codes import Channel, EventKind, Role, StationChangeKind
from escrutinio.publication.site.cosigning import Cosigning, Silent, Waiting
from escrutinio.running.desk.app import desk_application, desk_directory
from escrutinio.running.desk.calls import CALLS, Called, Calls, Outcome
from escrutinio.running.desk.operations import (
    CLOSES,
    LATE,
    OPENS,
    Call,
    Ground,
    Hours,
    area_counts,
    arrivals_of,
    arrivals_waiting,
    hours_of,
    stations_of,
    waiting_sheets,
)
from escrutinio.running.desk.operations_page import hub_status
from escrutinio.running.desk.sessions import Sessions, Use
from escrutinio.running.hub.sequencer import pause, resume
from escrutinio.running.workspace.witnesses import SILENCES
from escrutinio.running.workspace.workspace import Workspace, open_workspace
from tests.cli.hands import CLOCK, Election, begin_election, roll_in_force
from tests.cli.running import in_process
from tests.core.election.build import DAY, VOTES, Day
from tests.running.desk.serving import origin, served

HOURS = Hours(DAY, DAY + 36_000)
AFTER_OPENING, AFTER_CLOSING = DAY + LATE, DAY + 36_000 + LATE


@pytest.fixture
def day() -> Day:
    """Four stations: n1.01, n1.02, n2.01, s1.01, each with a machine."""
    made = Day(calendar=(p.Deadline(OPENS, DAY), p.Deadline(CLOSES, DAY + 36_000)))
    for station in ("n1.01", "n1.02", "n2.01", "s1.01"):
        made.enrol(f"machine/{station}", Role.MACHINE, station)
    return made


def say_event(day: Day, station: str, event: EventKind) -> None:
    day.say(t.MachineEvent(event, DAY, 0), f"machine/{station}", station)


def called(day: Day, now: int, hours: Hours = HOURS) -> dict[Call, list[str]]:
    state = day.state()
    calls = stations_of(state).calls(hours, now)
    return {why: [state.roll.stations[n] for n in np.flatnonzero(which)] for why, which in calls.items()}


def test_a_station_opened_by_its_machine_its_zero_report_or_its_sheet(day: Day) -> None:
    say_event(day, "n1.01", EventKind.OPENED)
    day.say(t.ZeroReport((0, 0, 0, 0), bytes(32)), "machine/n1.02", "n1.02/presidente")
    day.sheet("machine/s1.01", "s1.01", VOTES)
    found = stations_of(day.state())
    assert found.opened.tolist() == [Ground.EVENT, Ground.ZERO_REPORT, Ground.NONE, Ground.SHEET]
    assert called(day, AFTER_OPENING - 1)[Call.NOT_OPENED] == []
    assert called(day, AFTER_OPENING)[Call.NOT_OPENED] == ["n2.01"]


def test_each_station_is_called_for_its_first_reason_alone(day: Day) -> None:
    say_event(day, "n1.01", EventKind.OPENED)
    for event in (EventKind.OPENED, EventKind.CLOSED, EventKind.TRANSMISSION_FAILED):
        say_event(day, "n1.02", event)
    day.sheet("machine/s1.01", "s1.01", VOTES)  # the council is not voted on in the south
    assert called(day, AFTER_CLOSING) == {
        Call.NOT_OPENED: ["n2.01"],
        Call.NOT_CLOSED: ["n1.01"],
        Call.NOT_TRANSMITTED: ["n1.02"],
    }
    assert called(day, AFTER_OPENING)[Call.NOT_TRANSMITTED] == ["n1.02"]
    assert stations_of(day.state()).failed.tolist() == [False, True, False, False]


def test_a_word_that_it_transmitted_is_no_sheet(day: Day) -> None:
    for event in (EventKind.OPENED, EventKind.CLOSED, EventKind.TRANSMISSION_FAILED, EventKind.TRANSMITTED):
        say_event(day, "s1.01", event)
    found = stations_of(day.state())
    assert (bool(found.sent[3]), bool(found.failed[3])) == (True, False)
    assert called(day, AFTER_OPENING)[Call.NOT_TRANSMITTED] == ["s1.01"]


def test_without_hours_only_what_records_say_counts(day: Day) -> None:
    assert not any(called(day, AFTER_CLOSING, Hours()).values())
    assert hours_of(day.state()) == HOURS
    assert hours_of(day.state(), 5, 6) == Hours(5, 6)


def test_a_station_that_was_closed_for_good_is_not_called(day: Day) -> None:
    day.say(t.StationChange(StationChangeKind.CLOSED, "n2", None, None), "authority/1", "n2.01")
    found = stations_of(day.state())
    assert "n2.01" not in called(day, AFTER_OPENING)[Call.NOT_OPENED]
    whole, _ = area_counts(found, np.zeros(4, np.bool_), 0, np.zeros(4, np.int32))
    assert whole.stations == 3


def test_stations_on_paper_are_asked_for_sheets_alone() -> None:
    from dataclasses import replace

    day = Day(law=lambda usual: replace(usual, paper=("sur",)))
    assert called(day, AFTER_OPENING)[Call.NOT_OPENED] == ["n1.01", "n1.02", "n2.01"]
    assert called(day, AFTER_CLOSING)[Call.NOT_TRANSMITTED] == ["s1.01"]


def test_areas_add_up(day: Day) -> None:
    say_event(day, "n1.01", EventKind.OPENED)
    found = stations_of(day.state())
    unopened = found.calls(HOURS, AFTER_OPENING)[Call.NOT_OPENED]
    whole, children = area_counts(found, unopened, 0, np.zeros(4, np.int32))
    assert [(each.code, each.stations, each.opened, each.calls) for each in (whole, *children)] == [
        ("isla", 4, 1, 3),
        ("norte", 3, 1, 2),
        ("sur", 1, 0, 1),
    ]


def test_arrivals_are_what_receivers_told(day: Day) -> None:
    day.enrol("receiver/1", Role.RECEIVER)
    first = day.sheet("machine/n1.01", "n1.01", VOTES)
    day.sheet("machine/n1.02", "n1.02", VOTES)
    day.sheet("machine/s1.01", "s1.01", VOTES)
    told = (p.Arrived(Channel.NETWORK, 90), p.Arrived(Channel.REMOVABLE, 30))
    day.say(t.Arrival(first, told, ()), "receiver/1", "election")
    state = day.state()
    came = arrivals_of(state)
    assert came.moments.tolist() == [DAY + 30, DAY + 90]
    assert came.station.tolist() == [1, 0]
    assert came.by_channel() == {Channel.NETWORK: 1, Channel.REMOVABLE: 1}
    assert came.untold.tolist() == [3]
    assert came.curve() == [(DAY + 30, 1), (DAY + 90, 2)]
    south = came.within(np.array([False, False, False, True]))
    assert (len(south.moments), south.curve(), len(south.untold)) == (0, [], 1)


def test_a_station_whose_sheets_came_and_wait_is_not_called(day: Day) -> None:
    """The authority keeps them until results may be public; what it knows of them is that they came."""
    size = len(day.log)
    day.sheet("machine/s1.01", "s1.01", VOTES)  # all that is voted on there
    day.sheet("machine/n1.01", "n1.01", VOTES)  # one of two
    day.sheet("machine/n1.01", "n1.01", VOTES)
    waits = [*day.log[size:], b"no record"]
    del day.log[size:]
    state = day.state()
    found, waiting = stations_of(state), waiting_sheets(state, waits)
    names = state.roll.stations
    assert {names[at]: count for at, count in enumerate(waiting.tolist()) if count} == {
        "n1.01": 1,
        "s1.01": 1,
    }
    calls = found.calls(HOURS, AFTER_CLOSING, waiting)
    said = {why: [names[n] for n in np.flatnonzero(which)] for why, which in calls.items()}
    assert said[Call.NOT_OPENED] == ["n1.02", "n2.01"]
    assert said[Call.NOT_TRANSMITTED] == ["n1.01"]
    south = area_counts(found, np.zeros(4, np.bool_), 0, waiting)[1][1]
    assert (south.code, south.transmitted, south.waiting) == ("sur", 0, 1)
    held = [Held(raw, DAY + at, 0, 0, channel=Channel.REMOVABLE) for at, raw in enumerate(waits)]
    came = arrivals_waiting(state, held)
    assert came.by_channel() == {Channel.REMOVABLE: 2}
    both = arrivals_of(state).beside(came)  # the second sheet of one contest is none that is expected
    assert both.curve() == [(DAY, 1), (DAY + 1, 2)]
    assert [names[at] for at in both.station.tolist()] == ["s1.01", "n1.01"]
    day.log += waits[:1]  # in the log it waits no more
    assert waiting_sheets(day.state(), waits[:1]).sum() == 0
    assert len(arrivals_waiting(day.state(), held[:1]).moments) == 0


# --- calls ---


def test_the_last_call_of_a_station_stands_and_a_cut_line_is_taken_away(tmp_path: Path) -> None:
    calls = Calls(tmp_path)
    assert calls.latest() == {}
    first = Called(station="n1.01", outcome=Outcome.NO_ANSWER, at=1, label="c1")
    calls.add(first)
    with (tmp_path / CALLS).open("ab") as file:
        file.write(b'{"station":"n1.0')
    assert calls.latest() == {"n1.01": first}
    last = Called(station="n1.01", outcome=Outcome.WORKING, at=2, label="c1")
    calls.add(last)
    assert calls.latest() == {"n1.01": last}


def test_a_damaged_list_of_calls_is_refused(tmp_path: Path) -> None:
    (tmp_path / CALLS).write_text('{"station": 1}\n')
    with pytest.raises(InputError, match="no list of calls"):
        Calls(tmp_path).latest()


# --- the page ---


@pytest.fixture(scope="module")
def election(tmp_path_factory: pytest.TempPathFactory) -> Election:
    return roll_in_force(Election(begin_election(tmp_path_factory.mktemp("operations"))))


@pytest.fixture
def workspace(election: Election) -> Workspace:
    return open_workspace(election.directory)


@pytest.fixture
def client(workspace: Workspace) -> Iterator[httpx.Client]:
    with served(desk_application(workspace, now=lambda: CLOCK)) as client:
        yield client
    for path in desk_directory(workspace).iterdir():
        path.unlink()


def enter(client: httpx.Client, workspace: Workspace, use: Use) -> None:
    key = Sessions(desk_directory(workspace), lambda: CLOCK).hand_out(use.value, use, 3600)
    answer = client.post("/enter", data={"key": key}, headers={"origin": origin(client)})
    assert answer.status_code == 303


def test_only_a_board_session_sees_or_notes(client: httpx.Client, workspace: Workspace) -> None:
    note = {"station": "N1.01", "outcome": "no-answer"}
    for _ in range(2):
        assert client.get("/operations").status_code == 403
        answer = client.post("/operations/called", data=note, headers={"origin": origin(client)})
        assert answer.status_code == 403
        if not client.cookies:
            enter(client, workspace, Use.TYPIST)
    assert not (desk_directory(workspace) / CALLS).exists()


def test_the_board_says_what_it_knows_and_keeps_a_call(client: httpx.Client, workspace: Workspace) -> None:
    enter(client, workspace, Use.BOARD)
    page = client.get("/operations?lang=en").text
    assert "0 of 12 stations have all their sheets in the log" in page
    assert "Closed: nothing is made public" in page
    assert "Neither calendar nor command says" not in page
    assert "0 de 12 mesas tienen todas sus actas" in client.get("/operations?lang=es").text
    note = {"station": "N1.01", "outcome": "no-power"}
    there = {"origin": origin(client)}
    assert client.post("/operations/called", data=note, headers={"origin": "http://x"}).status_code == 403
    for wrong in ({"station": "Z9.01"}, {"outcome": "asleep"}):
        assert client.post("/operations/called", data=note | wrong, headers=there).status_code == 422
    assert not (desk_directory(workspace) / CALLS).exists()
    assert client.post("/operations/called", data=note, headers=there).status_code == 303
    kept = Calls(desk_directory(workspace)).latest()
    assert {code: (one.outcome, one.label) for code, one in kept.items()} == {
        "N1.01": (Outcome.NO_POWER, "board")
    }


def test_the_hub_is_open_paused_or_closed(workspace: Workspace) -> None:
    assert hub_status(workspace).code == "closed"
    with workspace.alone():
        assert hub_status(workspace).code == "open"
        pause(workspace, "a test")
        assert hub_status(workspace).code == "paused"
    resume(workspace, "a test")
    assert hub_status(workspace).said_of_quorum("en") == ""
    missing = Cosigning(Waiting(CLOCK, 9), (Silent("azul", CLOCK),))
    (workspace.private / SILENCES).write_bytes(msgspec.json.encode(missing))
    said = hub_status(workspace).said_of_quorum("en")
    assert said.endswith("nothing becomes public, for want of cosignatures. Silent: azul")
    (workspace.private / SILENCES).unlink()


def test_the_command_lists_whom_to_call(election: Election) -> None:
    import json

    hours = ("--opens", "2031-01-01T06:00:00Z", "--closes", "2031-01-01T18:00:00Z")
    clock = {"SOURCE_DATE_EPOCH": str(CLOCK)}
    done = in_process("workspace", "board", election.directory, *hours, "--json", **clock)
    found = json.loads(done.stdout)
    assert done.exit_code == 3
    assert (found["area"]["stations"], found["area"]["calls"], len(found["calls"])) == (12, 12, 12)
    paper = {"S1.01", "S1.02"}
    assert {each["station"] for each in found["calls"] if each["why"] == "not-transmitted"} == paper
    assert sum(each["why"] == "not-opened" for each in found["calls"]) == 10
    plain = in_process("workspace", "board", election.directory, **clock)
    assert (plain.exit_code, "to call 0" in plain.stdout, plain.stderr) == (0, True, "")
    assert in_process("workspace", "board", election.directory, "--area", "nowhere").exit_code == 2
