"""An audit made again from the log: the honest one ends, and each altered record changes what it should."""

from collections.abc import Callable
from fractions import Fraction
from hashlib import sha256
from math import ceil
from typing import Any

import pytest

from escrutinio.base.errors import EvidenceError
from escrutinio.base.words.catalogue import languages
from escrutinio.core.records import parts as p
from escrutinio.core.records.codes import AuditMethod, BoundSource
from escrutinio.evidence.audit.measure import HOT_SHARE
from escrutinio.evidence.audit.notes import MOST_NOTES
from escrutinio.evidence.audit.replay import stated_risk
from escrutinio.evidence.audit.standing import AuditStatus
from escrutinio.evidence.audit.status import audit_status, audit_statuses
from tests.core.election.build import ORIGIN
from tests.evidence.audit.made import SEED, STATIONS, AuditDay


def status(day: AuditDay, **options: Any) -> AuditStatus:
    return audit_status(day.state(), "presidente", attachments=day.attachments.get, **options)


def codes(found: AuditStatus) -> list[str]:
    for note in found.notes:
        assert note.sentence("en")
        assert note.sentence("es")
    return [note.code for note in found.notes]


def begun(
    method: AuditMethod = AuditMethod.PPEB_BETTING, **options: Any
) -> tuple[AuditDay, bytes, tuple[str, ...]]:
    """A day with a commitment, a seed, and the boxes that the status says come first."""
    day = AuditDay(**options)
    commitment = day.commit(method)
    day.seed(commitment)
    return day, commitment, status(day).suggested


def counted(**options: Any) -> tuple[AuditDay, bytes, tuple[str, ...]]:
    """As `begun`, with round 1 drawn and all of its boxes counted."""
    day, commitment, boxes = begun(**options)
    day.sample(commitment, 1, boxes)
    for box in sorted(set(boxes)):
        day.count_box(commitment, box)
    return day, commitment, boxes


def test_an_honest_audit_from_commitment_to_end() -> None:
    day = AuditDay()
    commitment = day.commit()
    found = status(day)
    assert found.boxes == 40
    assert found.seed is None
    assert found.rounds == ()
    assert found.risk == 1
    assert not found.may_stop
    assert "seed has not been drawn" in found.sentences("en")[0]

    day.seed(commitment)
    found = status(day)
    boxes = found.suggested
    assert "no sample is recorded" in found.sentences("en")[0]

    day.sample(commitment, 1, boxes)
    found = status(day)
    assert found.rounds[0].drawn == boxes
    assert set(found.rounds[0].awaiting) == set(boxes)
    assert found.risk == 1
    assert "primero van sus conteos" in found.sentences("es")[0]

    for box in sorted(set(boxes)):
        day.count_box(commitment, box)
    found = status(day)
    assert found.rounds[0].awaiting == ()
    assert found.risk <= Fraction(1, 20) < found.risk * Fraction(4, 3)
    macro = found.rounds[0].measured.macro
    assert macro is not None
    assert macro < found.risk
    assert found.may_stop
    assert found.suggested == ()
    assert "may stop at its risk limit" in found.sentences("en")[0]
    assert "not the probability that the outcome is wrong" in found.sentences("en")[1]
    assert codes(found) == []

    day.state_result(commitment, 1, stated_risk(found.risk))
    assert codes(status(day)) == []


def test_the_margin_and_bounds_are_those_of_the_sheets_committed_to() -> None:
    day = AuditDay(silent=1)
    commitment = day.commit()
    day.sheet(f"machine/{STATIONS[-1]}", STATIONS[-1], (0, 190, 0, 0))
    found = status(day, commitment=commitment)
    assert found.boxes == 39
    assert found.own.outstanding.stations == 1
    assert found.own.outstanding.registered == 200


def test_nobodys_commitment_hides_the_audit_of_another() -> None:
    day = AuditDay()
    first = day.commit()
    day.commit(head=p.LogHead(ORIGIN, 0, bytes(32)), by="party/azul/1")
    later = day.commit(by="authority/2")
    by_party = day.commit(by="observer/red/1")
    odd = day.commit(limit=p.Fraction(0, 1), by="party/azul/1")
    found = audit_statuses(day.state(), "presidente", attachments=day.attachments.get)
    assert [each.digest for each in found.made] == [first, later, by_party]
    assert all(each.boxes == 40 for each in found.made)
    _, aside = found.aside
    assert (aside.digest, aside.signer, aside.why.code) == (odd, "party/azul/1", "risk-limit-range")
    for language in languages():
        said = aside.said_in(language)
        assert "party/azul/1" in said
        assert said.endswith(aside.why.said_in(language))


