"""The beginning and the end of a configuration that nobody has written yet: what is held, where and when, and
who signs."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from escrutinio.base.clock import now
from escrutinio.base.toml import quote
from escrutinio.base.words.catalogue import N_, languages
from escrutinio.base.words.say import say_in, say_key
from escrutinio.intake.authoring.config_file import USUAL
from escrutinio.intake.mapping.slugs import slug

IMPORTER = "importer/table"
"""The name under which what is imported is signed."""
MOST_NOTES = 3
"""Most cells above a header that are its title; more of them are another table."""
_DATE = re.compile(r"(?<![0-9])((?:19|20)[0-9]{2})[-_/.]([01]?[0-9])[-_/.]([0-3]?[0-9])(?![0-9])")


@dataclass(frozen=True, slots=True)
class Answers:
    """What a person says of the election; what nobody says is guessed from the name of the file."""

    title: str | None = None
    place: str | None = None
    voting_day: str | None = None
    author: str | None = None
    key: tuple[str, ...] = ()
    """The columns that tell the stations apart."""
    keep_sums: bool = False
    """Whether rows that look like sums of others are sheets all the same."""


class Heading:
    """What a configuration says beside its contests and tables: guessed from the name of the file and what
    stands above the header, where nobody has answered."""

    def __init__(self, path: Path, notes: Sequence[str], language: str, answers: Answers) -> None:
        self.notes, self.language, self.answers = notes, language, answers
        self.words = {key: say_in(language, text) for key, text in _WORDS.items()}
        self.stem = re.sub(r"(\.[A-Za-z0-9]{1,7}){1,3}$", "", path.name) or path.name

    def title(self) -> str:
        """What the election is called."""
        above = self.notes
        notes = " · ".join(above) if len(above) <= MOST_NOTES else ""
        made = notes if 3 < len(notes) <= 120 else re.sub(r"[_\-.]+", " ", self.stem).strip()
        return self.answers.title or text_of(made) or self.stem

    def _author(self) -> str:
        return self.answers.author or self.words["importer"]

    def _day(self) -> str:
        if self.answers.voting_day:
            return self.answers.voting_day
        for text in (self.stem, *self.notes):
            if found := _DATE.search(text):
                year, month, day = map(int, found.groups())
                if 1 <= month <= 12 and 1 <= day <= 28:
                    return f"{year:04}-{month:02}-{day:02}"
        return datetime.fromtimestamp(now(), UTC).date().isoformat()

    def election(self) -> list[str]:
        """The lines of [election] and [log]."""
        code, title = slug(self.stem, 40) or say_key(self.language, "code", "election"), quote(self.title())
        place = quote(self.answers.place) if self.answers.place else title
        lines = ["[election]", *_languages(), f"code = {quote(code)}"]
        lines += [f'kind = "simulation"  # {self.words["kind"]}', f"title = {title}", f"place = {place}"]
        lines += [f"voting_day = {self._day()}  # {self.words['day']}"]
        lines += [f'author_role = "importer"  # {self.words["author"]}', f"author = {quote(self._author())}"]
        origin = f'origin = "{code}.example"  # {self.words["origin"]}'
        return [*lines, "", "[log]", origin, 'role = "importer"', f"operator = {quote(self._author())}"]

    def signers(self) -> list[str]:
        """The lines that say who signs what is imported."""
        lines = [f"[organisation.{quote(IMPORTER)}]", 'role = "importer"', f"title = {quote(self._author())}"]
        lines += ["", f"# {self.words['script']}", "[script]"]
        return [*lines, f"roll_by = {quote(IMPORTER)}", f"sheets_by = {quote(IMPORTER)}"]


def _languages() -> list[str]:
    """The languages of the titles, where they are not those of an election that names none."""
    return [] if languages() == USUAL else [f"languages = [{', '.join(map(quote, languages()))}]"]


def text_of(text: str) -> str:
    """Words that a title can hold."""
    return " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())[:160]


_WORDS = {
    "kind": N_("real, drill or simulation"),
    "day": N_("check it: the table does not say it"),
    "author": N_("authority where the electoral authority runs the system"),
    "importer": N_("Whoever imported the table"),
    "origin": N_("a name of its own for the public log, without https://"),
    "script": N_("Who signs the roll and the sheets (docs/configuring.md)."),
}
