"""The commands as a user meets them: help, exit codes, JSON, refusals without a traceback."""

import gzip
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from escrutinio.cli import COMMANDS
from escrutinio.core.verification.checks import Check
from tests.cli.running import escrutinio
from tests.core.verification.lab import MINIATURE
from tests.paths import ROOT

ENGLISH = {"ESCRUTINIO_LANG": "en", "NO_COLOR": "1"}


def refused(*arguments: object, **environment: str) -> str:
    done = escrutinio(*arguments, **environment)
    assert done.returncode == 2
    return done.stderr


HELP = """
import json
from click.testing import CliRunner
from escrutinio.cli import COMMANDS, main
print(json.dumps({name: CliRunner().invoke(main, [name, "--help"]).stdout for name in COMMANDS}))
"""


@pytest.mark.parametrize(("language", "word"), [("en", "Example"), ("es", "Ejemplo")])
def test_every_command_helps_with_an_example(language: str, word: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", HELP],
        capture_output=True,
        check=True,
        timeout=120,
        env={**os.environ, **ENGLISH, "ESCRUTINIO_LANG": language},
    )
    helps = json.loads(done.stdout)
    assert list(helps) == list(COMMANDS)
    assert [name for name, text in helps.items() if word not in text] == []


def test_the_overview_lists_every_command() -> None:
    text = escrutinio("--help").stdout
    assert all(command in text for command in COMMANDS)


def test_verify_prints_numbered_checks_and_exits_with_zero(miniature: Path) -> None:
    done = escrutinio("verify", miniature, "--trust", miniature / "trust.toml")
    assert done.returncode == 0
    assert "  9  ok" in done.stdout
    assert done.stdout.endswith("Every check holds; the origin is authenticated.\n")
    numbers = [int(line[:3]) for line in done.stdout.splitlines() if re.match(r" [ \d]\d  ", line)]
    assert numbers == list(range(1, 16))


def test_verify_without_a_trust_file_leaves_the_origin_open(miniature: Path) -> None:
    done = escrutinio("verify", miniature, lang="es")
    assert done.returncode == 4
    assert done.stdout.endswith("Consistente; origen no autenticado. Abiertas: comprobaciones 2, 3, 7, 14.\n")


