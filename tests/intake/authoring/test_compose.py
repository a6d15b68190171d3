"""Composing logs: order, copies of imported rows, pointing back, and refusals of scripts and statements."""

import tomllib
from dataclasses import replace
from pathlib import Path

import pytest

from escrutinio.base.errors import DefinitionError, EscrutinioError, InputError
from escrutinio.core.election.areas import Area, build_areas
from escrutinio.core.records.codes import RevocationReason
from escrutinio.core.records.entry import Entry, body_to_plain, open_record, verify
from escrutinio.core.records.keys import SigningKey
from escrutinio.core.records.types import BY_NAME, Claim, Copy, Revocation, Statement
from escrutinio.intake.authoring.compose import Tables, compose, read_tables
from escrutinio.intake.authoring.composer import Composer
from escrutinio.intake.authoring.config import read_config
from escrutinio.intake.authoring.keyring import Keyring
from escrutinio.intake.authoring.script import play
from escrutinio.intake.authoring.statements import add_statements, read_statements
from escrutinio.intake.mapping.rows import AreaRow, RollRow, SheetRow
from tests.intake.imported import CONFIG
from tests.paths import ROOT

MASTER = SigningKey(bytes(range(32)))
CLOCK = 1_900_000_000
EXAMPLES = ROOT / "examples"


def tables(*sheets: SheetRow) -> Tables:
    roll = (RollRow("1", "c", "X", 100), RollRow("2", "c", "X", None))
    return Tables((AreaRow("X", None, "country", "X", 2, None, None),), (), roll, sheets, (), ())


def sheet(station: str, *counts: int) -> SheetRow:
    return SheetRow("f.csv", 2, station, "p", counts, (0, 0), None, None, None)


def composed(*sheets: SheetRow, config: str = CONFIG, base: Path = EXAMPLES) -> list[Entry]:
    made = compose(
        read_config(config.encode()),
        tables(*sheets),
        Keyring(MASTER, "x"),
        base_dir=base,
        clock=CLOCK,
        progress=lambda *_: None,
    )
    return [open_record(raw) for raw in made.records]


def composer() -> Composer:
    made = Composer(Keyring(MASTER, "x"), "x.example/log", CLOCK, EXAMPLES)
    made.election = bytes(32)
    return made


def begun(officers: int = 1) -> Composer:
    """One that has written a definition by which acts need so many officers."""
    made = Composer(Keyring(MASTER, "x"), "x.example/log", CLOCK, EXAMPLES)
    config = replace(read_config(CONFIG.encode()), officers_needed=officers)
    tree = build_areas([Area("X", None, "country", "X")])
    made.add(config.definition_body(made.keyring.key("root").public_key, tree), by="root", about="election")
    return made


def test_the_order_of_an_imported_log() -> None:
    entries = composed(sheet("1", 3, 4), sheet("2", 5, 6))
    assert [entry.body.NAME for entry in entries] == [
        "definition",
        "charter",
        "enrolment",
        "roll",
        "copy",
        "copy",
    ]
    assert entries[4].subject == "1/p"
    assert isinstance(entries[4].body, Copy)
    assert entries[4].body.counts == (3, 4)


def test_two_equal_rows_are_two_records() -> None:
    entries = composed(sheet("1", 3, 4), sheet("1", 3, 4))
    assert entries[4].raw != entries[5].raw
    assert entries[4].body == entries[5].body


def test_every_record_verifies_with_the_key_of_its_name() -> None:
    keyring = Keyring(MASTER, "x")
    for entry in composed(sheet("1", 3, 4))[2:]:
        verify(
            entry.raw, keyring.key("root" if entry.signer == "authority/root" else entry.signer).public_key
        )


def test_the_same_key_and_clock_give_the_same_bytes() -> None:
    assert [entry.raw for entry in composed(sheet("1", 3, 4))] == [
        entry.raw for entry in composed(sheet("1", 3, 4))
    ]


def test_keys_differ_by_name_election_and_master() -> None:
    seeds = {
        Keyring(MASTER, "x").seed("a"),
        Keyring(MASTER, "x").seed("b"),
        Keyring(MASTER, "y").seed("a"),
        Keyring(SigningKey(bytes(32)), "x").seed("a"),
    }
    assert len(seeds) == 4


def test_sheets_without_a_signer_are_refused() -> None:
    with pytest.raises(DefinitionError, match="sheets_by"):
        composed(sheet("1", 3, 4), config=CONFIG.replace('sheets_by = "importer/one"', ""))


