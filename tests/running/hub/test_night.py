"""A hub as processes, killed, paused and stopped: nothing that was acknowledged is lost or told twice."""

from __future__ import annotations

import json
import os
import signal
from hashlib import sha256
from pathlib import Path
from time import monotonic

import httpx
import pytest

from escrutinio.base.files import write_files
from escrutinio.core.log.checkpoint import parse_checkpoint
from escrutinio.core.records.attachments import digest_of, file_name
from escrutinio.core.records.entry import open_record, seal
from escrutinio.core.records.keyfiles import write_key_file
from escrutinio.core.records.parts import Attachment
from escrutinio.core.records.types import Promise, Visit
from escrutinio.core.verification.judge import Verdict
from escrutinio.core.verification.promises import judge_promise
from escrutinio.core.verification.publication import open_verified
from escrutinio.running.exchange.entries import BATCH_TYPE, RECORD_TYPE
from tests.cli.running import escrutinio, process
from tests.running.hub.night import CLOCK, WORDS, Night, begun, hub, published

ONE = {"Content-Type": RECORD_TYPE}
SECRET = {"ESCRUTINIO_PASSPHRASE": WORDS}


def public_size(night: Night) -> int:
    note = (night.workspace.public / "log" / "checkpoint").read_bytes()
    return parse_checkpoint(note).checkpoint.size


def log_of(night: Night, event: str) -> list[dict[str, object]]:
    path = night.workspace.private / "hub.log"
    lines = path.read_text().splitlines() if path.exists() else []
    return [each for each in map(json.loads, lines) if each["event"] == event]


def until(what: str, holds: object, seconds: float = 60.0) -> None:
    """Ask again and again until it holds."""
    assert callable(holds)
    end = monotonic() + seconds
    while not holds():
        assert monotonic() < end, what


def test_what_was_acknowledged_survives_a_kill_and_has_the_same_answer(tmp_path: Path) -> None:
    night = begun(tmp_path)
    records = night.complaints(300)
    key = ("--key", tmp_path / "receiver.key", "--promise", 3600)
    with hub(night, *key) as running:
        answer = httpx.post(
            f"{running.address}/entries", content=b"".join(records), headers={"Content-Type": BATCH_TYPE}
        )
        running.kill()
    promises = [item["promise"] for item in answer.json()]
    with (
        hub(night, *key, "--period", 0.2, what="run") as running,
        httpx.Client(base_url=running.address, timeout=60) as web,
    ):
        again = web.post("/entries", content=b"".join(records), headers={"Content-Type": BATCH_TYPE})
        assert [item["promise"] for item in again.json()] == promises
        proof = web.get(f"/entries/{sha256(records[-1]).hexdigest()}", headers={"Prefer": "wait=30"})
        assert proof.status_code == 200
        first = httpx.post(f"{running.address}/entries", content=records[0], headers=ONE)
        assert first.status_code == 200
        until("pages", lambda: log_of(night, "shown"))
        assert web.get("/health").text == "ok\n"
        second = escrutinio("hub", "publish", night.directory, **SECRET)
        assert second.returncode == 2
        assert "Another run is at work" in second.stderr
        busy = escrutinio("workspace", "publish", night.directory, **SECRET)
        assert busy.returncode == 2
    log = open_verified(night.workspace.public)
    assert all(log.find(raw) is not None for raw in records)
    assert len(log.state.records(type(open_record(records[0]).body))) == len(records)


