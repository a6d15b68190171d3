"""escrutinio keys: make a key, look at one, ask for it to be enrolled, and what the root signs of keys."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from escrutinio.base.inputs import as_text
from escrutinio.base.words.say import say
from escrutinio.cli import enrolling
from escrutinio.cli.options import (
    ask_new_passphrase,
    json_option,
    new_passphrase_option,
    passphrase_option,
)
from escrutinio.cli.output import print_json, read_text
from escrutinio.core.records.cose import key_id
from escrutinio.core.records.keyfiles import (
    PublicKeyFile,
    read_key_file,
    read_public_key,
    replace_key_file,
    write_key_file,
)
from escrutinio.core.records.keys import SigningKey


@click.group(
    help=say(
        "Make Ed25519 keys, ask for them to be enrolled, and enrol, revoke and replace them with the root. "
        "Private keys are kept encrypted or on a token; no key is ever overwritten by another.\n\n"
        "Example: escrutinio keys new party/azul -o azul.key; escrutinio keys public azul.key > azul.pub"
    )
)
def command() -> None:
    pass


command.add_command(enrolling.request)
command.add_command(enrolling.enrol)
command.add_command(enrolling.revoke)
command.add_command(enrolling.rotate)


@command.command(
    help=say(
        "Make a key for the signer NAME, or for the checkpoints of a log, and keep it in a file.\n\n"
        "Example: escrutinio keys new machine/0123456 -o m.key"
    )
)
@click.argument("name", required=False)
@click.option("--log", "origin", metavar="ORIGIN", help=say("The origin of the log whose key it is."))
@click.option("-o", "--output", type=click.Path(path_type=Path), required=True, help=say("The key file."))
@new_passphrase_option
def new(name: str | None, origin: str | None, output: Path, passphrase: str) -> None:
    if origin is not None and name is None:
        from escrutinio.running.workspace.log_keys import log_key_name

        name = log_key_name(origin)
    elif name is None or origin is not None:
        raise click.UsageError(say("Either a NAME or --log"))
    key = SigningKey.generate()
    write_key_file(output, name, key, passphrase)
    click.echo(
        say("{output}: key {kid} of {name}", output=output, kid=key.kid.hex(), name=name),
        err=True,
    )


@command.command(
    help=say(
        "Print the public key file of a private one.\n\nExample: escrutinio keys public azul.key > azul.pub"
    )
)
@click.argument("file", type=click.Path(path_type=Path))
@passphrase_option
def public(file: Path, passphrase: str) -> None:
    name, key = read_key_file(file, passphrase)
    click.echo(PublicKeyFile(name, key.public_key).text(), nl=False)


@command.command(
    "passphrase",
    help=say(
        "Keep the key in FILE under another passphrase: a key file, or private/master.key of a workspace or "
        "a collection. Copies of the file that were made before still open with the old one.\n\n"
        "Example: escrutinio keys passphrase azul/private/master.key"
    ),
)
@click.argument("file", type=click.Path(path_type=Path))
@passphrase_option
@click.option(
    "--new-passphrase",
    "new",
    callback=lambda context, _option, given: given or ask_new_passphrase(context),
    help=say("Asked for twice; or the variable ESCRUTINIO_NEW_PASSPHRASE."),
)
def change_passphrase(file: Path, passphrase: str, new: str) -> None:
    name, key = read_key_file(file, passphrase)
    replace_key_file(file, name, key, new)
    click.echo(say("{output}: key {kid} of {name}", output=file, kid=key.kid.hex(), name=name), err=True)


@command.command(
    help=say("Check a public key file and show whose it is.\n\nExample: escrutinio keys check azul.pub")
)
@click.argument("file", type=click.Path(path_type=Path))
@json_option
def check(file: Path, as_json: bool) -> None:
    content = read_text(file) if str(file) != "-" else as_text(sys.stdin.buffer.read(65_536), "-")
    found = read_public_key(content.decode(errors="replace"))
    kid = key_id(found.public_key).hex()
    if as_json:
        print_json({"name": found.name, "kid": kid, "ed25519": found.public_key.hex()})
    else:
        click.echo(say("key {kid} of {name}", kid=kid, name=found.name))
