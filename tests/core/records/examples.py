"""One honest record of every type, of an election in a country that does not exist.

The keys are for tests alone: the private key of `key("machine")` is SHA-256 of a text anyone can read here.
"""

from dataclasses import dataclass
from functools import cache
from hashlib import sha256

from escrutinio.core.records import attachments
from escrutinio.core.records import codes as k
from escrutinio.core.records import parts as p
from escrutinio.core.records import types as t
from escrutinio.core.records.entry import seal
from escrutinio.core.records.keys import SigningKey
from escrutinio.core.records.possession import enrolled

SIGNERS = ("root", "machine", "authority", "receiver", "board", "party", "observer", "desk", "press", "court")
MIDNIGHT = 1_922_400_000
STATION, CONTEST = "010101001.01", "president"


@dataclass(frozen=True)
class Example:
    """A body, what it speaks of, and which of the test keys signs it."""

    body: t.Body
    by: str
    subject: str

    @property
    def name(self) -> str:
        """The word of its type, marked where it names an act that it replaces."""
        again = getattr(self.body, "replaces", None) or getattr(self.body, "corrects", None)
        return f"{self.body.NAME}{' again' if again else ''}"

    @property
    def signer(self) -> str:
        return "authority/root" if self.by == "root" else f"{self.by}/0000001"

    @property
    def raw(self) -> bytes:
        """The sealed record."""
        return seal(
            self.body,
            key=key(self.by),
            signer=self.signer,
            subject=self.subject,
            election=b"" if isinstance(self.body, t.Definition) else election(),
            issued_at=MIDNIGHT + self.body.TYPE,
        )


def seed_text(name: str) -> str:
    """What a test key's seed is the SHA-256 of."""
    return f"escrutinio test key {SIGNERS.index(name) + 1}"


@cache
def key(name: str) -> SigningKey:
    """The test key of a signer."""
    return SigningKey(sha256(seed_text(name).encode()).digest())


@cache
def election() -> bytes:
    """The election that the examples belong to: SHA-256 of the definition."""
    return sha256(DEFINITION.raw).digest()


def titles(spanish: str, english: str) -> tuple[p.Title, ...]:
    return p.Title("es", spanish), p.Title("en", english)


def _text(words: str) -> p.Attachment:
    return attachments.attachment_of(words.encode(), "text/plain")


def _table(rows: str) -> p.Attachment:
    return attachments.attachment_of(rows.encode(), "text/csv")


AREAS = "code,parent,level,name\nall,,country,País inventado\n01,all,state,Norte\n02,all,state,Sur\n"
STATIONS = "station,center,area,registered\n010101001.01,010101001,01,400\n020101001.01,020101001,02,\n"
BOXES = "station,seal,most\n010101001.01,seal-000123,400\n"
CENTERS = "center,area,name\n010101001,01,Escuela del Norte\n020101001,02,Escuela del Sur\n"

_DIGEST = sha256(b"some earlier record").digest()
_SOFTWARE = sha256(b"the software of the machines").digest()
_HEAD = p.LogHead("log.example/invented", 1_000, sha256(b"the root of a log of 1,000 entries").digest())

_CANDIDATES = (
    p.Candidate("green", titles("Candidatura verde", "The green candidate")),
    p.Candidate("blue", titles("Candidatura azul", "The blue candidate")),
)
_OPTIONS = (
    p.Option("green-leaf", titles("Hoja verde", "Green Leaf"), 0),
    p.Option("green-tree", titles("Árbol verde", "Green Tree"), 0),
    p.Option("blue-wave", titles("Ola azul", "Blue Wave"), 1),
)
_PRESIDENT = p.Contest(
    CONTEST,
    titles("Presidencia", "President"),
    k.Method.TWO_ROUND,
    1,
    1,
    "all",
    _CANDIDATES,
    _OPTIONS,
    (
        p.BallotClass("null", ()),
        p.BallotClass("blank", ()),
        p.BallotClass("challenged", titles("Impugnados", "Challenged")),
    ),
    (p.Win(p.Bar(1, 2, 1)), p.Win(p.Bar(40, 100, 0, (1,)), p.Bar(10, 100))),
    quorum=p.Bar(1, 4),
    ties=k.Ties.ORDER,
    order=(1, 0),
    articles=(p.Article("wins", "Law, article 4"),),
)

