"""Reconciliation: what two bases say of the same stations, and whether it matters for the outcome.

Official sheets, the copies of each organisation and hand counts are held against each other station by
station. Neither side is taken to be right; the effect on the outcome is shown both as it is (the other
side's figures put in) and at its worst (whatever the stations in question hold).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from escrutinio.base.arrays import Int64
from escrutinio.base.words.wording import in_language, whole
from escrutinio.core.election.outcome import Outcome, outcome
from escrutinio.core.election.state import REPORTED, RULED, ContestView, ElectionState, SheetTable
from escrutinio.core.election.totals import by_candidate
from escrutinio.evidence.certainty.certificates import rules_of
from escrutinio.evidence.certainty.irreversibility import Certificate, Outstanding, certify

Rows = NDArray[np.int32]

_BLOCK = 1 << 15


class Meeting(IntEnum):
    """What two bases have for one station."""

    NEITHER = 0
    AGREE = 1
    DIFFER = 2
    ONLY_LEFT = 3
    ONLY_RIGHT = 4


@dataclass(frozen=True, eq=False)
class Meetings:
    """Two sides station by station.

    `kind` uint8 [stations]: a `Meeting`. `differing` int64: numbers of the stations that differ;
    `difference` int64 [differing, options + 2]: right minus left, by option, then null and blank.
    """

    kind: NDArray[np.uint8]
    differing: Int64
    difference: Int64

    def count(self, meeting: Meeting) -> int:
        """How many stations meet so."""
        return int((self.kind == meeting).sum())


def meet(left: SheetTable, left_rows: Rows, right: SheetTable, right_rows: Rows) -> Meetings:
    """Compare two sides: for each station the row of its table that counts, int32 [stations], -1 for none.

    Votes of every option, null and blank must be equal to agree; nothing else on the sheets is compared.
    """
    has_left, has_right = left_rows >= 0, right_rows >= 0
    kind = np.select(
        [has_left & has_right, has_left, has_right],
        [Meeting.AGREE, Meeting.ONLY_LEFT, Meeting.ONLY_RIGHT],
        Meeting.NEITHER,
    ).astype(np.uint8)
    both = np.flatnonzero(has_left & has_right)
    stations, differences = [np.zeros(0, np.int64)], [np.zeros((0, left.counts.shape[1] + 2), np.int64)]
    for start in range(0, len(both), _BLOCK):
        block = both[start : start + _BLOCK]
        gap = _numbers(right, right_rows[block]) - _numbers(left, left_rows[block])
        differs = gap.any(axis=1)
        stations.append(block[differs])
        differences.append(gap[differs])
    differing = np.concatenate(stations)
    kind[differing] = Meeting.DIFFER
    return Meetings(kind, differing, np.concatenate(differences))


@dataclass(frozen=True, eq=False)
class Reconciliation:
    """Two bases of a contest held against each other; `left` and `right` are their codes.

    Per area and all that lies in it, int64 [areas]: stations that `agree`, `differ`, are `only_left`,
    `only_right` or in `neither` (of the roll). `net` int64 [areas, candidates]: right minus left, added up
    over stations that differ; `extra`: votes at stations only on the right; `lacking`: only on the left.

    `outcome_left` is by the left side; `outcome_replaced` with the right's figures where they differ;
    `outcome_joined` with stations only on the right added as well. `differing` and `open_stations` certify
    whether the outcome by the left side stands whatever is in the stations that differ; and whatever is in
    these and the stations that the left side lacks.
    """

    contest: str
    left: str
    right: str
    candidates: tuple[str, ...]
    meetings: Meetings
    difference: Int64
    agree: Int64
    differ: Int64
    only_left: Int64
    only_right: Int64
    neither: Int64
    net: Int64
    extra: Int64
    lacking: Int64
    outcome_left: Outcome
    outcome_replaced: Outcome
    outcome_joined: Outcome
    differing: Certificate
    open_stations: Certificate

    @property
    def changes_order(self) -> bool:
        """Whether the right side's figures, where they differ, change the order or the seats."""
        now, then = self.outcome_left, self.outcome_replaced
        order = [rank.candidates for rank in now.ranks] != [rank.candidates for rank in then.ranks]
        return order or now.seats != then.seats or now.runoff != then.runoff

    def sentences(self, language: str, top: int = 0) -> tuple[str, str]:
        """What was found in the area numbered `top` and what it is not. Raises EvidenceError otherwise."""
        net = ", ".join(
            f"{self.candidates[c]} {_signed(int(v), language)}" for c, v in enumerate(self.net[top]) if v
        )
        names = ("agree", "differ", "only_left", "only_right")
        values = {name: whole(int(getattr(self, name)[top]), language) for name in names}
        effect = "none" if not self.differ[top] else "stands" if self.differing.irreversible else "could"
        if effect == "could" and self.changes_order:
            effect = "changes"
        values |= {"left": self.left, "right": self.right, "net": net or "0"}
        return reconciliation_sentences(effect, values, language)


