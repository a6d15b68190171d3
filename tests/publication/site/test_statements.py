"""Statements: the words in their language, translations and notes outside the quote, and what they answer."""

import html
import re
import shutil
from hashlib import sha256
from pathlib import Path

import pytest

from escrutinio.base.errors import DefinitionError
from escrutinio.core.records.keys import SigningKey
from escrutinio.intake.authoring.config import read_config
from escrutinio.running.workspace.publish import publish
from tests.paths import ROOT

EXAMPLE = (ROOT / "examples/miniature/election.toml").read_text("utf-8")


def quotes(page: Path) -> list[tuple[str, str]]:
    """Language and words of every quote of a page."""
    found = re.findall(r"<blockquote([^>]*)><p>(.*?)</p>", page.read_text("utf-8"), re.DOTALL)
    languages = (re.search(r'lang="([^"]*)"', attributes) for attributes, _ in found)
    return [
        ("" if language is None else language[1], html.unescape(words))
        for language, (_, words) in zip(languages, found, strict=True)
    ]


def test_words_stand_in_their_language_and_a_translation_is_called_one(miniature: Path) -> None:
    original = "Los totales del Partido Ancla no se apoyan en ningún acta que se pueda ver."
    ours = "The totals of the Anchor Party stand on no sheet that anybody can see."
    english, spanish = (miniature / language / "statements.html" for language in ("en", "es"))
    assert {("es", original), ("en", ours)} <= set(quotes(english))
    assert ("es", original) in quotes(spanish)
    assert all(language == "es" for language, _ in quotes(spanish))
    assert "Translation made for this site, not the speaker's words:" in html.unescape(
        english.read_text("utf-8")
    )
    assert "Traducción hecha" not in spanish.read_text("utf-8")


def test_an_objection_says_what_it_objects_to_and_whom_it_answers(miniature: Path) -> None:
    for page in ("index.html", "statements.html"):
        text = (miniature / "en" / page).read_text("utf-8")
        assert "<b>It objects:</b> to the totals that the Anchor Party announced" in text
        assert re.search(r"in reply to Anchor Party, <a href=\"statements.html#e[0-9]+\">entry", text)


def test_every_objection_of_an_example_says_what_it_objects_to() -> None:
    for name in ("miniature", "venezuela-2024"):
        shown = read_config((ROOT / "examples" / name / "election.toml").read_bytes()).shown
        for account in shown.accounts:
            assert all(shown.remarks[code].objects_to for code in account.objections)
        assert all({title.language for title in each.translation} for each in shown.remarks.values())


@pytest.mark.slow
def test_notes_other_elections_and_missing_addresses_of_2024(venezuela: Path) -> None:
    page = venezuela / "es" / "statements.html"
    text = html.unescape(page.read_text("utf-8"))
    assert text.count("Sobre otra elección:") == 2
    assert "no consta ninguna dirección pública" in text
    assert "no consta el día" in text
    assert "Nota de este sitio:" in text
    assert not any(
        "34.000 es el número" in words or "34,000 is the number" in words for _, words in quotes(page)
    )
    originals = [words for language, words in quotes(page) if language == "en"]
    translated = [words for language, words in quotes(page) if language == "es"]
    assert len(originals) == len(translated) == 17


@pytest.mark.parametrize(
    ("keys", "why"),
    [
        ('code = "a"\nlanguage = "Spanish!"', "is not a tag such as es or en"),
        ('code = "a"\ntranslation = { fr = "x" }', "'fr'"),
        ('code = "a"\nnote = { es = "x" }', "'en'"),
        ('code = "a"\narchive = "archive.example"', "'archive.example' is no http or https address"),
        ('code = "a"\n\n[[publication.statement]]\ncode = "a"', "the same statement stands twice"),
    ],
)
def test_what_is_said_of_a_statement_is_refused(keys: str, why: str) -> None:
    with pytest.raises(DefinitionError, match=re.escape(why)):
        read_config(f"{EXAMPLE}\n[[publication.statement]]\n{keys}\n".encode())


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        ('objections = ["ancla-objeta"]', 'objections = ["ancla-obj"]', "account 1, objections: 'ancla-obj'"),
        ('objections = ["ancla-objeta"]', 'claims = ["ancla-objeta"]', "account 1, claims: 'ancla-objeta'"),
        ("[log]", '[[publication.statement]]\ncode = "nadie"\n[log]', "publication, statement: 'nadie'"),
    ],
)
def test_a_code_of_which_the_log_has_nothing_is_refused(tmp_path: Path, old: str, new: str, why: str) -> None:
    config = tmp_path / "config"
    shutil.copytree(ROOT / "examples/miniature", config)
    assert old in EXAMPLE
    (config / "election.toml").write_text(EXAMPLE.replace(old, new, 1))
    master = SigningKey(sha256(b"key of the tests").digest())
    with pytest.raises(DefinitionError, match=re.escape(why)):
        publish(config, tmp_path / "public", master=master, clock=1_900_000_000, progress=lambda *_: None)
    assert not (tmp_path / "public").exists()


def test_a_name_for_an_area_that_the_election_lacks_is_refused(tmp_path: Path) -> None:
    config = tmp_path / "config"
    shutil.copytree(ROOT / "examples/miniature", config)
    (config / "election.toml").write_text(f'{EXAMPLE}\n[names]\n"N" = ["Isla Norte"]\n"N9" = ["Nowhere"]\n')
    master = SigningKey(sha256(b"key of the tests").digest())
    with pytest.raises(
        DefinitionError, match=r"\[names\] names the area 'N9', which this election does not have"
    ):
        publish(config, tmp_path / "public", master=master, clock=1_900_000_000, progress=lambda *_: None)
    assert not (tmp_path / "public").exists()
