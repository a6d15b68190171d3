"""Verification of a whole publication: the honest one holds, and each change is found where it was made."""

import json
import shutil
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from escrutinio.base.errors import LogError
from escrutinio.core.log.mirrors import MirrorList, sign_mirrors
from escrutinio.core.log.policy import LogIdentity, Policy
from escrutinio.core.log.reader import open_log, read_entries
from escrutinio.core.log.trust import format_trust, parse_trust
from escrutinio.core.verification.checks import Check, Outcome
from escrutinio.core.verification.publication import OF_THE_ORIGIN, Verification, verify_publication
from tests.core.log.builders import signer
from tests.core.verification.lab import MINIATURE
from tests.core.verification.whole import failed as failed_checks
from tests.core.verification.whole import left_open

Change = Callable[[Path], None]


def verify(directory: Path, trust_file: Path | None = None) -> Verification:
    trust = parse_trust((trust_file or directory / "trust.toml").read_bytes())
    return verify_publication(directory, trust=trust)


def failed(result: Verification) -> dict[Check, list[str]]:
    return failed_checks(result.answers)


@pytest.fixture
def copy(miniature: Path, tmp_path: Path) -> Path:
    """The miniature to be changed; its pages are left out, for no check reads them."""
    target = tmp_path / "publication"
    shutil.copytree(miniature, target, ignore=shutil.ignore_patterns("es", "en", "assets"))
    return target


def replace_in(path: str, old: bytes, new: bytes) -> Change:
    def change(directory: Path) -> None:
        content = (directory / path).read_bytes()
        assert content.count(old) >= 1
        (directory / path).write_bytes(content.replace(old, new, 1))

    return change


def flip(path: str, at: int) -> Change:
    def change(directory: Path) -> None:
        content = bytearray((directory / path).read_bytes())
        content[at] ^= 1
        (directory / path).write_bytes(content)

    return change


def remove(path: str) -> Change:
    return lambda directory: (directory / path).unlink()


BUNDLE = f"log/tile/entries/000.p/{MINIATURE}"
TILE = f"log/tile/0/000.p/{MINIATURE}"


def test_the_honest_publication_holds(miniature: Path) -> None:
    result = verify(miniature)
    assert failed(result) == {}
    assert result.outcome is Outcome.HOLDS
    assert result.authenticated
    assert [answer.check for answer in result.answers] == list(Check)
    counts = {answer.check: answer.count for answer in result.answers}
    assert counts[Check.RECORDS] == counts[Check.SIGNATURES] == counts[Check.ROOT] == MINIATURE


def test_without_a_trust_file_it_is_consistent_and_not_authenticated(miniature: Path) -> None:
    result = verify_publication(miniature)
    assert failed(result) == {}
    assert result.consistent
    assert result.outcome is Outcome.OPEN
    assert not result.authenticated
    assert set(left_open(result.answers)) == OF_THE_ORIGIN


def test_one_changed_vote_is_found_at_its_entry(copy: Path) -> None:
    entries = list(read_entries(open_log(copy / "log"), MINIATURE))
    index = next(
        n for n, raw in enumerate(entries) if b"N1.01/presidencia" in raw and b"machine/101" in raw and n > 40
    )
    bundle = (copy / BUNDLE).read_bytes()
    start = bundle.index(entries[index])
    # The payload's counts begin [121, …: 0x18 0x79 in CBOR.
    at = bundle.index(b"\x18\x79", start)
    assert at < start + len(entries[index])
    flip(BUNDLE, at + 1)(copy)
    found = failed(verify(copy))
    assert found[Check.ROOT] == [f"entry {index}"]
    assert found[Check.SIGNATURES] == [f"entry {index}"]


@pytest.mark.parametrize(
    ("change", "check", "place"),
    [
        (flip(TILE, 40), Check.HASH_TILES, f"log/tile/0/000.p/{MINIATURE}"),
        (
            replace_in("log/checkpoint", b"\n%d\n" % MINIATURE, b"\n111\n"),
            Check.LOG_SIGNATURE,
            "log/checkpoint",
        ),
        (replace_in("log/checkpoint", b"tres-islas", b"tres-islos"), Check.LOG_SIGNATURE, "log/checkpoint"),
        (remove("log/checkpoint"), Check.CHECKPOINT, "log/checkpoint"),
        (replace_in("trust.toml", b'definition = "', b'definition = "00'), None, ""),
        (replace_in("data/stations.csv", b",420\n", b",421\n"), Check.TABLES, "data/stations.csv"),
        (
            replace_in("data/findings.csv", b"conflict", b"conflicts"),
            Check.TABLES,
            "data/findings.csv",
        ),
        (remove("data/results.json"), Check.TABLES, "data/results.json"),
        (flip("data/stations.parquet", 60), Check.DATA_FILES, "data/stations.parquet"),
        (remove("data/datapackage.json"), Check.DATA_FILES, "data/datapackage.json"),
    ],
)
def test_each_change_is_found_where_it_was_made(
    copy: Path, change: Change, check: Check | None, place: str
) -> None:
    change(copy)
    if check is None:
        with pytest.raises(LogError):
            verify(copy)
        return
    found = failed(verify(copy))
    assert place in found[check]


