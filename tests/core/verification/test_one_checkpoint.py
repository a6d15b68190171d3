"""The checkpoint is read once: what is folded, what is proved and what is signed are the same log."""

from __future__ import annotations

import multiprocessing
import shutil
from pathlib import Path

import pytest

from escrutinio.core.log.checkpoint import parse_checkpoint
from escrutinio.core.log.trust import Trust
from escrutinio.core.verification.checks import Check, Outcome
from escrutinio.core.verification.publication import Verification, verify_publication
from tests.core.election.build import ORIGIN, Day
from tests.core.log.builders import LogHome
from tests.core.log.growing import append
from tests.core.verification.lab import WITNESSES, disputed, long_day, publish, trust_of, write_log
from tests.core.verification.whole import failed
from tests.serving import Answer, serve

CHECKPOINT = "log/checkpoint"


def two_logs(honest: Path, other: Path, *, first: bool) -> Answer:
    """A server without any key: the log in `other`, under a checkpoint that nobody signed, and the genuine
    checkpoint when it is asked for it again, or before."""
    genuine = (honest / CHECKPOINT).read_bytes()
    text, _, _ = (other / CHECKPOINT).read_bytes().partition(b"\n\n")
    forged = text + "\n\n\u2014 nobody AAAAAAAA\n".encode()

    def answer(path: str, count: int) -> bytes | None:
        if path == CHECKPOINT:
            return forged if (count == 1) is first else genuine
        if path.startswith("log/tile/0/") and (honest / path).is_file():
            return None  # the tiles of the genuine size must be the genuine ones
        found = other / path
        return found.read_bytes() if found.is_file() else None

    return answer


@pytest.fixture(scope="module", params=[(), WITNESSES], ids=["no quorum", "two witnesses"])
def forked(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Path, Path, Trust]:
    """A publication; its log with one ruling more at the end, which changes totals; the trust file."""
    directory = tmp_path_factory.mktemp("forked")
    day, longer = disputed()
    trust = publish(directory / "honest", day, request.param)
    publish(directory / "other", longer)
    (directory / "other/verify.html").unlink()
    return directory / "honest", directory / "other", trust


def totals(found: Verification) -> list[bytes]:
    assert found.log is not None
    return [file.content() for file in found.log.tables()]


def test_the_other_log_has_other_totals(forked: tuple[Path, Path, Trust]) -> None:
    honest, other, trust = forked
    genuine = verify_publication(honest, trust=trust)
    assert genuine.authenticated
    assert totals(genuine) != totals(verify_publication(other))


def test_an_unsigned_checkpoint_shown_first_is_not_vouched_for_by_a_genuine_one_shown_later(
    forked: tuple[Path, Path, Trust],
) -> None:
    honest, other, trust = forked
    with serve(honest, two_logs(honest, other, first=True)) as site:
        found = verify_publication(site.address, trust=trust)
    assert site.requests[CHECKPOINT] == 1
    assert found.outcome is Outcome.FAILS
    assert not found.authenticated
    assert Check.LOG_SIGNATURE in failed(found.answers)
    assert found.log is None or not found.log.authenticated


def test_a_genuine_checkpoint_is_of_its_own_entries_whatever_is_shown_later(
    forked: tuple[Path, Path, Trust],
) -> None:
    honest, other, trust = forked
    with serve(honest, two_logs(honest, other, first=False)) as site:
        found = verify_publication(site.address, trust=trust, only_log=True)
    assert site.requests[CHECKPOINT] == 1
    assert found.authenticated
    assert totals(found) == totals(verify_publication(honest))


# --- a log that grows ---

TIMES = 100
BEFORE = 250


@pytest.fixture(scope="module")
def long(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Day]:
    """A publication of the first BEFORE entries of a longer day, with its store; not to be changed."""
    directory = tmp_path_factory.mktemp("long")
    whole, first = long_day(BEFORE + TIMES), Day()
    first.log, first.attachments = whole.log[:BEFORE], whole.attachments
    publish(directory, first)
    shutil.rmtree(directory / "log")
    home = LogHome(directory, ORIGIN)
    with home.publisher() as publisher:
        home.append(publisher, first.log)
    home.store.close()
    return directory, whole


