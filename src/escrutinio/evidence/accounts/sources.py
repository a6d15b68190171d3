"""What several accounts of one election say, brought onto the same stations and rows.

An account (`Source`) is a basis of a log, or a table. Accounts of different logs, whose definitions need not
be the same, are joined on the codes of station, contest and option; codes that have no partner are listed.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from escrutinio.base.arrays import Int64
from escrutinio.base.errors import EvidenceError
from escrutinio.core.election.areas import Area, AreaTree, build_areas
from escrutinio.core.election.definition import BLANK, NULL
from escrutinio.core.election.places import Beyond
from escrutinio.core.election.roll import UNKNOWN
from escrutinio.core.election.state import Basis, ContestView, ElectionState
from escrutinio.core.election.totals import by_candidate, totals
from escrutinio.core.records.codes import Kind as ElectionKind
from escrutinio.core.records.codes import Method, Ties
from escrutinio.core.records.parts import Title
from escrutinio.evidence.accounts.differences import NO_FIGURE

SHOWN = 8
"""Codes that a message lists."""


@dataclass(frozen=True, eq=False)
class Places:
    """Where stations lie and how many voters they have, whether or not a source has a sheet of them.

    `area` int32 [stations]: number in `tree`. `registered` int64 [stations], -1 for unknown. `unlisted`:
    stations that are declared beyond those listed. `beyond`: how many may vote at each beyond its list, by
    the definition, if there is one; `beyond_unlisted`: at any that is not listed, None without a number.
    """

    stations: tuple[str, ...]
    tree: AreaTree
    area: NDArray[np.int32]
    registered: Int64
    unlisted: int = 0
    beyond: Beyond | None = None
    beyond_unlisted: int | None = 0


@dataclass(frozen=True, eq=False)
class Source:
    """One account of a contest: a sheet at most per station.

    `figures` int64 [stations, options + classes]: votes by option, then other ballots by class, -1 where it
    gives none.
    `voters` int64 [stations], -1 for unknown. `view`: the contest's rules, where a definition gives them.
    `withheld`: stations of which it has something that does not count (a conflict, a refused sheet);
    `left_at` are those of a table whose rows differ.
    `election`: whether its definition is of a real election, a drill or a simulation. `rests_on`: what it was
    read from, so that another can read the same: the origin, size and root of a log, the SHA-256 of a file.
    `definition`: the digest of the definition that it follows, where it follows one, with the `titles` and
    the `voting_day` (YYYY-MM-DD) that stand in it.
    """

    name: str
    contest: str
    stations: tuple[str, ...]
    options: tuple[str, ...]
    figures: Int64
    voters: Int64
    view: ContestView | None = None
    places: Places | None = None
    withheld: int = 0
    left_at: tuple[str, ...] = ()
    election: ElectionKind | None = None
    rests_on: str = ""
    definition: bytes = b""
    titles: tuple[Title, ...] = ()
    voting_day: str = ""
    classes: tuple[str, ...] = (NULL, BLANK)

    def by_candidates(self) -> "Source":
        """The same with the options of a candidate added up, under the candidate's code."""
        if self.view is None:
            return self
        options = len(self.options)
        votes = by_candidate(self.view, np.maximum(self.figures[:, :options], 0))
        beside = self.figures[:, options:]
        return replace(self, options=self.view.candidates, figures=np.hstack((votes, beside)))


