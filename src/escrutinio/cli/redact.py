"""escrutinio redact: a copy of an image that keeps named regions and nothing else, checked by a person."""

from __future__ import annotations

import json
import os
import sys
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import click

from escrutinio.base.beside import new_file, refusal, write_new
from escrutinio.base.errors import InputError
from escrutinio.base.files import real_path
from escrutinio.base.words.say import say
from escrutinio.cli.options import json_option
from escrutinio.cli.output import print_json

if TYPE_CHECKING:
    from escrutinio.intake.scan.redact import Redacted

ROLES = ("authority", "party", "observer", "press", "court")


@click.command(
    help=say(
        "Write a copy of IMAGE in which only the regions named by --keep are left, in grey, without any "
        "metadata. Images of sheets show names, identity numbers and signatures; by default only their "
        "digest is ever published. A person has to look at the copy before it is written: the command shows "
        "where the preview is and asks, or takes --checked for an answer.\n\n"
        "Beside OUT.png it writes OUT.redaction.json: the regions, both digests, and who checked as a role, "
        "never a name.\n\n"
        "Examples: escrutinio redact photo.jpg --suggest; escrutinio redact photo.jpg --keep 60,1520,480,480 "
        "-o sheet.png --role party"
    )
)
@click.argument("image", type=click.Path(path_type=Path))
@click.option(
    "--keep",
    multiple=True,
    metavar="X,Y,W,H",
    help=say("A region to keep, in pixels; may be given again."),
)
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    help=say("The PNG file to write."),
)
@click.option(
    "--suggest",
    "suggesting",
    is_flag=True,
    help=say("Only print regions around the QR codes."),
)
@click.option(
    "--checked",
    is_flag=True,
    help=say("A person has looked at exactly this result."),
)
@click.option(
    "--role",
    type=click.Choice(ROLES),
    default="party",
    show_default=True,
    help=say("As what the person checks."),
)
@click.option(
    "--of",
    "collection",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help=say("A collection that keeps the picture: IMAGE is its name there, or its SHA-256."),
)
@json_option
def command(
    image: Path, keep: tuple[str, ...], output: Path | None, suggesting: bool, checked: bool, role: str,
    collection: Path | None, as_json: bool,
) -> None:  # fmt: skip
    from escrutinio.base.limited import Readers
    from escrutinio.intake.scan.folder import IMAGE
    from escrutinio.intake.scan.redact import read_region, redact, suggest
    from escrutinio.intake.scan.regular import read_regular

    data = read_regular(real_path(image)).data if collection is None else _kept(collection, str(image))
    if suggesting:
        with Readers(IMAGE) as readers:
            _suggest([str(region) for region in readers.call(suggest, data)], as_json)
        return
    if output is None or output.suffix != ".png":
        raise InputError("redact-out")
    with Readers(IMAGE) as readers:
        redacted = readers.call(redact, data, [read_region(text) for text in keep])
    _refuse_to_overwrite(image, output)
    if not checked:
        _ask(redacted, output)
    note = output.with_suffix(".redaction.json")
    plain = _plain(redacted, role)
    write_new((output, redacted.png), (note, json.dumps(plain, indent=1).encode() + b"\n"))
    if as_json:
        print_json({**plain, "files": [str(output), str(note)]})
        return
    click.echo(say("original  {original}", original=redacted.original.hex()))
    click.echo(say("redacted  {digest}", digest=redacted.digest.hex()))
    click.echo(say("written to {output} and {note}", output=output, note=note))


def _kept(directory: Path, name: str) -> bytes:
    """A picture that a collection keeps, in memory."""
    from escrutinio.cli.cabinet import open_unlocked
    from escrutinio.running.workspace.collection.collection import open_collection
    from escrutinio.running.workspace.collection.shelf import PictureShelf

    shelf = PictureShelf(open_unlocked(open_collection(directory), phones=True).files)
    return shelf.content_of(shelf.find(name))


def _suggest(regions: list[str], as_json: bool) -> None:
    if not regions:
        raise InputError("redact-no-qr")  # fmt: skip
    if as_json:
        print_json({"version": 1, "keep": regions})
    else:
        click.echo("\n".join(f"--keep {region}" for region in regions))


def _refuse_to_overwrite(image: Path, output: Path) -> None:
    for path in (output, output.with_suffix(".redaction.json")):
        if path.exists() and image.exists() and path.samefile(image):
            raise InputError("redact-original")
        if path.exists():
            raise InputError("file-exists", path=path)


def _ask(redacted: Redacted, output: Path) -> None:
    """Show the copy and let a person decide; the preview is taken away again. Exits where it is not fit."""
    if not sys.stdin.isatty():
        raise InputError("redact-unseen")  # fmt: skip
    preview = output.with_suffix(".preview.png")
    # Closing the terminal leaves a preview behind, which must not stop the next run: its name is for this.
    try:
        with new_file(preview, replace=True, private=True) as file:
            file.write(redacted.png)
    except OSError as error:
        raise refusal(preview, error) from None
    try:
        click.echo(say("Look at {preview}.", preview=preview))
        question = say("Is it free of names, identity numbers, signatures and fingerprints of persons?")
        if not click.confirm(question, default=False):
            raise InputError("redact-refused")
    finally:
        with suppress(FileNotFoundError):
            os.unlink(preview)


def _plain(redacted: Redacted, role: str) -> dict[str, object]:
    return {
        "version": 1,
        "original_sha256": redacted.original.hex(),
        "redacted_sha256": redacted.digest.hex(),
        "width": redacted.size[0],
        "height": redacted.size[1],
        "kept": [str(region) for region in redacted.regions],
        "checked_by_role": role,
    }
