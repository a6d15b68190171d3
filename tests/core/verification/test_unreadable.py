"""A check that could not be made has not held: whatever cannot be read leaves its check open."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

import pytest

from escrutinio.base.errors import FileUnreadableError, LogError
from escrutinio.base.fetch import open_files
from escrutinio.core.log.checkpoint import Checkpoint, parse_checkpoint, sign_checkpoint
from escrutinio.core.log.merkle import Hash
from escrutinio.core.log.pinned import PinnedLog
from escrutinio.core.log.reader import MAX_ENTRIES, open_log, read_entries
from escrutinio.core.log.trust import Trust
from escrutinio.core.records.codes import Category, Removal, RevocationReason, Role
from escrutinio.core.records.types import IncidentReport, Revocation, Withdrawal
from escrutinio.core.verification import checks, reading
from escrutinio.core.verification.checks import MAX_REASONS, Check, Outcome
from escrutinio.core.verification.publication import (
    NotVerifiedError,
    Verification,
    open_verified,
    verify_publication,
)
from tests.core.election.build import AREAS, DAY, ORIGIN, ROOT, STATIONS, Day, key
from tests.core.verification.lab import LOG, UNUSED, long_day, publish
from tests.core.verification.whole import failed, left_open
from tests.serving import Reply, serve

TABLE = "data/presidente/areas-reported.csv"


def attachment(content: bytes) -> str:
    return f"attachments/{sha256(content).hexdigest()}"


HIT = {
    "log/checkpoint": Check.CHECKPOINT,
    "log/tile/entries/000": Check.ENTRY_BUNDLES,
    "log/tile/entries/001.p/52": Check.ENTRY_BUNDLES,
    "log/tile/0/000": Check.HASH_TILES,
    "log/tile/1/000.p/1": Check.HASH_TILES,
    attachment(AREAS): Check.DEFINITION,
    attachment(STATIONS): Check.ATTACHMENTS,
    attachment(UNUSED): Check.ATTACHMENTS,
    TABLE: Check.TABLES,
    "data/findings.csv": Check.TABLES,
    "data/stations.parquet": Check.DATA_FILES,
    "data/datapackage.json": Check.DATA_FILES,
    "verify.html": Check.OFFLINE_VERIFIER,
}
"""Files of a publication, each with a check that cannot be made without it."""


@pytest.fixture(scope="module")
def public(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Trust]:
    """A publication with two bundles; not to be changed."""
    directory = tmp_path_factory.mktemp("public")
    return directory, publish(directory, long_day())


def is_open(found: Verification, check: Check) -> None:
    """Nothing is accused and nothing confirmed, and every check has its answer."""
    assert failed(found.answers) == {}
    assert found.outcome is Outcome.OPEN
    assert not found.authenticated
    assert [answer.check for answer in found.answers] == list(Check)
    assert found.answer(check).outcome is Outcome.OPEN
    assert all(reason.sentence("en") and reason.place for a in found.answers for reason in a.unjudged)
    beside = check in (Check.TABLES, Check.DATA_FILES, Check.OFFLINE_VERIFIER)
    assert beside or found.log is None or not found.log.authenticated


def test_the_honest_one_holds(public: tuple[Path, Trust]) -> None:
    found = verify_publication(public[0], trust=public[1])
    assert found.authenticated, left_open(found.answers)
    assert all((public[0] / path).is_file() for path in HIT)


def no_file(content: bytes) -> Reply:
    return Reply(b"<html>", kind="text/html")


def too_many(content: bytes) -> Reply:
    return Reply(b"slow down", status=429)


def unavailable(content: bytes) -> Reply:
    return Reply(b"busy", status=503)


def cut(content: bytes) -> Reply:
    return Reply(content[: len(content) // 2], missing=len(content) - len(content) // 2)


def cut_at_the_end(content: bytes) -> Reply:
    return Reply(content, missing=10)


EVERY_FAULT = ("log/checkpoint", "log/tile/entries/000", TABLE)
"""Files that meet every fault in `make test` too; the others meet one there."""


@pytest.mark.parametrize(
    ("path", "fault"),
    [
        pytest.param(path, fault, marks=[] if path in EVERY_FAULT or fault is cut else [pytest.mark.slow])
        for path in HIT
        for fault in (unavailable, too_many, no_file, cut, cut_at_the_end)
        if fault is not no_file or not path.endswith(".html")
    ],
)
def test_what_a_server_does_not_give_leaves_its_check_open(
    public: tuple[Path, Trust], path: str, fault: Callable[[bytes], Reply]
) -> None:
    reply = fault((public[0] / path).read_bytes())
    with serve(public[0], lambda asked, _: reply if asked == path else None) as site:
        is_open(verify_publication(site.address, trust=public[1]), HIT[path])


@pytest.mark.parametrize("path", HIT)
def test_a_directory_in_the_place_of_a_file_leaves_its_check_open(
    public: tuple[Path, Trust], tmp_path: Path, path: str
) -> None:
    directory = tmp_path / "public"
    shutil.copytree(public[0], directory)
    (directory / path).unlink()
    (directory / path).mkdir()
    is_open(verify_publication(directory, trust=public[1]), HIT[path])


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads every file, whatever its permissions")
@pytest.mark.parametrize("path", HIT)
def test_a_file_without_permission_leaves_its_check_open(
    public: tuple[Path, Trust], tmp_path: Path, path: str
) -> None:
    directory = tmp_path / "public"
    shutil.copytree(public[0], directory)
    (directory / path).chmod(0)
    is_open(verify_publication(directory, trust=public[1]), HIT[path])


def test_a_file_that_cannot_be_read_is_told_from_one_that_is_missing(tmp_path: Path) -> None:
    fetch = open_files(tmp_path)
    (tmp_path / "there").mkdir()
    assert fetch("missing", 10) is None
    with pytest.raises(FileUnreadableError, match="there cannot be read"):
        fetch("there", 10)
    with (
        serve(tmp_path, lambda _path, _count: Reply(status=500)) as site,
        pytest.raises(FileUnreadableError, match="HTTP status 500"),
    ):
        open_files(site.address)("x", 10)


@pytest.mark.parametrize("path", HIT)
def test_what_cannot_be_read_hides_no_altered_total(
    public: tuple[Path, Trust], tmp_path: Path, path: str
) -> None:
    directory = tmp_path / "public"
    shutil.copytree(public[0], directory)
    for table in (TABLE, "data/results.json"):
        content = (directory / table).read_bytes()
        (directory / table).write_bytes(content.replace(b"4", b"5", 1))
    with serve(directory, lambda asked, _: Reply(status=503) if asked == path else None) as site:
        found = verify_publication(site.address, trust=public[1])
    assert found.outcome is not Outcome.HOLDS
    assert not found.authenticated
    judged = path in (attachment(UNUSED), "verify.html", "log/tile/0/000", "data/findings.csv")
    assert (found.outcome is Outcome.FAILS) or not judged


@pytest.mark.parametrize("path", [path for path in HIT if path.startswith(("log", "att"))])
def test_a_log_that_cannot_be_read_whole_is_not_used(public: tuple[Path, Trust], path: str) -> None:
    for trust in (public[1], None):
        with (
            serve(public[0], lambda asked, _: Reply(status=503) if asked == path else None) as site,
            pytest.raises(NotVerifiedError) as caught,
        ):
            open_verified(site.address, trust=trust)
        assert not caught.value.failed
        assert path.rpartition("/")[2] in str(caught.value.reason)


# --- what an unread bundle says is not known: nothing that depends on it is accused ---


def later_bundles() -> Day:
    """A log of three bundles: in the second a key is enrolled, another revoked, an attachment withdrawn;
    the third has sheets by the key, and names an attachment."""
    day = long_day(260)
    gone = day.attach(b"gone")
    day.say(IncidentReport(Category.ACCESS, DAY, (gone,)), "party/azul/1", "station/n1.01")
    day.say(Withdrawal(gone.digest, Removal.PERSONAL_DATA), "party/azul/1", "election")
    del day.attachments[gone.digest]
    day.enrol("machine/9", Role.MACHINE, "n1.02")
    day.enrol("machine/8", Role.MACHINE, "n1.02")
    day.say(Revocation(key("machine/8").kid, RevocationReason.STOLEN), ROOT, "election")
    for number in range(300):
        day.sheet("machine/9", "n1.02", (number, 1, 2, 3))
    return day


@pytest.fixture(scope="module")
def three(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Trust]:
    """A publication of `later_bundles`."""
    directory = tmp_path_factory.mktemp("three")
    return directory, publish(directory, later_bundles())


def test_the_log_of_three_bundles_holds(three: tuple[Path, Trust]) -> None:
    found = verify_publication(three[0], trust=three[1])
    assert found.authenticated, failed(found.answers)
    assert found.signed is not None
    assert found.signed.checkpoint.size > 2 * 256


@pytest.mark.parametrize("number", [0, 1])
def test_what_rests_on_a_bundle_that_cannot_be_read_is_left_open(
    three: tuple[Path, Trust], number: int
) -> None:
    path = f"log/tile/entries/{number:03}"
    with serve(three[0], lambda asked, _: Reply(status=503) if asked == path else None) as site:
        found = verify_publication(site.address, trust=three[1])
    is_open(found, Check.ENTRY_BUNDLES)
    for check in (Check.ROOT, Check.RECORDS, Check.SIGNATURES, Check.ATTACHMENTS, Check.TABLES):
        assert found.answer(check).outcome is Outcome.OPEN, check


@pytest.mark.parametrize("number", [0, 1])
def test_a_bundle_that_is_missing_leaves_its_check_open_and_what_needs_it(
    three: tuple[Path, Trust], number: int
) -> None:
    path = f"log/tile/entries/{number:03}"
    with serve(three[0], lambda asked, _: Reply(status=404) if asked == path else None) as site:
        found = verify_publication(site.address, trust=three[1])
    assert failed(found.answers) == {}
    for check in (Check.ENTRY_BUNDLES, Check.ROOT, Check.RECORDS, Check.SIGNATURES, Check.TABLES):
        assert found.answer(check).outcome is Outcome.OPEN, check


def test_a_bad_signature_is_told_beside_a_bundle_that_cannot_be_read(
    three: tuple[Path, Trust], tmp_path: Path
) -> None:
    directory = tmp_path / "public"
    shutil.copytree(three[0], directory)
    bundle = directory / "log/tile/entries/000"
    content = bytearray(bundle.read_bytes())
    content[-1] ^= 1  # of the signature of entry 255
    bundle.write_bytes(content)
    path = "log/tile/entries/001"
    with serve(directory, lambda asked, _: Reply(status=503) if asked == path else None) as site:
        found = verify_publication(site.address, trust=three[1])
    assert failed(found.answers)[Check.SIGNATURES] == ["entry 255"]
    assert failed(found.answers)[Check.ROOT] == ["entry 255"]


# --- an enormous size ---


def of_size(public: Path, directory: Path, size: int) -> Path:
    """The same publication under a checkpoint that the log signed of so many entries."""
    shutil.copytree(public, directory)
    huge = sign_checkpoint(Checkpoint(ORIGIN, size, Hash(bytes(32))), LOG)
    (directory / "log/checkpoint").write_bytes(huge.note.data)
    return directory


@pytest.mark.parametrize(
    ("size", "most"), [(30_000, 50), pytest.param(MAX_ENTRIES, MAX_REASONS, marks=pytest.mark.slow)]
)
def test_a_checkpoint_of_a_large_size_ends(
    public: tuple[Path, Trust], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, size: int, most: int
) -> None:
    for module in (checks, reading):
        monkeypatch.setattr(module, "MAX_REASONS", most)  # a thousand requests take long
    with serve(of_size(public[0], tmp_path / "public", size)) as site:
        found = verify_publication(site.address, trust=public[1])
    bundles = found.answer(Check.ENTRY_BUNDLES)
    assert len(bundles.unjudged) == most
    assert sum(count for path, count in site.requests.items() if "/entries/" in path) <= 2 * most + 10
    assert sum(site.requests.values()) < 10 * most
    assert [answer.check for answer in found.answers] == list(Check)
    assert found.log is None


@pytest.mark.parametrize("size", [MAX_ENTRIES + 1, 2**53 - 1])
def test_a_checkpoint_of_an_enormous_size_ends_though_the_server_has_every_entry(
    public: tuple[Path, Trust], tmp_path: Path, size: int
) -> None:
    directory = of_size(public[0], tmp_path / "public", size)
    bundle, tile = (directory / f"log/tile/{level}/000" for level in ("entries", "0"))

    def endless(path: str, _count: int) -> bytes | None:
        if "/entries/" in path:
            return bundle.read_bytes()
        return tile.read_bytes() if path.startswith("log/tile/") else None

    with serve(directory, endless) as site:
        found = verify_publication(site.address, trust=public[1])
    is_open(found, Check.ENTRY_BUNDLES)
    signed = parse_checkpoint((directory / "log/checkpoint").read_bytes())
    assert "is not read whole" in found.answer(Check.RECORDS).unjudged[0].sentence("en")
    assert sum(site.requests.values()) < 10
    with pytest.raises(LogError, match="is not read whole"):
        next(read_entries(open_log(directory / "log"), size))
    with pytest.raises(LogError):
        next(PinnedLog(open_log(directory / "log"), signed).all_entries())
