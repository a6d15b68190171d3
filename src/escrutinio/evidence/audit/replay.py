"""The rounds of an audit, made again: what the seed draws, whatever the samples say, and the risk after each.

A sample by whoever began the audit that names all boxes not drawn yet, in the order of their codes, is no
draw: it opens the rest of the paper. Once every box is counted, nothing is left to chance: the paper's totals
have the outcome or not.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from math import ceil

from escrutinio.base.errors import EvidenceError
from escrutinio.core.records import parts as p
from escrutinio.evidence.audit.frame import Frame, greatest
from escrutinio.evidence.audit.measure import Bravo, Measured
from escrutinio.evidence.audit.notes import AuditFinding, note
from escrutinio.evidence.audit.records import AuditRecords, StatedSample

MOST_SUGGESTED = 10_000
"""Most draws that are suggested for the next round; the rest of the paper may be more boxes than that."""

STATED = 10**9
"""Denominator of a risk in a record."""


@dataclass(frozen=True, slots=True)
class AuditRound:
    """One round. `boxes`: what it drew, in order, with repetitions; `opened`: different boxes up to here;
    `awaiting`: those of them without an agreed hand count, or of single vouchers with none since this round,
    where what was not counted is taken to be as wrong as it can be; `above`:
    those that held more than they were taken to hold; `measured`: the risk up to here, the greatest of
    `risks`, by contest. `settled`: once all boxes are counted, whether the paper has the outcome, and `ends`
    the same of each contest all of whose paper is counted; `rest`: whether this round opens the rest."""

    number: int
    boxes: tuple[p.Box, ...]
    opened: int
    awaiting: tuple[str, ...]
    above: tuple[str, ...]
    measured: Measured
    settled: bool | None = None
    rest: bool = False
    risks: Mapping[str, Measured] = field(default_factory=dict)
    ends: Mapping[str, bool] = field(default_factory=dict)

    @property
    def drawn(self) -> tuple[str, ...]:
        """The stations of its boxes."""
        return tuple(box.station for box in self.boxes)


def rounds_of(
    audit: AuditRecords, frame: Frame, limit: Fraction, notes: list[AuditFinding]
) -> tuple[AuditRound, ...]:
    """Every round with the boxes that the seed draws and its risk."""
    if audit.seed is None:
        return ()
    rounds: list[AuditRound] = []
    drawn: tuple[p.Box, ...] = ()
    samples: dict[str, list[int]] = {}
    for number, sample in enumerate(audit.samples, start=1):
        left = unopened(frame, rounds)
        try:
            mine = frame.draw(audit.seed, len(drawn) + len(sample.boxes))[len(drawn) :]
        except EvidenceError:
            mine = ()
        # Who counts could otherwise end the draws, and with them any other end than a whole count.
        rest = sample.own and sample.boxes == tuple(map(p.Box, left)) != mine and frame.whole
        if rest:
            mine = sample.boxes
        elif not mine or (rounds and rounds[-1].rest):
            notes.append(note("sample-size", sample.index, stated=len(sample.boxes)))
            break
        else:
            drawn += mine
            notes += _compare(number, sample, mine)
        for name in {box.station for box in mine}:
            samples.setdefault(name, []).append(sample.index)
        rounds.append(_round(audit, frame, limit, rounds, mine, samples, rest=rest))
    _remark(audit, frame, rounds, notes)
    return tuple(rounds)


def _round(
    audit: AuditRecords,
    frame: Frame,
    limit: Fraction,
    before: Sequence[AuditRound],
    mine: tuple[p.Box, ...],
    samples: Mapping[str, Sequence[int]],
    *,
    rest: bool,
) -> AuditRound:
    drawn = [name for each in before if not each.rest for name in each.drawn]
    names = [box.station for box in mine]
    found = frame.accepted(audit.counted, [*drawn, *names], samples)
    risks = frame.measure(drawn if rest else [*drawn, *names], found.counts, limit, audit.throws.share)
    if not frame.whole and before:
        # A sequential test stands once it was at its limit, whatever is drawn after it and not looked at.
        last = before[-1].risks
        risks = {name: min(each, last[name], key=_risk_of) for name, each in risks.items()}
    ends = frame.settled(found.counts)
    settled = all(ends.values()) if len(ends) == len(frame.parts) else None
    opened = len({*drawn, *names})
    return AuditRound(
        len(before) + 1,
        mine,
        opened,
        found.awaiting,
        found.above,
        greatest(risks),
        settled,
        rest,
        risks,
        ends,
    )


def _risk_of(each: Measured) -> Fraction:
    return each.risk


def unopened(frame: Frame, rounds: Sequence[AuditRound]) -> list[str]:
    """The boxes that no round has drawn, in the order of their codes."""
    inside = {name for each in rounds for name in each.drawn}
    return [name for name in frame.names if name not in inside]


def _compare(number: int, sample: StatedSample, drawn: tuple[p.Box, ...]) -> list[AuditFinding]:
    """The first place at which a sample names another box than the seed draws."""
    for place, (said, found) in enumerate(zip(sample.boxes, drawn, strict=False), start=1):
        if said != found:
            values = {"stated": named(said), "drawn": named(found), "place": place, "round": number}
            return [note("sample-differs", sample.index, **values)]
    return []


def named(box: p.Box) -> str:
    """A box as people write it: its station, and the place in it where one is drawn."""
    return box.station if box.position is None else f"{box.station} #{box.position}"


def _remark(
    audit: AuditRecords, frame: Frame, rounds: Sequence[AuditRound], notes: list[AuditFinding]
) -> None:
    """What the counts of the boxes drawn, and of others, call for."""
    inside = {name for each in rounds for name in each.drawn}
    for contest, part in frame.parts.items():
        counted = audit.counted[contest]
        for box, at in counted.first_entry.items():
            if box not in inside or box not in part.place:
                notes.append(note("not-drawn", at, box=box))
            elif len(counted.agreed.get(box, ())) > 1 and not isinstance(part, Bravo):
                notes.append(note("counts-differ", at, box=box))
        for box in rounds[-1].above if rounds else ():
            for found in counted.agreed.get(box, ())[:1]:
                if part.above(box, found):
                    held = int(part.boxes.bound[part.place[box]])
                    at = counted.first_entry[box]
                    notes.append(note("above-bound", at, box=box, counted=found.vouchers, bound=held))


def next_boxes(
    audit: AuditRecords, frame: Frame, rounds: Sequence[AuditRound], limit: Fraction
) -> tuple[p.Box, ...]:
    """The boxes of the next round: those that would end the audit if all agreed; where that many draws are
    no fewer than the boxes not opened yet, these. None where it has ended, or a bound is refuted."""
    last = rounds[-1] if rounds else None
    if audit.seed is None or (last and (last.rest or last.above or last.settled is not None)):
        return ()
    more = last.measured.more if last else greatest(frame.measure((), {}, limit, audit.throws.share)).more
    left = unopened(frame, rounds)
    if more == 0:
        return ()
    if frame.whole and (more is None or more >= len(left)):
        # Counts that are under way come first; they may leave less to do.
        return () if last and last.awaiting else tuple(map(p.Box, left))
    if more is None or more > MOST_SUGGESTED:
        return ()
    done = sum(len(each.boxes) for each in rounds)
    return frame.draw(audit.seed, done + more)[done:]


def judge_results(audit: AuditRecords, rounds: Sequence[AuditRound]) -> list[AuditFinding]:
    """Results that state another risk than is found here, to their own precision."""
    notes = []
    for index, result in audit.results:
        if not 1 <= result.round <= len(rounds):
            notes.append(note("result-early", index, round=result.round))
            continue
        found, stated = rounds[result.round - 1].measured.risk, result.risk
        if stated.numerator != ceil(found * stated.denominator):
            exact = stated_risk(found)
            values = {
                "round": result.round,
                "stated": f"{stated.numerator}/{stated.denominator}",
                "found": f"{exact.numerator}/{exact.denominator}",
            }
            notes.append(note("result-differs", index, **values))
    return notes


def stated_risk(risk: Fraction) -> p.Fraction:
    """A risk as a record states it: rounded up to billionths."""
    return p.Fraction(ceil(risk * STATED), STATED)
