"""election.toml: what it comes to, and one sentence for each way to write it wrongly."""

from collections.abc import Sequence
from dataclasses import replace
from hashlib import sha256

import pytest

from escrutinio.base.errors import DefinitionError
from escrutinio.core.election.areas import AreaTree, read_areas, write_areas
from escrutinio.core.election.definition import check_contests, check_definition
from escrutinio.core.election.roll import read_roll
from escrutinio.core.records.codes import AuthorRole, Kind, LogRole, Method, Role
from escrutinio.core.records.entry import open_record, seal
from escrutinio.core.records.keys import SigningKey
from escrutinio.core.records.parts import Bar, Contest, Title
from escrutinio.intake.authoring.config import ElectionConfig, read_config
from tests.paths import ROOT

GUIDE = (ROOT / "docs" / "configuring.md").read_text(encoding="utf-8")


def block(language: str, number: int = 0) -> str:
    """A block of code of the guide."""
    return GUIDE.split(f"```{language}\n")[number + 1].split("```")[0]


EXAMPLE = block("toml")


def config() -> ElectionConfig:
    return read_config(EXAMPLE.encode())


def areas() -> AreaTree:
    return read_areas(block("csv").encode())


def refusal(text: str) -> str:
    with pytest.raises(DefinitionError) as caught:
        read_config(text.encode())
    assert "\n" not in str(caught.value)
    assert str(caught.value).startswith("election.toml")
    return str(caught.value)


def test_the_example_of_the_guide() -> None:
    read = config()
    assert (read.code, read.kind) == ("atlantida-2031", Kind.SIMULATION)
    assert read.author_role is AuthorRole.AUTHORITY
    assert read.titles[1] == Title("en", "Elections of Atlántida 2031")
    assert read.place == (Title("es", "Atlántida"), Title("en", "Atlántida"))
    assert read.voting_day == "2031-03-02"
    assert read.officers_needed == 2
    assert [deadline.code for deadline in read.calendar] == ["enrolment_closes", "polls_open", "polls_close"]
    assert read.calendar[2].at - read.calendar[1].at == 12 * 3600
    assert (read.log.origin, read.log.role) == ("atlantida.example/2031", LogRole.OFFICIAL)
    assert [(o.name, o.role) for o in read.organisations] == [
        ("party/azul", Role.PARTY),
        ("observer/liga", Role.OBSERVER),
    ]
    assert read.shown.sources[0].file == "areas.csv"
    assert (read.shown.accounts[0].basis, read.shown.accounts[0].claims) == ("copies:party/azul", ())
    assert (read.shown.accounts[1].basis, read.shown.accounts[1].objections) == (None, ("azul-on-bulletin",))
    assert list(read.imports) == ["areas"]


def test_options_stand_in_the_order_of_the_ballot() -> None:
    president = config().contest("president")
    assert (president.method, president.threshold, president.seats) == (Method.TWO_ROUND, None, 1)
    assert president.wins == ()
    assert [option.code for option in president.options] == ["BLUE", "GREEN", "FISH", "BLUE2"]
    assert [option.candidate for option in president.options] == [0, 1, 1, 0]
    assert president.options[1].titles[1].text == "Green Party"
    assert president.options[0].titles == ()


def test_without_options_each_candidate_is_one() -> None:
    council = config().contest("north-council")
    assert (council.method, council.threshold, council.seats) == (Method.DHONDT, Bar(1, 20), 7)
    assert [(o.code, o.titles) for o in council.options] == [(c.code, c.titles) for c in council.candidates]
    with pytest.raises(DefinitionError, match="no contest 'presidnt'; did you mean 'president'"):
        config().contest("presidnt")


def test_the_definition_and_the_charter_can_be_sealed() -> None:
    key = SigningKey.generate()
    body = config().definition_body(key.public_key, areas())
    raw = seal(body, key=key, signer="authority/root", subject="election", election=b"", issued_at=0)
    assert open_record(raw).body == body
    assert body.areas.digest == sha256(write_areas(areas())).digest()
    charter = config().charter_body(key.public_key)
    election = sha256(raw).digest()
    raw = seal(charter, key=key, signer="authority/root", subject="election", election=election, issued_at=0)
    assert open_record(raw).body == charter