def reconcile(state: ElectionState, contest: str, left: str, right: str) -> Reconciliation:
    """Hold two bases of a contest against each other.

    An official basis may have no sheet at all; the other side then stands alone. Raises KeyError for other
    codes that the state lacks.
    """
    view, table = state.contest(contest), state.tables[contest]
    nothing = np.full(len(state.roll), -1, np.int32)
    rows = []
    for basis in (left, right):
        code = basis if basis in (REPORTED, RULED) else state.basis(basis).code
        found = state.counted.get((contest, code), nothing)
        rows.append(np.where(view.stations, found, np.int32(-1)).astype(np.int32))
    met = meet(table, rows[0], table, rows[1])
    votes = [_votes(view, table, side) for side in rows]
    difference = by_candidate(view, met.difference[:, :-2])
    gap = np.zeros_like(votes[0])
    gap[met.differing] = difference
    only_left, only_right = (met.kind == kind for kind in (Meeting.ONLY_LEFT, Meeting.ONLY_RIGHT))
    extra = np.where(only_right[:, None], votes[1], 0)
    lacking = np.where(only_left[:, None], votes[0], 0)
    sums = votes[0].sum(axis=0)
    replaced = sums + gap.sum(axis=0)
    neither = (met.kind == Meeting.NEITHER) & view.stations
    differs = met.kind == Meeting.DIFFER
    return Reconciliation(
        contest=contest,
        left=left,
        right=right,
        candidates=view.candidates,
        meetings=met,
        difference=difference,
        agree=_roll_up(state, met.kind == Meeting.AGREE),
        differ=_roll_up(state, differs),
        only_left=_roll_up(state, only_left),
        only_right=_roll_up(state, only_right),
        neither=_roll_up(state, neither),
        net=_roll_up(state, gap),
        extra=_roll_up(state, extra),
        lacking=_roll_up(state, lacking),
        outcome_left=outcome(view, sums.tolist()),
        outcome_replaced=outcome(view, replaced.tolist()),
        outcome_joined=outcome(view, (replaced + extra.sum(axis=0)).tolist()),
        differing=_certify(state, view, left, votes, differs, differs),
        open_stations=_certify(state, view, left, votes, differs, differs | only_right | neither),
    )


def reconciliation_sentences(effect: str, values: Mapping[str, str], language: str) -> tuple[str, str]:
    """What was found and what it is not, of any two sources. Raises EvidenceError for another language.

    `effect`: `none` (nothing differs), `stands`, `could` (the outcome change), `changes`. `values`: the names
    `left` and `right`, `net`, and how many stations `agree`, `differ`, are `only_left` and `only_right`.
    """
    found = in_language(_FOUND, language, **values)
    return f"{found} {in_language(_EFFECT[effect], language, **values)}", in_language(_NOT, language)


