"""Boxes with the ballots of several stations, and stations with several boxes, as a manifest lists them."""

from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction
from itertools import product
from typing import Any

import numpy as np
import pytest

from escrutinio.base.errors import EvidenceError, InputError
from escrutinio.core.records import types as t
from escrutinio.core.records.codes import AuditMethod, BoundSource
from escrutinio.core.records.commitments import count_digest
from escrutinio.evidence.audit.bounds import Boxes, error_bounds, relative_error
from escrutinio.evidence.audit.boxes import MOST_MIXED, read_manifest
from escrutinio.evidence.audit.hand_counts import hand_count
from escrutinio.evidence.audit.records import read_audit
from escrutinio.evidence.audit.standing import AuditStatus
from escrutinio.evidence.audit.status import audit_status
from tests.evidence.audit.contest import most_votes
from tests.evidence.audit.made import COUNTING, STATIONS, AuditDay, salt

FIRST, SECOND, THIRD = STATIONS[0], STATIONS[1], STATIONS[4]
HEAD = b"station,seal,most\n"


def listed(*rows: str) -> bytes:
    return HEAD + "".join(f"{row}\n" for row in rows).encode()


def test_a_seal_at_several_stations_is_of_one_box_and_chains_of_them_too() -> None:
    found = read_manifest(
        listed("c,y,3", "a,x,1", "b,x,2", "b,y,4", "d,z,5", "e,,6", "f,,7", "g,u,8", "g,v,9")
    )
    assert found.mixed == {"a": ("a", "b", "c")}
    assert found.most == {"c": 3, "a": 1, "b": 6, "d": 5, "e": 6, "f": 7, "g": 17}
    assert (found.seals["b"], found.seals["g"], found.seals["e"]) == (("x", "y"), ("u", "v"), ("",))


@pytest.mark.parametrize("rows", [("a,x,1", "a,x,1"), ("a,,1", "a,x,1"), ("a,x,1", "a,,1"), ("a,x,-1",)])
def test_a_station_twice_needs_two_seals(rows: tuple[str, ...]) -> None:
    with pytest.raises(EvidenceError, match="twice"):
        read_manifest(listed(*rows))


def test_too_many_stations_are_no_box() -> None:
    rows = [f"s{number:03},x,1" for number in range(MOST_MIXED + 1)]
    assert len(read_manifest(listed(*rows[:-1])).mixed["s000"]) == MOST_MIXED
    with pytest.raises(EvidenceError, match="64 at most"):
        read_manifest(listed(*rows))


class MixedDay(AuditDay):
    """The ballots of the first two stations lie in one box, and those of the fifth in two."""

    def __init__(self, **kept: Any) -> None:
        super().__init__(**kept)
        rows = [
            f"{name},{'both' if name in (FIRST, SECOND) else name},{sum(self.paper[name]) + 2}"
            for name in STATIONS
            if name != THIRD
        ]
        rows += [f"{THIRD},one,100", f"{THIRD},two,49"]
        boxes = self.attach(listed(*rows))
        self.mixing = self.digest(self.say(t.BallotManifest(boxes), "authority/1", "presidente"))

    def begin(self, method: AuditMethod = AuditMethod.PPEB_BETTING, **fixed: Any) -> bytes:
        commitment = self.commit(method, manifest=self.mixing, **fixed)
        self.seed(commitment)
        return commitment

    def both(self) -> tuple[int, ...]:
        return tuple(a + b for a, b in zip(self.paper[FIRST], self.paper[SECOND], strict=True))

    def count_both(self, commitment: bytes, others: tuple[str, ...] = (SECOND,)) -> None:
        """Two organisations count the box of the first two stations."""
        body = t.MixedCount(others, commitment, self.both(), (4, 0))
        for by in COUNTING:
            promise = t.CountCommitment(commitment, count_digest(salt(by), body))
            self.say(promise, by, f"{FIRST}/presidente")
        for by in COUNTING:
            self.say(replace(body, salt=salt(by)), by, f"{FIRST}/presidente")

    def status(self) -> AuditStatus:
        return audit_status(self.state(), "presidente", attachments=self.attachments.get)

    def open_all(self, commitment: bytes, **mixed: Any) -> AuditStatus:
        names = tuple(name for name in STATIONS if name != SECOND)
        self.sample(commitment, 1, names)
        for name in names[1:]:
            self.count_box(commitment, name)
        self.count_both(commitment, **mixed)
        return self.status()


