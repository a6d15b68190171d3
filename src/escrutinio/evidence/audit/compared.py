"""What each opened box was reported with, what was counted in it, and what that difference does."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from escrutinio.evidence.audit.frame import Frame
from escrutinio.evidence.audit.measure import Counts, Procedure
from escrutinio.evidence.audit.records import AuditRecords
from escrutinio.evidence.audit.replay import AuditRound


@dataclass(frozen=True, slots=True)
class ComparedBox:
    """A box that was opened, for one contest: how often it was `drawn`, and its votes by candidate as
    `reported` and as `counted`, None without an agreed count. `vouchers`: all that were counted. `error`: by
    how many votes the sheet overstated the outcome at most; below zero where it understated all of it."""

    contest: str
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
    audit: AuditRecords, frame: Frame, rounds: Sequence[AuditRound]
) -> tuple[ComparedBox, ...]:
    """Every opened box once for each contest, by its code; none where single vouchers are counted."""
    if not frame.whole:
        return ()
    names = [name for each in rounds for name in each.drawn]
    counts, times = frame.accepted(audit.counted, names).counts, Counter(names)
    return tuple(
        box
        for contest, part in frame.parts.items()
        for box in _compared(contest, part, counts[contest], times)
    )


def _compared(
    contest: str, procedure: Procedure, counts: Counts, times: Mapping[str, int]
) -> Iterator[ComparedBox]:
    for name in sorted(times.keys() & procedure.place.keys()):
        figures = procedure.boxes.figures[procedure.place[name]].tolist()
        reported = tuple(procedure.boxes.votes[procedure.place[name]].tolist())
        counted = counts.get(name)
        if counted is None:
            yield ComparedBox(contest, name, times[name], reported, None, None, None)
            continue
        error = max(a.change(figures) - a.change(counted.figures) for a in procedure.assertions)
        yield ComparedBox(contest, name, times[name], reported, counted.votes, counted.vouchers, error)
