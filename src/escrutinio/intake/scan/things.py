"""What a person holds in hand: a photo, scan or PDF, the text of a QR code, a record, or a proof.

The bytes decide what it is. What comes out is the texts of QR codes, or the bytes of one record or proof.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from hashlib import sha256

from escrutinio.base.errors import InputError, RecordError
from escrutinio.base.extras import need
from escrutinio.base.inputs import as_note
from escrutinio.base.limited import LeftError, Readers
from escrutinio.core.log.proofs import MAX_PROOF
from escrutinio.core.records.qr import NOT_REAL, REAL, typed_text
from escrutinio.core.records.qr2024 import read_qr2024
from escrutinio.core.verification.waiting import FIRST_LINE
from escrutinio.intake.scan.folder import IMAGE
from escrutinio.intake.scan.problems import Problem, UnreadableError, of_left

MAX_TEXT = 4 * MAX_PROOF
"""Largest file that is looked at as text, in bytes; UTF-16 needs two for a character."""

_PROOFS = (b"c2sp.org/tlog-proof", FIRST_LINE.encode())
_RECORD = b"\xd2\x84"


@dataclass(frozen=True, slots=True)
class Thing:
    """What was read of a thing with this SHA-256.

    `texts`: of QR codes, each once, in the order found, with the page each stands on; `record` or `proof`:
    its bytes. `problems`: why pages, or the whole, gave nothing, with the page's number (from 1), the problem
    and its detail.
    """

    digest: bytes
    texts: tuple[tuple[int, str], ...] = ()
    record: bytes | None = None
    proof: bytes | None = None
    problems: tuple[tuple[int, Problem, str], ...] = field(default=())


def is_text(thing: str) -> bool:
    """Whether what was typed is itself the text of a sheet's QR code, and no name of a file."""
    if thing.startswith((REAL, NOT_REAL)):
        return True
    try:
        read_qr2024(thing)
    except RecordError:
        return False
    return True


def read_thing(data: bytes) -> Thing:
    """Read a thing from its bytes; problems of an image are told, not raised. Raises InputError for none."""
    digest = sha256(data).digest()
    if not data:
        raise InputError("scan-empty")
    if data.startswith(_RECORD):
        return Thing(digest, record=data)
    if len(data) <= MAX_TEXT:
        text = typed_text(data)
        if text is not None and is_text(text):
            return Thing(digest, texts=((1, text),))
        with suppress(InputError):
            note = as_note(data, "the file")
            if note.startswith(_PROOFS):
                return Thing(digest, proof=note)
    return _image(data, digest)


def _image(data: bytes, digest: bytes) -> Thing:
    need("scan")
    texts: dict[str, int] = {}
    problems: list[tuple[int, Problem, str]] = []
    page = 0
    with Readers(IMAGE) as readers:
        try:
            for part in readers.parts(_pages, data):
                for page, text, problem, detail in part:
                    if text is None:
                        problems.append((page, problem, detail))
                    else:
                        texts.setdefault(text, page)
        except LeftError as left:
            fault = of_left(left)
            problems.append((page + 1, fault.problem, fault.detail))
    found = tuple((number, text) for text, number in texts.items())
    if found:  # a sheet may go on over pages that carry no code
        problems = [each for each in problems if each[1] is not Problem.NO_QR]
    return Thing(digest, texts=found, problems=tuple(problems))


Said = tuple[int, str | None, Problem, str]
"""A page, and the text of a code on it or, without one, a problem and its detail."""


def _pages(data: bytes) -> Iterator[list[Said]]:
    """In a child, which alone loads the decoders: what each page says."""
    from escrutinio.intake.scan.decode import read_codes
    from escrutinio.intake.scan.images import read_pages

    number = 0
    try:
        for page in read_pages(data):
            number = page.number
            seen = read_codes(page)
            said: list[Said] = [(number, code.text, Problem.NONE, "") for code in seen.codes]
            if page.cut:
                problem = Problem.CUT_OFF if seen.codes else Problem.DAMAGED_IMAGE
                said.append((number, None, problem, page.cut))
            if seen.unread:
                said.append((number, None, Problem.DAMAGED_QR, str(seen.unread)))
            elif not seen.codes and not page.cut:
                said.append((number, None, Problem.NO_QR, ""))
            yield said
    except UnreadableError as fault:
        yield [(number + 1, None, fault.problem, fault.detail)]
