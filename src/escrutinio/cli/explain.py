"""How the evidence commands print: sentences first, then tables, then where the method comes from."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from fractions import Fraction
from typing import Protocol

import click

from escrutinio.base.text_table import Row, text_table
from escrutinio.base.words.catalogue import languages
from escrutinio.base.words.say import language, say


class Explained(Protocol):
    """A result that says in two sentences what was found and what it is not."""

    def sentences(self, language: str, /) -> tuple[str, str]:
        """In a language of the catalogues."""


def print_sentences(result: Explained) -> None:
    """The two sentences in the user's language, a paragraph each."""
    found, limits = result.sentences(language())
    click.echo(f"\n{found}\n{limits}")


def in_each(sentences: Callable[[str], Iterable[str]]) -> dict[str, list[str]]:
    """What `sentences` says, by language, for JSON."""
    return {language: list(sentences(language)) for language in sorted(languages())}


def print_table(header: Row, rows: Sequence[Row]) -> None:
    """Columns as wide as they need; the first is text, all others end at the same place."""
    click.echo()
    for line in text_table(header, rows):
        click.echo(f"  {line}")


def print_facts(facts: Sequence[tuple[str, str]]) -> None:
    """Names and figures, a line each, the figures one below the other."""
    print_table(facts[0], facts[1:])


def print_method(what: str, sources: Sequence[str]) -> None:
    """What was done, in a few words, and where that comes from."""
    click.echo(say("\nMethod: ") + "; ".join((what, *sources)) + " (docs/evidence.md)")


def plain(value: Fraction | None) -> float | None:
    """A fraction as a JSON number; None stays None."""
    return None if value is None else float(value)
