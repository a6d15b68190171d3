"""The register of record types: every speaker's file is in it, and what counts repeat is said once."""

from pkgutil import iter_modules

import pytest

from escrutinio.core.records import codecs as c
from escrutinio.core.records import types as t
from escrutinio.core.records.body import REGISTERED, Body, record
from escrutinio.core.records.entry import UNREAD
from escrutinio.core.records.types import counts

SPEAKERS = [module.name for module in iter_modules(t.__path__) if module.name != "counts"]


def test_every_file_of_a_speaker_is_in_the_register() -> None:
    files = {body.__module__.rpartition(".")[2] for body in t.BY_CODE.values()}
    assert files == set(SPEAKERS)


def test_every_type_is_given_on_by_its_own_name() -> None:
    assert {body for body in t.BY_CODE.values() if getattr(t, body.__name__, None) is not body} == set()


def test_types_are_numbered_from_1_and_from_128_without_a_gap_and_in_order() -> None:
    low = [code for code in t.BY_CODE if code < UNREAD]
    assert low == list(range(1, len(low) + 1))
    assert list(t.BY_CODE) == [*low, *range(UNREAD, UNREAD + len(t.BY_CODE) - len(low))]


@pytest.mark.parametrize("shared", [counts.Counted, counts.Sheet], ids=lambda each: each.__name__)
def test_what_records_share_is_no_record(shared: type[Body]) -> None:
    assert shared not in REGISTERED.values()
    assert not hasattr(shared, "TYPE")


@pytest.mark.parametrize("each", [t.TallySheet, t.ManualSheet, t.Copy, t.HandCount], ids=lambda e: e.NAME)
def test_what_is_shared_stands_first(each: type[Body]) -> None:
    assert [name for name, _ in each.LAYOUT][:3] == ["counts", "classes", "valid"]
    assert [name for name, _ in each.LAYOUT] == [name for name, _ in c.layout(each)]


def test_a_code_or_a_name_is_given_once() -> None:
    before = dict(REGISTERED)
    with pytest.raises(ValueError, match="record type 14 is taken"):
        record(14, "election")(type("Other", (Body,), {}))
    with pytest.raises(ValueError, match="the name tally-sheet is taken"):
        record(120, "election")(type("TallySheet", (Body,), {}))
    assert before == REGISTERED
