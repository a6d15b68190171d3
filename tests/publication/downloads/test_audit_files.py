"""The workbook that makes a draw again, and the files for Arlo."""

import re
from collections.abc import Iterator
from hashlib import sha256
from io import BytesIO
from xml.etree import ElementTree
from zipfile import ZipFile

import fastexcel
import numpy as np
import pytest

from escrutinio.base.errors import EvidenceError, PublicationError
from escrutinio.base.xlsx import cell_name
from escrutinio.evidence.audit.assertions import Assertion
from escrutinio.evidence.audit.bounds import Boxes, draw_weights, error_bounds
from escrutinio.evidence.audit.draw import weighted_draws
from escrutinio.evidence.audit.frame import Frame
from escrutinio.evidence.audit.measure import Ppeb
from escrutinio.evidence.audit.status import pool_of
from escrutinio.publication.downloads.arlo import arlo_manifest, arlo_tallies
from escrutinio.publication.downloads.audit_sheet import AuditSheet, SheetContest, audit_workbook
from tests.evidence.audit.contest import most_votes

SEED = "60382514923758140697"
CODES = ("ana", "blas", "carla")
CELL = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


@pytest.fixture(scope="module")
def boxes() -> Boxes:
    random = np.random.Generator(np.random.Philox(11))
    votes = random.integers(0, 200, (60, 3))
    votes[:, 0] += 80
    votes[7] = 0  # a box that is never drawn
    bound = votes.sum(axis=1) + random.integers(0, 9, 60)
    bound[7] = 0
    return Boxes(tuple(f"c{n // 4}.{n % 4 + 1:02}" for n in range(60)), votes, bound)


@pytest.fixture(scope="module")
def pairs(boxes: Boxes) -> tuple[Assertion, ...]:
    return most_votes(boxes.totals)


def sheet(
    boxes: Boxes, pairs: tuple[Assertion, ...], codes: tuple[str, ...], seed: str, draws: int
) -> AuditSheet:
    """A workbook of one contest."""
    return AuditSheet((SheetContest("President", boxes, pairs, codes),), seed, draws)


def cells(book: bytes, page: int) -> Iterator[tuple[str, str, str]]:
    """Name, formula and value of the cells of one page that are not text."""
    with ZipFile(BytesIO(book)) as archive:
        root = ElementTree.fromstring(archive.read(f"xl/worksheets/sheet{page}.xml"))
    for row, line in enumerate(root.iter(CELL + "row")):
        for column, cell in enumerate(line.iter(CELL + "c")):
            name = cell_name(row, column)
            yield name, cell.findtext(CELL + "f") or "", cell.findtext(CELL + "v") or ""


def test_the_formulas_repeat_the_draw_in_doubles(boxes: Boxes, pairs: tuple[Assertion, ...]) -> None:
    """Every formula of the draw is done here as a spreadsheet does it, with floats and nothing else."""
    book = audit_workbook(sheet(boxes, pairs, CODES, SEED, 25), "en")
    weights = draw_weights(error_bounds(boxes, pairs))
    rows = {ref: value for ref, formula, value in cells(book, 3) if formula and ref.startswith("F")}
    assert [int(rows[f"F{n}"]) for n in range(2, 62)] == list(weights.values)
    begins = {ref: (formula, value) for ref, formula, value in cells(book, 3) if ref.startswith("G")}
    assert begins["G3"] == ("G2+F2", str(weights.values[0]))
    draws = {ref: (formula, value) for ref, formula, value in cells(book, 4) if formula}
    starts = np.concatenate(([0], np.cumsum(weights.values)[:-1])).astype(np.float64)
    total = float(weights.total)
    for number, place in enumerate(weighted_draws(SEED, weights.values, 25), start=1):
        carry = 0.0
        digits = sha256(f"{SEED},{number}".encode()).hexdigest()
        for step in range(32):
            carry = float(np.floor((float(int(digits[62 - 2 * step :][:2], 16)) * total + carry) / 256.0))
        assert draws[f"AJ{number + 1}"][1] == str(int(carry))
        assert int(np.searchsorted(starts, carry, side="right")) - 1 == place
        assert draws[f"AK{number + 1}"][1] == boxes.names[place]
    assert draws["D2"][0] == "INT((HEX2DEC(MID(C2,63,2))*WeightSum+0)/256)"
    assert draws["AI2"][0] == "INT((HEX2DEC(MID(C2,1,2))*WeightSum+AH2)/256)"
    assert draws["AK2"][0] == "INDEX('Boxes'!$A$2:$A$61,MATCH(AJ2,'Boxes'!$G$2:$G$61,1))"


