"""Accepting: what is admitted becomes durable, what is refused is counted, and many may do it at once."""

import os
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterable, Sequence
from hashlib import sha256
from pathlib import Path

import pytest

from escrutinio.base.errors import LogError
from escrutinio.core.log.accept import Acceptor, Refusal, refused
from escrutinio.core.log.checkpoint import parse_checkpoint
from escrutinio.core.log.reader import open_log, read_entries
from escrutinio.core.log.store import Head, Receipt
from escrutinio.core.log.store_sqlite import SqliteStore
from tests.core.log.accept_child import BATCHES, OWN, SHARED, batch
from tests.core.log.builders import LogHome, build_log, policy, records
from tests.core.verification.whole import verify_log

CHILD = Path(__file__).with_name("accept_child.py")


class Doors:
    """A small admission: `open x` lets records `x …` in from there on, `shut x` lets no more of them in."""

    def __init__(self, doors: frozenset[str] = frozenset()) -> None:
        self.size, self.doors = 0, doors
        self.followed: list[bytes] = []
        self.meanwhile: Callable[[], object] | None = None
        self.judged = 0

    def judge(self, records: Sequence[bytes]) -> list[Refusal | None]:
        self.judged += 1
        trial = Doors(self.doors)
        verdicts = [trial._verdict(record.decode().split()) for record in records]
        if self.meanwhile is not None:
            act, self.meanwhile = self.meanwhile, None
            act()
        return verdicts

    def _verdict(self, words: list[str]) -> Refusal | None:
        if words[0] not in ("open", "shut", *self.doors):
            return Refusal("shut", LogError("area-unknown", area=words[0]))
        self._heed(words)
        return None

    def _heed(self, words: list[str]) -> bool:
        if words[0] == "open":
            self.doors |= {words[1]}
        elif words[0] == "shut":
            self.doors -= {words[1]}
        return words[0] in ("open", "shut")

    def later(self, records: Sequence[bytes]) -> list[int]:
        return [0] * len(records)

    def follow(self, entries: Iterable[bytes]) -> bool:
        changed = False
        for entry in entries:
            self.size += 1
            self.followed.append(entry)
            changed |= self._heed(entry.decode().split())
        return changed


@pytest.fixture
def home(tmp_path: Path) -> LogHome:
    return LogHome(tmp_path)


def stored(home: LogHome) -> list[bytes]:
    return home.store.pending(0, home.store.size, 1 << 20)


def codes(answers: Sequence[Receipt | Refusal]) -> list[int | str]:
    return [answer.code if isinstance(answer, Refusal) else answer.index for answer in answers]


# What is refused.


def test_what_is_refused_is_counted_and_never_stored(home: LogHome) -> None:
    acceptor = home.acceptor(Doors())
    offered = [b"a 1", b"open a", b"a 1", b"", b"a" * 65_536, b"a 2", b"a 1", b"b 1"]
    answers = acceptor.accept(offered)
    assert codes(answers) == ["shut", 0, 1, "does-not-fit", "does-not-fit", 2, 1, "shut"]
    assert answers[6] == Receipt(1, True)
    assert stored(home) == [b"open a", b"a 1", b"a 2"]
    assert acceptor.refused == {"shut": 2, "does-not-fit": 2}
    acceptor.accept([b"b 2"])
    assert acceptor.refused == {"shut": 3, "does-not-fit": 2}
    assert home.store.size == 3
    assert str(refused(answers)) == (
        "The log refused 4 of 8 records (2 does-not-fit, 2 shut); of record 0: "
        "There is no area a in the area table."
    )
    assert refused(acceptor.accept([b"a 3"])) is None


def test_nothing_is_written_when_everything_is_refused(home: LogHome) -> None:
    acceptor = home.acceptor(Doors())
    assert codes(acceptor.accept([b"a 1"])) == ["shut"]
    assert acceptor.accept([]) == []
    assert home.store.size == 0


def test_a_store_that_fails_leaves_the_admission_where_the_log_is(home: LogHome, tmp_path: Path) -> None:
    """A door whose opening did not become durable is not open."""
    admit = Doors()
    acceptor = home.acceptor(admit)
    with sqlite3.connect(tmp_path / "store.db") as other:
        other.execute("CREATE TRIGGER full BEFORE INSERT ON pending BEGIN SELECT RAISE(ABORT, 'full'); END")
    with pytest.raises(LogError, match="full"):
        acceptor.accept([b"open a", b"a 1", b"b 1"])
    assert (admit.size, home.store.size, acceptor.refused) == (0, 0, {})
    with sqlite3.connect(tmp_path / "store.db") as other:
        other.execute("DROP TRIGGER full")
    assert codes(acceptor.accept([b"a 1"])) == ["shut"]
    assert codes(acceptor.accept([b"open a", b"a 1"])) == [0, 1]


# Several at once.


def test_each_acceptor_follows_what_the_others_had_accepted(home: LogHome, tmp_path: Path) -> None:
    first, second = home.acceptor(Doors()), LogHome(tmp_path).acceptor(Doors())
    assert codes(second.accept([b"a 1"])) == ["shut"]
    first.accept([b"open a"])
    assert codes(second.accept([b"a 1"])) == [1]
    first.accept([b"shut a"])
    assert codes(second.accept([b"a 2", b"a 1"])) == ["shut", "shut"]
    assert stored(home) == [b"open a", b"a 1", b"shut a"]


