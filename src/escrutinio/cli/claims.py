"""escrutinio claims: announced results against arithmetic, the sheets, and each other."""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from typing import TYPE_CHECKING

import click

from escrutinio.base.errors import EvidenceError
from escrutinio.base.words.catalogue import NN_
from escrutinio.base.words.say import language, say, say_many_in
from escrutinio.base.words.wording import decimal, marks, percent, whole
from escrutinio.cli.claims_json import RISKS, SOURCES, as_plain
from escrutinio.cli.election import Opened, Question, asks, title_of
from escrutinio.cli.explain import print_method, print_sentences, print_table
from escrutinio.cli.output import print_json

if TYPE_CHECKING:
    from escrutinio.cli.claims_json import Pairs
    from escrutinio.evidence.claims.claim_counts import CountTest
    from escrutinio.evidence.claims.claims import AgainstSheets, ClaimStudy, OwnArithmetic
    from escrutinio.evidence.claims.feasibility import Condition, LeastDiffering

CONDITIONS = {
    "no-fewer": say("votes on sheets, at least"),
    "capacity": say("missing from the announced"),
    "sum": say("missing of all columns"),
}
REVERSALS = {
    "registered_missing": say("up to the registered voters; missing voters against the first"),
    "registered_counted": say("up to the registered voters; missing voters left out"),
    "turnout_missing": say("turnout as it is; missing voters against the first"),
    "turnout_counted": say("turnout as it is; missing voters left out"),
}  # fmt: skip
ROUNDINGS = {"nearest": say("to the nearest"), "floor": say("down"), "ceil": say("up")}
DECIMALS = NN_("{count} decimal", "{count} decimals")
REST = {"others": say("others"), "null": say("null")}
WHATS = {
    "percent": say("percentage"),
    "valid": say("valid votes"),
    "ballots": say("all ballots"),
    "turnout": say("turnout"),
}


@dataclass(frozen=True)
class Answer:
    """The studies of the announced results, every two percentages that they give for a candidate, and the
    results that no test applies to: code, entry, and why."""

    studies: tuple[ClaimStudy, ...]
    pairs: Pairs
    refused: tuple[tuple[str, int, EvidenceError], ...]


@click.command(
    help=say(
        "Put the announced results in the log at ADDRESS to every test that their figures allow: whether "
        "round percentages generate the votes, whether announcement and sheets can both be true, how many "
        "sheets would have to differ from the ballots, how many boxes opened at random would meet one that "
        "differs, and whether the percentages that were announced can be one.\n\n"
        "Nothing here says who is right.\n\n"
        "Example: escrutinio claims public/venezuela-2024 --claim cne-bulletin-2"
    )
)
@asks
@click.option("--claim", help=say("Code of an announced result; all of them if left out."))  # fmt: skip
@click.option("--exact", is_flag=True,
              help=say("Find the least numbers of sheets by an integer program."))  # fmt: skip
@click.option("--registered", type=click.IntRange(1, 10**10),
              help=say("Voters on the whole roll."))  # fmt: skip
def command(question: Question, claim: str | None, exact: bool, registered: int | None) -> None:
    from escrutinio.core.records.types import Claim
    from escrutinio.evidence.claims.claims import claims_beside_each_other, study_claim

    opened = question.open()
    found = opened.state.records(Claim, opened.contest.code) if claim is None else (opened.claim(claim),)
    studies, refused = [], []
    for each in found:
        try:
            study = study_claim(opened.state, each, opened.basis or None, registered=registered)
            if exact and study.sheets is not None:
                study = replace(study, sheets=study.sheets.by_program())
            studies.append(study)
        except EvidenceError as error:  # of this one; the others have their answers
            if len(found) == 1:
                raise
            refused.append((each.body.code, each.index, error))
    pairs = claims_beside_each_other(opened.state, opened.contest.code)
    answer = Answer(tuple(studies), pairs, tuple(refused))
    if question.as_json:
        print_json(as_plain(opened.contest.code, opened.basis, answer.studies, answer.pairs, answer.refused))
        return
    print_answer(opened, answer)


def print_answer(opened: Opened, answer: Answer) -> None:
    """Every announced result with its tests, then the percentages beside each other."""
    if opened.basis:
        click.echo(opened.heading())
    else:
        click.echo(title_of(opened.contest.titles, opened.contest.code))
    if not answer.studies and not answer.refused:
        click.echo(say("\nThe log has no announced result."))
    for study in answer.studies:
        click.echo(f"\n== {study.code}")
        _print_study(study)
    for code, _, why in answer.refused:
        click.echo(f"\n== {code}\n")
        click.echo(say("  No test applies to it: ") + why.said_in(language()))
    if answer.pairs:
        _print_pairs(answer.pairs)
    print_method(say("exact counts, hypergeometric draws"), SOURCES)


def _print_study(study: ClaimStudy) -> None:
    if study.counts is not None:
        print_sentences(study.counts)
        _print_matches(study.counts)
    if study.sheets is not None:
        print_sentences(study.sheets.least)
        _print_sheets(study.sheets)
    if study.arithmetic:
        _print_arithmetic(study.arithmetic)
    for each in study.odd:
        click.echo(f"\n  {each.sentence(language())}")
    if study.counts is None and study.sheets is None and not study.arithmetic:
        click.echo(
            say(
                "\nIt gives too few figures to test: no number of votes beside its percentages.\n"
                "That says nothing for or against it."
            )
        )


