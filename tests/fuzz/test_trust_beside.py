"""What is published of trust beside a log, for both verifiers: copies of the trust file, lists of mirrors."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from escrutinio.core.log.mirrors import MIRRORS, MirrorList, sign_mirrors
from escrutinio.core.log.policy import LogIdentity, Policy, WitnessIdentity
from escrutinio.core.log.trust import Trust, format_trust
from escrutinio.core.verification.checks import Check, Outcome
from escrutinio.core.verification.publication import verify_publication
from tests.core.election.build import ORIGIN, honest
from tests.core.log.builders import cosigner, signer
from tests.core.verification.lab import LOG, publish
from tests.fuzz.node import Node
from tests.fuzz.test_fuzz import need_node

WITNESS = "witness-a"
ADDRESSES = ("https://a.example/", "https://b.example/")
_STATES = {"ok": Outcome.HOLDS, "bad": Outcome.FAILS, "open": Outcome.OPEN}


@pytest.fixture(scope="module")
def node() -> Iterator[Node]:
    need_node()
    driven = Node()
    yield driven
    driven.close()


def _with(trust: Trust, **policy: Any) -> bytes:
    return format_trust(replace(trust, policy=replace(trust.policy, **policy)))


def _witness(key: str) -> tuple[WitnessIdentity, ...]:
    return (WitnessIdentity(WITNESS, cosigner(key).verifier),)


COPIES: dict[str, tuple[Callable[[Trust], bytes], Outcome]] = {
    "the same": (format_trust, Outcome.HOLDS),
    "an address more": (lambda t: format_trust(replace(t, mirrors=ADDRESSES)), Outcome.HOLDS),
    "no verifier": (lambda t: format_trust(replace(t, verifier_html=None)), Outcome.HOLDS),
    "another verifier": (lambda t: format_trust(replace(t, verifier_html=bytes(32))), Outcome.FAILS),
    "another definition": (lambda t: format_trust(replace(t, definition=bytes(32))), Outcome.FAILS),
    "another charter": (lambda t: format_trust(replace(t, charter=bytes(32))), Outcome.FAILS),
    "another log": (lambda t: _with(t, logs=(LogIdentity(signer("x").verifier),)), Outcome.FAILS),
    "a witness more": (
        lambda t: _with(t, witnesses=(*t.policy.witnesses, WitnessIdentity("b", cosigner("b").verifier))),
        Outcome.HOLDS,
    ),
    "no witness": (lambda t: format_trust(replace(t, policy=Policy(t.policy.logs))), Outcome.HOLDS),
    "another key of a witness": (
        lambda t: _with(t, witnesses=(*_witness("c"), *t.policy.witnesses[1:])),
        Outcome.FAILS,
    ),
    "no trust file": (lambda _: b"definition = 5\n", Outcome.FAILS),
}


def _mirrors(listed: MirrorList) -> bytes:
    return sign_mirrors(listed, LOG)


_GOOD = _mirrors(MirrorList(ORIGIN, 5, ADDRESSES))
LISTS: dict[str, tuple[bytes, Outcome]] = {
    "none listed": (_mirrors(MirrorList(ORIGIN, 0, ())), Outcome.HOLDS),
    "two listed": (_GOOD, Outcome.HOLDS),
    "another address": (_GOOD.replace(b"//b.", b"//c."), Outcome.FAILS),
    "one twice": (_GOOD.replace(b"//b.", b"//a."), Outcome.FAILS),
    "no address": (_GOOD.replace(b"https://b", b"javascript"), Outcome.FAILS),
    "a moment with a zero before it": (_GOOD.replace(b"\n5\n", b"\n05\n"), Outcome.FAILS),
    "no moment": (_GOOD.replace(b"\n5\n", b"\n"), Outcome.FAILS),
    "of another log": (sign_mirrors(MirrorList("x", 5, ADDRESSES), signer("x")), Outcome.FAILS),
    "no note": (b"mirrors\n", Outcome.FAILS),
    "another note": (_GOOD.replace(b"mirrors of", b"friends of"), Outcome.FAILS),
}


def _both(node: Node, directory: Path, trust: Trust) -> tuple[Outcome, Outcome]:
    mine = verify_publication(directory, trust=trust).answers
    answer: Any = node.one("whole", directory=str(directory), trust=format_trust(trust).hex()).said
    (step,) = (step for step in answer["steps"] if step["number"] == Check.TRUST_FILE)
    (own,) = (each for each in mine if each.check is Check.TRUST_FILE)
    return own.outcome, _STATES[step["state"]]


@pytest.mark.parametrize("name", list(COPIES))
def test_a_copy_of_the_trust_file_names_what_the_readers_own_names(
    node: Node, tmp_path: Path, name: str
) -> None:
    written, outcome = COPIES[name]
    trust = publish(tmp_path, honest(), (WITNESS, "witness-b"))
    (tmp_path / "trust.toml").write_bytes(written(trust))
    assert _both(node, tmp_path, trust) == (outcome, outcome)


@pytest.mark.parametrize("name", list(LISTS))
def test_a_list_of_mirrors_is_one_that_the_log_signed(node: Node, tmp_path: Path, name: str) -> None:
    content, outcome = LISTS[name]
    trust = publish(tmp_path, honest())
    (tmp_path / MIRRORS).write_bytes(content)
    assert _both(node, tmp_path, trust) == (outcome, outcome)


def test_without_a_trust_file_nothing_is_compared(node: Node, tmp_path: Path) -> None:
    publish(tmp_path, honest())
    (tmp_path / "trust.toml").write_bytes(b"no trust file")
    answer: Any = node.one("whole", directory=str(tmp_path), trust="").said
    (step,) = (step for step in answer["steps"] if step["number"] == Check.TRUST_FILE)
    assert step["state"] == "open"
