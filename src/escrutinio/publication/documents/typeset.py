"""Setting documents with Typst, from the templates `templates/*.typ` that a person can edit.

What a document says goes to its template as JSON and is only ever text there. The fonts are those that Typst
carries itself (Latin, Greek, Cyrillic, Hebrew, Cherokee, Arabic, Armenian, Georgian, Lao; Devanagari letter
by letter), and no moment of making is written, so that the same content gives the same bytes everywhere. PDF
files keep to PDF/A-2, those for reading with tags (PDF/UA-1), unless a letter is in none of these fonts.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Literal, TypeAlias

import typst

from escrutinio.base.errors import PublicationError
from escrutinio.base.limited import Limits, Readers
from escrutinio.publication.documents.report.document import Tongue

Content: TypeAlias = Mapping[str, object]
"""What a template gets as `data`: whatever JSON can hold."""

Lost: TypeAlias = frozenset[str]
"""Letters that no font has. They are shown as a box."""

Form: TypeAlias = Literal["pdf", "png"]
Standards: TypeAlias = Sequence[Literal["a-2a", "a-2u", "ua-1"]]

_TEMPLATES = Path(str(files(__package__).joinpath("templates")))
_TAGGED: Standards = ("a-2a", "ua-1")
_UNTAGGED: Standards = ("a-2u",)
_NOTHING: Lost = frozenset()


def pdf(template: str, content: Callable[[Lost], Content], *, for_reading: bool = True) -> bytes:
    """A document; `content` is what it says where these letters are lost, and it has to say that they are.

    What is only for a printer (`for_reading` false) has no tags for whoever listens to it, and half the size.

    Raises PublicationError where the template cannot be set.
    """
    data = content(_NOTHING)
    standards = _TAGGED if for_reading else _UNTAGGED
    made = _compiled(template, data, "pdf", standards)
    if made is None:
        # The standards ask for letters that a font has, and for other things that a text need not keep to.
        lost = lost_letters(texts_of(data))
        made = _compiled(template, content(lost) if lost else data, "pdf", [])
    assert made is not None
    return made[0]


def pictures(template: str, content: Content, dots: float) -> list[bytes]:
    """Each page as PNG of `dots` pixels to the inch. Raises PublicationError as `pdf`."""
    made = _compiled(template, content, "png", [], dots)
    assert made is not None
    return made


def lost_letters(texts: Iterable[str]) -> Lost:
    """The letters of these texts that no font has, or not in bold."""
    letters = {letter for text in texts for letter in text if not letter.isascii()}
    unknown = sorted(letters - _HAS.keys())
    lost = _without_glyph(unknown)
    _HAS.update({letter: letter not in lost for letter in unknown})
    return frozenset(letter for letter in letters if not _HAS[letter])


def named(text: str, code: str, lost: Lost) -> str:
    """A text, with its code beside it where one of its letters is lost."""
    return f"{text} [{code}]" if lost.intersection(text) else text


def coded(content: object, codes: Mapping[str, str], lost: Lost) -> object:
    """A content in which each text that lost a letter is followed by the codes of the names that it holds."""
    if isinstance(content, str):
        if not lost.intersection(content):
            return content
        found = [code for name, code in codes.items() if name in content and lost.intersection(name)]
        return f"{content} [{', '.join(found)}]" if found else content
    if isinstance(content, Mapping):
        return {key: each if key == "svg" else coded(each, codes, lost) for key, each in content.items()}
    if isinstance(content, Iterable):
        return [coded(each, codes, lost) for each in content]
    return content


def what_was_lost(lost: Lost, say: Tongue) -> str | None:
    """The sentence on letters that are lost; None where none is."""
    if not lost:
        return None
    return say("The fonts of this document lack some letters, shown as a box; the records have them all.")


_HAS: dict[str, bool] = {}
"""Letters that were asked for, and whether a font has them."""


def _without_glyph(letters: Sequence[str]) -> set[str]:
    """Halves of the letters are set until those are alone that cannot be."""
    if not letters or _compiled("letters.typ", {"letters": letters}, "pdf", _UNTAGGED) is not None:
        return set()
    if len(letters) == 1:
        return set(letters)
    half = len(letters) // 2
    return _without_glyph(letters[:half]) | _without_glyph(letters[half:])


def texts_of(content: object) -> Iterator[str]:
    """All texts of a content, in order."""
    if isinstance(content, str):
        yield content
    elif isinstance(content, Mapping):
        for each in content.values():
            yield from texts_of(each)
    elif isinstance(content, Iterable):
        for each in content:
            yield from texts_of(each)


@cache
def _compiler(template: str) -> typst.Compiler:
    """A template that is read, with the fonts: that takes longer than setting a page."""
    return typst.Compiler(_TEMPLATES / template, root=_TEMPLATES, ignore_system_fonts=True)


class _Begun:
    """In which process Typst was first called. It works with threads, which do not live on in a process that
    is forked later: there it would wait for them for ever."""

    process: int | None = None

    @classmethod
    def before_fork(cls) -> bool:
        """Whether that was a process from which this one was forked."""
        if cls.process is None:
            cls.process = os.getpid()
        return cls.process != os.getpid()


@cache
def _elsewhere(process: int) -> Readers:
    """Fresh processes for the process of this number, which cannot call Typst itself."""
    return Readers(Limits(memory=2 << 30, seconds=600))


def _compiled(
    template: str, content: Content, form: Form, standards: Standards, dots: float | None = None
) -> list[bytes] | None:
    """The document, or its pages as pictures; None where it does not keep to the standards.

    Raises PublicationError where the template cannot be set.
    """
    inputs = json.dumps(content, ensure_ascii=False)
    if _Begun.before_fork():
        return _elsewhere(os.getpid()).call(_compile, template, inputs, form, standards, dots)
    return _compile(template, inputs, form, standards, dots)


def _compile(
    template: str, inputs: str, form: Form, standards: Standards, dots: float | None
) -> list[bytes] | None:
    try:
        made = _compiler(template).compile(
            format=form,
            ppi=dots,
            pdf_standards=list(standards),
            timestamp=0,
            pdf_tags=standards != _UNTAGGED,
            sys_inputs={"data": inputs},
        )
    except typst.TypstError as error:
        if standards:
            return None
        raise PublicationError("not-typeset", template=template, why=error.message) from None
    assert made is not None  # it is for whoever gives a file to write to
    return made if isinstance(made, list) else [made]
