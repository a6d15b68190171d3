"""escrutinio reconcile: what several accounts of one election say of the same stations."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from escrutinio.base.beside import write_new
from escrutinio.base.words.say import language, say, say_many_in
from escrutinio.base.words.wording import whole
from escrutinio.cli.election import title_of
from escrutinio.cli.explain import print_table
from escrutinio.cli.opening import open_log
from escrutinio.cli.options import common_trust_option, quiet_option
from escrutinio.cli.output import print_json

if TYPE_CHECKING:
    from escrutinio.evidence.accounts.accounts import Accounts, Pair

MAX_SHOWN = 1_000_000
BAR = 30


@click.command(
    help=say(
        "Compare accounts of one election, station by station: publications (a directory or an http "
        "address, with #BASIS to choose which sheets), the sources of a mapping file (--map), or plain "
        "CSV tables whose columns speak for themselves. One publication alone is compared basis by basis.\n\n"
        "Each difference is named by what the figures look like, not by why (docs/reconciling.md).\n\n"
        "Examples:\n\n"
        "  escrutinio reconcile public/miniature\n\n"
        "  escrutinio reconcile public/official party/public#copies:party/x --html pages\n\n"
        "  escrutinio reconcile site-2024-08-01 later --map examples/venezuela-2024/versions.toml"
    )
)
@click.argument("sources", nargs=-1, required=True)
@click.option("--map", "map_file", type=click.Path(path_type=Path),
              help=say("Mapping file with [source.NAME] tables."))  # fmt: skip
@click.option("--contest", help=say("Only this contest."))
@click.option("--registered", type=click.IntRange(1, 10**10),
              help=say("Voters on the whole roll."))  # fmt: skip
@click.option("--confirm-zero", multiple=True, metavar="STATION",
              help=say("A person saw the sheet: it has no votes. May be repeated."))  # fmt: skip
@click.option("--skip-bad-rows", is_flag=True,
              help=say("Compare although rows of a table cannot be read."))  # fmt: skip
@click.option("--show", type=click.IntRange(0, MAX_SHOWN), default=20, show_default=True,
              help=say("Stations listed."))  # fmt: skip
@click.option("--csv", "csv_file", type=click.Path(path_type=Path, dir_okay=False),
              help=say("Write every differing figure."))  # fmt: skip
@click.option("--xlsx", "xlsx_file", type=click.Path(path_type=Path, dir_okay=False),
              help=say("Write a workbook."))  # fmt: skip
@click.option("--html", "html_dir", type=click.Path(path_type=Path),
              help=say("Write pages into a new directory."))  # fmt: skip
@common_trust_option
@click.option("--json", "as_json", is_flag=True,
              help=say("Print JSON (docs/reconciling.md)."))  # fmt: skip
@quiet_option
def command(
    sources: tuple[str, ...],
    map_file: Path | None,
    contest: str | None,
    registered: int | None,
    confirm_zero: tuple[str, ...],
    skip_bad_rows: bool,
    show: int,
    csv_file: Path | None,
    xlsx_file: Path | None,
    html_dir: Path | None,
    trust: Path | None,
    as_json: bool,
    quiet: bool,
) -> None:
    from escrutinio.evidence.accounts.accounts import compare
    from escrutinio.evidence.accounts.choosing import by_contest
    from escrutinio.evidence.accounts.elections import elections_sentence
    from escrutinio.evidence.accounts.sources import join
    from escrutinio.library.naming import Named
    from escrutinio.publication.documents.accounts import files as files

    named = Named(
        lambda address: open_log(address, trust, quiet=quiet or as_json),
        map_file,
        skip_bad_rows=skip_bad_rows,
        skip_with="--skip-bad-rows",
    )
    accounts = tuple(
        compare(join(each, confirmed_zero=frozenset(confirm_zero)), registered=registered)
        for each in by_contest([named.resolve(source) for source in sources], contest)
    )
    tables = []
    if csv_file is not None:
        tables.append((csv_file, files.to_csv(accounts)))
    if xlsx_file is not None:
        tables.append((xlsx_file, files.to_xlsx(accounts, language())))
    if html_dir is None:
        write_new(*tables)
    else:
        from escrutinio.publication.documents.accounts.pages import writing_reconciliation

        with writing_reconciliation(accounts, html_dir):  # all of it, or nothing
            write_new(*tables)
    if as_json:
        print_json(files.as_plain(accounts))
        return
    if sentence := elections_sentence(files.all_sources(accounts), language()):
        click.secho(sentence, bold=True)
    for each in accounts:
        _print_contest(each, show)
    for path in (html_dir, csv_file, xlsx_file):
        if path is not None:
            click.echo(say("\nWritten: ") + str(path))


def _print_contest(accounts: Accounts, show: int) -> None:
    lang, joined = language(), accounts.joined
    click.echo(f"\n== {title_of(joined.view.titles, joined.contest or '–')}")
    header = (say("source"), say("sheets"), say("votes"),
              say("only here"), say("zero reports"))  # fmt: skip
    print_table(
        header,
        [
            (source.name, *(whole(n, lang) for n in (
                int(joined.present[at].sum()), int(joined.votes(at).sum()), joined.alone[at],
                int(joined.zero_report[at].sum()))))
            for at, source in enumerate(joined.sources)
        ],
    )  # fmt: skip
    for source in joined.sources:
        click.echo(f"  {source.name}: {source.rests_on}")
    for source, codes in zip(joined.sources, joined.left_out, strict=True):
        if codes:
            text = say("options without a partner, neither compared nor counted")
            click.echo(f"  {source.name}: {text}: {', '.join(codes)}")
    for source, zero in zip(joined.sources, joined.zero_report, strict=True):
        if zero.any():
            listed = ", ".join(joined.stations[at] for at in zero.nonzero()[0][:10].tolist())
            if (more := int(zero.sum()) - 10) > 0:
                listed += " " + say("and {count:,} more", count=more)
            click.echo(
                say(
                    "  {name}: no vote on the sheet, so it is taken for a zero report until a person "
                    "confirms it (--confirm-zero): {listed}",
                    name=source.name,
                    listed=listed,
                )
            )
    for source in joined.sources:
        if source.left_at:
            listed = ", ".join(source.left_at[:10])
            if (more := len(source.left_at) - 10) > 0:
                listed += " " + say("and {count:,} more", count=more)
            click.echo(
                say_many_in(
                    lang,
                    len(source.left_at),
                    "  {name}: two rows that differ for {count:,} station, which is left out: {listed}",
                    "  {name}: rows that differ for each of {count:,} stations, which are left out: {listed}",
                    name=source.name,
                    count=len(source.left_at),
                    listed=listed,
                )
            )
    if joined.invented is not None:
        click.echo(say("\nThis is no real election."))
    for pair in accounts.pairs:
        _print_pair(accounts, pair, show)
    click.echo("\n" + accounts.sentences(accounts.pairs[0], lang)[1])
    if accounts.majority is not None:
        _print_majority(accounts)


def _print_pair(accounts: Accounts, pair: Pair, show: int) -> None:
    from escrutinio.publication.documents.accounts.files import kind_table, slip_table

    lang = language()
    left, right = accounts.names(pair)
    click.echo(f"\n-- {left} | {right}\n{accounts.sentences(pair, lang)[0]}")
    if not pair.differ():
        return
    kinds = kind_table(accounts, pair, lang)
    most = kinds[0][2]
    print_table(
        (say("kind of difference"), say("stations"), ""),
        [(name, whole(count, lang), "█" * max(1, count * BAR // most)) for _, name, count in kinds],
    )
    slips = slip_table(pair, lang)
    if slips:
        print_table(
            (say("figures that differ, how"), say("figures")),
            [(name, whole(count, lang)) for _, name, count in slips],
        )
    _print_effect(accounts, pair)
    _print_stations(accounts, pair, show)


def _print_effect(accounts: Accounts, pair: Pair) -> None:
    lang, candidates = language(), accounts.joined.view.candidates
    left, right = accounts.names(pair)
    columns = (pair.outcome_left, pair.outcome_right, pair.outcome_replaced, pair.outcome_joined)
    votes = [{c: rank.votes for rank in each.ranks for c in rank.candidates} for each in columns]
    rows = [
        (code, *(whole(each[at], lang) for each in votes)) for at, code in enumerate(candidates)
    ]  # fmt: skip
    margin = (whole(each.margin, lang) if each.margin is not None else "–" for each in columns)
    rows.append((say("margin"), *margin))
    print_table(
        ("", left, right, say("left, right's where they differ"),
         say("and those only right")),
        rows,
    )  # fmt: skip
    if not any(pair.differing.votes):
        return
    click.echo(say("\nThe stations that differ taken out: ") + pair.differing.sentences(lang)[0])
    click.echo(say("With those that {source} lacks: ", source=left) + pair.open_stations.sentences(lang)[0])


def _print_stations(accounts: Accounts, pair: Pair, show: int) -> None:
    from escrutinio.evidence.accounts.difference_texts import kind_name
    from escrutinio.evidence.accounts.figures import row_codes

    joined, codes = accounts.joined, row_codes(accounts.joined)
    left, right = accounts.names(pair)
    rows = []
    for difference in pair.differences[:show]:
        figures = ", ".join(
            f"{codes[each.row]} {_figure(each.left)}|{_figure(each.right)}" for each in difference.figures
        )
        kind = kind_name(difference.kind, language(), left=left, right=right)
        if difference.other is not None:
            kind += f" ({joined.stations[difference.other]})"
        rows.append(f"  {joined.stations[difference.station]}  {kind}: {figures}")
    click.echo("\n" + "\n".join(rows) if rows else "")
    if len(pair.differences) > show:
        more = len(pair.differences) - show
        click.echo(say("  … and {more:,} more (--show, --csv)", more=more))


def _agreement(agreeing: int, having: int) -> str:
    if having == 1:
        return say("only one has a sheet")
    if not agreeing:
        return say("none more than others, of {having}", having=having)
    return say("{agreeing} of {having} agree", agreeing=agreeing, having=having)


def _figure(figure: int) -> str:
    return "–" if figure < 0 else str(figure)


def _print_majority(accounts: Accounts) -> None:
    lang, majority = language(), accounts.majority
    assert majority is not None
    print_table(
        (say("what most sources say"), say("stations")),
        [
            (
                _agreement(agreeing, having),
                whole(count, lang),
            )
            for (agreeing, having), count in majority.table().items()
        ],
    )  # fmt: skip
    for source, count in zip(accounts.joined.sources, majority.against, strict=True):
        text = say("stations where most others say otherwise")
        click.echo(f"  {source.name}: {whole(count, lang)} {text}")
