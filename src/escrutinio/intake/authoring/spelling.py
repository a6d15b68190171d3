"""How pages write the names of areas that a roll has in capitals: `[spelling]` of an election.toml.

A roll of capitals without accents is written out as far as the configuration says how. Nothing is guessed:
a word that is neither listed nor plain letters stays as it is, and what the roll cut off stays cut off. The
roll's own name stays in the log and stands at the head of the area's page.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

_WORD = re.compile(r"[^\W\d_]{2,}")
_ROMAN = re.compile(r"[IVX]+")
_VOWEL = re.compile(r"[AEIOUYÁÉÍÓÚÜ]")


@dataclass(frozen=True)
class Spelling:
    """`words`: how a word in capitals is written, by the word; `small`: words, or some in a row, written
    in small letters inside a name ("DE LA", but "El Hatillo").

    A listed word that ends with a dot is an abbreviation, also where the next word follows without a space.
    """

    words: Mapping[str, str] = field(default_factory=dict)
    small: tuple[str, ...] = ()

    def written(self, name: str) -> str:
        """A name of capitals as it is written out; any other, and every name without a list, as it is."""
        if not self.words or name != name.upper():
            return name
        parts = [part for word in name.split() for part in self._apart(word)]
        written = " ".join(map(self._word, parts))
        for words in self.small:
            written = written.replace(f" {' '.join(map(self._word, words.split()))} ", f" {words.lower()} ")
        return written

    def _apart(self, word: str) -> tuple[str, ...]:
        """An abbreviation, and what follows it without a space."""
        short, dot, rest = word.partition(".")
        return (short + dot, rest) if rest and short + dot in self.words else (word,)

    def _word(self, word: str) -> str:
        if word in self.words:
            return self.words[word]
        plain = _WORD.fullmatch(word) and _VOWEL.search(word) and not _ROMAN.fullmatch(word)
        return word.capitalize() if plain else word
