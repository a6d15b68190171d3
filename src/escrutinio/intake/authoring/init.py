"""The start of an election.toml, written by looking at tables of tally sheets: it can be published as it
stands, and says line by line what it rests on."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from escrutinio.base.clock import now
from escrutinio.base.errors import InputError
from escrutinio.base.toml import inline, quote
from escrutinio.base.words.catalogue import N_, languages
from escrutinio.base.words.say import say_in, say_key
from escrutinio.intake.authoring.config_file import USUAL
from escrutinio.intake.authoring.found import Contest, Found, contests_of
from escrutinio.intake.mapping.columns import written
from escrutinio.intake.mapping.guess import Sketch, sketch
from escrutinio.intake.mapping.mapping import TableMapping
from escrutinio.intake.mapping.slugs import slug
from escrutinio.intake.mapping.sniff import SeenTable, tables_of

IMPORTER = "importer/table"
"""The name under which what is imported is signed."""
MOST_NOTES = 3
"""Most cells above a header that are its title; more of them are another table."""
_DATE = re.compile(r"(?<![0-9])((?:19|20)[0-9]{2})[-_/.]([01]?[0-9])[-_/.]([0-3]?[0-9])(?![0-9])")
_KINDS = ("valid", "null", "blank", "ballots", "voters", "registered")


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


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A configuration, and what is to be said about it: what was found, and what has no place in it."""

    text: str
    said: tuple[str, ...]


def look_at(paths: Sequence[Path], answers: Answers = Answers()) -> Found:
    """The tables of these files and folders that seem to hold tally sheets, those of one shape together.

    Raises InputError where none does: of the table that comes nearest.
    """
    tables = [table for path in paths for table in tables_of(path)]
    found: list[Sketch] = []
    failed: InputError | None = None
    for table in tables:
        same = next((each for each in found if each.table.columns == table.columns), None)
        try:
            seen = sketch(table, key_said=answers.key, keep_sums=answers.keep_sums)
        except InputError as error:
            failed = failed or error
            continue
        if seen.options or seen.long is not None:
            found.append(seen)
        elif same is None and failed is None:
            failed = InputError("sniff-no-votes", place=_place(table))
    if not found:
        assert failed is not None
        raise failed
    main = max(found, key=lambda each: (len(each.options) > 1 or each.long is not None, len(each.table.rows)))
    alike = tuple(each for each in found if each.table.columns == main.table.columns)
    used = {_place(each.table) for each in alike}
    return Found(alike, tuple(place for table in tables if (place := _place(table)) not in used))


def suggest_config(
    paths: Sequence[Path], language: str, answers: Answers = Answers(), found: Found | None = None
) -> Suggestion:
    """Return a commented configuration, valid TOML, for tables of tally sheets.

    Files are named relative to the directory they lie in. Raises InputError if none is such a table, and
    KeyError for an unknown language. `found`: what `look_at` saw with these answers.
    """
    return _Writer(found or look_at(paths, answers), paths[0], language, answers).suggestion()


