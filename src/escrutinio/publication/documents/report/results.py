"""Everything that the evidence methods answer about an election, worked out once for all languages."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from concurrent.futures import Executor
from dataclasses import dataclass
from fractions import Fraction
from functools import partial
from typing import TypeVar

import numpy as np

from escrutinio.base.errors import EvidenceError
from escrutinio.core.derived.files import shown_bases
from escrutinio.core.election.control import Attachments
from escrutinio.core.election.outcome import rank
from escrutinio.core.election.state import PAPER, REPORTED, REPORTED_LATE, ContestView, ElectionState, Logged
from escrutinio.core.election.totals import totals_by_station
from escrutinio.core.records.parts import Title
from escrutinio.core.records.types import Bulletin, Claim
from escrutinio.evidence.accounts.accounts import Accounts, compare_bases
from escrutinio.evidence.audit.bounds import Boxes
from escrutinio.evidence.audit.boxes import audited_basis, boxes_of, centers_of, planning_bound, registered_of
from escrutinio.evidence.audit.hot import opened_boxes
from escrutinio.evidence.audit.outcomes import outcome_of
from escrutinio.evidence.audit.plan import AuditPlan, Planning, plan_audits
from escrutinio.evidence.audit.standing import Audits
from escrutinio.evidence.audit.status import audit_statuses
from escrutinio.evidence.certainty.announcements import (
    bulletin_certificate,
    claim_certificate,
    coverage_with_roll,
)
from escrutinio.evidence.certainty.certificates import Coverage
from escrutinio.evidence.certainty.irreversibility import Certificate
from escrutinio.evidence.certainty.percentages import Agreement
from escrutinio.evidence.certainty.reversal import Reversal
from escrutinio.evidence.claims.claims import ClaimStudy, claims_beside_each_other, study_claim
from escrutinio.evidence.quickcount.planning import SampleSize, tables_needed
from escrutinio.evidence.screening.run import FEWEST_SHEETS, SEED, Screening, screen
from escrutinio.evidence.screening.sheets import sheets_of

RISK_LIMITS = (Fraction(1, 20), Fraction(1, 100))
MARGINS = (0.02, 0.01, 0.005)

EVERY = slice(None)

BULLETIN = "bulletin"
"""The label of what the authority's own bulletins say."""

T = TypeVar("T")


@dataclass(frozen=True)
class Certainty:
    """Whether outstanding votes could change what some totals show."""

    label: str
    index: int | None
    certificate: Certificate
    reversal: Reversal | None
    average: int | None = None
    """Of an announcement: registered voters outstanding, were the stations outside of average size."""


@dataclass(frozen=True)
class ContestEvidence:
    """What the methods answer about one contest; empty or None where they have nothing to work on."""

    view: ContestView
    names: Mapping[str, tuple[Title, ...]]
    sheets: tuple[Certainty, ...]
    announced: tuple[Certainty, ...]
    claims: tuple[ClaimStudy, ...]
    pairs: tuple[tuple[str, str, str, Agreement], ...]
    accounts: tuple[Accounts, ...]
    plans: tuple[AuditPlan, ...]
    plans_missing: tuple[AuditPlan | None, ...]
    plan_basis: str
    hot: tuple[tuple[int, int], ...]
    audits: Audits
    quick_count: tuple[str, tuple[SampleSize, ...]] | None
    screening: Screening | None
    screening_basis: str


def work_out(
    state: ElectionState,
    contests: slice = EVERY,
    *,
    attachments: Attachments | None = None,
    executor: Executor | None = None,
) -> tuple[ContestEvidence, ...]:
    """Put every contest, or some of them by number, to every method. Where a method refuses the figures, its
    answer is left out.

    `attachments` gives the manifests of boxes that audits name.
    """
    return tuple(_contest(state, view, attachments, executor) for view in state.contests[contests])


def _contest(
    state: ElectionState, view: ContestView, attachments: Attachments | None, executor: Executor | None
) -> ContestEvidence:
    code = view.code
    bases = [basis.code for basis in shown_bases(state, code) if basis.code not in (PAPER, REPORTED_LATE)]
    found = [coverage_with_roll(state, code, basis) for basis in bases]
    main = _try(lambda: audited_basis(state, code)) or next(iter(bases), "")
    boxes = _try(lambda: boxes_of(state, code, main, bound=planning_bound(state, code))) if main else None
    voters = registered_of(state, code)
    plans = _try(lambda: plan_audits(view, boxes, RISK_LIMITS, registered=voters)) if boxes else None
    claims = state.records(Claim, code)
    studies = [_try(partial(study_claim, state, each, main or None)) for each in claims]
    return ContestEvidence(
        view=view,
        names=_names(state, claims),
        sheets=tuple(_of_sheets(view, each) for each in found),
        announced=(*_of_bulletins(state, code), *_of_claims(state, claims)),
        claims=tuple(study for study in studies if study is not None),
        pairs=_pairs(state, code),
        accounts=_try(lambda: compare_bases(state, code, REPORTED)) or (),
        plans=plans or (),
        plans_missing=_against(state, view, boxes, main, voters) if plans and boxes else (),
        plan_basis=main,
        hot=_hot(state, view, main),
        audits=audit_statuses(state, code, attachments=attachments),
        quick_count=_quick_count(state, view, main) if main else None,
        screening=_screening(state, code, main, executor) if main else None,
        screening_basis=main,
    )


