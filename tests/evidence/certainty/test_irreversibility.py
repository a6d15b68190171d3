"""Irreversibility: worked by hand, against every way of filling the outstanding votes, and for 2024."""

from fractions import Fraction

import numpy as np
import pytest

from escrutinio.base.errors import EvidenceError
from escrutinio.core.election.outcome import Drawing
from escrutinio.core.records.codes import Method, Ties
from escrutinio.core.records.parts import Bar, Win
from escrutinio.evidence.certainty.announcements import Outside, announced_certificate
from escrutinio.evidence.certainty.certified import Outstanding
from escrutinio.evidence.certainty.inequality import Finality
from escrutinio.evidence.certainty.irreversibility import Certificate, certify
from escrutinio.evidence.certainty.percentages import parse_percentage
from escrutinio.evidence.certainty.reversal import (
    expected_votes,
    fraction_needed,
    half_up,
    reversal,
)
from escrutinio.evidence.certainty.rules import Rules
from tests.evidence.example2024 import BULLETIN_1, REGISTERED, sheets, vectors

PLURALITY = Rules(Method.PLURALITY)
OVER_40 = Rules(Method.TWO_ROUND, wins=(Win(Bar(2, 5, 1)),))
TEN_POINTS = Rules(Method.TWO_ROUND, wins=(Win(Bar(1, 2, 1)), Win(Bar(2, 5), Bar(1, 10))))
"""More than half, or 40 % and ten points ahead."""


def ordered(*order: int) -> Rules:
    """Most votes; equal ones in this order."""
    return Rules(Method.PLURALITY, ties=Ties.ORDER, order=order)


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
        (ordered(0, 1, 2), (100, 60, 10), 40),
        # A tie would go to the second.
        (ordered(1, 0, 2), (100, 60, 10), 39),
        # Two seats: the second (60) against the third (10).
        (Rules(Method.PLURALITY, 2), (100, 60, 10), 49),
        # Half of 170 + R must be exceeded by 100: R < 30.
        (Rules(Method.TWO_ROUND), (100, 60, 10), 29),
        # 40 % of 250 + R by 120: R < 50; but with 40 more the second has it as well, and as many votes.
        (OVER_40, (120, 80, 50), 39),
        # 40 % of 240 + R by 120, with the next 80 behind: R < 60.
        (OVER_40, (120, 40, 40, 40), 59),
        # 45 % and 17 points ahead: 40 % of 600 + R by 270 up to R = 75; 270 - 168 - R of (600 + R)/10 only
        # up to R = 38; more than half it has not.
        (TEN_POINTS, (270, 168, 162), 38),
        # 55 % and 5 points ahead: more than half of 200 + R by 110 up to R = 19.
        (TEN_POINTS, (110, 90), 19),
        # Neither: 90 + R is half of 200 + R at R = 20; but it has 40 %, and is 10 points ahead where
        # 90 + R - 86 is a tenth of 200 + R, at R = 18.
        (TEN_POINTS, (90, 86, 24), 17),
        # With two marks a ballot, others can have two votes of each: 100 of 2/5 of 170 + 2R, R <= 40; but 60
        # gains only one of each, so that the margin is 39.
        (Rules(Method.TWO_ROUND, marks=2, options=(1, 1, 1), wins=(Win(Bar(2, 5)),)), (100, 60, 10), 39),
        # One who has two options can have both marks: 40 > 2R.
        (Rules(Method.PLURALITY, marks=2, options=(1, 2, 1)), (100, 60, 10), 19),
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
        (Rules(Method.DHONDT, 3, threshold=Bar(1, 5)), (50, 26, 12), 12),
        # Sainte-Laguë, 3 seats: 60 | 28, 20 (third of 60) | 9.33: a 2, b 1. b's second, (28 + R)/3, needs 20:
        # R = 32 ties; a's third, (60 + R)/5, needs 28: R = 80; c's first, 12 + R, needs 20: R = 8 ties.
        (Rules(Method.SAINTE_LAGUE, 3), (60, 28, 12), 7),
        # Hare, 4 seats of 100: quotas 2.4, 1.12, .48: 2, 1 and 1 for c's rest of .48 against .4. Between c
        # and a: 4·(60 - 12) < c·V with c = 1 + 2 - 1 = 2: 200 - 192 = 8 > (4 - 2)·R.
        (Rules(Method.HARE, 4), (60, 28, 12), 3),
        # Droop, 4 seats of 100: quota 21. 60 = 2·21 + 18, 28 = 21 + 7, 12: 3, 1, 0. c's rest against a's:
        # 12 - 60 < -2·q with q <= (V + R)/5 + 1: 5·48 > 2·(100 + 5 + R) + 5·R, 30 > 7·R.
        (Rules(Method.DROOP, 4), (60, 28, 12), 4),
        # With 26 % b holds its seat while 26 >= 0.26 (88 + R): R <= 12.
        (Rules(Method.DHONDT, 3, threshold=Bar(13, 50)), (50, 26, 12), 12),
        (Rules(Method.DHONDT, 3, threshold=Bar(27, 100)), (50, 26, 12), 8),
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


