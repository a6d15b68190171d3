"""What arithmetic says of announced results: of their own figures, of the sheets, of each other."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from escrutinio.evidence.claims.claim_counts import CountTest
from escrutinio.evidence.claims.claims import AgainstSheets, ClaimStudy
from escrutinio.publication.documents.report.document import Answer, Table, Tongue
from escrutinio.publication.documents.report.results import ContestEvidence

PRIORS = (10, 1_000, 100_000)
"""Prior odds are the reader's own; these only show how much the figures move them."""

RISKS = (Fraction(1, 20), Fraction(1, 100), Fraction(1, 10**6))


def claim_findings(one: ContestEvidence, tongue: Tongue) -> Iterator[Answer]:
    """For each announced result its tests, then the percentages that were announced beside each other."""
    for study in one.claims:
        yield from _study(study, tongue)
    for candidate, first, second, pair in one.pairs:
        heading = f"{candidate}: {first}, {second}"
        yield Answer(heading, pair.sentences(tongue.language))


def _study(study: ClaimStudy, tongue: Tongue) -> Iterator[Answer]:
    if study.counts is not None:
        heading = (
            f"{study.code}: {tongue('do percentages generate its votes?', '¿generan porcentajes sus votos?')}"
        )
        yield Answer(
            heading,
            study.counts.sentences(tongue.language),
            (*_matches(study.counts, tongue), *_odds(study.counts, tongue)),
        )
    if study.sheets is not None:
        asked = tongue("can it and the sheets both be true?", "¿pueden ser ciertos él y las actas?")
        heading = f"{study.code}: {asked}"
        yield Answer(
            heading, study.sheets.least.sentences(tongue.language), tuple(_sheets(study.sheets, tongue))
        )
    odd = tuple(each.sentence(tongue.language) for each in study.odd)
    if odd:
        yield Answer(f"{study.code}: {tongue('odd figures', 'cifras extrañas')}", odd)
    if study.counts is None and study.sheets is None:
        yield Answer(
            study.code,
            (
                tongue(
                    "It gives too few figures to test: no number of votes beside its percentages. "
                    "That says nothing "
                    "for or against it.",
                    "Da muy pocas cifras para probar algo: ningún número de votos junto a sus "
                    "porcentajes. Eso no dice "
                    "nada a favor ni en contra.",
                ),
            ),
        )


def _matches(test: CountTest, tongue: Tongue) -> Iterator[Table]:
    rows = tuple(
        (f"{match.decimals}, {match.mode}", tongue.whole(round(1 / match.chance)))
        for match in test.matches
        if match.matched and match.left_out is None and 0 < match.chance < 1
    )
    if rows:
        header = (tongue("decimals, rounding", "decimales, redondeo"), tongue("chance: 1 in", "azar: 1 de"))
        yield Table(
            tongue("Percentages that give these counts", "Porcentajes que dan estas cifras"), header, rows
        )


def _odds(test: CountTest, tongue: Tongue) -> Iterator[Table]:
    rows = []
    for against in PRIORS:
        odds = test.posterior_odds(Fraction(1, against))
        if odds is not None:
            rows.append(
                (f"1 : {tongue.whole(against)}", *(f"{tongue.whole(int(each))} : 1" for each in odds))
            )
    if rows:
        header = (
            tongue("your odds before", "sus probabilidades previas"),
            tongue("after, at least", "después, al menos"),
            tongue("at most", "a lo sumo"),
        )
        caption = tongue(
            "Odds that the counts were worked out from percentages, as a function of what you held before",
            "Probabilidades de que las cifras se calcularan de porcentajes, según lo que usted creía antes",
        )
        yield Table(caption, header, tuple(rows))


def _sheets(found: AgainstSheets, tongue: Tongue) -> Iterator[Table]:
    compared = found.comparison
    yield Table(
        tongue("Announced beside the sheets", "Lo anunciado junto a las actas"),
        ("", tongue("sheets", "actas"), tongue("announced", "anunciado"), tongue("difference", "diferencia")),
        tuple(
            (tongue.column(name), tongue.whole(sheets), tongue.whole(said), tongue.signed(rest))
            for name, sheets, said, rest in zip(
                compared.columns, compared.totals, compared.announced, compared.residual, strict=True
            )
        ),
    )
    outside = tongue.whole(found.least.outside)
    assumptions = (
        (tongue(f"the {outside} largest lie outside it", f"las {outside} mayores quedan fuera"), found.least),
        (tongue("as many outside as announced", "tantas fuera como se anunció"), found.nominal),
        (tongue("average ones outside", "fuera quedan promedio"), found.average),
        (tongue("none outside", "ninguna fuera"), found.none_outside),
    )
    yield Table(
        tongue("Sheets that would have to differ, at least", "Actas que tendrían que diferir, al menos"),
        (tongue("assuming that", "suponiendo que"), tongue("sheets", "actas"), "%"),
        tuple(
            (label, tongue.whole(least.sheets), tongue.percent(Fraction(least.sheets, least.of), 1))
            for label, least in assumptions
        ),
    )
    boxes = tuple(
        (tongue.percent(risk, 0 if risk >= Fraction(1, 100) else 4), tongue.whole(number))
        for risk in RISKS
        if (number := found.least.boxes(risk)) is not None
    )
    if boxes:
        yield Table(
            tongue("Boxes opened at random that would settle it", "Cajas abiertas al azar que lo aclararían"),
            (tongue("chance of meeting none of them, at most", "probabilidad de no hallar una, a lo sumo"),
             tongue("boxes", "cajas")),
            boxes,
        )  # fmt: skip
