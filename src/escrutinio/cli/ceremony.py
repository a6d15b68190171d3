"""escrutinio workspace define and init: the key ceremony that begins an authority's log."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from escrutinio.base.beside import write_new
from escrutinio.base.errors import InputError
from escrutinio.base.inputs import read_input
from escrutinio.base.words.say import language, say
from escrutinio.base.workers import workers
from escrutinio.cli.enrolling import open_asking
from escrutinio.cli.options import ask_passphrase, clock_option, json_option, language_option, quiet_option
from escrutinio.cli.output import print_json, progress_bar, read_text
from escrutinio.core.records.cose import MAX_RECORD

if TYPE_CHECKING:
    from escrutinio.core.log.notes import NoteSigner
    from escrutinio.intake.authoring.holders import Held
    from escrutinio.running.workspace.ceremony import Begun

SHEET = "fingerprint.pdf"

_config = click.argument("config", type=click.Path(exists=True, path_type=Path))
_root = click.option("--root", required=True, metavar="KEY", help=say("The root: key file or token address."))


@click.command(
    help=say(
        "Sign the definition of the election that CONFIG describes, before its log begins: officers can then "
        "ask for their keys to be enrolled in it (keys request --election definition.cose).\n\n"
        "Example: escrutinio workspace define election.toml --root root.key -o definition.cose"
    )
)
@_config
@_root
@click.option(
    "-o", "--output", type=click.Path(path_type=Path), required=True, help=say("The record, .cose.")
)
@clock_option
def define(config: Path, root: str, output: Path, clock: int) -> None:
    from escrutinio.core.records.attachments import digest_of
    from escrutinio.running.workspace.ceremony import Founding

    raw = Founding.read(config).define(open_asking(root), clock)
    write_new((output, raw))
    click.echo(digest_of(raw).hex())


@click.command(
    help=say(
        "Begin the official log of the election that CONFIG describes in DIRECTORY, as a key ceremony. The "
        "root signs definition, charter and the officers' keys, and is needed no more; a key of the log's "
        "own is made; the sheet with the fingerprint is to be printed and signed by hand. Each key is a file "
        "or on a token (pkcs11:…).\n\n"
        "Example: escrutinio workspace init election.toml /srv/election --root root.key --officer one.key "
        "--request two.request --definition definition.cose"
    )
)
@_config
@click.argument("directory", type=click.Path(path_type=Path))
@_root
@click.option(
    "--log-key", type=click.Path(path_type=Path), help=say("Key file of the log; by default one is made.")
)
@click.option(
    "--officer", "officers", multiple=True, metavar="KEY", help=say("An officer's key that is here.")
)
@click.option(
    "--request",
    "requests",
    multiple=True,
    type=click.Path(path_type=Path),
    help=say("Request, or table of them, of keys that are not here."),
)
@click.option(
    "--definition", type=click.Path(path_type=Path), help=say("The definition, where it was signed before.")
)
@click.option(
    "--witnesses", type=click.Path(path_type=Path),
    help=say("The log's witnesses and their quorum, as a tlog-policy."),
)  # fmt: skip
@language_option
@clock_option
@json_option
@quiet_option
def init(
    config: Path, directory: Path, root: str, log_key: Path | None, officers: tuple[str, ...],
    requests: tuple[Path, ...], definition: Path | None, witnesses: Path | None, tongue: str | None,
    clock: int, as_json: bool, quiet: bool,
) -> None:  # fmt: skip
    from escrutinio.core.log.policy import parse_policy
    from escrutinio.core.records.attachments import digest_of
    from escrutinio.intake.authoring.requests import read_requests
    from escrutinio.running.workspace.ceremony import Founding, Keys, hold
    from escrutinio.running.workspace.workspace import beginning_in

    if requests and definition is None:
        raise InputError("ceremony-requests")
    founding = Founding.read(config)
    opened = open_asking(root)
    if definition is None:
        defined = founding.define(opened, clock)
    else:
        defined = founding.defined(read_input(definition, MAX_RECORD), opened, definition)
    asked = read_requests(requests, digest_of(defined))
    here = [_officer(address) for address in officers]
    named = None if witnesses is None else parse_policy(read_text(witnesses), str(witnesses))
    log, kept = _log_key(founding.config.log.origin, log_key)
    with (
        beginning_in(directory) as staging,  # with its sheet, or not at all
        workers() as executor,
        progress_bar(quiet or as_json) as progress,
    ):
        begun = hold(
            staging,
            founding,
            defined,
            Keys(opened, here, asked, log, kept),
            log_made=log_key is None,
            clock=clock,
            progress=progress,
            executor=executor,
            witnesses=named,
        )
        write_new((staging / SHEET, _sheet(begun, defined, tongue or language())))
    _say(begun, directory, as_json)


def _officer(address: str) -> Held:
    held = open_asking(address)
    if not held.name:
        raise InputError("ceremony-no-name", key=address)
    return held


def _log_key(origin: str, given: Path | None) -> tuple[NoteSigner, bytes]:
    """What signs the log's checkpoints, and the file that keeps it."""
    from escrutinio.core.log.notes import KeyType, NoteSigner
    from escrutinio.core.records.keyfiles import MAX_KEY_FILE, KeyFiles
    from escrutinio.core.records.keys import SigningKey
    from escrutinio.running.workspace.log_keys import log_key_name, read_log_key

    if given is not None:
        signer = read_log_key(given, ask_passphrase(of=given), origin)
        return signer, read_input(given, MAX_KEY_FILE)
    files = KeyFiles(ask_passphrase(new=True, of=say("the log's key")))
    key = SigningKey.generate()
    return NoteSigner(origin, KeyType.ED25519, key.seed()), files.content(log_key_name(origin), key)


def _sheet(begun: Begun, definition: bytes, language: str) -> bytes:
    from escrutinio.core.records.entry import open_record
    from escrutinio.core.records.types import Definition
    from escrutinio.publication.documents.ceremony import Sheet, to_pdf

    record, body = begun.record, open_record(definition).body
    assert isinstance(body, Definition)
    return to_pdf(
        Sheet(
            body,
            record.fingerprint,
            record.origin,
            record.log_key,
            record.election,
            record.charter,
            record.trust,
            [(one.name, one.role, one.key, one.kept) for one in record.present],
        ),
        language,
    )


def _say(begun: Begun, directory: Path, as_json: bool) -> None:
    import msgspec

    record = begun.record
    if as_json:
        print_json(msgspec.to_builtins(record))
        return
    officers = sum(one.role == "authority" for one in record.present)
    click.echo(
        say(
            "{directory}: the log {origin}; officers enrolled: {officers}, needed: {needed}. Print {sheet}, "
            "compare its digits, sign it, and hand out {trust} on paper or through the press.",
            directory=directory,
            origin=record.origin,
            officers=officers,
            needed=record.officers_needed,
            sheet=directory / SHEET,
            trust=directory / "public" / "trust.toml",
        ),
        err=True,
    )
    click.echo(record.fingerprint)
