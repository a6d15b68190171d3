"""The plan of a quick count in a file, its secret, and the digest that commits to both."""

from __future__ import annotations

import re
import secrets
from pathlib import Path

from escrutinio.base.beside import write_new
from escrutinio.base.errors import InputError
from escrutinio.base.words.say import say
from escrutinio.evidence.quickcount.design import Design, Plan, Unit, commitment

PLAN_FILE, SECRET_FILE = "plan.txt", "secret.txt"
MAX_PLAN = 1 << 28

_HEX = re.compile("[0-9a-f]{64}")
_LINE = re.compile(r"(design|take|seed|table|drawn) (.+)")
_COUNT = re.compile("[0-9]{1,9}")


def keep(directory: Path, made: Plan) -> bytes:
    """Write plan and secret, which only their owner may read, and return the digest."""
    secret = secrets.token_bytes(32)
    directory.mkdir(parents=True, exist_ok=True, mode=0o700)
    kept = (PLAN_FILE, made.text().encode()), (SECRET_FILE, (secret.hex() + "\n").encode())
    write_new(*((directory / name, content) for name, content in kept), private=True)
    return commitment(made, secret)


def read_plan(path: Path) -> Plan:
    """Read a plan exactly as `sample` writes it. Raises InputError, EvidenceError."""
    with path.open("rb") as file:
        raw = file.read(MAX_PLAN + 1)
    wrong = InputError(
        say(
            f"{path} is not the plan of a quick count as `quickcount sample` writes it",
            f"{path} no es el plan de un conteo rápido como lo escribe `quickcount sample`",
        )
    )
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


def check_commitment(made: Plan, secret_file: Path, digest: str) -> None:
    """Check that plan and secret are what was committed to. Raises InputError if they are not."""
    with secret_file.open("rb") as file:
        text = file.read(200).decode("ascii", "replace").strip()
    if not _HEX.fullmatch(text) or not _HEX.fullmatch(digest):
        raise InputError(
            say(
                "a secret and a commitment are 64 hexadecimal digits each",
                "un secreto y un compromiso son 64 cifras hexadecimales cada uno",
            )
        )
    if commitment(made, bytes.fromhex(text)).hex() != digest:
        raise InputError(
            say(
                "this plan with this secret is not what was committed to",
                "este plan con este secreto no es lo comprometido",
            )
        )
