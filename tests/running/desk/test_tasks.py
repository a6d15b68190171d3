"""Who types what of which picture, and numbers in words, without a form around them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from escrutinio.base.words.numerals import in_words
from escrutinio.running.desk.transcription.tasks import Stage, Task, Typed, Typing, next_for, tasks_of
from escrutinio.running.desk.transcription.words import names_number


def typed(
    image: str, typist: str, null: int = 0, *, contest: str = "x", illegible: bool = False, more: bool = False
) -> Typing:
    said = (
        Typed(illegible=True)
        if illegible
        else Typed(station="N.1", contest=contest, counts=(1, 2), classes=(null, 0))
    )
    return Typing(image=image, typist=typist, typed=said, more=more)


# --- numbers in words ---


@given(st.integers(0, 2**32 - 1), st.sampled_from(("es", "en")))
def test_words_name_the_number_that_they_were_made_from(number: int, language: str) -> None:
    assert names_number(in_words(number, language).upper(), number)
    assert not names_number(in_words(number, language), number + 1)


@pytest.mark.parametrize(
    ("words", "number"),
    [("treinta y un", 31), ("ciento veinte  tres", 123), ("VEINTITRES", 23), ("uno dos tres", 123),
     ("one hundred twenty-three", 123), ("cero", 0)],
)  # fmt: skip
def test_words_as_people_write_them(words: str, number: int) -> None:
    assert names_number(words, number)


@pytest.mark.parametrize("words", ["", "dos tres", "cinco mil", "x" * 10_000])
def test_other_words_are_not_the_number(words: str) -> None:
    assert not names_number(words, 5)


# --- who types what ---


def test_two_who_type_the_same_finish_a_picture() -> None:
    task = tasks_of(["a"], [typed("a", "t1"), typed("a", "t2")])["a"]
    assert task.stage is Stage.DONE


def test_one_person_cannot_finish_a_picture_alone() -> None:
    task = tasks_of(["a"], [typed("a", "t1"), typed("a", "t1")])["a"]
    assert task.stage is Stage.OPEN
    assert next_for("t1", {"a": task}) is None
    assert next_for("t2", {"a": task}) == task


def test_a_third_person_decides_where_two_differ() -> None:
    two = [typed("a", "t1", 1), typed("a", "t2", 2)]
    task = tasks_of(["a"], two)["a"]
    assert (task.stage, task.differing("x")) == (Stage.DIFFERS, frozenset({"classes.0"}))
    decided = tasks_of(["a"], [*two, typed("a", "t3", 2)])["a"]
    assert decided.stage is Stage.DONE
    assert [pair[0].classes for pair in decided.sheets()] == [(2, 0)]


def test_five_who_differ_leave_it_to_the_organisation() -> None:
    task = tasks_of(["a"], [typed("a", f"t{number}", number) for number in range(5)])["a"]
    assert task.stage is Stage.LEFT
    assert next_for("t9", {"a": task}) is None


def test_what_differs_comes_before_what_nobody_typed() -> None:
    tasks = tasks_of(["a", "b", "c"], [typed("b", "t1", 1), typed("b", "t2", 2), typed("c", "t1")])
    assert [next_for("t3", tasks), next_for("t3", tasks, ["b"])] == [tasks["b"], tasks["c"]]


def test_two_who_cannot_read_it_close_it() -> None:
    task = tasks_of(["a"], [typed("a", "t1", illegible=True), typed("a", "t2", illegible=True)])["a"]
    assert task.stage is Stage.ILLEGIBLE


@given(st.lists(st.tuples(st.sampled_from("pqrstu"), st.integers(0, 2)), max_size=8))
def test_nothing_is_done_that_two_people_did_not_type_alike(rows: list[tuple[str, int]]) -> None:
    task = tasks_of(["a"], [typed("a", who, null) for who, null in rows])["a"]
    first = dict(reversed(rows))
    alike = len(set(first.values())) < len(first)
    assert (task.stage is Stage.DONE) == alike


def test_a_task_without_typings_is_open() -> None:
    assert Task("a").stage is Stage.OPEN
