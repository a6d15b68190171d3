"""escrutinio mirror: keep a verified copy of somebody's log."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING

import click

from escrutinio.base.clock import now
from escrutinio.base.words.say import language, say
from escrutinio.cli.options import clock_option, needed_trust_option, quiet_option
from escrutinio.cli.output import EXIT_OPEN, progress_bar, read_text, refuse

if TYPE_CHECKING:
    from escrutinio.core.log.trust import Trust

SHORTER = "log-shrunk"
"""Says of the log no more than that somebody shows an old state of it, as a cache does: like an address that
cannot be read, it is asked again."""


@click.command(
    help=say(
        "Copy the log at ADDRESS into DIRECTORY, with what its records attach, and follow it: each entry is "
        "verified as it is copied, and only what the trust file vouches for becomes part of the copy.\n\n"
        "With --pages it makes data and pages of its own from the copy; with --every it goes on until "
        "Ctrl-C. With --until-public it copies nothing of what is new while that has results which by the "
        "log's calendar may be public later only, and ends with exit code 4.\n\n"
        "Example: escrutinio mirror https://results.example mirror --trust trust.toml --every 60"
    )
)
@click.argument("address")
@click.argument("directory", type=click.Path(file_okay=False, path_type=Path))
@needed_trust_option
@click.option("--every", type=click.FloatRange(min=0.1), help=say("Seconds between two looks."))
@click.option("--pages", is_flag=True, help=say("Make data and pages from the copy."))
@click.option("--until-public", is_flag=True,
              help=say("Let results wait that the log shows before their moment; without it, whoever mirrors "
                       "them sooner answers for that."))  # fmt: skip
@clock_option
@quiet_option
def command(
    address: str, directory: Path, trust_file: Path, every: float | None, pages: bool,
    until_public: bool, clock: int, quiet: bool,
) -> None:  # fmt: skip
    from escrutinio.base.errors import FileUnreadableError, LogError
    from escrutinio.base.extras import need
    from escrutinio.core.log.trust import parse_trust
    from escrutinio.core.records.attachments import file_name
    from escrutinio.running.witness.mirror import Mirror, ResultsWaitError

    if pages:
        need("publish")
    trust = parse_trust(read_text(trust_file), str(trust_file))
    waits = ""
    with Mirror(address, directory, trust, now if until_public else None) as mirror:
        while True:
            try:
                copied = mirror.advance()
                mirror.copy_verifier()
            except ResultsWaitError as error:
                if every is None:
                    refuse(error, EXIT_OPEN)
                if waits != (waits := error.said_in(language())):  # once, not at each look
                    click.echo(waits, err=True)
            except LogError as error:
                if every is None or not (isinstance(error, FileUnreadableError) or error.code == SHORTER):
                    raise
                click.echo(error.said_in(language()), err=True)
            else:
                for digest in copied.missing:
                    click.echo(say("Not to be had there: attachments/{name}", name=file_name(digest)))
                if copied.new or every is None:
                    click.echo(say("{directory}: copied up to size {entries:,}, of which {new:,} are new",
                                   directory=directory, entries=copied.signed.checkpoint.size,
                                   new=copied.new))  # fmt: skip
                    if pages:
                        _show(directory, trust, clock, quiet)
            if every is None:
                return
            time.sleep(every)


def _show(directory: Path, trust: Trust, clock: int, quiet: bool) -> None:
    from escrutinio.base.workers import workers
    from escrutinio.intake.authoring.presentation import Presentation
    from escrutinio.running.workspace.views import update_publication

    with workers() as executor, progress_bar(quiet) as progress:
        update_publication(
            directory, Presentation(), trust=trust, clock=clock, progress=progress, executor=executor
        )
