"""The fingerprint of a log."""

import json
import re
from dataclasses import replace
from hashlib import sha256

import pytest

from escrutinio.base.errors import LogError
from escrutinio.core.log.fingerprint import fingerprint, trust_of_digits
from escrutinio.core.log.notes import parse_vkey
from escrutinio.core.log.policy import Group, LogIdentity, Policy, WitnessIdentity
from escrutinio.core.log.trust import Trust, format_trust
from tests.core.log.builders import cosigner, signer
from tests.paths import ROOT

VECTORS = json.loads((ROOT / "docs/vectors/fingerprint.json").read_text("utf-8"))
LOG = LogIdentity(signer().verifier)
TRUST = Trust(bytes(32), bytes(31) + b"\1", Policy((LOG,)))


def trust_of(vector: dict[str, object]) -> Trust:
    keys = vector["log_keys"]
    assert isinstance(keys, list)
    logs = tuple(LogIdentity(parse_vkey(key)) for key in keys)
    definition, charter = (bytes.fromhex(str(vector[name])) for name in ("definition", "charter"))
    return Trust(definition, charter, Policy(logs))


@pytest.mark.parametrize("vector", VECTORS["vectors"], ids=range(len(VECTORS["vectors"])))
def test_the_published_vectors(vector: dict[str, object]) -> None:
    assert fingerprint(trust_of(vector)) == vector["fingerprint"]


def test_it_is_what_the_docs_say() -> None:
    said = b"escrutinio/log-fingerprint/v1\n" + TRUST.definition + TRUST.charter + f"{LOG.key}\n".encode()
    digits = str(int(sha256(said).hexdigest(), 16) % 10**30).zfill(30)
    assert fingerprint(TRUST).replace(" ", "") == digits
    assert re.fullmatch(r"\d{5}( \d{5}){5}", fingerprint(TRUST))


@pytest.mark.parametrize(
    "other",
    [
        replace(TRUST, definition=b"\1" + bytes(31)),
        replace(TRUST, charter=bytes(32)),
        replace(TRUST, policy=Policy((LogIdentity(signer("example.org/other").verifier),))),
        replace(TRUST, policy=Policy((LOG, LogIdentity(signer("example.org/other").verifier)))),
    ],
    ids=["definition", "charter", "key", "second key"],
)
def test_it_stands_for_definition_charter_and_keys(other: Trust) -> None:
    assert fingerprint(other) != fingerprint(TRUST)


def test_addresses_witnesses_and_the_order_of_keys_are_no_part_of_it() -> None:
    witness = WitnessIdentity("partido", cosigner("partido").verifier)
    group = Group("public", 1, ("partido",))
    other = LogIdentity(signer("example.org/other").verifier)
    both = replace(TRUST, policy=Policy((LOG, other)))
    assert fingerprint(both) == fingerprint(replace(TRUST, policy=Policy((other, LOG))))
    elsewhere = Policy((replace(LOG, url="https://a.example"),), (witness,), (group,), "public")
    assert fingerprint(replace(TRUST, policy=elsewhere, mirrors=("https://b.example",))) == fingerprint(TRUST)


@pytest.mark.parametrize("between", ["", " ", "-", " - ", "\n", "."])
def test_digits_that_were_typed_take_the_copy_that_has_them(between: str) -> None:
    typed = between.join(fingerprint(TRUST).split())
    assert trust_of_digits(typed, format_trust(TRUST)) == TRUST


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        (fingerprint(TRUST)[:-1], "fingerprint-form"),
        (fingerprint(TRUST) + "1", "fingerprint-form"),
        (fingerprint(TRUST).replace("1", "١"), "fingerprint-form"),
        ("", "fingerprint-form"),
        (" " * 1000 + fingerprint(TRUST), "fingerprint-form"),
        (fingerprint(TRUST)[::-1], "fingerprint-other"),
        (fingerprint(replace(TRUST, charter=bytes(32))), "fingerprint-other"),
    ],
)
def test_other_digits_take_nothing(typed: str, code: str) -> None:
    with pytest.raises(LogError) as refused:
        trust_of_digits(typed, format_trust(TRUST))
    assert refused.value.code == code


def test_a_publication_without_a_copy_has_nothing_to_hold_digits_against() -> None:
    with pytest.raises(LogError) as refused:
        trust_of_digits(fingerprint(TRUST), None)
    assert refused.value.code == "fingerprint-no-copy"
