"""Check a sheet of a party whose key was revoked: it is in the log, marked, or would be, and in no total."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from escrutinio.core.records.entry import open_record
from escrutinio.core.records.qr import qr_text
from escrutinio.core.verification.judge import Judge, Verdict
from tests.browser.publish import publish
from tests.browser.test_check_sheet import CHECK, STATION_2024, day_of_2024, paste, visit
from tests.browser.verifying import publish_page, steps
from tests.core.election.build import Day

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from tests.browser.conftest import Modules, Served

pytestmark = pytest.mark.browser


def day_of_the_revoked() -> Day:
    """A party's key is revoked with an officer's consent; then it signs another copy."""
    day = day_of_2024()
    day.copy("party/azul/1", STATION_2024, (1, 2, 3, 5))
    return day


DAY = day_of_the_revoked()
LAST = len(DAY.log) - 1


@pytest.fixture(scope="module", autouse=True)
def published(served: Served) -> None:
    directory = served.directory / "marked"
    publish(DAY, directory)
    for lang in ("es", "en"):
        (directory / lang).mkdir()
        (directory / lang / "check.html").write_text(CHECK.format(lang=lang))


@pytest.mark.parametrize(
    ("lang", "told", "counted"),
    [
        ("en", "was revoked in entry", "It would enter, marked, and count in no total."),
        ("es", "fue revocada en la entrada", "Entraría, marcado, y no contaría en ningún total."),
    ],
)
def test_of_a_party_whose_key_was_revoked_it_says_that_this_would_enter_marked(
    page: Page, served: Served, lang: str, told: str, counted: str
) -> None:
    """As `core.verification.judge` says of it; it is evidence as long as the log lacks it."""
    visit(page, served, "marked", lang)
    raw = _said_later()
    answer = Judge(DAY.state()).record(open_record(raw), None)
    assert (answer.verdict, answer.marked, answer.to_keep) == (Verdict.NOT_IN_FORCE, True, True)
    assert paste(page, qr_text(raw, real=False)) == "not-in-force"
    said = page.locator("article.verdict.warn").inner_text()
    assert told in said
    assert counted in said
    with page.expect_download() as downloading:
        page.locator("#check-here article button").click()
    [record] = json.loads(Path(downloading.value.path()).read_bytes())["records"]
    assert (record["verdict"], base64.b64decode(record["record"])) == ("not-in-force", raw)


def _said_later() -> bytes:
    """A copy by the same key that is in no log."""
    day = day_of_the_revoked()
    day.copy("party/azul/1", STATION_2024, (1, 2, 3, 4))
    return day.log[-1]


def test_what_its_role_never_says_would_not_enter(page: Page, served: Served) -> None:
    visit(page, served, "marked")
    day = day_of_the_revoked()
    day.sheet("party/azul/1", STATION_2024, (1, 2, 3, 4))
    raw = day.log[-1]
    answer = Judge(DAY.state()).record(open_record(raw), None)
    assert (answer.verdict, answer.marked) == (Verdict.NOT_IN_FORCE, False)
    assert paste(page, qr_text(raw, real=False)) == "not-in-force"
    said = page.locator("#check-here article.verdict").first.inner_text()
    assert "was revoked" in said
    assert "It would enter" not in said


def test_what_a_party_signed_after_its_key_was_revoked_stands_in_the_log_marked(
    page: Page, served: Served
) -> None:
    visit(page, served, "marked")
    assert Judge(DAY.state()).record(open_record(DAY.log[LAST]), LAST).marked
    assert paste(page, qr_text(DAY.log[LAST], real=False)) == "not-in-force"
    said = page.locator("article.verdict.warn").inner_text()
    assert f"entry {LAST} of this log, marked" in said
    assert "counts in no total" in said
    assert page.locator("#check-here article button").count() == 0


_WHOLE = """
const { Log } = await import('/assets/js/log/log.js');
const { sheet, revoked, beyond } = await it.verifyWhole(new Log(args[0]), { sheet: args[1] });
return [sheet.kind, sheet.index, sheet.why?.key ?? null, revoked, beyond.map(({ index }) => index)];"""


def test_verifying_everything_says_which_keys_were_revoked(js: Modules, served: Served) -> None:
    """And of a sheet in hand by such a key that it stands marked, or would count in no total."""
    address = served.address + "marked/"
    ended = [{"signer": "party/azul/1", "index": LAST - 1}]
    for raw, kind, at, why in (
        (DAY.log[LAST], "marked", LAST, "key-revoked"),
        (_said_later(), "revoked", None, "key-revoked"),
        (DAY.log[LAST - 5], "same", LAST - 5, None),
    ):
        found = js.value("whole", _WHOLE, address, qr_text(raw, real=False))
        assert found == [kind, at, why, ended, [LAST]]


@pytest.mark.parametrize(("lang", "said"), [("en", "ends a key of"), ("es", "termina una clave de")])
def test_the_page_that_verifies_everything_names_each_key(
    page: Page, served: Served, lang: str, said: str
) -> None:
    publish_page(DAY, served.directory / f"ended-{lang}", lang)
    page.goto(f"{served.address}ended-{lang}/{lang}/verify.html")
    assert steps(page)["signatures"] == "ok"
    assert f"{LAST - 1} {said} party/azul/1" in page.locator("section.revoked").inner_text()
