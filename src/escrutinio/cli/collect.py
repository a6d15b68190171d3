"""escrutinio collect: a party's or an observer's own log, whose sheets are the copies it collected."""

from __future__ import annotations

import os
import time
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

import click

from escrutinio.base.errors import InputError
from escrutinio.base.words.say import language, say
from escrutinio.base.workers import workers
from escrutinio.cli.options import json_option, passphrase_option, quiet_option
from escrutinio.cli.output import print_json, progress_bar

if TYPE_CHECKING:
    from collections.abc import Iterable

    from escrutinio.core.log.trust import Trust
    from escrutinio.intake.authoring.keyring import Keyring
    from escrutinio.running.workspace.collection.home import Collection
    from escrutinio.running.workspace.collection.sheets import NotTaken

SHOWN = 10

_directory = click.argument("directory", type=click.Path(path_type=Path))


@click.group(
    help=say(
        "Keep an organisation's own public log of the sheets that it collected: scanned, transcribed or "
        "imported. It all works from the command line; nothing but the directory public/ is published.\n\n"
        "Example:\n\n"
        "  escrutinio collect init azul --definition public/miniature --organisation party/azul "
        "--origin azul.example/actas\n\n"
        "  escrutinio scan photos --out sheets.jsonl; escrutinio collect add azul sheets.jsonl\n\n"
        "  escrutinio collect board azul",
        "Lleva el registro público propio de una organización con las actas que recogió: escaneadas, "
        "transcritas o importadas. Todo se hace desde la línea de órdenes; solo se publica public/.\n\n"
        "Ejemplo:\n\n"
        "  escrutinio collect init azul --definition public/miniature --organisation party/azul "
        "--origin azul.example/actas\n\n"
        "  escrutinio scan fotos --out actas.jsonl; escrutinio collect add azul actas.jsonl\n\n"
        "  escrutinio collect board azul",
    )
)
def command() -> None:
    pass


@command.command(
    help=say(
        "Begin a log in DIRECTORY: the election's own definition, a charter and keys of your own, and the "
        "roll as the election's log has it.\n\n"
        "Example: escrutinio collect init azul --definition public/miniature --organisation party/azul "
        "--origin azul.example/actas --title es=Azul --title en=Blue",
        "Empieza un registro público en DIRECTORY: la definición de la elección, una carta y claves "
        "propias, y el registro electoral como lo da el registro público de la elección.\n\n"
        "Ejemplo: escrutinio collect init azul --definition public/miniature --organisation party/azul "
        "--origin azul.example/actas --title es=Azul --title en=Blue",
    )
)
@_directory
@click.option(
    "--definition",
    required=True,
    help=say("A publication of the election, directory or address.", "Una publicación de la elección."),
)
@click.option(
    "--trust",
    type=click.Path(path_type=Path),
    help=say("Its trust file, got by another way.", "Su archivo de confianza, obtenido por otra vía."),
)
@click.option(
    "--organisation",
    required=True,
    help=say("Name of the signer, party/… or observer/….", "Nombre de quien firma, party/… u observer/…."),
)
@click.option("--origin", required=True, help=say("Name of the new log.", "Nombre del registro nuevo."))
@click.option(
    "--title",
    "titles",
    multiple=True,
    metavar="LANGUAGE=TEXT",
    help=say("What people call it, per language.", "Cómo se la conoce, por idioma."),
)
@click.option(
    "--passphrase",
    envvar="ESCRUTINIO_PASSPHRASE",
    hide_input=True,
    confirmation_prompt=True,
    prompt=say("New passphrase for the log's keys", "Nueva frase de paso para las claves"),
    help=say("Asked for; or ESCRUTINIO_PASSPHRASE.", "Se pregunta; o ESCRUTINIO_PASSPHRASE."),
)
@quiet_option
def init(
    directory: Path, definition: str, trust: Path | None, organisation: str, origin: str,
    titles: tuple[str, ...], passphrase: str, quiet: bool,
) -> None:  # fmt: skip
    from escrutinio.base.fetch import open_files
    from escrutinio.cli.election import load_state
    from escrutinio.core.election.qr2024_options import MAX_FILE, QR2024_FILE
    from escrutinio.core.records.attachments import MAX_ATTACHMENT, file_name
    from escrutinio.core.records.codes import LogRole
    from escrutinio.core.records.parts import Title
    from escrutinio.running.workspace.collection.beginning import Organisation
    from escrutinio.running.workspace.collection.home import create

    role = LogRole.OBSERVER if organisation.startswith("observer/") else LogRole.PARTY
    named = tuple(Title(*_title(text)) for text in titles)
    state = load_state(definition, trust, quiet=quiet)
    fetch = open_files(definition)

    def attachment(digest: bytes) -> bytes | None:
        content = fetch(f"attachments/{file_name(digest)}", MAX_ATTACHMENT)
        return content if content is not None and sha256(content).digest() == digest else None

    collection = create(
        directory,
        state,
        attachment,
        Organisation(organisation, named, role),
        origin=origin,
        passphrase=passphrase,
        clock=_now(),
        qr2024=fetch(QR2024_FILE, MAX_FILE),
    )
    trusted = _renew(collection, collection.keyring(passphrase), quiet)
    click.echo(
        say(
            f"{directory}: the log {origin} of {organisation}, with {len(state.roll):,} stations. "
            f"Hand out {directory / 'public' / 'trust.toml'} on paper or through the press.",
            f"{directory}: el registro {origin} de {organisation}, con {len(state.roll):,} mesas. "
            f"Entregue {directory / 'public' / 'trust.toml'} en papel o por la prensa.",
        )
    )
    click.echo(str(trusted.policy.logs[0].key))


