"""The publisher: order, refusals to fork, witnesses, and what it leaves behind. Crashes are in test_crash."""

import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from threading import Barrier, Event

import pytest

from escrutinio.base.errors import LogError
from escrutinio.core.log.checkpoint import Checkpoint, parse_checkpoint, sign_checkpoint
from escrutinio.core.log.merkle import Hash
from escrutinio.core.log.notes import NoteSigner
from escrutinio.core.log.proofs import parse_proof, verify_proof
from escrutinio.core.log.publisher import PARTIAL_TILE_SECONDS, WAITING, Publisher
from escrutinio.core.log.reader import open_log, read_entries
from escrutinio.core.log.staging import load_edge
from escrutinio.core.log.store import Receipt
from escrutinio.core.log.store_sqlite import SqliteStore
from escrutinio.core.log.witnessing import LogAheadError, WitnessElsewhereError
from tests.core.log.builders import (
    NOW,
    ORIGIN,
    LogHome,
    StrictWitness,
    build_log,
    policy,
    records,
    signer,
    waiting,
)
from tests.core.verification.whole import verify_log


def entries(home: LogHome) -> list[bytes]:
    """All entries of the published log, which must verify."""
    reader = open_log(home.log)
    assert verify_log(reader, policy()).authenticated
    return list(read_entries(reader, parse_checkpoint(home.checkpoint()).checkpoint.size))


@pytest.fixture
def home(tmp_path: Path) -> LogHome:
    return LogHome(tmp_path)


def test_batches_make_one_log(home: LogHome) -> None:
    wanted = records(1500)
    start = 0
    for batch in (1, 254, 1, 1, 511, 0, 732):
        with home.publisher() as publisher:
            receipts = home.append(publisher, wanted[start : start + batch])
        assert receipts == [Receipt(start + n, False) for n in range(batch)]
        start += batch
    assert entries(home) == wanted


def test_the_same_entries_give_the_same_bytes(tmp_path: Path) -> None:
    logs = [build_log(tmp_path / name, records(300)).log for name in ("one", "two")]
    files = [
        {file.relative_to(log): file.read_bytes() for file in log.rglob("*") if file.is_file()}
        for log in logs
    ]
    assert files[0] == files[1]
    assert {str(path) for path in files[0]} == {
        "checkpoint",
        "tile/0/000",
        "tile/0/001.p/44",
        "tile/1/000.p/1",
        "tile/entries/000",
        "tile/entries/001.p/44",
    }


def test_no_new_entries_no_new_checkpoint(home: LogHome) -> None:
    with home.publisher() as publisher:
        assert publisher.publish() is None
        assert not (home.log / "checkpoint").exists()
        home.append(publisher, records(3))
        written = (home.log / "checkpoint").stat().st_mtime_ns
        assert home.append(publisher, records(3)) == [Receipt(n, True) for n in range(3)]
        assert publisher.publish() is None
    assert (home.log / "checkpoint").stat().st_mtime_ns == written


def test_proofs_are_given_of_public_entries(home: LogHome) -> None:
    wanted = records(300)
    with home.publisher() as publisher:
        with pytest.raises(LogError, match="Entry 0 is not public yet"):
            publisher.proof(0)
        home.accept(wanted)
        with pytest.raises(LogError, match="Entry 7 is not public yet"):
            publisher.proof(7)
        publisher.publish()
        for index in (0, 255, 256, 299):
            verify_proof(parse_proof(publisher.proof(index)), wanted[index], policy())
        home.append(publisher, [b"one more"])
        assert parse_proof(publisher.proof(300)).checkpoint.checkpoint.size == 301


# One history.


def test_only_one_publisher_works_in_a_directory(home: LogHome, tmp_path: Path) -> None:
    with home.publisher():
        with pytest.raises(LogError, match="Another publisher"):
            home.publisher()
        script = (
            "from pathlib import Path\n"
            "from escrutinio.base.files import DirectoryLock\n"
            f"DirectoryLock(Path({str(home.log)!r}))\n"
        )
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
        other = subprocess.run(
            [sys.executable, "-c", script], capture_output=True, text=True, env=environment, check=False
        )
        assert "Another publisher" in other.stderr
    home.publisher().close()


def test_two_publishers_of_one_store_cannot_both_sign(home: LogHome, tmp_path: Path) -> None:
    (tmp_path / "second").mkdir()
    twin = Publisher(tmp_path / "second", SqliteStore(tmp_path / "store.db"), signer(), clock=lambda: NOW)
    with home.publisher() as publisher:
        home.append(publisher, records(3))
        home.accept(records(5))
        with pytest.raises(LogError):
            twin.publish()
    twin.close()


