"""escrutinio claims: announced results against arithmetic, the sheets, and each other."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

import click

from escrutinio.cli.election import Opened, Question, asks, title_of
from escrutinio.cli.explain import both, plain, print_method, print_sentences, print_table
from escrutinio.cli.language import language, say
from escrutinio.cli.output import print_json
from escrutinio.evidence.wording import decimal, percent, whole

if TYPE_CHECKING:
    from escrutinio.evidence.claim_counts import CountTest, Match
    from escrutinio.evidence.claims import AgainstSheets, ClaimStudy, OwnArithmetic
    from escrutinio.evidence.feasibility import Condition, LeastDiffering
    from escrutinio.evidence.percentages import Agreement

    Pairs = Mapping[str, tuple[tuple[Agreement, tuple[str, str]], ...]]

SOURCES = (
    "A. Gelman, Statistical Modeling, Causal Inference, and Social Science (2024)",
    "T. Tao, El País (2024)",
    "J. O. Irwin, Biometrika 19 (1927); P. Hall, Biometrika 19 (1927)",
)

RISKS = (Fraction(1, 20), Fraction(1, 100), Fraction(1, 10**6))
"""Chances of meeting no box that differs, for which the number of boxes is given."""

CONDITIONS = {
    "no-fewer": say("votes on sheets, at least", "votos en actas, al menos"),
    "capacity": say("missing from the announced", "lo que falta para lo anunciado"),
    "sum": say("missing of all columns", "lo que falta en todas las columnas"),
}
WHATS = {
    "percent": say("percentage", "porcentaje"),
    "valid": say("valid votes", "votos válidos"),
    "ballots": say("all ballots", "total de votos"),
    "turnout": say("turnout", "participación"),
}


@dataclass(frozen=True)
class Answer:
    """The studies of the announced results, and every two percentages that they give for a candidate."""

    studies: tuple[ClaimStudy, ...]
    pairs: Pairs


@click.command(
    help=say(
        "Put the announced results in the log at ADDRESS to every test that their figures allow: whether "
        "round percentages generate the votes, whether announcement and sheets can both be true, how many "
        "sheets would have to differ from the ballots, how many boxes opened at random would settle it, and "
        "whether the percentages that were announced can be one.\n\n"
        "Nothing here says who is right.\n\n"
        "Example: escrutinio claims public/venezuela-2024 --claim cne-bulletin-2",
        "Somete los resultados anunciados en el registro de ADDRESS a toda prueba que sus cifras permitan: si "
        "porcentajes redondos generan los votos, si anuncio y actas pueden ser ambos ciertos, cuántas actas "
        "tendrían que diferir de las papeletas, cuántas cajas abiertas al azar lo aclararían, y si los "
        "porcentajes anunciados pueden ser uno mismo.\n\n"
        "Nada de esto dice quién tiene razón.\n\n"
        "Ejemplo: escrutinio claims public/venezuela-2024 --claim cne-bulletin-2",
    )
)
@asks
@click.option("--claim", help=say("Code of an announced result; all of them if left out.",
                                  "Código de un resultado anunciado; todos si no se indica."))  # fmt: skip
@click.option("--registered", type=click.IntRange(1, 10**10),
              help=say("Voters on the whole roll.", "Electores de todo el padrón."))  # fmt: skip
def command(question: Question, claim: str | None, registered: int | None) -> None:
    from escrutinio.evidence.claims import claims_beside_each_other, study_claim

    opened = question.open()
    found = opened.state.claims(opened.contest.code) if claim is None else (opened.claim(claim),)
    answer = Answer(
        tuple(study_claim(opened.state, each, opened.basis or None, registered=registered) for each in found),
        claims_beside_each_other(opened.state, opened.contest.code),
    )
    if question.as_json:
        print_json(as_plain(opened, answer))
        return
    print_answer(opened, answer)


def print_answer(opened: Opened, answer: Answer) -> None:
    """Every announced result with its tests, then the percentages beside each other."""
    if opened.basis:
        click.echo(opened.heading())
    else:
        click.echo(title_of(opened.contest.titles, opened.contest.code))
    if not answer.studies:
        click.echo(say("\nThe log has no announced result.", "\nEl registro no tiene resultados anunciados."))
    for study in answer.studies:
        click.echo(f"\n== {study.code}")
        _print_study(study)
    if answer.pairs:
        _print_pairs(answer.pairs)
    print_method(
        say("exact counts, hypergeometric draws", "conteos exactos, sorteos hipergeométricos"), SOURCES
    )


def _print_study(study: ClaimStudy) -> None:
    if study.counts is not None:
        print_sentences(study.counts)
        _print_matches(study.counts)
    if study.sheets is not None:
        print_sentences(study.sheets.least)
        _print_sheets(study.sheets)
    if study.arithmetic:
        _print_arithmetic(study.arithmetic)
    if study.counts is None and study.sheets is None and not study.arithmetic:
        click.echo(
            say(
                "\nIt gives too few figures to test: no number of votes beside its percentages.\n"
                "That says nothing for or against it.",
                "\nDa muy pocas cifras para probar algo: ningún número de votos junto a sus porcentajes.\n"
                "Eso no dice nada a favor ni en contra.",
            )
        )


def _print_matches(test: CountTest) -> None:
    best, lang = test.best, language()
    if best is None:
        return
    rows = [
        (
            f"{match.decimals} {say('decimals', 'decimales')}, {match.mode}",
            _one_in(match.chance),
            _one_in(min(Fraction(1), match.chance * test.looked)),
            "–" if match.local is None else _one_in(match.local),
        )
        for match in test.matches
        if match.matched and match.left_out is None and match.chance < 1
    ]
    header = (
        say("matches", "coincide con"),
        say("chance: 1 in", "azar: 1 de"),
        say(f"× {whole(test.looked, lang)} tests: 1 in", f"× {whole(test.looked, lang)} pruebas: 1 de"),
        say("same percentages: 1 in", "mismos porcentajes: 1 de"),
    )
    if rows:
        print_table(header, rows)


def _one_in(chance: Fraction) -> str:
    return whole(round(1 / chance), language()) if chance else "∞"


def _print_sheets(found: AgainstSheets) -> None:
    lang, compared = language(), found.comparison
    print_table(
        ("", say("sheets", "actas"), say("announced", "anunciado"), say("difference", "diferencia")),
        [
            (name, whole(sheets, lang), whole(said, lang), ("+" if rest > 0 else "") + whole(rest, lang))
            for name, sheets, said, rest in zip(
                compared.columns, compared.totals, compared.announced, compared.residual, strict=True
            )
        ],
    )
    print_table(
        (say("if both are true", "si ambos son ciertos"), "≤", say("holds", "se cumple")),
        [_condition(each, compared.columns) for each in found.conditions],
    )
    header = (
        say("sheets that would have to differ, at least", "actas que tendrían que diferir, al menos"),
        say("sheets", "actas"), "%", say("before rounding", "sin redondear"),
    )  # fmt: skip
    print_table(header, [(label, *_least(least)) for label, least in _assumptions(found)])
    print_table(
        (say("sheets that would have to differ for the first not to lead",
             "actas que tendrían que diferir para que el primero no aventaje"), say("sheets", "actas")),
        [(label, say("all are too few", "ni todas bastan") if n is None else whole(n, lang))
         for _, label, n in reversals(found)],
    )  # fmt: skip
    if found.least.sheets:
        _print_boxes(found.least)


def _condition(each: Condition, columns: tuple[str, ...]) -> tuple[str, str, str]:
    lang = language()
    name = "" if each.column is None else f" {columns[each.column]}"
    left = f"{CONDITIONS[each.what]}{name}: {whole(each.least, lang)}"
    return left, whole(each.most, lang), say("yes", "sí") if each.holds else "no"


def _assumptions(found: AgainstSheets) -> list[tuple[str, LeastDiffering]]:
    lang = language()
    widest, nominal = whole(found.least.outside, lang), whole(found.nominal.outside, lang)
    return [
        (say(f"the {widest} largest outside the announcement", f"las {widest} mayores fuera del anuncio"),
         found.least),
        (say(f"the {nominal} largest outside (share as announced)",
             f"las {nominal} mayores fuera (proporción tal cual)"), found.nominal),
        (say(f"{widest} average ones outside", f"{widest} promedio fuera"), found.average),
        (say("none outside", "ninguna fuera"), found.none_outside),
    ]  # fmt: skip


def _least(least: LeastDiffering) -> tuple[str, str, str]:
    lang = language()
    return (
        whole(least.sheets, lang),
        percent(Fraction(least.sheets, least.of), 1, lang),
        decimal(least.relaxed, 2, lang),
    )


def reversals(found: AgainstSheets) -> list[tuple[str, str, int | None]]:
    """How many sheets would have to differ for their first candidate not to lead, by what may differ.

    Code, label and number (None: all are too few) for votes up to the registered voters or with the turnout
    as it is, and stations without a sheet adding all their voters to the second or nothing. Empty for fewer
    than two candidates.
    """
    from escrutinio.evidence.claims import NULL
    from escrutinio.evidence.feasibility import (
        least_to_change_first,
        swing_of_capacity,
        swing_of_votes,
    )

    compared = found.comparison
    order = sorted(
        (at for at, name in enumerate(compared.columns) if name != NULL),
        key=lambda at: (-compared.totals[at], at),
    )
    if len(order) < 2:
        return []
    first, second = compared.votes[:, order[0]], compared.votes[:, order[1]]
    missing = compared.missing
    swings = {
        "registered": swing_of_capacity(first, second, compared.capacity),
        "turnout": swing_of_votes(first),
    }
    labels = {
        ("registered", True): say("up to the registered voters; missing voters against the first",
                                  "hasta los electores; los que faltan contra el primero"),
        ("registered", False): say("up to the registered voters; missing voters left out",
                                   "hasta los electores; sin los que faltan"),
        ("turnout", True): say("turnout as it is; missing voters against the first",
                               "con la misma participación; los que faltan contra el primero"),
        ("turnout", False): say("turnout as it is; missing voters left out",
                                "con la misma participación; sin los que faltan"),
    }  # fmt: skip
    rows = []
    for (swing, against), label in labels.items():
        if against and missing is None:
            continue
        code = f"{swing}-{'missing' if against else 'counted'}"
        taken = missing if against and missing is not None else 0
        rows.append((code, label, least_to_change_first(first - second, swings[swing], taken)))
    return rows


def _print_boxes(least: LeastDiffering) -> None:
    lang = language()
    header = (
        say("boxes opened at random", "cajas abiertas al azar"),
        say("chance that none of them differs", "probabilidad de que ninguna difiera"),
    )
    rows = [(whole(n, lang), f"{float(chance):.2g}") for n, chance in least.chances()]
    rows += [
        (whole(boxes, lang), f"≤ {float(risk):g}")
        for risk in RISKS
        if (boxes := least.boxes(risk)) is not None
    ]
    print_table(header, [(n, _point(chance)) for n, chance in rows])


def _point(number: str) -> str:
    return number.replace(".", ",") if language() == "es" else number


def _print_arithmetic(found: tuple[OwnArithmetic, ...]) -> None:
    lang = language()
    rows = []
    for each in found:
        share = each.what in ("percent", "turnout")
        rows.append(
            (
                f"{WHATS[each.what]} {each.candidate}".strip(),
                _point(each.announced) + " %" if share else whole(int(each.announced), lang),
                percent(each.computed, 3, lang) if share else whole(int(each.computed), lang),
                say("yes", "sí") if each.holds else "no",
            )
        )
    header = (
        say("its own arithmetic", "su propia aritmética"), say("announced", "anunciado"),
        say("computed", "calculado"), say("agrees", "coincide"),
    )  # fmt: skip
    print_table(header, rows)
    click.echo("  " + found[0].sentences(lang)[1])


def _print_pairs(pairs: Pairs) -> None:
    lang = language()
    click.echo(say("\n== Announced percentages beside each other", "\n== Porcentajes anunciados, unos con otros"))
    for candidate, found in pairs.items():
        for pair, (one, other) in found:
            click.echo(f"\n{candidate} ({one}, {other}): {pair.sentences(lang)[0]}")
    last = next(iter(pairs.values()))[0][0]
    click.echo(last.sentences(lang)[1])


# --- JSON ---


def as_plain(opened: Opened, answer: Answer) -> dict[str, object]:
    """The answer as docs/evidence.md describes it."""
    return {
        "version": 1,
        "contest": opened.contest.code,
        "basis": opened.basis or None,
        "claims": [_study_as_plain(study) for study in answer.studies],
        "beside_each_other": [
            {
                "candidate": candidate,
                "claims": list(names),
                "percentages": [pair.first.text, pair.second.text],
                "roundings": [mode.value for mode in pair.modes],
                "sentences": both(pair),
            }
            for candidate, found in answer.pairs.items()
            for pair, names in found
        ],
        "sources": list(SOURCES),
    }


def _study_as_plain(study: ClaimStudy) -> dict[str, object]:
    return {
        "code": study.code,
        "entry": study.index,
        "percentages": None if study.counts is None else _counts_as_plain(study.counts),
        "sheets": None if study.sheets is None else _sheets_as_plain(study.sheets),
        "arithmetic": [
            {
                "what": each.what,
                "candidate": each.candidate or None,
                "announced": each.announced,
                "computed": plain(each.computed),
                "roundings": [mode.value for mode in each.modes],
                "sentences": both(each),
            }
            for each in study.arithmetic
        ],
    }


def _counts_as_plain(test: CountTest) -> dict[str, object]:
    def match_as_plain(match: Match) -> dict[str, object]:
        return {
            "decimals": match.decimals,
            "rounding": match.mode.value,
            "left_out": match.left_out,
            "chance": plain(match.chance),
            "one_in": round(1 / match.chance) if match.chance else None,
            "exact": match.exact,
            "local": plain(match.local),
        }

    return {
        "tests": test.looked,
        "best": None if test.best is None else match_as_plain(test.best),
        "chance_times_tests": plain(test.adjusted()),
        "matches": [match_as_plain(match) for match in test.matches if match.matched],
        "sentences": both(test),
    }


def _sheets_as_plain(found: AgainstSheets) -> dict[str, object]:
    compared = found.comparison
    return {
        "basis": found.basis,
        "contradicts": found.contradicts,
        "columns": list(compared.columns),
        "sheets": list(compared.totals),
        "announced": list(compared.announced),
        "missing_registered": compared.missing,
        "conditions": [
            {
                "what": each.what,
                "column": None if each.column is None else compared.columns[each.column],
                "least": each.least,
                "most": each.most,
                "holds": each.holds,
            }
            for each in found.conditions
        ],
        "least_differing": {
            "largest_outside": _least_as_plain(found.least),
            "share_as_announced": _least_as_plain(found.nominal),
            "average_outside": _least_as_plain(found.average),
            "none_outside": _least_as_plain(found.none_outside),
        },
        "least_for_another_first": {code: number for code, _, number in reversals(found)},
        "registered_unknown": found.unknown_capacity,
        "registered_assumed": found.assumed_capacity,
        "sentences": both(found.least),
    }


def _least_as_plain(least: LeastDiffering) -> dict[str, object]:
    boxes = {f"{float(risk):g}": least.boxes(risk) for risk in RISKS} if least.sheets else {}
    return {
        "sheets": least.sheets,
        "of": least.of,
        "outside": least.outside,
        "relaxed": plain(least.relaxed),
        "column": least.column,
        "attained": least.attained,
        "chance_of_none": {str(n): plain(chance) for n, chance in least.chances()},
        "boxes_for_chance": boxes,
    }
