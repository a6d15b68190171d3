"""An election in which many sign, begun once; each test that asks for it works on a copy of its own."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.cli.hands import Election, begin_election


@pytest.fixture(scope="session")
def hands_begun(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two officers are needed. Everybody's key is in a file of its own; the log has them all."""
    return begin_election(tmp_path_factory.mktemp("hands"))


@pytest.fixture
def election(hands_begun: Path, tmp_path: Path) -> Election:
    shutil.copytree(hands_begun, tmp_path / "home")
    return Election(tmp_path / "home")