_HERE = f"{STATION}/{CONTEST}"

REPLACING = (
    Example(
        t.Roll(_table(STATIONS), _table(CENTERS), (p.Declared("01", 1),), "2030-06-02", _DIGEST),
        "authority",
        "election",
    ),
    Example(
        t.NominationChange("blue", k.Nomination.REINSTATED, "Law, article 64", _DIGEST), "authority", CONTEST
    ),
    Example(
        t.StationChange(k.StationChangeKind.OPENED, "010101001", None, None, _DIGEST), "authority", STATION
    ),
    Example(
        t.Accreditation(titles("Observadores", "Observers"), (), (), MIDNIGHT, MIDNIGHT + 1, _DIGEST),
        "authority",
        "observer/0000001",
    ),
    Example(
        t.Ruling(None, k.Decision.REVERSE, None, None, "Law, article 216", None, _DIGEST),
        "court",
        f"station/{_HERE}",
    ),
    Example(t.AuditMinutes(k.AuditOutcome.FAILED, MIDNIGHT - 86_000, (), _DIGEST), "authority", "software"),
    Example(
        t.Bulletin(1, k.Basis.RULED, _HEAD, (143, 256), (7, 0, 1), None, 1, _DIGEST), "authority", CONTEST
    ),
    Example(t.Proclamation(("blue",), _HEAD, (143, 256), _DIGEST), "authority", CONTEST),
    Example(t.Lots(("green", "blue"), ("blue",), (), _DIGEST), "authority", CONTEST),
)
"""An act of each matter that names the one that it replaces."""

CORRECTING = (
    Example(t.HandCount((119, 24, 257), (7, 0, 1), None, 408, _DIGEST, None, _DIGEST), "board", _HERE),
    Example(t.AuditResult(_DIGEST, 1, p.Fraction(30, 1_000), None, _DIGEST), "authority", CONTEST),
    Example(
        t.MixedCount(("010101001.02",), _DIGEST, (240, 46, 509), (9, 0, 1), None, 805, None, _DIGEST),
        "party",
        _HERE,
    ),
)
"""What puts right a slip of its own signer."""

TYPED = (
    Example(
        t.SheetStatus(
            k.SheetFact.THIRD_DECIDED, _DIGEST, None, p.TypedFrom(_text("a picture").digest, k.Reading.WORDS)
        ),
        "board",
        _HERE,
    ),
)
"""How a sheet was typed from its picture."""

SEVERAL = (
    Example(
        t.AuditCommitment(
            method=k.AuditMethod.SRS_ALPHA,
            risk_limit=p.Fraction(1, 10),
            head=_HEAD,
            basis="reported",
            bound=k.BoundSource.REGISTERED,
            most=None,
            bet=None,
            manifest=None,
            throwers=("party/0000001",),
            counters=("party/0000001", "observer/0000001"),
            follows=_DIGEST,
            beside=(p.AuditedContest("council", "reported", k.BoundSource.MANIFEST, None, _DIGEST),),
        ),
        "authority",
        CONTEST,
    ),
)
"""What is of several contests."""

DEFINITION = Example(
    t.Definition(
        kind=k.Kind.SIMULATION,
        code="invented-2030",
        titles=titles("Elección inventada", "An invented election"),
        place=titles("País inventado", "A country that does not exist"),
        voting_day="2030-12-01",
        author_role=k.AuthorRole.AUTHORITY,
        author=titles("Autoridad inventada", "An invented authority"),
        root_key=key("root").public_key,
        officers_needed=1,
        powers=(p.Power(24, k.Role.COURT, 1),),
        courts=(p.Court("electoral", titles("Sala electoral", "Electoral court"), 1),),
        contests=(_PRESIDENT,),
        contests_file=None,
        areas=_table(AREAS),
        paper=("02",),
        supplements=(p.Supplement("staff", titles("Miembros", "Staff"), "Law, article 9", 5, ("01",)),),
        calendar=(p.Deadline("polls-close", MIDNIGHT + 64_800),),
        articles=(p.Article("rulings", "Law, article 215"),),
    ),
    "root",
    "election",
)