def test_verify_exits_with_one_when_a_check_fails_and_says_where(miniature: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(miniature, copy, ignore=shutil.ignore_patterns("es", "en", "assets"))
    (copy / "data/stations.csv").write_bytes(
        (copy / "data/stations.csv").read_bytes().replace(b",420", b",421")
    )
    done = escrutinio("verify", copy)
    assert done.returncode == 1
    assert 'data/stations.csv, line 6, column registered: expected "420", found "421"' in done.stdout


def test_verify_gives_a_second_verdict_of_the_downloads(miniature: Path, tmp_path: Path) -> None:
    trusted = ("verify", "--trust", miniature / "trust.toml")
    honest = escrutinio(*trusted, miniature)
    assert honest.returncode == 0
    assert "34 hold the figures of the log, 0 do not" in honest.stdout
    copy = tmp_path / "copy"
    shutil.copytree(miniature, copy, ignore=shutil.ignore_patterns("es", "en", "assets"))
    report = copy / "data/nist-reported.json.gz"
    said = gzip.decompress(report.read_bytes())
    report.write_bytes(gzip.compress(said.replace(b'"Count":1', b'"Count":2', 1)))
    altered = escrutinio(*trusted, copy)
    assert altered.returncode == 1
    assert "data/nist-reported.json.gz: its figures are not those of the log" in altered.stdout
    assert "Downloads differ from the log." in altered.stdout
    without = escrutinio(*trusted, "--no-downloads", copy)
    assert without.returncode == 1  # not the bytes that datapackage.json describes
    assert "not compared here" in without.stdout


def test_verify_exits_with_three_only_when_asked_to(miniature: Path) -> None:
    trusted = ("verify", miniature, "--trust", miniature / "trust.toml")
    assert escrutinio(*trusted, "--fail-on", "critical").returncode == 3
    assert escrutinio(*trusted, "--json").returncode == 0
    assert escrutinio("verify", miniature, "--fail-on", "critical").returncode == 4


def test_verify_says_what_was_left_out_and_what_is_not_compared(miniature: Path) -> None:
    trusted = ("verify", miniature, "--trust", miniature / "trust.toml")
    done = escrutinio(*trusted, "--only-log")
    assert done.returncode == 0
    assert [line.split()[0] for line in done.stdout.splitlines() if "left out  " in line] == ["12", "13"]
    assert done.stdout.endswith("data/ was left out, as was asked.\n")
    report = json.loads(escrutinio(*trusted, "--only-log", "--json").stdout)
    outcomes = {check["number"]: check["outcome"] for check in report["checks"]}
    assert {number for number, outcome in outcomes.items() if outcome == "left-out"} == {12, 13}
    report = json.loads(escrutinio(*trusted, "--no-downloads", "--json").stdout)
    assert "stations.parquet" in report["not_compared"]
    assert "stations.csv" not in report["not_compared"]


def test_verify_as_json_is_what_the_documentation_says(miniature: Path) -> None:
    report = json.loads(escrutinio("verify", miniature, "--json").stdout)
    assert (report["version"], report["outcome"], report["authenticated"]) == (3, "open", False)
    assert [check["number"] for check in report["checks"]] == list(range(1, 16))
    assert report["log"]["size"] == MINIATURE
    documented = (ROOT / "docs/verifying.md").read_text()
    for key in (*report, *report["log"], *report["checks"][0], *report["findings"][0]):
        assert f"`{key}`" in documented
    numbers = re.findall(r"^\| (\d+) \| ([a-z-]+) \|", documented, re.MULTILINE)
    assert numbers == [(str(check["number"]), check["name"]) for check in report["checks"]]


@pytest.mark.parametrize(
    "arguments",
    [
        ("verify", "nowhere"),
        ("verify", ".", "--trust", "nowhere.toml"),
        ("publish", "README.md", "-o", "out"),
        ("publish", "nowhere", "-o", "out"),
        ("serve", "nowhere"),
        ("show", "nowhere"),
        ("show", "ESC1:AB"),
        ("show", "1", "--log", "nowhere"),
        ("keys", "public", "README.md", "--passphrase", "x"),
        ("keys", "check", "README.md"),
        ("init", "README.md"),
        ("trust", "to-policy", "README.md"),
        ("demo", "--examples", "."),
        ("nonsense",),
    ],
)
def test_what_a_user_can_cause_is_refused_in_a_sentence(
    arguments: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "README.md").write_text("This is no such file.\n")
    monkeypatch.chdir(tmp_path)
    assert 10 < len(refused(*arguments).strip()) < 600
    assert not (tmp_path / "out").exists()


def test_an_address_that_does_not_answer_leaves_every_check_open() -> None:
    done = escrutinio("verify", "http://127.0.0.1:1/")
    assert done.returncode == 4
    assert done.stdout.count("  open  ") == len(Check)
    assert "127.0.0.1:1/log/checkpoint cannot be read" in done.stdout


def test_a_key_is_made_shown_and_never_overwritten(tmp_path: Path) -> None:
    file, phrase = tmp_path / "a.key", {"ESCRUTINIO_PASSPHRASE": "three islands"}
    assert escrutinio("keys", "new", "party/azul", "-o", file, **phrase).returncode == 0
    assert file.stat().st_mode & 0o077 == 0
    public = escrutinio("keys", "public", file, **phrase)
    (tmp_path / "a.pub").write_text(public.stdout)
    found = json.loads(escrutinio("keys", "check", tmp_path / "a.pub", "--json").stdout)
    assert found["name"] == "party/azul"
    assert "exists" in refused("keys", "new", "party/azul", "-o", file, **phrase)
    assert "passphrase" in refused("keys", "public", file, ESCRUTINIO_PASSPHRASE="two islands")


def test_show_finds_entries_stations_and_signers(miniature: Path) -> None:
    def shown(what: str) -> list[dict[str, object]]:
        found: list[dict[str, object]] = json.loads(
            escrutinio("show", what, "--log", miniature, "--json").stdout
        )
        return found

    assert shown("0")[0]["type"] == "definition"
    assert {entry["type"] for entry in shown("C2.02")} >= {"tally-sheet", "complaint", "ruling"}
    assert {entry["type"] for entry in shown("machine/108")} >= {"enrolment", "tally-sheet", "zero-report"}
    kid = shown("74")[0]["kid"]
    assert {entry["index"] for entry in shown(str(kid))} >= {74, 75}
    assert "C2.02" in escrutinio("show", "C2.02", "--log", miniature).stdout
    assert f"{MINIATURE} entries" in refused("show", str(MINIATURE), "--log", miniature, "--proof")
    assert "Nothing in the log" in refused("show", "Z9.99", "--log", miniature)


def test_a_proof_can_be_kept_and_shown(miniature: Path, tmp_path: Path) -> None:
    from escrutinio.core.log.proofs import parse_proof, verify_proof
    from escrutinio.core.log.reader import open_log, read_entries
    from escrutinio.core.log.trust import parse_trust

    text = escrutinio("show", "74", "--log", miniature, "--proof").stdout
    proof = parse_proof(text.encode())
    entry = list(read_entries(open_log(miniature / "log"), MINIATURE))[74]
    verify_proof(proof, entry, parse_trust((miniature / "trust.toml").read_bytes()).policy)
    (tmp_path / "74.tlog-proof").write_text(text)
    assert str(MINIATURE) in escrutinio("show", tmp_path / "74.tlog-proof").stdout


def test_show_reads_a_qr_text_and_says_when_it_is_not_real(miniature: Path) -> None:
    from escrutinio.core.log.reader import open_log, read_entries
    from escrutinio.core.records.qr import qr_text

    entry = list(read_entries(open_log(miniature / "log"), MINIATURE))[74]
    done = escrutinio("show", qr_text(entry, real=False))
    assert "C2.02/presidencia" in done.stdout
    assert "no real election" in done.stdout


def test_trust_goes_to_a_policy_and_back(miniature: Path, tmp_path: Path) -> None:
    trust = miniature / "trust.toml"
    policy = tmp_path / "log.policy"
    policy.write_text(escrutinio("trust", "to-policy", trust).stdout)
    digests = [line.split('"')[1] for line in trust.read_text().splitlines()[:2]]
    back = escrutinio("trust", "from-policy", policy, "--definition", digests[0], "--charter", digests[1])
    kept = (line for line in trust.read_text().splitlines(True) if not line.startswith("verifier_html"))
    assert back.stdout == "".join(kept)  # a policy has no place for the offline verifier's digest


def test_init_writes_what_publish_understands(tmp_path: Path) -> None:
    (tmp_path / "actas.csv").write_text(
        "ESTADO,CENTRO,MESA,ROJO,AZUL,VALIDOS,NULOS\nUno,12,1,3,4,7,0\nUno,12,2,5,6,11,1\n"
    )
    config = tmp_path / "election.toml"
    assert escrutinio("init", tmp_path / "actas.csv", "-o", config).returncode == 0
    assert "exists" in refused("init", tmp_path / "actas.csv", "-o", config)
    done = escrutinio("publish", config, "-o", tmp_path / "out")
    assert done.returncode in (0, 2)


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_for(shell: str) -> None:
    assert "_ESCRUTINIO_COMPLETE" in escrutinio("completion", shell).stdout
