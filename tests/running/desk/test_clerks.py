"""Clerks in roles: two type a picture without seeing each other, and a third decides where they differ."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest
from PIL import Image

from escrutinio.base.errors import InputError
from escrutinio.running.desk.transcription.desk import PENDING, RESULT, Desk, Waiting
from escrutinio.running.desk.transcription.tasks import (
    Part,
    Stage,
    Task,
    Typed,
    Typing,
    may_begin,
    next_for,
    tasks_of,
)
from escrutinio.running.workspace.collection.inputs import Transcribed

A, B, THIRD = Part.CLERK_A, Part.CLERK_B, Part.DECIDER


def typing(
    part: Part, typist: str, null: int, *, contest: str = "x", more: bool = False, image: str = "p"
) -> Typing:
    said = Typed(station="N.1", contest=contest, counts=(1, 2), classes=(null, 0), voters=3, supplement=1)
    reason = "words" if part is THIRD else ""
    return Typing(image=image, typist=typist, typed=said, part=part, reason=reason, more=more)


def task(*typings: Typing) -> Task:
    return tasks_of(["p"], typings)["p"]


def test_two_who_agree_finish_a_picture_and_nobody_decides() -> None:
    done = task(typing(A, "a1", 1), typing(B, "b1", 1))
    assert done.stage is Stage.DONE
    assert done.decision("x") is None
    assert not may_begin(done, "d1", THIRD)


def test_a_third_decides_where_two_differ_whatever_either_said() -> None:
    differs = task(typing(A, "a1", 1), typing(B, "b1", 2))
    assert differs.stage is Stage.DIFFERS
    assert may_begin(differs, "d1", THIRD)
    for null in (1, 2, 3):
        decided = task(typing(A, "a1", 1), typing(B, "b1", 2), typing(THIRD, "d1", null))
        assert decided.stage is Stage.DONE
        assert [one.classes for one, _ in decided.sheets()] == [(null, 0)]


@pytest.mark.parametrize("part", [A, B, THIRD])
def test_a_clerk_has_one_role_in_a_picture(part: Part) -> None:
    begun = task(typing(A, "a1", 1))
    assert may_begin(begun, "a1", part) is (part is A)
    both = task(typing(A, "a1", 1), typing(B, "b1", 2))
    assert may_begin(both, "a1", part) is (part is A)
    # A typing that may not be is left out, wherever it came from.
    assert task(typing(A, "a1", 1), typing(part, "a1", 2, contest="y")).parts == {A: "a1"}


def test_a_role_in_a_picture_is_one_persons() -> None:
    begun = task(typing(A, "a1", 1, more=True))
    assert not may_begin(begun, "a2", A)
    assert may_begin(begun, "b1", B)
    decided = task(typing(A, "a1", 1), typing(B, "b1", 2), typing(THIRD, "d1", 2, more=True))
    assert not may_begin(decided, "d2", THIRD)
    assert not may_begin(decided, "b1", THIRD)
    assert may_begin(decided, "d1", THIRD)


def test_nobody_decides_before_both_have_finished() -> None:
    assert not may_begin(task(typing(A, "a1", 1)), "d1", THIRD)
    assert not may_begin(task(typing(A, "a1", 1), typing(B, "b1", 2, more=True)), "d1", THIRD)


def test_peers_and_clerks_do_not_mix() -> None:
    peer = Typing(image="p", typist="t1", typed=Typed(illegible=True))
    assert not may_begin(task(typing(A, "a1", 1)), "t1", Part.PEER)
    assert not may_begin(task(peer), "a1", A)


def test_who_decides_says_what_is_not_there_by_leaving_it_out() -> None:
    extra = typing(B, "b1", 1, contest="y")
    both = (typing(A, "a1", 1), typing(B, "b1", 2, more=True), extra)
    assert task(*both).open_contests() == ("x", "y")
    decided = task(*both, typing(THIRD, "d1", 2))
    assert decided.stage is Stage.DONE
    assert [one.contest for one, _ in decided.sheets()] == ["x"]


def test_a_contest_on_which_both_agree_needs_no_decision() -> None:
    both = [typing(A, "a1", 1, more=True), typing(B, "b1", 1, more=True)]
    both += [typing(A, "a1", 1, contest="y"), typing(B, "b1", 2, contest="y")]
    decided = task(*both, typing(THIRD, "d1", 2, contest="y"))
    assert decided.open_contests() == ()
    assert {one.contest: one.classes for one, _ in decided.sheets()} == {"x": (1, 0), "y": (2, 0)}
    assert (decided.decision("x"), decided.decision("y") is None) == (None, False)


def test_who_types_next_is_by_role() -> None:
    tasks = tasks_of(["p", "q"], [typing(A, "a1", 1), typing(B, "b1", 2)])
    for typist, part, name in (("a1", A, "q"), ("b2", B, "q"), ("d1", THIRD, "p"), ("b1", THIRD, None)):
        found = next_for(typist, tasks, part=part)
        assert (None if found is None else found.name) == name, (typist, part)


# --- the desk ---


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    folder = tmp_path / "photos"
    folder.mkdir()
    Image.new("RGB", (60, 80), (250, 250, 200)).save(folder / "a.png")
    return Desk(folder, tmp_path / "typed", clerks=True)


def test_a_desk_of_clerks_says_what_is_done_how_and_what_waits(desk: Desk) -> None:
    [name] = desk.pictures
    desk.record(typing(A, "a1", 1, image=name))
    assert desk.next_for("t1") is None  # nobody types here without a role
    with pytest.raises(InputError):
        desk.record(Typing(image=name, typist="t1", typed=Typed(illegible=True)))
    desk.record(typing(B, "b1", 2, image=name))
    result, pending = desk.directory / RESULT, desk.directory / PENDING
    assert msgspec.json.Decoder(Waiting).decode_lines(pending.read_bytes()) == [
        Waiting(station="N.1", contest="x", image=name, page=1)
    ]
    assert result.read_bytes() == b""
    with pytest.raises(InputError):  # a clerk is no third
        desk.record(typing(THIRD, "a1", 2, image=name))
    desk.record(typing(THIRD, "d1", 2, image=name))
    [done] = msgspec.json.Decoder(Transcribed).decode_lines(result.read_bytes())
    assert (done.status, done.decided, done.typists) == ("third-decided", "words", ("a1", "b1", "d1"))
    assert (done.voters, done.supplement) == (3, 1)
    assert pending.read_bytes() == b""


def test_two_stations_for_one_picture_wait_without_a_name(desk: Desk) -> None:
    [name] = desk.pictures
    desk.record(typing(A, "a1", 1, image=name))
    other = typing(B, "b1", 1, image=name)
    desk.record(msgspec.structs.replace(other, typed=msgspec.structs.replace(other.typed, station="N.2")))
    assert desk.tasks()[name].stage is Stage.DIFFERS
    assert (desk.directory / PENDING).read_bytes() == b""