def reconcile_all(state: ElectionState, contest: str, official: str) -> tuple[Reconciliation, ...]:
    """The official basis against every other one in which a station of the contest counts, in their order."""
    codes: Sequence[str] = [basis.code for basis in state.bases if basis.code != official]
    has_any = [
        code
        for code in codes
        if (rows := state.counted.get((contest, code))) is not None and (rows >= 0).any()
    ]
    return tuple(reconcile(state, contest, official, code) for code in has_any)


def _certify(
    state: ElectionState,
    view: ContestView,
    basis: str,
    votes: list[Int64],
    differs: NDArray[np.bool_],
    in_question: NDArray[np.bool_],
) -> Certificate:
    """Take the stations that differ out of the left side; every registered voter in question is outstanding.

    Where registered voters are unknown, the larger of the two sides' votes stands in for a station that
    differs (one of them is taken to be right); a station without a sheet on the left is of unknown size.
    """
    registered = state.roll.registered[in_question]
    size = np.maximum(*(side.sum(axis=1) for side in votes))
    bound = np.where(registered >= 0, np.maximum(registered, size[in_question]), size[in_question])
    unknown = (registered < 0) & ~differs[in_question]
    kept = votes[0].sum(axis=0) - votes[0][differs].sum(axis=0)
    found = Outstanding(
        None if unknown.any() else int(bound.sum()),
        silent=int((in_question & ~differs).sum()),
        disputed=int(differs.sum()),
        registered_unknown=int(unknown.sum()),
    )
    return certify(
        rules_of(view), view.candidates, kept.tolist(), found,
        contest=view.code, area=view.area, basis=basis, size=state.size,
    )  # fmt: skip


def _votes(view: ContestView, table: SheetTable, rows: Rows) -> Int64:
    """Votes by station and candidate, 0 where no row counts."""
    votes = np.zeros((len(rows), len(view.candidates)), np.int64)
    there = rows >= 0
    votes[there] = by_candidate(view, table.counts[rows[there]])
    return votes


def _numbers(table: SheetTable, rows: Rows) -> Int64:
    return np.column_stack([table.counts[rows], table.null[rows], table.blank[rows]]).astype(np.int64)


def _roll_up(state: ElectionState, values: NDArray[np.int64] | NDArray[np.bool_]) -> Int64:
    own = np.zeros((len(state.areas), *values.shape[1:]), np.int64)
    np.add.at(own, state.roll.area, values)
    return state.areas.roll_up(own)


def _signed(number: int, language: str) -> str:
    return ("+" if number > 0 else "") + whole(number, language)


_FOUND = {
    "en": "Of the stations that {left} and {right} both have, {agree} agree and {differ} differ (net, "
    "{right} minus {left}: {net}); {only_left} are only in {left}, {only_right} only in {right}.",
    "es": "De las mesas que tienen tanto {left} como {right}, {agree} coinciden y {differ} difieren (neto, "
    "{right} menos {left}: {net}); {only_left} están solo en {left}, {only_right} solo en {right}.",
}
_EFFECT = {
    "none": {
        "en": "Nothing differs.",
        "es": "Nada difiere.",
    },
    "stands": {
        "en": "Whatever is in the stations that differ, the result by {left} stays.",
        "es": "Haya lo que haya en las mesas que difieren, el resultado según {left} se mantiene.",
    },
    "could": {
        "en": "The stations that differ have voters enough to change the result; the figures of {right} do "
        "not.",
        "es": "Las mesas que difieren tienen electores suficientes para cambiar el resultado; las cifras de "
        "{right} no lo cambian.",
    },
    "changes": {
        "en": "With the figures of {right} in the stations that differ, the result is another one.",
        "es": "Con las cifras de {right} en las mesas que difieren, el resultado es otro.",
    },
}
_NOT = {
    "en": "A difference does not say which side is right: a slip in reading, typing or station number is "
    "one cause; look at both images, then at the box.",
    "es": "Una diferencia no dice cuál de los lados tiene razón: un error al leer, copiar o anotar la mesa "
    "es una causa; hay que ver las dos imágenes y luego la caja.",
}
