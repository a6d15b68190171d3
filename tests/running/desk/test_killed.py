"""The desk's process is killed between two saves and started again: what was saved is there."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import msgspec
import pytest
from PIL import Image

from escrutinio.base.clock import now
from escrutinio.running.desk.app import desk_directory
from escrutinio.running.desk.sessions import Sessions, Use
from escrutinio.running.desk.transcription.desk import JOURNAL, RESULT
from escrutinio.running.workspace.collection.inputs import Transcribed
from escrutinio.running.workspace.workspace import open_workspace
from tests.cli.hands import Election, begin_election, roll_in_force
from tests.running.desk.serving import origin

pytestmark = pytest.mark.slow


@contextmanager
def killed_at_the_end(directory: Path, pictures: Path) -> Iterator[httpx.Client]:
    """`escrutinio desk open` in a process of its own, which SIGKILL ends."""
    words = ["desk", "open", directory, "--listen", "127.0.0.1:0", "--pictures", pictures]
    process = subprocess.Popen(
        [sys.executable, "-m", "escrutinio", *map(str, words)],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
    )
    try:
        assert process.stdout is not None
        address = next(line for line in process.stdout if re.match(r"http://127\.0\.0\.1:\d+/$", line))
        with httpx.Client(base_url=address.strip(), timeout=30) as client:
            yield client
    finally:
        process.kill()
        process.communicate()


def test_what_was_typed_before_the_desk_was_killed_is_there_when_it_starts_again(tmp_path: Path) -> None:
    election = roll_in_force(Election(begin_election(tmp_path)))
    workspace = open_workspace(election.directory)
    pictures = tmp_path / "photos"
    pictures.mkdir()
    Image.new("RGB", (60, 80), "white").save(pictures / "a.png")
    state = workspace.open().state
    view = next(each for each in state.contests if len(each.options) > 2)
    form = {"station": state.roll.stations[0], "contest": view.code}
    form |= {f"classes.{n}": "0" for n in range(len(view.classes))}
    form |= {f"counts.{n}": str(n + 1) for n in range(len(view.options))}
    sessions = Sessions(desk_directory(workspace), now)
    typed = desk_directory(workspace) / "typed"
    for label in ("t1", "t2"):
        key = sessions.hand_out(label, Use.TYPIST, 3600)
        with killed_at_the_end(election.directory, pictures) as client:
            headers = {"origin": origin(client)}
            assert client.post("/enter", data={"key": key}, headers=headers).status_code == 303
            [image] = re.findall(r'name="image" value="([^"]+)"', client.get("/transcription").text)
            sent = client.post("/transcription/type", data={"image": image, **form}, headers=headers)
            assert sent.status_code == 303
    assert len((typed / JOURNAL).read_bytes().splitlines()) == 2
    with killed_at_the_end(election.directory, pictures) as client:
        assert client.post("/enter", data={"key": key}, headers={"origin": origin(client)}).status_code == 303
        assert image not in client.get("/transcription").text
    [line] = (typed / RESULT).read_bytes().splitlines()
    done = msgspec.json.decode(line, type=Transcribed)
    assert (done.typists, done.counts) == (("t1", "t2"), tuple(range(1, len(view.options) + 1)))
