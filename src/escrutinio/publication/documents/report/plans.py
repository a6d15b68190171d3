"""What an audit of the boxes would take, and what the rule of a hot audit opens."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from escrutinio.base.words.catalogue import N_
from escrutinio.evidence.audit.plan import AuditPlan
from escrutinio.publication.documents.report.document import Answer, Table, Tongue
from escrutinio.publication.documents.report.names import basis_name
from escrutinio.publication.documents.report.results import ContestEvidence

_PLAN_MISSING = N_(
    "With all {missing:,} ballots that are outstanding against the outcome it takes {boxes} boxes."
)
_NO_PLAN = N_(
    "Were all ballots that are outstanding against the outcome, no audit of these boxes would confirm it."
)


def plan_answer(one: ContestEvidence, say: Tongue) -> Answer:
    """What an audit of the counted sheets takes, as counted and with all that is outstanding against it."""
    header = (
        say("risk limit"),
        say("boxes, default bet"),
        "MACRO",
        say("equal chances"),
        say("vouchers, on average"),
    )
    tables = [_plan_table(say("If every box agrees with its sheet"), header, one.plans, say)]
    said, is_not = one.plans[0].sentences(say.language)
    if one.plans_missing:
        missing = next((plan.outstanding for plan in one.plans_missing if plan is not None), None)
        if missing is None:
            said = f"{said} {say(_NO_PLAN)}"
        else:
            caption = say("The same with all {missing:,} outstanding ballots against it", missing=missing)
            tables.append(_plan_table(caption, header, one.plans_missing, say))
            first = one.plans_missing[0]
            boxes = say.unknown if first is None else _boxes(first, first.boxes, say)
            said = f"{said} {say(_PLAN_MISSING, missing=missing, boxes=boxes)}"
    heading = say("Plan for {basis}", basis=basis_name(one, one.plan_basis, say))
    return Answer(heading, (said, is_not), tuple(tables), key="plan")


def _plan_table(
    caption: str, header: tuple[str, ...], plans: Sequence[AuditPlan | None], say: Tongue
) -> Table:
    """Sizes by risk limit; "all" where as many draws as there are boxes would not do."""
    rows = tuple(
        (
            say.percent(plan.risk_limit, 0),
            *(_boxes(plan, number, say) for number in (plan.boxes, plan.boxes_macro, plan.boxes_srs)),
            say("all")
            if plan.vouchers_expected is not None and plan.vouchers_expected >= plan.vouchers
            else say.whole(plan.vouchers_expected),
        )
        for plan in plans
        if plan is not None
    )
    return Table(caption, header, rows)


def _boxes(plan: AuditPlan, number: int | None, say: Tongue) -> str:
    return say("all") if number is None or number >= plan.all_boxes else say.whole(number)


def lottery_answer(one: ContestEvidence, say: Tongue) -> Answer:
    """How many boxes the rule of a hot audit opens."""
    bases = (
        say("centers as the roll lists them"),
        say("center size = largest station number among its counted sheets"),
    )
    rows = tuple(
        (base, say.whole(opened), say.whole(of), say.percent(Fraction(opened, of), 1))
        for base, (opened, of) in zip(bases, one.hot, strict=False)
    )
    header = (
        say("over which base"),
        say("boxes opened"),
        say("of"),
        say("share"),
    )
    caption = say("What the lottery opens")
    return Answer(
        say("The hot audit's lottery"),
        (
            say(
                "The rule of 2024 opens one box at a center of 1 to 4 stations, two of 5 to 8, three of "
                "9 to 11, four of more. The share of boxes follows from the rule and the sizes of the "
                "centers."
            ),
            say("It certifies nothing unless the counts are published box by box."),
        ),
        (Table(caption, header, rows),),
        key="lottery",
    )
