"""escrutinio audit: what an audit of the boxes takes, its records, and where it stands."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from escrutinio.base.beside import write_new
from escrutinio.base.errors import EvidenceError
from escrutinio.base.words.say import language, say
from escrutinio.base.words.wording import decimal, percent, whole
from escrutinio.cli import audit_papers, audit_records, audit_status, audit_throws, hand_counts
from escrutinio.cli.audit_records import commitment_of, percent_of
from escrutinio.cli.audit_status import heading
from escrutinio.cli.election import Opened, Question, asks, title_of
from escrutinio.cli.explain import in_each, plain, print_method, print_sentences, print_table
from escrutinio.cli.output import print_json
from escrutinio.core.records.codes import BoundSource
from escrutinio.evidence.audit.sources import PLANNED, sources_of

if TYPE_CHECKING:
    from escrutinio.core.election.state import ContestView
    from escrutinio.evidence.audit.bounds import Boxes
    from escrutinio.evidence.audit.boxes import Bound
    from escrutinio.evidence.audit.joint import JointPlan
    from escrutinio.evidence.audit.plan import AuditPlan


@click.group(
    help=say(
        "Plan an audit of the boxes, write its records, and see where it stands.\n\n"
        "An audit is committed to, then seeded with public dice, then draws boxes that two organisations "
        "count without having seen each other's count; docs/audits.md has the mathematics.\n\n"
        "Example: escrutinio audit plan public/venezuela-2024 --risk-limit 5"
    )
)
def command() -> None:
    pass


command.add_command(audit_status.status)
command.add_command(audit_records.commit)
command.add_command(audit_records.draw)
command.add_command(audit_throws.throw)
command.add_command(hand_counts.record)
command.add_command(audit_papers.papers)


@dataclass(frozen=True)
class Planned:
    """The plan, the plan with every outstanding registered voter against the outcome (None: no audit can
    confirm that, or their number is not known), and what the hot audit's rule selects."""

    basis: str
    plan: AuditPlan
    outstanding: int | None
    worst: AuditPlan | None
    hot_opened: int
    hot_stations: int


@command.command(
    help=say(
        "Say how many boxes, or vouchers, an audit of the outcome opens, by each method.\n\n"
        "With --also further contests are planned for with the same sample, each by its own test.\n\n"
        "With --arlo the boxes are written as manifest and tallies, so that other software can plan too.\n\n"
        "Example: escrutinio audit plan public/venezuela-2024 --risk-limit 5 --registered 21321805"
    )
)
@asks
@click.option("--risk-limit", default="5", show_default=True,
              help=say("Risk limit in percent."))  # fmt: skip
@click.option("--most", type=click.IntRange(1, (1 << 32) - 1),
              help=say("How many vouchers a box holds at most whose voters are not known; the largest known "
                       "number if left out."))  # fmt: skip
@click.option("--manifest", metavar="DIGEST",
              help=say("Digest of the record with the manifest that bounds the boxes."))  # fmt: skip
@click.option("--registered", type=click.IntRange(1, 10**10),
              help=say("Voters on the whole roll."))  # fmt: skip
@click.option("--also", multiple=True, metavar="CONTEST",
              help=say("Code of a further contest that is audited with the same boxes."))  # fmt: skip
@click.option("--arlo", type=click.Path(path_type=Path, file_okay=False),
              help=say("Directory for manifest.csv and tallies.csv, one for each contest."))  # fmt: skip
def plan(
    question: Question,
    risk_limit: str,
    most: int | None,
    manifest: str | None,
    registered: int | None,
    also: tuple[str, ...],
    arlo: Path | None,
) -> None:
    limit, listed = percent_of(risk_limit), commitment_of(manifest)
    opened = question.open()
    bound = partial(_bound, opened, (opened.contest.code, *also), most, listed)
    planned, boxes = _plan(opened, question.basis, limit, bound, registered)
    every = _every(opened, question.basis, boxes, bound, also)
    together = _together(opened, every, limit) if also else None
    views = [opened.state.contest(code) for code in every]
    if arlo is not None:
        folders = [arlo / view.code if also else arlo for view in views]
        _write_arlo(dict(zip(folders, zip(every.values(), views, strict=True), strict=True)))
    sources = sources_of(views, PLANNED)
    if question.as_json:
        print_json(_plan_as_plain(opened, planned, together, sources))
    else:
        click.echo(heading(opened, planned.basis, len(boxes)))
        _print_plan(planned)
        if together is not None:
            _print_together(together, views)
        print_method(say("risk-limiting audits"), sources)


