"""What the commands share that send records: how these came here, and the outbox that holds them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from escrutinio.base.errors import InputError
from escrutinio.base.fetch import is_remote
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


def is_hub(target: str) -> bool:
    """Whether records are sent to the address of a hub, not to a directory. Raises InputError for any other
    address: a slip of the fingers would be a directory of that name, and nobody would ever look there."""
    if not is_remote(target) and "://" in target:
        raise InputError("outbox-address", address=repr(target[:80]))
    return is_remote(target)


def kept_back(
    records: Sequence[bytes], target: str, address: str | None, trust: Path | None, until_public: bool | None
) -> dict[int, int]:
    """Which records are not sent to a place now, and until when, in seconds since 1970: those with results
    whose moment has not come, where it would not let them wait. `until_public`: kept back from any place
    (True), from none (False). What is carried on a stick is let wait by whoever takes it. Raises
    click.UsageError where nothing says when that is."""
    from escrutinio.base.clock import now
    from escrutinio.cli.opening import open_log
    from escrutinio.core.election.embargo import BEARING_TYPES, moments_of
    from escrutinio.core.election.following import kind_of
    from escrutinio.core.records.codes import LogRole
    from escrutinio.running.workspace.workspace import SETTINGS, open_workspace

    if until_public is False or not any(kind_of(raw) in BEARING_TYPES for raw in records):
        return {}
    to_hub = is_hub(target)
    if not to_hub and (Path(target) / SETTINGS).is_file():
        workspace = open_workspace(Path(target))
        if workspace.lets_wait and not until_public:
            return {}
        address = address or str(workspace.public)
    elif not to_hub and not until_public:
        return {}
    if address is None:
        if until_public:
            raise click.UsageError(say("--until-public goes with --log, which says from when on"))
        return {}
    state = open_log(address, trust, quiet=True).state
    if not until_public and state.charter is not None and state.charter.body.role is LogRole.OFFICIAL:
        return {}
    moment = now()
    return {place: until for place, until in enumerate(moments_of(state, records)) if until > moment}


def open_outbox(directory: Path, *, make: bool = False) -> Outbox:
    """The outbox in a directory, closed when the command ends. Raises as `Outbox`, and InputError for one
    that was never begun: a file that a crash left empty is no outbox without records."""
    from escrutinio.running.exchange.outbox import Outbox

    outbox = Outbox(directory, make=make)
    click.get_current_context().call_on_close(outbox.close)
    if not make:
        outbox.settings  # noqa: B018 - read for its refusal
    return outbox
