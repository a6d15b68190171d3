"""The papers of an audit: dice, boxes to fetch, and a sheet for each box; none of them says what a sheet
says."""

from pathlib import Path

import pypdfium2  # type: ignore[import-untyped]
import pytest

from tests.cli.running import PRESIDENCY, answered, refused


@pytest.fixture(scope="module")
def papers(miniature: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    output = tmp_path_factory.mktemp("papers")
    answered("audit", "papers", miniature, *PRESIDENCY, "-o", output)
    return output


def pages(papers: Path, language: str) -> list[str]:
    document = pypdfium2.PdfDocument(papers / f"audit-{language}.pdf")
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
