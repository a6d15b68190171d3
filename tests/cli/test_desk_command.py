"""The desk by command: session keys handed out and ended, and where it may not listen."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.hands import begin_election
from tests.cli.running import in_process


@pytest.fixture(scope="module")
def directory(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return begin_election(tmp_path_factory.mktemp("desk-command")) / "authority"


def test_a_key_is_handed_out_listed_and_ended(directory: Path) -> None:
    admitted = in_process(
        "desk",
        "admit",
        directory,
        "--label",
        "t1",
        "--for",
        "typist",
        "--at",
        "https://desk.lan:8443/",
        "--json",
    )
    handed_out = json.loads(admitted.stdout)
    assert handed_out["link"] == f"https://desk.lan:8443/enter#{handed_out['key']}"
    again = in_process("desk", "admit", directory, "--label", "t1", "--for", "typist")
    assert again.exit_code == 2
    [listed] = json.loads(in_process("desk", "sessions", directory, "--json").stdout)["sessions"]
    assert (listed["label"], listed["for"], listed["signs_as"]) == ("t1", "typist", None)
    assert handed_out["key"] not in in_process("desk", "sessions", directory).stdout
    assert in_process("desk", "revoke", directory, "t1").exit_code == 0
    assert json.loads(in_process("desk", "sessions", directory, "--json").stdout)["sessions"] == []


def test_a_link_is_drawn_as_a_code(directory: Path) -> None:
    shown = in_process(
        "desk", "admit", directory, "--label", "c1", "--for", "board", "--at", "https://desk.lan:8443"
    )
    key, link, *drawn = shown.stdout.splitlines()
    assert link == f"https://desk.lan:8443/enter#{key}"
    assert len(drawn) > 20


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("--listen", "0.0.0.0:0"), "needs --tls"),
        (("--listen", "0.0.0.0:0", "--tls"), "--name"),
        (("--listen", "desk.lan:0"), "no place to listen"),
        (("--key", "officer-1.key"), "write NAME=FILE"),
        (("--trust", "none.toml"), "--audits"),
        (("--unread", "."), "pictures"),
        (("--clerks",), "pictures"),
    ],
)
def test_what_it_cannot_do_is_said(directory: Path, arguments: tuple[str, ...], sentence: str) -> None:
    refused = in_process("desk", "open", directory, *arguments)
    assert refused.exit_code == 2
    assert sentence in refused.stderr
