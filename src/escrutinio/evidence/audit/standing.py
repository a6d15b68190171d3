"""Where an audit stands: what it fixed, its rounds, the risk of each of its contests, in words too."""

from dataclasses import dataclass
from fractions import Fraction
from math import ceil

from escrutinio.base.errors import EvidenceError
from escrutinio.base.words.say import say_in
from escrutinio.base.words.titles import title_in
from escrutinio.base.words.wording import percent
from escrutinio.core.records import parts as p
from escrutinio.core.records.codes import AuditMethod
from escrutinio.evidence.audit.boxes import Bound, Uncovered
from escrutinio.evidence.audit.compared import ComparedBox
from escrutinio.evidence.audit.notes import AuditFinding
from escrutinio.evidence.audit.replay import AuditRound
from escrutinio.evidence.audit.since import SheetsSince
from escrutinio.evidence.audit.texts import (
    ASIDE,
    EACH,
    NOT,
    SEVERAL,
    STANDS,
    UNCOVERED,
    UNCOVERED_OF,
    UNKNOWN,
    UNKNOWN_OF,
)


@dataclass(frozen=True, slots=True)
class ContestStanding:
    """One contest of an audit. `boxes`: how many have paper of it; `margin`: the least margin of its outcome,
    in votes; `measured`: its risk so far; `outstanding`: what its boxes do not cover; `risk_outstanding`: its
    risk if all those voters voted against the outcome, None where their number is not known. `settled`: once
    all its paper is counted, whether that has the outcome; `since`: what became of the sheets."""

    contest: str
    titles: tuple[p.Title, ...]
    basis: str
    bound: Bound
    boxes: int
    margin: int
    measured: Fraction
    outstanding: Uncovered
    risk_outstanding: Fraction | None
    settled: bool | None
    since: SheetsSince

    def named(self, language: str) -> str:
        """Its name in a language."""
        return title_in(self.titles, language, self.contest)


@dataclass(frozen=True, slots=True)
class EarlierAudit:
    """An audit that the same organisation began before: the `index` of its commitment, its `risk`, and
    whether all the paper that it counted `refuted` the outcome."""

    index: int
    risk: Fraction
    refuted: bool = False


