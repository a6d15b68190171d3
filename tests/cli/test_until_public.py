"""The wait for the moment from which results may be public, as parties, observers, quick counts and mirrors
may choose it: nothing of them is published before, all of it after."""

from __future__ import annotations

import json
import re
import shutil
import socket
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from escrutinio.core.records.types import IncidentDisclosure
from escrutinio.core.verification.publication import open_verified
from tests.cli.hands import SECRET, Election, begin_election, roll_in_force
from tests.cli.running import SEED, escrutinio, in_process

FROM = 1_935_003_600
"""An hour after the moment at which everything here is signed."""
DAYS = "results_public_from = 2031-04-26T21:00:00Z\nresults_public_latest = 2031-04-27T01:00:00Z\n"
MOMENT = "2031-04-26 21:00 UTC"
BEFORE, AFTER = SECRET | {"SOURCE_DATE_EPOCH": str(FROM - 1)}, SECRET | {"SOURCE_DATE_EPOCH": str(FROM)}

SHEET: tuple[str, ...] = (
    "tally-sheet", "--about", "N1.01/presidencia", "--say", "counts=[121, 14, 98, 22, 31, 9, 3]",
    "--say", "classes=[4, 2]", "--say", "ballots=304",
)  # fmt: skip
CLAIM: tuple[str, ...] = (
    "claim", "--about", "presidencia", "--say", "code=first", "--say", "speaker={ en = \"A\" }",
    "--say", "announced_on=2031-04-27", "--say", "rows=[]", "--say", "ballots=7654321", "--say", "sources=[]",
)  # fmt: skip
DISCLOSURE = (
    "incident-disclosure", "--about", "election", "--say", "category=other",
    "--say", "starts=2031-04-26T19:00:00Z", "--say", "report=[]",
)  # fmt: skip
TYPED = {
    "kind": "transcribed", "station": "N1.01", "contest": "presidencia", "counts": [7, 6, 5, 4, 3, 2, 1],
    "classes": [0, 0], "voters": 40, "image": "ab" * 32, "source": "p.jpg", "typists": ["t1", "t2"],
}  # fmt: skip


@dataclass(frozen=True)
class Night:
    """The authority's election, and a party's log of it that lets results wait."""

    official: Election
    azul: Path


