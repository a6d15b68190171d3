"""What somebody could do to an audit once it is committed to: the roll, the sheets, the manifest, another
count of all the paper. Its draw stays, its risk is not stated below the truth, and what happened is said."""

from collections import Counter
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import pytest

from escrutinio.base.errors import EvidenceError
from escrutinio.core.records import parts as p
from escrutinio.core.records import types as t
from escrutinio.core.records.codes import AuditMethod, BoundSource, Closes, Role, StationChangeKind
from escrutinio.evidence.audit.notes import MOST_NOTES
from escrutinio.evidence.audit.standing import AuditStatus
from escrutinio.evidence.audit.status import audit_status, audit_statuses
from tests.core.election.build import ORIGIN
from tests.evidence.audit.made import SEED, STATIONS, AuditDay, manifest, roll

ROLL = BoundSource.REGISTERED
CERTAIN = Fraction(1)


def status(day: AuditDay, commitment: bytes | None = None) -> AuditStatus:
    return audit_status(day.state(), "presidente", commitment, attachments=day.attachments.get)


def codes(found: AuditStatus) -> list[str]:
    for language in ("en", "es"):
        assert all(note.sentence(language) for note in found.notes)
        assert all(found.sentences(language))
    return [note.code for note in found.notes]


def drawn(method: AuditMethod = AuditMethod.PPEB_BETTING, **fixed: Any) -> tuple[AuditDay, bytes]:
    """An audit whose seed is known."""
    day = AuditDay()
    commitment = day.commit(method, **({"bound": ROLL} | fixed))
    day.seed(commitment)
    return day, commitment


def hold(
    day: AuditDay, commitment: bytes, boxes: tuple[str, ...] = (), by: str = "authority/1"
) -> AuditStatus:
    """A round of these boxes, or of those that come next, counted as the paper has it."""
    boxes = boxes or status(day, commitment).suggested
    day.sample(commitment, 1, boxes, by=by)
    for box in sorted(set(boxes)):
        day.count_box(commitment, box)
    return status(day, commitment)


# --- the roll ---


def change(day: AuditDay, station: str, *, registered: int | None = None, center: str = "") -> None:
    body = t.StationChange(StationChangeKind.CORRECTED, center or station[:2], registered, None)
    day.say(body, "authority/1", station)


Change = Callable[[AuditDay], object]

CHANGES: dict[str, Change] = {
    "fewer voters": lambda day: change(day, "c0.01", registered=170),
    "fewer voters than ballots": lambda day: change(day, "c9.03", registered=10),
    "another center": lambda day: change(day, "c0.04", center="c9"),
    "another roll": lambda day: day.roll(roll("199"), replaces=day.rolled),
    "a further station": lambda day: day.roll(roll() + b"c0.99,c0,norte,90\n", replaces=day.rolled),
}


@pytest.mark.parametrize("method", [AuditMethod.PPEB_BETTING, AuditMethod.HOT_AUDIT])
@pytest.mark.parametrize("name", CHANGES)
def test_no_change_of_the_roll_changes_a_draw(name: str, method: AuditMethod) -> None:
    day, commitment = drawn(method)
    before = status(day)
    CHANGES[name](day)
    after = status(day)
    assert after.next == before.next
    assert (after.boxes, after.sum_of_bounds, after.measured) == (40, before.sum_of_bounds, CERTAIN)
    assert codes(after)[0] == "roll-changed"
    # Before the commitment the same change is part of what is drawn from.
    other = AuditDay()
    CHANGES[name](other)
    other.seed(other.commit(method, bound=ROLL))
    assert codes(status(other)) == []
    assert hold(day, commitment).measured < 1


def test_after_the_roll_is_closed_nothing_changes_it() -> None:
    day, _ = drawn()
    day.close(Closes.ROLL)
    change(day, "c0.01", registered=170)
    assert codes(status(day)) == []


