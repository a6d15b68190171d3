"""Why an image gave no sheet, in words of both languages and with what to try."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from escrutinio.base.errors import InputError
from escrutinio.base.limited import Ending, LeftError


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
    """What was found, and what to try, in "en" or "es". Raises KeyError for another language."""
    text = _TEXTS[problem][language]
    return text.replace("{}", _printable(detail)) if detail else text.replace(" ({})", "")


def _printable(text: str) -> str:
    return "".join(c if c.isprintable() else "�" for c in text[:200])


_TEXTS: Mapping[Problem, Mapping[str, str]] = {
    Problem.NONE: {"en": "", "es": ""},
    Problem.NO_QR: {
        "en": "no QR code was found; photograph the code alone, flat, in even light, filling the picture",
        "es": "no se encontró un código QR; fotografíe solo el código, plano, con luz pareja, que llene la "
        "foto",
    },
    Problem.NO_QR_ON_PAGE: {
        "en": "no QR code was found on this page, and one was on another page of the file; where a sheet "
        "goes on over pages that is as it should be",
        "es": "no se encontró un código QR en esta página, y sí en otra del archivo; si el acta ocupa varias "
        "páginas, es lo normal",
    },
    Problem.DAMAGED_QR: {
        "en": "a QR code is there, and too much of it is damaged or blurred; photograph it again, closer and "
        "sharper, or transcribe the sheet",
        "es": "hay un código QR, pero está demasiado dañado o borroso; fotografíelo otra vez, más cerca y "
        "nítido, o transcriba el acta",
    },
    Problem.NOT_AN_IMAGE: {
        "en": "the file is neither an image nor a PDF",
        "es": "el archivo no es una imagen ni un PDF",
    },
    Problem.DAMAGED_IMAGE: {
        "en": "the image is cut off or damaged ({}); copy the file again from where it came",
        "es": "la imagen está cortada o dañada ({}); copie otra vez el archivo desde su origen",
    },
    Problem.FORMAT: {
        "en": "the file has a format that is not read here ({}); convert it to JPEG or PNG",
        "es": "el archivo tiene un formato que aquí no se lee ({}); conviértalo a JPEG o PNG",
    },
    Problem.TOO_LARGE: {
        "en": "the file is larger than is read ({})",
        "es": "el archivo es más grande de lo que se lee ({})",
    },
    Problem.TOO_MANY_PIXELS: {
        "en": "the image has more pixels than are read ({}); scan at 200 to 300 dpi, or cut it in parts",
        "es": "la imagen tiene más píxeles de los que se leen ({}); escanee a 200 o 300 ppp, o divídala",
    },
    Problem.TOO_MANY_PAGES: {
        "en": "the file has more pages than are read ({}); split it",
        "es": "el archivo tiene más páginas de las que se leen ({}); divídalo",
    },
    Problem.ENCRYPTED: {
        "en": "the PDF asks for a password; save it without one",
        "es": "el PDF pide una contraseña; guárdelo sin ella",
    },
    Problem.NOT_A_FILE: {
        "en": "this is no regular file but a link, device or pipe, which is not followed",
        "es": "no es un archivo regular sino un enlace, dispositivo o tubería, que no se sigue",
    },
    Problem.VANISHED: {
        "en": "the file disappeared while the folder was read",
        "es": "el archivo desapareció mientras se leía la carpeta",
    },
    Problem.CHANGED: {
        "en": "the file changed while it was read; scan again with --resume once it is complete",
        "es": "el archivo cambió mientras se leía; repita con --resume cuando esté completo",
    },
    Problem.NOT_READABLE: {
        "en": "the file cannot be opened ({})",
        "es": "el archivo no se puede abrir ({})",
    },
    Problem.TOO_MUCH_MEMORY: {
        "en": "reading it needs more memory than a file may take ({}), so it was left; photograph or scan "
        "the sheet anew",
        "es": "leerlo necesita más memoria de la que puede tomar un archivo ({}), así que se dejó; "
        "fotografíe o escanee el acta de nuevo",
    },
    Problem.TOO_LONG: {
        "en": "reading it takes longer than a file may take ({}), so it was left; split it, or photograph or "
        "scan the sheet anew",
        "es": "leerlo toma más tiempo del que puede tomar un archivo ({}), así que se dejó; divídalo, o "
        "fotografíe o escanee el acta de nuevo",
    },
    Problem.READER_DIED: {
        "en": "the program that reads such files died of it ({}), so it was left; photograph or scan the "
        "sheet anew",
        "es": "el programa que lee estos archivos murió con él ({}), así que se dejó; fotografíe o escanee "
        "el acta de nuevo",
    },
    Problem.CUT_OFF: {
        "en": "the image is cut off ({}), and what is there was read; copy the file again from where it came",
        "es": "la imagen está cortada ({}), y se leyó lo que hay; copie otra vez el archivo desde su origen",
    },
    Problem.NOT_A_RECORD: {
        "en": "the QR code begins like a record of this system and is none ({})",
        "es": "el código QR empieza como un asiento de este sistema y no lo es ({})",
    },
    Problem.NOT_A_SHEET: {
        "en": "a QR code of something else, not of a tally sheet",
        "es": "un código QR de otra cosa, no de un acta",
    },
}
