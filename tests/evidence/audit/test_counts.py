"""On which hand counts two organisations agree, and how a slip is mended."""

import pytest

from escrutinio.core.records.codes import Role
from tests.evidence.audit.made import COUNTING, NAMED, AuditDay
from tests.evidence.audit.test_status import begun, codes, status


@pytest.mark.parametrize(
    "counts",
    [
        [((60, 40, 40, 3), "party/azul/1")],
        [((60, 40, 40, 3), "party/azul/1"), ((60, 40, 40, 4), "observer/red/1")],
    ],
)
def test_hand_counts_that_do_not_agree(counts: list[tuple[tuple[int, ...], str]]) -> None:
    day, commitment, boxes = begun()
    day.sample(commitment, 1, boxes)
    for votes, by in counts:
        day.commit_count(commitment, boxes[0], votes, by=(by,))
    for votes, by in counts:
        day.open_count(commitment, boxes[0], votes, by=(by,))
    found = status(day)
    assert boxes[0] in found.rounds[0].awaiting
    assert codes(found) == ["count-early"] * (len(counts) == 1)


def test_a_slip_is_mended_by_two_who_both_correct_it() -> None:
    day, commitment, boxes = begun()
    day.sample(commitment, 1, boxes)
    box, slip, right = boxes[0], (60, 41, 40, 3), day.paper[boxes[0]]
    day.commit_count(commitment, box, slip)
    mine, theirs = (day.open_count(commitment, box, slip, by=(by,)) for by in COUNTING)
    day.open_count(commitment, box, right)
    found = status(day)
    assert box not in found.rounds[0].awaiting  # the slip, on which both agree
    assert codes(found) == ["count-again", "count-again"]
    before = found.risk
    day.open_count(commitment, box, right, by=COUNTING[:1], corrects=mine)
    alone = status(day)
    assert alone.rounds == found.rounds  # nobody alone undoes what was agreed
    assert codes(alone) == ["count-again", "count-again", "count-corrected"]
    day.open_count(commitment, box, right, by=COUNTING[1:], corrects=theirs)
    mended = status(day)
    assert box not in mended.rounds[0].awaiting
    assert mended.risk <= before
    for name in sorted(set(boxes) - {box}):
        day.count_box(commitment, name)
    assert status(day).may_stop


def test_a_count_that_differs_is_not_mended_by_one_of_the_two() -> None:
    day, commitment, boxes = begun()
    day.sample(commitment, 1, boxes)
    box, slip = boxes[0], (60, 41, 40, 3)
    day.commit_count(commitment, box, by=COUNTING[:1])
    day.commit_count(commitment, box, slip, by=COUNTING[1:])
    mine = day.open_count(commitment, box, by=COUNTING[:1])
    theirs = day.open_count(commitment, box, slip, by=COUNTING[1:])
    assert box in status(day).rounds[0].awaiting
    day.open_count(commitment, box, by=COUNTING[1:], corrects=theirs)
    assert box in status(day).rounds[0].awaiting
    day.open_count(commitment, box, by=COUNTING[:1], corrects=mine)
    assert box not in status(day).rounds[0].awaiting


def test_four_organisations_that_agree_by_two() -> None:
    day = AuditDay()
    day.enrol("observer/mar/1", Role.OBSERVER)
    commitment = day.commit(organisations=(*NAMED, "observer/sol", "observer/mar"))
    day.seed(commitment)
    boxes = status(day).suggested
    day.sample(commitment, 1, boxes)
    others = ("observer/sol/1", "observer/mar/1")
    day.commit_count(commitment, boxes[0])
    day.commit_count(commitment, boxes[0], (60, 41, 40, 3), by=others)
    day.open_count(commitment, boxes[0])
    day.open_count(commitment, boxes[0], (60, 41, 40, 3), by=others)
    found = status(day)
    assert boxes[0] in found.rounds[0].awaiting
    assert codes(found) == ["counts-differ"]
