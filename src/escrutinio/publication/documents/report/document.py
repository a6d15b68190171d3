"""The shape of an evidence document in one language; how it looks is for whoever renders it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from fractions import Fraction

from escrutinio.base.words.catalogue import N_
from escrutinio.base.words.say import say_in
from escrutinio.base.words.wording import percent, whole
from escrutinio.evidence.screening.screen_texts import LISTED

_COLUMNS = {"others": N_("others"), "null": N_("null")}


@dataclass(frozen=True, slots=True)
class Table:
    """A table: its caption, its header, its rows; the first column is text, the others are figures."""

    caption: str
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer: a heading, its two sentences, tables and plots (SVG texts) that show it.

    `key` is unique in its topic and stays the same while the log grows. `entries` are those of the log that
    the heading is about; `listed` are codes of stations or centers that the sentences speak of.
    `shape` says in words what a plot shows.
    """

    heading: str
    sentences: tuple[str, ...]
    tables: tuple[Table, ...] = ()
    plots: tuple[str, ...] = ()
    shape: str = ""
    key: str = ""
    entries: tuple[int, ...] = ()
    listed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Topic:
    """One method and what it answers: `key` is unique in its chapter, `sources` are where it comes from."""

    key: str
    heading: str
    findings: tuple[Answer, ...]
    sources: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Chapter:
    """All topics of one contest."""

    contest: str
    title: str
    topics: tuple[Topic, ...]


@dataclass(frozen=True, slots=True)
class Tongue:
    """A speaker of one language: sentences of the catalogue, and figures that stand alone."""

    language: str
    unknown: str = field(default="–")

    def __call__(self, message: str, /, **values: object) -> str:
        return say_in(self.language, message, **values)

    def whole(self, number: int | None) -> str:
        """A whole number, or that it is not known."""
        return self.unknown if number is None else whole(number, self.language)

    def signed(self, number: int) -> str:
        """A whole number with its sign."""
        return ("+" if number > 0 else "") + whole(number, self.language)

    def percent(self, share: Fraction | None, digits: int = 2) -> str:
        """A share as a percentage, or that it is not known."""
        return self.unknown if share is None else percent(share, digits, self.language)

    def column(self, name: str) -> str:
        """The name of a column of figures: a candidate's code, or a word of ours for the rest."""
        return say_in(self.language, _COLUMNS[name]) if name in _COLUMNS else name

    def yes(self, holds: bool) -> str:
        """Whether something holds."""
        return say_in(self.language, "yes" if holds else "no")


def alone(chapter: Chapter, say: Tongue) -> Chapter:
    """A chapter for a document without links: entries and lists of codes stand in its texts."""
    return replace(
        chapter,
        topics=tuple(
            replace(topic, findings=tuple(_alone(found, say) for found in topic.findings))
            for topic in chapter.topics
        ),
    )


def _alone(found: Answer, say: Tongue) -> Answer:
    heading, sentences = found.heading, found.sentences
    if found.entries:
        entries = ", ".join(say.whole(index) for index in found.entries)
        heading = say("{name} (entry {entries})", name=heading, entries=entries)
    if found.listed:
        sentences += (say(LISTED, listed=", ".join(found.listed)),)
    return replace(found, heading=heading, sentences=(*sentences, *filter(None, (found.shape,))))
