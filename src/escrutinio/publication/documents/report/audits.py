"""Where the committed audits of a contest stand: what each fixed before its draw, and its rounds."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import ceil

from escrutinio.evidence.audit.standing import AuditStatus
from escrutinio.publication.documents.chart_audit import progress_chart
from escrutinio.publication.documents.code_words import WORDS
from escrutinio.publication.documents.report.document import Answer, Table, Tongue
from escrutinio.publication.documents.report.names import basis_name, candidate_name
from escrutinio.publication.documents.report.results import ContestEvidence

MOST_BOXES = 200
"""Boxes of an audit that the report lists; `audit status --json` has all."""


@dataclass(frozen=True, slots=True)
class AuditProgress:
    """How an audit stands, for a page of all audits: the `index` of its commitment, its contests by name, the
    first `sentences` on it, and the picture of its rounds, empty before the first."""

    index: int
    contests: tuple[str, ...]
    sentences: tuple[str, ...]
    picture: str


def audits_progress(found: Sequence[ContestEvidence], language: str) -> tuple[AuditProgress, ...]:
    """Every audit that can be made again, of several contests once, in the log's order."""
    made = {audit.index: audit for one in found for audit in one.audits.made}
    return tuple(
        AuditProgress(
            index,
            tuple(each.named(language) for each in audit.contests),
            tuple(audit.sentences(language)[:2]),
            progress_chart(audit, f"audit-{index}", language) if audit.rounds else "",
        )
        for index, audit in sorted(made.items())
    )


def audit_answers(one: ContestEvidence, say: Tongue) -> Iterator[Answer]:
    """An answer for each audit that was committed to, also where it cannot be made again; `listed` are the
    boxes that await a count."""
    for audit in one.audits.made:
        notes = tuple(note.sentence(say.language) for note in audit.notes)
        tables = [_fixed(one, audit, say)]
        if len(audit.contests) > 1:
            tables.append(_contests(one, audit, say))
        if audit.rounds:
            tables.append(_rounds(audit, say))
        if audit.compared:
            tables.append(_boxes(one, audit, say))
        yield Answer(
            say("The audit that was committed to"),
            (*audit.sentences(say.language), *notes),
            tuple(tables),
            (progress_chart(audit, f"{one.view.code}-audit-{audit.index}", say.language),)
            if audit.rounds
            else (),
            key=f"e{audit.index}",
            entries=(audit.index,),
            listed=audit.rounds[-1].awaiting if audit.rounds else (),
        )
    for other in one.audits.aside:
        yield Answer(
            say("An audit that cannot be made again"),
            (other.said_in(say.language),),
            key=f"e{other.index}",
            entries=(other.index,),
        )


def _fixed(one: ContestEvidence, audit: AuditStatus, say: Tongue) -> Table:
    here = audit.of(one.view.code)
    source = here.bound.source
    bound = say(WORDS[type(source)][source])
    if here.bound.most is not None:
        bound += f": {say.whole(here.bound.most)}"
    rows = [
        (say("Begun by"), audit.by),
        (say("Sheets at log size"), say.whole(audit.size)),
        (say("Procedure"), say(WORDS[type(audit.method)][audit.method])),
        (say("Risk limit"), say.percent(audit.risk_limit, 2)),
        (say("Basis"), basis_name(one, here.basis, say)),
        (say("A box holds at most"), bound),
        (say("Who throws the dice"), ", ".join(audit.throwers)),
        (say("digits awaited"), ", ".join(audit.awaited) or say.unknown),
        (say("margin (votes)"), say.whole(here.margin)),
    ]
    if audit.bet is not None:
        rows.insert(6, (say("Bet"), f"{audit.bet.numerator}/{audit.bet.denominator}"))
    if audit.earlier:
        before = ", ".join(f"{say('entry')} {say.whole(each.index)}" for each in audit.earlier)
        rows.append((say("Begun before by the same organisation"), before))
    if audit.follows is not None:
        rows.append((say("After"), _entry_of(one, audit.follows, say)))
    return Table(say("What was fixed before the draw"), (say("What"), say("Fixed")), tuple(rows))


def _entry_of(one: ContestEvidence, digest: bytes, say: Tongue) -> str:
    """The entry of an earlier audit; its digest, where that audit cannot be made again."""
    found = next((audit.index for audit in one.audits.made if audit.digest == digest), None)
    return digest.hex() if found is None else f"{say('entry')} {say.whole(found)}"


def _contests(one: ContestEvidence, audit: AuditStatus, say: Tongue) -> Table:
    """The contests that are audited with the same boxes, each with its own risk."""
    header = (say("contest"), say("basis"), say("boxes"), say("margin (votes)"), say("risk"))
    rows = tuple(
        (
            each.named(say.language),
            basis_name(one, each.basis, say),
            say.whole(each.boxes),
            say.whole(each.margin),
            say.percent(Fraction(ceil(each.measured * 10**4), 10**4), 2) if audit.rounds else say.unknown,
        )
        for each in audit.contests
    )
    return Table(say("Contests of this audit"), header, rows)


def _rounds(audit: AuditStatus, say: Tongue) -> Table:
    header = (
        say("round"),
        say("drawn"),
        say("boxes so far"),
        say("without an agreed count"),
        say("risk"),
    )
    rows = tuple(
        (
            say.whole(each.number),
            say.whole(len(each.drawn)),
            say.whole(each.opened),
            say.whole(len(each.awaiting)),
            say.percent(Fraction(ceil(each.measured.risk * 10**4), 10**4), 2),
        )
        for each in audit.rounds
    )
    return Table(say("Rounds of the draw"), header, rows)


def _boxes(one: ContestEvidence, audit: AuditStatus, say: Tongue) -> Table:
    """Box by box: votes of each candidate as reported, as counted, and the difference, where there is one."""
    header = (
        say("box"),
        say("votes reported"),
        say("votes counted"),
        say("difference"),
        say("error for the outcome"),
    )
    names = [candidate_name(one, code, say) for code in one.view.candidates]
    rows = []
    mine = [each for each in audit.compared if each.contest == one.view.code]
    for each in mine[:MOST_BOXES]:
        if each.counted is None or each.error is None:
            rows.append((each.station, say.whole(sum(each.reported)), "–", "–", "–"))
            continue
        changed = zip(names, each.differences, strict=True)
        differs = ", ".join(f"{name} {say.signed(number)}" for name, number in changed if number) or "0"
        votes = say.whole(sum(each.reported)), say.whole(sum(each.counted))
        rows.append((each.station, *votes, differs, say.whole(each.error)))
    return Table(say("Boxes opened"), header, tuple(rows))
