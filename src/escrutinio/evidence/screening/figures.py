"""Screens of single figures: round percentages and digits, against the model of honest rounding.

Round percentages: Kobak, Shpilkin and Pshenichnikov (2016), "Integer percentages as electoral falsification
fingerprints", Annals of Applied Statistics 10(1). Last digits: Beber and Scacco (2012), "What the numbers
say", Political Analysis 20(2). Second digits: Mebane (2006); that Benford's law is no null for stations of a
few hundred votes: Deckert, Myagkov and Ordeshook (2011), Political Analysis 19(3). Hence no screen here
trusts a fixed table of digits: digits are held against replicates of the sheets themselves. How many of the
sheets are round is a sum of independent events, whose distribution is exact and needs no replicates.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from escrutinio.base.arrays import Int64
from escrutinio.evidence.screening.model import (
    UNBOUNDED,
    Classify,
    Float,
    category_probabilities,
    draw_tallies,
)
from escrutinio.evidence.screening.result import Bars, Family, Missing, Screen
from escrutinio.evidence.screening.sheets import Sheets
from escrutinio.evidence.screening.tails import hits_upper, monte_carlo_p

Bytes = NDArray[np.uint8]

_INT32 = (1 << 31) - 1

SMALLEST_ROLL = 100
"""Stations with fewer registered voters are left out of turnout percentages, as the source does."""

_NEED_ROLL = ("integer-turnout", "integer-either", "five-either")

SECOND_DIGITS: Float = np.array(
    [sum(np.log10(1 + 1 / (10 * first + second)) for first in range(1, 10)) for second in range(10)]
)
"""Benford's distribution of second digits, float64 [10]."""


def is_round(counts: Int64, sizes: Int64, step: int = 1) -> NDArray[np.bool_]:
    """Where 100·counts/sizes is within 0.05 of a multiple of `step` percent; exact, sizes > 0."""
    if counts.size and 100 * step * max(counts.max(), sizes.max()) <= _INT32:  # divided twice as fast
        counts, sizes = counts.astype(np.int32), sizes.astype(np.int32)
    whole = step * sizes
    rest = 100 * counts % whole
    near: NDArray[np.bool_] = 20 * np.minimum(rest, whole - rest) <= sizes
    return near


def round_1(counts: Int64, sizes: Int64) -> Bytes:
    return is_round(counts, sizes).view(np.uint8)


def _round_5(counts: Int64, sizes: Int64) -> Bytes:
    return is_round(counts, sizes, 5).view(np.uint8)


def _looked_up(sort: Callable[[Int64], Bytes]) -> Classify:
    """A classifier of counts alone: each different one is sorted once where there are fewer of those."""

    def classify(counts: Int64, _: Int64) -> Bytes:
        most = int(counts.max(initial=0))
        return sort(counts) if most >= counts.size else sort(np.arange(most + 1)).take(counts)

    return classify


@_looked_up
def _last(counts: Int64) -> Bytes:
    """The last digit of counts of at least 100; 10 for the others."""
    return np.where(counts >= 100, counts % 10, 10).astype(np.uint8)


@_looked_up
def _second(counts: Int64) -> Bytes:
    """The second digit of counts of at least 10; 10 for the others."""
    leading = counts.copy()
    while (long := leading >= 100).any():
        leading[long] //= 10
    return np.where(counts >= 10, leading % 10, 10).astype(np.uint8)


