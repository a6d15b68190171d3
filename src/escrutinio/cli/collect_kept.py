"""escrutinio collect keep, scan, encrypt, take-out, board: what opens the private part of a collection."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from escrutinio.base.cores import cores
from escrutinio.base.words.say import say
from escrutinio.cli.options import json_option, passphrase_option, quiet_option
from escrutinio.cli.output import print_json, progress_bar

if TYPE_CHECKING:
    from escrutinio.running.workspace.collection.shelf import TakenIn

SHOWN = 20

_directory = click.argument("directory", type=click.Path(exists=True, file_okay=False, path_type=Path))


@click.command(
    help=say(
        "Take the pictures in FOLDERS and below them into the collection in DIRECTORY, byte for byte, and "
        "what phones sent: encrypted where its private part is. The folders stay as they are: delete them "
        "once their pictures are here. Running it again takes in only what is new.\n\n"
        "Example: escrutinio collect keep azul photos; escrutinio collect scan azul"
    )
)
@_directory
@click.argument("folders", nargs=-1, type=click.Path(exists=True, file_okay=False, path_type=Path))
@json_option
def keep(directory: Path, folders: tuple[Path, ...], as_json: bool) -> None:
    from escrutinio.base.extras import need
    from escrutinio.cli.cabinet import open_unlocked
    from escrutinio.running.workspace.collection.collection import open_collection
    from escrutinio.running.workspace.collection.shelf import PictureShelf

    need("scan")
    collection = open_unlocked(open_collection(directory), phones=True)
    with collection.workspace.alone():
        shelf = PictureShelf(collection.files)
        some = [*map(shelf.take_in, folders), shelf.take_in_sent()]
    new, known = sum(each.new for each in some), sum(each.known for each in some)
    unreadable = _all_unreadable(some)
    if as_json:
        print_json({
            "version": 1, "new": new, "known": known, "unreadable": unreadable,
            "encrypted": collection.files.sealed,
        })  # fmt: skip
        return
    click.echo(say("Pictures taken in: {new:,}; here already: {known:,}", new=new, known=known))
    for path, why in list(unreadable.items())[:SHOWN]:
        click.echo(say("not a picture: {path} ({why})", path=path, why=why), err=True)
    if folders and collection.files.sealed:
        click.echo(say("The folders stay readable; delete them once you no longer need them."))


def _all_unreadable(some: list[TakenIn]) -> dict[str, str]:
    return {path: why for each in some for path, why in each.unreadable.items()}


@click.command(
    help=say(
        "Read the codes on the pictures that the collection in DIRECTORY keeps, in memory; what they say is "
        "kept with them, for `collect add`. What was read is not read again.\n\n"
        "Example: escrutinio collect scan azul"
    )
)
@_directory
@click.option("--workers", "count", type=click.IntRange(1, 256),
              help=say("Processes; by default one per core."))  # fmt: skip
@json_option
@quiet_option
def scan(directory: Path, count: int | None, as_json: bool, quiet: bool) -> None:
    from escrutinio.base.extras import need
    from escrutinio.base.words.say import language
    from escrutinio.cli.cabinet import open_unlocked
    from escrutinio.intake.scan.problems import explain
    from escrutinio.intake.scan.results import group_sheets
    from escrutinio.running.workspace.collection.collection import open_collection
    from escrutinio.running.workspace.collection.scanning import scan_kept

    need("scan")
    collection = open_unlocked(open_collection(directory), phones=True)
    with collection.workspace.alone(), progress_bar(quiet or as_json) as progress:
        rows = scan_kept(collection.files, count=count or cores(), progress=progress)
    sheets, unread = len(group_sheets(rows)), [row for row in rows if row.sheet is None]
    pictures = len({(row.path, row.digest) for row in rows})
    if as_json:
        left = [{"picture": one.path, "page": one.page, "problem": one.problem.value} for one in unread]
        print_json({"version": 1, "pictures": pictures, "sheets": sheets, "unread": left})
        return
    click.echo(
        say(
            "Sheets read: {sheets:,}; pictures: {pictures:,}; pages not read: {unread:,}",
            sheets=sheets,
            pictures=pictures,
            unread=len(unread),
        )
    )
    for row in unread[:SHOWN]:
        click.echo(f"  {row.path} ({row.page}): {explain(row.problem, row.detail, language())}")


@click.command(
    help=say(
        "Encrypt the private part of the collection in DIRECTORY, which stands in clear, for its passphrase: "
        "originals, pictures, what was scanned and typed, drafts, what waits for a person, and your own "
        "files in private/notes. Whoever finds or steals the disk can read none of it; whoever knows the "
        "passphrase can, and whoever controls the machine at work. Each file is encrypted and read back "
        "before the one in clear is removed; after a run that was stopped the same command goes on.\n\n"
        "What stood in clear may still be found by who examines the disk, in copies and in backups: a "
        "collection that was encrypted from the beginning never has it there.\n\n"
        "Example: escrutinio collect encrypt azul"
    )
)
@_directory
@passphrase_option
@json_option
def encrypt(directory: Path, passphrase: str, as_json: bool) -> None:
    from escrutinio.running.workspace.collection.collection import open_collection
    from escrutinio.running.workspace.collection.sealing import seal_private

    collection = open_collection(directory)
    done = seal_private(collection, collection.keyring(passphrase))
    if as_json:
        print_json({"version": 1, "encrypted": done.sealed, "in_clear": list(done.left)})
        return
    click.echo(say("Files encrypted: {count:,}", count=done.sealed))
    click.echo(say("In clear beside them: {names}", names=", ".join(done.left[:SHOWN]) or "–"))


@click.command(
    "take-out",
    help=say(
        "Write files of the private part of the collection in DIRECTORY, by their NAMES as they were before "
        "they were encrypted, or directories of it, into the directory OUTPUT, where you alone can read "
        "them, in clear. Without NAMES it lists them.\n\n"
        "Example: escrutinio collect take-out azul originals -o out"
    ),
)
@_directory
@click.argument("names", nargs=-1)
@click.option("-o", "--output", type=click.Path(path_type=Path), help=say("Directory for the files."))
@json_option
def take_out(directory: Path, names: tuple[str, ...], output: Path | None, as_json: bool) -> None:
    from escrutinio.base.errors import InputError
    from escrutinio.base.files import write_files
    from escrutinio.cli.cabinet import open_unlocked
    from escrutinio.running.workspace.collection.collection import open_collection
    from escrutinio.running.workspace.collection.sealing import sealed_names, taken_out

    collection = open_collection(directory)
    if not names:
        found = sealed_names(collection.private)
    elif output is None:
        raise InputError("take-out-where")
    else:
        found = list(names)
        files = open_unlocked(collection).files
        for name, content in taken_out(files, names):
            write_files(output, [(name, content)], private=True)
    if as_json:
        print_json({"version": 1, "files": found})
        return
    for name in found:
        click.echo(name if output is None else say("written: {file}", file=output / name))


@click.command(
    help=say(
        "Show the coverage board on this machine alone: which stations have no copy yet.\n\n"
        "Example: escrutinio collect board azul"
    )
)
@_directory
@click.option(
    "--port",
    default=8010,
    show_default=True,
    type=click.IntRange(0, 65_535),
    help=say("Port; 0 takes a free one."),
)
def board(directory: Path, port: int) -> None:
    from escrutinio.base.local_http import serve_locally
    from escrutinio.cli.cabinet import open_unlocked
    from escrutinio.running.desk.board import application
    from escrutinio.running.workspace.collection.collection import open_collection

    collection = open_unlocked(open_collection(directory))
    serve_locally(application(collection), port, click.echo)
