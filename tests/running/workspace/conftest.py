"""The log of a party that collects sheets of the miniature, as it begins."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from escrutinio.core.election.state import ElectionState
from escrutinio.core.records.codes import LogRole
from escrutinio.intake.authoring.keyring import Keyring
from escrutinio.running.workspace.collection.beginning import Organisation
from escrutinio.running.workspace.collection.collection import Collection, create, open_collection
from tests.running.workspace.collecting import (
    CLOCK,
    NAME,
    ORIGIN,
    TITLES,
    WORDS,
    attachments,
    state_of,
)


@pytest.fixture(scope="module")
def official(miniature: Path) -> ElectionState:
    return state_of(miniature)


@pytest.fixture(scope="module")
def fresh(tmp_path_factory: pytest.TempPathFactory, miniature: Path, official: ElectionState) -> Collection:
    organisation = Organisation(NAME, TITLES, LogRole.PARTY)
    return create(
        tmp_path_factory.mktemp("fresh") / "azul",
        official,
        attachments(miniature).get,
        organisation,
        origin=ORIGIN,
        passphrase=WORDS,
        clock=CLOCK,
    )


@pytest.fixture
def azul(fresh: Collection, tmp_path: Path) -> Collection:
    """The log as it begins, for one test to change."""
    shutil.copytree(fresh.workspace.directory, tmp_path / "azul")
    return open_collection(tmp_path / "azul")


@pytest.fixture(scope="module")
def keyring(fresh: Collection) -> Keyring:
    return fresh.keyring(WORDS)