def test_the_areas_of_contests_must_be_in_the_tree() -> None:
    without = read_areas(block("csv").replace("AT1,", "AT3,").replace(",AT1", ",AT3").encode())
    with pytest.raises(DefinitionError, match="'north-council' has the area 'AT1', which is not in the area"):
        config().definition_body(bytes(32), without)


def test_the_roll_of_the_guide() -> None:
    roll = read_roll(
        block("csv", 1).encode(), areas(), centers=block("csv", 2).encode(), frozen_on="2031-02-01"
    )
    assert roll.registered.tolist() == [350, -1]
    assert roll.center_names == {"0101": "Port School"}


FAULTS = [
    ("kind =", "knid =", "election has an unknown key 'knid'; did you mean 'kind'?"),
    ("seats = 7", "seat = 7", "contest 2 has an unknown key 'seat'; did you mean 'seats'?"),
    ("[calendar]", "[calender]", "election.toml has an unknown key 'calender'; did you mean 'calendar'?"),
    ('candidate = "gil"\n', 'candidato = "gil"\n', "contest 1, option 1 has an unknown key 'candidato'"),
    ('role = "party"', 'rol = "party"', "organisation has an unknown key 'rol'; did you mean 'role'?"),
    ('file = "areas.csv"\n', "", "publication, source 1 lacks the key 'file'"),
    ('place = "Atlántida"', "", "election lacks the key 'place'"),
    ('kind = "simulation"', 'kind = "simulacro"', "'simulacro' is not known; did you mean 'simulation'?"),
    ('method = "dhondt"', 'method = "hondt"', "'north-council', method: 'hondt' is not known; did"),
    ('method = "dhondt"', 'method = "x"', "'x' is not known; known are: plurality, two-round, dhondt"),
    ("seats = 7", "seats = 0", "The contest 'north-council' fills no seat"),
    ("seats = 7", 'seats = "7"', "contest 2, seats: Expected a whole number"),
    ('options = ["BLUE", "BLUE2"]', 'options = "BLUE"', "candidate 1, options: Expected a list, got text"),
    ("seats = 7", "seats = 7.0", "contest 2, seats: Expected a whole number"),
    ("seats = 7", "seats = 1000000", "fills 1,000,000 seats, more than 10,000"),
    ('method = "two-round"', 'method = "two-round"\nseats = 2', "so it fills one seat, not 2"),
    ('"5%"', '"5"', "contest 'north-council', threshold: '5' is not a share such as 1/2 or 5%"),
    ('"5%"', '"1/0"', "threshold: '1/0' is not a share"),
    ('"5%"', '"101%"', "the share 101/100, which must be above 0 and at most 1"),
    ('"5%"', '"0/5"', "the share 0/1, which must be above 0 and at most 1"),
    ('"5%"', '"-5%"', "'-5%' is not a share"),
    ('"5%"', "0.05", "contest 2, threshold: Expected text"),
    (
        '"dhondt"',
        '"plurality"',
        "'north-council' has a threshold, which only the sharing of seats among lists uses",
    ),
    ('code = "north-council"', 'code = "president"', "'president' is given to more than one contest"),
    ('code = "green"', 'code = "blue"', "'blue' is given to more than one candidate of the contest"),
    ('code = "green"', 'code = "others"', "a candidate 'others', a code that announced results use"),
    ('"BLUE", "BLUE2"]        #', '"BLUE", "FISH"]        #', "'FISH' is given to more than one option"),
    ('candidate = "gil"', 'candidate = "gill"', "'gill', who does not stand in it; did you mean 'gil'?"),
    ('options = ["BLUE", "BLUE2"]', "", "option_order: 'BLUE' is not there once"),
    ('"GREEN", "FISH", "BLUE2"]', '"GREEN", "BLUE2"]', "option_order: 'FISH' is not there once"),
    ('"GREEN", "FISH", "BLUE2"]', '"GREEN", "FISH", "BLUE2", "BLUE"]', "'BLUE' is not there once"),
    ('code = "president"', 'code = "the president"', "contest, code: 'the president' is not a code"),
    ('en = "President"', 'fr = "Président"', "contest 'president', title lacks the language 'en'"),
    ('en = "President"', 'en = "President", fr = "P"', "'fr', which election.languages does not list"),
    ('en = "President"', 'en = " "', "contest 'president', title is empty"),
    ('en = "President"', 'en = "\\u202e"', "contest 'president', title: The text has the character U+202E"),
    ('en = "President"', "en = 5", "contest 1, title: Expected text"),
    ('"Ada Azul"', f'"{"a" * 201}"', "title of the candidate 'ada': The text is longer than 200 bytes"),
    (
        "2031-02-20T18:00:00-04:00",
        "2031-02-20T18:00:00",
        "enrolment_closes: 2031-02-20T18:00:00 lacks its offset",
    ),
    ("2031-02-20T18:00:00-04:00", "2031-02-20", "calendar: Expected a time with its offset, such as 2024"),
    ("2031-02-20T18:00:00-04:00", "1931-02-20T18:00:00-04:00", "calendar, enrolment_closes: 1931"),
    ("voting_day = 2031-03-02", 'voting_day = "2 March"', "election, voting_day"),
    ("voting_day = 2031-03-02", "voting_day = 2", "Expected a day such as 2024-07-28, got a whole number"),
    ("officers_needed = 2", "officers_needed = 0", "officers_needed: A number from 1 to 255"),
    ('["es", "en"]', '["es", "es"]', "languages: From 1 to 16 different languages"),
    ('["es", "en"]', '["es", "English"]', "languages: 'English' is not a tag"),
    ('role = "official"', 'role = "oficial"', "log, role: 'oficial' is not known; did you mean 'official'?"),
    ('author_role = "authority"', 'author_role = "importer"', "an importer's definition cannot be official"),
    ("atlantida.example/2031", "https://a b", "log, origin: 'https://a b' should be like"),
    ('"party/azul"]', '"azul"]', "organisation 'azul': A name of two parts such as party/azul"),
    ("copies:party/azul", "copy:party/azul", "account 1, basis: 'copy:party/azul' is not known; "),
    ("copies:party/azul", "copies:a b", "'a b' is not a signer's name"),
    ("seats = 7", f"seats = {'7' * 5000}", "has a number of thousands of digits"),
    (
        "[import.areas]",
        "[imports.areas]",
        "election.toml has an unknown key 'imports'; did you mean 'import'?",
    ),
    ('basis = "copies:party/azul"', "", "publication, account 1 has neither a basis nor claims"),
    ("[log]", "[log", "is not TOML: "),
    ("[log]", "[calendar]", "is not TOML: "),
    ('candidate = "gil"', "candidate = 3", "contest 1, option 1, candidate: Expected text"),
]


