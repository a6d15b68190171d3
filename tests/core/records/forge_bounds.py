"""Records that are all right but for a bound (docs/formats.md, "Bounds"), and records that reach one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import cbor2

from escrutinio.core.records import codes as k
from escrutinio.core.records import parts as p
from escrutinio.core.records import types as t
from escrutinio.core.records.attachments import MAX_ATTACHMENT
from escrutinio.core.records.bounds import TIME_LIMIT
from tests.core.records.examples import CONTEST, STATION, Example, example, key
from tests.core.records.forge import forge, protected_of, values_of

BIG = 2**53 - 1
_FILE = p.Attachment(bytes(32), MAX_ATTACHMENT, "text/plain")

REACHING = (
    Example(t.MachineEvent(k.EventKind.FAULT, TIME_LIMIT - 1, 0), "machine", STATION),
    Example(t.IncidentReport(k.Category.POWER, 0, (_FILE,) * 2), "party", f"station/{STATION}"),
    Example(t.AuditResult(bytes(32), 0, p.Fraction(BIG, BIG), None), "party", CONTEST),
    Example(t.AuditResult(bytes(32), 0, p.Fraction(0, 1), _FILE), "party", CONTEST),
)
"""Records with a value at a bound, which is within it."""


def beyond_bounds() -> dict[str, bytes]:
    """Records signed by the keys of the examples, by the one thing in them that is beyond a bound."""
    return {
        "issued_at of the year 10000": changed("tally-sheet", 3, TIME_LIMIT),
        "issued_at 2^53 - 1": changed("roll", 3, BIG),
        "issued_at 2^53 - 1, of an enrolment": changed("enrolment", 3, BIG),
        "issued_at of the year 10000, of a type that nobody knows": retyped(200, TIME_LIMIT),
        "time of an event": changed("machine-event", 5, TIME_LIMIT),
        "time of a report": changed("incident-report", 5, BIG),
        "time of a complaint": changed("complaint", 5, BIG),
        "start of an accreditation": changed("accreditation", 7, TIME_LIMIT),
        "end of an accreditation": changed("accreditation", 8, TIME_LIMIT),
        "start of an incident": changed("incident-disclosure", 5, BIG),
        "end of an incident": changed("incident-disclosure", 6, [BIG]),
        "time of an audit": changed("audit-minutes", 5, TIME_LIMIT),
        "date of the calendar": changed("definition", 15, [["voting", BIG]]),
        "quorum of a contest": changed("definition", 13, _with_quorum([2, 1, 0, []])),
        "attachment of 2^28 + 1 bytes": changed(
            "statement", 7, [bytes(32), MAX_ATTACHMENT + 1, "text/plain"]
        ),
        "attachment of 2^53 - 1 bytes": changed("observation-report", 5, [[bytes(32), BIG, "text/plain"]]),
        "attachment of another type": changed("statement", 7, [bytes(32), 5, "text/html"]),
        "attachment of no type": changed("witness-policy", 4, [bytes(32), 5, ""]),
        "the second of two attachments": changed(
            "incident-report", 6, [[bytes(32), 5, "text/csv"], [bytes(32), 5, "TEXT/CSV"]]
        ),
        "share of nothing": changed("audit-commitment", 5, [0, 0]),
        "share above one": changed("audit-result", 6, [2, 1]),
    }


def malformed_and_beyond() -> dict[str, bytes]:
    """Records that are beyond a bound and malformed besides: malformed is what they are."""
    return {
        "beyond a bound and with a bad code behind it": changed(
            "audit-minutes", 5, BIG, also=lambda values: values.__setitem__(4, 99)
        ),
        "issued beyond the bound and a position too few": changed(
            "tally-sheet", 3, BIG, also=lambda values: values.pop()
        ),
        "beyond a bound and of another form of subject": changed("machine-event", 5, BIG, subject="a/b/c"),
    }


def changed(
    name: str, position: int, value: object, *, also: Callable[[list[Any]], object] = id, subject: str = ""
) -> bytes:
    """The example of a type with another value at a position, signed as that one is."""
    values: list[Any] = values_of(example(name))
    values[position] = value
    also(values)
    each = example(name)
    by = key(each.by)
    return forge(by, cbor2.dumps(values), protected_of(by, each.signer, subject or each.subject))


def retyped(code: int, issued_at: int) -> bytes:
    """A record of a type that is not known."""
    return changed("tally-sheet", 1, code, also=lambda values: values.__setitem__(3, issued_at))


def _with_quorum(share: list[object]) -> object:
    values: list[Any] = values_of(example("definition"))
    contests = [list(contest) for contest in values[13]]
    contests[0][11] = [share]
    return contests
