"""What a hub shows while its log grows: totals at once, pages and evidence later, each with its size."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from concurrent.futures import Executor
from contextlib import contextmanager
from pathlib import Path
from threading import Event, Thread
from time import monotonic
from typing import Any

import pytest

from escrutinio.base.workers import workers
from escrutinio.core.verification.publication import verify_publication
from escrutinio.running.hub.sequencer import Sequencer
from escrutinio.running.hub.showing import Pace
from tests.core.verification.whole import failures
from tests.running.hub.night import Night, begun

PATIENCE = 60.0
NEVER = 3_600.0


@contextmanager
def publishing(night: Night, pace: Pace, processes: int = 2) -> Iterator[None]:
    """The publisher in a thread of this process, ended with the block."""
    stop, started = Event(), Event()
    faults: list[BaseException] = []

    def run(executor: Executor | None) -> None:
        try:
            Sequencer(night.workspace, night.signer, pace, stop).run(
                lambda _: started.set(), executor=executor
            )
        except BaseException as fault:
            faults.append(fault)
            started.set()

    with workers(processes) as executor:
        thread = Thread(target=run, args=(executor,))
        thread.start()
        try:
            assert started.wait(PATIENCE)
            yield
        finally:
            stop.set()
            thread.join()
    assert not faults


def until(night: Night, holds: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
    """What `live.json` says once something holds of it."""
    path = night.workspace.public / "live.json"
    end, wait = monotonic() + PATIENCE, Event()
    while monotonic() < end:
        if path.exists() and holds(found := json.loads(path.read_bytes())):
            return dict(found)
        wait.wait(0.02)
    raise AssertionError(path.read_text())


def shown(live: dict[str, Any]) -> bool:
    return live["pages"] is not None


def send(night: Night, records: list[bytes]) -> None:
    with night.workspace.acceptor() as acceptor:
        acceptor.accept(records)


@pytest.mark.slow
def test_totals_come_with_each_checkpoint_and_pages_later(tmp_path: Path) -> None:
    night = begun(tmp_path)
    with publishing(night, Pace(0.05, NEVER, NEVER)):
        first = until(night, shown)
        send(night, night.complaints(3))
        then = until(night, lambda live: live["size"] == first["size"] + 3)
        assert then["pages"] == first["pages"]
    told = verify_publication(night.workspace.public)
    assert failures(told.answers) == []
    assert told.log is not None
    assert told.log.size == then["size"]
    assert json.loads((night.workspace.public / "latest.json").read_bytes())["size"] == then["size"]


@pytest.mark.slow
def test_evidence_comes_at_its_own_pace_and_pages_say_of_which_size_it_is(tmp_path: Path) -> None:
    night = begun(tmp_path)
    page = night.workspace.public / "en/evidence.html"
    with publishing(night, Pace(0.05, 0.05, NEVER)):
        first = until(night, shown)
        send(night, night.complaints(3))
        then = until(night, lambda live: live["pages"]["size"] == first["size"] + 3)
        assert (then["pages"]["evidence"], then["pages"]["tables"]) == (first["size"], first["size"])
        assert f"when the log had {first['size']} entries" in page.read_text()
    with publishing(night, Pace(0.05, 0.05, 0.05)):
        until(night, lambda live: live["pages"]["evidence"] == live["pages"]["tables"] == then["size"])
    assert "when the log had" not in page.read_text()
    told = verify_publication(night.workspace.public)
    assert failures(told.answers) == []
    assert told.of_tables is not None
    assert told.of_tables.size == then["size"]


@pytest.mark.slow
@pytest.mark.parametrize("processes", [1, 2])
def test_what_is_shown_is_not_made_again(tmp_path: Path, processes: int) -> None:
    """On a machine with one core too, and by a publisher that begins where another ended."""
    night = begun(tmp_path)
    for _ in range(2):
        with publishing(night, Pace(0.05, 0.05, 0.05), processes):
            until(night, whole)
            Event().wait(1)  # nothing comes, and nothing tells that nothing was made
    lines = (night.workspace.private / "hub.log").read_text().splitlines()
    made = [found for line in lines if (found := json.loads(line))["event"] == "shown"]
    assert len(made) == len({(found["size"], found["evidence"]) for found in made})


def whole(live: dict[str, Any]) -> bool:
    pages = live["pages"]
    return pages is not None and pages["evidence"] == pages["tables"] == pages["size"] == live["size"]
