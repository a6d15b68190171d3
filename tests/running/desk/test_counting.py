"""The audit board at the desk: two people count blind, and what they agree on is sealed in its order."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import msgspec
import pytest
from starlette.applications import Starlette

from escrutinio.base.errors import InputError
from escrutinio.core.records import types as t
from escrutinio.core.records.codes import AuditMethod
from escrutinio.evidence.audit.records import read_audit
from escrutinio.evidence.audit.standing import AuditStatus
from escrutinio.evidence.audit.status import audit_status, frame_of
from escrutinio.running.desk.counting.app import CountingPages
from escrutinio.running.desk.counting.audits import open_audits
from escrutinio.running.desk.counting.book import COUNTED, COUNTINGS, SALTS, CountingBook
from escrutinio.running.desk.counting.countings import (
    MOST_COUNTINGS,
    BoxMissing,
    BoxStage,
    CountedBox,
    Counting,
    SealFound,
)
from escrutinio.running.desk.counting.sealing import counts_to_say
from escrutinio.running.desk.entrance import Entrance
from escrutinio.running.desk.local import middleware
from escrutinio.running.desk.sessions import Sessions, Use
from tests.cli.hands import CLOCK
from tests.evidence.audit.made import COUNTING, SEED, AuditDay
from tests.running.desk.serving import origin, served


def said(counter: str, votes: int = 5, **more: object) -> Counting:
    figures = {"presidente": {"a": votes, "null": 1}}
    made = Counting(audit="aa", box="c0.01", counter=counter, seal=SealFound.LISTED, figures=figures)
    return replace_in(made, **more)


def replace_in(counting: Counting, **more: object) -> Counting:
    return msgspec.structs.replace(counting, **more)


# --- when a box is counted ---


def test_two_people_who_say_the_same_finish_a_box() -> None:
    assert CountedBox().stage is BoxStage.OPEN
    once = CountedBox((said("a"),))
    assert once.stage is BoxStage.ONCE
    assert not once.may_count("a")
    assert once.may_count("b")
    both = CountedBox((said("a"), said("b")))
    assert both.stage is BoxStage.AGREED
    assert not any(both.may_count(who) for who in "abc")


def test_where_two_differ_both_count_again_and_nobody_twice_in_turn() -> None:
    box = CountedBox((said("a"), said("b", 6)))
    assert box.stage is BoxStage.DIFFERS
    assert box.differing == {("presidente", "a")}
    assert box.may_count("a")
    assert box.may_count("b")
    again = CountedBox((*box.countings, said("a", 7)))
    assert not again.may_count("a")
    assert again.may_count("b")
    assert CountedBox((*again.countings, said("b", 7))).stage is BoxStage.AGREED
    # what somebody said before they counted again agrees with nobody
    assert CountedBox((*again.countings, said("c", 5))).stage is BoxStage.DIFFERS


def test_the_seal_is_part_of_what_two_have_to_say() -> None:
    box = CountedBox((said("a"), said("b", seal=SealFound.BROKEN)))
    assert box.differing == {("", "seal")}


def test_a_box_that_cannot_be_counted_needs_two_as_well() -> None:
    lost = Counting(audit="aa", box="c0.01", counter="a", missing=BoxMissing.LOST)
    assert CountedBox((lost, said("b"))).stage is BoxStage.DIFFERS
    other = replace_in(lost, counter="b", missing=BoxMissing.UNREADABLE)
    assert CountedBox((lost, other)).stage is BoxStage.DIFFERS
    assert CountedBox((lost, replace_in(lost, counter="b"))).stage is BoxStage.MISSING


def test_a_box_that_never_comes_out_the_same_is_left() -> None:
    box = CountedBox(tuple(said("ab"[n % 2], n) for n in range(MOST_COUNTINGS)))
    assert box.stage is BoxStage.LEFT
    assert not box.may_count("c")


# --- the pages ---


class Audited:
    """An audit with its first boxes drawn, and the book of one organisation's board."""

    def __init__(self, directory: Path, method: AuditMethod = AuditMethod.PPEB_BETTING) -> None:
        self.day = AuditDay()
        self.commitment = self.day.commit(method)
        self.day.seed(self.commitment)
        drawn = audit_status(self.day.state(), "presidente", attachments=self.day.attachments.get)
        self.next = drawn.next
        self.boxes = tuple(dict.fromkeys(drawn.suggested))[:2]
        self.day.sample(self.commitment, 1, drawn.next)
        self.directory = directory
        self.book = CountingBook(directory)

    def agree(self, box: str, *, votes: int | None = None) -> None:
        """Have two people say what the paper says."""
        view = self.day.state().contest("presidente")
        counts = self.day.paper[box] if votes is None else (votes, *self.day.paper[box][1:])
        lines = dict(zip(view.options, counts, strict=True)) | dict.fromkeys(view.classes, 0) | {"null": 2}
        for who in ("k1", "k2"):
            self.book.record(
                Counting(audit=self.commitment.hex(), box=box, counter=who, figures={"presidente": lines})
            )


