"""escrutinio collect: a party's or an observer's own log, whose sheets are the copies it collected."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from escrutinio.base.clock import moment_text
from escrutinio.base.errors import InputError
from escrutinio.base.words.say import say
from escrutinio.base.workers import workers
from escrutinio.cli.collect_kept import board, encrypt, keep, scan, take_out
from escrutinio.cli.collect_phones import pictures, receive
from escrutinio.cli.options import (
    clock_option,
    json_option,
    new_passphrase_option,
    passphrase_option,
    quiet_option,
    trust_option,
)
from escrutinio.cli.output import print_json, progress_bar

if TYPE_CHECKING:
    from collections.abc import Iterable

    from escrutinio.core.log.trust import Trust
    from escrutinio.core.records.keys import KeyHolder
    from escrutinio.core.verification.verified import VerifiedLog
    from escrutinio.intake.authoring.keyring import Keyring
    from escrutinio.running.workspace.collection.collection import Collection
    from escrutinio.running.workspace.collection.sheets import NotTaken

SHOWN = 10

_directory = click.argument("directory", type=click.Path(path_type=Path))
_own_key = click.option(
    "--key",
    metavar="FILE|pkcs11:…",
    help=say("The organisation's key, which the election's log enrols; by default one is made."),
)


@click.group(
    help=say(
        "Keep an organisation's own public log of the sheets that it collected: scanned, transcribed or "
        "imported. It all works from the command line; nothing but the directory public/ is published.\n\n"
        "Example:\n\n"
        "  escrutinio collect init azul --definition public/miniature --organisation party/azul "
        "--origin azul.example/actas\n\n"
        "  escrutinio scan photos --out sheets.jsonl; escrutinio collect add azul sheets.jsonl\n\n"
        "  escrutinio collect board azul"
    )
)
def command() -> None:
    pass


@command.command(
    help=say(
        "Begin a log in DIRECTORY: the election's own definition, a charter and keys of your own, and the "
        "roll as the election's log has it.\n\n"
        "Example: escrutinio collect init azul --definition public/miniature --organisation party/azul "
        "--origin azul.example/actas --title es=Azul --title en=Blue"
    )
)
@_directory
@click.option(
    "--definition",
    required=True,
    help=say("A publication of the election, directory or address."),
)
@trust_option
@click.option(
    "--organisation",
    required=True,
    help=say("Name of the signer, party/… or observer/…."),
)
@click.option("--origin", required=True, help=say("Name of the new log."))
@_own_key
@click.option(
    "--title",
    "titles",
    multiple=True,
    metavar="LANGUAGE=TEXT",
    help=say("What people call it, per language."),
)
@click.option(
    "--plain",
    is_flag=True,
    help=say("Leave what is private in clear on the disk; by default it is encrypted for the passphrase."),
)
@click.option(
    "--until-public",
    is_flag=True,
    help=say(
        "Let copies wait for the moment of the calendar from which results may be public; without it, "
        "whoever publishes them sooner answers for that."
    ),
)
@new_passphrase_option
@clock_option
@quiet_option
def init(
    directory: Path, definition: str, trust: Path | None, organisation: str, origin: str,
    key: str | None, titles: tuple[str, ...], plain: bool, until_public: bool, passphrase: str, clock: int,
    quiet: bool,
) -> None:  # fmt: skip
    from escrutinio.cli.opening import open_log
    from escrutinio.core.election.qr2024_options import MAX_FILE, QR2024_FILE
    from escrutinio.core.records.codes import LogRole
    from escrutinio.core.records.parts import Title
    from escrutinio.running.workspace.collection.beginning import Organisation
    from escrutinio.running.workspace.collection.collection import create
    from escrutinio.running.workspace.workspace import beginning_in

    role = LogRole.OBSERVER if organisation.startswith("observer/") else LogRole.PARTY
    named = tuple(Title(*_title(text)) for text in titles)
    log = open_log(definition, trust, quiet=quiet)
    with beginning_in(directory) as staging:  # with its pages, or not at all
        collection = create(
            staging,
            log.state,
            log.attachment,
            Organisation(organisation, named, role),
            origin=origin,
            passphrase=passphrase,
            clock=clock,
            qr2024=log.unverified(QR2024_FILE, MAX_FILE),
            holder=None if key is None else _open_key(key),
            signer="" if key is None else _address(key),
            sealed=not plain,
            until_public=until_public,
        )
        keyring = collection.keyring(passphrase)
        trusted = _renew(collection, keyring, collection.open(), clock, quiet)
    click.echo(
        say(
            "{directory}: the log {origin} of {organisation}, with {stations:,} stations. "
            "Hand out {trust} on paper or through the press.",
            directory=directory,
            origin=origin,
            organisation=organisation,
            stations=len(log.state.roll),
            trust=directory / "public" / "trust.toml",
        )
    )
    sealed = say("What is private is encrypted: without the passphrase nobody can read it, not even you.")
    click.echo(say("What is private stands in clear; `collect encrypt` encrypts it.") if plain else sealed)
    click.echo(str(trusted.policy.logs[0].key))


@command.command(
    help=say(
        "Append the sheets of FILES to the log and publish it again: results of `scan` or `transcribe` "
        "(.jsonl), or tables by a mapping (.toml, docs/importing.md); without FILES what `collect scan` read "
        "of the pictures that are kept, and what was typed at the desk. Running it again changes nothing.\n\n"
        "Example: escrutinio collect add azul sheets.jsonl transcribed.jsonl"
    )
)
@_directory
@click.argument("files", nargs=-1, type=click.Path(exists=True, path_type=Path))
@click.option(
    "--confirm",
    multiple=True,
    metavar="STATION",
    help=say("A person looked: the sheet of this station stands, all zero or unlike an earlier copy."),
)
@click.option("--key", metavar="FILE|pkcs11:…", help=say("The organisation's key, where it was moved."))
@passphrase_option
@clock_option
@json_option
@quiet_option
def add(
    directory: Path, files: tuple[Path, ...], confirm: tuple[str, ...], key: str | None, passphrase: str,
    clock: int, as_json: bool, quiet: bool,
) -> None:  # fmt: skip
    from escrutinio.cli.counting import say_early
    from escrutinio.running.workspace.collection.collection import CopiesRefusedError, open_collection
    from escrutinio.running.workspace.collection.inputs import of_files, of_kept
    from escrutinio.running.workspace.collection.sheets import (
        HELD,
        Collected,
        NotTaken,
        Said,
        let_wait,
        sort_facts,
        sort_out,
    )
    from escrutinio.running.workspace.follower import Follower
    from escrutinio.running.workspace.views import is_current

    collection = open_collection(directory)
    keyring = collection.keyring(passphrase)
    collection = collection.unlocked(keyring)
    if address := key or collection.signer():
        collection = collection.signed_with(_open_key(address))
    refusal: CopiesRefusedError | None = None
    added = 0
    with collection.workspace.alone():
        collection.workspace.finish(keyring, clock)
        follower = Follower(collection.open())
        state = follower.log.state
        confirmed = frozenset(confirm)
        keys, qr2024 = collection.known_keys(), collection.qr2024()
        kept = of_kept(collection.files, state, keys, qr2024)
        read = list(of_files(files, state, keys, qr2024) if files else kept)
        if not (files or read):
            raise InputError("collect-nothing")
        found = sort_out(
            (one for one in read if isinstance(one, Collected)), state, collection.name, confirmed
        )
        facts, of_nobody = sort_facts((one for one in read if isinstance(one, Said)), state, collection.name)
        not_taken = [*(one for one in read if isinstance(one, NotTaken)), *found.not_taken, *of_nobody]
        sheets, later = found.taken, tuple[int, ...]()
        if collection.workspace.lets_wait:
            waiting = let_wait(sheets, facts, state, clock)
            sheets, facts, later = waiting.sheets, waiting.facts, waiting.later
        try:
            if sheets or facts:
                entries = collection.append(sheets, keyring, clock, follower.log, facts)
                added = entries - len(facts)
        except CopiesRefusedError as error:  # the others are in the log, and the pages show them
            refusal, added = error, error.added
        collection.remember(not_taken, confirmed)
        log = follower.advance()
        if not is_current(
            collection.public, log.signed
        ):  # also after a run that was stopped before the pages
            _renew(collection, keyring, log, clock, quiet or as_json)
    say_early(log.state, clock)
    if refusal is not None:
        raise refusal
    held = [one for one in not_taken if one.why in HELD]
    refused = [one for one in not_taken if one.why not in HELD]
    if as_json:
        print_json(
            {
                "added": added,
                "known": found.known,
                "facts": len(facts),
                "later": {"count": len(later), "until": max(later)} if later else None,
                "held": [_plain(one) for one in held],
                "refused": [_plain(one) for one in refused],
            }
        )
        return
    click.echo(
        say(
            "{added:,} sheets added, {known:,} known already, {held:,} held for a person, "
            "{refused:,} not taken",
            added=added,
            known=found.known,
            held=len(held),
            refused=len(refused),
        )
    )
    if facts:
        click.echo(say("What the tables say of sheets, new in the log: {count:,}", count=len(facts)))
    if later:
        click.echo(
            say(
                "By the calendar results may be public from {until} on, at the latest; kept from the log "
                "until this command is run again: {count:,}",
                until=moment_text(max(later)),
                count=len(later),
            )
        )
    _show(held)
    _show(refused)


@command.command(
    help=say(
        "Bring the log in DIRECTORY up to the election's own: keys that were enrolled or revoked since it "
        "began, the roll, and what changed it. Running it again changes nothing.\n\n"
        "Example: escrutinio collect refresh azul --definition https://results.example"
    )
)
@_directory
@click.option("--definition", required=True, help=say("A publication of the election, directory or address."))
@trust_option
@passphrase_option
@clock_option
@json_option
@quiet_option
def refresh(
    directory: Path, definition: str, trust: Path | None, passphrase: str, clock: int, as_json: bool,
    quiet: bool,
) -> None:  # fmt: skip
    from escrutinio.cli.opening import open_log
    from escrutinio.running.workspace.collection.collection import open_collection
    from escrutinio.running.workspace.collection.refreshing import refresh as take_over
    from escrutinio.running.workspace.follower import Follower
    from escrutinio.running.workspace.views import is_current

    collection = open_collection(directory)
    keyring = collection.keyring(passphrase)
    official = open_log(definition, trust, quiet=quiet or as_json)
    with collection.workspace.alone():
        collection.workspace.finish(keyring, clock)
        follower = Follower(collection.open())
        found = take_over(collection, follower.log, official, keyring, clock)
        log = follower.advance()
        if not is_current(collection.public, log.signed):
            _renew(collection, keyring, log, clock, quiet or as_json)
    if as_json:
        print_json({
            "keys": found.keys, "new_keys": found.new_keys, "records": found.records,
            "revoked": found.revoked,
        })  # fmt: skip
        return
    click.echo(
        say(
            "{directory}: keys of the election's log {keys:,}, new {new:,}, revoked here now {revoked:,}; "
            "records carried over {records:,}",
            directory=directory,
            keys=found.keys,
            new=found.new_keys,
            records=found.records,
            revoked=found.revoked,
        )
    )


@command.command(
    help=say(
        "Say how many stations have a copy, and what waits for a person.\n\n"
        "Example: escrutinio collect status azul --json"
    )
)
@_directory
@json_option
def status(directory: Path, as_json: bool) -> None:
    from escrutinio.cli.cabinet import open_unlocked
    from escrutinio.running.desk.board import coverage
    from escrutinio.running.workspace.collection.collection import open_collection
    from escrutinio.running.workspace.collection.sealing import plain_names
    from escrutinio.running.workspace.views import is_current

    collection = open_unlocked(open_collection(directory))
    in_clear = len(plain_names(collection.private))
    log = collection.open()
    state, current = log.state, is_current(collection.public, log.signed)
    rows = []
    for view in state.contests:
        found = coverage(state, view.code, collection.name)
        rows.append((view.code, int((found.has & view.stations).sum()), int(view.stations.sum())))
    waiting = collection.waiting()
    if as_json:
        coverages = [{"contest": code, "held": held, "stations": every} for code, held, every in rows]
        not_taken = [_plain(one) for one in waiting]
        print_json({
            "coverage": coverages, "pages_current": current, "not_taken": not_taken,
            "encrypted": collection.files.sealed, "in_clear": in_clear,
        })  # fmt: skip
        return
    for code, held, every in rows:
        click.echo(
            say("{code}: {held:,} of {every:,} stations have a copy", code=code, held=held, every=every)
        )
    if not current:
        click.echo(
            say("data and pages are behind the log: a run was stopped, and the next collect add mends them")
        )
    if collection.files.sealed and in_clear:
        click.echo(say("Private files in clear: {count:,}; `collect encrypt` encrypts them", count=in_clear))
    _show(waiting)


def _renew(collection: Collection, keyring: Keyring, log: VerifiedLog, clock: int, quiet: bool) -> Trust:
    """Bring the publication up to its log."""
    from escrutinio.intake.authoring.presentation import Presentation
    from escrutinio.running.workspace.views import renew

    trust = collection.trust(keyring)
    with workers() as executor, progress_bar(quiet) as progress:
        renew(
            collection.public,
            log,
            Presentation(qr2024=collection.qr2024()),
            trust=trust,
            clock=clock,
            progress=progress,
            executor=executor,
        )
    return trust


def _open_key(address: str) -> KeyHolder:
    from escrutinio.cli.enrolling import open_asking

    return open_asking(address).holder


def _address(key: str) -> str:
    """Where a key is, seen from anywhere."""
    from escrutinio.intake.authoring.holders import SCHEME

    return key if key.startswith(SCHEME) else str(Path(key).absolute())


def _title(text: str) -> tuple[str, str]:
    tag, separator, name = text.partition("=")
    if not separator or not name:
        raise InputError("title-form", value=repr(text[:80]))
    return tag, name


def _plain(one: NotTaken) -> dict[str, str]:
    return {"why": one.why.value, "station": one.station, "source": one.source, "detail": one.detail}


def _show(some: Iterable[NotTaken]) -> None:
    from escrutinio.running.desk.board import WHY

    listed = list(some)
    for one in listed[:SHOWN]:
        detail = f" ({one.detail})" if one.detail else ""
        click.echo(f"  {one.station or '–'}  {say(WHY[one.why])}: {one.source}{detail}")
    if len(listed) > SHOWN:
        more = len(listed) - SHOWN
        click.echo(say("  … and {more:,} more (collect board)", more=more))


for _each in (board, keep, scan, encrypt, take_out, receive, pictures):
    command.add_command(_each)
