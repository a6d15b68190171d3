"""escrutinio audit record: hand counts of the boxes that an audit drew, entered blind."""

from __future__ import annotations

from pathlib import Path

import click

from escrutinio.base.errors import InputError
from escrutinio.base.words.say import say, say_in
from escrutinio.cli.audit_records import BOUNDS, bound_option, commitment_of, give
from escrutinio.cli.election import Question, asks
from escrutinio.cli.explain import in_each
from escrutinio.cli.output import read_text
from escrutinio.cli.sealing import Proposed, Signer, signs


@click.command(
    help=say(
        "Write hand counts of boxes that an audit drew. What the sheet says is not shown: the count is "
        "entered blind.\n\n"
        "One box with --station and an --option CODE=NUMBER for each option, or many with --csv FILE, whose "
        "columns are station, every option, null, blank and vouchers.\n\n"
        "Example: escrutinio audit record public/miniature --contest presidencia --as observer/faro --csv "
        "counts.csv"
    )
)
@asks
@click.option("--commitment", metavar="DIGEST",
              help=say("Digest of the commitment; the last one if left out."))  # fmt: skip
@click.option("--station", help=say("Code of the box's station."))
@click.option("--option", "options", multiple=True, metavar="CODE=NUMBER",
              help=say("Vouchers for an option."))  # fmt: skip
@click.option("--null", "null", type=click.IntRange(0), help=say("Null vouchers."))
@click.option("--blank", type=click.IntRange(0), help=say("Blank vouchers."))
@click.option("--vouchers", type=click.IntRange(0),
              help=say("All vouchers in the box."))  # fmt: skip
@click.option("--csv", "table", type=click.Path(path_type=Path, dir_okay=False),
              help=say("Counts of many boxes."))  # fmt: skip
@bound_option
@signs
def record(
    question: Question,
    commitment: str | None,
    station: str | None,
    options: tuple[str, ...],
    null: int | None,
    blank: int | None,
    vouchers: int | None,
    table: Path | None,
    bound: str,
    signer: Signer,
) -> None:
    from escrutinio.evidence.audit.hand_counts import hand_count, read_counts
    from escrutinio.evidence.audit.records import read_audit
    from escrutinio.evidence.audit.rounds import drawn_boxes

    digest = commitment_of(commitment)
    if (table is None) is (station is None):
        raise click.UsageError(say("either --station or --csv is needed"))
    opened = question.open()
    if table is not None:
        rows = read_counts(read_text(table), opened.contest.options, str(table))
    else:
        cells = {"station": station or "", "null": str(null or 0), "blank": str(blank or 0)}
        cells |= {} if vouchers is None else {"vouchers": str(vouchers)}
        rows = [cells | _options(options)]
    audit = read_audit(opened.state, opened.contest.code, digest)
    drawn = drawn_boxes(opened.state, audit, question.basis, BOUNDS[bound])
    about = opened.contest.code
    records = [
        Proposed(hand_count(audit, drawn, opened.contest.options, row), f"{row['station']}/{about}")
        for row in rows
    ]
    if len({each.about for each in records}) < len(records):
        raise InputError("box-twice")
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
    give(question, opened, signer, records, remarks)


def _options(given: tuple[str, ...]) -> dict[str, str]:
    found: dict[str, str] = {}
    for each in given:
        code, sign, number = each.partition("=")
        if not sign or code in found:
            raise InputError("count-option-form", value=repr(each[:80]))
        found[code] = number
    return found
