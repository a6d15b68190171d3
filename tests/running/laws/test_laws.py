"""Elections of other laws, published and verified; totals and seats as their tables say by other means."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from time import perf_counter

import pytest

from escrutinio.base.workers import workers
from escrutinio.core.election.outcome import outcome
from escrutinio.core.election.state import ElectionState
from escrutinio.core.election.totals import totals
from escrutinio.core.records.codes import Kind
from escrutinio.core.records.keys import SigningKey
from escrutinio.core.verification.checks import Outcome
from escrutinio.core.verification.publication import verify_publication
from escrutinio.running.workspace.publish import Published, publish
from tests.running.laws.by_hand import highest, most_votes, sums
from tests.running.laws.made import Made, councils, parliament, senate

KEY = SigningKey(bytes(range(32)))
CLOCK = 2_011_000_000
BASIS = "copies:importer/ejemplo"
DHONDT = list(range(1, 100))
SAINTE_LAGUE = list(range(1, 200, 2))


def published(made: Made, base: Path) -> Published:
    """The election, published; every check of it holds that can be made without a trust file."""
    config = made.write(base / "made")
    start = perf_counter()
    with workers() as executor:
        done = publish(
            config, base / "out", master=KEY, clock=CLOCK, progress=lambda *_: None, executor=executor
        )
        took = perf_counter() - start
        found = verify_publication(str(base / "out"), executor=executor)
    print(
        f"{made.code}: {done.state.size:,} entries, {len(made.races):,} contests, published in {took:.1f} s, "
        f"verified in {perf_counter() - start - took:.1f} s"
    )
    assert [str(answer.check) for answer in found.answers if answer.outcome is Outcome.FAILS] == []
    assert found.state is not None
    assert found.state.definition.body.kind is Kind.SIMULATION
    return done


def compare(state: ElectionState, made: Made, base: Path) -> None:
    """Hold every contest against its tables."""
    for race in made.races:
        by_hand = sums(base / "made", race)
        votes = [by_hand[code] for code in race.candidates]
        view = state.contest(race.code)
        found = totals(state, race.code, BASIS)
        area = state.areas.index[view.area]
        columns = (*found.candidates[area].tolist(), int(found.valid[area]), *found.classes[area].tolist())
        assert dict(zip(by_hand, columns, strict=True)) == by_hand, race.code
        seats = outcome(view, votes).seats
        if race.code.startswith("diputados"):
            expected = highest(votes, race.seats, DHONDT, Fraction(3, 100))
        elif race.code.startswith("concejo"):
            expected = highest(votes, race.seats, SAINTE_LAGUE)
        else:
            expected = most_votes(votes, race.seats)
        if expected is None:
            assert seats.open, race.code
        else:
            assert list(seats.certain) == expected, race.code


@pytest.mark.parametrize(
    "made", [parliament(1), councils(12, 1), senate(2)], ids=["parliament", "councils", "senate"]
)
def test_a_small_share_of_the_stations(made: Made, tmp_path: Path) -> None:
    compare(published(made, tmp_path).state, made, tmp_path)


@pytest.mark.long
@pytest.mark.parametrize(
    "made", [parliament(40), councils(335, 6), senate(400)], ids=["parliament", "councils", "senate"]
)
def test_the_whole_of_it(made: Made, tmp_path: Path) -> None:
    compare(published(made, tmp_path).state, made, tmp_path)