def test_an_old_store_is_refused(home: LogHome, tmp_path: Path) -> None:
    with home.publisher() as publisher:
        home.append(publisher, records(3))
        shutil.copy(tmp_path / "store.db", tmp_path / "backup.db")
        shutil.copy(tmp_path / "store.db-wal", tmp_path / "backup.db-wal")
        home.append(publisher, records(6))
    before = home.checkpoint()
    for old in (SqliteStore(tmp_path / "backup.db"), SqliteStore(tmp_path / "new.db")):
        with pytest.raises(LogAheadError, match="the store is not the latest"):
            Publisher(home.log, old, signer(), clock=lambda: NOW)
    assert home.checkpoint() == before


def test_a_rolled_back_directory_is_brought_forward(home: LogHome) -> None:
    with home.publisher() as publisher:
        home.append(publisher, records(3))
        old = home.checkpoint()
        home.append(publisher, records(6))
    latest = home.checkpoint()
    (home.log / "checkpoint").write_bytes(old)
    home.publisher().close()
    assert home.checkpoint() == latest


def test_another_history_is_refused(home: LogHome, tmp_path: Path) -> None:
    with home.publisher() as publisher:
        home.append(publisher, records(6))
    for size in (3, 6):
        fork = build_log(tmp_path / f"fork{size}", [b"another", *records(size - 1)])
        (home.log / "checkpoint").write_bytes(fork.checkpoint())
        with pytest.raises(LogError, match="another history"):
            home.publisher()


def test_another_log_is_refused(home: LogHome, tmp_path: Path) -> None:
    with home.publisher() as publisher:
        home.append(publisher, records(6))
    other = SqliteStore(tmp_path / "other.db")
    with pytest.raises(LogError, match=r"is example\.org/elections/test, not other"):
        Publisher(home.log, other, signer("other"), clock=lambda: NOW)
    with pytest.raises(LogError, match="The log in the store is"):
        Publisher(home.log, home.store, signer("other"), clock=lambda: NOW)
    stolen = NoteSigner(ORIGIN, signer().type, bytes(32))
    with pytest.raises(LogError, match="No known key signed this checkpoint"):
        Publisher(home.log, home.store, stolen, clock=lambda: NOW)


@pytest.mark.parametrize("path", ["tile/0/000.p/6", "tile/entries/000.p/6"])
def test_an_altered_edge_is_refused(home: LogHome, path: str) -> None:
    with home.publisher() as publisher:
        home.append(publisher, records(6))
    file = home.log / path
    file.write_bytes(file.read_bytes()[:-1] + b"!")
    with pytest.raises(LogError):
        home.publisher()


def test_opening_reads_the_edge_and_not_the_log(home: LogHome) -> None:
    with home.publisher() as publisher:
        home.append(publisher, records(1000))
    for full in ("tile/entries/000", "tile/entries/001", "tile/0/000", "tile/0/001"):
        (home.log / full).unlink()
    public = parse_checkpoint(home.checkpoint()).checkpoint
    assert load_edge(open_log(home.log), public.size, public.root).size == 1000
    with home.publisher() as publisher:
        home.append(publisher, [b"one more"])
    assert parse_checkpoint(home.checkpoint()).checkpoint.size == 1001


# Witnesses.


def test_without_a_quorum_the_last_public_checkpoint_stays(home: LogHome) -> None:
    witnesses = [StrictWitness("a"), StrictWitness("b"), StrictWitness("c")]
    rule = policy("a", "b", "c", threshold=2)
    with home.publisher(rule, witnesses) as publisher:
        home.append(publisher, records(3))
        assert waiting(publisher) == []
        before = home.checkpoint()
        witnesses[0].reachable = witnesses[2].reachable = False
        home.append(publisher, records(300))
        assert home.checkpoint() == before
        assert len(waiting(publisher)) == 2
        with pytest.raises(LogError, match="not public yet"):
            publisher.proof(3)
        home.append(publisher, records(600))
        assert home.checkpoint() == before
        witnesses[2].reachable = True
        published = publisher.publish()
        assert published is not None
        assert published.checkpoint.size == 600
    report = verify_log(open_log(home.log), rule)
    assert report.authenticated
    assert [found.witness for found in report.cosignatures] == ["b", "c"]
    assert entries(home) == records(600)


