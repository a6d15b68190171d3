"""Transcription: who types what, what is refused, what two people agree on, and a hostile browser."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import msgspec
import pytest
from PIL import Image
from starlette.applications import Starlette

from escrutinio.base.errors import InputError, LogError
from escrutinio.core.election.state import ElectionState
from escrutinio.running.desk.app import sessions_directory
from escrutinio.running.desk.entrance import Entrance
from escrutinio.running.desk.sessions import SESSIONS, Sessions, Use
from escrutinio.running.desk.transcription.app import application
from escrutinio.running.desk.transcription.checks import check
from escrutinio.running.desk.transcription.desk import JOURNAL, RESULT, Desk, people_directory
from escrutinio.running.desk.transcription.sources import FolderSource
from escrutinio.running.desk.transcription.tasks import Stage
from escrutinio.running.desk.transcription.texts import PROBLEMS
from escrutinio.running.workspace.collection.inputs import Transcribed
from tests.paths import ROOT
from tests.publication.small import small_state
from tests.running.desk.serving import origin, served
from tests.running.desk.test_tasks import typed

CLOCK = 1_900_000_000


def folder_of(desk: Desk) -> Path:
    """The folder of a desk's pictures."""
    assert isinstance(desk.source, FolderSource)
    return desk.source.folder


@pytest.fixture(scope="module")
def state() -> ElectionState:
    return small_state()


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    folder = tmp_path / "photos"
    folder.mkdir()
    for number in range(3):
        Image.new("RGB", (60, 80), (250, 250, 200 + number)).save(folder / f"{number}.png")
    return Desk(folder, tmp_path / "typed")


@pytest.fixture
def sessions(desk: Desk) -> Sessions:
    return sessions_of(desk)


@pytest.fixture
def keys(sessions: Sessions) -> list[str]:
    return [sessions.hand_out(each, Use.TYPIST, 3600) for each in ("t1", "t2")]


@pytest.fixture
def client(desk: Desk, state: ElectionState, sessions: Sessions) -> Iterator[httpx.Client]:
    with served(form_for(desk, state, sessions)) as client:
        yield client


def sessions_of(desk: Desk) -> Sessions:
    return Sessions(people_directory(desk.directory), lambda: CLOCK)


def form_for(desk: Desk, state: ElectionState, sessions: Sessions) -> Starlette:
    return application(desk, state, Entrance(sessions, lambda _: "", lambda: CLOCK))


def post(client: httpx.Client, path: str, *, site: str = "", **fields: str) -> int:
    return client.post(path, data=fields, headers={"origin": site or origin(client)}).status_code


def filled(state: ElectionState, **changes: str) -> dict[str, str]:
    """A form about the first station and contest, as a person fills it in."""
    view = state.contests[0]
    form = {"station": state.roll.stations[0], "contest": view.code, "classes.0": "1", "classes.1": "0"}
    form |= {f"counts.{number}": str(number + 2) for number in range(len(view.options))}
    return form | changes


# --- what is refused at once ---


def test_a_well_filled_form_is_read(state: ElectionState) -> None:
    checked = check(filled(state), state)
    assert checked.problems == ()
    assert checked.typed is not None
    assert checked.typed.counts == tuple(n + 2 for n in range(len(state.contests[0].options)))


@pytest.mark.parametrize(
    ("changes", "field", "code"),
    [
        ({"station": "Z.9"}, "station", "station"),
        ({"contest": "none"}, "contest", "contest"),
        ({"counts.0": ""}, "counts.0", "missing"),
        ({"classes.0": "-1"}, "classes.0", "number"),
        ({"classes.0": "1.5"}, "classes.0", "number"),
        ({"classes.0": "٣"}, "classes.0", "number"),
        ({"classes.0": "99999999999"}, "classes.0", "number"),
        ({"classes.0.words": "dos"}, "classes.0", "words"),
        ({"voters.words": "dos"}, "voters", "missing"),
        ({"voters": "1"}, "voters", "more-votes"),
        ({"registered": "2"}, "registered", "more-voters"),
        ({"ballots": "5000"}, "ballots", "sum"),
    ],
)
def test_what_does_not_fit_is_said_with_its_field(
    state: ElectionState, changes: dict[str, str], field: str, code: str
) -> None:
    checked = check(filled(state, **changes), state)
    assert checked.typed is None
    assert (field, code) in {(one.field, one.code) for one in checked.problems}
    assert code in PROBLEMS


