"""Why an image gave no sheet, in words and with what to try."""

from __future__ import annotations

from enum import StrEnum

from escrutinio.base.errors import CONTEXT, InputError
from escrutinio.base.limited import Ending, LeftError
from escrutinio.base.words.catalogue import catalogue
from escrutinio.base.words.say import filled


class Problem(StrEnum):
    """Why nothing could be read, or why the text of a QR code is no sheet; "" where there is no problem."""

    NONE = ""
    NO_QR = "no-qr"
    NO_QR_ON_PAGE = "no-qr-on-page"
    DAMAGED_QR = "damaged-qr"
    NOT_AN_IMAGE = "not-an-image"
    DAMAGED_IMAGE = "damaged-image"
    FORMAT = "format-not-read"
    TOO_LARGE = "too-large"
    TOO_MANY_PIXELS = "too-many-pixels"
    TOO_MANY_PAGES = "too-many-pages"
    ENCRYPTED = "encrypted"
    NOT_A_FILE = "not-a-file"
    VANISHED = "vanished"
    CHANGED = "changed"
    NOT_READABLE = "not-readable"
    TOO_MUCH_MEMORY = Ending.MEMORY.value
    TOO_LONG = Ending.TIME.value
    READER_DIED = Ending.DIED.value
    CUT_OFF = "cut-off"
    NOT_A_RECORD = "not-a-record"
    NOT_A_SHEET = "not-a-sheet"
    FORM = "form"


class UnreadableError(InputError):
    """A file or a page cannot be read: the problem, and a detail of it (a size, a format, an error)."""

    def __init__(self, problem: Problem, detail: str = "") -> None:
        super().__init__(f"scan-{problem.value}", detail=detail)
        self.problem = problem
        self.detail = detail

    def said_in(self, language: str) -> str:
        """What was found, and what to try."""
        return explain(self.problem, self.detail, language)


def of_left(left: LeftError) -> UnreadableError:
    """A file that was left, as a problem of an image."""
    return UnreadableError(Problem(left.ending.value), left.detail)


def explain(problem: Problem, detail: str, language: str) -> str:
    """What was found, and what to try, in a language. Raises KeyError for one without a catalogue."""
    if problem is Problem.NONE:
        return ""
    text = catalogue(language).pgettext(CONTEXT, f"scan-{problem.value}")
    return filled(
        text if detail else text.replace(" ({detail})", ""), language, {"detail": _printable(detail)}
    )


def _printable(text: str) -> str:
    return "".join(c if c.isprintable() else "�" for c in text[:200])
