"""Small elections in memory, with real keys and real signatures, of a country that does not exist.

    day = Day()
    day.enrol("machine/1", Role.MACHINE, "n1.01")
    day.sheet("machine/1", "n1.01", (5, 4, 3, 2))
    state = day.state()

The keys are for tests alone: anyone can derive the private key of a name.
"""

from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from functools import cache
from hashlib import sha256
from string import Formatter

import cbor2

from escrutinio.base.words.catalogue import catalogue
from escrutinio.core.election.findings.finding import MORE, Finding
from escrutinio.core.election.fold import Fold
from escrutinio.core.election.state import ElectionState, Status
from escrutinio.core.records import parts as p
from escrutinio.core.records import types as t
from escrutinio.core.records.codes import (
    AuthorRole,
    Closes,
    Contingency,
    Decision,
    Form,
    Kind,
    LogRole,
    Method,
    RevocationReason,
    Role,
    Step,
)
from escrutinio.core.records.cose import build
from escrutinio.core.records.entry import seal
from escrutinio.core.records.keys import SigningKey
from escrutinio.core.records.possession import enrolled

ORIGIN = "log.example/isla"
ROOT = "authority/root"
DAY = 1_922_400_000
CLOSES = p.Deadline("enrolment_closes", DAY - 100)
VOTES = (5, 4, 3, 2)
PLACES = {"entry", "station", "contest", "area", "count"}
OPTIONAL = {"consent", "current", "law", "seconds"}
"""Values that a finding may not have; its sentence then has a dash."""
SOFTWARE = sha256(b"the software of the machines").digest()

AREAS = b"code,parent,level,name\nisla,,country,Isla\nnorte,isla,state,Norte\nsur,isla,state,Sur\n"
STATIONS = (
    b"station,center,area,registered\n"
    b"n1.01,n1,norte,100\nn1.02,n1,norte,100\nn2.01,n2,norte,\ns1.01,s1,sur,50\n"
)

NULL_AND_BLANK = (p.BallotClass("null", ()), p.BallotClass("blank", ()))
PRESIDENT = p.Contest(
    "presidente",
    (p.Title("es", "Presidente"), p.Title("en", "President")),
    Method.PLURALITY,
    1,
    1,
    "isla",
    (p.Candidate("ana", ()), p.Candidate("blas", ()), p.Candidate("carla", ())),
    (
        p.Option("ana-1", (), 0),
        p.Option("blas-1", (), 1),
        p.Option("ana-2", (), 0),
        p.Option("carla-1", (), 2),
    ),
    NULL_AND_BLANK,
)
COUNCIL = p.Contest(
    "consejo",
    (),
    Method.DHONDT,
    3,
    1,
    "norte",
    (p.Candidate("faro", ()), p.Candidate("ola", ())),
    (p.Option("faro", (), 0), p.Option("ola", (), 1)),
    NULL_AND_BLANK,
)


@cache
def key(name: str) -> SigningKey:
    """The test key of a name."""
    return SigningKey(sha256(b"test key of " + name.encode()).digest())


def attachment(content: bytes, media_type: str = "text/csv") -> p.Attachment:
    """How a record names this content."""
    return p.Attachment(sha256(content).digest(), len(content), media_type)


def tally(counts: tuple[int, ...], null: int = 0, blank: int = 0, ballots: int | None = None) -> t.TallySheet:
    """A machine's sheet that says nothing else."""
    return t.TallySheet(counts, (null, blank), None, ballots, None, None, None)


def manual(
    counts: tuple[int, ...], null: int = 0, *, voters: int | None = None, ruling: bytes | None = None
) -> t.ManualSheet:
    """A board's sheet that says nothing else."""
    return t.ManualSheet(counts, (null, 0), None, None, voters, None, None, ruling)


