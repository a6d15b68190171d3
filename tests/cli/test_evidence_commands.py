"""The evidence commands as a user meets them: the figures of the examples, refusals, JSON, both languages."""

import os
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from escrutinio.cli.explain import print_table
from escrutinio.cli.opening import open_log
from escrutinio.cli.sealing import script_text
from tests.cli.running import OFFICER, PRESIDENCY, SEED, answered, escrutinio, refused, said
from tests.core.verification.lab import MINIATURE
from tests.paths import ROOT
from tests.publication.pages import Page

COMMANDS = (
    ("irreversibility",),
    ("claims",),
    ("screen",),
    ("audit",),
    *(("audit", name) for name in ("plan", "commit", "draw", "record", "status")),
    ("quickcount",),
    *(("quickcount", name) for name in ("plan", "sample", "estimate")),
)


# --- what all of them share ---


HELP_OF_ALL = """
import sys
from click.testing import CliRunner
from escrutinio.cli import main
for command in sys.argv[1:]:
    print(CliRunner().invoke(main, [*command.split(), "--help"]).stdout, end="\\0")
"""


@pytest.mark.parametrize(("lang", "example"), [("en", "Example"), ("es", "Ejemplo")])
def test_each_helps_with_an_example(lang: str, example: str) -> None:
    names = [" ".join(command) for command in COMMANDS]
    # One process for all of them: their texts are chosen when the modules are loaded.
    done = subprocess.run(
        [sys.executable, "-c", HELP_OF_ALL, *names],
        capture_output=True,
        text=True,
        env={**os.environ, "ESCRUTINIO_LANG": lang},
        check=True,
    )
    for name, text in zip(names, done.stdout.split("\0")[:-1], strict=True):
        assert f"{example}: escrutinio {name.split()[0]}" in " ".join(text.split())


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("irreversibility", "nowhere"), "no log here"),
        (("irreversibility", "{m}"), "presidencia, consejo-norte"),
        (("irreversibility", "{m}", "--contest", "x"), "no contest 'x'"),
        (("irreversibility", "{m}", *PRESIDENCY, "--basis", "x"), "no basis 'x'"),
        (("irreversibility", "{m}", *PRESIDENCY, "--area", "XX"), "area 'XX'"),
        (("irreversibility", "{m}", "--contest", "consejo-norte", "--area", "S"), "area 'S'"),
        (("irreversibility", "{m}", *PRESIDENCY, "--at", str(MINIATURE + 1)), f"{MINIATURE} entries"),
        (("irreversibility", "{m}", *PRESIDENCY, "--registered", "10"), "smaller"),
        (("irreversibility", "{m}", *PRESIDENCY, "--registered", "0"), "--registered"),
        (("irreversibility", "{m}", *PRESIDENCY, "--share", "80"), "--claim"),
        (("irreversibility", "{m}", *PRESIDENCY, "--claim", "x"), "ancla-first-night"),
        (("irreversibility", "{m}", *PRESIDENCY, "--claim", "x", "--area", "N"), "--claim goes with"),
        (("irreversibility", "{m}", *PRESIDENCY, "--claim", "ancla-first-night"), "no number of votes"),
        (("irreversibility", "{m}", *PRESIDENCY, "--trust", "nowhere.toml"), "nowhere.toml"),
        (("claims", "{m}", *PRESIDENCY, "--claim", "x"), "ancla-first-night"),
        (("audit", "plan", "{m}", *PRESIDENCY, "--risk-limit", "five"), "percentage"),
        (("audit", "plan", "{m}", *PRESIDENCY, "--risk-limit", "100"), "not between 0 and 1"),
        (("audit", "plan", "{m}", *PRESIDENCY, "--basis", "reported-late"), "No audit is of"),
        (("audit", "status", "{m}", "--contest", "consejo-norte"), "no such commitment"),
        (("audit", "status", "{m}", *PRESIDENCY, "--commitment", "AB"), "64 hexadecimal digits"),
        (("audit", "status", "{m}", *PRESIDENCY, "--commitment", "0" * 64), "no such commitment"),
        (("audit", "commit", "{m}", *PRESIDENCY, *OFFICER, "--counts", "party/ancla"), "two different"),
        (("audit", "commit", "{m}", *PRESIDENCY, *OFFICER, "--counts", "party/x"), "no organisation"),
        (("audit", "commit", "{m}", *PRESIDENCY, "--as", "A B", "--counts", "party/ancla"), "signer's name"),
        (("audit", "commit", "{m}", *PRESIDENCY, *OFFICER, "--counts", "x", "-o", "out"), "go together"),
        (("audit", "draw", "{m}", *PRESIDENCY, *OFFICER, "--rest", "--take", "3"), "exclude each other"),
        (("audit", "draw", "{m}", *PRESIDENCY, *OFFICER, "--take", "10001"), "--take"),
        (("audit", "record", "{m}", *PRESIDENCY, *OFFICER), "--station or --csv"),
        (("audit", "record", "{m}", *PRESIDENCY, *OFFICER, "--csv", "nowhere.csv"), "nowhere.csv"),
        (("quickcount", "plan", "{m}", *PRESIDENCY, "--candidate", "x"), "no candidate 'x'"),
        (("quickcount", "plan", "{m}", *PRESIDENCY, "--margin", "0"), "between 0 and 1"),
        (("quickcount", "sample", "{m}", *PRESIDENCY, "--seed", "1", "--take", "3"), "20 to 64"),
        (("quickcount", "sample", "{m}", *PRESIDENCY, "--seed", SEED, "--take", "13"), "from 12"),
        (
            ("quickcount", "sample", "{m}", *PRESIDENCY, "--seed", SEED, "--take", "3", "--level", "x"),
            "island",
        ),
        (("quickcount", "estimate", "{m}", *PRESIDENCY, "--plan", "nowhere.txt"), "nowhere.txt"),
        (("screen", "{m}", *PRESIDENCY, "--reps", "10"), "399"),
        (("screen", "{m}", *PRESIDENCY, "--seed", "-1"), "seed"),
        (("screen", "{m}", *PRESIDENCY, "--basis", "reported-late"), "sheet"),
    ],
    ids=lambda value: value if isinstance(value, str) else None,
)
def test_what_a_user_can_cause_is_refused_in_a_sentence(
    arguments: tuple[str, ...], says: str, miniature: Path
) -> None:
    assert says in refused(*(each.replace("{m}", str(miniature)) for each in arguments))


