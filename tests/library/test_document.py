"""docs/library.md runs as it stands, and prints what it says."""

from pathlib import Path

import pytest

from tests.library.document import PAGE, run


def test_the_page_prints_what_it_shows(
    miniature: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "public").mkdir()
    (tmp_path / "public" / "miniature").symlink_to(miniature)
    (tmp_path / "trust.toml").write_bytes((miniature / "trust.toml").read_bytes())
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("ESCRUTINIO_LANG", "en")
    examples = list(run(PAGE.read_text(encoding="utf-8")))
    assert len(examples) > 8
    for example in examples:
        assert example.given == example.shown, example.code
