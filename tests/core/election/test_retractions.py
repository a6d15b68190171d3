"""A signer takes back a copy or a claim of their own: it counts no longer, and stays to be seen."""

import pytest

from escrutinio.core.derived.files import derived_files
from escrutinio.core.election.counting import counted_at
from escrutinio.core.election.state import Standing, Status
from escrutinio.core.records import parts as p
from escrutinio.core.records import types as t
from escrutinio.core.records.codes import Retracted, Role
from tests.core.election.build import VOTES, Day, codes, counts_at, found, statuses

COPIES = "copies:party/azul"
OTHER = (4, 4, 3, 2)


def retract(day: Day, entry: int, by: str = "party/azul/1", why: Retracted = Retracted.MISREAD) -> int:
    return day.say(t.Retraction(day.digest(entry), why), by, "election")


def claim(day: Day, by: str = "party/azul/1") -> int:
    body = t.Claim(
        "first", (p.Title("en", "Azul"),), "2030-12-01", (p.Announced("ana", 80, "61.5"),),
        None, None, None, None, None, None, (), None,
    )  # fmt: skip
    return day.say(body, by, "presidente/isla")


def test_a_copy_that_was_taken_back_counts_no_longer_and_is_compared_with_nothing() -> None:
    day = Day()
    day.enrol("machine/1", Role.MACHINE, "n1.01")
    day.sheet("machine/1", "n1.01", VOTES)
    copy = day.copy("party/azul/1", "n1.01", OTHER)
    assert counts_at(day.state(), "n1.01", COPIES) == copy
    assert "copy-differs" in codes(day.state())
    back = retract(day, copy)
    state = day.state()
    assert counts_at(state, "n1.01", COPIES) is None
    assert statuses(state) == [Status.COUNTED, Status.RETRACTED]
    assert codes(state) == ["record-retracted"]
    assert state.retracted == {copy: back}
    note = found(state, "record-retracted")[0]
    assert note.entries == (back, copy)
    assert note.sentence("en").startswith(
        f"In entry {back}, party/azul/1 takes back what it said in entry {copy} (misread)"
    )


def test_the_copy_that_comes_in_its_place_counts() -> None:
    day = Day()
    wrong = day.copy("party/azul/1", "n1.01", OTHER)
    right = day.copy("party/azul/1", "n1.01", VOTES)
    assert codes(day.state(), "copy-unsigned", "official-missing") == ["conflict"]
    retract(day, wrong)
    state = day.state()
    assert counts_at(state, "n1.01", COPIES) == right
    assert codes(state, "copy-unsigned", "official-missing") == ["record-retracted"]


def test_at_an_earlier_size_it_still_counted() -> None:
    day = Day()
    copy = day.copy("party/azul/1", "n1.01", OTHER)
    back = retract(day, copy)
    state = day.state()
    station = state.roll.index["n1.01"]
    assert counted_at(state, "presidente", COPIES, back)[station] == 0
    assert counted_at(state, "presidente", COPIES, back + 1)[station] == -1


def test_a_claim_that_was_taken_back_stands_among_claims_no_longer_and_in_the_table_with_its_retraction() -> (
    None
):
    day = Day()
    said = claim(day)
    assert [logged.index for logged in day.state().records(t.Claim)] == [said]
    back = retract(day, said, why=Retracted.OTHER)
    state = day.state()
    assert state.records(t.Claim) == ()
    assert {logged.index: logged.standing for logged in state.controls}[said] is Standing.RETRACTED
    table = next(file for file in derived_files(state) if file.path == "claims.csv").content().decode()
    assert table.splitlines()[1].startswith(f"{said},first,party/azul/1,")
    assert table.splitlines()[1].endswith(f",{back}")


@pytest.mark.parametrize(
    ("by", "what", "why"),
    [
        ("authority/1", "copy", "others"),
        ("party/azul/1", "statement", "type"),
        ("party/azul/1", "nothing", "unknown"),
        ("party/azul/1", "later", "unknown"),
        ("party/azul/1", "twice", "again"),
        ("party/azul/1", "retraction", "type"),
        ("party/azul/1", "hand count", "type"),
    ],
)
def test_what_may_not_be_taken_back_stays(by: str, what: str, why: str) -> None:
    day = Day()
    copy = day.copy("party/azul/1", "n1.01", OTHER)
    expected: dict[int, int] = {}
    match what:
        case "copy":
            last = retract(day, copy, by)
        case "statement":
            words = day.attach(b"words")
            body = t.Statement("s", (p.Title("en", "Azul"),), None, words, "radio", None)
            last = retract(day, day.say(body, by, "election"))
        case "nothing":
            last = day.say(t.Retraction(bytes(32), Retracted.OTHER), by, "election")
        case "later":
            later = Day()
            later.say(t.Retraction(bytes(32), Retracted.OTHER), by, "election")
            later.copy("party/azul/1", "n1.02", OTHER)
            last = day.say(t.Retraction(later.digest(len(later.log) - 1), Retracted.OTHER), by, "election")
            day.copy("party/azul/1", "n1.02", OTHER)
        case "twice":
            expected = {copy: retract(day, copy)}
            last = retract(day, copy)
        case "retraction":
            expected = {copy: retract(day, copy)}
            last = retract(day, expected[copy])
        case _:
            last = retract(day, day.hand_count("party/azul/1", "n1.01", OTHER))
    state = day.state()
    assert state.retracted == expected
    notes = found(state, "retraction-without-effect")
    assert [(note.entries, dict(note.values)["why"]) for note in notes] == [((last,), why)]


def test_another_key_of_the_same_name_takes_it_back_and_cutting_the_log_changes_nothing() -> None:
    day = Day()
    copy = day.copy("party/azul/1", "n1.01", OTHER)
    day.copy("party/azul/1", "n1.02", OTHER)
    claim(day)
    retract(day, copy)
    whole = day.state()
    for cut in range(1, len(day.log)):
        state = day.fold(cuts=[cut]).state()
        assert (state.findings, state.retracted, statuses(state)) == (
            whole.findings, whole.retracted, statuses(whole),
        )  # fmt: skip
