"""What stands in `data/`, that it can be held against the log, and that a difference is named exactly."""

import csv
import io
import json
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from escrutinio.base.cells import text_cell
from escrutinio.base.errors import InputError, PublicationError
from escrutinio.core.derived.cells import free_names, table_bytes
from escrutinio.core.derived.compare import Difference, FileCheck, compare_derived, compare_file
from escrutinio.core.derived.files import basis_slugs, contest_directories, derived_files
from escrutinio.core.election.state import Basis
from escrutinio.core.records import codes as k
from escrutinio.core.records import types as t
from escrutinio.intake.mapping.rows import BadRow
from escrutinio.publication.downloads.data import data_files, parquet_twins, skipped_rows, write_data
from tests.publication.small import MOMENT, log, small_state, state_of


@cache
def files() -> dict[str, bytes]:
    return {path: content for path, _, content in data_files(small_state(), MOMENT)}


def rows(path: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(files()[path].decode(), newline=""), strict=True))


def without(path: str, change: Callable[[bytes], bytes | None]) -> list[FileCheck]:
    """The checks that fail when one file is changed."""
    changed = {**files(), path: change(files()[path])}
    return [check for check in compare_derived(small_state(), changed.get) if check.difference]


# --- what stands there ---


def test_every_contest_and_basis_has_its_files_and_no_other_is_there() -> None:
    assert [path for path in files() if path.endswith((".csv", "results.json"))] == [
        "areas.csv",
        "stations.csv",
        "findings.csv",
        "claims.csv",
        "results.json",
        "presidente/sheets.csv",
        "presidente/areas-reported.csv",
        "presidente/options-reported.csv",
        "presidente/areas-copies-party-uno.csv",
        "presidente/options-copies-party-uno.csv",
        "Consejo/sheets.csv",
        "Consejo/areas-reported.csv",
    ]


def test_each_bulk_entry_is_a_row_with_what_became_of_it() -> None:
    assert files()["presidente/sheets.csv"].decode().splitlines() == [
        "index,type,signer,basis,station,status,reason,a1,null_,a2,null,blank,"
        "valid,ballots,voters,supplement,spoilt,registered",
        "4,tally-sheet,machine/N.1,reported,N.1,counted,,30,20,10,2,3,,,,,,",
        "6,tally-sheet,machine/N.2,reported,N.2,pending,conflict,50,5,4,0,0,,,,,,",
        "7,tally-sheet,machine/N.2b,reported,N.2,pending,conflict,50,5,5,0,0,,,,,,",
        "8,tally-sheet,machine/S.1,reported,S.1,counted,,20,15,5,1,0,,,,,,",
        "9,copy,party/uno,copies:party/uno,N.1,counted,,30,20,10,2,0,,62,,,,100",
        "10,copy,party/uno,copies:party/uno,S.2,counted,,9,8,7,0,0,,24,,,,100",
        "11,copy,party/dos,copies:party/dos,,refused,station-unknown,1,1,1,0,0,,3,,,,100",
    ]


def test_areas_add_up_candidates_and_options_with_their_coverage() -> None:
    assert files()["presidente/areas-reported.csv"].decode().splitlines() == [
        "area,parent,level,name,stations_declared,stations_in_roll,stations_counted,stations_pending,"
        "stations_annulled,registered_in_counted,registered_unknown_in_counted,classes_unread_in_counted,"
        "a,null_,valid,null,blank,ballots",
        'X,,country,"Tierra ""Alta"", X",5,4,2,1,0,190,0,0,65,35,100,3,3,106',
        "N,X,state,'=HYPERLINK(1),2,2,1,1,0,100,0,0,40,20,60,2,3,65",
        "S,X,state,''Sur,3,2,1,0,0,90,0,0,25,15,40,1,0,41",
    ]
    assert [row[12:15] for row in rows("presidente/options-reported.csv")] == [
        ["a1", "null_", "a2"],
        ["50", "35", "15"],
        ["30", "20", "10"],
        ["20", "15", "5"],
    ]


