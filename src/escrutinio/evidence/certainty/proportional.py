"""The tests of irreversibility where lists share seats: highest averages and largest remainders.

An average is compared with another as in D'Hondt, *Système pratique et raisonné de représentation
proportionnelle* (1882): the last that a list was given a seat for, against another's next. Largest remainders
give list i its seats and j no more exactly where quota share less seats differ by less than one between them
(`_hare`), which is linear in the votes as well.

With one mark a ballot the tests are necessary too for highest averages, and for Hare's quota without a
threshold. Where lists have to reach a threshold under largest remainders, every list has to stay on its side
of it. Droop's quota is a rounded number, which is bounded in two ways, of which the better one is taken; with
nothing outstanding it is exact.
"""

from collections.abc import Callable, Sequence
from itertools import compress

from escrutinio.core.records.codes import Method
from escrutinio.evidence.certainty.inequality import Inequality, Statement, longer, tightest
from escrutinio.evidence.certainty.worst_case import Case, open_places

Compare = Callable[[int, int], Inequality]
"""That the first of two lists keeps its last seat and the other gets no more."""


def shared_seats(case: Case) -> tuple[Statement, ...]:
    """Seats among lists by a proportional method."""
    found, votes = case.decided(), case.votes
    bar, below = case.rules.threshold, found.below_threshold
    averages = case.rules.method in (Method.DHONDT, Method.SAINTE_LAGUE)
    if bar is not None and len(below) == len(votes) and any(votes):
        most = case.leaders(range(len(votes)))
        return (Statement("no-list", (), tuple(case.below(each, bar) for each in most)),)
    if found.seats.open:
        return (open_places("seats", found.seats, "average" if averages else "remainder"),)
    seats = found.seats.certain
    holders = tuple(compress(range(len(votes)), seats))
    needed = (_averages if averages else _remainders)(case, seats, holders, below)
    return (Statement("seats", holders, needed, broken=found.seats.broken, among=found.seats.among),)


def _averages(
    case: Case, seats: Sequence[int], holders: Sequence[int], below: Sequence[int]
) -> tuple[Inequality, ...]:
    """Who has seats keeps the threshold, and its last average stays above the next one of every other list;
    a list below the threshold may stay there instead."""
    step, bar = (1 if case.rules.method is Method.DHONDT else 2), case.rules.threshold

    def compare(one: int, other: int) -> Inequality:
        last, following = 1 + step * (seats[one] - 1), 1 + step * seats[other]
        left, right = case.votes[one] * following, case.votes[other] * last
        favoured = case.favours(one, other, equal=left == right)
        return Inequality("average", left, right, last * case.rules.most(other), favoured, one, other)

    needed = [] if bar is None else [case.above(each, bar) for each in holders]
    for rival in range(len(case.votes)):
        if (average := _closest(compare, holders, rival)) is not None:
            out = bar is not None and rival in below
            needed.append(longer(case.below(rival, bar), average) if out and bar is not None else average)
    return tuple(needed)


def _remainders(
    case: Case, seats: Sequence[int], holders: Sequence[int], below: Sequence[int]
) -> tuple[Inequality, ...]:
    """All lists stay on their side of the threshold, and no two change places in the rest."""
    bar, taking_part = case.rules.threshold, [c for c in range(len(case.votes)) if c not in below]
    needed = [] if bar is None else [case.above(each, bar) for each in taking_part]
    if bar is not None:
        needed += [case.below(each, bar) for each in case.leaders(below)]
    valid = sum(case.votes[each] for each in taking_part)
    hare = case.rules.method is Method.HARE

    def compare(one: int, other: int) -> Inequality:
        return (_hare if hare else _droop)(case, seats, valid, one, other)

    if not hare:
        needed += _one_at_most(case, seats, valid, holders)
    found = (_closest(compare, holders, rival) for rival in taking_part)
    return (*needed, *(each for each in found if each is not None))


def _closest(compare: Compare, holders: Sequence[int], rival: int) -> Inequality | None:
    """Of all lists with a seat, the one to which a rival is closest; None where there is no other."""
    found = [compare(each, rival) for each in holders if each != rival]
    return tightest(found) if found else None


def _hare(case: Case, seats: Sequence[int], valid: int, one: int, other: int) -> Inequality:
    """With S seats, V votes and c = 1 + (seats of the other) - (seats of the one): S·(v_other - v_one) < c·V,
    that is, (v·S/V - seats) of the other exceeds that of the one by less than one.

    It holds of all pairs exactly for the one way of sharing S seats by quotas V/S and largest remainders:
    these numbers add up to 0, so that all are between -1 and 1, and a seat for a remainder is one below.
    """
    total, closer = case.rules.seats, 1 + seats[other] - seats[one]
    left = total * case.votes[one] + max(closer, 0) * valid
    right = total * case.votes[other] + max(-closer, 0) * valid
    slope = _worst(case, one, other, total - closer, max(-closer, 0))
    return Inequality(
        "remainder", left, right, slope, case.favours(one, other, equal=left == right), one, other
    )


def _droop(case: Case, seats: Sequence[int], valid: int, one: int, other: int) -> Inequality:
    """With the quota q and c as above: v_other - v_one < c·q.

    q is the whole part of V/(S + 1), and one. With V now and R more votes it is at least q now and at least
    (V + R + 1)/(S + 1), and at most q now + R and at most (V + R)/(S + 1) + 1.
    """
    parts, closer = case.rules.seats + 1, 1 + seats[other] - seats[one]
    more, fewer = max(closer, 0), max(-closer, 0)
    quota = valid // parts + 1
    mine, theirs = case.votes[one], case.votes[other]
    equal = mine + more * quota == theirs + fewer * quota
    favoured = case.favours(one, other, equal=equal)
    slope = case.rules.most(other) + fewer * case.rules.marks
    now = Inequality("remainder", mine + more * quota, theirs + fewer * quota, slope, favoured, one, other)
    left = parts * mine + more * (valid + 1)
    right = parts * theirs + fewer * (valid + parts)
    slope = _worst(case, one, other, parts - closer, fewer)
    return longer(now, Inequality("remainder", left, right, slope, favoured, one, other))


def _one_at_most(case: Case, seats: Sequence[int], valid: int, holders: Sequence[int]) -> list[Inequality]:
    """No list gets more than one seat for its remainder: it keeps its quotas for all but one.

    With S·(S + 1) votes and more the quotas are so small that this follows from the comparison of pairs.
    """
    parts = case.rules.seats + 1
    if valid >= case.rules.seats * parts:
        return []
    quota, found = valid // parts + 1, []
    for each in holders:
        if (whole := seats[each] - 1) > 0:
            mine = case.votes[each]
            now = Inequality("quota", mine, whole * quota, whole * case.rules.marks, True, each)
            slope = whole * case.rules.others(each, len(case.votes))
            bound = Inequality("quota", parts * mine, whole * (valid + parts), slope, True, each)
            found.append(longer(now, bound))
    return found


def _worst(case: Case, one: int, other: int, for_other: int, for_rest: int) -> int:
    """What the worst ballot takes: as many votes as it can have for the other, and where votes for third
    lists are against the one too, all its other marks for them."""
    votes = case.rules.most(other)
    return votes * for_other + (case.rules.others(one, len(case.votes)) - votes) * for_rest
