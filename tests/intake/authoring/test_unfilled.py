"""What a configuration leaves open is refused before anything is published."""

import pytest

from escrutinio.base.errors import DefinitionError
from escrutinio.intake.authoring.config import read_config
from tests.intake.imported import CONFIG


@pytest.mark.parametrize("words", ["To be completed", "Por completar"])
def test_words_to_be_completed_are_refused(words: str) -> None:
    text = CONFIG.replace('title = "', f'title = "{words}" #', 1)
    with pytest.raises(DefinitionError, match=f"title still says {words}"):
        read_config(text.encode()).refuse_placeholders()


def test_a_day_that_nobody_chose_is_refused() -> None:
    day = read_config(CONFIG.encode()).voting_day
    with pytest.raises(DefinitionError, match="voting_day still says 2000-01-01"):
        read_config(CONFIG.replace(day, "2000-01-01").encode()).refuse_placeholders()


def test_an_origin_has_no_scheme() -> None:
    text = CONFIG.replace('origin = "', 'origin = "https://', 1)
    with pytest.raises(DefinitionError, match="without https://"):
        read_config(text.encode())


def test_an_option_of_nobody_is_a_class_of_ballots() -> None:
    more = '[[contest.option]]\ncode = "disputed"\ntitle = "Disputed"\n'
    head, mark, rest = CONFIG.partition("[[contest.candidate]]")
    (contest, *_) = read_config((head + more + mark + rest).encode()).contests
    assert [each.code for each in contest.classes][-1] == "disputed"
    assert "disputed" not in [option.code for option in contest.options]
