"""escrutinio demo: publish, verify and serve the two examples."""

from __future__ import annotations

import sys
import time
from pathlib import Path

import click

import escrutinio
from escrutinio.base.clock import now
from escrutinio.base.errors import InputError
from escrutinio.base.extras import need
from escrutinio.base.words.say import say
from escrutinio.base.workers import workers
from escrutinio.cli.output import EXIT_FAILED, progress_bar
from escrutinio.core.records.keys import SigningKey

EXAMPLES = ("venezuela-2024", "miniature")
INSTALLED = Path(escrutinio.__file__).parent / "examples"
"""What a wheel brings: the miniature."""


@click.command(
    help=say(
        "Publish the examples into public/, verify them as a stranger would, and serve them on 127.0.0.1.\n\n"
        "Example: escrutinio demo --no-serve"
    )
)
@click.option("--serve/--no-serve", default=True, help=say("Serve after verifying."))
@click.option(
    "--port",
    default=8000,
    show_default=True,
    type=click.IntRange(0, 65_535),
    help=say("Port; 0 takes a free one."),
)
@click.option(
    "--examples",
    type=click.Path(path_type=Path, file_okay=False),
    help=say("Where the examples are; by default examples/, or those installed."),
)
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    default=Path("public"),
    show_default=True,
    help=say("Directory."),
)
def command(serve: bool, port: int, examples: Path | None, output: Path) -> None:
    if serve:
        need("hub")  # before minutes of work
    from escrutinio.cli.serve import serve_directory
    from escrutinio.cli.verify import compared_pages, print_report
    from escrutinio.core.log.trust import parse_trust
    from escrutinio.core.verification.checks import Outcome
    from escrutinio.core.verification.publication import verify_publication
    from escrutinio.publication.site.choice import render_demo_index
    from escrutinio.running.workspace.publish import publish

    sources = _at_hand([examples] if examples else [Path("examples"), INSTALLED])
    started = time.perf_counter()
    published = []
    with workers() as executor:
        for source in sources:
            click.echo(say("Publishing {name}", name=source.name))
            with progress_bar() as progress:
                published.append(
                    publish(
                        source,
                        output / source.name,
                        master=SigningKey.generate(),
                        clock=now(),
                        progress=progress,
                        executor=executor,
                        replace=True,
                    )
                )
        render_demo_index([(made.directory.name, made.state) for made in published], output)
        for made in published:
            click.echo(say("\nVerifying {directory}", directory=made.directory))
            trust = parse_trust((made.directory / "trust.toml").read_bytes())
            with progress_bar() as progress:
                result = verify_publication(made.directory, trust=trust, executor=executor, progress=progress)
            pages = compared_pages(made.directory, result)
            print_report(result, pages=pages)
            if not result.authenticated or (pages is not None and pages.outcome is Outcome.FAILS):
                sys.exit(EXIT_FAILED)
    seconds = time.perf_counter() - started
    click.echo(say("\nPublished and verified in {seconds:.1f} s.", seconds=seconds))
    if serve:
        serve_directory(output, port)


def _at_hand(places: list[Path]) -> list[Path]:
    """The examples of the first place that has any. Raises InputError where none has."""
    for place in places:
        if found := [place / name for name in EXAMPLES if (place / name / "election.toml").is_file()]:
            return found
    raise InputError("example-missing", path=places[0])