@pytest.fixture
def audited(tmp_path: Path) -> Audited:
    return Audited(tmp_path)


@pytest.fixture
def sessions(tmp_path: Path) -> Sessions:
    return Sessions(tmp_path, lambda: CLOCK)


@pytest.fixture
def client(audited: Audited, sessions: Sessions) -> Iterator[httpx.Client]:
    with board(audited, sessions) as client:
        yield client


@contextmanager
def board(audited: Audited, sessions: Sessions) -> Iterator[httpx.Client]:
    """The pages of an audit board, and a browser that has not entered."""
    entrance = Entrance(sessions, lambda _: "", lambda: CLOCK)
    state = audited.day.state()
    pages = CountingPages(
        lambda: (state, audited.day.attachments.get),
        audited.book,
        lambda request: entrance.who(request, Use.COUNTER),
        entrance.turn_away,
        lambda _: "",
    )
    app = Starlette(routes=[*entrance.routes(), *pages.routes()], middleware=middleware())
    with served(app) as client:
        yield client


def enter(client: httpx.Client, key: str) -> None:
    client.cookies.clear()
    answer = client.post("/enter", data={"key": key}, headers={"origin": origin(client)})
    assert answer.status_code == 303


def form_of(audited: Audited, box: str, **changed: str) -> dict[str, str]:
    view = audited.day.state().contest("presidente")
    votes = zip(view.options, audited.day.paper[box], strict=True)
    figures = {f"presidente:{code}": str(number) for code, number in votes}
    classes = {f"presidente:{code}": "0" for code in view.classes}
    return figures | classes | {"seal": "listed", "presidente:null": "2"} | changed


def post(client: httpx.Client, path: str, form: dict[str, str], site: str = "") -> httpx.Response:
    return client.post(path, data=form, headers={"origin": site or origin(client)})


def test_nobody_else_sees_the_boxes(client: httpx.Client, sessions: Sessions) -> None:
    assert client.get("/counting").status_code == 403
    enter(client, sessions.hand_out("t1", Use.TYPIST, 60))
    assert client.get("/counting").status_code == 403


def test_two_count_blind_and_again_where_they_differ(
    client: httpx.Client, audited: Audited, sessions: Sessions
) -> None:
    keys = {who: sessions.hand_out(who, Use.COUNTER, 60) for who in ("k1", "k2")}
    box = audited.boxes[0]
    path = f"/counting/{audited.commitment.hex()[:16]}/{box}"
    enter(client, keys["k1"])
    listed = client.get("/counting?lang=en")
    assert path in listed.text
    assert f"seal-{box}" in listed.text
    assert post(client, path, form_of(audited, box), "https://elsewhere.example").status_code == 403
    lacking = post(client, path, form_of(audited, box, seal=""))
    assert lacking.status_code == 422
    assert 'value="60"' in lacking.text  # what was typed stays in the form
    assert post(client, path, form_of(audited, box, **{"presidente:null": "-1"})).status_code == 422
    few = post(client, path, form_of(audited, box, **{"presidente:vouchers": "3"}))
    assert few.status_code == 422
    assert audited.book.boxes() == {}
    assert post(client, path, form_of(audited, box, **{"presidente:null": "4"})).status_code == 303
    assert post(client, path, form_of(audited, box)).status_code == 303  # said already: not taken again
    assert path not in client.get("/counting").text
    enter(client, keys["k2"])
    asked = client.get(path)
    assert 'value="60"' not in asked.text
    assert "differing" not in asked.text
    assert post(client, path, form_of(audited, box)).status_code == 303
    again = client.get(path)
    assert again.text.count('<tr class="differing">') == 1
    assert 'value="60"' not in again.text
    enter(client, keys["k1"])
    assert post(client, path, form_of(audited, box)).status_code == 303
    [counted] = audited.book.boxes().values()
    assert counted.stage is BoxStage.AGREED
    assert [each.counter for each in counted.countings] == ["k1", "k2", "k1"]
    assert client.get(path).status_code == 303
    assert "1 of " in client.get("/counting?lang=en").text


