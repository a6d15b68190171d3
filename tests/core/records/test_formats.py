"""The documents say what the code does: CDDL, tables, worked example and vectors."""

import json
import re
import subprocess
import sys
from contextlib import nullcontext
from typing import Any

import cbor2
import pytest

from escrutinio.base.errors import RecordError
from escrutinio.core.records import cddl
from escrutinio.core.records.codecs import cddl_name
from escrutinio.core.records.cose import split
from escrutinio.core.records.entry import body_from_plain, open_record, verify
from escrutinio.core.records.qr import qr_text, read_qr_text
from escrutinio.core.records.types import BY_CODE
from tests.core.records import make_vectors
from tests.core.records.examples import CORRECTING, EXAMPLES, REPLACING, SEVERAL, Example, example
from tests.core.records.forge import bad_payloads
from tests.paths import ROOT

DOCS = ROOT / "docs"
FORMATS = (DOCS / "formats.md").read_text(encoding="utf-8")
CDDL = (DOCS / "formats.cddl").read_text(encoding="utf-8")
VECTORS: dict[str, Any] = json.loads((DOCS / "vectors/records.json").read_text(encoding="utf-8"))


def test_the_cddl_is_that_of_the_classes() -> None:
    assert cddl.cddl() == CDDL, "python -m escrutinio.core.records.cddl > docs/formats.cddl"


def test_the_tables_are_those_of_the_classes() -> None:
    tables = FORMATS.split("<!-- tables -->\n\n")[1]
    assert tables == cddl.markdown(), "python -m escrutinio.core.records.cddl --markdown"


@pytest.mark.parametrize(("arguments", "text"), [([], cddl.cddl()), (["--markdown"], cddl.markdown())])
def test_the_module_prints_them(arguments: list[str], text: str) -> None:
    command = [sys.executable, "-m", "escrutinio.core.records.cddl", *arguments]
    printed = subprocess.run(command, capture_output=True, check=True, cwd=ROOT / "src")
    assert printed.stdout.decode() == text


def test_no_two_rules_have_one_name() -> None:
    names = re.findall(r"^([a-z][a-z0-9-]*) =", CDDL, re.MULTILINE)
    assert len(names) == len(set(names))
    classes = [*BY_CODE.values(), *cddl.parts(), *cddl.lists()]
    assert {cddl_name(each.__name__) for each in classes} < set(names)


@pytest.mark.parametrize("each", EXAMPLES, ids=lambda each: each.name)
def test_a_validator_we_did_not_write_accepts_every_example(each: Example) -> None:
    frame = split(each.raw)
    # It does not know an optional element at the end of an array, so it is given each form by itself.
    text = CDDL
    typed = getattr(each.body, "typed", None) is not None
    for name, form, there in (
        ("replaces", "digest", each in REPLACING),
        ("corrects", "digest", each in CORRECTING),
        ("typed", "typed-from", typed),
    ):
        text = text.replace(f"  ? {form},  ; {name}\n", f"  {form},  ; {name}\n" if there else "")
    beside = "[1*64 audited-contest],  ; beside\n"
    text = text.replace(f"  ? {beside}", f"  {beside}" if each in SEVERAL else "")
    _validate(each.body.NAME, frame.payload, text)
    _validate("protected", each.raw[4 : 4 + each.raw[3]])


@pytest.mark.parametrize(
    "reason",
    ["one position too few", "one position too many", "no counts", "count 2^32", "count negative",
     "count as text", "null as a map", "optional of two items", "optional as CBOR null",
     "version 1, of a type whose shape has changed"],
)  # fmt: skip
def test_a_validator_we_did_not_write_refuses_what_we_refuse(reason: str) -> None:
    payload = split(bad_payloads(example("tally-sheet"))[reason]).payload
    pycddl = pytest.importorskip("pycddl", reason="pycddl is not installed (pip install pycddl)")
    with pytest.raises(pycddl.ValidationError):
        _validate("tally-sheet", payload)


@pytest.mark.parametrize(("code", "allowed"), [(128, True), (2**53 - 1, True), (127, False), (2**53, False)])
def test_a_validator_we_did_not_write_leaves_types_from_128_on_unread(code: int, allowed: bool) -> None:
    payload = cbor2.dumps([1, code, bytes(32), 0, 7])  # it takes `* item` at an end for one item
    pycddl = pytest.importorskip("pycddl", reason="pycddl is not installed (pip install pycddl)")
    with nullcontext() if allowed else pytest.raises(pycddl.ValidationError):
        _validate("unread", payload)


def _validate(rule: str, data: bytes, text: str = CDDL) -> None:
    pycddl = pytest.importorskip("pycddl", reason="pycddl is not installed (pip install pycddl)")
    pycddl.Schema(f"start = {rule}\n{text}").validate_cbor(data)


def test_the_worked_example_is_the_tally_sheet_of_the_vectors() -> None:
    shown = FORMATS.split("<!-- example -->")[1].split("<!-- end of example -->")[0]
    written = "".join(line.split(";")[0] for line in shown.splitlines())
    assert bytes.fromhex(written) == example("tally-sheet").raw


def test_the_vectors_are_those_that_the_code_makes() -> None:
    made = make_vectors.text()
    tracked = (DOCS / "vectors/records.json").read_text(encoding="utf-8")
    assert made == tracked, "python -m tests.core.records.make_vectors > docs/vectors/records.json"


@pytest.mark.parametrize("vector", VECTORS["records"], ids=lambda vector: vector["name"])
def test_a_vector_opens_as_its_plain_content(vector: dict[str, Any]) -> None:
    raw = bytes.fromhex(vector["record"])
    entry = open_record(raw)
    verify(raw, bytes.fromhex(vector["public_key"]))
    assert entry.body == body_from_plain(vector["name"], vector["body"])
    assert (entry.signer, entry.subject, entry.issued_at) == (
        vector["signer"],
        vector["subject"],
        vector["issued_at"],
    )
    assert entry.digest.hex() == vector["sha256"]
    assert read_qr_text(vector["qr"]) == (raw, False)
    assert qr_text(raw, real=False) == vector["qr"]


@pytest.mark.parametrize("vector", VECTORS["refused"], ids=lambda vector: vector["reason"])
def test_a_refused_vector_does_not_open(vector: dict[str, str]) -> None:
    with pytest.raises(RecordError):
        open_record(bytes.fromhex(vector["record"]))


def test_every_role_and_list_stands_in_the_tables() -> None:
    for name in ("role", "step", "category", "decision"):
        assert f"| {name} | 0 " in FORMATS
