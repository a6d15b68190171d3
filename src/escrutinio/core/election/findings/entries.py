"""Entries that are no records, or not by a key that may say so; noted where entries are read and judged."""

from collections.abc import Iterable, Mapping

from escrutinio.core.election.findings.family import CRITICAL, WARNING, Family
from escrutinio.core.election.findings.finding import Findings
from escrutinio.core.records.opening import Fault

FAMILY = Family("entries")

BAD_RECORD = FAMILY.finding(
    "bad-record",
    CRITICAL,
    "Unreadable entry | Entry {entry} cannot be used as a record of this election.",
    "Entrada ilegible | La entrada {entry} no se puede usar como registro de esta elección.",
)

BAD_SIGNATURE = FAMILY.finding(
    "bad-signature",
    CRITICAL,
    "Signature that does not hold | The signature of entry {entry} does not hold for the key that it names.",
    "Firma que no se verifica | La firma de la entrada {entry} no se verifica con la clave que nombra.",
    keeps=True,
)

UNKNOWN_KEY = FAMILY.finding(
    "unknown-key",
    CRITICAL,
    "Key not in force | Entry {entry} names a key that was not in force under that name at that place "
    "in the log.",
    "Clave no vigente | La entrada {entry} nombra una clave que no estaba vigente con ese nombre en "
    "ese lugar del registro.",
    keeps=True,
)

KEY_OUT_OF_SCOPE = FAMILY.finding(
    "key-out-of-scope",
    WARNING,
    "Key without this right | Entry {entry}, by {signer}, says something that its key was not "
    "enrolled to say.",
    "Clave sin este derecho | La entrada {entry}, de {signer}, dice algo para lo que su clave no fue "
    "inscrita.",
    keeps=True,
)

ACT_NOT_CURRENT = FAMILY.finding(
    "act-not-current",
    WARNING,
    "Act that does not name the one in force | Entry {entry}, by {signer}, does not name as replaced the act "
    "that is in force in its matter (entry {current}); it changes nothing.",
    "Acto que no nombra el vigente | La entrada {entry}, de {signer}, no nombra como reemplazado el acto "
    "vigente en su asunto (entrada {current}); no cambia nada.",
)

ENTRY_REPEATED = FAMILY.finding(
    "entry-repeated",
    WARNING,
    "Entry repeated | Entry {entry} has the same bytes as entry {first}; it counts for nothing.",
    "Entrada repetida | La entrada {entry} tiene los mismos bytes que la entrada {first}; no cuenta para "
    "nada.",
)

OUT_OF_BOUNDS = FAMILY.finding(
    "out-of-bounds",
    WARNING,
    "Beyond what a record may state | Entry {entry} states a time after the year 9999, a share above one, "
    "or a file that no record may name; it has no effect.",
    "Fuera de lo que un registro puede decir | La entrada {entry} da una hora posterior al año 9999, una "
    "proporción mayor que uno o un archivo que ningún registro puede nombrar; no tiene efecto.",
)

OF_FAULT: Mapping[Fault, str] = {
    Fault.MALFORMED: BAD_RECORD,
    Fault.UNKNOWN_KEY: UNKNOWN_KEY,
    Fault.BAD_SIGNATURE: BAD_SIGNATURE,
    Fault.OUT_OF_BOUNDS: OUT_OF_BOUNDS,
}
"""The code for each fault that an entry can have."""


def note_faults(faults: Iterable[tuple[int, Fault, str]], notes: Findings) -> None:
    """Note entries that were refused, by index, fault and reason."""
    for index, fault, reason in sorted(faults, key=lambda each: each[0]):
        notes.add(OF_FAULT[fault], [index], reason=reason)


def note_repeats(repeats: Mapping[int, int], notes: Findings) -> None:
    """Note entries whose bytes stood before, each with the first."""
    for index, first in sorted(repeats.items()):
        notes.add(ENTRY_REPEATED, [index, first], first=first)