@dataclass(frozen=True, slots=True)
class AuditStatus:
    """Where an audit stands.

    `index` and `digest` of its commitment, the organisation that it is `by`, the log `size` whose sheets
    it is of, and what that fixes: `method`, `risk_limit`, the stake of the `bet` (None where the
    procedure does not bet), `throwers` of the seed, of whom digits are `awaited`, whether it has `begun`,
    since somebody opened digits or stated dice, so that it cannot be begun again, and the audit that it
    `follows`. `contest`: the one that its records are about; `contests`: all that it is of, that one
    first. `boxes`: how many it draws from; `sum_of_bounds`: U, for the weighted draw. `next`: the boxes
    of the next round, if they all agree enough to end the audit. `compared`: every opened box with what
    was reported and counted. `earlier`: what the same organisation began before it; its risk is not
    stated below theirs.
    """

    contest: str
    index: int
    by: str
    size: int
    digest: bytes
    method: AuditMethod
    risk_limit: Fraction
    contests: tuple[ContestStanding, ...]
    bet: Fraction | None
    throwers: tuple[str, ...]
    awaited: tuple[str, ...]
    begun: bool
    follows: bytes | None
    boxes: int
    sum_of_bounds: Fraction | None
    seed: str | None
    rounds: tuple[AuditRound, ...]
    next: tuple[p.Box, ...]
    notes: tuple[AuditFinding, ...]
    compared: tuple[ComparedBox, ...] = ()
    earlier: tuple[EarlierAudit, ...] = ()

    @property
    def own(self) -> ContestStanding:
        """The contest that its records are about."""
        return self.contests[0]

    def of(self, contest: str) -> ContestStanding:
        """One of its contests. Raises StopIteration for another one."""
        return next(each for each in self.contests if each.contest == contest)

    @property
    def suggested(self) -> tuple[str, ...]:
        """The stations of the next round's boxes."""
        return tuple(box.station for box in self.next)

    @property
    def measured(self) -> Fraction:
        """The risk measured so far; 1 before the first round."""
        return self.rounds[-1].measured.risk if self.rounds else Fraction(1)

    @property
    def risk(self) -> Fraction:
        """The risk as it may be stated: not below that of an earlier audit, unless all paper is counted; 1
        where the sheets that count now have another outcome, and where all paper was counted before with
        another one."""
        if self.moved or any(each.refuted for each in self.earlier):
            return Fraction(1)
        if self.settled is not None:
            return self.measured
        return max(self.measured, *(each.risk for each in self.earlier), Fraction(0))

    @property
    def moved(self) -> bool:
        """Whether the sheets that count now have another outcome than those that it is of."""
        return not all(each.since.same for each in self.contests)

    @property
    def settled(self) -> bool | None:
        """Once every box is counted, whether the paper has the outcome."""
        return self.rounds[-1].settled if self.rounds else None

    @property
    def may_stop(self) -> bool:
        """Whether the risk is at the limit."""
        return self.risk <= self.risk_limit

    @property
    def more(self) -> int | None:
        """Further clean boxes that would end the audit, 0 if it may stop, None if none do or it has not
        begun."""
        return self.rounds[-1].measured.more if self.rounds else None

    @property
    def stands(self) -> str:
        """Where it stands, as a code of `texts.STANDS`."""
        last = self.rounds[-1] if self.rounds else None
        if last is None:
            return "no-seed" if self.seed is None else "no-sample"
        if last.settled is False:
            return "other"
        if self.moved:
            return "moved"
        if last.settled:
            return "against" if any(each.refuted for each in self.earlier) else "settled"
        if last.above:
            return "above"
        if self.may_stop:
            return "stop"
        if self.measured <= self.risk_limit:
            return "again"
        if last.awaiting:
            return "waiting"
        if self.next and len(self.next) == self.more:
            return "vouchers" if self.method is AuditMethod.BRAVO else "more"
        return "rest" if self.next else "full"

    def sentences(self, language: str) -> tuple[str, str]:
        """Where it stands, and what that is not, in a language. Raises KeyError for an unknown language."""
        last = self.rounds[-1] if self.rounds else None
        values = {
            "limit": percent(self.risk_limit, 0 if (100 * self.risk_limit).denominator == 1 else 2, language),
            "risk": _stated(self.risk, language),
            "measured": _stated(self.measured, language),
            "earlier": ", ".join(str(each.index) for each in self.earlier),
            "box": last.above[0] if last and last.above else "–",
            "refuted": ", ".join(str(each.index) for each in self.earlier if each.refuted),
            "size": self.size,
            "boxes": self.boxes,
            "opened": last.opened if last else 0,
            "awaiting": len(last.awaiting) if last else 0,
            "round": len(self.rounds),
            "more": self.more or 0,
            "suggested": len(self.next),
        }
        stands, not_said = say_in(language, STANDS[self.stands], **values), say_in(language, NOT, **values)
        if len(self.contests) > 1:
            stands += " " + self._of_several(language)
        covers = [_cover(each, language, alone=len(self.contests) == 1) for each in self.contests]
        return stands, " ".join([not_said, *(each for each in covers if each and last)])

    def _of_several(self, language: str) -> str:
        """Which contests it is of, each with its risk once there is one."""
        names = [
            say_in(language, EACH, contest=each.named(language), risk=_stated(each.measured, language))
            if self.rounds
            else each.named(language)
            for each in self.contests
        ]
        return say_in(language, SEVERAL, contests="; ".join(names))


def _cover(found: ContestStanding, language: str, *, alone: bool) -> str:
    """What the boxes of a contest do not cover; nothing where they cover all."""
    if not found.outstanding.stations:
        return ""
    worst = found.risk_outstanding
    values = {
        "stations": found.outstanding.stations,
        "contest": found.named(language),
        "worst": "–" if worst is None else _stated(worst, language),
    }
    if alone:
        return say_in(language, UNKNOWN if worst is None else UNCOVERED, **values)
    return say_in(language, UNKNOWN_OF if worst is None else UNCOVERED_OF, **values)


def _stated(risk: Fraction, language: str) -> str:
    return percent(Fraction(ceil(risk * 10**4), 10**4), 2, language)


@dataclass(frozen=True, slots=True)
class LeftAside:
    """A commitment whose audit cannot be made again: its `index`, `digest` and `signer`, and why not."""

    index: int
    digest: bytes
    signer: str
    why: EvidenceError

    def said_in(self, language: str) -> str:
        """That it is left aside and why, in a language. Raises KeyError for an unknown language."""
        return say_in(language, ASIDE, entry=self.index, signer=self.signer, why=self.why)


@dataclass(frozen=True, slots=True)
class Audits:
    """All audits of a contest, in log order: those that can be made again, and the others."""

    made: tuple[AuditStatus, ...] = ()
    aside: tuple[LeftAside, ...] = ()
