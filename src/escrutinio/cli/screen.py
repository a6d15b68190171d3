"""escrutinio screen: figures on the sheets beside models of chance, with plots."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

import click

from escrutinio.base.beside import write_new
from escrutinio.base.words.catalogue import languages
from escrutinio.base.words.say import language, say
from escrutinio.base.words.wording import decimal, whole
from escrutinio.base.workers import workers
from escrutinio.cli.election import Opened, Question, asks
from escrutinio.cli.explain import in_each, print_method, print_sentences, print_table
from escrutinio.cli.output import print_json
from escrutinio.evidence.screening.run import REPLICATES, SEED

if TYPE_CHECKING:
    from escrutinio.evidence.screening.result import Screen
    from escrutinio.evidence.screening.run import Screening

SOURCES = (
    "D. Kobak, S. Shpilkin, M. Pshenichnikov, Annals of Applied Statistics 10 (2016)",
    "B. Beber, A. Scacco, Political Analysis 20 (2012)",
    "J. Deckert, M. Myagkov, P. Ordeshook, Political Analysis 19 (2011)",
    "P. Klimek, Y. Yegorov, R. Hanel, S. Thurner, PNAS 109 (2012)",
    "J. B. S. Haldane, Biometrika 31 (1940)",
    "S. Holm, Scandinavian Journal of Statistics 6 (1979)",
    "Y. Benjamini, Y. Hochberg, Journal of the Royal Statistical Society B 57 (1995)",
)

SHOWN_CODES = 50


@dataclass(frozen=True)
class Summary:
    """The first two sentences of a screening."""

    found: Screening

    def sentences(self, lang: str) -> tuple[str, str]:
        """What was seen and what was left out; and what it is not."""
        from escrutinio.evidence.screening.words import summary

        return summary(self.found, lang)


@click.command(
    help=say(
        "Compare the figures on the sheets with models of chance: round percentages, digits, coincidences, "
        "tables of one center, null votes.\n\n"
        "Every screen is shown, those that show nothing like the others. The same seed gives the same "
        "numbers. No place or person is ranked: what stands out is listed by code, to be compared with its "
        "image or box.\n\n"
        "Example: escrutinio screen public/venezuela-2024 --svg plots"
    )
)
@asks
@click.option("--reps", type=int, default=REPLICATES, show_default=True,
              help=say("Replicates of each model that is drawn."))  # fmt: skip
@click.option("--seed", type=int, default=SEED, show_default=True,
              help=say("Seed of the replicates."))  # fmt: skip
@click.option("--svg", "plots", type=click.Path(path_type=Path, file_okay=False),
              help=say("Directory for the plots."))  # fmt: skip
def command(question: Question, reps: int, seed: int, plots: Path | None) -> None:
    from escrutinio.evidence.screening.run import screen
    from escrutinio.evidence.screening.sheets import sheets_of

    opened = question.open()
    sheets = sheets_of(opened.state, opened.contest.code, opened.with_sheets)
    with workers() as executor:
        found = screen(sheets, seed=seed, replicates=reps, executor=executor)
    written = [] if plots is None else _write_plots(plots, found, opened.contest.code)
    if question.as_json:
        print_json(as_plain(opened, found, written))
        return
    click.echo(opened.heading())
    print_screens(found)
    for path in written:
        click.echo(say("plot: {path}", path=path), err=True)


def print_screens(found: Screening) -> None:
    """The two sentences, a table of every screen, and each in words."""
    from escrutinio.evidence.screening.words import explain

    lang = language()
    print_sentences(Summary(found))
    header = (
        say("screen"), say("sheets"), say("seen"), say("model"),
        "±", "p", "p Holm", say("outside"),
    )  # fmt: skip
    print_table(header, [(explain(each, lang).heading, *_figures(each)) for each in found.screens])
    for each in found.screens:
        said = explain(each, lang)
        click.echo(f"\n{said.heading}")
        for text in (_shortened(each, said.seen), said.model, said.innocent, said.look_at):
            click.echo(f"  {text}")
    click.echo(
        say(
            "\nReplicates: {replicates:,}, seed {seed} (NumPy's Philox generator).",
            replicates=found.replicates,
            seed=found.seed,
        )
    )
    print_method(say("Monte Carlo nulls"), SOURCES)


def _figures(each: Screen) -> tuple[str, ...]:
    from escrutinio.evidence.screening.screen_texts import SCREENS
    from escrutinio.evidence.screening.words import chance

    digits = SCREENS[each.name].digits
    outside = {None: "–", True: say("yes"), False: say("no")}[each.outside]
    return (
        whole(each.sheets, language()),
        *(_decimal(value, digits) for value in (each.observed, each.null_mean, each.null_sd)),
        *("–" if p is None else chance(p, language(), 4) for p in (each.p, each.p_holm)),
        outside,
    )


def _decimal(value: float | None, digits: int) -> str:
    return "–" if value is None else decimal(Fraction(value), digits, language())


def _shortened(each: Screen, seen: str) -> str:
    """What was seen, with at most `SHOWN_CODES` codes of its list; --json has all."""
    hidden = len(each.listed) - SHOWN_CODES
    if hidden <= 0:
        return seen
    more = say("… and {hidden:,} more (--json)", hidden=hidden)
    return seen.replace(", ".join(each.listed), ", ".join(each.listed[:SHOWN_CODES]) + more)


def _write_plots(directory: Path, found: Screening, contest: str) -> list[Path]:
    from escrutinio.publication.documents.report.plots import plots_of

    directory.mkdir(parents=True, exist_ok=True)
    written = []
    for drawn in plots_of(found, language(), contest):
        written.append((directory / f"{drawn.key}.svg", drawn.svg.encode()))
    write_new(*written)
    return [path for path, _ in written]


def as_plain(opened: Opened, found: Screening, written: list[Path]) -> dict[str, object]:
    """The answer as docs/evidence.md describes it."""
    return {
        "version": 1,
        "contest": opened.contest.code,
        "basis": opened.basis,
        "seed": found.seed,
        "replicates": found.replicates,
        "sheets": found.sheets,
        "left_out": list(found.left_out),
        "screens": [_screen_as_plain(each) for each in found.screens],
        "files": [str(path) for path in written],
        "sentences": in_each(Summary(found).sentences),
        "sources": list(SOURCES),
    }


def _screen_as_plain(each: Screen) -> dict[str, object]:
    from escrutinio.evidence.screening.words import sentences

    return {
        "name": each.name,
        "subject": each.subject,
        "family": each.family.value,
        "sheets": each.sheets,
        "observed": each.observed,
        "null_mean": each.null_mean,
        "null_sd": each.null_sd,
        "p": each.p,
        "p_holm": each.p_holm,
        "tests": each.tests,
        "outside": each.outside,
        "missing": each.missing.value if each.missing else None,
        "details": dict(each.details),
        "listed": list(each.listed),
        "sentences": {lang: list(sentences(each, lang)) for lang in sorted(languages())},
    }
