"""Bounds are asked of every record, whoever makes, offers or reads it, and after everything else."""

from __future__ import annotations

from dataclasses import replace

import pytest

from escrutinio.core.election.bulk.columns import read_columns
from escrutinio.core.election.bulk.machine_keys import open_enrolment
from escrutinio.core.records import codes as k
from escrutinio.core.records import parts as p
from escrutinio.core.records import types as t
from escrutinio.core.records.attachments import MAX_ATTACHMENT
from escrutinio.core.records.bounds import TIME_LIMIT, OutOfBoundsError
from escrutinio.core.records.cose import split
from escrutinio.core.records.entry import open_record, read_record, seal, verify
from escrutinio.core.records.opening import EntryError, Fault, Signer, open_signed
from escrutinio.core.records.possession import enrolled
from tests.core.records.examples import MIDNIGHT, SIGNERS, Example, election, example, key
from tests.core.records.forge_bounds import BIG, REACHING, beyond_bounds, malformed_and_beyond

BEYOND = beyond_bounds()
MALFORMED = malformed_and_beyond()
KEYS = {key(name).kid: key(name) for name in SIGNERS}


def signer_of(raw: bytes) -> Signer:
    frame = split(raw)
    return Signer(KEYS[frame.kid].public_key, frame.issuer)


@pytest.mark.parametrize("reason", BEYOND)
def test_a_record_beyond_a_bound_is_read_and_verified_and_not_opened(reason: str) -> None:
    raw = BEYOND[reason]
    verify(raw, signer_of(raw).public_key)
    if "nobody knows" not in reason:
        read_record(raw)
    with pytest.raises(OutOfBoundsError):
        open_record(raw)


@pytest.mark.parametrize("reason", BEYOND)
def test_every_other_fault_comes_before_a_bound(reason: str) -> None:
    raw = BEYOND[reason]
    signer, owner = signer_of(raw), b"" if "calendar" in reason or "quorum" in reason else election()
    assert fault(raw, signer, owner) is Fault.OUT_OF_BOUNDS
    assert fault(raw, signer, bytes(32)) is Fault.MALFORMED
    assert fault(raw, None, owner) is Fault.UNKNOWN_KEY
    assert fault(raw, Signer(signer.public_key, "another/name"), owner) is Fault.UNKNOWN_KEY
    assert fault(raw[:-1] + bytes([raw[-1] ^ 1]), signer, owner) is Fault.BAD_SIGNATURE


@pytest.mark.parametrize("reason", MALFORMED)
def test_what_is_malformed_besides_is_malformed(reason: str) -> None:
    assert fault(MALFORMED[reason], signer_of(MALFORMED[reason]), election()) is Fault.MALFORMED


def fault(raw: bytes, signer: Signer | None, owner: bytes) -> Fault:
    with pytest.raises(EntryError) as refusal:
        open_signed(raw, signer, owner)
    return refusal.value.fault


def test_the_quick_ways_leave_it_to_the_slow_one() -> None:
    sheet = BEYOND["issued_at of the year 10000"]
    assert read_columns([sheet], [signer_of(sheet)], election(), fewest=1) is None
    keys = BEYOND["issued_at 2^53 - 1, of an enrolment"]
    with pytest.raises(EntryError) as refusal:
        open_enrolment(keys, signer_of(keys), election(), fewest=1)
    assert refusal.value.fault is Fault.OUT_OF_BOUNDS


def test_a_quick_enrolment_is_asked_as_well() -> None:
    held = enrolled(key("machine"), election(), "machine/9", k.Role.MACHINE, scope=("1.01",))
    made = seal_at(t.Enrolment((held,)), TIME_LIMIT - 1)
    root = Signer(key("root").public_key, "")
    assert open_enrolment(made, root, election(), fewest=1).issued_at == TIME_LIMIT - 1
    with pytest.raises(OutOfBoundsError):
        seal_at(t.Enrolment((held,)), TIME_LIMIT)


def seal_at(body: t.Body, issued_at: int) -> bytes:
    return seal(
        body,
        key=key("root"),
        signer="authority/root",
        subject="election",
        election=election(),
        issued_at=issued_at,
    )


@pytest.mark.parametrize("each", REACHING)
def test_what_reaches_a_bound_is_within_it(each: Example) -> None:
    assert open_signed(each.raw, signer_of(each.raw), election()).body == each.body


DEFINITION = example("definition").body
assert isinstance(DEFINITION, t.Definition)
_FILE = p.Attachment(bytes(32), 5, "text/plain")


@pytest.mark.parametrize(
    ("body", "place"),
    [
        (t.MachineEvent(k.EventKind.FAULT, BIG, 0), "machine-event.at: "),
        (t.IncidentDisclosure(k.Category.POWER, 0, TIME_LIMIT, ()), "incident-disclosure.ends: "),
        (
            t.IncidentReport(k.Category.POWER, 0, (_FILE, replace(_FILE, size=MAX_ATTACHMENT + 1))),
            "report: item 1: ",
        ),
        (
            t.ObservationReport(bytes(32), replace(_FILE, media_type="text/html")),
            "observation-report.report: ",
        ),
        (t.AuditResult(bytes(32), 0, p.Fraction(1, 0), None), "audit-result.risk: "),
        (t.AuditResult(bytes(32), 0, p.Fraction(BIG, BIG - 1), None), "audit-result.risk: "),
        (replace(DEFINITION, calendar=(p.Deadline("a", BIG),)), "calendar: item 0: at: "),
    ],
)
def test_nobody_seals_one(body: t.Body, place: str) -> None:
    subjects = {"machine-event": "1.01", "audit-result": "president"}
    with pytest.raises(OutOfBoundsError, match=place):
        seal(
            body,
            key=key("root"),
            signer="authority/root",
            subject=subjects.get(body.NAME, "election"),
            election=b"" if isinstance(body, t.Definition) else election(),
            issued_at=MIDNIGHT,
        )