NOT_ON_THAT_DAY = {"extension", "mixed-count", "waiting-set"}
"""That day has no moment before which results wait, and no box with ballots of two stations."""


def test_the_miniature_has_every_record_type() -> None:
    base = EXAMPLES / "miniature"
    config = read_config((base / "election.toml").read_bytes())
    made = compose(
        config,
        read_tables(config, base),
        Keyring(MASTER, "m"),
        base_dir=base,
        clock=CLOCK,
        progress=lambda *_: None,
    )
    assert {open_record(raw).body.NAME for raw in made.records} == set(BY_NAME) - NOT_ON_THAT_DAY


def test_the_claims_of_the_example_are_the_announced_results() -> None:
    import json

    script = tomllib.loads((EXAMPLES / "venezuela-2024/announced.toml").read_text())
    announced = json.loads((EXAMPLES / "venezuela-2024/data/announced_results.json").read_text())
    one = composer()
    play(one, script, "announced.toml")
    first, second = (open_record(raw).body for raw in one.records)
    assert isinstance(first, Claim)
    assert isinstance(second, Claim)
    for code, row in zip(("NM", "EG", "OTHERS"), first.rows, strict=True):
        told = announced["bulletin_1"][code]
        assert (row.votes, float(row.percent or 0)) == (told["votes"], told["pct"])
        assert row.candidate == code.replace("OTHERS", "others")
    told = announced["bulletin_2"]
    assert {row.candidate: row.votes for row in second.rows} == told["votes"]
    assert (second.valid, second.null, second.ballots) == (told["valid"], told["null"], told["voters"])
    assert (second.registered, float(second.covered or 0)) == (told["registered"], told["actas_pct"])
    assert first.sources == tuple(announced["bulletin_1"]["sources"])


def test_statements_keep_their_replies() -> None:
    base = EXAMPLES / "venezuela-2024"
    said = read_statements(base, "data/statements.toml")
    one = composer()
    add_statements(one, said, by="importer/press", language="en")
    bodies = {body.code: body for raw in one.records if isinstance(body := open_record(raw).body, Statement)}
    assert len(bodies) == len(said) == 17
    digests = {open_record(raw).digest: code for raw, code in zip(one.records, bodies, strict=True)}
    replies = {code: digests[body.in_reply_to] for code, body in bodies.items() if body.in_reply_to}
    assert replies == {entry.id: entry.in_reply_to for entry in said if entry.in_reply_to}
    assert one.attachments[bodies["un-panel-2024"].words.digest].startswith(b"The CNE")


@pytest.mark.parametrize(
    ("entry", "reason"),
    [
        ({"type": "acta"}, "not a record type"),
        ({"type": "copy", "who": 1}, "The key 'who' is not known"),
        ({"type": "seal-check", "by": "board/1", "about": "1", "says": {"seal": "A", "intact": 2}}, "intact"),
        ({"type": "seal-check", "by": "board/1", "about": "1", "says": {"seal": "A"}}, "'intact' is missing"),
        (
            {"type": "seal-check", "by": "board/1", "about": "1/p", "says": {"seal": "A", "intact": 1}},
            "subject",
        ),
        ({"type": "seal-check", "by": "", "about": "1", "says": {"seal": "A", "intact": 1}}, "signer's name"),
        (
            {
                "type": "acceptance",
                "by": "o/1",
                "about": "o/1",
                "says": {"accreditation": "@x", "accepted": 1},
            },
            "id 'x'",
        ),
        ({"type": "seal-check", "by": "b/1", "at": "noon", "says": {}}, "with its date and zone"),
        ({"type": "copy", "rows": [["a"]]}, "Each of the rows"),
        ({"type": "copy", "rows": [], "by": "x"}, "instead of"),
        (
            {"type": "incident-report", "by": "o/1", "says": {"category": "count", "at": 1, "report": [{}]}},
            "attachment",
        ),
        ({"type": "incident-report", "by": "o/1", "says": {"category": "war", "at": 1}}, "none of"),
        (
            {
                "type": "incident-report",
                "by": "o/1",
                "says": {
                    "category": "count",
                    "at": 1,
                    "report": [{"file": "../../README.md", "media_type": "text/plain"}],
                },
            },
            "outside",
        ),
    ],
)
def test_a_script_is_refused_with_the_entry_and_the_reason(entry: dict[str, object], reason: str) -> None:
    with pytest.raises(InputError, match=reason) as refused:
        play(composer(), {"entry": [entry]}, "day.toml")
    assert str(refused.value).startswith("day.toml, entry 1")