@dataclass(frozen=True, eq=False)
class Joined:
    """Sources on the same stations and rows; where a source has no sheet its figures are -1.

    `beyond`, `beyond_unlisted`: as in `Places`, the most that any source says.
    `view` has the rows as its options, and the classes of other ballots that any source has. `figures`: per
    source int64 [stations, rows + classes], `present`: per source bool [stations]. `zero_report` per source
    bool [stations]: sheets without a vote, which are zero reports until a person says
    otherwise; they are not `present`. `alone`: per source, how many of its stations no other source has.
    `left_out`: per source, its options without a partner.
    """

    sources: tuple[Source, ...]
    contest: str
    view: ContestView
    stations: tuple[str, ...]
    tree: AreaTree
    area: NDArray[np.int32]
    registered: Int64
    unlisted: int
    beyond: Beyond
    beyond_unlisted: int | None
    figures: tuple[Int64, ...]
    present: tuple[NDArray[np.bool_], ...]
    zero_report: tuple[NDArray[np.bool_], ...]
    alone: tuple[int, ...]
    left_out: tuple[tuple[str, ...], ...]

    @property
    def invented(self) -> ElectionKind | None:
        """The kind of an election that is not real, if a source is of one."""
        kinds = (source.election for source in self.sources)
        return next((kind for kind in kinds if kind not in (None, ElectionKind.REAL)), None)

    def votes(self, source: int) -> Int64:
        """Votes by candidate of a source, int64 [stations, candidates]; 0 where it gives none."""
        return by_candidate(self.view, np.maximum(self.figures[source][:, : len(self.view.options)], 0))

    def classes(self, source: int) -> Int64:
        """Other ballots by class of a source, int64 [stations, classes]; 0 where it gives none."""
        found: Int64 = np.maximum(self.figures[source][:, len(self.view.options) :], 0)
        return found

    def roll_up(self, values: NDArray[np.int64] | NDArray[np.bool_]) -> Int64:
        """Add up values per station, [stations, ...], in each area and all that lies in it."""
        return self.tree.add_up(self.area, values)


def source_of(state: ElectionState, contest: str, basis: str, name: str) -> Source:
    """A basis of a log as a source. Raises KeyError for codes that the state does not have."""
    view, table = state.contest(contest), state.tables[contest]
    nothing = np.full(len(state.roll), -1, np.int32)
    rows = np.where(view.stations, state.counted.get((contest, state.basis(basis).code), nothing), -1)
    here = np.flatnonzero(rows >= 0)
    taken = rows[here]
    cover = totals(state, contest, basis)
    top = state.areas.index[view.area]
    listed = np.flatnonzero(view.stations)
    codes = state.roll.stations
    supplements = state.definition.body.supplements
    beyond = Beyond.of(state.areas, state.roll, supplements)
    most = [each.most for each in supplements]
    places = Places(
        tuple(codes[at] for at in listed.tolist()),
        state.areas,
        state.roll.area[listed],
        state.roll.registered[listed],
        max(0, int(cover.stations_declared[top] - cover.stations_in_roll[top])),
        Beyond(beyond.most[listed], beyond.unbounded[listed]),
        None if None in most else sum(each or 0 for each in most),
    )
    return Source(
        name=name,
        contest=contest,
        stations=tuple(codes[at] for at in here.tolist()),
        options=view.options,
        figures=np.hstack((table.counts[taken], table.classes[taken])).astype(np.int64),
        voters=table.voters[taken],
        view=view,
        places=places,
        withheld=len(state.pending.get((contest, basis), {})),
        election=state.definition.body.kind,
        definition=state.election,
        titles=state.definition.body.titles,
        voting_day=state.definition.body.voting_day,
        classes=view.classes,
    )


def sources_of(state: ElectionState, contest: str) -> tuple[Source, ...]:
    """Each basis in which a sheet of the contest counts, under its code. Raises KeyError."""
    bases = bases_of(state, contest)
    return tuple(source_of(state, contest, basis.code, basis.code) for basis in bases)


def bases_of(state: ElectionState, contest: str) -> tuple[Basis, ...]:
    """The bases in which a sheet of the contest counts. Raises KeyError."""
    code = state.contest(contest).code
    return tuple(
        basis
        for basis in state.bases
        if (rows := state.counted.get((code, basis.code))) is not None and (rows >= 0).any()
    )


