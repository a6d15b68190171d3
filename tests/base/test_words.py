"""Catalogues, and the sentences made of them."""

import json
import pickle
import re
from fractions import Fraction

import pytest
from babel import Locale
from hypothesis import given
from hypothesis import strategies as st

from escrutinio.base.errors import EscrutinioError, LogError
from escrutinio.base.words.catalogue import SOURCE, Catalogue, catalogue, endonyms, languages
from escrutinio.base.words.format import Format
from escrutinio.base.words.po import CONTEXT, read_po
from escrutinio.base.words.say import filled, language, say_in, say_many_in
from escrutinio.base.words.wording import announced, percent, percent_sign
from escrutinio.publication.site.glossary import GLOSSARY
from tests.catalogue import LOCALE, in_form, messages, missing, said, unused
from tests.paths import ROOT

# --- what the catalogues have ---


@pytest.mark.parametrize("name", languages())
def test_a_catalogue_has_all_that_is_said_and_nothing_else(name: str) -> None:
    assert missing(name) == []
    assert unused(name) == []


@pytest.mark.parametrize("name", languages())
def test_a_catalogue_stands_in_its_one_form(name: str) -> None:
    text = LOCALE.joinpath(f"{name}.po").read_text("utf-8")
    assert text == in_form(name), "python -m tests.catalogue --write"


PIECES = re.compile(r"%\(\w+\)s|</?\w+>|(?<!\{)\{(\w+)(?:![rs])?(?::[^{}]*)?\}")


@pytest.mark.parametrize("name", languages())
def test_translations_keep_values_and_markup(name: str) -> None:
    english = {message.key: message for message in messages(SOURCE)}
    for message in messages(name):
        source = english[message.key].forms[0] if message.context else message.id
        if message.plural is None:
            assert pieces(message.forms[0]) == pieces(source), message.key
        else:  # the form for one need not name the count
            one, many = message.forms
            assert pieces(one) | {"count"} == pieces(source) | {"count"}, message.key
            assert pieces(many) == pieces(message.plural), message.key


def pieces(text: str) -> set[str]:
    return {found[1] or found[0] for found in PIECES.finditer(text)}


def test_a_plural_is_said_with_both_its_forms() -> None:
    plurals = {one: many for one, many in said().items() if many}
    assert plurals
    for message in messages("es"):
        if message.plural is not None:
            assert plurals[message.id] == message.plural
            assert len(message.forms) == 2


# --- the glossary ---

WRONG = {
    r"\btestigos?\b": "a scrutineer is a testigo; who cosigns is a cofirmante",
    r"registro electoral": "the roll is the padrón electoral",
    r"\bcontiendas?\b": "a contest is a cargo",
    r"\bregistros?\b(?! públicos?\b)": "the log is the registro público, a record an asiento",
    r"\breclamos?\b": "a complaint is a denuncia",
    r"\bcoherentes?\b": "what agrees with itself is consistente",
    r"\bportátil(es)?\b|\bordenador(es)?\b": "a computer is a computadora",
    r"\bteselas?\b": "a tile is a mosaico",
}


SAID = (
    *("acta de escrutinio", "testigo", "cofirmante", "padrón electoral", "cargo", "registro público"),
    *("asiento", "entrada", "denuncia", "mosaico", "huella", "mesa", "boletín", "hallazgo", "contada"),
    "pendiente",
)
"""Terms that the patterns above ask for, and those of which readers asked what they are."""


def test_the_page_of_the_glossary_has_the_words_to_which_texts_are_held() -> None:
    entries = [entry for _, terms in GLOSSARY for entry in terms]
    assert len({code for code, _, _ in entries}) == len(entries)
    terms = [say_in("es", term) for _, term, _ in entries]
    assert len(set(terms)) == len(terms)
    assert [term for term in SAID if not any(term in said for said in terms)] == []
    assert [
        said for said in terms if any(re.search(wrong, said) for wrong in WRONG) and said != "testigo"
    ] == []


def test_spanish_keeps_to_the_glossary() -> None:
    found = {
        f"{message.key}: {why}"
        for message in messages("es")
        for form in message.forms
        for pattern, why in WRONG.items()
        if re.search(pattern, form, re.IGNORECASE) and "scrutineer" not in message.id.lower()
    }
    assert sorted(found) == []


def test_an_entry_is_an_entrada_and_a_record_an_asiento() -> None:
    """A sentence that speaks of one of them alone says it with its own word."""
    found = []
    for message in messages("es"):
        english = catalogue(SOURCE).messages[message.key][0] if message.context else message.id
        entry = bool(re.search(r"\bentr(y|ies)\b", english, re.IGNORECASE))
        record = bool(re.search(r"\brecords?\b", english, re.IGNORECASE))
        wrong = r"\basientos?\b" if entry else r"\bentradas?\b(?! estándar)"
        if entry != record and re.search(wrong, " ".join(message.forms), re.IGNORECASE):
            found.append(message.key)
    assert found == []


# --- reading them ---


