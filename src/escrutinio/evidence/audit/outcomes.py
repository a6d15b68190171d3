"""Which assertions imply the outcome that votes show, for every method of the definition.

When all of them hold of what the paper says, the paper has the same outcome. Plurality and shares: Stark,
"Sets of half-average nulls generate risk-limiting audits" (2020). Highest averages: Stark and Teague,
"Verifiable European elections" (2014). Largest remainders: Blom and others, "Assertion-based approaches to
auditing complex elections" (2021). Ties are never asserted: what only an order or lots decide is settled by a
full count.
"""

from collections.abc import Iterator, Sequence
from fractions import Fraction

from escrutinio.base.errors import EvidenceError
from escrutinio.core.election.definition import HALF
from escrutinio.core.election.outcome import Outcome, outcome
from escrutinio.core.election.state import ContestView
from escrutinio.core.records.codes import Method
from escrutinio.core.records.parts import Win
from escrutinio.evidence.audit.assertions import Assertion, Ballot
from escrutinio.evidence.audit.bounds import Boxes

_STEP = {Method.DHONDT: 1, Method.SAINTE_LAGUE: 2}


def assertions_of(
    contest: ContestView,
    votes: Sequence[int],
    classes: Sequence[int] = (),
    *,
    valid: int | None = None,
    registered: int | None = None,
) -> tuple[Assertion, ...]:
    """The assertions under which `votes` by candidate and ballots by class have the outcome that they show.

    `valid`: valid ballots (as many as votes where not given); `registered`: voters on the roll, for a quorum.
    Raises EvidenceError where there is nothing to test: fewer than two candidates or no more candidates than
    seats, no vote, a quorum of a roll that is not known, and a tie, which only a full count of the paper
    settles.
    """
    if len(votes) < 2:
        raise EvidenceError("audit-one-candidate")
    if not sum(votes) or min(votes) < 0:
        raise EvidenceError("audit-no-vote")
    figures = (*votes, *(classes or (0,) * len(contest.classes)), sum(votes) if valid is None else valid)
    others = figures[len(votes) : -1]
    shown = outcome(contest, votes, others, ballots=figures[-1] + sum(others), registered=registered)
    ballot = Ballot.of(contest)
    found = [*_quorum(contest, ballot, registered, shown)]
    if shown.quorum is not False:
        if contest.method is Method.PLURALITY:
            found += _plurality(contest, ballot, shown)
        elif contest.method is Method.TWO_ROUND:
            found += _two_rounds(contest, ballot, shown, figures)
        else:
            found += _proportional(contest, ballot, shown)
    if any(assertion.margin(figures) <= 0 for assertion in found):
        raise EvidenceError("audit-tie")
    return tuple(found)


def outcome_of(contest: ContestView, boxes: Boxes, *, registered: int | None = None) -> tuple[Assertion, ...]:
    """The assertions of the outcome that boxes show. Raises EvidenceError as `assertions_of`."""
    votes, figures = boxes.votes.shape[1], boxes.sums
    classes = figures[votes:-1]
    return assertions_of(contest, figures[:votes], classes, valid=figures[-1], registered=registered)


def _quorum(
    contest: ContestView, ballot: Ballot, registered: int | None, shown: Outcome
) -> Iterator[Assertion]:
    """As many ballots as the law asks for are there; or not, and then nothing else is decided."""
    if contest.quorum is None:
        return
    if shown.quorum is None or registered is None:
        raise EvidenceError("audit-quorum")
    bar, sign = contest.quorum, 1 if shown.quorum else -1
    needed = bar.numerator * registered
    yield ballot.says(
        [0] * ballot.candidates,
        classes=[sign * bar.denominator] * ballot.classes,
        valid=sign * bar.denominator,
        constant=-sign * needed + int(shown.quorum is not bool(bar.more)),
    )


def _plurality(contest: ContestView, ballot: Ballot, shown: Outcome) -> list[Assertion]:
    """Each winner has more votes than each loser."""
    if contest.seats >= ballot.candidates:
        raise EvidenceError("audit-unopposed", size=ballot.candidates, seats=contest.seats)
    _untied(shown.seats.open, shown.seats.broken)
    return _above(ballot, shown.seats.certain)


def _above(ballot: Ballot, places: Sequence[int]) -> list[Assertion]:
    """Those with a place have more votes than all others; where all have one, some votes."""
    having = [place for place, has in enumerate(places) if has]
    others = [place for place, has in enumerate(places) if not has]
    if not others:
        return [_some_votes(ballot, place) for place in having]
    return [ballot.compares(w, x) for w in having for x in others]


def _some_votes(ballot: Ballot, candidate: int) -> Assertion:
    return ballot.says([int(place == candidate) for place in range(ballot.candidates)], candidate)


