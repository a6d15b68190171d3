"""What an election.toml says of the rules of the law, and one sentence for each way to say it wrongly."""

import pytest

from escrutinio.base.errors import DefinitionError
from escrutinio.core.election.areas import read_areas
from escrutinio.core.records.codes import Method, Role, Ties
from escrutinio.core.records.parts import (
    Article,
    BallotClass,
    Bar,
    Court,
    FirstRound,
    Power,
    Supplement,
    Title,
    Win,
)
from escrutinio.core.records.types import Definition, Lots, Ruling
from escrutinio.intake.authoring.config import ElectionConfig, read_config
from tests.intake.imported import CONFIG

RULES = """
[election]
code = "x"
kind = "simulation"
title = "Fictional"
place = "Nowhere"
voting_day = 2030-01-01
author = "Board"
paper = ["X1", "X2.01"]
articles = { rulings = "art. 40" }
languages = ["en"]
[[election.power]]
act = "lots"
role = "authority"
needed = 2
[[election.power]]
act = "ruling"
role = "court"
[[election.court]]
code = "appeal"
title = "Court of appeal"
instance = 2
[[election.supplement]]
code = "staff"
title = "Staff"
article = "art. 31"
most = 3
places = ["X1"]
[log]
origin = "x.example/log"
role = "official"
operator = "Board"
[[contest]]
code = "mayor"
title = "Mayor"
method = "two-round"
area = "X"
win = [{ share = { share = "50%", more = true, beside = ["blank"] } }, { share = "40%", lead = "10%" }]
tie_order = ["b", "a"]
articles = { wins = "art. 22" }
candidate = [{ code = "a", title = "A" }, { code = "b", title = "B" }]
[[contest]]
code = "senate"
title = "Senate"
method = "plurality"
seats = 2
marks = 2
area = "X"
quorum = "1/4"
tie_lots = true
class = [{ code = "null" }, { code = "held", title = "Held back" }]
candidate = [{ code = "c", title = "C" }, { code = "d", title = "D" }, { code = "e", title = "E" }]
[[contest]]
code = "council"
title = "Council"
method = "hare"
seats = 5
area = "X"
threshold = { share = "3%", more = true, beside = ["null"] }
first = { election = "FIRST", contest = "council" }
candidate = [{ code = "f", title = "F" }, { code = "g", title = "G" }]
""".replace("FIRST", "ab" * 32)


AREAS = read_areas(b"code,parent,level,name\nX,,country,X\n")


def config() -> ElectionConfig:
    return read_config(RULES.encode())


def test_the_rules_of_the_election() -> None:
    read = config()
    assert read.paper == ("X1", "X2.01")
    assert read.articles == (Article("rulings", "art. 40"),)
    assert read.powers == (Power(Lots.TYPE, Role.AUTHORITY, 2), Power(Ruling.TYPE, Role.COURT, 1))
    assert read.courts == (Court("appeal", (Title("en", "Court of appeal"),), 2),)
    assert read.supplements == (Supplement("staff", (Title("en", "Staff"),), "art. 31", 3, ("X1",)),)


def test_the_rules_of_two_rounds() -> None:
    mayor = config().contest("mayor")
    assert mayor.wins == (Win(Bar(1, 2, 1, (1,))), Win(Bar(2, 5), Bar(1, 10)))
    assert (mayor.ties, mayor.order) == (Ties.ORDER, (1, 0))
    assert mayor.classes == (BallotClass("null", ()), BallotClass("blank", ()))
    assert mayor.articles == (Article("wins", "art. 22"),)


def test_marks_classes_quorum_and_lots() -> None:
    senate = config().contest("senate")
    assert (senate.marks, senate.seats, senate.quorum, senate.ties) == (2, 2, Bar(1, 4), Ties.LOTS)
    assert senate.classes == (BallotClass("null", ()), BallotClass("held", (Title("en", "Held back"),)))


def test_a_base_and_a_first_round() -> None:
    council = config().contest("council")
    assert (council.method, council.threshold) == (Method.HARE, Bar(3, 100, 1, (0,)))
    assert council.first == FirstRound(b"\xab" * 32, "council")


@pytest.mark.parametrize("method", ["dhondt", "sainte-lague", "hare", "droop"])
def test_seats_are_shared_by_any_of_four_methods(method: str) -> None:
    read = read_config(RULES.replace('"hare"', f'"{method}"').encode())
    assert read.contest("council").method.name.lower().replace("_", "-") == method


def defined(text: str) -> Definition:
    """The definition by a configuration."""
    return read_config(text.encode()).definition_body(bytes(32), AREAS)


