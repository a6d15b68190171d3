"""escrutinio mirrors: whether the copies of a publication show the same log."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from escrutinio.base.errors import InputError, LogError
from escrutinio.base.fetch import is_remote
from escrutinio.base.words.say import language, said_in_all, say
from escrutinio.cli.options import needed_trust_option, passphrase_option, quiet_option
from escrutinio.cli.output import EXIT_FAILED, EXIT_OPEN, print_json, read_note, read_text

if TYPE_CHECKING:
    from escrutinio.core.log.mirrors import MirrorList
    from escrutinio.core.log.policy import Policy
    from escrutinio.core.verification.mirrors import MirrorCopy, MirrorReport


@click.group(
    help=say(
        "Compare the mirrors of a publication.\n\n"
        "Example: escrutinio mirrors check public/venezuela-2024 --trust trust.toml"
    )
)
def command() -> None:
    pass


@command.command(
    help=say(
        "Ask each mirror for its checkpoint and prove that it shows the same log, earlier or later.\n\n"
        "SOURCE is a publication (directory or address), whose log is the measure and whose list of mirrors "
        "is read, or a mirrors.note alone; then the longest log among the mirrors is the measure. --mirror "
        "adds addresses, or directories.\n\n"
        "Exit codes: 0 all show the same log, also where some are behind or ahead; 1 a mirror is refused, or "
        "shows another history (a split view: keep both checkpoints); 4 none is, and one cannot be reached "
        "or shows too little; 2 bad use.\n\n"
        "Example: escrutinio mirrors check mirrors.note --trust trust.toml"
    )
)
@click.argument("source")
@needed_trust_option
@click.option(
    "--mirror",
    "more",
    multiple=True,
    help=say("One more copy to compare; may be repeated."),
)
@click.option("--json", "as_json", is_flag=True, help=say("Print JSON (docs/log.md)."))
def check(source: str, trust_file: Path, more: tuple[str, ...], as_json: bool) -> None:
    from escrutinio.core.log.trust import parse_trust
    from escrutinio.core.verification.mirrors import MirrorReport, MirrorStanding, compare_copies, open_copy

    policy = parse_trust(read_text(trust_file), str(trust_file)).policy
    base, listed = _source(source, policy)
    addresses = dict.fromkeys((*(listed.addresses if listed else ()), *more))
    if not addresses:
        raise InputError("mirrors-none", place=source)
    opened = [open_copy(address, policy) for address in addresses]
    copies = [copy for copy in opened if not isinstance(copy, MirrorReport)]
    measure = base or max(copies, key=lambda copy: copy.verified.checkpoint.size, default=None)
    reports = [
        copy if isinstance(copy, MirrorReport) or measure is None else compare_copies(measure, copy)
        for copy in opened
    ]
    found = [report for report in reports if isinstance(report, MirrorReport)]
    if as_json:
        print_json(_plain(measure, listed, found))
    else:
        _print(measure, listed, found)
    standings = {report.standing for report in found}
    if standings & {MirrorStanding.SPLIT, MirrorStanding.REFUSED}:
        sys.exit(EXIT_FAILED)
    if standings & {MirrorStanding.UNREACHABLE, MirrorStanding.UNPROVED}:
        sys.exit(EXIT_OPEN)


@command.command(
    help=say(
        "Cosign what the mirror in DIRECTORY holds: all of the log up to its checkpoint, verified first. The "
        "checkpoint there gets the cosignature, which says that whoever asks this mirror gets every entry. "
        "KEEPER is the directory of its key, which escrutinio witness key makes; no witness has the same.\n\n"
        "Example: escrutinio mirrors cosign mirror --with keeper --trust trust.toml"
    )
)
@click.argument("directory", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--with", "keeper", required=True, type=click.Path(path_type=Path), metavar="KEEPER",
              help=say("Directory of the mirror's own key and memory."))  # fmt: skip
@needed_trust_option
@passphrase_option
@quiet_option
def cosign(directory: Path, keeper: Path, trust_file: Path, passphrase: str, quiet: bool) -> None:
    from escrutinio.base.clock import now
    from escrutinio.cli.opening import open_log
    from escrutinio.core.log.trust import parse_trust
    from escrutinio.running.witness.cosigner import Cosigner, logs_of
    from escrutinio.running.witness.holding import cosign_held
    from escrutinio.running.witness.home import WitnessHome

    policy = parse_trust(read_text(trust_file), str(trust_file)).policy
    home = WitnessHome(keeper)
    signers = home.signers(passphrase)
    known = {each.key.public_key for each in policy.witnesses}
    if any(signer.verifier.public_key in known for signer in signers):
        raise InputError("mirror-is-witness", keeper=keeper)
    log = open_log(str(directory), trust_file, quiet=quiet)
    held = cosign_held(Cosigner(home.memory(), signers, logs_of([policy]), now), log, directory)
    click.echo(
        say(
            "{directory}: {origin} held and cosigned at {size:,} entries",
            directory=directory,
            origin=held.checkpoint.origin,
            size=held.checkpoint.size,
        )
    )


def _source(source: str, policy: Policy) -> tuple[MirrorCopy | None, MirrorList | None]:
    """The log to measure with and the list of mirrors, as far as there are such. Raises LogError."""
    from escrutinio.base.fetch import open_files
    from escrutinio.core.log.mirrors import MIRRORS, open_mirrors
    from escrutinio.core.log.notes import MAX_NOTE
    from escrutinio.core.verification.mirrors import MirrorReport, open_copy

    keys = [log.key for log in policy.logs]
    if not is_remote(source) and not Path(source).is_dir():
        return None, open_mirrors(read_note(Path(source)), keys, source)
    base = open_copy(source, policy)
    if isinstance(base, MirrorReport):
        raise LogError("log-not-opened", address=source, why=base.why)
    data = open_files(source)(MIRRORS, MAX_NOTE)
    return base, None if data is None else open_mirrors(data, keys, MIRRORS)


def _print(measure: MirrorCopy | None, listed: MirrorList | None, reports: list[MirrorReport]) -> None:
    from escrutinio.core.verification.mirrors import MirrorStanding

    lang = language()
    if measure is not None:
        click.echo(
            say(
                "Measured with {address}: {size:,} entries",
                address=measure.address,
                size=measure.verified.checkpoint.size,
            )
        )
    if listed is not None:
        click.echo(say("List signed at ") + _moment(listed.signed_at))
    for report in reports:
        click.echo(
            f"  {_standing(report, lang):<28} {report.address}"
            + (f": {report.why.said_in(lang)}" if report.why else "")
        )
    if measure is not None and any(report.standing is MirrorStanding.SPLIT for report in reports):
        click.echo(say("\nSplit view: the log signed two histories. Keep both checkpoints:"))
        split = [report for report in reports if report.standing is MirrorStanding.SPLIT]
        for address, note in ((measure.address, measure.note), *((r.address, r.checkpoint) for r in split)):
            click.echo(f"\n# {address}\n{note.decode()}")


def _standing(report: MirrorReport, lang: str) -> str:
    from escrutinio.core.verification.mirrors import MirrorStanding

    return {
        MirrorStanding.SAME: say("same"),
        MirrorStanding.BEHIND: say("behind by {entries:,}", entries=report.entries),
        MirrorStanding.AHEAD: say("ahead by {entries:,}", entries=report.entries),
        MirrorStanding.SPLIT: say("ANOTHER HISTORY"),
        MirrorStanding.UNPROVED: say("NOT PROVED"),
        MirrorStanding.REFUSED: say("REFUSED"),
        MirrorStanding.UNREACHABLE: say("NOT READABLE"),
    }[report.standing]


def _plain(
    measure: MirrorCopy | None, listed: MirrorList | None, reports: list[MirrorReport]
) -> dict[str, object]:
    return {
        "version": 2,
        "measure": None
        if measure is None
        else {
            "address": measure.address,
            "size": measure.verified.checkpoint.size,
            "root": measure.verified.checkpoint.root.hex(),
            "checkpoint": measure.note.decode(),
        },
        "signed_at": None if listed is None else listed.signed_at,
        "mirrors": [
            {
                "address": report.address,
                "standing": report.standing.value,
                "entries": report.entries,
                "size": report.size,
                "why": report.why and said_in_all(report.why),
                "checkpoint": report.checkpoint.decode(errors="replace"),
            }
            for report in reports
        ],
    }


def _moment(seconds: int) -> str:
    from datetime import UTC, datetime

    try:
        return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
    except (ValueError, OverflowError, OSError):
        return str(seconds)
