"""Verifying with processes that began ahead says what verifying alone says."""

import sys
from dataclasses import replace
from pathlib import Path

import pytest

from escrutinio.base.cores import cores
from escrutinio.core.verification.ahead import signatures_ahead
from escrutinio.core.verification.checks import Answer, Check, Outcome
from escrutinio.core.verification.publication import Verification, verify_publication
from tests.core.verification.lab import long_day, publish

HELPED = sys.platform == "linux" and cores() > 1


def answers(found: Verification) -> list[Answer]:
    return [replace(answer, seconds=0.0) for answer in found.answers]


def test_the_answers_are_those_that_are_given_alone(tmp_path: Path) -> None:
    day = long_day()
    trust = publish(tmp_path, day)
    bundle = tmp_path / "log/tile/entries/000"
    whole = bundle.read_bytes()
    for altered in (whole, whole[:-1] + bytes((whole[-1] ^ 1,)), whole[:1000]):
        bundle.write_bytes(altered)
        alone = verify_publication(tmp_path, trust=trust)
        with signatures_ahead(tmp_path, fewest=1) as ahead:
            assert (ahead is not None) is HELPED
            assert answers(verify_publication(tmp_path, trust=trust, ahead=ahead)) == answers(alone)
        assert (alone.outcome is Outcome.HOLDS) is (altered is whole)


@pytest.mark.skipif(not HELPED, reason="one core, or no processes that are forked: nobody helps")
def test_a_log_that_is_replaced_between_two_readings(tmp_path: Path) -> None:
    day = long_day()
    trust = publish(tmp_path, day)
    bundle = tmp_path / "log/tile/entries/000"
    whole = bundle.read_bytes()
    with signatures_ahead(tmp_path, fewest=1) as ahead:
        assert ahead is not None
        while ahead.listen(wait=True):
            pass
        bundle.write_bytes(whole[:-1] + bytes((whole[-1] ^ 1,)))
        found = verify_publication(tmp_path, trust=trust, ahead=ahead)
    assert found.answer(Check.SIGNATURES).outcome is Outcome.FAILS


def test_nobody_begins_what_is_no_help(tmp_path: Path) -> None:
    publish(tmp_path / "short", long_day())
    for where in (str(tmp_path / "short"), str(tmp_path / "nowhere"), str(tmp_path), "http://127.0.0.1:9"):
        with signatures_ahead(where) as ahead:
            assert ahead is None
    for note in (b"", b"log\nmany\n", b"log\n-1\n", b"log\n99999999999999\n"):
        (tmp_path / "short/log/checkpoint").write_bytes(note)
        with signatures_ahead(tmp_path / "short", fewest=1) as ahead:
            assert ahead is None
