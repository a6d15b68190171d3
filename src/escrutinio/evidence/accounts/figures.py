"""The figures that differ between accounts, as the rows of one table (docs/reconciling.md)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from escrutinio.base.cells import Value
from escrutinio.evidence.accounts.accounts import Accounts
from escrutinio.evidence.accounts.differences import KINDS, NO_FIGURE, Difference, Kind
from escrutinio.evidence.accounts.sources import Joined

COLUMNS = (
    *("contest", "left", "right", "station", "area", "kind", "side", "other_station"),
    *("row", "left_votes", "right_votes", "difference", "slip"),
)
ONE_SIDED = (Kind.ONLY_LEFT, Kind.ONLY_RIGHT)
"""The kinds of stations that one side alone has."""


def row_codes(joined: Joined) -> tuple[str, ...]:
    """The codes of the rows: options, then classes of other ballots."""
    return (*joined.view.options, *joined.view.classes)


def figure_rows(accounts: Accounts) -> Iterator[tuple[Value, ...]]:
    """A line per figure that differs, and per station that one side lacks, in the order of `COLUMNS`."""
    joined = accounts.joined
    codes = row_codes(joined)
    for pair in accounts.pairs:
        head = (joined.contest, *accounts.names(pair))
        found = {difference.station: difference for difference in pair.differences}
        for station, number in enumerate(pair.kind.tolist()):
            kind = KINDS[number]
            place = (*head, joined.stations[station], joined.tree.codes[joined.area[station]], kind.value)
            if kind in ONE_SIDED:
                yield (*place, None, None, None, None, None, None, None)
            elif (difference := found.get(station)) is not None:
                yield from _figures(place, joined, difference, codes)


def _figures(
    place: tuple[Value, ...], joined: Joined, difference: Difference, codes: Sequence[str]
) -> Iterator[tuple[Value, ...]]:
    other = None if difference.other is None else joined.stations[difference.other]
    side = None if difference.side is None else difference.side.value
    for figure in difference.figures:
        cells = (shown(figure.left), shown(figure.right), figure.difference, figure.slip.value)
        yield (*place, side, other, codes[figure.row], *cells)


def shown(figure: int) -> int | None:
    """A figure as a cell: None where a side gives none."""
    return None if figure == NO_FIGURE else figure
