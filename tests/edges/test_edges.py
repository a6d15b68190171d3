"""The vectors of edges, as this implementation answers them."""

from __future__ import annotations

import json
from typing import Any

import pytest

from escrutinio.base.errors import LogError
from escrutinio.core.log.proofs import parse_proof
from escrutinio.core.log.trust import parse_trust
from escrutinio.core.verification.checks import Outcome
from tests.edges import make_edges
from tests.paths import VECTORS

FILE = VECTORS / "edges.json"
CASES: dict[str, list[dict[str, Any]]] = json.loads(FILE.read_text(encoding="utf-8"))


def test_the_vectors_are_those_that_the_code_makes() -> None:
    command = "python -m tests.edges.make_edges > docs/vectors/edges.json"
    assert make_edges.text() == FILE.read_text(encoding="utf-8"), command


@pytest.mark.parametrize("case", CASES["logs"], ids=lambda case: case["name"])
def test_a_log_gets_the_answers_of_its_case(case: dict[str, Any]) -> None:
    files = {path: bytes.fromhex(content) for path, content in case["files"].items()}
    found = make_edges.verified(files, case["unreadable"])
    answers = {str(int(answer.check)): answer for answer in found.answers}
    said = {number: str(answers[number].outcome) for number in case["checks"] if number != "12"}
    assert said == {number: answer for number, answer in case["checks"].items() if number != "12"}, [
        reason for answer in found.answers for reason in (*answer.failures, *answer.unjudged)
    ]
    if case["totals"] is not None:
        assert found.state is not None
        assert make_edges.totals_of(found.state) == case["totals"]
    assert not found.authenticated
    assert found.outcome is not Outcome.HOLDS


@pytest.mark.parametrize("case", CASES["trust_files"], ids=lambda case: case["what"])
def test_a_trust_file_is_read_or_refused(case: dict[str, Any]) -> None:
    assert reads(parse_trust, case) is case["reads"]


@pytest.mark.parametrize("case", CASES["proofs"], ids=lambda case: case["what"])
def test_a_proof_is_read_or_refused(case: dict[str, Any]) -> None:
    assert reads(parse_proof, case) is case["reads"]


def reads(parse: Any, case: dict[str, Any]) -> bool:
    try:
        parse(bytes.fromhex(case["file"]))
    except LogError:
        return False
    return True
