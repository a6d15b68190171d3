"""The words of the pages' programs, written from the catalogues: for each language a file a context.

    assets/words/es/verify.js      what the page that verifies everything says, in Spanish

Of the refusals only those go there with which the programs refuse.
"""

from __future__ import annotations

import json
import re
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from functools import cache
from importlib import resources
from importlib.resources.abc import Traversable
from types import MappingProxyType

from escrutinio.base.words.catalogue import SOURCE, catalogue, languages
from escrutinio.base.words.format import days_of_months
from escrutinio.base.words.po import CONTEXT
from escrutinio.base.words.wording import percent_sign

CONTEXTS = ("area", "check", "code", "findings", "live", "place", "refusal", "search", "station", "verify")
REFUSAL = "refusal"
_IMPORT = 'import { learn } from "../../js/records/words.js";'
_LITERAL = re.compile(r'"([a-z0-9]+(?:-[a-z0-9]+)*)"')


def word_files() -> Iterator[tuple[str, bytes]]:
    """Paths below the publication, and content."""
    for language in languages():
        for context in CONTEXTS:
            text = f"{_IMPORT}\n\nlearn({_given(language, context)});\n"
            yield f"assets/words/{language}/{context}.js", text.encode()


def learning(
    learn: str,
    contexts: Iterable[str],
    spoken: Sequence[str] | None = None,
    only: Mapping[str, Container[str]] = MappingProxyType({}),
) -> str:
    """Statements that give these contexts to a function of this name, in all languages or those `spoken`.

    Of a context named in `only`, just these keys are given; of the refusals, at most those with which any
    program refuses.
    """
    contexts = tuple(contexts)
    each = [(language, context) for language in spoken or languages() for context in contexts]
    return "".join(
        f"{learn}({_given(language, context, only.get(context))});\n" for language, context in each
    )


def _given(language: str, context: str, only: Container[str] | None = None) -> str:
    found = catalogue(language)
    header = {name: found.header[f"X-{name.title()}"] for name in ("endonym", "thousands", "decimal")}
    marks = header | {"percent": percent_sign(language), "days": days_of_months(language)}
    messages = {key: found.pgettext(context, key) for key in keys_of(context) if only is None or key in only}
    return f'"{language}", {_script(marks)}, "{context}", {_script(messages, indent=1)}'


def _script(value: object, indent: int | None = None) -> str:
    """A value as a script may have it, within a page as well."""
    return json.dumps(value, ensure_ascii=False, indent=indent).replace("<", "\\u003c")


@cache
def keys_of(context: str) -> tuple[str, ...]:
    """The keys that a context has."""
    before = context + CONTEXT
    keys = (key.removeprefix(before) for key in catalogue(SOURCE).messages if key.startswith(before))
    return tuple(key for key in keys if context != REFUSAL or key in _named())


@cache
def _named() -> frozenset[str]:
    """Every literal of the programs that could be the code of a refusal."""
    root = resources.files(__package__).joinpath("assets", "js")
    return frozenset(word for text in _texts(root) for word in _LITERAL.findall(text))


def _texts(directory: Traversable) -> Iterator[str]:
    for child in directory.iterdir():
        if child.is_dir():
            yield from _texts(child)
        elif child.name.endswith(".js"):
            yield child.read_text("utf-8")
