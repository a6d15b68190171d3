"""What somebody could try so that an audit confirms an outcome that the paper does not have, and what it
meets."""

from collections import Counter
from fractions import Fraction
from hashlib import sha256
from itertools import accumulate, combinations, product
from math import exp
from typing import Any

import numpy as np
import pytest

from escrutinio.core.records import parts as p
from escrutinio.core.records.codes import AuditMethod, BoundSource
from escrutinio.evidence.audit.bounds import Boxes
from escrutinio.evidence.audit.counts import Counted
from escrutinio.evidence.audit.measure import HOT_SHARE, Bravo, Hot, Ppeb, Srs
from escrutinio.evidence.audit.replay import named
from escrutinio.evidence.audit.standing import AuditStatus
from escrutinio.evidence.audit.status import MOST_AUDITS, audit_status, audit_statuses
from escrutinio.evidence.audit.strata import Stratum, stratified_risk
from tests.evidence.audit.contest import most_votes
from tests.evidence.audit.made import SEED, STATIONS, AuditDay

FIVE = Fraction(1, 20)


def status(day: AuditDay, commitment: bytes | None = None) -> AuditStatus:
    return audit_status(day.state(), "presidente", commitment, attachments=day.attachments.get)


def codes(found: AuditStatus) -> list[str]:
    for note in found.notes:
        assert note.sentence("en")
        assert note.sentence("es")
    for language in ("en", "es"):
        assert all(found.sentences(language))
    return [note.code for note in found.notes]


def held(day: AuditDay, commitment: bytes, seed: str = SEED) -> AuditStatus:
    """The audit of a commitment with its first round drawn and counted as the paper has it."""
    day.seed(commitment, seed)
    boxes = status(day, commitment).suggested
    day.sample(commitment, 1, boxes)
    for box in sorted(set(boxes)):
        day.count_box(commitment, box)
    return status(day, commitment)


class Elsewhere(AuditDay):
    """Blas has won on paper, ana on the sheets; only those of the first center are right."""

    def __init__(self) -> None:
        super().__init__()
        for name in self.paper:
            if not name.startswith("c0"):
                self.paper[name] = (20, 100, 20, 3)


# --- the hot audit ---


def test_a_hot_audit_is_not_certified_by_some_of_its_boxes() -> None:
    day = Elsewhere()
    commitment = day.commit(AuditMethod.HOT_AUDIT, limit=p.Fraction(1, 10))
    day.seed(commitment)
    selected = status(day).suggested
    assert len(selected) == 10
    for number, box in enumerate(selected, start=1):
        day.sample(commitment, number, (box,))
        day.count_box(commitment, box)
        found = status(day)
        assert found.risk == 1
        assert not found.may_stop
        if number < 10:
            assert found.suggested == selected[number:]
    # Differences are found, and there is a next step that is not all of the paper.
    assert found.suggested == () or len(found.suggested) < 40


def test_a_hot_audit_in_rounds_adds_up() -> None:
    day = AuditDay()
    commitment = day.commit(AuditMethod.HOT_AUDIT, limit=p.Fraction(1, 10))
    day.seed(commitment)
    selected = status(day).suggested
    for number, boxes in enumerate((selected[:4], selected[4:]), start=1):
        day.sample(commitment, number, boxes)
        for box in boxes:
            day.count_box(commitment, box)
    found = status(day)
    assert [each.measured.risk for each in found.rounds] == [1, Fraction(3, 4) ** 10 / HOT_SHARE]
    assert found.may_stop
    assert codes(found) == []


def hot(votes: list[tuple[int, int]], sizes: list[int], seed: str) -> Hot:
    """Boxes in centers of these sizes, each full."""
    names = iter(f"{number:03}" for number in range(len(votes)))
    centers = {f"c{number}": [next(names) for _ in range(size)] for number, size in enumerate(sizes)}
    figures = np.array(votes, np.int64)
    boxes = Boxes(tuple(f"{number:03}" for number in range(len(votes))), figures, figures.sum(axis=1))
    return Hot(boxes, most_votes(boxes.totals), centers, seed=seed)


