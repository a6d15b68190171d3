"""Copies, hand counts, bulletins and proclamations against what the log shows."""

from collections.abc import Callable
from hashlib import sha256

import numpy as np
import pytest

from escrutinio.core.log.merkle import leaf_hash, tree_root
from escrutinio.core.records import parts as p
from escrutinio.core.records import types as t
from escrutinio.core.records.codes import (
    Basis,
    LogRole,
    Role,
)
from tests.core.election.build import ORIGIN, VOTES, Day, codes, found, honest

BY_CANDIDATE = (8, 4, 2)


def head(day: Day, size: int | None = None) -> p.LogHead:
    size = len(day.log) if size is None else size
    return p.LogHead(ORIGIN, size, tree_root(list(map(leaf_hash, day.log[:size]))))


@pytest.mark.parametrize(
    ("original", "expected"), [(b"\1" * 32, "copy-original-absent"), (None, "copy-unsigned")]
)
def test_a_copy_without_an_original_that_can_be_looked_at(original: bytes | None, expected: str) -> None:
    day = honest()
    day.copy("party/azul/1", "n1.01", VOTES, original=original)
    assert codes(day.state()) == [expected]


def test_a_copy_of_a_sheet_that_its_machine_signed() -> None:
    day = honest()
    day.copy("party/azul/1", "n1.01", VOTES, original=original_of(day, "n1.01"))
    assert codes(day.state()) == []


def test_the_original_of_a_copy_is_one_of_its_station_that_its_signer_was_entitled_to() -> None:
    day = honest()
    day.enrol("machine/2", Role.MACHINE, "n1.02")
    day.sheet("machine/2", "n1.02", VOTES)
    stranger = day.sheet("machine/2", "n1.01", VOTES)
    counted = day.hand_count("observer/cano", "n1.01", VOTES)
    copies = [
        day.copy("party/azul/1", "n1.01", VOTES, original=sha256(day.log[stranger]).digest()),
        day.copy("party/azul/1", "n1.01", VOTES, original=sha256(day.log[counted]).digest()),
        day.copy("party/azul/1", "n1.01", VOTES, original=original_of(day, "n1.02")),
        day.copy("party/azul/1", "n1.01", VOTES, original=original_of(day, "n1.01")),
    ]
    (finding,) = found(day.state(), "copy-unsigned")
    assert (finding.count, list(finding.entries)) == (3, copies[:3])
    assert found(day.state(), "copy-original-absent") == []


def original_of(day: Day, station: str) -> bytes:
    """The digest of the sheet of a station's machine."""
    state = day.state()
    table = state.tables["presidente"]
    (row,) = np.flatnonzero((table.station == state.roll.index[station]) & (table.basis == 0)).tolist()[:1]
    return sha256(day.log[int(table.index[row])]).digest()


def test_unsigned_copies_are_one_finding() -> None:
    day = honest()
    for station in ("n1.01", "n1.02"):
        day.copy("party/azul/1", station, VOTES)
    (finding,) = found(day.state(), "copy-unsigned")
    assert finding.count == 2


def test_copy_differs() -> None:
    day = honest()
    copy = day.copy("party/azul/1", "n1.01", (5, 4, 2, 3), original=b"\1" * 32)
    (finding,) = found(day.state(), "copy-differs")
    assert (finding.code, finding.entries[0], finding.station) == ("copy-differs", copy, "n1.01")


def test_official_missing() -> None:
    day = honest()
    day.copy("party/azul/1", "n1.02", VOTES, original=b"\1" * 32)
    (finding,) = found(day.state(), "official-missing")
    assert (finding.code, finding.count) == ("official-missing", 1)


@pytest.mark.parametrize(("counts", "expected"), [(VOTES, []), ((5, 4, 3, 1), ["hand-count-differs"])])
def test_hand_count_differs(counts: tuple[int, ...], expected: list[str]) -> None:
    day = honest()
    day.hand_count("board/n1.01", "n1.01", counts)
    assert codes(day.state()) == expected


def bulletin(day: Day, **change: object) -> int:
    stated: dict[str, object] = {
        "number": 1, "basis": Basis.REPORTED, "head": head(day), "counts": BY_CANDIDATE,
        "classes": (0, 0), "valid": None, "stations": 1, **change,
    }  # fmt: skip
    return day.say(t.Bulletin(**stated), "authority/1", "presidente")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("change", "differs"),
    [
        (lambda day: {}, None),
        (lambda day: {"counts": (8, 4, 3)}, "counts"),
        (lambda day: {"counts": (8, 4)}, "counts"),
        (lambda day: {"classes": (1, 0)}, "classes"),
        (lambda day: {"classes": (0, 1)}, "classes"),
        (lambda day: {"classes": (0,)}, "classes"),
        (lambda day: {"valid": 14}, "valid"),
        (lambda day: {"stations": 2}, "stations"),
        (lambda day: {"head": p.LogHead(ORIGIN, len(day.log), b"\0" * 32)}, "root"),
        (lambda day: {"head": p.LogHead("other", len(day.log), b"\0" * 32)}, "origin"),
        (lambda day: {"head": p.LogHead(ORIGIN, len(day.log) + 1, b"\0" * 32)}, "size"),
        (lambda day: {"head": head(day, len(day.log) - 1)}, "counts, stations"),
        (lambda day: {"basis": Basis.RULED}, None),
    ],
)
def test_bulletin_mismatch(change: Callable[[Day], dict[str, object]], differs: str | None) -> None:
    day = honest()
    bulletin(day, **change(day))
    day.enrol("machine/2", Role.MACHINE, "n1.02")
    state = day.state()
    assert [dict(finding.values)["differs"] for finding in state.findings] == ([differs] if differs else [])


def test_a_bulletin_is_held_against_the_log_at_its_size() -> None:
    day = honest()
    bulletin(day)
    day.sheet("machine/1", "n1.01", (9, 4, 3, 2))
    state = day.state()
    assert codes(state) == ["conflict"]
    bulletin(day, number=2)
    assert codes(day.state()) == ["conflict", "bulletin-mismatch"]


def test_a_bulletin_of_an_area() -> None:
    day = honest()
    body = t.Bulletin(1, Basis.REPORTED, head(day), (0, 0, 0), (0, 0), None, 0)
    day.say(body, "authority/1", "presidente/sur")
    day.say(body, "authority/1", "presidente/este")
    assert [finding.area for finding in day.state().findings] == ["este"]


@pytest.mark.parametrize(
    ("elected", "counts", "differs"),
    [
        (("ana",), BY_CANDIDATE, None),
        (("ana",), (9, 4, 2), "counts"),
        (("blas",), BY_CANDIDATE, "elected"),
        (("nadie",), BY_CANDIDATE, "elected"),
    ],
)
def test_proclamation_mismatch(
    elected: tuple[str, ...], counts: tuple[int, ...], differs: str | None
) -> None:
    day = honest()
    day.say(t.Proclamation(elected, head(day), counts), "authority/1", "presidente")
    values = [dict(finding.values)["differs"] for finding in day.state().findings]
    assert values == ([differs] if differs else [])


def test_an_importers_log_says_that_its_copies_have_no_original_and_no_official_sheet() -> None:
    day = Day(role=LogRole.PARTY)
    day.copy("party/azul/1", "n1.01", VOTES)
    assert codes(day.state()) == ["copy-unsigned", "official-missing"]