def _every(
    opened: Opened, basis: str | None, first: Boxes, bound: Callable[[str], Bound], also: Sequence[str]
) -> dict[str, Boxes]:
    """The boxes of every contest that is planned for. Raises EvidenceError."""
    from escrutinio.evidence.audit.boxes import audited_basis, boxes_of

    codes = (opened.contest.code, *also)
    if len(set(codes)) < len(codes):
        raise EvidenceError("audit-contest-twice")
    found = {codes[0]: first}
    for code in also:
        chosen = basis or audited_basis(opened.state, code)
        found[code] = boxes_of(opened.state, code, chosen, bound=bound(code))
    return found


def _bound(
    opened: Opened, contests: Sequence[str], most: int | None, manifest: bytes | None, contest: str
) -> Bound:
    """What a plan takes each box of a contest to hold at most."""
    from escrutinio.evidence.audit.boxes import Bound, planning_bound
    from escrutinio.evidence.audit.records import bound_of

    state = opened.state
    planned = planning_bound(state, contest) if most is None else Bound(most=most)
    if manifest is None:
        return planned
    source, files = BoundSource.MANIFEST, opened.log.attachment
    try:
        return bound_of(state, contests, source, planned.most, manifest, state.size, files)
    except EvidenceError as error:
        if error.code == "manifest-missing":
            raise EvidenceError("manifest-unknown", digest=manifest.hex()) from None
        raise


def _together(opened: Opened, every: Mapping[str, Boxes], limit: Fraction) -> JointPlan:
    from escrutinio.evidence.audit.boxes import registered_of
    from escrutinio.evidence.audit.joint import plan_jointly
    from escrutinio.evidence.audit.outcomes import outcome_of

    state = opened.state
    return plan_jointly(
        {
            code: (boxes, outcome_of(state.contest(code), boxes, registered=registered_of(state, code)))
            for code, boxes in every.items()
        },
        limit,
    )


def _print_together(plan: JointPlan, views: Sequence[ContestView]) -> None:
    lang = language()
    print_sentences(plan)
    names = {view.code: title_of(view.titles, view.code) for view in views}
    header = (say("contest"), say("boxes"), say("margin (votes)"), say("by itself"))
    rows = [
        (
            names[each.contest],
            whole(each.boxes, lang),
            whole(each.margin, lang),
            _or_all(None if each.draws >= each.boxes else each.draws),
        )
        for each in plan.alone
    ]
    print_table(header, rows)
    vouchers = (
        (say("single vouchers, on average"), _or_none(plan.vouchers_expected)),
        (say("single vouchers, in 9 of 10 cases"), _or_none(plan.vouchers_likely)),
    )
    print_table(("", say("one sample")), vouchers)


def _plan(
    opened: Opened,
    basis: str | None,
    limit: Fraction,
    bound: Callable[[str], Bound],
    registered: int | None,
) -> tuple[Planned, Boxes]:
    from escrutinio.evidence.audit.boxes import (
        audited_basis,
        boxes_of,
        centers_of,
        registered_of,
    )
    from escrutinio.evidence.audit.hot import opened_boxes
    from escrutinio.evidence.audit.plan import plan_audit
    from escrutinio.evidence.certainty.announcements import coverage_with_roll

    state, code = opened.state, opened.contest.code
    chosen = basis or audited_basis(state, code)
    boxes = boxes_of(state, code, chosen, bound=bound(code))
    voters = registered if registered is not None else registered_of(state, code)
    found = plan_audit(opened.contest, boxes, limit, registered=voters)
    lacking = coverage_with_roll(state, code, chosen, registered=registered, disputed=())
    missing = lacking.outstanding(lacking.index[opened.contest.area]).capacity
    worst = None
    if missing is not None:
        try:
            worst = plan_audit(opened.contest, boxes, limit, outstanding=missing, registered=voters)
        except EvidenceError:
            worst = None  # the margin does not survive them, which the table says
    sizes = [len(stations) for stations in centers_of(state, code).values()]
    return Planned(chosen, found, missing, worst, opened_boxes(sizes), sum(sizes)), boxes


def _write_arlo(contests: Mapping[Path, tuple[Boxes, ContestView]]) -> None:
    """Manifest and tallies of each contest, into a directory of its own."""
    from escrutinio.publication.downloads.arlo import arlo_manifest, arlo_tallies

    tables: list[tuple[Path, bytes]] = []
    for directory, (boxes, view) in contests.items():
        directory.mkdir(parents=True, exist_ok=True)
        tables.append((directory / "manifest.csv", arlo_manifest(boxes)))
        tables.append((directory / "tallies.csv", arlo_tallies(boxes, view.candidates)))
    write_new(*tables)


