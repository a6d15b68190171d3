"""A recipe filled in for the files at hand: their names, their contests and the options of each."""

import re
from collections.abc import Iterator, Mapping, Sequence

import msgspec

from escrutinio.base.errors import InputError
from escrutinio.base.toml import inline, quote
from escrutinio.intake.authoring.found import Contest, option_codes
from escrutinio.intake.authoring.heading import text_of
from escrutinio.intake.authoring.recipes import OptionColumns, OptionRows, Recipe, even, is_like, like_of
from escrutinio.intake.mapping.columns import column_of, plain
from escrutinio.intake.mapping.guess import MOST_CONTESTS
from escrutinio.intake.mapping.mapping import TableMapping
from escrutinio.intake.mapping.sniff import SeenTable

OPEN = '"?"'
"""What a recipe has where a file's own words belong."""
_HEAD = re.compile(r"^\[+([^]]+)\]+\s*$")
_KEY = re.compile(r'^(\w+) = "\?"')


class Filling:
    """A recipe with the tables that it is for, all of one shape.

    Raises InputError where no table has the recipe's columns, or several have them that no one name means.
    """

    def __init__(self, recipe: Recipe, tables: Sequence[SeenTable]) -> None:
        found = [(table, names) for table in tables if (names := recipe.columns(table)) is not None]
        if not found:
            raise InputError("recipe-columns", recipe=repr(recipe.name), columns=_lacking(recipe, tables))
        self.recipe = recipe
        self.table, self.names = found[0]
        self.tables = [table for table, _ in found if table.columns == self.table.columns]
        self.source = _one_name([table.mapping for table in self.tables])
        self.contests = self._contests()
        if not any(contest.options for contest in self.contests):
            raise InputError("sniff-no-votes", place=self.source.file)

    def text(self) -> str:
        """The mapping and the contests, filled in."""
        text = self.recipe.mapping
        for key, name in self.names.items():
            text = text.replace(f"<{key}>", quote(name)[1:-1])
        return "\n".join(self._lines(text.splitlines())) + "\n"

    def _cells(self, key: str) -> list[str]:
        return [text for table in self.tables for text in table.cells[self.names[key]]]

    def _joined(self, keys: Sequence[str], sign: str) -> list[str]:
        """What the columns of these keys say in each row."""
        return [sign.join(filter(None, parts)) for parts in zip(*map(self._cells, keys), strict=True)]

    def _contests(self) -> list[Contest]:
        rows, head = self.recipe.head.rows, self.recipe.head
        if rows is not None and rows.option:
            return self._of_rows(rows)
        if rows is not None and rows.contest:
            one = self._of_columns("", head.options["?"])
            said = dict.fromkeys(text for text in self._said(rows) if text)
            codes = option_codes([text for text in said if not is_like(text, rows.without)])
            return [Contest(code, words, words, one.options, one.columns) for words, code in codes.items()]
        return [self._of_columns(code, columns) for code, columns in head.options.items()]

    def _of_columns(self, code: str, wanted: OptionColumns) -> Contest:
        """The options that have a column each."""
        columns = list(self.table.columns)
        start = columns.index(self.names[wanted.after]) + 1 if wanted.after else 0
        end = columns.index(self.names[wanted.before]) if wanted.before else len(columns)
        titles = {}
        for name in columns[start:end]:
            match = like_of(wanted.like).fullmatch(even(name))
            if match is None or is_like(name, wanted.unlike) or name in self.names.values():
                continue
            values = [text for table in self.tables for text in table.cells[name]]
            if column_of(name, values).figures:
                titles[name] = name[match.start(1) : match.end(1)] or name
        codes = option_codes(list(titles.values()))
        return Contest(
            code,
            options=tuple((each, title) for title, each in codes.items()),
            columns={codes[title]: name for name, title in titles.items()},
        )

    def _said(self, rows: OptionRows) -> list[str]:
        """What the columns of the contest say, joined as the mapping joins them."""
        return ["-".join(parts) for parts in zip(*map(self._cells, rows.contest), strict=True)]

    def _of_rows(self, rows: OptionRows) -> list[Contest]:
        options = self._joined(rows.option, " ")
        said = self._said(rows) if rows.contest else [""] * len(options)
        titles = self._joined(rows.title or rows.contest, " ") if rows.contest else said
        areas = self._cells(rows.area) if rows.area else [""] * len(options)
        listed: dict[str, dict[str, None]] = {}
        about: dict[str, tuple[str, str]] = {}
        beside: dict[str, str] = {}
        for words, option, title, area in zip(said, options, titles, areas, strict=True):
            if not option or is_like(words, rows.without) or not (words or not rows.contest):
                continue
            about.setdefault(words, (title, area))
            if option not in beside and (kind := _kind(option, rows.beside)):
                beside[option] = kind
            listed.setdefault(words, {})[option] = None
        every = dict.fromkeys(option for each in listed.values() for option in each if option not in beside)
        codes = option_codes(list(every))
        listed = {words: each for words, each in listed.items() if any(one in codes for one in each)}
        bare = {words: words.strip("-") for words in listed}
        if len(set(bare.values())) < len(bare):
            bare = {words: words for words in listed}
        own = option_codes(list(bare.values()))
        return [
            Contest(
                about[words][1] or own[bare[words]],
                about[words][0],
                words,
                tuple((codes[option], option) for option in each if option in codes),
                {},
                beside,
            )
            for words, each in list(listed.items())[:MOST_CONTESTS]
        ]

    def _lines(self, lines: Sequence[str]) -> Iterator[str]:
        """The lines of the recipe, those with a question mark answered."""
        place = of = ""
        block: list[str] = []
        for line in [*lines, "[]"]:
            head = _HEAD.match(line)
            if place == "contest" and (head or not line.strip()):
                yield from self._contest(block)
                block, place = [], ""
            if head:
                place, of = head[1], ""
            elif line.startswith("contest = "):
                of = line.partition("=")[2].strip().strip('"')
            if line == "[]":
                return
            key = _KEY.match(line)
            if place == "contest":
                block.append(line)
            elif key is None:
                yield line
            elif key[1] == "file":
                yield from self._source()
            else:
                yield from self._answer(key[1], of)

    def _contest(self, block: Sequence[str]) -> Iterator[str]:
        """A contest of the recipe, or one for each that the table has."""
        said = next((line for line in block if line.startswith("code = ")), "")
        several = said == f"code = {OPEN}"
        code = said.partition("=")[2].strip().strip('"')
        wanted = [each for each in self.contests if several or each.code in ("", code)]
        for number, contest in enumerate(wanted):
            if number:
                yield ""
            for line in block:
                key = _KEY.match(line)
                if key is None:
                    yield line
                elif key[1] == "candidate":
                    yield "candidate = ["
                    for each, title in contest.options:
                        yield f"  {inline({'code': each, 'title': text_of(title) or each})},"
                    yield "]"
                else:
                    values = {"code": contest.code, "title": text_of(contest.title) or contest.code}
                    values["area"] = contest.code
                    yield f"{key[1]} = {quote(values[key[1]])}{line[key.end() :]}"

    def _answer(self, key: str, of: str) -> Iterator[str]:
        """What differs in the sheets of a contest: contests and options by the words of the table."""
        rows = self.recipe.head.rows
        if key == "contest":
            assert rows is not None
            yield "[import.sheets.contest]"
            yield f"column = {quote(_template(self.names, rows.contest, '-'))}"
            yield "[import.sheets.contest.is]"
            yield from (f"{quote(each.said)} = {quote(each.code)}" for each in self.contests)
        elif key == "option":
            assert rows is not None
            yield "[import.sheets.option]"
            yield f"column = {quote(_template(self.names, rows.option, ' '))}"
            yield "[import.sheets.option.is]"
            words = {title: code for contest in self.contests for code, title in contest.options}
            words |= self.contests[0].beside
            yield from (f"{quote(title)} = {quote(code)}" for title, code in words.items())
        else:
            contest = next((each for each in self.contests if each.code == of), self.contests[0])
            yield "[import.sheets.options]"
            yield from (f"{quote(each)} = {quote(column)}" for each, column in contest.columns.items())

    def _source(self) -> Iterator[str]:
        usual = {field.encode_name: field.default for field in msgspec.structs.fields(TableMapping)}
        yield f"file = {quote(self.source.file)}"
        for key in ("member", "sheet", "encoding", "delimiter", "header_line", "header_lines", "skip_last"):
            value = getattr(self.source, key)
            if value and value != usual[key]:
                yield f"{key} = {inline(value)}"