@pytest.mark.parametrize("boxes", [1, 3])
def test_wrong_boxes_raise_the_risk(boxes: int) -> None:
    day, commitment, drawn = begun()
    day.sample(commitment, 1, drawn)
    for number, box in enumerate(sorted(set(drawn))):
        counts = day.paper[box]
        moved = (counts[0] - 40, counts[1] + 40, counts[2], counts[3]) if number < boxes else counts
        day.count_box(commitment, box, moved)
    found = status(day)
    assert found.risk > Fraction(1, 20)
    assert found.more is not None
    assert found.more > 0
    assert len(found.suggested) == found.more
    assert "Further draws that would bring it there" in found.sentences("en")[0]

    # Escalation: one seed for all rounds, so the next round goes on where the first ended.
    day.sample(commitment, 2, found.suggested)
    for box in sorted(set(found.suggested) - set(drawn)):
        day.count_box(commitment, box)
    after = status(day)
    assert [each.number for each in after.rounds] == [1, 2]
    assert after.rounds[0].measured == found.rounds[0].measured
    again = after.rounds[0].drawn + after.rounds[1].drawn
    assert again == drawn + found.suggested
    assert codes(after) == []


def test_a_lost_box_is_as_wrong_as_it_can_be_and_more_boxes_make_up_for_it() -> None:
    day, commitment, boxes = begun()
    day.sample(commitment, 1, boxes)
    lost = boxes[0]
    for box in sorted(set(boxes) - {lost}):
        day.count_box(commitment, box)
    found = status(day)
    assert found.rounds[0].awaiting == (lost,)
    assert found.more is not None
    macro = found.rounds[0].measured.macro
    assert macro == 1 or macro is None or boxes.index(lost) > 0
    assert not found.may_stop


Alteration = Callable[[AuditDay, bytes, tuple[str, ...]], object]


@pytest.mark.parametrize(
    ("alter", "code"),
    [
        (lambda d, c, b: d.seed(c, SEED[::-1]), "seed-again"),
        (lambda d, c, b: d.seed(c, "12a"), "seed-form"),
        (lambda d, c, b: d.seed(c, "twenty-letters-and-more"), "seed-form"),
        (lambda d, c, b: d.seed(c, by="observer/sol/1"), "not-named"),
        (lambda d, c, b: d.sample(c, 3, b), "sample-order"),
        (lambda d, c, b: d.sample(c, 1, b[::-1]), "sample-order"),
        (lambda d, c, b: d.sample(c, 2, ()), "sample-order"),
        (lambda d, c, b: d.sample(c, 2, (STATIONS[0],) * 3, by="observer/sol/1"), "not-named"),
        (lambda d, c, b: d.count_box(c, next(s for s in STATIONS if s not in b)), "not-drawn"),
        (lambda d, c, b: d.count_box(c, b[0], (1, 1, 1, 1), by=("observer/sol/1",)), "not-named"),
        (lambda d, c, b: d.state_result(c, 1, p.Fraction(1, 10**9)), "result-differs"),
        (lambda d, c, b: d.state_result(c, 1, p.Fraction(0, 1)), "result-differs"),
        (lambda d, c, b: d.state_result(c, 2, p.Fraction(1, 100)), "result-early"),
    ],
)
def test_what_does_not_fit_is_noted_and_changes_nothing(alter: Alteration, code: str) -> None:
    day, commitment, boxes = counted()
    before = status(day)
    alter(day, commitment, boxes)
    after = status(day)
    assert codes(after) == [code] * len(after.notes)
    assert after.notes
    assert after.rounds == before.rounds


def test_a_sample_that_differs_is_noted_and_the_seed_decides() -> None:
    day, commitment, boxes = begun()
    wrong = next(s for s in STATIONS if s not in boxes)
    day.sample(commitment, 1, (wrong, *boxes[1:]))
    found = status(day)
    assert codes(found) == ["sample-differs"]
    assert wrong in found.notes[0].sentence("en")
    assert found.rounds[0].drawn == boxes


def test_a_box_drawn_twice_counts_twice() -> None:
    day, commitment, _ = begun()
    drawn = status(day).suggested
    weights_seen = [box for box in drawn if drawn.count(box) > 1]
    assert weights_seen, "the seed of this test draws a box twice"
    day.sample(commitment, 1, drawn)
    for box in sorted(set(drawn)):
        day.count_box(commitment, box)
    found = status(day)
    assert found.rounds[0].opened == len(set(drawn)) < len(drawn)
    assert found.may_stop


