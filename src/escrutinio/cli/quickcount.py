"""escrutinio quickcount: how many tables a quick count needs, which ones are drawn, what they say."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

import click

from escrutinio.base.beside import write_new
from escrutinio.base.clock import moment_text, now
from escrutinio.base.errors import InputError
from escrutinio.base.inputs import as_text, read_input
from escrutinio.base.words.say import language, say, say_in
from escrutinio.base.words.wording import decimal, percent, whole
from escrutinio.cli.election import Opened, Question, asks, title_of
from escrutinio.cli.explain import in_each, print_method, print_sentences, print_table
from escrutinio.cli.output import EXIT_OPEN, print_json, refuse
from escrutinio.core.election.embargo import public_moments
from escrutinio.core.election.outcome import rank
from escrutinio.core.records.subjects import Subject
from escrutinio.evidence.certainty.percentages import parse_percentage
from escrutinio.evidence.quickcount.design import SECRET_BYTES, Design, Plan, commitment, frame_of
from escrutinio.evidence.quickcount.plan_file import MAX_PLAN, check_commitment, read_plan

if TYPE_CHECKING:
    from escrutinio.evidence.quickcount.estimate import Estimate, QuickCount
    from escrutinio.evidence.quickcount.planning import SampleSize

PLAN_FILE, SECRET_FILE = "plan.txt", "secret.txt"

SOURCES = (
    "W. G. Cochran, Sampling Techniques (1977)",
    "J. Horowitz, C. Manski, Journal of the American Statistical Association 95 (2000)",
    "M. Estok, N. Nevitte, G. Cowan, The Quick Count and Election Observation (NDI, 2002)",
    "R. Rivest, Consistent sampling with replacement, arXiv:1808.10016",
)


@click.group(
    help=say(
        "Plan a quick count, draw its tables from a public seed, and estimate from those that came in.\n\n"
        "Example: escrutinio quickcount plan public/venezuela-2024"
    )
)
def command() -> None:
    pass


# --- plan ---


@command.command(
    help=say(
        "Say how many tables a margin of error needs, from the figures of the election at ADDRESS (a past "
        "one, or a guess at the next).\n\n"
        "Example: escrutinio quickcount plan public/venezuela-2024 --margin 1"
    )
)
@asks
@click.option("--candidate", help=say("Whose share is estimated; the first if left out."))  # fmt: skip
@click.option("--margin", "margins", multiple=True, default=("2", "1", "0.5"), show_default=True,
              help=say("Margin of error in points."))  # fmt: skip
def plan(question: Question, candidate: str | None, margins: tuple[str, ...]) -> None:
    from escrutinio.core.election.totals import totals_by_station
    from escrutinio.evidence.quickcount.planning import tables_needed

    wanted = [float(parse_percentage(margin).value) for margin in margins]
    opened = question.open()
    votes = totals_by_station(opened.state, opened.contest.code, opened.with_sheets)
    counted = votes[votes[:, 0] >= 0]
    who = _candidate(opened, candidate, counted.sum(axis=0).tolist())
    part, valid = counted[:, opened.contest.candidates.index(who)], counted.sum(axis=1)
    found = [tables_needed(part, valid, margin) for margin in wanted]
    if question.as_json:
        print_json(_plan_as_plain(opened, who, found))
        return
    click.echo(opened.heading())
    print_sentences(min(found, key=lambda each: abs(each.margin - 0.01)))
    _print_sizes(who, found)


def _candidate(opened: Opened, code: str | None, sums: Sequence[int]) -> str:
    names = opened.contest.candidates
    if code is None:
        first = rank(sums)[0].candidates
        if len(first) > 1:
            raise InputError("candidate-equal", known=", ".join(names[at] for at in first[:20]))
        return names[first[0]]
    if code not in names:
        there = ", ".join(names[:20])
        raise InputError("candidate-unknown", code=repr(code[:80]), known=there)
    return code


def _print_sizes(who: str, found: Sequence[SampleSize]) -> None:
    lang = language()
    header = (
        say("margin of {who} (points)", who=who), say("tables"),
        say("formula for voters (too few)"),
    )  # fmt: skip
    rows = [
        (
            f"± {decimal(Fraction(100 * each.margin), 2, lang)}",
            whole(each.tables, lang),
            whole(each.voters, lang),
        )
        for each in found
    ]
    print_table(header, rows)
    first = found[0]
    effect = decimal(Fraction(first.design_effect), 1, lang)
    alike = "–" if first.correlation is None else decimal(Fraction(first.correlation), 3, lang)
    click.echo(
        say(
            "  Design effect {effect}; correlation of voters within a table {alike}.",
            effect=effect,
            alike=alike,
        )
    )
    print_method(say("ratio estimator over tables"), SOURCES)


def _plan_as_plain(opened: Opened, who: str, found: Sequence[SampleSize]) -> dict[str, object]:
    return {
        "version": 1,
        "contest": opened.contest.code,
        "basis": opened.basis,
        "candidate": who,
        "population": found[0].population,
        "design_effect": found[0].design_effect,
        "correlation": found[0].correlation,
        "sizes": [
            {
                "margin": each.margin,
                "z": each.z,
                "tables": each.tables,
                "formula_for_voters": each.voters,
                "sentences": in_each(each.sentences),
            }
            for each in found
        ],
        "sources": list(SOURCES),
    }


# --- sample ---


@dataclass(frozen=True)
class Drawn:
    """A sample, its tables, and the digest to publish (None where nothing was kept to prove it by)."""

    plan: Plan
    stations: tuple[str, ...]
    digest: bytes | None

    def sentences(self, lang: str) -> tuple[str, str]:
        """What was drawn and what that is not."""
        drawn = say_in(
            lang,
            "The public seed draws {tables:,} tables ({units:,} units, design {design}) of {all:,}; anybody "
            "draws the same.",
            tables=len(self.stations),
            units=self.plan.take,
            design=self.plan.design,
            all=len(self.plan.frame),
        )
        if not self.digest:
            return drawn, say_in(
                lang,
                "Nothing was committed to: without -o nothing can show later that the sample came first.",
            )
        return drawn, say_in(
            lang,
            "The commitment proves that the sample was fixed before, not that the seed was not chosen: that "
            "is for those to say who saw the dice.",
        )


@command.command(
    help=say(
        "Draw the tables of a quick count from a public seed, before the polls open.\n\n"
        "With -o the plan and a secret are kept in a directory, and the digest to publish is printed: it "
        "commits to the sample without showing it. Publish plan and secret once the polls have closed.\n\n"
        "Example: escrutinio quickcount sample public/venezuela-2024 --seed 31415926535897932384 --take 300 "
        "-o sample"
    )
)
@asks
@click.option("--seed", required=True, metavar="DIGITS",
              help=say("What the dice showed, 20 to 64 digits."))  # fmt: skip
@click.option("--take", type=click.IntRange(1), required=True,
              help=say("Tables to draw, or centers."))  # fmt: skip
@click.option("--design", type=click.Choice([design.value for design in Design]), default=Design.SIMPLE.value,
              show_default=True, help=say("How they are drawn."))  # fmt: skip
@click.option("--level", help=say("Level of the areas that are strata; the highest if left out."))
@click.option("-o", "--output", type=click.Path(path_type=Path, file_okay=False),
              help=say("Directory for plan and secret."))  # fmt: skip
def sample(
    question: Question, seed: str, take: int, design: str, level: str | None, output: Path | None
) -> None:
    opened = question.open()
    frame = frame_of(opened.state, opened.contest.code, _level(opened, level))
    made = Plan(Design(design), tuple(sorted(frame, key=lambda unit: unit.station)), take, seed)
    digest = None if output is None else _keep(output, made)
    found = Drawn(made, made.sample(), digest)
    if question.as_json:
        print_json(
            {
                "version": 1,
                "contest": opened.contest.code,
                "design": design,
                "take": take,
                "seed": seed,
                "frame": len(made.frame),
                "stations": list(found.stations),
                "commitment": None if digest is None else digest.hex(),
                "sentences": in_each(found.sentences),
                "sources": list(SOURCES),
            }
        )
        return
    click.echo(title_of(opened.contest.titles, opened.contest.code))
    print_sentences(found)
    if digest is None:
        click.echo("\n" + "\n".join(found.stations))
    else:
        click.echo(say("\nPublish now: {digest}", digest=digest.hex()))
        click.echo(say("Keep until the polls close: {output}", output=output))
    print_method(say("lowest tickets by SHA-256"), SOURCES[3:])


def _keep(directory: Path, made: Plan) -> bytes:
    """Write plan and secret, which only their owner may read, and return the digest."""
    secret = secrets.token_bytes(SECRET_BYTES)
    directory.mkdir(parents=True, exist_ok=True, mode=0o700)
    kept = (PLAN_FILE, made.text().encode()), (SECRET_FILE, (secret.hex() + "\n").encode())
    write_new(*((directory / name, content) for name, content in kept), private=True)
    return commitment(made, secret)


def _level(opened: Opened, level: str | None) -> str:
    areas = opened.state.areas
    if level is not None:
        if level not in areas.levels:
            there = ", ".join(dict.fromkeys(areas.levels))
            raise InputError("level-unknown", level=repr(level[:80]), known=there)
        return level
    below = areas.children(areas.index[opened.contest.area])
    return areas.levels[below[0]] if below else areas.levels[areas.index[opened.contest.area]]


# --- estimate ---


@command.command(
    help=say(
        "Estimate the result from the tables of PLAN that are in, with intervals.\n\n"
        "Tables that did not come in are not filled in: the interval covers every result that their "
        "registered voters allow. With --secret and --commitment it is checked that PLAN is the one that was "
        "committed to. With --until-public no figure is shown before the moment of the calendar from which "
        "results of the contest may be public: the command ends with exit code 4.\n\n"
        "Example: escrutinio quickcount estimate public/venezuela-2024 --plan sample/plan.txt"
    )
)
@asks
@click.option("--plan", "plan_file", type=click.Path(path_type=Path, dir_okay=False), required=True,
              help=say("The plan that was kept."))  # fmt: skip
@click.option("--secret", "secret_file", type=click.Path(path_type=Path, dir_okay=False),
              help=say("The secret that was kept with it."))  # fmt: skip
@click.option("--commitment", "digest", metavar="DIGEST",
              help=say("The digest that was published."))  # fmt: skip
@click.option("--until-public", is_flag=True,
              help=say("Show nothing before results may be public by the calendar; without it, whoever shows "
                       "figures sooner answers for that."))  # fmt: skip
def estimate(
    question: Question, plan_file: Path, secret_file: Path | None, digest: str | None, until_public: bool
) -> None:
    from escrutinio.evidence.quickcount.from_state import quick_count

    if (secret_file is None) is not (digest is None):
        raise click.UsageError(say("--secret and --commitment go together"))
    made = read_plan(as_text(read_input(plan_file, MAX_PLAN), str(plan_file)), str(plan_file))
    if secret_file is not None and digest is not None:
        content = as_text(read_input(secret_file), str(secret_file))
        secret = content.decode("ascii", "replace").strip()
        check_commitment(made, secret, digest)
    opened = question.open()
    since = public_moments(opened.state)(Subject(contest=opened.contest.code))
    waits = since > now()
    if waits and until_public:
        refuse(InputError("figures-wait", until=moment_text(since)), EXIT_OPEN)
    found = quick_count(made, opened.state, opened.contest.code, opened.with_sheets)
    if question.as_json:
        print_json(_estimate_as_plain(opened, found, checked=digest is not None, since=since))
        return
    if waits:
        click.echo(
            say(
                "By the calendar results of this contest may be public from {until} on. Whoever shows these "
                "figures sooner answers for it by the law of the place.",
                until=moment_text(since),
            ),
            err=True,
        )
    click.echo(opened.heading())
    print_sentences(found)
    _print_estimates(say("share of"), found.estimates)
    _print_estimates(say("lead in points over"), found.leads)
    if len(found.arrival) > 1:
        header = (say("stratum"), say("drawn"), say("came in"))
        rows = [(each.stratum, whole(each.drawn, language()), whole(each.obtained, language()))
                for each in found.arrival]  # fmt: skip
        print_table(header, rows)
    if digest is not None:
        click.echo(say("\nThe plan is the one that was committed to."))
    print_method(say("ratio estimator over tables"), SOURCES)


def _print_estimates(what: str, found: Sequence[Estimate]) -> None:
    header = (
        what, say("in the tables obtained"), "±",
        say("from"), say("to"),
    )  # fmt: skip
    rows = [
        (each.candidate, *map(_share, (each.obtained, each.margin, each.low, each.high))) for each in found
    ]
    if rows:
        print_table(header, rows)


def _share(value: float | None) -> str:
    """A share in percent; one that is not known is never zero. Beyond nine digits it is of floats alone."""
    if value is None:
        return say("unknown")
    return percent(Fraction(value).limit_denominator(10**9), 2, language())


def _estimate_as_plain(opened: Opened, found: QuickCount, *, checked: bool, since: int) -> dict[str, object]:
    from escrutinio.evidence.quickcount.planning import Z95

    def estimates(each: Sequence[Estimate]) -> list[dict[str, object]]:
        return [
            {
                "candidate": one.candidate,
                "obtained": one.obtained,
                "margin": one.margin,
                "low": one.low,
                "high": one.high,
            }
            for one in each
        ]

    return {
        "version": 1,
        "contest": opened.contest.code,
        "basis": opened.basis,
        "commitment_checked": checked,
        "public_from": since or None,
        "drawn": found.drawn,
        "obtained": found.obtained,
        "z": Z95,
        "estimates": estimates(found.estimates),
        "leads": estimates(found.leads),
        "leader": found.leader,
        "arrival": [
            {"stratum": each.stratum, "drawn": each.drawn, "obtained": each.obtained}
            for each in found.arrival
        ],
        "sentences": in_each(found.sentences),
        "sources": list(SOURCES),
    }