def _print_plan(planned: Planned) -> None:
    lang = language()
    print_sentences(planned.plan)
    columns: list[AuditPlan | None] = [planned.plan]
    header = ["", say("as counted")]
    if planned.outstanding:
        header.append(say("{missing:,} missing voters against", missing=planned.outstanding))
        columns.append(planned.worst)
    show: tuple[tuple[str, Callable[[AuditPlan], str]], ...] = (
        (say("margin (votes)"), lambda p: whole(p.margin, lang)),
        (say("sum of error bounds U"),
         lambda p: decimal(p.sum_of_bounds, 3, lang)),
        (say("boxes, weighted draw, betting 0.9"),
         lambda p: _draws(p, p.boxes)),
        (say("the same, if one cannot be found"),
         lambda p: _draws(p, p.boxes_one_lost)),
        (say("vouchers in those boxes, about"),
         lambda p: whole(p.vouchers_counted, lang)),
        (say("person-hours, about"),
         lambda p: whole(p.hours, lang)),
        (say("boxes, weighted draw, MACRO"),
         lambda p: _draws(p, p.boxes_macro)),
        (say("boxes, equal chances, ALPHA"),
         lambda p: _or_all(p.boxes_srs)),
        (say("single vouchers, on average"),
         lambda p: _or_none(p.vouchers_expected)),
        (say("single vouchers, in 9 of 10 cases"),
         lambda p: _or_none(p.vouchers_likely)),
    )  # fmt: skip
    rows = [[label, *("–" if each is None else figure(each) for each in columns)] for label, figure in show]
    print_table(header, rows)
    if planned.outstanding is None:
        click.echo(say("  How many voters are outstanding is not known; --registered states the whole roll."))
    if planned.plan.vouchers_expected is None:
        click.echo(say("  No number of single vouchers would do: too many of the places have none."))
    share = percent(Fraction(planned.hot_opened, max(planned.hot_stations, 1)), 1, lang)
    click.echo(
        say(
            "  A hot audit (1 to 4 stations of a center open one box, 5 to 8 two, 9 to 11 three, more four) "
            "opens {opened:,} of the {stations:,} stations in the roll, {share}.",
            opened=planned.hot_opened,
            stations=planned.hot_stations,
            share=share,
        )
    )


def _draws(plan: AuditPlan, number: int) -> str:
    return _or_all(None if number >= plan.all_boxes else number)


def _or_all(value: int | None) -> str:
    return say("all of them") if value is None else whole(value, language())


def _or_none(value: int | None) -> str:
    return "–" if value is None else whole(value, language())


def _together_as_plain(plan: JointPlan | None) -> dict[str, object] | None:
    if plan is None:
        return None
    return {
        "all_boxes": plan.all_boxes,
        "sum_of_bounds": plain(plan.sum_of_bounds),
        "boxes": plan.boxes,
        "boxes_one_lost": plan.boxes_one_lost,
        "boxes_macro": plan.boxes_macro,
        "vouchers_expected": plan.vouchers_expected,
        "vouchers_likely": plan.vouchers_likely,
        "contests": [
            {"contest": each.contest, "boxes": each.boxes, "margin": each.margin, "draws": each.draws}
            for each in plan.alone
        ],
        "sentences": in_each(plan.sentences),
    }


def _plan_as_plain(
    opened: Opened, planned: Planned, together: JointPlan | None, sources: Sequence[str]
) -> dict[str, object]:
    def sizes(plan: AuditPlan | None) -> dict[str, object] | None:
        if plan is None:
            return None
        return {
            "margin": plan.margin,
            "outstanding": plan.outstanding,
            "diluted_margin": plain(plan.diluted_margin),
            "sum_of_bounds": plain(plan.sum_of_bounds),
            "boxes": plan.boxes,
            "boxes_one_lost": plan.boxes_one_lost,
            "vouchers_counted": plan.vouchers_counted,
            "hours": plan.hours,
            "boxes_macro": plan.boxes_macro,
            "boxes_srs": plan.boxes_srs,
            "vouchers_expected": plan.vouchers_expected,
            "vouchers_likely": plan.vouchers_likely,
        }

    return {
        "version": 1,
        "contest": opened.contest.code,
        "basis": planned.basis,
        "risk_limit": plain(planned.plan.risk_limit),
        "all_boxes": planned.plan.all_boxes,
        "vouchers": planned.plan.vouchers,
        "as_counted": sizes(planned.plan),
        "outstanding": planned.outstanding,
        "missing_against": sizes(planned.worst),
        "together": _together_as_plain(together),
        "hot_audit": {"opened": planned.hot_opened, "stations": planned.hot_stations},
        "sentences": in_each(planned.plan.sentences),
        "sources": list(sources),
    }
