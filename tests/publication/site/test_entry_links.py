"""Entries of findings are links to where each is written out: a page of the log, or that of its station."""

import json
import re
from pathlib import Path

import pytest

from tests.publication.folded import folded

LINKED = re.compile(
    r'<a href="(log/[0-9]+\.html|station\.html\?a=([^&"]+)&amp;s=([^#"]+))#(e|entry-)([0-9]+)">'
)


def of_findings(page: Path) -> str:
    text = page.read_text("utf-8")
    return "".join(re.findall(r'<span class="muted small">.*?</span></li>', text))


@pytest.mark.parametrize("language", ["es", "en"])
def test_every_entry_of_the_findings_is_a_link(miniature: Path, language: str) -> None:
    said = of_findings(miniature / language / "findings.html")
    bare = re.sub(r"<[^>]+>", " ", re.sub(r"<a [^>]*>.*?</a>", " ", said))
    assert not re.search(r"[0-9]", bare), bare
    assert {kind for *_, kind, _ in LINKED.findall(said)} == {"e", "entry-"}


def test_an_entry_of_a_sheet_leads_to_the_station_that_has_it(miniature: Path) -> None:
    state, *_ = folded(miniature)
    stations = {
        int(index): state.roll.stations[station]
        for table in state.tables.values()
        for index, station in zip(table.index.tolist(), table.station.tolist(), strict=True)
        if station >= 0
    }
    found = [one for one in LINKED.findall(of_findings(miniature / "es/findings.html")) if one[3] == "entry-"]
    assert len(found) > 10
    for _, area, station, _, index in found:
        assert stations[int(index)] == station
        listed = json.loads((miniature / f"data/index/{area}.json").read_bytes())["stations"][station][
            "entries"
        ]
        assert int(index) in {entry for entries in listed.values() for entry in entries}