def test_a_seed_before_its_commitment_is_left_out() -> None:
    first = AuditDay()
    commitment = first.commit()
    day = AuditDay()
    day.seed(commitment, also="")
    assert day.commit(head=p.LogHead("log.example/isla", len(day.log) - 1, bytes(32))) == commitment
    found = status(day)
    assert codes(found) == ["seed-before"]
    assert found.seed is None


def test_a_box_above_its_bound_ends_what_the_audit_shows() -> None:
    day, commitment, boxes = counted()
    lost = day.commit(follows=commitment)
    day.seed(lost)
    day.sample(lost, 1, boxes)
    for box in sorted(set(boxes)):
        day.count_box(lost, box, (75, 60, 40, 3) if box == boxes[-1] else None)
    found = status(day)
    assert found.rounds[0].above == (boxes[-1],)
    assert found.risk == 1
    assert not found.may_stop
    assert found.suggested == ()
    assert codes(found) == ["above-bound"]
    assert "this audit shows nothing" in found.sentences("en")[0]


def test_a_head_beyond_the_commitment_lets_no_later_sheet_in() -> None:
    day = AuditDay(silent=1)
    day.commit(head=p.LogHead(ORIGIN, 10_000, bytes(32)))
    day.sheet(f"machine/{STATIONS[-1]}", STATIONS[-1], (0, 190, 0, 0))
    found = status(day)
    assert found.boxes == 39
    assert codes(found) == ["head", "sheets-since"]
    day.commit(basis="copies:party/azul")
    with pytest.raises(EvidenceError, match="no sheets 'copies:party/azul'"):
        status(day)


def test_hand_counts_for_another_audit_or_none_do_not_enter() -> None:
    day, commitment, boxes = begun()
    day.sample(commitment, 1, boxes)
    day.open_count(None, boxes[0])
    other = day.commit(by="party/azul/1")
    day.open_count(other, boxes[0])
    found = status(day, commitment=commitment)
    assert boxes[0] in found.rounds[0].awaiting
    assert codes(found) == []
    assert status(day).digest == other


def test_heads_that_are_not_this_logs() -> None:
    day = AuditDay()
    day.commit(head=p.LogHead("log.example/other", 10_000, bytes(32)))
    assert codes(status(day)) == ["head"]
    day = AuditDay()
    day.commit()
    assert codes(status(day, root_at=lambda size: bytes(32))) == []
    assert codes(status(day, root_at=lambda size: bytes([1]) * 32)) == ["head"]
    day.commit(organisations=("party/azul/1", "party/azul/2"), by="authority/2")
    assert codes(status(day)) == ["repeated", "no-observers"]


def test_stations_without_a_sheet_are_counted_against_the_outcome() -> None:
    day, commitment, boxes = begun(silent=2)
    day.sample(commitment, 1, boxes)
    for box in sorted(set(boxes)):
        day.count_box(commitment, box)
    found = status(day)
    assert found.may_stop
    assert (found.own.outstanding.stations, found.own.outstanding.registered) == (2, 400)
    assert found.own.risk_outstanding is not None
    assert found.risk < found.own.risk_outstanding < 1
    assert (
        "Stations that are no box of this audit: 2. If all who could vote there" in found.sentences("en")[1]
    )
    unknown = status_of_unknown_roll()
    assert unknown.own.outstanding.registered is None
    assert unknown.own.risk_outstanding is None
    assert "No se sabe cuántos" in unknown.sentences("es")[1]


def status_of_unknown_roll() -> AuditStatus:
    day, commitment, boxes = begun(silent=2, registered="")
    day.sample(commitment, 1, boxes)
    found = status(day)
    day.commit(bound=BoundSource.REGISTERED, follows=commitment)
    with pytest.raises(EvidenceError, match="Nothing bounds the vouchers in 38 boxes"):
        status(day)
    return found


def test_registered_voters_as_bound_take_more_boxes() -> None:
    day = AuditDay()
    commitment = day.commit()
    day.seed(commitment)
    by_manifest = status(day)
    other = day.commit(bound=BoundSource.REGISTERED, follows=commitment)
    day.seed(other)
    assert status(day).digest == other
    assert len(status(day).suggested) > len(by_manifest.suggested)


