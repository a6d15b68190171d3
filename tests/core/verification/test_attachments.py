"""Check 11: what totals need must be there; what anybody else names, or states of a file, stops nobody."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path

import pytest

from escrutinio.core.records.codes import Category
from escrutinio.core.records.parts import Attachment
from escrutinio.core.records.types import IncidentReport
from escrutinio.core.verification.checks import Check
from escrutinio.core.verification.publication import Verification, verify_publication
from tests.core.election.build import AREAS, DAY, STATIONS, Day
from tests.core.verification.lab import UNUSED, long_day, publish
from tests.core.verification.whole import failed


def report(day: Day, attachment: Attachment) -> int:
    return day.say(IncidentReport(Category.ACCESS, DAY, (attachment,)), "party/azul/1", "station/n1.01")


def verified(directory: Path, day: Day) -> Verification:
    return verify_publication(directory, trust=publish(directory, day))


def path_of(content: bytes) -> str:
    return f"attachments/{sha256(content).hexdigest()}"


def test_a_file_that_no_total_needs_may_be_missing_and_is_told(tmp_path: Path) -> None:
    day = long_day()
    trust = publish(tmp_path, day)
    (tmp_path / path_of(UNUSED)).unlink()
    found = verify_publication(tmp_path, trust=trust)
    assert found.authenticated, failed(found.answers)
    assert found.attachments is not None
    assert [reason.place for reason in found.attachments.missing] == [path_of(UNUSED)]
    assert "missing: 1" in str(found.answer(Check.ATTACHMENTS).note)


@pytest.mark.parametrize("size", [0, 1, 2**28])
def test_a_wrong_size_is_judged_of_the_record_that_states_it(tmp_path: Path, size: int) -> None:
    day = long_day()
    wrong = [
        report(day, Attachment(sha256(content).digest(), size, "text/csv"))
        for content in (STATIONS, AREAS, UNUSED)
    ]
    found = verified(tmp_path, day)
    assert found.authenticated, failed(found.answers)
    assert found.attachments is not None
    told = [reason.sentence("en") for reason in found.attachments.differing]
    assert len(told) == len(wrong)
    assert all(any(f"Entry {index} states" in sentence for sentence in told) for index in wrong)


def test_a_file_that_was_never_there_stops_nobody(tmp_path: Path) -> None:
    day = long_day()
    report(day, Attachment(bytes(32), 100, "image/png"))
    found = verified(tmp_path, day)
    assert found.authenticated, failed(found.answers)
    assert found.attachments is not None
    assert [reason.place for reason in found.attachments.missing] == [f"attachments/{bytes(32).hex()}"]


@pytest.mark.parametrize("content", [STATIONS, AREAS])
def test_a_file_that_totals_need_fails_where_it_is_missing_or_another(tmp_path: Path, content: bytes) -> None:
    trust = publish(tmp_path, long_day())
    file = tmp_path / path_of(content)
    file.write_bytes(content[:-1] + b"?")
    check = Check.ATTACHMENTS if content is STATIONS else Check.DEFINITION
    assert check in failed(verify_publication(tmp_path, trust=trust).answers)
    file.unlink()
    assert check in failed(verify_publication(tmp_path, trust=trust).answers)


@pytest.mark.parametrize("other", [b"another", b"x" * len(UNUSED), UNUSED + b"!"])
def test_another_file_in_the_place_of_any_fails(tmp_path: Path, other: bytes) -> None:
    trust = publish(tmp_path, long_day())
    (tmp_path / path_of(UNUSED)).write_bytes(other)
    found = verify_publication(tmp_path, trust=trust)
    assert failed(found.answers) == {Check.ATTACHMENTS: [path_of(UNUSED)]}
