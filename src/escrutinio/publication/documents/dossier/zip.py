"""A dossier as a ZIP archive: the document, the records and everything needed to verify them again.

    README.txt, statement.txt, dossier.pdf, check.py, index.csv, SHA256SUMS, trust.toml
    records/<entry>-<type>.cose     the record, byte for byte as in the log; .json: what it says
    proofs/<entry>-<type>.tlog-proof
    openssl/<entry>-<type>/         signed.bin, signature.bin, key.pem
    checkpoint/                     the checkpoint; log/ and witness-<n>/ as in openssl/
    sheets/<entry>-<type>.pdf       each sheet, copy and count, printed
    attachments/<sha256>            what the records attach, without images

The same log gives the same bytes: members are sorted and bear no moment.
"""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Iterable, Iterator
from hashlib import sha256
from importlib.resources import files
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from escrutinio.base.cells import csv_bytes
from escrutinio.core.log.notes import KeyType, cosigned_message
from escrutinio.core.log.trust import format_trust
from escrutinio.core.records.attachments import file_name
from escrutinio.core.records.cose import split
from escrutinio.core.records.entry import body_to_plain
from escrutinio.publication.documents.dossier.dossier import Dossier, Item
from escrutinio.publication.documents.dossier.pdf import to_pdf
from escrutinio.publication.documents.dossier.sections import heading
from escrutinio.publication.documents.dossier.text import to_text
from escrutinio.publication.documents.report.document import Tongue
from escrutinio.publication.documents.sheets.pdf import sheet_pdf
from escrutinio.publication.documents.sheets.printing import Printer

_BEFORE_KEY = bytes.fromhex("302a300506032b6570032100")  # RFC 8410: an Ed25519 public key
_NO_MOMENT = (1980, 1, 1, 0, 0, 0)


def to_zip(dossier: Dossier, language: str) -> bytes:
    """The archive, in one language."""
    members = dict(_members(dossier, language))
    members["SHA256SUMS"] = "".join(
        f"{sha256(content).hexdigest()}  {path}\n" for path, content in sorted(members.items())
    ).encode()
    buffer = BytesIO()
    with ZipFile(buffer, "w", ZIP_DEFLATED) as archive:
        for path, content in sorted(members.items()):
            info = ZipInfo(path, _NO_MOMENT)
            info.compress_type, info.external_attr = ZIP_DEFLATED, 0o644 << 16
            archive.writestr(info, content)
    return buffer.getvalue()


def pem(key: bytes) -> bytes:
    """An Ed25519 public key (32 bytes) as `openssl` reads it."""
    body = b64encode(_BEFORE_KEY + key).decode()
    return f"-----BEGIN PUBLIC KEY-----\n{body}\n-----END PUBLIC KEY-----\n".encode()


def _members(dossier: Dossier, language: str) -> Iterator[tuple[str, bytes]]:
    text = to_text(dossier, language)
    yield "statement.txt", text.encode()
    yield "README.txt", to_readme(dossier, language).encode()
    yield "dossier.pdf", to_pdf(dossier, language)
    yield "check.py", files(__package__).joinpath("check.py").read_bytes()
    yield "index.csv", _index(dossier.items)
    if dossier.head.trust is not None:
        yield "trust.toml", format_trust(dossier.head.trust)
    yield from _checkpoint(dossier)
    printer = Printer(dossier.state, dossier.head.fingerprint, language)
    for item in dossier.items:
        yield from _record(item)
        if printer.can_print(item.signed):  # what does not fit its contest is a record and a finding
            yield f"sheets/{item.name}.pdf", sheet_pdf(printer.sheet(item.signed), "a4")
    # Two records may name one file, and call it of two types.
    yield from {f"attachments/{file_name(a.digest)}": content for a, content in dossier.attachments}.items()


def _record(item: Item) -> Iterator[tuple[str, bytes]]:
    entry = item.signed.entry
    frame = split(entry.raw)
    yield f"records/{item.name}.cose", entry.raw
    plain = {
        "entry": item.signed.index,
        "type": entry.body.NAME,
        "signer": entry.signer,
        "subject": entry.subject,
        "issued_at": entry.issued_at,
        "says": body_to_plain(entry.body),
    }
    yield f"records/{item.name}.json", (json.dumps(plain, ensure_ascii=False, indent=1) + "\n").encode()
    yield f"proofs/{item.name}.tlog-proof", item.proof_file
    yield from _signed(f"openssl/{item.name}", frame.signed, frame.signature, item.signed.key)


def _checkpoint(dossier: Dossier) -> Iterator[tuple[str, bytes]]:
    """The checkpoint, and what its signatures by known keys cover."""
    head = dossier.head
    note = head.signed.note
    yield "checkpoint/checkpoint", note.data
    values = {(line.name, line.key_id): line.value for line in note.signatures}
    if head.log_key is not None:
        value = values[head.log_key.name, head.log_key.key_id]
        yield from _signed("checkpoint/log", note.text, value, head.log_key.public_key)
    # What is signed with ML-DSA-44 few installed programs can check: it stands in the checkpoint alone.
    checked = [(seen, key) for seen, key in head.cosignatures if key.type is KeyType.COSIGNATURE]
    for number, (seen, key) in enumerate(checked, 1):
        text = cosigned_message(key, note.text, seen.timestamp)
        value = values[key.name, key.key_id][8:]
        yield from _signed(f"checkpoint/witness-{number}", text, value, key.public_key)


def _signed(folder: str, signed: bytes, signature: bytes, key: bytes) -> Iterator[tuple[str, bytes]]:
    yield f"{folder}/signed.bin", signed
    yield f"{folder}/signature.bin", signature
    yield f"{folder}/key.pem", pem(key)


def _index(items: Iterable[Item]) -> bytes:
    rows = (
        (
            item.signed.index,
            item.signed.entry.body.NAME,
            item.signed.entry.signer,
            item.signed.entry.subject,
            item.name,
            item.signed.entry.digest.hex(),
            item.signed.introduced,
        )
        for item in items
    )
    header = ("entry", "type", "signer", "subject", "file", "sha256", "key_from_entry")
    return csv_bytes(header, rows)


def to_readme(dossier: Dossier, language: str) -> str:
    """What each file of the archive is."""
    say = Tongue(language)
    title, election = heading(dossier, language)
    head = f"{title}\n{election}\n\n"
    return head + say(
        "dossier.pdf       the dossier; statement.txt has the same words\n"
        "index.csv         every record: entry, type, signer, file, SHA-256, entry that brought "
        "its key\n"
        "records/          the records, byte for byte as in the log, and as JSON\n"
        "proofs/           that each record is in the log (C2SP tlog-proof)\n"
        "openssl/          what each signature covers, the signature, and the key\n"
        "checkpoint/       the log's checkpoint and its signatures\n"
        "sheets/           the sheets, copies and counts, printed\n"
        "attachments/      what the records attach, without images\n"
        "trust.toml        the keys: compare them with a trust file got by another way\n"
        "check.py          checks all of it with Python's own library and OpenSSL\n"
        "SHA256SUMS        sha256sum -c SHA256SUMS\n\n"
    )
