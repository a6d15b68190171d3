"""A process that accepts and publishes, killed or failed (EIO, ENOSPC) at each call that touches a file.

strace counts the calls of an append that goes well, and then makes each of them fail, or kills the process
as it enters it. Afterwards the published log verifies as it stands; another process finishes the work; every
acknowledged record is there, and one more can be appended; and no checkpoint, published or shown to a
witness, tells another history.
"""

import os
import re
import shutil
import subprocess
import sys
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import pytest

from escrutinio.core.log.checkpoint import parse_checkpoint
from escrutinio.core.log.merkle import leaf_hash, tree_root
from escrutinio.core.log.reader import open_log, read_entries
from tests.core.log.builders import LogHome, build_log, policy, records
from tests.core.log.crash_child import ADDED, BASE
from tests.core.verification.whole import verify_log

pytestmark = pytest.mark.strace

CHILD = Path(__file__).with_name("crash_child.py")
CALLS = (
    "openat",
    "write",
    "pwrite64",
    "fsync",
    "fdatasync",
    "rename",
    "renameat",
    "renameat2",
    "link",
    "linkat",
    "unlink",
    "unlinkat",
    "mkdir",
    "mkdirat",
    "rmdir",
    "ftruncate",
)
"""By their names on any processor: not every one has all of them."""

FILLING = ("write", "pwrite64", "ftruncate", "mkdir", "mkdirat")
"""Calls that every other time meet a full disk (ENOSPC) instead."""

TOTAL = BASE + ADDED + 1


@dataclass(frozen=True)
class Fault:
    """What strace does to the n-th call of this name: `error=EIO`, `error=ENOSPC`, `signal=KILL`."""

    call: str
    number: int
    action: str


@pytest.fixture(scope="module")
def compiled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the child's modules are compiled once: what it opens is then the same in every run."""
    directory = tmp_path_factory.mktemp("compiled")
    environment = {**_environment(directory), "PYTHONDONTWRITEBYTECODE": ""}
    home = tmp_path_factory.mktemp("first") / "home"
    build_log(home, records(BASE)).store.close()
    subprocess.run([sys.executable, str(CHILD), str(home)], env=environment, check=True, capture_output=True)
    return directory


def _environment(compiled: Path) -> dict[str, str]:
    return {
        **os.environ,
        "PYTHONPATH": os.pathsep.join(sys.path),
        "PYTHONHASHSEED": "0",
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONPYCACHEPREFIX": str(compiled),
    }


def run_child(compiled: Path, directory: Path, *options: str) -> "subprocess.CompletedProcess[str]":
    command = ["strace", "-f", "-qq", "-e", "signal=none", *options]
    command += [sys.executable, str(CHILD), str(directory)]
    return subprocess.run(command, capture_output=True, text=True, env=_environment(compiled), check=False)


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A directory with a log of BASE entries."""
    directory = tmp_path_factory.mktemp("base") / "home"
    home = build_log(directory, records(BASE))
    home.store.close()
    return directory


@pytest.fixture(scope="module")
def faults(base: Path, compiled: Path, tmp_path_factory: pytest.TempPathFactory) -> list[Fault]:
    """The faults at each call between the marks of an append that goes well."""
    directory = tmp_path_factory.mktemp("traced")
    home = directory / "home"
    shutil.copytree(base, home)
    trace = directory / "trace"
    done = run_child(
        compiled, home, "-o", str(trace), "-e", "trace=" + ",".join(f"?{call}" for call in CALLS)
    )
    assert done.returncode == 0, done.stderr
    seen: Counter[str] = Counter()
    found: list[Fault] = []
    inside = False
    for line in trace.read_text().splitlines():
        match = re.match(r"\d+ +(\w+)\(", line)
        if match is None:
            continue
        call = match[1]
        seen[call] += 1
        if '/begin"' in line or '/end"' in line:
            inside = '/begin"' in line
        elif inside:
            full = call in FILLING and seen[call] % 2
            found.append(Fault(call, seen[call], "error=ENOSPC" if full else "error=EIO"))
            if call != "openat":  # Killed before a file is opened is killed before it is written.
                found.append(Fault(call, seen[call], "signal=KILL"))
    for needed in ("openat", "write", "pwrite64", "fsync", "fdatasync", "rename", "mkdir", "unlinkat"):
        assert any(fault.call.startswith(needed) for fault in found), needed
    return found


def roots_of(entries: list[bytes]) -> list[bytes]:
    hashes = [leaf_hash(entry) for entry in entries]
    return [tree_root(hashes[:size]) for size in range(len(hashes) + 1)]


def check_fault(base: Path, compiled: Path, directory: Path, fault: Fault) -> str | None:
    """Append under a fault, and check what is left; what is wrong with it, or None."""
    home = directory / f"{fault.call}-{fault.number}-{fault.action[-3:]}"
    shutil.copytree(base, home)
    inject = f"inject={fault.call}:{fault.action}:when={fault.number}"
    done = run_child(compiled, home, "-o", os.devnull, "-e", f"trace={fault.call}", "-e", inject)
    if "Traceback" in done.stderr:
        return done.stderr
    if fault.action == "signal=KILL" and done.returncode == 0:
        return "the process was not killed"
    shown = [*(home / "shown").read_bytes().split(b"\x00")[:-1], (home / "log/checkpoint").read_bytes()]
    if not verify_log(open_log(home / "log"), policy()).authenticated:
        return "the published log does not verify"
    acknowledged = (home / "acknowledged").read_text() == f"{ADDED} records\n"

    after = LogHome(home)
    with after.publisher() as publisher:
        publisher.publish()
        finished = parse_checkpoint(after.checkpoint()).checkpoint.size
        after.append(publisher, records(ADDED + 1, BASE))
        report = verify_log(open_log(after.log), policy())
        entries = list(read_entries(open_log(after.log), TOTAL))
    after.store.close()
    if acknowledged and finished != TOTAL - 1:
        return "acknowledged entries are lost"
    if not report.authenticated:
        return f"the log does not verify after a restart: {report.answers}"
    if entries != records(TOTAL):
        return "the log holds other entries"
    roots = roots_of(entries)
    for checkpoint in (parse_checkpoint(data).checkpoint for data in shown):
        if checkpoint.root != roots[checkpoint.size]:
            return f"a checkpoint of {checkpoint.size} entries told another history"
    shutil.rmtree(home)
    return None


def check_faults(base: Path, compiled: Path, directory: Path, faults: list[Fault]) -> None:
    with ThreadPoolExecutor(2) as pool:
        results = list(pool.map(lambda fault: check_fault(base, compiled, directory, fault), faults))
    wrong = [(fault, result) for fault, result in zip(faults, results, strict=True) if result]
    assert wrong == []


def test_a_sample_of_faults(base: Path, compiled: Path, faults: list[Fault], tmp_path: Path) -> None:
    step = len(faults) // 16 + 1
    check_faults(base, compiled, tmp_path, faults[:: step | 1])


@pytest.mark.parametrize(
    "part", [pytest.param(part, marks=pytest.mark.long if part else pytest.mark.slow) for part in range(3)]
)
def test_every_fault(base: Path, compiled: Path, faults: list[Fault], tmp_path: Path, part: int) -> None:
    check_faults(base, compiled, tmp_path, faults[part::3])
