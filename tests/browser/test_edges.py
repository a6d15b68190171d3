"""The vectors of edges, as the browser answers them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.paths import VECTORS

if TYPE_CHECKING:
    from tests.browser.conftest import Modules

pytestmark = pytest.mark.browser

CASES: dict[str, list[dict[str, Any]]] = json.loads((VECTORS / "edges.json").read_text(encoding="utf-8"))
STATES = {"ok": "holds", "bad": "fails", "open": "open"}

_VERIFY = """
const { Log } = await import('/assets/js/log/log.js');
const { refuse } = await import('/assets/js/records/refusal.js');
const [files, unreadable] = args;
const fetchFile = async (path, limit) => {
  if (unreadable.includes(path)) refuse('fetch-failed', { path });
  if (!Object.hasOwn(files, path)) return null;
  if (files[path].length > 2 * limit) refuse('fetch-long', { path, limit });
  return bytes.fromHex(files[path]);
};
const { steps, totals } = await it.verifyWhole(new Log('', null, fetchFile), {});
const says = ({ total }) => total.stations || total.pending.length || total.annulled.length;
return [
  Object.fromEntries(steps.map(({ number, state }) => [number, state])),
  Object.fromEntries(totals.filter(says).map(({ contest, basis, total: { areas, ...total } }) =>
    [`${contest} ${basis}`, { ...total, pending: total.pending.sort(), annulled: total.annulled.sort() }])),
  steps.map(({ id, state, text, why }) => [id, state, text, why?.key]),
];"""


@pytest.mark.parametrize("case", CASES["logs"], ids=lambda case: case["name"])
def test_a_log_gets_the_answers_of_its_case(js: Modules, case: dict[str, Any]) -> None:
    found = js.value("whole", _VERIFY, case["files"], case["unreadable"])
    assert isinstance(found, list)
    states, totals, steps = found
    assert {number: STATES[states[number]] for number in case["checks"]} == case["checks"], steps
    if case["totals"] is not None:
        assert totals == case["totals"]


_READS = """
const reads = (hex) => {
  try {
    it[args[1]](bytes.fromHex(hex), 'x');
    return true;
  } catch (why) {
    if (why.name !== 'Refusal') throw why;
    return false;
  }
};
return args[0].map(reads);"""


@pytest.mark.parametrize(
    ("kind", "module", "name"), [("trust_files", "trust", "parseTrust"), ("proofs", "part", "parseProof")]
)
def test_every_file_is_read_or_refused(js: Modules, kind: str, module: str, name: str) -> None:
    cases = CASES[kind]
    found = js.value(module, _READS, [case["file"] for case in cases], name)
    assert found == [case["reads"] for case in cases]


def test_sums_are_exact(js: Modules) -> None:
    code = """
    const exact = (text) => (BigInt(text) > Number.MAX_SAFE_INTEGER ? BigInt(text) : Number(text));
    return args[0].map((terms) => String(terms.map(exact).reduce(it.plus)));"""
    cases = CASES["sums"]
    assert js.value("sheets", code, [case["terms"] for case in cases]) == [case["sum"] for case in cases]


def test_stated_figures_from_2_53_on_are_read_exactly(js: Modules) -> None:
    code = """
    const value = it.exactly(args[0]);
    return [typeof value.a, String(value.a), value.b, value.c, value.d, typeof value.e];"""
    text = '{"a": 9007199254740993, "b": "9007199254740993 \\" 12345678901234567", "c": 1.5e3, "d": [1, 2], '
    text += '"e": 9007199254740991}'
    expected = ["bigint", "9007199254740993", '9007199254740993 " 12345678901234567', 1500, [1, 2], "number"]
    assert js.value("stated", code, text) == expected
