"""escrutinio dossier: everything that a log holds on one station, for a court or a newspaper."""

from __future__ import annotations

from pathlib import Path

import click

from escrutinio.base.beside import write_new
from escrutinio.base.file_names import names_of_codes
from escrutinio.base.words.say import language, say
from escrutinio.cli.opening import open_log, own_trust
from escrutinio.cli.options import json_option, language_option, log_option, quiet_option, trust_file_option
from escrutinio.cli.output import print_json
from escrutinio.cli.stations import find_station


@click.command(
    help=say(
        "Write the dossier of STATION from the publication that --log names (a directory or an http "
        "address): "
        "a ZIP archive with a PDF in plain language, every record about the station with its proof, key and "
        "signature, the keys' origin, the machines' custody, sheets and copies side by side, and the steps "
        "to "
        "verify all of it with sha256sum, openssl and Python alone.\n\n"
        "The log is verified first. The archive holds no images and names no person; the legal weight of the "
        "signatures depends on local law.\n\n"
        "Example: escrutinio dossier C2.02 --log public/miniature -o C2.02.zip"
    )
)
@click.argument("station")
@log_option
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path, dir_okay=False),
    help=say("ZIP archive; by default STATION.zip."),
)
@click.option(
    "--pdf",
    type=click.Path(path_type=Path, dir_okay=False),
    help=say("The PDF also as a file of its own."),
)
@language_option
@trust_file_option
@json_option
@quiet_option
def command(
    station: str,
    address: str,
    output: Path | None,
    pdf: Path | None,
    tongue: str | None,
    trust_file: Path | None,
    as_json: bool,
    quiet: bool,
) -> None:  # fmt: skip
    from escrutinio.publication.documents.dossier.dossier import dossier_of, head_of
    from escrutinio.publication.documents.dossier.pdf import to_pdf
    from escrutinio.publication.documents.dossier.zip import to_zip

    log = open_log(address, trust_file, quiet=quiet or as_json)
    lang = tongue or language()
    head = head_of(log.signed, log.trust or own_trust(log), log.authenticated)
    dossier = dossier_of(log, find_station(log.state, station), head)
    files = [(output or Path(f"{names_of_codes([station])[station]}.zip"), to_zip(dossier, lang))]
    if pdf is not None:
        files.append((pdf, to_pdf(dossier, lang)))
    write_new(*files)
    if as_json:
        own = [item.signed.index for item in dossier.items if not item.base]
        print_json({"version": 1, "files": [str(path) for path, _ in files], "entries": own})
    else:
        click.echo("\n".join(str(path) for path, _ in files))
