"""Small logs at the edges where implementations had disagreed, or where one record misled all of them.

Each says what every implementation must answer: to the checks that bear on it, by their numbers, and the
totals that are to be added up.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from hashlib import sha256
from typing import Any

from escrutinio.core.log.tiles import encode_bundle
from escrutinio.core.records import parts as p
from escrutinio.core.records import types as t
from escrutinio.core.records.codes import (
    AuthorRole,
    Category,
    Closes,
    Decision,
    LogRole,
    Removal,
    RevocationReason,
    Role,
    Step,
)
from escrutinio.core.records.entry import open_record
from tests.core.election.build import (
    AREAS,
    CLOSES,
    DAY,
    ORIGIN,
    PRESIDENT,
    ROOT,
    STATIONS,
    VOTES,
    Day,
    attachment,
    key,
    machines,
    ruling,
)

BOTH, PYTHON, BROWSER, NEITHER = "both", "python", "browser", "neither"
"""Who had been right before the rule was written down."""

ATTACHMENTS = "attachments"
BUNDLES = "log/tile/entries/000"
REPORT = b"The door was locked until eight."
FINE = {8: "holds", 9: "holds", 10: "holds", 11: "holds"}


@dataclass
class Edge:
    """A log and the answers to it.

    `right`: who had been right; `because` a sentence. `checks`: number to "holds", "fails" or "open".
    `files`: paths of the publication whose content is another, None for one that is not there. `unreadable`:
    paths that are there and cannot be read. `origin`: of the checkpoint.
    """

    day: Day
    right: str
    because: str
    checks: dict[int, str] = field(default_factory=lambda: dict(FINE))
    files: dict[str, bytes | None] = field(default_factory=dict)
    unreadable: tuple[str, ...] = ()
    origin: str = ORIGIN


EDGES: dict[str, Callable[[], Edge]] = {}


def edge(make: Callable[[], Edge]) -> Callable[[], Edge]:
    EDGES[make.__name__.replace("_", "-")] = make
    return make


def named(content: bytes) -> str:
    """Where an attachment stands."""
    return f"{ATTACHMENTS}/{sha256(content).hexdigest()}"


def sheets(day: Day) -> int:
    """Two stations whose machines report; the first sheet's entry. Ana leads as long as both count."""
    machines(day)
    first = day.sheet("machine/1", "n1.01", (50, 4, 3, 2))
    day.sheet("machine/2", "n1.02", (5, 40, 3, 2))
    return first


# --- what counts once, and what an act replaces ---


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


# --- what closes enrolment and the roll ---


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


# --- withdrawals and files ---


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


# --- keys, charter, bounds ---


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
    keys = [["machine/small", bytes([1]) + bytes(31), int(Role.MACHINE), [], [], []]]
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


# --- tables ---

TABLES: dict[str, tuple[str, str, bytes]] = {
    "byte-order-mark": (PYTHON, "A table begins with its header.", b"\xef\xbb\xbf" + STATIONS),
    "plus": (PYTHON, "Numbers have no sign.", STATIONS.replace(b",100\n", b",+100\n", 1)),
    "zero-first": (BOTH, "Numbers have no leading zero.", STATIONS.replace(b",100\n", b",0100\n", 1)),
    "blank-line": (PYTHON, "No line is blank.", STATIONS + b"\n"),
    "no-row": (PYTHON, "A roll has a station.", STATIONS[: STATIONS.index(b"\n") + 1]),
    "crlf": (BROWSER, "Lines end in LF.", STATIONS.replace(b"\n", b"\r\n")),
    "quoted": (BROWSER, "Only what needs quotes has them.", STATIONS.replace(b"n1.01", b'"n1.01"', 1)),
    "no-last-line-end": (BROWSER, "The last line ends in LF too.", STATIONS[:-1]),
    "twice": (BOTH, "A station stands once.", STATIONS + STATIONS[STATIONS.index(b"\n") + 1 :]),
    "not-utf8": (BOTH, "Tables are UTF-8.", STATIONS.replace(b"n1.01", b"n1\xff01", 1)),
}


