"""Subjects: every form read, and what does not fit refused."""

import pytest

from escrutinio.base.errors import RecordError
from escrutinio.core.records.subjects import FORMS, Subject, read_subject
from escrutinio.core.records.types import BY_CODE

FITS = {
    "election": [("election", Subject())],
    "contest": [("president", Subject(contest="president"))],
    "contest-area": [
        ("president", Subject(contest="president")),
        ("president/01", Subject(contest="president", area="01")),
    ],
    "station": [("010101001.01", Subject(station="010101001.01"))],
    "station/contest": [("010101001.01/president", Subject(station="010101001.01", contest="president"))],
    "matter": [
        ("station/010101001.01/president", Subject(station="010101001.01", contest="president")),
        ("area/01/president", Subject(area="01", contest="president")),
        ("contest/president", Subject(contest="president")),
    ],
    "signer": [("observer/7/a", Subject(other="observer/7/a"))],
    "lot": [("lot-1", Subject(other="lot-1"))],
    "place": [
        ("election", Subject()),
        ("area/01", Subject(area="01")),
        ("station/010101001.01", Subject(station="010101001.01")),
    ],
    "audit": [("software", Subject(other="software"))],
}
DOES_NOT_FIT = {
    "election": ["elections", "election/01"],
    "contest": ["president/01"],
    "contest-area": ["president/01/02"],
    "station": ["010101001.01/president"],
    "station/contest": ["010101001.01", "010101001.01/president/x"],
    "matter": [
        "president",
        "010101001.01/president",
        "station/01",
        "contest/president/01",
        "area/01/president/x",
    ],
    "lot": ["lot/1"],
    "place": ["area", "area/01/02", "center/01", "01"],
    "audit": ["a/b"],
}


def test_every_form_that_a_record_type_has_is_shown_here() -> None:
    assert {body.SUBJECT for body in BY_CODE.values()} == set(FITS) == set(FORMS)


@pytest.mark.parametrize(
    ("form", "subject", "parts"), [(f, s, p) for f, each in FITS.items() for s, p in each]
)
def test_a_subject_is_taken_apart(form: str, subject: str, parts: Subject) -> None:
    assert read_subject(form, subject) == parts


@pytest.mark.parametrize(("form", "subject"), [(f, s) for f, each in DOES_NOT_FIT.items() for s in each])
def test_a_subject_of_another_form_is_refused(form: str, subject: str) -> None:
    with pytest.raises(RecordError, match="does not have the form"):
        read_subject(form, subject)
