"""What an audit fixes before it is said: digits by several, counts, the manifest, the audit before."""

from collections.abc import Callable
from fractions import Fraction

import pytest

from escrutinio.base.errors import EvidenceError
from escrutinio.core.records import parts as p
from escrutinio.core.records import types as t
from escrutinio.core.records.codes import BoundSource
from escrutinio.evidence.audit.replay import stated_risk
from escrutinio.evidence.audit.standing import AuditStatus
from escrutinio.evidence.audit.status import audit_status
from tests.evidence.audit.made import COUNTING, NAMED, STATIONS, AuditDay, manifest

DIGITS = {"authority/1": "3141592653", "party/azul/1": "2718281828", "observer/red/1": "1618033988"}
THROWERS = ("authority/1", *NAMED)
SIDES = ("authority", *NAMED)
WHOLE = "".join(DIGITS.values())


def status(day: AuditDay, commitment: bytes | None = None) -> AuditStatus:
    return audit_status(day.state(), "presidente", commitment, attachments=day.attachments.get)


def codes(found: AuditStatus) -> list[str]:
    for note in found.notes:
        assert note.sentence("en")
        assert note.sentence("es")
    return [note.code for note in found.notes]


def findings(day: AuditDay) -> list[str]:
    """The codes of what the log says of its audits."""
    about = ("audit", "hand-count-changed", "hand-count-not", "out-of-order", "key-out")
    return [finding.code for finding in day.state().findings if finding.code.startswith(about)]


def thrown(*, but: str = "") -> tuple[AuditDay, bytes]:
    """An audit with three throwers, who have committed to their digits."""
    day = AuditDay()
    commitment = day.commit(throwers=THROWERS)
    for name, digits in DIGITS.items():
        if name != but:
            day.throw(commitment, digits, name)
    return day, commitment


def test_the_seed_is_the_digits_of_all_in_the_order_of_the_commitment() -> None:
    day, commitment = thrown()
    for name, digits in reversed(DIGITS.items()):
        assert status(day).seed is None
        day.open_digits(commitment, digits, name)
    found = status(day)
    assert (found.seed, found.awaited) == (WHOLE, ())
    assert found.throwers == SIDES
    assert codes(found) == findings(day) == []
    # Who opens first is nobody's choice: another order gives the same seed and the same boxes.
    again, other = thrown()
    for name, digits in DIGITS.items():
        again.open_digits(other, digits, name)
    assert status(again).suggested == found.suggested


def instead(day: AuditDay, commitment: bytes, thrower: str, *by: str) -> int:
    """Dice that each of these states in place of a thrower's digits."""
    return [day.open_digits(commitment, "9" * 10, each, instead_of=thrower) for each in by][-1]


Throw = Callable[[AuditDay, bytes], object]


@pytest.mark.parametrize(
    ("alter", "code", "finding"),
    [
        (lambda d, c: d.open_digits(c, "2718281829", "party/azul/1"), "digits-differ", "audit-digits-differ"),
        (
            lambda d, c: d.seed(c, "2718281828", by="party/azul/1", also=""),
            "digits-differ",
            "audit-digits-differ",
        ),
        (lambda d, c: d.open_digits(c, "2718281828", "observer/sol/1"), "not-named", "audit-signer"),
        (lambda d, c: d.throw(c, "1", "observer/sol/1"), "not-named", "audit-signer"),
        (lambda d, c: d.throw(c, "1", "party/azul/1"), "digits-late", None),
        (lambda d, c: instead(d, c, "party/azul", "party/azul/1"), "not-named", "audit-signer"),
        (lambda d, c: instead(d, c, "observer/sol", "authority/1"), "not-named", "audit-signer"),
        (lambda d, c: instead(d, c, "party/azul", "observer/red/1"), "seed-alone", None),
        (lambda d, c: instead(d, c, "party/azul", "observer/red/1", "observer/red/1"), "seed-alone", None),
        (lambda d, c: instead(d, c, "party/azul", "authority/1", "observer/red/1"), "seed-instead", None),
    ],
)
def test_digits_that_do_not_fit(alter: Throw, code: str, finding: str | None) -> None:
    day, commitment = thrown()
    day.open_digits(commitment, DIGITS["authority/1"], "authority/1")
    day.open_digits(commitment, DIGITS["observer/red/1"], "observer/red/1")
    alter(day, commitment)
    found = status(day)
    assert codes(found) == [code]
    assert findings(day) == ([finding] if finding else [])
    assert found.awaited == (() if code == "seed-instead" else ("party/azul",))
    day.open_digits(commitment, DIGITS["party/azul/1"], "party/azul/1")
    kept = status(day).seed
    assert kept == (WHOLE if code != "seed-instead" else WHOLE.replace("2718281828", "9" * 10))


