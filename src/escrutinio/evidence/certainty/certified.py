"""What a certificate holds: whole numbers, what they show, and what is outstanding."""

from dataclasses import dataclass

from escrutinio.core.election.outcome import NO_DRAWING, Drawing
from escrutinio.core.records.parts import Title
from escrutinio.evidence.certainty.inequality import Finality, Statement
from escrutinio.evidence.certainty.rules import Rules

CLAIM = "claim:"
"""What the `basis` of a certificate of announced totals begins with; the code of the claim follows."""

BULLETIN = "bulletin:"
"""The same for the authority's own bulletins; the number of the bulletin follows."""


@dataclass(frozen=True, slots=True)
class Outstanding:
    """What is not counted yet. `capacity` is R, the most ballots that can still come; None if unknown.

    `least`: how many can come for certain, where `capacity` is unknown or only bounds them: a way of filling
    those is a way of filling what is outstanding. None where `capacity` is what can come.

    Stations by what is the matter: `silent` (in the roll, no sheet), `unlisted` (declared, not in the roll),
    `pending` (a finding keeps the sheet from counting, or a recount or repeated vote is awaited), `disputed`
    (a complaint waits for its ruling, or a court has stayed the matter; the sheet is taken out of the votes).
    `registered_unknown` of them have no known number of voters, and at `unbounded` of them the law lets
    others vote without a number. `unread` sheets are counted and do not say how many ballots of each class
    they stand on, where a share or a quorum needs it. `unlisted` is None where stations may lie in an area
    without anybody having said how many.
    """

    capacity: int | None
    silent: int = 0
    pending: int = 0
    disputed: int = 0
    unlisted: int | None = 0
    registered_unknown: int = 0
    unbounded: int = 0
    unread: int = 0
    least: int | None = None

    @property
    def sure(self) -> int:
        """As many ballots as can still come for certain."""
        return (self.capacity or 0) if self.least is None else self.least


@dataclass(frozen=True, slots=True)
class StatedRoll:
    """How many `voters` are on the whole roll, as somebody states it: the `speaker` of the announcement in
    the entry `index`, or whoever asks (None)."""

    voters: int
    speaker: tuple[Title, ...] = ()
    index: int | None = None


@dataclass(frozen=True, slots=True)
class Certified:
    """What counted votes show and whether it is final: all the whole numbers that anyone checks it with.

    `votes` per candidate and `classes`, other ballots per class, disputed sheets taken out; `as_counted`,
    where there are such sheets, is what they show together with these. The drawing
    of `lots`. The first statement is the result under the contest's method; the last one is of its quorum,
    where it has one and `ballots` and `registered` are known. `basis` names what was added up; `size` is the
    log size, None for figures from elsewhere. `roll`: the size of the roll that somebody states, where what
    is outstanding, or the quorum, rests on it.
    """

    rules: Rules
    candidates: tuple[str, ...]
    votes: tuple[int, ...]
    outstanding: Outstanding
    statements: tuple[Statement, ...]
    contest: str = ""
    area: str = ""
    basis: str = ""
    size: int | None = None
    classes: tuple[int, ...] = ()
    lots: Drawing = NO_DRAWING
    ballots: int | None = None
    registered: int | None = None
    as_counted: "Certified | None" = None
    roll: StatedRoll | None = None

    @property
    def quorum(self) -> Statement | None:
        """Whether as many voters as the law asks for came; None where it asks for none, or is not known."""
        last = self.statements[-1]
        return last if last.code in ("quorum", "no-quorum") else None

    @property
    def finality(self) -> Finality:
        """The status of the result, and of its quorum: the weaker one of the two."""
        found = {self.status(self.statements[0])}
        if self.rules.quorum is not None:
            found.add(Finality.UNKNOWN if self.quorum is None else self.status(self.quorum))
        for each in (Finality.OPEN, Finality.UNKNOWN):
            if each in found:
                return each
        return Finality.IRREVERSIBLE

    def status(self, statement: Statement) -> Finality:
        """The status of one of its statements."""
        return statement.finality(self.outstanding.capacity, self.outstanding.sure)

    @property
    def announced(self) -> bool:
        """Whether the votes are those of an announcement that does not say on which stations it stands."""
        return self.basis.startswith(CLAIM)

    @property
    def bulletin(self) -> bool:
        """Whether the votes are those of a bulletin about the log at one size."""
        return self.basis.startswith(BULLETIN)

    @property
    def irreversible(self) -> bool:
        """Whether no way of filling the outstanding sheets changes the result."""
        return self.finality is Finality.IRREVERSIBLE

    @property
    def margin(self) -> int | None:
        """Votes between the last who is in and the first who is not; None where that is not the measure."""
        found = [i.left for i in self.statements[0].inequalities if i.what == "margin"]
        return found[0] if found else None