def _template(names: Mapping[str, str], keys: Sequence[str], sign: str) -> str:
    """The field that joins columns; one alone is its name."""
    if len(keys) == 1:
        return names[keys[0]]
    return sign.join(f"{{{names[key]}}}" for key in keys)


def _kind(option: str, beside: Mapping[str, str]) -> str | None:
    return next((kind for pattern, kind in beside.items() if is_like(plain(option), [pattern])), None)


def _lacking(recipe: Recipe, tables: Sequence[SeenTable]) -> str:
    """The columns of the recipe that the nearest table lacks, as patterns."""

    def lacks(table: SeenTable) -> list[str]:
        wanted = recipe.head.columns.values()
        patterns = [[each] if isinstance(each, str) else each for each in wanted]
        return [any_of[0] for any_of in patterns if not any(is_like(name, any_of) for name in table.columns)]

    return ", ".join(min(map(lacks, tables), key=len, default=[])[:10])


def _one_name(mappings: Sequence[TableMapping]) -> TableMapping:
    """One mapping that means several files of one shape, with a star where their names differ."""
    first = mappings[0]
    if len(mappings) == 1:
        return first
    part = "file" if len({each.file for each in mappings}) > 1 else "member" if first.member else "sheet"
    names = [str(getattr(each, part)) for each in mappings]
    start = 0
    while len({name[: start + 1] for name in names}) == 1 and start < min(map(len, names)):
        start += 1
    end = 0
    while len({name[len(name) - end - 1 :] for name in names}) == 1 and end < min(map(len, names)) - start:
        end += 1
    star = names[0][:start] + "*" + (names[0][len(names[0]) - end :] if end else "")
    last = max(each.skip_last for each in mappings)
    changes = {"skip_last": last, part: star}
    alike = [msgspec.structs.replace(each, **changes) for each in mappings]
    if (
        part == "sheet"
        or any(each.skip_last != last for each in mappings)
        or any(each != alike[0] for each in alike)
    ):
        raise InputError("recipe-files", files=", ".join(names[:10]))
    return alike[0]
