"""Definitions made by chance: every rule that a law may ask for, alone and beside others; seldom one that
contradicts itself."""

from __future__ import annotations

from dataclasses import replace
from hashlib import sha256
from random import Random
from typing import Any

from escrutinio.core.election.definition import PROPORTIONAL, RESERVED, RULES, write_contests
from escrutinio.core.records import parts as p
from escrutinio.core.records import types as t
from escrutinio.core.records.codes import AuthorRole, Kind, Method, Role, Ties
from tests.core.election.build import AREAS, CLOSES, COUNCIL, PRESIDENT, ROOT, attachment, key

PLACES = ("isla", "norte", "sur", "n1.01", "s1.01", "marte")
"""Areas and stations that a definition may name, one of them nowhere."""

COURTS = ("alto", "bajo")
TITLES = (p.Title("es", "Isla"), p.Title("en", "Isla"))
CLASSES = (
    p.BallotClass("null", ()), p.BallotClass("blank", ()), p.BallotClass("spoilt", ()),
    p.BallotClass("challenged", ()), p.BallotClass("observed", (p.Title("es", "Observados"),)),
)  # fmt: skip
MAYOR = replace(
    COUNCIL,
    code="alcalde",
    method=Method.TWO_ROUND,
    seats=1,
    area="sur",
    candidates=tuple(p.Candidate(code, ()) for code in ("faro", "ola", "sol")),
    options=tuple(p.Option(code, (), number) for number, code in enumerate(("faro", "ola", "sol"))),
)
_JUDGED = (t.Ruling.TYPE, t.Lots.TYPE, t.RemovalRequest.TYPE)
_ACTS = (*_JUDGED, t.Roll.TYPE, t.Bulletin.TYPE, t.Closing.TYPE, t.StationChange.TYPE, 0, 255)