def test_what_comes_in_between_is_judged_again(home: LogHome, tmp_path: Path) -> None:
    """The key is revoked after its record was judged and before it was stored."""
    admit = Doors()
    first, second = home.acceptor(admit), LogHome(tmp_path).acceptor(Doors())
    first.accept([b"open a", b"open b"])
    admit.meanwhile = lambda: second.accept([b"shut a"])
    assert codes(first.accept([b"a 1", b"b 1"])) == ["shut", 3]
    assert first.refused == {"shut": 1}
    # And what was refused is judged again when a door opens meanwhile.
    admit.meanwhile = lambda: second.accept([b"open a again"])
    assert codes(first.accept([b"a 1", b"b 2"])) == [5, 6]
    assert first.refused == {"shut": 1}
    # What settles nothing costs no second judgement, and moves the index.
    judged = admit.judged
    admit.meanwhile = lambda: second.accept([b"b 3", b"b 4"])
    assert codes(first.accept([b"b 5", b"b 4"])) == [9, 8]
    assert admit.judged == judged + 1
    assert admit.followed == stored(home)


def test_what_became_public_is_followed_from_the_log(home: LogHome, tmp_path: Path) -> None:
    admit = Doors()
    late = home.acceptor(admit)
    other = LogHome(tmp_path)
    with home.publisher() as publisher:
        other.acceptor(Doors(frozenset("x"))).accept([b"open a", *(b"x %d" % n for n in range(300))])
        publisher.publish()
        other.acceptor(Doors()).accept([b"open b"])
        assert codes(late.accept([b"a 1", b"b 1"])) == [302, 303]
        publisher.publish()
    assert admit.followed == list(read_entries(open_log(home.log), 304))


class PublishedMeanwhile(SqliteStore):
    """Lets a publisher work between asking what is public and reading what is not."""

    act: Callable[[], object] | None = None

    def head(self, kind: str) -> Head:
        found = super().head(kind)
        if self.act is not None:
            act, self.act = self.act, None
            act()
        return found


def test_what_becomes_public_while_it_is_read_is_read_from_the_log(home: LogHome, tmp_path: Path) -> None:
    store = PublishedMeanwhile(tmp_path / "store.db")
    admit = Doors()
    acceptor = Acceptor(store, open_log(home.log), admit)
    with home.publisher() as publisher:
        home.accept([b"open a", b"open b"])
        store.act = publisher.publish
        assert codes(acceptor.accept([b"a 1"])) == [2]
    assert admit.followed == [b"open a", b"open b", b"a 1"]


def test_a_record_that_neither_the_store_nor_the_log_has_stops_everything(
    home: LogHome, tmp_path: Path
) -> None:
    home.accept(records(3))
    with sqlite3.connect(tmp_path / "store.db") as other:
        other.execute("DELETE FROM pending WHERE idx = 1")
    with pytest.raises(LogError, match="lost entry 1"):
        Acceptor(home.store, open_log(home.log), Doors()).accept([b"open a"])


def test_a_store_older_than_what_was_read_is_refused(home: LogHome, tmp_path: Path) -> None:
    admit = Doors()
    home.acceptor(admit).accept([b"open a", b"a 1"])
    (tmp_path / "restored").mkdir()
    restored = build_log(tmp_path / "restored", [b"open a"])
    with pytest.raises(LogError, match="has 1 entries, and 2 were read"):
        restored.acceptor(admit).accept([b"a 1"])


def test_processes_accept_at_once_while_another_publishes(tmp_path: Path) -> None:
    (tmp_path / "log").mkdir()
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}

    def start(*words: str) -> "subprocess.Popen[str]":
        command = [sys.executable, str(CHILD), words[0], str(tmp_path), *words[1:]]
        pipe = subprocess.PIPE
        return subprocess.Popen(command, env=environment, text=True, stdin=pipe, stdout=pipe, stderr=pipe)

    names = ("one", "two")
    publisher = start("publish")
    acceptors = [start("accept", name) for name in names]
    for child in (publisher, *acceptors):
        assert child.stdout is not None
        assert child.stdout.readline() == "ready\n"
    for child in (publisher, *acceptors):
        assert child.stdin is not None
        child.stdin.write("go\n")
        child.stdin.flush()
    answers = []
    for acceptor in acceptors:
        out, err = acceptor.communicate(timeout=120)
        assert acceptor.returncode == 0, err
        answers.append([line.split() for line in out.splitlines()])
    _, err = publisher.communicate("done\n", timeout=120)
    assert publisher.returncode == 0, err

    reader = open_log(tmp_path / "log")
    assert verify_log(reader, policy()).authenticated
    size = parse_checkpoint(reader.checkpoint()).checkpoint.size
    entries = list(read_entries(reader, size))
    wanted = {record for name in names for number in range(BATCHES) for record in batch(name, number)}
    assert len(wanted) == BATCHES * (2 * OWN + SHARED)
    assert set(entries) == wanted
    assert len(entries) == len(wanted)
    digests = [sha256(entry).digest() for entry in entries]
    for lines in answers:
        *receipts, (followed, digest) = lines
        assert len(receipts) == BATCHES * (OWN + SHARED)
        assert all(digests[int(index)].hex() == of for index, of in receipts)
        assert sha256(b"".join(digests[: int(followed)])).hexdigest() == digest