def test_a_spreadsheet_reads_the_values_of_the_formulas(boxes: Boxes, pairs: tuple[Assertion, ...]) -> None:
    codes = ("=1+1", "+blas", "carla")
    book = fastexcel.read_excel(audit_workbook(sheet(boxes, pairs, codes, SEED, 25), "es"))
    assert book.sheet_names == ["Léame", "Resultado", "Cajas", "Sorteo"]
    weights = draw_weights(error_bounds(boxes, pairs))
    drawn = book.load_sheet("Sorteo").to_polars()
    places = weighted_draws(SEED, weights.values, 25)
    assert drawn["Caja"].to_list() == [boxes.names[place] for place in places]
    assert book.load_sheet("Cajas").to_polars()["Peso"].to_list() == list(weights.values)
    outcome = book.load_sheet("Resultado", header_row=None, dtypes="string").to_polars().rows()
    assert [row[0] for row in outcome[4:7]] == list(codes)
    assert [int(row[1] or "") for row in outcome[4:7]] == list(boxes.totals)
    assert int(outcome[1][1] or "") == weights.total
    assert SEED in book.load_sheet("Léame", header_row=None).to_polars().item(0, 0)


def test_names_and_arrays_stand_where_spreadsheets_look_for_them(
    boxes: Boxes, pairs: tuple[Assertion, ...]
) -> None:
    with ZipFile(BytesIO(audit_workbook(sheet(boxes, pairs, CODES, SEED, 1), "en"))) as archive:
        whole = archive.read("xl/workbook.xml").decode()
        outcome, rows = (archive.read(f"xl/worksheets/sheet{n}.xml").decode() for n in (2, 3))
    assert "<definedName name=\"WeightSum\">'Outcome'!$B$2</definedName>" in whole
    assert '<calcPr fullCalcOnLoad="1"/>' in whole
    assert 't="str"' not in outcome + rows
    assert (
        '<f t="array" ref="F2">MAX(ROUNDUP((MMULT(B2:D2,Coefficients)+Worst*E2)*Scale/Margins,0))</f>' in rows
    )


def test_weights_in_doubles_are_the_exact_ones(boxes: Boxes, pairs: tuple[Assertion, ...]) -> None:
    weights = draw_weights(error_bounds(boxes, pairs))
    margins = np.array([float(pair.margin(boxes.sums)) for pair in pairs])
    coefficients = np.array([pair.coefficients for pair in pairs], np.float64).T
    reach = boxes.votes.astype(np.float64) @ coefficients + boxes.bound[:, None]
    rounded = np.ceil(reach * float(weights.scale) / margins).max(axis=1)
    assert rounded.tolist() == list(weights.values)


def test_the_same_content_is_the_same_file(boxes: Boxes, pairs: tuple[Assertion, ...]) -> None:
    made = sheet(boxes, pairs, CODES, SEED, 3)
    assert audit_workbook(made, "es") == audit_workbook(made, "es")
    assert audit_workbook(made, "es") != audit_workbook(made, "en")


