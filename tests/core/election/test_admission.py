"""Admission: an honest record is admitted, and the same with one thing changed is refused, with its code."""

import tracemalloc
from collections.abc import Callable
from hashlib import sha256

import pytest

from escrutinio.base.errors import DefinitionError
from escrutinio.core.election.admission import Admission
from escrutinio.core.records import parts as p
from escrutinio.core.records import types as t
from escrutinio.core.records.codes import AuthorRole, LogRole, Removal, RevocationReason, Role
from escrutinio.core.records.keys import SMALL_ORDER, SigningKey
from tests.core.election.build import (
    AREAS,
    DAY,
    ORIGIN,
    ROOT,
    STATIONS,
    VOTES,
    Day,
    full_day,
    honest,
    key,
    machines,
)


def code(day: Day, *offered: bytes) -> str | None:
    """What the log of `day` answers to the last of the records offered, those before it being admitted."""
    admission = Admission(day.attachments.get)
    admission.follow(day.log)
    *before, verdict = admission.judge(offered)
    assert before == [None] * len(before)
    if verdict is None:
        return None
    assert str(verdict.why).endswith(".")
    return verdict.code


def taken(day: Day) -> bytes:
    """The last record, taken from the log again: to be offered to it."""
    return day.log.pop()


def revoke(day: Day, name: str, by: str = ROOT) -> int:
    return day.say(t.Revocation(key(name).kid, RevocationReason.LOST), by, "election")


# --- one honest record, and one thing changed ---


@pytest.fixture
def day() -> Day:
    """A day on which machine/1 may speak of station n1.01, and everything else is as it should be."""
    day = machines(Day())
    day.enrol("board/norte", Role.BOARD, "norte")
    day.enrol_all([("importer/x", Role.IMPORTER, ())])
    limited = day.held("board/p", Role.BOARD, (), ("presidente",))
    day.say(t.Enrolment((limited,)), ROOT, "election")
    return day


def sheet(day: Day) -> bytes:
    day.sheet("machine/1", "n1.01", VOTES)
    return taken(day)


def test_an_honest_sheet_is_admitted(day: Day) -> None:
    assert code(day, sheet(day)) is None


def altered_signature(day: Day) -> bytes:
    raw = sheet(day)
    return raw[:-1] + bytes([raw[-1] ^ 1])


def by(name: str, station: str = "n1.01", contest: str = "presidente") -> Callable[[Day], bytes]:
    def said(day: Day) -> bytes:
        day.sheet(name, station, VOTES, contest=contest)
        return taken(day)

    return said


def manual(name: str, station: str, contest: str = "presidente") -> Callable[[Day], bytes]:
    def said(day: Day) -> bytes:
        day.say(t.ManualSheet(VOTES, (0, 0)), name, f"{station}/{contest}")
        return taken(day)

    return said


def after_revocation(day: Day) -> bytes:
    revoke(day, "machine/1")
    return sheet(day)


def other_name(day: Day) -> bytes:
    day.say(t.TallySheet(VOTES, (0, 0)), "machine/9", "n1.01/presidente", signing=key("machine/1"))
    return taken(day)


def other_key_of_the_name(day: Day) -> bytes:
    forged = SigningKey(bytes(range(32)))
    day.say(t.TallySheet(VOTES, (0, 0)), "machine/1", "n1.01/presidente", signing=forged)
    return taken(day)


def other_election(day: Day) -> bytes:
    other = machines(Day(officers=2))
    return sheet(other)


def unknown_type(day: Day) -> bytes:
    day.say_plain(120, [1, 2], "machine/1", "n1.01/presidente")
    return taken(day)


def wrong_positions(day: Day) -> bytes:
    day.say_plain(t.TallySheet.TYPE, [1, 2], "machine/1", "n1.01/presidente")
    return taken(day)


def enrolment(by: str, public_key: bytes | None = None) -> Callable[[Day], bytes]:
    def said(day: Day) -> bytes:
        held = day.held("machine/7", Role.MACHINE)
        plain = [held.name, public_key or held.public_key, int(held.role), [], [], [], held.proof]
        day.say_plain(t.Enrolment.TYPE, [[plain]], by, "election")
        return taken(day)

    return said


def plain_statement(day: Day) -> bytes:
    day.say(t.WitnessPolicy(day.attach(b"policy")), ROOT, "election")
    return taken(day)


def root_claims(day: Day) -> bytes:
    day.sheet(ROOT, "n1.01", VOTES)
    return taken(day)


def root_publishes_roll(day: Day) -> bytes:
    day.roll(STATIONS, by=ROOT)
    return taken(day)