LEFT_OUT = (
    "Voters whom neither the roll nor the rules name (abroad, in transit, staff who vote where "
    "they serve) are left out."
)


def test_a_publication_that_does_not_verify_gives_no_evidence(miniature: Path, tmp_path: Path) -> None:
    log = tmp_path / "log"
    for path in miniature.glob("log/**/*"):
        if path.is_file():
            (target := tmp_path / path.relative_to(miniature)).parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(path.read_bytes())
    bundle = next(iter(sorted(log.glob("tile/entries/**/*.p/*"))))
    content = bytearray(bundle.read_bytes())
    content[-1] ^= 1
    bundle.write_bytes(content)
    done = escrutinio("claims", tmp_path, *PRESIDENCY)
    assert done.returncode == 1
    assert "A check failed" in done.stderr
    assert done.stdout == ""
    assert "Una comprobación falló" in escrutinio("claims", tmp_path, *PRESIDENCY, lang="es").stderr


def test_the_state_is_that_of_the_log(miniature: Path) -> None:
    log = open_log(str(miniature), miniature / "trust.toml", quiet=True)
    state = log.state
    assert log.authenticated
    assert (state.size, log.size) == (MINIATURE, MINIATURE)
    contests = ["presidencia", "consejo-norte", "alcaldia-centro", "senado-sur"]
    assert [contest.code for contest in state.contests] == contests


def test_columns_are_aligned_and_scripts_are_toml(capsys: pytest.CaptureFixture[str]) -> None:
    print_table(("a", "votes"), [("long name", "1"), ("b", "1,000")])
    assert capsys.readouterr().out.splitlines()[1:] == [
        "  a          votes", "  long name      1", "  b          1,000",
    ]  # fmt: skip
    says = {"text": 'a "quoted" ñ\\', "list": [1, 2], "table": {"one": 1}}
    text = script_text([{"by": "a/b", "type": "x", "says": says}], ["A remark\nof two lines."])
    assert tomllib.loads(text)["entry"] == [{"by": "a/b", "type": "x", "says": says}]


