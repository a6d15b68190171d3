"""The file of one place, as `escrutinio verify` checks it: its records, and what is written in it."""

from __future__ import annotations

from pathlib import Path

import click

from escrutinio.base.errors import EscrutinioError
from escrutinio.base.inputs import read_input
from escrutinio.base.words.say import language, said_in_all, say
from escrutinio.cli.opening import given_digits
from escrutinio.cli.output import EXIT_FAILED, EXIT_OPEN, print_json, read_text
from escrutinio.core.verification.checks import Outcome
from escrutinio.core.verification.place import (
    MAX_PLACE,
    START,
    PlaceFile,
    is_place_file,
    read_place_file,
    verify_place,
)

NAMES = {
    "checkpoint": say("the checkpoint is well formed"),
    "log-signature": say("a trusted log key signed it"),
    "trust-file": say("definition and charter are the trusted ones"),
    "part": say("every record leads to the root by its proof"),
    "definition": say("the log defines an election"),
    "signatures": say("a key in force signed every record"),
    "written": say("what is written in it is what its records say"),
}
_MARKS = {Outcome.HOLDS: "ok", Outcome.FAILS: say("FAILED"), Outcome.OPEN: say("open")}


def as_page(path: Path) -> bool:
    """Whether a file is one place's."""
    with path.open("rb") as file:
        return is_place_file(file.read(len(START)))


def verify_page(path: Path, trust_file: Path | None, *, as_json: bool) -> int:
    """Verify one place's file, print what was found, and give the exit code.

    Raises InputError and LogError where it, or the trust file, cannot be read.
    """
    from escrutinio.core.log.fingerprint import check_digits, trust_of_digits
    from escrutinio.core.log.trust import parse_trust
    from escrutinio.publication.downloads.one_place import held_against

    file = read_place_file(read_input(path, MAX_PLACE))
    trust = None if trust_file is None else parse_trust(read_text(trust_file), str(trust_file))
    digits = given_digits()
    if digits is not None and trust is not None:
        check_digits(digits, trust)
    elif digits is not None:
        trust = trust_of_digits(digits, file.payload.trust.encode(), str(path))
    found = verify_place(file, trust)
    outcome, why = held_against(file, found)
    steps = {name: found.steps.get(name, (Outcome.OPEN, None)) for name in NAMES if name != "written"}
    said = {name: (each, None if error is None else _said(error)) for name, (each, error) in steps.items()}
    said["written"] = (outcome, None if why is None else said_in_all(why))
    outcomes = {each for each, _ in said.values()}
    if as_json:
        print_json(_plain(file, said))
    else:
        _print(file, said)
    if Outcome.FAILS in outcomes:
        return EXIT_FAILED
    return EXIT_OPEN if Outcome.OPEN in outcomes else 0


_Said = dict[str, tuple[Outcome, dict[str, str] | None]]


def _said(error: Exception) -> dict[str, str]:
    return said_in_all(error) if isinstance(error, EscrutinioError) else {language(): str(error)}


def _plain(file: PlaceFile, said: _Said) -> dict[str, object]:
    return {
        "version": 1,
        "place": file.payload.place,
        "stations": list(file.payload.stations),
        "checks": [{"name": name, "outcome": each.value, "why": why} for name, (each, why) in said.items()],
    }


def _print(file: PlaceFile, said: _Said) -> None:
    for name, (each, why) in said.items():
        click.echo(f"  {_MARKS[each]:<9} {NAMES[name]}")
        if why is not None:
            click.echo(f"            {why[language()]}")
    outcomes = {each for each, _ in said.values()}
    names = ", ".join(file.payload.stations)
    if Outcome.FAILS in outcomes:
        click.echo(
            "\n" + say("{stations}: a check failed. Do not pass this file on as it is.", stations=names)
        )
    elif said["log-signature"][0] is Outcome.OPEN:
        click.echo("\n" + say("{stations}: consistent; origin not authenticated.", stations=names))
    else:
        click.echo("\n" + say("{stations}: what this file has is part of the log.", stations=names))
