"""The table of margins in docs/audits.md is the one that the program finds."""

from tests.evidence.audit.make_margins import PAGE, boxes_at, page


def test_the_page_has_the_table_of_today() -> None:
    assert PAGE.read_text("utf-8") == page(), "python -m tests.evidence.audit.make_margins"


def test_a_smaller_margin_is_the_one_named() -> None:
    boxes = boxes_at(2)
    first, second = sorted(boxes.totals)[:-3:-1]
    assert 0 <= first - second - sum(boxes.sums[-2:]) * 2 // 100 < 2
    assert sum(boxes.totals) == sum(boxes_at(None).totals)
