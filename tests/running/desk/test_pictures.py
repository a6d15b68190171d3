"""Pictures that show several sheets, or none, and pages of files."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import msgspec
import pytest
from PIL import Image

from escrutinio.base.errors import InputError
from escrutinio.core.election.state import ElectionState
from escrutinio.running.desk.sessions import Use
from escrutinio.running.desk.transcription.desk import JOURNAL, RESULT, Desk
from escrutinio.running.desk.transcription.tasks import Stage, Typed, Typing, next_for, tasks_of
from escrutinio.running.workspace.collection.inputs import Transcribed
from tests.publication.small import small_state
from tests.running.desk.serving import served
from tests.running.desk.test_tasks import typed
from tests.running.desk.test_transcription import filled, form_for, post, sessions_of


@pytest.fixture(scope="module")
def state() -> ElectionState:
    return small_state()


def empty(image: str, typist: str) -> Typing:
    return Typing(image=image, typist=typist, typed=Typed(empty=True))


# --- several sheets on a picture ---


def test_each_contest_of_a_picture_is_a_sheet() -> None:
    both = [typed("a", who, contest=each, more=each == "x") for who in ("t1", "t2") for each in "xy"]
    half, whole = tasks_of(["a"], both[:3])["a"], tasks_of(["a"], both)["a"]
    assert (half.stage, [one.contest for one, _ in half.sheets()]) == (Stage.OPEN, ["x"])
    assert next_for("t2", {"a": half}) == half  # who saved one sheet goes on with the picture
    assert (whole.stage, [one.contest for one, _ in whole.sheets()]) == (Stage.DONE, ["x", "y"])


def test_a_contest_that_one_of_two_saw_goes_to_a_third() -> None:
    two = [typed("a", "t1", more=True), typed("a", "t1", contest="y"), typed("a", "t2")]
    task = tasks_of(["a"], two)["a"]
    assert (task.stage, task.open_contests()) == (Stage.DIFFERS, ("y",))
    assert task.differing("y") == {"contest"}
    without = tasks_of(["a"], [*two, typed("a", "t3")])["a"]
    assert (without.stage, [one.contest for one, _ in without.sheets()]) == (Stage.DONE, ["x"])
    seen = tasks_of(["a"], [*two, typed("a", "t3", contest="y")])["a"]
    assert (seen.stage, [one.contest for one, _ in seen.sheets()]) == (Stage.DONE, ["x", "y"])


def test_three_who_see_three_contests_have_settled_nothing() -> None:
    task = tasks_of(["a"], [typed("a", f"t{each}", contest=each) for each in "xyz"])["a"]
    assert (task.stage, task.sheets()) == (Stage.DIFFERS, [])


def test_two_who_see_no_sheet_close_a_picture_and_one_does_not() -> None:
    assert tasks_of(["a"], [empty("a", "t1"), empty("a", "t2")])["a"].stage is Stage.EMPTY
    one = tasks_of(["a"], [empty("a", "t1"), typed("a", "t2")])["a"]
    assert (one.stage, one.sheets()) == (Stage.DIFFERS, [])
    assert tasks_of(["a"], [*one.typings, typed("a", "t3")])["a"].stage is Stage.DONE


def test_no_other_sheet_is_said_after_the_first_one() -> None:
    said = [typed("a", "t1", more=True), empty("a", "t1"), typed("a", "t2")]
    assert tasks_of(["a"], said)["a"].stage is Stage.DONE
    # After that the person has nothing to add.
    assert len(tasks_of(["a"], [*said, typed("a", "t1", contest="y")])["a"].typings) == 3


def test_pages_of_pdf_and_tiff_files_are_pictures(state: ElectionState, tmp_path: Path) -> None:
    pages = [Image.new("RGB", (60, 80), (250, 250, shade)) for shade in (10, 20, 30)]
    folder, out = tmp_path / "forms", tmp_path / "forms" / "typed"
    folder.mkdir()
    pages[0].save(folder / "form", "PDF", save_all=True, append_images=pages[1:])
    pages[0].copy().save(folder / "fax.tif", save_all=True, append_images=[pages[1].copy()])
    (folder / "notes.txt").write_text("no picture")
    all_of_them = Desk(folder, out)
    assert sorted((one.path.name, one.page) for one in all_of_them.pictures.values()) == [
        ("fax.tif", 1), ("fax.tif", 2), ("form", 1), ("form", 2), ("form", 3),
    ]  # fmt: skip
    assert {Path(path).name for path in all_of_them.unreadable} == {"notes.txt"}
    all_of_them.close()
    one = Desk(folder, out, {Path("form"): frozenset({3})})
    [name] = one.pictures
    sessions = sessions_of(one)
    with served(form_for(one, state, sessions)) as client:
        for label in ("t1", "t2"):
            assert post(client, "/enter", key=sessions.hand_out(label, Use.TYPIST, 60)) == 303
            assert client.get(f"/transcription/picture/{name}").headers["content-type"] == "image/jpeg"
            assert post(client, "/transcription/type", image=name, **filled(state)) == 303
    result = msgspec.json.decode((out / RESULT).read_bytes(), type=Transcribed)
    assert (result.source, result.page, result.image) == ("form", 3, name.partition("-")[0])


def test_many_who_save_at_the_same_moment_lose_nothing_and_nobody_counts_twice(tmp_path: Path) -> None:
    Image.new("L", (9, 9)).save(tmp_path / "a.png")
    desk = Desk(tmp_path, tmp_path / "typed")
    [name] = desk.pictures

    def save(number: int) -> bool:
        try:
            desk.record(typed(name, f"t{number % 4}", number % 4 // 2))
        except InputError:
            return False
        return True

    with ThreadPoolExecutor(8) as threads:
        saved = list(threads.map(save, range(32)))
    assert saved.count(True) == 4
    lines = (desk.directory / JOURNAL).read_bytes().splitlines()
    assert len({msgspec.json.decode(line, type=Typing).typist for line in lines}) == len(lines) == 4
    assert len((desk.directory / RESULT).read_bytes().splitlines()) == 1
    desk.close()
    assert len(Desk(tmp_path, tmp_path / "typed").tasks()[name].typings) == 4