def test_voters_that_the_roll_has_more_since_are_against_the_outcome() -> None:
    day, commitment = drawn()
    clean = hold(day, commitment)
    assert clean.may_stop
    for box in STATIONS[:10]:
        change(day, box, registered=260)
    raised = status(day)
    assert codes(raised) == ["roll-changed", "bounds-raised"]
    assert "600" in raised.notes[1].sentence("en")
    assert raised.rounds[0].boxes == clean.rounds[0].boxes
    assert clean.risk < raised.risk < 1
    assert not raised.may_stop


def test_a_roll_without_a_station_that_was_drawn_from_ends_what_can_be_made_again() -> None:
    day, commitment = drawn()
    lines = roll().splitlines(keepends=True)
    day.roll(b"".join(lines[:-1]), replaces=day.rolled)
    with pytest.raises(EvidenceError, match="The roll was changed after the commitment"):
        status(day)
    later = day.commit(bound=ROLL, follows=commitment)
    day.seed(later)
    assert [each.risk for each in status(day, later).earlier] == [1]
    every = audit_statuses(day.state(), "presidente", attachments=day.attachments.get)
    assert [each.why.code for each in every.aside] == ["audit-roll-changed"]


def test_a_number_of_the_law_below_the_roll_bounds_nothing() -> None:
    day = AuditDay(registered="900")
    for bound, most in ((BoundSource.LAW, 170), (ROLL, None)):
        day.seed(day.commit(bound=bound, most=most))
    law, registered = audit_statuses(day.state(), "presidente").made
    assert law.sum_of_bounds == registered.sum_of_bounds
    assert codes(law) == ["law-below"]


def test_a_box_with_more_ballots_than_could_vote_there_refutes_what_bounds_it() -> None:
    """The fold refuses such a count as it would a sheet; an audit looks for it."""
    day, commitment = drawn()
    first, *rest = sorted(set(status(day).suggested))
    day.sample(commitment, 1, status(day).suggested)
    for box in rest:
        day.count_box(commitment, box)
    day.count_box(commitment, first, (60, 400, 40, 3))
    found = status(day)
    assert (found.stands, found.risk, found.rounds[0].above) == ("above", CERTAIN, (first,))
    assert codes(found) == ["above-bound"]
    assert found.next == ()


def test_a_count_above_the_roll_by_a_key_that_may_not_count_there_keeps_no_count_out() -> None:
    day, commitment = drawn()
    first, *rest = sorted(set(status(day).suggested))
    day.enrol("observer/red/2", Role.OBSERVER, rest[0])
    day.sample(commitment, 1, status(day).suggested)
    day.open_count(commitment, first, (60, 400, 40, 3), by=("observer/red/2",))
    for box in (first, *rest):
        day.count_box(commitment, box)
    found = status(day)
    assert (found.rounds[0].awaiting, found.rounds[0].above, codes(found)) == ((), (), [])


# --- the sheets ---


class LaterSheets(AuditDay):
    """Ana leads where the first ten sheets come from, blas in all of them."""

    def reported(self, name: str) -> tuple[int, int, int, int]:
        return self.paper[name] if name < "c2.03" else (10, 150, 10, 3)


def test_a_part_of_the_sheets_with_another_winner_confirms_nothing() -> None:
    day = LaterSheets()
    first_ten = p.LogHead(ORIGIN, len(day.log) - 30, bytes(32))
    commitment = day.commit(bound=ROLL, head=first_ten)
    day.seed(commitment)
    found = hold(day, commitment)
    assert (found.boxes, found.own.outstanding.stations) == (10, 30)
    assert (found.stands, found.risk, found.may_stop) == ("moved", CERTAIN, False)
    assert codes(found) == ["sheets-since"]
    assert found.notes[0].sentence("en").endswith("stations that have one now and had none: 30.")
    said = found.sentences("en")
    assert "of what they show now it confirms nothing" in said[0]
    assert "Stations that are no box of this audit: 30." in said[1]


