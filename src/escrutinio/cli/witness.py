"""escrutinio witness: cosign other people's logs, over HTTP or by fetching them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from escrutinio.base.clock import now
from escrutinio.base.errors import InputError
from escrutinio.base.words.say import say
from escrutinio.cli.options import json_option, new_passphrase_option, passphrase_option, trust_files_option
from escrutinio.cli.output import print_json, read_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from escrutinio.core.log.notes import NoteSigner
    from escrutinio.running.witness.cosigner import Cosigner
    from escrutinio.running.witness.home import WitnessHome

_directory = click.argument("directory", type=click.Path(path_type=Path))


@click.group(
    help=say(
        "Cosign logs: say that each checkpoint only adds to the one cosigned before, so that nobody is shown "
        "another log than the rest. What was cosigned is remembered in DIRECTORY; a copy of it that is older "
        "must never be used again.\n\n"
        "Example:\n\n"
        "  escrutinio witness key cofirmante --name azul.example/cofirmante\n\n"
        "  escrutinio witness run cofirmante --trust trust.toml --port 8100"
    )
)
def command() -> None:
    pass


@command.command(
    help=say(
        "Make the key of a witness in DIRECTORY and print its verifier keys (C2SP), Ed25519 and ML-DSA-44, "
        "to hand to whoever runs the log. Each is a witness of its own in a trust file.\n\n"
        "Example: escrutinio witness key cofirmante --name azul.example/cofirmante"
    )
)
@_directory
@click.option("--name", required=True, help=say("Name of the key, such as an address without https://."))
@new_passphrase_option
@json_option
def key(directory: Path, name: str, passphrase: str, as_json: bool) -> None:
    home = _home(directory)
    home.make(name, passphrase)
    _print_keys(home.signers(passphrase), as_json)


@command.command(
    help=say(
        "Print the verifier keys of the witness in DIRECTORY.\n\nExample: escrutinio witness show cofirmante"
    )
)
@_directory
@passphrase_option
@json_option
def show(directory: Path, passphrase: str, as_json: bool) -> None:
    _print_keys(_home(directory).signers(passphrase), as_json)


@command.command(
    help=say(
        "Answer logs that ask for cosignatures (C2SP tlog-witness), and monitors that look at the latest "
        "one. Only the logs of the trust files are cosigned.\n\n"
        "Example: escrutinio witness run cofirmante --trust trust.toml --port 8100"
    )
)
@_directory
@trust_files_option
@click.option(
    "--port",
    default=8100,
    show_default=True,
    type=click.IntRange(0, 65_535),
    help=say("Port; 0 takes a free one."),
)
@click.option(
    "--host",
    default="127.0.0.1",
    show_default=True,
    help=say("Address to listen at; a web server with TLS before it is better than another one."),
)
@passphrase_option
def run(directory: Path, trust_files: tuple[Path, ...], port: int, host: str, passphrase: str) -> None:
    from escrutinio.base.extras import need

    need("hub")
    from escrutinio.base.local_http import serve_locally
    from escrutinio.running.witness.app import witness_application

    cosigner = _cosigner(_home(directory), trust_files, passphrase)

    def hear(address: str) -> None:
        ends = say("Ctrl-C ends")
        logs = ", ".join(cosigner.origins)
        click.echo(say("Cosigning {logs} at {address} ({ends})", logs=logs, address=address, ends=ends))

    serve_locally(witness_application(cosigner), port, hear, host)


@command.command(
    help=say(
        "Fetch the publication at ADDRESS, cosign its newest checkpoint if it only adds to the one cosigned "
        "before, and write it to a file, to hand to whoever runs the log: into the inbox/ of its workspace. "
        "For a machine that nobody can call.\n\n"
        "Example: escrutinio witness pull cofirmante public/miniature --trust trust.toml -o azul.cosigned"
    )
)
@_directory
@click.argument("address")
@trust_files_option
@click.option(
    "-o", "--output", type=click.Path(path_type=Path), required=True, help=say("The file, *.cosigned.")
)
@passphrase_option
def pull(directory: Path, address: str, trust_files: tuple[Path, ...], output: Path, passphrase: str) -> None:
    from escrutinio.base.files import write_files
    from escrutinio.running.exchange.cosigned_files import COSIGNED
    from escrutinio.running.witness.pull import pull as fetch_and_cosign

    if output.suffix != COSIGNED:
        raise InputError("cosigned-name", path=output, ending=COSIGNED)
    cosigner = _cosigner(_home(directory), trust_files, passphrase)
    signed = fetch_and_cosign(cosigner, address)
    write_files(output.parent, [(output.name, signed.note.data)])
    head = signed.checkpoint
    click.echo(
        say(
            "{output}: {origin} cosigned at {size:,} entries",
            output=output,
            origin=head.origin,
            size=head.size,
        )
    )


def _home(directory: Path) -> WitnessHome:
    from escrutinio.running.witness.home import WitnessHome

    return WitnessHome(directory)


def _cosigner(home: WitnessHome, trust_files: Sequence[Path], passphrase: str) -> Cosigner:
    from escrutinio.core.log.trust import parse_trust
    from escrutinio.running.witness.cosigner import Cosigner, logs_of

    policies = [parse_trust(read_text(path), str(path)).policy for path in trust_files]
    signers = home.signers(passphrase)
    return Cosigner(home.memory(), signers, logs_of(policies), now)


def _print_keys(signers: Sequence[NoteSigner], as_json: bool) -> None:
    keys = [str(signer.verifier) for signer in signers]
    if as_json:
        print_json({"version": 1, "keys": keys})
        return
    for each in keys:
        click.echo(each)
