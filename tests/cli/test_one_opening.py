"""Every command opens a publication once: what is verified is what is used, whatever the server does next."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import pytest
from click.testing import Result

from escrutinio.core.log.trust import Trust
from escrutinio.core.records.entry import open_record
from escrutinio.core.records.types import TallySheet
from escrutinio.core.verification.publication import open_verified, verify_publication
from tests.cli.running import PRESIDENCY, SEED, in_process
from tests.core.verification.lab import WITNESSES, disputed, long_day, publish
from tests.core.verification.test_one_checkpoint import two_logs
from tests.serving import Answer, Site, serve

CHECKPOINT = "log/checkpoint"
WORDS = {"ESCRUTINIO_PASSPHRASE": "a passphrase", "SOURCE_DATE_EPOCH": "1935000000"}

COMMANDS = {
    "verify": ("verify", "{url}", "--trust", "{trust}"),
    "check": ("check", "{sheet}", "--log", "{url}", "--trust", "{trust}"),
    "check of a proof": ("check", "{proof}", "--log", "{url}", "--trust", "{trust}"),
    "extract": ("extract", "N", "--log", "{url}", "-o", "{out}/n.zip", "--trust", "{trust}"),
    "dossier": ("dossier", "N1.01", "--log", "{url}", "-o", "{out}/d.zip", "--trust", "{trust}"),
    "reconcile": ("reconcile", "{url}#reported", "{url}#ruled", "--trust", "{trust}"),
    "show": ("show", "N1.01", "--log", "{url}", "--trust", "{trust}"),
    "show a proof": ("show", "50", "--proof", "--log", "{url}", "--trust", "{trust}"),
    "print": ("print", "N1.01", "--log", "{url}", *PRESIDENCY, "-o", "{out}/p.pdf", "--trust", "{trust}"),
    "report": ("report", "{url}", "-o", "{out}/r.html", "--trust", "{trust}"),
    "irreversibility": ("irreversibility", "{url}", *PRESIDENCY, "--trust", "{trust}"),
    "claims": ("claims", "{url}", *PRESIDENCY, "--trust", "{trust}"),
    "audit": ("audit", "plan", "{url}", *PRESIDENCY, "--trust", "{trust}"),
    "quickcount": ("quickcount", "sample", "{url}", *PRESIDENCY, "--seed", SEED, "--take", "3",
                   "--trust", "{trust}"),
    "screen": ("screen", "{url}", *PRESIDENCY, "--reps", "399", "--seed", "7", "--trust", "{trust}"),
    "collect init": ("collect", "init", "{out}/azul", "--definition", "{url}", "--organisation", "party/azul",
                     "--origin", "azul.example/actas", "--title", "es=Azul", "--trust", "{trust}"),
}  # fmt: skip
"""Every command that takes the address of a publication."""


def run(name: str, **given: object) -> Result:
    return in_process(*(word.format_map(given) for word in COMMANDS[name]), **WORDS)


@pytest.fixture(scope="module")
def things(miniature: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, object]:
    """A sheet of the miniature and its proof, as files; its trust file."""
    directory = tmp_path_factory.mktemp("things")
    log = open_verified(miniature)
    index, raw = next(
        (n, raw)
        for n, raw in log.entries_at(range(log.size))
        if isinstance(open_record(raw).body, TallySheet)
    )
    (directory / "sheet.cose").write_bytes(raw)
    shown = in_process("show", index, "--proof", "--log", miniature).stdout
    (directory / "sheet.tlog-proof").write_text(shown)
    return {
        "sheet": directory / "sheet.cose",
        "proof": directory / "sheet.tlog-proof",
        "trust": miniature / "trust.toml",
    }


@pytest.mark.parametrize("name", COMMANDS)
def test_the_checkpoint_is_asked_for_once(
    miniature: Path, things: dict[str, object], tmp_path: Path, name: str
) -> None:
    with serve(miniature) as site:
        done = run(name, url=site.address, out=tmp_path, **things)
    assert done.exit_code == 0, done.stderr
    assert site.requests[CHECKPOINT] == 1


# --- two checkpoints ---


@pytest.fixture(scope="module", params=[(), WITNESSES], ids=["no quorum", "two witnesses"])
def forked(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A publication, and its log with one ruling more at the end: another winner."""
    directory = tmp_path_factory.mktemp("forked")
    day, longer = disputed()
    publish(directory / "honest", day, request.param)
    publish(directory / "other", longer)
    return directory / "honest", directory / "other"


CONTEST = ("--contest", "presidente")


def winners(address: object, trust: Path) -> list[str]:
    """The candidates with the most votes, where there is an answer; what is certified either way is JSON."""
    done = in_process("irreversibility", address, *CONTEST, "--basis", "ruled", "--trust", trust, "--json")
    if done.exit_code:
        assert set(json.loads(done.stdout)) == {"refusal", "values", "sentence"}
        return []
    votes: dict[str, int] = json.loads(done.stdout)["votes"]
    return [code for code, count in votes.items() if count == max(votes.values())]


def test_the_other_log_has_another_winner(forked: tuple[Path, Path]) -> None:
    honest, other = forked
    assert winners(honest, honest / "trust.toml") == ["ana"]
    assert winners(other, other / "trust.toml") == ["blas"]