def test_a_box_that_is_lost_is_said_by_two(
    client: httpx.Client, audited: Audited, sessions: Sessions
) -> None:
    box = audited.boxes[0]
    path = f"/counting/{audited.commitment.hex()[:16]}/{box}"
    for who in ("k1", "k2"):
        enter(client, sessions.hand_out(who, Use.COUNTER, 60))
        assert post(client, path, {"missing": "1", "why": ""}).status_code == 422
        assert post(client, path, {"missing": "1", "why": "lost"}).status_code == 303
    [counted] = audited.book.boxes().values()
    assert counted.stage is BoxStage.MISSING


def test_only_boxes_that_were_drawn_have_a_form(
    client: httpx.Client, audited: Audited, sessions: Sessions
) -> None:
    enter(client, sessions.hand_out("k1", Use.COUNTER, 60))
    digest = audited.commitment.hex()[:16]
    assert client.get(f"/counting/{digest}/nowhere").status_code == 403
    assert client.get(f"/counting/{'0' * 16}/{audited.boxes[0]}").status_code == 403


def test_all_vouchers_stated_or_left_to_the_sum_is_the_same(
    client: httpx.Client, audited: Audited, sessions: Sessions
) -> None:
    box = audited.boxes[0]
    path = f"/counting/{audited.commitment.hex()[:16]}/{box}"
    whole = str(sum(audited.day.paper[box]) + 2)
    for who, vouchers in (("k1", ""), ("k2", whole)):
        enter(client, sessions.hand_out(who, Use.COUNTER, 60))
        assert (
            post(client, path, form_of(audited, box, **{"presidente:vouchers": vouchers})).status_code == 303
        )
    [counted] = audited.book.boxes().values()
    assert counted.stage is BoxStage.AGREED


def test_of_single_vouchers_no_more_are_counted_than_places_were_drawn(
    tmp_path: Path, sessions: Sessions
) -> None:
    """Somebody who writes down all vouchers of the box, as where boxes are counted whole, is told."""
    audited = Audited(tmp_path, AuditMethod.BRAVO)
    places = {
        box: sorted(each.position or 0 for each in audited.next if each.station == box)
        for box in {each.station for each in audited.next}
    }
    box = max(places, key=lambda name: len(places[name]))
    path = f"/counting/{audited.commitment.hex()[:16]}/{box}"
    with board(audited, sessions) as client:
        enter(client, sessions.hand_out("k1", Use.COUNTER, 60))
        asked = client.get(f"{path}?lang=en").text
        assert f"<dd>{', '.join(map(str, places[box]))}</dd>" in asked
        assert "All vouchers found at these places" in asked
        assert "All vouchers in the box" not in asked
        nothing = dict.fromkeys(form_of(audited, box), "0") | {"seal": "listed"}
        most = len(places[box])
        too_many = post(client, path, nothing | {"presidente:ana-1": str(most), "presidente:null": "1"})
        assert too_many.status_code == 422
        assert f"more vouchers ({most + 1}) than places that were drawn in it ({most})" in too_many.text
        assert post(client, path, nothing | {"presidente:vouchers": "150"}).status_code == 422
        assert post(client, path, nothing | {"presidente:ana-1": str(most)}).status_code == 303


def test_the_pages_say_it_in_each_language(
    client: httpx.Client, audited: Audited, sessions: Sessions
) -> None:
    enter(client, sessions.hand_out("k1", Use.COUNTER, 60))
    said_in = [client.get(f"/counting?lang={lang}").text for lang in ("en", "es")]
    assert "Audit board" in said_in[0]
    assert "Equipo de auditoría" in said_in[1]


def test_a_damaged_book_is_refused(audited: Audited) -> None:
    audited.agree(audited.boxes[0])
    (audited.directory / COUNTED / COUNTINGS).write_text("[{]")
    with pytest.raises(InputError):
        audited.book.boxes()


# --- what is sealed ---


