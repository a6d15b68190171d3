"""An election in which every rule of a definition is used once: its pages, tables, reports and sheets."""

from __future__ import annotations

import gzip
import json
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import jsonschema_rs
import pytest

from escrutinio.base.words.catalogue import catalogue
from escrutinio.base.words.format import Format
from escrutinio.core.election.definition import RULES
from escrutinio.core.election.fold import fold
from escrutinio.core.election.outcome import Drawing, outcome
from escrutinio.core.election.state import REPORTED, RULED, ElectionState
from escrutinio.core.election.totals import totals
from escrutinio.core.log.reader import open_log, read_entries
from escrutinio.core.records.keys import SigningKey
from escrutinio.core.records.parts import Article
from escrutinio.core.verification.checks import Outcome
from escrutinio.core.verification.publication import verify_publication
from escrutinio.intake.authoring.presentation import Presentation
from escrutinio.publication.downloads.nist import summary_report
from escrutinio.publication.site.model import Site
from escrutinio.publication.site.rules import RuleWords
from escrutinio.publication.site.shelf import Shelf
from escrutinio.publication.site.words import Words
from escrutinio.running.workspace.publish import publish
from tests.paths import ROOT
from tests.publication.pages import Page
from tests.publication.site.test_figure_marks import unmarked
from tests.publication.small import small_state

CONFIG = ROOT / "tests" / "publication" / "every_rule"
SCHEMA = ROOT / "tests" / "data" / "nist_v2_election_results_reporting.json"
SIZE = 29


