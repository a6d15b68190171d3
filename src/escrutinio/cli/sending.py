"""What the commands share that send records: how these came here, and the outbox that holds them."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from escrutinio.base.words.say import say
from escrutinio.core.records.codes import Channel

if TYPE_CHECKING:
    from escrutinio.running.exchange.outbox import Outbox


def _channel(_context: click.Context, _option: click.Parameter, given: str | None) -> Channel | None:
    return None if given is None else Channel[given.upper()]


channel_option = click.option(
    "--channel",
    type=click.Choice([each.name.lower() for each in Channel]),
    callback=_channel,
    help=say("How they came here; by default qr for the texts of QR codes, else network."),
)


def channel_of(files: Iterable[Path], given: Channel | None) -> Channel:
    """The channel that was named, else that of the files: paper where all of them are of QR codes.

    Raises InputError where one cannot be read.
    """
    from escrutinio.running.exchange.paper import is_paper

    if given is not None:
        return given
    return Channel.QR if all(map(is_paper, files)) else Channel.NETWORK


def open_outbox(directory: Path, *, make: bool = False) -> Outbox:
    """The outbox in a directory, closed when the command ends. Raises as `Outbox`."""
    from escrutinio.running.exchange.outbox import Outbox

    outbox = Outbox(directory, make=make)
    click.get_current_context().call_on_close(outbox.close)
    return outbox
