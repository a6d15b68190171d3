"""Findings: what a rule noticed, with the entries that show it.

A finding is a code with values; it becomes a sentence where it is shown, and what is compared byte for byte
has the code and the values alone. A sentence says what was seen, never what to conclude. Only the codes
marked `keeps` keep a sheet from counting; everything else is shown beside the totals and changes none.
"""

from collections.abc import Iterable, Mapping
from dataclasses import field
from enum import IntEnum
from functools import cache
from itertools import islice
from string import Formatter
from types import MappingProxyType

from escrutinio.base.dataclass import dataclass
from escrutinio.base.words.catalogue import N_, catalogue
from escrutinio.base.words.say import say_in
from escrutinio.base.words.wording import whole

MOST_ENTRIES = 1_000
"""Most entries that one finding names, and most findings of one code and contest that name one case each;
what goes beyond is counted in one finding more, so that a hostile log cannot make the state large."""

UNKNOWN = "–"
"""Stands in a sentence where a finding does not have a value."""

MORE = "more"
"""The one value of a finding that counts what goes beyond `MOST_ENTRIES`."""

_MORE = N_("Further cases: {count:,}.")

FIGURES = frozenset(
    {"count", "registered", "seconds", "size", "stated", "sum", "valid", "voters", "votes"}
    | {"again", "came", "refusals", "waiting"}
)
"""Values that are whole numbers, and are written as each language groups their digits."""


Called = Mapping[str, Mapping[str, str]]
"""What people call a value in one language: by its name in a sentence ("contest") and by its code."""

_AS_CODED: Called = MappingProxyType({})


class Severity(IntEnum):
    """How much a finding asks for attention; `--fail-on` compares with it."""

    NOTE = 0
    WARNING = 1
    CRITICAL = 2


@dataclass(frozen=True, slots=True)
class FindingRow:
    """What a code means: severity, whether it keeps a sheet from counting, its label and its sentence.

    The texts are messages of the catalogues, in English; a sentence has the names of a finding's values in
    braces. `words`: for values that are codes themselves, by name of the value and code, what they say.
    """

    code: str
    severity: Severity
    keeps: bool
    english_label: str
    english_sentence: str
    words: dict[str, dict[str, str]] = field(default_factory=dict)

    def label(self, language: str) -> str:
        """What such findings are called, in a language of the catalogues."""
        return catalogue(language).gettext(self.english_label)

    def sentence(self, language: str, /, **values: str) -> str:
        """What was seen, in a language of the catalogues; `UNKNOWN` stands for a value that is not given."""
        said = dict.fromkeys(_names(self.english_sentence), UNKNOWN)
        said |= {name: self._word(name, value, language) for name, value in values.items()}
        return say_in(language, self.english_sentence, **said)

    def _word(self, name: str, value: str, language: str) -> str:
        """A value in words: a figure, each code of a coded one, the value itself of any other."""
        if name in FIGURES and value.isascii() and value.isdecimal():
            return whole(int(value), language)
        known = self.words.get(name)
        if known is None:
            return value
        codes = value.split(", ")
        return ", ".join(say_in(language, known[code]) if code in known else code for code in codes)


@cache
def _names(message: str) -> tuple[str, ...]:
    """The names in the braces of a message."""
    return tuple(name for _, name, _, _ in Formatter().parse(message) if name)


REGISTERED: dict[str, FindingRow] = {}
"""The rows by their code, in the order in which their families were read; `table` has them in their own."""


@dataclass(frozen=True, slots=True)
class Finding:
    """A case that a rule noticed.

    `entries`: log indices that prove it, at most `MOST_ENTRIES`; `count`: how many cases it stands for.
    `values`: what its sentence names besides entry, station, contest and area, as names and values.
    `reason` says more in English to whoever looks into the case; words may change, so it is never compared.
    """

    code: str
    entries: tuple[int, ...]
    station: str | None = None
    contest: str | None = None
    area: str | None = None
    values: tuple[tuple[str, str], ...] = ()
    count: int = 1
    reason: str = field(default="", compare=False)

    @property
    def row(self) -> FindingRow:
        """What the code means."""
        return REGISTERED[self.code]

    def sentence(self, language: str, called: Called = _AS_CODED) -> str:
        """What was seen, in a language of the catalogues. Raises KeyError for one without a catalogue.

        `called`: names for contests, signers and the like, where the sentence stands among their names.
        """
        values = dict(self.values)
        if MORE in values:
            return f"{self.row.label(language)}: {say_in(language, _MORE, count=self.count)}"
        places = {"station": self.station, "contest": self.contest, "area": self.area}
        names = {"count": str(self.count), **{name: place for name, place in places.items() if place}}
        if self.entries:
            names["entry"] = str(self.entries[0])
        said = names | values
        said |= {name: called[name].get(value, value) for name, value in said.items() if name in called}
        return self.row.sentence(language, **said)


@dataclass
class Findings:
    """Collects findings while a state is made, and keeps their number within bounds."""

    _found: list[Finding] = field(default_factory=list)
    _seen: dict[tuple[str, str | None], int] = field(default_factory=dict)
    _more: dict[tuple[str, str | None], list[int]] = field(default_factory=dict)

    def add(
        self,
        code: str,
        entries: Iterable[int],
        *,
        station: str | None = None,
        contest: str | None = None,
        area: str | None = None,
        count: int = 1,
        reason: object = "",
        **values: object,
    ) -> None:
        """Note one case; beyond `MOST_ENTRIES` cases of one code and contest it is only counted.

        A value that is None is left out.
        """
        key = code, contest
        if not self.left(code, contest):
            self.count_only(code, contest, count, entries)
            return
        self._seen[key] = self._seen.get(key, 0) + 1
        proof = tuple(int(entry) for entry in islice(entries, MOST_ENTRIES))
        named = tuple((name, str(value)) for name, value in values.items() if value is not None)
        self._found.append(Finding(code, proof, station, contest, area, named, count, str(reason)))

    def left(self, code: str, contest: str | None) -> int:
        """How many more cases of a code and contest are noted one by one."""
        return max(0, MOST_ENTRIES - self._seen.get((code, contest), 0))

    def count_only(self, code: str, contest: str | None, count: int, entries: Iterable[int]) -> None:
        """Count cases without noting each of them."""
        more = self._more.setdefault((code, contest), [0])
        more[0] += count
        more += map(int, islice(entries, MOST_ENTRIES + 1 - len(more)))

    def sorted(self) -> tuple[Finding, ...]:
        """All findings in an order that depends on the log alone: by first entry, code and place."""
        rest = (
            Finding(code, tuple(more[1:]), None, contest, None, ((MORE, str(more[0])),), more[0])
            for (code, contest), more in self._more.items()
        )
        return tuple(sorted((*self._found, *rest), key=_order))


def _order(finding: Finding) -> tuple[object, ...]:
    places = (finding.contest or "", finding.station or "", finding.area or "")
    return (finding.entries[:1], finding.code, *places, finding.values, finding.entries)