class _Writer:
    """Writes one configuration."""

    def __init__(self, found: Found, path: Path, language: str, answers: Answers) -> None:
        self.found, self.seen = found, found.tables[0]
        self.language, self.answers = language, answers
        self.words = {key: say_in(language, text) for key, text in _WORDS.items()}
        stem = re.sub(r"(\.[A-Za-z0-9]{1,7}){1,3}$", "", path.name) or path.name
        self.stem = stem
        self.contests = contests_of(self.seen, say_key(language, "code", "contest"))
        self.country = say_key(language, "code", "country")
        self.said: list[str] = []

    def suggestion(self) -> Suggestion:
        self._facts()
        lines = [f"# {self.words['title']}", *(f"# {_comment(line)}" for line in self.said), ""]
        lines += self._election()
        for contest in self.contests:
            lines += ["", *self._contest(contest)]
        for seen in self.found.tables:
            for contests in [self.contests] if self.seen.contest else [[one] for one in self.contests]:
                lines += ["", *self._sheets(seen, contests)]
        for at, seen in enumerate(self.found.tables):
            lines += ["", *self._roll(seen, first=not at)]
        lines += ["", f"[organisation.{quote(IMPORTER)}]", 'role = "importer"']
        lines += [f"title = {quote(self._author())}", "", f"# {self.words['script']}", "[script]"]
        lines += [f"roll_by = {quote(IMPORTER)}", f"sheets_by = {quote(IMPORTER)}"]
        return Suggestion("\n".join(lines) + "\n", tuple(self.said))

    def _say(self, text: str, **values: object) -> None:
        self.said.append(say_in(self.language, text, **values))

    def _facts(self) -> None:
        """Say what was found, held against all rows, and what has no place."""
        seen = self.seen
        table = seen.table
        line = ", ".join(map(str, table.mapping.header))
        rows = sum(len(each.table.rows) for each in self.found.tables)
        self._say(
            N_("{place}: {rows:,} rows below the header in line {line}."),
            place=_place(table),
            rows=rows,
            line=line,
        )
        if len(self.found.tables) > 1:
            self._say(N_("Tables of this shape: {count:,}."), count=len(self.found.tables))
        names = " + ".join(each.name for each in seen.key.columns)
        self._say(
            N_("A station is {columns}: {distinct:,} different in {rows:,} rows."),
            columns=names,
            distinct=seen.key.distinct,
            rows=seen.key.rows,
        )
        if seen.long:
            option, votes = seen.long
            self._say(N_("Each row is one option: {option} with its {votes}."), option=option, votes=votes)
        if seen.options:
            self._say(N_("Votes are in {columns}."), columns=", ".join(seen.options))
        for proof in seen.proofs:
            self._say(
                N_("{parts} = {total} in {fits:,} of {rows:,}."),
                parts=" + ".join(proof.parts),
                total=proof.total,
                fits=proof.fits,
                rows=proof.rows,
            )
        if seen.no_list[1]:
            self._say(
                N_("{column} is 0 though there are votes in {fits:,} of {rows:,}: read as unknown."),
                column=seen.totals["registered"],
                fits=seen.no_list[1],
                rows=len(table.rows),
            )
        if seen.sums and not seen.confirmed:
            lines = ", ".join(map(str, seen.sums[:20])) + (", …" if len(seen.sums) > 20 else "")
            self._say(N_("Sums of other rows, left out: line {lines}."), lines=lines)
        if seen.others:
            self._say(N_("Columns without a place here: {columns}."), columns=", ".join(seen.others))
        if self.found.unused:
            self._say(N_("Not used: {tables}."), tables=", ".join(self.found.unused))

    def _title(self) -> str:
        above = self.seen.table.notes
        notes = " · ".join(above) if len(above) <= MOST_NOTES else ""
        made = notes if 3 < len(notes) <= 120 else re.sub(r"[_\-.]+", " ", self.stem).strip()
        return self.answers.title or _text(made) or self.stem

    def _author(self) -> str:
        return self.answers.author or self.words["importer"]

    def _day(self) -> str:
        if self.answers.voting_day:
            return self.answers.voting_day
        for text in (self.stem, *self.seen.table.notes):
            if found := _DATE.search(text):
                year, month, day = map(int, found.groups())
                if 1 <= month <= 12 and 1 <= day <= 28:
                    return f"{year:04}-{month:02}-{day:02}"
        return datetime.fromtimestamp(now(), UTC).date().isoformat()

    def _election(self) -> list[str]:
        code, title = slug(self.stem, 40) or say_key(self.language, "code", "election"), quote(self._title())
        place = quote(self.answers.place) if self.answers.place else title
        lines = ["[election]", *_languages(), f"code = {quote(code)}"]
        lines += [f'kind = "simulation"  # {self.words["kind"]}', f"title = {title}", f"place = {place}"]
        lines += [f"voting_day = {self._day()}  # {self.words['day']}"]
        lines += [f'author_role = "importer"  # {self.words["author"]}', f"author = {quote(self._author())}"]
        origin = f'origin = "{code}.example"  # {self.words["origin"]}'
        return [*lines, "", "[log]", origin, 'role = "importer"', f"operator = {quote(self._author())}"]

    def _contest(self, contest: Contest) -> list[str]:
        lines = ["[[contest]]", f"code = {quote(contest.code)}"]
        lines += [f"title = {quote(contest.title or self._title())}", 'method = "plurality"']
        lines += [f"seats = 1  # {self.words['seats']}", f"area = {quote(self.country)}", *self._classes()]
        for code, title in contest.options:
            lines += [
                "[[contest.candidate]]",
                f"code = {quote(code)}",
                f"title = {quote(_text(title) or code)}",
            ]
        return lines

    def _classes(self) -> list[str]:
        """The classes of ballots that the table counts, where they are not the usual ones."""
        usual = [code for code in ("null", "blank") if code in self.seen.totals]
        rows: list[dict[str, str]] = [{"code": code} for code in usual]
        rows += [{"code": code, "title": _text(name)} for code, name in self.seen.classes.items()]
        if not rows or (len(usual) == 2 and len(rows) == 2):
            return []
        return [f"class = [{', '.join(map(inline, rows))}]"]

    def _sheets(self, seen: Sketch, contests: Sequence[Contest]) -> list[str]:
        lines = [f"# {self.words['sheets']}", "[[import.sheets]]", *self._source(seen), *self._reading(seen)]
        if seen.contest:
            column = (
                "-".join(f"{{{name}}}" for name in seen.contest) if len(seen.contest) > 1 else seen.contest[0]
            )
            listed = {contest.said: contest.code for contest in contests}
            lines.append(f"contest = {inline({'column': column, 'is': listed})}")
        else:
            lines.append(f"contest = {quote(contests[0].code)}")
        lines.append(f"station = {quote(seen.key.expression)}")
        if seen.long:
            option, votes = seen.long
            words = {title: code for contest in contests for code, title in contest.options}
            words |= contests[0].beside
            lines.append(f"option = {inline({'column': _field(option), 'is': words})}")
            lines += [f"votes = {self._figure(seen, votes)}", 'missing = "none"']
            return lines
        pairs = [
            f"  {quote(code)} = {self._figure(seen, column)}" for code, column in contests[0].columns.items()
        ]
        lines += ["[import.sheets.options]", *(pair.strip() for pair in pairs)]
        return self._totals(seen, lines)

    def _totals(self, seen: Sketch, lines: list[str]) -> list[str]:
        """Put the totals before the table of the options."""
        end = lines.index("[import.sheets.options]")
        fits = {proof.total: proof for proof in seen.proofs}
        said = []
        for kind in _KINDS:
            if (column := seen.totals.get(kind)) is None:
                continue
            proof = fits.get(column)
            note = f"  # {proof.fits:,} / {proof.rows:,}" if proof is not None else ""
            # A row whose control fails would be refused; so only one that holds everywhere is asked for.
            off = "# " if kind == "valid" and proof is not None and proof.fits != proof.rows else ""
            figure = _registered(seen) if kind == "registered" else quote(_field(column))
            said.append(f"{off}{kind} = {figure}{note}")
        if seen.confirmed:
            said.append(f"confirmed = {inline(list(seen.confirmed))}")
        if seen.classes:
            said.append(f"classes = {inline({code: _field(name) for code, name in seen.classes.items()})}")
        return [*lines[:end], *said, *lines[end:]]

    def _figure(self, seen: Sketch, name: str) -> str:
        column = seen.columns[name]
        marks = dict.fromkeys(column.marks, "none") | ({"": "none"} if column.empty else {})
        if not marks:
            return quote(_field(name))
        return inline({"column": _field(name), "marks": marks})

    def _reading(self, seen: Sketch) -> list[str]:
        """How counts are written; what a word means that stands for one is a guess."""
        figures = [
            seen.columns[name] for name in (*seen.options, *seen.totals.values(), *seen.classes.values())
        ]
        figures += [seen.columns[name] for name in (seen.long or ())[1:]]
        lines = []
        if any(each.decimals for each in figures):
            lines.append('decimals = "zero"')
        if parted := [each.thousands for each in figures if each.thousands]:
            lines.append(f"thousands = {quote(parted[0])}")
        beside = {*seen.totals.values(), *seen.classes.values()}
        if marks := sorted({mark for each in figures if each.name in beside for mark in each.marks}):
            lines.append(f"marks = {inline(dict.fromkeys(marks, 'unknown'))}")
        return lines

    def _roll(self, seen: Sketch, *, first: bool) -> list[str]:
        station, center = quote(seen.key.expression), seen.center
        lines = [f"# {self.words['roll']}", "[[import.roll]]", *self._source(seen), f"station = {station}"]
        lines.append(f"center = {quote(written(center)) if center is not None else station}")
        area = seen.areas[-1].code if seen.areas else f"={self.country}"
        lines.append(f"area = {quote(area)}")
        if "registered" in seen.totals:
            lines += [*self._reading(seen), f"registered = {_registered(seen)}"]
        lines += ["", f"# {self.words['areas']}", "[[import.areas]]", *self._source(seen), "levels = ["]
        root = f"={self.country}", f"={self.answers.place or self._title()}"
        lines.append(f'  {{ level = "country", code = {quote(root[0])}, name = {quote(root[1])} }},')
        for level in seen.areas:
            name = quote(_field(level.name))
            lines.append(
                f"  {{ level = {quote(_comment(level.word))}, code = {quote(level.code)}, name = {name} }},"
            )
        return [*lines, "]"]

    def _source(self, seen: Sketch) -> list[str]:
        usual = {field.encode_name: field.default for field in msgspec.structs.fields(TableMapping)}
        lines = [f"file = {quote(seen.table.mapping.file)}"]
        for key in ("member", "sheet", "encoding", "delimiter", "header_line", "header_lines", "skip_last"):
            value = getattr(seen.table.mapping, key)
            if value and value != usual[key]:
                lines.append(f"{key} = {inline(value)}")
        if seen.by_name is not None:
            column, texts = seen.by_name
            lines.append(f"where = {inline({_field(column): {'not': list(texts)}})}")
        return lines


