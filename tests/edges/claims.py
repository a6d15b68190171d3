"""Edges of attachments: who claims and withdraws a file, and what is missing, other or unreadable."""

from __future__ import annotations

from hashlib import sha256

from escrutinio.core.records import parts as p
from escrutinio.core.records import types as t
from escrutinio.core.records.codes import (
    Category,
    Removal,
    Role,
)
from tests.core.election.build import (
    AREAS,
    DAY,
    STATIONS,
    Day,
    attachment,
)
from tests.edges.edge import (
    BOTH,
    BROWSER,
    FINE,
    NEITHER,
    PYTHON,
    REPORT,
    Edge,
    edge,
    named,
    sheets,
)


def with_report(day: Day) -> int:
    """An incident report with a file, by a party."""
    report = t.IncidentReport(Category.ACCESS, DAY, (day.attach(REPORT),))
    return day.say(report, "party/azul/1", "station/n1.01")


def withdraw(day: Day, content: bytes, by: str) -> int:
    return day.say(t.Withdrawal(sha256(content).digest(), Removal.ERROR), by, "election")


@edge
def withdrawn_roll_gone() -> Edge:
    day = Day()
    sheets(day)
    withdraw(day, STATIONS, "party/azul/1")
    withdraw(day, STATIONS, "authority/1")
    gone: dict[str, bytes | None] = {named(STATIONS): None}
    return Edge(day, BROWSER, "No withdrawal ends the need for a roll in force.", FINE | {11: "fails"}, gone)


@edge
def withdrawn_roll_there() -> Edge:
    day = Day()
    sheets(day)
    withdraw(day, STATIONS, "party/azul/1")
    return Edge(day, BOTH, "A withdrawal by who never named the file has no effect.")


@edge
def withdrawn_by_its_signer() -> Edge:
    day = Day()
    sheets(day)
    with_report(day)
    withdraw(day, REPORT, "party/azul/1")
    return Edge(day, BOTH, "The file of one's own record may go.", files={named(REPORT): None})


@edge
def altered_after_a_rivals_withdrawal() -> Edge:
    day = Day()
    day.enrol("party/rojo/1", Role.PARTY)
    sheets(day)
    with_report(day)
    day.say(t.IncidentReport(Category.ACCESS, DAY, (attachment(REPORT),)), "party/rojo/1", "station/n1.01")
    withdraw(day, REPORT, "party/rojo/1")
    because = (
        "Naming a rival's digest gives no right over the file: it is still claimed, and must be that file."
    )
    return Edge(day, PYTHON, because, FINE | {11: "fails"}, {named(REPORT): b"another file"})


@edge
def withdrawn_before_it_was_named() -> Edge:
    day = Day()
    sheets(day)
    withdraw(day, REPORT, "party/azul/1")
    with_report(day)
    because = "A withdrawal ends the claims of records below it, and of none above."
    return Edge(day, NEITHER, because, FINE | {11: "fails"}, {named(REPORT): b"another file"})


@edge
def file_that_nobody_needs_is_missing() -> Edge:
    day = Day()
    sheets(day)
    with_report(day)
    because = "Whoever names a file that does not exist spoils nobody's verification: it is told."
    return Edge(day, BROWSER, because, files={named(REPORT): None})


@edge
def size_that_is_not_the_files() -> Edge:
    day = Day()
    sheets(day)
    wrong = p.Attachment(sha256(STATIONS).digest(), 7, "text/csv")
    day.say(t.IncidentReport(Category.ACCESS, DAY, (wrong,)), "party/azul/1", "station/n1.01")
    return Edge(day, BROWSER, "A wrong size is that record's own mistake; the roll stays what it is.")


@edge
def file_of_a_refused_record() -> Edge:
    day = Day()
    sheets(day)
    statement = t.Complaint(Category.ACCESS, DAY, bytes(32))
    day.say(statement, "machine/1", "election")
    day.say(t.IncidentReport(Category.ACCESS, DAY, (attachment(b"never"),)), "machine/1", "election")
    return Edge(
        day, NEITHER, "A record that its signer may not say claims no file.", files={named(b"never"): b"x"}
    )


@edge
def file_that_cannot_be_read() -> Edge:
    day = Day()
    sheets(day)
    with_report(day)
    because = "What is there and cannot be read is open, and never a confirmation."
    return Edge(day, NEITHER, because, FINE | {11: "open"}, unreadable=(named(REPORT),))


@edge
def roll_that_cannot_be_read_from_disk() -> Edge:
    day = Day()
    sheets(day)
    because = "A roll that could not be read leaves its check open, and so the totals."
    return Edge(day, NEITHER, because, FINE | {11: "open", 12: "open"}, unreadable=(named(STATIONS),))


@edge
def areas_that_cannot_be_read() -> Edge:
    day = Day()
    because = "Without the areas nothing is known of the election."
    return Edge(
        day, NEITHER, because, {8: "open", 9: "open", 10: "open", 11: "open"}, unreadable=(named(AREAS),)
    )


@edge
def areas_missing() -> Edge:
    day = Day()
    gone: dict[str, bytes | None] = {named(AREAS): None}
    return Edge(day, BOTH, "Without the areas there is no election.", {8: "fails"}, gone)


@edge
def request_for_removal() -> Edge:
    day = Day()
    sheets(day)
    with_report(day)
    body = t.RemovalRequest(sha256(REPORT).digest(), Removal.COURT_ORDER, "art. 3")
    day.say(body, "authority/1", "election")
    because = "Officers ask for a removal and remove nothing; a type from 128 on changes no answer."
    return Edge(day, NEITHER, because, FINE | {11: "fails"}, {named(REPORT): b"another file"})