@pytest.mark.parametrize("method", [AuditMethod.SRS_ALPHA, AuditMethod.HOT_AUDIT])
def test_other_ways_to_draw_boxes(method: AuditMethod) -> None:
    day, commitment, boxes = begun(method)
    assert len(set(boxes)) == len(boxes)
    if method is AuditMethod.HOT_AUDIT:
        assert [box[:2] for box in boxes] == [f"c{n}" for n in range(10)]
    day.sample(commitment, 1, boxes)
    assert status(day).risk == 1
    for box in boxes:
        day.count_box(commitment, box)
    found = status(day)
    if method is AuditMethod.HOT_AUDIT:
        # Each of ten centers opens one of its four boxes, and ten wrong boxes would be needed: one in each.
        # Nine tenths of the limit are the certificate's.
        assert found.risk == Fraction(3, 4) ** 10 / HOT_SHARE
    else:
        assert found.may_stop
    day.sample(commitment, 2, STATIONS)
    late = status(day)
    assert late.rounds[0] == found.rounds[0]
    if method is AuditMethod.SRS_ALPHA:
        assert "sample-size" in codes(late)


def test_single_vouchers() -> None:
    day, commitment, boxes = begun(AuditMethod.BRAVO)
    assert 40 < len(boxes) < 200
    day.sample(commitment, 1, boxes)
    assert status(day).risk == 1
    for box in sorted(set(boxes)):
        taken = boxes.count(box)
        ana = -(-taken * 2 // 3)
        day.count_box(commitment, box, (ana, taken - ana, 0, 0), null=0)
    found = status(day)
    assert found.risk < Fraction(1, 20)
    assert found.may_stop


@pytest.mark.parametrize(
    ("prepare", "sentence"),
    [
        (lambda day: None, "no such commitment"),
        (lambda day: day.commit(limit=p.Fraction(0, 1)), "risk limit 0 is not between"),
        (lambda day: day.commit(limit=p.Fraction(2, 2)), "risk limit 1 is not between"),
        (lambda day: day.commit(head=p.LogHead("log.example/isla", 3, bytes(32))), "No box is reported"),
    ],
)
def test_what_has_no_answer_is_refused(prepare: Callable[[AuditDay], object], sentence: str) -> None:
    day = AuditDay()
    prepare(day)
    with pytest.raises(EvidenceError, match=sentence):
        status(day)
    with pytest.raises(EvidenceError):
        audit_status(day.state(), "nothing")


def test_no_sheet_at_all() -> None:
    day = AuditDay(silent=40)
    day.commit()
    with pytest.raises(EvidenceError, match="No box is reported yet"):
        status(day)


def test_the_draw_by_hand() -> None:
    """The boxes of round 1 from first principles: fractions, one running sum, and SHA-256 of
    "seed,number"."""
    day, _, boxes = begun()
    sheets = [(a + c, b, d) for a, b, c, d in day.paper.values()]
    ana, blas, carla = map(sum, zip(*sheets, strict=True))
    scale = 10**10
    ends, end = [], 0
    for first, second, third in sheets:
        vouchers = first + second + third + 2
        bound = max(
            Fraction(first - second + vouchers, ana - blas), Fraction(first - third + vouchers, ana - carla)
        )
        end += ceil(bound * scale)
        ends.append(end)
    assert 10**10 <= end < 10**11
    for number, box in enumerate(boxes, start=1):
        drawn = int(sha256(f"{SEED},{number}".encode()).hexdigest(), 16) * end // 2**256
        assert box == STATIONS[next(place for place, top in enumerate(ends) if drawn < top)]


def test_a_flood_of_strange_records_does_not_make_the_status_large() -> None:
    day, commitment, _ = counted()
    before = status(day)
    for number in range(MOST_NOTES + 5):
        day.seed(commitment, str(number), also="")
    after = status(day)
    assert after.rounds == before.rounds
    assert len(after.notes) == MOST_NOTES + 1
    assert after.notes[-1].sentence("en") == "Notes that are not shown: 5."


def test_a_result_may_be_rounded_up_and_not_down() -> None:
    day, commitment, _ = counted()
    risk = status(day).risk
    for denominator in (10**9, 1_000, 7):
        day.state_result(commitment, 1, p.Fraction(ceil(risk * denominator), denominator))
    assert codes(status(day)) == []
    day.state_result(commitment, 1, p.Fraction(ceil(risk * 1_000) - 1, 1_000))
    assert codes(status(day)) == ["result-differs"]
