"""The core of the browser's modules under node, without a browser: the tests beside this file, as one."""

from __future__ import annotations

import subprocess

import pytest

from tests.paths import ROOT

TESTS = sorted((ROOT / "tests" / "js").glob("*.test.js"))


@pytest.mark.node
def test_the_modules_give_the_answers_of_the_vectors_under_node() -> None:
    assert len(TESTS) == 3
    done = subprocess.run(
        ["node", "--test", *map(str, TESTS)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert done.returncode == 0, done.stdout + done.stderr
