"""The one clock: seconds since 1970-01-01 UTC, as records and files state them.

Work that is to give the same bytes again sets SOURCE_DATE_EPOCH (reproducible-builds.org), which this clock
shows from then on. How long something took is measured elsewhere, with `time.perf_counter`.
"""

import os
import time
from datetime import UTC, datetime

from escrutinio.base.errors import InputError

EPOCH = "SOURCE_DATE_EPOCH"


def now() -> int:
    """This moment, or the one that SOURCE_DATE_EPOCH names. Raises InputError where that is no number."""
    given = os.environ.get(EPOCH, "")
    if given and not (given.isascii() and given.isdigit() and len(given) <= 12):
        raise InputError("clock-epoch", given=repr(given[:40]), name=EPOCH)
    return int(given or time.time())


def moment_text(seconds: int) -> str:
    """A moment, in seconds since 1970-01-01 UTC, as sentences of the commands say it."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M UTC")


def moment(text: str) -> int:
    """A moment in ISO 8601 with its zone. Raises InputError for anything else, or one before 1970."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        found = None
    if found is None or found.tzinfo is None or found.timestamp() < 0:
        raise InputError("not-a-moment", value=repr(text[:40]))
    return int(found.timestamp())