@pytest.mark.parametrize("changes", [{"voters": "1"}, {"registered": "2"}, {"ballots": "5000"}])
def test_what_a_person_confirms_is_taken_as_the_sheet_has_it(
    state: ElectionState, changes: dict[str, str]
) -> None:
    assert check(filled(state, **changes), state).confirmable
    confirmed = check(filled(state, confirmed="1", **changes), state)
    assert confirmed.typed is not None


def test_zeros_only_are_a_zero_report_until_confirmed(state: ElectionState) -> None:
    form = {name: "0" if value.isdigit() else value for name, value in filled(state).items()}
    assert [one.code for one in check(form, state).problems] == ["zero"]
    # That nobody voted is said by zeros too, and is as little believed without a person.
    assert [one.code for one in check(form | {"voters": "0"}, state).problems] == ["zero"]


# --- the form ---


def test_two_people_and_a_result(
    client: httpx.Client, keys: list[str], desk: Desk, state: ElectionState
) -> None:
    for key, label in zip(keys, ("t1", "t2"), strict=True):
        assert post(client, "/enter", key=key) == 303
        image = desk.next_for(label)
        assert image is not None
        assert post(client, "/transcription/type", image=image.name, **filled(state)) == 303
    [line] = (desk.directory / RESULT).read_bytes().splitlines()
    result = msgspec.json.decode(line, type=Transcribed)
    assert result.station == state.roll.stations[0]
    assert result.typists == ("t1", "t2")
    assert result.source in {"0.png", "1.png", "2.png"}


def test_the_second_person_does_not_see_what_the_first_typed(
    client: httpx.Client, keys: list[str], desk: Desk, state: ElectionState
) -> None:
    post(client, "/enter", key=keys[0])
    task = desk.next_for("t1")
    assert task is not None
    seen = filled(state, **{"classes.0": "7654", "confirmed": "1"})
    post(client, "/transcription/type", image=task.name, **seen)
    post(client, "/enter", key=keys[1])
    page = client.get("/transcription").text
    assert task.name in page
    assert "7654" not in page


def test_a_wrong_sum_comes_back_with_what_was_typed(
    client: httpx.Client, keys: list[str], desk: Desk, state: ElectionState
) -> None:
    post(client, "/enter", key=keys[0])
    image = next(iter(desk.pictures))
    answer = client.post(
        "/transcription/type",
        data={"image": image, **filled(state, ballots="4321")},
        headers={"origin": origin(client)},
    )
    assert answer.status_code == 422
    assert 'value="4321"' in answer.text
    assert 'name="confirmed"' in answer.text
    assert not (desk.directory / JOURNAL).exists()


def test_who_cannot_be_saved_is_told_and_keeps_what_was_typed(
    client: httpx.Client, keys: list[str], desk: Desk, state: ElectionState
) -> None:
    post(client, "/enter", key=keys[0])
    (desk.directory / JOURNAL).mkdir()
    answer = client.post(
        "/transcription/type?lang=en",
        data={"image": next(iter(desk.pictures)), **filled(state, **{"classes.0": "7654", "confirmed": "1"})},
        headers={"origin": origin(client)},
    )
    assert answer.status_code == 503
    assert 'value="7654"' in answer.text
    assert "It could not be written to the disk." in answer.text


@pytest.mark.parametrize("language", ["es", "en"])
def test_the_form_speaks_both_languages(client: httpx.Client, keys: list[str], language: str) -> None:
    post(client, "/enter", key=keys[0])
    assert f'<html lang="{language}">' in client.get(f"/transcription?lang={language}").text


