"""docs/findings.md is the table in the code, and every code is one of the design's."""

from tests.core.election.make_findings import PAGE, page


def test_the_page_is_made_from_the_table() -> None:
    assert PAGE.read_text(encoding="utf-8") == page()
