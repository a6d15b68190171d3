"""Sheets of a country that does not exist, with as many options and as large figures as a test asks for."""

from __future__ import annotations

from dataclasses import replace

from escrutinio.core.records import codes as k
from escrutinio.core.records import parts as p
from escrutinio.core.records import types as t
from escrutinio.core.records.entry import Entry, open_record, seal
from escrutinio.publication.documents.sheets.printed_sheet import Place, PrintedSheet, Source, printed_sheet
from tests.publication.small import MOMENT, NULL_AND_BLANK, definition, key, titles

ELECTION = bytes(range(32))
PLACE = Place("N", "Escuela Básica", ("Tierra Alta", "Norte", "Puerto"), 420)
SOURCE = Source("x.example/log", "12345 67890 12345 67890 12345 67890", 17)


def definition_of(options: int, kind: k.Kind = k.Kind.SIMULATION, name: str = "Tarjeta") -> t.Definition:
    """A definition whose contest has `options` cards of ten candidates or fewer."""
    candidates = min(options, 10)
    contest = p.Contest(
        code="presidente",
        titles=titles("Presidencia", "Presidency"),
        method=k.Method.PLURALITY,
        seats=1,
        marks=1,
        classes=NULL_AND_BLANK,
        area="X",
        candidates=tuple(
            p.Candidate(f"c{n}", titles(f"Candidatura {n}", f"Candidate {n}")) for n in range(candidates)
        ),
        options=tuple(
            p.Option(f"o{n}", titles(f"{name} {n}", f"{name} {n}"), n % candidates) for n in range(options)
        ),
    )
    return replace(definition(kind), contests=(contest,))


def entry_of(body: t.Body, signer: str = "machine/N.1", subject: str = "010203004.01/presidente") -> Entry:
    """A record with this body."""
    raw = seal(body, key=key(signer), signer=signer, subject=subject, election=ELECTION, issued_at=MOMENT)
    return open_record(raw)


def counts_of(options: int) -> tuple[int, ...]:
    """Figures as a station has them: a few large, most small, different for each option."""
    return tuple(311 - 97 * n if n < 3 else n % 17 for n in range(options))


def sheet_of_options(
    options: int, kind: k.Kind = k.Kind.SIMULATION, language: str = "es", name: str = "Tarjeta"
) -> PrintedSheet:
    """A machine's tally sheet with so many options, ready to be laid out."""
    entry = entry_of(t.TallySheet(counts_of(options), (4, 2)))
    return printed_sheet(
        entry, definition_of(options, kind, name), PLACE, SOURCE, language=language, copy=(2, 13)
    )