def begin_party(election: Election, directory: Path, *options: str) -> Path:
    done = escrutinio(
        "collect", "init", directory, "--definition", election.public, "--organisation", "party/azul",
        "--origin", "azul.example/actas", *options, "-q", **SECRET,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return directory


@pytest.fixture(scope="module")
def begun(tmp_path_factory: pytest.TempPathFactory) -> Night:
    home = tmp_path_factory.mktemp("until")
    election = roll_in_force(Election(begin_election(home, days=DAYS)))
    return Night(election, begin_party(election, home / "azul", "--until-public"))


@pytest.fixture
def night(begun: Night, tmp_path: Path) -> Night:
    shutil.copytree(begun.official.home, tmp_path / "home")
    return Night(Election(tmp_path / "home"), tmp_path / "home" / "azul")


def files(public: Path) -> dict[str, bytes]:
    return {str(path.relative_to(public)): path.read_bytes() for path in public.rglob("*") if path.is_file()}


COUNTED = (
    re.compile(rb'"later":\s*\{[^}]*\}|"later":\s*null'),
    re.compile(rb"(Esta p\xc3\xa1gina pesa|This page weighs|This page has) \d+ KB"),
    re.compile(rb" \xc2\xb7 (Records with results that came|Asientos con resultados que llegaron)[^<\n]*"),
)


def bare(public: Path) -> dict[str, bytes]:
    """What is published, but for the number of what waits, and how much a page weighs with it."""
    found = files(public)
    for name, content in found.items():
        if name.endswith((".json", ".html")):
            for counted in COUNTED:
                content = counted.sub(b"", content)
            found[name] = content
    return found


def contests_that_wait(public: Path) -> dict[str, int]:
    """Of how many contests the page of an area, and its card, says without a script from when on the log may
    have results."""
    said = b"the log may have results of this place from April 26, 2031, 21:00"
    pages, cards = (
        {path.stem: path.read_bytes().replace(b"\xc2\xa0", b" ").count(said) for path in public.glob(where)}
        for where in ("en/areas/*.html", "embed/en/*.html")
    )
    assert pages == cards
    return pages


def published(directory: Path, environment: Mapping[str, str], *options: str) -> dict[str, Any]:
    done = in_process("workspace", "publish", directory, *options, "--json", **environment)
    assert done.exit_code == 0, done.output
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


def sent(election: Election, to: Path, by: str, *what: str, log: Path | None = None) -> bytes:
    """What somebody signs, in the inbox of a workspace."""
    out = election.home / "out"
    shutil.rmtree(out, ignore_errors=True)
    key = ("--log", log or election.public, "--key", election.key(by), "-o", out)
    done = escrutinio("sign", *what, *key, **BEFORE)
    assert done.returncode == 0, done.stderr
    done = escrutinio("submit", out, "--to", to, **BEFORE)
    assert done.returncode == 0, done.stderr
    [path] = out.glob("*.cose")
    return path.read_bytes()


@pytest.mark.parametrize("whose", ["authority", "party"])
def test_before_the_moment_what_is_published_is_what_it_is_without_the_results(
    night: Night, whose: str
) -> None:
    """Byte for byte, but for the number of what waits; control records are there. After it all of it is."""
    election = night.official
    directory = election.directory if whose == "authority" else night.azul
    log = directory / "public"
    by, what, figure = "authority/officer-1", CLAIM, b"7654321"
    if whose == "authority":
        by, what, figure = "machine/101", SHEET, b"121"
    sent(election, directory, "authority/officer-2", *DISCLOSURE, log=log)
    shutil.copytree(directory, election.home / "without")
    published(election.home / "without", BEFORE)
    raw = sent(election, directory, by, *what, log=log)
    found = published(directory, BEFORE)
    [left] = [each for inbox in found["taken"] for each in inbox["left"]]
    assert (left["waits"], left["code"], left["values"]["until"]) == (True, "results-wait", MOMENT)
    assert bare(log) == bare(election.home / "without" / "public")
    assert any(isinstance(each.body, IncidentDisclosure) for each in open_verified(log).state.controls)
    assert json.loads((log / "live.json").read_bytes())["later"] == {"count": 1, "until": FROM}
    assert re.search(rb"are not in the log yet: 1; [^<]*2031[^<]* on<", files(log)["en/index.html"])
    before = contests_that_wait(log)
    assert set(before.values()) == ({2, 4} if whose == "authority" else {0})
    published(directory, AFTER)
    come = {"TI", "N"} if whose == "authority" else set()
    assert contests_that_wait(log) == {area: many - (area in come) for area, many in before.items()}
    assert open_verified(log).find(raw) is not None
    assert json.loads((log / "live.json").read_bytes())["later"] is None
    assert b"are not in the log yet" not in files(log)["en/index.html"]
    assert any(figure in content for name, content in files(log).items() if name.endswith(".csv"))


# --- copies ---


def added(azul: Path, path: Path, environment: Mapping[str, str]) -> dict[str, Any]:
    done = in_process("collect", "add", azul, path, "--json", **environment)
    assert done.exit_code == 0, done.output
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


def test_copies_wait_in_a_log_that_was_begun_so_and_an_extension_is_carried_over(night: Night) -> None:
    election, azul = night.official, night.azul
    typed = election.home / "typed.jsonl"
    typed.write_text(json.dumps(TYPED, separators=(",", ":")) + "\n")
    first = added(azul, typed, BEFORE)
    assert (first["added"], first["held"], first["later"]) == (0, [], {"count": 1, "until": FROM})
    said = escrutinio("collect", "add", azul, typed, **BEFORE).stdout
    assert f"from {MOMENT} on" in said
    assert not any(b"7,6,5,4,3,2,1" in each for each in files(azul / "public").values())
    put_off = (
        "extension",
        "--about",
        "area/N",
        "--say",
        "until=2031-04-26T22:00:00Z",
        "--say",
        "reason=late",
    )
    election.say("authority/officer-1", *put_off)
    election.say("authority/officer-2", "--same-as", election.log().size - 1, "--yes")
    done = escrutinio("collect", "refresh", azul, "--definition", election.public, **AFTER)
    assert done.returncode == 0, done.stderr
    assert added(azul, typed, AFTER)["later"] == {"count": 1, "until": FROM + 3_600}
    last = added(azul, typed, AFTER | {"SOURCE_DATE_EPOCH": str(FROM + 3_600)})
    assert (last["added"], last["later"]) == (1, None)
    assert not [each for each in open_verified(azul / "public").state.findings if "extension" in each.code]


# --- sending ---


def test_results_are_not_sent_to_a_log_that_would_not_let_them_wait(night: Night, tmp_path: Path) -> None:
    election = night.official
    concha = begin_party(election, tmp_path / "concha")  # does not let them wait
    out, control = election.home / "both", election.home / "control"
    for by, what, to in (
        ("authority/officer-1", CLAIM, out),
        ("authority/officer-2", DISCLOSURE, control),
    ):
        key = ("--log", concha / "public", "--key", election.key(by), "-o", to)
        assert escrutinio("sign", *what, *key, **BEFORE).returncode == 0
    send = ("submit", out, control, "--to")

    def answer(
        *arguments: object, environment: Mapping[str, str] = BEFORE
    ) -> tuple[int, int, dict[str, int]]:
        done = in_process(*send, *arguments, "--json", **environment)
        found = json.loads(done.stdout)
        return done.exit_code, found["sent"], found["later"]

    waits = {"0": FROM}
    assert answer(concha) == (4, 1, waits)
    said = in_process(*send, concha, **BEFORE)
    assert (said.exit_code, f"from {MOMENT} on, at the latest" in said.stdout) == (4, True)
    assert answer(night.azul) == (0, 2, {})  # it lets them wait itself
    assert answer(election.directory) == (0, 2, {})
    stick = tmp_path / "stick"
    stick.mkdir()
    assert answer(stick) == (0, 2, {})  # which somebody carries to a log
    assert answer(stick, "--until-public", "--log", election.public) == (4, 1, waits)
    assert answer(election.directory, "--until-public") == (4, 1, waits)
    assert in_process(*send, stick, "--until-public", **BEFORE).exit_code == 2
    assert answer(concha, environment=AFTER) == (0, 2, {})
    assert answer(concha, "--at-once") == (0, 2, {})
    done = in_process("workspace", "publish", concha, **BEFORE)
    assert (done.exit_code, "answers for it by the law of the place" in done.stderr) == (0, True)
    assert "law of the place" not in in_process("workspace", "publish", concha, **AFTER).stderr


def test_a_hub_says_as_it_begins_that_results_go_on_and_who_answers(night: Night, tmp_path: Path) -> None:
    """Once, and in the operators' log: in a log that lets nothing wait, while results might."""
    concha = begin_party(night.official, tmp_path / "concha")
    with socket.create_server(("127.0.0.1", 0)) as taken:  # so that none of them goes on
        port = taken.getsockname()[1]

        def begun(log: Path, environment: Mapping[str, str]) -> str:
            done = in_process("hub", "receive", log, "--port", port, **environment)
            assert done.exit_code == 2
            return done.stderr

        said = begun(concha, BEFORE)
        assert said.count("answers for it by the law of the place") == 1
        assert "from 2031-04-27 01:00 UTC on, at the latest; this log publishes them as they come" in said
        [line] = (concha / "private" / "operators.log").read_text().splitlines()
        assert (json.loads(line)["what"], json.loads(line)["until"]) == (
            "results-as-they-come", "2031-04-27 01:00 UTC",
        )  # fmt: skip
        late = SECRET | {"SOURCE_DATE_EPOCH": str(FROM + 4 * 3_600)}
        for log, environment in ((concha, late), (night.azul, BEFORE), (night.official.directory, BEFORE)):
            assert "law of the place" not in begun(log, environment)
        assert not (night.azul / "private" / "operators.log").exists()


# --- figures ---


def test_a_quick_count_shows_no_figure_before_or_says_who_answers(night: Night, tmp_path: Path) -> None:
    election = night.official
    sent(election, election.directory, "machine/101", *SHEET)
    published(election.directory, AFTER)
    ask = (election.public, "--contest", "presidencia")
    draw = ("quickcount", "sample", *ask, "--seed", SEED, "--take", "3", "-o", tmp_path / "sample")
    assert escrutinio(*draw, **BEFORE).returncode == 0
    estimate = ("quickcount", "estimate", *ask, "--plan", tmp_path / "sample" / "plan.txt")
    shown = in_process(*estimate, **BEFORE)
    assert (shown.exit_code, "answers for it by the law of the place" in shown.stderr) == (0, True)
    refused = in_process(*estimate, "--until-public", "--json", **BEFORE)
    assert refused.exit_code == 4
    found = json.loads(refused.stdout)
    assert (found["refusal"], found["values"]) == ("figures-wait", {"until": MOMENT})
    after = in_process(*estimate, "--until-public", "--json", **AFTER)
    assert (after.exit_code, json.loads(after.stdout)["public_from"]) == (0, FROM)
    assert "law of the place" not in in_process(*estimate, **AFTER).stderr


def test_a_mirror_copies_nothing_of_what_has_results_that_wait(night: Night, tmp_path: Path) -> None:
    """A log that shows results early: a mirror that lets them wait stays before them, whole."""
    election, copy = night.official, tmp_path / "copy"
    follow = ("mirror", election.public, copy, "--trust", election.public / "trust.toml", "--until-public")
    assert escrutinio(*follow, **BEFORE).returncode == 0
    size, before = open_verified(copy).size, files(copy)
    raw = sent(election, election.directory, "machine/101", *SHEET)
    published(election.directory, AFTER)
    waits = in_process(*follow, **BEFORE)
    assert (waits.exit_code, waits.stdout) == (4, "")
    assert f"from {MOMENT} on, at the latest; the copy stays at size {size}." in waits.stderr
    assert files(copy) == before
    begun = in_process(*(tmp_path / "new" if each is copy else each for each in follow), **BEFORE)
    assert begun.exit_code == 4
    assert not any(raw in each for each in files(tmp_path / "new").values())
    assert escrutinio(*follow, **AFTER).returncode == 0
    assert open_verified(copy).find(raw) is not None
