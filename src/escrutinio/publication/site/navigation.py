"""How a reader finds the way: a few parts, and in some of them several pages."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass

from escrutinio.base.words.catalogue import N_

NAVIGATION: tuple[tuple[str, tuple[tuple[str, str], ...]], ...] = (
    (N_("Results"), (("index.html", N_("Results")),)),
    (N_("Map"), (("map.html", N_("Map")),)),
    (
        N_("Announced"),
        (
            ("bulletins.html", N_("Bulletins and claims")),
            ("history.html", N_("How the count grew")),
            ("statements.html", N_("Statements")),
            ("corrections.html", N_("Corrections")),
        ),
    ),
    (N_("Evidence"), (("evidence.html", N_("Evidence")),)),
    (N_("Findings"), (("findings.html", N_("Findings")),)),
    (
        N_("Oversight"),
        (
            ("audit.html", N_("Audits")),
            ("observers.html", N_("Observers")),
            ("machines.html", N_("Machines")),
            ("complaints.html", N_("Complaints and incidents")),
            ("rules.html", N_("The rules of this election")),
        ),
    ),
    (
        N_("Check"),
        (
            ("how-to-verify.html", N_("How to verify")),
            ("verify.html", N_("Verify everything")),
            ("check.html", N_("Check a sheet")),
            ("tour.html", N_("Tour")),
            ("log.html", N_("Log")),
            ("data.html", N_("Data")),
            ("glossary.html", N_("Glossary")),
        ),
    ),
)
"""Label of each part, and its pages with their labels."""

ELSEWHERE = {"station.html": "index.html", "areas/": "index.html", "log/": "log.html"}
"""Pages that no part names, by path or directory, and the page whose part they belong to."""


@dataclass(frozen=True)
class Part:
    """A part of the site: its label, and (path, label) of its pages, of which the first is its entrance."""

    label: str
    pages: tuple[tuple[str, str], ...]

    @property
    def entrance(self) -> str:
        """The page that the part's label leads to."""
        return self.pages[0][0]

    def has(self, path: str) -> bool:
        """Whether a page belongs to this part."""
        home = next((page for start, page in ELSEWHERE.items() if path.startswith(start)), path)
        return any(target == home for target, _ in self.pages)


def navigation(say: Callable[[str], str], there: Collection[str]) -> tuple[Part, ...]:
    """The parts in one language, with the pages that are `there`; parts without a page are left out."""
    parts = (
        Part(say(label), tuple((path, say(name)) for path, name in pages if path in there))
        for label, pages in NAVIGATION
    )
    return tuple(part for part in parts if part.pages)
