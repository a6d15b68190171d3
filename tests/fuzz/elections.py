"""Elections made by chance: both verifiers say the same of them, and the publisher survives them."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from random import Random
from time import process_time
from typing import Any

import numpy as np

from escrutinio.base.errors import DefinitionError
from escrutinio.base.files import write_files
from escrutinio.base.progress import silent
from escrutinio.core.election.state import ElectionState
from escrutinio.core.log.trust import Trust, format_trust
from escrutinio.core.records.attachments import file_name
from escrutinio.core.verification.checks import Check, Outcome
from escrutinio.core.verification.publication import Verification, verify_publication
from escrutinio.intake.authoring.presentation import Presentation
from escrutinio.publication.browser.bundle import bundle
from escrutinio.running.workspace.views import write_views
from tests.browser.test_election import expected, says
from tests.core.election.build import Day
from tests.core.log.builders import NOW
from tests.core.verification.lab import publish, trust_of, write_log
from tests.fuzz.node import Answer
from tests.fuzz.random_days import random_day
from tests.fuzz.subject import Subject, Tried, described

_STATES = {"ok": Outcome.HOLDS, "bad": Outcome.FAILS, "open": Outcome.OPEN}
_OF_KEYS = {
    "key-unknown": "unknown-key",
    "key-not-then": "unknown-key",
    "key-revoked": "unknown-key",
    "key-weak": "unknown-key",
    "signature-bad": "bad-signature",
    "no-possession": "bad-signature",
}
BAD = "bad-record"
_FAULTS = ("unknown-key", "bad-signature", BAD)
_KEEPS = frozenset({
    "key-out-of-scope", "station-unknown", "contest-unknown", "wrong-option-count", "sum-mismatch",
    "marks-mismatch", "more-votes-than-registered",
})  # fmt: skip
_HONEST = frozenset(
    {Check.CHECKPOINT, Check.ROOT, Check.HASH_TILES, Check.TABLES, Check.DATA_FILES, Check.OFFLINE_VERIFIER}
)
"""Checks that hold of whatever is published honestly, whoever said what in the log."""


class Elections(Subject[Day]):
    """Random elections verified by Python and by the browser's modules."""

    name = "elections"
    about = "random elections through both verifiers: outcome per check, faults, refusals, totals"
    count = 3_200
    batch = 20
    slow = 5.0

    def make(self, random: Random) -> Day:
        return random_day(random)

    def judge(self, inputs: Sequence[Day]) -> Iterator[Tried]:
        for day in inputs:
            kept = b"\n".join(raw.hex().encode() for raw in day.log)
            began = process_time()
            try:
                wrong = self._compare(day)
            except Exception as error:
                yield Tried("crash in Python", described(error), kept)
                continue
            yield Tried("they disagree" if wrong else "alike", wrong, kept, process_time() - began)

    def _compare(self, day: Day) -> str:
        directory = self.place.directory / "published"
        shutil.rmtree(directory, ignore_errors=True)
        trust = published(directory, day)
        answer = self.place.node.one("whole", directory=str(directory), trust=format_trust(trust).hex())
        if not isinstance(answer.said, dict):
            return f"JavaScript: {answer.refused}{answer.broken}"
        return differences(verify_publication(directory, trust=trust), answer)


def published(directory: Path, day: Day) -> Trust:
    """A publication of a day, without tables where it defines no election; its trust file."""
    try:
        return publish(directory, day)
    except DefinitionError:
        return trust_of(day)


def differences(mine: Verification, answer: Answer) -> str:
    """Where the two verifiers part, in words; empty where they do not."""
    theirs: Any = answer.said
    found: list[str] = []
    stated = {step["number"]: step for step in theirs["steps"] if step["number"]}
    for each in mine.answers:
        step = stated.pop(int(each.check), None)
        if step is None or _STATES[step["state"]] is not each.outcome:
            reasons = [reason.sentence("en") for reason in (*each.failures, *each.unjudged)][:2]
            seen = f"{step['state']} ({step['text']} {step['why']})" if step else "not made"
            found.append(f"check {each.check.code}: Python {each.outcome} {reasons}, JavaScript {seen}")
    found += [f"check {number}: JavaScript alone makes it" for number in stated]
    if mine.state is not None:
        pairs: tuple[tuple[str, Callable[[ElectionState], object], object], ...] = (
            ("faults", _faults, sorted({(_OF_KEYS.get(why, BAD), at) for at, why in theirs["faults"]})),
            ("refused", _refused, sorted((code, at) for code, named in theirs["refused"] for at in named)),
            ("totals", _totals, _their_totals(theirs["totals"])),
            ("unread", lambda state: [index for index, _ in state.unread], theirs["unread"]),
        )  # fmt: skip
        for what, read, other in pairs:
            own = read(mine.state)
            if own != other:
                found.append(f"{what}: {_parted(own, other)}")
    return "\n".join(found)