def test_digits_that_were_not_committed_to_beforehand_do_not_count() -> None:
    day, commitment = thrown(but="party/azul/1")
    day.open_digits(commitment, DIGITS["authority/1"], "authority/1")
    assert findings(day) == ["out-of-order"]
    day.throw(commitment, DIGITS["party/azul/1"], "party/azul/1")
    day.open_digits(commitment, DIGITS["party/azul/1"], "party/azul/1")
    assert codes(status(day)) == ["digits-late", "digits-uncommitted"]
    assert status(day).awaited == NAMED
    other, again = thrown()
    other.throw(again, "1", "party/azul/1")
    assert codes(status(other)) == ["digits-again"]


@pytest.mark.parametrize("digits", ["123", "1" * 22, "9" * 64])
def test_nobodys_digits_are_too_few_to_matter_or_keep_the_others_from_a_seed(digits: str) -> None:
    day = AuditDay()
    commitment = day.commit(throwers=THROWERS)
    given = DIGITS | {"party/azul/1": digits}
    for name in given:
        day.throw(commitment, given[name], name)
    for name in given:
        day.open_digits(commitment, given[name], name)
    assert codes(status(day)) == ["seed-form"]
    assert status(day).awaited == ("party/azul",)
    instead(day, commitment, "party/azul", "authority/1", "observer/red/1")
    assert codes(status(day)) == ["seed-form", "seed-instead"]
    assert status(day).seed == WHOLE.replace("2718281828", "9" * 10)


def test_whoever_was_replaced_by_dice_and_opens_their_digits_is_heard() -> None:
    day, commitment = thrown()
    instead(day, commitment, "party/azul", "authority/1", "observer/red/1")
    day.open_digits(commitment, DIGITS["party/azul/1"], "party/azul/1")
    found = status(day)
    assert codes(found) == ["seed-instead", "seed-own"]
    assert "party/azul/1 opens the digits that it had committed to" in found.notes[1].sentence("en")
    assert found.awaited == ("authority", "observer/red")


def blind() -> tuple[AuditDay, bytes, tuple[str, ...]]:
    """An audit whose counts are committed to, with all of round 1 counted but its first box."""
    day = AuditDay()
    commitment = day.commit()
    day.seed(commitment)
    boxes = status(day).suggested
    day.sample(commitment, 1, boxes)
    for box in sorted(set(boxes[1:]) - {boxes[0]}):
        day.commit_count(commitment, box)
        day.open_count(commitment, box)
    return day, commitment, boxes


def test_counts_that_open_what_was_committed_to() -> None:
    day, commitment, boxes = blind()
    day.commit_count(commitment, boxes[0])
    day.open_count(commitment, boxes[0])
    found = status(day)
    assert found.may_stop
    assert codes(found) == findings(day) == []


Count = Callable[[AuditDay, bytes, str], object]
FIRST, SECOND = (COUNTING[0],), (COUNTING[1],)
OTHER = (60, 41, 40, 3)


@pytest.mark.parametrize(
    ("alter", "notes", "finding"),
    [
        (lambda d, c, b: d.open_count(c, b, by=SECOND), ["count-uncommitted", "count-early"], None),
        (
            lambda d, c, b: (
                d.commit_count(c, b, OTHER, by=SECOND), d.open_count(c, b, by=SECOND),
            ),
            ["count-differs"],
            "hand-count-not-as-committed",
        ),
        (
            lambda d, c, b: (d.commit_count(c, b, by=SECOND), d.open_count(c, b, by=SECOND, blind=False)),
            ["count-differs"],
            "hand-count-not-as-committed",
        ),
        (
            lambda d, c, b: (
                d.open_count(c, b, by=FIRST), d.commit_count(c, b, by=SECOND),
                d.open_count(c, b, by=SECOND),
            ),
            ["count-early", "count-early"],
            None,
        ),
        (
            lambda d, c, b: (
                d.open_count(c, b, by=SECOND), d.commit_count(c, b, by=SECOND),
                d.open_count(c, b, by=SECOND),
            ),
            ["count-uncommitted", "count-early"],
            None,
        ),
        (
            lambda d, c, b: (
                d.commit_count(c, b, by=SECOND), d.commit_count(c, b, OTHER, by=SECOND),
                d.open_count(c, b, OTHER, by=SECOND),
            ),
            ["count-committed-again", "count-differs"],
            "hand-count-not-as-committed",
        ),
        (
            lambda d, c, b: d.commit_count(c, b, by=("observer/sol/1",)),
            ["not-named", "count-early"],
            "audit-signer",
        ),
    ],
)  # fmt: skip
def test_counts_that_are_not_what_was_committed_to(
    alter: Count, notes: list[str], finding: str | None
) -> None:
    day, commitment, boxes = blind()
    day.commit_count(commitment, boxes[0], by=FIRST)
    alter(day, commitment, boxes[0])
    day.open_count(commitment, boxes[0], by=FIRST)
    found = status(day)
    assert found.rounds[0].awaiting == (boxes[0],)
    assert codes(found) == notes
    assert findings(day) == ([finding] if finding else [])