def malformed_roll(table: bytes, centers: bytes | None = None, declared: str = "norte") -> Day:
    """A day on which a second roll cannot be read, so that the first stays in force."""
    day = Day()
    body = t.Roll(
        day.attach(table),
        None if centers is None else day.attach(centers),
        (p.Declared(declared, 3),),
        "2030-11-01",
        day.digest(day.rolled or 0),
    )
    day.say(body, "authority/1", "election")
    sheets(day)
    return day


def _table(name: str) -> Callable[[], Edge]:
    right, because, table = TABLES[name]
    said = f"{because} A roll of which a part cannot be read is none; check 9 holds."
    return lambda: Edge(malformed_roll(table), right, said)


EDGES |= {f"roll-{name}": _table(name) for name in TABLES}
CHANGED = STATIONS.replace(b",100\n", b",1\n")


@edge
def roll_with_malformed_centers() -> Edge:
    day = malformed_roll(CHANGED, centers=b"center,area,name\nn1,nowhere,Norte\n")
    return Edge(day, NEITHER, "A roll whose centers cannot be read is none; check 9 holds.")


@edge
def roll_that_declares_no_area() -> Edge:
    day = malformed_roll(CHANGED, declared="nowhere")
    return Edge(
        day, NEITHER, "A roll that declares stations of an area that there is not is none; check 9 holds."
    )


@edge
def roll_with_quoted_center_names() -> Edge:
    day = Day()
    centers = day.attach(b'center,area,name\nn1,norte,"Norte, ""1"""\nn2,norte,\n')
    body = t.Roll(day.attach(CHANGED), centers, (), "2030-11-01", day.digest(day.rolled or 0))
    day.say(body, "authority/1", "election")
    sheets(day)
    return Edge(day, BOTH, "A name with a comma and quotes is quoted, and the roll is in force.")


@edge
def areas_in_a_circle() -> Edge:
    table = AREAS + b"a,b,state,A\nb,a,state,B\n"
    return Edge(_with_areas(table), PYTHON, "Areas are one tree.", {8: "fails"})


@edge
def areas_without_a_name() -> Edge:
    table = AREAS + b"este,isla,state,\n"
    return Edge(_with_areas(table), PYTHON, "Every area has a level and a name.", {8: "fails"})


@edge
def two_contests_of_one_code() -> Edge:
    day = defined(contests=(PRESIDENT, PRESIDENT))
    return Edge(day, PYTHON, "The parts of a definition do not contradict each other.", {8: "fails"})


def defined(**changes: Any) -> Day:
    """A log of two entries whose definition has these parts otherwise."""
    day = Day(charter=False)
    body = day_body(day)
    day.log.clear()
    day.election = b""
    day.say(replace(body, **changes), ROOT, "election")
    day.election = day.digest(0)
    day.say(t.Charter(ORIGIN, LogRole.OFFICIAL, body.titles, key(ROOT).public_key, None), ROOT, "election")
    return day


def day_body(day: Day) -> t.Definition:
    body = open_record(day.log[0]).body
    assert isinstance(body, t.Definition)
    return body


def _with_areas(table: bytes) -> Day:
    """A log whose definition names another table of areas."""
    day = defined(areas=attachment(table))
    day.attach(table)
    return day


@edge
def malformed_listing() -> Edge:
    day = Day()
    sheets(day)
    listing = day.attach(b"machine,station\r\nmachine/1,n1.01\r\n")
    day.say(t.Lifecycle(Step.INSTALLED, (), None, listing), "authority/1", "lot-1")
    return Edge(day, BROWSER, "A machine list that cannot be read is a finding; check 9 holds.")


@edge
def missing_listing() -> Edge:
    day = Day()
    sheets(day)
    listing = day.attach(b"machine,station\nmachine/1,n1.01\n")
    day.say(t.Lifecycle(Step.INSTALLED, (), None, listing), "authority/1", "lot-1")
    path = f"{ATTACHMENTS}/{listing.digest.hex()}"
    because = "A machine list of an act in force is a file that is needed."
    return Edge(day, PYTHON, because, FINE | {11: "fails"}, {path: None})


# --- the count ---


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


# --- bundles ---


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


def edges() -> Iterator[tuple[str, Edge]]:
    """Every case by its name."""
    for name, make in EDGES.items():
        yield name, make()
