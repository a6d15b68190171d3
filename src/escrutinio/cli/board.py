"""escrutinio workspace board: which stations opened, closed and transmitted, as far as the log says."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from escrutinio.base.clock import moment, now
from escrutinio.base.errors import InputError
from escrutinio.base.words.say import language, say
from escrutinio.base.workers import workers
from escrutinio.cli.options import json_option
from escrutinio.cli.output import EXIT_FINDINGS, print_json

if TYPE_CHECKING:
    from escrutinio.running.desk.operations import AreaCount


@click.command(
    help=say(
        "Say of the log in DIRECTORY, by area, how many stations opened, closed and have all their sheets "
        "in, as far as a record says so, and which are to be called. Exits 3 where a station is to be "
        "called.\n\n"
        "Example: escrutinio workspace board /srv/election --area norte --json"
    )
)
@click.argument("directory", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--area", "area_code", default="", help=say("Code of the area; by default all of it."))
@click.option(
    "--opens", metavar="MOMENT", help=say("When voting begins; by default polls_open of the calendar.")
)
@click.option(
    "--closes", metavar="MOMENT", help=say("When voting ends; by default polls_close of the calendar.")
)
@json_option
def board(directory: Path, area_code: str, opens: str | None, closes: str | None, as_json: bool) -> None:
    import numpy as np

    from escrutinio.running.desk.operations import (
        area_counts,
        arrivals_of,
        arrivals_waiting,
        hours_of,
        stations_of,
        waiting_sheets,
    )
    from escrutinio.running.desk.operations_page import CALL_WORDS, STATUS_WORDS, call_rows, hub_status
    from escrutinio.running.workspace.workspace import open_workspace

    workspace = open_workspace(directory)
    with workers() as executor:
        state = workspace.open(executor=executor).state
    area = state.areas.index.get(area_code or state.areas.codes[0])
    if area is None:
        raise InputError("board-area", area=repr(area_code[:80]))
    found, clock = stations_of(state), now()
    hours = hours_of(state, _moment(opens), _moment(closes))
    hub = hub_status(workspace)
    waiting = waiting_sheets(state, hub.records)
    calls = found.calls(hours, clock, waiting)
    whole, children = area_counts(found, np.logical_or.reduce(list(calls.values())), area, waiting)
    rows = call_rows(found, calls, area)
    here = state.areas.within(area, state.roll.area) & found.votes
    held = arrivals_waiting(state, hub.later).within(here)
    came = arrivals_of(state).within(here).beside(held)
    if as_json:
        print_json({
            "version": 1,
            "size": state.size,
            "hub": {
                "status": hub.code,
                "waiting": hub.waiting,
                "later": len(hub.later),
                "lacking": hub.lacking or None,
                "silent": list(hub.silent),
            },
            "opens": hours.opens,
            "closes": hours.closes,
            "area": _plain(whole),
            "areas": [_plain(each) for each in children],
            "calls": [
                {
                    "station": row.station,
                    "why": row.why.value,
                    "opened": row.opened.name.lower().replace("_", "-"),
                    "closed": row.closed.name.lower().replace("_", "-"),
                    "transmission_failed": row.failed,
                    "sheets": row.sheets,
                    "sheets_expected": row.due,
                }
                for row in rows
            ],
            "arrivals": {
                "told": len(came.moments),
                "later": len(held.moments),
                "untold": len(came.untold),
                "channels": {each.name.lower(): count for each, count in came.by_channel().items()},
            },
        })  # fmt: skip
    else:
        click.echo(say(STATUS_WORDS[hub.code]))
        for more in (hub.said_of_quorum(language()), hub.said_of_later(language())):
            if more:
                click.echo(more)
        for each in (whole, *children):
            _say_area(each, bool(hub.later))
        for row in rows:
            click.echo(f"{row.station}  {row.center}  {say(CALL_WORDS[row.why])}")
        if hours.opens is None or hours.closes is None:
            click.echo(say("Not known when voting begins and ends: name --opens and --closes."), err=True)
    if rows:
        raise SystemExit(EXIT_FINDINGS)


def _moment(text: str | None) -> int | None:
    return None if text is None else moment(text)


def _say_area(each: AreaCount, waits: bool) -> None:
    later = say("; came and wait {waiting:,}", waiting=each.waiting) if waits else ""
    click.echo(
        say(
            "{area}: stations {stations:,}, opened {opened:,}, closed {closed:,}, all sheets in {whole:,}, "
            "on paper {paper:,}, to call {calls:,}",
            area=each.name,
            stations=each.stations,
            opened=each.opened,
            closed=each.closed,
            whole=each.transmitted,
            paper=each.paper,
            calls=each.calls,
        )
        + later
    )


def _plain(each: AreaCount) -> dict[str, object]:
    return {
        "code": each.code,
        "stations": each.stations,
        "paper": each.paper,
        "opened": each.opened,
        "closed": each.closed,
        "transmitted": each.transmitted,
        "waiting": each.waiting,
        "calls": each.calls,
    }
