"""Entries that pages name lead to where they can be read: a sheet to its station, what is none to the log."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from escrutinio.core.verification.publication import open_verified

NAMED = re.compile(r'<span class="muted small">(.*?)</span>', re.DOTALL)
LINK = re.compile(r'<a href="([^"]*)">([^<]*)</a>')


@pytest.mark.parametrize("language", ["es", "en"])
def test_each_entry_of_a_finding_leads_to_where_it_is_written_out(miniature: Path, language: str) -> None:
    state = open_verified(miniature).state
    stations = state.roll.stations
    of_sheets = {
        int(index): stations[station]
        for table in state.tables.values()
        for index, station in zip(table.index.tolist(), table.station.tolist(), strict=True)
        if station >= 0
    }
    page = (miniature / language / "findings.html").read_text("utf-8")
    listed = NAMED.findall(page)
    assert listed
    sheets = 0
    for said in listed:
        entries = said.rpartition("·")[2]
        for href, number in LINK.findall(entries):
            index = int(number)
            if index in of_sheets:
                assert href.endswith(f"&amp;s={of_sheets[index]}#entry-{index}"), said
                sheets += 1
            else:
                path, _, anchor = href.partition("#")
                assert anchor == f"e{index}"
                assert f'id="{anchor}"' in (miniature / language / path).read_text("utf-8")
        alone = {int(number) for number in re.findall(r"\d+", LINK.sub("", entries))}
        assert not alone & of_sheets.keys(), said
    assert sheets > 10
