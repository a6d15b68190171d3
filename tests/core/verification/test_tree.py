"""Verifying a whole log: each altered bit fails a check, which says where."""

import shutil
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from escrutinio.base.errors import LogError
from escrutinio.core.log.checkpoint import Checkpoint, sign_checkpoint
from escrutinio.core.log.merkle import Hash
from escrutinio.core.log.reader import open_log
from escrutinio.core.log.tiles import ENTRIES, encode_bundle, tile_names
from escrutinio.core.verification.checks import MAX_REASONS, Check, Outcome
from escrutinio.core.verification.tree import LeafTile, leaf_tile
from tests.core.log.builders import ORIGIN, LogHome, StrictWitness, build_log, policy, records, signer
from tests.core.verification.whole import Whole, failed, left_open, verify_log

SIZE = 66_000  # Three levels of tiles; more than one checkpoint adds.
RECORDS = [b"r%d" % number for number in range(SIZE)]
SMALL = records(600)


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build_log(tmp_path_factory.mktemp("large"), RECORDS).log


@pytest.fixture
def small(tmp_path: Path) -> LogHome:
    return build_log(tmp_path, SMALL)


def failures(report: Whole) -> dict[Check, list[str]]:
    return failed(report.answers)


def flip(path: Path, bit: int) -> None:
    data = bytearray(path.read_bytes())
    data[bit // 8] ^= 1 << bit % 8
    path.write_bytes(bytes(data))


def test_an_honest_log(large: Path) -> None:
    report = verify_log(open_log(large), policy())
    assert report.authenticated
    assert {answer.check: answer.count for answer in report.answers} == {
        Check.CHECKPOINT: 1,
        Check.LOG_SIGNATURE: 1,
        Check.COSIGNATURES: 0,
        Check.ENTRY_BUNDLES: 258,
        Check.ROOT: SIZE,
        Check.HASH_TILES: 258 + 2 + 1,
    }


def test_without_a_policy_nothing_is_authenticated(small: LogHome) -> None:
    report = verify_log(open_log(small.log), None)
    assert not report.authenticated
    assert {answer.check: answer.outcome for answer in report.answers} == {
        Check.CHECKPOINT: Outcome.HOLDS,
        Check.LOG_SIGNATURE: Outcome.OPEN,
        Check.COSIGNATURES: Outcome.OPEN,
        Check.ENTRY_BUNDLES: Outcome.HOLDS,
        Check.ROOT: Outcome.HOLDS,
        Check.HASH_TILES: Outcome.HOLDS,
    }


def test_leaf_hashes_may_come_from_a_pool(large: Path) -> None:
    reader = open_log(large)

    def leaf_tiles(checkpoint: Checkpoint) -> Iterable[LeafTile]:
        return pool.map(partial(leaf_tile, reader), tile_names(checkpoint.size, ENTRIES))

    with ThreadPoolExecutor(2) as pool:
        assert verify_log(reader, policy(), leaf_tiles).authenticated
    with pytest.raises(LogError, match="not of the bundles"):
        verify_log(reader, None, lambda checkpoint: reversed([*leaf_tiles_of(large, checkpoint)]))


def leaf_tiles_of(log: Path, checkpoint: Checkpoint) -> list[LeafTile]:
    reader = open_log(log)
    return [leaf_tile(reader, name) for name in list(tile_names(checkpoint.size, ENTRIES))[:2]]


def test_cosignatures_and_quorum(tmp_path: Path) -> None:
    home = LogHome(tmp_path)
    with home.publisher(policy("a", "b", threshold=1), [StrictWitness("a")]) as publisher:
        home.append(publisher, SMALL)
    report = verify_log(open_log(home.log), policy("a", "b", threshold=1))
    assert report.authenticated
    assert [found.witness for found in report.cosignatures] == ["a"]
    report = verify_log(open_log(home.log), policy("a", "b", threshold=2))
    assert not report.authenticated
    assert failures(report) == {Check.COSIGNATURES: ["log/checkpoint"]}


def test_another_log_is_not_trusted(small: LogHome) -> None:
    other = replace(policy(), logs=(replace(policy().logs[0], key=signer("other").verifier),))
    report = verify_log(open_log(small.log), other)
    assert failures(report) == {Check.LOG_SIGNATURE: ["log/checkpoint"]}
    assert not report.authenticated


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_each_altered_bit_of_a_bundle_is_located(small: LogHome, data: st.DataObject) -> None:
    path = data.draw(st.sampled_from(["tile/entries/000", "tile/entries/001", "tile/entries/002.p/88"]))
    file = small.log / path
    good = file.read_bytes()
    flip(file, data.draw(st.integers(0, len(good) * 8 - 1)))
    report = verify_log(open_log(small.log), policy())
    file.write_bytes(good)
    found = failures(report)
    if Check.ENTRY_BUNDLES in found:  # A length was altered: the bundle no longer reads.
        assert found == {Check.ENTRY_BUNDLES: [f"log/{path}"]}
        assert left_open(report.answers) == {Check.ROOT: [f"log/{path}"]}
    else:
        (place,) = found.pop(Check.ROOT)
        assert found == {}
        index = int(place.removeprefix("entry "))
        assert path.startswith(f"tile/entries/{index // 256:03d}")


@settings(max_examples=6)
@given(data=st.data())
def test_each_altered_bit_of_a_tile_is_located(large: Path, data: st.DataObject) -> None:
    paths = ["tile/0/000", "tile/0/256", "tile/0/257.p/208", "tile/1/000", "tile/1/001.p/1", "tile/2/000.p/1"]
    path = data.draw(st.sampled_from(paths))
    file = large / path
    good = file.read_bytes()
    flip(file, data.draw(st.integers(0, len(good) * 8 - 1)))
    report = verify_log(open_log(large), policy())
    file.write_bytes(good)
    assert failures(report) == {Check.HASH_TILES: [f"log/{path}"]}


def test_an_altered_tile_names_the_entry(small: LogHome) -> None:
    flip(small.log / "tile/0/001", 5 * 256)
    (failure,) = verify_log(open_log(small.log), policy()).answers[-1].failures
    assert (
        failure.sentence("en")
        == "tile/0/001 does not fit the entries: its hash number 5, of entry 261, is another."
    )


def test_an_altered_entry_and_an_altered_tile_are_told_apart(large: Path, tmp_path: Path) -> None:
    log = tmp_path / "copy"
    shutil.copytree(large, log)
    flip(log / "tile/entries/003", 8 * 5)
    flip(log / "tile/0/007", 9)
    report = verify_log(open_log(log), policy())
    assert failures(report) == {Check.ROOT: ["entry 768"], Check.HASH_TILES: ["log/tile/0/007"]}


@pytest.mark.parametrize(
    "path", ["tile/entries/001", "tile/entries/002.p/88", "tile/0/000", "tile/0/002.p/88"]
)
@pytest.mark.parametrize("fault", ["missing", "short", "long", "empty"])
def test_files_missing_short_or_long(small: LogHome, path: str, fault: str) -> None:
    file = small.log / path
    good = file.read_bytes()
    if fault == "missing":
        file.unlink()
    else:
        file.write_bytes({"short": good[:-1], "long": good + b"x", "empty": b""}[fault])
    report = verify_log(open_log(small.log), policy())
    check = Check.ENTRY_BUNDLES if "entries" in path else Check.HASH_TILES
    found = {check: [f"log/{path}"]}
    assert failures(report) == ({} if fault == "missing" else found)
    if fault == "missing":
        assert left_open(report.answers)[check] == [f"log/{path}"]


def test_a_bundle_with_two_entries_exchanged(small: LogHome) -> None:
    swapped = [SMALL[1], SMALL[0], *SMALL[2:256]]
    (small.log / "tile/entries/000").write_bytes(encode_bundle(swapped))
    report = verify_log(open_log(small.log), policy())
    assert failures(report) == {Check.ROOT: ["entry 0", "entry 1"]}


def test_a_log_rewritten_with_its_tiles_does_not_give_the_root(small: LogHome, tmp_path: Path) -> None:
    rewritten = build_log(tmp_path / "other", [b"another", *SMALL[1:]])
    (rewritten.log / "checkpoint").write_bytes(small.checkpoint())
    report = verify_log(open_log(rewritten.log), policy())
    assert failures(report) == {Check.ROOT: ["log/checkpoint"], Check.HASH_TILES: ["log/checkpoint"]}


def test_an_enormous_size_ends(small: LogHome) -> None:
    huge = sign_checkpoint(Checkpoint(ORIGIN, 2**53 - 1, Hash(bytes(32))), signer())
    (small.log / "checkpoint").write_bytes(huge.note.data)
    report = verify_log(open_log(small.log), policy())
    counts = {answer.check: len(answer.unjudged) for answer in report.answers}
    assert counts[Check.ENTRY_BUNDLES] == counts[Check.HASH_TILES] == MAX_REASONS
    assert not report.authenticated


def test_a_checkpoint_that_does_not_read_ends_the_checks(small: LogHome) -> None:
    (small.log / "checkpoint").write_bytes(b"nothing")
    report = verify_log(open_log(small.log), policy())
    assert failures(report) == {Check.CHECKPOINT: ["log/checkpoint"]}
    assert report.signed is None
    assert not report.authenticated
