"""The one publisher of a hub, in this process."""

from __future__ import annotations

import json
import multiprocessing
import socket
from concurrent.futures.process import BrokenProcessPool
from dataclasses import replace
from pathlib import Path
from threading import Event, Timer

import msgspec
import pytest

from escrutinio.base.workers import workers
from escrutinio.running.hub.sequencer import Sequencer
from escrutinio.running.hub.showing import Pace
from escrutinio.running.witness.home import WitnessHome
from escrutinio.running.workspace.witnesses import WitnessesTable, WitnessTable
from tests.running.hub.night import begun

PATIENCE = 60.0


def test_whose_cosignature_is_missing_is_noted_once(tmp_path: Path) -> None:
    """Without the quorum nothing becomes public, and `hub.log` alone says whom to call."""
    night, stop = begun(tmp_path), Event()
    home = WitnessHome(tmp_path / "azul")
    home.make("azul.example/witness", "words")
    with socket.create_server(("127.0.0.1", 0)) as gone:
        address = f"http://127.0.0.1:{gone.getsockname()[1]}"  # at which nobody listens any more
    witness = WitnessTable(name="azul", vkey=str(home.signers("words")[0].verifier), url=address)
    settings = msgspec.structs.replace(
        night.workspace.settings, witnesses=WitnessesTable(witness=(witness,), quorum="azul")
    )
    workspace = replace(night.workspace, settings=settings)
    with workspace.acceptor() as acceptor:
        acceptor.accept(night.complaints(1))
    watch = Timer(1.0, stop.set)
    watch.start()
    Sequencer(workspace, night.signer, Pace(0.05, 0, 0), stop).run(lambda _: None, executor=None)
    watch.cancel()
    said = [json.loads(line) for line in (workspace.private / "hub.log").read_text().splitlines()]
    [noted] = [each for each in said if each["event"] == "not-published"]
    assert [(each["witness"], each["code"]) for each in noted["why"]] == [("azul", "witness-unreached")]


@pytest.mark.slow
def test_where_pages_can_no_longer_be_made_it_ends(tmp_path: Path) -> None:
    """A log that goes on beside pages that stand still would mislead: whoever looks after it begins anew."""
    night, stop = begun(tmp_path), Event()
    others = set(multiprocessing.active_children())
    watch = Timer(PATIENCE, stop.set)
    watch.start()
    with workers(2) as executor:

        def kill(_size: int) -> None:
            for process in set(multiprocessing.active_children()) - others:
                process.kill()

        with pytest.raises(BrokenProcessPool):
            Sequencer(night.workspace, night.signer, Pace(0.05, 0.05, 0.05), stop).run(
                kill, executor=executor
            )
    watch.cancel()
    assert stop.is_set()
    assert "stopped" in (night.workspace.private / "hub.log").read_text()
