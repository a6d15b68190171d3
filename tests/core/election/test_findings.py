"""The table of findings: codes, sentences in both languages, bounds."""

import ast
from pathlib import Path

import escrutinio.core.election
from escrutinio.core.election.findings.finding import MOST_ENTRIES, Findings
from escrutinio.core.election.findings.table import KEEPS, ROWS
from escrutinio.core.records import parts as p
from escrutinio.core.records import types as t
from escrutinio.core.records.codes import Basis
from tests.core.election.build import (
    ORIGIN,
    found,
    honest,
)

# --- the table of findings ---


def test_every_code_has_a_label_and_a_sentence_in_both_languages() -> None:
    for code, rule in ROWS.items():
        for language in ("en", "es"):
            assert rule.label[language], code
            assert rule.sentence[language].endswith("."), code


def test_the_findings_that_keep_a_sheet_from_counting_are_those_of_the_design() -> None:
    assert {
        "bad-signature", "unknown-key", "key-out-of-scope", "station-unknown", "contest-unknown",
        "wrong-option-count", "sum-mismatch", "more-votes-than-registered", "conflict",
    } == KEEPS  # fmt: skip


def test_every_code_of_the_table_is_noted_somewhere() -> None:
    """Every code stands as a literal in a rule, so none of the table is dead."""
    room = Path(str(escrutinio.core.election.__file__)).parent
    said: set[object] = set()
    for path in room.glob("*.py"):
        if path.name != "finding_table.py":
            said |= {
                node.value for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Constant)
            }
    assert set(ROWS) <= said


def test_sentences_name_what_they_speak_of() -> None:
    day = honest()
    day.sheet("machine/1", "n1.01", (5, 4, 3, 1))
    head = p.LogHead(ORIGIN, len(day.log), b"\0" * 32)
    bulletin = t.Bulletin(1, Basis.REPORTED, head, (0, 0, 0), 3, 0, 0)
    day.say(bulletin, "authority/1", "presidente")
    for finding in day.state().findings:
        for language in ("en", "es"):
            sentence = finding.sentence(language)
            assert "{" not in sentence
            assert "presidente" in sentence
    assert "null votes" in found(day.state(), "bulletin-mismatch")[0].sentence("en")
    assert "votos nulos" in found(day.state(), "bulletin-mismatch")[0].sentence("es")


def test_thousands_of_equal_findings_stay_few() -> None:
    notes = Findings()
    for entry in range(MOST_ENTRIES + 500):
        notes.add("duplicate", [entry], contest="presidente", first=0)
    notes.count_only("duplicate", "presidente", 7, range(9_000, 9_007))
    findings = notes.sorted()
    assert len(findings) == MOST_ENTRIES + 1
    rest = next(finding for finding in findings if finding.count > 1)
    assert rest.count == 507
    assert "507" in rest.sentence("es")
