"""The plan of a quick count as a file, and its secret, against the digest that commits to both."""

from __future__ import annotations

import re

from escrutinio.base.errors import InputError
from escrutinio.evidence.quickcount.design import Design, Plan, Unit, commitment

MAX_PLAN = 1 << 28
"""Most bytes of a plan."""

_HEX = re.compile("[0-9a-f]{64}")
_LINE = re.compile(r"(design|take|seed|table|drawn) (.+)")
_COUNT = re.compile("[0-9]{1,9}")


def read_plan(raw: bytes, place: str) -> Plan:
    """Read a plan exactly as `Plan.text` writes it; `place` names it. Raises InputError, EvidenceError."""
    wrong = InputError("plan-form", place=place)
    try:
        text = raw.decode()
    except UnicodeDecodeError:
        raise wrong from None
    found: dict[str, list[str]] = {}
    for line in text.splitlines()[1:]:
        if (match := _LINE.fullmatch(line)) is None:
            raise wrong
        found.setdefault(match[1], []).append(match[2])
    tables = [unit.split(" ") for unit in found.get("table", [])]
    heads = [found.get(name, []) for name in ("design", "take", "seed")]
    if any(len(head) != 1 for head in heads) or any(len(unit) != 3 for unit in tables):
        raise wrong
    (design,), (take,), (seed,) = heads
    if design not in set(Design) or not _COUNT.fullmatch(take):
        raise wrong
    made = Plan(Design(design), tuple(Unit(*unit) for unit in tables), int(take), seed)
    if made.text() != text:
        raise wrong
    return made


def check_commitment(made: Plan, secret: str, digest: str) -> None:
    """Check that a plan and a secret are what was committed to; hexadecimal digits. Raises InputError."""
    if not _HEX.fullmatch(secret) or not _HEX.fullmatch(digest):
        raise InputError("plan-digits")
    if commitment(made, bytes.fromhex(secret)).hex() != digest:
        raise InputError("plan-commitment")
