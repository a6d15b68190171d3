"""A refusal on its way from a hub to whoever asked: problem details for HTTP APIs (RFC 9457).

type     /problems/<code>, an address that the hub answers with the sentence of the code
status   the HTTP status
detail   the sentence in English
code     the code of the refusal, by which a reader says it in its own language
values   what fills the sentence
"""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from escrutinio.base.errors import EscrutinioError, InputError
from escrutinio.base.json_text import NO_JSON

PROBLEM_TYPE = "application/problem+json"
PROBLEMS = "problems"
MAX_PROBLEM = 64 * 1024

_MOST_VALUES, _LONGEST = 32, 500


class ProblemDetails(msgspec.Struct, frozen=True):
    """The object of RFC 9457 that a refusal travels as."""

    type: str = "about:blank"
    status: int = 0
    detail: str = ""
    code: str = ""
    values: dict[str, object] = {}

    @property
    def error(self) -> EscrutinioError:
        """The refusal, to be said in the reader's language where this program knows its code.

        What comes from elsewhere is only ever shown: values are cut to a line and lose control characters.
        """
        values = dict(list(_lines(self.values).items())[:_MOST_VALUES])
        known = InputError(self.code, **values)
        try:
            if (sentence := str(known)) and sentence != self.code:
                return known
        except (KeyError, ValueError, TypeError, IndexError, AttributeError):  # values that do not fill it
            pass
        return InputError("hub-answer", status=self.status, said=repr(_line(self.detail) or self.code[:80]))


def problem_of(error: EscrutinioError, status: int) -> ProblemDetails:
    """A refusal as problem details with an HTTP status."""
    plain = error.plain()
    values = plain["values"]
    assert isinstance(values, dict)
    return ProblemDetails(f"/{PROBLEMS}/{error.code}", status, str(error), error.code, values)


def problem_body(error: EscrutinioError, status: int) -> bytes:
    """The same as the bytes that are sent."""
    return msgspec.json.encode(problem_of(error, status))


def read_problem(status: int, body: bytes) -> ProblemDetails:
    """Problem details as they came; for any other body, what it begins with and the status."""
    try:
        return msgspec.json.decode(body[:MAX_PROBLEM], type=ProblemDetails)
    except NO_JSON:
        return ProblemDetails(status=status, detail=body[:_LONGEST].decode("utf-8", "replace"))


def _lines(values: Mapping[str, object]) -> dict[str, object]:
    return {
        name: value
        if isinstance(value, bool | int | float)
        else _line(str(value["sentence"]))
        if isinstance(value, dict) and "sentence" in value
        else _line(str(value))
        for name, value in values.items()
        if name.isidentifier()
    }


def _line(text: str) -> str:
    return "".join(sign if sign.isprintable() else "?" for sign in text[:_LONGEST])