def test_without_an_opponent_or_a_vote() -> None:
    assert certificate(PLURALITY, (5,), 100).irreversible
    assert certificate(Rules(Method.DHONDT, 3), (5,), 100).irreversible
    assert certificate(Rules(Method.TWO_ROUND), (5,), 100).irreversible
    assert certificate(Rules(Method.PLURALITY, 3), (5, 4), None).irreversible
    for rules in (PLURALITY, Rules(Method.TWO_ROUND), Rules(Method.DHONDT, 2)):
        assert certificate(rules, (0, 0), 0).finality is (Finality.OPEN)


def test_a_tie_is_open_even_when_all_is_counted() -> None:
    found = certificate(PLURALITY, (50, 50, 1), 0)
    assert (found.finality, found.margin) == (Finality.OPEN, 0)
    assert "tie" in found.sentences("en")[0]
    assert certificate(ordered(1, 0, 2), (50, 50, 1), 0).irreversible


@pytest.mark.parametrize(
    ("rules", "votes", "capacity", "message"),
    [
        (PLURALITY, (), 0, "without candidates"),
        (PLURALITY, (3, -1), 0, "fewer than none"),
        (PLURALITY, (3, 1), -1, "fewer than none"),
        (Rules(Method.PLURALITY, 0), (3, 1), 0, "0 seats"),
        (Rules(Method.TWO_ROUND, wins=(Win(Bar(3, 2)),)), (3, 1), 0, "not above 0 and at most 1"),
        (ordered(0, 0), (3, 1), 0, "tie-break"),
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
    assert found.certificate.finality is Finality.UNKNOWN  # which stations it lacks is not said
    assert found.certificate.margin == 704_114
    assert found.average == 4_264_361
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
    ten = Outside(10, np.arange(1, 11))
    share = parse_percentage("100")
    everything = announced_certificate(("a", "b"), (2, 1), share=share, registered=55, outside=ten)
    assert everything.certificate.irreversible
    assert "No ballot is outstanding" in everything.certificate.sentences("en")[0]


@pytest.mark.parametrize(
    ("lead", "status"), [(20, "irreversible"), (19, "unknown"), (4, "unknown"), (3, "open")]
)
def test_what_an_announcement_lacks_lies_between_the_smallest_and_the_largest(lead: int, status: str) -> None:
    """80 % of ten stations: two are left out, the smallest with 3 voters or the largest with 19."""
    ten = Outside(10, np.arange(1, 11))
    found = announced_certificate(
        ("a", "b"), (30 + lead, 30), share=parse_percentage("80"), registered=55, outside=ten
    )
    left = found.certificate.outstanding
    assert (left.silent, left.least, left.capacity, found.average) == (2, 3, 19, 11)
    assert found.certificate.finality == status
    many = Outside(10, np.arange(1, 2))  # of nine nothing is known
    unknown = announced_certificate(
        ("a", "b"), (30, 2), share=parse_percentage("80"), registered=55, outside=many
    )
    assert unknown.certificate.finality is Finality.UNKNOWN


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
        (OVER_40, (45, 45, 10), "give a and b what wins the first round"),
        (Rules(Method.DHONDT, 3), (720, 360, 360), "seats to a; for 2 more seats a, b and c are equal"),
        (Rules(Method.DHONDT, 1), (10, 10, 9), "have a and b equal for the only seat"),
        (Rules(Method.DHONDT, 3, threshold=Bar(1, 2)), (180, 120, 96), "no list the share that a seat needs"),
        (Rules(Method.DHONDT, 3, threshold=Bar(1, 2)), (0, 0), "Nothing is irreversible"),
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
    rules = Rules(Method.DHONDT, 3, threshold=Bar(1, 2))
    assert certificate(rules, (180, 120, 96), 35).irreversible
    assert not certificate(rules, (180, 120, 96), 36).irreversible


@pytest.mark.parametrize("votes", [(50, 50, 1), (50, 40, 40), (0, 0, 0)])
def test_what_would_change_the_order_is_not_said_of_equals(votes: tuple[int, ...]) -> None:
    assert reversal(certificate(PLURALITY, votes, 10), None) is None


def test_a_quorum_is_part_of_the_result() -> None:
    """40 % of 200 voters is 80 ballots: what is reached cannot be lost, and what is not may come."""
    rules = Rules(Method.PLURALITY, quorum=Bar(2, 5))

    def asked(ballots: int, capacity: int | None, registered: int | None = 200) -> Certificate:
        return certify(
            rules, ("a", "b"), (60, 10), Outstanding(capacity), ballots=ballots, registered=registered
        )

    assert asked(80, 10).irreversible
    assert "it is reached, and cannot be lost" in asked(80, 10).sentences("en")[0]
    assert asked(69, 10).irreversible  # ten more are too few
    assert "too few for it" in asked(69, 10).sentences("en")[0]
    assert asked(70, 10).finality is Finality.OPEN
    assert asked(70, 10).statements[0].finality(10) is Finality.IRREVERSIBLE
    assert asked(70, 10, None).finality is Finality.UNKNOWN
    assert "how many voters are registered is not known" in asked(70, 10, None).sentences("en")[0]


def test_shares_of_other_ballots_need_their_numbers() -> None:
    rules = Rules(Method.TWO_ROUND, wins=(Win(Bar(1, 2, 1, (0,))),))
    with pytest.raises(EvidenceError, match="of which there are no numbers"):
        certificate(rules, (60, 40), 0)
    found = certify(rules, ("a", "b"), (60, 40), Outstanding(0), classes=(25,))
    assert found.statements[0].code == "second-round"
    unknown = announced_certificate(
        ("a", "b"), (60, 40), share=parse_percentage("100"), registered=100, rules=rules, classes=None
    )
    assert unknown.certificate.finality is Finality.UNKNOWN


def test_what_breaks_ties_is_said() -> None:
    by_law = certificate(ordered(1, 0, 2), (50, 50, 1), 0)
    assert (
        "Of a and b, who are equal, the order that the law gives puts b first." in by_law.sentences("en")[0]
    )
    lots = Rules(Method.PLURALITY, ties=Ties.LOTS)
    before = certify(lots, ("a", "b", "c"), (50, 50, 1), Outstanding(0))
    assert not before.irreversible
    assert "before they are drawn" in before.sentences("en")[0]
    drawn = certify(lots, ("a", "b", "c"), (50, 50, 1), Outstanding(0), lots=Drawing((1, 0), (0, 1)))
    assert drawn.irreversible
    assert "lots were drawn for b" in drawn.sentences("en")[0]
    assert not certify(
        lots, ("a", "b", "c"), (50, 50, 1), Outstanding(1), lots=Drawing((1, 0), (0, 1))
    ).irreversible
    among_fewer = certify(lots, ("a", "b", "c"), (50, 50, 50), Outstanding(0), lots=Drawing((1, 0), (0, 1)))
    assert not among_fewer.irreversible
    assert "before they are drawn" in among_fewer.sentences("en")[0]
    # Lots that were drawn of one tie are not taken to decide another that may come.
    assert not certify(
        lots, ("a", "b", "c"), (51, 50, 1), Outstanding(1), lots=Drawing((0, 1), (0, 1))
    ).irreversible


@pytest.mark.parametrize(
    ("rules", "votes"),
    [
        (Rules(Method.PLURALITY, 2), (5, 0)),
        (Rules(Method.TWO_ROUND, wins=(Win(Bar(1, 2, 1, (0,))),)), (5, 0)),
    ],
)
def test_a_place_that_nobody_voted_for_stays_open(rules: Rules, votes: tuple[int, ...]) -> None:
    found = certify(rules, ("a", "b"), votes, Outstanding(0), classes=(20,))
    assert not found.irreversible
    assert "nobody else has a vote" in found.sentences("en")[0]
    assert " b " not in found.sentences("en")[0]


def test_a_test_that_is_not_necessary_does_not_say_that_it_could_change() -> None:
    found = certificate(Rules(Method.DROOP, 4), (60, 28, 12), 5)
    assert "not shown to be irreversible" in found.sentences("en")[0]
