"""What a table of results seems to say: which columns are what, held against every row of it."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import combinations

from escrutinio.base.errors import InputError
from escrutinio.intake.mapping.aside import find_sums
from escrutinio.intake.mapping.columns import (
    AREA,
    CENTER,
    ID,
    NO_TOTAL,
    OTHER_BALLOTS,
    STATION,
    TOTALS,
    Column,
    as_code,
    column_of,
    fits_in_code,
    plain,
    written,
)
from escrutinio.intake.mapping.keys import Key, find_key
from escrutinio.intake.mapping.mapping import nearest
from escrutinio.intake.mapping.sniff import SeenTable

MOST_CONTESTS = 2_000
_MOST_LEVELS = 4
_PROVEN, _REGISTERED = 0.9, 0.75
_TOTAL_ROW = re.compile(r"(sub|grand|gran|suma|sum)?.{0,2}tota[lis].*|summe|suma|insgesamt", re.IGNORECASE)
_CONTEST = r"^(office|contest|race|cargo|eleccion|candidatura|puesto_eleccion)$"
_DISTRICT = r"^(district|distrito|circuito)$"
_CANDIDATE = r"^(candidat[eo]s?|candidate.?name|option|opcion|choice|nombre.?candidato|nm.?votavel)$"
_VOTES = r"^(votes?|votos?|total.?votes?|votes?.?total|total.?votos|stimmen|qt.?votos|cantidad.?votos)$"
LONG_WORDS = {
    "ballots": r"ballots?.?cast|total.?ballots|voters?.?cast",
    "registered": r"registered.?voters?|electores.?inscritos",
    "null": r"over.?votes?|votos?.?nulos?|nulos?|spoil|rejected",
    "blank": r"under.?votes?|blank|votos?.?(en.)?blancos?|blancos?",
}


@dataclass(frozen=True, slots=True)
class Level:
    """A level of areas: its word, the field of its code, and the column of its names."""

    word: str
    code: str
    name: str


@dataclass(frozen=True, slots=True)
class Proof:
    """In how many of the rows with figures some columns add up to another."""

    total: str
    parts: tuple[str, ...]
    fits: int
    rows: int


@dataclass(frozen=True, slots=True)
class Sketch:
    """What a table seems to say.

    `options`: columns of votes; `totals`: the column of each total, by its name in a mapping; `classes`:
    columns of other ballots by their code; `contest`: columns that say the contest; `long`: where a row is
    one option, the columns of its name and its votes. `sums`: the lines of rows that are sums, which `table`
    has no more; `by_name`: the column and texts that leave them out, where they do not stand at the end.
    `confirmed`: the stations of such rows, where a person said that they are sheets. `no_list`: what the
    column of registered voters says of stations with votes and without a list, and how many those are.
    `others`: columns that are not used.
    """

    table: SeenTable
    columns: dict[str, Column]
    key: Key
    options: tuple[str, ...] = ()
    totals: dict[str, str] = field(default_factory=dict)
    classes: dict[str, str] = field(default_factory=dict)
    contest: tuple[str, ...] = ()
    long: tuple[str, str] | None = None
    proofs: tuple[Proof, ...] = ()
    areas: tuple[Level, ...] = ()
    sums: tuple[int, ...] = ()
    by_name: tuple[str, tuple[str, ...]] | None = None
    others: tuple[str, ...] = ()
    confirmed: tuple[str, ...] = ()
    no_list: tuple[tuple[str, ...], int] = ((), 0)

    @property
    def center(self) -> Column | None:
        """The column of the center, where the key has one."""
        found = [each for each in self.key.columns[:-1] if each.named(CENTER)]
        return found[0] if len(self.key.columns) > 1 and found else None


def sketch(
    table: SeenTable, *, needs_key: bool = True, key_said: Sequence[str] = (), keep_sums: bool = False
) -> Sketch:
    """Guess what a table says. Raises InputError where no columns identify its rows; where no key is needed,
    the columns named like stations and centers are taken all the same.

    A person may have said the columns of the key, and that rows that look like sums are sheets.
    """
    columns = {name: column_of(name, values) for name, values in table.cells.items()}
    totals, classes, options = _roles(list(columns.values()))
    beside = (*totals.get("null", ()), *totals.get("blank", ()))
    counted = options if len(options) > 1 else (*options, *beside)
    whole = table
    table, sums, by_name = _without_sums(table, columns, counted)
    if keep_sums:
        table, by_name = whole, None
    elif sums:
        columns = {name: column_of(name, values) for name, values in table.cells.items()}
    contest = tuple(
        name for name, each in columns.items() if re.match(_CONTEST, plain(name)) and each.distinct > 1
    )
    if contest:
        contest += tuple(name for name in columns if re.match(_DISTRICT, plain(name)))
    long = _long(columns)
    if long is not None:
        options, totals, classes = (), {}, {}
    within = [table.cells[name] for name in (*contest, *(long[:1] if long else ()))]
    figures = {*options, *classes.values(), *(name for names in totals.values() for name in names)}
    figures |= {*contest, *(long or ())}
    if long is not None:
        figures |= {name for name, each in columns.items() if each.figures and not _is_id(each)}
        figures |= {name for name in columns if re.match(r"^(party|partido|partei|writein)$", plain(name))}
    left = [each for name, each in columns.items() if name not in figures and not each.empty]
    if key_said:
        key = find_key(table.mapping.file, left, table.cells, within, _named(table, columns, key_said))
    else:
        key = _key(table, left, within, needs_key)
    chosen, proofs, dropped = _proven(table, columns, options, totals, classes)
    options = tuple(name for name in options if name not in dropped)
    areas = _areas(columns, left, key)
    used = {*options, *chosen.values(), *classes.values(), *contest, *(long or ())}
    used |= {each.name for each in key.columns} | {level.name for level in areas}
    used |= {name for level in areas for name in columns if f"{{{name}" in level.code}
    return Sketch(
        table=table,
        columns=columns,
        key=key,
        options=options,
        totals=chosen,
        classes=classes,
        contest=contest,
        long=long,
        proofs=proofs,
        areas=areas,
        sums=sums,
        by_name=by_name,
        others=tuple(name for name in columns if name not in used),
        confirmed=_codes_at(table, key, sums) if keep_sums else (),
        no_list=_without_list(table, columns, (*options, *classes.values()), chosen),
    )


def _named(table: SeenTable, columns: dict[str, Column], names: Sequence[str]) -> tuple[Column, ...]:
    """The columns of these names. Raises InputError for one that there is not."""
    for name in names:
        if name not in columns:
            near = nearest(name, list(columns))
            raise InputError("column-missing", place=table.mapping.file, column=repr(name), nearest=near)
    return tuple(columns[name] for name in dict.fromkeys(names))


def _codes_at(table: SeenTable, key: Key, lines: Sequence[int]) -> tuple[str, ...]:
    """The stations that stand on these lines."""
    wanted = frozenset(lines)
    cells = [table.cells[each.name] for each in key.columns]
    codes = (
        ".".join(as_code(column, text[at]) for column, text in zip(key.columns, cells, strict=True))
        for at, line in enumerate(table.lines)
        if line in wanted
    )
    return tuple(dict.fromkeys(codes))


def _without_list(
    table: SeenTable, columns: dict[str, Column], votes: Sequence[str], chosen: dict[str, str]
) -> tuple[tuple[str, ...], int]:
    """What says 0 in the column of registered voters where there are votes, and in how many rows: special
    places serve voters of other lists."""
    if (name := chosen.get("registered")) is None:
        return (), 0
    texts = table.cells[name]
    counted = [_numbers(columns[each], table.cells[each]) for each in votes]
    zero = [
        text
        for text, have, *row in zip(texts, _numbers(columns[name], texts), *counted, strict=True)
        if not have and any(row) and text not in ("", *columns[name].marks)
    ]
    return tuple(dict.fromkeys(zero)), len(zero)


def _is_id(column: Column) -> bool:
    return column.zeros or any(column.named(words) for words in (ID, STATION, AREA, CENTER))


def _roles(
    columns: Sequence[Column],
) -> tuple[dict[str, tuple[str, ...]], dict[str, str], tuple[str, ...]]:
    """Columns that may state each total, further classes of ballots, and the options: what is left."""
    totals: dict[str, tuple[str, ...]] = {}
    classes: dict[str, str] = {}
    numbers = [each for each in columns if each.figures]
    taken: set[str] = set()
    for kind, pattern in TOTALS.items():
        for each in numbers:
            if each.name in taken or not each.named(pattern) or each.named(NO_TOTAL):
                continue
            if kind == "valid" and each.named(TOTALS["null"]):
                continue
            totals[kind] = (*totals.get(kind, ()), each.name)
            taken.add(each.name)
    for at, each in enumerate(columns):
        if each.name in taken or not each.figures:
            continue
        if each.named(OTHER_BALLOTS):
            classes[_class_code(each.name)] = each.name
            taken.add(each.name)
        elif not each.named(NO_TOTAL) and (_is_id(each) or (at == 0 and _counts_rows(each))):
            taken.add(each.name)
    return totals, classes, tuple(each.name for each in numbers if each.name not in taken)


def _counts_rows(column: Column) -> bool:
    """Whether a first column may be a running number: digits, and none of them said twice."""
    return column.digits and not column.empty and not column.marks and len(column.name) > 1


def _class_code(name: str) -> str:
    from escrutinio.intake.mapping.slugs import slug

    return slug(name) or "other-ballots"


def _without_sums(
    table: SeenTable, columns: dict[str, Column], figures: Sequence[str]
) -> tuple[SeenTable, tuple[int, ...], tuple[str, tuple[str, ...]] | None]:
    """The table without rows that are sums of others or are called totals; their lines; and what leaves them
    out where they do not stand at its end."""
    numbers = [_numbers(columns[name], table.cells[name]) for name in figures]
    vectors = list(zip(*numbers, strict=True)) if numbers else []
    found = {each.at for each in find_sums(vectors)}
    words = [name for name, each in columns.items() if not each.figures]
    for at, row in enumerate(zip(*(table.cells[name] for name in words), strict=True)):
        if any(_TOTAL_ROW.fullmatch(text) for text in row if text):
            found.add(at)
    if not found or len(found) * 2 > len(table.rows):
        return table, (), None
    size = len(table.rows)
    lines = tuple(table.lines[at] for at in sorted(found))
    kept = [at for at in range(size) if at not in found]
    left = replace(
        table, rows=tuple(table.rows[at] for at in kept), lines=tuple(table.lines[at] for at in kept)
    )
    if found == set(range(size - len(found), size)):
        import msgspec

        last = table.mapping.skip_last + len(found)
        return replace(left, mapping=msgspec.structs.replace(table.mapping, skip_last=last)), lines, None
    for name in columns:
        of_sums = {table.cells[name][at] for at in found}
        if "" not in of_sums and of_sums.isdisjoint(left.cells[name]):
            return left, lines, (name, tuple(sorted(of_sums)))
    return table, (), None


def _key(table: SeenTable, columns: list[Column], within: Sequence[Sequence[str]], needs_key: bool) -> Key:
    place = table.mapping.file
    try:
        return find_key(place, columns, table.cells, within)
    except InputError:
        named = [
            max(found, key=lambda each: (each.code, each.distinct))
            for pattern in (CENTER, STATION)
            if (found := [each for each in columns if each.named(pattern)])
        ]
        if needs_key or not named:
            raise
        return Key(tuple(dict.fromkeys(named)), 0, len(table.rows))


def _long(columns: dict[str, Column]) -> tuple[str, str] | None:
    option = [
        name for name, each in columns.items() if not each.figures and re.match(_CANDIDATE, plain(name))
    ]
    votes = [name for name, each in columns.items() if each.figures and re.match(_VOTES, plain(name))]
    return (option[0], votes[0]) if option and votes and columns[option[0]].distinct > 1 else None


def _numbers(column: Column, values: Sequence[str]) -> list[int]:
    """The figures of a column; what is none counts nothing."""
    found = []
    for text in values:
        whole = text.partition(".")[0] if column.decimals else text
        whole = whole.replace(column.thousands, "") if column.thousands else whole
        found.append(int(whole) if whole.isascii() and whole.isdigit() else 0)
    return found


def _proven(
    table: SeenTable,
    columns: dict[str, Column],
    options: tuple[str, ...],
    totals: dict[str, tuple[str, ...]],
    classes: dict[str, str],
) -> tuple[dict[str, str], tuple[Proof, ...], frozenset[str]]:
    """The column of each total, with the sums that show it; and options that are none, since the others add
    up without them."""
    figures = {
        name: _numbers(columns[name], table.cells[name])
        for name in (*options, *classes.values(), *(name for names in totals.values() for name in names))
    }
    chosen: dict[str, str] = {kind: totals[kind][0] for kind in ("null", "blank") if kind in totals}
    beside = (*chosen.values(), *classes.values())
    stated = [name for kind in ("valid", "ballots", "voters") for name in totals.get(kind, ())]
    if not options:
        return chosen, (), frozenset()

    def best(parts: tuple[str, ...], but: str = "") -> Proof | None:
        sums = [sum(row) for row in zip(*(figures[name] for name in parts), strict=True)]
        with_votes = [
            at for at, votes in enumerate(sums) if votes or any(figures[name][at] for name in stated)
        ]
        tried = [
            Proof(name, parts, sum(sums[at] == figures[name][at] for at in with_votes), len(with_votes))
            for name in stated
            if name != but
        ]
        return max(tried, key=lambda each: each.fits, default=None)

    dropped: tuple[str, ...] = ()
    found: dict[str, Proof] = {}
    for without in (), *(combinations(options, 1) if len(options) > 2 else ()):
        left = tuple(name for name in options if name not in without)
        valid, ballots = best(left), best((*left, *beside)) if beside else None
        if valid is not None and ballots is not None and valid.total == ballots.total:
            # The two are the same where no ballot is null or blank.
            if valid.fits < ballots.fits:
                valid = best(left, valid.total)
            else:
                ballots = best((*left, *beside), valid.total)
        proofs = {
            kind: proof
            for kind, proof in (("valid", valid), ("ballots", ballots))
            if proof is not None and proof.rows and proof.fits >= _PROVEN * proof.rows
        }
        if proofs:
            found, dropped = proofs, without
            break
    if "ballots" in found and found["ballots"].total in totals.get("voters", ()):
        found["voters"] = found.pop("ballots")
    chosen |= {kind: proof.total for kind, proof in found.items()}
    if "registered" in totals:
        least = [sum(figures[name][at] for name in (*options, *beside)) for at in range(len(table.rows))]
        for name in totals["registered"]:
            given = [(have, need) for have, need in zip(figures[name], least, strict=True) if have]
            if given and sum(have >= need for have, need in given) >= _REGISTERED * len(given):
                chosen["registered"] = name
                break
    return chosen, tuple(found.values()), frozenset(dropped)


def _areas(columns: dict[str, Column], left: Sequence[Column], key: Key) -> tuple[Level, ...]:
    """The levels of areas, the largest first; a code holds those above it, since many tables count anew in
    each larger area."""
    pairs: list[tuple[Column, Column]] = []
    words = [each for each in columns.values() if not each.digits and not each.empty]
    for code in left:
        stem = re.sub(r"^(cod|code|id|num|nro)[_ ]?|[_ ]?(cod|code|id)$", "", plain(code.name))
        names = [
            each for each in words if stem and plain(each.name) in (stem, f"{stem}_name", f"name_{stem}")
        ]
        if code.digits and names and plain(code.name) != stem:
            pairs.append((code, names[0]))
    coded = {each.name for pair in pairs for each in pair}
    alone = key.columns[0] if len(key.columns) == 1 else None
    for each in left:
        if each.named(AREA) and not each.named(STATION) and each.name not in coded and each is not alone:
            pairs.append((each, each))
    rows = key.rows
    levels: list[Level] = []
    above: list[Column] = []
    for code, name in sorted(pairs, key=lambda pair: pair[0].distinct):
        if len(levels) == _MOST_LEVELS or not fits_in_code([*above, code]) or code.distinct >= max(rows, 2):
            continue
        above.append(code)
        levels.append(Level(plain(name.name) or name.name, ".".join(map(written, above)), name.name))
    return tuple(levels)