@pytest.mark.slow
def test_a_publisher_that_was_stopped_for_a_while_rolls_nothing_back(tmp_path: Path) -> None:
    """SIGSTOP and SIGCONT; while it stands still another one is refused, and records are taken."""
    night = begun(tmp_path)
    with (
        hub(night, "--period", 0.1, "--pages", 0, what="publish") as publisher,
        hub(night) as running,
        httpx.Client(base_url=running.address, timeout=60) as web,
    ):
        (first, second, third) = night.complaints(3)
        assert web.post("/entries", content=first, headers=ONE | {"Prefer": "wait=30"}).status_code == 201
        os.kill(publisher.process.pid, signal.SIGSTOP)
        size = public_size(night)
        assert web.post("/entries", content=second, headers=ONE | {"Prefer": "wait=1"}).status_code == 202
        other = escrutinio("hub", "publish", night.directory, **SECRET)
        assert other.returncode == 2
        assert public_size(night) == size
        os.kill(publisher.process.pid, signal.SIGCONT)
        proved = web.get(f"/entries/{sha256(second).hexdigest()}", headers={"Prefer": "wait=30"})
        assert proved.status_code == 200
        assert public_size(night) > size
        paused = escrutinio("hub", "pause", night.directory, "--why", "a test", **SECRET)
        assert paused.returncode == 0
        assert web.post("/entries", content=third, headers=ONE | {"Prefer": "wait=1"}).status_code == 202
        assert escrutinio("hub", "resume", night.directory, "--why", "done", **SECRET).returncode == 0
        proved = web.get(f"/entries/{sha256(third).hexdigest()}", headers={"Prefer": "wait=30"})
        assert proved.status_code == 200
    done = [json.loads(line) for line in (night.workspace.private / "operators.log").read_text().splitlines()]
    assert [(each["what"], each["why"]) for each in done] == [("pause", "a test"), ("resume", "done")]


def test_a_promise_is_kept_or_shown_as_broken(tmp_path: Path) -> None:
    night = begun(tmp_path)
    kept, lost = night.complaints(2)
    with hub(night, "--key", tmp_path / "receiver.key") as running:
        promises = [
            open_record(httpx.post(f"{running.address}/entries", content=raw, headers=ONE).content)
            for raw in (kept, lost)
        ]
    night.workspace.finish(night.signer, 0)
    log = open_verified(night.workspace.public)

    def verdict(place: int, index: int | None, seen: int) -> Verdict:
        return judge_promise(log.state, promises[place], None, index, seen).verdict

    due = promises[1].body
    assert isinstance(due, Promise)
    assert verdict(0, log.find(kept), 0) is Verdict.PROMISE_KEPT
    assert verdict(1, None, due.by - 1) is Verdict.PROMISE_NOT_DUE
    assert verdict(1, None, due.by + 1) is Verdict.PROMISE_BROKEN


def test_submit_sends_to_a_hub_and_keeps_what_it_proves(tmp_path: Path) -> None:
    night = begun(tmp_path)
    good, other = night.complaints(2)
    out = tmp_path / "out"
    out.mkdir()
    (out / "1.cose").write_bytes(good)
    proofs = tmp_path / "proofs"
    where = ("--key", tmp_path / "receiver.key", "--period", 0.1)
    with hub(night, *where, what="run") as running:
        done = escrutinio(
            "submit", out, "--to", running.address, "--wait", 30, "--proofs", proofs, "--json", **SECRET
        )
        assert done.returncode == 0, done.stderr
        assert json.loads(done.stdout)["public"] == 1
        (out / "2.cose").write_bytes(other[:-1] + bytes([other[-1] ^ 1]))
        done = escrutinio("submit", out, "--to", running.address, **SECRET)
        assert done.returncode == 1
        assert "Refused: 1" in done.stdout
    name = sha256(good).hexdigest()
    assert sorted(path.name for path in proofs.iterdir()) == [f"{name}.promise.cose", f"{name}.tlog-proof"]
    away = escrutinio("submit", out, "--to", running.address, **SECRET)
    assert away.returncode == 2
    assert "cannot be reached" in away.stderr