class Day:
    """A log under construction: definition, charter, two officers, a party, an observer, then the roll."""

    def __init__(
        self,
        *,
        role: LogRole = LogRole.OFFICIAL,
        author: AuthorRole = AuthorRole.AUTHORITY,
        officers: int = 1,
        calendar: Sequence[p.Deadline] = (),
        stations: bytes | None = STATIONS,
        charter: bool = True,
        law: Callable[[t.Definition], t.Definition] | None = None,
        files: Sequence[bytes] = (),
    ) -> None:
        """`law` makes another definition of the usual one; `files` are at hand besides its areas."""
        self.attachments = {sha256(content).digest(): content for content in (AREAS, *files)}
        titles = (p.Title("es", "Isla"), p.Title("en", "Isla"))
        definition = t.Definition(
            Kind.SIMULATION, "isla-1", titles, titles, "2030-12-01", author, titles, key(ROOT).public_key,
            officers, (PRESIDENT, COUNCIL), attachment(AREAS), tuple(calendar),
        )  # fmt: skip
        definition = law(definition) if law is not None else definition
        self.log: list[bytes] = []
        self.rolled: int | None = None
        self.election = b""
        self.say(definition, ROOT, "election")
        self.election = sha256(self.log[0]).digest()
        if not charter:
            return
        self.say(t.Charter(ORIGIN, role, titles, key(ROOT).public_key, None), ROOT, "election")
        roles = {"authority/1": Role.AUTHORITY, "authority/2": Role.AUTHORITY, "party/azul/1": Role.PARTY}
        self.enrol_all([(name, what, ()) for name, what in roles.items()])
        if stations is not None:
            self.roll(stations)

    def say(
        self, body: t.Body, by: str, subject: str, *, at: int = DAY, signing: SigningKey | None = None
    ) -> int:
        """Append a record; its index. What was said before in the same words is said a second later: the same
        bytes again would be a repeat (`repeat`)."""
        while True:
            raw = seal(
                body,
                key=signing or key(by),
                signer=by,
                subject=subject,
                election=self.election,
                issued_at=at,
            )
            if raw not in self.log:
                self.log.append(raw)
                return len(self.log) - 1
            at += 1

    def repeat(self, index: int) -> int:
        """Append the bytes of an entry again; their index."""
        self.log.append(self.log[index])
        return len(self.log) - 1

    def digest(self, index: int) -> bytes:
        """How other records name this one."""
        return sha256(self.log[index]).digest()

    def close(self, what: Closes, by: str = "authority/1", at: int = DAY) -> int:
        """Close enrolment or the roll."""
        return self.say(t.Closing(what, "art. 2"), by, "election", at=at)

    def say_plain(
        self, code: int, values: Sequence[object], by: str, subject: str, *, at: int = DAY, version: int = 0
    ) -> int:
        """Append a record with this payload, whatever the formats say of it; its index."""
        known = t.BY_CODE.get(code)
        written = version or (1 if known is None else known.VERSION)
        payload = cbor2.dumps([written, code, self.election, at, *values])
        head, to_sign = build(key(by).public_key, by, subject, payload)
        self.log.append(head + b"\x58\x40" + key(by).sign(to_sign))
        return len(self.log) - 1

    def enrol_all(
        self, keys: Sequence[tuple[str, Role, tuple[str, ...]]], by: str = ROOT, at: int = DAY
    ) -> int:
        """Enrol keys in one record."""
        return self.say(t.Enrolment(tuple(self.held(*each) for each in keys)), by, "election", at=at)

    def held(
        self,
        name: str,
        role: Role,
        scope: tuple[str, ...] = (),
        contests: tuple[str, ...] = (),
        *,
        signing: SigningKey | None = None,
    ) -> p.EnrolledKey:
        """A key as an enrolment names it, with its holder's proof: that of its name, or another."""
        return enrolled(signing or key(name), self.election, name, role, scope=scope, contests=contests)

    def enrol(self, name: str, role: Role, *scope: str, at: int = DAY) -> int:
        """Enrol one key for stations or areas, everywhere if none is named."""
        return self.enrol_all([(name, role, scope)], at=at)

    def attach(self, content: bytes) -> p.Attachment:
        """Publish an attachment."""
        self.attachments[sha256(content).digest()] = content
        return attachment(content)

    def roll(
        self, stations: bytes, by: str = "authority/1", at: int = DAY, replaces: int | None = None
    ) -> int:
        """Publish a roll, in place of the one of an entry."""
        before = None if replaces is None else self.digest(replaces)
        body = t.Roll(self.attach(stations), None, (p.Declared("norte", 3),), "2030-11-01", before)
        self.rolled = self.say(body, by, "election", at=at)
        return self.rolled

    def sheet(
        self, by: str, station: str, counts: tuple[int, ...], null: int = 0, blank: int = 0,
        *, ballots: int | None = None, contest: str = "presidente",
    ) -> int:  # fmt: skip
        """A machine's tally sheet."""
        return self.say(t.TallySheet(counts, (null, blank), ballots=ballots), by, f"{station}/{contest}")

    def zero(
        self, by: str, station: str, counts: tuple[int, ...] = (0,) * 4, software: bytes = SOFTWARE
    ) -> int:
        """A machine's zero report."""
        return self.say(t.ZeroReport(counts, software), by, f"{station}/presidente")

    def manual(self, by: str, station: str, counts: tuple[int, ...], voters: int | None = None) -> int:
        """A polling board's sheet."""
        return self.say(t.ManualSheet(counts, (0, 0), voters=voters), by, f"{station}/presidente")

    def copy(
        self, by: str, station: str, counts: tuple[int, ...], null: int = 0, *,
        form: Form = Form.TABLE, original: bytes | None = None, registered: int | None = None,
    ) -> int:  # fmt: skip
        """An organisation's copy."""
        body = t.Copy(counts, (null, 0), form=form, registered=registered, original=original)
        return self.say(body, by, f"{station}/presidente")

    def hand_count(self, by: str, station: str, counts: tuple[int, ...]) -> int:
        """A count of the paper in a box."""
        return self.say(t.HandCount(counts, (0, 0)), by, f"{station}/presidente")

    def open_for_board(self, station: str, by: str = "authority/1") -> int:
        """Open a station for a manual sheet."""
        return self.say(t.ContingencyOpening(Contingency.MACHINE_FAILED), by, station)

    def fold(self, *, cuts: Sequence[int] = (), executor: Executor | None = None) -> Fold:
        """Fold the log, in parts that end at `cuts`."""
        fold = Fold(self.attachments.get, executor=executor)
        for start, end in zip((0, *cuts), (*cuts, len(self.log)), strict=True):
            fold.add(self.log[start:end])
        return fold

    def state(self) -> ElectionState:
        """The state of the log so far, whose findings can be said in both languages."""
        state = self.fold().state()
        for finding in state.findings:
            check_words(finding)
        return state


