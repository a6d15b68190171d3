"""What is published in the version before of the formats is neither accused nor confirmed, and why."""

from __future__ import annotations

from pathlib import Path
from zipfile import ZipFile

import pytest

from escrutinio.core.log.trust import Trust, parse_trust
from escrutinio.core.verification.checks import Check, Outcome
from escrutinio.core.verification.publication import NotVerifiedError, open_verified, verify_publication
from tests.cli.running import in_process
from tests.paths import ROOT

BEFORE = tuple(ROOT / "tests" / "data" / "publications" / f"{name}.zip" for name in ("1.1", "2.1", "2.2"))
"""The publications that were made by programs that wrote version 1."""

CANNOT_SAY = {Check.DEFINITION, Check.RECORDS, Check.SIGNATURES, Check.ATTACHMENTS, Check.TABLES}

SAID = {
    "en": "This election was defined in version 1 of the formats, and this program reads version 2: read it "
    "with the program of its time.",
    "es": "Esta elección se definió en la versión 1 de los formatos y este programa lee la 2: léala con el "
    "programa de su época.",
}


@pytest.fixture(params=BEFORE, ids=lambda path: path.stem)
def before(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[Path, Trust]:
    with ZipFile(request.param) as archive:
        archive.extractall(tmp_path)
    return tmp_path, parse_trust((tmp_path / "trust.toml").read_bytes())


def test_it_is_open_and_one_sentence_says_why(before: tuple[Path, Trust]) -> None:
    directory, trust = before
    found = verify_publication(directory, trust=trust)
    assert found.outcome is Outcome.OPEN
    assert {a.check for a in found.answers if a.outcome is not Outcome.HOLDS} == CANNOT_SAY
    assert {a.outcome for a in found.answers if a.check in CANNOT_SAY} == {Outcome.OPEN}
    for language, sentence in SAID.items():
        assert [r.sentence(language) for r in found.answer(Check.DEFINITION).unjudged] == [sentence]


def test_verify_says_so_and_ends_with_four(before: tuple[Path, Trust]) -> None:
    directory, _ = before
    for language, sentence in SAID.items():
        said = in_process("verify", directory, "--trust", directory / "trust.toml", ESCRUTINIO_LANG=language)
        assert said.exit_code == 4
        assert " ".join(said.output.split()).count(sentence) == 1


def test_it_is_not_used(before: tuple[Path, Trust]) -> None:
    directory, trust = before
    with pytest.raises(NotVerifiedError, match="version 1 of the formats") as raised:
        open_verified(directory, trust=trust)
    assert not raised.value.failed
