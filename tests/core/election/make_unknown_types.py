"""Write docs/vectors/unknown-types.json: a log with records of types that no version knows, and what each is.

python -m tests.core.election.make_unknown_types > docs/vectors/unknown-types.json
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from typing import NamedTuple

from escrutinio.core.records.codes import RevocationReason, Role
from escrutinio.core.records.types import BULK, Enrolment, Revocation, SheetStatus, TallySheet
from tests.core.election.build import ROOT, VOTES, Day, key

ABOUT = (
    'Records of types that a program does not know (docs/formats.md, "Unknown types"), in a log of an '
    "election and a country that do not exist. The keys are for tests alone. `entries` are the log, in "
    "order: `answer` is what each is to a reader of version 2: `read`, a record of a type that it knows; "
    "`unread`, of a type from 128 on; `not-judged`, of a type below 128, because of which no total can be "
    "judged; or the fault of one that states nothing. `attachments` by their SHA-256."
)
BODIES: dict[str, list[object]] = {
    "no position": [],
    "one of each kind": [0, 2**53 - 1, b"", "ñ", [], [[1], ["x", b"y"]]],
    "a text that no known position would take": ["\u202e\x00"],
    "16 arrays one in another": json.loads("[" * 15 + "]" * 15),  # and the payload's own
}
LOWEST, HIGHEST = 46, 127


class Case(NamedTuple):
    """An entry: in words, and what a reader makes of it."""

    what: str
    answer: str


def unknown_types() -> tuple[Day, dict[int, Case]]:
    """The log, and those of its entries that are not simply read."""
    day, cases = Day(), {}
    day.enrol("machine/1", Role.MACHINE, "n1.01")
    day.enrol("machine/2", Role.MACHINE, "n1.01")

    def say(what: str, code: int, values: list[object], answer: str, by: str, subject: str) -> None:
        cases[day.say_plain(code, values, by, subject)] = Case(f"type {code}, {what}", answer)

    def in_version(version: int, code: int, values: list[object], answer: str, by: str) -> None:
        about = "n1.01/presidente" if by != ROOT else "election"
        cases[day.say_plain(code, values, by, about, version=version)] = Case(
            f"type {code}, in version {version}", answer
        )

    for code in (0, LOWEST, HIGHEST):
        say("by an officer", code, [], "not-judged", "authority/1", "election")
    for code in (137, 255, 256, 65_536, 2**53 - 1):
        say("by an officer", code, [], "unread", "authority/1", "election")
    for what, values in BODIES.items():
        say(what, 200, values, "unread", "party/azul/1", "n1.01/presidente")
        say(what, LOWEST, values, "not-judged", "party/azul/1", "n1.01/presidente")
    for kind in sorted(BULK):  # numbers whose last byte is that of a sheet's type
        say("by the root", 256 + kind, [], "unread", ROOT, "election")
    say(
        "by a machine, of another station",
        137,
        [[9, 9, 9, 9], [0, 0], [], [], [], [], []],
        "unread",
        "machine/1",
        "s1.01/other",
    )
    tally = [list(VOTES), [0, 0], [], [], [], [], []]
    in_version(TallySheet.VERSION + 1, TallySheet.TYPE, [*tally, "more"], "not-judged", "machine/1")
    in_version(Enrolment.VERSION + 1, Enrolment.TYPE, [], "not-judged", ROOT)
    in_version(SheetStatus.VERSION + 1, SheetStatus.TYPE, [], "unread", "party/azul/1")
    in_version(TallySheet.VERSION - 1, TallySheet.TYPE, [list(VOTES), 0, 0, []], "bad-record", "machine/1")
    say("by the root", LOWEST, [], "not-judged", ROOT, "election")
    say("by a key that was never enrolled", 200, [], "unknown-key", "party/verde/1", "election")
    say("by a key that was never enrolled", LOWEST, [], "unknown-key", "party/verde/1", "election")
    day.say(Revocation(key("machine/2").kid, RevocationReason.LOST), ROOT, "election")
    say("by a revoked key", 200, [], "unknown-key", "machine/2", "election")
    for code in (200, LOWEST):
        say("with a bit of its signature changed", code, [], "bad-signature", "authority/1", "election")
        day.log[-1] = day.log[-1][:-1] + bytes([day.log[-1][-1] ^ 1])
        say("with a map", code, [{}], "bad-record", "authority/1", "election")
        other = Day()
        other.election = bytes(32)
        other.say_plain(code, [], "authority/1", "election")
        day.log.append(other.log[-1])
        cases[len(day.log) - 1] = Case(f"type {code}, of another election", "bad-record")
    day.sheet("machine/1", "n1.01", VOTES)
    return day, cases


def vectors() -> dict[str, object]:
    """The content of docs/vectors/unknown-types.json."""
    day, cases = unknown_types()
    return {
        "about": ABOUT,
        "attachments": {digest.hex(): content.hex() for digest, content in day.attachments.items()},
        "entries": list(_entries(day, cases)),
    }


def _entries(day: Day, cases: dict[int, Case]) -> Iterator[dict[str, object]]:
    for index, raw in enumerate(day.log):
        what, answer = cases.get(index, Case("", "read"))
        yield {"index": index, "what": what, "answer": answer, "record": raw.hex()}


def text() -> str:
    """The file itself: one entry a line."""
    made = vectors()
    entries = made.pop("entries")
    assert isinstance(entries, list)
    head = json.dumps(made, ensure_ascii=False, indent=1)[:-2]
    lines = ",\n".join("  " + json.dumps(entry, ensure_ascii=False) for entry in entries)
    return f'{head},\n "entries": [\n{lines}\n ]\n}}\n'


if __name__ == "__main__":
    sys.stdout.write(text())
