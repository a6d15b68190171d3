"""escrutinio init: a commented configuration to start from."""

from __future__ import annotations

import sys
from dataclasses import replace
from datetime import date
from pathlib import Path

import click

from escrutinio.base.beside import write_new
from escrutinio.base.errors import InputError
from escrutinio.base.files import real_path
from escrutinio.base.words.say import language, say
from escrutinio.intake.authoring.found import Found
from escrutinio.intake.authoring.heading import Answers
from escrutinio.intake.authoring.init import look_at, suggest_config
from escrutinio.intake.authoring.recipe_config import Filling
from escrutinio.intake.authoring.recipes import recipes

_OF_KEYS = frozenset({"key-none", "key-repeats", "column-missing"})


def _list_recipes(context: click.Context, _: click.Parameter, asked: bool) -> None:
    if asked and not context.resilient_parsing:
        width = max(map(len, recipes()))
        for name, recipe in recipes().items():
            click.echo(f"{name:<{width}}  {recipe.title(language())}")
        context.exit()


@click.command(
    help=say(
        "Look at tables of tally sheets (CSV, XLSX or Parquet, also in gzip or zip, or a folder of them) and "
        "write an election.toml for them that can be published as it stands. On a terminal it asks what no "
        "table says.\n\n"
        "Example: escrutinio init sheets.csv.gz -o election.toml"
    )
)
@click.argument("files", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path))
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    help=say("Where to write; standard output if left out."),
)
@click.option("--yes", is_flag=True, help=say("Ask nothing; take what was guessed."))
@click.option(
    "--recipe",
    metavar="NAME",
    help=say("The recipe for files of a known shape; “none” for none. Without it, the one that fits."),
)
@click.option(
    "--recipes",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_list_recipes,
    help=say("List the recipes, and stop."),
)
def command(files: tuple[Path, ...], output: Path | None, yes: bool, recipe: str | None) -> None:
    answers, found = Answers(), None
    if output is not None:
        _beside(files[0], output)
    if output is not None and not yes and sys.stdin is not None and sys.stdin.isatty():
        answers = Answers(
            title=_asked(say("What is the election called?")),
            place=_asked(say("Where is it held?")),
            voting_day=_asked_day(),
            author=_asked(say("Who publishes it?")),
        )
        answers, found = _asked_of_rows(files, answers, recipe)
    made = suggest_config(files, language(), answers, recipe, found)
    if output is None:
        click.echo(made.text, nl=False)
        return
    write_new((output, made.text.encode()))
    for line in made.said:
        click.echo(line, err=True)
    click.echo(
        say("{output} written: check it, then escrutinio publish {output} -o public", output=output),
        err=True,
    )


def _beside(table: Path, output: Path) -> None:
    """A configuration names its files as seen from its directory. Raises InputError for another one."""
    directory = table if table.is_dir() else table.parent
    if table.exists() and real_path(output.absolute().parent) != real_path(directory):
        raise InputError("init-elsewhere", directory=directory, path=directory / output.name)


def _asked(question: str) -> str | None:
    """The answer; None where there is none."""
    return str(click.prompt(question, default="", show_default=False, err=True)).strip() or None


def _asked_day() -> str | None:
    while True:
        said = _asked(say("When was voting day (2024-07-28)?"))
        if said is None:
            return None
        try:
            return date.fromisoformat(said).isoformat()
        except ValueError:
            click.echo(say("A date is written as 2024-07-28."), err=True)


def _asked_of_rows(
    files: tuple[Path, ...], answers: Answers, recipe: str | None
) -> tuple[Answers, Found | Filling]:
    """Look at the tables, and ask what no recipe says: which columns tell stations apart, and whether sums
    are sheets."""
    while True:
        try:
            found = look_at(files, answers, recipe)
        except InputError as error:
            if error.code not in _OF_KEYS:
                raise
            click.echo(str(error), err=True)
            if (said := _asked(say("Which columns tell the stations apart (joined by +)?"))) is None:
                raise
            answers = replace(answers, key=_columns(said))
            continue
        if isinstance(found, Filling):
            return answers, found
        seen = found.tables[0]
        if seen.sums and not answers.keep_sums:
            lines = ", ".join(map(str, seen.sums[:20])) + (", …" if len(seen.sums) > 20 else "")
            question = say("Sums of other rows seem to stand in line {lines}. Leave them out?", lines=lines)
            if not click.confirm(question, default=True, err=True):
                answers = replace(answers, keep_sums=True)
                continue
        guessed = " + ".join(each.name for each in seen.key.columns)
        question = say("Which columns tell the stations apart (joined by +)?")
        key = _columns(str(click.prompt(question, default=guessed, err=True)))
        if key == _columns(guessed):
            return answers, found
        answers = replace(answers, key=key)


def _columns(said: str) -> tuple[str, ...]:
    return tuple(filter(None, (name.strip() for name in said.split("+"))))
