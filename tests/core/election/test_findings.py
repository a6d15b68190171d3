"""The families of findings: codes, sentences in both languages, the words of values, bounds."""

import ast
import re
from collections import Counter
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from string import Formatter

import pytest

import escrutinio.core.election
from escrutinio.base.words.catalogue import catalogue, languages
from escrutinio.base.words.wording import whole
from escrutinio.core.election import findings
from escrutinio.core.election.findings.family import FAMILIES, NOTE, Family, RuleInput
from escrutinio.core.election.findings.finding import (
    FIGURES,
    MORE,
    MOST_ENTRIES,
    REGISTERED,
    UNKNOWN,
    Finding,
    Findings,
)
from escrutinio.core.election.findings.sheets import DUPLICATE
from escrutinio.core.election.findings.table import KEEPS, ROWS
from escrutinio.core.election.rows import SheetTable
from escrutinio.core.election.state import ElectionState
from escrutinio.core.records import parts as p
from escrutinio.core.records import types as t
from escrutinio.core.records.codes import Basis
from tests.core.election.build import (
    ORIGIN,
    Day,
    found,
    honest,
)
from tests.reference.canonical import canonical

ROOM = Path(str(escrutinio.core.election.__file__)).parent
NO_FAMILY = {"family", "finding", "table"}
LANGUAGES = ("en", "es")


def literals(path: Path) -> Iterator[object]:
    """The constants that stand in a file."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Constant):
            yield node.value


def names_used(path: Path) -> Iterator[str]:
    """The names that a file reads, imports left out."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
            yield node.id


# --- the table of findings ---


def test_every_code_has_a_label_and_a_sentence_in_both_languages() -> None:
    for code, row in ROWS.items():
        for language in LANGUAGES:
            assert row.label(language), code
            assert row.sentence(language).endswith("."), code


def test_every_value_in_words_has_them_in_every_catalogue() -> None:
    words = [word for row in ROWS.values() for values in row.words.values() for word in values.values()]
    assert words
    assert all(word in catalogue("es").messages for word in words)


def test_words_are_given_for_values_that_the_sentence_names() -> None:
    for code, row in ROWS.items():
        for name in row.words:
            assert all(f"{{{name}}}" in catalogue(one).gettext(row.english_sentence) for one in LANGUAGES), (
                code,
                name,
            )


def test_the_findings_that_keep_a_sheet_from_counting_are_those_of_the_design() -> None:
    assert {
        "bad-signature", "unknown-key", "key-out-of-scope", "station-unknown", "contest-unknown",
        "wrong-option-count", "sum-mismatch", "marks-mismatch", "more-votes-than-registered", "conflict",
        "count-awaited",
    } == KEEPS  # fmt: skip


def test_every_code_is_declared_once_and_stands_nowhere_else() -> None:
    files = [*ROOM.rglob("*.py"), *(ROOM.parent / "derived").rglob("*.py")]
    said = Counter(value for path in files for value in literals(path))
    assert {code: said[code] for code in ROWS} == dict.fromkeys(ROWS, 1)


def test_every_code_is_noted_somewhere() -> None:
    """The constant of each code is read in a rule, or where entries are read and counted."""
    used = {name for path in ROOM.rglob("*.py") for name in names_used(path)}
    assert {code for code in ROWS if code.upper().replace("-", "_") not in used} == set()


# --- families ---


def test_the_table_has_every_family_of_the_package() -> None:
    modules = {module.name for module in iter_modules(findings.__path__)} - NO_FAMILY
    assert set(FAMILIES) == modules
    for name in modules:
        assert import_module(f"{findings.__name__}.{name}").FAMILY is FAMILIES[name]
    assert set(ROWS) == set(REGISTERED)


@pytest.fixture
def another() -> Iterator[Family]:
    """A family that no file of the program knows."""
    family = Family("night")
    yield family
    del FAMILIES["night"]
    for code in family.rows:
        del REGISTERED[code]


def test_a_family_is_added_without_touching_another_file(another: Family) -> None:
    code = another.finding(
        "no-arrivals",
        NOTE,
        "No arrivals | {size} entries came {how}.",
    )
    another.words(code, "how", {"unseen": "unseen"})
    seen: list[str] = []

    @another.rule
    def arrivals(given: RuleInput, notes: Findings) -> None:
        if not given.state.records(t.Arrival):
            notes.add(code, [0], size=given.state.size, how="unseen")

    @another.contest_rule
    def contests(state: ElectionState, contest: str, table: SheetTable, notes: Findings) -> None:
        seen.append(contest)

    state = honest().state()
    (finding,) = found(state, code)
    assert finding.sentence("en") == f"{state.size} entries came unseen."
    assert seen == [contest.code for contest in state.contests]


