"""Edges of acts: what counts once, what replaces what, what closes enrolment and the roll."""

from __future__ import annotations

from escrutinio.core.records.codes import (
    Closes,
    Decision,
    Role,
)
from escrutinio.core.records.types import Ruling
from tests.core.election.build import (
    CLOSES,
    DAY,
    STATIONS,
    VOTES,
    Day,
    manual,
    ruling,
)
from tests.edges.edge import (
    BOTH,
    BROWSER,
    NEITHER,
    Edge,
    edge,
    sheets,
)


@edge
def replayed_ruling() -> Edge:
    day = Day()
    sheet = sheets(day)
    annul = ruling(day, Decision.ANNUL)
    ruling(day, Decision.SELECT, sheet, replaces=annul)
    day.repeat(annul)
    return Edge(day, NEITHER, "The bytes of a ruling that was replaced, again: an entry counts once.")


@edge
def two_officers_replayed() -> Edge:
    day = Day(officers=2, stations=None)
    rolls = [day.roll(STATIONS, by=f"authority/{number}") for number in (1, 2)]
    sheet = sheets(day)
    annul = [ruling(day, Decision.ANNUL, by=f"authority/{number}") for number in (1, 2)]
    for number in (1, 2):
        ruling(day, Decision.SELECT, sheet, by=f"authority/{number}", replaces=annul[1])
    for index in (*rolls, *annul):
        day.repeat(index)
    return Edge(day, NEITHER, "As many old records as officers are needed complete nothing anew.")


@edge
def withheld_act() -> Edge:
    day = Day()
    sheet = sheets(day)
    late = day.log.pop(ruling(day, Decision.ANNUL))
    select = ruling(day, Decision.SELECT, sheet)
    ruling(day, Decision.UPHOLD, replaces=select)
    day.log.append(late)
    return Edge(
        day,
        NEITHER,
        "An act that was signed before, and kept back until another was in force, replaces nothing.",
    )


@edge
def consent_to_replaced_act() -> Edge:
    day = Day(officers=2, stations=None)
    for number in (1, 2):
        day.roll(STATIONS, by=f"authority/{number}")
    sheet = sheets(day)
    ruling(day, Decision.ANNUL, by="authority/1")
    for number in (1, 2):
        ruling(day, Decision.SELECT, sheet, by=f"authority/{number}")
    ruling(day, Decision.ANNUL, by="authority/2")
    return Edge(
        day, NEITHER, "The second officer agrees to an act that waited while another took effect: it is dead."
    )


@edge
def late_consent_to_the_act_in_force() -> Edge:
    day = Day(officers=1)
    sheets(day)
    annul = ruling(day, Decision.ANNUL)
    ruling(day, Decision.ANNUL, by="authority/2")
    ruling(day, Decision.DISMISS, replaces=annul)
    return Edge(day, NEITHER, "Whoever says the same as the act in force consents, and replaces nothing.")


@edge
def roll_said_again() -> Edge:
    day = Day()
    sheets(day)
    first = day.rolled
    day.roll(STATIONS.replace(b"n1.02,n1,norte,100", b"n1.02,n1,norte,50"), replaces=first)
    assert first is not None
    day.repeat(first)
    day.roll(STATIONS, at=DAY + 9)
    return Edge(
        day,
        NEITHER,
        "The first roll, by its bytes and signed anew, does not come back: the second is in force.",
    )


@edge
def early_zero_report() -> Edge:
    day = Day(calendar=(CLOSES,))
    day.enrol("machine/stolen", Role.MACHINE)
    day.zero("machine/stolen", "n2.01")
    day.sheet("machine/stolen", "nowhere", VOTES)
    day.roll(STATIONS.replace(b"n1.02,n1,norte,100", b"n1.02,n1,norte,"), replaces=day.rolled)
    sheets(day)
    return Edge(
        day, NEITHER, "The first report of one machine closes nothing: neither enrolment nor the roll."
    )


@edge
def closing_before_enrolment() -> Edge:
    day = Day(calendar=(CLOSES,))
    day.close(Closes.ENROLMENT)
    sheets(day)
    return Edge(
        day, NEITHER, "Machines enrolled above the closing are late, whatever time their enrolment states."
    )


@edge
def closing_after_enrolment() -> Edge:
    day = Day()
    sheets(day)
    day.close(Closes.ENROLMENT)
    day.enrol("machine/4", Role.MACHINE, "s1.01", at=DAY - 9_000)
    day.sheet("machine/4", "s1.01", VOTES)
    return Edge(
        day, NEITHER, "Only the machine enrolled above the closing is late, and without any calendar."
    )


@edge
def closing_by_one_of_two_officers() -> Edge:
    day = Day(officers=2, stations=None)
    for number in (1, 2):
        day.roll(STATIONS, by=f"authority/{number}")
    day.close(Closes.ENROLMENT, by="authority/1")
    sheets(day)
    day.close(Closes.ENROLMENT, by="authority/2")
    return Edge(day, NEITHER, "A closing takes effect where the last officer needed agrees, and not before.")


@edge
def roll_after_its_closing() -> Edge:
    day = Day()
    sheets(day)
    day.close(Closes.ROLL)
    day.roll(STATIONS.replace(b",100", b",1"), replaces=day.rolled)
    return Edge(
        day,
        NEITHER,
        "A roll above the closing of the roll changes nothing; one below it does, after sheets too.",
    )


@edge
def only_roll_after_its_closing() -> Edge:
    day = Day(stations=None)
    day.close(Closes.ROLL)
    day.roll(STATIONS)
    sheets(day)
    return Edge(
        day, NEITHER, "Where no roll stands below the closing, the first readable one at all is in force."
    )


def recounted() -> tuple[Day, int]:
    """Two sheets, and a ruling that orders a recount in the area of both."""
    day = Day()
    sheets(day)
    for number in (1, 2):
        day.enrol(f"board/{number}", Role.BOARD, "n1.01")
    order = Ruling(None, Decision.RECOUNT, None, None, "art. 1", None)
    return day, day.say(order, "authority/1", "area/norte/presidente")


@edge
def recounts_that_differ() -> Edge:
    day, order = recounted()
    for number in (1, 2):
        body = manual((40 + number, 4, 3, 2), ruling=day.digest(order))
        day.say(body, f"board/{number}", "n1.01/presidente")
    return Edge(day, NEITHER, "Two recounts of one station that differ: it is pending, and neither counts.")


@edge
def recount_said_twice() -> Edge:
    day, order = recounted()
    for number in (1, 2):
        day.say(manual(VOTES, ruling=day.digest(order)), f"board/{number}", "n1.01/presidente")
    return Edge(day, BOTH, "Two recounts of one station that say the same: the first counts.")


@edge
def annulled_after_an_order() -> Edge:
    day, _ = recounted()
    ruling(day, Decision.ANNUL)
    return Edge(day, BROWSER, "What a later ruling annuls waits for no recount: it is annulled, not pending.")