@_looked_up
def _pair(counts: Int64) -> Bytes:
    """The last two digits of counts of at least 100: 0 equal, 1 neighbours (also 9, 0), 2 neither; else 3."""
    apart = (counts // 10 - counts) % 10
    kind = np.where(apart == 0, 0, np.where((apart == 1) | (apart == 9), 1, 2))
    return np.where(counts >= 100, kind, 3).astype(np.uint8)


# --- statistics of tallies, int64 [replicates, categories] to float64 [replicates] ---


def _chi_square(tallies: Int64, shares: Float) -> Float:
    digits = tallies[:, :10]
    expected = digits.sum(axis=1, keepdims=True) * shares
    # Without a count long enough there is no digit and nothing to differ by.
    terms = np.divide((digits - expected) ** 2, expected, out=np.zeros(digits.shape), where=expected > 0)
    found: Float = terms.sum(axis=1)
    return found


def _last_digits(tallies: Int64) -> Float:
    return _chi_square(tallies, np.full(10, 0.1))


def _second_digits(tallies: Int64) -> Float:
    return _chi_square(tallies, SECOND_DIGITS)


def _equal(tallies: Int64) -> Float:
    share: Float = tallies[:, 0] / np.maximum(tallies[:, :3].sum(axis=1), 1)
    return share


def _neighbours(tallies: Int64) -> Float:
    share: Float = tallies[:, 1] / np.maximum(tallies[:, :3].sum(axis=1), 1)
    return share


@dataclass(frozen=True, eq=False)
class Hits:
    """How many sheets were `observed` to be round; each is with its own `chance`, float64 [sheets]."""

    name: str
    subject: str
    observed: int
    chance: Float


@dataclass(frozen=True, eq=False)
class Tally:
    """A tally ready to be drawn: `probability` and `observed` [sheets, categories] (one category is 1 each).

    `statistic` maps tallies to numbers; a replicate counts as extreme where its number is as large as the
    observed one or, if `two_sided`, as far from the null mean. `bars` asks for the digits as a picture.
    """

    name: str
    subject: str
    sheets: int
    probability: Float
    observed: Int64
    statistic: Callable[[Int64], Float]
    two_sided: bool = False
    bars: bool = False


Drawn = tuple[Tally, ...]
"""Tallies of one probability, which are read off the same replicates."""


def tallies(sheets: Sheets) -> list[Hits | Drawn]:
    """All screens of figures for the leading candidates, the valid votes and the turnout."""
    roll = sheets.roll_known & (sheets.registered >= SMALLEST_ROLL) & (sheets.ballots <= sheets.registered)
    turnout = _Turnout(sheets.ballots, sheets.registered, roll)
    found: list[Hits | Drawn] = [turnout.hits()]
    for candidate in sheets.leading:
        found += _of_candidate(sheets, candidate, turnout)
    # Where the roll is unknown, or smaller than the votes, the votes are Poisson instead of binomial.
    bounded = sheets.roll_known & (sheets.valid <= sheets.registered)
    sizes = np.where(bounded, sheets.registered, UNBOUNDED)
    # For valid votes only the last digit, as the others follow the sizes.
    last = category_probabilities(sheets.valid, sizes, [_DIGITS[0]])
    return [*found, *_of_digits("valid", sheets.valid, sizes, last)]


def run_tallies(figures: Hits | Drawn, replicates: int, seed: np.random.SeedSequence) -> list[Screen]:
    """Hold hits against their exact distribution, or tallies against `replicates` draws of their model."""
    if isinstance(figures, Hits):
        return [_run_hits(figures)]
    drawn = draw_tallies(figures[0].probability, replicates, seed) if figures[0].sheets else None
    return [_run_tally(tally, drawn) for tally in figures]


def _run_hits(hits: Hits) -> Screen:
    chance = hits.chance
    if not len(chance):
        missing = Missing.REGISTERED_UNKNOWN if hits.name in _NEED_ROLL else Missing.NO_SHEET
        return Screen(hits.name, hits.subject, Family.FIGURES, 0, None, missing=missing)
    return Screen(
        hits.name,
        hits.subject,
        Family.FIGURES,
        len(chance),
        float(hits.observed),
        float(chance.sum()),
        float(np.sqrt((chance * (1 - chance)).sum())),
        p=hits_upper(hits.observed, chance),
    )


def _run_tally(tally: Tally, drawn: Int64 | None) -> Screen:
    """Hold a tally against what was drawn of its model; None where no sheet is long enough."""
    if drawn is None:
        return Screen(tally.name, tally.subject, Family.FIGURES, 0, None, missing=Missing.NO_SHEET)
    null = tally.statistic(drawn)
    observed = float(tally.statistic(tally.observed[None, :])[0])
    center = float(null.mean())
    distance = np.abs(null - center) if tally.two_sided else null
    least = abs(observed - center) if tally.two_sided else observed
    # What equals the observation counts as extreme, whatever the last bit of a float says.
    extreme = int((distance >= least - 1e-9 * max(1.0, abs(least))).sum())
    return Screen(
        tally.name,
        tally.subject,
        Family.FIGURES,
        tally.sheets,
        observed,
        center,
        float(null.std(ddof=1)),
        p=monte_carlo_p(extreme, len(drawn)),
        replicates=len(drawn),
        details=_details(tally),
        bars=_bars(tally, drawn) if tally.bars else None,
    )


def _details(tally: Tally) -> tuple[tuple[str, float], ...]:
    if tally.statistic not in (_last_digits, _second_digits):
        return ()
    digits, model = tally.observed[:10], tally.probability[:, :10].sum(axis=0)
    of_all = np.arange(10)
    means = (
        ("mean-digit", float(digits @ of_all / digits.sum())),
        ("model-mean-digit", float(model @ of_all / model.sum())),
    )
    if tally.statistic is _second_digits:
        return means
    return (*means, ("share-0-or-5", float((digits[0] + digits[5]) / digits.sum())))


def _bars(tally: Tally, drawn: Int64) -> Bars:
    low, high = np.quantile(drawn[:, :10], (0.025, 0.975), axis=0)
    return Bars(tally.observed[:10], tally.probability[:, :10].sum(axis=0), low, high)


class _Turnout:
    """Chances that a station's turnout is a round percentage, once for every screen that needs them."""

    def __init__(self, ballots: Int64, registered: Int64, known: NDArray[np.bool_]) -> None:
        self.ballots, self.registered = ballots, registered
        self.taken = known & (100 * ballots <= 99 * registered)
        self.hit = {step: np.zeros(len(ballots)) for step in (1, 5)}
        taken = self.taken
        both = category_probabilities(ballots[taken], registered[taken], [(round_1, 2), (_round_5, 2)])
        for step, probability in zip(self.hit, both, strict=True):
            self.hit[step][taken] = probability[:, 1]

    def hits(self) -> Hits:
        taken = self.taken
        seen = is_round(self.ballots[taken], self.registered[taken])
        return _of_hits("integer-turnout", "turnout", seen, self.hit[1][taken])

    def either(self, name: str, subject: str, counts: Int64, sizes: Int64, hit: Float, step: int) -> Hits:
        """A share (`counts` of `sizes`, 0 where it is left out), the turnout or both are round."""
        both = self.taken & (sizes > 0)
        seen = is_round(counts[both], sizes[both], step)
        seen |= is_round(self.ballots[both], self.registered[both], step)
        return _of_hits(name, subject, seen, 1 - (1 - hit[both]) * (1 - self.hit[step][both]))


def _of_candidate(sheets: Sheets, candidate: int, turnout: _Turnout) -> list[Hits | Drawn]:
    code, votes, valid = sheets.candidates[candidate], sheets.votes[:, candidate], sheets.valid
    some = valid > 0
    wanted: list[tuple[Classify, int]] = [(round_1, 2), (_round_5, 2), *_DIGITS]
    found = category_probabilities(votes[some], valid[some], wanted)
    # Shares over 99 % are left out as in the source: close to 100 % every count is a round percentage.
    share = some & (100 * votes <= 99 * valid)
    sizes = np.where(share, valid, 0)
    one, five = np.zeros(len(votes)), np.zeros(len(votes))
    one[some], five[some] = found[0][:, 1], found[1][:, 1]
    return [
        _of_hits("integer-share", code, is_round(votes[share], valid[share]), one[share]),
        turnout.either("integer-either", code, votes, sizes, one, 1),
        turnout.either("five-either", code, votes, sizes, five, 5),
        *_of_digits(code, votes[some], valid[some], found[2:]),
    ]


def _of_hits(name: str, subject: str, seen: NDArray[np.bool_], hit: Float) -> Hits:
    return Hits(name, subject, int(np.count_nonzero(seen)), hit)


_DIGITS: tuple[tuple[Classify, int], ...] = ((_last, 11), (_pair, 4), (_second, 11))


def _of_digits(subject: str, counts: Int64, sizes: Int64, probabilities: list[Float]) -> list[Drawn]:
    """Digits of `counts`, as many of `_DIGITS` as there are `probabilities` of."""
    seen = [
        np.bincount(f(counts, sizes), minlength=k) for (f, k), _ in zip(_DIGITS, probabilities, strict=False)
    ]
    long, longer = int((counts >= 10).sum()), int((counts >= 100).sum())
    found: list[Drawn] = [
        (Tally("last-digit", subject, longer, probabilities[0], seen[0], _last_digits, bars=True),)
    ]
    if len(probabilities) > 1:
        found.append(
            tuple(
                Tally(name, subject, longer, probabilities[1], seen[1], statistic, two_sided=True)
                for name, statistic in (("equal-digits", _equal), ("neighbour-digits", _neighbours))
            )
        )
        found.append(
            (Tally("second-digit", subject, long, probabilities[2], seen[2], _second_digits, bars=True),)
        )
    return found