# --- irreversibility ---


def test_the_bulletin_of_29_july_2024_was_not_irreversible(venezuela: Path) -> None:
    text = said("irreversibility", venezuela, "--claim", "cne-bulletin-1")
    for line in (
        "status not irreversible",
        "margin 704,114",
        "registered voters outstanding, at most 5,787,852",
        "registered voters outstanding, at least 2,223,496",
        "the same, were the stations outside of average size 4,264,361",
        "votes expected outstanding at equal turnout 2,514,694",
        "lead EG needs, of registered voters (points) +16.5",
        "lead EG needs, of expected votes (points) +28.0",
        "tipping point, from the lead so far (points) +35.0",
        "share of expected votes EG needs 61.70%",
        "irreversible with this split from, counted 96.04%",
        "the same, if turnout stays 93.46%",
        "margin NM / EG: 704,114 > 0 + 1 × R, R = 5,787,852: does not hold",
    ):
        assert line in text
    # Two sentences before the table.
    assert text.index("it is not irreversible") < text.index("assumes nothing") < text.index("candidate")


@pytest.mark.slow
def test_another_share_of_the_claim_gives_another_certificate(venezuela: Path) -> None:
    found = answered("irreversibility", venezuela, "--claim", "cne-bulletin-1", "--share", "97")
    # 3.5 % of the stations lie outside at most: the smallest would not change it, the largest could.
    assert (found["status"], found["outstanding"]["registered"]) == ("unknown", 1_042_393)
    assert found["outstanding"]["least"] == 100_362
    assert found["basis"] == "claim:cne-bulletin-1"


def test_the_sheets_of_2024_are_irreversible_given_the_roll(venezuela: Path) -> None:
    """As home and the report have it: by the roll as it was announced, which the first sentence says."""
    found = answered("irreversibility", venezuela, "--assume-random")
    assert (found["status"], found["margin"]) == ("irreversible", 3_987_338)
    assert found["outstanding"]["registered"] == 3_346_136
    assert found["roll"] == {"voters": 21_321_805, "entry": 25_078}
    first = found["sentences"]["en"][0]
    home = Page((venezuela / "en/index.html").read_text("utf-8")).said
    assert "González campaign: The counted sheets have Edmundo González first" in first
    assert first in home
    assert LEFT_OUT in found["sentences"]["en"][1]
    assert LEFT_OUT in home
    assert len(found["areas"]) == 24
    # What each state lacks is only bounded, by all that the country lacks: failing that shows nothing.
    assert {area["status"] for area in found["areas"]} == {"unknown"}
    assert set(found["assuming"]) == {"missing_at_random", "post_stratified"}
    assert "random sample" in found["assuming"]["missing_at_random"]["en"][1]


def test_the_miniature_by_area_size_and_method(miniature: Path) -> None:
    seats = answered("irreversibility", miniature, "--contest", "consejo-norte")
    assert seats["statements"][0]["code"] == "seats"
    assert seats["reversal"] is None
    assert {each["what"] for each in seats["statements"][0]["inequalities"]} == {"above-share", "average"}
    north = answered("irreversibility", miniature, *PRESIDENCY, "--area", "N")
    assert (north["area"], north["areas"]) == ("N", [])
    before = answered("irreversibility", miniature, *PRESIDENCY, "--basis", "reported", "--at", "40")
    assert (before["size"], sum(before["votes"].values()), before["status"]) == (40, 0, "open")
    assert before["sentences"]["en"][0].startswith("Official sheets as reported, the log at 40 entries: ")
    assert north["sentences"]["en"][0].startswith("Official sheets as reported, Isla Norte: ")
    assert "Other bases (--basis): ruled" in said("irreversibility", miniature, *PRESIDENCY)


# --- claims ---