def _languages() -> list[str]:
    """The languages of the titles, where they are not those of an election that names none."""
    return [] if languages() == USUAL else [f"languages = [{', '.join(map(quote, languages()))}]"]


def _place(table: SeenTable) -> str:
    mapping = table.mapping
    inner = mapping.member or mapping.sheet
    return f"{mapping.file}:{inner}" if inner else mapping.file


def _field(column: str) -> str:
    """A column's name as a field: one that would be read as something else stands in braces."""
    return f"{{{column}}}" if column.startswith("=") else column


def _registered(seen: Sketch) -> str:
    """The field of registered voters; a list of nobody at a place where people voted is none."""
    field = _field(seen.totals["registered"])
    if not (zeros := seen.no_list[0]):
        return quote(field)
    return inline({"column": field, "marks": dict.fromkeys(zeros, "unknown")})


def _comment(text: str) -> str:
    return re.sub(r"[\x00-\x1f\x7f]", " ", text)[:300]


def _text(text: str) -> str:
    """Words that a title can hold."""
    return " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())[:160]


_WORDS = {
    "title": N_("An election as its table seems to say it; it can be published as it stands. What was seen:"),
    "kind": N_("real, drill or simulation"),
    "day": N_("check it: the table does not say it"),
    "author": N_("authority where the electoral authority runs the system"),
    "importer": N_("Whoever imported the table"),
    "origin": N_("a name of its own for the public log, without https://"),
    "seats": N_("check it, and the method (docs/configuring.md)"),
    "sheets": N_("The tally sheets (docs/importing.md)."),
    "script": N_("Who signs the roll and the sheets (docs/configuring.md)."),
    "roll": N_("The roll: every station, its center, its area and, where known, its registered voters."),
    "areas": N_("The areas, largest first, each with a code that is unique in the whole country."),
}
