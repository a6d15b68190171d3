"""Attachments: files published beside the log, named by their SHA-256.

A record carries digest, size and media type; the file itself can be long, and can be withdrawn.
"""

from hashlib import sha256

from escrutinio.base.errors import RecordError
from escrutinio.core.records.parts import Attachment

CSV, TEXT, JSON, CBOR = "text/csv", "text/plain", "application/json", "application/cbor"
MEDIA_TYPES = frozenset({CSV, TEXT, JSON, CBOR, "application/pdf", "image/jpeg", "image/png"})
MAX_ATTACHMENT = 2**28


def digest_of(content: bytes) -> bytes:
    """The 32 bytes of SHA-256 by which records name a file or another record."""
    return sha256(content).digest()


def file_name(digest: bytes) -> str:
    """The name of an attachment's file: its SHA-256 in lower-case hexadecimal."""
    return digest.hex()


def attachment_of(content: bytes, media_type: str) -> Attachment:
    """What a record says of `content`. Raises RecordError for another media type or more than 256 MiB."""
    made = Attachment(digest_of(content), len(content), media_type)
    check_attachment(made)
    return made


def check_attachment(attachment: Attachment) -> None:
    """Raise RecordError unless such a file may be attached: a known media type, at most 256 MiB."""
    if attachment.media_type not in MEDIA_TYPES:
        known = ", ".join(sorted(MEDIA_TYPES))
        raise RecordError("bound-media-type", known=known, type=repr(attachment.media_type[:80]))
    if attachment.size > MAX_ATTACHMENT:
        raise RecordError("bound-size", size=attachment.size, limit=MAX_ATTACHMENT)


def check(content: bytes, attachment: Attachment) -> None:
    """Raise RecordError unless `content` is the file that `attachment` names."""
    check_attachment(attachment)
    name = file_name(attachment.digest)
    if len(content) != attachment.size:
        raise RecordError("attachment-size", name=name, size=len(content), stated=attachment.size)
    if digest_of(content) != attachment.digest:
        raise RecordError("attachment-digest", digest=name)