@pytest.fixture(scope="module")
def valley(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The publication of the election."""
    directory = tmp_path_factory.mktemp("valley") / "public"
    master = SigningKey(sha256(b"key of the tests").digest())
    publish(CONFIG, directory, master=master, clock=2_000_000_000, progress=lambda *_: None)
    return directory


@pytest.fixture(scope="module")
def state(valley: Path) -> ElectionState:
    """What its log folds to."""

    def attachment(digest: bytes) -> bytes | None:
        return (valley / "attachments" / digest.hex()).read_bytes()

    return fold([list(read_entries(open_log(valley / "log"), SIZE))], attachment)


def said(valley: Path, path: str) -> str:
    page = Page((valley / path).read_text("utf-8"))
    assert page.errors == []
    return page.said


def test_each_rule_is_said_with_its_article(valley: Path) -> None:
    words = said(valley, "en/rules.html")
    for sentence in (
        "Either of these: more than 50% of the valid votes; at least 40% of the valid votes, with a lead "
        "over the second of at least 10% of the same. Law: Constitución de Valle, art. 80",
        "Ballots of at least 40% of the registered voters are needed. Law: Constitución de Valle, art. 81",
        "among Bruno Sosa, Celia Duarte the lots drew Celia Duarte, Bruno Sosa. Law: Ley Electoral de Valle, "
        "art. 99",
        "Null ballots, Blank ballots, Challenged ballots, Postal ballots that came late.",
        "A ballot may mark up to 2 options; it stays one ballot. Law: Ley Electoral de Valle, art. 33",
        "To take part in the seats Law: Ley Electoral de Valle, art. 35",
        "The calendar Law: Ley Electoral de Valle, art. 36",
        "The law gives an order: Rosa Ibarra, Omar Gil, Pilar Luna, Quino Mata.",
        "Seats by Sainte-Laguë. The votes of each list are divided by 1, 3, 5, …",
        "Lists with at least 3% of the valid votes and these ballots together: Blank ballots take part.",
        "Seats by largest remainders (Droop).",
        "The definition gives nothing that decides; the seat stays open.",
        "This is the second round of gobierno-norte, of the election whose definition has the SHA-256 0011",
        "its log is escrutinio.example/valle-2033-2, its definition has the SHA-256 ff11",
        "Counted sheets state 15 such voters, at 2 stations.",
        "the authority, with 2 officers",
        "a court, with 1 of its members",
        "Instance 2: Supreme Court",
        "Ley Electoral de Valle, art. 70: counts are public",
    ):
        assert sentence in words, (sentence, words[words.find(sentence[:20]) :][:300])
    assert "más de 50 % de los votos válidos" in said(valley, "es/rules.html").replace(
        "\N{NO-BREAK SPACE}", " "
    )


def test_an_article_of_the_election_is_shown_once_whatever_its_rule(tmp_path: Path) -> None:
    """Beside the rule of a contest or of the officers that is said, else among the articles of the law."""
    site = Site(small_state(), Presentation(), Shelf(tmp_path))
    given = tuple(Article(rule, f"art. {number}") for number, rule in enumerate(RULES))
    site.body = replace(site.body, articles=(*given, Article("quorum", "art. 99")))
    english = catalogue("en")
    rules = RuleWords(site, Words(site, english, Format("en")))
    beside = [rule.article for race in site.races for rule in rules.contest(race)]
    beside += [rule.article for rule in rules.powers()]
    listed = [rule.article for rule in rules.articles()]
    assert {"art. 0", "art. 6", "art. 11"} <= set(beside)  # how it is decided, ties, officers
    assert {"art. 2", "art. 5", "art. 99"} <= set(listed)  # marks and a quorum, which no contest states
    assert sorted(listed) == sorted({one.text for one in site.body.articles} - set(beside))
    assert len(listed) == len(set(listed))


def test_rulings_stand_with_their_state(valley: Path) -> None:
    rows = Page((valley / "en/complaints.html").read_text("utf-8")).tables[1]
    assert [row[2:4] for row in rows[1:]] == [
        ["an earlier ruling is reversed", "in force; it reverses entry 25"],
        ["the result is stayed", "no longer in force, since entry 26"],
        ["a repeated vote is ordered", "pending: 1 station waits for it"],
        ["a recount is ordered", "in force; it was carried out"],
    ]
    words = said(valley, "en/complaints.html")
    assert "not signed" in words
    assert "Copies and claims taken back by their signers" in words
    assert "Promises of receivers" in said(valley, "en/machines.html")
    assert "Visits to stations" in said(valley, "en/observers.html")


def test_home_says_what_breaks_a_tie_and_what_stays_open(valley: Path) -> None:
    words = said(valley, "en/index.html")
    assert "No candidate has what wins the first round. The two with most votes are" in words
    assert (
        "Of 2 seats, those with most votes have one each: Omar Gil, Rosa Ibarra. Equal were Pilar Luna, Rosa "
        "Ibarra; the order that the law gives decides for Rosa Ibarra." in words
    )
    assert (
        "By largest remainders (Droop) 1 of 3 seats are open: List One, List Two have equal claims." in words
    )
    assert "most votes win, 2 seats, up to 2 marks a ballot" in words


def test_turnout_is_that_of_ballots_and_never_of_marks(valley: Path, state: ElectionState) -> None:
    found = totals(state, "senado", REPORTED)
    assert int(found.votes[0]) > int(found.ballots[0]) == 642
    assert "642 ballots of 840 registered voters" in said(valley, "en/index.html")
    page = Page((valley / "en/areas/N.html").read_text("utf-8"))
    stations = next(table for table in page.tables if "Omar Gil" in table[0] and "Valid" in table[0])
    [row] = [row for row in stations if row[0] == "N1.01"]
    assert row[-1].strip() == "73.3%"


def test_every_figure_is_marked_and_holds(valley: Path) -> None:
    for language in ("es", "en"):
        for path in (valley / language / "index.html", *(valley / language / "areas").glob("*.html")):
            assert unmarked(path.read_text("utf-8")) == [], path
    assert [check for check in verify_publication(valley).asked if check.outcome is Outcome.FAILS] == []


def test_reports_for_others_validate_and_say_what_they_cannot(state: ElectionState) -> None:
    validator = jsonschema_rs.validator_for(json.loads(SCHEMA.read_bytes()))
    for code in (REPORTED, RULED):
        report = json.loads(summary_report(state, state.basis(code), 0))
        assert list(validator.iter_errors(report)) == []
        contests = {each["@id"]: each for each in report["Election"][0]["Contest"]}
        assert contests["contest-presidencia"]["VoteVariation"] == "other"
        assert contests["contest-presidencia"]["OtherVoteVariation"] == "two rounds"
        senate = contests["contest-senado"]
        assert (senate["VoteVariation"], senate["VotesAllowed"], senate["NumberElected"]) == ("n-of-m", 2, 2)
        assert contests["contest-asamblea"]["VoteVariation"] == "proportional"
        assert "Thresholds, what wins a first round" in report["Notes"]
        [blank, *_] = senate["OtherCounts"]
        whole = totals(state, "senado", code)
        missing = 2 * (int(whole.valid[0]) + int(whole.blank[0])) - int(whole.votes[0])
        assert blank["Undervotes"] == missing


def test_the_published_report_is_the_same_for_its_schema(valley: Path) -> None:
    validator = jsonschema_rs.validator_for(json.loads(SCHEMA.read_bytes()))
    for path in (valley / "data").glob("nist*.json.gz"):
        assert list(validator.iter_errors(json.loads(gzip.decompress(path.read_bytes())))) == []


def test_columns_of_classes_are_described(valley: Path) -> None:
    package = json.loads((valley / "data/datapackage.json").read_bytes())
    [table] = [each for each in package["resources"] if each["path"] == "presidencia/areas-reported.csv"]
    meaning = {field["name"]: field["description"] for field in table["schema"]["fields"]}
    assert meaning["late"] == "Ballots of the class late"
    assert meaning["alma"] == "Votes for candidate alma"


def test_lots_decide_only_among_whom_they_were_drawn(state: ElectionState) -> None:
    view = state.contest("presidencia")
    tied = outcome(view, (10, 5, 5), lots=Drawing((2, 1), (1, 2)))
    assert tied.runoff is None  # 10 of 20 with a lead of a quarter
    open_seat = outcome(view, (7, 6, 6), lots=Drawing((2, 1), (1, 2))).runoff
    assert open_seat is not None
    assert (open_seat.certain, open_seat.broken) == ((1, 0, 1), (2,))