def check_words(finding: Finding) -> None:
    """Hold what a rule noted against what its row declares: names of values, and words for coded ones."""
    row, values = finding.row, dict(finding.values)
    if MORE in values:
        return
    for language in ("en", "es"):
        named = {
            name
            for _, name, _, _ in Formatter().parse(catalogue(language).gettext(row.english_sentence))
            if name
        }
        assert named - PLACES - OPTIONAL <= set(values), finding
        assert "{" not in finding.sentence(language)
    for name, words in row.words.items():
        assert set(values[name].split(", ")) <= set(words), finding


def machines(day: Day, at: int = DAY) -> Day:
    """Enrol two machines at station n1.01 and one at n1.02."""
    for name, station in (("machine/1", "n1.01"), ("machine/2", "n1.02"), ("machine/3", "n1.01")):
        day.enrol(name, Role.MACHINE, station, at=at)
    return day


def counts_at(state: ElectionState, station: str, basis: str = "reported") -> int | None:
    """The log index of the entry that counts for the president at a station."""
    row = int(state.counted["presidente", basis][state.roll.index[station]])
    return None if row < 0 else int(state.tables["presidente"].index[row])


def pending(state: ElectionState, basis: str = "reported") -> dict[str, str]:
    found = state.pending["presidente", basis]
    return {state.roll.stations[station]: reason for station, reason in found.items()}


