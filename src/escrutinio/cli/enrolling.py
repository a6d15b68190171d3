"""Which keys an election has: requests of their holders, and what the root signs: enrolling, revoking,
replacing."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from escrutinio.base.beside import new_tree, refusal, write_new
from escrutinio.base.clock import now
from escrutinio.base.errors import InputError
from escrutinio.base.files import write_files
from escrutinio.base.inputs import as_text, read_input
from escrutinio.base.words.say import language, say, say_many_in
from escrutinio.cli.options import ask_passphrase
from escrutinio.cli.output import read_text
from escrutinio.core.records.codecs import word
from escrutinio.core.records.codes import RevocationReason, Role
from escrutinio.core.records.entry import open_record, seal
from escrutinio.core.records.keyfiles import KeyFiles
from escrutinio.core.records.keys import SigningKey
from escrutinio.core.records.parts import Title
from escrutinio.core.records.possession import enrolled
from escrutinio.core.records.subjects import ELECTION
from escrutinio.core.records.text import check_name
from escrutinio.core.records.types import BY_CODE, Definition, Revocation

if TYPE_CHECKING:
    from escrutinio.core.election.keys import HeldKey
    from escrutinio.core.election.state import ElectionState
    from escrutinio.core.records.parts import EnrolledKey
    from escrutinio.intake.authoring.holders import Held

F = TypeVar("F", bound=Callable[..., Any])

ROOT_NAME = "authority/root"

_KID = re.compile(r"[0-9a-f]{16}")
_DIGEST = re.compile(r"[0-9a-f]{64}")
_ROLES = {word(role): role for role in Role}
_REASONS = {word(reason): reason for reason in RevocationReason}

_election = click.option(
    "--election",
    required=True,
    metavar="WHICH",
    help=say("Its trust file, definition record, digest or publication."),
)
_output = click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    required=True,
    help=say("Directory for the sealed records."),
)


def _root(function: F) -> F:
    signs = click.option(
        "--as", "signer", metavar="NAME", help=say("Who signs; by default the key's own name.")
    )
    root = click.option(
        "--root", required=True, metavar="KEY", help=say("The root: key file or token address.")
    )
    return root(signs(_election(_output(function))))


def which_election(text: str) -> tuple[bytes, ElectionState | None]:
    """The digest of the election that an argument names, and what its log says where it names one.

    64 hexadecimal digits, a trust file, a definition record, or a publication.
    """
    if _DIGEST.fullmatch(text.lower()):
        return bytes.fromhex(text), None
    path = Path(text)
    if not path.is_file() or path.suffix in (".zip", ".html"):
        from escrutinio.cli.opening import open_log

        state = open_log(text).state
        return state.election, state
    if path.suffix == ".cose":
        entry = open_record(read_input(path))
        if not isinstance(entry.body, Definition):
            raise InputError("no-definition-file", path=path)
        return entry.digest, None
    from escrutinio.core.log.trust import parse_trust

    return parse_trust(read_text(path), str(path)).definition, None


def open_asking(address: str) -> Held:
    """A key in a file or on a token, its passphrase or PIN asked for by its name."""
    from escrutinio.intake.authoring.holders import open_key

    return open_key(address, lambda: ask_passphrase(of=address))


@click.command(
    help=say(
        "Ask for a key to be enrolled: write the request that its holder signs with it and hands to whoever "
        "has the root. KEY is a key file, or the address of a key on a token (pkcs11:…).\n\n"
        "With --table one request for each row of a table (name, role, scope, contests); a row without a key "
        "gets a new one, in a file below the directory --keys.\n\n"
        "Example: escrutinio keys request azul.key --election trust.toml --role party --title es=Azul "
        "-o azul.request"
    )
)
@click.argument("key", required=False)
@_election
@click.option(
    "--as", "name", metavar="NAME", help=say("Whose key it is; by default the name it was made for.")
)
@click.option("--role", type=click.Choice(sorted(_ROLES)), help=say("What the key is to do."))
@click.option(
    "--scope", multiple=True, metavar="CODE", help=say("An area or station; all where none is named.")
)
@click.option(
    "--contest", "contests", multiple=True, metavar="CODE", help=say("A contest; all where none is named.")
)
@click.option(
    "--title",
    "titles",
    multiple=True,
    metavar="LANGUAGE=TEXT",
    help=say("What people call it, per language."),
)
@click.option("--table", type=click.Path(path_type=Path), help=say("Table of the names, as CSV."))
@click.option("--keys", type=click.Path(path_type=Path), help=say("New directory for the keys of a table."))
@click.option("-o", "--output", type=click.Path(path_type=Path), required=True, help=say("The request."))
def request(
    key: str | None, election: str, name: str | None, role: str | None, scope: tuple[str, ...],
    contests: tuple[str, ...], titles: tuple[str, ...], table: Path | None, keys: Path | None, output: Path,
) -> None:  # fmt: skip
    from escrutinio.intake.authoring.requests import Request

    if (key is None) is (table is None) or (table is None) is not (keys is None):
        raise click.UsageError(say("Either a KEY, or --table and --keys together"))
    digest, _ = which_election(election)
    if table is not None and keys is not None:
        _request_table(table, keys, output, digest)
        return
    if role is None or key is None:
        raise click.UsageError(say("--role says what the key is to do"))
    held = open_asking(key)
    own = check_name(name or held.name)
    titled = tuple(Title(*_title(text)) for text in titles)
    asked = enrolled(held.holder, digest, own, _ROLES[role], scope=scope, contests=contests, titles=titled)
    write_new((output, Request(digest, asked).text().encode()))
    click.echo(
        say(
            "{output}: {name} asks to be enrolled with key {kid} in the election {election}",
            output=output,
            name=own,
            kid=held.holder.kid.hex(),
            election=digest.hex(),
        ),
        err=True,
    )


def _request_table(table: Path, directory: Path, output: Path, election: bytes) -> None:
    from escrutinio.intake.authoring.requests import MAX_TABLE, check_names, read_rows, request_table

    text = as_text(read_input(table, MAX_TABLE), str(table)).decode(errors="replace")
    rows = list(read_rows(text, str(table)))
    check_names(rows)
    for row in rows:
        if row.public_key and not row.proof:
            raise InputError("request-row-open", place=row.place, name=row.name)
    made = {row.name: SigningKey.generate() for row in rows if not row.public_key}
    found: list[EnrolledKey] = [
        row.key()
        if row.public_key
        else enrolled(made[row.name], election, row.name, row.role, scope=row.scope, contests=row.contests)
        for row in rows
    ]
    written = request_table(found)
    if not made:
        write_new((output, written))
    else:
        files = KeyFiles(ask_passphrase(new=True, of=directory))
        contents = ((f"{name}.key", files.content(name, key)) for name, key in made.items())
        _whole(directory, contents, private=True, beside=((output, written),))
    click.echo(
        say_many_in(
            language(),
            len(found),
            "{output}: {count:,} request, with {made:,} of the keys made in {directory}",
            "{output}: {count:,} requests, with {made:,} of the keys made in {directory}",
            output=output,
            made=len(made),
            directory=directory,
        ),
        err=True,
    )


@click.command(
    help=say(
        "Enrol the keys of REQUESTS (files or tables of keys request): write what the root signs, in as few "
        "entries as they fit into, ready for submit. It needs no log and no network.\n\n"
        "Example: escrutinio keys enrol *.request machines.csv --election trust.toml --root root.key -o out"
    )
)
@click.argument("requests", nargs=-1, required=True, type=click.Path(path_type=Path))
@_root
def enrol(requests: tuple[Path, ...], root: str, signer: str | None, election: str, output: Path) -> None:
    from escrutinio.intake.authoring.requests import enrolments, read_requests

    digest, state = which_election(election)
    keys = read_requests(requests, digest)
    for key in keys if state is not None else ():
        if held := _in_force(state, key.name):
            raise InputError("key-name-held", name=key.name, kid=held[0].kid.hex())
    held_root = open_asking(root)
    records = list(
        enrolments(
            keys,
            root=held_root.holder,
            signer=signer or held_root.name or ROOT_NAME,
            election=digest,
            issued_at=now(),
        )
    )
    _write(output, records)
    _say_enrolled(output, len(keys), len(records))


@click.command(
    help=say(
        "Revoke keys, named by the 16 digits of their key or, where --election is a publication, by their "
        "name. That of a party or observer needs a legal basis and the officers' consents besides.\n\n"
        "Example: escrutinio keys revoke machine/0123 --election public --reason stolen "
        "--root root.key -o out"
    )
)
@click.argument("which", nargs=-1, required=True)
@click.option("--reason", type=click.Choice(sorted(_REASONS)), required=True, help=say("Why."))
@click.option("--law", default="", help=say("The legal basis."))
@_root
def revoke(
    which: tuple[str, ...], reason: str, law: str, root: str, signer: str | None, election: str, output: Path
) -> None:
    digest, state = which_election(election)
    kids = [kid for text in which for kid in _kids(text, state)]
    _check_law(state, kids, law)
    held = open_asking(root)
    records = _revocations(held, digest, kids, _REASONS[reason], law, signer)
    _write(output, records)
    click.echo(
        say_many_in(
            language(),
            len(kids),
            "{output}: {count:,} key is revoked by the records in it, once they are in the log",
            "{output}: {count:,} keys are revoked by the records in it, once they are in the log",
            output=output,
        ),
        err=True,
    )
    _say_consents(state, kids)


@click.command(
    help=say(
        "Replace keys: revoke those that the names of REQUESTS have, and enrol the new ones under the same "
        "names. Which keys they have the publication says, or --old.\n\n"
        "Example: escrutinio keys rotate officer-1.request --election public --root root.key -o out"
    )
)
@click.argument("requests", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--old", metavar="KEY", help=say("The 16 digits of the key that a single request replaces."))
@click.option("--law", default="", help=say("The legal basis."))
@_root
def rotate(
    requests: tuple[Path, ...], old: str | None, law: str, root: str, signer: str | None, election: str,
    output: Path,
) -> None:  # fmt: skip
    from escrutinio.intake.authoring.requests import enrolments, read_requests

    digest, state = which_election(election)
    keys = read_requests(requests, digest)
    if (old is None) is (state is None) or (old is not None and len(keys) != 1):
        raise click.UsageError(
            say("Either --election is a publication, or --old names the key of one request")
        )
    kids = _kids(old, state) if old is not None else [kid for key in keys for kid in _kids(key.name, state)]
    _check_law(state, kids, law)
    held = open_asking(root)
    records = _revocations(held, digest, kids, RevocationReason.REPLACED, law, signer)
    name = signer or held.name or ROOT_NAME
    records += enrolments(keys, root=held.holder, signer=name, election=digest, issued_at=now())
    _write(output, records)
    _say_enrolled(output, len(keys), len(records))
    _say_consents(state, kids)


def _kids(text: str, state: ElectionState | None) -> list[bytes]:
    """The keys that a person names; raises InputError for one that is not in force."""
    if _KID.fullmatch(text.lower()):
        kid = bytes.fromhex(text)
        held = None if state is None else state.keys.get(kid)
        if state is not None and (held is None or held.revoked is not None):
            raise InputError("key-none-in-force", name=text)
        return [kid]
    if state is None:
        raise InputError("key-by-name", name=repr(text[:80]))
    found = _in_force(state, text)
    if not found:
        raise InputError("key-none-in-force", name=text[:80])
    return [held.kid for held in found]


def _in_force(state: ElectionState | None, name: str) -> list[HeldKey]:
    keys = () if state is None else state.keys
    return [held for held in keys if held.key.name == name and held.revoked is None]


def _watchers(state: ElectionState | None, kids: Iterable[bytes]) -> list[str]:
    """The parties and observers whose keys the officers have to consent to revoking."""
    from escrutinio.core.election.revoking import WATCHERS

    held = [] if state is None else [state.keys.get(kid) for kid in kids]
    return [one.key.name for one in held if one is not None and one.key.role in WATCHERS]


def _check_law(state: ElectionState | None, kids: Iterable[bytes], law: str) -> None:
    if (names := _watchers(state, kids)) and not law.strip():
        raise InputError("revocation-law", name=names[0])


def _say_consents(state: ElectionState | None, kids: Iterable[bytes]) -> None:
    if (names := _watchers(state, kids)) and state is not None:
        click.echo(
            say(
                "{names}: in force until {needed} of the officers have consented (co-record).",
                names=", ".join(names[:5]),
                needed=state.definition.body.officers_needed,
            ),
            err=True,
        )


def _say_enrolled(output: Path, keys: int, records: int) -> None:
    click.echo(
        say_many_in(
            language(),
            keys,
            "{output}: {count:,} key to enrol; records: {records:,}",
            "{output}: {count:,} keys to enrol; records: {records:,}",
            output=output,
            records=records,
        ),
        err=True,
    )


def _revocations(
    held: Held, election: bytes, kids: Sequence[bytes], reason: RevocationReason, law: str, signer: str | None
) -> list[bytes]:
    name, moment = signer or held.name or ROOT_NAME, now()
    return [
        seal(
            Revocation(kid, reason, law),
            key=held.holder,
            signer=name,
            subject=ELECTION,
            election=election,
            issued_at=moment,
        )
        for kid in dict.fromkeys(kids)
    ]


def _write(directory: Path, records: Sequence[bytes]) -> None:
    """Sealed records in a new directory, numbered in the order to submit them."""
    width = max(3, len(str(len(records))))
    names = (f"{number:0{width}}-{_type(raw)}-{ELECTION}.cose" for number, raw in enumerate(records, 1))
    _whole(directory, zip(names, records, strict=True))


def _type(raw: bytes) -> str:
    from escrutinio.core.election.following import kind_of

    return BY_CODE[kind_of(raw)].NAME


def _whole(
    directory: Path,
    files: Iterable[tuple[str, bytes]],
    *,
    private: bool = False,
    beside: Sequence[tuple[Path, bytes]] = (),
) -> None:
    """A new directory of files, and files beside it: all or nothing."""
    try:
        with new_tree(directory) as staging:
            write_files(staging, files, private=private)
            write_new(*beside)
    except OSError as error:
        raise refusal(directory, error) from None


def _title(text: str) -> tuple[str, str]:
    tag, separator, said = text.partition("=")
    if not separator or not said:
        raise InputError("title-form", value=repr(text[:80]))
    return tag, said
