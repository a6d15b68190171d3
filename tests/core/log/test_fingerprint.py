"""The fingerprint of a log."""

import json
import re
from dataclasses import replace
from hashlib import sha256

import pytest

from escrutinio.core.log.fingerprint import fingerprint
from escrutinio.core.log.notes import parse_vkey
from escrutinio.core.log.policy import Group, LogIdentity, Policy, WitnessIdentity
from escrutinio.core.log.trust import Trust
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
