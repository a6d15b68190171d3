"""The evidence report as PDF, A4; how it looks is in `report.typ`."""

from __future__ import annotations

import re
from html import unescape

from escrutinio.publication.documents.report.document import Answer, Tongue
from escrutinio.publication.documents.report.report import Report
from escrutinio.publication.documents.typeset import Lost, coded, pdf, what_was_lost

INK = "#1d1d1b"

_TITLE = re.compile(r"<title\b[^>]*>(.*?)</title>", re.DOTALL)


def to_pdf(report: Report) -> bytes:
    """The report as an A4 document; the same report gives the same bytes."""
    said = {
        "heading": report.heading,
        "name": report.title,
        "place": report.place,
        "notices": report.notices,
        "lead": report.lead,
        "facts": report.facts,
        "chapters": [
            {
                "title": chapter.title,
                "topics": [
                    {
                        "heading": topic.heading,
                        "findings": [_finding(finding) for finding in topic.findings],
                        "sources": topic.sources,
                    }
                    for topic in chapter.topics
                ],
            }
            for chapter in report.chapters
        ],
        "method": report.method,
        "again": " ".join(report.again),
    }
    names = {chapter.title: chapter.contest for chapter in report.chapters}

    def content(lost: Lost) -> dict[str, object]:
        return {
            "language": report.language,
            "title": f"{report.heading} · {report.title}",
            "foot": f"{report.heading} · {report.title}",
            "marks": report.watermarks,
            "lost": what_was_lost(lost, Tongue(report.language)),
            **{key: coded(value, names, lost) for key, value in said.items()},
        }

    return pdf("report.typ", content)


def _finding(finding: Answer) -> dict[str, object]:
    return {
        "heading": finding.heading,
        "sentences": finding.sentences,
        "tables": [
            {"caption": table.caption, "header": table.header, "rows": table.rows} for table in finding.tables
        ],
        "plots": [_plot(svg) for svg in finding.plots],
    }


def _plot(svg: str) -> dict[str, object]:
    """A plot in ink, and its title for whoever does not see it."""
    title = _TITLE.search(svg)
    return {
        "svg": svg.replace("currentColor", INK),
        "alt": unescape(title[1]) if title else "",
    }
