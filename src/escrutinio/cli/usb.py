"""escrutinio usb: records from an outbox to a hub on a stick, where there is no network, and answers back."""

from __future__ import annotations

import sys
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING

import click

from escrutinio.base.clock import now
from escrutinio.base.errors import EscrutinioError, LogError, RecordError
from escrutinio.base.words.say import language, say
from escrutinio.cli.options import json_option, needed_trust_option
from escrutinio.cli.output import EXIT_FAILED, EXIT_OPEN, print_json, read_text
from escrutinio.cli.sending import open_outbox

if TYPE_CHECKING:
    from escrutinio.core.log.policy import Policy
    from escrutinio.running.exchange.hub_client import HubClient, Sent
    from escrutinio.running.exchange.stick import OnStick

_stick = click.argument("stick", type=click.Path(exists=True, file_okay=False, path_type=Path))


@click.group(
    help=say(
        "Carry sealed records on a stick (or any directory) where there is no network. The bytes are those "
        "that the network would have carried: whatever arrives twice counts once (docs/station.md).\n\n"
        "Example:\n\n"
        "  escrutinio usb save box /media/stick\n\n"
        "  escrutinio usb send /media/stick --to https://hub.example --trust trust.toml"
    )
)
def command() -> None:
    pass


@command.command(
    help=say(
        "Write what the outbox in DIRECTORY holds and does not know to be public to STICK, with a list of "
        "the files that stands last. The stick may be pulled out when the command ends.\n\n"
        "Exit code 1: a record was left out, since a file that it attaches is missing.\n\n"
        "Example: escrutinio usb save box /media/stick"
    )
)
@click.argument("directory", type=click.Path(file_okay=False, path_type=Path))
@_stick
@click.option("--all", "everything", is_flag=True, help=say("What is public too."))
@json_option
def save(directory: Path, stick: Path, everything: bool, as_json: bool) -> None:
    from escrutinio.running.exchange.stick import save as write_stick

    outbox = open_outbox(directory)
    held, attachments, lacking = outbox.whole(
        each for each in outbox.held() if everything or each.public is None
    )
    records = [each.raw for each in held]
    files = 0
    if records:
        files = write_stick(stick, outbox.settings.election, records, attachments)
        outbox.saved([each.digest for each in held], now())
    if as_json:
        print_json({
            "version": 1,
            "records": len(records),
            "files": files,
            "problems": [each.plain() for each in lacking],
        })  # fmt: skip
        _end_of_saving(bool(lacking))
        return
    for problem in lacking:
        click.echo(say("Missing or damaged: {why}", why=problem.said_in(language())))
    click.echo(
        say(
            "Saved to {stick}: records {records:,}, files {files:,}",
            stick=stick,
            records=len(records),
            files=files,
        )
    )
    _end_of_saving(bool(lacking))


def _end_of_saving(lacking: bool) -> None:
    if lacking:
        sys.exit(EXIT_FAILED)


@command.command(
    help=say(
        "Send what is whole on STICK to the first address that takes it, and name each part that is missing "
        "or damaged. The answers are written back to the stick, for `escrutinio outbox take`.\n\n"
        "Exit code 0: all that was saved was taken, and with --wait is public; 1: a part is missing or "
        "damaged, or a record was refused; 4: something is not public yet after --wait.\n\n"
        "Example: escrutinio usb send /media/stick --to https://hub.example --trust trust.toml --wait 60"
    )
)
@_stick
@click.option("--to", "addresses", multiple=True, required=True,
              help=say("A hub's address; may be repeated, the first first."))  # fmt: skip
@needed_trust_option
@click.option("--wait", type=click.FloatRange(min=0), default=0.0,
              help=say("Seconds to wait for hub and proofs."))  # fmt: skip
