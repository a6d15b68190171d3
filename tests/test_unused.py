"""Nothing public stands in the package that it does not use: what only tests need is in tests/reference."""

from pathlib import Path

from tests.paths import ROOT
from tests.unused import unused

ALLOWED = {
    "escrutinio.cli.parser_words.SAID": "what click says, which asks for it by itself",
    "escrutinio.cli.parser_words.SAID_OF_MANY": "what click says of numbers, which asks for it by itself",
    "escrutinio.core.election.fold.fold": "the whole fold in one call, for whoever has the entries",
    "escrutinio.core.records.entry.body_from_plain": "reads what body_to_plain writes, for other programs",
}


def test_what_nothing_uses_is_listed_with_its_reason() -> None:
    assert unused(ROOT / "src") == set(ALLOWED)


def test_a_name_that_only_unused_code_names_is_unused(tmp_path: Path) -> None:
    package = tmp_path / "package"
    package.mkdir()
    (package / "__init__.py").write_text(
        "from package.one import used\n\nused().shown\nWHERE = 'three:Given'\nWHERE\n"
    )
    (package / "three.py").write_text(
        "class Given:\n    def asked(self): return own()\ndef own(): ...\ndef idle(): ...\n"
    )
    (package / "one.py").write_text(
        "from package import two\n"
        "class Kept:\n    def shown(self): ...\n    def hidden(self): ...\n"
        "def used(): return Kept() if two.LIMIT else None\n"
        "def left(): return _part()\ndef _part(): return needed()\ndef needed(): return left()\n"
    )
    (package / "two.py").write_text(
        "from io import RawIOBase\nLIMIT = 1\nOTHER: int = 2\n"
        "class Stream(RawIOBase):\n    def readinto(self, to): ...\n"
    )
    assert unused(tmp_path) == {"Kept.hidden", "package.one.left", "package.one.needed",
                                "package.three.idle", "package.two.OTHER", "package.two.Stream"}  # fmt: skip
