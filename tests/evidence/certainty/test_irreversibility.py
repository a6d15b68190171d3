"""Irreversibility: worked by hand, against every way of filling the outstanding votes, and for 2024."""

from fractions import Fraction
from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from escrutinio.base.errors import EvidenceError
from escrutinio.core.election.outcome import Outcome, outcome
from escrutinio.core.election.state import ContestView
from escrutinio.core.records import parts as p
from escrutinio.core.records.codes import Method
from escrutinio.evidence.certainty.certificates import announced_certificate
from escrutinio.evidence.certainty.irreversibility import (
    Certificate,
    Finality,
    Outstanding,
    Rules,
    certify,
)
from escrutinio.evidence.certainty.percentages import parse_percentage
from escrutinio.evidence.certainty.reversal import (
    expected_votes,
    fraction_needed,
    half_up,
    reversal,
)
from tests.evidence.example2024 import BULLETIN_1, REGISTERED, sheets, vectors

PLURALITY = Rules(Method.PLURALITY)


def certificate(rules: Rules, votes: tuple[int, ...], capacity: int | None) -> Certificate:
    names = tuple("abcdefgh"[: len(votes)])
    found = certify(rules, names, votes, Outstanding(capacity))
    assert found.checks()
    return found


@pytest.mark.parametrize(
    ("rules", "votes", "most"),
    [
        # 100 - 60 = 40: 39 more cannot close it, 40 would tie.
        (PLURALITY, (100, 60, 10), 39),
        # A tie would go to the first.
        (Rules(Method.PLURALITY, tie_order=(0, 1, 2)), (100, 60, 10), 40),
        # A tie would go to the second.
        (Rules(Method.PLURALITY, tie_order=(1, 0, 2)), (100, 60, 10), 39),
        # Two seats: the second (60) against the third (10).
        (Rules(Method.PLURALITY, 2), (100, 60, 10), 49),
        # Half of 170 + R must be exceeded by 100: R < 30.
        (Rules(Method.TWO_ROUND), (100, 60, 10), 29),
        # 40 % of 250 + R by 120: R < 50; but with 40 more the second has it as well, and as many votes.
        (Rules(Method.TWO_ROUND, threshold=Fraction(2, 5)), (120, 80, 50), 39),
        # 40 % of 240 + R by 120, with the next 80 behind: R < 60.
        (Rules(Method.TWO_ROUND, threshold=Fraction(2, 5)), (120, 40, 40, 40), 59),
        # Nobody has half of 170: 70 + R <= (170 + R)/2 up to R = 30; second and third are 40 apart.
        (Rules(Method.TWO_ROUND), (70, 70, 30), 30),
        # The same, with second and third 9 apart.
        (Rules(Method.TWO_ROUND), (70, 55, 46), 8),
        # D'Hondt, 5 seats: 60 30 20 | 28 14 gives 4 and 1 (60 30 28 20 15; next 14). b's second seat needs
        # (28 + R)/2 > 60/4 = 15: R = 2 ties. a's fifth needs (60 + R)/5 > 28.
        (Rules(Method.DHONDT, 5), (60, 28), 1),
        # 3 seats: 50, 26, 25 (half of 50): a 2, b 1; c (12) needs 25: R = 13 ties; a third for a needs
        # (50 + R)/3 > 26; b's second (26 + R)/2 > 25: R = 24.
        (Rules(Method.DHONDT, 3), (50, 26, 12), 12),
        # With 20 % of 88 + R to take part: c stays below while 12 + R < (88 + R)/5, R < 7; later its average
        # decides (R = 13 ties); b stays above while 26 >= (88 + R)/5: R <= 42; a 50: R <= 162.
        (Rules(Method.DHONDT, 3, Fraction(1, 5)), (50, 26, 12), 12),
        # With 26 % b holds its seat while 26 >= 0.26 (88 + R): R <= 12.
        (Rules(Method.DHONDT, 3, Fraction(13, 50)), (50, 26, 12), 12),
        (Rules(Method.DHONDT, 3, Fraction(27, 100)), (50, 26, 12), 8),
    ],
)  # fmt: skip
def test_by_hand(rules: Rules, votes: tuple[int, ...], most: int) -> None:
    assert certificate(rules, votes, most).irreversible
    one_more = certificate(rules, votes, most + 1)
    assert one_more.finality is Finality.OPEN
    assert one_more.statements[0].withstands == most
    assert certificate(rules, votes, None).finality is Finality.UNKNOWN


def test_second_round_is_needed_though_who_goes_is_open() -> None:
    found = certificate(Rules(Method.TWO_ROUND), (70, 55, 46), 20)
    assert [s.code for s in found.statements] == ["second-round", "no-first-round"]
    assert [s.finality(20) for s in found.statements] == [Finality.OPEN, Finality.IRREVERSIBLE]


def view(rules: Rules, candidates: int) -> ContestView:
    names, share = tuple("abcdefgh"[:candidates]), rules.threshold
    threshold = None if share is None else p.Fraction(share.numerator, share.denominator)
    untitled = ((),) * candidates
    each = np.arange(candidates, dtype=np.int32)
    return ContestView(
        "c",
        (),
        rules.method,
        rules.seats,
        threshold,
        "",
        names,
        untitled,
        names,
        untitled,
        each,
        np.ones(1, bool),
    )