def test_the_definition_says_it_all() -> None:
    read, body = config(), defined(RULES)
    assert (body.powers, body.courts, body.paper) == (read.powers, read.courts, read.paper)
    assert (body.supplements, body.articles, body.contests) == (
        read.supplements,
        read.articles,
        read.contests,
    )
    assert body.contests_file is None


FAULTS = [
    ('act = "lots"', 'act = "lot"', "election, power: 'lot' is not known; did you mean 'lots'?"),
    ('act = "lots"\nrole = "authority"', 'act = "lots"\nrole = "party"', "is given to party: only the"),
    ("needed = 2", "needed = 0", "each with at least one signature"),
    ("needed = 2", "needed = 256", "election, power over lots: needed: "),
    ('act = "ruling"\nrole = "court"', 'act = "ruling"\nrole = "authority"', "one without the other"),
    ("instance = 2", "instance = 0", "The court 'appeal' has the instance 0"),
    ("instance = 2", "instance = 300", "election, court 'appeal': instance: "),
    ('article = "art. 31"\n', "", "election, supplement 1 lacks the key 'article'"),
    ('article = "art. 31"', 'article = " "', "The supplement 'staff' does not say which article"),
    ("most = 3", "most = -3", "election, supplement 'staff': most: "),
    ('places = ["X1"]', 'places = ["a b"]', "election, supplement 'staff', places: 'a b' is not a code"),
    ('paper = ["X1"', 'paper = ["a b"', "election, paper: 'a b' is not a code"),
    ("{ rulings =", "{ ruling =", "beside the rule 'ruling', which is none"),
    ("{ wins =", "{ win =", "beside the rule 'win', which is none"),
    ('wins = "art. 22"', 'wins = ""', "which is none, or has no words"),
    ('"40%", lead', '"140%", lead', "the share 7/5, which must be above 0 and at most 1"),
    ('"40%", lead', '"0%", lead', "the share 0/1, which must be above 0"),
    ('"40%", lead', '"40", lead', "contest 'mayor', win: '40' is not a share"),
    ('lead = "10%"', 'leed = "10%"', "contest 1, win 2 has an unknown key 'leed'; did you mean 'lead'?"),
    ('beside = ["blank"]', 'beside = ["blanc"]', "'blanc' is not known; did you mean 'blank'?"),
    ('beside = ["blank"]', 'beside = ["blank", "blank"]', "contest lacks, or names one twice"),
    ('["b", "a"]', '["b"]', "decides ties by an order, which names each of its candidates once"),
    ('["b", "a"]', '["b", "b"]', "decides ties by an order, which names each of its candidates once"),
    ('["b", "a"]', '["b", "z"]', "contest 'mayor', tie_order: 'z' is not known"),
    ('["b", "a"]', '["b", "a"]\ntie_lots = true', "contest 'mayor': Ties are broken by an order or by lots"),
    ("marks = 2", "marks = 4", "'senate' may have 4 marks"),
    ("marks = 2", "marks = 0", "'senate' may have 0 marks"),
    ('title = "Held back"', 'title = ""', "contest 'senate', class 'held' is empty"),
    (', title = "Held back"', "", "The class of ballots 'held' of the contest 'senate' has no title"),
    ('"held"', '"valid"', "'valid', a word that is kept for something else"),
    ('"held"', '"null"', "'null' is given to more than one class of ballots"),
    ('quorum = "1/4"', 'quorum = { share = "1/4", beside = ["null"] }', "'null' is not known"),
    ('method = "hare"', 'method = "plurality"', "has a threshold, which only the sharing of seats"),
    ('method = "two-round"', 'method = "plurality"', "says what wins a first round"),
    ('method = "hare"', 'method = "hair"', "'hair' is not known; did you mean 'hare'?"),
    ("ab" * 32, "ab" * 31, "contest 'council', first: 'abab"),
    ('contest = "council"', 'contest = "a b"', "contest 'council', first: 'a b' is not a code"),
    ('code = "senate"', 'code = "mayor"', "'mayor' is given to more than one contest"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("old", "new", "reason"), FAULTS, ids=[f"{new} {reason}" for _, new, reason in FAULTS]
)
def test_one_fault_is_refused_in_one_sentence(old: str, new: str, reason: str) -> None:
    assert old in RULES
    with pytest.raises(DefinitionError) as caught:
        defined(RULES.replace(old, new, 1))
    assert reason in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_contest_without_classes_beyond_valid_votes() -> None:
    read = read_config(
        RULES.replace(
            'class = [{ code = "null" }, { code = "held", title = "Held back" }]', "class = []"
        ).encode()
    )
    assert read.contest("senate").classes == ()
    assert read_config(CONFIG.encode()).contest("p").classes == (
        BallotClass("null", ()),
        BallotClass("blank", ()),
    )
