"""Where the committed audits of a contest stand: what each fixed before its draw, and its rounds."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from math import ceil

from escrutinio.evidence.audit.status import AuditStatus
from escrutinio.publication.documents.code_words import WORDS
from escrutinio.publication.documents.report.document import Answer, Table, Tongue
from escrutinio.publication.documents.report.names import basis_name
from escrutinio.publication.documents.report.results import ContestEvidence


def audit_answers(one: ContestEvidence, say: Tongue) -> Iterator[Answer]:
    """An answer for each audit that was committed to, also where it cannot be made again; `listed` are the
    boxes that await a count."""
    for audit in one.audits.made:
        notes = tuple(note.sentence(say.language) for note in audit.notes)
        tables = (_fixed(one, audit, say), *([_rounds(audit, say)] if audit.rounds else []))
        yield Answer(
            say("The audit that was committed to"),
            (*audit.sentences(say.language), *notes),
            tables,
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
    source = audit.bound.source
    bound = say(WORDS[type(source)][source])
    if audit.bound.most is not None:
        bound += f": {say.whole(audit.bound.most)}"
    rows = [
        (say("Procedure"), say(WORDS[type(audit.method)][audit.method])),
        (say("Risk limit"), say.percent(audit.risk_limit, 2)),
        (say("Basis"), basis_name(one, audit.basis, say)),
        (say("A box holds at most"), bound),
        (say("Who throws the dice"), ", ".join(audit.throwers)),
        (say("digits awaited"), ", ".join(audit.awaited) or say.unknown),
        (say("margin (votes)"), say.whole(audit.margin)),
    ]
    if audit.bet is not None:
        rows.insert(4, (say("Bet"), f"{audit.bet.numerator}/{audit.bet.denominator}"))
    if audit.follows is not None:
        rows.append((say("After"), _entry_of(one, audit.follows, say)))
    return Table(say("What was fixed before the draw"), (say("What"), say("Fixed")), tuple(rows))


def _entry_of(one: ContestEvidence, digest: bytes, say: Tongue) -> str:
    """The entry of an earlier audit; its digest, where that audit cannot be made again."""
    found = next((audit.index for audit in one.audits.made if audit.digest == digest), None)
    return digest.hex() if found is None else f"{say('entry')} {say.whole(found)}"


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
