"""Contests in files beside an election.toml: what they come to, and where each fault stands."""

from pathlib import Path

import pytest

from escrutinio.base.errors import DefinitionError, EscrutinioError
from escrutinio.core.election.areas import read_areas
from escrutinio.core.election.definition import read_contests
from escrutinio.core.records.attachments import CBOR, attachment_of
from escrutinio.core.records.codes import Method
from escrutinio.core.records.parts import BallotClass, Title
from escrutinio.core.records.types import Definition
from escrutinio.intake.authoring.config import ElectionConfig, read_config
from tests.intake.imported import CONFIG

BEFORE, _, REST = CONFIG.partition("[[contest]]")
AFTER = "[organisation" + REST.partition("[organisation")[2]
SAID = '[[contests]]\nfile = "mayors.csv"\nmethod = "plurality"\nclass = [{ code = "null" }]\n'
TABLE = """contest,title.es,title.en,area,seats,candidate,name,options
m1,Alcalde uno,Mayor one,X,1,a,Ana,
m1,,,,,b,Beto,B1 B2
m2,Alcalde dos,Mayor two,X,2,c,Caro,
m2,Alcalde dos,,X,,d,Dora,
"""
TOML = """
[[contest]]
code = "m1"
title = "One"
area = "X"
candidate = [{ code = "a", title = "A" }, { code = "b", title = "B" }]
[[contest]]
code = "m2"
title = "Two"
area = "X"
method = "dhondt"
seats = 3
candidate = [{ code = "c", title = "C" }]
"""


def read(base: Path, table: str = TABLE, said: str = SAID, name: str = "mayors.csv") -> ElectionConfig:
    (base / name).write_text(table, "utf-8")
    return read_config((BEFORE + said + AFTER).encode(), "election.toml", base)


def refusal(base: Path, table: str, said: str = SAID, name: str = "mayors.csv") -> str:
    with pytest.raises(EscrutinioError) as caught:
        read(base, table, said, name)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_a_table_has_a_row_a_candidate(tmp_path: Path) -> None:
    one, two = read(tmp_path).contests
    assert (one.code, one.titles, one.area, one.seats) == (
        "m1",
        (Title("es", "Alcalde uno"), Title("en", "Mayor one")),
        "X",
        1,
    )
    assert [candidate.code for candidate in one.candidates] == ["a", "b"]
    assert [(option.code, option.candidate) for option in one.options] == [("a", 0), ("B1", 1), ("B2", 1)]
    assert (two.method, two.seats, two.classes) == (Method.PLURALITY, 2, (BallotClass("null", ()),))


def test_a_toml_has_contests_of_its_own(tmp_path: Path) -> None:
    said = SAID.replace("mayors.csv", "mayors.toml")
    one, two = read(tmp_path, TOML, said, "mayors.toml").contests
    assert (one.method, two.method, two.seats) == (Method.PLURALITY, Method.DHONDT, 3)
    assert one.classes == two.classes == (BallotClass("null", ()),)


def test_many_contests_become_a_file_beside_the_log(tmp_path: Path) -> None:
    rows = "".join(f"m{number},Mayor,Mayor,X,1,{code},{code},\n" for number in range(900) for code in "ab")
    config = read(tmp_path, TABLE.partition("\n")[0] + "\n" + rows)
    tree = read_areas(b"code,parent,level,name\nX,,country,X\n")
    body = config.definition_body(bytes(32), tree)
    assert isinstance(body, Definition)
    assert config.contests_file is not None
    assert body.contests == ()
    assert body.contests_file == attachment_of(config.contests_file, CBOR)
    assert read_contests(config.contests_file) == config.contests


FAULTS = [
    ("contest,title.es", "contst,title.es", "mayors.csv:1: 'contst' is not known; did you mean 'contest'?"),
    ("candidate,name", "candidate,candidate", "mayors.csv:1: 'candidate' is not known"),
    (",candidate,name", ",title,name", "mayors.csv:1: "),
    ("m1,,,,,b,Beto,B1 B2", "m1,,,,,b,Beto", "mayors.csv:3: This row has 7 cells and the header 8"),
    ("m2,Alcalde dos,,X,,d", "m1,,,X,,d", "mayors.csv:5: The rows of the contest 'm1' do not stand together"),
    ("m2,Alcalde dos,,X,,d", "m2,Alcalde,,X,,d", "mayors.csv:5: 'title.es' is 'Alcalde' here"),
    ("Mayor two,X,2,c", "Mayor two,X,zwei,c", "mayors.csv:4: 'seats' is 'zwei', which is not a whole number"),
    ("Mayor two,X,2,c", "Mayor two,X,0,c", "mayors.csv:4: The contest 'm2' fills no seat"),
    ("Mayor two,X,2,c", "Mayor two,,2,c", "mayors.csv"),
    ("Mayor one,X,1,a", "Mayor one,X Y,1,a", "mayors.csv:2: contest 'm1', area: 'X Y' is not a code"),
    (
        ",d,Dora",
        ",c,Dora",
        "mayors.csv:4: The code 'c' is given to more than one candidate of the contest 'm2'",
    ),
    ("Mayor two", "", "mayors.csv:4: contest 'm2', title is empty"),
    ("title.en", "title.fr", "mayors.csv:2: contest 'm1', title lacks the language 'en'"),
    ("Caro,", '"Caro,', "mayors.csv:"),
]


@pytest.mark.parametrize(("old", "new", "reason"), FAULTS, ids=[reason for *_, reason in FAULTS])
def test_a_fault_is_told_with_its_line(tmp_path: Path, old: str, new: str, reason: str) -> None:
    assert old in TABLE
    assert reason in refusal(tmp_path, TABLE.replace(old, new, 1))


def test_a_contest_stands_once_in_all_files(tmp_path: Path) -> None:
    assert "'m1' is given to more than one contest" in refusal(tmp_path, TABLE, SAID + SAID)


def test_rules_of_all_contests_are_read_strictly(tmp_path: Path) -> None:
    assert "did you mean 'seats'" in refusal(tmp_path, TABLE, SAID + "seets = 2\n")
    assert "mayors.csv, contest 1 lacks the key 'method'" in refusal(
        tmp_path, TABLE, '[[contests]]\nfile = "mayors.csv"\n'
    )
    marks = refusal(tmp_path, TABLE, SAID + "marks = 3\n")
    assert "mayors.csv:4: A ballot of the contest 'm2' may have 3 marks" in marks


def test_a_file_is_inside_the_directory_and_there(tmp_path: Path) -> None:
    assert "lies outside" in refusal(tmp_path, TABLE, SAID.replace("mayors.csv", "../mayors.csv"))
    assert "There is no file" in refusal(tmp_path, TABLE, SAID.replace("mayors.csv", "mayor.csv"))


def test_a_fault_in_a_toml_names_the_file(tmp_path: Path) -> None:
    said = SAID.replace("mayors.csv", "mayors.toml")
    wrong = refusal(tmp_path, TOML.replace("seats = 3", "seets = 3"), said, "mayors.toml")
    assert "mayors.toml, contest 2 has an unknown key 'seets'; did you mean 'seats'?" in wrong
    assert "mayors.toml" in refusal(tmp_path, "x = 1", said, "mayors.toml")


def test_without_any_contest_there_is_no_election(tmp_path: Path) -> None:
    with pytest.raises(DefinitionError, match=r"There is no \[\[contest\]\]"):
        read_config((BEFORE + AFTER).encode(), "election.toml", tmp_path)