def test_a_contest_of_one_area_has_only_its_areas() -> None:
    assert [row[0] for row in rows("Consejo/areas-reported.csv")] == ["area", "N"]


def test_the_roll_says_where_voters_are_not_known() -> None:
    assert rows("stations.csv")[1:] == [
        ["N.1", "N", "'-Escuela, 1", "N", "100"],
        ["N.2", "N", "'-Escuela, 1", "N", "120"],
        ["S.1", "S", "Liceo", "S", "90"],
        ["S.2", "S", "Liceo", "S", ""],
    ]


def test_an_announced_figure_stands_beside_each_basis() -> None:
    shown = [row[10:19] for row in rows("claims.csv")[1:] if row[14] == "reported"]
    assert shown == [
        ["votes", "a", "80", "61.5", "reported", "5", "2", "65", "15"],
        ["others", "", "50", "'-38.5", "reported", "5", "2", "35", "15"],
        ["valid", "", "130", "", "reported", "5", "2", "100", "30"],
        ["registered", "", "500", "", "reported", "5", "2", "", ""],
    ]


def test_a_claim_about_what_is_not_there_stands_alone() -> None:
    stray = replace(_claim(), code="stray")
    state = state_of(log(k.Kind.SIMULATION, (stray, "press/diario", "alcalde/N")))
    content = next(file for file in derived_files(state) if file.path == "claims.csv").content().decode()
    first = next(line for line in content.splitlines() if ",stray," in line)
    assert first.endswith("alcalde,N,'=80,,votes,a,80,61.5,,,,,,")


def _claim() -> t.Claim:
    return small_state().records(t.Claim)[0].body


def test_findings_have_codes_and_values_and_no_sentence() -> None:
    header, *found = rows("findings.csv")
    conflict = dict(zip(header, next(row for row in found if row[0] == "conflict"), strict=True))
    assert (conflict["entries"], conflict["keeps_from_counting"]) == ("6 7", "true")
    assert (conflict["station"], conflict["contest"]) == ("N.2", "presidente")
    assert json.loads(conflict["values"]) == {"basis": "reported"}
    assert not [name for name in header if "sentence" in name]


def test_results_say_the_same_as_the_tables() -> None:
    results = json.loads(files()["results.json"])
    assert results["size"] == small_state().size
    for contest in results["contests"]:
        for basis in contest["bases"]:
            slug = basis["code"].replace(":", "-").replace("/", "-")
            header, *table = rows(f"{contest['code']}/areas-{slug}.csv")
            assert contest["columns"] == header[4:]
            assert basis["areas"] == {row[0]: [*map(int, row[4:])] for row in table}


def test_an_empty_election_has_all_its_general_files() -> None:
    made = {path: content for path, _, content in data_files(state_of(log()[:4]), MOMENT)}
    assert made["presidente/sheets.csv"].count(b"\n") == 1
    assert not [path for path in made if "areas-" in path or "nist" in path]


# --- cells, and names of files ---

TEXTS = st.text(st.characters(exclude_categories=["Cs", "Cc", "Zl", "Zp"]), max_size=12)


@given(st.lists(st.tuples(TEXTS, st.text("=+-@',\"a ", max_size=6)), min_size=1))
def test_text_comes_back_from_its_cell_and_is_never_a_formula(texts: list[tuple[str, str]]) -> None:
    table = table_bytes(("one", "two"), *(map(text_cell, column) for column in zip(*texts, strict=True)))
    read = list(csv.reader(io.StringIO(table.decode(), newline=""), strict=True))[1:]
    assert [tuple(cell.removeprefix("'") for cell in row) for row in read] == texts
    assert not [cell for row in read for cell in row if cell.startswith(("=", "+", "-", "@"))]


