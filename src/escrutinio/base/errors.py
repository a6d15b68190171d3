"""The family of errors a user of Escrutinio can cause or meet.

An error is a code with values; it becomes one sentence where it is shown, in the reader's language, that says
what was found, where, and where it helps, what to do. The codes and their sentences stand in the catalogues
under the context `refusal` (docs/refusals.md lists them), and the browser refuses with the same ones.
"""

from __future__ import annotations

from typing import TypeVar

E = TypeVar("E", bound="EscrutinioError")

CONTEXT = "refusal"


class EscrutinioError(Exception):
    """Base of every error with a message meant for people; commands print it without a traceback.

    `code` names a sentence of the catalogues, and `values` fill it; an error among the values is said in the
    same language. A `place` that the sentence neither names nor begins with stands before it. `str` is the
    English sentence.
    """

    def __init__(self, code: str, /, **values: object) -> None:
        super().__init__(code)
        self.code = code
        self.values = values

    def said_in(self, language: str) -> str:
        """The sentence in a language."""
        from escrutinio.base.words.catalogue import SOURCE, catalogue
        from escrutinio.base.words.say import say_key

        english = catalogue(SOURCE)
        if not english.has(CONTEXT, self.code):
            return self.code
        sentence = say_key(language, CONTEXT, self.code, **self.values)
        place = self.values.get("place")
        template = english.pgettext(CONTEXT, self.code)
        if place is None or "{place}" in template or template.startswith(str(place)):
            return sentence
        return say_key(language, CONTEXT, "at-place", place=place, why=sentence)

    def as_kind(self, kind: type[E]) -> E:
        """The same refusal as an error of another class, one that is made of a code and values."""
        return kind(self.code, **self.values)

    def plain(self) -> dict[str, object]:
        """For JSON: the code, the values as numbers and texts, and the English sentence."""
        return {"code": self.code, "values": _plain(self.values), "sentence": str(self)}

    def __str__(self) -> str:
        return self.said_in("en")

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, EscrutinioError):
            return NotImplemented
        return (type(self), self.code, self.values) == (type(other), other.code, other.values)

    def __hash__(self) -> int:
        return hash((type(self), self.code))

    def __reduce__(self) -> tuple[object, ...]:
        return _restored, (type(self), self.code, self.values, self.__dict__)


def _plain(values: dict[str, object]) -> dict[str, object]:
    return {
        name: value.plain()
        if hasattr(value, "plain")
        else value
        if isinstance(value, bool | int | float)
        else str(value)
        for name, value in values.items()
        if value is not None
    }


def _restored(
    kind: type[EscrutinioError], code: str, values: dict[str, object], rest: dict[str, object]
) -> EscrutinioError:
    """An error that comes from another process, whatever its own class is made with."""
    error = kind.__new__(kind)
    EscrutinioError.__init__(error, code, **values)
    error.__dict__.update(rest)
    return error


class RecordError(EscrutinioError):
    """A record, a key, a signature or a QR text is malformed or refused."""


class LogError(EscrutinioError):
    """A log, tile, note, checkpoint, proof, policy or trust file is malformed, missing or contradictory."""


class FileUnreadableError(LogError):
    """A file cannot be read: no permission, a cut answer, a server that fails; or a log's file is not there.

    It says nothing of the file's content: what needs it cannot be judged.
    """


class DefinitionError(EscrutinioError):
    """An election definition, area tree or roll does not hold together."""


class InputError(EscrutinioError):
    """A file or table given by the user cannot be read as what it is said to be."""


class PublicationError(EscrutinioError):
    """A publication cannot be written to, or read from, the place given."""


class EvidenceError(EscrutinioError):
    """A calculation of evidence is asked of figures that it has no answer for."""
