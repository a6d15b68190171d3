"""Why an image gave no sheet, in words and with what to try."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from escrutinio.base.errors import InputError
from escrutinio.base.limited import Ending, LeftError
from escrutinio.base.words.catalogue import N_
from escrutinio.base.words.say import say_in


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


class UnreadableError(InputError):
    """A file or a page cannot be read: the problem, and a detail of it (a size, a format, an error)."""

    def __init__(self, problem: Problem, detail: str = "") -> None:
        super().__init__(explain(problem, detail, "en"))
        self.problem = problem
        self.detail = detail

    def __reduce__(self) -> tuple[type[UnreadableError], tuple[Problem, str]]:
        return type(self), (self.problem, self.detail)


def of_left(left: LeftError) -> UnreadableError:
    """A file that was left, as a problem of an image."""
    return UnreadableError(Problem(left.ending.value), left.detail)


def explain(problem: Problem, detail: str, language: str) -> str:
    """What was found, and what to try, in a language. Raises KeyError for an unknown one."""
    said = say_in(language, _TEXTS[problem], detail=_printable(detail))
    return said if detail else said.replace(" ()", "")


def _printable(text: str) -> str:
    return "".join(c if c.isprintable() else "�" for c in text[:200])


_TEXTS: Mapping[Problem, str] = {
    Problem.NONE: "",
    Problem.NO_QR: N_(
        "no QR code was found; photograph the code alone, flat, in even light, filling the picture"
    ),
    Problem.NO_QR_ON_PAGE: N_(
        "no QR code was found on this page, and one was on another page of the file; where a sheet "
        "goes on over pages that is as it should be"
    ),
    Problem.DAMAGED_QR: N_(
        "a QR code is there, and too much of it is damaged or blurred; photograph it again, closer and "
        "sharper, or transcribe the sheet"
    ),
    Problem.NOT_AN_IMAGE: N_("the file is neither an image nor a PDF"),
    Problem.DAMAGED_IMAGE: N_(
        "the image is cut off or damaged ({detail}); copy the file again from where it came"
    ),
    Problem.FORMAT: N_("the file has a format that is not read here ({detail}); convert it to JPEG or PNG"),
    Problem.TOO_LARGE: N_("the file is larger than is read ({detail})"),
    Problem.TOO_MANY_PIXELS: N_(
        "the image has more pixels than are read ({detail}); scan at 200 to 300 dpi, or cut it in parts"
    ),
    Problem.TOO_MANY_PAGES: N_("the file has more pages than are read ({detail}); split it"),
    Problem.ENCRYPTED: N_("the PDF asks for a password; save it without one"),
    Problem.NOT_A_FILE: N_("this is no regular file but a link, device or pipe, which is not followed"),
    Problem.VANISHED: N_("the file disappeared while the folder was read"),
    Problem.CHANGED: N_("the file changed while it was read; scan again with --resume once it is complete"),
    Problem.NOT_READABLE: N_("the file cannot be opened ({detail})"),
    Problem.TOO_MUCH_MEMORY: N_(
        "reading it needs more memory than a file may take ({detail}), so it was left; photograph or scan "
        "the sheet anew"
    ),
    Problem.TOO_LONG: N_(
        "reading it takes longer than a file may take ({detail}), so it was left; split it, or photograph or "
        "scan the sheet anew"
    ),
    Problem.READER_DIED: N_(
        "the program that reads such files died of it ({detail}), so it was left; photograph or scan the "
        "sheet anew"
    ),
    Problem.CUT_OFF: N_(
        "the image is cut off ({detail}), and what is there was read; copy the file again from where it came"
    ),
    Problem.NOT_A_RECORD: N_("the QR code begins like a record of this system and is none ({detail})"),
    Problem.NOT_A_SHEET: N_("a QR code of something else, not of a tally sheet"),
}
