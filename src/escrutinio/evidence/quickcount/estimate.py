"""The ratio estimator of a quick count and its margin, for tables, strata and whole centers.

Cochran (1977), chapters 6.3 (ratio), 6.11 (combined ratio), 9A (clusters). A simple random sample is one
stratum; where whole centers are drawn, a unit is a center and its figures are added up first. The error is
the jackknife's, one unit left out at a time (Jones 1974, Biometrika 61; Rust and Rao 1996, Statistical
Methods in Medical Research 5), which unlike Taylor's does not come out too small where units differ in size;
the interval is Student's, with the degrees of freedom of Satterthwaite (1946, Biometrics Bulletin 2). Neither
makes up for a handful of units: with fewer than `LEAST_UNITS` no interval is given.

Tables drawn and not obtained are never filled in with the others: their registered voters bound what they
may hold (Horowitz and Manski 2000), and the interval covers every way of filling them.
"""

from dataclasses import dataclass
from fractions import Fraction
from math import sqrt

import numpy as np
from numpy.typing import NDArray

from escrutinio.base.arrays import Int64
from escrutinio.base.errors import EvidenceError
from escrutinio.base.words.catalogue import N_
from escrutinio.base.words.say import say_in
from escrutinio.base.words.wording import percent, points
from escrutinio.evidence.quickcount.student import student_quantile

LEAST_UNITS = 30
"""Fewest units of an interval. In 2,000 samples each from the sheets of 2024, intervals of 95 % held the
share of the first in 94 to 96 % from here on, of tables, strata and centers; with 10 centers in 91 %."""


@dataclass(frozen=True, slots=True)
class Ratio:
    """An estimated ratio; `error` is its standard error, with so many degrees of `freedom`, rounded down.
    None means unknown, never zero.

    The ratio is unknown where the sample has no valid vote. So is the error where a stratum that is not
    wholly drawn has one unit, and where units left out of the sample exist but those in it do not differ at
    all: a sample without spread does not show that there is none.
    """

    value: float | None
    error: float | None
    freedom: int = 0

    @property
    def margin(self) -> float | None:
        """Half the width of the interval of 95 %."""
        if not self.error:
            return self.error
        return student_quantile(self.freedom) * self.error


def ratio(part: Int64, base: Int64, stratum: Int64, population: Int64) -> Ratio:
    """Estimate Σ part / Σ base over the population from sampled units.

    `part`, `base`, `stratum` int64 [units], strata numbered from 0; `population` int64 [strata]: units in
    each. Raises EvidenceError where a stratum has more units in the sample than in the population, or none.
    """
    strata = len(population)
    drawn = np.bincount(stratum, minlength=strata)
    if len(drawn) != strata or not drawn.all() or (drawn > population).any():
        raise EvidenceError("sample-strata")
    weight = population / drawn
    base_total = float(weight @ np.bincount(stratum, base, strata))
    if base_total <= 0:
        return Ratio(None, None)
    value = float(weight @ np.bincount(stratum, part, strata)) / base_total
    if ((drawn < 2) & (population > drawn)).any():
        return Ratio(value, None)
    parts, bases = (_without_each(column, stratum, drawn, weight) for column in (part, base))
    if not (bases > 0).all():
        return Ratio(value, None)
    change = parts / bases - value
    by_stratum = (1 - drawn / population) * (drawn - 1) / drawn * np.bincount(stratum, change**2, strata)
    variance = float(by_stratum.sum())
    if sqrt(variance) < 1e-12:
        return Ratio(value, None if (population > drawn).any() else 0.0)
    terms = by_stratum**2 / np.maximum(drawn - 1, 1)
    return Ratio(value, sqrt(variance), int(variance**2 / float(terms.sum()) + 1e-9))


def _without_each(
    column: Int64, stratum: Int64, drawn: NDArray[np.intp], weight: NDArray[np.float64]
) -> NDArray[np.float64]:
    """The estimated total of a column with each unit left out in turn; others of its stratum stand for it."""
    by_stratum = np.bincount(stratum, column, len(drawn))
    more = weight * drawn / np.maximum(drawn - 1, 1)
    found: NDArray[np.float64] = float(weight @ by_stratum) + (
        more[stratum] * (by_stratum[stratum] - column) - (weight * by_stratum)[stratum]
    )
    return found


@dataclass(frozen=True, eq=False)
class Sample:
    """What came in from the tables that were drawn.

    `votes` int64 [tables, candidates]; `obtained` bool [tables]: rows of other tables are not read; `most`
    int64 [tables]: the most votes that a table can have, with all marks of all its voters, -1 where unknown;
    `unit` int64 [tables]: the table itself or its center, numbered from 0; `stratum` int64 [units];
    `population` int64 [strata]: units in each stratum. Raises EvidenceError for columns that do not fit and
    for negative votes.
    """

    candidates: tuple[str, ...]
    votes: Int64
    obtained: NDArray[np.bool_]
    most: Int64
    unit: Int64
    stratum: Int64
    population: Int64

    def __post_init__(self) -> None:
        tables = len(self.obtained)
        if self.votes.shape != (tables, len(self.candidates)) or {len(self.most), len(self.unit)} != {tables}:
            raise EvidenceError("sample-columns")
        if len(self.candidates) < 2:
            raise EvidenceError("sample-one-candidate")
        if not tables:
            raise EvidenceError("sample-empty")
        if (self.votes[self.obtained] < 0).any():
            raise EvidenceError("sample-votes")

    @property
    def missing(self) -> NDArray[np.bool_]:
        """Tables drawn and not obtained, bool [tables]."""
        return ~self.obtained

    @property
    def few(self) -> bool:
        """Whether there are fewer units than an interval needs, and others that were not drawn."""
        return len(self.stratum) < LEAST_UNITS and len(self.stratum) < int(self.population.sum())


