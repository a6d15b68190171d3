"""escrutinio desk seal: what clerks in roles typed, sealed as the sheets of boards."""

from __future__ import annotations

from pathlib import Path

import click

from escrutinio.base.errors import InputError
from escrutinio.base.words.say import say
from escrutinio.cli.options import clock_option, json_option, passphrase_option
from escrutinio.cli.output import print_json


@click.command(
    "seal",
    help=say(
        "Seal what clerks in roles typed at the desk of the workspace in DIRECTORY: for each sheet that is "
        "done the board's sheet and a status that says whether two agreed or a third decided and why; for "
        "each that waits for a third a status that says so. The key is a board's, or that of a digitising "
        "centre: of the board's role, with the areas whose pictures it types as its scope. The files are for "
        "`escrutinio submit`; running it again seals only what the log does not have.\n\n"
        "No picture is published: only redacted copies in --shown, as `escrutinio redact` writes them, are "
        "attached.\n\n"
        "Example: escrutinio desk seal srv/election --key centre.key --shown redacted -o out"
    ),
)
@click.argument("directory", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--key", "key_address", required=True, metavar="FILE|pkcs11:…",
              help=say("Your key: a key file, or the address of one on a token."))  # fmt: skip
@click.option("--as", "named", metavar="NAME", help=say("Your name, where the key does not say it."))
@click.option("--shown", type=click.Path(exists=True, file_okay=False, path_type=Path),
              help=say("Directory of redacted copies that may be published."))  # fmt: skip
@click.option("-o", "--output", type=click.Path(path_type=Path), required=True,
              help=say("Directory for the sealed records."))  # fmt: skip
@passphrase_option
@clock_option
@json_option
def seal_typed(
    directory: Path, key_address: str, named: str | None, shown: Path | None, output: Path,
    passphrase: str, clock: int, as_json: bool,
) -> None:  # fmt: skip
    from escrutinio.cli.cabinet import open_cabinet
    from escrutinio.cli.sign import write_sealed
    from escrutinio.intake.authoring.holders import open_key
    from escrutinio.intake.authoring.signing import Signing
    from escrutinio.running.desk.app import DESK, TYPED
    from escrutinio.running.desk.transcription.sealing import seal_typings
    from escrutinio.running.workspace.workspace import open_workspace

    workspace = open_workspace(directory)
    held = open_key(key_address, passphrase)
    if not (name := named or held.name):
        raise InputError("sign-name")
    log = workspace.open()
    signing = Signing(log, held.holder, name, shown or Path(), clock)
    typed = open_cabinet(workspace).below(DESK).below(TYPED)
    made = seal_typings(signing, log.state, name, typed, shown)
    files = write_sealed(made.records, signing, output) if made.records else []
    if as_json:
        print_json({
            "version": 1,
            "sealed": len(made.records),
            "files": [str(file) for file in files],
            "known": made.known,
            "differ": list(made.differ),
            "others": made.others,
        })  # fmt: skip
        return
    for file in files:
        click.echo(say("sealed: {file}", file=file))
    click.echo(say("Sheets that the log has already: {count:,}", count=made.known))
    if made.others:
        click.echo(say("Typed by people without a role, not sealed here: {count:,}", count=made.others))
    for subject in made.differ:
        click.echo(
            say("{subject}: the log has a sheet of yours with other figures; nothing sealed", subject=subject)
        )
