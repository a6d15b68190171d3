"""What counts of a publication's sheets, contest by contest, and what keeps the others from counting."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import click
import numpy as np
from numpy.typing import NDArray

from escrutinio.base.words.say import language, say, say_many_in
from escrutinio.core.election.embargo import early_records
from escrutinio.core.election.findings.finding import MORE, REGISTERED
from escrutinio.core.election.rows import SheetTable
from escrutinio.core.election.state import ElectionState, Status
from escrutinio.intake.mapping.rows import BadRow

SHOWN = 10
"""Most rows that are listed."""


def say_early(state: ElectionState, seconds: int) -> None:
    """Say, where a log has results before these may be public by its calendar, who answers for that."""
    if early := early_records(state, seconds):
        click.echo(
            say(
                "The log has records with results before these may be public by its calendar: {count:,}. "
                "Whoever publishes them sooner answers for it by the law of the place.",
                count=len(early),
            ),
            err=True,
        )


@dataclass(frozen=True, slots=True)
class Counting:
    """The sheets of a contest on one basis ("" for those that belong to none).

    `sheets` were published, of which `counted` count, at as many of its `stations`; `repeated` say again what
    one that counts says; `kept` gives by code of a finding how many sheets it keeps from counting.
    """

    contest: str
    basis: str
    stations: int
    sheets: int
    counted: int
    repeated: int
    kept: Mapping[str, int]

    def as_plain(self) -> dict[str, object]:
        """The same for JSON."""
        return {
            "contest": self.contest,
            "basis": self.basis or None,
            "stations": self.stations,
            "sheets": self.sheets,
            "counted": self.counted,
            "repeated": self.repeated,
            "kept": dict(self.kept),
        }

    def sentence(self) -> str:
        """How many count of how many, and why the others do not."""
        said = say(
            "{contest}, {basis}: {counted:,} of {sheets:,} sheets count, for {stations:,} stations.",
            contest=self.contest,
            basis=self.basis or "–",
            counted=self.counted,
            sheets=self.sheets,
            stations=self.stations,
        )
        why = [f"{count:,} × {REGISTERED[code].label(language())}" for code, count in self.kept.items()]
        if self.repeated:
            why.append(f"{self.repeated:,} × " + say("the same again"))
        return said if not why else said + " " + say("Not counted: {listed}.", listed=", ".join(why))


def countings(state: ElectionState) -> Iterator[Counting]:
    """What counts of each contest, in the order of the contests, basis by basis; evidence and what was taken
    back are no sheets to count."""
    for view in state.contests:
        table = state.tables.get(view.code)
        if table is None:
            continue
        meant = ~np.isin(table.status, (Status.EVIDENCE, Status.RETRACTED))
        for number in np.unique(table.basis[meant]).tolist():
            mine = meant & (table.basis == number)
            yield Counting(
                view.code,
                state.bases[number].code if number >= 0 else "",
                int(view.stations.sum()),
                int(mine.sum()),
                int((mine & (table.status == Status.COUNTED)).sum()),
                int((mine & (table.status == Status.DUPLICATE)).sum()),
                _kept(state, view.code, table, mine),
            )


def _kept(state: ElectionState, contest: str, table: SheetTable, mine: NDArray[np.bool_]) -> dict[str, int]:
    left = set(table.index[mine & np.isin(table.status, (Status.PENDING, Status.REFUSED))].tolist())
    why = Counter[str]()
    for finding in state.findings:
        if finding.row.keeps and finding.contest in (contest, None):
            here = sum(entry in left for entry in finding.entries)
            if here and any(name == MORE for name, _ in finding.values):
                here = finding.count
            why[finding.code] += here
    return {code: count for code, count in why.most_common() if count}


def zero_sentence(rows: Sequence[BadRow]) -> str:
    """That rows without any vote are no sheets, with the first of them."""
    listed = ", ".join(f"{row.source}:{row.line}" for row in rows[:SHOWN])
    if (more := len(rows) - SHOWN) > 0:
        listed += " " + say("and {count:,} more", count=more)
    return say_many_in(
        language(),
        len(rows),
        "{count:,} row has no vote at all: a zero report until a person says that it is a sheet "
        "(confirmed, docs/importing.md) or a column of states does: {listed}.",
        "{count:,} rows have no vote at all: zero reports until a person says that they are sheets "
        "(confirmed, docs/importing.md) or a column of states does: {listed}.",
        count=len(rows),
        listed=listed,
    )


def nothing_counts(found: list[Counting]) -> bool:
    """Whether a contest has sheets, and none of them counts on any basis."""
    counted = Counter[str]()
    for each in found:
        counted[each.contest] += each.counted
    return any(not count for count in counted.values())