def test_all_are_asked_at_once_and_the_quorum_is_enough(home: LogHome) -> None:
    meeting = Barrier(3, timeout=60)
    asked = [MeetingWitness(name, meeting) for name in "ab"]
    silent = SilentWitness("c", meeting)
    with home.publisher(policy("a", "b", "c", threshold=2), [silent, *asked], patience=60) as publisher:
        home.append(publisher, records(3))  # each of them waits for the others to be asked too
        assert waiting(publisher) == ["It has not answered yet."]
        silent.answers.set()
    names = [line.name for line in parse_checkpoint(home.checkpoint()).note.signatures]
    assert names[0] == ORIGIN
    assert {"a", "b"} == set(names[1:])


def test_nobody_is_waited_for_longer_than_patience_lasts(home: LogHome) -> None:
    silent = SilentWitness("a", Barrier(1))
    with home.publisher(policy("a", "b", threshold=2), [silent, StrictWitness("b")], patience=0) as publisher:
        assert home.append(publisher, records(3))
        assert publisher.lacks_quorum
        assert "It has not answered yet." in waiting(publisher)
        silent.answers.set()
    waits = parse_checkpoint((home.log / WAITING).read_bytes())
    assert waits.checkpoint.size == 3
    with home.publisher(policy("b", threshold=1), [StrictWitness("b")]) as publisher:
        publisher.publish()
        assert not publisher.lacks_quorum
    assert not (home.log / WAITING).exists()


class MeetingWitness(StrictWitness):
    """A witness that answers when all who share its barrier have been asked."""

    def __init__(self, name: str, meeting: Barrier) -> None:
        super().__init__(name)
        self.meeting = meeting

    def cosign(self, old_size: int, proof: Sequence[bytes], checkpoint: bytes) -> bytes:
        self.meeting.wait()
        return super().cosign(old_size, proof, checkpoint)


class SilentWitness(MeetingWitness):
    """One that takes the request and says nothing until `answers` is set."""

    def __init__(self, name: str, meeting: Barrier) -> None:
        super().__init__(name, meeting)
        self.answers = Event()

    def cosign(self, old_size: int, proof: Sequence[bytes], checkpoint: bytes) -> bytes:
        self.meeting.wait()
        self.answers.wait()
        return StrictWitness.cosign(self, old_size, proof, checkpoint)


def test_waiting_entries_survive_a_restart(home: LogHome) -> None:
    witness = StrictWitness("a")
    rule = policy("a", threshold=1)
    witness.reachable = False
    with home.publisher(rule, [witness]) as publisher:
        home.append(publisher, records(300))
    assert not (home.log / "checkpoint").exists()
    shutil.rmtree(home.log / "tile")
    witness.reachable = True
    with home.publisher(rule, [witness]) as publisher:
        publisher.publish()
    assert entries(home) == records(300)


def test_a_witness_ahead_stops_the_publisher(home: LogHome, tmp_path: Path) -> None:
    witness = StrictWitness("a")
    ahead = LogHome(tmp_path / "ahead")
    with ahead.publisher(witnesses=[witness]) as publisher:
        ahead.append(publisher, records(10))
    with pytest.raises(LogAheadError, match="has cosigned 10 entries"):
        home.publisher(witnesses=[witness])
    witness.reachable = (
        False  # It could not be asked at the start, and is back when there is something to cosign.
    )
    with home.publisher(witnesses=[witness]) as publisher:
        witness.reachable = True
        with pytest.raises(LogAheadError, match="has cosigned 10 entries"):
            home.append(publisher, records(5))
    assert not (home.log / "checkpoint").exists()


def test_a_witness_of_another_history_does_not_cosign(home: LogHome, tmp_path: Path) -> None:
    witness = StrictWitness("a")
    fork = LogHome(tmp_path / "fork")
    with fork.publisher(witnesses=[witness]) as publisher:
        fork.append(publisher, [b"another"])
    with home.publisher() as publisher:
        home.append(publisher, records(3))
    before = home.checkpoint()
    with pytest.raises(LogError, match="cosigned another history of this log, at 1 entries"):
        home.publisher(policy("a", threshold=1), [witness])
    witness.shown = None  # one that shows nothing does not cosign it either
    with home.publisher(policy("a", threshold=1), [witness]) as publisher:
        home.append(publisher, records(5))
        assert "does not lead to the" in waiting(publisher)[0]
    assert home.checkpoint() == before