def test_sheets_that_differ_since_are_said_and_those_of_the_outcome_decide() -> None:
    day, commitment = drawn()
    hold(day, commitment)
    for number, box in enumerate(STATIONS):
        if number in (10, 39):
            found = status(day)
            assert (found.may_stop, found.stands) == (True, "stop")
            assert f"or none: {number};" in found.notes[0].sentence("en")
        day.sheet(f"machine/{box}", box, (1, 190, 1, 1), null=2)
    # No sheet counts any more, and so nothing has an outcome.
    assert (status(day).stands, status(day).risk) == ("moved", CERTAIN)


# --- all the paper, twice ---


def test_a_whole_count_that_refutes_is_not_undone_by_another() -> None:
    day = AuditDay()
    right = dict(day.paper)
    day.paper = dict.fromkeys(STATIONS, (10, 120, 10, 3))
    first = day.commit(bound=ROLL)
    day.seed(first)
    assert hold(day, first, STATIONS).stands == "other"
    day.paper = right
    again = day.commit(bound=ROLL, follows=first)
    day.seed(again)
    found = hold(day, again, STATIONS)
    assert (found.settled, found.stands, found.risk, found.may_stop) == (True, "against", CERTAIN, False)
    assert codes(found) == ["counted-otherwise"]
    assert str(found.earlier[0].index) in found.sentences("en")[0]
    others = day.commit(bound=ROLL, by="party/azul/1")
    day.seed(others, by="party/azul/1")
    found = hold(day, others, STATIONS, by="party/azul/1")
    assert (found.stands, found.risk) == ("settled", Fraction(0))
    # The first audit, of another organisation, stands beside it and is named.
    assert codes(found) == ["counted-otherwise"]
    assert codes(status(day, first)) == ["counted-otherwise", "counted-otherwise"]


# --- the manifest ---


def test_a_later_manifest_changes_no_draw_and_its_larger_numbers_are_against_the_outcome() -> None:
    day = AuditDay()
    commitment = day.commit()
    day.seed(commitment)
    clean = hold(day, commitment)
    larger = {name: (votes[0] + 30 * (name < "c2"), *votes[1:]) for name, votes in day.paper.items()}
    day.say(t.BallotManifest(day.attach(manifest(larger))), "authority/2", "presidente")
    found = status(day)
    assert codes(found) == ["bounds-raised", "manifest-newer"]
    assert found.rounds[0].boxes == clean.rounds[0].boxes
    assert clean.risk < found.risk < 1
    assert "240" in found.notes[0].sentence("en")


# --- who counts ---

THREE = ("party/azul", "observer/red", "observer/sol")


def test_whoever_says_a_wrong_count_at_once_keeps_nobody_out() -> None:
    day, commitment = drawn(organisations=THREE)
    box = status(day).suggested[0]
    day.sample(commitment, 1, (box,))
    wrong = (10, 150, 10, 3)
    day.commit_count(commitment, box, by=("party/azul/1",))
    day.commit_count(commitment, box, wrong, by=("observer/sol/1",))
    day.open_count(commitment, box, wrong, by=("observer/sol/1",))
    day.commit_count(commitment, box, by=("observer/red/1",))
    day.open_count(commitment, box, by=("party/azul/1", "observer/red/1"))
    found = status(day)
    assert codes(found) == ["count-late"]
    assert found.rounds[0].awaiting == ()
    assert found.compared[0].counted == (100, day.paper[box][1], 3)


def test_a_count_that_could_be_a_copy_agrees_with_none_until_both_say_so() -> None:
    day, commitment = drawn(organisations=THREE)
    box = status(day).suggested[0]
    day.sample(commitment, 1, (box,))
    day.commit_count(commitment, box, by=("party/azul/1",))
    day.commit_count(commitment, box, by=("observer/sol/1",))  # and never says it
    first = day.open_count(commitment, box, by=("party/azul/1",))
    day.commit_count(commitment, box, by=("observer/red/1",))
    copied = day.open_count(commitment, box, by=("observer/red/1",))
    assert status(day).rounds[0].awaiting == (box,)
    for by, corrects in (("party/azul/1", first), ("observer/red/1", copied)):
        assert status(day).rounds[0].awaiting == (box,)
        day.open_count(commitment, box, by=(by,), blind=False, corrects=corrects)
    assert status(day).rounds[0].awaiting == ()


