"""Numbers, shares, days and sizes as each language writes them.

Twenty-five thousand stations times ten candidates pass through `Format.number`, so the numbers below
10,000 are written once per language and looked up afterwards.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta, timezone
from fractions import Fraction
from functools import cache
from typing import TYPE_CHECKING

from escrutinio.base.errors import PublicationError
from escrutinio.base.words.catalogue import languages
from escrutinio.base.words.wording import MINUS, hundredths, percent_sign, separators

if TYPE_CHECKING:
    from collections.abc import Sequence

NBSP = "\u00a0"
NONE = "–"

_PERCENT = re.compile(r"[0-9]{1,3}(\.[0-9]{1,6})?")
_LAST = 253_402_300_799  # of the year 9999


def _grouped(value: int, thousands: str) -> str:
    return f"{value:,}".replace(",", thousands)


@cache
def _small(thousands: str) -> tuple[str, ...]:
    """The numbers below 10,000: writing them takes longer than most pages, so it is done once."""
    return tuple(_grouped(value, thousands) for value in range(10_000))


@cache
def _ends(decimal: str, percent: str) -> dict[int, tuple[str, ...]]:
    """What comes behind the whole percents, by the number of its digits."""
    return {
        digits: tuple(f"{decimal}{value:0{digits}d}{percent}" for value in range(10**digits))
        for digits in (1, 2, 3)
    }


@dataclass(frozen=True)
class Format:
    """How one language writes figures. Raises PublicationError for a language the site does not speak.

    `utc_offset`: minutes by which the clocks that moments are told by are ahead of UTC.
    """

    language: str
    utc_offset: int = 0
    _thousands: str = field(init=False, repr=False)
    _decimal: str = field(init=False, repr=False)
    _percent: str = field(init=False, repr=False)
    small: tuple[str, ...] = field(init=False, repr=False)
    _ends: dict[int, tuple[str, ...]] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        if self.language not in languages():
            known = ", ".join(languages())
            raise PublicationError("language-unknown", language=repr(self.language[:20]), known=known)
        thousands, decimal = separators(self.language)
        object.__setattr__(self, "_thousands", thousands)
        object.__setattr__(self, "_decimal", decimal)
        object.__setattr__(self, "_percent", percent_sign(self.language))
        object.__setattr__(self, "small", _small(thousands))
        object.__setattr__(self, "_ends", _ends(decimal, self._percent))

    def _group(self, value: int) -> str:
        return _grouped(value, self._thousands)

    def number(self, value: int) -> str:
        """A whole number with grouped thousands: 7.303.480 or 7,303,480."""
        if 0 <= value < 10_000:
            return self.small[value]
        return self._group(value) if value >= 0 else MINUS + self._group(-value)

    def numbers(self, values: Sequence[int], between: str) -> str:
        """Several numbers, as `number` writes them, with a text between each two."""
        if values and (min(values) < 0 or max(values) >= len(self.small)):
            return between.join(map(self.number, values))
        return between.join([self.small[value] for value in values])

    def signed(self, value: int) -> str:
        """A difference, with its sign: +1.977.376, −1.977.376, 0."""
        return f"+{self.number(value)}" if value > 0 else self.number(value)

    def percent(self, part: int, whole: int, digits: int = 2) -> str:
        """`part` of `whole` in percent, as `wording.hundredths`; a dash where `whole` is zero."""
        if whole <= 0:
            return NONE
        rounded, digits = hundredths(part, whole, digits)
        scale: int = 10**digits
        before, after = divmod(rounded, scale)
        # Tens of thousands of them stand on the pages of a country.
        if (ends := self._ends.get(digits)) is not None:
            return self.number(before) + ends[after]
        if not digits:
            return f"{self.number(before)}{self._percent}"
        return f"{self.number(before)}{self._decimal}{after:0{digits}d}{self._percent}"

    def announced(self, percent: str) -> str:
        """A percentage with the digits it was announced with, "51.20" as 51,20 %; other text stays."""
        if not _PERCENT.fullmatch(percent):
            return percent
        return f"{percent.replace('.', self._decimal)}{self._percent}"

    def whole_percent(self, value: int) -> str:
        """A whole number of percent, as ticks of a plot have it."""
        return f"{self.number(value)}{self._percent}"

    def points(self, difference: Fraction) -> str:
        """A difference of shares in percentage points, two digits, halves away from zero, with its sign."""
        return self._points(difference.numerator, difference.denominator)

    def apart(self, part: int, whole: int, other: int, other_whole: int) -> str:
        """How many points the share `part` of `whole` has more than `other` of `other_whole`, as `points`."""
        if whole <= 0 or other_whole <= 0:
            return NONE
        return self._points(100 * (part * other_whole - other * whole), whole * other_whole)

    def _points(self, numerator: int, denominator: int) -> str:
        rounded = (200 * abs(numerator) + denominator) // (2 * denominator)
        sign = "" if not rounded else "+" if numerator > 0 else MINUS
        return f"{sign}{rounded // 100}{self._decimal}{rounded % 100:02d}"

    def size(self, count: int) -> str:
        """A number of bytes in kB or MB (decimal, as download pages of browsers have it)."""
        if count < 1_000:
            return f"{count}{NBSP}B"
        unit, scale = ("kB", 1_000) if count < 1_000_000 else ("MB", 1_000_000)
        tenths = (count * 10 + scale // 2) // scale
        return f"{self._group(tenths // 10)}{self._decimal}{tenths % 10}{NBSP}{unit}"

    def span(self, seconds: int) -> str:
        """A length of time: seconds, minutes with seconds, hours with minutes, with the units' symbols."""
        if seconds < 60:
            return f"{seconds}{NBSP}s"
        small, large, units = (seconds % 60, seconds // 60, ("min", "s"))
        if seconds >= 3_600:
            small, large, units = (seconds % 3_600 // 60, seconds // 3_600, ("h", "min"))
        return f"{self.number(large)}{NBSP}{units[0]} {small}{NBSP}{units[1]}"

    def day(self, iso: str) -> str:
        """A day written YYYY-MM-DD, in words; as it is in a language whose months nobody has told Babel."""
        months, found = days_of_months(self.language), date.fromisoformat(iso)
        return months[found.month - 1].format(day=found.day, year=found.year) if months else iso

    def moment(self, seconds: int) -> str:
        """Seconds since 1970 as day, hour and minute by these clocks, with their offset, "4 de mayo de 2031,
        18:02 (UTC−3)"; as seconds where no calendar reaches so far. The pages' programs write the same
        (`pages/times.js`)."""
        if seconds + 60 * self.utc_offset > _LAST:
            return f"1970 + {self.number(seconds)}{NBSP}s"
        clocks = timezone(timedelta(minutes=self.utc_offset))
        when = datetime.fromtimestamp(max(seconds, -60 * self.utc_offset), clocks)
        return f"{self.day(when.date().isoformat())}, {when:%H:%M}{NBSP}{self.zone()}"

    def zone(self) -> str:
        """What these clocks are called: "UTC", or in brackets by how much they differ from it: "(UTC−3)"."""
        hours, minutes = divmod(abs(self.utc_offset), 60)
        if not self.utc_offset:
            return "UTC"
        sign = MINUS if self.utc_offset < 0 else "+"
        return f"(UTC{sign}{hours}{f':{minutes:02}' if minutes else ''})"


@cache
def days_of_months(language: str) -> tuple[str, ...]:
    """How a day of each month is written, "{day} de enero de {year}"; none where nobody has told Babel."""
    from babel import Locale, UnknownLocaleError
    from babel.dates import format_date

    try:
        locale = Locale.parse(language)
    except UnknownLocaleError:
        return ()
    written = (format_date(date(2222, month, 27), "long", locale=locale) for month in range(1, 13))
    return tuple(each.replace("2222", "{year}").replace("27", "{day}") for each in written)
