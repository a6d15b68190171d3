"""Findings: what a rule noticed, with the entries that show it; the one table of their codes.

A sentence says what was seen, never what to conclude. Only the codes marked `keeps` keep a sheet from
counting; everything else is shown beside the totals and changes none.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import IntEnum

MOST_ENTRIES = 1_000
"""Most entries that one finding names, and most findings of one code and contest that name one case each;
what goes beyond is counted in one finding more, so that a hostile log cannot make the state large."""


class Severity(IntEnum):
    """How much a finding asks for attention; `--fail-on` compares with it."""

    NOTE = 0
    WARNING = 1
    CRITICAL = 2


@dataclass(frozen=True, slots=True)
class Rule:
    """What a code means: severity, whether it keeps a sheet from counting, its label and its sentence.

    `label` and `sentence` are keyed by language; a sentence has the names of a finding's values in braces.
    """

    severity: Severity
    keeps: bool
    label: Mapping[str, str]
    sentence: Mapping[str, str]


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
        return rule.sentence[language].format_map(names)


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
        key = (code, contest)
        seen = self._seen[key] = self._seen.get(key, 0) + 1
        proof = tuple(int(entry) for _, entry in zip(range(MOST_ENTRIES), entries, strict=False))
        if seen > MOST_ENTRIES:
            self.skip(code, contest, count, proof)
            return
        named = tuple((name, str(value)) for name, value in values.items())
        self._found.append(Finding(code, proof, station, contest, area, named, count))

    def room(self, code: str, contest: str | None) -> int:
        """How many more cases of a code and contest are noted one by one."""
        return max(0, MOST_ENTRIES - self._seen.get((code, contest), 0))

    def skip(self, code: str, contest: str | None, count: int, entries: Iterable[int]) -> None:
        """Count cases without noting each of them."""
        more = self._more.setdefault((code, contest), [0])
        more[0] += count
        more += (int(e) for _, e in zip(range(MOST_ENTRIES + 1 - len(more)), entries, strict=False))

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


def _rule(severity: Severity, keeps: bool, labels: tuple[str, str], sentences: tuple[str, str]) -> Rule:
    return Rule(
        severity,
        keeps,
        dict(zip(("en", "es"), labels, strict=True)),
        dict(zip(("en", "es"), sentences, strict=True)),
    )


_N, _W, _C = Severity.NOTE, Severity.WARNING, Severity.CRITICAL

RULES: Mapping[str, Rule] = {
    "bad-record": _rule(
        _C,
        False,
        ("Unreadable entry", "Entrada ilegible"),
        (
            "Entry {entry} cannot be used as a record of this election.",
            "La entrada {entry} no se puede usar como registro de esta elección.",
        ),
    ),
    "bad-signature": _rule(
        _C,
        True,
        ("Signature that does not hold", "Firma que no se verifica"),
        (
            "The signature of entry {entry} does not hold for the key that it names.",
            "La firma de la entrada {entry} no se verifica con la clave que nombra.",
        ),
    ),
    "unknown-key": _rule(
        _C,
        True,
        ("Key not in force", "Clave no vigente"),
        (
            "Entry {entry} names a key that was not in force under that name at that place in the log.",
            "La entrada {entry} nombra una clave que no estaba vigente con ese nombre en ese lugar del registro.",
        ),
    ),
    "key-out-of-scope": _rule(
        _W,
        True,
        ("Key without this right", "Clave sin este derecho"),
        (
            "Entry {entry}, by {signer}, says something that its key was not enrolled to say.",
            "La entrada {entry}, de {signer}, dice algo para lo que su clave no fue inscrita.",
        ),
    ),
    "station-unknown": _rule(
        _W,
        True,
        ("Station not on the roll", "Mesa que no está en el registro"),
        (
            "Entry {entry} speaks of station {station}, which the roll does not list for contest {contest}.",
            "La entrada {entry} habla de la mesa {station}, que el registro no lista para el cargo {contest}.",
        ),
    ),
    "contest-unknown": _rule(
        _W,
        True,
        ("Contest not in the definition", "Cargo que no está en la definición"),
        (
            "Entry {entry} speaks of contest {contest}, which the definition does not have.",
            "La entrada {entry} habla del cargo {contest}, que la definición no tiene.",
        ),
    ),
    "wrong-option-count": _rule(
        _W,
        True,
        ("Other number of options", "Otro número de tarjetas"),
        (
            "Entry {entry}, of station {station}, has another number of counts than contest {contest} has options.",
            "La entrada {entry}, de la mesa {station}, tiene otro número de cuentas que tarjetas el cargo {contest}.",
        ),
    ),
    "sum-mismatch": _rule(
        _W,
        True,
        ("Sum that does not add up", "Suma que no cuadra"),
        (
            "The sheet of station {station} in entry {entry} states {stated} ballots; its counts add up to {sum}.",
            "El acta de la mesa {station} en la entrada {entry} indica {stated} votos; sus cuentas suman {sum}.",
        ),
    ),
    "more-votes-than-registered": _rule(
        _C,
        True,
        ("More votes than registered voters", "Más votos que electores inscritos"),
        (
            "The sheet of station {station} in entry {entry} has {votes} ballots; {registered} voters are registered there.",
            "El acta de la mesa {station} en la entrada {entry} tiene {votes} votos; hay {registered} electores inscritos.",
        ),
    ),
    "conflict": _rule(
        _C,
        True,
        ("Entries that differ", "Entradas que difieren"),
        (
            "Station {station} has entries with different content for contest {contest} ({basis}); none of them counts.",
            "La mesa {station} tiene entradas de contenido distinto para el cargo {contest} ({basis}); ninguna cuenta.",
        ),
    ),
    "duplicate": _rule(
        _N,
        False,
        ("Said again", "Dicho otra vez"),
        (
            "Entry {entry} says of station {station} the same as entry {first}, which counts.",
            "La entrada {entry} dice de la mesa {station} lo mismo que la entrada {first}, que cuenta.",
        ),
    ),
    "key-later-revoked": _rule(
        _N,
        False,
        ("Key revoked later", "Clave revocada después"),
        (
            "The key of {signer} was revoked in entry {revocation}; {count} entries by it stand before and remain.",
            "La clave de {signer} fue revocada en la entrada {revocation}; antes hay {count} entradas suyas, que quedan.",
        ),
    ),
    "late-key": _rule(
        _W,
        False,
        ("Machine keys enrolled late", "Claves de máquina inscritas tarde"),
        (
            "Entry {entry} enrols {count} machine keys after enrolment closed; consents of authority and party: {consent}.",
            "La entrada {entry} inscribe {count} claves de máquina tras el cierre; avales de autoridad y partido: {consent}.",
        ),
    ),
    "roll-changed-late": _rule(
        _W,
        False,
        ("Roll changed late", "Registro cambiado tarde"),
        (
            "Entry {entry} changes the roll or a station after the roll was frozen or after the first sheet.",
            "La entrada {entry} cambia el registro o una mesa tras su cierre o tras la primera acta.",
        ),
    ),
    "more-voters-than-registered": _rule(
        _W,
        False,
        ("More voters than registered", "Más votantes que inscritos"),
        (
            "The sheet of station {station} in entry {entry} states {voters} voters; {registered} are registered there.",
            "El acta de la mesa {station} en la entrada {entry} indica {voters} votantes; hay {registered} inscritos.",
        ),
    ),
    "no-zero-report": _rule(
        _W,
        False,
        ("No zero report", "Sin acta de inicialización"),
        (
            "The log has no zero report with all counts at zero by {signer} for the sheet of station {station}.",
            "No hay acta de inicialización de {signer} con todas las cuentas en cero para el acta de la mesa {station}.",
        ),
    ),
    "not-installed": _rule(
        _W,
        False,
        ("Machine not recorded as installed", "Máquina sin instalación asentada"),
        (
            "{signer} made a sheet for station {station}; the log does not record it as installed there before.",
            "{signer} hizo un acta de la mesa {station}; antes no consta en el registro su instalación allí.",
        ),
    ),
    "software-mismatch": _rule(
        _C,
        False,
        ("Other software than programmed", "Software distinto del programado"),
        (
            "{signer} reports at station {station} another software digest than the one it was programmed with.",
            "{signer} informa en la mesa {station} un software distinto de aquel con que fue programada.",
        ),
    ),
    "seal-broken": _rule(
        _W,
        False,
        ("Seal not intact", "Precinto no intacto"),
        (
            "Entry {entry} records that seal {seal} at station {station} was not intact.",
            "La entrada {entry} asienta que el precinto {seal} de la mesa {station} no estaba intacto.",
        ),
    ),
    "out-of-order": _rule(
        _W,
        False,
        ("Out of order", "Fuera de orden"),
        (
            "Entry {entry} stands in the log before something that should come before it ({what}).",
            "La entrada {entry} está en el registro antes de algo que debía precederla ({what}).",
        ),
    ),
    "stated-transmission-before-print": _rule(
        _W,
        False,
        ("Transmission stated before printing", "Transmisión declarada antes de imprimir"),
        (
            "The machine of station {station} states that it transmitted {seconds} s before it printed.",
            "La máquina de la mesa {station} declara que transmitió {seconds} s antes de imprimir.",
        ),
    ),
    "gap-in-transmission": _rule(
        _N,
        False,
        ("Gap in transmission", "Interrupción de la transmisión"),
        (
            "Entry {entry} shows a gap in transmission (station {station}; {seconds} s between arrivals).",
            "La entrada {entry} muestra una interrupción de la transmisión (mesa {station}; {seconds} s entre llegadas).",
        ),
    ),
    "copy-unsigned": _rule(
        _N,
        False,
        ("Copies without a signed original", "Copias sin original firmado"),
        (
            "{count} copies by {organisation} for contest {contest} name no original that a machine's key signed.",
            "{count} copias de {organisation} para el cargo {contest} no nombran original firmado por una máquina.",
        ),
    ),
    "copy-differs": _rule(
        _C,
        False,
        ("Copy differs from official sheet", "Copia distinta del acta oficial"),
        (
            "For station {station} and contest {contest}, the copy by {organisation} and the official sheet differ.",
            "En la mesa {station} y el cargo {contest}, la copia de {organisation} y el acta oficial difieren.",
        ),
    ),
    "official-missing": _rule(
        _W,
        False,
        ("Copies without an official sheet", "Copias sin acta oficial"),
        (
            "{count} stations have a copy by {organisation} for contest {contest} and no official sheet in this log.",
            "{count} mesas tienen copia de {organisation} para el cargo {contest} y ningún acta oficial en este registro.",
        ),
    ),
    "hand-count-differs": _rule(
        _C,
        False,
        ("Hand count differs from official sheet", "Verificación ciudadana distinta del acta oficial"),
        (
            "For station {station} and contest {contest}, the hand count by {signer} and the official sheet differ.",
            "En la mesa {station} y el cargo {contest}, la verificación de {signer} y el acta oficial difieren.",
        ),
    ),
    "bulletin-mismatch": _rule(
        _C,
        False,
        ("Bulletin differs from the log", "Boletín distinto del registro"),
        (
            "Bulletin {number} for contest {contest} and the log at size {size} differ in: {differs}.",
            "El boletín {number} del cargo {contest} y el registro de tamaño {size} difieren en: {differs}.",
        ),
    ),
    "proclamation-mismatch": _rule(
        _C,
        False,
        ("Proclamation differs from the log", "Proclamación distinta del registro"),
        (
            "The proclamation for contest {contest} and the log at size {size} differ in: {differs}.",
            "La proclamación del cargo {contest} y el registro de tamaño {size} difieren en: {differs}.",
        ),
    ),
    "policy-changed": _rule(
        _W,
        False,
        ("Witness policy changed", "Política de cofirmantes cambiada"),
        (
            "Entry {entry} states another witness policy than entry {first}; trust files are not changed by it.",
            "La entrada {entry} indica otra política de cofirmantes que la {first}; no cambia ningún archivo de confianza.",
        ),
    ),
    "observer-out-of-scope": _rule(
        _N,
        False,
        ("Outside an accreditation", "Fuera de una acreditación"),
        (
            "Entry {entry}, by {signer}, is about a place, contest or time that its accreditation does not name.",
            "La entrada {entry}, de {signer}, trata de un lugar, cargo o momento que su acreditación no nombra.",
        ),
    ),
    "complaint-unanswered": _rule(
        _N,
        False,
        ("Complaint without a ruling", "Reclamo sin decisión"),
        (
            "No ruling in the log names the complaint in entry {entry}.",
            "Ninguna decisión en el registro nombra el reclamo de la entrada {entry}.",
        ),
    ),
}
"""Every finding that a log alone can show, by code."""

KEEPS = frozenset(code for code, rule in RULES.items() if rule.keeps)
"""Codes of the findings that keep a sheet from counting."""
