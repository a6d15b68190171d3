"""Irreversibility: whether votes that are still outstanding can change what the counted ones show.

Everything is an inequality between whole numbers, `left > constant + slope × R`, where R is the most votes
that can still come: anybody can check a certificate again with a pencil. Each test is sufficient and
necessary, since all of R may go to one opponent. No assumption about who votes how is made anywhere.

The tests are those of election law applied to worst cases: plurality, absolute majority, and for highest
averages the comparison of a list's last seat with another's next one (D'Hondt, *Système pratique et raisonné
de représentation proportionnelle*, 1882). That R can only shrink makes a status of "irreversible" final.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from fractions import Fraction

from escrutinio.base.errors import EvidenceError
from escrutinio.base.words.catalogue import N_
from escrutinio.base.words.say import say_in, say_many_in
from escrutinio.core.election.definition import HALF
from escrutinio.core.election.outcome import Filled, highest_averages
from escrutinio.core.records.codes import Method

CLAIM = "claim:"
"""What the `basis` of a certificate of announced totals begins with; the code of the claim follows."""


class Finality(StrEnum):
    """What can be said of a statement about the result."""

    IRREVERSIBLE = "irreversible"
    OPEN = "open"
    """Some way of filling the outstanding sheets would change it."""
    UNKNOWN = "unknown"
    """How many votes are outstanding is not known."""


@dataclass(frozen=True, slots=True)
class Rules:
    """How a contest is decided.

    `threshold`: in two rounds the share of valid votes to be exceeded (1/2 where None), for D'Hondt the
    share a list needs to take part (none where None). `tie_order`: candidates from the one whom the law's
    tie-break favours most to the least; None where a lottery decides or nobody said.
    """

    method: Method
    seats: int = 1
    threshold: Fraction | None = None
    tie_order: tuple[int, ...] | None = None


@dataclass(frozen=True, slots=True)
class Outstanding:
    """What is not counted yet. `capacity` is R, the most votes that can still come; None if unknown.

    Stations by what is the matter: `silent` (in the roll, no sheet), `unlisted` (declared, not in the roll),
    `pending` (a finding keeps the sheet from counting), `disputed` (a complaint waits for its ruling; the
    sheet is taken out of the votes). `registered_unknown` of them have no known number of voters.
    `unlisted` is None where stations may lie in an area without anybody having said how many.
    """

    capacity: int | None
    silent: int = 0
    pending: int = 0
    disputed: int = 0
    unlisted: int | None = 0
    registered_unknown: int = 0


@dataclass(frozen=True, slots=True)
class Inequality:
    """`left > constant + slope × R`, or `≥` where `or_equal`. `first` and `second` are candidates.

    `what`: `margin`, `above-share`, `below-share`, `average`.
    """

    what: str
    left: int
    constant: int
    slope: int
    or_equal: bool = False
    first: int | None = None
    second: int | None = None

    def holds(self, outstanding: int) -> bool:
        """Whether it holds when at most this many votes can still come."""
        right = self.constant + self.slope * outstanding
        return self.left >= right if self.or_equal else self.left > right

    @property
    def withstands(self) -> int | None:
        """The most outstanding votes with which it holds: None for any number, -1 for none at all."""
        if not self.slope:
            return None if self.holds(0) else -1
        return max(-1, (self.left - self.constant - (not self.or_equal)) // self.slope)


@dataclass(frozen=True, slots=True)
class Statement:
    """Something that the counted votes show, final if every inequality holds.

    `code`: `first` (the `candidates` have most votes, one for each seat), `first-round` (the candidate has
    the share that wins the first round), `second-round` (nobody has it, and these two are first),
    `no-first-round` (nobody has it), `seats` (this distribution), `no-list` (no list has the share that a
    seat needs). Places that votes alone give to nobody are `open`, and `tied` have equal claims to them;
    `candidates` are then only those who have a place for certain.
    """

    code: str
    candidates: tuple[int, ...]
    inequalities: tuple[Inequality, ...]
    open: int = 0
    tied: tuple[int, ...] = ()

    @property
    def withstands(self) -> int | None:
        """The most outstanding votes with which all hold: None for any number, -1 for none at all."""
        return min((w for i in self.inequalities if (w := i.withstands) is not None), default=None)

    def finality(self, capacity: int | None) -> Finality:
        """The status when at most `capacity` votes can still come; None for unknown."""
        limit = self.withstands
        if limit is None:
            return Finality.IRREVERSIBLE
        if limit < 0:
            return Finality.OPEN
        if capacity is None:
            return Finality.UNKNOWN
        return Finality.IRREVERSIBLE if capacity <= limit else Finality.OPEN


@dataclass(frozen=True, slots=True)
class Certificate:
    """What counted votes show and whether it is final: all the whole numbers that anyone checks it with.

    `votes` per candidate, disputed sheets taken out. The first statement is the result under the contest's
    method. `basis` names what was added up; `size` is the log size, None for figures from elsewhere.
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

    @property
    def finality(self) -> Finality:
        """The status of the result."""
        return self.statements[0].finality(self.outstanding.capacity)

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
        """Whether the statements are those that the votes and rules of the certificate lead to."""
        return self.statements == statements(self.rules, self.votes)

    def sentences(self, language: str) -> tuple[str, str]:
        """What was found and what it is not, in a language. Raises KeyError for an unknown language."""
        said, limit = self.statements[0], self.statements[0].withstands
        capacity = self.outstanding.capacity
        announced = self.basis.startswith(CLAIM)
        values = {
            "source": self._source(language),
            "who": _listed([self.candidates[c] for c in said.candidates], language),
            "tied": _listed([self.candidates[c] for c in said.tied], language),
            "open": said.open,
            "margin": self.margin or 0,
            "capacity": capacity or 0,
            "limit": max(limit or 0, 0),
        }
        shown = say_in(language, self._shown(said), **values)
        end = "unopposed" if limit is None else "tied" if limit < 0 else self.finality.value
        if not any(self.votes):
            end = "no-vote"
        limits = _LIMITS_ANNOUNCED if announced else _LIMITS
        return f"{shown} {say_in(language, _STATUS[end], **values)}", say_in(language, limits)

    def _source(self, language: str) -> str:
        """What the votes are of, with the sheets that are left out of them."""
        if self.basis.startswith(CLAIM):
            return say_in(language, _ANNOUNCED)
        if not self.outstanding.disputed:
            return say_in(language, _SHEETS)
        return say_many_in(
            language,
            self.outstanding.disputed,
            "The counted sheets, without {count} station in dispute,",
            "The counted sheets, without {count} stations in dispute,",
        )

    def _shown(self, said: Statement) -> str:
        """What the votes show, as a message; of a tie it names all or nobody."""
        if not any(self.votes):
            return _NO_VOTE
        if not said.tied:
            return _SHOWN[said.code]
        if said.open == 1:
            return (_ONE_TIED_BESIDE if said.candidates else _ONE_TIED)[said.code]
        return (_TIED_BESIDE if said.candidates else _TIED)[said.code]

    def sentence(self, language: str) -> str:
        """Both sentences, which do not stand without each other. Raises EvidenceError as `sentences`."""
        return " ".join(self.sentences(language))