def statuses(state: ElectionState) -> list[Status]:
    return [Status(value) for value in state.tables["presidente"].status.tolist()]


def board(day: Day) -> Day:
    day.enrol("board/n1.01", Role.BOARD, "n1.01")
    return day


def ruling(
    day: Day,
    decision: Decision,
    sheet: int | None = None,
    by: str = "authority/1",
    replaces: int | None = None,
) -> int:
    """Rule on station n1.01, in place of the ruling of an entry; `sheet` is the entry that it selects."""
    before = None if replaces is None else day.digest(replaces)
    selected = None if sheet is None else day.digest(sheet)
    body = t.Ruling(None, decision, selected, None, "art. 1", None, before)
    return day.say(body, by, "station/n1.01/presidente")


def codes(state: ElectionState, *but: str) -> list[str]:
    """The codes of a state's findings in their order, without some."""
    return [finding.code for finding in state.findings if finding.code not in but]


def honest() -> Day:
    """A day on which a machine was programmed, installed, started empty and made its sheet."""
    day = Day()
    day.enrol("machine/1", Role.MACHINE, "n1.01")
    day.enrol("receiver/1", Role.RECEIVER)
    day.enrol("board/n1.01", Role.BOARD, "n1.01")
    day.enrol("observer/cano", Role.OBSERVER)
    life(day, Step.PROGRAMMED, software=SOFTWARE)
    life(day, Step.INSTALLED)
    day.zero("machine/1", "n1.01")
    day.sheet("machine/1", "n1.01", VOTES)
    return day


def life(day: Day, step: Step, station: str | None = "n1.01", software: bytes | None = None) -> int:
    body = t.Lifecycle(step, (p.MachineAt("machine/1", station),), software, None)
    return day.say(body, "authority/1", "lot-1")


def found(state: ElectionState, code: str) -> list[Finding]:
    return [finding for finding in state.findings if finding.code == code]


def full_day() -> Day:
    """A log with something of everything that counts."""
    day = machines(board(Day(calendar=(CLOSES,))), at=CLOSES.at - 1)
    day.enrol("observer/cano", Role.OBSERVER, at=DAY)
    lives = (p.MachineAt("machine/1", "n1.01"), p.MachineAt("machine/2", "n1.02"))
    day.say(t.Lifecycle(Step.PROGRAMMED, lives, b"\5" * 32, None), "authority/1", "lot-1")
    day.say(t.ZeroReport((0, 0), b"\4" * 32), "machine/1", "n1.01/consejo")
    day.zero("machine/1", "n1.01", software=b"\3" * 32)
    day.say(t.ZeroReport((0, 0), b"\2" * 32), "machine/2", "n1.02/consejo")
    day.sheet("machine/1", "n1.01", (5, 4, 3, 2))
    day.sheet("machine/1", "n1.01", (5, 4, 3, 2))
    day.say(t.Lifecycle(Step.PROGRAMMED, lives, b"\1" * 32, None), "authority/1", "lot-1")
    listing = day.attach(b"machine,station\nmachine/2,n1.02\n")
    day.say(t.Lifecycle(Step.INSTALLED, (), None, listing), "authority/1", "lot-1")
    day.sheet("machine/2", "n1.02", (500, 4, 3, 2))
    day.copy("party/azul/1", "n1.01", (5, 4, 3, 2))
    day.copy("party/azul/1", "n1.02", (5, 4, 3, 2))
    day.hand_count("party/azul/1", "n1.01", (5, 4, 3, 1))
    day.hand_count("observer/cano", "n1.01", (5, 4, 3, 1))
    day.say(t.Revocation(key("machine/1").kid, RevocationReason.ENDED), ROOT, "election")
    day.enrol("machine/8", Role.MACHINE, "n2.01")
    day.sheet("machine/8", "n2.01", (1, 1, 1, 1))
    day.sheet("machine/1", "n1.01", (6, 4, 3, 2))
    day.log.append(b"\xd2\x84 not a record")
    ruling(day, Decision.ANNUL)
    return day
