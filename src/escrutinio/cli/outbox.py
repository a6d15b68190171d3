"""escrutinio outbox: a station's sealed records on their way to the log, and what came back."""

from __future__ import annotations

import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from escrutinio.base.clock import now
from escrutinio.base.errors import EscrutinioError, InputError
from escrutinio.base.fetch import is_remote
from escrutinio.base.words.say import language, say
from escrutinio.cli.options import json_option, log_option, quiet_option, trust_option
from escrutinio.cli.output import EXIT_FAILED, EXIT_OPEN, print_json
from escrutinio.cli.sending import channel_of, channel_option, open_outbox

if TYPE_CHECKING:
    from escrutinio.core.election.state import ElectionState
    from escrutinio.core.records.codes import Channel
    from escrutinio.running.exchange.delivery import Round
    from escrutinio.running.exchange.outbox import Held, Outbox, OutboxSettings

_directory = click.argument("directory", type=click.Path(file_okay=False, path_type=Path))


@click.group(
    help=say(
        "Keep a station's sealed records in DIRECTORY until the log has them: each is signed once and sent "
        "as it is, to one of several addresses, for as long as it takes; promises and proofs are checked and "
        "kept (docs/station.md).\n\n"
        "Example:\n\n"
        "  escrutinio outbox begin box --log https://results.example --trust trust.toml --to "
        "https://hub.example --to https://hub2.example\n\n"
        "  escrutinio outbox add box sheets\n\n"
        "  escrutinio outbox send box\n\n"
        "  escrutinio outbox screen box"
    )
)
def command() -> None:
    pass


@command.command(
    help=say(
        "Begin the outbox in DIRECTORY, or tell it new addresses: the log is verified with the trust file, "
        "and its titles and the keys of its receivers are kept, so that a promise is checked without a "
        "network.\n\n"
        "Example: escrutinio outbox begin box --log public --trust trust.toml --to https://hub.example"
    )
)
@_directory
@log_option
@click.option("--to", "addresses", multiple=True, required=True,
              help=say("A hub's address; may be repeated, the first first."))  # fmt: skip
@trust_option
@json_option
@quiet_option
def begin(
    directory: Path, address: str, addresses: tuple[str, ...], trust: Path | None, as_json: bool, quiet: bool
) -> None:
    from escrutinio.cli.opening import open_log
    from escrutinio.core.log.trust import format_trust

    for each in addresses:
        if not is_remote(each):
            raise InputError("outbox-address", address=repr(each[:80]))
    log = open_log(address, trust, quiet=quiet or as_json)
    if log.trust is None:
        raise InputError("outbox-trust")
    outbox = open_outbox(directory, make=True)
    settings = _settings(log.state, tuple(dict.fromkeys(addresses)), format_trust(log.trust))
    outbox.configure(settings)
    if as_json:
        print_json({
            "version": 1,
            "election": settings.election,
            "addresses": list(settings.addresses),
            "receivers": [name for name, _ in settings.receivers],
        })  # fmt: skip
        return
    click.echo(
        say(
            "{directory} sends to {addresses}; receivers that it believes: {receivers}",
            directory=directory,
            addresses=", ".join(settings.addresses),
            receivers=", ".join(name for name, _ in settings.receivers) or "–",
        )
    )


def _settings(state: ElectionState, addresses: tuple[str, ...], trust: bytes) -> OutboxSettings:
    from escrutinio.base.words.catalogue import languages
    from escrutinio.base.words.titles import choose
    from escrutinio.core.records.codes import Kind, Role
    from escrutinio.running.exchange.outbox import OutboxSettings

    body = state.definition.body
    return OutboxSettings(
        election=state.election.hex(),
        real=body.kind is Kind.REAL,
        title={each: choose(body.titles, each, body.code).text for each in languages()},
        contests={
            view.code: {each: choose(view.titles, each, view.code).text for each in languages()}
            for view in state.contests
        },
        addresses=addresses,
        trust=trust,
        receivers=tuple(
            (held.key.name, held.key.public_key)
            for held in state.keys
            if held.key.role == Role.RECEIVER and held.revoked is None
        ),
    )


