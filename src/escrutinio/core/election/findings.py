"""Findings: what a rule noticed, with the entries that show it (the codes stand in `finding_table`).

A sentence says what was seen, never what to conclude. Only the codes marked `keeps` keep a sheet from
counting; everything else is shown beside the totals and changes none.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import islice

from escrutinio.core.election.finding_table import RULES, Rule, Severity

__all__ = ["KEEPS", "MOST_ENTRIES", "RULES", "Finding", "Findings", "Rule", "Severity"]

MOST_ENTRIES = 1_000
"""Most entries that one finding names, and most findings of one code and contest that name one case each;
what goes beyond is counted in one finding more, so that a hostile log cannot make the state large."""


@dataclass(frozen=True, slots=True)
class Finding:
    """A case that a rule noticed.

    `entries`: log indices that prove it, at most `MOST_ENTRIES`; `count`: how many cases it stands for.
    `values`: what its sentence names besides entry, station, contest and area.
    """

    code: str
    entries: tuple[int, ...]
    station: str | None = None
    contest: str | None = None
    area: str | None = None
    values: tuple[tuple[str, str], ...] = ()
    count: int = 1

    @property
    def rule(self) -> Rule:
        """What the code means."""
        return RULES[self.code]

    def sentence(self, language: str) -> str:
        """What was seen, in "en" or "es". Raises KeyError for another language."""
        rule = RULES[self.code]
        if ("more", "") in self.values:
            return f"{rule.label[language]}: {_MORE[language].format(count=self.count)}"
        first = str(self.entries[0]) if self.entries else "–"
        names = {"entry": first, "station": self.station or "–", "contest": self.contest or "–"}
        names |= {"area": self.area or "–", "count": str(self.count), **dict(self.values)}
        for coded in ("what", "differs"):
            if coded in names:
                names[coded] = ", ".join(_word(code, language) for code in names[coded].split(", "))
        return rule.sentence[language].format_map(names)


def _word(code: str, language: str) -> str:
    return _WORDS[code][language == "es"] if code in _WORDS else code


_WORDS = {
    "zero-report": ("zero report", "acta de inicialización"),
    "charter": ("charter", "carta del registro"),
    "commitment": ("commitment of the audit", "compromiso de la auditoría"),
    "seed": ("seed of the audit", "semilla de la auditoría"),
    "selected": ("sheet that the ruling selects", "acta que la decisión elige"),
    "counts": ("votes", "votos"),
    "null": ("null votes", "votos nulos"),
    "blank": ("blank votes", "votos en blanco"),
    "stations": ("stations counted", "mesas contadas"),
    "place": ("contest or area", "cargo o lugar"),
    "origin": ("name of the log", "nombre del registro"),
    "size": ("size of the log", "tamaño del registro"),
    "root": ("root of the log", "raíz del registro"),
    "elected": ("elected", "electos"),
    "assembled": ("assembled", "ensamblada"),
    "programmed": ("programmed", "programada"),
    "quality-checked": ("quality-checked", "con control de calidad"),
    "audited": ("audited", "auditada"),
    "sealed": ("sealed", "precintada"),
    "shipped": ("shipped", "despachada"),
    "received": ("received", "recibida"),
    "installed": ("installed", "instalada"),
}

_MORE = {"en": "{count} cases more.", "es": "{count} casos más."}


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
        **values: object,
    ) -> None:
        """Note one case; beyond `MOST_ENTRIES` cases of one code and contest it is only counted."""
        proof = tuple(int(entry) for entry in islice(entries, MOST_ENTRIES))
        named = tuple((name, str(value)) for name, value in values.items())
        self.note(Finding(code, proof, station, contest, area, named, count))

    def note(self, finding: Finding) -> None:
        """As `add`, for a finding that is made already."""
        key = finding.code, finding.contest
        seen = self._seen[key] = self._seen.get(key, 0) + 1
        if seen > MOST_ENTRIES:
            self.skip(finding.code, finding.contest, finding.count, finding.entries)
        else:
            self._found.append(finding)

    def room(self, code: str, contest: str | None) -> int:
        """How many more cases of a code and contest are noted one by one."""
        return max(0, MOST_ENTRIES - self._seen.get((code, contest), 0))

    def skip(self, code: str, contest: str | None, count: int, entries: Iterable[int]) -> None:
        """Count cases without noting each of them."""
        more = self._more.setdefault((code, contest), [0])
        more[0] += count
        more += map(int, islice(entries, MOST_ENTRIES + 1 - len(more)))

    def sorted(self) -> tuple[Finding, ...]:
        """All findings in an order that depends on the log alone: by first entry, code and place."""
        rest = (
            Finding(code, tuple(more[1:]), None, contest, None, (("more", ""),), more[0])
            for (code, contest), more in self._more.items()
        )
        return tuple(sorted((*self._found, *rest), key=_order))


def _order(finding: Finding) -> tuple[object, ...]:
    places = (finding.contest or "", finding.station or "", finding.area or "")
    return (finding.entries[:1], finding.code, *places, finding.values, finding.entries)


KEEPS = frozenset(code for code, rule in RULES.items() if rule.keeps)
"""Codes of the findings that keep a sheet from counting."""
