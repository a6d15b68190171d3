"""Codes that the pages' programs write out have a word in every language."""

from enum import IntEnum

import pytest

from escrutinio.core.records import codes as k
from escrutinio.core.records.codecs import word
from escrutinio.publication.browser.words import keys_of

WRITTEN = (k.Step, k.EventKind, k.StationChangeKind, k.Decision, k.Category, k.RefusalReason, k.SheetFact)


@pytest.mark.parametrize("codes", WRITTEN)
def test_the_history_of_a_station_writes_no_bare_code(codes: type[IntEnum]) -> None:
    assert {word(code) for code in codes} <= set(keys_of("code"))
