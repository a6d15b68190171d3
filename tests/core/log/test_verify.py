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
from escrutinio.core.log.reader import open_log
from escrutinio.core.log.tiles import ENTRIES, encode_bundle, tile_names
from escrutinio.core.log.verify import MAX_FAILURES, LeafTile, LogVerification, leaf_tile, verify_log
from tests.core.log.builders import ORIGIN, LogHome, StrictWitness, build_log, policy, records, signer

SIZE = 66_000  # Three levels of tiles; more than one checkpoint adds.
RECORDS = [b"r%d" % number for number in range(SIZE)]
SMALL = records(600)


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build_log(tmp_path_factory.mktemp("large"), RECORDS).log


@pytest.fixture
def small(tmp_path: Path) -> LogHome:
    return build_log(tmp_path, SMALL)


def failures(report: LogVerification) -> dict[str, list[str]]:
    """Check name -> places of its failures."""
    found = {check.name: [failure.place for failure in check.failures] for check in report.checks}
    return {name: places for name, places in found.items() if places}


def flip(path: Path, bit: int) -> None:
    data = bytearray(path.read_bytes())
    data[bit // 8] ^= 1 << bit % 8
    path.write_bytes(bytes(data))


def test_an_honest_log(large: Path) -> None:
    report = verify_log(open_log(large), policy())
    assert report.ok
    assert report.authenticated
    assert {check.name: check.count for check in report.checks} == {
        "checkpoint": 1,
        "log signature": 1,
        "cosignatures": 0,
        "entry bundles": 258,
        "root": SIZE,
        "hash tiles": 258 + 2 + 1,
    }


def test_without_a_policy_nothing_is_authenticated(small: LogHome) -> None:
    report = verify_log(open_log(small.log), None)
    assert report.ok
    assert not report.authenticated
    assert [check.name for check in report.checks] == ["checkpoint", "entry bundles", "root", "hash tiles"]


def test_leaf_hashes_may_come_from_a_pool(large: Path) -> None:
    reader = open_log(large)

    def leaf_tiles(checkpoint: Checkpoint) -> Iterable[LeafTile]:
        return pool.map(partial(leaf_tile, reader), tile_names(checkpoint.size, ENTRIES))

    with ThreadPoolExecutor(2) as pool:
        assert verify_log(reader, policy(), leaf_tiles).ok
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
    assert failures(report) == {"cosignatures": ["checkpoint"]}


def test_another_log_is_not_trusted(small: LogHome) -> None:
    other = replace(policy(), logs=(replace(policy().logs[0], key=signer("other").verifier),))
    report = verify_log(open_log(small.log), other)
    assert failures(report) == {"log signature": ["checkpoint"]}
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
    if "entry bundles" in found:  # A length was altered: the bundle no longer reads.
        assert found == {"entry bundles": [path]}
    else:
        (place,) = found.pop("root")
        assert found == {}
        index = int(place.removeprefix("entry "))
        assert path.startswith(f"tile/entries/{index // 256:03d}")


@settings(max_examples=12)
@given(data=st.data())
def test_each_altered_bit_of_a_tile_is_located(large: Path, data: st.DataObject) -> None:
    paths = ["tile/0/000", "tile/0/256", "tile/0/257.p/208", "tile/1/000", "tile/1/001.p/1", "tile/2/000.p/1"]
    path = data.draw(st.sampled_from(paths))
    file = large / path
    good = file.read_bytes()
    flip(file, data.draw(st.integers(0, len(good) * 8 - 1)))
    report = verify_log(open_log(large), policy())
    file.write_bytes(good)
    assert failures(report) == {"hash tiles": [path]}


def test_an_altered_tile_names_the_entry(small: LogHome) -> None:
    flip(small.log / "tile/0/001", 5 * 256)
    (failure,) = verify_log(open_log(small.log), policy()).checks[-1].failures
    assert (
        failure.sentence
        == "tile/0/001 does not fit the entries: its hash number 5, of entry 261, is another."
    )


def test_an_altered_entry_and_an_altered_tile_are_told_apart(large: Path, tmp_path: Path) -> None:
    log = tmp_path / "copy"
    shutil.copytree(large, log)
    flip(log / "tile/entries/003", 8 * 5)
    flip(log / "tile/0/007", 9)
    report = verify_log(open_log(log), policy())
    assert failures(report) == {"root": ["entry 768"], "hash tiles": ["tile/0/007"]}


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
    name = "entry bundles" if "entries" in path else "hash tiles"
    assert failures(report) == {name: [path]}


def test_a_bundle_with_two_entries_exchanged(small: LogHome) -> None:
    swapped = [SMALL[1], SMALL[0], *SMALL[2:256]]
    (small.log / "tile/entries/000").write_bytes(encode_bundle(swapped))
    report = verify_log(open_log(small.log), policy())
    assert failures(report) == {"root": ["entry 0", "entry 1"]}


def test_a_log_rewritten_with_its_tiles_does_not_give_the_root(small: LogHome, tmp_path: Path) -> None:
    rewritten = build_log(tmp_path / "other", [b"another", *SMALL[1:]])
    (rewritten.log / "checkpoint").write_bytes(small.checkpoint())
    report = verify_log(open_log(rewritten.log), policy())
    assert failures(report) == {"root": ["checkpoint"], "hash tiles": ["checkpoint"]}


def test_an_enormous_size_ends(small: LogHome) -> None:
    huge = sign_checkpoint(Checkpoint(ORIGIN, 2**53 - 1, bytes(32)), signer())
    (small.log / "checkpoint").write_bytes(huge.note.data)
    report = verify_log(open_log(small.log), policy())
    counts = {check.name: len(check.failures) for check in report.checks}
    assert counts["entry bundles"] == counts["hash tiles"] == MAX_FAILURES
    assert not report.ok


def test_a_checkpoint_that_does_not_read_ends_the_checks(small: LogHome) -> None:
    (small.log / "checkpoint").write_bytes(b"nothing")
    report = verify_log(open_log(small.log), policy())
    assert failures(report) == {"checkpoint": ["checkpoint"]}
    assert report.checkpoint is None
    assert not report.ok
