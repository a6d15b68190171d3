"""Mirrors: the signed list, and how copies of a log stand to each other."""

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from escrutinio.base.errors import LogError
from escrutinio.core.log.checkpoint import Checkpoint, sign_checkpoint
from escrutinio.core.log.merkle import EMPTY_ROOT
from escrutinio.core.log.mirrors import (
    MAX_MIRRORS,
    MirrorList,
    open_mirrors,
    sign_mirrors,
)
from escrutinio.core.log.notes import Note
from escrutinio.core.verification.mirrors import (
    MirrorCopy,
    MirrorReport,
    MirrorStanding,
    compare_copies,
    open_copy,
)
from tests.core.log.builders import NOW, ORIGIN, LogHome, policy, records, signer

LISTED = MirrorList(ORIGIN, NOW, ("https://a.example/x/", "http://127.0.0.1:8000"))
SIGNED = sign_mirrors(LISTED, signer())
KEYS = (signer().verifier,)


def signed_text(text: str) -> bytes:
    return Note(text.encode(), (signer().sign(text.encode()),)).data


def test_the_list_comes_back() -> None:
    assert open_mirrors(SIGNED, KEYS) == LISTED
    assert SIGNED.startswith(f"mirrors of {ORIGIN}\n{NOW}\nhttps://a.example/x/\n".encode())


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (SIGNED.replace(b"a.example", b"b.example"), "does not hold for this checkpoint"),
        (SIGNED.replace(str(NOW).encode(), str(NOW + 1).encode()), "does not hold for this checkpoint"),
        (
            sign_mirrors(replace(LISTED, origin="other"), signer("other")),
            "No known key signed this checkpoint",
        ),
        (signed_text(f"{ORIGIN}\n1\nhttps://a.example\n"), "not a list of mirrors"),
        (signed_text(f"mirrors of {ORIGIN}\n"), "not a list of mirrors"),
        (signed_text(f"mirrors of {ORIGIN}\n01\n"), "not a number"),
        (signed_text(f"mirrors of {ORIGIN}\n-1\n"), "not a number"),
        (signed_text(f"mirrors of {ORIGIN}\n1\nftp://a.example\n"), "not an http or https address"),
        (signed_text(f"mirrors of {ORIGIN}\n1\nhttps://a b.example\n"), "not an http or https address"),
        (
            signed_text(f"mirrors of {ORIGIN}\n1\nhttps://me:secret@a.example\n"),
            "not an http or https address",
        ),
        (signed_text(f"mirrors of {ORIGIN}\n1\nhttps:///x\n"), "not an http or https address"),
        (signed_text(f"mirrors of {ORIGIN}\n1\n" + "https://a.example\n" * 2), "listed twice"),
        (b"", "is not a text, an empty line and signature lines"),
    ],
)
def test_an_altered_or_malformed_list_is_refused(data: bytes, why: str) -> None:
    with pytest.raises(LogError, match=why):
        open_mirrors(data, KEYS)


def test_a_list_is_bounded_and_signed_by_its_own_log() -> None:
    with pytest.raises(LogError, match="at most"):
        replace(LISTED, addresses=tuple(f"https://{number}.example" for number in range(MAX_MIRRORS + 1)))
    with pytest.raises(LogError, match="cannot sign"):
        sign_mirrors(LISTED, signer("other"))


# --- copies ---

SIZE = 700


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A publication whose log has SIZE entries, and what it was at 300 beside it, in `early`."""
    directory = tmp_path_factory.mktemp("log")
    home = LogHome(directory / "now")
    with home.publisher() as publisher:
        home.append(publisher, records(300))
        shutil.copytree(home.log, directory / "early" / "log")
        home.append(publisher, records(SIZE - 300, start=300))
    return directory


def another(directory: Path, count: int) -> Path:
    """A log of the same key with another entry 0."""
    made = LogHome(directory / "another")
    with made.publisher() as publisher:
        made.append(publisher, [b"other", *records(count)[1:]])
    return directory / "another"


def copy_of(directory: Path) -> MirrorCopy:
    found = open_copy(str(directory), policy())
    assert isinstance(found, MirrorCopy), found
    return found


def standing(base: Path, mirror: Path) -> tuple[MirrorStanding, int]:
    report = compare_copies(copy_of(base), copy_of(mirror))
    return report.standing, report.entries


def test_same_behind_and_ahead(home: Path) -> None:
    assert standing(home / "now", home / "now") == (MirrorStanding.SAME, 0)
    assert standing(home / "now", home / "early") == (MirrorStanding.BEHIND, 400)
    assert standing(home / "early", home / "now") == (MirrorStanding.AHEAD, 400)


@pytest.mark.parametrize("count", [256, 300, SIZE, SIZE + 1])
def test_another_history_is_a_split_view_whatever_its_size(home: Path, tmp_path: Path, count: int) -> None:
    other = another(tmp_path, count)
    assert standing(home / "now", other)[0] is MirrorStanding.SPLIT
    assert standing(other, home / "now")[0] is MirrorStanding.SPLIT


def bite(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[-1] ^= 1
    path.write_bytes(data)


@pytest.mark.parametrize("harm", [Path.unlink, bite])
def test_tiles_that_do_not_bear_out_the_longer_log_prove_nothing(
    home: Path, tmp_path: Path, harm: Callable[[Path], None]
) -> None:
    shutil.copytree(home / "now", tmp_path / "harmed")
    for tile in (tmp_path / "harmed/log/tile/0").rglob("*"):
        if tile.is_file():
            harm(tile)
    report = compare_copies(copy_of(home / "early"), copy_of(tmp_path / "harmed"))
    assert report.standing is MirrorStanding.UNPROVED
    assert report.why


def test_what_cannot_be_read_or_trusted_is_said(home: Path, tmp_path: Path) -> None:
    missing = open_copy(str(tmp_path / "nothing"), policy())
    assert isinstance(missing, MirrorReport)
    assert missing.standing is MirrorStanding.UNREACHABLE
    shutil.copytree(home / "early", tmp_path / "harmed")
    checkpoint = tmp_path / "harmed/log/checkpoint"
    checkpoint.write_bytes(checkpoint.read_bytes().replace(b"\n300\n", b"\n301\n"))
    harmed = open_copy(str(tmp_path / "harmed"), policy())
    assert isinstance(harmed, MirrorReport)
    assert harmed.standing is MirrorStanding.REFUSED
    unseen = open_copy(str(home / "now"), policy("partido", threshold=1))
    assert isinstance(unseen, MirrorReport)
    assert "lacks the quorum" in str(unseen.why)


def test_an_empty_log_is_the_beginning_of_every_log(home: Path, tmp_path: Path) -> None:
    (tmp_path / "log").mkdir()
    empty = sign_checkpoint(Checkpoint(ORIGIN, 0, EMPTY_ROOT), signer())
    (tmp_path / "log" / "checkpoint").write_bytes(empty.note.data)
    assert standing(home / "now", tmp_path) == (MirrorStanding.BEHIND, SIZE)
