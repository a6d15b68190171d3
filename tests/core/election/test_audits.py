"""What the fold finds in the records of an audit: who says what, in which order, and as committed to."""

from collections.abc import Callable
from hashlib import sha256

import pytest

from escrutinio.core.election.findings import audits
from escrutinio.core.election.findings.order import OUT_OF_ORDER
from escrutinio.core.records import parts as p
from escrutinio.core.records import types as t
from escrutinio.core.records.codes import AuditMethod, BoundSource, Role
from escrutinio.core.records.commitments import count_digest, digits_digest
from tests.core.election.build import ORIGIN, VOTES, Day, codes, found, machines

AZUL, SOL, OFFICER = "party/azul/1", "observer/sol", "authority/1"
ABOUT, BOX = "presidente", "n1.01/presidente"
SALT, DIGITS = b"\5" * 32, "271828"
OTHER = (*VOTES[1:], VOTES[0] + 1)


class AuditDay(Day):
    """A day with the sheet of one machine, of which an officer commits to an audit; a party and an observer
    throw digits and count."""

    def __init__(self) -> None:
        super().__init__()
        machines(self)
        self.enrol(SOL, Role.OBSERVER)
        self.reported = self.sheet("machine/1", "n1.01", VOTES)
        self.audit = self.digest(self.commit())

    def commit(self, follows: bytes | None = None) -> int:
        head = p.LogHead(ORIGIN, len(self.log), bytes(32))
        body = t.AuditCommitment(
            AuditMethod.PPEB_BETTING, p.Fraction(1, 10), head, "reported", BoundSource.REGISTERED, None, None,
            None, (AZUL, SOL), (AZUL, SOL), follows,
        )  # fmt: skip
        return self.say(body, OFFICER, ABOUT)

    def throw(self, by: str = AZUL, audit: bytes | None = None) -> int:
        return self.say(t.DigitsCommitment(audit or self.audit, digits_digest(SALT, DIGITS)), by, ABOUT)

    def open(self, by: str = AZUL, digits: str = DIGITS, instead_of: str | None = None) -> int:
        salt = SALT if instead_of is None else None
        return self.say(t.AuditSeed(self.audit, digits, salt, instead_of), by, ABOUT)

    def draw(self) -> int:
        return self.say(t.AuditSample(self.audit, 1, (p.Box("n1.01"),)), OFFICER, ABOUT)

    def thrown(self) -> "AuditDay":
        for by in (AZUL, SOL):
            self.throw(by)
        return self

    def opened(self) -> "AuditDay":
        self.thrown()
        for by in (AZUL, SOL):
            self.open(by)
        return self

    def mixed(self, counts: tuple[int, ...] = VOTES) -> t.MixedCount:
        return t.MixedCount(("n1.02",), self.audit, counts, (0, 0), salt=SALT)

    def promise(self, count: t.HandCount | t.MixedCount, by: str = AZUL) -> int:
        return self.say(t.CountCommitment(self.audit, count_digest(SALT, count)), by, BOX)

    def count(
        self, counts: tuple[int, ...] = VOTES, by: str = AZUL, salt: bytes | None = None,
        corrects: bytes | None = None,
    ) -> int:  # fmt: skip
        return self.say(self.counted(counts, salt, corrects), by, BOX)

    def counted(
        self, counts: tuple[int, ...] = VOTES, salt: bytes | None = None, corrects: bytes | None = None
    ) -> t.HandCount:
        return t.HandCount(counts, (0, 0), audit=self.audit, salt=salt, corrects=corrects)


def a_count_that_differs(day: AuditDay) -> list[int]:
    return [day.count(OTHER), day.reported]


def a_count_that_changes(day: AuditDay) -> list[int]:
    first = day.count(OTHER)
    return [day.count(VOTES), first]


def a_count_of_another_salt(day: AuditDay) -> list[int]:
    first = day.promise(day.counted())
    return [day.count(salt=b"\6" * 32), first]


def a_count_of_other_figures(day: AuditDay) -> list[int]:
    first = day.promise(day.counted(OTHER))
    return [day.count(salt=SALT), first]


def a_count_that_opens_nothing(day: AuditDay) -> list[int]:
    first = day.promise(day.counted())
    return [day.count(), first]


def a_mixed_count_of_other_figures(day: AuditDay) -> list[int]:
    first = day.promise(day.mixed())
    return [day.say(day.mixed(OTHER), AZUL, BOX), first]


def digits_of_an_officer(day: AuditDay) -> list[int]:
    return [day.throw(OFFICER), at_of(day, day.audit)]


def dice_for_nobody(day: AuditDay) -> list[int]:
    day.thrown()
    return [day.open(OFFICER, instead_of="party/rojo"), at_of(day, day.audit)]


def other_digits(day: AuditDay) -> list[int]:
    first = day.throw(AZUL)
    day.throw(SOL)
    return [day.open(AZUL, "314159"), first]


def a_second_audit(day: AuditDay) -> list[int]:
    return [day.commit(), at_of(day, day.audit)]


def digits_of_no_audit(day: AuditDay) -> list[int]:
    return [day.throw(audit=b"\7" * 32)]


