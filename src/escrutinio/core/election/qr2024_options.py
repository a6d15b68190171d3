"""What the 38 counts in a QR code of 2024 mean in an election's definition: which option each adds to.

The code itself names no option (`records/qr2024.py`). An importer who knows the order of the printed sheet
writes it into the configuration as `[qr2024]`; it is published as `data/qr2024.json`, so that a browser and
`escrutinio check` add up the same. It is no part of the log: it says how somebody reads old sheets.
"""

from collections.abc import Sequence

import msgspec

from escrutinio.base.dataclass import dataclass
from escrutinio.base.errors import DefinitionError, RecordError
from escrutinio.base.json_text import NO_JSON
from escrutinio.base.toml import nearest
from escrutinio.core.election.definition import BLANK, NULL
from escrutinio.core.records.qr2024 import OPTIONS, Sheet2024
from escrutinio.core.records.text import check_code, check_text

QR2024_FILE = "data/qr2024.json"
"""Where a publication says it, below its root."""

MAX_FILE = 64 * 1024
MAX_CARD = 100


class Qr2024CardTable(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`[[qr2024.card]]`: one count of a QR code of 2024, in its order, and the option it adds to."""

    card: str
    option: str


class Qr2024Table(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`[qr2024]`: what the counts in the QR codes of 2024 are of, where such sheets are to be read."""

    contest: str
    card: list[Qr2024CardTable]


@dataclass(frozen=True, slots=True)
class Card2024:
    """One count of the code: the card as the sheet names it, and the option of the definition it adds to."""

    card: str
    option: str


@dataclass(frozen=True, slots=True)
class Qr2024Options:
    """The contest that the codes are of, and their 38 cards in the order of the counts."""

    contest: str
    cards: tuple[Card2024, ...]

    def check(self, options: Sequence[str]) -> None:
        """Raise DefinitionError if a card is for an option that is not among the contest's `options`."""
        for card in self.cards:
            if card.option not in options:
                raise DefinitionError(
                    "qr2024-card-option",
                    card=repr(card.card),
                    option=repr(card.option),
                    contest=repr(self.contest),
                    nearest=nearest(card.option, options),
                )

    def counts(self, sheet: Sheet2024, options: Sequence[str]) -> tuple[int, ...]:
        """The sheet's votes by `options`, the option codes of the contest in the definition's order.

        Raises DefinitionError as `check` does.
        """
        self.check(options)
        votes = dict.fromkeys(options, 0)
        for card, count in zip(self.cards, sheet.counts, strict=True):
            votes[card.option] += count
        return tuple(votes.values())


def classes_2024(sheet: Sheet2024, codes: Sequence[str]) -> tuple[int, ...]:
    """The sheet's null and blank ballots by `codes`, the classes of the contest; none where it has others.

    Where the contest does not tell blank ballots apart, they are among the null ones.
    """
    if tuple(codes) == (NULL,):
        return (sheet.null + sheet.blank,)
    known = {NULL: sheet.null, BLANK: sheet.blank}
    return tuple(known[code] for code in codes) if known.keys() == set(codes) else ()


def qr2024_options(table: Qr2024Table) -> Qr2024Options:
    """Check what a configuration or a publication says. Raises DefinitionError: not 38 cards, a bad code."""
    if len(table.card) != OPTIONS:
        raise DefinitionError("qr2024-cards-number", size=len(table.card), options=OPTIONS)
    try:
        cards = tuple(Card2024(check_text(row.card, MAX_CARD), check_code(row.option)) for row in table.card)
        return Qr2024Options(check_code(table.contest), cards)
    except RecordError as error:
        raise DefinitionError("at-place", why=error, place="qr2024") from None


def format_qr2024_options(options: Qr2024Options) -> bytes:
    """The content of `data/qr2024.json`."""
    return msgspec.json.encode({"contest": options.contest, "card": options.cards})


def read_qr2024_options(raw: bytes) -> Qr2024Options:
    """Read a `data/qr2024.json` strictly. Raises DefinitionError for anything but what is written there."""
    if len(raw) > MAX_FILE:
        raise DefinitionError("bytes-many", size=len(raw), path=QR2024_FILE, limit=MAX_FILE)
    try:
        table = msgspec.json.decode(raw, type=Qr2024Table)
    except NO_JSON:
        raise DefinitionError("qr2024-file", path=QR2024_FILE) from None
    return qr2024_options(table)
