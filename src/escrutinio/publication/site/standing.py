"""Who is ahead, by how much, on what basis, and what that leaves out: one place for all pages."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction as Exact

from escrutinio.core.election.outcome import Outcome, outcome
from escrutinio.core.election.state import ElectionState
from escrutinio.evidence.certainty.certificates import disputed_stations
from escrutinio.publication.site.announced import Announcement
from escrutinio.publication.site.columns import Column
from escrutinio.publication.site.model import Account, Race

SHOWN = 2
"""Candidates of each account whose share is drawn at the top of home; equal ones are all drawn."""


@dataclass(frozen=True)
class LeftOut:
    """Stations whose figures a total does not have, or may still lose: numbers of them.

    `disputed`: a complaint about them waits for its ruling; their sheets are counted until it comes.
    """

    pending: int
    silent: int
    disputed: int


def left_out(state: ElectionState, race: Race, column: Column, area: int) -> LeftOut:
    """What the totals of a column in an area leave out."""
    cover = column.coverage(area)
    counted = state.counted.get((race.code, column.basis.code))
    inside = state.areas.within(area, state.roll.area)
    disputed = (
        station
        for station in disputed_stations(state, race.code)
        if inside[station] and counted is not None and counted[station] >= 0
    )
    return LeftOut(cover.pending, cover.silent, sum(1 for _ in disputed))


@dataclass(frozen=True)
class Told:
    """What one account of a result says: votes by candidate, or only percentages as announced.

    `votes` has a number for every candidate, or is None; `percent` is by number of the candidate.
    """

    account: Account
    race: Race
    votes: tuple[int, ...] | None
    valid: int | None
    percent: dict[int, str]
    announced: Announcement | None

    @property
    def outcome(self) -> Outcome | None:
        """What the votes show, where there are any."""
        if self.votes is None or not any(self.votes):
            return None
        column = self.account.column
        if column is None or self.announced is not None:
            return outcome(self.race.view, self.votes)
        return column.outcome(self.race.area)

    def first(self, many: int) -> list[int]:
        """The `many` candidates with most, and whoever is equal to the last of them; nobody with nothing.

        The order of the ballot decides only where to write equals.
        """
        said: dict[int, Exact] = {
            number: Exact(text) for number, text in self.percent.items() if _is_number(text)
        }
        if self.votes is not None:
            said = {number: Exact(votes) for number, votes in enumerate(self.votes)}
        order = sorted((number for number in said if said[number]), key=lambda number: -said[number])
        return [number for number in order if said[number] >= said[order[:many][-1]]]


def told(account: Account) -> Told:
    """What an account says: its counted sheets, else the last result that it announced."""
    race = account.race
    if account.column is not None:
        column = account.column
        return Told(account, race, tuple(column.votes[race.area]), column.valid[race.area], {}, None)
    return told_last(account)


def told_last(account: Account) -> Told:
    """The last result that an account announced, of one that announced any."""
    race, found = account.race, account.announced[-1]
    items = [found.item(number) for number in range(len(race.view.candidates))]
    stated = [None if item is None else item.announced for item in items]
    votes = None if None in stated else tuple(number for number in stated if number is not None)
    percent = {
        number: item.percent
        for number, item in enumerate(items)
        if item is not None and item.percent is not None
    }
    return Told(account, race, votes, found.valid, percent, found)


def drawn(accounts: list[Told]) -> list[int]:
    """The candidates whose bars stand below every account: the first of any of them, in ballot order."""
    return sorted({number for each in accounts for number in each.first(SHOWN)})


def _is_number(text: str) -> bool:
    return text.replace(".", "", 1).isdigit()
