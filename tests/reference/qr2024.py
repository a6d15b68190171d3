"""Writing a QR code of 2024, which nobody does any more; the house only reads them."""

from escrutinio.base.errors import RecordError
from escrutinio.core.records.qr2024 import Sheet2024, read_qr2024


def qr2024_text(sheet: Sheet2024) -> str:
    """The text that `read_qr2024` reads as `sheet`. Raises RecordError when the format cannot say it."""
    votes = ",".join(map(str, sheet.counts))
    text = f"{sheet.station}.{sheet.protocol}.{sheet.serial}!{votes}!{sheet.null}!{sheet.blank}"
    if read_qr2024(text) != sheet:
        raise RecordError("the QR format of 2024 cannot say this sheet")
    return text
