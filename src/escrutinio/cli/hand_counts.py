"""escrutinio audit record: hand counts of the boxes that an audit drew, entered blind."""

from __future__ import annotations

import secrets
from dataclasses import replace
from pathlib import Path

import click

from escrutinio.base.errors import InputError
from escrutinio.base.words.say import say, say_in
from escrutinio.cli.audit_records import audit_of, give
from escrutinio.cli.election import Question, asks
from escrutinio.cli.explain import in_each
from escrutinio.cli.output import read_text
from escrutinio.cli.sealing import Proposed, Signer, signs
from escrutinio.core.records import types as t


@click.command(
    help=say(
        "Write hand counts of boxes that an audit drew. What the sheet says is not shown: the count is "
        "entered blind.\n\n"
        "One box with --station and an --option CODE=NUMBER for each option, or many with --csv FILE, whose "
        "columns are station, every option, every class of other ballots (null, blank) and vouchers.\n\n"
        "Example: escrutinio audit record public/miniature --contest presidencia --as observer/faro --csv "
        "counts.csv"
    )
)
@asks
@click.option("--commitment", metavar="DIGEST",
              help=say("Digest of the commitment; the last one if left out."))  # fmt: skip
@click.option("--station", help=say("Code of the box's station."))
@click.option("--option", "options", multiple=True, metavar="CODE=NUMBER",
              help=say("Vouchers for an option, or of a class of other ballots."))  # fmt: skip
@click.option("--null", "null", type=click.IntRange(0), help=say("Null vouchers."))
@click.option("--blank", type=click.IntRange(0), help=say("Blank vouchers."))
@click.option("--valid", type=click.IntRange(0),
              help=say("Valid ballots, where one may have several marks."))  # fmt: skip
@click.option("--vouchers", type=click.IntRange(0),
              help=say("All vouchers in the box."))  # fmt: skip
@click.option("--csv", "table", type=click.Path(path_type=Path, dir_okay=False),
              help=say("Counts of many boxes."))  # fmt: skip
@click.option(
    "--keep",
    type=click.Path(path_type=Path, dir_okay=False),
    help=say("Commit to the counts alone and keep them in this new file; --csv FILE says them."),
)
@signs
def record(
    question: Question,
    commitment: str | None,
    station: str | None,
    options: tuple[str, ...],
    null: int | None,
    blank: int | None,
    valid: int | None,
    vouchers: int | None,
    table: Path | None,
    keep: Path | None,
    signer: Signer,
) -> None:
    from escrutinio.core.records.commitments import count_digest
    from escrutinio.evidence.audit.hand_counts import (
        columns_of,
        hand_count,
        kept_counts,
        of_its_box,
        read_counts,
    )
    from escrutinio.evidence.audit.rounds import drawn_boxes

    if (table is None) is (station is None):
        raise click.UsageError(say("either --station or --csv is needed"))
    opened = question.open()
    if table is not None:
        rows = read_counts(read_text(table), columns_of(opened.contest), str(table))
    else:
        cells = {"station": station or "", **dict.fromkeys(opened.contest.classes, "0")}
        for code, number in (("null", null), ("blank", blank), ("valid", valid), ("vouchers", vouchers)):
            cells |= {} if number is None else {code: str(number)}
        rows = [cells | _options(options)]
    audit = audit_of(question, opened, commitment)
    about, made = opened.contest.code, audit.logged.entry.digest
    drawn = drawn_boxes(opened.state, audit, about, opened.log.attachment)
    counts = {row["station"]: hand_count(audit, drawn, opened.contest, row) for row in rows}
    if len(counts) < len(rows):
        raise InputError("box-twice")
    secret = []
    bodies: dict[str, t.HandCount | t.MixedCount | t.CountCommitment] = {
        name: of_its_box(audit, about, name, each) for name, each in counts.items()
    }
    if keep is not None:
        salts = {name: secrets.token_bytes(32) for name in counts}
        counts = {name: replace(each, salt=salts[name]) for name, each in counts.items()}
        for name, each in counts.items():
            bodies[name] = t.CountCommitment(made, count_digest(salts[name], each))
        secret.append((keep, kept_counts(opened.contest, counts)))
    records = [Proposed(body, f"{name}/{about}") for name, body in bodies.items()]
    remarks = in_each(
        lambda language: [
            say_in(
                language,
                "Boxes counted by hand: {boxes:,}; each enters once two organisations that the commitment "
                "names sign the same.",
                boxes=len(records),
            ),
            say_in(
                language,
                "They were not compared with any sheet here, and a difference of a few votes is usual.",
            ),
        ]
    )
    give(question, opened, signer, records, remarks, secret)


def _options(given: tuple[str, ...]) -> dict[str, str]:
    found: dict[str, str] = {}
    for each in given:
        code, sign, number = each.partition("=")
        if not sign or code in found:
            raise InputError("count-option-form", value=repr(each[:80]))
        found[code] = number
    return found
