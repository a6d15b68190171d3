"""Single vouchers for the assertions of every rule: all draws of small elections, and samples by hand."""

from collections import Counter
from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import combinations, combinations_with_replacement

import numpy as np
import pytest

from escrutinio.base.errors import EvidenceError
from escrutinio.core.election.state import ContestView
from escrutinio.core.records import parts as p
from escrutinio.core.records.codes import Method
from escrutinio.evidence.audit.bounds import Boxes, error_bounds
from escrutinio.evidence.audit.counts import Counted
from escrutinio.evidence.audit.measure import Bravo
from escrutinio.evidence.audit.outcomes import assertions_of, outcome_of
from escrutinio.evidence.audit.pool import Places, Pool
from escrutinio.evidence.audit.vouchers import Found, PairTest, SumTest, voucher_tests
from tests.evidence.audit.contest import most_votes, rules

FIVE = Fraction(1, 20)
NULL = p.Bar(1, 10)

RULES = {
    "majority": rules(Method.TWO_ROUND, 3, classes=1),
    "forty per cent": rules(Method.TWO_ROUND, 3, wins=(p.Win(p.Bar(40, 100, more=1), p.Bar(1, 10)),)),
    "share of all": rules(Method.TWO_ROUND, 3, wins=(p.Win(p.Bar(1, 2, more=1, beside=(0,))),), classes=1),
    "D'Hondt": rules(Method.DHONDT, 3, 3, NULL),
    "Sainte-Laguë": rules(Method.SAINTE_LAGUE, 3, 2),
    "Hare": rules(Method.HARE, 3, 2),
    "Droop": rules(Method.DROOP, 3, 1),
    "quorum": rules(Method.PLURALITY, 2, quorum=p.Bar(1, 2), classes=1),
    "two marks a ballot": rules(Method.DHONDT, 3, 2, marks=2),
    "two options of one": rules(Method.PLURALITY, 2, marks=2, options=(0, 0, 1)),
}
PLACES = 6


def one_box(contest: ContestView, ballots: Sequence[tuple[int, ...]], most: int = PLACES) -> Boxes:
    """These ballots, as figures each, in one box with so many places."""
    votes, sums = len(contest.candidates), np.array(ballots, np.int64).sum(axis=0)
    return Boxes(("a",), sums[None, :votes], np.array([most]), sums[None, votes:-1], sums[-1:])


def papers(contest: ContestView) -> list[tuple[int, ...]]:
    """What a ballot can say, as figures."""
    size, found = len(contest.candidates), []
    for marks in range(1, contest.marks + 1):
        for marked in combinations(contest.option_candidate.tolist(), marks):
            found.append((*(marked.count(place) for place in range(size)), *[0] * len(contest.classes), 1))
    if contest.classes:
        found.append((*[0] * size, 1, 0))
    return list(dict.fromkeys(found))


def elections(contest: ContestView) -> Iterator[tuple[tuple[int, ...], ...]]:
    """All that five or six ballots can say."""
    for some in (PLACES - 1, PLACES):
        yield from combinations_with_replacement(papers(contest), some)


def chance_to_pass(
    test: SumTest | PairTest, paper: Counter[tuple[int, ...]], beside: int, draws: int
) -> float:
    """How probable it is that the risk is a quarter or lower after one of so many draws of the `PLACES`, of
    which some have no paper, and of places of other contests: exact, by how often each kind of paper came."""
    kinds, places = [*paper], PLACES + beside
    lost = PLACES - sum(paper.values())
    chances = [*(paper[kind] / places for kind in kinds), lost / places, beside / places]
    passed, alive = 0.0, {(0,) * len(chances): 1.0}
    for _ in range(draws):
        after: dict[tuple[int, ...], float] = {}
        for drawn, chance in alive.items():
            for place, each in enumerate(chances):
                if each:
                    key = (*drawn[:place], drawn[place] + 1, *drawn[place + 1 :])
                    after[key] = after.get(key, 0.0) + chance * each
        alive = {}
        for drawn, chance in after.items():
            # One count of everything, as of one box, which adds up its vouchers.
            some = drawn[:-2]
            found = Found(np.array([np.array(kinds).T @ np.array(some)]), np.array([sum(some)]), *drawn[-2:])
            if test.risk(found) <= 1 / 4:
                passed += chance
            else:
                alive[drawn] = chance
    return passed


