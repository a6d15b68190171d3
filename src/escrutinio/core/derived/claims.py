"""The table of announced results: each figure of each claim beside what every basis of the log counts."""

from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from escrutinio.base.cells import text_cell
from escrutinio.base.words.titles import title_in
from escrutinio.core.derived.cells import table_bytes
from escrutinio.core.election.definition import OTHERS
from escrutinio.core.election.state import ElectionState, Logged, Standing
from escrutinio.core.election.totals import Totals
from escrutinio.core.records.types import Claim

HEADER = (
    *("index", "claim", "signer", "speaker_en", "speaker_es", "announced_on", "contest", "area", "covered"),
    *("turnout", "item", "candidate", "announced", "percent", "basis", "stations_declared"),
    *("stations_counted", "counted", "difference", "retracted"),
)

Count = Callable[[str, str], Totals]
"""Totals by contest and basis."""


class Figure(NamedTuple):
    """One announced figure. `item`: votes, others, valid, null, ballots or registered."""

    item: str
    candidate: str
    announced: int | None
    percent: str


def claim_table(state: ElectionState, count: Count, bases: Callable[[str], Sequence[str]]) -> bytes:
    """Write claims.csv; `bases` gives the codes of the bases of a contest that have sheets.

    A figure whose contest, area or candidate the definition does not have, or that the log does not count
    (registered voters), stands alone; so does every figure while no basis has a sheet. A claim that was taken
    back is there too, with the index of its retraction.
    """
    shown = (Standing.EFFECTIVE, Standing.RETRACTED)
    claims = (found for logged in state.controls if logged.standing in shown and (found := logged.of(Claim)))
    rows = (row for logged in claims for row in _rows(state, count, bases, logged))
    return table_bytes(HEADER, map(",".join, rows))


def _rows(
    state: ElectionState, count: Count, bases: Callable[[str], Sequence[str]], logged: Logged[Claim]
) -> Iterator[tuple[str, ...]]:
    entry, claim = logged.entry, logged.body
    code = entry.about.contest or ""
    contest = next((contest for contest in state.contests if contest.code == code), None)
    area = entry.about.area or (contest.area if contest else "")
    head = (
        *(str(logged.index), claim.code, entry.signer),
        *(text_cell(title_in(claim.speaker, "en", "")), text_cell(title_in(claim.speaker, "es", ""))),
        *(claim.announced_on, code, area, text_cell(claim.covered or ""), text_cell(claim.turnout or "")),
    )
    figures = list(_figures(claim, contest.candidates if contest else ()))
    retracted = _number(state.retracted.get(logged.index))
    known = bases(code) if contest and area in state.areas.index else ()
    for figure in figures:
        said = (figure.item, figure.candidate, _number(figure.announced), text_cell(figure.percent))
        if not known:
            yield (*head, *said, "", "", "", "", "", retracted)
        for basis in known:
            assert contest is not None
            found, at = count(code, basis), state.areas.index[area]
            counted = _counted(figure, found, at, contest.candidates, figures)
            gap = None if counted is None or figure.announced is None else figure.announced - counted
            coverage = (str(found.stations_declared[at]), str(found.stations_counted[at]))
            yield (*head, *said, basis, *coverage, _number(counted), _number(gap), retracted)


def _figures(claim: Claim, candidates: tuple[str, ...]) -> Iterator[Figure]:
    for row in claim.rows:
        item = OTHERS if row.candidate == OTHERS and OTHERS not in candidates else "votes"
        yield Figure(item, row.candidate if item == "votes" else "", row.votes, row.percent or "")
    for item in ("valid", "null", "ballots", "registered"):
        if (announced := getattr(claim, item)) is not None:
            yield Figure(item, "", announced, "")


def _counted(
    figure: Figure, found: Totals, at: int, candidates: tuple[str, ...], figures: list[Figure]
) -> int | None:
    """What the counted sheets of an area add up to for a figure; None where they do not say."""
    votes: dict[str, int] = dict(zip(candidates, found.candidates[at].tolist(), strict=True))
    valid = int(found.valid[at])
    if figure.item in ("null", "ballots") and found.classes_unknown[at]:
        return None
    match figure.item:
        case "votes":
            return votes.get(figure.candidate)
        case "others":
            return sum(votes.values()) - sum(
                votes.get(candidate, 0) for candidate in {f.candidate for f in figures}
            )
        case "valid":
            return valid
        case "null":
            return int(found.null[at])
        case "ballots":
            return int(found.ballots[at])
        case _:
            return None


def _number(value: int | None) -> str:
    return "" if value is None else str(value)
