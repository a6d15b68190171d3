"""escrutinio audit commit and draw: the records of an audit, to be put in a script or sealed."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

import click

from escrutinio.base.beside import write_new
from escrutinio.base.errors import EvidenceError, InputError
from escrutinio.base.words.say import language, say, say_in
from escrutinio.cli.election import Opened, Question, asks, title_of
from escrutinio.cli.explain import in_each
from escrutinio.cli.output import print_json
from escrutinio.cli.sealing import Proposed, Signer, script_text, sealed_files, signs
from escrutinio.core.election.keys import organisation_of, side_of
from escrutinio.core.records import parts as p
from escrutinio.core.records import types as t
from escrutinio.core.records.codecs import word
from escrutinio.core.records.codes import AuditMethod, BoundSource
from escrutinio.evidence.audit.records import AuditRecords
from escrutinio.evidence.audit.rounds import MAX_BOXES, next_sample
from escrutinio.evidence.audit.status import audit_status, frame_of
from escrutinio.evidence.certainty.percentages import parse_percentage

if TYPE_CHECKING:
    from escrutinio.evidence.audit.bounds import Boxes
    from escrutinio.evidence.audit.frame import Frame

METHODS = {word(method): method for method in AuditMethod}
SOURCES = {word(source): source for source in BoundSource}

_DIGEST = re.compile("[0-9a-f]{64}")


def percent_of(text: str) -> Fraction:
    """A percentage as a share above 0 and below 1. Raises EvidenceError, InputError."""
    from escrutinio.evidence.audit.ppeb import check_risk_limit

    share = parse_percentage(text).value
    check_risk_limit(share)
    return share


def commitment_of(text: str | None) -> bytes | None:
    """The digest of a commitment. Raises InputError unless it is 64 lower-case hexadecimal digits."""
    if text is not None and not _DIGEST.fullmatch(text):
        raise InputError("digest-form", value=repr(text[:80]))
    return None if text is None else bytes.fromhex(text)


def give(
    question: Question,
    opened: Opened,
    signer: Signer,
    records: Sequence[Proposed],
    remarks: dict[str, list[str]],
    kept: Sequence[tuple[Path, bytes]] = (),
) -> None:
    """Print the records as entries of a script (or JSON), and seal them where there is a key; `kept`, what
    they commit to, goes into files that nobody else can read."""
    files = sealed_files(opened.state, signer, records, kept)
    entries = [record.as_plain(signer.name) for record in records]
    if question.as_json:
        print_json(
            {"version": 1, "entries": entries, "files": [str(file) for file in files], "sentences": remarks}
        )
        return
    click.echo(script_text(entries, remarks[language()]), nl=False)
    for file in files:
        click.echo(say("sealed: {file}", file=file), err=True)


def audit_of(question: Question, opened: Opened, commitment: str | None) -> AuditRecords:
    """The audit that a command is about: of the commitment with this digest, or the last one. Raises
    EvidenceError where there is none, InputError where other sheets were asked for than it is of."""
    from escrutinio.evidence.audit.records import read_audit

    audit = read_audit(
        opened.state,
        opened.contest.code,
        commitment_of(commitment),
        root_at=opened.root_at,
        attachments=opened.log.attachment,
    )
    check_basis(question, audit.of(opened.contest.code).basis)
    return audit


def check_basis(question: Question, basis: str) -> None:
    """Raise InputError where other sheets were asked for than an audit is of."""
    if question.basis not in (None, basis):
        raise InputError("audit-basis", basis=basis, asked=question.basis)


# --- commit ---


@click.command(
    help=say(
        "Write the commitment to an audit: method, risk limit, the log as it stands, what bounds a box, who "
        "throws the seed and who counts.\n\n"
        "The boxes are the sheets that count now. Two organisations or more have to be named, since a box "
        "is counted once two of them sign the same. Without --throws whoever signs throws dice "
        "in public, which another organisation has to state too.\n\n"
        "With --also further contests are audited with the same boxes, each by its own test: one sample "
        "instead of several. Every box drawn is then counted for each contest that it has paper of.\n\n"
        "Example: escrutinio audit commit public/miniature --contest presidencia --as authority/officer-1 "
        "--counts party/ancla --counts observer/faro"
    )
)
@asks
@click.option("--method", type=click.Choice(list(METHODS)), default="ppeb-betting", show_default=True,
              help=say("How boxes are drawn and risk is measured."))  # fmt: skip
@click.option("--risk-limit", default="5", show_default=True,
              help=say("Risk limit in percent."))  # fmt: skip
@click.option(
    "--bet", metavar="PERCENT", help=say("Stake of the betting, in percent of the greatest; 90 if left out.")
)
@click.option("--bound", type=click.Choice(list(SOURCES)), default="registered", show_default=True,
              help=say("What bounds the vouchers of a box."))  # fmt: skip
@click.option("--most", type=click.IntRange(1, (1 << 32) - 1),
              help=say("How many vouchers a box holds at most, where nothing else says."))  # fmt: skip
@click.option("--manifest", metavar="DIGEST",
              help=say("For --bound manifest: digest of the record with the manifest."))  # fmt: skip
@click.option("--throws", "throwers", multiple=True, metavar="NAME",
              help=say("An organisation that throws digits of the seed, in their order."))  # fmt: skip
@click.option("--counts", "organisations", multiple=True, required=True, metavar="NAME",
              help=say("An organisation that counts; name two or more."))  # fmt: skip
@click.option("--also", multiple=True, metavar="CONTEST",
              help=say("Code of a further contest that is audited with the same boxes."))  # fmt: skip
@signs
def commit(
    question: Question,
    method: str,
    risk_limit: str,
    bet: str | None,
    bound: str,
    most: int | None,
    manifest: str | None,
    throwers: tuple[str, ...],
    organisations: tuple[str, ...],
    also: tuple[str, ...],
    signer: Signer,
) -> None:
    from escrutinio.evidence.audit.records import latest_of

    limit, source = percent_of(risk_limit), SOURCES[bound]
    stake = None if bet is None else _stake(bet)
    listed = commitment_of(manifest)
    if (source is BoundSource.LAW and most is None) or (source is BoundSource.MANIFEST) is (listed is None):
        raise click.UsageError(say("--bound law goes with --most, and --bound manifest with --manifest"))
    opened = question.open()
    _check_organisations(opened, organisations)
    _check_known(opened, throwers)
    state, contests = opened.state, (opened.contest.code, *also)
    fixed = p.AuditedContest("", "", source, most, listed)
    asked, boxes = _audited(opened, question, contests, fixed, METHODS[method], limit)
    head, mine = opened.checkpoint, organisation_of(signer.name)
    before = latest_of(state, contests, side_of(signer.name))
    body = t.AuditCommitment(
        METHODS[method],
        p.Fraction(limit.numerator, limit.denominator),
        p.LogHead(head.origin, head.size, head.root),
        basis=asked[0].basis,
        bound=source,
        most=most,
        bet=stake,
        manifest=listed,
        throwers=throwers or (mine,),
        counters=organisations,
        follows=None if before is None else before.entry.digest,
        beside=asked[1:] or None,
    )
    remarks = in_each(
        lambda language: [
            say_in(
                language,
                "This fixes what is audited: the {boxes:,} boxes whose sheets count ({basis}) in a log of "
                "{size:,} entries.",
                boxes=boxes,
                basis=asked[0].basis,
                size=head.size,
            ),
            say_in(language, "It says nothing yet of the paper; the seed comes after it, from public dice."),
        ]
    )
    give(question, opened, signer, [Proposed(body, contests[0])], remarks)


def _audited(
    opened: Opened,
    question: Question,
    contests: Sequence[str],
    bound: p.AuditedContest,
    method: AuditMethod,
    limit: Fraction,
) -> tuple[tuple[p.AuditedContest, ...], int]:
    """What is audited of each contest, and how many boxes there are of all. Raises EvidenceError, also where
    no number of single vouchers would suffice for one of them."""
    from escrutinio.evidence.audit.boxes import audited_basis, boxes_of
    from escrutinio.evidence.audit.records import part_of

    if len(set(contests)) < len(contests):
        raise EvidenceError("audit-contest-twice")
    state = opened.state
    asked = tuple(
        replace(bound, contest=each, basis=question.basis or audited_basis(state, each)) for each in contests
    )
    every: dict[str, Boxes] = {}
    for each in asked:
        part = part_of(state, each, contests, state.size, opened.log.attachment)
        every[part.contest] = boxes_of(state, part.contest, part.basis, bound=part.bound)
    if method is AuditMethod.BRAVO:
        _check_vouchers(opened, every, limit)
    return asked, len({name for boxes in every.values() for name in boxes.names})


def _check_vouchers(opened: Opened, every: Mapping[str, Boxes], limit: Fraction) -> None:
    """Raises EvidenceError where single vouchers would never do, were all sheets right."""
    from escrutinio.evidence.audit.boxes import registered_of
    from escrutinio.evidence.audit.outcomes import outcome_of
    from escrutinio.evidence.audit.plan import single_vouchers
    from escrutinio.evidence.audit.status import pool_of

    state = opened.state
    outcomes = {
        code: outcome_of(state.contest(code), boxes, registered=registered_of(state, code))
        for code, boxes in every.items()
    }
    pool = pool_of([(boxes, outcomes[code]) for code, boxes in every.items()])
    for code, boxes in every.items():
        if single_vouchers(outcomes[code], boxes, pool, limit) == (None, None):
            stated = sum(boxes.sums[len(boxes.totals) :])
            raise EvidenceError(
                "vouchers-too-few", contest=repr(code), vouchers=stated, places=int(pool.most.sum())
            )


def _stake(text: str) -> p.Fraction:
    share = parse_percentage(text).value
    if not 0 < share <= 1:
        raise EvidenceError("bet-range", bet=share)
    return p.Fraction(share.numerator, share.denominator)


def _check_known(opened: Opened, names: Sequence[str]) -> None:
    known = set(opened.state.organisations)
    for name in names:
        if name not in known:
            there = ", ".join(sorted(known)[:20])
            raise InputError("organisation-unknown", name=repr(name[:80]), known=there)


def _check_organisations(opened: Opened, names: tuple[str, ...]) -> None:
    _check_known(opened, names)
    if len(set(map(side_of, names))) < 2:
        raise InputError("organisations-two")


# --- draw ---


@click.command(
    help=say(
        "Draw the boxes of the next round from the seed in the log, and write the record of the sample.\n\n"
        "With --rest the round opens all the boxes that no round has drawn, after which nothing is left to "
        "chance. With --xlsx the draw is also written as a workbook whose formulas make it again.\n\n"
        "Example: escrutinio audit draw public/miniature --contest presidencia --as authority/officer-1"
    )
)
@asks
@click.option("--commitment", metavar="DIGEST",
              help=say("Digest of the commitment; the last one if left out."))  # fmt: skip
@click.option(
    "--take",
    type=click.IntRange(1, MAX_BOXES),
    help=say("Draws of this round; by default those that end the audit if all boxes agree."),
)
@click.option("--rest", is_flag=True, help=say("Open all boxes that are not open yet."))
@click.option("--xlsx", type=click.Path(path_type=Path, dir_okay=False),
              help=say("Workbook that makes the draw again."))  # fmt: skip
@signs
def draw(
    question: Question,
    commitment: str | None,
    take: int | None,
    rest: bool,
    xlsx: Path | None,
    signer: Signer,
) -> None:
    if rest and take is not None:
        raise click.UsageError(say("--rest and --take exclude each other"))
    opened = question.open()
    audit = audit_of(question, opened, commitment)
    if audit.throws.awaited:
        raise InputError("digits-awaited", names=", ".join(audit.throws.awaited))
    if rest and side_of(signer.name) != audit.organisation:
        raise InputError("audit-rest-of", organisation=audit.organisation)
    made, about = audit.logged.entry.digest, audit.contest
    found = audit_status(opened.state, about, made, attachments=opened.log.attachment)
    frame = frame_of(opened.state, audit)
    drawn = next_sample(found, frame, take=take, rest=rest)
    number = len(found.rounds) + 1
    records = [Proposed(t.AuditSample(made, number, drawn), about)]
    if xlsx is not None:
        done = sum(len(each.boxes) for each in found.rounds)
        _write_workbook(xlsx, opened, frame, found.seed or "", done + len(drawn))
    remarks = in_each(
        lambda language: [
            say_in(
                language,
                "Round {number}: {boxes:,} draws give {different:,} different boxes; anybody draws the same "
                "from the seed and the log.",
                number=number,
                boxes=len(drawn),
                different=len({box.station for box in drawn}),
            ),
            say_in(
                language,
                "Nobody may choose other boxes, and the draw does not say whether any sheet matches its "
                "ballots.",
            ),
        ]
    )
    give(question, opened, signer, records, remarks)


def _write_workbook(path: Path, opened: Opened, frame: Frame, seed: str, draws: int) -> None:
    from escrutinio.evidence.audit.measure import Ppeb
    from escrutinio.publication.downloads.audit_sheet import AuditSheet, SheetContest, audit_workbook

    if not isinstance(frame.first, Ppeb):
        raise InputError("workbook-unweighted")
    contests = []
    for code, part in frame.parts.items():
        view = opened.state.contest(code)
        name = title_of(view.titles, code)
        contests.append(SheetContest(name, part.boxes, part.assertions, view.candidates, view.classes))
    write_new((path, audit_workbook(AuditSheet(contests, seed, draws), language())))
