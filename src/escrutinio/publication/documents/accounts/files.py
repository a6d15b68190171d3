"""A reconciliation as files: one table of the figures that differ (CSV), a workbook (XLSX), and JSON.

Their columns and keys are described in docs/reconciling.md. The same sources give the same bytes.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from escrutinio.base.cells import csv_bytes
from escrutinio.base.errors import PublicationError
from escrutinio.base.words.catalogue import N_, languages
from escrutinio.base.words.say import say_in
from escrutinio.base.xlsx import Cell, Sheet, xlsx
from escrutinio.core.election.outcome import Outcome
from escrutinio.evidence.accounts.accounts import Accounts, Majority, Pair
from escrutinio.evidence.accounts.difference_texts import kind_name, slip_name
from escrutinio.evidence.accounts.differences import DIFFERENT, KINDS, Difference, Kind, Slip
from escrutinio.evidence.accounts.elections import definitions, elections_sentence
from escrutinio.evidence.accounts.figures import COLUMNS, ONE_SIDED, figure_rows, row_codes, shown
from escrutinio.evidence.accounts.sources import Joined, Source
from escrutinio.evidence.certainty.irreversibility import Certificate

MAX_ROWS = 1_000_000
"""Most rows of a workbook's sheet; a sheet has 1,048,576."""

_CREATED = 946_684_800  # 2000-01-01: the same content is the same file
_WIDEST = 60


def to_csv(contests: Sequence[Accounts]) -> bytes:
    """UTF-8 CSV with the header `COLUMNS`."""
    return csv_bytes(COLUMNS, (row for accounts in contests for row in figure_rows(accounts)))


def to_xlsx(contests: Sequence[Accounts], language: str) -> bytes:
    """A workbook with the kinds, the areas, the figures that differ and, for three sources, the majority.

    Raises PublicationError for more figures than a sheet holds, KeyError for an unknown language.
    """
    figures = [row for accounts in contests for row in figure_rows(accounts)]
    if len(figures) > MAX_ROWS:
        raise PublicationError("workbook-rows", size=len(figures), limit=MAX_ROWS)
    sheets = [
        Sheet(say_in(language, _SHEETS[name]), _HEADERS[name], rows, _widths(_HEADERS[name], rows))
        for name, rows in (
            ("kinds", [row for accounts in contests for row in _kind_rows(accounts, language)]),
            ("areas", [row for accounts in contests for row in area_rows(accounts)]),
            ("figures", figures),
            ("majority", [row for accounts in contests for row in _majority_rows(accounts)]),
        )
        if rows or name != "majority"
    ]
    return xlsx(sheets, _CREATED)


def _widths(header: Sequence[str], rows: Sequence[tuple[Cell, ...]]) -> dict[int, int]:
    """Each column as wide as its longest text, up to a limit."""
    columns = zip(header, *rows, strict=True)
    longest = (max(len("" if cell is None else str(cell)) for cell in column) for column in columns)
    return {number: min(length + 2, _WIDEST) for number, length in enumerate(longest)}


def _kind_rows(accounts: Accounts, language: str) -> Iterator[tuple[Cell, ...]]:
    for pair in accounts.pairs:
        left, right = accounts.names(pair)
        for kind in KINDS:
            if count := pair.count(kind):
                said = kind_name(kind, language, left=left, right=right)
                yield accounts.joined.contest, left, right, kind.value, said, count


def area_rows(accounts: Accounts) -> Iterator[tuple[Cell, ...]]:
    """A line per pair and area that has a station with a sheet on some side."""
    tree = accounts.joined.tree
    for pair in accounts.pairs:
        head = (accounts.joined.contest, *accounts.names(pair))
        for area, code in enumerate(tree.codes):
            meetings = [pair.count(kind, area) for kind in (Kind.AGREE, *ONE_SIDED)]
            if pair.differ(area) or any(meetings):
                net = sum(abs(votes) for votes in pair.net[area].tolist())
                yield (*head, code, tree.names[area], meetings[0], pair.differ(area), *meetings[1:], net)


def _majority_rows(accounts: Accounts) -> Iterator[tuple[Cell, ...]]:
    if accounts.majority is not None:
        for (agreeing, having), stations in accounts.majority.table().items():
            yield accounts.joined.contest, agreeing, having, stations


_SHEETS = {
    "kinds": N_("kinds"),
    "areas": N_("areas"),
    "figures": N_("figures"),
    "majority": N_("majority"),
}
_HEADERS: Mapping[str, tuple[str, ...]] = {
    "kinds": ("contest", "left", "right", "kind", "meaning", "stations"),
    "areas": (
        *("contest", "left", "right", "area", "name", "agree", "differ", "only_left", "only_right"),
        "net_votes",
    ),
    "figures": COLUMNS,
    "majority": ("contest", "sources_agreeing", "sources_with_sheet", "stations"),
}

Plain = dict[str, object]