def test_a_catalogue_is_read_with_its_escapes_plurals_and_contexts() -> None:
    text = (
        '# a comment\nmsgid ""\nmsgstr ""\n"Language: xx\\n"\n\n'
        'msgid "a \\"b\\"\\n"\nmsgstr "c\\td\\\\"\n\n'
        'msgctxt "refusal"\nmsgid "one"\nmsgid_plural "many"\nmsgstr[0] "x"\nmsgstr[1] "y" \n'
    ).replace('"y" ', '"y"')
    head, plain, keyed = read_po(text)
    assert head.forms == ["Language: xx\n"]
    assert (plain.key, plain.forms) == ('a "b"\n', ["c\td\\"])
    assert (keyed.key, keyed.plural, keyed.forms) == (f"refusal{CONTEXT}one", "many", ["x", "y"])


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("msgid nothing\n", "line 1 of the catalogue"),
        ('msgid "a\\x"\n', "line 1 of the catalogue"),
        ('msgid "a"\nmsgstr "b"\n\nmsgid "a"\nmsgstr "c"\n', "there twice"),
    ],
)
def test_what_is_no_catalogue_is_refused(text: str, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        list(read_po(text))


def test_a_language_says_how_it_is_called() -> None:
    assert endonyms() == {"es": "Español", "en": "English"}
    with pytest.raises(KeyError):
        catalogue("tlh")


# --- sentences ---


def test_values_are_written_as_the_language_writes_them() -> None:
    assert (
        filled("{a:,} {b:.2f} {c} {d:,}", "es", {"a": 12_000, "b": 0.5, "c": 12_000, "d": 7})
        == "12.000 0,50 12000 7"
    )
    assert filled("{a:,} {b:.2f}", "en", {"a": 12_000, "b": 0.5}) == "12,000 0.50"
    with pytest.raises(KeyError):
        filled("{missing}", "en", {})


def test_what_a_language_lacks_is_said_in_english() -> None:
    assert say_in("es", "no such message {x}", x=1) == "no such message 1"
    assert say_many_in("es", 2, "one", "{count} things") == "2 things"


def test_the_language_is_the_first_that_the_environment_names(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("ESCRUTINIO_LANG", "LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    assert language() == "en"
    for value, expected in (("es_VE.UTF-8", "es"), ("es", "es"), ("est", "en"), ("de_DE", "en"), ("C", "en")):
        monkeypatch.setenv("LANG", value)
        assert language() == expected, value
    monkeypatch.setenv("ESCRUTINIO_LANG", "en")
    monkeypatch.setenv("LANG", "es")
    assert language() == "en"


# --- errors ---


class HeldError(LogError):
    def __init__(self, number: int) -> None:
        super().__init__("too-much", number=number)
        self.number = number


@pytest.fixture
def refusals(monkeypatch: pytest.MonkeyPatch) -> None:
    """Both languages with two refusals of this test's own."""
    made = {
        name: Catalogue(
            name,
            {
                f"refusal{CONTEXT}too-much": (f"{name}: {{number:,}} is too much",),
                f"refusal{CONTEXT}within": (f"{name}: within {{why}}",),
            },
            catalogue(name).header,
        )
        for name in ("es", "en")
    }
    monkeypatch.setattr("escrutinio.base.words.catalogue.catalogue", made.__getitem__)
    monkeypatch.setattr("escrutinio.base.words.say.catalogue", made.__getitem__)


@pytest.mark.usefixtures("refusals")
def test_an_error_is_a_code_with_values_in_any_language() -> None:
    error = EscrutinioError("within", why=HeldError(12_000))
    assert str(error) == "en: within en: 12,000 is too much"
    assert error.said_in("es") == "es: within es: 12.000 is too much"
    assert (error.code, set(error.values)) == ("within", {"why"})


@pytest.mark.usefixtures("refusals")
def test_an_error_comes_from_another_process_as_it_was() -> None:
    there = pickle.loads(pickle.dumps(HeldError(5)))
    assert (type(there), str(there), there.number, there.values) == (
        HeldError,
        "en: 5 is too much",
        5,
        {"number": 5},
    )


@pytest.mark.parametrize("name", languages())
def test_a_percentage_is_written_as_its_language_does(name: str) -> None:
    """As Unicode's patterns have it (CLDR); of a language that Babel does not know, with a space."""
    pattern = Locale.parse(name).percent_formats[None].pattern
    sign = pattern.rpartition("0")[2]
    assert percent_sign(name) == sign
    assert percent(Fraction(1, 8), 2, name).endswith(f"50{sign}")
    assert Format(name).percent(1, 8).endswith(f"50{sign}")
    assert Format(name).announced("51.2").endswith(f"2{sign}")
    assert announced("51.2", name) == Format(name).announced("51.2")


def test_english_leaves_no_space_before_the_sign_and_spanish_one_that_does_not_break() -> None:
    assert percent(Fraction(512, 1000), 2, "en") == "51.20%"
    assert percent(Fraction(512, 1000), 2, "es") == "51,20\u00a0%"
    assert percent(Fraction(512, 1000), 2, "xx") == "51.20%"


@given(st.integers(0, 2**53), st.integers(1, 2**53), st.integers(0, 4))
def test_sentences_and_pages_round_a_share_alike(part: int, whole: int, digits: int) -> None:
    for name in languages():
        assert percent(Fraction(part, whole), digits, name) == Format(name).percent(part, whole, digits)


def test_no_share_of_a_sentence_is_rounded_to_the_whole() -> None:
    """Each of the cases that the pages and their scripts hold to as well."""
    for part, whole, expected in json.loads((ROOT / "tests/base/percentages.json").read_text()):
        if whole:
            assert percent(Fraction(part, whole), 2, "en") == expected
    assert percent(Fraction(29_999, 30_000), 1, "en") == "99.997%"
    assert percent(Fraction(-1, 30_000), 1, "en") == "\N{MINUS SIGN}0.003%"


@pytest.mark.parametrize("name", languages())
def test_messages_write_percentages_so_too(name: str) -> None:
    sign = percent_sign(name)
    for message in messages(name):
        for form in (*message.forms, *([message.id] if name == SOURCE else [])):
            for found in re.finditer(r"(?<=[0-9}])([ \u00a0]?%)(?!\()", form):
                assert found[1] == sign or "1/2" in form, form