def test_figures_are_said_once_two_organisations_have_committed(audited: Audited) -> None:
    day, commitment = audited.day, audited.commitment
    box = audited.boxes[0]
    audited.agree(box)
    mine, other = COUNTING

    def due() -> tuple[tuple[object, str], ...]:
        state = day.state()
        with audited.book.salts() as salts:
            there = open_audits(state, day.attachments.get)
            return counts_to_say(state, there, mine, audited.book.boxes(), salts).records

    [(promise, about)] = due()
    assert isinstance(promise, t.CountCommitment)
    assert due() == ((promise, about),)  # the same salt, until the log has it
    day.say(promise, mine, about)
    assert due() == ()  # the other one has not committed: nothing is said
    day.commit_count(commitment, box, by=(other,))
    [(count, about)] = due()
    assert isinstance(count, t.HandCount)
    assert count.counts == day.paper[box]
    day.say(count, mine, about)
    assert due() == ()
    day.open_count(commitment, box, by=(other,))
    found = audit_status(day.state(), "presidente", commitment, attachments=day.attachments.get)
    assert box not in found.rounds[-1].awaiting
    assert not [note for note in found.notes if note.code.startswith("count")]


def test_what_was_committed_to_elsewhere_is_left_alone(audited: Audited) -> None:
    box = audited.boxes[0]
    audited.agree(box, votes=61)
    audited.day.commit_count(audited.commitment, box)
    state = audited.day.state()
    there = open_audits(state, audited.day.attachments.get)
    found = counts_to_say(state, there, COUNTING[0], audited.book.boxes(), {})
    assert (found.records, found.elsewhere) == ((), 1)


def test_an_organisation_that_the_audit_does_not_name_says_nothing(audited: Audited) -> None:
    audited.agree(audited.boxes[0])
    state = audited.day.state()
    there = open_audits(state, audited.day.attachments.get)
    with pytest.raises(InputError, match="observer/sol"):
        counts_to_say(state, there, "observer/sol/1", audited.book.boxes(), {})


def test_salts_are_kept_where_the_book_is(audited: Audited) -> None:
    with audited.book.salts() as salts:
        salts["x"] = "00"
    kept = audited.directory / COUNTED / SALTS
    assert json.loads(kept.read_text()) == {"x": "00"}
    assert kept.stat().st_mode & 0o077 == 0


def test_a_box_of_which_a_later_sample_draws_more_places_is_counted_again(
    tmp_path: Path, sessions: Sessions
) -> None:
    audited = Audited(tmp_path, AuditMethod.BRAVO)
    day, commitment, (mine, other) = audited.day, audited.commitment, COUNTING
    box = audited.boxes[0]

    def status() -> AuditStatus:
        return audit_status(day.state(), "presidente", commitment, attachments=day.attachments.get)

    def places() -> int:
        return sum(name == box for each in status().rounds for name in each.drawn)

    def count(who: str) -> int:
        path, drawn = f"/counting/{commitment.hex()[:16]}/{box}", str(places())
        with board(audited, sessions) as client:
            enter(client, sessions.hand_out(who, Use.COUNTER, 60))
            nothing = dict.fromkeys(form_of(audited, box), "0") | {"seal": "listed"}
            return post(client, path, nothing | {"presidente:ana-1": drawn}).status_code

    def due() -> list[object]:
        state = day.state()
        with audited.book.salts() as salts:
            there = open_audits(state, day.attachments.get)
            found = counts_to_say(state, there, mine, audited.book.boxes(), salts)
            return [body for body, _ in found.records]

    for sample in (1, 2):
        if sample == 2:
            done = len(audited.next)
            later = frame_of(day.state(), read_audit(day.state(), "presidente", commitment,
                             attachments=day.attachments.get)).draw(SEED, done + 300)[done:]  # fmt: skip
            assert box in [each.station for each in later]
            assert box not in status().rounds[-1].awaiting
            day.sample(commitment, 2, later)
        assert box in status().rounds[-1].awaiting
        assert [count(f"k{sample}a"), count(f"k{sample}b")] == [303, 303]
        votes = (places(), 0, 0, 0)
        [promise] = due()
        assert isinstance(promise, t.CountCommitment)
        day.say(promise, mine, f"{box}/presidente")
        assert due() == []
        day.commit_count(commitment, box, votes, null=0, by=(other,))
        [said] = due()
        assert isinstance(said, t.HandCount)
        assert said.counts == votes
        day.say(said, mine, f"{box}/presidente")
        day.open_count(commitment, box, votes, null=0, by=(other,))
        assert due() == []
    assert box not in status().rounds[-1].awaiting
    assert not [note for note in status().notes if note.code.startswith("count")]