@command.command(
    help=say(
        "Put FILES into the outbox: sealed records, directories of them, or the texts of QR codes. They are "
        "durable when the command ends. The same again changes nothing; a second sheet by the same signer of "
        "the same station and contest is refused unless --second says that it is meant.\n\n"
        "Example: escrutinio outbox add box sheets --printed"
    )
)
@_directory
@click.argument("files", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path))
@click.option("--printed", is_flag=True, help=say("They stand on paper already."))
@click.option("--second", is_flag=True, help=say("Take a second sheet of a station and contest too."))
@channel_option
@json_option
def add(
    directory: Path, files: tuple[Path, ...], printed: bool, second: bool, channel: Channel | None,
    as_json: bool,
) -> None:  # fmt: skip
    from escrutinio.core.records.attachments import digest_of
    from escrutinio.running.exchange.parcel import read_sealed

    outbox = open_outbox(directory)
    records, attachments = read_sealed(files)
    new = outbox.add(records, attachments, channel_of(files, channel), now(), second=second)
    if printed:
        outbox.printed(map(digest_of, records), now())
    if as_json:
        print_json({"version": 1, "new": new, "known": len(records) - new})
        return
    click.echo(say("New in the outbox: {new:,}; known: {known:,}", new=new, known=len(records) - new))


@command.command(
    help=say(
        "Send what is in the outbox until every record is public, or with --once what is due now. An "
        "address that does not answer is tried again after pauses that grow and differ by chance, and the "
        "next one is asked meanwhile. It may be stopped at any moment, by a power cut too, and goes on where "
        "it was.\n\n"
        "Exit code 0: all is public, and each proof was checked; 1: a record is refused by every address; 4: "
        "something is not public yet.\n\n"
        "Example: escrutinio outbox send box --once"
    )
)
@_directory
@click.option("--once", is_flag=True, help=say("One round, and no waiting."))
@json_option
def send(directory: Path, once: bool, as_json: bool) -> None:
    from escrutinio.running.exchange.delivery import Delivery

    outbox = open_outbox(directory)
    delivery = Delivery(outbox)
    try:
        while True:
            done = delivery.round(again=once)
            held = outbox.held()
            left = [each for each in held if each.public is None]
            refused = [each for each in left if each.digest in delivery.refused]
            if once or len(refused) == len(left):
                break
            if not as_json:
                _say_round(done, len(held), len(left))
            _rest(outbox, done.rest)
    finally:
        delivery.close()
    _print(outbox, held, as_json)
    if left:
        sys.exit(EXIT_FAILED if refused else EXIT_OPEN)


def _rest(outbox: Outbox, seconds: float) -> None:
    """Wait for the next round, or for a record that comes meanwhile."""
    until, count = time.monotonic() + seconds, outbox.size
    while (left := until - time.monotonic()) > 0 and outbox.size == count:
        time.sleep(min(1.0, left))


def _say_round(done: Round, all_records: int, left: int) -> None:
    if done.taken or done.proved:
        click.echo(
            say("Public: {public:,} of {records:,}", public=all_records - left, records=all_records), err=True
        )
    if done.why is not None:
        click.echo(say("Note: ") + done.why.said_in(language()), err=True)


@command.command(
    help=say(
        "Say of each record in the outbox whether it was printed, saved, received and found public, with its "
        "receipt code.\n\n"
        "Example: escrutinio outbox status box --json"
    )
)
@_directory
@json_option
def status(directory: Path, as_json: bool) -> None:
    outbox = open_outbox(directory)
    _print(outbox, outbox.held(), as_json)


@command.command(
    help=say(
        "Take in the answers that came back on a stick, or in the directory that `submit --proofs` wrote. "
        "Each is checked as if the hub had given it; those for other outboxes are passed over.\n\n"
        "Exit code 1: an answer does not hold, and is not taken.\n\n"
        "Example: escrutinio outbox take box /media/stick"
    )
)
@_directory
@click.argument("stick", type=click.Path(exists=True, file_okay=False, path_type=Path))
@json_option
def take(directory: Path, stick: Path, as_json: bool) -> None:
    from escrutinio.running.exchange.delivery import take_answer
    from escrutinio.running.exchange.stick import answers

    outbox, taken = open_outbox(directory), 0
    whys: list[tuple[str, EscrutinioError]] = []
    for digest, kind, answer in answers(stick):
        held = outbox.find(digest)
        if held is None:
            continue
        try:
            take_answer(outbox, held.raw, answer, kind)
            taken += 1
        except EscrutinioError as error:
            whys.append((digest.hex(), error))
    if as_json:
        refused = [{"sha256": name, **why.plain()} for name, why in whys]
        print_json({"version": 1, "taken": taken, "refused": refused})
    else:
        click.echo(say("Answers taken in: {taken:,}", taken=taken))
        for name, why in whys:
            click.echo(say("Not believed, {digest}: {why}", digest=name, why=why.said_in(language())))
    if whys:
        sys.exit(EXIT_FAILED)


