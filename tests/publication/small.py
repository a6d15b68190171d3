"""A small election of a country that does not exist, folded from signed records, for tests of its data.

It has what publishing can get wrong: names that a spreadsheet would take for formulas, a candidate whose
code is the name of a column, option cards that add up to one candidate, a list contest in a part of the
country, a station that is pending, one that is declared and not on the roll, and voters not known.
"""

from functools import cache
from hashlib import sha256

from escrutinio.core.election.areas import Area, build_areas, write_areas
from escrutinio.core.election.fold import fold
from escrutinio.core.election.roll import Center, Station, write_centers, write_stations
from escrutinio.core.election.state import ElectionState
from escrutinio.core.records import codes as k
from escrutinio.core.records import parts as p
from escrutinio.core.records import possession
from escrutinio.core.records import types as t
from escrutinio.core.records.entry import seal
from escrutinio.core.records.keys import SigningKey

MOMENT = 1_922_400_000
MACHINES = ("N.1", "N.2", "S.1")


def titles(spanish: str, english: str) -> tuple[p.Title, ...]:
    return p.Title("es", spanish), p.Title("en", english)


AREAS = write_areas(
    build_areas(
        [
            Area("X", None, "country", 'Tierra "Alta", X'),
            Area("N", "X", "state", "=HYPERLINK(1)"),
            Area("S", "X", "state", "'Sur"),
        ]
    )
)
STATIONS = write_stations(
    [
        Station("N.1", "N", "N", 100),
        Station("N.2", "N", "N", 120),
        Station("S.1", "S", "S", 90),
        Station("S.2", "S", "S", None),
    ]
)
CENTERS = write_centers([Center("N", "N", "-Escuela, 1"), Center("S", "S", "Liceo")])

NULL_AND_BLANK = (p.BallotClass("null", ()), p.BallotClass("blank", ()))

PRESIDENT = p.Contest(
    code="presidente",
    titles=titles("Presidencia", "Presidency"),
    method=k.Method.PLURALITY,
    seats=1,
    marks=1,
    area="X",
    candidates=(p.Candidate("a", titles("Ana", "Ana")), p.Candidate("null", ())),
    options=(
        p.Option("a1", titles("Tarjeta 1", "Card 1"), 0),
        p.Option("null", (), 1),
        p.Option("a2", titles("Tarjeta 2", "Card 2"), 0),
    ),
    classes=NULL_AND_BLANK,
)
COUNCIL = p.Contest(
    code="Consejo",
    titles=titles("Consejo", "Council"),
    method=k.Method.DHONDT,
    seats=3,
    marks=1,
    area="N",
    candidates=(p.Candidate("u", titles("Lista U", "List U")), p.Candidate("v", titles("Lista V", "List V"))),
    options=(p.Option("u", titles("Lista U", "List U"), 0), p.Option("v", titles("Lista V", "List V"), 1)),
    classes=NULL_AND_BLANK,
)


def key(name: str) -> SigningKey:
    """The test key of a signer."""
    return SigningKey(sha256(f"escrutinio data test {name}".encode()).digest())


def attachment(content: bytes) -> p.Attachment:
    return p.Attachment(sha256(content).digest(), len(content), "text/csv")


def definition(kind: k.Kind) -> t.Definition:
    return t.Definition(
        kind=kind,
        code="x-2030",
        titles=titles("Elección de X", "Election of X"),
        place=titles("X", "X"),
        voting_day="2030-12-01",
        author_role=k.AuthorRole.AUTHORITY,
        author=titles("Junta", "Board"),
        root_key=key("root").public_key,
        officers_needed=1,
        contests=(PRESIDENT, COUNCIL),
        areas=attachment(AREAS),
        calendar=(),
    )


def enrolled(election: bytes, name: str, role: k.Role, *scope: str) -> p.EnrolledKey:
    """A key of a signer with its own proof that its holder has it."""
    return possession.enrolled(key(name), election, name, role, scope=scope)


def sheet(*counts: int, null: int = 0, blank: int = 0) -> t.TallySheet:
    return t.TallySheet(counts, (null, blank))


def copy(*counts: int, null: int = 0) -> t.Copy:
    return t.Copy(counts, (null, 0), ballots=sum(counts) + null, registered=100, form=k.Form.PAPER)


ROLL = t.Roll(
    attachment(STATIONS), attachment(CENTERS), (p.Declared("N", 2), p.Declared("S", 3)), "2030-11-01"
)
CLAIM = t.Claim(
    code="night",
    speaker=titles("Junta", "Board"),
    announced_on="2030-12-01",
    rows=(p.Announced("a", 80, "61.5"), p.Announced("others", 50, "-38.5")),
    valid=130,
    null=None,
    ballots=None,
    registered=500,
    covered="=80",
    turnout=None,
    sources=(),
    in_reply_to=None,
)


def log(kind: k.Kind = k.Kind.SIMULATION, *more: tuple[t.Body, str, str]) -> list[bytes]:
    """The records of the log, `more` (body, signer, subject) at its end."""
    first = seal(
        definition(kind), key=key("root"), signer="root", subject="election", election=b"", issued_at=MOMENT
    )
    election = sha256(first).digest()
    keys = (
        enrolled(election, "authority/1", k.Role.AUTHORITY),
        enrolled(election, "party/uno", k.Role.PARTY),
        enrolled(election, "party/dos", k.Role.PARTY),
        enrolled(election, "press/diario", k.Role.PRESS),
        *(enrolled(election, f"machine/{station}", k.Role.MACHINE, station) for station in MACHINES),
        enrolled(election, "machine/N.2b", k.Role.MACHINE, "N.2"),
    )
    charter = t.Charter(
        "x.example/log", k.LogRole.OFFICIAL, titles("Junta", "Board"), key("root").public_key, None
    )
    said: tuple[tuple[t.Body, str, str], ...] = (
        (charter, "root", "election"),
        (t.Enrolment(keys), "root", "election"),
        (ROLL, "authority/1", "election"),
        (sheet(30, 20, 10, null=2, blank=3), "machine/N.1", "N.1/presidente"),
        (sheet(40, 21), "machine/N.1", "N.1/Consejo"),
        (sheet(50, 5, 4), "machine/N.2", "N.2/presidente"),
        (sheet(50, 5, 5), "machine/N.2b", "N.2/presidente"),
        (sheet(20, 15, 5, null=1), "machine/S.1", "S.1/presidente"),
        (copy(30, 20, 10, null=2), "party/uno", "N.1/presidente"),
        (copy(9, 8, 7), "party/uno", "S.2/presidente"),
        (copy(1, 1, 1), "party/dos", "Z.9/presidente"),
        (CLAIM, "press/diario", "presidente"),
        *more,
    )
    return [
        first,
        *(
            seal(
                body,
                key=key(signer),
                signer=signer,
                subject=subject,
                election=election,
                issued_at=MOMENT + at,
            )
            for at, (body, signer, subject) in enumerate(said, 1)
        ),
    ]


@cache
def small_state(kind: k.Kind = k.Kind.SIMULATION) -> ElectionState:
    """The state that the log folds to."""
    return state_of(log(kind))


def state_of(records: list[bytes]) -> ElectionState:
    """Fold records of this election."""
    files = {sha256(content).digest(): content for content in (AREAS, STATIONS, CENTERS)}
    return fold([records], files.get)
