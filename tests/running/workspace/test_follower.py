"""Following a log: what a batch comes to is what the whole comes to, costs the batch, and must follow on."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path

import pytest

from escrutinio.base.errors import LogError
from escrutinio.core.election.fold import Fold
from escrutinio.core.log.checkpoint import Checkpoint, sign_checkpoint
from escrutinio.core.verification.publication import verify_publication
from escrutinio.running.workspace.follower import Follower, follow
from escrutinio.running.workspace.views import renew, update_publication
from tests.publication.growing import CLOCK, Night, contents, night
from tests.reference.canonical import canonical

SOME = 60


@pytest.fixture(scope="module")
def mini(miniature: Path) -> Night:
    return night(miniature)


@pytest.fixture
def public(mini: Night, tmp_path: Path) -> Path:
    """A log of the first part of the night."""
    directory = tmp_path / "public"
    mini.grow(directory, SOME)
    return directory


def test_a_batch_comes_to_what_the_whole_comes_to(mini: Night, public: Path) -> None:
    follower = follow(public, mini.trust)
    for size in (SOME + 1, SOME + 2, SOME + 30, len(mini.records)):
        mini.grow(public, size)
        log = follower.advance()
        whole = verify_publication(public, trust=mini.trust, only_log=True).log
        assert whole is not None
        assert log.size == log.state.size == size
        assert canonical(log.state) == canonical(whole.state)
        assert log.signed == whole.signed
        assert log.root_at(SOME) == whole.root_at(SOME)
        assert [log.entry(index) for index in (0, SOME, size - 1)] == [
            mini.records[index] for index in (0, SOME, size - 1)
        ]
        assert log.proof(size - 1) == whole.proof(size - 1)


def test_a_batch_costs_the_batch(mini: Night, public: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """After the first verification nothing but the new entries is folded, and only their bundle is read."""
    follower = follow(public, mini.trust)
    folded: list[int] = []
    add = Fold.add

    def counted_add(fold: Fold, some: Sequence[bytes]) -> None:
        folded.append(len(some))
        add(fold, some)

    monkeypatch.setattr(Fold, "add", counted_add)
    read: list[str] = []
    fetch = follower.log.fetch

    def counted(path: str, limit: int) -> bytes | None:
        read.append(path)
        return fetch(path, limit)

    object.__setattr__(follower.log, "fetch", counted)
    mini.grow(public, SOME + 10)
    folded.clear()
    assert follower.advance().size == SOME + 10
    assert folded == [10]
    assert read == ["log/checkpoint", f"log/tile/entries/000.p/{SOME + 10}"]
    assert follower.advance().size == SOME + 10
    assert folded == [10]


def test_pages_of_a_follower_are_those_of_the_whole(mini: Night, public: Path, tmp_path: Path) -> None:
    follower = follow(public, mini.trust)
    shown, trust = mini.shown, mini.trust

    def show() -> None:
        renew(public, follower.log, shown, trust=trust, clock=CLOCK, progress=lambda *_: None)

    show()
    mini.grow(public, len(mini.records))
    follower.advance()
    show()
    again = tmp_path / "again" / "public"
    mini.grow(again, SOME)
    for size in (SOME, len(mini.records)):
        mini.grow(again, size)
        update_publication(again, shown, trust=trust, clock=CLOCK, progress=lambda *_: None)
    assert contents(public) == contents(again)


def test_another_history_is_refused_and_leaves_the_follower_where_it_was(mini: Night, public: Path) -> None:
    follower = follow(public, mini.trust)
    before = follower.log
    mini.grow(public, SOME + 10)
    bundle = public / f"log/tile/entries/000.p/{SOME + 10}"
    content = bytearray(bundle.read_bytes())
    content[-3] ^= 1
    bundle.write_bytes(content)
    with pytest.raises(LogError, match="do not give the root"):
        follower.advance()
    assert follower.log is before
    assert follower.log.state.size == SOME


def test_a_shorter_log_is_refused(mini: Night, public: Path) -> None:
    mini.grow(public, SOME + 10)
    follower = follow(public, mini.trust)
    with pytest.raises(LogError, match=f"has {SOME} entries now"):
        follower.advance(mini.checkpoint(SOME))


def test_a_checkpoint_that_no_trusted_key_signed_is_refused(mini: Night, public: Path) -> None:
    from tests.core.log.builders import signer

    follower = follow(public, mini.trust)
    mini.grow(public, SOME + 10)
    real = mini.checkpoint(SOME + 10).checkpoint
    stranger = signer(real.origin)
    with pytest.raises(LogError):
        follower.advance(sign_checkpoint(Checkpoint(real.origin, real.size, real.root), stranger))
    assert follower.advance().size == SOME + 10


def test_what_is_added_is_judged_as_ever(mini: Night, public: Path) -> None:
    """A follower of a log that was opened without its trust file follows it all the same."""
    log = verify_publication(public, only_log=True).log
    assert log is not None
    follower = Follower(log)
    mini.grow(public, len(mini.records))
    assert canonical(follower.advance().state) == canonical(mini.state(len(mini.records)))


def test_a_damaged_log_is_not_followed(mini: Night, public: Path) -> None:
    shutil.rmtree(public / "log/tile/entries")
    with pytest.raises(LogError, match="missing"):
        follow(public, mini.trust)