def _two_rounds(
    contest: ContestView, ballot: Ballot, shown: Outcome, figures: Sequence[int]
) -> list[Assertion]:
    """The first has what wins; or neither finalist has any of it, and both have more than the others."""
    wins = contest.wins or (Win(HALF),)
    if shown.runoff is None:
        _untied(shown.seats.open, shown.seats.broken)
        first = shown.seats.certain.index(1)
        found = [_won(ballot, win, first) for win in wins if _has_won(ballot, win, figures, first)]
        return max(found, key=lambda each: min(_ease(one, figures) for one in each))
    _untied(shown.runoff.open, shown.runoff.broken)
    finalists = [place for place, has in enumerate(shown.runoff.certain) if has]
    short = []
    for win in wins:
        for mine, other in (finalists, finalists[::-1]):
            ways = [ballot.reaches(win.share, mine, reached=False)]
            if win.lead is not None:
                ways.append(ballot.reaches(win.lead, mine, other, reached=False))
            short.append(max(ways, key=lambda each: _ease(each, figures)))
    return [*dict.fromkeys(short), *_above(ballot, shown.runoff.certain)]


def _has_won(ballot: Ballot, win: Win, figures: Sequence[int], first: int) -> bool:
    return all(each.margin(figures) > 0 for each in _won(ballot, win, first))


def _won(ballot: Ballot, win: Win, first: int) -> list[Assertion]:
    """What it is that the first has: the share, the lead over each other, and more votes than each."""
    share = [ballot.reaches(win.share, first)]
    others = [place for place in range(ballot.candidates) if place != first]
    if win.lead is not None:
        share += [ballot.reaches(win.lead, first, other) for other in others]
    if win.share.more and 2 * win.share.numerator >= win.share.denominator:
        return share  # nobody else can have as many
    return share + [ballot.compares(first, other) for other in others]


def _ease(assertion: Assertion, figures: Sequence[int]) -> Fraction:
    """How many ballots would have to be wrong, each as much as it can."""
    return Fraction(assertion.margin(figures), assertion.worst or 1)


def _proportional(contest: ContestView, ballot: Ballot, shown: Outcome) -> list[Assertion]:
    """Lists are on their side of the threshold, and the seats among those that take part are as shown."""
    below, seats = set(shown.below_threshold), shown.seats.certain
    if len(below) == ballot.candidates:
        raise EvidenceError("audit-no-list")
    _untied(shown.seats.open, shown.seats.broken, "audit-tie-last-seat")
    part = [place for place in range(ballot.candidates) if place not in below]
    step = _STEP.get(contest.method)
    found = list(_averages(ballot, seats, part, step) if step else _remainders(contest, ballot, seats, part))
    if contest.threshold is not None:
        for place in range(ballot.candidates):
            # A list without a seat may fall below, where that moves no quota.
            if place in below or seats[place] or not step:
                found.append(ballot.reaches(contest.threshold, place, reached=place not in below))
    if len(part) == 1:
        found.append(_some_votes(ballot, part[0]))
    return found


def _averages(ballot: Ballot, seats: Sequence[int], part: Sequence[int], step: int) -> Iterator[Assertion]:
    """The last average that a list used is above the next of each other: divisors 1, 1 + step, …"""
    for a in part:
        for b in part:
            if a != b and seats[a]:
                yield ballot.compares(a, b, 1 + step * seats[b], 1 + step * (seats[a] - 1))


def _remainders(
    contest: ContestView, ballot: Ballot, seats: Sequence[int], part: Sequence[int]
) -> Iterator[Assertion]:
    """What is left of no list's votes after its seats is a quota or more above what is left of another's.

    Were the seats others, some list would have one more and another one less than here; by the rule its
    remainder is then the greater one, so that the two are a quota apart here. By Hare the quota is V/S
    exactly. By Droop it is ⌊V/(S + 1)⌋ + 1, at least (V + 1)/(S + 1) and at most V/(S + 1) + 1; the worse of
    the two is taken, and at least S(S + 1) votes, so that there are as many remainders as seats left.
    """
    total, droop = contest.seats, contest.method is Method.DROOP
    whole = total + 1 if droop else total
    for a in part:
        for b in part:
            if a == b:
                continue
            apart = 1 + seats[a] - seats[b]
            votes = [apart * (place in part) for place in range(ballot.candidates)]
            votes[a] -= whole
            votes[b] += whole
            rounding = apart * (1 if apart >= 0 else whole) if droop else 0
            yield ballot.says(votes, b, a, constant=rounding)
    if droop:
        enough = 1 - total * whole
        yield ballot.says([int(place in part) for place in range(ballot.candidates)], constant=enough)


def _untied(open_places: int, broken: Sequence[int], refusal: str = "audit-tie") -> None:
    if open_places or broken:
        raise EvidenceError(refusal)
