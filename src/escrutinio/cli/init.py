"""escrutinio init: a commented configuration to start from."""

from __future__ import annotations

from pathlib import Path

import click

from escrutinio.base.beside import write_new
from escrutinio.base.words.say import language, say
from escrutinio.intake.authoring.init import suggest_config


@click.command(
    help=say(
        "Look at a CSV of tally sheets (plain, gzip or zip) and write a commented election.toml for it.\n\n"
        "Example: escrutinio init sheets.csv.gz -o election.toml"
    )
)
@click.argument("csv", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    help=say("Where to write; standard output if left out."),
)
def command(csv: Path, output: Path | None) -> None:
    text = suggest_config(csv, language())
    if output is None:
        click.echo(text, nl=False)
        return
    write_new((output, text.encode()))
    click.echo(say("{output} written; complete what it marks.", output=output), err=True)
