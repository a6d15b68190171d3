"""Every refusal has a code of the catalogues and just the values that its sentence names."""

import pickle
import re
from pathlib import Path

import pytest

from escrutinio.base.errors import EscrutinioError, InputError, LogError
from escrutinio.base.words.catalogue import languages
from escrutinio.base.words.say import Phrase
from tests.base.make_refusals import PAGE, page
from tests.base.refusals import raised, rooms, table, values_of


def test_errors_are_raised_with_codes_of_the_catalogue_and_their_values() -> None:
    wrong = []
    for each in raised():
        sentence = table("en").get(each.code)
        if sentence is None:
            wrong.append(f"{each.place}: no sentence for {each.code!r}")
            continue
        named = values_of(sentence)
        given = each.names - ({"place"} - named)
        if given != named and not (each.open and given <= named):
            wrong.append(f"{each.place}: {each.code} names {sorted(named)}, given {sorted(each.names)}")
    assert wrong == []
    assert len(raised()) > 500


def test_every_code_is_used_somewhere() -> None:
    assert [code for code, where in rooms().items() if not where] == []


BEGINS = re.compile(r"[A-ZÁÉÍÓÚ{\[¿-]|[a-z0-9]+(?:[.,:/]| =)")
"""A capital, a value, an option, or the name of a file or of a key in one."""


@pytest.mark.parametrize("language", languages())
def test_refusals_are_of_one_voice(language: str) -> None:
    for code, sentence in table(language).items():
        assert re.fullmatch(r"[a-z][a-z0-9]*(-[a-z0-9]+)*", code), code
        assert BEGINS.match(sentence), code
        assert sentence.endswith((".", "?", "}")), code


def test_the_page_of_refusals_is_the_table() -> None:
    assert PAGE.read_text("utf-8") == page(), "python -m tests.base.make_refusals"


def test_a_place_that_the_sentence_does_not_name_stands_before_it() -> None:
    error = LogError("note-long", place="log/checkpoint", limit=65_536)
    assert str(error) == "log/checkpoint: The note is longer than 65,536 bytes."
    assert error.said_in("es") == "log/checkpoint: La nota pasa de 65.536 bytes."


def test_errors_and_phrases_within_an_error_are_said_in_its_language() -> None:
    within = InputError("toml-type", place="a.toml", wanted=Phrase("text"), found=Phrase("a list"))
    error = LogError("malformed", place="x", why=within)
    assert error.said_in("es") == "x está mal formado: a.toml: Se esperaba texto, no una lista."


def test_an_error_is_its_code_and_values_in_json_and_in_another_process() -> None:
    error = LogError("malformed", place=Path("a"), why=InputError("fetch-long", path="b", limit=3))
    assert error.plain() == {
        "code": "malformed",
        "values": {
            "place": "a",
            "why": {
                "code": "fetch-long",
                "values": {"path": "b", "limit": 3},
                "sentence": "b is longer than 3 bytes.",
            },
        },
        "sentence": "a is malformed: b is longer than 3 bytes.",
    }
    assert pickle.loads(pickle.dumps(error)) == error
    assert error != LogError("malformed", place=Path("b"), why="")
    assert error.as_kind(InputError) == InputError(error.code, **error.values)
    assert isinstance(error.as_kind(InputError), EscrutinioError)
