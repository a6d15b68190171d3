"""Verifying with processes that began ahead says what verifying alone says."""

import os
import re
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from escrutinio.base.cores import FEWER
from escrutinio.core.records.codes import Role
from escrutinio.core.records.parts import EnrolledKey
from escrutinio.core.records.possession import enrolled
from escrutinio.core.records.types import Enrolment
from escrutinio.core.verification.ahead import begun, signatures_ahead
from escrutinio.core.verification.checks import Answer, Check, Outcome
from escrutinio.core.verification.publication import Verification, verify_publication
from tests.core.election.build import ROOT, Day, key
from tests.core.verification.lab import long_day, publish

HELPED = sys.platform == "linux" and len(os.sched_getaffinity(0)) > 1


@pytest.fixture(autouse=True)
def _all_cores(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(FEWER)


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


@pytest.mark.skipif(not HELPED, reason="one core, or no processes that are forked: nobody helps")
def test_what_began_before_is_found_at_work_once_and_ended(tmp_path: Path) -> None:
    publish(tmp_path / "one", long_day())
    publish(tmp_path / "other", long_day())
    one, other = str(tmp_path / "one"), str(tmp_path / "other")
    with begun(one, fewest=1):
        with signatures_ahead(other, fewest=1) as ahead:
            assert ahead is not None
            helpers = {*ahead.helpers}
        with signatures_ahead(one) as ahead:  # that it is long enough was said before
            assert ahead is not None
            assert helpers.isdisjoint(ahead.helpers)
            helpers = {*ahead.helpers}
        with signatures_ahead(one) as again:
            assert again is None
    with begun(one, fewest=1):
        pass
    for helper in (*helpers, *ahead.helpers):
        with pytest.raises(ProcessLookupError):
            os.kill(helper, 0)
    with signatures_ahead(one) as after:
        assert after is None


def test_nothing_begins_where_there_is_nothing_to_verify(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    for where in (None, str(tmp_path / "nowhere"), str(tmp_path / "file"), "", "http://127.0.0.1:9", "\0"):
        with begun(where, fewest=1), signatures_ahead(tmp_path) as ahead:
            assert ahead is None


def enrolling_day(wrong: Callable[[EnrolledKey], EnrolledKey]) -> Day:
    """A long day before which two records enrol a dozen machines each, with another of them in the second."""
    day = long_day(20)
    keys = [day.held(f"machine/{number}", Role.MACHINE, ("n1.01",)) for number in range(10, 34)]
    keys[17] = wrong(keys[17])
    for start in (0, 12):
        day.say(Enrolment(tuple(keys[start : start + 12])), ROOT, "election")
    for number in range(10, 34):
        day.sheet(f"machine/{number}", "n1.01", (number, 4, 3, 2))
    return day


TAMPERED: dict[str, tuple[Callable[[EnrolledKey], EnrolledKey], bool]] = {
    "nothing": (lambda held: held, True),
    "a bit of a proof": (
        lambda held: replace(held, proof=held.proof[:-9] + bytes([held.proof[-9] ^ 1]) + held.proof[-8:]),
        False,
    ),
    "a key": (lambda held: replace(held, public_key=key("machine/1").public_key), False),
    "a name": (lambda held: replace(held, name=held.name + "1"), False),
    "a code": (lambda held: replace(held, scope=("n1.02",)), False),
    "an election": (
        lambda held: enrolled(key(held.name), bytes(32), held.name, held.role, scope=held.scope),
        False,
    ),
}


@pytest.mark.parametrize("what", TAMPERED)
def test_a_proof_that_is_of_something_else_is_found_with_help_and_alone(what: str, tmp_path: Path) -> None:
    wrong, holds = TAMPERED[what]
    day = enrolling_day(wrong)
    trust = publish(tmp_path, day)
    alone = verify_publication(tmp_path, trust=trust)
    with signatures_ahead(tmp_path, fewest=1) as ahead:
        while ahead is not None and ahead.listen(wait=True):
            pass
        helped = verify_publication(tmp_path, trust=trust, ahead=ahead)
    assert answers(helped) == answers(alone)
    assert helped.state is not None
    assert alone.state is not None
    assert helped.state.findings == alone.state.findings
    assert ("bad-signature" not in {each.code for each in alone.state.findings}) is holds


@pytest.mark.skipif(not HELPED, reason="one core, or no processes that are forked: nobody helps")
@pytest.mark.parametrize("what", ["nothing", "a bit of a proof"])
def test_the_command_says_the_same_with_it_and_without(what: str, tmp_path: Path) -> None:
    publish(tmp_path, enrolling_day(TAMPERED[what][0]))
    at_once = "from functools import partial; import escrutinio.__main__ as m"
    at_once += "; m.begun = partial(m.begun, fewest=1); m.run()"
    environment = {**os.environ, "ESCRUTINIO_STATE": str(tmp_path / "state")}
    said = [
        subprocess.run(
            [sys.executable, "-c", at_once, "verify", *arguments, "--only-log"],
            capture_output=True,
            stdin=stdin,
            env=environment,
        )
        for arguments in (["--json", str(tmp_path)], [str(tmp_path), "--json"])
        for stdin in (subprocess.DEVNULL, None)
    ]
    assert {each.returncode for each in said} == {4 if TAMPERED[what][1] else 1}
    assert len({re.sub(rb'"seconds": [0-9.e-]+', b"", each.stdout) for each in said}) == 1
    refused = [sys.executable, "-c", at_once, "verify", str(tmp_path), "--no-such-option"]
    assert subprocess.run(refused, capture_output=True, env=environment).returncode == 2
