"""The papers of an audit: dice, boxes to fetch, and a sheet for each box; none of them says what a sheet
says."""

from dataclasses import replace
from pathlib import Path

import pypdfium2  # type: ignore[import-untyped]
import pytest

from escrutinio.core.records.codes import BoundSource
from escrutinio.evidence.audit.records import read_audit
from escrutinio.evidence.audit.status import audit_status
from escrutinio.publication.documents.audit_papers import AuditPapers
from tests.cli.running import PRESIDENCY, answered, refused
from tests.evidence.audit.made import AuditDay
from tests.evidence.audit.test_mixed import MixedDay
from tests.evidence.audit.test_several import MayorToo, TwoContests


@pytest.fixture(scope="module")
def papers(miniature: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    output = tmp_path_factory.mktemp("papers")
    answered("audit", "papers", miniature, *PRESIDENCY, "-o", output)
    return output


def pages(papers: Path, language: str) -> list[str]:
    return texts(papers / f"audit-{language}.pdf")


def texts(file: Path | bytes) -> list[str]:
    document = pypdfium2.PdfDocument(file)
    return [" ".join(page.get_textpage().get_text_range().split()) for page in document]


def test_the_papers_of_the_miniatures_audit(papers: Path, miniature: Path) -> None:
    dice, pull, *boxes = pages(papers, "en")
    status = answered("audit", "status", miniature, *PRESIDENCY)
    for said in (status["commitment"], status["seed"], "observer/faro", "Who was there"):
        assert said in dice
    for said in ("N1.01 B-0101", "N2.01 B-0103", "It is the right box"):
        assert said in pull
    for page, box in zip(boxes, status["compared"], strict=True):
        assert f"Count of box {box['station']} Two people count" in page
        assert "First counter Second counter Agreed" in page
        assert not [votes for votes in box["reported"] if f" {votes} " in page and votes > 9]


def test_both_languages_say_the_same_pages(papers: Path) -> None:
    assert len(pages(papers, "es")) == len(pages(papers, "en")) == 4
    assert "Es la caja correcta" in pages(papers, "es")[1]


def test_papers_are_not_written_twice(papers: Path, miniature: Path) -> None:
    assert "is not overwritten" in refused("audit", "papers", miniature, *PRESIDENCY, "-o", papers)


def papers_of(day: AuditDay) -> AuditPapers:
    return AuditPapers.of(
        day.state(),
        read_audit(day.state(), "presidente", attachments=day.attachments.get),
        day.attachments.get,
    )


def test_a_box_with_paper_of_two_contests_has_a_table_for_each() -> None:
    day = TwoContests()
    commitment = day.begin()
    day.sample(commitment, 1, day.status().suggested)
    made = papers_of(day)
    written = texts(made.to_pdf("en"))
    sheets = dict(zip(made.boxes, written[-len(made.boxes) :], strict=True))
    north = [name for name in sheets if name in day.council]
    assert 0 < len(north) < len(sheets)
    for name, page in sheets.items():
        assert f"Count of box {name}" in page
        assert page.count("All vouchers in the box") == 1 + (name in north)
        assert ("ola" in page) is (name in north)
    assert "President, consejo" in written[0]


def test_of_single_vouchers_the_papers_name_the_places_and_ask_for_no_others() -> None:
    day = MayorToo()
    commitment = day.begin()
    drawn = audit_status(day.state(), "presidente", attachments=day.attachments.get).next
    day.sample(commitment, 1, drawn)
    found = papers_of(day)
    page = next(each for each in texts(found.to_pdf("en")) if "Count of box c0.01 " in each)
    places = sorted(each.position or 0 for each in drawn if each.station == "c0.01")
    assert f"Places to count {', '.join(map(str, places))} " in page
    assert "Only what lies at these places is counted" in page
    assert page.count("All vouchers found at these places") == 2
    assert "All vouchers in the box" not in page


def test_a_mixed_box_is_fetched_with_all_its_stations_and_seals() -> None:
    day = MixedDay()
    commitment = day.begin(bound=BoundSource.MANIFEST)
    names = tuple(name for name in day.paper if name != "c0.02")
    day.sample(commitment, 1, names)
    (
        _,
        pull,
        *_,
    ) = texts(papers_of(day).to_pdf("en"))
    assert "c0.01 + c0.02 both" in pull
    assert "c1.01 one, two" in pull
    count = next(page for page in texts(papers_of(day).to_pdf("en")) if "Count of box c0.01" in page)
    assert "Ballots of the stations c0.01, c0.02" in count


def test_each_page_of_a_long_sheet_says_of_which_box_and_contest_it_is() -> None:
    day = TwoContests()
    commitment = day.begin()
    day.sample(commitment, 1, day.status().suggested)
    made = papers_of(day)
    box = next(name for name in made.boxes if name in day.council)
    first, second = made.contests
    options = tuple(f"option-{number}" for number in range(60))
    long = replace(first, options=options, option_titles=((),) * len(options))
    written = texts(replace(made, contests=[long, second], boxes=[box]).to_pdf("en"))
    sheets = written[2:]
    assert len(sheets) > 2
    assert [page.count(f"Count of box {box}") for page in sheets] == [1] * len(sheets)
    assert all("President First counter" in page for page in sheets if "option-" in page)
