"""Edges of whole logs: root, keys, charter, definition, bounds, bundles, and the count."""

from __future__ import annotations

from escrutinio.core.log.tiles import encode_bundle
from escrutinio.core.records import parts as p
from escrutinio.core.records import types as t
from escrutinio.core.records.codes import (
    AuthorRole,
    Decision,
    LogRole,
    RevocationReason,
    Role,
)
from tests.core.election.build import (
    DAY,
    ORIGIN,
    ROOT,
    STATIONS,
    VOTES,
    Day,
    key,
    ruling,
)
from tests.edges.edge import (
    BOTH,
    BROWSER,
    BUNDLES,
    FINE,
    NEITHER,
    PYTHON,
    Edge,
    edge,
    sheets,
)


@edge
def root_enrolled_and_revoked() -> Edge:
    day = Day()
    day.enrol(ROOT, Role.MACHINE)
    day.say(t.Revocation(key(ROOT).kid, RevocationReason.LOST), ROOT, "election")
    sheets(day)
    return Edge(
        day,
        BROWSER,
        "The root's key is the root's from the charter on: no enrolment or revocation touches it.",
    )


@edge
def key_of_small_order() -> Edge:
    day = Day()
    sheets(day)
    keys = [["machine/small", bytes([1]) + bytes(31), int(Role.MACHINE), [], [], [], bytes(64)]]
    day.say_plain(t.Enrolment.TYPE, [keys], ROOT, "election")
    because = "An enrolment of a key whose signatures cannot be checked fails check 10, where it stands."
    return Edge(day, PYTHON, because, FINE | {10: "fails"})


@edge
def charter_of_another_origin() -> Edge:
    day = Day()
    sheets(day)
    because = "A log whose charter names another is not that log."
    return Edge(day, BROWSER, because, {8: "holds", 9: "fails"}, origin="log.example/other")


@edge
def charter_with_another_root() -> Edge:
    day = Day(charter=False)
    titles = (p.Title("es", "Isla"),)
    other = t.Charter(ORIGIN, LogRole.OFFICIAL, titles, key("other/root").public_key, None)
    day.say(other, "other/root", "election")
    return Edge(day, BROWSER, "An official log has the definition's root.", {8: "holds", 9: "fails"})


@edge
def no_charter() -> Edge:
    day = Day(charter=False)
    day.enrol("machine/1", Role.MACHINE)
    return Edge(day, BOTH, "Entry 1 is the charter.", {8: "holds", 9: "fails"})


@edge
def out_of_bounds() -> Edge:
    day = Day()
    sheets(day)
    day.say_plain(t.MachineEvent.TYPE, [0, 253_402_300_800, 0], "machine/1", "n1.01")
    report = [0, DAY, [[bytes(32), 2**28 + 1, "text/html"]]]
    day.say_plain(t.IncidentReport.TYPE, report, "party/azul/1", "election")
    because = "What was admitted before there were bounds says nothing, and fails nothing."
    return Edge(day, NEITHER, because)


@edge
def ruled_without_official_sheets() -> Edge:
    day = Day(role=LogRole.PARTY)
    day.copy("party/azul/1", "n1.01", VOTES)
    ruling(day, Decision.ANNUL)
    because = "There is a basis as ruled only where there are official sheets, or the log is official."
    return Edge(day, PYTHON, because)


@edge
def imported() -> Edge:
    day = Day(role=LogRole.IMPORTER, author=AuthorRole.IMPORTER, stations=None)
    day.enrol("importer/rosa", Role.IMPORTER)
    day.roll(STATIONS, by="importer/rosa")
    day.copy("importer/rosa", "n1.01", VOTES)
    day.roll(STATIONS.replace(b",100\n", b",1\n"), by="importer/rosa", replaces=day.rolled)
    day.copy("importer/rosa", "n1.02", VOTES)
    return Edge(day, BOTH, "An importer's rolls replace each other as an officer's do.")


def with_full_bundle(entries: int, garbage: bytes = b"") -> Edge:
    """The full bundle of so many entries in the place of the partial one."""
    day = Day()
    sheets(day)
    width = len(day.log)
    padding = [b"x"] * max(0, entries - width)
    full = encode_bundle([*day.log, *padding]) + garbage
    partial = f"{BUNDLES}.p/{width}"
    return Edge(day, BROWSER, "", dict(FINE), {partial: None, BUNDLES: full})


@edge
def full_bundle_for_a_partial_one() -> Edge:
    found = with_full_bundle(256)
    found.right, found.because = BOTH, "A whole full bundle stands for a partial one that is gone."
    found.checks |= {4: "holds", 5: "holds"}
    return found


@edge
def full_bundle_that_is_short() -> Edge:
    found = with_full_bundle(112)
    found.because, found.checks = "A full bundle has 256 entries, or it stands for nothing.", {4: "fails"}
    return found


@edge
def full_bundle_with_a_rest() -> Edge:
    found = with_full_bundle(256, b"\0")
    found.because, found.checks = "A full bundle ends after its 256 entries.", {4: "fails"}
    return found