def certify(
    rules: Rules,
    candidates: Sequence[str],
    votes: Sequence[int],
    outstanding: Outstanding,
    *,
    contest: str = "",
    area: str = "",
    basis: str = "",
    size: int | None = None,
) -> Certificate:
    """Certify what `votes` show, beside the most votes that can still come.

    Raises EvidenceError as `statements` does, and for a negative capacity.
    """
    if len(candidates) != len(votes):
        raise EvidenceError("votes-candidates", size=len(votes), candidates=len(candidates))
    if outstanding.capacity is not None and outstanding.capacity < 0:
        raise EvidenceError("votes-negative", votes=outstanding.capacity)
    found = statements(rules, votes)
    return Certificate(rules, tuple(candidates), tuple(votes), outstanding, found, contest, area, basis, size)


def statements(rules: Rules, votes: Sequence[int]) -> tuple[Statement, ...]:
    """What these votes show under these rules, the result itself first.

    Raises EvidenceError for no candidate, a negative number of votes, no seat, a share that is not between 0
    and 1, and a tie-break that does not order all candidates.
    """
    _check(rules, votes)
    match rules.method:
        case Method.PLURALITY:
            return (_plurality(rules, votes, rules.seats, "first"),)
        case Method.TWO_ROUND:
            return _two_round(rules, votes)
        case _:
            return (_highest_averages(rules, votes),)


