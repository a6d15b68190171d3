"""What clerks in roles get to see: where a blank form belongs, and for who decides both typings."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from escrutinio.base.dataclass import dataclass
from escrutinio.base.errors import InputError
from escrutinio.base.limited import LeftError, Readers
from escrutinio.core.records.codecs import word
from escrutinio.core.records.codes import Reading
from escrutinio.intake.scan.decode import read_codes
from escrutinio.intake.scan.form_code import FormKind, FormPlace, read_form_code
from escrutinio.intake.scan.images import read_pages
from escrutinio.intake.scan.problems import UnreadableError
from escrutinio.publication.documents.code_words import WORDS
from escrutinio.running.desk.transcription.sources import Picture, Source
from escrutinio.running.desk.transcription.tasks import CLERKS, Task, Typed

REASONS: Mapping[str, str] = {word(code): WORDS[Reading][code] for code in Reading}
"""What can decide between two typings, as the records write it, with its words."""


@dataclass(frozen=True, slots=True)
class Side:
    """What a clerk typed of a contest: who (a role), and the figures by the form's fields; none where the
    clerk did not see the contest there, or could not read it."""

    name: str
    fields: Mapping[str, str]


def sides_of(task: Task, contest: str, said: Mapping[str, str]) -> list[Side]:
    """Both clerks' typings of a contest, in the words of the form."""
    return [Side(said[part.value], _fields(task.said_as(part, contest))) for part in CLERKS]


def agreed_fields(task: Task, contest: str) -> dict[str, str]:
    """The fields in which both clerks typed the same."""
    one, other = (_fields(task.said_as(part, contest)) for part in CLERKS)
    return {"contest": contest} | {name: text for name, text in one.items() if other.get(name) == text}


def form_of(source: Source, picture: Picture, readers: Readers) -> FormPlace | None:
    """Where the code of a blank form on a picture says that it belongs; None where there is none, or the
    picture cannot be read, which is said where it is shown."""
    try:
        text = readers.call(_form_text, source.content(picture), picture.page)
    except (InputError, UnreadableError, LeftError):
        return None
    place = None if text is None else read_form_code(text)
    return place if place is not None and place.form is FormKind.SHEET else None


def _form_text(data: bytes, page: int) -> str | None:
    """In a child: the text of the form's code on a page."""
    for number, each in enumerate(read_pages(data), 1):
        if number == page:
            texts = (code.text for code in read_codes(each).codes)
            return next((text for text in texts if read_form_code(text) is not None), None)
    return None


def _fields(typed: Typed | None) -> dict[str, str]:
    if typed is None or not typed.contest:
        return {}
    plain = msgspec.structs.asdict(typed)
    found = {name: plain[name] for name in ("station", "valid", "ballots", "voters", "supplement", "spoilt",
                                            "registered")}  # fmt: skip
    for name in ("counts", "classes"):
        found |= {f"{name}.{number}": count for number, count in enumerate(plain[name])}
    return {name: str(value) for name, value in found.items() if value is not None}
