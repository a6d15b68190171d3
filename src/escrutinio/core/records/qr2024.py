"""The QR code on the tally sheets of 28 July 2024: `center.table.protocol.serial!38 counts!null!blank`.

It carries no signature: it says what a sheet shows, and proves nothing about who printed it. Whatever
shows such a sheet says so. The order of the 38 options is that of the example's `qr_format.json`.
"""

import re

from escrutinio.base.dataclass import dataclass
from escrutinio.base.errors import RecordError
from escrutinio.core.records.codecs import COUNT_LIMIT

OPTIONS = 38
MAX_TEXT = 600  # 38 counts of ten digits and what stands around them

_COUNT = "(?:0|[1-9][0-9]{0,9})"
_FORM = re.compile(
    r"([0-9]{9})\.([0-9]{2})\.([0-9])\.([0-9]{4})"
    rf"!({_COUNT}(?:,{_COUNT}){{{OPTIONS - 1}}})!({_COUNT})!({_COUNT})"
)


@dataclass(frozen=True, slots=True)
class Sheet2024:
    """What such a QR code says: counts of the 38 options in their order, null ballots, blank ballots.

    `center`: 9 digits, the first two the state (leading zeros kept); `table`: from 1; `protocol` and
    `serial` as printed.
    """

    center: str
    table: int
    protocol: str
    serial: str
    counts: tuple[int, ...]
    null: int
    blank: int

    @property
    def station(self) -> str:
        """The station's code in this house: `010111037.02`."""
        return f"{self.center}.{self.table:02}"


def read_qr2024(text: str) -> Sheet2024:
    """Read the text of a 2024 QR code strictly. Raises RecordError with what does not fit."""
    if len(text) > MAX_TEXT:
        raise RecordError("qr2024-long", size=len(text), limit=MAX_TEXT)
    found = _FORM.fullmatch(text)
    if found is None:
        raise RecordError("qr2024-form", options=OPTIONS)
    center, table, protocol, serial, votes, null, blank = found.groups()
    counts = tuple(map(int, votes.split(",")))
    sheet = Sheet2024(center, int(table), protocol, serial, counts, int(null), int(blank))
    if sheet.table == 0:
        raise RecordError("qr2024-table")
    if max(*sheet.counts, sheet.null, sheet.blank) >= COUNT_LIMIT:
        raise RecordError("qr2024-count", limit=COUNT_LIMIT - 1)
    return sheet