def _plurality(rules: Rules, votes: Sequence[int], seats: int, code: str) -> Statement:
    """The k-th against the next: of all pairs of one who is in and one who is not, the closest."""
    order = _order(rules, votes)
    inside, outside = order[:seats], order[seats:]
    if not outside:
        return Statement(code, tuple(sorted(inside)), ())
    w, loser = inside[-1], outside[0]
    between = votes[w] - votes[loser], 0, 1, _favours(rules, w, loser)
    pairs = (Inequality("margin", *between, _alone(rules, votes, w), _alone(rules, votes, loser)),)
    if between[0] or rules.tie_order is not None:
        return Statement(code, tuple(sorted(inside)), pairs)
    certain = tuple(sorted(c for c in inside if votes[c] > votes[w]))
    tied = tuple(c for c, count in enumerate(votes) if count == votes[w])
    return Statement(code, certain, pairs, seats - len(certain), tied)


def _two_round(rules: Rules, votes: Sequence[int]) -> tuple[Statement, ...]:
    """The first round is won by exceeding the share; all R may be valid votes for one candidate."""
    p, q = _share(rules.threshold or Fraction(HALF.numerator, HALF.denominator))
    valid = sum(votes)
    first = _order(rules, votes)[0]
    if q * votes[first] > p * valid:
        above = Inequality("above-share", q * votes[first], p * valid, p, first=first)
        if len(votes) == 1:  # who stands alone gets every valid vote that can come
            return (Statement("first-round", (first,), ()),)
        # Below one half two candidates can have the share; then the first of them wins.
        if 2 * p >= q:
            return (Statement("first-round", (first,), (above,)),)
        ahead = _plurality(rules, votes, 1, "first-round")
        return (replace(ahead, inequalities=(above, *ahead.inequalities)),)
    alone = _alone(rules, votes, first)
    below = Inequality("below-share", p * valid, q * votes[first], q - p, True, first=alone)
    pair = _plurality(rules, votes, 2, "second-round")
    missed = Statement("no-first-round", (), (below,))
    return replace(pair, inequalities=(below, *pair.inequalities)), missed


def _highest_averages(rules: Rules, votes: Sequence[int]) -> Statement:
    """No list's next average, with all of R, may pass the lowest average that has a seat."""
    valid = sum(votes)
    p, q = _share(rules.threshold) if rules.threshold is not None else (0, 1)
    taking_part = [v if q * v >= p * valid else 0 for v in votes]
    if not valid:
        return Statement("seats", (), (_NEVER,), rules.seats, tuple(range(len(votes))))
    if not any(taking_part):
        most = _order(rules, votes)[0]
        share = p * valid, q * votes[most], q - p, False
        return Statement("no-list", (), (Inequality("below-share", *share, _alone(rules, votes, most)),))
    filled = highest_averages(taking_part, rules.seats, 1)
    if filled.open and rules.tie_order is None:
        certain = tuple(c for c, n in enumerate(filled.certain) if n)
        return Statement("seats", certain, (_NEVER,), filled.open, filled.tied)
    seats = _seats(rules, filled)
    holders = [c for c, n in enumerate(seats) if n]
    found = [
        Inequality("above-share", q * votes[c], p * valid, p, True, first=c)
        for c in holders
        if p and len(votes) > 1
    ]
    # Lowest average with a seat first; among equals the one whom the tie-break favours least.
    holders.sort(key=lambda c: (Fraction(votes[c], seats[c]), -_rank(rules, c)))
    for rival, count in enumerate(votes):
        last = next((c for c in holders if c != rival), None)
        if last is None:
            continue
        n, favoured = seats[last], _favours(rules, last, rival)
        average = Inequality("average", votes[last] * (seats[rival] + 1), count * n, n, favoured, last, rival)
        out = Inequality("below-share", p * valid, q * count, q - p, first=rival)
        kept_out = q * count < p * valid and _longer(out, average)
        found.append(out if kept_out else average)
    return Statement("seats", tuple(sorted(holders)), tuple(found))


def _seats(rules: Rules, filled: Filled) -> list[int]:
    """Seats by highest averages; where averages are equal, by the tie-break."""
    seats = list(filled.certain)
    for candidate in sorted(filled.tied, key=lambda c: _rank(rules, c))[: filled.open]:
        seats[candidate] += 1
    return seats


def _longer(one: Inequality, other: Inequality) -> bool:
    """Whether the first holds for at least as many outstanding votes as the other."""
    mine, theirs = one.withstands, other.withstands
    return mine is None or (theirs is not None and mine >= theirs)


def _order(rules: Rules, votes: Sequence[int]) -> list[int]:
    return sorted(range(len(votes)), key=lambda c: (-votes[c], _rank(rules, c)))