def as_plain(contests: Sequence[Accounts]) -> Plain:
    """The whole as JSON values."""
    sources = all_sources(contests)
    elections = {language: elections_sentence(sources, language) for language in sorted(languages())}
    return {
        "version": 1,
        "one_election": not any(elections.values()),
        "definitions": definitions(sources),
        "elections": elections,
        "contests": [_contest(accounts) for accounts in contests],
    }


def all_sources(contests: Sequence[Accounts]) -> list[Source]:
    """Every source of every contest, in order."""
    return [source for accounts in contests for source in accounts.joined.sources]


def _contest(accounts: Accounts) -> Plain:
    joined = accounts.joined
    return {
        "contest": joined.contest,
        "rows": list(joined.view.options),
        "candidates": list(joined.view.candidates),
        "stations": len(joined.stations),
        "sources": [
            {
                "name": source.name,
                "rests_on": source.rests_on,
                "sheets": int(joined.present[at].sum()),
                "zero_reports": [joined.stations[n] for n in joined.zero_report[at].nonzero()[0].tolist()],
                "withheld": source.withheld,
                "alone": joined.alone[at],
                "options_left_out": list(joined.left_out[at]),
                "votes": joined.votes(at).sum(axis=0).tolist(),
            }
            for at, source in enumerate(joined.sources)
        ],
        "pairs": [_pair(accounts, pair) for pair in accounts.pairs],
        "majority": None if accounts.majority is None else _majority(joined, accounts.majority),
    }


def _pair(accounts: Accounts, pair: Pair) -> Plain:
    left, right = accounts.names(pair)
    codes = row_codes(accounts.joined)
    return {
        "left": left,
        "right": right,
        "sentences": {language: list(accounts.sentences(pair, language)) for language in sorted(languages())},
        "kinds": {kind.value: pair.count(kind) for kind in KINDS if pair.count(kind)},
        "differ": pair.differ(),
        "slips": {slip.value: count for slip, count in pair.slips().items()},
        "net": pair.net[0].tolist(),
        "only_right_votes": pair.extra[0].tolist(),
        "only_left_votes": pair.lacking[0].tolist(),
        "outcome": {
            "left": _outcome(pair.outcome_left),
            "right": _outcome(pair.outcome_right),
            "left_with_right_where_they_differ": _outcome(pair.outcome_replaced),
            "and_with_stations_only_on_the_right": _outcome(pair.outcome_joined),
            "changes": pair.changes_order,
        },
        "whatever_is_in_the_stations_that_differ": _certificate(pair.differing),
        "and_in_those_that_the_left_lacks": _certificate(pair.open_stations),
        "areas": [
            dict(zip(_HEADERS["areas"][3:], row[3:], strict=True))
            for row in area_rows(Accounts(accounts.joined, (pair,), None))
        ],
        "differences": [_difference(accounts.joined, each, codes) for each in pair.differences],
    }


def _difference(joined: Joined, difference: Difference, codes: Sequence[str]) -> Plain:
    return {
        "station": joined.stations[difference.station],
        "area": joined.tree.codes[joined.area[difference.station]],
        "kind": difference.kind.value,
        "side": None if difference.side is None else difference.side.value,
        "other_station": None if difference.other is None else joined.stations[difference.other],
        "figures": [
            {
                "row": codes[figure.row],
                "left": shown(figure.left),
                "right": shown(figure.right),
                "slip": figure.slip.value,
            }
            for figure in difference.figures
        ],
    }


def _outcome(found: Outcome) -> Plain:
    votes = {candidate: rank.votes for rank in found.ranks for candidate in rank.candidates}
    return {
        "votes": [votes[candidate] for candidate in sorted(votes)],
        "margin": found.margin,
        "seats": list(found.seats.certain),
    }


def _certificate(found: Certificate) -> Plain:
    return {
        "status": found.finality.value,
        "margin": found.margin,
        "outstanding": found.outstanding.capacity,
        "sentences": {language: list(found.sentences(language)) for language in sorted(languages())},
    }


def _majority(joined: Joined, found: Majority) -> Plain:
    return {
        "stations": [
            {"agree": agreeing, "of": having, "stations": count}
            for (agreeing, having), count in found.table().items()
        ],
        "settled": found.settled,
        "against": {s.name: n for s, n in zip(joined.sources, found.against, strict=True)},
        "votes": list(found.votes),
    }


def slip_table(pair: Pair, language: str) -> list[tuple[Slip, str, int]]:
    """The slips of a pair with their names and how many figures."""
    return [(slip, slip_name(slip, language), count) for slip, count in pair.slips().items()]


def kind_table(accounts: Accounts, pair: Pair, language: str) -> list[tuple[Kind, str, int]]:
    """The kinds of difference that a pair has, the most frequent first, with their names and stations."""
    left, right = accounts.names(pair)
    found = [
        (kind, kind_name(kind, language, left=left, right=right), pair.count(kind)) for kind in DIFFERENT
    ]
    return sorted((row for row in found if row[2]), key=lambda row: -row[2])
