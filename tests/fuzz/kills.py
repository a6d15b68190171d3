"""A process that accepts and publishes, killed at any moment, again and again on one log.

Nothing that was acknowledged is lost or moved, no checkpoint that was shown is contradicted, and every state
left behind verifies and can be gone on from. (`tests/core/log/test_crash.py` kills at each system call.)
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import closing
from hashlib import sha256
from pathlib import Path
from random import Random
from time import process_time
from typing import NamedTuple

from escrutinio.core.log.checkpoint import parse_checkpoint
from escrutinio.core.log.merkle import leaf_hash, tree_root
from escrutinio.core.log.reader import open_log, read_entries
from tests.core.log.builders import LogHome, policy
from tests.core.verification.whole import verify_log
from tests.fuzz import kill_child
from tests.fuzz.subject import Subject, Tried, described

_POLICY = policy(kill_child.WITNESS, threshold=1)
_SPANS = (0.003, 0.03, 0.2)
"""Seconds within which the process is killed after its last word."""

_WORDS = 4
_START = 60.0


class Kill(NamedTuple):
    """After how many turns and seconds, and what the process draws its records from."""

    turns: int
    seconds: float
    seed: int


class Kills(Subject[Kill]):
    """Kills in a row on one log; the last answer of a row says what is lost."""

    name = "kills"
    about = "SIGKILL at any moment, many times on one log with a witness that remembers"
    count = 250
    batch = 25
    slow = 30.0
    needs_node = False

    def make(self, random: Random) -> Kill:
        seconds = random.random() * random.choice(_SPANS)
        return Kill(random.randrange(1, _WORDS), seconds, random.randrange(2**32))

    def judge(self, inputs: Sequence[Kill]) -> Iterator[Tried]:
        directory = self.place.directory / "killed"
        shutil.rmtree(directory, ignore_errors=True)
        directory.mkdir(parents=True)
        for number, kill in enumerate(inputs, 1):
            kept, began = repr(kill).encode(), process_time()
            try:
                wrong = _killed(directory, kill) or _left_behind(directory)
                if not wrong and number == len(inputs):
                    wrong = _lost(directory)
            except Exception as error:
                yield Tried("crash", described(error), kept)
                continue
            yield Tried("wrong" if wrong else "killed, and whole", wrong, kept, process_time() - began)


def _killed(directory: Path, kill: Kill) -> str:
    """Let a process work, and kill it; why it ended by itself, if it did."""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), "PYTHONDONTWRITEBYTECODE": "1"}
    command = [sys.executable, kill_child.__file__, str(directory), str(kill.seed)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment) as child:
        assert child.stdout is not None
        for _ in range(kill.turns):
            if not child.stdout.readline():
                break
        try:
            child.wait(kill.seconds)
        except subprocess.TimeoutExpired:
            child.kill()
            child.communicate()
            return ""
        return f"it ended with {child.returncode}: {child.communicate()[1].decode()[-400:]}"


def _left_behind(directory: Path) -> str:
    """What is wrong with the published log as it stands."""
    if not (directory / "log/checkpoint").exists():
        return ""
    found = verify_log(open_log(directory / "log"), _POLICY)
    return "" if found.authenticated else f"what was left behind does not verify: {found.answers}"


def _lost(directory: Path) -> str:
    """Go on once more, and hold everything that was promised against the log."""
    witness = kill_child.RememberingWitness(directory)
    home = LogHome(directory)
    with closing(witness), closing(home.store), home.publisher(_POLICY, [witness]) as publisher:
        home.append(publisher, [b"the last one"])
    if wrong := _left_behind(directory):
        return wrong
    reader = open_log(directory / "log")
    size = parse_checkpoint(reader.checkpoint()).checkpoint.size
    entries = list(read_entries(reader, size))
    for line in (directory / "acknowledged").read_text().splitlines():
        index, _, digest = line.partition(" ")
        if len(digest) == 64 and (int(index) >= size or sha256(entries[int(index)]).hexdigest() != digest):
            return f"the acknowledged entry {index} is {'lost' if int(index) >= size else 'another'}"
    hashes = [leaf_hash(entry) for entry in entries]
    for data in (directory / "shown").read_bytes().split(b"\x00")[:-1]:
        shown = parse_checkpoint(data).checkpoint
        if shown.size > size or tree_root(hashes[: shown.size]) != shown.root:
            return f"a checkpoint of {shown.size} entries, shown to the witness, told another history"
    return ""
