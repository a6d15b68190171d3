"""A record as the text of a QR code: a prefix and base45 (RFC 9285), for the alphanumeric mode.

`ESC1:` says that the record belongs to a real election, `ESCX:` that it does not. Whether that is true
stands in the election's definition and is for those to check who have it.
"""

from escrutinio.base.errors import InputError, RecordError
from escrutinio.base.inputs import as_text
from escrutinio.core.records.cose import MAX_RECORD

REAL, NOT_REAL = "ESC1:", "ESCX:"

_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"
_VALUE = {character: value for value, character in enumerate(_ALPHABET)}


def qr_text(raw: bytes, real: bool) -> str:
    """The QR text of a record; `real` as its election's definition says. Raises RecordError if too long."""
    if len(raw) > MAX_RECORD:
        raise RecordError("record-long", size=len(raw), limit=MAX_RECORD)
    return (REAL if real else NOT_REAL) + base45_encode(raw)


def typed_text(data: bytes) -> str | None:
    """The ASCII text of a QR code in a file as people's programs leave it: saved as UTF-16, quoted, or broken
    into lines; None where there is none. Spaces are characters of such a text, so they stay."""
    try:
        text = as_text(data, "the file").decode("ascii")
    except (InputError, UnicodeDecodeError):
        return None
    lines = [line for line in text.split("\n") if line.strip()]
    if lines and all(line.startswith(">") for line in lines):
        lines = [line.removeprefix(">").removeprefix(" ") for line in lines]
    joined = "".join(lines)
    return joined[1:-1] if joined[:1] in ('"', "'") and joined[-1:] == joined[:1] else joined


def read_qr_text(text: str) -> tuple[bytes, bool]:
    """The bytes of the record in a QR text, and whether it says that its election is real.

    The record itself is for `open_record`. Raises RecordError when the text is not such a text.
    """
    if len(text) > len(REAL) + MAX_RECORD // 2 * 3 + 2:
        raise RecordError("qr-long")
    prefix, content = text[: len(REAL)], text[len(REAL) :]
    if prefix not in (REAL, NOT_REAL) or not content:
        raise RecordError("qr-start", real=REAL, other=NOT_REAL)
    return base45_decode(content), prefix == REAL


def base45_encode(data: bytes) -> str:
    """RFC 9285, section 4: two bytes become three characters, a last single byte two."""
    letters: list[str] = []
    for at in range(0, len(data) - 1, 2):
        high, rest = divmod(data[at] << 8 | data[at + 1], 45 * 45)
        middle, low = divmod(rest, 45)
        letters += (_ALPHABET[low], _ALPHABET[middle], _ALPHABET[high])
    if len(data) % 2:
        middle, low = divmod(data[-1], 45)
        letters += (_ALPHABET[low], _ALPHABET[middle])
    return "".join(letters)


def base45_decode(text: str) -> bytes:
    """The bytes of a base45 text. Raises RecordError on a strange character, length or group too large."""
    if len(text) % 3 == 1:
        raise RecordError("base45-cut")
    values = [_VALUE.get(character, -1) for character in text]
    if -1 in values:
        at = values.index(-1)
        raise RecordError("base45-sign", place=at)
    data = bytearray()
    for at in range(0, len(values), 3):
        group = values[at : at + 3]
        number = sum(value * 45**place for place, value in enumerate(group))
        size = len(group) - 1
        if number >= 256**size:
            raise RecordError("base45-large", place=at)
        data += number.to_bytes(size, "big")
    return bytes(data)