def _parted(mine: object, theirs: object) -> str:
    """The first things in which two lists or tables differ."""
    if isinstance(mine, dict) and isinstance(theirs, dict):
        names = [name for name in {*mine, *theirs} if mine.get(name) != theirs.get(name)]
        return "; ".join(f"{n}: Python {mine.get(n)}, JavaScript {theirs.get(n)}" for n in sorted(names)[:2])
    ours, others = list(mine), list(theirs)  # type: ignore[call-overload]
    only = (
        [each for each in ours if each not in others][:5],
        [each for each in others if each not in ours][:5],
    )
    return f"Python alone {only[0]}, JavaScript alone {only[1]}"


def _faults(state: ElectionState) -> list[tuple[str, int]]:
    """Without the keys that an entry of a type that is not known may have enrolled."""
    unknown = min((index for index, _ in state.unknown_types), default=state.size)
    found = {(f.code, entry) for f in state.findings if f.code in _FAULTS for entry in f.entries}
    return sorted((code, at) for code, at in found if code != "unknown-key" or at < unknown)


def _refused(state: ElectionState) -> list[tuple[str, int]]:
    """Bulk entries that count nowhere; other entries may be named by the same findings."""
    bulk = {int(index) for table in state.tables.values() for index in np.asarray(table.index)}
    bulk |= {entry for f in state.findings if f.code == "contest-unknown" for entry in f.entries}
    return sorted(
        (f.code, entry) for f in state.findings if f.code in _KEEPS for entry in f.entries if entry in bulk
    )


def _totals(state: ElectionState) -> dict[str, dict[str, object]]:
    return {} if state.unknown_types else expected(state)


def _their_totals(totals: Sequence[dict[str, Any]]) -> dict[str, dict[str, object]]:
    found: dict[str, dict[str, object]] = {}
    for each in totals:
        total = {name: each[name] for name in ("candidates", "valid", "classes", "stations")}
        total |= {name: sorted(each[name]) for name in ("pending", "annulled")}
        if says(total):
            found[f"{each['contest']} {each['basis']}"] = total
    return found


class Published(Subject[Day]):
    """Random elections published with data and pages, and verified."""

    name = "published"
    about = "random elections published whole: nothing crashes, and what is published verifies"
    count = 250
    batch = 5
    slow = 30.0
    needs_node = False

    def make(self, random: Random) -> Day:
        return random_day(random)

    def judge(self, inputs: Sequence[Day]) -> Iterator[Tried]:
        for day in inputs:
            kept = b"\n".join(raw.hex().encode() for raw in day.log)
            began = process_time()
            try:
                trust = self._publish(day)
            except DefinitionError:
                yield Tried("no election", "", kept, process_time() - began)
                continue
            except Exception as error:
                yield Tried("crash", described(error), kept)
                continue
            try:
                found = verify_publication(self.place.directory / "whole", trust=trust)
            except Exception as error:
                yield Tried("crash", described(error), kept)
                continue
            unknown = bool(found.state and found.state.unknown_types)
            honest = _HONEST - {Check.TABLES} if unknown else _HONEST
            bad = [
                each for each in found.answers if each.check in honest and each.outcome is not Outcome.HOLDS
            ]
            wrong = "; ".join(f"{each.check.code}: {(*each.failures, *each.unjudged)[:2]}" for each in bad)
            yield Tried("does not verify" if bad else "published", wrong, kept, process_time() - began)

    def _publish(self, day: Day) -> Trust:
        directory = self.place.directory / "whole"
        shutil.rmtree(directory, ignore_errors=True)
        trust = trust_of(day)
        signed = write_log(directory / "log", day.log)
        attached = [(f"attachments/{file_name(digest)}", raw) for digest, raw in day.attachments.items()]
        write_files(directory, [*attached, ("verify.html", bundle()), ("trust.toml", format_trust(trust))])
        write_views(
            directory, day.state(), Presentation(), checkpoint=signed, trust=trust, clock=NOW, sources=(),
            progress=silent,
        )  # fmt: skip
        return trust