class RandomDefinition:
    """A definition, its contests, and the files that it names."""

    def __init__(self, random: Random) -> None:
        self.random = random
        self.files: dict[bytes, bytes] = {}
        self.contests = self._contests()
        self.body = self._body()
        self.contests = self.contests if random.random() < 0.97 else self._odd_contests()
        self.body = self._placed(self.body)
        if random.random() < 0.03:
            self.body = self._odd(self.body)

    def some(self, *values: Any) -> Any:
        return self.random.choice(values)

    def maybe(self, value: Any, share: float = 0.3) -> Any:
        return value if self.random.random() < share else None

    def attach(self, content: bytes, media_type: str = "text/csv") -> p.Attachment:
        self.files[sha256(content).digest()] = content
        return attachment(content, media_type)

    def _body(self) -> t.Definition:
        """All but its contests."""
        courts = tuple(p.Court(code, TITLES, 2 - number) for number, code in enumerate(COURTS))
        courts = courts[: self.some(0, 0, 1, 2, 2)]
        return t.Definition(
            Kind.SIMULATION, "isla-1", TITLES, TITLES, "2030-12-01",
            self.some(AuthorRole.AUTHORITY, AuthorRole.AUTHORITY, AuthorRole.IMPORTER), TITLES,
            key(ROOT).public_key, self.some(*(1, 1, 1, 2, 2) * 4, 3), (), self.attach(AREAS),
            (CLOSES,) if self.random.random() < 0.5 else (),
            powers=self._powers(bool(courts)),
            courts=courts,
            paper=tuple(self.random.sample(PLACES, self.some(0, 0, 0, 1, 2))),
            supplements=tuple(map(self._supplement, ("staff", "transit")[: self.some(0, 0, 1, 2)])),
            articles=self._articles(),
        )  # fmt: skip

    def _powers(self, judged: bool) -> tuple[p.Power, ...]:
        """Who may say some acts; courts judge where there are any."""
        acts = self.random.sample(_ACTS, self.some(0, 0, 1, 2))
        found = [p.Power(act, Role.AUTHORITY, self.some(1, 1, 2)) for act in acts]
        if judged:
            acts = self.random.sample(_JUDGED, self.some(1, 2, 3))
            found += [p.Power(act, Role.COURT, self.some(1, 1, 1, 2)) for act in acts]
        return tuple(found)

    def _supplement(self, code: str) -> p.Supplement:
        places = tuple(self.random.sample(PLACES, self.some(0, 1, 2)))
        return p.Supplement(code, (), "art. 9", self.some(None, 0, 1, 20, 2**32 - 1), places)

    def _articles(self) -> tuple[p.Article, ...]:
        return tuple(p.Article(rule, "art. 1") for rule in self.random.sample(RULES, self.some(0, 0, 1, 2)))

    def _contests(self) -> tuple[p.Contest, ...]:
        plain = self.random.random() < 0.3
        chosen = self.some((PRESIDENT, COUNCIL), (PRESIDENT, COUNCIL), (PRESIDENT, COUNCIL, MAYOR))
        return tuple(each if plain else self._contest(each) for each in chosen)

    def _contest(self, plain: p.Contest) -> p.Contest:
        """The same candidates and options, decided in some other way."""
        method = self.some(*Method)
        classes = tuple(self.random.sample(CLASSES, self.some(0, 1, 2, 2, 3)))
        marks = 1 if method is Method.TWO_ROUND else self.some(1, 1, 2, len(plain.options))
        plain = replace(plain, classes=classes)
        beside = classes if marks == 1 else ()
        ties = self.some(*Ties)
        order = list(range(len(plain.candidates)))
        self.random.shuffle(order)
        return replace(
            plain,
            method=method,
            seats=1 if method is Method.TWO_ROUND else self.some(1, 2, 3),
            marks=marks,
            wins=tuple(self._win(beside) for _ in range(self.some(0, 1, 2)))
            if method is Method.TWO_ROUND
            else (),
            threshold=self.maybe(self._bar(beside)) if method in PROPORTIONAL else None,
            quorum=self.maybe(self._bar(beside)),
            ties=ties,
            order=tuple(order) if ties is Ties.ORDER else (),
            first=self.maybe(p.FirstRound(bytes(32), plain.code), 0.1),
            articles=self._articles(),
        )

    def _win(self, classes: tuple[p.BallotClass, ...]) -> p.Win:
        return p.Win(self._bar(classes), self.maybe(self._bar(classes)))

    def _bar(self, classes: tuple[p.BallotClass, ...]) -> p.Bar:
        many = self.random.randrange(len(classes) + 1)
        beside = tuple(self.random.sample(range(len(classes)), many))
        return p.Bar(self.some(1, 4, 5), self.some(6, 10, 100), self.some(0, 1), beside)

    def _placed(self, body: t.Definition) -> t.Definition:
        """With its contests, in itself or in a file."""
        if self.random.random() < 0.6:
            return replace(body, contests=self.contests)
        content = write_contests(self.contests)
        if self.random.random() < 0.04:
            content = self.some(
                content + b"\x00", content[:-1], b"\x80", b"", b"\x98" + content[:1] + content[1:]
            )
        file = self.attach(content, "application/cbor")
        match self.random.randrange(60):
            case 0:
                file = replace(file, size=file.size + 1)
            case 1:
                del self.files[file.digest]
            case 2:
                return replace(body, contests=self.contests, contests_file=file)
        return replace(body, contests_file=file)

    def _odd_contests(self) -> tuple[p.Contest, ...]:
        """Contests of which one is wrong in something."""
        first, *rest = self.contests
        two, bar = p.BallotClass("null", ()), p.Bar(1, 2)
        changes: tuple[dict[str, Any], ...] = (
            {"marks": 0}, {"marks": len(first.options) + 1}, {"seats": 0}, {"seats": 10_001},
            {"code": "consejo"},
            {"area": "marte"}, {"classes": (two, two)}, {"classes": (p.BallotClass("valid", TITLES),)},
            {"classes": (p.BallotClass("odd", ()),)}, {"classes": (), "quorum": p.Bar(1, 2, 0, (0,))},
            {"quorum": p.Bar(0, 1)}, {"quorum": p.Bar(1, 1, 1)}, {"quorum": p.Bar(1, 1)},
            {"method": Method.PLURALITY, "threshold": bar}, {"method": Method.DHONDT, "wins": (p.Win(bar),)},
            {"method": Method.TWO_ROUND, "seats": 2}, {"method": Method.TWO_ROUND, "seats": 1, "marks": 2},
            {"marks": 2, "quorum": p.Bar(1, 2, 0, (0,))},
            {"classes": (p.BallotClass(self.some(*sorted(RESERVED)), TITLES),)},
            {"ties": Ties.ORDER, "order": (0, 0, 1)},
            {"ties": Ties.LOTS, "order": (2, 1, 0)}, {"ties": Ties.ORDER, "order": ()},
            {"articles": (p.Article("method", " "),)}, {"articles": (p.Article("weather", "art. 1"),)},
            {"titles": (TITLES[0], TITLES[0])}, {"options": first.options[:-1]},
            {"options": (*first.options[:-1], p.Option("x", (), 9))},
            {"options": (*first.options, first.options[0])},
            {"candidates": (*first.candidates[:-1], p.Candidate("others", ()))},
        )  # fmt: skip
        return (replace(first, **self.some(*changes)), *rest)

    def _odd(self, body: t.Definition) -> t.Definition:
        """The same, wrong in something beside its contests."""
        court, power = p.Court("alto", TITLES, 1), p.Power(24, Role.COURT, 1)
        supplement = p.Supplement("staff", (), "art. 9", None, ())
        changes: tuple[dict[str, Any], ...] = (
            {"officers_needed": 0}, {"courts": (court,), "powers": ()}, {"courts": (), "powers": (power,)},
            {"courts": (court, court), "powers": (power,)}, {"courts": (court,), "powers": (power, power)},
            {"courts": (replace(court, instance=0),), "powers": (power,)},
            {"courts": (replace(court, titles=(TITLES[0], TITLES[0])),), "powers": (power,)},
            {"courts": (), "powers": (p.Power(24, Role.PARTY, 1),)},
            {"courts": (), "powers": (p.Power(24, Role.AUTHORITY, 0),)},
            {"supplements": (replace(supplement, article=" "),)}, {"supplements": (supplement, supplement)},
            {"calendar": (CLOSES, CLOSES)}, {"articles": (p.Article("seats", ""),)}, {"contests": ()},
            {"titles": (TITLES[0], TITLES[0])}, {"areas": attachment(b"not there")},
        )  # fmt: skip
        return replace(body, **self.some(*changes))
