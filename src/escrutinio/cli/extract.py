"""escrutinio extract: the records of one area with their proofs, to carry on a stick or send in a message."""

from __future__ import annotations

from pathlib import Path

import click

from escrutinio.base.words.say import say
from escrutinio.cli.opening import open_log
from escrutinio.cli.options import json_option, log_option, quiet_option, trust_option
from escrutinio.cli.output import print_json


@click.command(
    help=say(
        "Write the part of a log that is about AREA (a code, such as that of a state or a parish) into one "
        "ZIP file: records, proofs, and verify.html, which verifies them in any browser, without a "
        "network.\n\n"
        "A part shows that what it has is in the log, not that nothing is left out.\n\n"
        "Example: escrutinio extract N --log public/miniature -o north.zip"
    )
)
@click.argument("area")
@log_option
@click.option(
    "-o",
    "--output",
    required=True,
    type=click.Path(path_type=Path, dir_okay=False),
    help=say("The ZIP file to write."),
)
@trust_option
@json_option
@quiet_option
def command(area: str, address: str, output: Path, trust: Path | None, as_json: bool, quiet: bool) -> None:
    from escrutinio.publication.downloads.part import part_entries, part_files, write_zip

    log = open_log(address, trust, quiet=quiet or as_json)
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