def digits_opened_before_all_are_committed_to(day: AuditDay) -> list[int]:
    day.throw(AZUL)
    return [day.open(AZUL)]


def a_draw_without_a_seed(day: AuditDay) -> list[int]:
    day.thrown()
    return [day.draw()]


def at_of(day: Day, digest: bytes) -> int:
    return next(at for at, raw in enumerate(day.log) if sha256(raw).digest() == digest)


Wrong = Callable[[AuditDay], list[int]]
WRONG: list[tuple[Wrong, str]] = [
    (a_count_that_differs, audits.HAND_COUNT_DIFFERS),
    (a_count_that_changes, audits.HAND_COUNT_CHANGED),
    (a_count_of_another_salt, audits.HAND_COUNT_NOT_AS_COMMITTED),
    (a_count_of_other_figures, audits.HAND_COUNT_NOT_AS_COMMITTED),
    (a_count_that_opens_nothing, audits.HAND_COUNT_NOT_AS_COMMITTED),
    (a_mixed_count_of_other_figures, audits.HAND_COUNT_NOT_AS_COMMITTED),
    (digits_of_an_officer, audits.AUDIT_SIGNER),
    (dice_for_nobody, audits.AUDIT_SIGNER),
    (other_digits, audits.AUDIT_DIGITS_DIFFER),
    (a_second_audit, audits.AUDIT_REPEATED),
    (digits_of_no_audit, OUT_OF_ORDER),
    (digits_opened_before_all_are_committed_to, OUT_OF_ORDER),
    (a_draw_without_a_seed, OUT_OF_ORDER),
]


@pytest.mark.parametrize(("wrong", "code"), WRONG)
def test_what_an_audit_must_not_do_is_found(wrong: Wrong, code: str) -> None:
    day = AuditDay()
    entries = wrong(day)
    state = day.state()
    (finding,) = found(state, code)
    assert list(finding.entries) == entries
    assert finding.contest in ("presidente", None)
    others = {audits.HAND_COUNT_DIFFERS} if wrong is a_count_that_changes else set()
    assert set(codes(state)) == {code} | others


def test_every_finding_of_audits_is_made_here() -> None:
    assert {code for _, code in WRONG} == {*audits.FAMILY.rows, OUT_OF_ORDER}


def test_an_audit_as_it_should_be_has_no_finding() -> None:
    day = AuditDay().opened()
    day.draw()
    day.promise(day.counted())
    day.count(salt=SALT)
    day.say(t.AuditResult(day.audit, 1, p.Fraction(1, 20), None), OFFICER, ABOUT)
    day.audit = day.digest(day.commit(follows=day.audit))
    assert codes(day.state()) == []


def test_a_mixed_count_as_committed_to_has_no_finding() -> None:
    day = AuditDay()
    day.promise(day.mixed())
    day.say(day.mixed(), AZUL, BOX)
    assert codes(day.state()) == []


def test_dice_in_the_place_of_one_who_committed_and_did_not_open() -> None:
    for by, fine in ((OFFICER, True), (AZUL, True), (SOL, False)):
        day = AuditDay().thrown()
        day.open(by, instead_of=SOL)
        assert (codes(day.state()) == []) is fine


def test_a_count_that_names_the_one_it_corrects_is_no_change() -> None:
    day = AuditDay()
    first = day.count(OTHER)
    day.count(VOTES, corrects=day.digest(first))
    assert codes(day.state()) == [audits.HAND_COUNT_DIFFERS]


def test_only_the_own_commitment_to_the_same_box_of_the_same_audit_binds() -> None:
    day = AuditDay()
    day.promise(day.counted(OTHER), by=SOL)
    day.say(t.CountCommitment(day.audit, count_digest(SALT, day.counted(OTHER))), AZUL, "n1.02/presidente")
    day.say(t.CountCommitment(b"\7" * 32, count_digest(SALT, day.counted(OTHER))), AZUL, BOX)
    day.count(salt=SALT)
    assert audits.HAND_COUNT_NOT_AS_COMMITTED not in codes(day.state())


def test_a_commitment_behind_the_count_binds_nothing() -> None:
    day = AuditDay()
    day.count(salt=SALT)
    day.promise(day.counted(OTHER))
    assert codes(day.state()) == []


def test_all_officers_are_one_side() -> None:
    """Another officer's audit follows the first one's, and speaks for whom the commitment names."""
    day = AuditDay()
    day.enrol("authority/2", Role.AUTHORITY)
    head = p.LogHead(ORIGIN, len(day.log), bytes(32))
    body = t.AuditCommitment(
        AuditMethod.PPEB_BETTING, p.Fraction(1, 10), head, "reported", BoundSource.REGISTERED, None, None,
        None, (AZUL, SOL), (AZUL, SOL), None,
    )  # fmt: skip
    again = day.say(body, "authority/2", ABOUT)
    result = t.AuditResult(day.audit, 1, p.Fraction(1, 100), None)
    day.say(result, "authority/2", ABOUT)
    noted = found(day.state(), audits.AUDIT_REPEATED)
    assert [list(each.entries) for each in noted] == [[again, at_of(day, day.audit)]]
    assert audits.AUDIT_SIGNER not in codes(day.state())
