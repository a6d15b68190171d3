"""Who speaks in an election made by chance, of what, and with which figures."""

from __future__ import annotations

from dataclasses import replace
from hashlib import sha256
from random import Random
from typing import Any

from escrutinio.core.records import parts as p
from escrutinio.core.records import types as t
from escrutinio.core.records.codes import LogRole
from tests.core.election.build import DAY, ORIGIN, ROOT, Day, key
from tests.fuzz.random_definitions import COURTS, RandomDefinition

STATIONS_SAID = ("n1.01", "n1.02", "n2.01", "s1.01", "nowhere")
OFFICERS = ("authority/1", "authority/2")


class RandomSpeaker:
    """A day under construction, and what is said in it next, by whom and of what."""

    def __init__(self, random: Random) -> None:
        self.random = random
        defined = RandomDefinition(random)
        role = random.choice((LogRole.OFFICIAL, LogRole.OFFICIAL, LogRole.IMPORTER, LogRole.PARTY))
        self.contests = {each.code: each for each in defined.contests}
        self.day = Day(role=role, stations=None, law=lambda _: defined.body)
        self.day.attachments |= defined.files
        self.names = [*OFFICERS, "party/azul/1"]
        self.at = DAY
        self.acts: dict[tuple[int, str], list[bytes]] = {}
        self.ordered: list[bytes] = []
        self.said: dict[type[t.Body], list[bytes]] = {}

    def maybe(self, value: Any, share: float = 0.4) -> Any:
        """The value, or nothing."""
        return value if self.random.random() < share else None

    def some(self, *values: Any) -> Any:
        return self.random.choice(values)

    def by(self, *roles: str) -> str:
        """Mostly somebody who says such things."""
        fit = [name for name in self.names if name.startswith(roles)]
        return self.random.choice(fit) if fit and self.random.random() < 0.85 else self.who()

    def who(self) -> str:
        return self.random.choice(self.names) if self.random.random() < 0.95 else ROOT

    def station(self) -> str:
        return self.random.choice(STATIONS_SAID if self.random.random() < 0.1 else STATIONS_SAID[:4])

    def contest(self) -> str:
        codes = [*self.contests, "nada"]
        weights = (8, 3, 2)[: len(self.contests)]
        return self.random.choices(codes, (*weights, 0.4))[0]

    def number(self) -> int:
        rare = self.random.random() < 0.05
        return self.random.choice((2**32 - 1, 2**32 - 1, 1_000) if rare else (0, 1, 2, 3, 4, 5, 20, 60))

    def of_log(self, kind: type[t.Body] | None = None) -> bytes:
        """The digest of a record of the log, of a type or of any; seldom of none."""
        said = self.said.get(kind) if kind else None
        if said and self.random.random() < 0.8:
            return self.random.choice(said)
        return self.random.choice([bytes(32), *(sha256(raw).digest() for raw in self.day.log[-8:])])

    def figures(self, code: str) -> dict[str, Any]:
        """Counts, classes, valid ballots where they are to be said, and the sum of all ballots."""
        contest = self.contests.get(code)
        options, marks = (3, 1) if contest is None else (len(contest.options), contest.marks)
        classes = 2 if contest is None else len(contest.classes)
        options += self.some(-1, 1) if self.random.random() < 0.04 else 0
        classes += self.some(-1, 1) if self.random.random() < 0.04 else 0
        usual = (*(5, 4, 3, 2, 0), *(0,) * options)[:options]
        counts = usual if self.random.random() < 0.5 else tuple(self.number() for _ in range(options))
        others = tuple(self.some(0, 0, 1, 2) for _ in range(max(0, classes)))
        valid = sum(counts)
        if marks > 1:
            least = max(max(counts, default=0), -(-valid // marks))
            valid = self.some(valid, least, least, least - 1 if least else 0)
        told = marks > 1 if self.random.random() < 0.93 else self.some(True, False)
        ballots = valid + sum(others)
        return {"counts": counts, "classes": others, "valid": valid if told else None, "ballots": ballots}

    def sheet(self, code: str) -> dict[str, Any]:
        """The figures, and what else may stand on a sheet."""
        found = self.figures(code)
        total = found["ballots"]
        found["ballots"] = self.maybe(self.some(total, total, total, total + 1))
        found["voters"] = self.maybe(self.some(total, self.number()), 0.2)
        found["supplement"] = self.maybe(self.some(0, 1, 20, 2**32 - 1), 0.2)
        found["spoilt"] = self.maybe(self.some(0, 1), 0.2)
        return found

    def head(self) -> p.LogHead:
        return p.LogHead(self.some(ORIGIN, "x"), self.some(0, 3, len(self.day.log), 10**9), bytes(32))

    def say(self, body: t.Body, subject: str, by: str | None = None) -> None:
        """Said by anybody, seldom with the key of somebody else."""
        name = by or self.who()
        signing = key("forger") if self.random.random() < 0.03 else None
        self.day.say(body, name, subject, at=self.at, signing=signing)
        self.note(body)

    def of_last(self) -> bytes:
        """The digest of the last record."""
        return sha256(self.day.log[-1]).digest()

    def note(self, body: t.Body) -> None:
        """Remember the last record, which says this."""
        self.said.setdefault(type(body), []).append(self.of_last())

    def officers_say(self, body: t.Body, subject: str, *others: tuple[str, ...]) -> None:
        """Said by both officers, by one of them, by others who may, or by somebody who may not.

        What stands for one matter at a time names the act that it replaces: rightly, wrongly, or not at all.
        """
        said = self.acts.setdefault((body.TYPE, subject), [])
        if hasattr(body, "replaces") and self.random.random() < 0.8:
            named = said[-2:] if self.random.random() < 0.8 else [*said, bytes(32)]
            body = replace(body, replaces=self.some(*named) if named else None)  # type: ignore[type-var]
        for name in self.some(OFFICERS, OFFICERS, OFFICERS[:1], (self.who(),), *others):
            self.day.say(body, name, subject, at=self.at)
            self.note(body)
            said.append(self.of_last())

    def judges(self) -> list[tuple[str, ...]]:
        """Names of one court or another, who may be more than one."""
        return [
            (f"court/{self.some(*COURTS)}/1",),
            *((f"court/{code}/1", f"court/{code}/2") for code in COURTS),
        ]