@command.command(
    help=say(
        "Append the sheets of FILES to the log and publish it again: results of `scan` or `transcribe` "
        "(.jsonl), or tables by a mapping (.toml, docs/importing.md). Running it again changes nothing.\n\n"
        "Example: escrutinio collect add azul sheets.jsonl transcribed.jsonl",
        "Agrega las actas de FILES al registro y lo publica de nuevo: resultados de `scan` o `transcribe` "
        "(.jsonl), o tablas con su descripción (.toml, docs/importing.md). Repetirlo no cambia nada.\n\n"
        "Ejemplo: escrutinio collect add azul actas.jsonl transcribed.jsonl",
    )
)
@_directory
@click.argument("files", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path))
@click.option(
    "--confirm",
    multiple=True,
    metavar="STATION",
    help=say(
        "A person looked: the sheet of this station stands, all zero or unlike an earlier copy.",
        "Una persona miró: el acta de esta mesa vale, toda en cero o distinta de una copia anterior.",
    ),
)
@passphrase_option
@json_option
@quiet_option
def add(
    directory: Path, files: tuple[Path, ...], confirm: tuple[str, ...], passphrase: str, as_json: bool,
    quiet: bool,
) -> None:  # fmt: skip
    from escrutinio.running.workspace.collection.home import open_collection
    from escrutinio.running.workspace.collection.inputs import of_files
    from escrutinio.running.workspace.collection.sheets import HELD, Collected, sort_out

    collection = open_collection(directory)
    keyring = collection.keyring(passphrase)
    collection.finish(keyring, _now())
    state = collection.state()
    confirmed = frozenset(confirm)
    read = list(of_files(files, state, collection.known_keys(), collection.qr2024()))
    sheets = [one for one in read if isinstance(one, Collected)]
    found = sort_out(sheets, state, collection.settings.organisation, confirmed)
    not_taken = [*(one for one in read if not isinstance(one, Collected)), *found.not_taken]
    added = collection.append(found.taken, keyring, _now()) if found.taken else 0
    collection.remember(not_taken, confirmed)
    if added or not (collection.public / "index.html").is_file():
        _renew(collection, keyring, quiet or as_json)
    held = [one for one in not_taken if one.why in HELD]
    refused = [one for one in not_taken if one.why not in HELD]
    if as_json:
        print_json(
            {
                "added": added,
                "known": found.known,
                "held": [_plain(one) for one in held],
                "refused": [_plain(one) for one in refused],
            }
        )
        return
    click.echo(
        say(
            f"{added:,} sheets added, {found.known:,} known already, {len(held):,} held for a person, "
            f"{len(refused):,} not taken",
            f"{added:,} actas agregadas, {found.known:,} ya conocidas, {len(held):,} en espera de una "
            f"persona, {len(refused):,} no incorporadas",
        )
    )
    _show(held)
    _show(refused)


