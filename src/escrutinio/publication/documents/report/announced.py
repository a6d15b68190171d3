"""What arithmetic says of announced results: of their own figures, of the sheets, of each other."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction

from escrutinio.base.words.catalogue import N_
from escrutinio.evidence.certainty.percentages import Rounding
from escrutinio.evidence.claims.claim_counts import CountTest
from escrutinio.evidence.claims.claims import AgainstSheets, ClaimStudy
from escrutinio.publication.documents.report.document import Answer, Table, Tongue
from escrutinio.publication.documents.report.names import announcement_name, candidate_name
from escrutinio.publication.documents.report.results import ContestEvidence

ROUNDINGS = {
    Rounding.NEAREST: N_("to the nearest"),
    Rounding.FLOOR: N_("down"),
    Rounding.CEIL: N_("up"),
}

RISKS = (Fraction(1, 20), Fraction(1, 100), Fraction(1, 10**6))


def claim_findings(one: ContestEvidence, say: Tongue) -> Iterator[Answer]:
    """For each announced result its tests, then the percentages that were announced beside each other."""
    entries = {study.code: study.index for study in one.claims}
    for study in one.claims:
        yield from _study(one, study, say)
    for candidate, first, second, pair in one.pairs:
        names = (announcement_name(one, code, say) for code in (first, second))
        heading = f"{candidate_name(one, candidate, say)}: {', '.join(names)}"
        indices = tuple(entries[code] for code in (first, second) if code in entries)
        key = "-".join(("beside", *map(str, indices), candidate))
        yield Answer(heading, pair.sentences(say.language), key=key, entries=indices)


def _study(one: ContestEvidence, study: ClaimStudy, say: Tongue) -> Iterator[Answer]:
    announced, key, entries = announcement_name(one, study.code, say), f"e{study.index}", (study.index,)
    if study.counts is not None:
        heading = say("{name}: do percentages generate its votes?", name=announced)
        yield Answer(
            heading,
            study.counts.sentences(say.language),
            tuple(_matches(study.counts, say)),
            key=f"{key}-percentages",
            entries=entries,
        )
    if study.sheets is not None:
        heading = say("{name}: can it and the sheets both be true?", name=announced)
        tables = tuple(_sheets(one, study.sheets, say))
        yield Answer(
            heading, study.sheets.least.sentences(say.language), tables, key=f"{key}-sheets", entries=entries
        )
    odd = tuple(
        replace(each, candidate=candidate_name(one, each.candidate, say) if each.candidate else "").sentence(
            say.language
        )
        for each in study.odd
    )
    if odd:
        heading = say("{name}: odd figures", name=announced)
        yield Answer(heading, odd, key=f"{key}-odd", entries=entries)
    if study.counts is None and study.sheets is None:
        yield Answer(
            announced,
            (
                say(
                    "It gives too few figures to test: no number of votes beside its percentages. That says "
                    "nothing for or against it."
                ),
            ),
            key=key,
            entries=entries,
        )


def _matches(test: CountTest, say: Tongue) -> Iterator[Table]:
    rows = tuple(
        (
            f"{match.decimals}, {say(ROUNDINGS[match.mode])}",
            say.whole(round(1 / match.chance)),
            say.whole(round(1 / min(Fraction(1), match.chance * test.looked))),
        )
        for match in test.matches
        if match.matched and match.left_out is None and 0 < match.chance < 1
    )
    if rows:
        header = (
            say("decimals, rounding"),
            say("chance: 1 in"),
            say("× {tests:,} tests: 1 in", tests=test.looked),
        )
        yield Table(say("Percentages that give these counts"), header, rows)


def _sheets(one: ContestEvidence, found: AgainstSheets, say: Tongue) -> Iterator[Table]:
    compared = found.comparison
    yield Table(
        say("Announced beside the sheets"),
        ("", say("sheets"), say("announced"), say("difference")),
        tuple(
            (candidate_name(one, name, say), say.whole(sheets), say.whole(said), say.signed(rest))
            for name, sheets, said, rest in zip(
                compared.columns, compared.totals, compared.announced, compared.residual, strict=True
            )
        ),
    )
    assumptions = (
        (say("the {count:,} that matter most lie outside it", count=found.least.outside), found.least),
        (say("as many outside as announced"), found.nominal),
        (say("average ones outside"), found.average),
        (say("none outside"), found.none_outside),
    )
    yield Table(
        say("Sheets that would have to differ, at least"),
        (say("assuming that"), say("sheets"), "%"),
        tuple(
            (label, say.whole(least.sheets), say.percent(Fraction(least.sheets, least.of), 1))
            for label, least in assumptions
        ),
    )
    boxes = tuple(
        (say.percent(risk, 0 if risk >= Fraction(1, 100) else 4), say.whole(number))
        for risk in RISKS
        if (number := found.least.boxes(risk)) is not None
    )
    if boxes:
        yield Table(
            say("Boxes opened at random to meet one that differs, if so many do"),
            (say("chance of meeting none of them, at most"),
             say("boxes")),
            boxes,
        )  # fmt: skip
