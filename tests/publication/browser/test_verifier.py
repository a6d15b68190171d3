"""The verifier that a trust file names stays where it stands, whatever this version would make."""

from __future__ import annotations

from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import pytest

from escrutinio.base.errors import PublicationError
from escrutinio.core.log.trust import Trust, format_trust, parse_trust
from escrutinio.publication.browser.bundle import bundle
from escrutinio.publication.browser.verifier import (
    BESIDE,
    is_verifier,
    named_verifier,
    newer_verifier,
    verifier_files,
)
from tests.browser.publish import isla, trust_of

EARLIER = b"<!doctype html><title>what an earlier version made</title>"
NOW = sha256(bundle()).digest()


def trust() -> Trust:
    return parse_trust(trust_of(isla()))


def stand(directory: Path, named: bytes | None, file: bytes | None) -> Path:
    """A directory whose trust file names a verifier and in which a file of that name may stand."""
    (directory / "trust.toml").write_bytes(format_trust(replace(trust(), verifier_html=named)))
    if file is not None:
        (directory / "verify.html").write_bytes(file)
    return directory


def test_the_first_verifier_is_that_of_this_version(tmp_path: Path) -> None:
    assert named_verifier(tmp_path) is None
    found = verifier_files(tmp_path, None)
    assert (found.digest, found.files) == (NOW, (("verify.html", bundle()),))


def test_the_one_that_is_named_stays_and_the_newer_one_stands_beside_it(tmp_path: Path) -> None:
    old = sha256(EARLIER).digest()
    stand(tmp_path, old, EARLIER)
    assert named_verifier(tmp_path) == old
    found = verifier_files(tmp_path, old)
    assert found.digest == old
    assert found.files == (("verify.html", EARLIER), (BESIDE, bundle()))
    assert (newer_verifier(old), newer_verifier(NOW), newer_verifier(None)) == (BESIDE, None, None)


@pytest.mark.parametrize("file", [None, EARLIER], ids=["missing", "altered"])
def test_where_this_version_makes_the_one_that_is_named_it_is_put_back(
    tmp_path: Path, file: bytes | None
) -> None:
    stand(tmp_path, NOW, file)
    assert verifier_files(tmp_path, named_verifier(tmp_path)).files == (("verify.html", bundle()),)


@pytest.mark.parametrize("file", [None, EARLIER + b" "], ids=["missing", "altered"])
def test_one_that_is_named_and_lost_is_not_replaced_unnoticed(tmp_path: Path, file: bytes | None) -> None:
    stand(tmp_path, sha256(EARLIER).digest(), file)
    with pytest.raises(PublicationError, match="put that file back"):
        verifier_files(tmp_path, named_verifier(tmp_path))


def test_a_trust_file_that_cannot_be_read_names_nothing_that_may_be_forgotten(tmp_path: Path) -> None:
    (tmp_path / "trust.toml").write_bytes(b"verifier_html = 1\n")
    with pytest.raises(PublicationError, match=r"trust\.toml"):
        named_verifier(tmp_path)


def test_names_of_verifiers() -> None:
    assert all(map(is_verifier, ("verify.html", "verify-1.html", "verify-20.html", BESIDE)))
    assert not any(map(is_verifier, ("verify-0.html", "verify-.html", "verify-1.htm", "xverify.html")))