# --- what is begun, and what is said ---


def test_digits_said_of_another_contest_are_not_forgotten() -> None:
    day = AuditDay()
    first = day.commit()
    day.say(t.AuditSeed(first, SEED), "authority/1", "consejo")
    later = day.commit(bound=ROLL, follows=first)
    day.seed(later)
    found = audit_status(day.state(), "presidente", later)  # the manifest is kept back
    assert [each.risk for each in found.earlier] == [1]
    other = AuditDay()
    mine = other.commit()
    other.say(t.AuditSeed(mine, SEED), "observer/sol/1", "presidente")  # whom the commitment does not name
    other.seed(other.commit(bound=ROLL, follows=mine))
    assert audit_status(other.state(), "presidente").earlier == ()


def test_many_notes_of_one_kind_hide_no_other() -> None:
    day, commitment = drawn()
    boxes = status(day).suggested
    day.sample(commitment, 1, (boxes[1], *boxes[1:]))
    for number in range(MOST_NOTES + 10):
        day.say(t.AuditSeed(commitment, f"{number:020}"), "observer/sol/1", "presidente")
    found = status(day)
    assert {note.code for note in found.notes} == {"not-named", "sample-differs", "more"}
    assert len(found.notes) <= MOST_NOTES + 1


# --- who has begun, who goes on ---


def test_dice_that_one_organisation_states_have_begun_an_audit() -> None:
    day = AuditDay()
    first = day.commit(bound=ROLL)
    assert not status(day).begun
    day.seed(first, by="authority/1", also="")
    assert status(day).begun
    later = day.commit(bound=ROLL, follows=first)
    day.seed(later)
    found = hold(day, later)
    assert [each.risk for each in found.earlier] == [1]
    assert (found.stands, found.may_stop) == ("again", False)


def test_whoever_counts_does_not_open_the_rest_for_the_one_who_began() -> None:
    day, commitment = drawn()
    rest = tuple(sorted(STATIONS))
    day.sample(commitment, 1, rest, by="party/azul/1")
    found = status(day)
    assert codes(found) == ["sample-differs"]
    assert not found.rounds[0].rest
    for box in sorted(set(found.rounds[0].drawn[:15])):
        day.count_box(commitment, box)
    assert status(day).may_stop


def test_vouchers_drawn_and_not_looked_at_take_nothing_from_a_risk_at_its_limit() -> None:
    day = AuditDay()
    commitment = day.commit(AuditMethod.BRAVO)
    day.seed(commitment)
    boxes = status(day).next
    day.sample(commitment, 1, boxes)
    for box, times in Counter(each.station for each in boxes).items():
        day.count_box(commitment, box, (times, 0, 0, 0), null=0)
    before = status(day)
    assert before.may_stop
    day.sample(commitment, 2, (p.Box("c0.01", 1),) * len(boxes), by="party/azul/1")
    found = status(day)
    assert (found.risk, found.may_stop, len(found.rounds)) == (before.risk, True, 2)


# --- which sheets ---


def test_hand_counts_are_no_sheets_that_an_audit_could_be_of() -> None:
    day, commitment = drawn()
    hold(day, commitment)
    day.commit(bound=ROLL, basis="paper", by="observer/red/1")
    with pytest.raises(EvidenceError, match="No audit is of the sheets 'paper'"):
        status(day)


def test_copies_whose_outcome_is_not_that_of_the_official_sheets_are_said_to_be() -> None:
    day = AuditDay()
    for box in STATIONS[:10]:
        day.copy("party/azul/1", box, (10, 150, 10, 3), null=2)
    day.commit(bound=ROLL, basis="copies:party/azul", by="party/azul/1")
    assert codes(status(day)) == ["official-otherwise"]
    day = AuditDay()
    for box in STATIONS:
        day.copy("party/azul/1", box, day.paper[box], null=2)
    day.commit(bound=ROLL, basis="copies:party/azul", by="party/azul/1")
    assert codes(status(day)) == []
