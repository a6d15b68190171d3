"""escrutinio irreversibility: whether outstanding votes can change what the counted ones show."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import partial
from typing import TYPE_CHECKING

import click

from escrutinio.base.words.say import language, say
from escrutinio.base.words.wording import percent, points, whole
from escrutinio.cli.certificate_json import certificate_as_plain, reversal_as_plain
from escrutinio.cli.election import Question, asks, title_of
from escrutinio.cli.explain import (
    plain,
    print_facts,
    print_method,
    print_table,
)
from escrutinio.cli.output import print_json

if TYPE_CHECKING:
    from escrutinio.core.election.state import ContestView, ElectionState
    from escrutinio.evidence.certainty.certified import Outstanding
    from escrutinio.evidence.certainty.inequality import Inequality
    from escrutinio.evidence.certainty.irreversibility import Certificate
    from escrutinio.evidence.certainty.reversal import Reversal
    from escrutinio.evidence.certainty.studies import CertaintyStudy

SOURCES = (
    "R. J. Serfling, Annals of Statistics 2 (1974)",
    "D. Holt, T. M. F. Smith, Journal of the Royal Statistical Society A 142 (1979)",
)

INEQUALITIES = {
    "margin": say("margin"),
    "above-share": say("above the share"),
    "below-share": say("below the share"),
    "lead": say("lead"),
    "no-lead": say("lead missed"),
    "average": say("average"),
    "remainder": say("remainder"),
    "quota": say("whole quotas"),
    "turnout": say("turnout reached"),
    "no-turnout": say("turnout missed"),
}
FINALITY = {
    "irreversible": say("irreversible"),
    "open": say("not irreversible"),
    "unknown": say("not known"),
}


@click.command(
    help=say(
        "Say whether the votes still outstanding could change the result at ADDRESS (a directory or an http "
        "address), in whole numbers and without assuming how anybody votes.\n\n"
        "Stations that are silent, pending or disputed count as outstanding with all their registered "
        "voters. With --claim the certificate is of an announced result, with the share of stations that it "
        "says it stands on taken as that share of the roll.\n\n"
        "Example: escrutinio irreversibility public/venezuela-2024 --claim cne-bulletin-1"
    )
)
@asks
@click.option("--area", help=say("Code of an area, as if it voted alone."))  # fmt: skip
@click.option("--registered", type=click.IntRange(1, 10**10),
              help=say("Voters on the whole roll."))  # fmt: skip
@click.option("--at", "size", type=click.IntRange(0),
              help=say("The log as it was at this size."))  # fmt: skip
@click.option("--claim", help=say("Code of an announced result."))  # fmt: skip
@click.option("--share", help=say("Share of the stations that the claim stands on, in percent."))  # fmt: skip
@click.option("--assume-random", is_flag=True,
              help=say("Add what would follow if missing stations were like the counted ones."))  # fmt: skip
def command(
    question: Question,
    area: str | None,
    registered: int | None,
    size: int | None,
    claim: str | None,
    share: str | None,
    assume_random: bool,
) -> None:
    if claim is None and share is not None:
        raise click.UsageError(say("--share goes with --claim"))
    if claim is not None and (area, size, question.basis, assume_random) != (None, None, None, False):
        raise click.UsageError(say("--claim goes with --share and --registered alone"))
    from escrutinio.evidence.certainty.studies import study_of_claim, study_of_sheets

    opened = question.open()
    if claim is None:
        answer = study_of_sheets(
            opened.state, opened.contest, opened.with_sheets,
            area=area, registered=registered, size=size, assume_random=assume_random,
        )  # fmt: skip
    else:
        answer = study_of_claim(opened.state, opened.claim(claim), share=share, registered=registered)
    called = Called(opened.state, opened.contest, size)
    if question.as_json:
        print_json(as_plain(answer, called))
        return
    if claim is None and area is None and size is None:
        click.echo(opened.heading())
    else:
        click.echo(f"{title_of(opened.contest.titles, opened.contest.code)}, {claim or opened.basis}")
    print_answer(answer, called)


@dataclass(frozen=True)
class Called:
    """What people call what a certificate is about: the contest's candidates, bases and areas; `size` of the
    log that was asked for, None for the last."""

    state: ElectionState
    contest: ContestView
    size: int | None

    def sentences(self, certificate: Certificate, lang: str) -> tuple[str, str]:
        """The two sentences of a certificate with whose sheets it is of, and where and when if not of all."""
        from escrutinio.core.records.types import Claim
        from escrutinio.evidence.certainty.certified import CLAIM
        from escrutinio.evidence.certainty.naming import certificate_said

        areas, code = self.state.areas, certificate.area
        area = areas.names[areas.index[code]] if code != self.contest.area else None
        titles = {one.code: one.titles for one in self.state.bases}
        for logged in self.state.records(Claim, self.contest.code):
            titles[f"{CLAIM}{logged.body.code}"] = logged.body.speaker
        size = None if certificate.size is None else self.size
        return certificate_said(
            certificate, self.contest, titles.get(certificate.basis, ()), lang, area=area, size=size
        )

    def way_back(self, reversal: Reversal | None, lang: str) -> tuple[str, ...]:
        """What would bring the second level with the first, in words."""
        from escrutinio.evidence.certainty.naming import reversal_called

        return () if reversal is None else reversal_called(reversal, self.contest, lang).sentences(lang)


def _print_pair(sentences: Sequence[str]) -> None:
    click.echo("\n" + "\n".join(sentences))


def print_answer(answer: CertaintyStudy, called: Called) -> None:
    """Sentences, votes, what is outstanding, the inequalities, what would change it, areas, method."""
    certificate, lang = answer.certificate, language()
    _print_pair(called.sentences(certificate, lang))
    valid = sum(certificate.votes)
    print_table(
        (say("candidate"), say("votes"), "%"),
        [
            (name, whole(votes, lang), percent(Fraction(votes, valid), 2, lang) if valid else "–")
            for name, votes in zip(certificate.candidates, certificate.votes, strict=True)
        ],
    )
    print_facts(_facts(answer))
    for statement in certificate.statements:
        click.echo()
        for each in statement.inequalities:
            click.echo(f"  {_inequality(each, certificate)}")
    if answer.reversal is not None:
        _print_pair(called.way_back(answer.reversal, lang))
    for _, said in answer.assumed:
        click.echo("\n" + " ".join(said[lang]))
    if answer.areas:
        _print_areas(answer.areas)
    print_method(
        say("the contest's own rule in the worst case"),
        SOURCES if answer.assumed else (),
    )


def _facts(answer: CertaintyStudy) -> list[tuple[str, str]]:
    certificate, reversal, lang = answer.certificate, answer.reversal, language()
    left = certificate.outstanding
    limit = certificate.statements[0].withstands
    found: list[tuple[str, str]] = [
        (say("status"), FINALITY[certificate.finality.value]),
        (say("margin"), _margin(certificate)),
        (say("registered voters outstanding, at most"),
         _number(left.capacity)),
        *([(say("registered voters outstanding, at least"), _number(left.sure))]
          if left.sure != left.capacity else []),
        (say("most outstanding votes with which it stays"),
         say("any") if limit is None else _number(max(limit, 0))),
    ]  # fmt: skip
    if answer.share is None:
        found += _stations(left)
    elif reversal is not None:
        label = say("the same, were the stations outside of average size")
        found.append((label, _number(reversal.capacity)))
    if reversal is not None and reversal.expected is not None:
        from escrutinio.evidence.certainty.reversal import half_up

        expected = whole(half_up(reversal.expected), lang)
        found.append((say("votes expected outstanding at equal turnout"), expected))
        who = reversal.second
        for label, lead in () if reversal.beyond else (
            (say("lead {who} needs, of registered voters (points)", who=who), reversal.lead_of_registered),
            (say("lead {who} needs, of expected votes (points)", who=who), reversal.lead_of_expected),
            (say("tipping point, from the lead so far (points)"), reversal.tipping_point),
        ):  # fmt: skip
            found.append((label, "–" if lead is None else points(lead, 1, lang)))
        if reversal.share_needed is not None and not reversal.beyond:
            label = say("share of expected votes {who} needs", who=who)
            found.append((label, percent(reversal.share_needed, 2, lang)))
    if answer.counted_needed is not None:
        by_roll, by_turnout = answer.counted_needed
        label = say("irreversible with this split from, counted")
        found.append((label, f"{percent(by_roll, 2, lang)}"))
        label = say("the same, if turnout stays")
        found.append((label, f"{percent(by_turnout, 2, lang)}"))
    return found


def _stations(left: Outstanding) -> list[tuple[str, str]]:
    return [
        (say("stations silent"), _number(left.silent)),
        (say("stations pending"), _number(left.pending)),
        (say("stations disputed"), _number(left.disputed)),
        (say("stations declared, not listed"), _number(left.unlisted)),
        (say("of all these, registered voters unknown"),
         _number(left.registered_unknown)),
        *([(say("of all these, with others who may vote without a number"), _number(left.unbounded))]
          if left.unbounded else []),
        *([(say("sheets that do not say all classes of ballots"), _number(left.unread))]
          if left.unread else []),
    ]  # fmt: skip


def _number(value: int | None) -> str:
    return say("not known") if value is None else whole(value, language())


def _margin(certificate: Certificate) -> str:
    return "–" if certificate.margin is None else whole(certificate.margin, language())


def _inequality(each: Inequality, certificate: Certificate) -> str:
    """An inequality as anybody checks it again: left > constant + slope × R, and whether it holds."""
    lang, capacity = language(), certificate.outstanding.capacity
    who = [certificate.candidates[at] for at in (each.first, each.second) if at is not None]
    sign = "≥" if each.or_equal else ">"
    right = f"{whole(each.constant, lang)} + {whole(each.slope, lang)} × R"
    text = f"{INEQUALITIES[each.what]} {' / '.join(who)}: {whole(each.left, lang)} {sign} {right}"
    if capacity is None:
        return text
    holds = say("holds") if each.holds(capacity) else say("does not hold")
    return f"{text}, R = {whole(capacity, lang)}: {holds}"


def _print_areas(areas: Sequence[tuple[str, Certificate]]) -> None:
    header = (
        say("area"), say("first"), say("margin"),
        say("outstanding, at most"), say("status"),
    )  # fmt: skip
    rows = []
    for name, each in areas:
        first = _first(each) if any(each.votes) else "–"
        left = _number(each.outstanding.capacity)
        rows.append((f"{each.area} {name}", first, _margin(each), left, FINALITY[each.finality.value]))
    print_table(header, rows)


def _first(certificate: Certificate) -> str:
    """Who is first; those who are equal for what is left with a sign of equality between them."""
    said, names = certificate.statements[0], certificate.candidates
    tied = " = ".join(names[at] for at in said.tied)
    return ", ".join([*(names[at] for at in said.candidates), *filter(None, (tied,))]) or "–"


def as_plain(answer: CertaintyStudy, called: Called) -> dict[str, object]:
    """The answer as docs/evidence.md describes it."""
    needed, certificate, areas = answer.counted_needed, answer.certificate, answer.areas
    return {
        "version": 1,
        **certificate_as_plain(certificate, partial(called.sentences, certificate)),
        "share": plain(answer.share),
        "registered": answer.registered,
        "counted_needed": None
        if needed is None
        else {"registered": plain(needed[0]), "equal_turnout": plain(needed[1])},
        "reversal": reversal_as_plain(answer.reversal, partial(called.way_back, answer.reversal)),
        "assuming": {
            name: {lang: list(said) for lang, said in texts.items()} for name, texts in answer.assumed
        },
        "areas": [certificate_as_plain(each, partial(called.sentences, each)) for _, each in areas],
        "sources": list(SOURCES),
    }