REFUSED: dict[str, tuple[Callable[[Day], bytes], str | None]] = {
    "cut off": (lambda day: sheet(day)[:-1], "malformed"),
    "one byte more": (lambda day: sheet(day) + b"\0", "malformed"),
    "wrong positions": (wrong_positions, "malformed"),
    "rubbish": (lambda day: b"rubbish", "malformed"),
    "unknown type": (unknown_type, "unknown-type"),
    "another election": (other_election, "other-election"),
    "the definition again": (lambda day: day.log[0], "other-election"),
    "unenrolled": (by("machine/77"), "not-enrolled"),
    "under another name": (other_name, "not-enrolled"),
    "another key of that name": (other_key_of_the_name, "not-enrolled"),
    "revoked": (after_revocation, "revoked"),
    "altered signature": (altered_signature, "bad-signature"),
    "a party's tally sheet": (by("party/azul/1"), "not-entitled"),
    "a machine's manual sheet": (manual("machine/1", "n1.01"), "not-entitled"),
    "an importer where it is none": (
        lambda day: (day.copy("importer/x", "n1.01", VOTES), taken(day))[1],
        "not-entitled",
    ),
    "the root's sheet": (root_claims, "not-entitled"),
    "the root's roll": (root_publishes_roll, "not-entitled"),
    "an officer's enrolment": (enrolment("authority/1"), "not-entitled"),
    "an officer's revocation": (
        lambda day: (revoke(day, "machine/1", "authority/1"), taken(day))[1],
        "not-entitled",
    ),
    "a second charter": (lambda day: day.log[1], "not-entitled"),
    "another station": (by("machine/1", "n1.02"), "out-of-scope"),
    "another station, unknown": (by("machine/1", "x9.01"), "out-of-scope"),
    "outside the area": (manual("board/norte", "s1.01"), "out-of-scope"),
    "another contest": (manual("board/p", "n1.01", "consejo"), "out-of-scope"),
    "a key of small order": (enrolment(ROOT, min(SMALL_ORDER)), "unfit-key"),
    "a key off the curve": (enrolment(ROOT, b"\2" + bytes(31)), "unfit-key"),
    # The other side of each: content is not judged.
    "inside the area": (manual("board/norte", "n2.01"), None),
    "the contest": (manual("board/p", "n1.01"), None),
    "a station that no roll has, for an area": (manual("board/norte", "x9.01"), None),
    "a contest that the definition lacks": (by("machine/1", contest="alcalde"), None),
    "too few counts": (
        lambda day: (day.say(t.TallySheet((1,), (0, 0)), "machine/1", "n1.01/presidente"), taken(day))[1],
        None,
    ),
    "more votes than voters": (by("machine/1"), None),
    "the root's enrolment": (enrolment(ROOT), None),
    "a witness policy": (plain_statement, None),
}


@pytest.mark.parametrize("name", REFUSED)
def test_one_thing_changed(day: Day, name: str) -> None:
    make, wanted = REFUSED[name]
    raw = make(day)
    assert code(day, raw) == wanted


# A reader asks less of an enrolled key than a log does (docs/formats.md, "Keys").
@pytest.mark.parametrize(
    "name", [name for name, (_, why) in REFUSED.items() if why not in (None, "unfit-key")]
)
def test_what_is_refused_changes_nothing_where_a_log_has_it_all_the_same(day: Day, name: str) -> None:
    make, _ = REFUSED[name]
    raw = make(day)
    before = day.state()
    day.log.append(raw)
    after = day.state()
    said = len(after.findings), len(after.unknown_types), len(after.unread)
    assert said > (len(before.findings), len(before.unknown_types), len(before.unread))
    assert all(rows.tolist() == after.counted[basis].tolist() for basis, rows in before.counted.items())
    assert list(before.keys) == list(after.keys)


# --- the beginning of a log ---


def test_a_new_log_admits_a_definition_then_its_charter() -> None:
    day = honest()
    admission = Admission(day.attachments.get)
    assert admission.judge(day.log) == [None] * len(day.log)
    assert admission.size == 0
    for raw in day.log:
        assert admission.judge([raw]) == [None]
        admission.follow([raw])


def beginning(*offered: bytes, day: Day | None = None) -> str | None:
    verdict = Admission((day or Day()).attachments.get).judge(offered)[-1]
    return None if verdict is None else verdict.code