def _rank(rules: Rules, candidate: int) -> int:
    return candidate if rules.tie_order is None else rules.tie_order.index(candidate)


def _alone(rules: Rules, votes: Sequence[int], candidate: int) -> int | None:
    """The candidate, unless others have as many votes and only the order of the list is between them."""
    if rules.tie_order is None and sum(count == votes[candidate] for count in votes) > 1:
        return None
    return candidate


def _favours(rules: Rules, one: int, other: int) -> bool:
    """Whether a tie between two is known to go to the first."""
    return rules.tie_order is not None and _rank(rules, one) < _rank(rules, other)


def _share(share: Fraction) -> tuple[int, int]:
    if not 0 < share < 1:
        raise EvidenceError("share-range", share=share)
    return share.numerator, share.denominator


def _check(rules: Rules, votes: Sequence[int]) -> None:
    if not votes:
        raise EvidenceError("contest-no-candidates")
    if min(votes) < 0:
        raise EvidenceError("votes-negative", votes=min(votes))
    if rules.seats < 1:
        raise EvidenceError("contest-seats", seats=rules.seats)
    if rules.tie_order is not None and sorted(rules.tie_order) != list(range(len(votes))):
        raise EvidenceError("tie-break-order")


def _listed(names: Sequence[str], language: str) -> str:
    if len(names) < 2:
        return "".join(names)
    return say_in(language, _AND, listed=", ".join(names[:-1]), last=names[-1])


_NEVER = Inequality("average", 0, 0, 1)
"""What holds with no number of outstanding votes, zero included: that a tie stays one."""

_AND = N_("{listed} and {last}")
_SHEETS = N_("The counted sheets")
_ANNOUNCED = N_("The announced totals")
_SHOWN = {
    "first": N_("{source} have {who} first, {margin:,} votes ahead of the next."),
    "first-round": N_("{source} give {who} the share that decides the first round."),
    "second-round": N_("{source} give nobody the share that decides the first round; {who} are first."),
    "seats": N_("{source} give seats to {who}."),
    "no-list": N_("{source} give no list the share that a seat needs, so that nobody takes part."),
}
_NO_VOTE = N_("{source} have no vote for anybody.")
_ONE_TIED = {
    "first": N_("{source} have {tied} equal in first place."),
    "first-round": N_("{source} give {tied} the share that decides the first round, and equal votes."),
    "second-round": N_(
        "{source} give nobody the share that decides the first round; {tied} are equal for the second round."
    ),
    "seats": N_("{source} have {tied} equal for the only seat."),
}
_ONE_TIED_BESIDE = {
    "first": N_("{source} have {who} among the first; for one more place {tied} are equal."),
    "second-round": N_(
        "{source} give nobody the share that decides the first round; {who} is first, and {tied} are equal "
        "for the other place in the second."
    ),
    "seats": N_("{source} give seats to {who}; for one more seat {tied} are equal."),
}
_TIED = {
    "first": N_("{source} have {tied} equal for {open:,} places."),
    "second-round": N_(
        "{source} give nobody the share that decides the first round; {tied} are equal for the second round."
    ),
    "seats": N_("{source} have {tied} equal for {open:,} seats."),
}
_TIED_BESIDE = {
    "first": N_("{source} have {who} among the first; for {open:,} more places {tied} are equal."),
    "seats": N_("{source} give seats to {who}; for {open:,} more seats {tied} are equal."),
}
_STATUS = {
    "irreversible": N_("At most {capacity:,} votes are outstanding: however they fall, this stays."),
    "open": N_(
        "Up to {capacity:,} votes are outstanding, which could change it; only with {limit:,} or fewer "
        "could they not: it is not irreversible."
    ),
    "unknown": N_(
        "How many votes are outstanding is not known; it would be irreversible with at most {limit:,}."
    ),
    "tied": N_("That is a tie: it is not irreversible with any number of outstanding votes."),
    "no-vote": N_("Nothing is irreversible yet."),
    "unopposed": N_("Nobody else can take that place."),
}
_LIMITS = N_(
    "This compares whole numbers and assumes nothing about who votes how; it takes the counted sheets "
    "and the roll as they are, and does not say whether they match the ballots."
)
_LIMITS_ANNOUNCED = N_(
    "This compares whole numbers and assumes nothing about who votes how; it takes the announced "
    "totals as they are, and the announced share of stations as that share of the roll."
)
