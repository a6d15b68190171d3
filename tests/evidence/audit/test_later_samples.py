"""Single vouchers of a later sample: boxes drawn from again are counted again, as blind as before."""

from tests.evidence.audit.test_several import MAYORS, MayorToo


def test_places_of_a_later_sample_are_counted_blind_as_those_of_the_first() -> None:
    """A box that is drawn from again awaits another count, of all its places, which nobody had to name as a
    correction; what was found before stays as it was."""
    day = MayorToo()
    commitment = day.begin()
    drawn = day.status().next
    first, second = drawn[:60], drawn[60:130]
    day.sample(commitment, 1, first)
    day.count_at(commitment, first, MAYORS)
    before = day.status()
    assert before.rounds[0].awaiting == ()
    day.sample(commitment, 2, second)
    waiting = day.status()
    again = {box.station for box in second}
    assert set(waiting.rounds[1].awaiting) == again
    assert again & {box.station for box in first}
    assert waiting.rounds[1].measured.risk == before.risk  # as wrong as can be, which takes nothing back
    day.count_at(commitment, [box for box in drawn[:130] if box.station in again], MAYORS)
    found = day.status()
    assert found.rounds[1].awaiting == ()
    assert found.rounds[1].measured.risk < before.risk
    assert found.rounds[0] == before.rounds[0]
    assert not found.notes
    assert not day.state().findings


def test_a_count_of_before_cannot_be_said_again_after_a_later_sample_without_committing() -> None:
    day = MayorToo()
    commitment = day.begin()
    drawn = day.status().next
    day.sample(commitment, 1, drawn[:60])
    day.count_at(commitment, drawn[:60], MAYORS)
    day.sample(commitment, 2, drawn[60:130])
    box = drawn[60].station
    day.open_count(commitment, box, (9, 0, 0, 0), null=0)
    found = day.status()
    assert box in found.rounds[1].awaiting
    assert [each.code for each in found.notes] == ["count-uncommitted"] * 2


def test_a_count_of_single_vouchers_that_nobody_committed_to_is_a_finding() -> None:
    day = MayorToo()
    commitment = day.begin()
    drawn = day.status().next[:40]
    day.sample(commitment, 1, drawn)
    box = drawn[0].station
    day.commit_count(commitment, box, (1, 0, 0, 0), null=0)
    day.open_count(commitment, box, (0, 1, 0, 0), null=0)
    assert {each.code for each in day.state().findings} == {"hand-count-not-as-committed"}
    assert day.status().rounds[0].awaiting
