"""An enrolled key proves that its holder has it; one that does not is not enrolled, wherever it stands."""

from collections.abc import Callable
from dataclasses import replace
from hashlib import sha256

import pytest

from escrutinio.base.errors import RecordError
from escrutinio.core.election.bulk.machine_keys import open_enrolment
from escrutinio.core.records import types as t
from escrutinio.core.records.codes import Role
from escrutinio.core.records.cose import MAX_RECORD
from escrutinio.core.records.opening import Signer, open_signed
from escrutinio.core.records.parts import EnrolledKey, Title
from escrutinio.core.records.possession import enrolled
from tests.core.election.build import ROOT, VOTES, Day, codes, counts_at, found, key

OTHER = sha256(b"another election").digest()


def of_another_election(held: EnrolledKey) -> EnrolledKey:
    return enrolled(key(held.name), OTHER, held.name, held.role, scope=held.scope)


NO_PROOFS: dict[str, Callable[[EnrolledKey], EnrolledKey]] = {
    "no signature": lambda held: replace(held, proof=bytes(64)),
    "another key": lambda held: replace(held, public_key=key("another").public_key),
    "another name": lambda held: replace(held, name="machine/9"),
    "another role": lambda held: replace(held, role=Role.BOARD),
    "another scope": lambda held: replace(held, scope=("n1.02",)),
    "more contests": lambda held: replace(held, contests=("presidente",)),
    "another title": lambda held: replace(held, titles=(Title("en", "Blue"),)),
    "another election": of_another_election,
    "one bit": lambda held: replace(
        held, proof=held.proof[:9] + bytes([held.proof[9] ^ 1]) + held.proof[10:]
    ),
}


def wrong_key(day: Day, why: str) -> EnrolledKey:
    """A key of machine/1 at n1.01 whose proof is of something else."""
    return NO_PROOFS[why](day.held("machine/1", Role.MACHINE, ("n1.01",)))


@pytest.mark.parametrize("why", NO_PROOFS)
def test_a_key_without_its_proof_is_not_enrolled_and_the_others_of_its_record_are(why: str) -> None:
    day = Day()
    good = day.held("machine/2", Role.MACHINE, ("n1.02",))
    enrolment = day.say(t.Enrolment((wrong_key(day, why), good)), ROOT, "election")
    sheet = day.sheet("machine/1", "n1.01", VOTES)
    counted = day.sheet("machine/2", "n1.02", VOTES)
    state = day.state()
    assert [(f.code, f.entries) for f in state.findings] == [
        ("bad-signature", (enrolment,)),
        ("unknown-key", (sheet,)),
    ]
    assert "machine/1" not in state.signers
    assert counts_at(state, "n1.02") == counted


@pytest.mark.parametrize("why", NO_PROOFS)
def test_a_log_admits_no_enrolment_with_such_a_key(why: str) -> None:
    day = Day()
    admission = day.fold().admission()
    good = day.held("machine/2", Role.MACHINE, ("n1.02",))
    day.say(t.Enrolment((good, wrong_key(day, why))), ROOT, "election")
    (refusal,) = admission.judge([day.log.pop()])
    assert refusal is not None
    assert refusal.code == "unfit-key"


def test_a_later_enrolment_with_its_proof_takes_effect() -> None:
    day = Day()
    day.say(t.Enrolment((wrong_key(day, "no signature"),)), ROOT, "election")
    day.enrol("machine/1", Role.MACHINE, "n1.01")
    sheet = day.sheet("machine/1", "n1.01", VOTES)
    assert counts_at(day.state(), "n1.01") == sheet


def test_nobody_takes_what_another_signs_by_enrolling_the_key_first() -> None:
    """The key of machine/1 under the name of a party, with the signature of whoever enrols it there."""
    day = Day()
    stolen = replace(day.held("party/gris/1", Role.PARTY), public_key=key("machine/1").public_key)
    day.say(t.Enrolment((stolen,)), ROOT, "election")
    day.enrol("machine/1", Role.MACHINE, "n1.01")
    sheet = day.sheet("machine/1", "n1.01", VOTES)
    state = day.state()
    assert codes(state) == ["bad-signature"]
    assert counts_at(state, "n1.01") == sheet


# --- enrolments of the formats before ---


def enrol_before(day: Day, *names: str) -> int:
    keys = [[name, key(name).public_key, int(Role.MACHINE), ["n1.01"], [], []] for name in names]
    return day.say_plain(t.Enrolment.TYPE, [keys], ROOT, "election", version=1)


def test_keys_of_the_formats_before_are_enrolled_and_one_finding_a_record() -> None:
    day = Day()
    enrolment = enrol_before(day, "machine/1", "machine/2")
    sheet = day.sheet("machine/1", "n1.01", VOTES)
    state = day.state()
    (finding,) = state.findings
    assert (finding.code, finding.entries, finding.count) == ("key-without-possession", (enrolment,), 2)
    assert counts_at(state, "n1.01") == sheet


def test_a_log_admits_no_enrolment_of_the_formats_before() -> None:
    day = Day()
    admission = day.fold().admission()
    enrol_before(day, "machine/1")
    (refusal,) = admission.judge([day.log.pop()])
    assert refusal is not None
    assert (refusal.code, str(refusal.why)) == (
        "unfit-key",
        "The key of 'machine/1' has no proof that its holder has it.",
    )


def test_keys_with_their_proof_are_no_finding() -> None:
    day = Day()
    day.enrol("machine/1", Role.MACHINE, "n1.01")
    assert found(day.state(), "key-without-possession") == []


def test_the_largest_enrolment_of_machine_keys_that_fits_into_an_entry() -> None:
    """As many as docs/formats.md says; each of them is enrolled, and one more makes no record."""
    day = Day(stations=None)
    keys = [
        day.held(f"machine/{number:07}", Role.MACHINE, (f"010101{number:03}.01",)) for number in range(500)
    ]
    sizes = {number: day.say(t.Enrolment(tuple(keys[:number])), ROOT, "election") for number in (2, 3)}
    two, three = (len(day.log[at]) for at in sizes.values())
    most = 3 + (MAX_RECORD - three - 2) // (three - two)
    at = day.say(t.Enrolment(tuple(keys[:most])), ROOT, "election")
    assert 450 <= most < 500
    assert MAX_RECORD - (three - two) < len(day.log[at]) <= MAX_RECORD
    signer = Signer(key(ROOT).public_key, "")
    assert open_enrolment(day.log[at], signer, day.election) == open_signed(day.log[at], signer, day.election)
    state = day.state()
    assert {each.name for each in keys[:most]} <= set(state.signers)
    with pytest.raises(RecordError) as refused:
        day.say(t.Enrolment(tuple(keys[: most + 1])), ROOT, "election")
    assert refused.value.code == "body-long"
