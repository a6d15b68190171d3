"""Audits of several contests with one sample: one draw, a test for each, and the greatest of their risks."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from itertools import accumulate, permutations, product
from typing import Any

import numpy as np
import pytest

from escrutinio.base.errors import EvidenceError
from escrutinio.core.records import parts as p
from escrutinio.core.records.codes import AuditMethod, BoundSource, Method
from escrutinio.evidence.audit.bounds import Boxes, error_bounds
from escrutinio.evidence.audit.counts import Counted
from escrutinio.evidence.audit.frame import Frame, greatest
from escrutinio.evidence.audit.joint import plan_jointly
from escrutinio.evidence.audit.measure import Bravo, Ppeb, Srs
from escrutinio.evidence.audit.ppeb import MACRO
from escrutinio.evidence.audit.standing import AuditStatus
from escrutinio.evidence.audit.status import audit_status, audit_statuses, pool_of
from tests.core.election.build import COUNCIL as COUNCIL_RULES
from tests.evidence.audit.contest import most_votes
from tests.evidence.audit.made import SEED, STATIONS, AuditDay

NORTH = STATIONS[:20]
HERE = BoundSource.REGISTERED
COUNCIL = p.AuditedContest("consejo", "reported", BoundSource.REGISTERED)
SEATS = (80, 40)
MAYOR = replace(COUNCIL_RULES, code="alcalde", method=Method.PLURALITY, seats=1)
LISTS = replace(COUNCIL_RULES, code="alcalde", seats=2)
MAYORS = (110, 25)
ONE = Fraction(1)


class TwoContests(AuditDay):
    """The day of one contest, with a council that the twenty stations of the north vote for too."""

    def __init__(self) -> None:
        super().__init__()
        self.council = dict.fromkeys(NORTH, SEATS)
        for name in NORTH:
            self.sheet(f"machine/{name}", name, SEATS, contest="consejo", null=2)

    def begin(self, method: AuditMethod = AuditMethod.PPEB_BETTING, **fixed: Any) -> bytes:
        fixed = {"bound": BoundSource.REGISTERED, "beside": (COUNCIL,), **fixed}
        commitment = self.commit(method, **fixed)
        self.seed(commitment)
        return commitment

    def status(self, contest: str = "presidente", commitment: bytes | None = None) -> AuditStatus:
        return audit_status(self.state(), contest, commitment, attachments=self.attachments.get)

    def count_drawn(self, commitment: bytes, boxes: tuple[str, ...]) -> None:
        for box in dict.fromkeys(boxes):
            self.count_box(commitment, box)
            if box in self.council:
                self.count_box(commitment, box, self.council[box], about="consejo")


@pytest.mark.parametrize("method", [AuditMethod.PPEB_BETTING, AuditMethod.SRS_ALPHA])
def test_one_sample_ends_the_audit_of_both_contests(method: AuditMethod) -> None:
    day = TwoContests()
    commitment = day.begin(method)
    began = day.status()
    assert [each.contest for each in began.contests] == ["presidente", "consejo"]
    assert (began.boxes, began.own.boxes, began.of("consejo").boxes) == (40, 40, 20)
    assert began.measured == 1
    drawn = began.suggested
    day.sample(commitment, 1, drawn)
    waiting = day.status()
    assert set(waiting.rounds[0].awaiting) == set(drawn)
    day.count_drawn(commitment, drawn)
    found = day.status()
    assert found.may_stop
    assert found.risk == max(each.measured for each in found.contests) <= Fraction(1, 20)
    assert day.status("consejo") == found
    assert "the risk is the greatest of theirs: President " in found.sentences("en")[0]
    assert "consejo" in found.sentences("es")[0]
    assert {each.contest for each in found.compared} == {"presidente", "consejo"}
    assert len([each for each in found.compared if each.contest == "consejo"]) == len(set(drawn) & set(NORTH))


def test_a_box_waits_until_every_contest_of_it_is_counted() -> None:
    day = TwoContests()
    commitment = day.begin()
    drawn = day.status().suggested
    day.sample(commitment, 1, drawn)
    for box in dict.fromkeys(drawn):
        day.count_box(commitment, box)
    found = day.status()
    assert set(found.rounds[0].awaiting) == set(drawn) & set(NORTH)
    assert found.own.measured <= Fraction(1, 20) < found.of("consejo").measured == found.risk


def test_a_wrong_council_alone_keeps_the_audit_going_to_a_whole_count() -> None:
    day = TwoContests()
    day.council = dict.fromkeys(NORTH, SEATS[::-1])
    commitment = day.begin()
    day.sample(commitment, 1, STATIONS)
    day.count_drawn(commitment, STATIONS)
    found = day.status()
    assert found.settled is False
    assert [found.own.measured, found.of("consejo").measured, found.risk] == [0, 1, 1]


def test_a_contest_whose_paper_is_all_counted_is_settled_before_the_others() -> None:
    day = TwoContests()
    commitment = day.begin()
    day.sample(commitment, 1, STATIONS)
    for box in STATIONS:
        day.count_box(commitment, box)
    for box in NORTH[1:]:
        day.count_box(commitment, box, SEATS, about="consejo")
    found = day.status()
    assert found.settled is None
    assert found.own.measured == 0
    assert found.rounds[0].awaiting == (NORTH[0],)
    day.count_box(commitment, NORTH[0], SEATS, about="consejo")
    assert day.status().settled is True


def test_the_risk_is_not_below_that_of_an_audit_of_one_of_the_contests_before() -> None:
    day = TwoContests()
    first = day.commit(bound=BoundSource.REGISTERED)
    day.seed(first)
    commitment = day.begin(follows=first)
    day.sample(commitment, 1, day.status("consejo").suggested)
    day.count_drawn(commitment, day.status("consejo").rounds[0].drawn)
    found = day.status("consejo")
    assert found.measured < Fraction(1, 20) < found.risk == 1
    assert len(found.earlier) == 1
    assert [each.index for each in audit_statuses(day.state(), "consejo").made] == [found.index]
    assert len(audit_statuses(day.state(), "presidente", attachments=day.attachments.get).made) == 2
    # Who names the earlier one is no finding; who does not is.
    assert not day.state().findings
    day.begin(beside=(COUNCIL,))
    assert [each.code for each in day.state().findings] == ["audit-repeated"]


@pytest.mark.parametrize(
    ("fixed", "code"),
    [
        ({"beside": (COUNCIL, COUNCIL)}, "audit-contest-twice"),
        ({"beside": (p.AuditedContest("presidente", "reported", HERE),)}, "audit-contest-twice"),
        ({"beside": (p.AuditedContest("nothing", "reported", HERE),)}, "contest-unknown"),
        ({"beside": (p.AuditedContest("consejo", "ruled", HERE),)}, "sheets-none"),
    ],
)  # fmt: skip
def test_what_cannot_be_audited_together_is_refused(fixed: dict[str, Any], code: str) -> None:
    day = TwoContests()
    day.begin(**fixed)
    with pytest.raises(EvidenceError) as refused:
        day.status()
    assert refused.value.code == code


def test_a_hot_audit_of_two_contests_needs_all_boxes_of_its_rule() -> None:
    day = TwoContests()
    commitment = day.begin(AuditMethod.HOT_AUDIT)
    selected = day.status().suggested[:10]
    day.sample(commitment, 1, selected)
    day.count_drawn(commitment, selected[:-1])
    assert day.status().risk == 1
    day.count_drawn(commitment, selected[-1:])
    found = day.status()
    assert found.own.measured < 1
    assert found.of("consejo").measured < 1


def small(first: list[tuple[int, int]], second: list[tuple[int, int]]) -> dict[str, Boxes]:
    """Two contests: one in all of three boxes, one in the last two."""
    names = ("a", "b", "c")
    return {
        "one": Boxes(names, np.array(first, np.int64), np.full(3, 4, np.int64)),
        "two": Boxes(names[1:], np.array(second, np.int64), np.full(2, 4, np.int64)),
    }


def frame_of_small(contests: dict[str, Boxes], kind: type[Ppeb | Srs]) -> Frame:
    parts = {code: (boxes, most_votes(boxes.totals)) for code, boxes in contests.items()}
    pool = pool_of(list(parts.values()))
    if kind is Ppeb:
        return Frame({code: Ppeb(*each, MACRO, pool) for code, each in parts.items()})
    return Frame({code: Srs(*each, pool) for code, each in parts.items()})


def counted(votes: tuple[int, int]) -> Counted:
    return Counted(votes, (), sum(votes), sum(votes), 0)


@pytest.mark.parametrize("wrong", [(2, 2), (1, 3)])
def test_by_brute_force_no_wrong_council_passes_more_often_than_its_risk(wrong: tuple[int, int]) -> None:
    """All sequences of four draws with their chances, where the second contest alone is wrong: for every
    level, the chance of a risk at or below it is not above it."""
    contests = small([(3, 0), (2, 1), (2, 1)], [(3, 1), (3, 1)])
    frame = frame_of_small(contests, Ppeb)
    right = zip("abc", contests["one"].votes.tolist(), strict=True)
    counts = {
        "one": {name: counted(tuple(votes)) for name, votes in right},
        "two": {name: counted(wrong) for name in "bc"},
    }
    weights = frame.first.pool.weights
    chance: dict[Fraction, Fraction] = {}
    for places in product(range(3), repeat=4):
        names = [frame.names[place] for place in places]
        inside = {code: {n: c for n, c in mine.items() if n in names} for code, mine in counts.items()}
        # Nothing is settled here: what only the draw shows is what is tested.
        least = min(
            greatest({c: part.measure(names[:end], inside[c], ONE) for c, part in frame.parts.items()}).risk
            for end in range(1, 5)
        )
        probability = ONE
        for place in places:
            probability *= Fraction(weights.values[place], weights.total)
        chance[least] = chance.get(least, Fraction(0)) + probability
    assert sum(chance.values()) == 1
    for level in chance:
        assert level >= sum(each for risk, each in chance.items() if risk <= level)


def test_the_weights_are_the_greatest_over_the_contests() -> None:
    contests = small([(3, 0), (2, 1), (2, 1)], [(3, 1), (3, 1)])
    frame = frame_of_small(contests, Ppeb)
    alone = [error_bounds(boxes, most_votes(boxes.totals)) for boxes in contests.values()]
    expected = [alone[0].of(0), *(max(alone[0].of(place), alone[1].of(place - 1)) for place in (1, 2))]
    assert [frame.first.pool.bounds.of(place) for place in range(3)] == expected
    assert frame.parts["one"].pool is frame.parts["two"].pool
    assert frame.first.pool.bounds.total == sum(expected)


def test_with_equal_chances_the_boxes_of_others_count_as_right() -> None:
    """All orders of three boxes of which the second contest is wrong in one of its two: as above."""
    frame = frame_of_small(small([(3, 0), (2, 1), (2, 1)], [(3, 1), (3, 1)]), Srs)
    assert {box.station for box in frame.draw(SEED, 3)} == {"a", "b", "c"}
    part = frame.parts["two"]
    counts = {"b": counted((3, 1)), "c": counted((1, 3))}
    least = [
        min(part.measure(order[:end], counts, ONE).risk for end in (1, 2)) for order in permutations("abc")
    ]
    for level in least:
        assert level >= Fraction(sum(risk <= level for risk in least), len(least))
    assert part.measure(["a"], {}, ONE).risk < 1 == part.measure(["b"], {}, ONE).risk


# --- single vouchers ---


def vouchers(
    first: list[tuple[int, int]], second: list[tuple[int, int]], most: tuple[int, int, int]
) -> Frame:
    """Both contests of `small` by single vouchers, with so many places in each box."""
    boxes = {
        "one": Boxes(("a", "b", "c"), np.array(first, np.int64), np.array(most, np.int64)),
        "two": Boxes(("b", "c"), np.array(second, np.int64), np.array(most[1:], np.int64)),
    }
    parts = {code: (each, most_votes(each.totals)) for code, each in boxes.items()}
    pool = pool_of(list(parts.values()))
    return Frame({code: Bravo(*each, pool) for code, each in parts.items()})


def counted_at(paper: Mapping[str, tuple[int, int]], drawn: Sequence[p.Box]) -> dict[str, Counted]:
    """What lies at the places drawn: first the votes for the one, then those for the other, then nothing."""
    found: dict[str, tuple[int, int]] = {}
    for box in drawn:
        if box.station not in paper:
            continue
        first, second = paper[box.station]
        at, (one, other) = box.position or 0, found.get(box.station, (0, 0))
        found[box.station] = (one + (at <= first), other + (first < at <= first + second))
    return {name: counted(votes) for name, votes in found.items()}


@pytest.mark.parametrize(
    "paper", [{"b": (1, 1), "c": (1, 1)}, {"b": (2, 0), "c": (0, 2)}, {"b": (1, 0), "c": (1, 1)}]
)
def test_by_brute_force_single_vouchers_of_a_wrong_council_pass_no_more_often_than_their_risk(
    paper: dict[str, tuple[int, int]],
) -> None:
    """All sequences of four draws from the six places of three boxes, where the second contest alone is
    wrong (level, or with a paper that is not there): as above."""
    frame = vouchers([(2, 0), (1, 1), (2, 0)], [(2, 0), (1, 1)], (2, 2, 2))
    right = {"a": (2, 0), "b": (1, 1), "c": (2, 0)}
    places = [p.Box(name, at) for name in "abc" for at in (1, 2)]
    chance: dict[Fraction, int] = {}
    for drawn in product(places, repeat=4):
        risks = []
        for end in range(1, 5):
            counts = {"one": counted_at(right, drawn[:end]), "two": counted_at(paper, drawn[:end])}
            names = [box.station for box in drawn[:end]]
            risks.append(greatest(frame.measure(names, counts, ONE, ONE)).risk)
        chance[min(risks)] = chance.get(min(risks), 0) + 1
    for level in chance:
        assert level >= Fraction(sum(n for risk, n in chance.items() if risk <= level), 6**4)


def test_a_voucher_that_is_not_of_a_contest_never_helps_it() -> None:
    """What is not there counts for the loser; a box of other contests alone for nobody."""
    frame = vouchers([(40, 0)] * 3, [(30, 10), (30, 10)], (40, 40, 40))
    part = frame.parts["two"]
    drawn, full = ["b"] * 10, {"b": counted((10, 0))}
    least = part.measure(drawn, full, ONE).risk
    assert part.measure(drawn, {"b": counted((9, 0))}, ONE).risk > least
    assert part.measure(drawn, {}, ONE).risk == 1
    assert part.measure([*drawn, *["a"] * 10], full, ONE).risk == least
    assert part.measure([*drawn, "c"], full, ONE).risk > least


def test_a_place_may_be_drawn_more_often_than_a_box_has_places() -> None:
    frame = vouchers([(2, 0)] * 3, [(2, 0), (2, 0)], (2, 2, 2))
    assert frame.parts["one"].measure(["a"] * 5, {"a": counted((5, 0))}, ONE).risk < 1
    assert not frame.parts["one"].above("a", counted((5, 0)))


def test_the_places_are_as_many_as_the_contest_with_most_has() -> None:
    names = ("a", "b")
    wide, narrow = (Boxes(names, np.full((2, 2), (2, 1)), np.array(most)) for most in ((3, 5), (4, 3)))
    parts = [(boxes, most_votes(boxes.totals)) for boxes in (wide, narrow)]
    pool = pool_of(parts)
    drawn = {Bravo(*each, pool).draw(SEED, 300) for each in parts}
    assert len(drawn) == 1
    assert set(*drawn) == {
        p.Box(name, at) for name, most in (("a", 4), ("b", 5)) for at in range(1, most + 1)
    }


class MayorToo(AuditDay):
    """The day of one contest, with a mayor whom the twenty stations of the north vote for too, or with seats
    that they give to lists."""

    def __init__(self, rules: p.Contest = MAYOR) -> None:
        super().__init__(law=lambda usual: replace(usual, contests=(*usual.contests, rules)))
        for name in NORTH:
            self.sheet(f"machine/{name}", name, MAYORS, contest="alcalde", null=2)

    def begin(self) -> bytes:
        """Commit to single vouchers of both, and throw the seed."""
        beside = p.AuditedContest("alcalde", "reported", BoundSource.MANIFEST, manifest=self.manifest)
        commitment = self.commit(AuditMethod.BRAVO, beside=(beside,))
        self.seed(commitment, "31415926535897932384")
        return commitment

    def status(self) -> AuditStatus:
        return audit_status(self.state(), "presidente", attachments=self.attachments.get)

    def count_at(self, commitment: bytes, drawn: Sequence[p.Box], mayor: tuple[int, int]) -> None:
        """Count what lies at these places, in the order of the options; null ballots lie behind them."""
        for box in dict.fromkeys(each.station for each in drawn):
            places = [each.position or 0 for each in drawn if each.station == box]
            for about, votes in (("presidente", self.paper[box]), ("alcalde", mayor)):
                if about == "alcalde" and box not in NORTH:
                    continue
                spans = zip(accumulate(votes), votes, strict=True)
                mine = tuple(sum(end - many < at <= end for at in places) for end, many in spans)
                self.count_box(commitment, box, mine, null=len(places) - sum(mine), about=about)


@pytest.mark.parametrize("right", [True, False])
@pytest.mark.parametrize("rules", [MAYOR, LISTS], ids=["mayor", "lists"])
def test_one_draw_of_vouchers_tests_both_contests(rules: p.Contest, right: bool) -> None:
    """The papers at the places drawn are counted for each contest that their box is of, whatever its rule."""
    day = MayorToo(rules)
    commitment = day.begin()
    began = day.status()
    assert [(each.contest, each.boxes) for each in began.contests] == [("presidente", 40), ("alcalde", 20)]
    day.sample(commitment, 1, began.next)
    day.count_at(commitment, began.next, MAYORS if right else MAYORS[::-1])
    found = day.status()
    assert found.own.measured <= Fraction(1, 20)
    assert (found.of("alcalde").measured <= Fraction(1, 20)) is right
    assert found.risk == max(each.measured for each in found.contests)
    assert found.rounds[0].awaiting == ()
    assert not found.notes
    state = day.state()  # what lies at places is no count of a box, and differs from no sheet
    assert not state.findings
    assert not (state.counted["presidente", "paper"] >= 0).any()


def test_how_many_more_vouchers_is_said_as_a_chance() -> None:
    day = MayorToo()
    commitment = day.begin()
    few = day.status().next[:30]
    day.sample(commitment, 1, few)
    day.count_at(commitment, few, MAYORS)
    found = day.status()
    assert found.stands == "vouchers"
    assert "in nine of ten cases, if the shares of the votes are as reported" in found.sentences("en")[0]


def test_a_plan_for_several_is_never_less_than_the_hardest_of_them_and_at_most_all() -> None:
    contests = small([(3, 0), (2, 1), (2, 1)], [(3, 1), (3, 1)])
    parts = {code: (boxes, most_votes(boxes.totals)) for code, boxes in contests.items()}
    plan = plan_jointly(parts, Fraction(1, 2))
    assert plan.all_boxes == 3
    assert max(each.draws for each in plan.alone) <= plan.boxes <= 3
    assert [each.contest for each in plan.alone] == ["one", "two"]
    assert "nothing is left to chance" in plan_jointly(parts, Fraction(1, 100)).sentences("en")[0]
    assert "One sample of" in plan_jointly(parts, Fraction(9, 10)).sentences("en")[0]