def test_a_hand_count_that_changes_without_saying_so() -> None:
    day = AuditDay()
    commitment = day.commit()
    first = day.open_count(commitment, STATIONS[0], by=FIRST)
    day.open_count(commitment, STATIONS[0], by=FIRST)
    assert findings(day) == []
    day.open_count(commitment, STATIONS[0], OTHER, by=FIRST)
    assert findings(day) == ["hand-count-changed"]
    second = day.open_count(commitment, STATIONS[0], (60, 41, 40, 2), by=FIRST, corrects=first)
    assert findings(day) == ["hand-count-changed"]
    day.open_count(commitment, STATIONS[0], (60, 41, 40, 1), by=FIRST, corrects=first)
    day.open_count(commitment, STATIONS[0], (60, 41, 40, 0), by=FIRST, corrects=second)
    assert findings(day) == ["hand-count-changed"] * 2


def test_an_audit_that_is_repeated_names_the_one_before() -> None:
    day = AuditDay()
    first = day.commit()
    other = day.commit(by="party/azul/1")
    second = day.commit(follows=first, limit=p.Fraction(1, 10))
    assert codes(status(day, second)) == codes(status(day, other)) == findings(day) == []
    assert status(day, second).follows == first
    third = day.commit(limit=p.Fraction(1, 5))
    assert codes(status(day, third)) == ["repeated"]
    assert findings(day) == ["audit-repeated"]
    fourth = day.commit(follows=b"\1" * 32, by="authority/2")
    assert codes(status(day, fourth)) == ["follows-unknown"]


def test_a_result_that_is_corrected() -> None:
    day, commitment, _ = blind()
    risk = status(day).risk
    wrong = day.state_result(commitment, 1, p.Fraction(1, 10**9))
    assert codes(status(day)) == ["result-differs"]
    day.state_result(commitment, 1, stated_risk(risk), by="party/azul/1", corrects=wrong)
    assert codes(status(day)) == ["corrects-unknown", "result-differs"]
    day.state_result(commitment, 1, stated_risk(risk), corrects=wrong)
    assert codes(status(day)) == ["corrects-unknown", "result-corrected"]


def test_a_box_that_the_manifest_lacks_is_bounded_by_its_voters() -> None:
    day = AuditDay()
    few = day.attach(manifest({name: day.paper[name] for name in STATIONS[1:]}))

    listed = day.digest(day.say(t.BallotManifest(few), "authority/1", "presidente"))
    commitment = day.commit(manifest=listed)
    found = status(day, commitment)
    assert codes(found) == ["not-listed"]
    assert STATIONS[0] in found.notes[0].sentence("es")
    assert found.sum_of_bounds is not None
    whole = day.commit(follows=commitment)
    more = status(day, whole).sum_of_bounds
    assert more is not None
    # 200 voters and 145 vouchers, over a margin of 1,620 votes for the nearest pair.
    margin = found.own.margin
    assert abs(found.sum_of_bounds - more - Fraction(200 - 145, margin)) < Fraction(1, 10**6)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"station,box\nc0.01,1\n", "cannot be read"),
        (b"station,seal,most\nc0.01,a,1\nc0.01,a,1\n", "twice"),
        (b"station,seal,most\nc0.01,,1\nc0.01,b,1\n", "twice"),
        (b"station,seal,most\nc0.01,a,-1\n", "no number"),
        (b"station,seal,most\nc0.01,a,4294967296\n", "no number"),
        (b"station,seal,most\nc0.01,a,12\n", "more than the 12"),
    ],
)
def test_manifests_that_bound_nothing(content: bytes, sentence: str) -> None:

    day = AuditDay()
    listed = day.digest(day.say(t.BallotManifest(day.attach(content)), "authority/1", "presidente"))
    day.commit(manifest=listed)
    with pytest.raises(EvidenceError, match=sentence):
        status(day)


def test_a_manifest_that_is_not_there() -> None:
    day = AuditDay()
    day.commit()
    with pytest.raises(EvidenceError, match="whose file is not there"):
        audit_status(day.state(), "presidente")
    day.commit(manifest=b"\1" * 32)
    with pytest.raises(EvidenceError, match="does not have before it, or whose file is not there"):
        status(day)


def test_the_law_bounds_a_box_and_the_stake_is_the_commitments() -> None:
    day = AuditDay(registered="")
    day.commit(bound=BoundSource.LAW, most=100)
    with pytest.raises(EvidenceError, match="more than the 100 vouchers"):
        status(day)
    half = day.commit(bound=BoundSource.LAW, most=165, bet=p.Fraction(1, 2), by="party/azul/1")
    usual = day.commit(bound=BoundSource.LAW, most=165, by="observer/red/1")
    for commitment, by in ((half, "party/azul/1"), (usual, "observer/red/1")):
        day.seed(commitment, by=by)
    assert len(status(day, half).suggested) > len(status(day, usual).suggested)
