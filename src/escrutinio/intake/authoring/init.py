"""The start of an election.toml, written by looking at tables of tally sheets: it can be published as it
stands, and says line by line what it rests on."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec

from escrutinio.base.errors import InputError
from escrutinio.base.toml import inline, quote
from escrutinio.base.words.catalogue import N_
from escrutinio.base.words.say import say_in, say_key, say_many_in
from escrutinio.intake.authoring.found import Contest, Found, contests_of
from escrutinio.intake.authoring.heading import Answers, Heading, text_of
from escrutinio.intake.authoring.recipe_config import Filling
from escrutinio.intake.authoring.recipes import NONE as NO_RECIPE
from escrutinio.intake.authoring.recipes import recipe_for, recipe_named
from escrutinio.intake.mapping.columns import written
from escrutinio.intake.mapping.guess import Sketch, sketch
from escrutinio.intake.mapping.mapping import TableMapping
from escrutinio.intake.mapping.sniff import SeenTable, tables_of

_KINDS = ("valid", "null", "blank", "ballots", "voters", "registered")


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A configuration, and what is to be said about it: what was found, and what has no place in it."""

    text: str
    said: tuple[str, ...]


def look_at(paths: Sequence[Path], answers: Answers, recipe: str | None = None) -> Found | Filling:
    """The tables of these files and folders that seem to hold tally sheets, those of one shape together.

    A recipe that knows their shape is filled in instead, or the one that is named (`none` for none).

    Raises InputError where none does: of the table that comes nearest.
    """
    tables = [table for path in paths for table in tables_of(path)]
    known = recipe_for(tables) if recipe is None else None if recipe == NO_RECIPE else recipe_named(recipe)
    if known is not None:
        return Filling(known, tables)
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
    paths: Sequence[Path],
    language: str,
    answers: Answers | None = None,
    recipe: str | None = None,
    found: Found | Filling | None = None,
) -> Suggestion:
    """Return a commented configuration, valid TOML, for tables of tally sheets.

    Files are named relative to the directory they lie in. Raises InputError if none is such a table, and
    KeyError for an unknown language. `found`: what `look_at` saw with these answers.
    """
    said = answers or Answers()
    seen = found or look_at(paths, said, recipe)
    if isinstance(seen, Filling):
        return _of_recipe(seen, paths[0], language, said)
    return _Writer(seen, paths[0], language, said).suggestion()


def _of_recipe(filling: Filling, path: Path, language: str, answers: Answers) -> Suggestion:
    heading = Heading(path, filling.table.notes, language, answers)
    recipe = filling.recipe
    rows = sum(len(table.rows) for table in filling.tables)
    said = [
        say_in(
            language,
            N_("{place}: {rows:,} rows below the header in line {line}."),
            place=filling.source.file,
            rows=rows,
            line=", ".join(map(str, filling.source.header)),
        ),
        say_in(
            language,
            N_("This looks like {title}; the recipe {recipe} is used."),
            title=recipe.title(language),
            recipe=recipe.name,
        ),
    ]
    options = sum(len(contest.options) for contest in filling.contests)
    said.append(
        say_many_in(
            language,
            len(filling.contests),
            "{count:,} contest with {options:,} options.",
            "{count:,} contests with {options:,} options.",
            options=options,
        )
    )
    lines = [*(f"# {_comment(line)}" for line in said), "#", recipe.about, "", *heading.election(), ""]
    lines += [filling.text(), *heading.signers()]
    return Suggestion("\n".join(lines) + "\n", tuple(said))


class _Writer:
    """Writes one configuration."""

    def __init__(self, found: Found, path: Path, language: str, answers: Answers) -> None:
        self.found, self.seen = found, found.tables[0]
        self.language = language
        self.words = {key: say_in(language, text) for key, text in _WORDS.items()}
        self.heading = Heading(path, self.seen.table.notes, language, answers)
        self.contests = contests_of(self.seen, say_key(language, "code", "contest"))
        self.country = say_key(language, "code", "country")
        self.said: list[str] = []

    def suggestion(self) -> Suggestion:
        self._facts()
        lines = [f"# {self.words['title']}", *(f"# {_comment(line)}" for line in self.said), ""]
        lines += self.heading.election()
        for contest in self.contests:
            lines += ["", *self._contest(contest)]
        for seen in self.found.tables:
            for contests in [self.contests] if self.seen.contest else [[one] for one in self.contests]:
                lines += ["", *self._sheets(seen, contests)]
        for at, seen in enumerate(self.found.tables):
            lines += ["", *self._roll(seen, first=not at)]
        lines += ["", *self.heading.signers()]
        return Suggestion("\n".join(lines) + "\n", tuple(self.said))

    def _say(self, text: str, **values: object) -> None:
        # Names of columns and files are other people's: what is invisible in them is written out.
        plain = {name: _visible(value) if isinstance(value, str) else value for name, value in values.items()}
        self.said.append(say_in(self.language, text, **plain))

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

    def _contest(self, contest: Contest) -> list[str]:
        lines = ["[[contest]]", f"code = {quote(contest.code)}"]
        lines += [f"title = {quote(contest.title or self.heading.title())}", 'method = "plurality"']
        lines += [f"seats = 1  # {self.words['seats']}", f"area = {quote(self.country)}", *self._classes()]
        for code, title in contest.options:
            lines += [
                "[[contest.candidate]]",
                f"code = {quote(code)}",
                f"title = {quote(text_of(title) or code)}",
            ]
        return lines

    def _classes(self) -> list[str]:
        """The classes of ballots that the table counts, where they are not the usual ones."""
        usual = [code for code in ("null", "blank") if code in self.seen.totals]
        rows: list[dict[str, str]] = [{"code": code} for code in usual]
        rows += [{"code": code, "title": text_of(name)} for code, name in self.seen.classes.items()]
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
        root = f"={self.country}", f"={self.heading.answers.place or self.heading.title()}"
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


_WORDS = {
    "title": N_("An election as its table seems to say it; it can be published as it stands. What was seen:"),
    "seats": N_("check it, and the method (docs/configuring.md)"),
    "sheets": N_("The tally sheets (docs/importing.md)."),
    "roll": N_("The roll: every station, its center, its area and, where known, its registered voters."),
    "areas": N_("The areas, largest first, each with a code that is unique in the whole country."),
}


def _visible(text: str) -> str:
    return text if text.isprintable() else repr(text)[1:-1]
