"""escrutinio show: a record, an entry, a station, a key or a proof, for people or as JSON."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import click

from escrutinio.base.errors import InputError, RecordError
from escrutinio.base.inputs import as_note, read_input
from escrutinio.base.words.say import language, say
from escrutinio.cli.opening import refuse_log, verify_log
from escrutinio.cli.options import json_option, trust_file_option
from escrutinio.cli.output import EXIT_FAILED, EXIT_OPEN, print_json
from escrutinio.core.log.pinned import PinnedLog
from escrutinio.core.log.proofs import format_proof, parse_proof
from escrutinio.core.records.bounds import TIME_LIMIT, OutOfBoundsError, check_bounds
from escrutinio.core.records.codecs import TIME, Optional
from escrutinio.core.records.cose import key_id
from escrutinio.core.records.entry import Entry, body_to_plain, read_record
from escrutinio.core.records.qr import NOT_REAL, REAL, read_qr_text, typed_text
from escrutinio.core.records.types import Enrolment
from escrutinio.core.verification.checks import ENTRY, Outcome, Reason
from escrutinio.core.verification.publication import OF_THE_ORIGIN, NotVerifiedError, Verification

SHOWN_FAULTS = 20


@click.command(
    help=say(
        "Show WHAT: a record file, the text of a QR code, a .tlog-proof file; or, in the log that --log "
        "names, "
        "the number of an entry, the code of a station, the name or kid of a signer.\n\n"
        "Examples: escrutinio show 12 --log public/miniature; escrutinio show N1.01 --log "
        "public/miniature --json; "
        "escrutinio show 12 --log public/miniature --proof > 12.tlog-proof"
    )
)
@click.argument("what")
@click.option(
    "--log",
    "address",
    help=say("Publication: a directory or an address."),
)
@click.option("--proof", is_flag=True, help=say("Print the proof of an entry."))
@trust_file_option
@json_option
def command(what: str, address: str | None, proof: bool, trust_file: Path | None, as_json: bool) -> None:
    if what.startswith((REAL, NOT_REAL)):
        raw, real = read_qr_text(what)
        _show([(None, read_record(raw))], as_json, _alone() if real else f"{_not_real()} {_alone()}")
    elif address is None:
        _show_file(Path(what), as_json)
    else:
        shown = _Log(address, verify_log(address, trust_file, quiet=True))
        if proof:
            click.echo(_proof(what, shown.pinned), nl=False)
        else:
            found = list(shown.find(what))
            if not found and not shown.failed:
                raise InputError("show-nothing", address=address, what=repr(what[:80]))
            _show(found, as_json, faults=shown.faults)
        shown.end()


class _Log:
    """The log that is shown, as it was verified: its entries, and what is wrong with it.

    Entries are shown whatever is wrong with them, which is said; a log whose entries do not give its root has
    none that can be shown, and ends the command.
    """

    def __init__(self, address: str, found: Verification) -> None:
        if found.log is None:
            refuse_log(address, NotVerifiedError(address, found))
            raise AssertionError("refused")
        self.pinned = found.log.pinned
        self.failed = found.outcome is Outcome.FAILS
        self._open = not found.consistent
        self.faults: dict[int, list[Reason]] = {}
        self._others: list[str] = []
        for answer in found.asked:
            if answer.check in OF_THE_ORIGIN and not answer.failures:
                continue
            for reason in (*answer.failures, *answer.unjudged):
                place, _, number = reason.place.partition(" ")
                if place == ENTRY and number.isdigit():
                    self.faults.setdefault(int(number), []).append(reason)
                self._others.append(f"{int(answer.check)}: {reason.said_in(language())}")

    def find(self, what: str) -> Iterator[tuple[int, Entry]]:
        """The entries asked for."""
        return _find(what, self.pinned)

    def end(self) -> None:
        """Say what does not hold of the log, and end with the exit code of that."""
        if not self.failed and not self._open:
            return
        head = (
            say("This log does not verify.") if self.failed else say("This log could not be verified whole.")
        )
        click.echo(head, err=True)
        for sentence in self._others[:SHOWN_FAULTS]:
            click.echo(say("check ") + sentence, err=True)
        sys.exit(EXIT_FAILED if self.failed else EXIT_OPEN)


def _alone() -> str:
    return say(
        "Only its bytes were looked at: escrutinio check says whether a key in force signed it and whether "
        "it stands in a log."
    )


def _not_real() -> str:
    return say("This record belongs to no real election.")


def _show_file(path: Path, as_json: bool) -> None:
    content = read_input(path)
    text, note = typed_text(content) or "", b""
    with suppress(InputError):  # a record is no text
        note = as_note(content, str(path))
    if note.startswith(b"c2sp.org/tlog-proof"):
        found = parse_proof(note, str(path))
        checkpoint = found.checkpoint.checkpoint
        plain = {
            "index": found.index,
            "origin": checkpoint.origin,
            "size": checkpoint.size,
            "root": checkpoint.root.hex(),
        }
        if as_json:
            print_json(plain)
        else:
            _table(plain)
        return
    if text.startswith((REAL, NOT_REAL)):
        content, _ = read_qr_text(text)
    _show([(None, read_record(content))], as_json, _alone())


def _find(what: str, log: PinnedLog) -> Iterator[tuple[int, Entry]]:
    if what.isascii() and what.isdigit() and "." not in what:
        if (index := _number(what)) < log.size:
            try:
                yield index, read_record(log.entry(index))
            except RecordError as error:
                click.echo(
                    say("Entry {index:,} cannot be read: {why}", index=index, why=error),
                    err=True,
                )
        return
    for index, raw in enumerate(log.all_entries()):
        # Most entries speak of something else: their bytes say so before they are opened.
        if what.encode() not in raw and (len(what) != 16 or bytes.fromhex(_hex(what)) not in raw):
            continue
        try:
            entry = read_record(raw)
        except RecordError:
            continue
        if _concerns(entry, what):
            yield index, entry


def _number(what: str) -> int:
    """The index of an entry. Raises InputError."""
    if not (what.isascii() and what.isdigit() and len(what) <= 16):
        raise InputError("entry-form", what=repr(what[:80]))
    return int(what)


def _hex(text: str) -> str:
    return text if all(c in "0123456789abcdef" for c in text) else "00"


def _concerns(entry: Entry, what: str) -> bool:
    if what in (entry.signer, entry.kid.hex(), entry.subject, entry.about.station, entry.about.other):
        return True
    return isinstance(entry.body, Enrolment) and any(
        what in (key.name, key_id(key.public_key).hex()) for key in entry.body.keys
    )


def _proof(what: str, log: PinnedLog) -> str:
    if _number(what) >= log.size:
        raise InputError("entry-none", size=log.size, what=what[:20])
    return format_proof(log.proof(_number(what))).decode()


def _show(
    found: Sequence[tuple[int | None, Entry]],
    as_json: bool,
    note: str | None = None,
    *,
    faults: Mapping[int, list[Reason]] | None = None,
) -> None:
    wrong = {} if faults is None else faults
    if as_json:
        print_json(
            [
                _plain(index, entry)
                | ({} if index is None else {"faults": [each.plain() for each in wrong.get(index, ())]})
                for index, entry in found
            ]
        )
        return
    for number, (index, entry) in enumerate(found):
        if number:
            click.echo()
        show_entry(entry, index)
        try:
            check_bounds(entry.body, entry.issued_at)
        except OutOfBoundsError as error:
            click.echo(say("BEYOND WHAT A RECORD MAY STATE, without effect: ") + error.said_in(language()))
        for reason in wrong.get(-1 if index is None else index, ()):
            click.echo(say("DOES NOT VERIFY: ") + reason.sentence(language()))
    if note:
        click.echo(note)


_TIMES: tuple[object, ...] = (TIME, Optional(TIME))
"""Fields of a record that people read as moments: whoever signs one sees it as it is written."""


def show_entry(entry: Entry, index: int | None = None) -> None:
    """Print a record for people: its head, and every field that it has."""
    plain = _plain(index, entry)
    says = plain.pop("says")
    _table({**plain, "issued_at": _moment(entry.issued_at)})
    assert isinstance(says, dict)
    times = {name for name, codec in entry.body.LAYOUT if codec in _TIMES}
    _table({name: _moment(value) if name in times and value is not None else value
            for name, value in says.items()}, "  ")  # fmt: skip


def _moment(seconds: int) -> str:
    """A time that a record states, which calendars may not reach."""
    if seconds >= TIME_LIMIT:
        return say("{seconds:,} s after 1970, beyond any calendar", seconds=seconds)
    return datetime.fromtimestamp(seconds, UTC).isoformat()


def _plain(index: int | None, entry: Entry) -> dict[str, object]:
    return {
        "index": index,
        "type": entry.body.NAME,
        "signer": entry.signer,
        "kid": entry.kid.hex(),
        "subject": entry.subject,
        "issued_at": entry.issued_at,
        "election": entry.election.hex() or None,
        "sha256": entry.digest.hex(),
        "bytes": len(entry.raw),
        "says": body_to_plain(entry.body),
    }


def _table(values: dict[str, object], indent: str = "") -> None:
    for name, value in values.items():
        if value is None or value == []:
            continue
        if isinstance(value, list) and any(isinstance(item, dict) for item in value):
            click.echo(f"{indent}{name}:")
            for item in value:
                text = "  ".join(f"{k} {v}" for k, v in item.items() if v not in (None, []))
                click.echo(f"{indent}  - {text}")
        else:
            shown = " ".join(map(str, value)) if isinstance(value, list) else value
            click.echo(f"{indent}{name:<12} {shown}")
