"""escrutinio demo: publish, verify and serve the two examples."""

from __future__ import annotations

import sys
import time
from pathlib import Path

import click

from escrutinio.base.clock import now
from escrutinio.base.errors import InputError
from escrutinio.base.words.say import say
from escrutinio.base.workers import workers
from escrutinio.cli.output import EXIT_FAILED, progress_bar
from escrutinio.core.records.keys import SigningKey

EXAMPLES = ("venezuela-2024", "miniature")


@click.command(
    help=say(
        "Publish the examples into public/, verify them as a stranger would, and serve them on 127.0.0.1.\n\n"
        "Example: escrutinio demo --no-serve",
        "Publica los ejemplos en public/, los verifica como lo haría un extraño y los sirve en 127.0.0.1.\n\n"
        "Ejemplo: escrutinio demo --no-serve",
    )
)
@click.option(
    "--serve/--no-serve", default=True, help=say("Serve after verifying.", "Servir tras verificar.")
)
@click.option(
    "--port",
    default=8000,
    show_default=True,
    type=click.IntRange(0, 65_535),
    help=say("Port; 0 takes a free one.", "Puerto; 0 toma uno libre."),
)
@click.option(
    "--examples",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("examples"),
    show_default=True,
    help=say("Where the examples are.", "Dónde están los ejemplos."),
)
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    default=Path("public"),
    show_default=True,
    help=say("Directory.", "Directorio."),
)
def command(serve: bool, port: int, examples: Path, output: Path) -> None:
    from escrutinio.cli.serve import serve_directory
    from escrutinio.cli.verify import print_report
    from escrutinio.core.log.trust import parse_trust
    from escrutinio.core.verification.publication import verify_publication
    from escrutinio.publication.site.choice import render_demo_index
    from escrutinio.running.workspace.publish import publish

    if missing := [name for name in EXAMPLES if not (examples / name / "election.toml").is_file()]:
        raise InputError("example-missing", path=examples / missing[0])
    started = time.perf_counter()
    published = []
    with workers() as executor:
        for name in EXAMPLES:
            click.echo(say(f"Publishing {name}", f"Publicando {name}"))
            with progress_bar() as progress:
                published.append(
                    publish(
                        examples / name,
                        output / name,
                        master=SigningKey.generate(),
                        clock=now(),
                        progress=progress,
                        executor=executor,
                        replace=True,
                    )
                )
        render_demo_index([(made.directory.name, made.state) for made in published], output)
        for made in published:
            click.echo(say(f"\nVerifying {made.directory}", f"\nVerificando {made.directory}"))
            trust = parse_trust((made.directory / "trust.toml").read_bytes())
            with progress_bar() as progress:
                result = verify_publication(made.directory, trust=trust, executor=executor, progress=progress)
            print_report(result)
            if not result.authenticated:
                sys.exit(EXIT_FAILED)
    seconds = time.perf_counter() - started
    click.echo(
        say(f"\nPublished and verified in {seconds:.1f} s.", f"\nPublicado y verificado en {seconds:.1f} s.")
    )
    if serve:
        serve_directory(output, port)
