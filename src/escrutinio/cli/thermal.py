"""Paper that leaves through a thermal printer: the option --escpos of the commands that print."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from escrutinio.base.beside import write_new
from escrutinio.base.errors import PublicationError
from escrutinio.base.extras import need
from escrutinio.base.files import write_all
from escrutinio.base.words.say import say
from escrutinio.cli.output import print_json

if TYPE_CHECKING:
    from escrutinio.publication.documents.sheets.printed_sheet import PrintedSheet

escpos_option = click.option(
    "--escpos",
    type=click.Path(path_type=Path),
    metavar=say("FILE|DEVICE"),
    help=say("What a thermal printer takes (ESC/POS), into a new file or to a device; with --paper 80mm."),
)


def check_escpos(target: Path | None, paper: str, output: Path | None) -> None:
    """Refuse --escpos where it does not fit the other options, and where its extra is not installed."""
    if target is None:
        return
    if paper != "80mm" or output is not None:
        raise click.UsageError(say("--escpos goes with --paper 80mm, and without -o"))
    need("thermal")


def to_thermal_printer(sheets: Iterable[PrintedSheet], target: Path, *, as_json: bool) -> None:
    """Write sheets for a printer, one after the other, to a device or into a new file; say how many."""
    from escrutinio.publication.documents.sheets.thermal import receipt

    made = [receipt(sheet) for sheet in sheets]
    if _is_device(target):
        _to_device(target, b"".join(made))
    else:
        target.parent.mkdir(parents=True, exist_ok=True)
        write_new((target, b"".join(made)))
    if as_json:
        print_json({"version": 1, "files": [str(target)], "sheets": len(made)})
    else:
        click.echo(say("{output}: {sheets:,} sheets", output=target, sheets=len(made)))


def _to_device(path: Path, content: bytes) -> None:
    try:
        device = os.open(path, os.O_WRONLY)
        try:
            write_all(device, content)
        finally:
            os.close(device)
    except OSError as error:
        why = error.strerror or str(error)
        raise PublicationError("printer-not-written", path=path, why=why) from None


def _is_device(path: Path) -> bool:
    try:
        return stat.S_ISCHR(path.stat().st_mode) or stat.S_ISFIFO(path.stat().st_mode)
    except OSError:
        return False
