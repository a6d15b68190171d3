"""escrutinio sign: write, check and seal any record that a key may sign."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from escrutinio.base.beside import write_new
from escrutinio.base.errors import InputError
from escrutinio.base.inputs import read_input
from escrutinio.base.words.say import say
from escrutinio.cli.opening import open_log
from escrutinio.cli.options import clock_option, json_option, log_option, passphrase_option, trust_option
from escrutinio.cli.output import print_json

if TYPE_CHECKING:
    from escrutinio.core.records.entry import Entry
    from escrutinio.core.records.types import Body
    from escrutinio.core.verification.verified import VerifiedLog
    from escrutinio.intake.authoring.signing import Sealed, Signing

SHOWN_FILES = 100
"""Records in a directory that get a file each; more of them go into parcels."""

MAX_TABLE = 256 * 1024 * 1024


@click.command(
    help=say(
        "Seal a record of TYPE (docs/formats.md) with your own key, for a log that stands: what it may not "
        "say is refused before anybody sends it. Fields come from --say, from a TOML file in the form of "
        "docs/script.md, or from a table with a row a record; --same-as signs what another officer signed, "
        "word for word. The files are for `escrutinio submit`.\n\n"
        "Examples:\n\n"
        "  escrutinio sign complaint --about station/C2.02 --say category=count --from details.toml "
        "--log public/miniature --key azul.key -o out\n\n"
        "  escrutinio sign --same-as 41 --log public/miniature --key officer-2.key -o out\n\n"
        "  escrutinio sign tally-sheet --table sheets.csv --log public/miniature --key m.key -o out"
    )
)
@click.argument("kind", metavar="[TYPE]", required=False)
@log_option
@trust_option
@click.option("--key", "key_address", required=True, metavar="FILE|pkcs11:…",
              help=say("Your key: a key file, or the address of one on a token."))  # fmt: skip
@click.option("--as", "named", metavar="NAME", help=say("Your name, where the key does not say it."))
@click.option("--about", default="election", show_default=True, help=say("What it speaks of: its subject."))
@click.option("--say", "said", multiple=True, metavar="FIELD=VALUE", help=say("A field, in TOML or as text."))
@click.option("--from", "source", type=click.Path(path_type=Path),
              help=say("TOML file with the fields, or with entries of a script."))  # fmt: skip
@click.option("--table", type=click.Path(path_type=Path),
              help=say("CSV: a row a record, a column a field, and the column about."))  # fmt: skip
@click.option("--same-as", "same", metavar="ENTRY",
              help=say("Number of an entry, or file of a record, to sign the same."))  # fmt: skip
@click.option("-o", "--output", type=click.Path(path_type=Path), required=True,
              help=say("Directory for the sealed records."))  # fmt: skip
@click.option("--yes", is_flag=True, help=say("Do not ask before signing what another one signed."))
@passphrase_option
@clock_option
@json_option
def command(
    kind: str | None, address: str, trust: Path | None, key_address: str, named: str | None, about: str,
    said: tuple[str, ...], source: Path | None, table: Path | None, same: str | None, output: Path,
    yes: bool, passphrase: str,
    clock: int, as_json: bool,
) -> None:  # fmt: skip
    from escrutinio.intake.authoring.holders import open_key
    from escrutinio.intake.authoring.signing import Signing

    if (kind is None) is (same is None):
        raise click.UsageError(say("Name either a type or what to sign the same as (--same-as)."))
    if table is not None and (said or source is not None):
        raise click.UsageError(say("--table stands for itself: without --say and --from."))
    held = open_key(key_address, passphrase)
    if not (name := named or held.name):
        raise InputError("sign-name")
    log = open_log(address, trust, quiet=True)
    base_dir = source.parent if source is not None else Path()
    signing = Signing(log, held.holder, name, base_dir, clock)
    if signing.revoked:
        click.echo(
            say("Your key was revoked: what it signs enters the log, marked, and counts for nothing."),
            err=True,
        )
    if same is not None:
        sealed = [_same(signing, *_entry(same, log), yes, as_json)]
    elif table is not None:
        sealed = list(_rows(signing, _type(kind), table))
    else:
        sealed = list(_told(signing, _type(kind), about, said, source))
    _keep(sealed, signing, output, as_json)


# --- what is said ---


def _type(name: str | None) -> type[Body]:
    from escrutinio.core.records.types import BY_NAME

    found = BY_NAME.get(str(name))
    if found is None:
        raise InputError("record-type-name", known=", ".join(BY_NAME), name=repr(name))
    return found


def _told(
    signing: Signing, kind: type[Body], about: str, said: tuple[str, ...], source: Path | None
) -> Iterator[Sealed]:
    """The record of --say and --from; or several, where the file is a script of this type."""
    from escrutinio.intake.authoring.saying import field_of, seconds_of
    from escrutinio.intake.mapping.files import load_toml

    given = dict(field_of(kind, text) for text in said)
    read = {} if source is None else dict(load_toml(source.parent, source.name))
    if set(read) != {"entry"}:
        at = read.pop("at", None) if "at" not in _fields(kind) else None
        yield signing.say(kind, about, read | given, None if at is None else seconds_of(at))
        return
    entries = read["entry"]
    for entry in entries if isinstance(entries, list) else [entries]:
        if not isinstance(entry, dict) or entry.keys() - {"about", "says", "type", "at"}:
            raise InputError("sign-entry", path=source)
        if entry.get("type", kind.NAME) != kind.NAME or not isinstance(entry.get("says", {}), dict):
            raise InputError("sign-entry", path=source)
        at = seconds_of(entry["at"]) if "at" in entry else None
        yield signing.say(kind, str(entry.get("about", about)), entry.get("says", {}) | given, at)


def _fields(kind: type[Body]) -> set[str]:
    return {name for name, _ in kind.LAYOUT}


def _rows(signing: Signing, kind: type[Body], table: Path) -> Iterator[Sealed]:
    """A record a row; where rows are bad, all of them are said and nothing is sealed."""
    from escrutinio.intake.authoring.saying import read_rows

    yield from read_rows(signing.say, kind, read_input(table, MAX_TABLE), table)


def _entry(what: str, log: VerifiedLog) -> tuple[Entry, Mapping[bytes, bytes]]:
    """The record to sign the same as, and the files that came with it."""
    from escrutinio.core.records.entry import open_record
    from escrutinio.running.exchange.parcel import read_sealed

    if what.isascii() and what.isdigit():
        if len(what) > 16 or int(what) >= log.size:
            raise InputError("entry-none", size=log.size, what=what[:20])
        return open_record(log.entry(int(what))), {}
    records, attachments = read_sealed([Path(what)])
    if len(records) != 1:
        raise InputError("sign-one", path=what, count=len(records))
    return open_record(records[0]), attachments


def _same(signing: Signing, entry: Entry, beside: Mapping[bytes, bytes], yes: bool, as_json: bool) -> Sealed:
    """Show what another one signed, ask, and sign it."""
    from escrutinio.cli.show import show_entry

    if not as_json:
        show_entry(entry)
    if not yes and not click.confirm(say("Sign the same?"), err=True):
        raise InputError("sign-declined")
    return signing.say_the_same(entry, beside)


# --- where it goes ---


def write_sealed(sealed: Sequence[Sealed], signing: Signing, output: Path) -> list[Path]:
    """Write sealed records, each into a file or many into parcels, with what they attach; the files."""
    from escrutinio.running.exchange.parcel import ATTACHMENTS, send

    if len(sealed) > SHOWN_FILES:
        return send(output, [each.raw for each in sealed], signing.attachments)
    named = [
        (
            output / f"{number:03}-{each.entry.body.NAME}-{each.entry.subject.replace('/', '-')}.cose",
            each.raw,
        )
        for number, each in enumerate(sealed, 1)
    ]
    beside = [(output / ATTACHMENTS / d.hex(), raw) for d, raw in signing.attachments.items()]
    (output / ATTACHMENTS if beside else output).mkdir(parents=True, exist_ok=True)
    write_new(*beside, again=True)
    write_new(*named)
    return [path for path, _ in named]


def _keep(sealed: list[Sealed], signing: Signing, output: Path, as_json: bool) -> None:
    files = write_sealed(sealed, signing, output)
    waits = [each.waits for each in sealed if each.waits is not None]
    if as_json:
        print_json({
            "version": 1,
            "sealed": len(sealed),
            "files": [str(file) for file in files],
            "attachments": [digest.hex() for digest in signing.attachments],
            "waits": [
                {"type": one.body.NAME, "about": one.subject, "signed": one.names, "needed": one.needed}
                for one in waits
            ],
        })  # fmt: skip
        return
    for file in files:
        click.echo(say("sealed: {file}", file=file))
    for each in waits:
        click.echo(
            say(
                "{type}, {about}: {count} of {needed} signatures with this one ({names}); it takes effect "
                "when the others have signed the same (sign --same-as).",
                type=each.body.NAME,
                about=each.subject,
                count=len(each.names),
                needed=each.needed,
                names=", ".join(each.names),
            )
        )