def as_counted(votes: tuple[int, ...]) -> Counted:
    return Counted(votes, (), sum(votes), sum(votes), 0)


def test_whoever_loses_the_boxes_that_differ_gains_nothing() -> None:
    """300 centers of two: of three boxes opened for each that differs, one is found; all found are lost."""
    sheets = [(60, 40)] * 600
    procedure = hot(sheets, [2] * 300, SEED)
    counts = {name: as_counted((60, 40)) for name in procedure.boxes.names}
    clean = procedure.measure(procedure.selected, counts, FIVE)
    assert clean.risk < Fraction(1, 10**9)
    lost = dict(counts)
    for name in procedure.selected[:20]:
        del lost[name]
    some = procedure.measure(procedure.selected, lost, FIVE)
    assert clean.risk < some.risk <= FIVE
    for name in procedure.selected[20:150]:
        del lost[name]
    many = procedure.measure(procedure.selected, lost, FIVE)
    assert many.risk == 1
    assert many.more is not None
    assert 0 < many.more < 600


def test_the_test_of_strata_holds_for_every_small_population() -> None:
    """Two centers of two and three boxes, every placing of errors that reach the margin, every sample: the
    chance of a risk of α or less is α at most."""
    margin = 4
    for errors in product(range(4), repeat=5):
        if sum(errors) < margin:
            continue
        found: Counter[Fraction] = Counter()
        for one, two in product(combinations(errors[:2], 1), combinations(errors[2:], 1)):
            strata = [Stratum(2, 1, sum(one), 3), Stratum(3, 1, sum(two), 3)]
            found[stratified_risk(strata, margin)] += 1
        chances = accumulate(found[risk] for risk in sorted(found))
        assert all(Fraction(times, 6) <= risk for times, risk in zip(chances, sorted(found), strict=True))


def test_the_test_of_strata_by_hand() -> None:
    strata = [Stratum(4, 1, 1, 10), Stratum(2, 2, 3, 10)]
    # The estimate is 4·1 + 3 votes; only the first center leaves anything to chance, 40² of it.
    assert float(stratified_risk(strata, 47)) == pytest.approx(exp(-2 * 40**2 / 1600), rel=1e-9)
    assert stratified_risk(strata, 7) == stratified_risk(strata, 0) == 1
    assert stratified_risk(strata[1:], 4) == 0


# --- what bounds a box ---


def dropped(bound: int) -> tuple[Boxes, list[tuple[int, int]]]:
    """500 boxes of 300 vouchers of which 40 sheets state ten: on paper the second has won."""
    paper = [(20, 280)] * 40 + [(160, 140)] * 460
    sheets = [(6, 4)] * 40 + [(160, 140)] * 460
    names = tuple(f"{number:03}" for number in range(500))
    return Boxes(names, np.array(sheets, np.int64), np.full(500, bound, np.int64)), paper


@pytest.mark.parametrize("kind", [Ppeb, Srs])
def test_sheets_that_drop_votes_do_not_shrink_their_own_boxes(kind: type[Ppeb | Srs]) -> None:
    boxes, paper = dropped(400)
    procedure = kind(boxes, most_votes(boxes.totals))
    counts = dict(zip(boxes.names, map(as_counted, paper), strict=True))
    passed = 0
    for number in range(25):
        drawn = [box.station for box in procedure.draw(f"{number:020}", 60)]
        passed += procedure.measure(drawn, counts, FIVE).risk <= FIVE
    assert passed <= 4  # of 25 at 5 %, more than four are 0.7 %
    assert procedure.settled(counts) is False


