"""The numbered words of the records: what bytes say with a small integer and people read as a word."""

from enum import IntEnum


class Kind(IntEnum):
    """How much an election is one."""

    REAL = 0
    DRILL = 1
    SIMULATION = 2


class AuthorRole(IntEnum):
    """Who wrote the definition: the authority that ran the election, or someone who imported its data."""

    AUTHORITY = 0
    IMPORTER = 1


class Method(IntEnum):
    """How a contest is decided."""

    PLURALITY = 0
    """As many seats as there are, to those with most votes."""
    TWO_ROUND = 1
    """One seat; who has no share that wins the first round meets the next in a second one."""
    DHONDT = 2
    """Highest averages, divisors 1, 2, 3, …"""
    SAINTE_LAGUE = 3
    """Highest averages, divisors 1, 3, 5, …"""
    HARE = 4
    """Largest remainders after quotas of votes / seats."""
    DROOP = 5
    """Largest remainders after quotas of votes / (seats + 1), rounded down, and one."""


class Ties(IntEnum):
    """What the law does where equal votes leave a seat open."""

    OPEN = 0
    """It does not say, or says what no figure shows: the seat stays open."""
    ORDER = 1
    """An order of the candidates that the definition gives."""
    LOTS = 2
    """A drawing of lots, which is recorded."""


class LogRole(IntEnum):
    """Whose log this is."""

    OFFICIAL = 0
    PARTY = 1
    OBSERVER = 2
    IMPORTER = 3


class Role(IntEnum):
    """What an enrolled key may do (docs/formats.md, "Who may sign what")."""

    AUTHORITY = 0
    RECEIVER = 1
    MACHINE = 2
    BOARD = 3
    PARTY = 4
    OBSERVER = 5
    COMPLAINT_DESK = 6
    IMPORTER = 7
    PRESS = 8
    COURT = 9


class Step(IntEnum):
    """A step in the life of a voting machine."""

    ASSEMBLED = 0
    PROGRAMMED = 1
    QUALITY_CHECKED = 2
    AUDITED = 3
    SEALED = 4
    SHIPPED = 5
    RECEIVED = 6
    INSTALLED = 7
    REPLACED = 8
    RETURNED = 9


class Form(IntEnum):
    """What a copy was made from."""

    PAPER = 0
    QR2024 = 1
    PHOTO = 2
    TABLE = 3


class EventKind(IntEnum):
    """What a machine says of itself."""

    OPENED = 0
    CLOSED = 1
    PRINTED = 2
    TRANSMITTED = 3
    TRANSMISSION_FAILED = 4
    POWER_LOST = 5
    POWER_BACK = 6
    FAULT = 7
    REPRINTED = 8


class Channel(IntEnum):
    """How a record reached the receiver."""

    NETWORK = 0
    SATELLITE = 1
    REMOVABLE = 2
    QR = 3
    TYPED = 4


class Refused(IntEnum):
    """Why a receiver did not admit what it got."""

    MALFORMED = 0
    UNKNOWN_KEY = 1
    BAD_SIGNATURE = 2
    OTHER_ELECTION = 3
    TOO_LONG = 4


class Nomination(IntEnum):
    """What happened to a candidate's nomination."""

    WITHDRAWN = 0
    SUBSTITUTED = 1
    REINSTATED = 2
    CARD_MOVED = 3


class StationChangeKind(IntEnum):
    """What changed about a station."""

    RELOCATED = 0
    CLOSED = 1
    OPENED = 2
    MERGED = 3
    CORRECTED = 4


class Contingency(IntEnum):
    """Why a station may count by hand."""

    MACHINE_FAILED = 0
    NO_PRINT = 1
    NO_POWER = 2
    NO_MACHINE = 3
    OTHER = 4


class RefusalReason(IntEnum):
    """Why a scrutineer did not sign a sheet."""

    NOT_ADMITTED = 0
    FIGURES_DIFFER = 1
    COUNT_NOT_PUBLIC = 2
    COPY_NOT_GIVEN = 3
    OTHER = 4


class Category(IntEnum):
    """What an incident or a complaint is about."""

    ACCESS = 0
    OPENING = 1
    EQUIPMENT = 2
    POWER = 3
    TRANSMISSION = 4
    COUNT = 5
    COPIES = 6
    VIOLENCE = 7
    COERCION = 8
    ROLL = 9
    RELOCATION = 10
    ATTACK = 11
    OTHER = 12


class Decision(IntEnum):
    """What a ruling does."""

    UPHOLD = 0
    ANNUL = 1
    SELECT = 2
    DISMISS = 3
    RECOUNT = 4
    REPEAT = 5
    STAY = 6
    REVERSE = 7


class SheetFact(IntEnum):
    """What is the matter with a sheet, as whoever has it says; no total changes by it."""

    UNSIGNED = 0
    ILLEGIBLE = 1
    INCONSISTENT = 2
    CHALLENGED = 3
    ANNULLED = 4
    NOT_INSTALLED = 5
    TWO_AGREED = 6
    THIRD_DECIDED = 7
    TYPINGS_DIFFER = 8


class Reading(IntEnum):
    """What decided between two typings of a sheet's picture."""

    FIGURES = 0
    WORDS = 1
    SUM = 2
    CORRECTION = 3
    OTHER_LINE = 4
    OTHER = 5


class AuditOutcome(IntEnum):
    """How an audit ended."""

    PASSED = 0
    PASSED_WITH_REMARKS = 1
    FAILED = 2
    NOT_HELD = 3


class Basis(IntEnum):
    """Which sheets a total adds up."""

    REPORTED = 0
    RULED = 1


class AuditMethod(IntEnum):
    """Which procedure an audit follows (docs: evidence)."""

    PPEB_BETTING = 0
    SRS_ALPHA = 1
    BRAVO = 2
    HOT_AUDIT = 3


class BoundSource(IntEnum):
    """Where an audit has from how many ballots a box holds at most; never from the sheet under audit."""

    REGISTERED = 0
    MANIFEST = 1
    LAW = 2


class Retracted(IntEnum):
    """Why somebody takes back a copy or a claim of their own."""

    MISREAD = 0
    OTHER_SHEET = 1
    FORGED = 2
    OTHER = 3


class Seal(IntEnum):
    """What happened to something that is kept under a seal."""

    SEALED = 0
    HANDED_OVER = 1
    RECEIVED = 2
    OPENED = 3


class RevocationReason(IntEnum):
    """Why a key is no longer good."""

    LOST = 0
    STOLEN = 1
    REPLACED = 2
    ENDED = 3


class Closes(IntEnum):
    """What the authority closes."""

    ENROLMENT = 0
    ROLL = 1


class Removal(IntEnum):
    """Why an attachment is no longer published."""

    PERSONAL_DATA = 0
    COURT_ORDER = 1
    ERROR = 2
