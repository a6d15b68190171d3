"""An audit in which everybody signs alone: an observer commits, two throw, draw and count, by commands and
with keys of their own."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.audit_hands import COLUMNS, CONCHA, FARO, SHEETS, Audited, figures_of

pytestmark = pytest.mark.slow


def test_an_observer_audits_with_nobody_signing_in_their_place(hands_begun: Path, tmp_path: Path) -> None:
    election = Audited.begun(hands_begun, tmp_path / "home")
    named = ("--throws", FARO, "--throws", CONCHA, "--counts", CONCHA, "--counts", FARO)
    election.audit(FARO, "commit", *named)
    assert election.status()["throwers"] == [FARO, CONCHA]
    election.throw_all()
    assert election.status()["seed"] == "31415926532718281828"

    election.audit(FARO, "draw", "--rest")
    drawn = election.status()["rounds"][0]["drawn"]
    assert drawn == sorted(SHEETS)
    table = election.home / "counts.csv"
    rows = {station: figures_of(station) for station in drawn}
    lines = (
        ",".join((name, *(str(each[column]) for column in COLUMNS), str(sum(each.values()))))
        for name, each in rows.items()
    )
    table.write_text("\n".join((",".join(("station", *COLUMNS, "vouchers")), *lines)) + "\n")
    for name in (CONCHA, FARO):
        kept = election.home / f"kept-{name.partition('/')[2]}.csv"
        election.audit(name, "record", "--csv", table, "--keep", kept)
    assert election.status()["rounds"][0]["awaiting"] == drawn
    for name in (CONCHA, FARO):
        election.audit(name, "record", "--csv", election.home / f"kept-{name.partition('/')[2]}.csv")

    stands = election.status()
    assert (stands["settled"], stands["may_stop"], stands["notes"]) == (True, True, [])
    assert [each["error"] for each in stands["compared"]] == [0, 0, 0]
    assert _signers_of(election) == {FARO, CONCHA}
    assert not [each.code for each in election.log().state.findings if each.code.startswith("audit")]


def _signers_of(election: Audited) -> set[str]:
    """Who signed the records of the audit that are no sheets."""
    audit = ("audit-", "digits-", "count-")
    controls = election.log().state.controls
    return {each.entry.signer for each in controls if each.entry.body.NAME.startswith(audit)}