@pytest.mark.parametrize(("old", "new", "reason"), FAULTS, ids=[reason for *_, reason in FAULTS])
def test_one_fault_is_refused_in_one_sentence(old: str, new: str, reason: str) -> None:
    assert old in EXAMPLE
    assert reason in refusal(EXAMPLE.replace(old, new, 1))


def test_a_candidate_needs_an_option_once_there_are_options() -> None:
    shorter = EXAMPLE.replace('option_order = ["BLUE", "GREEN", "FISH", "BLUE2"]', "")
    text = shorter.replace('options = ["BLUE", "BLUE2"]', "")
    assert "The contest 'president' has no option for the candidate 'ada'" in refusal(text)


def test_a_file_must_be_text_of_sensible_length() -> None:
    with pytest.raises(DefinitionError, match=r"day.toml is not UTF-8 text in line 4"):
        read_config(EXAMPLE.encode("latin-1"), "day.toml")
    with pytest.raises(DefinitionError, match="has 5,000,000 bytes; 4,194,304 are allowed"):
        read_config(b"#" * 5_000_000)
    assert "too deep" in refusal("a = " + "[" * 100_000)
    assert "election.toml lacks the key 'election'" in refusal("")
    assert "There is no [[contest]]" in refusal("contest = []\n" + EXAMPLE.split("[[contest]]")[0])


