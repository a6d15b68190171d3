"""A tick, and "authentic", only for what a signer was entitled to say: on a station's page and of a sheet."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest

from escrutinio.core.records.codes import RevocationReason, Role
from escrutinio.core.records.entry import open_record
from escrutinio.core.records.parts import Title
from escrutinio.core.records.possession import enrolled
from escrutinio.core.records.qr import qr_text
from escrutinio.core.records.types import Enrolment, Revocation
from escrutinio.core.verification.judge import Judge, Verdict
from tests.browser.publish import publish
from tests.browser.test_check_sheet import CHECK, paste, visit
from tests.core.election.build import ROOT, Day, key

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from tests.browser.conftest import Modules, Served

pytestmark = pytest.mark.browser


def day_of_roles() -> Day:
    """A log with keys of every kind, and sheets by some that may not say such things."""
    day = Day()
    title = (Title("es", "x"),)
    machines = {
        "n1.01": ("n1.01",),
        "n1.02": ("n1.02",),
        "sur": ("sur",),
        "norte": ("norte",),
        "ended": ("n1.01",),
    }
    day.enrol_all([(f"machine/{name}", Role.MACHINE, scope) for name, scope in machines.items()])
    name = "machine/consejo"
    limited = enrolled(key(name), day.election, name, Role.MACHINE, contests=("consejo",), titles=title)
    day.say(Enrolment((limited,)), ROOT, "election")
    day.enrol_all([("press/diario", Role.PRESS, ()), ("board/n1.01", Role.BOARD, ("n1.01",))])
    day.say(Revocation(key("machine/ended").kid, RevocationReason.STOLEN), ROOT, "election")
    for name in ("machine/n1.01", "press/diario", ROOT, "machine/n1.02"):
        day.sheet(name, "n1.01", (2, 2, 2, 2))
    return day


DAY = day_of_roles()
LAST_FOUR = ("in-log", "out-of-scope", "unknown-key", "out-of-scope")
"""What the sheets at the end of the day are: of its own machine, the press, the root, another machine."""


@pytest.fixture(scope="module", autouse=True)
def published(served: Served) -> None:
    """The day at /roles/, and at /hidden/ with indexes that name no key and no revocation."""
    directory, hidden = served.directory / "roles", served.directory / "hidden"
    publish(DAY, directory)
    (directory / "en").mkdir()
    (directory / "en" / "check.html").write_text(CHECK.format(lang="en"))
    shutil.copytree(directory, hidden)
    for name in ("keys.json", "controls.json"):
        (hidden / "data" / name).write_text("{}")


def _by(name: str) -> bytes:
    """A tally sheet of station n1.01 by any of the day's keys, that is in no log."""
    day = DAY
    day.sheet(name, "n1.01", (1, 2, 3, 4))
    return day.log.pop()


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("machine/n1.01", "not-in-log"),
        ("machine/n1.02", "out-of-scope"),
        ("machine/sur", "out-of-scope"),
        ("machine/norte", "not-in-log"),
        ("machine/consejo", "out-of-scope"),
        ("machine/ended", "not-in-force"),
        ("press/diario", "out-of-scope"),
        ("party/azul/1", "out-of-scope"),
        ("board/n1.01", "out-of-scope"),
        ("authority/1", "out-of-scope"),
        (ROOT, "unknown-key"),
        ("machine/nobody", "unknown-key"),
    ],
)
@pytest.mark.parametrize("index", ["whole", "none"])
def test_a_sheet_is_authentic_only_by_a_key_that_may_say_it(
    page: Page, served: Served, name: str, expected: str, index: str
) -> None:
    """As `core.verification.judge` says of it, whatever the site's indexes name or leave out."""
    raw = _by(name)
    state = DAY.state()
    verdict = Judge(state).record(open_record(raw), None).verdict
    assert (Verdict.NOT_IN_LOG if verdict is Verdict.CONTRADICTED else verdict) == expected
    visit(page, served, "roles" if index == "whole" else "hidden")
    assert paste(page, qr_text(raw, real=False)) == expected


def test_what_a_log_holds_of_others_is_no_authentic_sheet(page: Page, served: Served) -> None:
    """Sheets by a press key, by the root and by another station's machine, which stand in the log."""
    day = DAY
    visit(page, served, "roles")
    for raw, expected in zip(day.log[-4:], LAST_FOUR, strict=True):
        assert paste(page, qr_text(raw, real=False)) == expected


_STEPS = """
const { Log } = await import('/assets/js/log/log.js');
const log = new Log(args[0]);
const found = [];
for (const index of args[1]) {
  const { raw, proof } = await log.standing(index);
  const { steps } = await it.checkRecord(log, index, raw, proof);
  const { state, why } = steps.find(({ id }) => id === 'signature');
  found.push([state, why?.key ?? null]);
}
return found;"""


def test_a_record_gets_its_tick_only_where_its_signer_may_say_it(js: Modules, served: Served) -> None:
    size = len(DAY.log)
    found = js.value("check", _STEPS, served.address + "roles/", [0, 1, 2, *range(size - 4, size)])
    assert found == [["ok", None]] * 4 + [["bad", "key-role"], ["bad", "key-role"], ["bad", "key-scope"]]


def test_a_sheet_by_a_key_that_was_revoked_before_gets_no_tick(js: Modules, served: Served) -> None:
    day = day_of_roles()
    at = day.sheet("machine/ended", "n1.01", (1, 1, 1, 1))
    publish(day, served.directory / "revoked")
    found = js.value("check", _STEPS, served.address + "revoked/", [at])
    assert found == [["bad", "key-revoked"]]