@dataclass(frozen=True, slots=True)
class Estimate:
    """A candidate's share of the valid votes, or a lead in shares, as a quick count knows it.

    `obtained`: in the tables obtained; an estimate only where none is missing. `margin`: half the width of
    the interval where none is missing, else None. `low`, `high`: the interval, sampling error and every
    way of filling the missing tables included; None where unknown.
    """

    candidate: str
    obtained: float | None
    margin: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True)
class Arrival:
    """Tables of a stratum that were drawn, and those of them that came in."""

    stratum: str
    drawn: int
    obtained: int


@dataclass(frozen=True, slots=True)
class QuickCount:
    """Estimates per candidate in ballot order, and the lead of the first in the sample over each other one.

    `leader`: the candidate whose lead over every other lies above zero as a whole; None if nobody's does.
    `few`: there are fewer units than an interval needs. `arrival`: what came in, by stratum of the frame.
    """

    drawn: int
    obtained: int
    estimates: tuple[Estimate, ...]
    leads: tuple[Estimate, ...]
    leader: str | None
    few: bool = False
    arrival: tuple[Arrival, ...] = ()

    def sentences(self, language: str) -> tuple[str, str]:
        """Two sentences in a language: what came in, and what may be said."""
        values: dict[str, object] = {
            "drawn": self.drawn,
            "obtained": self.obtained,
        }
        came = say_in(language, _CAME if self.obtained == self.drawn else _SOME_MISSING, **values)
        if self.obtained < self.drawn and len(self.arrival) > 1:
            parts = sorted(Fraction(each.obtained, each.drawn) for each in self.arrival)
            least, most = (percent(part, 0, language) for part in (parts[0], parts[-1]))
            came += " " + say_in(language, _ARRIVAL, least=least, most=most)
        if self.few:
            return came, say_in(language, _FEW, units=LEAST_UNITS)
        if not self.leads or any(lead.low is None for lead in self.leads):
            return came, say_in(language, _UNKNOWN)
        nearest = min(self.leads, key=lambda lead: lead.low or 0.0)
        values = {
            "leader": self.leader,
            "low": points(Fraction(nearest.low or 0), 1, language),
            "high": points(Fraction(nearest.high or 0), 1, language),
            "second": nearest.candidate,
        }
        return came, say_in(language, _OPEN if self.leader is None else _LEADS, **values)


_CAME = N_("All {drawn:,} tables drawn came in; the shares are ratio estimates with their sampling error.")
_SOME_MISSING = N_(
    "Of {drawn:,} tables drawn {obtained:,} came in; the intervals cover every way of filling the others."
)
_ARRIVAL = N_("By stratum, between {least} and {most} of those drawn came in.")
_FEW = N_(
    "With fewer than {units:,} tables, or centers where whole ones are drawn, no interval can be relied on, "
    "so none is given and nothing can be said about who leads."
)
_UNKNOWN = N_("The margin is unknown, so nothing can be said about who leads.")
_LEADS = N_(
    "{leader} leads in the population of tables: the lead over {second} lies between {low} and {high} "
    "points (95%), if the sheets of the sample show what the ballots say."
)
_OPEN = N_("Who leads is open: the lead over {second} lies between {low} and {high} points (95%).")


def estimate(sample: Sample, arrival: tuple[Arrival, ...] = ()) -> QuickCount:
    """Estimate shares and leads from a sample, with intervals of 95 %."""
    votes = np.where(sample.obtained[:, None], sample.votes, 0)
    totals = votes.sum(axis=0)
    first = int(totals.argmax())
    estimates = tuple(
        _bounded(sample, code, votes[:, i], votes, least=0) for i, code in enumerate(sample.candidates)
    )
    leads = tuple(
        _bounded(sample, code, votes[:, first] - votes[:, i], votes, least=-1)
        for i, code in enumerate(sample.candidates)
        if i != first
    )
    ahead = all(lead.low is not None and lead.low > 0 for lead in leads)
    return QuickCount(
        drawn=len(sample.obtained),
        obtained=int(sample.obtained.sum()),
        estimates=estimates,
        leads=leads,
        leader=sample.candidates[first] if ahead else None,
        few=sample.few,
        arrival=arrival,
    )


def _bounded(sample: Sample, code: str, part: Int64, votes: Int64, *, least: int) -> Estimate:
    """The interval of Σ part / Σ valid, where a missing vote adds `least` (0 or -1) up to 1 to the part."""
    valid = votes.sum(axis=1)
    seen = _of_units(sample, part, valid)
    if not sample.missing.any():
        if seen.value is None or (margin := seen.margin) is None or sample.few:
            return Estimate(code, seen.value, None, None, None)
        return Estimate(
            code, seen.value, margin, max(float(least), seen.value - margin), min(1.0, seen.value + margin)
        )
    obtained = float(part.sum() / valid.sum()) if valid.any() else None
    if sample.few or (sample.most[sample.missing] < 0).any():
        return Estimate(code, obtained, None, None, None)
    capacity = np.where(sample.missing, sample.most, 0)
    worst = _of_units(sample, part + least * capacity, valid + capacity)
    best = _of_units(sample, part + capacity, valid + capacity)
    below, above = worst.margin, best.margin
    if worst.value is None or below is None or best.value is None or above is None:
        return Estimate(code, obtained, None, None, None)
    low, high = worst.value - below, best.value + above
    return Estimate(code, obtained, None, max(float(least), low), min(1.0, high))


def _of_units(sample: Sample, part: Int64, valid: Int64) -> Ratio:
    units = len(sample.stratum)
    parts, base = (np.bincount(sample.unit, column, units).astype(np.int64) for column in (part, valid))
    return ratio(parts, base, sample.stratum, sample.population)
