"""Irreversibility: whether ballots that are still outstanding can change what the counted ones show.

Everything is an inequality between whole numbers, `left > constant + slope × R`, where R is the most ballots
that can still come: anybody can check a certificate again with a pencil. `worst_case` and `proportional` say
for each method what has to hold and why that is enough; no assumption about who votes how is made anywhere.
That R can only shrink makes a status of "irreversible" final.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from escrutinio.base.errors import EvidenceError
from escrutinio.core.election.outcome import NO_DRAWING, Drawing
from escrutinio.core.records.codes import Method
from escrutinio.evidence.certainty import certificate_words
from escrutinio.evidence.certainty.certified import Certified, Outstanding
from escrutinio.evidence.certainty.inequality import Statement
from escrutinio.evidence.certainty.proportional import shared_seats
from escrutinio.evidence.certainty.rules import Rules
from escrutinio.evidence.certainty.worst_case import Case, plurality, turnout, two_rounds


@dataclass(frozen=True, slots=True)
class Certificate(Certified):
    """What is certified, with its words: anybody can make its statements again from its numbers."""

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
    lots: Drawing = NO_DRAWING,
    ballots: int | None = None,
    registered: int | None = None,
    contest: str = "",
    area: str = "",
    basis: str = "",
    size: int | None = None,
    as_counted: Certified | None = None,
) -> Certificate:
    """Certify what `votes` and other ballots show, beside the most ballots that can still come.

    `lots`: a drawing of them, where there is one. `as_counted`: the same with disputed sheets.
    `ballots` that came and voters `registered`, for
    a quorum. Raises EvidenceError as `statements` does, and for a negative capacity.
    """
    if len(candidates) != len(votes):
        raise EvidenceError("votes-candidates", size=len(votes), candidates=len(candidates))
    if outstanding.capacity is not None and outstanding.capacity < 0:
        raise EvidenceError("votes-negative", votes=outstanding.capacity)
    found = _all(rules, votes, classes, lots, ballots, registered)
    return Certificate(
        rules, tuple(candidates), tuple(votes), outstanding, found, contest, area, basis, size,
        tuple(classes), lots, ballots, registered, as_counted,
    )  # fmt: skip


def statements(
    rules: Rules, votes: Sequence[int], classes: Sequence[int] = (), lots: Drawing = NO_DRAWING
) -> tuple[Statement, ...]:
    """What these votes and other ballots, by class, show under these rules, the result itself first.

    Raises EvidenceError as `Rules.check` does.
    """
    rules.check(votes, classes)
    case = Case(rules, tuple(votes), tuple(classes), lots)
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
    lots: Drawing,
    ballots: int | None,
    registered: int | None,
) -> tuple[Statement, ...]:
    found = statements(rules, votes, classes, lots)
    if ballots is None or registered is None:
        return found
    quorum = turnout(rules, ballots, registered)
    return found if quorum is None else (*found, quorum)