def test_what_cannot_begin_a_log() -> None:
    day = Day()
    definition, charter, enrolment = day.log[:3]
    assert beginning(definition, charter, enrolment) is None
    assert beginning(charter) == "no-definition"
    assert beginning(definition[:-1] + b"!") == "no-definition"
    assert beginning(definition, enrolment) == "no-charter"
    assert beginning(definition, charter[:-1] + bytes([charter[-1] ^ 1])) == "bad-signature"
    other = Day(officers=2)
    assert beginning(definition, other.log[1]) == "no-charter"
    assert beginning(definition, definition) == "no-charter"
    without = Admission(lambda _: None).judge([definition])[0]
    assert without is not None
    assert sha256(AREAS).hexdigest() in str(without.why)
    # After a refused charter the honest one may come, and nothing before it.
    assert beginning(definition, enrolment, charter, enrolment) is None


def test_an_official_charter_has_the_root_of_the_definition() -> None:
    for role, wanted in ((LogRole.OFFICIAL, "not-entitled"), (LogRole.PARTY, None)):
        day = Day(charter=False)
        body = t.Charter(ORIGIN, role, (p.Title("en", "x"),), key("other/root").public_key, None)
        day.say(body, "other/root", "election")
        assert beginning(*day.log, day=day) == wanted


def test_an_existing_log_must_define_an_election() -> None:
    with pytest.raises(DefinitionError, match="not the definition"):
        Admission(Day().attachments.get).follow([b"rubbish"])
    with pytest.raises(DefinitionError, match="is empty"):
        _ = Admission(Day().attachments.get).foundation


# --- in order, and one batch after another ---


def test_a_record_may_enrol_the_key_of_the_next_one() -> None:
    day = Day()
    before = len(day.log)
    day.enrol("machine/1", Role.MACHINE, "n1.01")
    day.sheet("machine/1", "n1.01", VOTES)
    revoke(day, "machine/1")
    day.sheet("machine/1", "n1.01", VOTES, null=1)
    day.enrol("machine/1", Role.MACHINE, "n1.01", at=DAY + 1)
    day.sheet("machine/1", "n1.01", VOTES, null=2)
    offered, day.log = day.log[before:], day.log[:before]
    admission = Admission(day.attachments.get)
    admission.follow(day.log)
    codes = [verdict and verdict.code for verdict in admission.judge(offered)]
    # The second enrolment is admitted and has no effect: the first one of a kid wins.
    assert codes == [None, None, None, "revoked", None, "revoked"]
    assert [verdict and verdict.code for verdict in admission.judge(offered[1:2])] == ["not-enrolled"]
    assert admission.follow(offered[:1])
    assert not admission.follow(offered[1:2])
    assert admission.judge(offered[1:2]) == [None]
    assert admission.follow(offered[2:3])
    assert [verdict and verdict.code for verdict in admission.judge(offered[1:2])] == ["revoked"]


def test_what_a_refused_record_says_does_not_count_for_the_next() -> None:
    day = Day()
    day.enrol_all([("machine/1", Role.MACHINE, ())], by="authority/1")
    day.sheet("machine/1", "n1.01", VOTES)
    verdicts = Admission(day.attachments.get).judge(day.log)
    assert [verdict.code for verdict in verdicts if verdict] == ["not-entitled", "not-enrolled"]


def test_every_lawful_record_of_a_day_is_admitted() -> None:
    """Also what has an effect only later, or none: consents, late keys, copies, disputes, a conflict."""
    for officers in (1, 2):
        day = machines(Day(officers=officers), at=DAY + 1)
        enrolled = day.enrol("machine/late", Role.MACHINE, "n1.02", at=DAY + 10)
        late = sha256(day.log[enrolled]).digest()
        for name in ("authority/1", "party/azul/1"):
            day.say(t.CoRecord(late), name, "election")
        day.sheet("machine/late", "n1.02", VOTES)
        day.sheet("machine/1", "n1.01", VOTES)
        day.sheet("machine/3", "n1.01", VOTES, null=1)
        day.copy("party/azul/1", "n1.01", VOTES)
        day.open_for_board("n1.02")
        day.open_for_board("n1.02", by="authority/2")
        withdrawn = day.attach(b"a photograph")
        day.say(t.Withdrawal(withdrawn.digest, next(iter(Removal))), "party/azul/1", "election")
        day.roll(STATIONS, by="authority/2")
        assert Admission(day.attachments.get).judge(day.log) == [None] * len(day.log)
    for other in (honest(), full_day()):
        verdicts = Admission(other.attachments.get).judge(other.log)
        codes = [verdict.code for verdict in verdicts if verdict]
        assert codes == ([] if len(other.log) < 20 else ["revoked", "malformed"])