def join(sources: Sequence[Source], *, confirmed_zero: frozenset[str] = frozenset()) -> Joined:
    """Bring two or more sources of a contest onto the same stations and rows.

    Rows are options where all sources have the same option codes, else candidates where these fit better,
    else the options that all have. `confirmed_zero`: stations whose sheets without a vote a person confirmed.
    Raises EvidenceError where sources have neither a definition nor a station, or no option, in common, and
    for a station confirmed that no source knows.
    """
    sources, rows, left_out = _same_rows(sources)
    _check_stations(sources)
    view = _view(sources, rows)
    stations, tree, area, registered = _places(sources)
    known = [source.places for source in sources if source.places is not None]
    unlisted = [each.beyond_unlisted for each in known]
    if unknown := sorted(confirmed_zero.difference(stations)):
        raise EvidenceError("zeros-station", station=repr(unknown[0][:80]))
    index = {code: at for at, code in enumerate(stations)}
    figures, present = [], []
    for source in sources:
        at = np.array([index[code] for code in source.stations], np.int64)
        placed = np.full((len(stations), len(rows) + len(view.classes)), NO_FIGURE, np.int64)
        for column, code in enumerate((*rows, *view.classes)):
            within = source.options if column < len(rows) else source.classes
            if code in within:
                place = within.index(code) + (0 if column < len(rows) else len(source.options))
                placed[at, column] = source.figures[:, place]
        there = np.zeros(len(stations), np.bool_)
        there[at] = True
        figures.append(placed)
        present.append(there)
    zero = _zero_reports(figures, present, np.isin(stations, list(confirmed_zero)))
    have = np.sum(present, axis=0)
    return Joined(
        sources=tuple(sources),
        contest=next((source.contest for source in sources if source.contest), ""),
        view=view,
        stations=stations,
        tree=tree,
        area=area,
        registered=registered,
        unlisted=max((each.unlisted for each in known), default=0),
        beyond=_beyond(known, stations),
        beyond_unlisted=None if None in unlisted else max((each or 0 for each in unlisted), default=0),
        figures=tuple(figures),
        present=tuple(there & ~empty for there, empty in zip(present, zero, strict=True)),
        zero_report=tuple(zero),
        alone=tuple(int((there & (have == 1)).sum()) for there in present),
        left_out=left_out,
    )


def _zero_reports(
    figures: Sequence[Int64],
    present: Sequence[NDArray[np.bool_]],
    confirmed: NDArray[np.bool_],
) -> list[NDArray[np.bool_]]:
    """Sheets of which every figure is zero and which no person confirmed, wherever they come from."""
    return [
        there & (each.max(axis=1, initial=NO_FIGURE) == 0) & ~confirmed
        for each, there in zip(figures, present, strict=True)
    ]


def _same_rows(
    sources: Sequence[Source],
) -> tuple[list[Source], tuple[str, ...], tuple[tuple[str, ...], ...]]:
    """The sources by option or by candidate, their common rows, and what each has besides."""
    ways = (list(sources), [source.by_candidates() for source in sources])
    found = []
    for way in ways:
        rows = tuple(code for code in way[0].options if all(code in each.options for each in way))
        left_out = tuple(tuple(code for code in each.options if code not in rows) for each in way)
        found.append((way, rows, left_out))
    options, candidates = found
    complete = not any(options[2])
    # By candidates where that leaves fewer codes without a partner: a log of cards against one of names.
    better = not complete and sum(map(len, candidates[2])) < sum(map(len, options[2]))
    chosen = candidates if better and candidates[1] else options
    if not chosen[1]:
        first, second = sources[0], sources[1]
        raise EvidenceError(
            "options-apart",
            first=first.name,
            second=second.name,
            options=_few(first.options),
            others=_few(second.options),
        )
    return chosen


def _check_stations(sources: Sequence[Source]) -> None:
    """Every source shares its definition or a station with another one, or it is of another election."""
    known = [set(source.stations) for source in sources]
    for source in sources:
        if not source.stations:
            raise EvidenceError("source-empty", name=source.name)
    for at, source in enumerate(sources):
        rest = [other for other in range(len(sources)) if other != at]
        if source.definition and any(sources[other].definition == source.definition for other in rest):
            continue
        if all(known[at].isdisjoint(known[other]) for other in rest):
            raise EvidenceError(
                "stations-apart",
                first=source.name,
                second=sources[rest[0]].name,
                stations=_few(source.stations),
                others=_few(sources[rest[0]].stations),
            )


