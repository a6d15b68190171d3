"""What each page is, in one sentence: for search engines, and for what messengers show beside an address."""

from __future__ import annotations

from collections.abc import Callable
from types import MappingProxyType

from escrutinio.base.words.catalogue import N_

PAGES = MappingProxyType(
    {
        "index.html": N_("The result as each side states it, how much is counted, and how to check it."),
        "station.html": N_(
            "The sheets of one station, read from the public log and verified in your browser."
        ),
        "statements.html": N_("Who said what about the result, when and where, with a copy of the words."),
        "findings.html": N_("What the rules noticed in the records, with the entries that show it."),
        "evidence.html": N_("What the figures show: certainty, digits, and what would have to be otherwise."),
        "log.html": N_("The public log: its checkpoint, its newest records, and all of them page by page."),
        "data.html": N_("Sheets, totals and announcements as files, with their sizes, digests and licence."),
        "how-to-verify.html": N_(
            "How anybody verifies this election alone, with one command or in a browser."
        ),
        "tour.html": N_(
            "Four steps: find a station, see it verified, change one vote, see where that fails."
        ),
        "glossary.html": N_("The words of this election and of its public log, each in a sentence."),
        "bulletins.html": N_("Every announced result beside what the sheets in the log add up to."),
        "history.html": N_("How many of the votes that count now stood in the log at which size."),
        "corrections.html": N_("What was published and no longer counts, and what stands in its place."),
        "audit.html": N_("The audits of the calendar: what was committed to, drawn, and found."),
        "observers.html": N_("Who was accredited to observe, and what they reported."),
        "machines.html": N_("The voting machines: who had them, with which software, from when to when."),
        "complaints.html": N_("Complaints and incidents as they were recorded, and what was decided."),
        "rules.html": N_("How each contest is decided and who may rule, with the articles of the law."),
        "map.html": N_("Where the votes are, area by area, on one scale for all candidates."),
        "check.html": N_("Hold the QR code of a sheet in hand against what is published."),
        "verify.html": N_("Your browser reads the whole log, checks every signature and adds everything up."),
    }
)

ENTRIES = N_("Records of the public log one by one, as they were signed.")
AREA = N_("Votes in %(place)s by candidate, area and station, with the sheets that they come from.")


def described(path: str, place: str | None, say: Callable[[str], str]) -> str:
    """The sentence of a page, by its path below its language; `place` is the name of an area's."""
    if place is not None:
        return say(AREA) % {"place": place}
    return say(PAGES.get(path, ENTRIES))