@given(st.lists(st.sampled_from(["a", "null", "null_", "b"]), unique=True))
def test_columns_have_names_of_their_own(codes: list[str]) -> None:
    names = free_names(codes, ("null", "blank"))
    assert len({*names, "null", "blank"}) == len(codes) + 2


def test_bases_that_would_share_a_file_do_not() -> None:
    codes = ["reported", "copies:party/a", "copies:party-a", "copies:Party/A", "copies:party/b"]
    slugs = basis_slugs(replace(small_state(), bases=tuple(Basis(code, ()) for code in codes)))
    assert len({slug.casefold() for slug in slugs.values()}) == len(codes)
    assert (slugs["reported"], slugs["copies:party/b"]) == ("reported", "copies-party-b")


@pytest.mark.parametrize("code", ["areas.csv", "nist.JSON", "index", "names", "NUL", "sur.", "consejo"])
def test_a_contest_whose_name_is_taken_has_another_directory(code: str) -> None:
    state = small_state()
    president, council = state.contests
    found = contest_directories(replace(state, contests=(replace(president, code=code), council)))
    assert found[code].startswith(f"{code}-")
    assert (found["Consejo"] == "Consejo") is (code != "consejo")


def test_a_packed_file_names_neither_a_moment_nor_a_system() -> None:
    """RFC 1952, 2.3: what Python writes there depends on its version, and what is published must not."""
    packed = [content for path, content in files().items() if path.endswith(".gz")]
    assert [content[:10].hex() for content in packed] == ["1f8b08" + "00" * 6 + "ff"] * len(packed)
    assert packed


# --- Parquet ---


@pytest.mark.parametrize("path", ["areas", "stations", "presidente/sheets", "presidente/options-reported"])
def test_the_parquet_twin_has_the_same_rows_with_types_and_exact_text(path: str) -> None:
    frame = pl.read_parquet(files()[f"{path}.parquet"])
    header, *table = rows(f"{path}.csv")
    assert frame.columns == header
    cells = [["" if cell is None else str(cell) for cell in row] for row in frame.rows()]
    assert cells == [[cell.removeprefix("'") for cell in row] for row in table]


def test_the_parquet_twin_has_numbers_and_unknown_is_null() -> None:
    frame = pl.read_parquet(files()["stations.parquet"])
    assert frame["registered"].to_list() == [100, 120, 90, None]
    assert frame["station"].dtype == pl.String
    assert pl.read_parquet(files()["areas.parquet"])["parent"].to_list() == ["", "X", "X"]


def test_station_codes_that_look_like_numbers_stay_text() -> None:
    table = b"station,center,center_name,area,registered\n01,0001,,02,7\n"
    assert pl.read_parquet(parquet_twins([("stations", table)])[0]).rows() == [("01", "0001", "", "02", 7)]


def test_twins_made_together_are_those_made_one_by_one() -> None:
    tables = [("areas", files()["areas.csv"]), ("stations", files()["stations.csv"])] * 20
    alone = [parquet_twins([table])[0] for table in tables[:2]]
    assert parquet_twins(tables) == alone * 20
    assert parquet_twins([]) == []


# --- holding what is published against the log ---


def test_an_honest_publication_has_no_difference() -> None:
    checks = list(compare_derived(small_state(), files().get))
    assert [check for check in checks if check.difference] == []
    assert {check.path: check.rows for check in checks}["presidente/sheets.csv"] == 7


def test_one_changed_vote_is_named_with_its_place() -> None:
    (check,) = without("presidente/sheets.csv", lambda raw: raw.replace(b",20,15,5,", b",20,16,5,"))
    assert check.difference == Difference(5, "null_", '"15"', '"16"')
    assert check.rows == 3
    assert str(check.why) == 'data/presidente/sheets.csv, line 5, column null_: expected "15", found "16".'