def test_what_a_lost_store_alone_had_comes_back_from_its_backup(tmp_path: Path) -> None:
    """The store is lost after more became public: it is made again from the public log, and goes on."""
    night = begun(tmp_path)
    content = b"what an observer saw"
    visit = seal(
        Visit(CLOCK, None, (Attachment(digest_of(content), len(content), "text/plain"),)),
        key=night.keys["observer/faro"], signer="observer/faro", subject="C1.01",
        election=night.election, issued_at=CLOCK,
    )  # fmt: skip
    records = [*night.complaints(6), visit]
    night.workspace.add(records[:2], night.signer, 0)
    write_files(night.workspace.public / "attachments", [(file_name(digest_of(content)), content)])
    with night.workspace.acceptor() as acceptor:
        acceptor.accept([*records[2:5], visit])
    kept = tmp_path / "kept"
    done = escrutinio("hub", "backup", night.directory, kept)
    assert "not public yet: 4" in done.stdout
    assert (kept / "log.key").stat().st_mode & 0o077 == 0
    assert escrutinio("hub", "backup", night.directory, kept).returncode == 2
    night.workspace.add(records[5:6], night.signer, 0)
    size = public_size(night)
    public = night.directory.rename(tmp_path / "lost") / "public"
    (public / "attachments" / file_name(digest_of(content))).unlink()  # as on a mirror of what was public
    back = escrutinio(
        "workspace",
        "recover",
        public,
        night.directory,
        "--log-key",
        kept / "log.key",
        "--no-memory",
        **SECRET,
    )
    assert back.returncode == 0, back.stderr
    assert escrutinio("submit", kept, "--to", night.directory).returncode == 0
    done = escrutinio("workspace", "publish", night.directory, "-q", **SECRET)
    assert done.returncode == 0, done.stderr
    log = open_verified(night.workspace.public)
    assert log.size == size == 10
    assert log.attachment(digest_of(content)) == content
    assert all(log.find(raw) is not None for raw in records)


def test_a_key_that_is_no_receivers_is_refused_at_once(tmp_path: Path) -> None:
    night = begun(tmp_path)
    write_key_file(tmp_path / "other.key", "observer/faro", night.keys["observer/faro"], WORDS)
    done = escrutinio(
        "hub", "receive", night.directory, "--key", tmp_path / "other.key", "--port", 0, **SECRET
    )
    assert done.returncode == 2
    assert "receiver's key" in done.stderr


def test_a_publisher_that_does_not_begin_says_why_once(tmp_path: Path) -> None:
    """An old copy of the store: nothing goes on, in sentences, and `hub.log` has the reason too."""
    night = begun(tmp_path)
    store = night.workspace.private / "store.sqlite"
    old = store.read_bytes()
    with night.workspace.acceptor() as acceptor:
        acceptor.accept(night.complaints(1))
    published(night)
    for path in night.workspace.private.glob("store.sqlite-*"):
        path.unlink()
    store.write_bytes(old)
    done = process("hub", "run", night.directory, "--port", 0, **SECRET)
    assert (done.returncode, done.stdout) == (2, "")
    assert len(done.stderr.splitlines()) == 2, done.stderr
    assert "did not begin and said why (exit code 2); nothing is received" in done.stderr
    [ended] = log_of(night, "ended")
    assert "'store-behind'" in str(ended["why"])


@pytest.mark.slow
def test_a_publisher_that_dies_is_started_again(tmp_path: Path) -> None:
    night = begun(tmp_path)
    with hub(night, "--period", 0.1, "--pages", 0, what="run") as running:
        children = Path(f"/proc/{running.process.pid}/task/{running.process.pid}/children")
        if not children.exists():
            pytest.skip("this system does not tell a process's children")
        (child, *_) = map(int, children.read_text().split())
        os.kill(child, signal.SIGKILL)
        (raw,) = night.complaints(1)
        with httpx.Client(base_url=running.address, timeout=90) as web:
            until("bad health", lambda: web.get("/health").status_code == 503)
            answer = web.post("/entries", content=raw, headers=ONE | {"Prefer": "wait=60"})
            assert answer.status_code == 201
            assert web.get("/health").status_code == 200
    assert [each["code"] for each in log_of(night, "publisher-ended")] == [-signal.SIGKILL]
