"""Retractions: a signer takes back a copy or a claim of their own.

What is taken back stays in the log and in the state, and counts no longer among copies and claims; so it is
shown as such, with who took it back and where. Only who said it may take it back.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

import numpy as np

from escrutinio.base.dataclass import dataclass
from escrutinio.core.election.rows import SheetTable
from escrutinio.core.election.state import Logged, Standing
from escrutinio.core.records import types as t

UNKNOWN, OTHERS, TYPE, AGAIN = "unknown", "others", "type", "again"
"""Why a retraction has no effect: no record that stands below it has that digest; another name signed it; it
is neither a copy nor a claim; it was taken back before."""


@dataclass(frozen=True, slots=True)
class TakenBack:
    """A retraction by whoever may sign one. `entry`: the index of the record that it is about, None where it
    has no effect; `why` then says why not."""

    logged: Logged[t.Retraction]
    entry: int | None
    why: str = ""


@dataclass(frozen=True, slots=True)
class _Said:
    """A record that a retraction may be about."""

    index: int
    signer: str
    kind: int


def retracted_digests(controls: Iterable[Logged[t.Body]]) -> set[bytes]:
    """The digests that retractions name."""
    return {found.body.record for each in controls if (found := each.takes_effect(t.Retraction)) is not None}


def judge_retractions(
    controls: Iterable[Logged[t.Body]],
    tables: Mapping[str, SheetTable],
    signers: tuple[str, ...],
    digests: tuple[bytes, ...],
) -> list[TakenBack]:
    """Say of each retraction by whoever may sign one whether it has effect, in log order; `signers` and
    `digests` are those of the state."""
    controls = list(controls)
    named = retracted_digests(controls)
    if not named:
        return []
    said = {
        logged.entry.digest: _Said(logged.index, logged.entry.signer, logged.body.TYPE)
        for logged in controls
        if logged.entry.digest in named
    }
    for table in tables.values():
        for row in np.flatnonzero(table.record >= 0).tolist():
            signer = signers[table.signer[row]]
            said[digests[table.record[row]]] = _Said(int(table.index[row]), signer, int(table.kind[row]))
    found: list[TakenBack] = []
    gone: set[int] = set()
    for each in controls:
        if (logged := each.takes_effect(t.Retraction)) is None:
            continue
        about = said.get(logged.body.record)
        why = _why_not(logged, about, gone)
        if about is None or why:
            found.append(TakenBack(logged, None, why))
        else:
            gone.add(about.index)
            found.append(TakenBack(logged, about.index))
    return found


def _why_not(logged: Logged[t.Retraction], about: _Said | None, gone: set[int]) -> str:
    if about is None or about.index >= logged.index:
        return UNKNOWN
    if about.signer != logged.entry.signer:
        return OTHERS
    if about.kind not in (t.Copy.TYPE, t.Claim.TYPE):
        return TYPE
    return AGAIN if about.index in gone else ""


def without_retracted(
    controls: Iterable[Logged[t.Body]], retracted: Mapping[int, int]
) -> tuple[Logged[t.Body], ...]:
    """The same records, those that were taken back marked so; `retracted` as in the state."""
    return tuple(
        replace(logged, standing=Standing.RETRACTED)
        if logged.index in retracted and logged.standing is Standing.EFFECTIVE
        else logged
        for logged in controls
    )