def test_the_claims_of_2024(venezuela: Path) -> None:
    first, second = (claim for claim in answered("claims", venezuela)["claims"] if claim["sheets"])
    assert first["percentages"]["best"]["one_in"] == 134_375_310
    assert first["percentages"]["best"]["decimals"] == 1
    assert second["percentages"]["best"] is None
    assert (first["sheets"]["contradicts"], second["sheets"]["contradicts"]) == (True, True)
    least = {name: each["sheets"] for name, each in second["sheets"]["least_differing"].items()}
    assert (least["largest_outside"], least["none_outside"], least["average_outside"]) == (
        3_645,
        4_586,
        3_890,
    )
    assert second["sheets"]["least_differing"]["largest_outside"]["relaxed"] == pytest.approx(
        3644.85, abs=0.005
    )
    assert second["sheets"]["least_differing"]["largest_outside"]["boxes_for_chance"] == {
        "0.05": 20, "0.01": 30, "1e-06": 88,
    }  # fmt: skip
    assert first["sheets"]["least_differing"]["share_as_announced"]["sheets"] == 918
    assert first["sheets"]["least_differing"]["largest_outside"]["sheets"] == 768
    assert second["sheets"]["least_for_another_first"]["turnout_counted"] == 4_628
    assert [each["holds"] for each in second["sheets"]["conditions"] if each["what"] == "sum"] == [False]
    assert all(each["roundings"] for each in second["arithmetic"])


@pytest.mark.slow
def test_a_claim_in_words(venezuela: Path) -> None:
    text = said("claims", venezuela, "--claim", "cne-bulletin-2", lang="es")
    assert "no muestran señal de haber sido calculadas" in text
    assert "EG 7.303.480 5.326.104 −1.977.376" in text
    assert "las 941 que más pesan fuera del anuncio 3.645 14,5\u00a0% 3.644,85" in text
    assert "cne-bulletin-1" not in text


def test_a_claim_of_percentages_alone_says_that_little_can_be_tested(miniature: Path) -> None:
    (study,) = answered("claims", miniature, *PRESIDENCY)["claims"]
    assert (study["code"], study["percentages"], study["sheets"]) == ("ancla-first-night", None, None)
    assert "too few figures" in said("claims", miniature, *PRESIDENCY)
    assert "no announced result" in said("claims", miniature, "--contest", "consejo-norte")


# --- screening ---


@pytest.mark.slow
def test_screens_of_the_example_and_their_plots(venezuela: Path, tmp_path: Path) -> None:
    found = answered("screen", venezuela, "--reps", "399", "--svg", tmp_path / "plots")
    figures = {(each["name"], each["subject"]): each for each in found["screens"]}
    assert figures["overvotes", ""]["observed"] == 0
    assert figures["homogeneity", "EG"]["details"]["phi"] == pytest.approx(1.22, abs=0.005)
    assert figures["homogeneity", "EG"]["outside"] is True
    assert figures["last-digit", "EG"]["outside"] is False
    assert not any(each["outside"] for each in found["screens"] if each["family"] == "figures")
    for file in found["files"]:
        svg = Path(file).read_text()
        assert svg.startswith("<svg ")
        assert "style=" not in svg
    assert (tmp_path / "plots/presidente-fingerprint-EG.svg").exists()


def test_the_same_seed_gives_the_same_screens_and_nothing_is_hidden(miniature: Path, tmp_path: Path) -> None:
    run = ("screen", miniature, *PRESIDENCY, "--reps", "399", "--seed", "7")
    found = answered(*run, "--svg", tmp_path / "plots")
    assert {Path(file).suffix for file in found["files"]} == {".svg"}
    assert "is not overwritten" in refused(*run, "--svg", tmp_path / "plots")
    assert answered(*run)["screens"] == found["screens"]
    text = said(*run, lang="es")
    assert len(found["screens"]) > 15
    assert "con menos de 100 actas no se dice cuántos estadísticos quedan fuera" in text  # nor in the report
    assert "no dice quién escribió una cifra ni por qué" in text
    assert "semilla 7" in text


# --- words and documentation ---


def test_words_are_neutral_in_both_languages() -> None:
    spoken = [ROOT / "docs/evidence.md", *(ROOT / "src/escrutinio/cli").glob("*.py")]
    text = "\n".join(path.read_text() for path in spoken).lower()
    for word in ("fraud", "fraude", "manipul", "suspicious", "sospechos", "falsif", "anomal"):
        assert word not in text