@pytest.mark.parametrize(("path", "check"), [(TILE, Check.HASH_TILES), (BUNDLE, Check.ENTRY_BUNDLES)])
def test_a_file_of_the_log_that_is_not_there_accuses_nobody(copy: Path, path: str, check: Check) -> None:
    """A mirror may be behind or not whole; without a trust file too, nothing follows about the log."""
    remove(path)(copy)
    result = verify(copy)
    assert failed(result) == {}
    assert result.answer(check).outcome is Outcome.OPEN
    assert not result.authenticated


def test_definition_and_charter_of_another_election_are_not_trusted(copy: Path, tmp_path: Path) -> None:
    trust = (copy / "trust.toml").read_text()
    digest = trust.split('definition = "')[1][:64]
    other = tmp_path / "trust.toml"
    other.write_text(trust.replace(digest, digest[::-1]))
    result = verify(copy, other)
    assert failed(result)[Check.TRUST_FILE] == ["entry 0", "trust.toml"]
    assert not result.authenticated


def test_a_withdrawn_attachment_is_not_published_and_not_missed(miniature: Path) -> None:
    result = verify(miniature)
    assert result.state is not None
    assert len(result.state.withdrawn) == 1
    assert not any((miniature / "attachments" / digest.hex()).exists() for digest in result.state.withdrawn)


@pytest.mark.parametrize(
    ("old", "new", "what"),
    [
        ('definition = "', 'definition = "00', "definition"),
        ('charter = "', 'charter = "00', "charter"),
        ('verifier_html = "', 'verifier_html = "00', "offline verifier"),
        ("[[log]]", "", "is not"),
        ("quorum", "quorom", "quorom"),
    ],
)
def test_the_published_copy_of_the_trust_file_names_no_other(
    copy: Path, old: str, new: str, what: str
) -> None:
    trust = parse_trust((copy / "trust.toml").read_bytes())
    text = (copy / "trust.toml").read_text()
    at = text.index(old) + len(old)
    text = text[: at - len(old)] + new + text[at + (2 if new.endswith("00") else 0) :]
    (copy / "trust.toml").write_text(text)
    answer = verify_publication(copy, trust=trust).answer(Check.TRUST_FILE)
    assert [reason.place for reason in answer.failures] == ["trust.toml"]


def test_another_log_key_in_the_copy_and_a_list_of_mirrors_that_the_log_did_not_sign(copy: Path) -> None:
    trust = parse_trust((copy / "trust.toml").read_bytes())
    other = signer(trust.policy.logs[0].key.name)
    swapped = replace(trust, policy=Policy((LogIdentity(other.verifier),)))
    (copy / "trust.toml").write_bytes(format_trust(swapped))
    listed = MirrorList(other.name, 1_900_000_000, ("https://mirror.example/",))
    (copy / "mirrors.note").write_bytes(sign_mirrors(listed, other))
    answer = verify_publication(copy, trust=trust).answer(Check.TRUST_FILE)
    assert [reason.place for reason in answer.failures] == ["trust.toml", "mirrors.note"]
    assert "key of the log" in answer.failures[0].sentence("en")


def test_a_file_that_nobody_lists_is_named(copy: Path) -> None:
    assert verify(copy).unlisted == ()
    (copy / "data/official-totals.csv").write_text("a\n")
    result = verify(copy)
    assert result.unlisted == ("official-totals.csv",)
    assert "official-totals.csv" in str(result.answer(Check.DATA_FILES).note)


@pytest.mark.parametrize("change", [("log_size", 7), ("election", "00"), ("log_size", True)])
def test_the_description_is_of_this_election_and_size(copy: Path, change: tuple[str, object]) -> None:
    described = copy / "data/datapackage.json"
    package = json.loads(described.read_bytes())
    package[change[0]] = change[1]
    described.write_text(json.dumps(package))
    assert failed(verify(copy)) == {Check.DATA_FILES: ["data/datapackage.json"]}


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def served(miniature: Path) -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(miniature)))
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    thread.join()
    server.server_close()


def test_the_same_over_http(miniature: Path, served: str) -> None:
    trust = parse_trust((miniature / "trust.toml").read_bytes())
    here, there = verify(miniature), verify_publication(served, trust=trust)
    assert there.authenticated
    assert [(a.check, a.count) for a in here.answers] == [(a.check, a.count) for a in there.answers]


def test_nothing_to_verify(tmp_path: Path) -> None:
    with pytest.raises(LogError, match="not a directory"):
        verify_publication(tmp_path / "nowhere")
    result = verify_publication(tmp_path)
    assert failed(result) == {Check.CHECKPOINT: ["log/checkpoint"]}
