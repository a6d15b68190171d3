"""Paper counting from blank form to counted sheet, on the fictional miniature: two clerks and a third."""

from __future__ import annotations

import html
import json
from collections.abc import Iterator
from pathlib import Path

import httpx
import numpy as np
import pypdfium2  # type: ignore[import-untyped]
import pytest
from PIL import ImageDraw

from escrutinio.core.election.state import REPORTED, ElectionState
from escrutinio.core.records.codes import Reading, SheetFact
from escrutinio.core.records.types import SheetStatus
from escrutinio.running.desk.app import desk_application, desk_directory
from escrutinio.running.desk.sessions import Sessions, Use
from escrutinio.running.desk.transcription.desk import Desk
from escrutinio.running.workspace.collection.inputs import unread_pages
from escrutinio.running.workspace.workspace import open_workspace
from tests.cli.hands import CLOCK, SECRET, Election, begin_election, roll_in_force
from tests.cli.running import in_process, refused
from tests.running.desk.serving import origin, served

CENTRE = "board/digitising-south"
CONTEST = "presidencia"
STATIONS = ("S1.01", "S1.02")
FIGURES = (41, 3, 20, 2, 7, 0, 1)


@pytest.fixture(scope="module")
def election(tmp_path_factory: pytest.TempPathFactory) -> Election:
    home = begin_election(tmp_path_factory.mktemp("paper"), {CENTRE: ("S",), "board/north": ("N",)})
    return roll_in_force(Election(home))


@pytest.fixture(scope="module")
def photos(election: Election) -> Path:
    """The blank forms of the boards that count on paper, printed, filled in by hand and photographed."""
    forms, folder = election.home / "forms", election.home / "photos"
    done = in_process(
        "forms", "--paper-stations", "--form", "sheet", "--contest", CONTEST, "--log", election.public,
        "-o", forms, "--json",
    )  # fmt: skip
    assert done.exit_code == 0, done.stderr
    folder.mkdir()
    for name in json.loads(done.stdout)["files"]:
        page = pypdfium2.PdfDocument(name)[0].render(scale=2).to_pil().convert("RGB")
        pen = ImageDraw.Draw(page)
        for number, votes in enumerate(FIGURES):
            pen.text((640, 460 + 46 * number), str(votes), fill=(20, 20, 140), font_size=28)
        page.save(folder / f"{Path(name).stem.partition('-')[0]}.jpg", quality=80)
    return folder


@pytest.fixture(scope="module")
def client(election: Election, photos: Path) -> Iterator[httpx.Client]:
    workspace = open_workspace(election.directory)
    desk = Desk(photos, desk_directory(workspace) / "typed", clerks=True)
    with served(desk_application(workspace, now=lambda: CLOCK, pictures=desk)) as client:
        yield client
    desk.close()


def as_(client: httpx.Client, election: Election, label: str, use: Use) -> None:
    """Come in with a session of one's own."""
    client.cookies.clear()
    sessions = Sessions(desk_directory(open_workspace(election.directory)), lambda: CLOCK)
    key = sessions.hand_out(label, use, 3600)
    assert post(client, "/enter", key=key) == 303


def post(client: httpx.Client, path: str, **fields: str) -> int:
    return client.post(path, data=fields, headers={"origin": origin(client)}).status_code


def shown(client: httpx.Client) -> tuple[str, str, str]:
    """The page, the picture that it shows, and the station that stands in the form."""
    page = client.get("/transcription").text
    image = page.partition('name="image" value="')[2].partition('"')[0]
    station = page.partition('id="station"')[2].partition('value="')[2].partition('"')[0]
    return page, image, station


def typed(image: str, station: str, **more: str) -> dict[str, str]:
    form = {"image": image, "station": station, "contest": CONTEST, "classes.0": "4", "classes.1": "0"}
    form |= {f"counts.{number}": str(votes) for number, votes in enumerate(FIGURES)}
    return form | {"voters": "78", "supplement": "0", "spoilt": "2"} | more


def seal(election: Election, to: str, *more: object) -> dict[str, object]:
    done = in_process(
        "desk", "seal", election.directory, "--key", election.key(CENTRE), "-o", election.home / to, "--json",
        *more, **SECRET,
    )  # fmt: skip
    assert done.exit_code == 0, done.stderr
    found: dict[str, object] = json.loads(done.stdout)
    return found


def counted(state: ElectionState, station: str) -> list[int] | None:
    row = int(state.counted[CONTEST, REPORTED][state.roll.index[station]])
    return None if row < 0 else np.asarray(state.tables[CONTEST].counts[row]).tolist()


def page(election: Election, name: str) -> str:
    return html.unescape((election.public / "en" / name).read_text())


