"""escrutinio submit: send sealed records to whoever keeps a log, and wait for the proof."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING

import click

from escrutinio.base.errors import InputError
from escrutinio.base.words.say import say
from escrutinio.cli.options import json_option, trust_option
from escrutinio.cli.output import EXIT_OPEN, print_json

if TYPE_CHECKING:
    from collections.abc import Sequence

    from escrutinio.core.verification.verified import VerifiedLog

LOOKS_EVERY = 1.0
"""Seconds between two looks at a publication that is waited for."""


@click.command(
    help=say(
        "Send FILES, sealed records or directories of them as `escrutinio sign` writes them, to the log that "
        "somebody keeps: --to is their workspace, or any directory that reaches it, such as a stick. What "
        "they attach goes with them. Sending the same again changes nothing.\n\n"
        "With --wait it waits until the publication at --log has the records, and keeps a proof of each.\n\n"
        "Examples:\n\n"
        "  escrutinio submit out --to /media/stick\n\n"
        "  escrutinio submit out --to /srv/election --log /srv/election/public --wait 600 --proofs proofs"
    )
)
@click.argument("files", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path))
@click.option("--to", "target", required=True, type=click.Path(path_type=Path),
              help=say("A workspace, or a directory that is carried to it."))  # fmt: skip
@click.option("--log", "address", help=say("Publication: a directory or an address."))
@trust_option
@click.option("--wait", type=click.FloatRange(min=0), default=0.0,
              help=say("Seconds to wait for the publication that has the records."))  # fmt: skip
@click.option("--proofs", type=click.Path(path_type=Path), help=say("Directory for the proofs."))
@json_option
def command(
    files: tuple[Path, ...], target: Path, address: str | None, trust: Path | None, wait: float,
    proofs: Path | None, as_json: bool,
) -> None:  # fmt: skip
    from escrutinio.running.exchange.parcel import read_sealed, send

    records, attachments = read_sealed(files)
    where = _public_of(target) if address is None and (wait or proofs is not None) else address
    if (wait or proofs is not None) and where is None:
        raise InputError("submit-where", directory=target)
    send(_inbox(target), records, attachments)
    found = _waited(records, where, trust, wait, proofs) if where is not None else {}
    if as_json:
        print_json({
            "version": 1,
            "sent": len(records),
            "attachments": len(attachments),
            "public": len(found),
            "entries": [found.get(place) for place in range(len(records))],
        })  # fmt: skip
    else:
        click.echo(say("Records sent to {target}: {count:,}", target=target, count=len(records)))
        if where is not None:
            click.echo(say("Of these in the log at {address}: {count:,}", count=len(found), address=where))
    if where is not None and len(found) < len(records):
        raise SystemExit(EXIT_OPEN)


def _inbox(target: Path) -> Path:
    from escrutinio.running.workspace.workspace import INBOX, SETTINGS

    return target / INBOX if (target / SETTINGS).is_file() else target


def _public_of(target: Path) -> str | None:
    public = target / "public"
    return str(public) if _inbox(target) != target and public.is_dir() else None


def _waited(
    records: Sequence[bytes], address: str, trust: Path | None, wait: float, proofs: Path | None
) -> dict[int, int]:
    """Where each record stands in the log, once it does or the time is over; proofs of those that do."""
    from escrutinio.base.fetch import open_files
    from escrutinio.cli.opening import open_log
    from escrutinio.core.log.notes import MAX_NOTE

    until = time.monotonic() + wait
    fetch = open_files(address)
    seen: bytes | None = None
    found: dict[int, int] = {}
    while len(found) < len(records):
        checkpoint = fetch("log/checkpoint", MAX_NOTE)
        if checkpoint != seen and checkpoint is not None:
            seen = checkpoint
            log = open_log(address, trust, quiet=True)
            found = {place: at for place, raw in enumerate(records) if (at := log.find(raw)) is not None}
            _keep(records, found, log, proofs)
        if time.monotonic() >= until:
            break
        time.sleep(LOOKS_EVERY)
    return found


def _keep(records: Sequence[bytes], found: dict[int, int], log: VerifiedLog, proofs: Path | None) -> None:
    from escrutinio.base.files import write_files
    from escrutinio.core.log.proofs import format_proof
    from escrutinio.core.records.attachments import digest_of

    if proofs is None:
        return
    write_files(proofs, (
        (f"{digest_of(records[place]).hex()}.tlog-proof", format_proof(log.proof(at)))
        for place, at in found.items()
    ))  # fmt: skip