@command.command(
    help=say(
        "Say how many stations have a copy, and what waits for a person.\n\n"
        "Example: escrutinio collect status azul --json",
        "Dice cuántas mesas tienen copia y qué espera a una persona.\n\n"
        "Ejemplo: escrutinio collect status azul --json",
    )
)
@_directory
@json_option
def status(directory: Path, as_json: bool) -> None:
    from escrutinio.running.desk.board import coverage
    from escrutinio.running.workspace.collection.home import open_collection

    collection = open_collection(directory)
    state = collection.state()
    rows = []
    for view in state.contests:
        found = coverage(state, view.code, collection.settings.organisation)
        rows.append((view.code, int((found.has & view.stations).sum()), int(view.stations.sum())))
    waiting = collection.waiting()
    if as_json:
        coverages = [{"contest": code, "held": held, "stations": every} for code, held, every in rows]
        print_json({"coverage": coverages, "not_taken": [_plain(one) for one in waiting]})
        return
    for code, held, every in rows:
        click.echo(
            say(
                f"{code}: {held:,} of {every:,} stations have a copy",
                f"{code}: {held:,} de {every:,} mesas tienen copia",
            )
        )
    _show(waiting)


@command.command(
    help=say(
        "Show the coverage board on this machine alone: which stations have no copy yet.\n\n"
        "Example: escrutinio collect board azul",
        "Muestra, solo en esta máquina, el tablero de cobertura: qué mesas no tienen copia.\n\n"
        "Ejemplo: escrutinio collect board azul",
    )
)
@_directory
@click.option(
    "--port",
    default=8010,
    show_default=True,
    type=click.IntRange(0, 65_535),
    help=say("Port; 0 takes a free one.", "Puerto; 0 toma uno libre."),
)
def board(directory: Path, port: int) -> None:
    from escrutinio.running.desk.board import application
    from escrutinio.running.desk.local import run_locally
    from escrutinio.running.workspace.collection.home import open_collection

    collection = open_collection(directory)
    run_locally(application(collection), port, click.echo)


def _renew(collection: Collection, keyring: Keyring, quiet: bool) -> Trust:
    """Bring the publication up to its log."""
    from escrutinio.core.log.policy import LogIdentity, Policy
    from escrutinio.core.log.trust import Trust
    from escrutinio.intake.authoring.presentation import Presentation
    from escrutinio.publication.browser.verifier import named_verifier, verifier_files
    from escrutinio.running.workspace.update import update_publication

    state = collection.state()
    assert state.charter is not None  # its own first entries
    trust = Trust(
        definition=state.election,
        charter=state.charter.entry.digest,
        policy=Policy(logs=(LogIdentity(collection.verifier(keyring)),)),
        verifier_html=verifier_files(collection.public, named_verifier(collection.public)).digest,
    )
    with workers() as executor, progress_bar(quiet) as progress:
        update_publication(
            collection.public,
            Presentation(qr2024=collection.qr2024()),
            trust=trust,
            clock=_now(),
            progress=progress,
            executor=executor,
        )
    return trust


def _title(text: str) -> tuple[str, str]:
    tag, separator, name = text.partition("=")
    if not separator or not name:
        raise InputError(f"--title {text[:80]!r} is not LANGUAGE=TEXT, such as es=Azul")
    return tag, name


def _now() -> int:
    """Now, or the moment that SOURCE_DATE_EPOCH names, in seconds since 1970 (reproducible-builds.org)."""
    given = os.environ.get("SOURCE_DATE_EPOCH", "")
    if given and not (given.isascii() and given.isdigit() and len(given) <= 12):
        raise InputError(f"SOURCE_DATE_EPOCH is {given[:40]!r}, not a number of seconds since 1970")
    return int(given or time.time())


def _plain(one: NotTaken) -> dict[str, str]:
    return {"why": one.why.value, "station": one.station, "source": one.source, "detail": one.detail}


def _show(some: Iterable[NotTaken]) -> None:
    from escrutinio.running.desk.board import WHY

    listed = list(some)
    for one in listed[:SHOWN]:
        detail = f" ({one.detail})" if one.detail else ""
        click.echo(f"  {one.station or '–'}  {WHY[one.why][language() == 'es']}: {one.source}{detail}")
    if len(listed) > SHOWN:
        more = len(listed) - SHOWN
        click.echo(say(f"  … and {more:,} more (collect board)", f"  … y {more:,} más (collect board)"))