@json_option
def send(stick: Path, addresses: tuple[str, ...], trust_file: Path, wait: float, as_json: bool) -> None:
    from escrutinio.core.log.trust import parse_trust
    from escrutinio.running.exchange.stick import read_stick

    trust = parse_trust(read_text(trust_file), str(trust_file))
    found = read_stick(stick, trust.definition.hex())
    hub, sent = _sent(addresses, found, wait)
    public, whys = _answered(stick, hub, found, sent, trust.policy, wait)
    refused = [(raw, each.why) for raw, each in zip(found.records, sent, strict=True) if each.why]
    if as_json:
        print_json({
            "version": 1,
            "sent": len(sent) - len(refused),
            "public": public,
            "others": found.others,
            "problems": [each.plain() for each in found.problems],
            "refused": [{"sha256": _name(raw), **why.plain()} for raw, why in refused],
            "notes": [why.plain() for why in whys],
        })  # fmt: skip
    else:
        click.echo(
            say("Records sent to {target}: {count:,}", target=hub.address, count=len(sent) - len(refused))
        )
        click.echo(say("Of these in the log at {address}: {count:,}", count=public, address=hub.address))
        if found.others:
            click.echo(say("Left out, of another election: {count:,}", count=found.others))
        for problem in found.problems:
            click.echo(say("Missing or damaged: {why}", why=problem.said_in(language())))
        for raw, why in refused:
            click.echo(say("Refused, {digest}: {why}", digest=_name(raw), why=why.said_in(language())))
        for why in whys:
            click.echo(say("Note: ") + why.said_in(language()))
    if found.problems or refused:
        sys.exit(EXIT_FAILED)
    if wait and public < len(sent):
        sys.exit(EXIT_OPEN)


def _name(raw: bytes) -> str:
    from escrutinio.core.records.attachments import digest_of

    return digest_of(raw).hex()


def _sent(addresses: tuple[str, ...], found: OnStick, wait: float) -> tuple[HubClient, list[Sent]]:
    """What the first hub that answers says of the records. Raises LogError, that of the last, for none."""
    from escrutinio.core.records.codes import Channel
    from escrutinio.running.exchange.hub_client import HubClient

    why = None
    for patience in (0.0, wait) if wait else (0.0,):  # none waits for another one that does not answer
        for address in addresses:
            try:
                sent = HubClient(address, patience).send(found.records, found.attachments, Channel.REMOVABLE)
            except LogError as error:
                why = error
            else:
                return HubClient(address, wait), sent
    assert why is not None
    raise why


def _answered(
    stick: Path, hub: HubClient, found: OnStick, sent: list[Sent], policy: Policy, wait: float
) -> tuple[int, list[EscrutinioError]]:
    """Write the answers back; how many records are public, and what did not go as it should: a proof or a
    path that does not hold, or a stick that cannot be written."""
    from escrutinio.core.records.attachments import digest_of
    from escrutinio.running.exchange.stick import AnswerKind, put_answers

    until, whys = monotonic() + wait, list[EscrutinioError]()
    said = [
        (digest_of(raw), AnswerKind.PROMISE, each.promise)
        for raw, each in zip(found.records, sent, strict=True)
        if each.promise
    ]
    public = 0
    for raw, each in zip(found.records, sent, strict=True):
        if each.why is not None:
            continue
        try:
            proof = hub.proof(raw, policy, max(0.0, until - monotonic()))
        except LogError as error:
            whys.append(LogError("outbox-proof", address=hub.address, why=error))
            break
        if proof is not None:
            public += 1
            said.append((digest_of(raw), AnswerKind.PROOF, proof))
        elif each.promise:
            try:
                path = hub.waiting(raw, [each.promise])
            except (LogError, RecordError) as why:
                whys.append(LogError("outbox-path", address=hub.address, why=why))
            else:
                said += [] if path is None else [(digest_of(raw), AnswerKind.PATH, path)]
    try:
        put_answers(stick, said)
    except LogError as error:
        whys.append(error)
    return public, whys