def _against(
    state: ElectionState, view: ContestView, boxes: Boxes, basis: str, voters: int | None
) -> tuple[AuditPlan | None, ...]:
    """The plans with every ballot that is outstanding against the outcome: None where no audit of boxes
    confirms that; nothing where none is outstanding, or nobody knows how many are. Disputed sheets have their
    boxes, so that their voters are not outstanding here."""
    lacking = coverage_with_roll(state, view.code, basis, disputed=())
    missing = lacking.outstanding(lacking.index[view.area]).capacity
    if not missing:
        return ()
    planning = _try(
        lambda: Planning.of(outcome_of(view, boxes, registered=voters), boxes, outstanding=missing)
    )
    return tuple(None if planning is None else planning.at(limit) for limit in RISK_LIMITS)


def _names(state: ElectionState, claims: tuple[Logged[Claim], ...]) -> dict[str, tuple[Title, ...]]:
    """What people call the bases, and who made the announcements, by code."""
    found = {basis.code: basis.titles for basis in state.bases}
    for logged in claims:
        found[logged.body.code] = logged.body.speaker
    return found


def _try(work: Callable[[], T]) -> T | None:
    """What `work` gives, None where the method says that it has no answer for such figures."""
    try:
        return work()
    except EvidenceError:
        return None


def _of_sheets(view: ContestView, found: Coverage) -> Certainty:
    return Certainty(found.basis, None, found.certificate(view.area), found.reversal(view.area))


def _of_bulletins(state: ElectionState, contest: str) -> list[Certainty]:
    found = []
    for logged in state.records(Bulletin, contest):
        certificate = _try(partial(bulletin_certificate, state, logged))
        if certificate is not None:
            found.append(Certainty(BULLETIN, logged.index, certificate, None))
    return found


def _of_claims(state: ElectionState, claims: tuple[Logged[Claim], ...]) -> list[Certainty]:
    found = []
    for logged in claims:
        announced = _try(partial(claim_certificate, state, logged))
        if announced is not None:
            code = announced.certificate.basis.partition(":")[2]
            found.append(
                Certainty(code, logged.index, announced.certificate, announced.reversal, announced.average)
            )
    return found


def _pairs(state: ElectionState, contest: str) -> tuple[tuple[str, str, str, Agreement], ...]:
    found = claims_beside_each_other(state, contest)
    return tuple(
        (candidate, one, other, pair) for candidate, pairs in found.items() for pair, (one, other) in pairs
    )


def _hot(state: ElectionState, view: ContestView, basis: str) -> tuple[tuple[int, int], ...]:
    """How many boxes the hot audit's rule opens, of how many: with the centers as the roll lists them, and,
    where station codes end in a number, with the largest one among a center's counted sheets as its size."""
    centers = centers_of(state, view.code)
    listed = [len(stations) for stations in centers.values()]
    found = [(opened_boxes(listed), sum(listed))] if listed else []
    rows = state.counted.get((view.code, basis))
    if rows is not None:
        counted = {state.roll.stations[station] for station in np.flatnonzero(rows >= 0).tolist()}
        numbers = [[_number(code) for code in stations if code in counted] for stations in centers.values()]
        largest = [max(found_here) for found_here in numbers if found_here]
        if largest and min(largest) > 0:
            found.append((opened_boxes(largest), sum(largest)))
    return tuple(found)


def _number(station: str) -> int:
    """The number that a station's code ends in after its last point; 0 where there is none."""
    last = station.rpartition(".")[2]
    return int(last) if last.isdecimal() and len(last) < 6 else 0


def _quick_count(
    state: ElectionState, view: ContestView, basis: str
) -> tuple[str, tuple[SampleSize, ...]] | None:
    votes = totals_by_station(state, view.code, basis)
    counted = votes[votes[:, 0] >= 0]
    if len(counted) < FEWEST_SHEETS:
        return None
    ahead = rank(counted.sum(axis=0).tolist())[0].candidates
    if len(ahead) > 1:
        return None  # whose share to estimate is not for the order of the ballot to say
    (first,) = ahead
    valid = counted.sum(axis=1)
    sizes = [_try(partial(tables_needed, counted[:, first], valid, margin)) for margin in MARGINS]
    found = tuple(size for size in sizes if size is not None)
    return (view.candidates[first], found) if found else None


def _screening(state: ElectionState, contest: str, basis: str, executor: Executor | None) -> Screening | None:
    sheets = _try(lambda: sheets_of(state, contest, basis))
    if sheets is None or len(sheets.valid) < FEWEST_SHEETS:
        return None
    return _try(lambda: screen(sheets, seed=SEED, executor=executor))
