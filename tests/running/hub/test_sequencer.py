"""The one publisher of a hub, in this process."""

from __future__ import annotations

import multiprocessing
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path
from threading import Event, Timer

import pytest

from escrutinio.base.workers import workers
from escrutinio.running.hub.sequencer import Sequencer
from escrutinio.running.hub.showing import Pace
from tests.running.hub.night import begun

PATIENCE = 60.0


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
