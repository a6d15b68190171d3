"""escrutinio audit status: an audit made again from the log."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import click

from escrutinio.base.errors import EvidenceError
from escrutinio.base.words.catalogue import languages
from escrutinio.base.words.say import Joined, language, said_in_all, say
from escrutinio.base.words.wording import percent, whole
from escrutinio.cli.audit_records import check_basis, commitment_of
from escrutinio.cli.election import Opened, Question, asks, title_of
from escrutinio.cli.explain import in_each, plain, print_facts, print_method, print_sentences, print_table
from escrutinio.cli.output import print_json
from escrutinio.evidence.audit.replay import named, stated_risk
from escrutinio.evidence.audit.sources import sources_of

if TYPE_CHECKING:
    from escrutinio.evidence.audit.standing import AuditStatus, ContestStanding, LeftAside

SHOWN_BOXES = 200


def heading(opened: Opened, basis: str, boxes: int) -> str:
    """What is audited: the contest, the sheets, and how many boxes."""
    name = title_of(opened.contest.titles, opened.contest.code)
    return say("{name}, {basis}: {boxes:,} boxes", name=name, basis=basis, boxes=boxes)


@click.command(
    help=say(
        "Make an audit again from the log: draw, hand counts, risk after each round, and what comes next.\n\n"
        "What does not fit (a sample that the seed does not draw, a count of a box not drawn, a result that "
        "states another risk) is noted and changes no figure.\n\n"
        "Example: escrutinio audit status public/miniature --contest presidencia"
    )
)
@asks
@click.option(
    "--commitment",
    metavar="DIGEST",
    help=say("Digest of the commitment; the last one that can be made again if left out."),
)
def status(question: Question, commitment: str | None) -> None:
    from escrutinio.evidence.audit.standing import Audits
    from escrutinio.evidence.audit.status import audit_status, audit_statuses

    digest = commitment_of(commitment)
    opened = question.open()
    asked: dict[str, Any] = {"attachments": opened.log.attachment, "root_at": opened.root_at}
    audits = Audits() if digest else audit_statuses(opened.state, opened.contest.code, **asked)
    if audits.aside and not audits.made:
        raise EvidenceError("audits-aside", why=Joined(audits.aside, " "))
    made = audits.made or (audit_status(opened.state, opened.contest.code, digest, **asked),)
    found = made[-1]
    here = found.of(opened.contest.code)
    check_basis(question, here.basis)
    sources = sources_of(
        [opened.state.contest(each.contest) for each in found.contests],
        tuple(dict.fromkeys(each.method for each in made)),
    )
    if question.as_json:
        print_json(_status_as_plain(found, here, made[:-1], audits.aside, sources))
    else:
        click.echo(heading(opened, here.basis, here.boxes))
        _print_status(found, here, audits.aside, opened.contest.candidates)
        _print_others(made[:-1])
        print_method(say("risk-limiting audits"), sources)


def _print_status(
    found: AuditStatus, here: ContestStanding, aside: Sequence[LeftAside], candidates: Sequence[str]
) -> None:
    from escrutinio.core.records.codecs import word

    lang = language()
    print_sentences(found)
    print_facts(
        [
            (say("commitment"), found.digest.hex()),
            (say("entry"), str(found.index)),
            (say("begun by"), found.by),
            (say("sheets at log size"), whole(found.size, lang)),
            (say("method"), word(found.method)),
            (say("risk limit"), percent(found.risk_limit, 2, lang)),
            (say("margin (votes)"), whole(here.margin, lang)),
            (say("bound of a box"), _bound(here, lang)),
            (say("throws the seed"), ", ".join(found.throwers)),
            (say("digits awaited"), ", ".join(found.awaited) or "–"),
            (say("seed"), found.seed or "–"),
            (say("stations without a box"), whole(here.outstanding.stations, lang)),
        ]
    )
    _print_contests(found)
    if found.rounds:
        header = (
            say("round"), say("drawn"), say("boxes so far"),
            say("without an agreed count"), say("risk"), "MACRO",
        )  # fmt: skip
        rows = [
            (
                whole(each.number, lang),
                whole(len(each.drawn), lang),
                whole(each.opened, lang),
                whole(len(each.awaiting), lang),
                _risk(each.measured.risk),
                "–" if each.measured.macro is None else _risk(each.measured.macro),
            )
            for each in found.rounds
        ]
        print_table(header, rows)
        if awaiting := found.rounds[-1].awaiting:
            click.echo(say("\nTo be counted: ") + _listed(awaiting))
    _print_compared(found, here.contest, candidates)
    if found.next:
        click.echo(say("\nNext round: ") + _listed([named(box) for box in found.next]))
    for note in found.notes:
        click.echo(say("\nNote: ") + note.sentence(lang))
    for other in aside:
        click.echo(say("\nNote: ") + other.said_in(lang))


def _bound(here: ContestStanding, lang: str) -> str:
    """What bounds a box, with the number that the commitment gives."""
    from escrutinio.core.records.codecs import word

    most = here.bound.most
    return word(here.bound.source) + ("" if most is None else f" ({whole(most, lang)})")


def _print_contests(found: AuditStatus) -> None:
    """The contests of an audit of several, each with its boxes and its risk."""
    if len(found.contests) < 2:
        return
    lang = language()
    header = (say("contest"), say("basis"), say("boxes"), say("margin (votes)"), say("risk"))
    rows = [
        (
            each.named(lang),
            each.basis,
            whole(each.boxes, lang),
            whole(each.margin, lang),
            _risk(each.measured) if found.rounds else "–",
        )
        for each in found.contests
    ]
    print_table(header, rows)


def _print_compared(found: AuditStatus, contest: str, candidates: Sequence[str]) -> None:
    """Box by box, what was counted for a contest and where that differs from the sheet."""
    compared = [each for each in found.compared if each.contest == contest]
    if not compared:
        return
    lang = language()
    header = (
        say("box"),
        say("drawn"),
        say("vouchers counted"),
        say("error for the outcome"),
        say("differs by"),
    )
    rows = []
    for each in compared[:SHOWN_BOXES]:
        changed = zip(candidates, each.differences, strict=True)
        differs = ", ".join(f"{name} {number:+d}" for name, number in changed if number)
        if each.vouchers is None or each.error is None:
            rows.append((each.station, whole(each.drawn, lang), "–", "–", say("not counted")))
            continue
        numbers = (whole(each.drawn, lang), whole(each.vouchers, lang), whole(each.error, lang))
        rows.append((each.station, *numbers, differs or say("nothing")))
    print_table(header, rows)


def _print_others(others: Sequence[AuditStatus]) -> None:
    """The other audits of the contest, none of which is forgotten."""
    if not others:
        return
    lang = language()
    click.echo(say("\nOther audits of this contest:"))
    header = (
        say("entry"),
        say("commitment"),
        say("begun by"),
        say("boxes opened"),
        say("risk"),
        say("at its limit"),
    )
    rows = [
        (
            whole(each.index, lang),
            each.digest.hex()[:16],
            each.by,
            whole(each.rounds[-1].opened if each.rounds else 0, lang),
            _risk(each.risk),
            say("yes") if each.may_stop else say("no"),
        )
        for each in others
    ]
    print_table(header, rows)


def _risk(risk: Fraction) -> str:
    """A risk in percent, rounded up."""
    up = -(-risk.numerator * 10**6 // risk.denominator)
    return percent(Fraction(up, 10**6), 4, language())


def _listed(boxes: Sequence[str]) -> str:
    hidden = len(boxes) - SHOWN_BOXES
    more = say(" … and {hidden} more", hidden=hidden) if hidden > 0 else ""
    return ", ".join(boxes[:SHOWN_BOXES]) + more


def _status_as_plain(
    found: AuditStatus,
    here: ContestStanding,
    others: Sequence[AuditStatus],
    aside: Sequence[LeftAside],
    sources: Sequence[str],
) -> dict[str, object]:
    from escrutinio.core.records.codecs import word

    def risk_as_plain(risk: Fraction | None) -> dict[str, int] | None:
        if risk is None:
            return None
        stated = stated_risk(risk)
        return {"numerator": stated.numerator, "denominator": stated.denominator}

    return {
        "version": 1,
        "contest": here.contest,
        "basis": here.basis,
        "commitment": found.digest.hex(),
        "entry": found.index,
        "by": found.by,
        "size": found.size,
        "method": word(found.method),
        "risk_limit": plain(found.risk_limit),
        "boxes": found.boxes,
        "contests": [
            {
                "contest": each.contest,
                "basis": each.basis,
                "bound": word(each.bound.source),
                "boxes": each.boxes,
                "margin": each.margin,
                "mixed": [list(names) for names in each.bound.mixed.values()],
                "risk": risk_as_plain(each.measured),
                "settled": each.settled,
                "since": {
                    "changed": each.since.changed,
                    "added": each.since.added,
                    "same_outcome": each.since.same,
                },
            }
            for each in found.contests
        ],
        "margin": here.margin,
        "sum_of_bounds": plain(found.sum_of_bounds),
        "bound": word(here.bound.source),
        "throwers": list(found.throwers),
        "awaited": list(found.awaited),
        "follows": None if found.follows is None else found.follows.hex(),
        "seed": found.seed,
        "rounds": [
            {
                "number": each.number,
                "drawn": [named(box) for box in each.boxes],
                "rest": each.rest,
                "opened": each.opened,
                "awaiting": list(each.awaiting),
                "above": list(each.above),
                "risk": risk_as_plain(each.measured.risk),
                "macro": risk_as_plain(each.measured.macro),
                "more": each.measured.more,
            }
            for each in found.rounds
        ],
        "risk": risk_as_plain(found.risk),
        "may_stop": found.may_stop,
        "settled": found.settled,
        "stands": found.stands,
        "earlier": [
            {"entry": each.index, "risk": risk_as_plain(each.risk), "refuted": each.refuted}
            for each in found.earlier
        ],
        "others": [
            {
                "entry": each.index,
                "commitment": each.digest.hex(),
                "by": each.by,
                "risk": risk_as_plain(each.risk),
                "may_stop": each.may_stop,
                "settled": each.settled,
            }
            for each in others
        ],
        "next": [named(box) for box in found.next],
        "compared": [
            {
                "contest": each.contest,
                "station": each.station,
                "drawn": each.drawn,
                "reported": list(each.reported),
                "counted": None if each.counted is None else list(each.counted),
                "vouchers": each.vouchers,
                "error": each.error,
            }
            for each in found.compared
        ],
        "outstanding": {
            "stations": here.outstanding.stations,
            "registered": here.outstanding.registered,
            "risk": risk_as_plain(here.risk_outstanding),
        },
        "notes": [
            {
                "code": each.code,
                "entries": list(each.entries),
                "sentence": {lang: each.sentence(lang) for lang in sorted(languages())},
            }
            for each in found.notes
        ],
        "left_aside": [
            {
                "commitment": each.digest.hex(),
                "entry": each.index,
                "by": each.signer,
                "why": each.why.plain(),
                "sentence": said_in_all(each),
            }
            for each in aside
        ],
        "sentences": in_each(found.sentences),
        "sources": list(sources),
    }