def test_what_a_sheet_states_bounds_nothing() -> None:
    day = AuditDay(registered="")
    day.commit(bound=BoundSource.REGISTERED)
    with pytest.raises(Exception, match="Nothing bounds the vouchers in 40 boxes"):
        status(day)
    day.commit(bound=BoundSource.REGISTERED, most=200, by="party/azul/1")
    with_number = status(day).sum_of_bounds
    day.commit(bound=BoundSource.LAW, most=200, by="observer/red/1")
    assert with_number == status(day).sum_of_bounds is not None


# --- single vouchers ---


def test_a_draw_of_a_voucher_names_its_place_in_the_box() -> None:
    bounds = [3, 1, 4]
    boxes = Boxes(("a", "b", "c"), np.array([(2, 1), (1, 0), (2, 1)], np.int64), np.array(bounds))
    drawn = Bravo(boxes, most_votes(boxes.totals)).draw(SEED, 400)
    ends = list(accumulate(bounds))
    for number, box in enumerate(drawn[:50], start=1):
        place = int(sha256(f"{SEED},{number}".encode()).hexdigest(), 16) * 8 // 2**256
        which = next(index for index, end in enumerate(ends) if place < end)
        assert box == p.Box("abc"[which], place - ends[which] + bounds[which] + 1)
    assert Counter(drawn).keys() == {p.Box("abc"[i], n) for i in range(3) for n in range(1, bounds[i] + 1)}
    assert named(drawn[0]) == f"{drawn[0].station} #{drawn[0].position}"


@pytest.mark.parametrize(("stated", "where"), [(400, 0), (0, 400)])
def test_vouchers_that_are_not_there_count_for_the_loser(stated: int, where: int) -> None:
    """Null vouchers that the sheets of one side state and that do not exist: 100 of 400 places are empty."""
    paper = [(180, 120)] * 20 + [(100, 230)] * 20
    sheets = np.array([(180, 120)] * 20 + [(100, 130)] * 20, np.int64)
    bound = np.array([300 + stated] * 20 + [330 + where] * 20, np.int64)
    boxes = Boxes(tuple(f"{number:02}" for number in range(40)), sheets, bound)
    procedure = Bravo(boxes, most_votes(boxes.totals))
    place = dict(zip(boxes.names, paper, strict=True))
    passed = 0
    for number in range(40):
        drawn, votes = procedure.draw(f"{number:020}", 600), Counter[tuple[str, int]]()
        for box in drawn:
            first, second = place[box.station]
            at = box.position or 0
            if at <= first + second:
                votes[box.station, int(at > first)] += 1
        counts = {name: as_counted((votes[name, 0], votes[name, 1])) for name in boxes.names}
        passed += procedure.measure([box.station for box in drawn], counts, FIVE).risk <= FIVE
    assert passed == 0


def test_places_stand_in_the_sample_and_are_compared() -> None:
    day = AuditDay()
    commitment = day.commit(AuditMethod.BRAVO)
    day.seed(commitment)
    boxes = status(day).next
    assert all(1 <= (box.position or 0) <= 165 for box in boxes)
    day.sample(commitment, 1, (p.Box(boxes[0].station, 1 + (boxes[0].position or 0)), *boxes[1:]))
    found = status(day)
    assert codes(found) == ["sample-differs"]
    assert named(boxes[0]) in found.notes[0].sentence("en")
    assert found.rounds[0].boxes == boxes


# --- one audit, committed ---


def test_an_audit_repeated_until_it_ends_well_shows_nothing() -> None:
    day = AuditDay()
    for box in STATIONS[20:37]:
        _, blas, _, _ = day.paper[box]
        day.paper[box] = (0, min(160, blas + 80), 20, 3)
    before: list[bytes] = []
    risks = []
    for number in (1, 2, 3):
        before.append(day.commit(follows=before[-1] if before else None))
        risks.append(held(day, before[-1], f"{number:020}").measured)
    good = day.commit(follows=before[-1])
    day.seed(good)
    boxes = status(day, good).suggested
    day.sample(good, 1, boxes)
    for box in sorted(set(boxes)):
        day.count_box(good, box, (60, 49, 40, 3))  # as if all of these agreed well enough
    last = status(day, good)
    assert [each.risk for each in last.earlier] == risks
    assert last.risk == max(*risks, last.measured) > FIVE
    assert not last.may_stop
    all_of_them = audit_statuses(day.state(), "presidente", attachments=day.attachments.get)
    assert [each.digest for each in all_of_them.made] == [*before, good]
    assert all_of_them.made[-1] == last


