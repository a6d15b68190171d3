"""What each opened box was reported with, what was counted in it, and what that difference does."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from escrutinio.evidence.audit.measure import Procedure
from escrutinio.evidence.audit.records import AuditRecords
from escrutinio.evidence.audit.replay import AuditRound, accepted


@dataclass(frozen=True, slots=True)
class ComparedBox:
    """A box that was opened: how often it was `drawn`, and its votes by candidate as `reported` and as
    `counted`, None without an agreed count. `vouchers`: all that were counted. `error`: by how many votes the
    sheet overstated the outcome at most; below zero where it understated all of it."""

    station: str
    drawn: int
    reported: tuple[int, ...]
    counted: tuple[int, ...] | None
    vouchers: int | None
    error: int | None

    @property
    def differences(self) -> tuple[int, ...]:
        """Counted less reported, by candidate; zero where nothing is counted."""
        counted = self.reported if self.counted is None else self.counted
        return tuple(found - said for said, found in zip(self.reported, counted, strict=True))


def compared_boxes(
    audit: AuditRecords, procedure: Procedure, rounds: Sequence[AuditRound]
) -> tuple[ComparedBox, ...]:
    """Every opened box once, by its code; none where single vouchers are counted."""
    if not procedure.whole:
        return ()
    names = [name for each in rounds for name in each.drawn]
    counts, times = accepted(audit, procedure, names).counts, Counter(names)
    found = []
    for name in sorted(times):
        figures = procedure.boxes.figures[procedure.place[name]].tolist()
        reported = tuple(procedure.boxes.votes[procedure.place[name]].tolist())
        counted = counts.get(name)
        if counted is None:
            found.append(ComparedBox(name, times[name], reported, None, None, None))
            continue
        error = max(a.change(figures) - a.change(counted.figures) for a in procedure.assertions)
        found.append(ComparedBox(name, times[name], reported, counted.votes, counted.vouchers, error))
    return tuple(found)
