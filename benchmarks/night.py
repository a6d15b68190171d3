"""A night over HTTP with three witnesses, from the last sheet to where everybody reads it; and one more batch
on a log that is long already: log, totals, data and pages brought up to it, step by step."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import ExitStack
from functools import partial
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import msgspec

from benchmarks.harness import Measurement, Options, parse_options, peak_rss_mib, show
from benchmarks.hub import send, write_records
from benchmarks.synthetic import CLOCK, SyntheticElection, signing_key
from escrutinio.base.progress import silent
from escrutinio.base.workers import workers
from escrutinio.core.log.notes import KeyType, NoteSigner
from escrutinio.core.log.policy import LogIdentity, Policy
from escrutinio.core.log.trust import Trust, format_trust
from escrutinio.core.records.codes import LogRole, Role
from escrutinio.core.records.keyfiles import write_key_file
from escrutinio.core.records.keys import SigningKey
from escrutinio.core.records.possession import enrolled
from escrutinio.core.records.types import Enrolment
from escrutinio.intake.authoring.presentation import Presentation
from escrutinio.publication.site.cosigning import ALL_ANSWER
from escrutinio.publication.site.render import start_evidence
from escrutinio.running.workspace.follower import Follower
from escrutinio.running.workspace.log_keys import log_key_name
from escrutinio.running.workspace.rounds import trust_of
from escrutinio.running.workspace.views import renew, say_live
from escrutinio.running.workspace.witnesses import GroupTable, WitnessesTable, WitnessTable
from escrutinio.running.workspace.workspace import Beginning, Workspace, begin, keep_settings
from tests.running.hub.night import WORDS, Night, hub
from tests.running.witness.witnesses import made, running

BATCH = 500
STATIONS_OF_A_DISTRICT = 20
STATIONS, SECONDS = 30_026, 60.0
CONNECTIONS = 1_500
WITNESSES = ("a", "b", "c")
ORIGIN = "bench.example/log"
SEED = sha256(b"bench log key").digest()
SIGNER = NoteSigner(ORIGIN, KeyType.ED25519, SEED)
LOOKS_EVERY, PATIENCE = 0.05, 300.0


def main() -> None:
    options = parse_options(__doc__ or "")
    stations, seconds = (1_000, 4.0) if options.short else (STATIONS, SECONDS)
    _night(stations, seconds, options)
    for size in (1_000, 3_000) if options.short else (10_000, 100_000):
        _batch(size, options)


def _begun(home: Path, stations: int, there: int) -> tuple[Workspace, list[bytes]]:
    """A workspace whose log has a receiver's key and the first sheets; and the other sheets."""
    election = SyntheticElection(stations, stations // STATIONS_OF_A_DISTRICT)
    records = list(election.records())
    sheets = records[len(records) - stations :]
    receiver = signing_key("receiver")
    key = enrolled(receiver, election.election, "receiver/1", Role.RECEIVER)
    control = [*records[:-stations], election.seal(Enrolment((key,)), signing_key("root"), "election")]
    workspace = begin(
        home / "authority", Beginning([*control, *sheets[:there]], election.attachments),
        role=LogRole.OFFICIAL, operator="bench", origin=ORIGIN, titles={}, keyring=SIGNER, clock=CLOCK,
        key_file=lambda path: write_key_file(
            path.with_name("log.key"), log_key_name(ORIGIN), SigningKey(SEED), WORDS
        ),
    )  # fmt: skip
    write_key_file(home / "receiver.key", "receiver/1", receiver, WORDS)
    return workspace, sheets[there:]


# --- a night ---


def _night(stations: int, over: float, options: Options) -> None:
    """Sheets come one by one over some seconds, and each sender waits for its proof."""
    with TemporaryDirectory() as scratch, ExitStack() as stack:
        home = Path(scratch)
        workspace, sheets = _begun(home, stations, 0)
        _name_witnesses(workspace, home, stack)
        write_records(home / "records", sheets[::-1])  # a client sends the last first
        night = Night(home, {})
        pages = 15 if over > 15 else 2
        running_hub = stack.enter_context(
            hub(night, "--key", home / "receiver.key", "--pages", pages, "--evidence", 4 * pages, what="run")
        )
        _until(workspace, lambda live: live["pages"] is not None)
        client = subprocess.Popen(
            [
                sys.executable, "-m", "benchmarks.night", "--client", running_hub.address, home / "records",
                str(over),
            ],
            stdout=subprocess.PIPE,
        )  # fmt: skip
        totals, live = _until(workspace, lambda live: _counted(live) == stations)
        shown, _ = _until(workspace, lambda now: now["pages"]["size"] >= live["size"])
        worked, _ = _until(workspace, lambda now: now["pages"]["evidence"] >= live["size"])
        found = json.loads(client.communicate()[0])
        assert found["statuses"] == {"201": stations}, found["statuses"]
        rows = {
            "proof with 3 witnesses, p50": found["p50"],
            "proof with 3 witnesses, p99 (asked: 2 s)": found["p99"],
            "last sheet to totals (asked: 5 s)": totals - found["last"],
            "last sheet to pages (asked: 30 s)": shown - found["last"],
            "last sheet to evidence": worked - found["last"],
        }
        for what, seconds in rows.items():
            name = f"{stations:,} in {over:.0f} s: {what}"
            show(Measurement(name, 1, "times", seconds, None, peak_rss_mib()), options)


def _name_witnesses(workspace: Workspace, home: Path, stack: ExitStack) -> None:
    """Three witnesses as processes, two of whom are the quorum."""
    settings = workspace.settings
    trust = home / "trust.toml"
    policy = Policy((LogIdentity(SIGNER.verifier),))
    digests = bytes.fromhex(settings.election), bytes.fromhex(settings.charter)
    trust.write_bytes(format_trust(Trust(*digests, policy)))
    named = []
    for name in WITNESSES:
        witness = made(home, name)
        address = stack.enter_context(running(witness, trust))
        named.append(WitnessTable(name=name, vkey=str(witness.signers(WORDS)[0].verifier), url=address))
    group = GroupTable(name="public", threshold=2, members=WITNESSES)
    table = WitnessesTable(witness=tuple(named), group=(group,), quorum=group.name)
    keep_settings(workspace.directory, msgspec.structs.replace(settings, witnesses=table))


def _counted(live: dict[str, Any]) -> int:
    return live["contests"][0]["stations_counted"] if live["contests"] else 0


def _until(workspace: Workspace, holds: Any) -> tuple[float, dict[str, Any]]:
    """The moment at which something of `live.json` holds, and what that says."""
    until = time.monotonic() + PATIENCE
    path = workspace.public / "live.json"
    while time.monotonic() < until:
        if path.exists() and holds(live := json.loads(path.read_bytes())):
            return time.time(), live
        time.sleep(LOOKS_EVERY)
    raise TimeoutError


# --- one more batch ---


def _batch(size: int, options: Options) -> None:
    with TemporaryDirectory() as scratch, workers() as executor:
        turns = 3
        workspace, rest = _begun(Path(scratch), size + turns * BATCH, size)
        follower = Follower(workspace.open(executor=executor))
        trust = trust_of(workspace, SIGNER)
        given: list[bytes] = []

        show_all = partial(
            renew, workspace.public, shown=Presentation(), trust=trust, clock=CLOCK, progress=silent,
            executor=executor, refresh=15,
        )  # fmt: skip
        state = follower.log.state
        many = len(state.contests)
        assert executor is not None
        worked = start_evidence(state, state.size, many, workspace.public, executor)

        def said() -> None:
            say_live(
                workspace.public, follower.log.state, follower.log.signed, trust, clock=CLOCK, refresh=15,
                made=None, cosigning=ALL_ANSWER,
            )  # fmt: skip

        steps: dict[str, Callable[[], object]] = {
            "log": lambda: workspace.add(given, SIGNER, CLOCK, follower.log),
            "totals": follower.advance,
            "live.json": said,
            "pages of what came": lambda: show_all(log=follower.log, evidence=worked, whole=False),
            "tables and the other pages": lambda: show_all(log=follower.log, evidence=worked),
        }
        show_all(log=follower.log, evidence=worked)
        best = dict.fromkeys(steps, float("inf"))
        for turn in range(turns):
            given[:] = rest[turn * BATCH : (turn + 1) * BATCH]
            for what, step in steps.items():
                start = time.perf_counter()
                step()
                best[what] = min(best[what], time.perf_counter() - start)
        for what, seconds in best.items():
            name = f"{BATCH} more on {size:,}: {what}"
            show(Measurement(name, BATCH, "sheets", seconds, None, peak_rss_mib()), options)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--client"]:
        address, path, over = sys.argv[2:]
        asyncio.run(send(address, Path(path), CONNECTIONS, float(over), "Prefer: wait=30\r\n"))
    else:
        main()