def test_from_blank_form_to_counted_sheet(election: Election, client: httpx.Client, tmp_path: Path) -> None:
    pictures = {}
    as_(client, election, "a1", Use.CLERK_A)
    for _ in STATIONS:
        said, image, station = shown(client)
        assert station in STATIONS  # the form's code says where it belongs
        assert "Clerk A" in said
        pictures[station] = image
        assert post(client, "/transcription/type", **typed(image, station)) == 303
    assert "nothing for you to type" in shown(client)[0]

    as_(client, election, "a2", Use.CLERK_A)  # another clerk A gets none that the first one has
    assert "nothing for you to type" in shown(client)[0]
    as_(client, election, "d1", Use.DECIDER)  # nothing to decide yet
    assert "nothing for you to type" in shown(client)[0]

    as_(client, election, "b1", Use.CLERK_B)
    for _ in STATIONS:
        said, image, station = shown(client)
        assert 'value="41"' not in said  # what clerk A typed is not shown
        other = {} if station == "S1.01" else {"counts.2": "14"}
        assert post(client, "/transcription/type", **typed(image, station, **other)) == 303

    # What is agreed is sealed and counts; what differs waits, and the pages say so.
    north = election.key("board/north")
    elsewhere = refused("desk", "seal", election.directory, "--key", north, "-o", tmp_path / "x", **SECRET)
    assert "no key of a polling board whose scope has S1.01" in elsewhere
    made = seal(election, "sealed-1")
    assert (made["sealed"], made["known"], made["differ"]) == (3, 0, [])
    election.submit(election.home / "sealed-1")
    election.publish()
    state = election.log().state
    assert counted(state, "S1.01") == list(FIGURES)
    assert counted(state, "S1.02") is None
    assert [logged.body.status for logged in state.records(SheetStatus)] == [
        SheetFact.TWO_AGREED, SheetFact.TYPINGS_DIFFER,
    ]  # fmt: skip
    assert "typed differently by two clerks, waiting for a third: 1" in page(election, "index.html")
    again = seal(election, "sealed-2")
    assert (again["sealed"], again["known"]) == (0, 1)

    # A third sees both and the picture, and says what decided.
    client.cookies.clear()
    as_(client, election, "d2", Use.DECIDER)
    said, image, station = shown(client)
    assert (image, station) == (pictures["S1.02"], "S1.02")
    assert "<td>20</td><td>14</td>" in said.replace("\n", "")
    decision = typed(image, station)
    assert post(client, "/transcription/type", **decision) == 422  # not without a reason
    assert post(client, "/transcription/type", **decision, reason="guess") == 422
    assert post(client, "/transcription/type", **decision, reason="words") == 303
    shown_copies = tmp_path / "shown"
    shown_copies.mkdir()
    kept = in_process(
        "redact", election.home / "photos/S1.02.jpg", "--keep", "60,400,600,700", "--checked", "--role",
        "authority", "-o", shown_copies / "S1.02.png",
    )  # fmt: skip
    assert kept.exit_code == 0, kept.stderr
    made = seal(election, "sealed-3", "--shown", shown_copies)
    assert (made["sealed"], made["known"]) == (2, 1)
    election.submit(election.home / "sealed-3")
    election.publish()
    state = election.log().state
    assert counted(state, "S1.02") == list(FIGURES)
    status = list(state.records(SheetStatus))[-1].body
    assert status.status is SheetFact.THIRD_DECIDED
    assert status.typed is not None
    assert (status.typed.picture.hex(), status.typed.reason) == (pictures["S1.02"], Reading.WORDS)
    assert status.note is not None
    copy = election.public / "attachments" / status.note.digest.hex()
    assert copy.read_bytes().startswith(b"\x89PNG")
    assert not (election.public / "attachments" / pictures["S1.02"]).exists()  # never the picture itself

    complaints = page(election, "complaints.html")
    assert (
        "typed by two clerks, who differ; a third decided (the number in words on the picture)" in complaints
    )
    assert "typed from its picture by two clerks, who agree" in complaints
    assert "waiting for a third" not in page(election, "index.html")
    done = in_process("verify", election.public, "--trust", election.public / "trust.toml")
    assert done.exit_code == 0, done.stdout


def test_scan_and_check_know_a_form_and_leave_it_to_people(
    election: Election, photos: Path, tmp_path: Path
) -> None:
    rows = tmp_path / "rows.jsonl"
    done = in_process("scan", photos, "--out", rows)
    assert done.exit_code == 0, done.stderr
    assert {str(path): pages for path, pages in unread_pages(rows).items()} == {
        f"{station}.jpg": frozenset({1}) for station in STATIONS
    }
    done = in_process("check", photos / "S1.02.jpg", "--log", election.public)
    assert (
        f"filled in by hand, which people have to type ({election.log().state.election.hex()[:16]}/sheet"
        in (done.stdout)
    )


def test_a_note_that_is_none_is_refused(election: Election, client: httpx.Client, tmp_path: Path) -> None:
    (tmp_path / "x.redaction.json").write_text("{}")
    done = refused(
        "desk", "seal", election.directory, "--key", election.key(CENTRE), "-o", tmp_path / "out",
        "--shown", tmp_path, **SECRET,
    )  # fmt: skip
    assert "x.redaction.json is no note of a redacted copy" in done
