"""`live.json`, which every checkpoint touches, and `latest.json`, current totals at an address that stays.

docs/site.md describes both field by field. They are conveniences like every page: what they say follows
from the log, and a program that must be sure reads that.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec

from escrutinio.base.json_text import NO_JSON
from escrutinio.base.words.catalogue import languages
from escrutinio.core.derived.files import shown_bases
from escrutinio.core.election.state import ContestView, ElectionState
from escrutinio.core.election.totals import totals
from escrutinio.core.log.checkpoint import SignedCheckpoint, find_cosignatures
from escrutinio.core.log.policy import NO_QUORUM
from escrutinio.core.log.trust import Trust
from escrutinio.core.records.codecs import word
from escrutinio.core.records.parts import Title
from escrutinio.publication.documents.notices import notices
from escrutinio.publication.site.cosigning import (
    ALL_ANSWER,
    Cosigning,
    Counted,
    Later,
    Silent,
    Waiting,
    counted_in,
)

LIVE = "live.json"
LATEST = "latest.json"
VERSION = 1

MOST_CHANGED = 500
"""Most areas that `live.json` names; beyond them it says that all changed."""

MAX_LIVE = 1024 * 1024


class Cosigner(msgspec.Struct, frozen=True):
    """A witness by its name in the policy, and when it cosigned, in seconds since 1970."""

    name: str
    time: int


class Headline(msgspec.Struct, frozen=True):
    """A contest in the first basis that has sheets: stations, votes in the order of the ballot, valid
    ballots, those of each class of others by its code, and all together; None for what no counted sheet says,
    as the tables have it."""

    contest: str
    basis: str
    stations_counted: int
    stations_pending: int
    stations_without_sheet: int
    candidates: Sequence[str]
    votes: Sequence[int]
    valid: int
    classes: dict[str, int | None]
    ballots: int | None


class Standing(msgspec.Struct, frozen=True):
    """Where pages stand, which follow the log at their own pace: its size and root, the time of that
    checkpoint, the size at which the evidence on them was worked out, and that of the tables in `data/`; one
    that does not say the last has tables of the same size as its pages."""

    size: int
    root: str
    time: int
    evidence: int
    tables: int | None = None

    @property
    def whole(self) -> int:
        """The size at which the tables stand."""
        return self.size if self.tables is None else self.tables


class Live(msgspec.Struct, frozen=True):
    """What `live.json` says; see docs/site.md."""

    version: int
    election: str
    origin: str
    size: int
    root: str
    time: int
    cosigners: Sequence[Cosigner]
    quorum: bool | None
    silent: Sequence[dict[str, object]]
    waiting: Waiting | None
    later: Later | None
    counted: Counted | None
    refresh: int | None
    pages: Standing | None
    previous: int | None
    changed: Sequence[str] | None
    contests: Sequence[Headline]


class Before(msgspec.Struct, frozen=True):
    """What is needed of an earlier `live.json`."""

    size: int
    root: str
    previous: int | None
    changed: list[str] | None
    silent: tuple[Silent, ...] = ()
    waiting: Waiting | None = None
    later: Later | None = None
    counted: Counted | None = None
    time: int = 0
    pages: Standing | msgspec.UnsetType | None = msgspec.UNSET

    @property
    def standing(self) -> Standing | None:
        """Where data and pages stand; one that does not say so came with them."""
        if isinstance(self.pages, msgspec.UnsetType):
            return Standing(self.size, self.root, self.time, self.size, self.size)
        return self.pages

    @property
    def cosigning(self) -> Cosigning:
        """What it says of silent witnesses."""
        return Cosigning(self.waiting, self.silent, self.later, self.counted)


def read_live(directory: Path) -> Before | None:
    """The `live.json` that stands in a directory; None where there is none that can be read."""
    path = directory / LIVE
    try:
        if path.stat().st_size > MAX_LIVE:
            return None
        return msgspec.json.decode(path.read_bytes(), type=Before)
    except (OSError, *NO_JSON):
        return None


@dataclass(frozen=True, slots=True)
class Made:
    """Pages that were just made: of which checkpoint, the sizes at which their evidence was worked out and
    the tables beside them made, and the areas whose pages changed, None for all."""

    checkpoint: SignedCheckpoint
    evidence: int
    tables: int
    changed: frozenset[str] | None


def live_files(
    state: ElectionState,
    checkpoint: SignedCheckpoint,
    trust: Trust,
    *,
    clock: int,
    refresh: int | None,
    before: Before | None,
    made: Made | None,
    cosigning: Cosigning = ALL_ANSWER,
) -> Iterator[tuple[str, bytes]]:
    """`latest.json` and then `live.json`, as (path below the publication, content).

    `clock`: when this is published; the time of the figures is that of the last cosignature, or this one
    where nobody cosigned. `refresh`: seconds after which to look again, None where nothing is to come.
    `before`: what was published before, None where nothing was. `made`: data and pages that stand there since
    then, of this checkpoint or an earlier one; None where they stand as they did. `cosigning`: who of the
    witnesses is silent. Published again, the same log says what it said.
    """
    cosigned = find_cosignatures(checkpoint, trust.policy)
    signed = checkpoint.checkpoint
    head: dict[str, object] = {
        "version": VERSION,
        "election": state.election.hex(),
        "origin": signed.origin,
        "size": signed.size,
        "root": signed.root.hex(),
        "time": _time(checkpoint, trust, clock),
    }
    shown = [
        (view, [_headline(state, view, basis.code) for basis in shown_bases(state, view.code)])
        for view in state.contests
    ]
    yield LATEST, msgspec.json.encode(head | _latest(state, shown)) + b"\n"
    pages, previous, named = _standing(before, made, trust, clock)
    live = Live(
        **head,  # type: ignore[arg-type]
        cosigners=[Cosigner(found.witness, found.timestamp) for found in cosigned],
        quorum=trust.policy.satisfied_by({found.witness for found in cosigned})
        if trust.policy.quorum != NO_QUORUM
        else None,
        **_said(cosigning),  # type: ignore[arg-type]
        counted=counted_in(state),
        refresh=refresh,
        pages=pages,
        previous=previous,
        changed=named,
        contests=[headlines[0] for _, headlines in shown if headlines],
    )
    yield LIVE, msgspec.json.encode(live) + b"\n"


def _time(checkpoint: SignedCheckpoint, trust: Trust, clock: int) -> int:
    return max((found.timestamp for found in find_cosignatures(checkpoint, trust.policy)), default=clock)


def _standing(
    before: Before | None, made: Made | None, trust: Trust, clock: int
) -> tuple[Standing | None, int | None, Sequence[str] | None]:
    """Where data and pages stand, where they stood before, and the areas that changed since."""
    stood = None if before is None else before.standing
    if made is None:
        return (None, None, None) if before is None else (stood, before.previous, before.changed)
    head = made.checkpoint.checkpoint
    time = _time(made.checkpoint, trust, clock)
    stand = Standing(head.size, head.root.hex(), time, made.evidence, made.tables)
    if before is None or stood is None:
        return stand, None, None
    if msgspec.structs.replace(stood, time=stand.time, tables=stood.whole) == stand:
        return stand, before.previous, before.changed
    few = made.changed is not None and len(made.changed) <= MOST_CHANGED
    return stand, stood.size, sorted(made.changed or ()) if few else None


def _said(cosigning: Cosigning) -> dict[str, object]:
    silent = [{"name": each.name, "since": each.since} for each in cosigning.silent]
    return {"silent": silent, "waiting": cosigning.waiting, "later": cosigning.later}


def restate(directory: Path, cosigning: Cosigning) -> bytes | None:
    """The `live.json` that stands in a directory with what it says of silent witnesses as it is now; None
    where there is none, or it says so already."""
    path = directory / LIVE
    try:
        content = path.read_bytes()
        stands = msgspec.json.decode(content, type=dict[str, object])
    except (OSError, *NO_JSON):
        return None
    said = msgspec.json.encode(stands | _said(cosigning)) + b"\n"
    return None if said == content else said


def _headline(state: ElectionState, view: ContestView, basis: str) -> Headline:
    found, at = totals(state, view.code, basis), state.areas.index[view.area]
    *classes, ballots = (None if said < 0 else said for said in found.beside[at].tolist())
    return Headline(
        view.code,
        basis,
        int(found.stations_counted[at]),
        int(found.stations_pending[at]),
        int(found.stations_silent[at]),
        view.candidates,
        found.candidates[at].tolist(),
        int(found.valid[at]),
        dict(zip(view.classes, classes, strict=True)),
        ballots,
    )


def _latest(state: ElectionState, shown: Sequence[tuple[ContestView, list[Headline]]]) -> dict[str, object]:
    body = state.definition.body
    return {
        "notices": {language: notices(state, language) for language in languages()},
        "kind": word(body.kind),
        "code": body.code,
        "titles": _texts(body.titles),
        "place": _texts(body.place),
        "voting_day": body.voting_day,
        "contests": [
            {
                "code": view.code,
                "titles": _texts(view.titles),
                "area": view.area,
                "candidates": [
                    {"code": code, "titles": _texts(titles)}
                    for code, titles in zip(view.candidates, view.candidate_titles, strict=True)
                ],
                "bases": [
                    {"titles": _texts(state.basis(headline.basis).titles)} | _figures(headline)
                    for headline in headlines
                ],
            }
            for view, headlines in shown
        ],
    }


def _figures(headline: Headline) -> dict[str, object]:
    found = msgspec.structs.asdict(headline)
    return {name: value for name, value in found.items() if name not in ("contest", "candidates")}


def _texts(titles: Sequence[Title]) -> dict[str, str]:
    return {title.language: title.text for title in titles}