# --- a hostile browser ---


def test_nobody_enters_without_a_key(client: httpx.Client, keys: list[str]) -> None:
    assert post(client, "/enter", key=keys[0][:-1]) == 403
    assert post(client, "/enter", key="t1") == 403  # a label is no key
    assert not any(name.startswith("desk") for name in client.cookies)
    assert client.get("/transcription").status_code == 403


def test_who_is_revoked_is_out_at_the_next_request(
    client: httpx.Client, keys: list[str], desk: Desk, state: ElectionState
) -> None:
    post(client, "/enter", key=keys[0])
    Sessions(sessions_directory(desk.directory), lambda: CLOCK).revoke("t1")  # in another process
    image = next(iter(desk.pictures))
    assert post(client, "/transcription/type", image=image, **filled(state)) == 403
    assert not (desk.directory / JOURNAL).exists()


def test_a_form_of_another_site_is_not_read(
    client: httpx.Client, keys: list[str], desk: Desk, state: ElectionState
) -> None:
    elsewhere = "https://elsewhere.example"
    assert post(client, "/enter", site=elsewhere, key=keys[0]) == 403
    post(client, "/enter", key=keys[0])
    image = next(iter(desk.pictures))
    assert post(client, "/transcription/type", site=elsewhere, image=image, **filled(state)) == 403
    assert not (desk.directory / JOURNAL).exists()


def test_another_host_name_is_not_answered(client: httpx.Client) -> None:
    assert client.get("/", headers={"host": "elsewhere.example"}).status_code == 400


def test_pictures_are_for_typists_and_of_the_folder_alone(
    client: httpx.Client, keys: list[str], desk: Desk
) -> None:
    at = "/transcription/picture"
    image = next(iter(desk.pictures))
    assert client.get(f"{at}/{image}").status_code == 404
    post(client, "/enter", key=keys[0])
    assert client.get(f"{at}/{image}").headers["content-type"] == "image/jpeg"
    outside = f"{at}/..%2f..%2ftyped%2fpeople%2f{SESSIONS}"
    for path in (outside, f"{at}/{'0' * 64}", "/assets/../app.py"):
        assert client.get(path).status_code == 404


def test_a_form_without_end_is_not_read(client: httpx.Client, keys: list[str]) -> None:
    post(client, "/enter", key=keys[0])
    assert post(client, "/transcription/type", image="x" * 70_000) == 403


# --- the desk ---


def test_a_journal_cut_by_a_crash_goes_on_with_its_whole_lines(desk: Desk, state: ElectionState) -> None:
    image = next(iter(desk.pictures))
    desk.record(typed(image, "t1"))
    with (desk.directory / JOURNAL).open("ab") as file:
        file.write(b'{"image":"half')
    desk.close()
    again = Desk(folder_of(desk), desk.directory)
    assert [len(task.typings) for task in again.tasks().values()].count(1) == 1
    again.record(typed(image, "t2"))
    again.close()
    assert Desk(folder_of(desk), desk.directory).tasks()[image].stage is Stage.DONE


def test_one_desk_works_in_a_directory(desk: Desk) -> None:
    with pytest.raises(LogError, match="Another desk is at work"):
        Desk(folder_of(desk), desk.directory)
    sessions_of(desk).hand_out("t3", Use.TYPIST, 60)  # which the supervisor does meanwhile
    desk.close()
    Desk(folder_of(desk), desk.directory).close()


def test_what_a_desk_keeps_is_for_its_owner_alone(desk: Desk) -> None:
    image = next(iter(desk.pictures))
    for typist in ("t1", "t2"):
        desk.record(typed(image, typist))
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in desk.directory.iterdir()}
    assert modes == {JOURNAL: 0o600, RESULT: 0o600}
    assert stat.S_IMODE(desk.directory.stat().st_mode) == 0o700
    desk.close()
    with (desk.directory / JOURNAL).open("ab") as file:
        file.write(b"cut")
    Desk(folder_of(desk), desk.directory).close()  # which writes the journal anew
    assert stat.S_IMODE((desk.directory / JOURNAL).stat().st_mode) == 0o600


