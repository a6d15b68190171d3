"""Attachments: what a record says of a file, and files that are not what it says."""

from dataclasses import replace
from hashlib import sha256

import pytest

from escrutinio.base.errors import RecordError
from escrutinio.core.records.attachments import (
    MAX_ATTACHMENT,
    MEDIA_TYPES,
    attachment_of,
    check,
    digest_of,
    file_name,
)

CONTENT = "code,parent,level,name\nall,,country,País inventado\n".encode()
SAID = attachment_of(CONTENT, "text/csv")


def test_a_file_is_what_its_record_says() -> None:
    check(CONTENT, SAID)
    assert (SAID.digest, SAID.size, SAID.media_type) == (sha256(CONTENT).digest(), len(CONTENT), "text/csv")
    assert digest_of(CONTENT) == SAID.digest
    assert file_name(SAID.digest) == sha256(CONTENT).hexdigest()


@pytest.mark.parametrize("media_type", sorted(MEDIA_TYPES))
def test_every_known_media_type_can_be_attached_even_empty(media_type: str) -> None:
    check(b"", attachment_of(b"", media_type))


@pytest.mark.parametrize(
    "media_type", ["", "text/html", "image/svg+xml", "TEXT/CSV", "text/csv; charset=utf-8"]
)
def test_another_media_type_is_refused(media_type: str) -> None:
    with pytest.raises(RecordError, match="cannot be attached"):
        attachment_of(CONTENT, media_type)
    with pytest.raises(RecordError, match="cannot be attached"):
        check(CONTENT, replace(SAID, media_type=media_type))


def test_an_altered_file_is_refused() -> None:
    with pytest.raises(RecordError, match="does not have the bytes that its"):
        check(CONTENT.replace(b"all", b"ill"), SAID)
    with pytest.raises(RecordError, match="has 50 bytes, not 51" if len(CONTENT) == 51 else "bytes, not"):
        check(CONTENT[:-1], SAID)


def test_an_altered_digest_or_size_is_refused() -> None:
    with pytest.raises(RecordError, match="does not have the bytes that its"):
        check(CONTENT, replace(SAID, digest=bytes(32)))
    with pytest.raises(RecordError, match="bytes, not"):
        check(CONTENT, replace(SAID, size=SAID.size + 1))
    with pytest.raises(RecordError, match="268,435,456 are allowed"):
        check(CONTENT, replace(SAID, size=MAX_ATTACHMENT + 1))
