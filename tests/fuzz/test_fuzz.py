"""The fuzzers run, on a small share of their inputs, and notice what they are there to notice."""

import os
from pathlib import Path
from typing import Any

import pytest

from tests.fuzz import campaign, node
from tests.fuzz.campaign import Tally, Unit, repeat, run, try_unit
from tests.fuzz.mischief import DIES, HANGS, IS_SLOW, IS_WRONG, Mischief
from tests.fuzz.node import Node
from tests.fuzz.subject import Place, Subject, compared
from tests.fuzz.subjects import SUBJECTS

SEED = 1
FEW = {"signatures": 15, "elections": 2, "published": 1, "inputs": 30, "zips": 4, "flips": 4, "kills": 2}
USUAL = 60


def need_node() -> None:
    """Skip where there is no node; fail where everything has to be there."""
    if reason := node.missing():
        if os.environ.get("ESCRUTINIO_REQUIRE_ALL") == "1":
            pytest.fail(reason, pytrace=False)
        pytest.skip(reason)


@pytest.mark.parametrize("name", list(SUBJECTS))
def test_a_few_inputs_of_each_kind(name: str, tmp_path: Path) -> None:
    subject = SUBJECTS[name]
    if subject.needs_node:
        need_node()
    place = Place(tmp_path)
    try:
        tally = try_unit(subject(place), Unit(subject, SEED, 0, FEW.get(name, USUAL)), lambda _: None)
    finally:
        place.close()
    assert [(repeat(name, SEED, number), tried.wrong) for number, tried in tally.wrong] == []
    assert tally.labels.total() == FEW.get(name, USUAL)


def test_an_input_is_made_again_from_seed_and_number(tmp_path: Path) -> None:
    subject = SUBJECTS["records"](Place(tmp_path))
    first = [subject.made(SEED, number) for number in range(20)]
    assert first == [subject.made(SEED, number) for number in range(20)]
    assert first != [subject.made(SEED + 1, number) for number in range(20)]


def test_a_death_a_hang_a_fault_and_a_slow_input_are_each_found_and_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(campaign, "KEPT", tmp_path)
    told: list[Tally] = []

    def done(_: type[Subject[Any]], tally: Tally) -> None:
        told.append(tally)

    assert not run([(Mischief, Mischief.count)], SEED, 2, done)
    (tally,) = told
    assert {number: tried.label for number, tried in tally.wrong} == {
        DIES: "kills the process",
        HANGS: "does not end",
        IS_WRONG: "wrong",
        IS_SLOW: "too slow",
    }
    assert tally.labels["well"] == Mischief.count - 4
    kept = (tmp_path / f"mischief-{SEED}-{IS_WRONG}.txt").read_text()
    assert repeat("mischief", SEED, IS_WRONG) in kept
    assert (tmp_path / f"mischief-{SEED}-{IS_WRONG}.bin").read_bytes() == b"%d" % IS_WRONG


def test_node_that_dies_or_is_silent_is_an_answer_and_is_started_again() -> None:
    need_node()
    modules = Node()
    try:
        answers = modules.ask("test", [{"act": "stay"}, {"act": "die"}, {"act": "stay"}])
        assert [bool(answer.broken) for answer in answers] == [False, True, False]
        assert "silent" in modules.one("test", 1.0, act="hang").broken
        assert modules.one("signature", key="00" * 32, message="", signature="00" * 64).said == {
            "native": False, "bigint": False, "acceptable": False, "valid": False
        }  # fmt: skip
    finally:
        modules.close()


def test_only_the_same_answer_is_agreement() -> None:
    said, refused, broken = node.Answer({"a": 1}), node.Answer(refused="why"), node.Answer(broken="stack")
    assert compared({"a": 1}, said) == ("both accept", "")
    assert compared(None, refused) == ("both refuse", "")
    for mine, theirs in (({"a": 2}, said), (None, said), ({"a": 1}, refused), (None, broken)):
        assert compared(mine, theirs)[1]