def _print_matches(test: CountTest) -> None:
    if test.best is None:
        return
    rows = [
        (
            f"{say_many_in(language(), match.decimals, *DECIMALS)}, {ROUNDINGS[match.mode.value]}",
            _one_in(match.chance),
            _one_in(min(Fraction(1), match.chance * test.looked)),
            "–" if match.local is None else _one_in(match.local),
        )
        for match in test.matches
        if match.matched and match.left_out is None and match.chance < 1
    ]
    header = (
        say("matches"),
        say("chance: 1 in"),
        say("× {tests:,} tests: 1 in", tests=test.looked),
        say("same percentages: 1 in"),
    )
    if rows:
        print_table(header, rows)


def _one_in(chance: Fraction) -> str:
    return whole(round(1 / chance), language()) if chance else "∞"


def _print_sheets(found: AgainstSheets) -> None:
    lang, compared = language(), found.comparison
    print_table(
        ("", say("sheets"), say("announced"), say("difference")),
        [
            (
                REST.get(name, name),
                whole(sheets, lang),
                whole(said, lang),
                ("+" if rest > 0 else "") + whole(rest, lang),
            )
            for name, sheets, said, rest in zip(
                compared.columns, compared.totals, compared.announced, compared.residual, strict=True
            )
        ],
    )
    print_table(
        (say("if both are true"), "≤", say("holds")),
        [_condition(each, compared.columns) for each in found.conditions],
    )
    header = (
        say("sheets that would have to differ, at least"),
        say("sheets"), "%", say("before rounding"),
    )  # fmt: skip
    print_table(header, [(label, *_least(least)) for label, least in _assumptions(found)])
    print_table(
        (say("sheets that would have to differ for the first not to lead"), say("sheets")),
        [(label, say("all are too few") if n is None else whole(n, lang))
         for label, n in ((REVERSALS[code], number) for code, number in found.reversals())],
    )  # fmt: skip
    if found.least.sheets:
        _print_boxes(found.least)


def _condition(each: Condition, columns: tuple[str, ...]) -> tuple[str, str, str]:
    lang = language()
    column = None if each.column is None else columns[each.column]
    name = "" if column is None else f" {REST.get(column, column)}"
    left = f"{CONDITIONS[each.what]}{name}: {whole(each.least, lang)}"
    return left, whole(each.most, lang), say("yes") if each.holds else "no"


def _assumptions(found: AgainstSheets) -> list[tuple[str, LeastDiffering]]:
    return [
        (
            say("the {outside:,} that matter most outside the announcement", outside=found.least.outside),
            found.least,
        ),
        (
            say(
                "the {outside:,} that matter most outside (share as announced)", outside=found.nominal.outside
            ),
            found.nominal,
        ),
        (say("{outside:,} average ones outside", outside=found.least.outside), found.average),
        (say("none outside"), found.none_outside),
    ]


def _least(least: LeastDiffering) -> tuple[str, str, str]:
    lang = language()
    return (
        whole(least.sheets, lang),
        percent(Fraction(least.sheets, least.of), 1, lang),
        decimal(least.relaxed, 2, lang),
    )


def _print_boxes(least: LeastDiffering) -> None:
    lang = language()
    header = (
        say("boxes opened at random"),
        say("chance that none of them differs, if so many do"),
    )
    from escrutinio.evidence.claims.feasibility import chance_of_none

    found = dict(least.chances())
    for risk in RISKS:
        boxes = least.boxes(risk)
        if boxes is not None:
            found[boxes] = chance_of_none(least.of, least.sheets, boxes)
    print_table(header, [(whole(n, lang), _share(found[n])) for n in sorted(found)])


def _share(chance: Fraction) -> str:
    """A chance in percent with digits enough to say something, down to a millionth of one percent."""
    from escrutinio.evidence.screening.words import chance as probability

    return probability(float(chance), language())


def _point(number: str) -> str:
    return marks(number, language())


def _print_arithmetic(found: tuple[OwnArithmetic, ...]) -> None:
    lang = language()
    rows = []
    for each in found:
        share = each.what in ("percent", "turnout")
        rows.append(
            (
                f"{WHATS[each.what]} {REST.get(each.candidate, each.candidate)}".strip(),
                _point(each.announced) + " %" if share else whole(int(each.announced), lang),
                percent(each.computed, 3, lang) if share else whole(int(each.computed), lang),
                say("yes") if each.holds else "no",
            )
        )
    header = (
        say("its own arithmetic"), say("announced"),
        say("computed"), say("agrees"),
    )  # fmt: skip
    print_table(header, rows)
    click.echo("  " + found[0].sentences(lang)[1])


def _print_pairs(pairs: Pairs) -> None:
    lang = language()
    click.echo(say("\n== Announced percentages beside each other"))
    for candidate, found in pairs.items():
        for pair, (one, other) in found:
            click.echo(f"\n{candidate} ({one}, {other}): {pair.sentences(lang)[0]}")
    last = next(iter(pairs.values()))[0][0]
    click.echo(last.sentences(lang)[1])