def codes(found: AuditStatus) -> list[str]:
    return [each.code for each in found.notes]


def test_one_count_of_a_mixed_box_is_compared_with_the_sum_of_its_sheets() -> None:
    day = MixedDay()
    found = day.open_all(day.begin())
    assert (found.boxes, found.own.boxes) == (39, 39)
    assert found.settled is True
    box = next(each for each in found.compared if each.station == FIRST)
    assert box.counted == box.reported
    assert (box.error, box.vouchers) == (0, sum(day.both()) + 4)
    assert found.own.outstanding.stations == 0
    assert codes(found) == ["mixed"]
    assert f"{FIRST}, {SECOND} lie in one box" in found.notes[0].sentence("en")
    # The counts of an audit's mixed box are nobody's hand count of one station.
    assert not day.state().findings


def test_errors_that_cancel_out_in_one_box_are_none_and_others_add_up() -> None:
    class Exchanged(MixedDay):
        def reported(self, name: str) -> tuple[int, int, int, int]:
            votes = self.paper[name]
            moved = {FIRST: 10, SECOND: -7}.get(name, 0)
            return (votes[0] + moved, votes[1] - moved, votes[2], votes[3])

    found = (day := Exchanged()).open_all(day.begin())
    box = next(each for each in found.compared if each.station == FIRST)
    assert box.error == 2 * (10 - 7)


def test_a_count_of_one_of_the_stations_or_of_others_does_not_enter() -> None:
    day = MixedDay()
    commitment = day.begin()
    found = day.open_all(commitment, others=(THIRD,))
    assert found.rounds[0].awaiting == (FIRST,)
    assert codes(found) == ["mixed", "count-other-box", "count-other-box"]
    day.count_box(commitment, SECOND)
    assert codes(day.status())[-2:] == ["count-other-box", "count-other-box"]


@pytest.mark.parametrize(
    "counts",
    [{"counts": (1, 2, 3)}, {"classes": (1,)}, {"valid": 10}],
)
def test_figures_that_do_not_fit_the_contest_are_left_out(counts: Mapping[str, Any]) -> None:
    day = MixedDay()
    commitment = day.begin()
    names = day.status().suggested
    day.sample(commitment, 1, names)
    body = replace(t.MixedCount((SECOND,), commitment, day.both(), (4, 0), salt=salt("x")), **counts)
    day.say(body, COUNTING[0], f"{FIRST}/presidente")
    assert codes(day.status()) == ["mixed", "count-form"]
    day.say(t.MixedCount((SECOND,), commitment, day.both(), (4, 0)), COUNTING[1], f"{FIRST}/presidente")
    assert codes(day.status()) == ["mixed", "count-form", "count-uncommitted"]


def test_a_station_without_a_sheet_adds_its_bound_and_stays_outstanding() -> None:
    class Silent(MixedDay):
        def sheet(self, by: str, station: str, *rest: Any, **more: Any) -> int:
            return -1 if station == SECOND else super().sheet(by, station, *rest, **more)

    day = Silent()
    commitment = day.begin()
    found = day.status()
    assert (found.boxes, found.own.outstanding.stations) == (39, 1)
    both = sum(day.both()) + 4
    day.sample(commitment, 1, found.suggested)
    day.count_both(commitment)
    after = day.status()
    assert not after.rounds[0].above  # it holds more than the sheet says, not more than is listed
    assert both > sum(day.paper[FIRST]) + 2


@pytest.mark.parametrize(
    ("method", "code"), [(AuditMethod.HOT_AUDIT, "hot-mixed"), (AuditMethod.SRS_ALPHA, None)]
)
def test_a_hot_audit_of_mixed_boxes_is_refused(method: AuditMethod, code: str | None) -> None:
    day = MixedDay()
    day.begin(method)
    if code is None:
        assert day.status().boxes == 39
        return
    with pytest.raises(EvidenceError) as refused:
        day.status()
    assert refused.value.code == code


def test_a_mixed_box_with_ballots_of_no_station_is_refused() -> None:
    day = MixedDay()
    boxes = day.attach(listed(f"{FIRST},s,200", "zz.99,s,100"))
    manifest = day.digest(day.say(t.BallotManifest(boxes), "authority/1", "presidente"))
    day.commit(manifest=manifest, bound=BoundSource.REGISTERED)
    with pytest.raises(EvidenceError) as refused:
        day.status()
    assert refused.value.code == "manifest-stranger"