def test_a_changed_total_is_named_with_its_line() -> None:
    (check,) = without("results.json", lambda raw: raw.replace(b'"N":[2,2,1,1,0,100', b'"N":[2,2,1,1,0,101'))
    assert check.difference is not None
    assert (check.difference.line, check.difference.column) == (5, "")


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (lambda raw: None, (0, "", "the file", "nothing")),
        (lambda raw: raw + b"S.3,S,,S,5\n", (6, "", "the end of the file", '"S.3,S,,S,5"')),
        (lambda raw: raw[:-1], (5, "", "a line break at its end", "nothing")),
        (lambda raw: raw[: raw.index(b"S.2")], (5, "", '"S.2,S,Liceo,S,"', "the end of the file")),
        (lambda raw: raw.replace(b"S.1,S", b'"S.1,S'), (4, "", '"S.1,S,Liceo,S,90"', None)),
        (lambda raw: b"\xff\x00" + raw, (1, "", '"station,center,center_name,area,registered"', None)),
        (lambda raw: raw.replace(b",90", b",9" + b"0" * 200_000), (4, "", '"S.1,S,Liceo,S,90"', None)),
        (lambda raw: b"", (1, "", '"station,center,center_name,area,registered"', "the end of the file")),
    ],
    ids=["missing", "one more", "cut", "one less", "quote", "not text", "huge", "empty"],
)
def test_other_changes_are_told_in_one_sentence(
    change: Callable[[bytes], bytes | None], expected: tuple[int, str, str, str | None]
) -> None:
    (check,) = without("stations.csv", change)
    found = check.difference
    assert found is not None
    line, column, wanted, got = expected
    assert (found.line, found.column, str(found.expected)) == (line, column, wanted)
    assert got is None or str(found.found) == got
    assert "\n" not in str(check.why)
    assert len(str(check.why)) < 300


@given(st.data())
def test_any_changed_byte_is_found_in_its_line(data: st.DataObject) -> None:
    expected = files()["presidente/areas-reported.csv"]
    at = data.draw(st.integers(0, len(expected) - 1))
    byte = data.draw(st.integers(0, 255).filter(lambda value: value != expected[at]))
    check = compare_file("x.csv", expected, expected[:at] + bytes([byte]) + expected[at + 1 :])
    assert check.difference is not None
    assert check.difference.line == expected.count(b"\n", 0, at) + 1


# --- writing ---


def test_the_same_state_gives_the_same_bytes(tmp_path: Path) -> None:
    made: list[dict[str, bytes]] = []
    for name in ("one", "two"):
        out = tmp_path / name
        write_data(state_of(log()), out, generated_at=MOMENT)
        paths = (path for path in out.rglob("*") if path.is_file())
        made.append({path.relative_to(out).as_posix(): path.read_bytes() for path in paths})
    assert made[0] == made[1]


def test_what_is_written_is_what_is_returned(tmp_path: Path) -> None:
    told: list[str] = []
    written = write_data(small_state(), tmp_path, generated_at=MOMENT, progress=told.append)
    found = {path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*") if path.is_file()}
    assert found == {resource.path for resource in written} | {"datapackage.json"}
    assert told == [resource.path for resource in written]
    assert {resource.path: resource.size for resource in written} == {p: len(c) for p, c in files().items()}


def test_skipped_rows_are_published_with_their_reason() -> None:
    bad = [BadRow("sheets.csv", 7, "votes", "=1", InputError("count-decimals"))]
    assert skipped_rows(bad).decode().splitlines() == [
        "source,line,column,value,reason",
        "sheets.csv,7,votes,'=1,\"A count has no decimals; if they are always zero in this table, set "
        'decimals = ""zero""."',
    ]
    assert "skipped.csv" in {path for path, _, _ in data_files(small_state(), MOMENT, bad)}


def test_a_place_that_cannot_be_written_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("a file")
    with pytest.raises(PublicationError, match="cannot be written"):
        write_data(small_state(), tmp_path / "data", generated_at=MOMENT)
