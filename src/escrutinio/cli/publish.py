"""escrutinio publish: from a configuration to a directory of static files."""

from __future__ import annotations

import sys
import time
from pathlib import Path

import click

from escrutinio.base.words.say import say
from escrutinio.base.workers import workers
from escrutinio.cli.counting import countings, nothing_counts, say_early, zero_sentence
from escrutinio.cli.memory import signed_another
from escrutinio.cli.options import ask_passphrase, clock_option, json_option, quiet_option
from escrutinio.cli.output import EXIT_NOTHING, print_json, progress_bar
from escrutinio.core.records.keyfiles import read_key_file
from escrutinio.core.records.keys import SigningKey


@click.command(
    help=say(
        "Sign, log, add up and write the pages of the election that CONFIG describes.\n\n"
        "Without --key everything is signed with a key that is made for this run and forgotten: nobody can "
        "sign in its name again, and publishing again makes another election. With one, publish again into "
        "the same directory alone: nothing else says what was signed before. A log that goes on, with a "
        "store that refuses a second history, is begun with escrutinio workspace init.\n\n"
        "Example: escrutinio publish examples/venezuela-2024 -o public/venezuela-2024"
    )
)
@click.argument("config", type=click.Path(exists=True, path_type=Path), default=".")
@click.option(
    "-o",
    "--output",
    "output",
    type=click.Path(path_type=Path),
    default="public",
    show_default=True,
    help=say("Directory."),
)
@click.option(
    "--key",
    type=click.Path(path_type=Path),
    help=say("Key file that all keys are derived from."),
)
@clock_option
@click.option(
    "--skip-bad-rows",
    is_flag=True,
    help=say("Publish the rest, and list what was skipped."),
)
@click.option(
    "--replace",
    is_flag=True,
    help=say("Replace another election in the directory."),
)
@json_option
@quiet_option
def command(
    config: Path,
    output: Path,
    key: Path | None,
    clock: int,
    skip_bad_rows: bool,
    replace: bool,
    as_json: bool,
    quiet: bool,
) -> None:
    from escrutinio.running.workspace.publish import publish

    master = SigningKey.generate() if key is None else read_key_file(key, ask_passphrase())[1]
    started = time.perf_counter()
    with workers() as executor, progress_bar(quiet) as progress:
        published = publish(
            config,
            output,
            master=master,
            clock=clock,
            progress=progress,
            executor=executor,
            skip_bad_rows=skip_bad_rows,
            replace=replace,
        )
    if published.forked:
        click.echo(
            say(
                "Warning: {output} held another history of this log, signed by the same key. Both verify "
                "with the same trust file: whoever kept the first can show a split view. To go on without "
                "one, publish under another origin and key, and say why.",
                output=output,
            ),
            err=True,
        )
    elif key is not None and (other := signed_another(output)) is not None:
        click.echo(
            say(
                "Warning: this key signed another history of this log before, with {size:,} entries "
                "({path}). Both verify with the same trust file. This command knows the directory that it "
                "writes and no other; a log that goes on is begun with escrutinio workspace init.",
                size=other.signed.checkpoint.size,
                path=other.place,
            ),
            err=True,
        )
    state = published.state
    counted = list(countings(state))
    facts = {
        "directory": str(output),
        "election": state.election.hex(),
        "entries": state.size,
        "findings": len(state.findings),
        "skipped_rows": published.skipped,
        "zero_reports": len(published.zero),
        "contests": [each.as_plain() for each in counted],
        "seconds": round(time.perf_counter() - started, 2),
    }
    say_early(state, clock)
    if as_json:
        print_json(facts)
    else:
        seconds = facts["seconds"]
        click.echo(
            say(
                "{output}: {size:,} entries, {skipped:,} skipped rows, {seconds:.2f} s",
                output=output,
                size=state.size,
                skipped=published.skipped,
                seconds=seconds,
            )
        )
        for each in counted:
            click.echo(each.sentence())
        if published.zero:
            click.echo(zero_sentence(published.zero))
    if nothing_counts(counted):
        click.echo(say("There are sheets of a contest, and none of them counts."), err=True)
        sys.exit(EXIT_NOTHING)