WITH_NO_ROOM = """
import resource, signal, sys
from pathlib import Path
from escrutinio.base.errors import LogError
from escrutinio.running.desk.transcription.desk import JOURNAL, Desk
from escrutinio.running.desk.transcription.tasks import Typed, Typing
desk = Desk(Path(sys.argv[1]), Path(sys.argv[2]))
one, other = list(desk.pictures)[:2]
typed = Typed(station="1", contest="c", counts=(1, 2))
desk.record(Typing(image=one, typist="t1", typed=typed))
size = (desk.directory / JOURNAL).stat().st_size
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (size + 20, size + 20))
try:
    desk.record(Typing(image=other, typist="t1", typed=typed))
except LogError as error:
    print(error)
"""


def test_a_full_disk_leaves_no_half_line_in_the_journal(desk: Desk) -> None:
    desk.close()
    command = [sys.executable, "-c", WITH_NO_ROOM, str(folder_of(desk)), str(desk.directory)]
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT / "src")
    assert f"{JOURNAL} cannot be written: File too large" in done.stdout
    again = Desk(folder_of(desk), desk.directory)
    assert [len(task.typings) for task in again.tasks().values()] == [1, 0, 0]
    again.record(typed(list(again.pictures)[1], "t1"))
    again.close()
    assert [len(task.typings) for task in Desk(folder_of(desk), desk.directory).tasks().values()] == [1, 1, 0]


def test_a_result_behind_its_journal_is_mended(desk: Desk) -> None:
    image = next(iter(desk.pictures))
    for typist in ("t1", "t2"):
        desk.record(typed(image, typist))
    whole = (desk.directory / RESULT).read_bytes()
    desk.close()
    (desk.directory / RESULT).unlink()  # as after a kill between the two
    Desk(folder_of(desk), desk.directory).close()
    assert (desk.directory / RESULT).read_bytes() == whole


def test_what_was_done_of_other_pictures_stays_in_the_result(desk: Desk) -> None:
    first, second = list(desk.pictures.items())[:2]
    for image, _ in (first, second):
        for typist in ("t1", "t2"):
            desk.record(typed(image, typist))
    desk.close()
    whole = (desk.directory / RESULT).read_bytes()
    Desk(folder_of(desk), desk.directory, {second[1].path: frozenset({1})}).close()
    assert sorted((desk.directory / RESULT).read_bytes().splitlines()) == sorted(whole.splitlines())


def test_a_person_types_a_picture_once(desk: Desk) -> None:
    image = next(iter(desk.pictures))
    desk.record(typed(image, "t1"))
    with pytest.raises(InputError, match="already"):
        desk.record(typed(image, "t1"))


def test_links_and_paths_out_of_the_folder_are_no_pictures(desk: Desk, tmp_path: Path) -> None:
    secret = tmp_path / "secret.png"
    Image.new("L", (9, 9)).save(secret)
    (folder_of(desk) / "link.png").symlink_to(secret)
    os.mkfifo(folder_of(desk) / "pipe.png")
    desk.close()
    again = Desk(folder_of(desk), desk.directory)
    assert len(again.pictures) == len(desk.pictures)
    assert [Path(path).name for path in again.unreadable] == ["link.png", "pipe.png"]
    again.close()
    with pytest.raises(InputError, match="not in the folder"):
        Desk(folder_of(desk), desk.directory, {Path("../secret.png"): frozenset()})


def test_sessions_beside_a_desk_are_for_typists_alone(desk: Desk, keys: list[str]) -> None:
    stored = (people_directory(desk.directory) / SESSIONS).read_text()
    assert not any(key in stored for key in keys)
    with pytest.raises(InputError, match="for board"):
        sessions_directory(desk.directory, Use.BOARD)
    with pytest.raises(InputError, match="is no workspace"):
        sessions_directory(folder_of(desk))