@command.command(
    name="take-out",
    help=say(
        "Write what the outbox holds to the directory OUTPUT, as `submit --proofs` names it: each record, "
        "every promise of it, the paths of these among what waited, and the proof. They are what `escrutinio "
        "check` takes. What is there stays; running it again adds what is new.\n\n"
        "Example: escrutinio outbox take-out box -o evidence"
    ),
)
@_directory
@click.option("-o", "--output", type=click.Path(file_okay=False, path_type=Path), required=True,
              help=say("Directory for the files."))  # fmt: skip
@json_option
def take_out(directory: Path, output: Path, as_json: bool) -> None:
    from escrutinio.base.files import write_files
    from escrutinio.running.exchange.stick import AnswerKind, put_answers

    outbox = open_outbox(directory)
    held = outbox.held()
    counts = {"version": 1, "records": len(held), "promises": 0, "paths": 0, "proofs": 0}
    write_files(output, ((f"{each.digest.hex()}.cose", each.raw) for each in held))
    for each in held:
        promises, paths = outbox.promises(each.digest), outbox.paths(each.digest)
        proofs = [] if each.proof is None else [each.proof]
        counts["promises"] += len(promises)
        counts["paths"] += len(paths)
        counts["proofs"] += len(proofs)
        found = [(each.digest, AnswerKind.PROMISE, content) for content in promises]
        found += [(each.digest, AnswerKind.PATH, content) for content, _ in paths]
        found += [(each.digest, AnswerKind.PROOF, content) for content in proofs]
        put_answers(output, found, below="")
    if as_json:
        print_json(counts)
        return
    click.echo(
        say(
            "{output}: records {records:,}, promises {promises:,}, paths {paths:,}, proofs {proofs:,}",
            output=output,
            records=counts["records"],
            promises=counts["promises"],
            paths=counts["paths"],
            proofs=counts["proofs"],
        )
    )


@command.command(
    help=say(
        "Show the outbox as one page on this machine, for whoever runs the station: printed, sent, received, "
        "and the receipt code of each record.\n\n"
        "Example: escrutinio outbox screen box"
    )
)
@_directory
@click.option("--port", default=8040, show_default=True, type=click.IntRange(0, 65535),
              help=say("Port to listen on; 0 takes a free one."))  # fmt: skip
def screen(directory: Path, port: int) -> None:
    from escrutinio.base.local_http import serve_locally
    from escrutinio.running.desk.station import station_application

    outbox = open_outbox(directory)
    serve_locally(station_application(outbox, now), port, click.echo)


# --- what is held ---


def _print(outbox: Outbox, held: list[Held], as_json: bool) -> None:
    if as_json:
        print_json({"version": 1, "records": [_plain(each, outbox.paths(each.digest)) for each in held]})
        return
    public = sum(each.public is not None for each in held)
    click.echo(say("Public: {public:,} of {records:,}", public=public, records=len(held)))
    for each in held:
        entry = each.entry
        click.echo(f"  {entry.body.NAME} {entry.subject}  {each.digest.hex()[:16]}  {_stands(each)}")
        if each.refused is not None and each.public is None:
            click.echo("    " + say("Refused: ") + each.refused.error.said_in(language()))
        if each.overdue(now()):
            click.echo("    " + say("It was promised to be public by now; keep the promise."))
    if (last := outbox.last_try) is not None and last.why is not None and public < len(held):
        click.echo(say("Note: ") + last.why.error.said_in(language()))
    if any(each.code for each in held):
        click.echo(say("A receipt code is a reminder and no proof; the proofs are in the outbox."))


def _stands(each: Held) -> str:
    said = [
        say("printed") if each.printed else "",
        say("saved") if each.saved and not each.sent else "",
        say("public") if each.public else say("sent") if each.sent else say("not sent"),
        say("receipt {code}", code=each.code) if each.code else "",
    ]
    return ", ".join(filter(None, said))


def _plain(each: Held, paths: list[tuple[bytes, int]]) -> dict[str, object]:
    entry = each.entry

    def moment(seconds: int | None) -> str | None:
        return None if seconds is None else datetime.fromtimestamp(seconds, UTC).isoformat()

    return {
        "sha256": each.digest.hex(),
        "type": entry.body.NAME,
        "subject": entry.subject,
        "signer": entry.signer,
        "channel": each.channel.name.lower(),
        "printed": moment(each.printed),
        "saved": moment(each.saved),
        "received": moment(each.sent),
        "by": moment(each.by),
        "waited": moment(paths[-1][1] if paths else None),
        "public": moment(each.public),
        "hub": each.hub or None,
        "code": each.code,
        "tries": each.tries,
        "refused": None if each.refused is None else each.refused.error.plain(),
    }