def test_numbers_too_large_for_a_spreadsheet_stand_as_values() -> None:
    big = Boxes(("a", "b"), np.array([[2**30, 2**29], [7, 2]], np.int64), np.array([2**32, 10]))
    pair = most_votes(big.totals)
    book = audit_workbook(sheet(big, pair, ("x", "y"), SEED, 2), "en")
    weights = [(formula, int(value)) for ref, formula, value in cells(book, 3) if re.fullmatch("E[23]", ref)]
    assert weights == [("", value) for value in draw_weights(error_bounds(big, pair)).values]


def test_what_no_workbook_takes(boxes: Boxes, pairs: tuple[Assertion, ...]) -> None:
    with pytest.raises(EvidenceError, match="decimal digits"):
        audit_workbook(sheet(boxes, pairs, CODES, "12", 3), "en")
    with pytest.raises(PublicationError, match="10,000 draws, not 60 and 10,001"):
        audit_workbook(sheet(boxes, pairs, CODES, SEED, 10_001), "en")
    with pytest.raises(KeyError, match="fr"):
        audit_workbook(sheet(boxes, pairs, CODES, SEED, 1), "fr")


def test_of_several_contests_a_box_has_the_greatest_of_its_weights(
    boxes: Boxes, pairs: tuple[Assertion, ...]
) -> None:
    """Every formula of the weights and of the running sum is done here from what it names."""
    votes = np.array([[60, 20], [55, 70], [90, 1]] * 10, np.int64)
    council = Boxes(boxes.names[20:50], votes, votes.sum(axis=1) + 40)
    parts = [(boxes, pairs), (council, most_votes(council.totals))]
    contests = (
        SheetContest("President", *parts[0], CODES),
        SheetContest("Council", *parts[1], ("x", "y")),
    )
    book = audit_workbook(AuditSheet(contests, SEED, 25), "en")
    read = fastexcel.read_excel(book)
    pages = ["Read me", "Outcome 1", "Boxes 1", "Outcome 2", "Boxes 2", "All boxes", "Draws"]
    assert read.sheet_names == pages
    assert "1 President; 2 Council" in read.load_sheet("Read me", header_row=None).to_polars().item(2, 0)
    pool = pool_of(parts)
    frame = Frame({"one": Ppeb(*parts[0], pool=pool), "two": Ppeb(*parts[1], pool=pool)})
    drawn = read.load_sheet("Draws").to_polars()
    assert drawn["Box"].to_list() == [box.station for box in frame.draw(SEED, 25)]

    values: dict[str, str] = {}
    for number in (3, 5):
        values |= {f"'{pages[number - 1]}'!{ref}": value for ref, _, value in cells(book, number)}
    together = {ref: (formula, value) for ref, formula, value in cells(book, 6)}
    total = 0
    for row, name in enumerate(pool.names, start=2):
        mine = [together[f"{column}{row}"] for column in "BC"]
        found = [int(values[formula]) for formula, _ in mine if formula]
        assert len(found) == 1 + (name in council.names)
        assert [int(value) for formula, value in mine if formula] == found
        assert together[f"D{row}"] == (f"MAX(B{row}:C{row})", str(max(found)))
        assert together[f"E{row}"][1] == str(total)
        total += max(found)
    assert total == pool.weights.total
    assert together["E3"][0] == "E2+D2"
    ranges = {ref: formula for ref, formula, _ in cells(book, 5) if ref == "E2"}
    assert ranges["E2"] == "MAX(ROUNDUP((MMULT(B2:C2,Coefficients_2)+Worst_2*D2)*Scale/Margins_2,0))"
    assert ("B2", "SUM('All boxes'!$D$2:$D$61)", str(total)) in cells(book, 2)
    assert ("B2", "WeightSum", str(total)) in cells(book, 4)


def test_files_for_arlo() -> None:
    few = Boxes(("c1.01", "c1.02"), np.array([[10, 3], [0, 4]], np.int64), np.array([14, 4]))
    assert arlo_manifest(few) == b"Batch Name,Number of Ballots\nc1.01,14\nc1.02,4\n"
    assert arlo_tallies(few, ("ana", "blas")) == b"Batch Name,ana,blas\nc1.01,10,3\nc1.02,0,4\n"