def test_a_witness_that_only_says_that_it_is_ahead_stops_nobody(home: LogHome) -> None:
    liar, honest = BoastingWitness("a"), StrictWitness("b")
    for shown in (None, b"nothing", build_forged_log(1000)):
        liar.shown = shown
        with home.publisher(policy("a", "b", threshold=1), [liar, honest]) as publisher:
            home.append(publisher, [f"record {shown!r}".encode()])
            assert not publisher.lacks_quorum
            assert waiting(publisher) == [
                "The witness a says that it has cosigned 1,000 entries, beyond "
                f"{home.store.size}, and shows no checkpoint that this log signed."
            ]


class BoastingWitness(StrictWitness):
    """A witness that always says it is further."""

    def cosign(self, old_size: int, proof: Sequence[bytes], checkpoint: bytes) -> bytes:
        raise WitnessElsewhereError(self.name, 1000)


def build_forged_log(size: int) -> bytes:
    """A checkpoint of this log that another key signed."""
    forger = NoteSigner(ORIGIN, signer().type, bytes(32))
    return sign_checkpoint(Checkpoint(ORIGIN, size, Hash(bytes(32))), forger).note.data


def test_a_witness_that_lost_its_memory_is_asked_from_where_it_is(home: LogHome) -> None:
    witness = StrictWitness("a")
    with home.publisher(policy("a", threshold=1), [witness]) as publisher:
        home.append(publisher, records(3))
        witness.size, witness.root = StrictWitness("a").size, StrictWitness("a").root
        home.append(publisher, records(5))
        assert waiting(publisher) == []
    assert len(entries(home)) == 5


class BadWitness(StrictWitness):
    """Answers with what it is told to."""

    answer = b""

    def cosign(self, old_size: int, proof: Sequence[bytes], checkpoint: bytes) -> bytes:
        return self.answer


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (b"", "is not a text, an empty line"),
        (b"\r\n", "carriage returns"),
        (signer().sign(b"x\n").line, "without its own signature"),
        (StrictWitness("a").signer.sign(b"x\n", NOW).line, "does not verify"),
    ],
)
def test_bad_answers_of_a_witness_do_not_count(home: LogHome, answer: bytes, reason: str) -> None:
    witness = BadWitness("a")
    witness.answer = answer
    with home.publisher(policy("a", threshold=1), [witness]) as publisher:
        home.append(publisher, records(3))
        assert reason in waiting(publisher)[0]
    assert not (home.log / "checkpoint").exists()


# Partial tiles.


def test_partial_tiles_go_an_hour_after_their_full_tile_is_public(home: LogHome) -> None:
    with home.publisher() as publisher:
        for size in (3, 7, 255, 300):
            home.append(publisher, records(size))
        partials = home.log / "tile/0/000.p"
        assert sorted(int(path.name) for path in partials.iterdir()) == [3, 7, 255]
        home.now = NOW + PARTIAL_TILE_SECONDS - 1
        assert publisher.sweep() == 0
        home.now += 1
        assert publisher.sweep() == 2
        assert not partials.exists()
        assert not (home.log / "tile/entries/000.p").exists()
        assert (home.log / "tile/0/001.p/44").exists()
        assert publisher.sweep() == 0
    assert entries(home) == records(300)
    reader = open_log(home.log)
    assert list(read_entries(reader, 7)) == records(7)


def test_partial_tiles_that_were_never_public_go_too(home: LogHome) -> None:
    witness = StrictWitness("a")
    with home.publisher(policy("a", threshold=1), [witness]) as publisher:
        witness.reachable = False
        home.append(publisher, records(260))
        home.append(publisher, records(520))
        witness.reachable = True
        home.append(publisher, records(521))
        home.now += PARTIAL_TILE_SECONDS
        publisher.sweep()
    assert [str(path.relative_to(home.log)) for path in sorted(home.log.rglob("*.p"))] == [
        "tile/0/002.p",
        "tile/1/000.p",
        "tile/entries/002.p",
    ]


def test_a_write_that_fails_is_made_up_for(home: LogHome) -> None:
    with home.publisher() as publisher:
        home.append(publisher, records(3))
        before = home.checkpoint()
        (home.log / "tile/0/000").mkdir()
        with pytest.raises(LogError, match="cannot be written"):
            home.append(publisher, records(300))
        assert home.checkpoint() == before
        (home.log / "tile/0/000").rmdir()
        publisher.publish()
    assert entries(home) == records(300)