def test_a_second_audit_by_another_officer_is_the_authoritys_second() -> None:
    day = AuditDay()
    first = day.commit(limit=p.Fraction(1, 1000))
    assert held(day, first).measured == status(day).risk
    day.commit(by="authority/2")
    other = status(day)
    assert [each.index for each in other.earlier] == [status(day, first).index]
    assert codes(other) == ["repeated"]
    day.commit(by="observer/red/1")
    assert status(day).earlier == ()


def test_the_better_of_two_audits_is_stated_no_lower_than_the_first() -> None:
    day = AuditDay()
    first = day.commit()
    day.seed(first)
    day.sample(first, 1, status(day).suggested)
    second = day.commit(follows=first, limit=p.Fraction(1, 10))
    found = held(day, second)
    assert found.measured <= Fraction(1, 10)
    assert found.risk == 1
    assert not found.may_stop
    assert "is not stated below that one's" in found.sentences("en")[0]
    for box in sorted(set(status(day, first).rounds[0].drawn)):
        day.count_box(first, box)
    assert status(day, second).may_stop


def test_an_audit_whose_manifest_was_kept_back_is_not_forgotten() -> None:
    day = AuditDay()
    first = day.commit()
    day.seed(first)
    second = day.commit(bound=BoundSource.REGISTERED, follows=first)
    day.seed(second)
    found = audit_status(day.state(), "presidente", second)  # no attachment is there
    assert [each.risk for each in found.earlier] == [1]
    made = audit_statuses(day.state(), "presidente").made
    assert [each.earlier for each in made] == [found.earlier]


def test_more_audits_than_anybody_needs_are_left_aside() -> None:
    day = AuditDay()
    for _ in range(MOST_AUDITS + 2):
        last = day.commit(bound=BoundSource.REGISTERED)
    found = audit_statuses(day.state(), "presidente")
    assert len(found.made) == MOST_AUDITS
    assert [each.why.code for each in found.aside] == ["audit-too-many"] * 2
    assert [each.risk for each in status(day, last).earlier] == [1]


def test_nobody_alone_writes_a_seed() -> None:
    day = AuditDay()
    commitment = day.commit()
    day.seed(commitment, also="")
    assert status(day).seed is None
    assert codes(status(day)) == ["seed-alone"]
    day.seed(commitment, by="authority/2", also="")
    assert status(day).seed is None
    day.open_digits(commitment, SEED[::-1], "observer/red/1", instead_of="authority/1")
    assert status(day).seed is None
    day.open_digits(commitment, SEED, "party/azul/1", instead_of="authority/1")
    assert status(day).seed == SEED


def test_boxes_that_were_opened_before_the_draw_do_not_enter() -> None:
    day = AuditDay()
    commitment = day.commit()
    for box in STATIONS:
        day.count_box(commitment, box)
    day.seed(commitment)
    boxes = status(day).suggested
    day.sample(commitment, 1, boxes)
    found = status(day)
    assert found.risk == 1
    assert set(found.rounds[0].awaiting) == set(boxes)
    assert codes(found).count("count-before") == 4 * len(STATIONS)
    # Who has shown a count cannot count that box blind any more.
    day.count_box(commitment, boxes[0])
    assert boxes[0] in status(day).rounds[0].awaiting


# --- an end ---


