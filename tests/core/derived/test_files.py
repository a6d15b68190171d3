"""What is compared byte for byte has codes and values: no sentence of this program stands in it."""

import csv
import io
import json
from dataclasses import replace

import pytest

from escrutinio.core.derived.files import AREA, COVERAGE, SHEET, STATED, derived_files
from escrutinio.core.election.definition import RESERVED
from escrutinio.core.election.findings.finding import REGISTERED
from escrutinio.core.election.state import ElectionState
from escrutinio.core.records import types as t
from escrutinio.core.records.codes import Form, Role, Step
from escrutinio.library.totals import totals_table
from tests.core.election.build import SOFTWARE, Day, honest, life
from tests.reference.canonical import canonical

Words = dict[str, dict[str, str]]

OTHER = "Other words"


def day_of_many_findings() -> Day:
    """A log with unreadable entries, tables that cannot be read, sheets that differ, steps out of order."""
    day = honest()
    day.sheet("machine/1", "n1.01", (5, 4, 3, 1))
    day.sheet("machine/1", "n1.01", (9, 9, 9, 9), ballots=1)
    day.enrol("party/azul/2", Role.PARTY)
    day.copy("party/azul/2", "n1.01", (1, 1, 1, 1))
    day.log.append(b"not a record")
    day.say_plain(14, [], "machine/1", "n1.01/presidente")
    day.roll(b"station,center\nx,y\n")
    listing = day.attach(b"machine;station\n")
    day.say(t.Lifecycle(Step.SHIPPED, (), SOFTWARE, listing), "authority/1", "lot-2")
    life(day, Step.PROGRAMMED)
    return day


def every_byte(state: ElectionState) -> dict[str, bytes]:
    return {file.path: file.content() for file in derived_files(state)} | {"canonical": canonical(state)}


def test_other_words_change_no_derived_byte(monkeypatch: pytest.MonkeyPatch) -> None:
    day = day_of_many_findings()
    before = every_byte(day.state())
    for code, row in REGISTERED.items():
        words: Words = {name: dict.fromkeys(values, OTHER) for name, values in row.words.items()}
        monkeypatch.setitem(
            REGISTERED, code, replace(row, english_label=OTHER, english_sentence=OTHER, words=words)
        )
    state = day.fold().state()
    assert {finding.sentence("en") for finding in state.findings} == {"Other words"}
    state = replace(
        state,
        findings=tuple(replace(finding, reason="another reason") for finding in state.findings),
        bases=tuple(replace(basis, called=()) for basis in state.bases),
    )
    assert every_byte(state) == before


def test_no_class_of_ballots_has_the_name_of_another_column() -> None:
    fixed = {*AREA, *COVERAGE, *SHEET, *STATED}
    assert fixed - RESERVED == {"spoilt"}, "a class of the law, which makes way in the table of sheets"


def test_no_reason_stands_in_what_is_compared() -> None:
    state = day_of_many_findings().state()
    reasons = {finding.reason for finding in state.findings} - {""}
    assert len(reasons) == 3
    everything = b"".join(every_byte(state).values()).decode()
    assert {reason for reason in reasons if reason in everything} == set()


def test_findings_are_rows_of_codes_and_values() -> None:
    state = day_of_many_findings().state()
    content = next(file for file in derived_files(state) if file.path == "findings.csv").content().decode()
    rows = list(csv.DictReader(io.StringIO(content, newline=""), strict=True))
    assert [row["code"] for row in rows] == [finding.code for finding in state.findings]
    for row, finding in zip(rows, state.findings, strict=True):
        values = json.loads(row["values"]) if row["values"] else {}
        assert values == dict(finding.values)
        assert list(values) == sorted(values)
    assert rows[0].keys() == {
        *("code", "severity", "keeps_from_counting", "cases", "entries", "station", "contest", "area"),
        "values",
    }


def test_the_digest_of_a_state_follows_what_it_says() -> None:
    day = honest()
    before = canonical(day.state())
    assert canonical(day.state()) == before
    day.sheet("machine/1", "n1.01", (5, 4, 3, 1))
    assert canonical(day.state()) != before


def test_what_no_counted_sheet_states_is_not_known() -> None:
    """A copy need not have read the classes of other ballots: that there were none, it does not say."""
    day = honest()
    day.say(t.Copy((21, 4, 3, 2), (), form=Form.TABLE), "party/azul/1", "n1.01/presidente")
    before = {row["area"]: row for row in _rows(day)}
    assert {(row["null"], row["blank"], row["ballots"]) for row in before.values()} == {
        ("", "", ""), ("0", "0", "0")
    }  # fmt: skip
    assert (before["sur"]["stations_counted"], before["sur"]["ballots"]) == ("0", "0")
    day.copy("party/azul/1", "s1.01", (9, 9, 9, 9), null=2)
    after = {row["area"]: row for row in _rows(day)}
    said = {area: (row["valid"], row["null"], row["ballots"]) for area, row in after.items()}
    assert said == {"isla": ("66", "2", "68"), "norte": ("30", "", ""), "sur": ("36", "2", "38")}
    assert (after["isla"]["stations_counted"], after["isla"]["classes_unread_in_counted"]) == ("2", "1")
    [contest, *_] = json.loads(every_byte(day.state())["results.json"])["contests"]
    [areas] = [basis["areas"] for basis in contest["bases"] if basis["code"] == "copies:party/azul"]
    assert dict(zip(contest["columns"], areas["norte"], strict=True))["ballots"] is None
    table = totals_table(day.state(), "presidente", "copies:party/azul")
    assert (table.of("norte")["null"], table.of("sur")["null"]) == (None, 2)


def _rows(day: Day) -> list[dict[str, str]]:
    content = every_byte(day.state())["presidente/areas-copies-party-azul.csv"]
    return list(csv.DictReader(io.StringIO(content.decode())))
