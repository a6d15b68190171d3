"""How many things this machine does at once."""

from __future__ import annotations

import os
import sys

from escrutinio.base.errors import InputError

FEWER = "ESCRUTINIO_CORES"
"""Names how many of the cores are to be used, where others need the rest."""


def cores() -> int:
    """How many processor cores this process may use. Raises InputError where FEWER names no such number."""
    there = len(os.sched_getaffinity(0)) if sys.platform == "linux" else os.cpu_count() or 1
    given = os.environ.get(FEWER, "")
    if not given:
        return there
    if not (given.isascii() and given.isdigit() and len(given) <= 6 and int(given)):
        raise InputError("cores-number", given=repr(given[:40]), name=FEWER)
    return min(there, int(given))
