"""escrutinio desk counts: what an audit board counted at the desk, sealed in the order of a blind count."""

from __future__ import annotations

from pathlib import Path

import click

from escrutinio.base.errors import InputError
from escrutinio.base.words.say import say
from escrutinio.cli.options import clock_option, json_option, passphrase_option, trust_option
from escrutinio.cli.output import print_json

audits_option = click.option(
    "--audits",
    metavar="ADDRESS",
    help=say("Publication whose audits are counted here; the workspace's own if left out."),
)


@click.command(
    "counts",
    help=say(
        "Seal what the audit board counted at the desk of the workspace in DIRECTORY, with the key of an "
        "organisation that the audit names: for each box on which two people agree first a commitment (the "
        "SHA-256 of its salt and figures), and the figures once two organisations have committed. Run it "
        "again when the log has grown: it seals what is due then. The files are for `escrutinio submit`.\n\n"
        "The salts stay in the workspace's private part, written before anything is sealed; without them a "
        "count cannot be said any more.\n\n"
        "Example: escrutinio desk counts azul --audits public/miniature --key azul.key -o out"
    ),
)
@click.argument("directory", type=click.Path(exists=True, file_okay=False, path_type=Path))
@audits_option
@trust_option
@click.option("--key", "key_address", required=True, metavar="FILE|pkcs11:…",
              help=say("Your key: a key file, or the address of one on a token."))  # fmt: skip
@click.option("--as", "named", metavar="NAME", help=say("Your name, where the key does not say it."))
@click.option("-o", "--output", type=click.Path(path_type=Path), required=True,
              help=say("Directory for the sealed records."))  # fmt: skip
@passphrase_option
@clock_option
@json_option
def seal_counts(
    directory: Path, audits: str | None, trust: Path | None, key_address: str, named: str | None,
    output: Path, passphrase: str, clock: int, as_json: bool,
) -> None:  # fmt: skip
    from escrutinio.cli.opening import open_log
    from escrutinio.cli.sign import write_sealed
    from escrutinio.core.records.entry import body_to_plain
    from escrutinio.intake.authoring.holders import open_key
    from escrutinio.intake.authoring.signing import Signing
    from escrutinio.running.desk.app import desk_directory
    from escrutinio.running.desk.counting.audits import open_audits
    from escrutinio.running.desk.counting.book import CountingBook
    from escrutinio.running.desk.counting.sealing import counts_to_say
    from escrutinio.running.workspace.workspace import open_workspace

    workspace = open_workspace(directory)
    held = open_key(key_address, passphrase)
    if not (name := named or held.name):
        raise InputError("sign-name")
    log = workspace.open() if audits is None else open_log(audits, trust, quiet=True)
    signing = Signing(log, held.holder, name, Path(), clock)
    book = CountingBook(desk_directory(workspace))
    there = open_audits(log.state, log.attachment)
    with book.salts() as salts:
        found = counts_to_say(log.state, there, name, book.boxes(), salts)
    sealed = [signing.say(type(body), about, body_to_plain(body)) for body, about in found.records]
    files = write_sealed(sealed, signing, output) if sealed else []
    if as_json:
        print_json({
            "version": 1,
            "sealed": len(sealed),
            "files": [str(file) for file in files],
            "waiting": found.waiting,
            "known": found.known,
            "elsewhere": found.elsewhere,
        })  # fmt: skip
        return
    for file in files:
        click.echo(say("sealed: {file}", file=file))
    click.echo(say("Counts that wait until another organisation has committed to its own: {count:,}",
                   count=found.waiting))  # fmt: skip
    click.echo(say("Counts that the log has already: {count:,}", count=found.known))
    if found.elsewhere:
        click.echo(
            say("Committed to elsewhere, the salt is not here: {count:,}", count=found.elsewhere), err=True
        )