def _view(sources: Sequence[Source], rows: tuple[str, ...]) -> ContestView:
    """The contest with these rows: by the first definition that there is, else a plurality for one seat."""
    view = next((source.view for source in sources if source.view is not None), None)
    # The classes of the definition come first: shares are of them by number.
    classes = () if view is None else view.classes
    classes = tuple(dict.fromkeys((*classes, *(code for source in sources for code in source.classes))))
    if view is None:
        titles: tuple[tuple[()], ...] = ((),) * len(rows)
        numbers = np.arange(len(rows), dtype=np.int32)
        every = np.zeros(0, np.bool_)
        method = Method.PLURALITY
        return ContestView(
            code="",
            titles=(),
            method=method,
            seats=1,
            marks=1,
            wins=(),
            threshold=None,
            quorum=None,
            ties=Ties.OPEN,
            order=(),
            classes=classes,
            class_titles=((),) * len(classes),
            area="",
            candidates=rows,
            candidate_titles=titles,
            options=rows,
            option_titles=titles,
            option_candidate=numbers,
            stations=every,
        )
    by_option = all(row in view.options for row in rows)
    names, titled = (
        (view.options, view.option_titles) if by_option else (view.candidates, view.candidate_titles)
    )
    places = [names.index(row) for row in rows]
    owner = view.option_candidate[places] if by_option else np.array(places, np.int32)
    kept, number = np.unique(owner, return_inverse=True)
    now = {candidate: at for at, candidate in enumerate(kept.tolist())}
    return replace(
        view,
        marks=min(view.marks, len(rows)),
        order=tuple(now[each] for each in view.order if each in now),
        classes=classes,
        class_titles=(*view.class_titles, *((),) * (len(classes) - len(view.classes))),
        candidates=tuple(view.candidates[at] for at in kept.tolist()),
        candidate_titles=tuple(view.candidate_titles[at] for at in kept.tolist()),
        options=rows,
        option_titles=tuple(titled[at] for at in places),
        option_candidate=number.astype(np.int32),
    )


def _places(
    sources: Sequence[Source],
) -> tuple[tuple[str, ...], AreaTree, NDArray[np.int32], Int64]:
    """All stations in order, and what the sources know of them; the first that knows something is taken."""
    known = [source.places for source in sources if source.places is not None]
    codes = {code for source in sources for code in source.stations}
    codes.update(code for places in known for code in places.stations)
    stations = tuple(sorted(codes))
    index = {code: at for at, code in enumerate(stations)}
    tree = known[0].tree if known else build_areas([Area("all", None, "all", "all")])
    area = np.zeros(len(stations), np.int32)
    registered = np.full(len(stations), UNKNOWN, np.int64)
    for number, places in reversed(list(enumerate(known))):
        at = np.array([index[code] for code in places.stations], np.int64)
        if number == 0:
            area[at] = places.area
        registered[at] = np.where(places.registered >= 0, places.registered, registered[at])
    return stations, tree, area, registered


def _beyond(known: Sequence[Places], stations: Sequence[str]) -> Beyond:
    """How many may vote beyond the lists of these stations: the most that any of the sources says."""
    index = {code: at for at, code in enumerate(stations)}
    found = Beyond(np.zeros(len(stations), np.int64), np.zeros(len(stations), np.bool_))
    for places in known:
        if places.beyond is not None:
            at = np.array([index[code] for code in places.stations], np.int64)
            found.most[at] = np.maximum(found.most[at], places.beyond.most)
            found.unbounded[at] |= places.beyond.unbounded
    return found


def _few(codes: Sequence[str]) -> str:
    return ", ".join(codes[:SHOWN]) + (", …" if len(codes) > SHOWN else "")
