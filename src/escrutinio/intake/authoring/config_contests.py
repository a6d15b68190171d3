"""The contests of an election.toml: candidates, options, classes of ballots, and the rules of the law."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from escrutinio.base.errors import DefinitionError, RecordError
from escrutinio.base.toml import nearest
from escrutinio.core.election.definition import BLANK, NULL, check_contest
from escrutinio.core.records import parts as p
from escrutinio.core.records.codes import Method, Ties
from escrutinio.intake.authoring.config_file import ClassTable, ContestTable, FirstTable, OptionTable, Share
from escrutinio.intake.authoring.config_values import Languages, read_code, read_share, read_word

USUAL = (p.BallotClass(NULL, ()), p.BallotClass(BLANK, ()))
"""The classes of ballots of a contest that names none."""


@dataclass(frozen=True, slots=True)
class ContestReader:
    """Turns the tables of contests into what a definition says of them. Raises DefinitionError with the
    place."""

    languages: Languages

    def contests(self, tables: Sequence[ContestTable]) -> tuple[p.Contest, ...]:
        """All contests, each checked."""
        return tuple(map(self._contest, tables))

    def contest(self, table: ContestTable, file: str) -> p.Contest:
        """A contest that stands in another file; `file` is where, for refusals."""
        try:
            return self._contest(table)
        except (DefinitionError, RecordError) as error:
            raise DefinitionError("at-place", why=error, place=file) from None

    def _contest(self, table: ContestTable) -> p.Contest:
        place = f"contest {table.code[:64]!r}"
        titles = self.languages.titles
        candidates = tuple(
            p.Candidate(
                read_code(row.code, f"{place}, candidate"),
                titles(row.title, f"{place}, title of the candidate {row.code[:64]!r}"),
            )
            for row in table.candidate
        )
        classes = USUAL if table.class_ is None else tuple(self._class(row, place) for row in table.class_)
        nobodys = (
            ClassTable(code=row.code, title=row.title) for row in table.option if row.candidate is None
        )
        classes += tuple(self._class(row, place) for row in nobodys)
        method = read_word(Method, table.method, f"{place}, method")
        threshold = None if table.threshold is None else _bar(table.threshold, classes, f"{place}, threshold")
        wins = tuple(
            p.Win(
                _bar(win.share, classes, f"{place}, win"),
                None if win.lead is None else _bar(win.lead, classes, f"{place}, win, lead"),
            )
            for win in table.win
        )
        if table.tie_lots and table.tie_order is not None:
            raise DefinitionError("config-ties", place=place)
        contest = p.Contest(
            code=read_code(table.code, "contest, code"),
            titles=titles(table.title, f"{place}, title"),
            method=method,
            seats=table.seats,
            marks=table.marks,
            area=read_code(table.area, f"{place}, area"),
            candidates=candidates,
            options=self._options(table, candidates, place),
            classes=classes,
            wins=wins,
            threshold=threshold,
            quorum=None if table.quorum is None else _bar(table.quorum, (), f"{place}, quorum"),
            ties=Ties.LOTS if table.tie_lots else Ties.OPEN if table.tie_order is None else Ties.ORDER,
            order=_tie_order(table, candidates, place),
            first=None if table.first is None else _first(table.first, f"{place}, first"),
            articles=read_articles(table.articles, place),
        )
        check_contest(contest)
        return contest

    def _class(self, row: ClassTable, place: str) -> p.BallotClass:
        code = read_code(row.code, f"{place}, class")
        title = () if row.title is None else self.languages.titles(row.title, f"{place}, class {code!r}")
        return p.BallotClass(code, title)

    def _options(
        self, table: ContestTable, candidates: tuple[p.Candidate, ...], place: str
    ) -> tuple[p.Option, ...]:
        """The boxes on the ballot; where none is written, each candidate has one, of the same code."""
        rows = [row for row in table.option if row.candidate is not None]
        if not rows and all(row.options is None for row in table.candidate):
            options = [p.Option(c.code, c.titles, number) for number, c in enumerate(candidates)]
        else:
            numbers = {candidate.code: number for number, candidate in enumerate(candidates)}
            options = [self._option(row, row.candidate or "", numbers, place) for row in rows]
            for number, row in enumerate(table.candidate):
                options += (
                    p.Option(read_code(code, f"{place}, option"), (), number) for code in row.options or ()
                )
        return _ordered(options, table.option_order, place)

    def _option(self, row: OptionTable, candidate: str, numbers: Mapping[str, int], place: str) -> p.Option:
        if candidate not in numbers:
            known = nearest(candidate, numbers)
            raise DefinitionError(
                "option-candidate",
                place=place,
                candidate=repr(candidate[:64]),
                nearest=known,
                option=repr(row.code[:64]),
            )
        what = f"{place}, title of the option {row.code[:64]!r}"
        title = self.languages.titles(row.title, what) if row.title else ()
        return p.Option(read_code(row.code, f"{place}, option"), title, numbers[candidate])


def read_articles(given: Mapping[str, str], place: str) -> tuple[p.Article, ...]:
    """The articles of the law beside the rules that they are of."""
    return tuple(p.Article(read_code(rule, f"{place}, articles"), text) for rule, text in given.items())


def _bar(given: Share, classes: tuple[p.BallotClass, ...], place: str) -> p.Bar:
    """A share, as a string or a table says it."""
    if isinstance(given, str):
        share = read_share(given, place)
        return p.Bar(share.numerator, share.denominator)
    share = read_share(given.share, place)
    codes = [each.code for each in classes]
    for code in given.beside:
        if code not in codes:
            known = nearest(code, codes)
            raise DefinitionError("config-word", place=place, nearest=known, value=repr(code[:40]))
    beside = tuple(codes.index(code) for code in given.beside)
    return p.Bar(share.numerator, share.denominator, int(given.more), beside)


def _tie_order(table: ContestTable, candidates: tuple[p.Candidate, ...], place: str) -> tuple[int, ...]:
    """The law's order of the candidates, by their number on the ballot."""
    codes = [candidate.code for candidate in candidates]
    for code in table.tie_order or ():
        if code not in codes:
            known = nearest(code, codes)
            raise DefinitionError(
                "config-word", place=f"{place}, tie_order", nearest=known, value=repr(code[:40])
            )
    return tuple(codes.index(code) for code in table.tie_order or ())


def _first(table: FirstTable, place: str) -> p.FirstRound:
    try:
        election = bytes.fromhex(table.election)
    except ValueError:
        election = b""
    if len(election) != 32:
        raise DefinitionError("config-digest", place=place, value=repr(table.election[:80]))
    return p.FirstRound(election, read_code(table.contest, place))


def _ordered(options: list[p.Option], order: list[str] | None, place: str) -> tuple[p.Option, ...]:
    """The options in the order of the ballot, where it is written."""
    if order is None:
        return tuple(options)
    by_code = {option.code: option for option in options}
    if len(by_code) != len(options):
        return tuple(options)  # a code given twice, which check_contest refuses by name
    odd = [code for code in order if code not in by_code or order.count(code) > 1]
    if odd := odd or [code for code in by_code if code not in order]:
        raise DefinitionError("config-option-order", place=place, option=repr(odd[0][:64]))
    return tuple(by_code[code] for code in order)
