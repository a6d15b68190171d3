"""escrutinio trust: trust files from and to the C2SP tlog-policy form."""

from __future__ import annotations

from pathlib import Path

import click

from escrutinio.cli.language import say
from escrutinio.cli.output import read_small
from escrutinio.log.policy import format_policy, parse_policy
from escrutinio.log.trust import Trust, format_trust, parse_trust
from escrutinio.records.errors import InputError


@click.group(
    help=say(
        "Turn a trust file into a C2SP tlog-policy, for other software, and back.\n\n"
        "Example: escrutinio trust to-policy trust.toml > log.policy",
        "Convierte un archivo de confianza en una política tlog-policy de C2SP, para otros programas, y "
        "al revés.\n\n"
        "Ejemplo: escrutinio trust to-policy confianza.toml > log.policy",
    )
)
def command() -> None:
    pass


@command.command(
    "to-policy",
    help=say(
        "Print the log keys, witnesses and quorum of a trust file as a tlog-policy.\n\n"
        "Example: escrutinio trust to-policy trust.toml",
        "Imprime claves, testigos y quórum de un archivo de confianza como tlog-policy.\n\n"
        "Ejemplo: escrutinio trust to-policy confianza.toml",
    ),
)
@click.argument("file", type=click.Path(path_type=Path))
def to_policy(file: Path) -> None:
    click.echo(format_policy(parse_trust(read_small(file), str(file)).policy), nl=False)


@command.command(
    "from-policy",
    help=say(
        "Print a trust file of a tlog-policy and the SHA-256 of definition and charter.\n\n"
        "Example: escrutinio trust from-policy log.policy --definition HEX --charter HEX",
        "Imprime un archivo de confianza con una tlog-policy y los SHA-256 de definición y carta.\n\n"
        "Ejemplo: escrutinio trust from-policy log.policy --definition HEX --charter HEX",
    ),
)
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--definition", required=True, help="SHA-256, hex.")
@click.option("--charter", required=True, help="SHA-256, hex.")
def from_policy(file: Path, definition: str, charter: str) -> None:
    policy = parse_policy(read_small(file), str(file))
    click.echo(format_trust(Trust(_digest(definition), _digest(charter), policy)), nl=False)


def _digest(text: str) -> bytes:
    try:
        return bytes.fromhex(text)
    except ValueError:
        raise InputError(f"{text[:80]!r} is not a SHA-256 in hexadecimal") from None
