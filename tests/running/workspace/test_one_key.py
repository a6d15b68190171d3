"""Nothing that one enrolled key signs stops anything: a sentence or finding comes of it, never an exception.

Every record type at every end of every field, of subjects that exist and of some that do not, is admitted and
then published, verified, shown, and put to every question that a reader may ask.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from hashlib import sha256
from pathlib import Path
from zipfile import ZipFile

import pytest
from click.testing import Result

from escrutinio.core.records import parts as p
from escrutinio.core.records import types as t
from escrutinio.core.verification.checks import Check
from escrutinio.core.verification.publication import Verification, verify_publication
from tests.cli.running import in_process
from tests.core.election.build import STATIONS, Day, attachment
from tests.core.election.test_bounds import CASES as BEYOND
from tests.running.workspace.one_key import (
    KINDS,
    SAID,
    Case,
    OneKey,
    cases,
    commands,
    day_of,
    is_at_hand,
    publish_whole,
    signer,
)

MISSING = frozenset({Check.ATTACHMENTS})
"""The check that a file which nobody published fails."""


def stopped(said: Sequence[Case], out: Path) -> str:
    """What of all this stops on a log that took these records; empty where nothing does."""
    day = day_of(said)
    try:
        state = day.state()
        trust = publish_whole(out, day, state)
        found = verify_publication(out, trust=trust)
    except Exception as error:
        return f"{type(error).__name__}: {error}"
    return _failed(found)


def _failed(found: Verification) -> str:
    return "; ".join(
        f"{answer.check.code}: {answer.failures[0].sentence('en')}"
        for answer in found.answers
        if answer.failures and answer.check not in MISSING
    )


def _within(directory: Path, said: Sequence[Case]) -> str:
    return stopped(said, directory / sha256(repr(said).encode()).hexdigest()[:16])


def culprits(said: Sequence[Case], stops: Callable[[Sequence[Case]], str]) -> list[str]:
    """The records each of which stops it alone, found by halves; all of them where none does alone."""
    if not stops(said):
        return []
    if len(said) == 1:
        return [f"{said[0].what}: {stops(said)}"]
    half = len(said) // 2
    found = [*culprits(said[:half], stops), *culprits(said[half:], stops)]
    return found or [f"together: {stops(said)}: {[case.what for case in said][:5]}"]


ALL = [case for kind in KINDS for case in cases(kind)]


def test_every_type_has_its_extremes_and_a_key_that_may_sign_it() -> None:
    said = {type(case.body) for case in ALL}
    assert set(t.BY_CODE.values()) - said == {t.Definition, t.Charter, t.Revocation}
    assert len(ALL) > 1_000


@pytest.mark.parametrize("one_in", [16, pytest.param(1, marks=pytest.mark.slow)])
def test_a_log_with_all_of_them_is_published_and_verifies(one_in: int, tmp_path: Path) -> None:
    why = stopped(ALL[::one_in], tmp_path / "all")
    if why:  # then by type, and in a type by halves
        for number, kind in enumerate(KINDS):
            said = list(cases(kind))
            assert culprits(said, partial(_within, tmp_path / f"{number}")) == []
    assert why == ""


ALONE = [case for case in ALL if isinstance(case.body, t.Claim | t.Bulletin | t.Roll | t.StationChange)]
"""Records of which one can hide another: each is tried alone."""


@pytest.mark.parametrize(
    "part",
    [pytest.param(part, marks=pytest.mark.long if part % 2 else pytest.mark.slow) for part in range(4)],
)
def test_each_that_another_may_hide_is_tried_alone(part: int, tmp_path: Path) -> None:
    wrong = {}
    for number, case in enumerate(ALONE[part::4]):
        why = stopped([case], tmp_path / f"{number}")
        if why:
            wrong[case.what] = why
    assert wrong == {}


@pytest.mark.parametrize(
    "part",
    [pytest.param(part, marks=pytest.mark.long if part % 3 else pytest.mark.slow) for part in range(6)],
)
def test_every_question_about_such_a_log_has_an_answer(part: int, tmp_path: Path) -> None:
    kinds, empty = KINDS[part::6], OneKey()
    day = day_of(case for kind in kinds for case in cases(kind) if is_at_hand(case, empty))
    publish_whole(tmp_path / "public", day, day.state())
    (tmp_path / "out").mkdir()
    for asked in commands(tmp_path / "public", tmp_path / "out", {signer(kind) for kind in kinds}):
        done = in_process(*asked)
        assert answered(done), (asked, done.exception, done.stderr)


def answered(done: Result) -> bool:
    """Whether it answered, or said in a sentence what is not there to be answered."""
    if done.exception is not None and not isinstance(done.exception, SystemExit):
        return False
    return done.exit_code == 0 or (done.exit_code == 2 and _says_why(done.stderr))


_WHY = (
    "nothing in the log at",
    "no box is reported yet",
    "has no such commitment to an audit",
    "has several sheets, choose one",
    "the election has no sheets",
    "fewer than two of the accounts",
    "no sheet counts in the contest",
    "every sheet that counts has more than",
    "that counts for",
)
"""What is said where there is nothing to answer about."""


def _says_why(text: str) -> bool:
    return any(why in text.lower() for why in _WHY)


def test_one_announcement_leaves_the_sheets_their_answer(tmp_path: Path) -> None:
    day = OneKey()
    rows = (p.Announced("ana", 5, "most"), p.Announced("ana", 6, "51.2"))
    title = (p.Title("en", "Somebody"),)
    odd = t.Claim("odd", title, "2030-12-01", rows[:1], None, None, None, 1, "120", "x", (), None)
    for claim in (odd, replace(odd, code="twice", rows=rows), replace(odd, code="fine", rows=rows[1:])):
        assert day.take(Case(claim.code, claim, "presidente"))
    publish_whole(tmp_path, day, day.state())
    claims = in_process("claims", tmp_path, "--contest", "presidente")
    assert claims.exit_code == 0, claims.stderr
    for code in ("== odd", "== twice", "== fine", "'most'", "names a candidate twice"):
        assert code in claims.stdout
    certain = in_process("irreversibility", tmp_path, "--contest", "presidente")
    assert certain.exit_code == 0, certain.stderr


def test_a_sheet_of_another_number_of_counts_is_in_the_dossier_of_its_station(tmp_path: Path) -> None:
    day: Day = OneKey()
    at = day.copy("party/azul/1", "n1.01", (1, 2))
    publish_whole(tmp_path / "public", day, day.state())
    asked = ("dossier", "n1.01", "--log", tmp_path / "public", "-o", tmp_path / "n.zip")
    done = in_process(*asked)
    assert done.exit_code == 0, done.stderr
    with ZipFile(tmp_path / "n.zip") as packed:
        names = packed.namelist()
    assert f"records/{at:07}-copy.cose" in names
    assert f"sheets/{at:07}-copy.pdf" not in names


def test_one_file_that_records_call_of_two_types_is_packed_once(tmp_path: Path) -> None:
    day = OneKey()
    for media_type in ("text/csv", "text/plain"):
        roll = t.Roll(replace(attachment(STATIONS), media_type=media_type), None, (), "2030-11-01")
        assert day.take(Case(media_type, roll, "election"))
        report = t.ObservationReport(bytes(32), replace(attachment(SAID), media_type=media_type))
        assert day.take(Case(media_type, report, "station/n1.01"))
    publish_whole(tmp_path / "public", day, day.state())
    for asked in (("extract", "norte"), ("dossier", "n1.01")):
        packed = tmp_path / f"{asked[0]}.zip"
        done = in_process(*asked, "--log", tmp_path / "public", "-o", packed)
        assert done.exit_code == 0, done.exception or done.stderr
        with ZipFile(packed) as file:
            assert len(set(file.namelist())) == len(file.namelist())


def test_what_was_admitted_before_there_were_bounds_stops_nothing(tmp_path: Path) -> None:
    day = OneKey()
    beyond = [case(day) for case in BEYOND.values()]
    assert day.admission.judge([day.log[beyond[0]]])[0] is not None
    trust = publish_whole(tmp_path / "public", day, day.state())
    found = verify_publication(tmp_path / "public", trust=trust)
    assert found.authenticated, _failed(found)
    for index in beyond:
        done = in_process("show", index, "--log", tmp_path / "public")
        assert done.exit_code == 0, done.stderr
        assert "WITHOUT EFFECT" in done.stdout.upper()
    listed = in_process("show", "machine/1", "--log", tmp_path / "public", "--json")
    assert listed.exit_code == 0