EXAMPLES: tuple[Example, ...] = (
    DEFINITION,
    Example(
        t.Charter(
            origin="log.example/invented",
            role=k.LogRole.OFFICIAL,
            operator=titles("Autoridad inventada", "An invented authority"),
            root_key=key("root").public_key,
            predecessor=None,
        ),
        "root",
        "election",
    ),
    Example(
        t.Enrolment(
            (
                enrolled(
                    key("machine"),
                    election(),
                    "machine/0000001",
                    k.Role.MACHINE,
                    scope=(STATION,),
                    contests=(CONTEST,),
                ),
                enrolled(
                    key("party"), election(), "party/0000001", k.Role.PARTY, titles=titles("Azul", "Blue")
                ),
            )
        ),
        "root",
        "election",
    ),
    Example(t.Revocation(key("desk").kid, k.RevocationReason.LOST, "Law, article 12"), "root", "election"),
    Example(t.WitnessPolicy(_text("a policy")), "root", "election"),
    Example(
        t.Roll(_table(STATIONS), _table(CENTERS), (p.Declared("01", 1), p.Declared("02", 2)), "2030-06-01"),
        "authority",
        "election",
    ),
    Example(t.NominationChange("blue", k.Nomination.WITHDRAWN, "Law, article 63"), "authority", CONTEST),
    Example(
        t.StationChange(k.StationChangeKind.RELOCATED, "010101002", 400, _text("minutes")),
        "authority",
        STATION,
    ),
    Example(
        t.Accreditation(
            titles("Observadores", "Observers"), ("01",), (CONTEST,), MIDNIGHT, MIDNIGHT + 86_400
        ),
        "authority",
        "observer/0000001",
    ),
    Example(t.Acceptance(_DIGEST, 1), "observer", "observer/0000001"),
    Example(
        t.Lifecycle(k.Step.INSTALLED, (p.MachineAt("machine/0000001", STATION),), _SOFTWARE, None),
        "authority",
        "lot-1",
    ),
    Example(
        t.Arrival(
            20,
            (p.Arrived(k.Channel.NETWORK, 0), p.Arrived(k.Channel.QR, 61)),
            (p.RefusedCount(k.Refused.UNKNOWN_KEY, 3),),
        ),
        "receiver",
        "election",
    ),
    Example(t.ZeroReport((0, 0, 0), _SOFTWARE), "machine", _HERE),
    Example(t.TallySheet((120, 23, 256), (7, 0, 1), None, 407, 408, 2, 1), "machine", _HERE),
    Example(t.MachineEvent(k.EventKind.PRINTED, MIDNIGHT + 65_000, 1), "machine", STATION),
    Example(t.ContingencyOpening(k.Contingency.NO_POWER), "authority", STATION),
    Example(t.ManualSheet((120, 23, 256), (7, 0, 1), None, 407, None, None, None, _DIGEST), "board", _HERE),
    Example(
        t.Copy(
            (120, 23, 256),
            (7, 0, 1),
            None,
            407,
            407,
            None,
            None,
            512,
            sha256(b"a picture").digest(),
            form=k.Form.PAPER,
        ),
        "party",
        _HERE,
    ),
    Example(t.HandCount((119, 24, 256), (7, 0, 1), None, 407, _DIGEST, bytes(32)), "board", _HERE),
    Example(t.SealCheck("seal-000123", 1), "board", STATION),
    Example(t.RefusalToSign(k.RefusalReason.FIGURES_DIFFER), "party", _HERE),
    Example(
        t.IncidentReport(k.Category.POWER, MIDNIGHT + 40_000, (_text("no light since noon"),)),
        "observer",
        f"station/{STATION}",
    ),
    Example(t.Complaint(k.Category.COPIES, MIDNIGHT + 70_000, _DIGEST), "desk", "area/01"),
    Example(
        t.Ruling(_DIGEST, k.Decision.SELECT, _DIGEST, None, "Law, article 215", None),
        "authority",
        f"station/{_HERE}",
    ),
    Example(
        t.IncidentDisclosure(k.Category.TRANSMISSION, MIDNIGHT + 66_000, MIDNIGHT + 67_000, ()),
        "authority",
        "election",
    ),
    Example(
        t.AuditMinutes(k.AuditOutcome.PASSED, MIDNIGHT - 86_400, (_text("minutes"),)), "authority", "software"
    ),
    Example(
        t.Bulletin(1, k.Basis.REPORTED, _HEAD, (143, 256), (7, 0, 1), None, 1), "authority", f"{CONTEST}/01"
    ),
    Example(t.Proclamation(("green",), _HEAD, (143, 256)), "authority", CONTEST),
    Example(t.ObservationReport(_DIGEST, None), "observer", "area/01"),
    Example(
        t.Withdrawal(_text("no light since noon").digest, k.Removal.PERSONAL_DATA), "authority", "election"
    ),
    Example(t.CoRecord(_DIGEST), "party", "election"),
    Example(
        t.Claim(
            code="first-bulletin",
            speaker=titles("La prensa", "The press"),
            announced_on="2030-12-02",
            rows=(p.Announced("green", 51_200, "51.20"), p.Announced("others", None, "48.8")),
            valid=100_000,
            null=None,
            ballots=None,
            registered=None,
            covered="80%",
            turnout=None,
            sources=("A fictional newspaper, page 1",),
            in_reply_to=None,
        ),
        "press",
        CONTEST,
    ),
    Example(
        t.Statement(
            "reply-1", titles("Azul", "Blue"), "2030-12-03", _text("We do not agree."), "A speech", _DIGEST
        ),
        "party",
        "election",
    ),
    Example(
        t.AuditCommitment(
            method=k.AuditMethod.PPEB_BETTING,
            risk_limit=p.Fraction(5, 100),
            head=_HEAD,
            basis="reported",
            bound=k.BoundSource.LAW,
            most=600,
            bet=p.Fraction(1, 2),
            manifest=_DIGEST,
            throwers=("authority/0000001", "party/0000001"),
            counters=("party/0000001", "observer/0000001"),
            follows=None,
        ),
        "authority",
        CONTEST,
    ),
    Example(t.AuditSeed(_DIGEST, "31415926535897932384", bytes(32), None), "authority", CONTEST),
    Example(t.AuditSample(_DIGEST, 1, (p.Box(STATION), p.Box(STATION, 17))), "authority", CONTEST),
    Example(t.AuditResult(_DIGEST, 1, p.Fraction(31, 1_000), None), "authority", CONTEST),
    Example(t.Closing(k.Closes.ENROLMENT, "Law, article 94"), "authority", "election"),
    Example(t.Retraction(_DIGEST, k.Retracted.OTHER_SHEET), "party", "election"),
    Example(t.Lots(("green", "blue"), ("green",), (_text("minutes"),)), "authority", CONTEST),
    Example(t.BallotManifest(_table(BOXES)), "authority", CONTEST),
    Example(t.DigitsCommitment(_DIGEST, sha256(bytes(32) + b"31415").digest()), "party", CONTEST),
    Example(t.CountCommitment(_DIGEST, sha256(bytes(32) + b"a count").digest()), "party", _HERE),
    Example(t.Promise(_DIGEST, MIDNIGHT + 70_000), "receiver", "election"),
    Example(
        t.RemovalRequest(_text("no light since noon").digest, k.Removal.COURT_ORDER, "Court order 12"),
        "authority",
        "election",
    ),
    Example(t.SheetStatus(k.SheetFact.UNSIGNED, _DIGEST, _text("a note")), "authority", _HERE),
    Example(
        t.Custody("box", "seal-000123", k.Seal.HANDED_OVER, MIDNIGHT + 66_000, (_text("minutes"),)),
        "authority",
        STATION,
    ),
    Example(t.Checklist(_table("code,text\na1,The box is empty\n"), ("a1",), ()), "observer", STATION),
    Example(t.Visit(MIDNIGHT + 30_000, MIDNIGHT + 33_000, ()), "observer", STATION),
    Example(t.NextRound(_DIGEST, "log.example/invented-2"), "authority", CONTEST),
    Example(
        t.MixedCount(("010101001.02",), _DIGEST, (240, 45, 510), (9, 0, 1), None, 805, bytes(32)),
        "party",
        _HERE,
    ),
    Example(t.Extension(MIDNIGHT + 90_000, "art. 9: polls closed late"), "authority", "area/norte"),
    Example(t.WaitingSet(2, _DIGEST, MIDNIGHT + 91_000, 1), "receiver", "election"),
    *REPLACING,
    *CORRECTING,
    *TYPED,
    *SEVERAL,
)


def example(name: str) -> Example:
    """The example of a record type, by its word."""
    return next(each for each in EXAMPLES if name == each.body.NAME)