def test_by_brute_force_a_wrong_outcome_shows_in_the_errors_of_mixed_boxes() -> None:
    """Three stations, two of them in one box: for all papers that fit the bounds and have another outcome the
    errors add up to the margin at least, and none is above its bound."""
    sheets = np.array([(2, 1), (1, 0), (1, 1)], np.int64)
    boxes = Boxes(("a", "c"), np.array([sheets[:2].sum(axis=0), sheets[2]]), np.array([6, 3], np.int64))
    outcome = most_votes(boxes.totals)
    bounds = error_bounds(boxes, outcome)
    wrong = 0
    ways = [votes for votes in product(range(4), repeat=2) if sum(votes) <= 3]
    for papers in product(ways, repeat=3):
        first, second = (sum(votes[place] for votes in papers) for place in (0, 1))
        if first > second:
            continue
        wrong += 1
        inside = [tuple(map(sum, zip(*papers[:2], strict=True))), papers[2]]
        errors = [
            relative_error(bounds, boxes.figures[place].tolist(), (*votes, sum(votes)))
            for place, votes in enumerate(inside)
        ]
        assert sum(errors) >= 1
        assert all(error <= bounds.of(place) for place, error in enumerate(errors))
    assert wrong == 564
    assert bounds.total == Fraction(int(bounds.numerator.sum()), bounds.margins[0])


def test_a_manifest_that_is_kept_back_changes_no_draw() -> None:
    """It says which boxes are mixed, so without it nothing is drawn, whatever bounds the boxes."""
    day = MixedDay()
    day.begin(bound=BoundSource.REGISTERED)
    assert day.status().boxes == 39
    with pytest.raises(EvidenceError) as refused:
        audit_status(day.state(), "presidente")
    assert refused.value.code == "manifest-missing"


def test_single_vouchers_of_a_mixed_box_are_placed_in_all_of_it() -> None:
    day = MixedDay()
    day.begin(AuditMethod.BRAVO)
    found = day.status()
    places = [box.position for box in found.next if box.station == FIRST]
    assert SECOND not in found.suggested
    assert max(place or 0 for place in places) > sum(day.paper[FIRST]) + 2


class TwoMarks(MixedDay):
    """The same where a ballot may have two marks, and has one."""

    def __init__(self) -> None:
        def law(usual: t.Definition) -> t.Definition:
            first, *others = usual.contests
            return replace(usual, contests=(replace(first, marks=2), *others))

        super().__init__(law=law)

    def sheet(
        self, by: str, station: str, counts: tuple[int, ...], null: int = 0, blank: int = 0,
        *, ballots: int | None = None, contest: str = "presidente",
    ) -> int:  # fmt: skip
        body = t.TallySheet(counts, (null, blank), sum(counts), ballots)
        return self.say(body, by, f"{station}/{contest}")


@pytest.mark.parametrize(("marks", "enters"), [((130, 100, 70, 0), True), ((151, 100, 49, 0), False)])
def test_a_count_with_more_marks_than_its_ballots_can_have_does_not_enter(
    marks: tuple[int, ...], enters: bool
) -> None:
    """150 valid ballots with up to two marks, at most one for each option."""
    day = TwoMarks()
    commitment = day.begin()
    day.sample(commitment, 1, tuple(name for name in STATIONS if name != SECOND))
    body = t.MixedCount((SECOND,), commitment, marks, (4, 0), 150)
    for by in COUNTING:
        day.say(t.CountCommitment(commitment, count_digest(salt(by), body)), by, f"{FIRST}/presidente")
    for by in COUNTING:
        day.say(replace(body, salt=salt(by)), by, f"{FIRST}/presidente")
    found = day.status()
    assert (FIRST not in found.rounds[0].awaiting) is enters
    assert ("count-form" in codes(found)) is not enters


def test_a_count_with_too_many_marks_is_refused_where_it_is_written() -> None:
    day = TwoMarks()
    commitment = day.begin()
    state = day.state()
    audit = read_audit(state, "presidente", commitment, attachments=day.attachments.get)
    view = state.contest("presidente")
    row = dict.fromkeys(view.options, "40") | dict.fromkeys(view.classes, "0") | {"station": THIRD}
    assert hand_count(audit, {THIRD: 1}, view, row | {"valid": "80"}).valid == 80
    for valid in ("79", "39"):
        with pytest.raises(InputError) as refused:
            hand_count(audit, {THIRD: 1}, view, row | {"valid": valid})
        assert refused.value.code == "count-marks"
