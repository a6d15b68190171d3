"""escrutinio trust: trust files, shown with their fingerprint, from and to the C2SP tlog-policy form."""

from __future__ import annotations

from pathlib import Path

import click

from escrutinio.base.errors import InputError
from escrutinio.base.words.say import say
from escrutinio.cli.options import json_option
from escrutinio.cli.output import print_json, read_text
from escrutinio.core.log.fingerprint import fingerprint
from escrutinio.core.log.notes import KeyType, VerifierKey
from escrutinio.core.log.policy import format_policy, parse_policy
from escrutinio.core.log.trust import Trust, format_trust, parse_trust


@click.group(
    help=say(
        "Show a trust file with its fingerprint; turn it into a C2SP tlog-policy, for other software, and "
        "back.\n\n"
        "Example: escrutinio trust show trust.toml"
    )
)
def command() -> None:
    pass


@command.command(
    help=say(
        "Show whose log a trust file names: its fingerprint in thirty digits, to compare with a printed "
        "sheet or over a telephone, and what it stands for.\n\n"
        "Example: escrutinio trust show trust.toml"
    )
)
@click.argument("file", type=click.Path(path_type=Path))
@json_option
def show(file: Path, as_json: bool) -> None:
    trust = parse_trust(read_text(file), str(file))
    policy = trust.policy
    if as_json:
        print_json(
            {
                "version": 1,
                "fingerprint": fingerprint(trust),
                "definition": trust.definition.hex(),
                "charter": trust.charter.hex(),
                "logs": [str(log.key) for log in policy.logs],
                "witnesses": [{"name": each.name, "key": str(each.key)} for each in policy.witnesses],
                "quorum": policy.quorum,
                "verifier_html": trust.verifier_html and trust.verifier_html.hex(),
                "mirrors": list(trust.mirrors),
            }
        )
        return
    click.echo(f"{say('fingerprint'):<12} {fingerprint(trust)}\n")
    rows = [
        (say("definition"), trust.definition.hex()),
        (say("charter"), trust.charter.hex()),
        *((say("log key"), str(log.key)) for log in policy.logs),
        *((say("witness"), f"{each.name}  {_shown(each.key)}") for each in policy.witnesses),
        (say("quorum"), policy.quorum),
        *((say("mirror"), address) for address in trust.mirrors),
    ]
    if trust.verifier_html is not None:
        rows.append(("verify.html", trust.verifier_html.hex()))
    for label, value in rows:
        click.echo(f"{label:<12} {value}")


@command.command(
    "to-policy",
    help=say(
        "Print the log keys, witnesses and quorum of a trust file as a tlog-policy.\n\n"
        "Example: escrutinio trust to-policy trust.toml"
    ),
)
@click.argument("file", type=click.Path(path_type=Path))
def to_policy(file: Path) -> None:
    click.echo(format_policy(parse_trust(read_text(file), str(file)).policy), nl=False)


@command.command(
    "from-policy",
    help=say(
        "Print a trust file of a tlog-policy and the SHA-256 of definition and charter.\n\n"
        "Example: escrutinio trust from-policy log.policy --definition HEX --charter HEX"
    ),
)
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--definition", required=True, help="SHA-256, hex.")
@click.option("--charter", required=True, help="SHA-256, hex.")
def from_policy(file: Path, definition: str, charter: str) -> None:
    policy = parse_policy(read_text(file), str(file))
    click.echo(format_trust(Trust(_digest(definition), _digest(charter), policy)), nl=False)


def _shown(key: VerifierKey) -> str:
    """A verifier key, one with 1,312 bytes by its name and id alone; JSON has it whole."""
    if key.type is not KeyType.ML_DSA_COSIGNATURE:
        return str(key)
    return f"{key.name}+{key.key_id.hex()} (ML-DSA-44)"


def _digest(text: str) -> bytes:
    try:
        return bytes.fromhex(text)
    except ValueError:
        raise InputError("sha256-form", value=repr(text[:80])) from None
