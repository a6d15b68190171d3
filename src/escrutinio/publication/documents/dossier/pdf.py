"""A dossier as PDF, A4; how it looks is in `dossier.typ`. Every page bears the mark of what is not real."""

from __future__ import annotations

from escrutinio.base.words.titles import choose
from escrutinio.core.election.contests import with_contests
from escrutinio.core.records.types import Definition
from escrutinio.publication.documents.dossier.dossier import Dossier
from escrutinio.publication.documents.dossier.sections import heading, notices, sections
from escrutinio.publication.documents.marks import watermarks
from escrutinio.publication.documents.report.document import Tongue
from escrutinio.publication.documents.typeset import Lost, coded, pdf, what_was_lost


def to_pdf(dossier: Dossier, language: str) -> bytes:
    """The dossier in one language; the same log gives the same bytes."""
    definition = with_contests(dossier.state)
    title, election = heading(dossier, language)
    said = {
        "election": election,
        "heading": title,
        "notices": notices(dossier, language),
        "sections": [
            {
                "heading": section.heading,
                "sentences": section.sentences,
                "tables": [
                    {"caption": table.caption, "header": table.header, "rows": table.rows}
                    for table in section.tables
                ],
            }
            for section in sections(dossier, language)
        ],
    }
    names = _codes(definition, language)

    def content(lost: Lost) -> dict[str, object]:
        return {
            "language": language,
            "title": f"{title} · {election}",
            "foot": f"{title} · {election}",
            "marks": watermarks(definition.kind, language),
            "lost": what_was_lost(lost, Tongue(language)),
            **{key: coded(value, names, lost) for key, value in said.items()},
        }

    return pdf("dossier.typ", content)


def _codes(definition: Definition, language: str) -> dict[str, str]:
    """Names of contests, candidates and cards, and what codes they stand for."""
    found: dict[str, list[str]] = {}
    for contest in definition.contests:
        named = [(contest.titles, contest.code)]
        named += [(each.titles, each.code) for each in contest.candidates]
        named += [(each.titles, each.code) for each in contest.options]
        for titles, code in named:
            found.setdefault(choose(titles, language, code).text, []).append(code)
    return {name: ", ".join(dict.fromkeys(codes)) for name, codes in found.items()}
