"""The table of findings: every code that a log alone can show, with its severity, label and sentence.

One entry: severity, then English and Spanish as "label | sentence"; `keeps` marks the codes that keep a
sheet from counting. A sentence says what was seen; names in braces are filled from the finding.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum


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


def _rule(severity: Severity, english: str, spanish: str, *, keeps: bool = False) -> Rule:
    texts = {"en": english.split(" | "), "es": spanish.split(" | ")}
    labels = {language: label for language, (label, _) in texts.items()}
    sentences = {language: sentence for language, (_, sentence) in texts.items()}
    return Rule(severity, keeps, labels, sentences)


_N, _W, _C = Severity.NOTE, Severity.WARNING, Severity.CRITICAL

RULES: Mapping[str, Rule] = {
    "bad-record": _rule(
        _C,
        "Unreadable entry | Entry {entry} cannot be used as a record of this election.",
        "Entrada ilegible | La entrada {entry} no se puede usar como registro de esta elección.",
    ),
    "bad-signature": _rule(
        _C,
        "Signature that does not hold | The signature of entry {entry} does not hold for the key that it "
        "names.",
        "Firma que no se verifica | La firma de la entrada {entry} no se verifica con la clave que nombra.",
        keeps=True,
    ),
    "unknown-key": _rule(
        _C,
        "Key not in force | Entry {entry} names a key that was not in force under that name at that place "
        "in the log.",
        "Clave no vigente | La entrada {entry} nombra una clave que no estaba vigente con ese nombre en "
        "ese lugar del registro.",
        keeps=True,
    ),
    "key-out-of-scope": _rule(
        _W,
        "Key without this right | Entry {entry}, by {signer}, says something that its key was not "
        "enrolled to say.",
        "Clave sin este derecho | La entrada {entry}, de {signer}, dice algo para lo que su clave no fue "
        "inscrita.",
        keeps=True,
    ),
    "station-unknown": _rule(
        _W,
        "Station not on the roll | Entry {entry} speaks of station {station}, which the roll does not "
        "list for contest {contest}.",
        "Mesa que no está en el registro | La entrada {entry} habla de la mesa {station}, que el registro "
        "no lista para el cargo {contest}.",
        keeps=True,
    ),
    "contest-unknown": _rule(
        _W,
        "Contest not in the definition | Entry {entry} speaks of contest {contest}, which the definition "
        "does not have.",
        "Cargo que no está en la definición | La entrada {entry} habla del cargo {contest}, que la "
        "definición no tiene.",
        keeps=True,
    ),
    "wrong-option-count": _rule(
        _W,
        "Other number of options | Entry {entry}, of station {station}, has another number of counts than "
        "contest {contest} has options.",
        "Otro número de tarjetas | La entrada {entry}, de la mesa {station}, tiene otro número de cuentas "
        "que tarjetas el cargo {contest}.",
        keeps=True,
    ),
    "sum-mismatch": _rule(
        _W,
        "Sum that does not add up | The sheet of station {station} in entry {entry} states {stated} "
        "ballots; its counts add up to {sum}.",
        "Suma que no cuadra | El acta de la mesa {station} en la entrada {entry} indica {stated} votos; "
        "sus cuentas suman {sum}.",
        keeps=True,
    ),
    "more-votes-than-registered": _rule(
        _C,
        "More votes than registered voters | The sheet of station {station} in entry {entry} has {votes} "
        "ballots; {registered} voters are registered there.",
        "Más votos que electores inscritos | El acta de la mesa {station} en la entrada {entry} tiene "
        "{votes} votos; hay {registered} electores inscritos.",
        keeps=True,
    ),
    "conflict": _rule(
        _C,
        "Entries that differ | Station {station} has entries with different content for contest {contest} "
        "({basis}); none of them counts.",
        "Entradas que difieren | La mesa {station} tiene entradas de contenido distinto para el cargo "
        "{contest} ({basis}); ninguna cuenta.",
        keeps=True,
    ),
    "duplicate": _rule(
        _N,
        "Said again | Entry {entry} says of station {station} the same as entry {first}, which counts.",
        "Dicho otra vez | La entrada {entry} dice de la mesa {station} lo mismo que la entrada {first}, "
        "que cuenta.",
    ),
    "key-later-revoked": _rule(
        _N,
        "Key revoked later | The key of {signer} was revoked in entry {revocation}; {count} entries by it "
        "stand before and remain.",
        "Clave revocada después | La clave de {signer} fue revocada en la entrada {revocation}; antes hay "
        "{count} entradas suyas, que quedan.",
    ),
    "late-key": _rule(
        _W,
        "Machine keys enrolled late | Entry {entry} enrols {count} machine keys after enrolment closed; "
        "authority and party had consented at: {consent}.",
        "Claves de máquina inscritas tarde | La entrada {entry} inscribe {count} claves de máquina tras "
        "el cierre; con aval de autoridad y partido desde: {consent}.",
    ),
    "roll-changed-late": _rule(
        _W,
        "Roll changed late | Entry {entry} changes the roll or a station after the roll was frozen or "
        "after the first sheet.",
        "Registro cambiado tarde | La entrada {entry} cambia el registro o una mesa tras su cierre o tras "
        "la primera acta.",
    ),
    "more-voters-than-registered": _rule(
        _W,
        "More voters than registered | The sheet of station {station} in entry {entry} states {voters} "
        "voters; {registered} are registered there.",
        "Más votantes que inscritos | El acta de la mesa {station} en la entrada {entry} indica {voters} "
        "votantes; hay {registered} inscritos.",
    ),
    "no-zero-report": _rule(
        _W,
        "No zero report | The log has no zero report with all counts at zero by {signer} for the sheet of "
        "station {station}.",
        "Sin acta de inicialización | No hay acta de inicialización de {signer} con todas las cuentas en "
        "cero para el acta de la mesa {station}.",
    ),
    "not-installed": _rule(
        _W,
        "Machine not recorded as installed | {signer} made a sheet for station {station}; the log does "
        "not record it as installed there before.",
        "Máquina sin instalación asentada | {signer} hizo un acta de la mesa {station}; antes no consta "
        "en el registro su instalación allí.",
    ),
    "software-mismatch": _rule(
        _C,
        "Other software than programmed | {signer} reports at station {station} another software digest "
        "than the one it was programmed with.",
        "Software distinto del programado | {signer} informa en la mesa {station} un software distinto de "
        "aquel con que fue programada.",
    ),
    "seal-broken": _rule(
        _W,
        "Seal not intact | Entry {entry} records that seal {seal} at station {station} was not intact.",
        "Precinto no intacto | La entrada {entry} asienta que el precinto {seal} de la mesa {station} no "
        "estaba intacto.",
    ),
    "out-of-order": _rule(
        _W,
        "Out of order | Entry {entry} stands in the log before something that should come before it "
        "({what}).",
        "Fuera de orden | La entrada {entry} está en el registro antes de algo que debía precederla "
        "({what}).",
    ),
    "stated-transmission-before-print": _rule(
        _W,
        "Transmission stated before printing | The machine of station {station} states that it "
        "transmitted {seconds} s before it printed.",
        "Transmisión declarada antes de imprimir | La máquina de la mesa {station} declara que transmitió "
        "{seconds} s antes de imprimir.",
    ),
    "gap-in-transmission": _rule(
        _N,
        "Gap in transmission | Entry {entry} shows a gap in transmission (station {station}; {seconds} s "
        "between arrivals).",
        "Interrupción de la transmisión | La entrada {entry} muestra una interrupción de la transmisión "
        "(mesa {station}; {seconds} s entre llegadas).",
    ),
    "copy-unsigned": _rule(
        _N,
        "Copies without a signed original | {count} copies by {organisation} for contest {contest} name "
        "no original that a machine's key signed.",
        "Copias sin original firmado | {count} copias de {organisation} para el cargo {contest} no "
        "nombran original firmado por una máquina.",
    ),
    "copy-differs": _rule(
        _C,
        "Copy differs from official sheet | For station {station} and contest {contest}, the copy by "
        "{organisation} and the official sheet differ.",
        "Copia distinta del acta oficial | En la mesa {station} y el cargo {contest}, la copia de "
        "{organisation} y el acta oficial difieren.",
    ),
    "official-missing": _rule(
        _W,
        "Copies without an official sheet | {count} stations have a copy by {organisation} for contest "
        "{contest} and no official sheet in this log.",
        "Copias sin acta oficial | {count} mesas tienen copia de {organisation} para el cargo {contest} y "
        "ningún acta oficial en este registro.",
    ),
    "hand-count-differs": _rule(
        _C,
        "Hand count differs from official sheet | For station {station} and contest {contest}, the hand "
        "count by {signer} and the official sheet differ.",
        "Verificación ciudadana distinta del acta oficial | En la mesa {station} y el cargo {contest}, la "
        "verificación de {signer} y el acta oficial difieren.",
    ),
    "bulletin-mismatch": _rule(
        _C,
        "Bulletin differs from the log | Bulletin {number} for contest {contest} and the log at size "
        "{size} differ in: {differs}.",
        "Boletín distinto del registro | El boletín {number} del cargo {contest} y el registro de tamaño "
        "{size} difieren en: {differs}.",
    ),
    "proclamation-mismatch": _rule(
        _C,
        "Proclamation differs from the log | The proclamation for contest {contest} and the log at size "
        "{size} differ in: {differs}.",
        "Proclamación distinta del registro | La proclamación del cargo {contest} y el registro de tamaño "
        "{size} difieren en: {differs}.",
    ),
    "policy-changed": _rule(
        _W,
        "Witness policy changed | Entry {entry} states another witness policy than entry {first}; trust "
        "files are not changed by it.",
        "Política de cofirmantes cambiada | La entrada {entry} indica otra política de cofirmantes que la "
        "{first}; no cambia ningún archivo de confianza.",
    ),
    "observer-out-of-scope": _rule(
        _N,
        "Outside an accreditation | Entry {entry}, by {signer}, is about a place, contest or time that "
        "its accreditation does not name.",
        "Fuera de una acreditación | La entrada {entry}, de {signer}, trata de un lugar, cargo o momento "
        "que su acreditación no nombra.",
    ),
    "complaint-unanswered": _rule(
        _N,
        "Complaint without a ruling | No ruling in the log names the complaint in entry {entry}.",
        "Reclamo sin decisión | Ninguna decisión en el registro nombra el reclamo de la entrada {entry}.",
    ),
}
