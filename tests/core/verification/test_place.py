"""One place's file: every byte of it that is something else is found, whatever it is."""

from __future__ import annotations

from pathlib import Path

import pytest

from escrutinio.base.errors import LogError
from escrutinio.core.log.trust import parse_trust
from escrutinio.core.verification.checks import Outcome
from escrutinio.core.verification.place import is_place_file, read_place_file, verify_place
from escrutinio.core.verification.publication import open_verified
from escrutinio.publication.downloads.one_place import held_against, place_file

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def honest(miniature: Path) -> bytes:
    return place_file(open_verified(miniature), "N2.02", "en")


@pytest.mark.parametrize("language", ["es", "en"])
@pytest.mark.parametrize("place", ["N1", "N2.02", "N", "TI"])
def test_a_file_of_any_place_holds(miniature: Path, place: str, language: str) -> None:
    data = place_file(open_verified(miniature), place, language)
    assert is_place_file(data)
    trust = parse_trust((miniature / "trust.toml").read_bytes())
    file = read_place_file(data)
    found = verify_place(file, trust)
    assert found.outcome is Outcome.HOLDS, found.steps
    assert held_against(file, found) == (Outcome.HOLDS, None)


def test_no_byte_can_be_another_one(miniature: Path, honest: bytes) -> None:
    trust = parse_trust((miniature / "trust.toml").read_bytes())
    for at in range(0, len(honest), 37):
        data = honest[:at] + (b"7" if honest[at : at + 1] != b"7" else b"8") + honest[at + 1 :]
        try:
            file = read_place_file(data)
        except LogError:
            continue
        if file.payload.trust != read_place_file(honest).payload.trust:
            continue  # a copy that vouches for nothing
        found = verify_place(file, trust)
        outcomes = {found.outcome, held_against(file, found)[0]}
        assert outcomes != {Outcome.HOLDS}, (at, honest[at - 20 : at + 20])


@pytest.mark.parametrize(
    "payload", ["{", '{"version": "\udcff"}', '{"x":' + "[" * 100_000], ids=["cut", "no text", "deep"]
)
def test_a_payload_that_is_no_json_is_refused(payload: str) -> None:
    data = f'<!doctype html>\n<html lang="en"><pre id="place" hidden>{payload}</pre>'
    with pytest.raises(LogError):
        read_place_file(data.encode("utf-8", "surrogateescape"))
