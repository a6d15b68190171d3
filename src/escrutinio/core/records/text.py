"""Which texts, names and codes a record may carry.

Text in a record is shown to people and hashed by machines, so what looks the same must be the same as
far as it can be had: no control characters, no bidirectional controls, no line separators.
"""

import re
import unicodedata
from datetime import date

from escrutinio.base.errors import RecordError

_SUSPECT = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
_PATH = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*(/[A-Za-z0-9][A-Za-z0-9._-]*)*")
_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")

MAX_NAME = 64
MAX_CODE = 64
MAX_SUBJECT = len("station/") + 2 * MAX_CODE + 1
"""Most characters of a subject: its longest form, of a station and a contest, with the longest codes."""


def check_text(value: str, limit: int) -> str:
    """Return `value` if it is at most `limit` UTF-8 bytes of text without control or bidi characters.

    Raises RecordError naming the first character at fault.
    """
    if bad := _SUSPECT.search(value):
        name = unicodedata.name(bad[0], "a control character")
        raise RecordError("text-sign", sign=f"U+{ord(bad[0]):04X} ({name.lower()})")
    if len(value.encode()) > limit:
        raise RecordError("text-long", limit=limit)
    return value


def check_code(value: str) -> str:
    """Return `value` if it is a code: 1 to 64 of `A-Z a-z 0-9 . _ -`, the first a letter or digit."""
    if len(value) > MAX_CODE or not _CODE.fullmatch(value):
        raise RecordError("not-a-code", value=repr(value[:80]))
    return value


def check_name(value: str) -> str:
    """Return `value` if it is a signer's name: codes joined by slashes, at most 64 (`machine/0123456`)."""
    if len(value) > MAX_NAME or not _PATH.fullmatch(value):
        raise RecordError("not-a-name", value=repr(value[:80]))
    return value


def check_subject(value: str) -> str:
    """Return `value` if it is a subject: codes joined by slashes, at most 137 (`010111037.02/presidente`)."""
    if len(value) > MAX_SUBJECT or not _PATH.fullmatch(value):
        raise RecordError("not-a-subject", value=repr(value[:140]))
    return value


def check_date(value: str) -> str:
    """Return `value` if it is a calendar day, `YYYY-MM-DD`."""
    try:
        if date.fromisoformat(value).isoformat() == value:
            return value
    except ValueError:
        pass
    raise RecordError("not-a-date", value=repr(value[:40]))
