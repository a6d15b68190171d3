"""The answers of a check in words, Spanish and English: the verdict in one line, then what it stands on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from escrutinio.base.errors import EscrutinioError
from escrutinio.base.words.wording import in_language, whole
from escrutinio.core.election.state import ElectionState, Status
from escrutinio.core.records.codes import Kind
from escrutinio.core.verification.judge import Answer, Comparison, Verdict

Texts = Mapping[str, str]

SHOWN_DIFFERENCES = 60


def headline(answer: Answer, language: str) -> str:
    """The verdict in one sentence. Raises EvidenceError for a language other than "en" and "es"."""
    key = "station-unknown" if not answer.comparisons and not answer.known_station else answer.verdict
    if answer.verdict is Verdict.CONTRADICTED and answer.entry is None:
        key = "contradicted-not-in-log"
    if answer.verdict is Verdict.PROMISE_CONTRADICTED and not answer.authenticated:
        key = "promise-doubtful"
    texts = _HEADLINES.get(key) or _HEADLINES[answer.verdict]
    what = in_language(_TYPES.get(answer.type, _RECORD), language)
    place = " · ".join(part for part in (answer.station, answer.contest) if part)
    entry = "–" if answer.entry is None else whole(answer.entry, language)
    sentence = in_language(texts, language, what=what, place=place or "–", entry=entry)
    return in_language(_UNREAL, language) + sentence if answer.real is False else sentence


def grounds(answer: Answer, state: ElectionState, language: str) -> Iterator[str]:
    """What the verdict stands on, a line each: signer, status, comparisons, contradictions, findings."""
    if answer.real is False and state.definition.body.kind is not Kind.REAL:
        yield in_language(_KINDS[state.definition.body.kind], language)
    if answer.signer:
        yield in_language(_SIGNER, language, signer=answer.signer)
    if answer.detail:
        detail = answer.detail
        said = detail.said_in(language) if isinstance(detail, EscrutinioError) else detail
        yield in_language(_DETAIL, language, detail=said)
    if answer.status is not None:
        yield in_language(_STATUS[answer.status], language)
    if answer.others:
        entries = ", ".join(whole(each, language) for each in answer.others)
        yield in_language(_OTHERS, language, entries=entries)
    for comparison in answer.comparisons:
        yield _compared(comparison, language)
        for difference in comparison.differences[:SHOWN_DIFFERENCES]:
            values = {"sheet": whole(difference.sheet, language)}
            values |= {"published": whole(difference.published, language)}
            name = in_language(_NAMES[difference.what], language) if difference.what in _NAMES else None
            yield in_language(_DIFFERENCE, language, what=name or difference.what, **values)
    for finding in answer.findings:
        yield finding.sentence(language)


def _compared(comparison: Comparison, language: str) -> str:
    texts = _DIFFERENT if comparison.differences else _SAME
    entry = whole(comparison.entry, language)
    return in_language(texts, language, basis=comparison.basis, entry=entry)


_HEADLINES: Mapping[str, Texts] = {
    Verdict.IN_LOG: {
        "en": "Authentic and in the log: {what}, {place}, entry {entry}.",
        "es": "Auténtico y en el registro público: {what}, {place}, entrada {entry}.",
    },
    Verdict.NOT_IN_LOG: {
        "en": "Authentic and not in this log: {what}, {place}. Keep it.",
        "es": "Auténtico y ausente de este registro público: {what}, {place}. Consérvelo.",
    },
    Verdict.CONTRADICTED: {
        "en": "Authentic and in the log, where another sheet of equal standing says something else: {what}, "
        "{place}, entry {entry}.",
        "es": "Auténtico y en el registro público, donde otra acta del mismo rango dice otra cosa: {what}, "
        "{place}, entrada {entry}.",
    },
    "contradicted-not-in-log": {
        "en": "Authentic and not in this log, where another sheet of equal standing says something else: "
        "{what}, {place}. Keep it.",
        "es": "Auténtico y ausente de este registro público, donde otra acta del mismo rango dice otra cosa: "
        "{what}, {place}. Consérvelo.",
    },
    Verdict.EQUAL: {
        "en": "Equal to what is published of {place}. The sheet is unsigned: it does not prove who made it.",
        "es": "Igual a lo publicado de {place}. El acta no lleva firma digital: no prueba quién la hizo.",
    },
    Verdict.DIFFERS: {
        "en": "Different from what is published of {place}. The sheet is unsigned: it does not prove who "
        "made it.",
        "es": "Distinta de lo publicado de {place}. El acta no lleva firma digital: no prueba quién la hizo.",
    },
    Verdict.NOT_PUBLISHED: {
        "en": "Nothing is published of {place} that this unsigned sheet could be compared with.",
        "es": "No hay nada publicado de {place} con que comparar esta acta sin firma digital.",
    },
    "station-unknown": {
        "en": "The roll of this election has no station {place}, so there is nothing to compare.",
        "es": "El padrón electoral de esta elección no tiene la mesa {place}; no hay con qué comparar.",
    },
    Verdict.ALTERED: {
        "en": "Altered: its signature does not hold for the key that it names ({what}, {place}).",
        "es": "Alterado: la firma no se verifica con la clave que nombra ({what}, {place}).",
    },
    Verdict.MALFORMED: {
        "en": "Not a record: the text begins like one of this system and was altered, or written by "
        "something else.",
        "es": "No es un asiento: el texto empieza como uno de este sistema y fue alterado, o lo escribió "
        "otro programa.",
    },
    Verdict.UNKNOWN_KEY: {
        "en": "Not authentic by this log: it knows no key of that number and name ({what}, {place}).",
        "es": "No es auténtico según este registro público: no conoce una clave con ese número y nombre "
        "({what}, {place}).",
    },
    Verdict.NOT_IN_FORCE: {
        "en": "Signed with a key that is not in force at that place of the log ({what}, {place}).",
        "es": "Firmado con una clave no vigente en ese lugar del registro público ({what}, {place}).",
    },
    Verdict.OUT_OF_SCOPE: {
        "en": "Signed with a key that may not say this, or not of {place} ({what}).",
        "es": "Firmado con una clave que no puede decir esto, o no de {place} ({what}).",
    },
    Verdict.MISLABELLED: {
        "en": "Mislabelled: the QR code and the definition of the election do not agree on whether it is a "
        "real one ({what}, {place}).",
        "es": "Mal rotulado: el código QR y la definición no coinciden en si la elección es real ({what}, "
        "{place}).",
    },
    Verdict.NOT_REAL: {
        "en": "This {what} says itself that it belongs to no real election, and it is not of this log.",
        "es": "El propio documento ({what}) dice que no es de una elección real, y no es de este registro "
        "público.",
    },
    Verdict.OTHER_ELECTION: {
        "en": "Of another election: this {what} cannot be judged by this log.",
        "es": "De otra elección: con este registro público no se puede juzgar ({what}).",
    },
    Verdict.PROOF_HOLDS: {
        "en": "The proof holds: entry {entry} is in the log as it was promised.",
        "es": "La prueba se cumple: la entrada {entry} está en el registro público como se prometió.",
    },
    Verdict.PROOF_INVALID: {
        "en": "The proof does not hold for this log.",
        "es": "La prueba no es válida para este registro público.",
    },
    Verdict.PROOF_AHEAD: {
        "en": "The proof speaks of more entries than the log at hand has: fetch the log again; if it stays "
        "so, entries were taken away.",
        "es": "La prueba habla de más entradas que las que tiene este registro público: descárguelo otra "
        "vez; si sigue así, se quitaron entradas.",
    },
    Verdict.PROMISE_CONTRADICTED: {
        "en": "Promise contradicted: the log signed that entry {entry} was in it, and now shows another "
        "history. Keep the proof.",
        "es": "Promesa contradicha: el registro público firmó que tenía la entrada {entry} y ahora muestra "
        "otra historia. Conserve la prueba.",
    },
    "promise-doubtful": {
        "en": "The proof and the log at hand show two histories; with --trust it can be said whether the log "
        "signed the proof. Keep the proof.",
        "es": "La prueba y este registro público muestran dos historias; con --trust se puede decir si el "
        "registro firmó la prueba. Consérvela.",
    },
}

_UNREAL = {"en": "NOT A REAL ELECTION. ", "es": "NO ES UNA ELECCIÓN REAL. "}
_KINDS: Mapping[Kind, Texts] = {
    Kind.DRILL: {
        "en": "the definition of the log says: a drill",
        "es": "la definición del registro público dice: un simulacro",
    },
    Kind.SIMULATION: {
        "en": "the definition of the log says: a simulation",
        "es": "la definición del registro público dice: una simulación",
    },
}
_RECORD = {"en": "record", "es": "asiento"}
_TYPES: Mapping[str, Texts] = {
    "tally-sheet": {"en": "tally sheet", "es": "acta de escrutinio"},
    "manual-sheet": {"en": "manual tally sheet", "es": "acta de escrutinio manual"},
    "zero-report": {"en": "zero report", "es": "acta de inicialización"},
    "copy": {"en": "copy of a tally sheet", "es": "copia de un acta"},
    "hand-count": {"en": "hand count", "es": "verificación ciudadana"},
}
_SIGNER = {"en": "signer: {signer}", "es": "firmante: {signer}"}
_DETAIL = {"en": "found: {detail}", "es": "se encontró: {detail}"}
_STATUS: Mapping[Status, Texts] = {
    Status.COUNTED: {"en": "it counts for its station", "es": "cuenta para su mesa"},
    Status.DUPLICATE: {
        "en": "it repeats what an earlier entry said, which counts",
        "es": "repite lo que dijo una entrada anterior, que cuenta",
    },
    Status.PENDING: {
        "en": "the station is pending: its sheets differ, and none counts until a ruling",
        "es": "la mesa está pendiente: sus actas difieren, y ninguna cuenta hasta una decisión",
    },
    Status.REFUSED: {"en": "a finding keeps it from counting", "es": "un hallazgo impide que cuente"},
    Status.EVIDENCE: {
        "en": "it is evidence, and counts in no total",
        "es": "es evidencia; no suma en ningún total",
    },
}
_OTHERS = {
    "en": "says something else of the same station: entry {entries}",
    "es": "dice otra cosa de la misma mesa: entrada {entries}",
}
_SAME = {"en": "equal to {basis}, entry {entry}", "es": "igual a {basis}, entrada {entry}"}
_DIFFERENT = {"en": "different from {basis}, entry {entry}:", "es": "distinta de {basis}, entrada {entry}:"}
_DIFFERENCE = {
    "en": "  {what}: {sheet} on this sheet, {published} published",
    "es": "  {what}: {sheet} en esta acta, {published} en lo publicado",
}
_NAMES: Mapping[str, Texts] = {
    "null": {"en": "null", "es": "nulos"},
    "blank": {"en": "blank", "es": "en blanco"},
    "options": {"en": "number of options", "es": "número de tarjetas"},
}