def test_a_family_code_or_word_is_given_once(another: Family) -> None:
    with pytest.raises(ValueError, match="the family night is there already"):
        Family("night")
    with pytest.raises(ValueError, match="the finding late-key is there already"):
        another.finding("late-key", NOTE, "a | b.")
    with pytest.raises(ValueError, match="out-of-order has words for charter already"):
        another.words("out-of-order", "what", {"charter": "charter"})


# --- what a finding says ---


def test_sentences_name_what_they_speak_of() -> None:
    day = honest()
    day.sheet("machine/1", "n1.01", (5, 4, 3, 1))
    head = p.LogHead(ORIGIN, len(day.log), b"\0" * 32)
    bulletin = t.Bulletin(1, Basis.REPORTED, head, (0, 0, 0), (3, 0), None, 0)
    day.say(bulletin, "authority/1", "presidente")
    for finding in day.state().findings:
        for language in LANGUAGES:
            sentence = finding.sentence(language)
            assert "{" not in sentence
            assert "presidente" in sentence
    assert "ballots that are not valid" in found(day.state(), "bulletin-mismatch")[0].sentence("en")
    assert "votos no válidos" in found(day.state(), "bulletin-mismatch")[0].sentence("es")


def test_what_a_finding_does_not_have_is_shown_as_a_dash() -> None:
    assert Finding(DUPLICATE, ()).sentence("en").count(UNKNOWN) >= 2
    with pytest.raises(KeyError):
        Finding(DUPLICATE, ()).sentence("tlh")


def test_a_reason_is_for_reading_and_is_compared_nowhere() -> None:
    day = Day()
    day.log.append(b"\xd2\x84")
    state = day.state()
    (finding,) = state.findings
    assert (finding.code, finding.values) == ("bad-record", ())
    assert finding.reason
    assert finding.reason.encode() not in canonical(state)


def test_thousands_of_equal_findings_stay_few() -> None:
    notes = Findings()
    for entry in range(MOST_ENTRIES + 500):
        notes.add(DUPLICATE, [entry], contest="presidente", first=0)
    notes.count_only(DUPLICATE, "presidente", 7, range(9_000, 9_007))
    findings = notes.sorted()
    assert len(findings) == MOST_ENTRIES + 1
    rest = next(finding for finding in findings if finding.count > 1)
    assert (rest.count, rest.values) == (507, (("more", "507"),))
    assert "507" in rest.sentence("es")


@pytest.mark.parametrize("language", languages())
@pytest.mark.parametrize("code", ROWS)
def test_a_sentence_is_right_of_one_and_of_many(language: str, code: str) -> None:
    """A figure is never before the word that it counts; its digits are grouped."""
    row = ROWS[code]
    figures = [name for _, name, _, _ in Formatter().parse(row.english_sentence) if name in FIGURES]
    for number in (1, 2, 25_073):
        values = tuple((name, str(number)) for name in figures if name != "count")
        said = Finding(code, (7,), "N1.01", "presidencia", "N", values, number).sentence(language)
        written = whole(number, language)
        assert said.count(written) >= len(figures) if figures else True
        counted = re.findall(rf"(?<![\w.,]){re.escape(written)} (\w+)", said)
        assert set(counted) <= {"s", "differ", "difieren"}, said


@pytest.mark.parametrize(("number", "spanish"), [(1, "1"), (2, "2"), (25_073, "25.073")])
def test_what_goes_beyond_is_said_of_one_and_of_many(number: int, spanish: str) -> None:
    beyond = Finding(DUPLICATE, (7,), values=((MORE, "1"),), count=number)
    assert beyond.sentence("en") == f"Said again: Further cases: {number:,}."
    assert beyond.sentence("es") == f"Dicho otra vez: Otros casos: {spanish}."


def test_every_value_that_is_a_number_is_written_as_one() -> None:
    """Of the examples: what is a figure, and not the number of an entry or a bulletin."""
    named = {name for row in ROWS.values() for _, name, _, _ in Formatter().parse(row.english_sentence)}
    assert named > FIGURES