def result(rules: Rules, found: Outcome) -> object:
    return (found.seats, found.runoff) if rules.method is Method.TWO_ROUND else found.seats


@given(
    st.sampled_from(
        [
            PLURALITY,
            Rules(Method.PLURALITY, 2),
            Rules(Method.TWO_ROUND),
            Rules(Method.TWO_ROUND, threshold=Fraction(2, 5)),
            Rules(Method.DHONDT, 3),
            Rules(Method.DHONDT, 4, Fraction(1, 5)),
        ]
    ),
    st.lists(st.integers(0, 12), min_size=3, max_size=3),
    st.integers(0, 5),
)
def test_is_sufficient_and_necessary(rules: Rules, votes: list[int], outstanding: int) -> None:
    """Every way in which the outstanding voters can vote, or stay away, is tried."""
    contest = view(rules, 3)
    now = result(rules, outcome(contest, votes))
    found = certificate(rules, tuple(votes), outstanding)
    filled = outcome(contest, votes)
    changed = filled.seats.open > 0 or (filled.runoff is not None and filled.runoff.open > 0)
    for more in product(range(outstanding + 1), repeat=3):
        if sum(more) <= outstanding:
            then = outcome(contest, [v + m for v, m in zip(votes, more, strict=True)])
            changed = changed or result(rules, then) != now
    assert found.irreversible is not changed


def test_without_an_opponent_or_a_vote() -> None:
    assert certificate(PLURALITY, (5,), 100).irreversible
    assert certificate(Rules(Method.DHONDT, 3), (5,), 100).irreversible
    assert certificate(Rules(Method.TWO_ROUND), (5,), 100).irreversible
    assert certificate(Rules(Method.PLURALITY, 3), (5, 4), None).irreversible
    for rules in (PLURALITY, Rules(Method.TWO_ROUND), Rules(Method.DHONDT, 2)):
        assert certificate(rules, (0, 0), 0).finality is (
            Finality.IRREVERSIBLE if rules.method is Method.TWO_ROUND else Finality.OPEN
        )


def test_a_tie_is_open_even_when_all_is_counted() -> None:
    found = certificate(PLURALITY, (50, 50, 1), 0)
    assert (found.finality, found.margin) == (Finality.OPEN, 0)
    assert "tie" in found.sentences("en")[0]
    assert certificate(Rules(Method.PLURALITY, tie_order=(1, 0, 2)), (50, 50, 1), 0).irreversible


@pytest.mark.parametrize(
    ("rules", "votes", "capacity", "message"),
    [
        (PLURALITY, (), 0, "without candidates"),
        (PLURALITY, (3, -1), 0, "fewer than none"),
        (PLURALITY, (3, 1), -1, "fewer than none"),
        (Rules(Method.PLURALITY, 0), (3, 1), 0, "0 seats"),
        (Rules(Method.TWO_ROUND, threshold=Fraction(1)), (3, 1), 0, "not between 0 and 1"),
        (Rules(Method.PLURALITY, tie_order=(0, 0)), (3, 1), 0, "tie-break"),
    ],
)
def test_refuses(rules: Rules, votes: tuple[int, ...], capacity: int, message: str) -> None:
    with pytest.raises(EvidenceError, match=message):
        certificate(rules, votes, capacity)


def test_sentences_in_both_languages_and_no_other() -> None:
    found = certificate(PLURALITY, (1_100, 60), None)
    assert "1,039" in found.sentences("en")[0]
    assert "1.039" in found.sentences("es")[0]
    with pytest.raises(KeyError, match="pt"):
        found.sentences("pt")


def test_bulletin_of_29_july_2024() -> None:
    found = announced_certificate(
        ("NM", "EG", "others"), BULLETIN_1, share=parse_percentage("80"), registered=REGISTERED
    )
    assert not found.certificate.irreversible
    assert found.certificate.margin == 704_114
    assert found.certificate.outstanding.capacity == 4_264_361
    back = found.reversal
    assert back is not None
    assert back.expected is not None
    assert half_up(back.expected) == 2_514_694
    shown = {
        "lead_of_registered": 16.5, "lead_of_expected": 28.0, "tipping_point": 35.0,
    }  # fmt: skip
    assert {name: round(100 * float(getattr(back, name)), 1) for name in shown} == shown
    shares = {"share_needed": 61.70, "two_way_needed": 64.00, "two_way_counted": 46.33, "others": 4.60}
    assert {name: round(100 * float(getattr(back, name)), 2) for name in shares} == shares
    text = back.sentences("en")[0]
    assert "2,514,694" in text
    assert "+35.0 points" in text


def test_announced_share_above_all_or_without_figures() -> None:
    with pytest.raises(EvidenceError, match="more than all"):
        announced_certificate(("a", "b"), (2, 1), share=parse_percentage("101"), registered=10)
    bare = announced_certificate(("a", "b"), (2, 1), share=None, registered=10)
    assert bare.certificate.finality is Finality.UNKNOWN
    assert bare.reversal is not None
    assert bare.reversal.tipping_point is None
    assert "not known" in bare.reversal.sentences("en")[0]
    everything = announced_certificate(("a", "b"), (2, 1), share=parse_percentage("100"), registered=10)
    assert everything.certificate.irreversible