@pytest.mark.parametrize("first", [True, False], ids=["forged first", "forged later"])
def test_nobody_without_a_key_chooses_the_winner(forked: tuple[Path, Path], first: bool) -> None:
    honest, other = forked
    trust = honest / "trust.toml"
    with serve(honest, two_logs(honest, other, first=first)) as site:
        verified = in_process("verify", site.address, "--trust", trust)
        site.requests.clear()
        named = winners(site.address, trust)
    if first:
        assert verified.exit_code == 1
        assert "authenticated" not in verified.stdout.splitlines()[-1]
    assert named == ([] if first else ["ana"])


# --- files changed after the log was verified ---


@pytest.fixture(scope="module")
def public(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Trust]:
    """A publication with two bundles, an unused attachment and a sheet to ask about; not to be changed."""
    directory = tmp_path_factory.mktemp("public")
    day = long_day(first=50)  # a dossier draws each sheet of its station
    trust = publish(directory, day)
    (directory / "sheet.cose").write_bytes(day.log[50])
    (directory / "proof").write_text(in_process("show", 50, "--proof", "--log", directory).stdout)
    return directory, trust


LATER = {
    "check": ("check", "{here}/sheet.cose", "--log", "{url}", "--trust", "{here}/trust.toml"),
    "check of a proof": ("check", "{here}/proof", "--log", "{url}", "--trust", "{here}/trust.toml"),
    "check without trust": ("check", "{here}/sheet.cose", "--log", "{url}"),
    "extract": ("extract", "norte", "--log", "{url}", "-o", "{out}", "--trust", "{here}/trust.toml"),
    "dossier": ("dossier", "n1.01", "--log", "{url}", "-o", "{out}", "--trust", "{here}/trust.toml"),
    "print": ("print", "--entry", "50", "--log", "{url}", "-o", "{out}", "--trust", "{here}/trust.toml"),
}
"""Commands that read files of a log again after they verified it, or might."""


def changed(content: bytes) -> bytes:
    """Another file of the same length: one bit, near the middle."""
    made = bytearray(content)
    made[len(made) // 2] ^= 1
    return bytes(made)


def another(path: str, content: bytes, honest: int = 0) -> Answer:
    """A server that gives a file as it is so many times, and then another one."""
    return lambda asked, count: content if asked == path and count > honest else None


def asked_while_verifying(directory: Path, trust: Trust) -> Counter[str]:
    with serve(directory) as site:
        verify_publication(site.address, trust=trust, only_log=True)
    return site.requests


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=[pytest.mark.slow] if name == "dossier" else []) for name in LATER]
)
def test_a_file_changed_after_it_was_verified_gets_no_answer(
    public: tuple[Path, Trust], tmp_path: Path, name: str
) -> None:
    directory, trust = public
    before = asked_while_verifying(directory, trust)

    def done_at(site: Site, out: Path) -> Result:
        given = {"here": directory, "url": site.address, "out": out}
        return in_process(*(word.format_map(given) for word in LATER[name]))

    with serve(directory) as site:
        honest = done_at(site, tmp_path / "honest")
    assert honest.exit_code in (0, 1), honest.stderr  # the sheet of entry 50 is one of several that differ
    kept = (tmp_path / "honest").read_bytes() if (tmp_path / "honest").exists() else b""
    again = site.requests - before
    # The copy of the trust file is no part of the log: it is read as what nobody vouches for.
    held = [path for path in before if (directory / path).is_file() and path != "trust.toml"]
    once = [path for path in held if path not in again]
    held = [path for path in held if path in again] + once[:: max(1, len(once) // 3)]
    for number, path in enumerate(held):
        other, out = changed((directory / path).read_bytes()), tmp_path / f"{number}"
        with serve(directory, another(path, other, before[path])) as site:
            done = done_at(site, out)
        if path in again:
            assert done.exit_code == 2, path
            assert f"The file {path} is not the one that was verified" in done.stderr
            assert done.stdout == ""
            assert not out.exists()
        else:  # it was not read again, so that nothing else comes of it
            assert done.exit_code == honest.exit_code, done.stderr
            assert done.stdout.replace(str(out), "") == honest.stdout.replace(str(tmp_path / "honest"), "")
            assert (out.read_bytes() if out.exists() else b"") == kept


def test_what_extract_and_dossier_pass_on_is_read_again_and_held_against_the_root(
    public: tuple[Path, Trust], tmp_path: Path
) -> None:
    """The test above is of files that are read again: there are such."""
    before = asked_while_verifying(*public)
    for name, kinds in (("extract", {"entries", "attachments", "verify.html"}), ("dossier", {"entries"})):
        with serve(public[0]) as site:
            given = {"here": public[0], "url": site.address, "out": tmp_path / name}
            in_process(*(word.format_map(given) for word in LATER[name]))
        again = site.requests - before
        assert {kind for kind in kinds if any(kind in path for path in again)} == kinds


@pytest.mark.parametrize("asked", [("50",), ("n1.01",), ("50", "--proof")], ids=" ".join)
def test_show_shows_nothing_that_does_not_follow_from_the_checkpoint(
    public: tuple[Path, Trust], asked: tuple[str, ...]
) -> None:
    directory = public[0]
    with serve(directory) as site:
        honest = in_process("show", *asked, "--log", site.address)
    assert honest.exit_code == 0
    read = [path for path in site.requests if path != CHECKPOINT]
    assert read
    for path in read:
        other = changed((directory / path).read_bytes())
        with serve(directory, another(path, other)) as site:
            done = in_process("show", *asked, "--log", site.address)
        assert done.exit_code == 1, path
        assert done.stdout in ("", honest.stdout), path
        assert done.stderr, path
