"""Contests that stand in a file beside the definition: the same election, bound to the file by its digest."""

from dataclasses import replace

import cbor2
import pytest

from escrutinio.base.errors import DefinitionError
from escrutinio.core.election.admission import Admission
from escrutinio.core.election.definition import check_contests, read_contests, write_contests
from escrutinio.core.records import parts as p
from escrutinio.core.records.codes import Role
from escrutinio.core.records.cose import MAX_RECORD
from tests.core.election.build import COUNCIL, PRESIDENT, VOTES, Day, attachment, codes, counts_at

CBOR = "application/cbor"
FILE = write_contests((PRESIDENT, COUNCIL))


def day_of(file: bytes, named: bytes | None = None, at_hand: bool = True) -> Day:
    """A day whose definition names this file, or that of other bytes; `at_hand` whether it is there."""
    listed = attachment(file if named is None else named, CBOR)
    day = Day(
        law=lambda definition: replace(definition, contests=(), contests_file=listed),
        files=(file,) if at_hand else (),
    )
    day.enrol("machine/1", Role.MACHINE, "n1.01")
    return day


def test_an_election_counts_alike_wherever_its_contests_stand() -> None:
    beside, within = day_of(FILE), Day()
    within.enrol("machine/1", Role.MACHINE, "n1.01")
    for day in (beside, within):
        sheet = day.sheet("machine/1", "n1.01", VOTES, 1, 2, ballots=17)
        state = day.state()
        assert counts_at(state, "n1.01") == sheet
        assert codes(state) == []
        assert state.contests[0].options == ("ana-1", "blas-1", "ana-2", "carla-1")
    assert beside.election != within.election


def test_many_contests_are_read_and_written_back_to_the_same_bytes() -> None:
    contests = tuple(replace(COUNCIL, code=f"consejo-{number:03}") for number in range(1_000))
    check_contests(contests)
    file = write_contests(contests)
    assert len(file) > MAX_RECORD
    assert read_contests(file) == contests
    day = day_of(file)
    assert [contest.code for contest in day.state().contests] == [contest.code for contest in contests]


@pytest.mark.parametrize("how", ["missing", "another file"])
def test_without_the_file_that_it_names_there_is_no_election(how: str) -> None:
    day = Day(
        law=lambda definition: replace(definition, contests=(), contests_file=attachment(FILE, CBOR)),
    )
    if how == "another file":
        day.attachments[attachment(FILE).digest] = write_contests((COUNCIL,))
    with pytest.raises(DefinitionError, match=attachment(FILE).digest.hex()):
        day.state()
    (refusal,) = Admission(day.attachments.get).judge(day.log[:1])
    assert refusal is not None


@pytest.mark.parametrize(
    "file",
    [
        b"",
        b"contest,title\n",
        FILE + b"\0",
        FILE[:-1],
        cbor2.dumps([]),
        cbor2.dumps({}),
        cbor2.dumps([[]]),
        b"\x98\x02" + FILE[1:],
        b"\x9f" + FILE[1:] + b"\xff",
    ],
)
def test_a_file_in_any_other_encoding_is_refused(file: bytes) -> None:
    with pytest.raises(DefinitionError) as refused:
        read_contests(file)
    assert refused.value.code == "contests-file"
    day = Day(law=lambda d: replace(d, contests=(), contests_file=attachment(file, CBOR)), files=(file,))
    with pytest.raises(DefinitionError):
        day.state()


@pytest.mark.parametrize("contests", [(PRESIDENT, PRESIDENT), (replace(PRESIDENT, area="oeste"),)])
def test_contests_of_a_file_are_judged_as_those_of_a_record(contests: tuple[p.Contest, ...]) -> None:
    file = write_contests(contests)
    day = Day(law=lambda d: replace(d, contests=(), contests_file=attachment(file, CBOR)), files=(file,))
    with pytest.raises(DefinitionError):
        day.state()
