"""A publication brought up to its log where it stands: what it says, what it keeps, what it refuses."""

from __future__ import annotations

import json
import os
import pickle
import shutil
from concurrent.futures import Future
from dataclasses import replace
from functools import partial
from hashlib import sha256
from pathlib import Path

import pytest

from escrutinio.base.errors import EscrutinioError, LogError, PublicationError
from escrutinio.base.fetch import open_files
from escrutinio.core.election.state import ElectionState
from escrutinio.core.log.checkpoint import SignedCheckpoint
from escrutinio.core.log.policy import Group, Policy, WitnessIdentity
from escrutinio.core.log.trust import Trust, parse_trust
from escrutinio.core.records.keys import SigningKey
from escrutinio.core.verification.pages import compare_pages
from escrutinio.core.verification.publication import verify_publication
from escrutinio.publication.browser.bundle import bundle
from escrutinio.publication.browser.verifier import BESIDE
from escrutinio.publication.documents.report.results import work_out
from escrutinio.publication.site.cosigning import ALL_ANSWER
from escrutinio.publication.site.live import MOST_CHANGED, Before, Made, live_files, read_live
from escrutinio.publication.site.render import Worked
from escrutinio.publication.site.shelf import Shelf
from escrutinio.running.workspace.publish import publish
from escrutinio.running.workspace.views import is_current, say_live, update_publication, write_views
from tests.core.log.builders import cosigner
from tests.core.verification.whole import failures
from tests.paths import ROOT
from tests.publication.growing import CLOCK, Night, contents, night

SOME = 60


@pytest.fixture(scope="module")
def mini(miniature: Path) -> Night:
    return night(miniature)