def test_fraction_needed() -> None:
    (case,) = (v for v in vectors() if v["function"] == "fraction_counted_for_irreversibility")
    inputs = case["inputs"]
    assert isinstance(inputs, dict)
    share = Fraction(str(inputs["share"]))
    found = fraction_needed(inputs["registered"], inputs["lead"], share)
    assert float(found) == pytest.approx(case["expected"], abs=float(str(case["tol"])))
    turnout_known = fraction_needed(inputs["N"] / share, inputs["lead"], share)
    assert round(100 * float(turnout_known), 2) == 93.46
    for bad in (Fraction(0), Fraction(2)):
        with pytest.raises(EvidenceError, match="share counted"):
            expected_votes(1, bad)
    with pytest.raises(EvidenceError, match="roll"):
        fraction_needed(0, 1, share)


def test_sheets_of_2024_are_irreversible_given_the_sheets() -> None:
    found = sheets()
    total = tuple(found.votes.sum(axis=0).tolist())
    names = tuple("abcdefghij")
    # With the ten stations more whose registered voters these files know; the report had 3,349,293.
    assert found.hard_bound == 3_346_136
    for roll, slack in ((REGISTERED, 641_202), (21_392_464, 570_543), (21_620_705, 342_302)):
        capacity = found.hard_bound + roll - REGISTERED
        proof = certify(PLURALITY, names, total, Outstanding(capacity))
        assert proof.irreversible
        assert proof.margin == 3_987_338
        assert proof.margin - capacity == slack
    assert certify(PLURALITY, names, total, Outstanding(3_349_293)).margin == 3_349_293 + 638_045
    back = reversal(certify(PLURALITY, names, total, Outstanding(3_349_293)), None)
    assert back is not None
    assert back.lead_of_registered is not None
    assert back.lead_of_registered > 1


@pytest.mark.parametrize(
    ("rules", "votes", "said"),
    [
        (PLURALITY, (50, 50, 1), "have a and b equal in first place. That is a tie"),
        (Rules(Method.PLURALITY, 2), (50, 40, 40), "for one more place b and c are equal"),
        (Rules(Method.PLURALITY, 2), (40, 40, 40), "have a, b and c equal for 2 places"),
        (Rules(Method.TWO_ROUND), (45, 45, 45), "a, b and c are equal for the second round"),
        (Rules(Method.TWO_ROUND), (45, 30, 30), "a is first, and b and c are equal for the other place"),
        (Rules(Method.TWO_ROUND, threshold=Fraction(2, 5)), (45, 45, 10), "give a and b the share"),
        (Rules(Method.DHONDT, 3), (720, 360, 360), "seats to a; for 2 more seats a, b and c are equal"),
        (Rules(Method.DHONDT, 1), (10, 10, 9), "have a and b equal for the only seat"),
        (Rules(Method.DHONDT, 3, Fraction(1, 2)), (180, 120, 96), "no list the share that a seat needs"),
        (Rules(Method.DHONDT, 3, Fraction(1, 2)), (0, 0), "Nothing is irreversible"),
        (Rules(Method.DHONDT, 3), (0, 0), "have no vote for anybody"),
        (Rules(Method.TWO_ROUND), (0, 0, 0), "have no vote for anybody"),
        (PLURALITY, (0, 0), "have no vote for anybody"),
    ],
)  # fmt: skip
def test_no_sentence_names_anybody_by_the_order_of_the_list(
    rules: Rules, votes: tuple[int, ...], said: str
) -> None:
    """The same votes for the same names, listed the other way round, say the same of each."""
    found = certificate(rules, votes, 0)
    assert said in found.sentences("en")[0]
    names = tuple(reversed(found.candidates))
    turned = certify(rules, names, votes[::-1], Outstanding(0))
    for one, other in zip(found.statements, turned.statements, strict=True):
        for named, over in ((one.candidates, other.candidates), (one.tied, other.tied)):
            assert {found.candidates[c] for c in named} == {names[c] for c in over}
        assert one.open == other.open
        assert (one.withstands, one.finality(0)) == (other.withstands, other.finality(0))
    assert found.sentences("es") != found.sentences("en")


def test_that_no_list_reaches_the_threshold_may_be_final() -> None:
    """396 of 50 %: 180 + R against half of 396 + R, so that 35 more change nothing."""
    rules = Rules(Method.DHONDT, 3, Fraction(1, 2))
    assert certificate(rules, (180, 120, 96), 35).irreversible
    assert not certificate(rules, (180, 120, 96), 36).irreversible


@pytest.mark.parametrize("votes", [(50, 50, 1), (50, 40, 40), (0, 0, 0)])
def test_what_would_change_the_order_is_not_said_of_equals(votes: tuple[int, ...]) -> None:
    assert reversal(certificate(PLURALITY, votes, 10), None) is None