def pool(beside: int, here: int = PLACES) -> Pool:
    """The places of a box, and so many of another contest's."""
    bounds = error_bounds(Boxes(("a",), np.array([(2, 1)]), np.array([3])), most_votes((2, 1)))
    return Pool(("a", "b"), bounds, np.array([here, beside]))


@pytest.mark.parametrize("rule", RULES)
def test_no_paper_on_which_an_assertion_does_not_hold_passes_above_the_limit(rule: str) -> None:
    """All draws of elections of five or six ballots, whatever was reported."""
    contest, every = RULES[rule], list(elections(RULES[rule]))
    sums = [one_box(contest, paper).sums for paper in every]
    found = []
    for place in np.random.default_rng(5).permutation(len(every))[:30].tolist():
        sheets, beside = one_box(contest, every[place]), 2 * (place % 2)
        try:
            outcome = outcome_of(contest, sheets, registered=PLACES + 4)
        except EvidenceError:
            continue
        for assertion, test in zip(outcome, voucher_tests(sheets, pool(beside), outcome), strict=True):
            wrong = [at for at, figures in enumerate(sums) if assertion.margin(figures) <= 0]
            margins = [assertion.margin(sums[at]) for at in wrong]
            nearest = [at for at, margin in zip(wrong, margins, strict=True) if margin == max(margins)][:1]
            found += [chance_to_pass(test, Counter(every[at]), beside, 6) for at in nearest]
    assert len(found) >= 8
    assert 0 < max(found) <= 1 / 4


def test_a_comparison_of_two_is_tested_as_bravo_does() -> None:
    boxes = Boxes(("a",), np.array([(60, 30, 10)]), np.array([100]))
    (first, _) = most_votes(boxes.totals)
    places = pool(0, 100)
    (pair,) = voucher_tests(boxes, places, [first])
    assert isinstance(pair, PairTest)
    general = SumTest(boxes, Places.of(boxes, places), first)
    for votes in ((9, 1, 3), (20, 12, 0), (3, 8, 1), (0, 0, 4)):
        found = Found(np.array([(*votes, sum(votes))]), np.array([sum(votes)]), 2, 5)
        assert general.risk(found) == pytest.approx(pair.risk(found), rel=1e-4)


def test_a_majority_by_hand() -> None:
    """Of 100 places 60 are the first's, 36 others' and 4 empty: the best bet is (60 − 40)/100."""
    boxes = Boxes(("a",), np.array([(60, 30, 6)]), np.array([100]))
    (only,) = assertions_of(rules(Method.TWO_ROUND, 3), boxes.totals)
    test = SumTest(boxes, Places.of(boxes, pool(0, 100)), only)
    assert test.bet == pytest.approx(0.2, abs=2e-6)
    found = Found(np.array([(50, 30, 5, 85), (8, 0, 0, 8)]), np.array([85, 9]), 3)
    # 58 for the first, 35 others, one that is neither, 3 that are not there.
    assert test.risk(found) == pytest.approx(1 / (1.2**58 * 0.8**38), rel=1e-3)
    assert test.sizes(0.05) == (
        154,
        test.more(Found(np.zeros((0, 4), np.int64), np.zeros(0, np.int64)), 0.05),
    )


