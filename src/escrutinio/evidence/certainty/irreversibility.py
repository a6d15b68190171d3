"""Irreversibility: whether ballots that are still outstanding can change what the counted ones show.

Everything is an inequality between whole numbers, `left > constant + slope × R`, where R is the most ballots
that can still come: anybody can check a certificate again with a pencil. `worst_case` and `proportional` say
for each method what has to hold and why that is enough; no assumption about who votes how is made anywhere.
That R can only shrink makes a status of "irreversible" final.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from escrutinio.base.errors import EvidenceError
from escrutinio.core.records.codes import Method, Ties
from escrutinio.evidence.certainty import certificate_words
from escrutinio.evidence.certainty.inequality import Finality, Statement
from escrutinio.evidence.certainty.proportional import shared_seats
from escrutinio.evidence.certainty.rules import Rules
from escrutinio.evidence.certainty.worst_case import Case, plurality, turnout, two_rounds

CLAIM = "claim:"
"""What the `basis` of a certificate of announced totals begins with; the code of the claim follows."""


@dataclass(frozen=True, slots=True)
class Outstanding:
    """What is not counted yet. `capacity` is R, the most ballots that can still come; None if unknown.

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


@dataclass(frozen=True, slots=True)
class Certificate:
    """What counted votes show and whether it is final: all the whole numbers that anyone checks it with.

    `votes` per candidate and `classes`, other ballots per class, disputed sheets taken out; `lots` as they
    were drawn. The first statement is the result under the contest's method; the last one is of its quorum,
    where it has one and `ballots` and `registered` are known. `basis` names what was added up; `size` is the
    log size, None for figures from elsewhere.
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
    lots: tuple[int, ...] = ()
    ballots: int | None = None
    registered: int | None = None

    @property
    def quorum(self) -> Statement | None:
        """Whether as many voters as the law asks for came; None where it asks for none, or is not known."""
        last = self.statements[-1]
        return last if last.code in ("quorum", "no-quorum") else None

    @property
    def finality(self) -> Finality:
        """The status of the result, and of its quorum: the weaker one of the two."""
        found = {self.statements[0].finality(self.outstanding.capacity)}
        if self.rules.quorum is not None:
            quorum = self.quorum
            found.add(Finality.UNKNOWN if quorum is None else quorum.finality(self.outstanding.capacity))
        for each in (Finality.OPEN, Finality.UNKNOWN):
            if each in found:
                return each
        return Finality.IRREVERSIBLE

    @property
    def announced(self) -> bool:
        """Whether the votes are those of an announcement."""
        return self.basis.startswith(CLAIM)

    @property
    def irreversible(self) -> bool:
        """Whether no way of filling the outstanding sheets changes the result."""
        return self.finality is Finality.IRREVERSIBLE

    @property
    def margin(self) -> int | None:
        """Votes between the last who is in and the first who is not; None where that is not the measure."""
        found = [i.left for i in self.statements[0].inequalities if i.what == "margin"]
        return found[0] if found else None

    def checks(self) -> bool:
        """Whether the statements are those that the numbers and rules of the certificate lead to."""
        return self.statements == _all(
            self.rules, self.votes, self.classes, self.lots, self.ballots, self.registered
        )

    def sentences(self, language: str) -> tuple[str, str]:
        """What was found and what it is not, in a language. Raises KeyError for an unknown language."""
        return certificate_words.sentences(self, language)

    def sentence(self, language: str) -> str:
        """Both sentences, which do not stand without each other. Raises KeyError as `sentences`."""
        return " ".join(self.sentences(language))


def certify(
    rules: Rules,
    candidates: Sequence[str],
    votes: Sequence[int],
    outstanding: Outstanding,
    *,
    classes: Sequence[int] = (),
    lots: Sequence[int] = (),
    ballots: int | None = None,
    registered: int | None = None,
    contest: str = "",
    area: str = "",
    basis: str = "",
    size: int | None = None,
) -> Certificate:
    """Certify what `votes` and other ballots show, beside the most ballots that can still come.

    `lots`: candidates in the order in which lots drew them. `ballots` that came and voters `registered`, for
    a quorum. Raises EvidenceError as `statements` does, and for a negative capacity.
    """
    if len(candidates) != len(votes):
        raise EvidenceError("votes-candidates", size=len(votes), candidates=len(candidates))
    if outstanding.capacity is not None and outstanding.capacity < 0:
        raise EvidenceError("votes-negative", votes=outstanding.capacity)
    found = _all(rules, votes, classes, lots, ballots, registered)
    return Certificate(
        rules, tuple(candidates), tuple(votes), outstanding, found, contest, area, basis, size,
        tuple(classes), tuple(lots), ballots, registered,
    )  # fmt: skip


def statements(
    rules: Rules, votes: Sequence[int], classes: Sequence[int] = (), lots: Sequence[int] = ()
) -> tuple[Statement, ...]:
    """What these votes and other ballots, by class, show under these rules, the result itself first.

    Raises EvidenceError as `Rules.check` does.
    """
    rules.check(votes, classes)
    case = Case(rules, tuple(votes), tuple(classes), tuple(lots) if rules.ties is Ties.LOTS else ())
    match rules.method:
        case Method.PLURALITY:
            return plurality(case)
        case Method.TWO_ROUND:
            return two_rounds(case)
        case _:
            return shared_seats(case)


def _all(
    rules: Rules,
    votes: Sequence[int],
    classes: Sequence[int],
    lots: Sequence[int],
    ballots: int | None,
    registered: int | None,
) -> tuple[Statement, ...]:
    found = statements(rules, votes, classes, lots)
    if ballots is None or registered is None:
        return found
    quorum = turnout(rules, ballots, registered)
    return found if quorum is None else (*found, quorum)