@pytest.mark.parametrize("kind", [Ppeb, Srs])
@pytest.mark.parametrize(("last", "settled"), [((51, 50), True), ((41, 60), False), ((40, 61), False)])
def test_all_the_paper_settles_it(kind: type[Ppeb | Srs], last: tuple[int, int], settled: bool) -> None:
    names = tuple(f"{number:02}" for number in range(20))
    boxes = Boxes(names, np.array([(51, 50)] * 20, np.int64), np.full(20, 101, np.int64))
    procedure = kind(boxes, most_votes(boxes.totals))
    counts = {name: as_counted((51, 50)) for name in names} | {"07": as_counted(last)}
    assert procedure.settled({name: counts[name] for name in names[:-1]}) is None
    assert procedure.settled(counts) is settled
    assert procedure.settled(counts, outstanding=20) is False
    if kind is Srs:
        assert (procedure.measure(names, counts, FIVE).risk == 0) is settled


def whole(day: AuditDay, **fixed: Any) -> tuple[bytes, AuditStatus]:
    """An audit all of whose boxes are opened at once and counted."""
    commitment = day.commit(**fixed)
    day.seed(commitment)
    day.sample(commitment, 1, STATIONS)
    for box in STATIONS:
        day.count_box(commitment, box)
    return commitment, status(day, commitment)


def test_a_sample_of_all_the_rest_ends_an_audit() -> None:
    day = AuditDay()
    _, found = whole(day)
    assert found.settled is True
    assert found.risk == found.own.risk_outstanding == 0
    assert found.may_stop
    assert found.suggested == ()
    assert codes(found) == []
    assert "nothing is left to chance" in found.sentences("en")[0]
    _, wrong = whole(Elsewhere())
    assert wrong.settled is False
    assert wrong.risk == 1
    assert not wrong.may_stop
    assert "The paper's totals are the answer" in wrong.sentences("en")[0]


def test_a_whole_count_stands_though_a_bound_did_not_hold_and_an_audit_went_before() -> None:
    day = AuditDay()
    first = day.commit()
    day.seed(first)
    day.paper[STATIONS[3]] = (75, 60, 40, 3)
    _, found = whole(day, follows=first)
    assert found.rounds[0].above == (STATIONS[3],)
    assert found.earlier
    assert found.risk == 0
    assert found.may_stop
    assert codes(found) == ["above-bound"]


def test_the_rest_is_opened_where_draws_are_no_less_work() -> None:
    day = AuditDay()
    first = day.commit(by="party/azul/1")
    day.seed(first, by="party/azul/1")
    boxes = status(day).suggested[:3]
    commitment = day.commit(limit=p.Fraction(1, 10**6))
    day.seed(commitment)
    assert status(day).suggested == STATIONS
    day.sample(commitment, 1, boxes)
    for box in sorted(set(boxes)):
        day.count_box(commitment, box)
    found = status(day)
    assert codes(found) == []
    assert set(found.suggested) == set(STATIONS) - set(boxes)
    assert list(found.suggested) == sorted(found.suggested)
    assert found.stands == "rest"
    day.sample(commitment, 2, found.suggested)
    waiting = status(day)
    assert waiting.stands == "waiting"
    assert waiting.measured == found.measured  # boxes that no draw named change no risk
    for box in found.suggested:
        day.count_box(commitment, box)
    assert status(day).settled is True
    day.sample(commitment, 3, STATIONS[:1])
    assert codes(status(day)) == ["sample-size"]


# --- errors for the winner ---


def test_columns_exchanged_in_a_box_of_the_losers_end_nothing() -> None:
    sheets = np.array([(160, 140)] * 60 + [(1, 298)] * 2, np.int64)
    names = tuple(f"{number:02}" for number in range(62))
    boxes = Boxes(names, sheets, sheets.sum(axis=1) + 1)
    procedure = Ppeb(boxes, most_votes(boxes.totals))
    right = {name: as_counted((int(a), int(b))) for name, (a, b) in zip(names, sheets, strict=True)}
    wrong = {**right, "60": as_counted((298, 1))}
    drawn = ["03", "60"]
    assert procedure.measure(drawn, wrong, FIVE) == procedure.measure(drawn, right, FIVE)