def test_an_importer_signs_roll_and_copies_where_it_is_the_author() -> None:
    day = Day(author=AuthorRole.IMPORTER, stations=None)
    day.enrol_all([("importer/x", Role.IMPORTER, ())])
    day.roll(STATIONS, by="importer/x")
    day.copy("importer/x", "n1.01", VOTES)
    assert Admission(day.attachments.get).judge(day.log) == [None] * len(day.log)


# --- scope and rolls ---

MOVED = STATIONS.replace(b"s1.01,s1,sur", b"s1.01,s1,norte")


def area_key(officers: int = 1, stations: bytes | None = STATIONS) -> Day:
    day = Day(officers=officers, stations=None)
    day.enrol("board/norte", Role.BOARD, "norte")
    if stations is not None:
        day.roll(stations)
    return day


def test_without_a_roll_nobody_can_say_where_a_station_lies() -> None:
    assert code(area_key(stations=None), manual("board/norte", "s1.01")(Day())) is None
    assert code(area_key(), manual("board/norte", "s1.01")(Day())) == "out-of-scope"


def test_a_roll_that_takes_effect_widens_a_scope_and_one_that_waits_for_officers_settles_nothing() -> None:
    offered = manual("board/norte", "s1.01")(Day())
    day = area_key()
    day.roll(MOVED, replaces=day.rolled)
    assert code(day, offered) is None
    # In the same batch as well.
    moving = taken(day)
    assert code(day, moving, offered) is None
    assert code(day, offered) == "out-of-scope"
    alone = area_key(officers=2)
    other = manual("board/norte", "s1.01")(Day(officers=2))
    assert code(alone, other) is None
    first = alone.roll(STATIONS, by="authority/2")
    assert code(alone, other) == "out-of-scope"
    alone.roll(MOVED)
    alone.roll(MOVED, by="authority/2")
    assert code(alone, other) == "out-of-scope", "neither names the roll in force"
    alone.roll(MOVED, replaces=first)
    assert code(alone, other) == "out-of-scope"
    alone.roll(MOVED, by="authority/2", replaces=first)
    assert code(alone, other) is None


def test_a_roll_that_is_missing_or_unreadable_refuses_nobody() -> None:
    offered = manual("board/norte", "s1.01")(Day())
    for content in (STATIONS, b"station\nno table\n"):
        day = area_key(stations=content)
        if content == STATIONS:
            del day.attachments[sha256(STATIONS).digest()]
        assert code(day, offered) is None


# --- the admission of a fold, of a state, and of a log read from its beginning ---


@pytest.mark.parametrize("make", [Day, honest, full_day, lambda: machines(Day(officers=2))])
def test_however_it_is_made_it_judges_alike(make: Callable[[], Day]) -> None:
    day = make()
    day.enrol("board/norte", Role.BOARD, "norte")
    day.enrol("machine/gone", Role.MACHINE, "n1.01")
    revoke(day, "machine/gone")
    offered = []
    for said in (by("machine/1"), by("machine/gone"), by("machine/77"), manual("board/norte", "s1.01")):
        offered.append(said(day))
    day.roll(MOVED)
    offered += [
        day.log.pop(),
        manual("board/norte", "s1.01")(day),
        enrolment(ROOT)(day),
        by("machine/7")(day),
    ]
    followed = Admission(day.attachments.get)
    followed.follow(day.log)
    fold = day.fold()
    wanted = followed.judge(offered)
    assert {"revoked", "not-enrolled"} <= {verdict.code for verdict in wanted if verdict}
    for other in (fold.admission(), followed.copy()):
        assert other.size == len(day.log)
        assert other.judge(offered) == wanted
        assert other.judge(offered) == wanted


def test_the_admission_of_a_fold_goes_on_apart_from_it() -> None:
    day = machines(Day())
    fold = day.fold()
    admission = fold.admission()
    revoke(day, "machine/1")
    admission.follow(day.log[-1:])
    assert admission.size == fold.size + 1
    offered = sheet(day)
    assert admission.judge([offered])[0] is not None
    assert fold.admission().judge([offered]) == [None]
    fold.add(day.log[-1:])
    assert fold.admission().judge([offered]) == admission.judge([offered])


def test_judging_costs_what_the_records_do_whatever_the_length_of_the_log() -> None:
    day = Day()
    for start in range(0, 4_000, 400):
        names = [f"machine/{number}" for number in range(start, start + 400)]
        day.enrol_all([(name, Role.MACHINE, ("n1.01",)) for name in names])
    admission = day.fold().admission()
    offered = [enrolment(ROOT)(day), by("machine/7")(day)]
    admission.judge(offered)
    tracemalloc.start()
    admission.judge(offered)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 100_000, "4,000 keys copied take more"
