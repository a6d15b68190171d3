"""Signatures checked by workers of the worker that verifies: the answers are those of one thread."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from escrutinio.publication.browser.bundle import make
from escrutinio.publication.browser.files import asset
from tests.browser.publish import isla, publish, trust_of
from tests.browser.verifying import steps
from tests.paths import VECTORS

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Browser

    from tests.browser.conftest import Modules

pytestmark = pytest.mark.browser

SIGNATURES = json.loads((VECTORS / "records.json").read_text("utf-8"))["signatures"]
NAMED = [one for one in SIGNATURES if one["reason"] != "kid of another key"]
"""That a record names the key is another question, which a helper is not asked."""

ROUNDS = 30

_CHECK = """
const { openRecord } = await import('/assets/js/records/record.js');
const [signatures, rounds, start] = args;
const claims = signatures.map(({ record, public_key }) => {
  const { frame } = openRecord(bytes.fromHex(record));
  return { key: bytes.fromHex(public_key), message: frame.signed, signature: frame.signature };
});
const starts = {
  good: () => new Worker('/assets/js/pages/verify-worker.js', { type: 'module' }),
  missing: () => new Worker('/assets/js/pages/there-is-none.js', { type: 'module' }),
  none: () => { throw new TypeError('no workers here'); },
};
const helpers = new it.Helpers(starts[start]);
helpers.expect(signatures.length * rounds);
const found = await Promise.all(Array.from({ length: rounds }, () => helpers.check(claims)));
const failed = helpers.helpers.map((helper) => helper.failed);
helpers.end();
return [found, failed];"""


@pytest.mark.parametrize("start", ["good", "missing", "none"])
def test_helpers_give_the_answers_of_the_vectors_and_what_fails_is_done_here(js: Modules, start: str) -> None:
    result = js.value("verify-helpers", _CHECK, NAMED, ROUNDS, start)
    assert isinstance(result, list)
    found, failed = result
    expected = [one["verifies"] for one in NAMED]
    assert found == [expected] * ROUNDS
    assert set(failed) == {"good": {False}, "missing": {True}, "none": set()}[start]


def test_for_a_few_signatures_no_helper_is_started(js: Modules) -> None:
    code = """
    const helpers = new it.Helpers(() => { throw new Error('not for so few'); });
    helpers.expect(100);
    return helpers.check([]);"""
    assert js.value("verify-helpers", code) == []


def test_the_single_file_starts_itself_as_a_helper_of_its_worker(chromium: Browser, tmp_path: Path) -> None:
    """From a folder, without a server: here nothing holds unless helpers answered."""

    def read(path: str) -> str:
        text = asset(path).decode()
        if path == "js/pages/verify-helpers.js":
            for old, new in (
                ("WORTH_IT = 500", "WORTH_IT = 1"),
                (": checkHere(claims)", ": claims.map(() => false)"),
            ):
                assert old in text
                text = text.replace(old, new)
        return text

    (tmp_path / "verify.html").write_bytes(make(read))
    publish(isla(), tmp_path / "log")
    (tmp_path / "trust.toml").write_bytes(trust_of(isla()))
    context = chromium.new_context(locale="en")
    page = context.new_page()
    page.goto((tmp_path / "verify.html").as_uri())
    page.set_input_files("#folder", tmp_path / "log")
    page.set_input_files("#trust-file", tmp_path / "trust.toml")
    assert steps(page)["signatures"] == "ok"
    context.close()