def test_a_count_of_more_votes_than_its_vouchers_can_have_earns_no_more_than_they() -> None:
    """Where ballots have several marks, a slip can say a hundred votes of one voucher."""
    for contest in (rules(Method.PLURALITY, 3, marks=2), rules(Method.DHONDT, 3, 2, marks=2)):
        boxes = Boxes(("a",), np.array([(80, 30, 5)]), np.array([100]), valid=np.array([90]))
        outcome = assertions_of(contest, boxes.totals, valid=90)
        procedure = Bravo(boxes, outcome)
        most, some = (Counted((votes, 0, 0), (), 1, 1, 0) for votes in (1, 100))
        risks = [procedure.measure(["a"], {"a": each}, FIVE).risk for each in (most, some)]
        assert risks[1] >= Fraction(1, 2)
        assert risks[0] <= risks[1] <= risks[0] + Fraction(1, 4)


def test_what_no_voucher_could_deny_needs_no_draw_and_what_one_denies_ends() -> None:
    boxes = Boxes(("a",), np.array([(4, 2)]), np.array([6]))
    quorum = assertions_of(rules(Method.PLURALITY, 2, quorum=p.Bar(1, 2)), boxes.totals, registered=0)[0]
    test = SumTest(boxes, Places.of(boxes, pool(0)), quorum)
    nothing = Found(np.zeros((0, 3), np.int64), np.zeros(0, np.int64))
    assert (test.risk(nothing), test.more(nothing, 0.05), test.sizes(0.05)) == (0, 0, (0, 0))
    alone = assertions_of(rules(Method.DHONDT, 2, 1, p.Bar(1, 2)), boxes.totals)[-1]
    some_votes = SumTest(boxes, Places.of(boxes, pool(0)), alone)
    assert some_votes.risk(Found(np.array([(0, 9, 9)]), np.array([9]), 4)) == 1
    assert some_votes.risk(Found(np.array([(5, 0, 5)]), np.array([5]))) == 1 / 2**5


def test_places_without_a_voucher_can_be_so_many_that_no_sample_would_do() -> None:
    boxes = Boxes(("a",), np.array([(60, 30, 6)]), np.array([130]))
    (only,) = assertions_of(rules(Method.TWO_ROUND, 3), boxes.totals)
    test = SumTest(boxes, Places.of(boxes, pool(0, 130)), only)
    assert test.sizes(0.05) is None
    assert test.more(Found(np.array([(9, 0, 0, 9)]), np.array([9])), 0.05) is None
    assert test.risk(Found(np.array([(900, 0, 0, 900)]), np.array([900]))) == 1


@pytest.mark.parametrize(
    ("rule", "votes"),
    [("majority", (560, 300, 100)), ("D'Hondt", (500, 330, 130)), ("Hare", (520, 330, 110)),
     ("Sainte-Laguë", (600, 240, 120)), ("forty per cent", (520, 300, 140))],
)  # fmt: skip
def test_what_a_plan_says_is_likely_to_suffice_does(rule: str, votes: tuple[int, ...]) -> None:
    """In nine of ten samples of so many, of an election of 960 vouchers at 980 places."""
    contest, random = RULES[rule], np.random.default_rng(3)
    classes = np.array([[0] * len(contest.classes)])
    boxes = Boxes(("a",), np.array([votes]), np.array([980]), classes)
    outcome = outcome_of(contest, boxes)
    tests = voucher_tests(boxes, pool(0, 980), outcome)
    sizes = [each.sizes(0.05) for each in tests]
    hardest = max(range(len(tests)), key=lambda place: (sizes[place] or (0, 0))[1])
    expected, likely = sizes[hardest] or (0, 0)
    assert 0 < expected < likely
    enough = 0
    for _ in range(300):
        drawn = random.multinomial(likely, [*(each / 980 for each in votes), 20 / 980])
        there = int(drawn[:-1].sum())
        row = np.array([[*drawn[:-1], *classes[0], there]])
        enough += tests[hardest].risk(Found(row, np.array([there]), int(drawn[-1]))) <= 0.05
    assert 0.84 < enough / 300 < 0.96
