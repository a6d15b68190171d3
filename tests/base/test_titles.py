"""Choosing a title, and the marks of numbers."""

from escrutinio.base.words.titles import Untold, choose, title_in
from escrutinio.base.words.wording import marks

TITLES = [Untold("Alcalde", "es"), Untold("Mayor", "en")]


def test_the_language_asked_for_else_the_first_else_the_code() -> None:
    assert title_in(TITLES, "en", "mayor") == "Mayor"
    assert choose(TITLES, "fr", "mayor").language == "es"
    assert title_in([], "en", "mayor") == "mayor"
    assert choose([], "en", "mayor").language == ""


def test_spanish_exchanges_the_marks() -> None:
    assert marks("1,234.50", "es") == "1.234,50"
    assert marks("1,234.50", "en") == marks("1,234.50", "fr") == "1,234.50"
