"""What is outstanding and what is shown under any law: marks, classes, supplements, courts, quorum, lots."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from escrutinio.core.election.outcome import NO_DRAWING, Drawing, drawn_lots
from escrutinio.core.records import parts as p
from escrutinio.core.records import types as t
from escrutinio.core.records.codes import Decision, Form, Method, Role, Ties
from escrutinio.evidence.certainty.certificates import coverage, disputed_stations
from escrutinio.evidence.certainty.inequality import Finality
from escrutinio.evidence.certainty.rules import rules_among, rules_of
from tests.core.election.build import COUNCIL, DAY, PRESIDENT, Day

Law = Callable[[t.Definition], t.Definition]
ALL = (
    b"station,center,area,registered\n"
    b"n1.01,n1,norte,100\nn1.02,n1,norte,90\nn2.01,n2,norte,80\ns1.01,s1,sur,0\n"
)
STAFF = p.Supplement("staff", (), "art. 9", 5, ())
ABROAD = p.Supplement("transit", (), "art. 10", None, ("sur",))


def law(*supplements: p.Supplement, **president: object) -> Law:
    """The usual definition with other rules for the president, and voters beyond the list."""
    contests = (replace(PRESIDENT, **president), COUNCIL)  # type: ignore[arg-type]
    return lambda body: replace(body, contests=contests, supplements=supplements)


def election(changed: Law | None = None, stations: bytes = ALL) -> Day:
    day = Day(law=changed, stations=stations)
    day.enrol("machine/1", Role.MACHINE)
    return day


def test_voters_beyond_the_list_are_outstanding_as_far_as_the_law_gives_a_number() -> None:
    day = election(law(STAFF))
    day.sheet("machine/1", "n1.01", (60, 10, 0, 5))
    found = coverage(day.state(), "presidente", "reported")
    assert found.certificate().outstanding.capacity == 90 + 80 + 0 + 3 * 5
    assert found.certificate("sur").outstanding.capacity == 5


@pytest.mark.parametrize("registered", [None, 1_000])
def test_without_a_number_what_is_outstanding_is_unknown_and_said(registered: int | None) -> None:
    """A place with a list of nobody, where the law lets others vote without saying how many."""
    day = election(law(STAFF, ABROAD))
    day.sheet("machine/1", "n1.01", (90, 5, 0, 5))
    found = coverage(day.state(), "presidente", "reported", registered=registered)
    whole = found.certificate()
    assert (whole.outstanding.capacity, whole.outstanding.unbounded) == (None, 1)
    assert whole.finality is Finality.OPEN
    said = "How many ballots are outstanding is not known, but 185 can come for certain"
    assert said in whole.sentences("en")[0]
    assert found.certificate("norte").outstanding.capacity == 90 + 80 + 2 * 5
    day.say(t.TallySheet((3, 2, 0, 0), (0, 0), supplement=5), "machine/1", "s1.01/presidente")
    counted = coverage(day.state(), "presidente", "reported").certificate()
    assert (counted.outstanding.capacity, counted.outstanding.unbounded) == (180, 0)


def test_voters_beyond_the_list_are_none_of_a_stated_roll() -> None:
    """50 ballots at a station of unknown size, of which up to 5 may be of others: 45 are of the roll."""
    stations = ALL.replace(b"norte,100", b"norte,")
    day = election(law(STAFF), stations)
    day.sheet("machine/1", "n1.01", (30, 10, 0, 10))
    found = coverage(day.state(), "presidente", "reported", registered=300)
    # Three stations with known lists are missing, so that what is left of the roll is not needed.
    assert found.certificate().outstanding.capacity == 90 + 80 + 3 * 5
    day = election(law(STAFF), ALL.replace(b"norte,100", b"norte,").replace(b"norte,90", b"norte,"))
    day.sheet("machine/1", "n1.01", (30, 10, 0, 10))
    found = coverage(day.state(), "presidente", "reported", registered=300)
    assert found.certificate().outstanding.capacity == 300 - 45 + 3 * 5


def test_votes_are_marks_and_ballots_are_ballots() -> None:
    """100 valid ballots with up to two marks; R is of ballots, and of each at most one vote is for anybody
    with one option, two for `ana`, who has two."""
    changed = law(marks=2, seats=1, quorum=p.Bar(2, 5))
    day = election(changed, ALL.replace(b"sur,0", b"sur,30"))
    sheet = t.TallySheet((20, 80, 40, 30), (3, 2), 95, 100, None, None, None)
    day.say(sheet, "machine/1", "n1.01/presidente")
    found = coverage(day.state(), "presidente", "reported")
    whole = found.certificate()
    assert whole.votes == (60, 80, 30)
    assert (whole.ballots, whole.registered, whole.outstanding.capacity) == (100, 300, 200)
    assert whole.rules.options == (2, 1, 1)
    assert [(i.left, i.slope) for i in whole.statements[0].inequalities] == [(20, 2)]
    assert whole.statements[0].withstands == 9
    assert whole.quorum is not None
    assert whole.quorum.code == "no-quorum"
    assert found.reversal() is None


def test_classes_that_a_copy_leaves_unread_are_outstanding() -> None:
    """More than half of valid votes and blank ones: what the copy does not say may be blank."""
    wins = (p.Win(p.Bar(1, 2, 1, (1,))),)
    day = election(law(method=Method.TWO_ROUND, wins=wins), ALL.split(b"n1.02")[0])
    day.say(t.Copy((40, 20, 5, 5), (), form=Form.TABLE), "party/azul/1", "n1.01/presidente")
    found = coverage(day.state(), "presidente", "copies:party/azul").certificate()
    assert (found.outstanding.unread, found.outstanding.capacity) == (1, None)  # two more are declared
    south = replace(PRESIDENT, method=Method.TWO_ROUND, wins=wins, area="sur")
    day = election(lambda body: replace(body, contests=(south, COUNCIL)), ALL.replace(b"sur,0", b"sur,100"))
    day.say(t.Copy((40, 20, 5, 5), (), form=Form.TABLE), "party/azul/1", "s1.01/presidente")
    found = coverage(day.state(), "presidente", "copies:party/azul").certificate()
    assert (found.outstanding.unread, found.outstanding.capacity) == (1, 30)
    assert found.finality is Finality.OPEN


def rule(day: Day, decision: Decision, *, until: int | None = None, complaint: bytes | None = None) -> int:
    body = t.Ruling(complaint, decision, None, until, "art. 1", None)
    return day.say(body, "authority/1", "station/n1.01/presidente")


@pytest.mark.parametrize("decision", [Decision.RECOUNT, Decision.REPEAT])
def test_a_recount_or_a_repeated_vote_is_outstanding(decision: Decision) -> None:
    day = election()
    day.sheet("machine/1", "n1.01", (60, 10, 0, 5))
    ordered = rule(day, decision)
    ruled = coverage(day.state(), "presidente", "ruled").certificate()
    assert (ruled.outstanding.pending, ruled.outstanding.capacity, sum(ruled.votes)) == (1, 270, 0)
    assert coverage(day.state(), "presidente", "reported").certificate().outstanding.pending == 0
    day.enrol("board/n1.01", Role.BOARD, "n1.01")
    again = t.ManualSheet((61, 10, 0, 5), (0, 0), None, None, None, None, None, day.digest(ordered))
    day.say(again, "board/n1.01", "n1.01/presidente")
    ruled = coverage(day.state(), "presidente", "ruled").certificate()
    assert (ruled.outstanding.pending, ruled.outstanding.capacity, ruled.votes) == (0, 170, (61, 10, 5))


def test_a_stay_answers_no_complaint_and_leaves_its_station_in_dispute() -> None:
    day = election()
    day.sheet("machine/1", "n1.01", (60, 10, 0, 5))
    number = {0}
    rule(day, Decision.STAY, until=DAY + 86_400)
    assert disputed_stations(day.state(), "presidente") == number
    found = coverage(day.state(), "presidente", "reported").certificate()
    assert (found.outstanding.disputed, found.votes) == (1, (0, 0, 0))
    said = "1 counted sheet is in dispute and is left out of the votes; without it there is no vote."
    counted = "The counted sheets have ana first, 50 votes ahead of the next."
    assert found.sentences("en")[0] == f"{counted} {said} Nothing is irreversible yet."
    assert "sin ella no hay ningún voto" in found.sentences("es")[0]
    stay = day.digest(len(day.log) - 1)
    after = t.Ruling(None, Decision.DISMISS, None, None, "art. 1", None, stay)
    day.say(after, "authority/1", "station/n1.01/presidente")
    assert not disputed_stations(day.state(), "presidente")


def test_lots_decide_the_whole_contest_and_no_area_of_it() -> None:
    stations = b"station,center,area,registered\nn1.01,n1,norte,100\ns1.01,s1,sur,60\n"
    day = election(law(ties=Ties.LOTS), stations)
    day.sheet("machine/1", "n1.01", (30, 40, 10, 5))
    day.say(t.Lots(("ana", "blas"), ("blas",), ()), "authority/1", "presidente")
    state = day.state()
    assert drawn_lots(state, "presidente") == Drawing((1,), (0, 1))
    assert drawn_lots(state, "presidente", len(day.log) - 1) == NO_DRAWING
    found = coverage(state, "presidente", "reported")
    assert (found.certificate().lots, found.certificate("norte").lots) == (Drawing((1,), (0, 1)), NO_DRAWING)
    assert found.certificate().statements[0].broken == (1,)
    assert found.certificate("norte").statements[0].open == 1


def test_the_rules_of_an_announcement_that_names_some() -> None:
    day = election(law(ties=Ties.ORDER, order=(2, 0, 1)))
    view = day.state().contest("presidente")
    assert rules_of(view).options == (2, 1, 1)
    assert rules_among(view, ("blas", "ana", "carla")).order == (2, 1, 0)
    some = rules_among(view, ("blas", "others"))
    assert (some.options, some.ties, some.order) == ((1, 3), Ties.OPEN, ())
