"""escrutinio extract: what a log says of one place with its proofs, to carry on a stick or to send."""

from __future__ import annotations

from pathlib import Path

import click

from escrutinio.base.beside import write_new
from escrutinio.base.words.catalogue import languages
from escrutinio.base.words.say import language, say
from escrutinio.cli.opening import open_log
from escrutinio.cli.options import json_option, log_option, quiet_option, trust_option
from escrutinio.cli.output import print_json


@click.command(
    help=say(
        "Write the part of a log that is about AREA (a code, such as that of a state or a parish) into one "
        "ZIP file: records, proofs, and verify.html, which verifies them in any browser, without a "
        "network.\n\n"
        "Where the file to write ends in .html, the place may also be a station or a center: the file is "
        "then a page that anybody reads, without a network and without scripts, with the records of its "
        "figures and their proofs inside, and verify.html and escrutinio verify check it.\n\n"
        "A part shows that what it has is in the log, not that nothing is left out.\n\n"
        "Examples: escrutinio extract N --log public/miniature -o north.zip; escrutinio extract N2.02 --log "
        "public/miniature -o station.html"
    )
)
@click.argument("area")
@log_option
@click.option(
    "-o",
    "--output",
    required=True,
    type=click.Path(path_type=Path, dir_okay=False),
    help=say("The file to write: a ZIP, or a page where it ends in .html."),
)
@click.option(
    "--language",
    "tongue",
    type=click.Choice(sorted(languages())),
    help=say("Language of a page; that of this command where none is given."),
)
@trust_option
@json_option
@quiet_option
def command(
    area: str, address: str, output: Path, tongue: str | None, trust: Path | None, as_json: bool, quiet: bool
) -> None:
    from escrutinio.publication.downloads.part import part_entries, part_files, write_zip

    log = open_log(address, trust, quiet=quiet or as_json)
    if output.suffix.lower() == ".html":
        from escrutinio.publication.downloads.one_place import place_file

        content = place_file(log, area, tongue or language())
        write_new((output, content))
        if as_json:
            print_json({"place": area, "bytes": len(content), "file": str(output)})
        else:
            click.echo(
                say("{output}: {size:,} bytes; verify.html checks it", output=output, size=len(content))
            )
        return
    size = write_zip(output, part_files(log, area))
    records = len(part_entries(log.state, area))
    if as_json:
        print_json({"area": area, "records": records, "bytes": size, "file": str(output)})
    else:
        click.echo(
            say(
                "{output}: {records:,} records with their proofs, {size:,} bytes; open verify.html in it",
                output=output,
                records=records,
                size=size,
            )
        )