def test_a_definition_by_others_is_held_to_the_same_rules() -> None:
    body = config().definition_body(bytes(32), areas())
    first = body.contests[0]
    orphan = replace(first, candidates=first.candidates[:1])
    without = replace(first, candidates=(), options=())
    faults = {
        "two titles in one language": replace(body, titles=body.titles[:1] * 2),
        "at least one officer": replace(body, officers_needed=0),
        "more than one date of the calendar": replace(body, calendar=body.calendar[:1] * 2),
    }
    check_definition(body)
    for reason, changed in faults.items():
        with pytest.raises(DefinitionError, match=reason):
            check_definition(changed)
    contests: dict[str, Sequence[Contest]] = {
        "given to more than one contest": (first, first),
        "has the option 'GREEN' for no candidate": (orphan,),
        "The contest 'president' has no candidate": (without,),
        "the share 1/0": (replace(first, quorum=Bar(1, 0)),),
    }
    check_contests(body.contests)
    for reason, wrong in contests.items():
        with pytest.raises(DefinitionError, match=reason):
            check_contests(wrong)


MAP = """
[map]
shapes = "shapes.geojson"
property = "code"
note = { es = "Dibujado", en = "Drawn" }
codes = { X1 = "AT1" }
"""


def test_places_have_the_names_that_people_use() -> None:
    said = '\n[names]\nAT1 = ["Estado Boreal", "El Norte"]\n'
    named = read_config((EXAMPLE + said).encode()).shown.places
    assert named == {"AT1": ("Estado Boreal", "El Norte")}


def test_shapes_and_mirrors_are_optional() -> None:
    assert (config().shown.map, config().shown.mirrors) == (None, ())
    found = read_config((EXAMPLE + MAP).encode()).shown.map
    assert found is not None
    assert (found.shapes, found.property, found.codes) == ("shapes.geojson", "code", {"X1": "AT1"})
    assert found.note == (Title("es", "Dibujado"), Title("en", "Drawn"))


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        ("property =", "propertie =", "map has an unknown key 'propertie'; did you mean 'property'?"),
        ('property = "code"\n', "", "map lacks the key 'property'"),
        ('X1 = "AT1"', 'X1 = "A T"', "map, codes, 'X1'"),
        ('X1 = "AT1"', "X1 = 1", "map, codes"),
        (', en = "Drawn"', "", "map, note lacks the language 'en'"),
    ],
)
def test_a_map_is_read_strictly(old: str, new: str, why: str) -> None:
    assert old in MAP
    assert why in refusal(EXAMPLE + MAP.replace(old, new))


@pytest.mark.parametrize(
    ("offset", "minutes"),
    [("-04:00", -240), ("+05:45", 345), ("+00:00", 0), ("+14:00", 840), ("-03:30", -210)],
)
def test_the_clocks_of_the_place_differ_from_utc_as_stated(offset: str, minutes: int) -> None:
    given = f'{EXAMPLE}\n[publication]\nutc_offset = "{offset}"\n'
    assert read_config(given.encode()).shown.utc_offset == minutes


def test_without_an_offset_times_are_those_of_utc() -> None:
    assert config().shown.utc_offset == 0


@pytest.mark.parametrize(
    "offset", ["-4", "-04", "-0400", "04:00", "-00:00", "+14:01", "+15:00", "-04:60", "UTC-4", ""]
)
def test_another_way_to_write_the_offset_is_refused(offset: str) -> None:
    assert "utc_offset" in refusal(f'{EXAMPLE}\n[publication]\nutc_offset = "{offset}"\n')


@pytest.mark.parametrize(
    ("mirrors", "why"),
    [
        ('["ftp://a.example"]', "not an http or https address"),
        ('["https://a.example", "https://a.example"]', "listed twice"),
        ("[1]", "publication, mirrors"),
    ],
)
def test_mirrors_are_addresses(mirrors: str, why: str) -> None:
    assert why in refusal(f"{EXAMPLE}\n[publication]\nmirrors = {mirrors}\n")