@pytest.mark.parametrize("wait", [True, False], ids=["between two reads", "all the time"])
def test_a_log_that_grows_meanwhile_verifies_at_the_size_of_its_checkpoint(
    long: tuple[Path, Day], tmp_path: Path, wait: bool
) -> None:
    directory, day = tmp_path / "public", long[1]
    shutil.copytree(long[0], directory)
    started = tmp_path / "started"
    more = (directory, ORIGIN, day.log[BEFORE : BEFORE + TIMES], str(started))
    child = multiprocessing.get_context("spawn").Process(target=append, args=more)

    def answer(path: str, _count: int) -> None:
        """After the checkpoint was read, and before anything else is, the log grows."""
        if path == CHECKPOINT:
            return
        if child.pid is None:
            child.start()
            while not started.exists() and child.is_alive():
                child.join(0.01)
        if wait:
            child.join()

    with serve(directory, answer) as site:
        found = verify_publication(site.address, trust=trust_of(day))
        child.join()
    assert child.exitcode == 0
    assert parse_checkpoint((directory / CHECKPOINT).read_bytes()).checkpoint.size == BEFORE + TIMES
    assert found.authenticated, failed(found.answers)
    assert found.log is not None
    assert (found.log.size, found.log.state.size) == (BEFORE, BEFORE)
    assert site.requests[CHECKPOINT] == 1


def note_of(found: Verification) -> str:
    return str(found.answer(Check.TABLES).note)


@pytest.mark.parametrize("more", [1, 5, 6, 7, 100])
def test_tables_of_an_earlier_size_are_verified_at_their_own(
    long: tuple[Path, Day], tmp_path: Path, more: int
) -> None:
    directory, day = tmp_path / "public", long[1]
    shutil.copytree(long[0], directory)
    shutil.rmtree(directory / "log")
    write_log(directory / "log", day.log[: BEFORE + more])
    found = verify_publication(directory, trust=trust_of(day))
    assert found.authenticated, failed(found.answers)
    assert f"of the first {BEFORE} of {BEFORE + more} entries" in note_of(found)
    assert found.log is not None
    assert found.log.state.size == BEFORE + more
    table = directory / "data/presidente/areas-reported.csv"
    table.write_bytes(table.read_bytes().replace(b",4,", b",5,", 1))
    assert verify_publication(directory, trust=trust_of(day)).outcome is Outcome.FAILS


def test_tables_of_more_entries_than_the_checkpoint_has_are_left_open(
    long: tuple[Path, Day], tmp_path: Path
) -> None:
    directory, day = tmp_path / "public", long[1]
    shutil.copytree(long[0], directory)
    shutil.rmtree(directory / "log")
    write_log(directory / "log", day.log[: BEFORE - 1])
    found = verify_publication(directory, trust=trust_of(day))
    assert found.outcome is Outcome.OPEN
    assert failed(found.answers) == {}
    assert found.answer(Check.TABLES).outcome is Outcome.OPEN
    assert str(BEFORE) in found.answer(Check.TABLES).unjudged[0].sentence("en")


def test_a_stated_size_at_which_there_was_no_election_yet_accuses_nobody_of_the_log(
    long: tuple[Path, Day], tmp_path: Path
) -> None:
    directory, day = tmp_path / "public", long[1]
    shutil.copytree(long[0], directory)
    package = directory / "data/datapackage.json"
    stated, honest = b'"size": %d', package.read_bytes()
    assert stated % BEFORE in honest
    for size in (0, 1, 2):
        package.write_bytes(honest.replace(stated % BEFORE, stated % size))
        found = verify_publication(directory, trust=trust_of(day))
        logs = [found.answer(check).outcome for check in Check if check <= Check.ATTACHMENTS]
        assert set(logs) == {Outcome.HOLDS}, size