@pytest.fixture(scope="module")
def grown(mini: Night, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A publication of the first part of the night, updated to the whole of it; not to be changed."""
    directory = tmp_path_factory.mktemp("grown") / "public"
    mini.grow(directory, SOME)
    update(mini, directory, refresh=30)
    mini.grow(directory, len(mini.records))
    update(mini, directory, refresh=30)
    return directory


def update(mini: Night, directory: Path, *, trust: Trust | None = None, refresh: int | None = None) -> None:
    update_publication(
        directory,
        mini.shown,
        trust=trust or mini.trust,
        clock=CLOCK,
        progress=lambda *_: None,
        refresh=refresh,
    )


def live(directory: Path) -> dict[str, object]:
    found: dict[str, object] = json.loads((directory / "live.json").read_text())
    return found


def test_what_was_updated_verifies(mini: Night, grown: Path) -> None:
    found = verify_publication(grown, trust=mini.trust)
    assert failures(found.answers) == []
    assert found.authenticated


def test_no_file_of_an_earlier_state_stays_where_its_name_is_another_now(grown: Path) -> None:
    """The first part of the night has one basis, whose report is named without it."""
    listed = {each.path for each in Shelf(grown).description().resources}
    assert "nist-ruled.json.gz" in listed
    assert {path.name for path in (grown / "data").glob("nist*")} == {p for p in listed if "nist" in p}


def test_live_says_what_came_since(mini: Night, grown: Path) -> None:
    found = live(grown)
    assert (found["size"], found["previous"], found["refresh"]) == (len(mini.records), SOME, 30)
    assert found["root"] == mini.checkpoint(len(mini.records)).checkpoint.root.hex()
    assert found["time"] == CLOCK


def test_latest_has_the_totals_of_the_data(grown: Path) -> None:
    latest = json.loads((grown / "latest.json").read_text())
    results = json.loads((grown / "data/results.json").read_text())
    assert latest["size"] == results["size"]
    for said, contest in zip(latest["contests"], results["contests"], strict=True):
        for basis, totals in zip(said["bases"], contest["bases"], strict=True):
            row = dict(zip(contest["columns"], totals["areas"][contest["area"]], strict=True))
            votes = [row[candidate["code"]] for candidate in said["candidates"]]
            assert (basis["basis"], basis["votes"], basis["valid"]) == (totals["code"], votes, row["valid"])
            assert basis["classes"] == {code: row[code] for code in basis["classes"]}
            assert basis["stations_counted"] == row["stations_counted"]
    assert latest["kind"] == "simulation"
    assert all("fict" in " ".join(notice) for notice in latest["notices"].values())


def test_the_same_log_published_again_says_the_same(mini: Night, grown: Path, tmp_path: Path) -> None:
    again = tmp_path / "public"
    shutil.copytree(grown, again)
    update(mini, again, refresh=30)
    assert contents(again) == contents(grown)


def test_a_changed_entry_is_refused_and_changes_no_page(mini: Night, grown: Path, tmp_path: Path) -> None:
    directory = tmp_path / "public"
    shutil.copytree(grown, directory)
    bundle = directory / f"log/tile/entries/000.p/{len(mini.records)}"
    content = bytearray(bundle.read_bytes())
    content[-3] ^= 1
    bundle.write_bytes(content)
    before = contents(directory)
    with pytest.raises(LogError):
        update(mini, directory)
    assert contents(directory) == before


def test_another_election_is_refused(mini: Night, grown: Path, tmp_path: Path) -> None:
    directory = tmp_path / "public"
    shutil.copytree(grown, directory)
    other = Trust(sha256(b"another").digest(), mini.trust.charter, mini.trust.policy)
    with pytest.raises(LogError, match="definition"):
        update(mini, directory, trust=other)


def test_a_missing_quorum_is_shown_and_not_refused(mini: Night, tmp_path: Path) -> None:
    directory = tmp_path / "public"
    mini.grow(directory, SOME)
    witness = WitnessIdentity("observer.example", cosigner("observer.example").verifier)
    group = Group("public", 1, (witness.name,))
    policy = Policy(mini.trust.policy.logs, (witness,), (group,), group.name)
    update(mini, directory, trust=Trust(mini.trust.definition, mini.trust.charter, policy))
    assert live(directory)["quorum"] is False


def test_an_update_keeps_the_verifier_that_is_named(mini: Night, grown: Path, tmp_path: Path) -> None:
    directory, earlier = tmp_path / "public", b"<!doctype html><title>earlier</title>"
    shutil.copytree(grown, directory)
    (directory / "verify.html").write_bytes(earlier)
    trust = replace(mini.trust, verifier_html=sha256(earlier).digest())
    update(mini, directory, trust=trust)
    assert (directory / "verify.html").read_bytes() == earlier
    assert (directory / BESIDE).read_bytes() == bundle()
    assert parse_trust((directory / "trust.toml").read_bytes()) == trust


@pytest.mark.parametrize("content", [b"", b"{}", b"[]", b'{"size":"1"}', b"\xff"])
def test_a_damaged_live_file_is_none(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "live.json").write_bytes(content)
    assert read_live(tmp_path) is None


@pytest.mark.parametrize(
    ("areas", "named"),
    [
        (frozenset({"b", "a"}), ["a", "b"]),
        (None, None),
        (frozenset(map(str, range(MOST_CHANGED + 1))), None),
    ],
    ids=["some", "all", "too many"],
)
def test_live_names_the_areas_that_changed_unless_they_are_too_many(
    mini: Night, areas: frozenset[str] | None, named: list[str] | None
) -> None:
    before = Before(SOME, "00" * 32, None, None)
    files = dict(
        live_files(
            mini.state(SOME + 1),
            mini.checkpoint(SOME + 1),
            mini.trust,
            clock=CLOCK,
            refresh=None,
            before=before,
            made=Made(mini.checkpoint(SOME + 1), SOME + 1, SOME + 1, areas),
        )
    )
    assert list(files) == ["latest.json", "live.json"]
    found = json.loads(files["live.json"])
    assert (found["previous"], found["changed"]) == (SOME, named)


# --- live.json ahead of the pages ---


@pytest.fixture
def ahead(mini: Night, grown: Path, tmp_path: Path) -> tuple[Path, ElectionState, SignedCheckpoint]:
    """Data and pages of the first part of the night, beside a log that has the whole; and what that says."""
    directory = tmp_path / "public"
    mini.grow(directory, SOME)
    update(mini, directory, refresh=30)
    mini.grow(directory, len(mini.records))
    shutil.copytree(grown / "log", directory / "log", dirs_exist_ok=True)
    return directory, mini.state(len(mini.records)), mini.checkpoint(len(mini.records))


def say(mini: Night, found: tuple[Path, ElectionState, SignedCheckpoint]) -> None:
    say_live(*found, mini.trust, clock=CLOCK + 1, refresh=30, made=None, cosigning=ALL_ANSWER)


def full_after(writes: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """From now on the disk takes so many files."""
    left, replace_file = [writes], os.replace

    def full(source: str, target: str) -> None:
        if not left[0]:
            raise OSError(28, "No space left on device")
        left[0] -= 1
        replace_file(source, target)

    monkeypatch.setattr(os, "replace", full)


def test_live_goes_ahead_of_the_pages_and_says_where_they_stand(
    mini: Night, grown: Path, ahead: tuple[Path, ElectionState, SignedCheckpoint]
) -> None:
    directory, _, checkpoint = ahead
    standing = live(directory)["pages"]
    assert standing == {
        "size": SOME,
        "root": mini.checkpoint(SOME).checkpoint.root.hex(),
        "time": CLOCK,
        "evidence": SOME,
        "tables": SOME,
    }
    say(mini, ahead)
    found = live(directory)
    assert (found["size"], found["pages"]) == (len(mini.records), standing)
    assert found["contests"] == live(grown)["contests"]
    assert json.loads((directory / "latest.json").read_text())["size"] == len(mini.records)
    assert not is_current(directory, checkpoint)
    told = verify_publication(directory, trust=mini.trust)
    assert told.log is not None
    assert told.log.size == len(mini.records)
    update(mini, directory, refresh=30)
    found = live(directory)
    assert found["pages"] == live(grown)["pages"]
    assert (found["previous"], found["changed"]) == (SOME, live(grown)["changed"])
    assert is_current(directory, checkpoint)


@pytest.mark.parametrize("writes", [0, 1])
def test_a_disk_that_fails_between_the_files_leaves_each_whole(
    mini: Night,
    ahead: tuple[Path, ElectionState, SignedCheckpoint],
    monkeypatch: pytest.MonkeyPatch,
    writes: int,
) -> None:
    directory, before = ahead[0], live(ahead[0])
    full_after(writes, monkeypatch)
    with pytest.raises(PublicationError):
        say(mini, ahead)
    monkeypatch.undo()
    assert live(directory) == before
    sizes = (SOME, len(mini.records))
    assert json.loads((directory / "latest.json").read_text())["size"] == sizes[writes]
    say(mini, ahead)
    assert live(directory)["size"] == len(mini.records)


@pytest.mark.slow
@pytest.mark.parametrize("writes", [0, 3, 25, 60, 120])
def test_a_disk_that_fails_while_pages_are_made_is_made_up_for(
    mini: Night,
    grown: Path,
    ahead: tuple[Path, ElectionState, SignedCheckpoint],
    monkeypatch: pytest.MonkeyPatch,
    writes: int,
) -> None:
    directory = ahead[0]
    say(mini, ahead)
    before = live(directory)
    full_after(writes, monkeypatch)
    with pytest.raises(EscrutinioError):
        update(mini, directory, refresh=30)
    monkeypatch.undo()
    assert live(directory) == before
    assert verify_publication(directory, trust=mini.trust, only_log=True).authenticated
    update(mini, directory, refresh=30)
    assert contents(directory) == contents(grown)


def test_evidence_of_an_earlier_size_says_so(
    mini: Night, ahead: tuple[Path, ElectionState, SignedCheckpoint]
) -> None:
    directory, state, checkpoint = ahead
    parts: list[Future[bytes]] = [Future()]
    parts[0].set_result(pickle.dumps(work_out(mini.state(SOME))))
    write = partial(
        write_views, directory, state, mini.shown, checkpoint=checkpoint, trust=mini.trust, clock=CLOCK,
        sources=(), progress=lambda *_: None, refresh=30,
    )  # fmt: skip
    write(evidence=Worked(SOME, tuple(parts)))
    assert live(directory)["pages"]["evidence"] == SOME  # type: ignore[index]
    said = {
        "en": f"when the log had {SOME} entries",
        "es": f"cuando el registro público tenía {SOME} entradas",
    }
    for language, words in said.items():
        for page in ("evidence.html", "index.html"):
            assert words in (directory / language / page).read_text(), (language, page)
    assert not is_current(directory, checkpoint)
    assert is_current(directory, checkpoint, SOME)
    write()
    assert is_current(directory, checkpoint)
    assert said["en"] not in (directory / "en/evidence.html").read_text()


def test_pages_go_ahead_of_the_tables_and_all_comes_together_in_the_end(
    mini: Night, grown: Path, ahead: tuple[Path, ElectionState, SignedCheckpoint]
) -> None:
    directory, state, checkpoint = ahead
    tables = contents(directory / "data")
    parts: list[Future[bytes]] = [Future()]
    parts[0].set_result(pickle.dumps(work_out(mini.state(SOME))))
    write = partial(
        write_views, directory, state, mini.shown, checkpoint=checkpoint, trust=mini.trust, clock=CLOCK,
        sources=(), progress=lambda *_: None, refresh=30,
    )  # fmt: skip
    write(evidence=Worked(SOME, tuple(parts)), whole=False)
    standing = live(directory)["pages"]
    assert isinstance(standing, dict)
    assert (standing["size"], standing["evidence"], standing["tables"]) == (len(mini.records), SOME, SOME)
    listed = [each.path for each in Shelf(directory).description().resources]
    assert {path: (directory / "data" / path).read_bytes() for path in listed} == {
        p: tables[p] for p in listed
    }
    for language, words in {
        "en": f"Made when the log had {SOME} entries",
        "es": f"Hechos cuando el registro público tenía {SOME} entradas",
    }.items():
        assert words in (directory / language / "data.html").read_text()
    assert not is_current(directory, checkpoint)
    assert is_current(directory, checkpoint, SOME)
    told = verify_publication(directory, trust=mini.trust)
    assert failures(told.answers) == []
    assert told.of_tables is not None
    compared = compare_pages(directory, told.of_tables, open_files(directory), told.state)
    assert (compared.later, compared.differing) == (0, [])
    assert compared.figures == compare_pages(directory, state, open_files(directory)).figures
    write()
    assert is_current(directory, checkpoint)
    told = verify_publication(directory, trust=mini.trust)
    assert failures(told.answers) == []
    assert {p: c for p, c in contents(directory).items() if p != "live.json"} == {
        p: c for p, c in contents(grown).items() if p != "live.json"
    }


def test_publishing_again_keeps_the_pages_that_stay(tmp_path: Path) -> None:
    target, inodes = tmp_path / "public", []
    for _ in range(2):
        publish(
            ROOT / "examples/miniature",
            target,
            master=SigningKey(sha256(b"key of the tests").digest()),
            clock=CLOCK,
            progress=lambda *_: None,
        )
        inodes.append((target / "es/areas/TI.html").stat().st_ino)
    assert inodes[0] == inodes[1]
