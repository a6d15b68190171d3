"""escrutinio submit: send sealed records to whoever keeps a log, and wait for the proof."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING

import click

from escrutinio.base.clock import moment_text
from escrutinio.base.errors import InputError
from escrutinio.base.words.say import language, say
from escrutinio.cli.options import json_option, trust_option
from escrutinio.cli.output import EXIT_FAILED, EXIT_OPEN, print_json
from escrutinio.cli.sending import channel_of, channel_option, is_hub, kept_back

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from escrutinio.base.errors import EscrutinioError
    from escrutinio.core.records.codes import Channel
    from escrutinio.core.verification.verified import VerifiedLog
    from escrutinio.running.exchange.hub_client import HubClient

MOST_SAID = 20
"""Refusals that are said one by one; `--json` has them all."""

LOOKS_EVERY = 1.0
"""Seconds between two looks at a publication that is waited for."""


@click.command(
    help=say(
        "Send FILES, sealed records or directories of them as `escrutinio sign` writes them, to the log that "
        "somebody keeps: --to is the address of their hub, their workspace, or any directory that reaches "
        "it, such as a stick. What they attach goes with them. Sending the same again changes nothing. A "
        "file of the texts of QR codes, or what `escrutinio scan` wrote, is as good: the bytes are the "
        "same.\n\n"
        "With --wait it waits until the hub, or the publication at --log, has the records, and keeps a proof "
        "of each.\n\n"
        "Records with results wait for their moment in the calendar in the authority's log, and in a party's "
        "or an observer's whose workspace says so. To another workspace, or to a hub of another log that "
        "--log names, they are not sent before it, and the command ends with exit code 4; --at-once sends "
        "them all the same, and whoever publishes them sooner answers for that. --until-public keeps them "
        "back whatever the place.\n\n"
        "Examples:\n\n"
        "  escrutinio submit out --to /media/stick\n\n"
        "  escrutinio submit out --to https://hub.example --trust trust.toml --wait 60 --proofs proofs\n\n"
        "  escrutinio submit out --to /srv/election --log /srv/election/public --wait 600 --proofs proofs\n\n"
        "  escrutinio submit sheets.jsonl --to https://hub.example"
    )
)
@click.argument("files", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path))
@click.option("--to", "target", required=True,
              help=say("A hub's address, a workspace, or a directory that is carried to it."))  # fmt: skip
@click.option("--log", "address", help=say("Publication: a directory or an address."))
@trust_option
@click.option("--wait", type=click.FloatRange(min=0), default=0.0,
              help=say("Seconds to wait for the publication that has the records."))  # fmt: skip
@click.option("--proofs", type=click.Path(path_type=Path), help=say("Directory for the proofs."))
@click.option("--until-public/--at-once", default=None,
              help=say("Whether records with results are sent before these may be public."))  # fmt: skip
@channel_option
@json_option
def command(
    files: tuple[Path, ...], target: str, address: str | None, trust: Path | None, wait: float,
    proofs: Path | None, until_public: bool | None, channel: Channel | None, as_json: bool,
) -> None:  # fmt: skip
    from escrutinio.running.exchange.parcel import attached_to, read_sealed

    to_hub = is_hub(target)
    if channel is not None and not to_hub:
        raise click.UsageError(say("--channel goes with the address of a hub"))
    given, attachments = read_sealed(files)
    back = kept_back(given, target, address, trust, until_public)
    places = [place for place in range(len(given)) if place not in back]
    records = [given[place] for place in places]
    attachments = attached_to(records, attachments)
    refused: dict[int, EscrutinioError] = {}
    found: dict[int, int] = {}
    asks = wait or proofs is not None
    if not records:
        where = None
    elif to_hub:
        where = address or (target if asks else None)
        hub = _hub(target, wait)
        refused, promises = _sent(hub, records, attachments, proofs, channel_of(files, channel))
        if address is None and asks:
            found = _proved(hub, records, refused, trust, wait, proofs)
        if proofs is not None:
            _keep_paths(hub, {records[n]: said for n, said in promises.items() if n not in found}, proofs)
    else:
        where = _public_of(Path(target)) if address is None and asks else address
        if asks and where is None:
            raise InputError("submit-where", directory=target)
        _put(Path(target), records, attachments)
    if where is not None and where != target:
        found = _waited(records, where, trust, wait, proofs)
    if as_json:
        entries = {places[at]: index for at, index in found.items()}
        print_json({
            "version": 1,
            "sent": len(records) - len(refused),
            "attachments": len(attachments),
            "public": len(found),
            "entries": [entries.get(place) for place in range(len(given))],
            "refused": {str(places[at]): why.plain() for at, why in refused.items()},
            "later": {str(place): until for place, until in back.items()},
        })  # fmt: skip
    else:
        count = len(records) - len(refused)
        click.echo(say("Records sent to {target}: {count:,}", target=target, count=count))
        if back:
            click.echo(
                say(
                    "Not sent, since by the calendar their results may be public from {until} on, at the "
                    "latest, and nothing says that they would wait there: {count:,}",
                    until=moment_text(max(back.values())),
                    count=len(back),
                )
            )
        _say_refused(records, refused)
        if where is not None:
            click.echo(say("Of these in the log at {address}: {count:,}", count=len(found), address=where))
    if refused:
        raise SystemExit(EXIT_FAILED)
    if back or (where is not None and len(found) < len(records)):
        raise SystemExit(EXIT_OPEN)


def _put(target: Path, records: Sequence[bytes], attachments: Mapping[bytes, bytes]) -> None:
    from escrutinio.running.exchange.parcel import send

    send(_inbox(target), records, attachments)


# --- to a hub ---


def _hub(address: str, wait: float) -> HubClient:
    from escrutinio.running.exchange.hub_client import HubClient

    return HubClient(address, wait)


def _sent(
    hub: HubClient, records: Sequence[bytes], attachments: Mapping[bytes, bytes], proofs: Path | None,
    channel: Channel,
) -> tuple[dict[int, EscrutinioError], dict[int, bytes]]:  # fmt: skip
    """Send records; why the hub did not take some, and what it promised of others, by place. Promises are
    kept beside the proofs."""
    from escrutinio.core.records.attachments import digest_of
    from escrutinio.running.exchange.stick import AnswerKind, put_answers

    sent = hub.send(records, attachments, channel)
    if proofs is not None:
        promised = (
            (digest_of(raw), AnswerKind.PROMISE, each.promise)
            for raw, each in zip(records, sent, strict=True)
            if each.promise
        )
        put_answers(proofs, promised, below="")
    refused = {place: each.why for place, each in enumerate(sent) if each.why is not None}
    return refused, {place: each.promise for place, each in enumerate(sent) if each.promise}


def _keep_paths(hub: HubClient, promises: Mapping[bytes, bytes], proofs: Path) -> None:
    """Keep, beside the promises of records that wait, their paths among what the receiver says waits."""
    from escrutinio.core.records.attachments import digest_of
    from escrutinio.running.exchange.stick import AnswerKind, put_answers

    for raw, promise in promises.items():
        if (path := hub.waiting(raw, [promise])) is not None:
            put_answers(proofs, [(digest_of(raw), AnswerKind.PATH, path)], below="")


def _proved(
    hub: HubClient,
    records: Sequence[bytes],
    refused: Mapping[int, EscrutinioError],
    trust_file: Path | None,
    wait: float,
    proofs: Path | None,
) -> dict[int, int]:
    """Where records stand in the log, by the hub's proofs, each of which was checked."""
    from escrutinio.base.files import write_files
    from escrutinio.cli.output import read_text
    from escrutinio.core.log.proofs import parse_proof
    from escrutinio.core.log.trust import parse_trust
    from escrutinio.core.records.attachments import digest_of

    policy = None
    if trust_file is not None:
        policy = parse_trust(read_text(trust_file), str(trust_file)).policy
    until, found = time.monotonic() + wait, {}
    for place, raw in enumerate(records):
        if place in refused:
            continue
        proof = hub.proof(raw, policy, max(0.0, until - time.monotonic()))
        if proof is not None:
            found[place] = parse_proof(proof).index
            if proofs is not None:
                write_files(proofs, [(f"{digest_of(raw).hex()}.tlog-proof", proof)])
    return found


def _say_refused(records: Sequence[bytes], refused: Mapping[int, EscrutinioError]) -> None:
    from escrutinio.core.records.attachments import digest_of

    if refused:
        click.echo(say("Refused: {count:,}", count=len(refused)))
    for place, why in list(refused.items())[:MOST_SAID]:
        click.echo(f"  {digest_of(records[place]).hex()}: {why.said_in(language())}")


# --- to a directory ---


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