def test_two_entries_with_one_id_are_refused() -> None:
    check = {"id": "a", "type": "seal-check", "by": "b/1", "about": "1", "says": {"seal": "A", "intact": 1}}
    with pytest.raises(InputError, match="Two entries have the id 'a'"):
        play(composer(), {"entry": [check, check]}, "day.toml")


@pytest.mark.parametrize("text", ["x = 1", "[[statement]]\nid = 1", "[[statement]]\nid = 'a'", "\xff", "[["])
def test_bad_statements_are_refused_naming_the_file(tmp_path: Path, text: str) -> None:
    (tmp_path / "said.toml").write_text(text, encoding="latin-1")
    with pytest.raises(EscrutinioError, match=r"said\.toml"):
        read_statements(tmp_path, "said.toml")


def test_the_same_record_again_has_the_index_of_the_first() -> None:
    """A log takes it once, so that all that point at an index after it would point beside."""
    made = composer()
    said = Revocation(bytes(8), RevocationReason.LOST)
    made.add(said, by="root", about="election", at=0)
    first = made.add(said, by="root", about="election", name="first")
    again = made.add(said, by="root", about="election", name="again")
    other = made.add(said, by="root", about="election", at=CLOCK + 1, name="other")
    assert (first, again, other) == (1, 1, 2)
    assert (made.index_of("again"), made.index_of("other"), made.head().size) == (1, 2, 3)


# --- acts that replace others ---

OFFICERS = """
[[entry]]
by = "root"
type = "enrolment"
says = { keys = [{ name = "authority/1", role = "authority" }, { name = "authority/2", role = "authority" }] }
"""
RULING = """
[[entry]]
by = "authority/1"
at = 2030-12-0{day}T00:00:00Z
type = "ruling"
about = "{about}"
says = {{ decision = "{decision}", legal_basis = "art. 1"{more} }}
"""


def played(*rulings: str) -> list[Entry]:
    made = begun()
    play(made, tomllib.loads(OFFICERS + "".join(rulings)), "day.toml")
    return [open_record(raw) for raw in made.records[2:]]


def a_ruling(day: int, decision: str, about: str = "station/1/p", more: str = "") -> str:
    return RULING.format(day=day, decision=decision, about=about, more=more)


def replaces(entry: Entry) -> object:
    return body_to_plain(entry.body)["replaces"]


def test_an_act_names_the_one_that_it_replaces_by_itself() -> None:
    first, second, third = played(a_ruling(1, "annul"), a_ruling(2, "dismiss"), a_ruling(3, "annul"))
    assert [replaces(each) for each in (first, second, third)] == [
        None,
        first.digest.hex(),
        second.digest.hex(),
    ]


def test_an_act_of_another_matter_replaces_nothing() -> None:
    entries = played(a_ruling(1, "annul"), a_ruling(2, "annul", "station/2/p"))
    assert [replaces(each) for each in entries] == [None, None]


def test_an_author_may_name_the_act_that_is_replaced() -> None:
    named = "ab" * 32
    _, second = played(a_ruling(1, "annul"), a_ruling(2, "dismiss", more=f', replaces = "{named}"'))
    assert replaces(second) == named


def test_the_same_act_by_another_officer_stays_a_consent() -> None:
    first, second, third, again = played(
        a_ruling(1, "annul"),
        a_ruling(2, "dismiss"),
        a_ruling(3, "dismiss").replace("authority/1", "authority/2"),
        a_ruling(4, "annul").replace("authority/1", "authority/2"),
    )
    assert third.body == second.body
    assert replaces(second) == first.digest.hex()
    assert replaces(again) == second.digest.hex()


def test_two_officers_who_replace_an_act_say_the_same() -> None:
    made = begun(officers=2)
    two = [
        a_ruling(day, decision).replace("authority/1", f"authority/{by}")
        for day, decision, by in ((1, "annul", 1), (2, "annul", 2), (3, "dismiss", 1), (4, "dismiss", 2))
    ]
    play(made, tomllib.loads(OFFICERS + "".join(two)), "day.toml")
    _, _, _, completing, *later = [open_record(raw) for raw in made.records]
    assert {replaces(each) for each in later} == {completing.digest.hex()}


def test_a_script_closes_enrolment_and_the_roll() -> None:
    closing = """
[[entry]]
by = "authority/1"
type = "closing"
says = { what = "roll", legal_basis = "art. 2" }
"""
    (entry,) = played(closing)
    assert body_to_plain(entry.body) == {"what": "roll", "legal_basis": "art. 2"}
