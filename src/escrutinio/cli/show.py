"""escrutinio show: a record, an entry, a station, a key or a proof, for people or as JSON."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import click

from escrutinio.base.errors import InputError, RecordError
from escrutinio.base.inputs import as_note, read_input
from escrutinio.base.words.say import say
from escrutinio.cli.opening import given_trust
from escrutinio.cli.options import json_option, trust_file_option
from escrutinio.cli.output import print_json
from escrutinio.core.log.checkpoint import parse_checkpoint, verify_checkpoint
from escrutinio.core.log.pinned import PinnedLog
from escrutinio.core.log.proofs import format_proof, parse_proof
from escrutinio.core.log.reader import open_log
from escrutinio.core.records.cose import key_id
from escrutinio.core.records.entry import Entry, body_to_plain, open_record
from escrutinio.core.records.qr import NOT_REAL, REAL, read_qr_text, typed_text
from escrutinio.core.records.types import Enrolment


@click.command(
    help=say(
        "Show WHAT: a record file, the text of a QR code, a .tlog-proof file; or, in the log that --log "
        "names, "
        "the number of an entry, the code of a station, the name or kid of a signer.\n\n"
        "Examples: escrutinio show 12 --log public/miniature; escrutinio show N1.01 --log "
        "public/miniature --json; "
        "escrutinio show 12 --log public/miniature --proof > 12.tlog-proof",
        "Muestra WHAT: un archivo de un documento, el texto de un código QR, un archivo .tlog-proof; o, "
        "en el "
        "registro que indica --log, el número de una entrada, el código de una mesa, el nombre o kid de "
        "un firmante.\n\n"
        "Ejemplos: escrutinio show 12 --log public/miniature; escrutinio show N1.01 --log "
        "public/miniature --json; "
        "escrutinio show 12 --log public/miniature --proof > 12.tlog-proof",
    )
)
@click.argument("what")
@click.option(
    "--log",
    "address",
    help=say("Publication: a directory or an address.", "Publicación: directorio o dirección."),
)
@click.option(
    "--proof", is_flag=True, help=say("Print the proof of an entry.", "Imprime la prueba de una entrada.")
)
@trust_file_option
@json_option
def command(what: str, address: str | None, proof: bool, trust_file: Path | None, as_json: bool) -> None:
    if what.startswith((REAL, NOT_REAL)):
        raw, real = read_qr_text(what)
        _show([(None, open_record(raw))], as_json, None if real else _not_real())
    elif address is None:
        _show_file(Path(what), as_json)
    elif proof:
        click.echo(_proof(what, _open(address, trust_file)), nl=False)
    else:
        found = list(_find(what, _open(address, trust_file)))
        if not found:
            raise InputError(f"nothing in the log at {address} is, or is signed by or about, {what[:80]!r}")
        _show(found, as_json)


def _not_real() -> str:
    return say("This record belongs to no real election.", "Este documento no es de una elección real.")


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
    _show([(None, open_record(content))], as_json)


def _open(address: str, trust_file: Path | None) -> PinnedLog:
    """The log at one checkpoint, which is read once: every entry is held against its root before it is shown.

    Raises LogError where a trust file was given and its keys did not sign and cosign the checkpoint.
    """
    reader = open_log(address.rstrip("/") + "/log")
    signed = parse_checkpoint(reader.checkpoint())
    if (trust := given_trust(trust_file)) is not None:
        verify_checkpoint(signed, trust.policy)
    return PinnedLog(reader, signed)


def _find(what: str, log: PinnedLog) -> Iterator[tuple[int, Entry]]:
    if what.isascii() and what.isdigit() and "." not in what:
        if (index := _number(what)) < log.size:
            yield index, open_record(log.entry(index))
        return
    for index, raw in enumerate(log.all_entries()):
        # Most entries speak of something else: their bytes say so before they are opened.
        if what.encode() not in raw and (len(what) != 16 or bytes.fromhex(_hex(what)) not in raw):
            continue
        try:
            entry = open_record(raw)
        except RecordError:
            continue
        if _concerns(entry, what):
            yield index, entry


def _number(what: str) -> int:
    """The index of an entry. Raises InputError."""
    if not (what.isascii() and what.isdigit() and len(what) <= 16):
        raise InputError(f"{what[:80]!r} is not the number of an entry")
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
        raise InputError(f"the log has {log.size} entries; there is no entry {what[:20]}")
    return format_proof(log.proof(_number(what))).decode()


def _show(found: Sequence[tuple[int | None, Entry]], as_json: bool, note: str | None = None) -> None:
    if as_json:
        print_json([_plain(index, entry) for index, entry in found])
        return
    for number, (index, entry) in enumerate(found):
        if number:
            click.echo()
        plain = _plain(index, entry)
        says = plain.pop("says")
        _table({**plain, "issued_at": datetime.fromtimestamp(entry.issued_at, UTC).isoformat()})
        assert isinstance(says, dict)
        _table(says, "  ")
    if note:
        click.echo(note)


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
