"""Records of types that this program does not know: what they are, and what they leave as it was."""

from __future__ import annotations

import json
from typing import Any

import pytest

from escrutinio.core.election.fold import Fold
from escrutinio.core.election.state import ElectionState
from escrutinio.core.records.entry import UNREAD, UnknownTypeError, open_record
from tests.core.election import make_unknown_types
from tests.core.election.build import Day, codes, counts_at, honest, machines
from tests.core.election.make_unknown_types import LOWEST
from tests.paths import VECTORS
from tests.reference.canonical import canonical

FILE = VECTORS / "unknown-types.json"
CASES: dict[str, Any] = json.loads(FILE.read_text(encoding="utf-8"))
ENTRIES: list[dict[str, Any]] = CASES["entries"]


def fold_vectors() -> ElectionState:
    attachments = {bytes.fromhex(name): bytes.fromhex(text) for name, text in CASES["attachments"].items()}
    folding = Fold(attachments.get)
    folding.add(bytes.fromhex(entry["record"]) for entry in ENTRIES)
    return folding.state()


def test_the_vectors_are_those_that_the_code_makes() -> None:
    made = make_unknown_types.text()
    command = "python -m tests.core.election.make_unknown_types > docs/vectors/unknown-types.json"
    assert made == FILE.read_text(encoding="utf-8"), command


def test_each_entry_of_the_vectors_is_what_they_say() -> None:
    state = fold_vectors()
    answers = dict.fromkeys(range(state.size), "read")
    answers |= {index: "not-judged" for index, _ in state.unknown_types}
    answers |= {index: "unread" for index, _ in state.unread}
    for finding in state.findings:
        if finding.code in ("bad-record", "bad-signature", "unknown-key"):
            answers |= dict.fromkeys(finding.entries, finding.code)
    assert list(answers.values()) == [entry["answer"] for entry in ENTRIES]


def test_an_unread_record_changes_nothing_but_that_it_is_counted() -> None:
    day, more = honest(), honest()
    at = more.say_plain(200, [[9, 9, 9, 9]], "machine/1", "n1.01/presidente")
    state, unread = day.state(), more.state()
    assert (unread.unread, unread.unknown_types) == (((at, 200),), ())
    assert codes(unread) == codes(state)
    assert counts_at(unread, "n1.01") == counts_at(state, "n1.01") is not None
    assert len(unread.controls) == len(state.controls)
    assert canonical(unread) != canonical(state)


@pytest.mark.parametrize("code", [0, LOWEST, UNREAD - 1])
def test_an_unknown_type_that_may_change_totals_stands_in_the_state_and_is_no_fault(code: int) -> None:
    day = machines(Day())
    at = day.say_plain(code, [], "authority/1", "election")
    state = day.state()
    assert (state.unknown_types, state.unread) == (((at, code),), ())
    assert not {"bad-record", "bad-signature", "unknown-key"} & set(codes(state))


def test_what_is_unknown_is_the_same_however_the_log_is_cut() -> None:
    day = honest()
    for code in (LOWEST + 1, 200, LOWEST, 300):
        day.say_plain(code, [], "authority/1", "election")
    whole, parts = day.fold().state(), day.fold(cuts=(3, 7, len(day.log) - 2)).state()
    assert canonical(whole) == canonical(parts)
    assert [code for _, code in whole.unread] == [200, 300]
    assert [code for _, code in whole.unknown_types] == [LOWEST + 1, LOWEST]


@pytest.mark.parametrize("code", [LOWEST, 200])
def test_a_log_admits_only_types_that_its_writer_knows(code: int) -> None:
    day = machines(Day())
    day.say_plain(code, [], "authority/1", "election")
    raw = day.log.pop()
    (refusal,) = day.fold().admission().judge([raw])
    assert refusal is not None
    assert refusal.code == "unknown-type"
    assert f"The record is of type {code}, which this program does not know" in str(refusal.why)


def test_opening_one_says_its_type_and_election() -> None:
    day = Day()
    day.say_plain(LOWEST, [], "authority/1", "election")
    with pytest.raises(UnknownTypeError) as caught:
        open_record(day.log[-1])
    assert (caught.value.type, caught.value.election) == (LOWEST, day.election)


def test_an_unknown_type_is_no_definition_and_no_charter() -> None:
    day = Day(charter=False)
    day.say_plain(LOWEST, [], "authority/root", "election")
    state = day.state()
    assert state.charter is None
    assert state.unknown_types == ()
    assert "unknown-key" in codes(state)
