"""What a record speaks of: the forms of a subject, and taking one apart.

The subject in the protected header is the only place where station and contest stand, so that nobody
can say one thing in the header and another in the payload.
"""

from escrutinio.base.dataclass import dataclass
from escrutinio.base.errors import RecordError
from escrutinio.core.records.text import check_subject

ELECTION = "election"

FORMS = {
    "election": 'the word "election"',
    "contest": "<contest>",
    "contest-area": "<contest> or <contest>/<area>",
    "station": "<station>",
    "station/contest": "<station>/<contest>",
    "matter": "station/<station>/<contest>, area/<area>/<contest> or contest/<contest>",
    "signer": "the name of an enrolled signer",
    "lot": "<lot>, a code the authority gives to a batch of machines",
    "place": '"election", area/<area> or station/<station>',
    "audit": "<audit>, a code of the calendar",
}


@dataclass(frozen=True, slots=True)
class Subject:
    """The parts of a subject; those that its form does not have are None."""

    station: str | None = None
    contest: str | None = None
    area: str | None = None
    other: str | None = None


def read_subject(form: str, subject: str) -> Subject:
    """Take `subject` apart by the form its record type has. Raises RecordError when it does not fit."""
    parts = check_subject(subject).split("/")
    match form, parts:
        case "station/contest", [station, contest]:  # first, since every sheet has it
            return Subject(station=station, contest=contest)
        case "election", ["election"]:
            return Subject()
        case (("contest" | "contest-area"), [contest]):
            return Subject(contest=contest)
        case "contest-area", [contest, area]:
            return Subject(contest=contest, area=area)
        case "station", [station]:
            return Subject(station=station)
        case "place", ["election"]:
            return Subject()
        case "place", ["area", area]:
            return Subject(area=area)
        case "place", ["station", station]:
            return Subject(station=station)
        case "matter", ["station", station, contest]:
            return Subject(station=station, contest=contest)
        case "matter", ["area", area, contest]:
            return Subject(area=area, contest=contest)
        case "matter", ["contest", contest]:
            return Subject(contest=contest)
        case (("lot" | "audit"), [code]):
            return Subject(other=code)
        case "signer", _:
            return Subject(other=subject)
    raise RecordError("subject-form", subject=repr(subject), form=FORMS[form])
