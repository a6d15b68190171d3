"""The code of a blank form: where it belongs, so that a scan finds its place. It is no record.

    ESCF:  base45 of  <first 16 digits of the definition's SHA-256>/<form>/<station>[/<contest>]

Alphanumeric, as the QR codes of records are (docs/formats.md, "Blank forms").
"""

from __future__ import annotations

from enum import StrEnum

from escrutinio.base.dataclass import dataclass
from escrutinio.base.errors import RecordError
from escrutinio.core.records.qr import base45_decode, base45_encode
from escrutinio.core.records.text import check_code

PREFIX = "ESCF:"
LONGEST = 1_000
DIGITS = 16
"""Of the definition's SHA-256 in hexadecimal: enough to tell one election from another."""


class FormKind(StrEnum):
    """What a form is for."""

    SHEET = "sheet"
    OPENING = "opening"
    COUNTING = "counting"
    CLOSING = "closing"


@dataclass(frozen=True, slots=True)
class FormPlace:
    """Where a form belongs: `election` is the beginning of its definition's SHA-256, in hexadecimal;
    `contest` is empty on minutes, which are about all of a station."""

    election: str
    form: FormKind
    station: str
    contest: str = ""

    @property
    def text(self) -> str:
        """As people read it."""
        return "/".join(filter(None, (self.election, self.form.value, self.station, self.contest)))

    @property
    def qr(self) -> str:
        """As its QR code says it."""
        return PREFIX + base45_encode(self.text.encode())


def form_place(election: bytes, form: FormKind, station: str, contest: str = "") -> FormPlace:
    """The place of a form of the election whose definition has this digest."""
    return FormPlace(election.hex()[:DIGITS], form, station, contest)


def read_form_code(text: str) -> FormPlace | None:
    """The place that the text of a QR code names; None where it is no code of a form."""
    if not text.startswith(PREFIX) or len(text) > LONGEST:
        return None
    try:
        election, kind, station, *rest = base45_decode(text.removeprefix(PREFIX)).decode("ascii").split("/")
        contest = check_code(rest[0]) if rest else ""
        found = FormPlace(election, FormKind(kind), check_code(station), contest)
    except (RecordError, ValueError):  # also for bytes that are no text, and too few parts
        return None
    digits = len(election) == DIGITS and all(c in "0123456789abcdef" for c in election)
    return found if digits and len(rest) <= 1 and bool(contest) is (found.form is FormKind.SHEET) else None
