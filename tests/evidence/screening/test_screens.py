"""Screens on made-up sheets: silent on honest ones, and each finds what it is for when that is put there."""

from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from dataclasses import replace
from itertools import product
from math import comb, prod

import numpy as np
import pytest

from escrutinio.base.errors import EvidenceError
from escrutinio.core.records.codes import Role
from escrutinio.evidence.screening import centers as centers_of
from escrutinio.evidence.screening.centers import dealt, homogeneity, residuals
from escrutinio.evidence.screening.coincidences import coincidences
from escrutinio.evidence.screening.displays import display
from escrutinio.evidence.screening.lists import null_votes, overvotes
from escrutinio.evidence.screening.result import Missing, Screen
from escrutinio.evidence.screening.run import Screening, screen
from escrutinio.evidence.screening.sheets import Sheets, sheets_of
from escrutinio.evidence.screening.words import explain
from tests.core.election.build import Day, honest
from tests.evidence.screening.made import made, moved
from tests.evidence.sheets2024 import sheets as sheets2024


def comparable(result: Screening) -> list[tuple[object, ...]]:
    return [
        (s.name, s.subject, s.observed, s.null_mean, s.null_sd, s.p, s.p_holm, s.listed)
        for s in result.screens
    ]


def test_threads_and_processes_give_the_same_numbers() -> None:
    sheets = made(1, centers=40)
    alone = comparable(screen(sheets, seed=9, replicates=399))
    for pool in (ThreadPoolExecutor(2), ProcessPoolExecutor(1)):
        with pool as executor:
            assert comparable(screen(sheets, seed=9, replicates=399, executor=executor)) == alone
    assert comparable(screen(sheets, seed=10, replicates=399)) != alone


def false_alarms(elections: int) -> int:
    """Elections, all honest, in which any screen of figures or centers stands out after correction."""
    alarms = 0
    for seed in range(elections):
        result = screen(made(seed, centers=25), seed=seed, replicates=399)
        alarms += any(s.outside for s in result.screens)
    return alarms


def test_honest_elections_rarely_stand_out() -> None:
    # Two families at 5 %: at most 10 % are expected; 8 of 12 would be a broken null, not bad luck (4e-6).
    assert false_alarms(12) < 8


@pytest.mark.slow
def test_honest_elections_stand_out_at_most_as_often_as_stated() -> None:
    elections = 200
    limit = 0.10
    monte_carlo_error = np.sqrt(limit * (1 - limit) / elections)
    assert false_alarms(elections) / elections < limit + 3 * monte_carlo_error


# --- what each screen is for ---


def test_shares_written_as_round_percentages() -> None:
    sheets = made(2)
    votes = sheets.votes.copy()
    for row in range(0, len(sheets), 6):
        total = int(sheets.valid[row])
        share = round(100 * votes[row, 0] / total)
        first = round(share * total / 100)
        votes[row] = (first, total - first, 0)
    result = screen(replace(sheets, votes=votes), seed=1, replicates=399)
    assert result.find("integer-share", "ana").outside
    assert result.find("integer-either", "ana").outside
    assert not screen(sheets, seed=1, replicates=399).find("integer-share", "ana").outside


def test_counts_written_with_a_favourite_last_digit() -> None:
    sheets = made(3)
    votes = sheets.votes.copy()
    some = np.arange(0, len(sheets), 4)
    votes[some, 0] -= votes[some, 0] % 10
    changed = screen(replace(sheets, votes=votes), seed=1, replicates=399)
    assert changed.find("last-digit", "ana").outside
    assert changed.find("equal-digits", "ana").p is not None


def test_copied_sheets() -> None:
    sheets = made(4)
    votes = sheets.votes.copy()
    votes[30:60] = votes[:30]
    copied, honest_one = coincidences(replace(sheets, votes=votes)), coincidences(sheets)
    assert copied.observed == pytest.approx((honest_one.observed or 0) + 30, abs=3)
    assert copied.p is not None
    assert copied.p < 1e-4
    assert dict(copied.details)["wholly-equal"] >= 30


def test_coincidences_by_hand() -> None:
    # (5, 3, 0) twice and (6, 3, 0): one equal pair; two pairs a step away among 24 steps, each half.
    sheets = replace(made(0, centers=1), votes=np.array([[5, 3, 0], [5, 3, 0], [6, 3, 0]]))
    result = coincidences(sheets)
    assert result.observed == 1
    assert result.null_mean == pytest.approx(2 / 2 / 24)


def shift(sheets: Sheets, part: float, points: float) -> Screen:
    random = np.random.Generator(np.random.Philox(11))
    rows = random.choice(len(sheets), int(part * len(sheets)), replace=False)
    return homogeneity(moved(sheets, rows, points), sheets.leading[0], 99, np.random.SeedSequence(1))


@pytest.mark.parametrize(("part", "points", "phi", "centers"), [(0.01, 10, 1.47, 183), (0.05, 5, 1.53, 130)])
def test_votes_moved_between_the_leading_two_in_2024(
    part: float, points: float, phi: float, centers: int
) -> None:
    # Which tables are moved is drawn here and was drawn there: the figures agree up to that draw.
    result = shift(sheets2024(), part, points)
    assert dict(result.details)["phi"] == pytest.approx(phi, abs=0.05)
    assert len(result.listed) == pytest.approx(centers, abs=35)


def test_homogeneity_by_hand() -> None:
    # One center, tables 10 of 20 and 4 of 20: expected 7 each, X² = 2·9/(20·.35·.65), E X² = 40/39.
    sheets = replace(
        made(0, centers=1, tables=2), votes=np.array([[10, 10, 0], [4, 16, 0]]), registered=np.array([30, 30])
    )
    result = homogeneity(sheets, 0, 999, np.random.SeedSequence(3))
    assert result.observed == pytest.approx(18 / (20 * 0.35 * 0.65))
    assert result.null_mean == pytest.approx(40 / 39)
    # 14 of 40 dealt to two tables of 20: as uneven with 10 or more, or 4 or fewer, in the first.
    chance = 0.0959
    assert result.p == pytest.approx(chance, abs=4 * np.sqrt(chance * (1 - chance) / 999))
    off = residuals(dealt(sheets, 0))
    assert off.tolist() == pytest.approx([3 / np.sqrt(7 * 0.65 * 20 / 39), -3 / np.sqrt(7 * 0.65 * 20 / 39)])


@pytest.mark.parametrize(
    ("sizes", "total"),
    [((1, 1), 1), ((1, 2), 1), ((1, 1, 1), 2), ((3, 5, 2), 4), ((9, 4), 6), ((6, 1, 4, 2), 7)],
)
def test_variance_within_a_center_over_all_deals(sizes: tuple[int, ...], total: int) -> None:
    deals = [deal for deal in product(*(range(n + 1) for n in sizes)) if sum(deal) == total]
    some = deals[0]
    votes = np.array([[y, n - y, 0] for y, n in zip(some, sizes, strict=True)])
    one = made(0, centers=1, tables=len(sizes))
    tables = dealt(replace(one, votes=votes, registered=np.array(sizes)), 0)
    chance = np.array([prod(comb(n, y) for n, y in zip(sizes, deal, strict=True)) for deal in deals], float)
    chance /= chance.sum()
    x_square = np.array([replace(tables, counts=np.array(deal)).x_square[0] for deal in deals])
    mean = chance @ x_square
    assert tables.null_mean[0] == pytest.approx(mean)
    assert tables.null_variance[0] == pytest.approx(chance @ (x_square - mean) ** 2, abs=1e-9)


def test_over_many_tables_the_lottery_need_not_be_drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    sheets = made(8, centers=500)
    worked_out = homogeneity(sheets, 0, 399, np.random.SeedSequence(1))
    monkeypatch.setattr(centers_of, "MOST_DEALT", len(sheets))
    drawn = homogeneity(sheets, 0, 2_000, np.random.SeedSequence(1))
    assert (worked_out.replicates, drawn.replicates) == (0, 2_000)
    assert (worked_out.p, drawn.p) != (None, None)
    error = np.sqrt((drawn.p or 0) * (1 - (drawn.p or 0)) / 2_000)
    assert worked_out.p == pytest.approx(drawn.p, abs=4 * error + 1 / 2_001)


def test_more_ballots_than_voters() -> None:
    sheets = made(5, centers=4)
    registered = sheets.registered.copy()
    registered[[7, 2]] = sheets.ballots[[7, 2]] - 1
    registered[3] = sheets.ballots[3]
    result = overvotes(replace(sheets, registered=registered))
    assert result.observed == 2
    assert result.listed == (sheets.stations[2], sheets.stations[7])


def test_a_sheet_with_many_null_votes() -> None:
    sheets = made(6)
    null = sheets.null.copy()
    null[17] += 30
    assert null_votes(replace(sheets, null=null)).listed == (sheets.stations[17],)


# --- what is unknown stays unknown ---


def test_without_a_roll_what_needs_it_is_unknown() -> None:
    sheets = made(7, centers=20)
    result = screen(replace(sheets, registered=np.full(len(sheets), -1)), seed=1, replicates=399)
    for name, subject in (("integer-turnout", "turnout"), ("integer-either", "ana"), ("overvotes", "")):
        unknown = result.find(name, subject)
        assert (unknown.observed, unknown.p, unknown.missing) == (None, None, Missing.REGISTERED_UNKNOWN)
    assert result.find("last-digit", "valid").p is not None
    assert result.displays[0].correlation is None
    assert result.displays[0].log_rate is None


def test_small_tables_have_no_last_digits() -> None:
    sheets = made(8, centers=10)
    small = replace(sheets, votes=sheets.votes // 100)
    result = screen(small, seed=1, replicates=399)
    assert result.find("last-digit", "ana").missing is Missing.NO_SHEET
    assert all(s.p_holm is None or 0 < s.p_holm <= 1 for s in result.screens)


def test_every_vote_for_one_candidate() -> None:
    sheets = made(9, centers=10)
    votes = np.zeros_like(sheets.votes)
    votes[:, 1] = 300
    result = screen(replace(sheets, votes=votes), seed=1, replicates=399)
    assert result.find("homogeneity", "blas").missing is Missing.NO_SPREAD
    assert result.find("integer-share", "blas").missing is Missing.NO_SHEET
    assert display(replace(sheets, votes=votes), 1).within_slope is None


def test_in_a_tie_nobody_leads_by_the_order_of_the_ballot() -> None:
    sheets = made(10, centers=2)
    level = replace(sheets, votes=np.full_like(sheets.votes, 50))
    assert level.leading == tuple(range(len(sheets.candidates)))
    result = screen(level, seed=1, replicates=399)
    for code in sheets.candidates:
        assert result.find("last-digit", code).observed is None
    assert [each.candidate for each in result.displays] == list(sheets.candidates)
    found = result.find("coincidences")
    assert (found.observed, found.missing) == (None, Missing.LEVEL)
    assert dict(found.details)["wholly-equal"] == len(sheets) * (len(sheets) - 1) / 2
    assert "more than two candidates" in explain(found, "en").seen


def test_a_tie_of_two_is_the_same_whoever_stands_first() -> None:
    sheets = made(10, centers=4)
    votes = np.zeros_like(sheets.votes)
    votes[:, 0], votes[:, 1] = sheets.votes[:, 0], sheets.votes[::-1, 0]
    one, other = (
        replace(sheets, votes=votes),
        replace(sheets, votes=votes[:, [1, 0, *range(2, votes.shape[1])]]),
    )
    assert sorted(one.leading) == sorted(other.leading) == [0, 1]
    first, second = coincidences(one), coincidences(other)
    assert (first.observed, first.null_mean, first.p) == (second.observed, second.null_mean, second.p)


def test_whoever_has_no_vote_does_not_lead() -> None:
    sheets = made(10, centers=2)
    votes = np.zeros_like(sheets.votes)
    votes[:, 1] = 300
    alone = replace(sheets, votes=votes)
    assert alone.leading == (1,)
    assert coincidences(alone).observed == len(sheets) * (len(sheets) - 1) / 2


# --- wrong input ---


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"candidates": ("ana",), "votes": np.full((6, 1), 9)}, "one candidate"),
        ({"votes": np.zeros((6, 3), np.int64)}, 'No sheet has a vote'),
        ({"stations": ("a", "b", "c", "d", "e", "b")}, "'b' stands twice"),
        ({"votes": np.full((6, 3), -1)}, "negative"),
        ({"registered": np.full(6, -2)}, "negative"),
        ({"registered": np.full(6, 1_000_001)}, "1,000,001 ballots or registered voters"),
        ({"null": np.zeros(5, np.int64)}, "differ in length"),
        ({"center": np.full(6, 9)}, "not in the list of centers"),
    ],
)  # fmt: skip
def test_sheets_that_do_not_hold_together(change: dict[str, object], sentence: str) -> None:
    with pytest.raises(EvidenceError, match=sentence) as refused:
        replace(made(1, centers=2), **change)  # type: ignore[arg-type]
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(("seed", "replicates"), [(-1, 399), (2**128, 399), (1, 398), (1, 100_001)])
def test_seeds_and_replicates_out_of_range(seed: int, replicates: int) -> None:
    with pytest.raises(EvidenceError, match="must"):
        screen(made(1, centers=2), seed=seed, replicates=replicates)


def test_sheets_of_a_state() -> None:
    sheets = sheets_of(honest().state(), "presidente", "reported")
    assert sheets.stations == ("n1.01",)
    assert sheets.votes.tolist() == [[8, 4, 2]]
    assert sheets.registered.tolist() == [100]
    assert sheets.centers[int(sheets.center[0])] == "n1"
    with pytest.raises(EvidenceError, match="No sheet has a vote"):
        sheets_of(honest().state(), "consejo", "reported")


def test_a_sheet_beyond_all_bounds_is_left_out_and_named() -> None:
    """One machine of a station whose voters nobody counted may state any figure; the others are looked at."""
    day = honest()
    day.enrol("machine/9", Role.MACHINE, "n2.01")
    day.sheet("machine/9", "n2.01", (4_294_967_295, 1, 1, 1))
    sheets = sheets_of(day.state(), "presidente", "reported")
    assert (sheets.stations, sheets.left_out) == (("n1.01",), ("n2.01",))
    assert screen(sheets, seed=1, replicates=399).left_out == ("n2.01",)
    alone = Day()
    alone.enrol("machine/9", Role.MACHINE, "n2.01")
    alone.sheet("machine/9", "n2.01", (4_294_967_295, 1, 1, 1))
    with pytest.raises(EvidenceError, match="Every sheet that counts has more than 1,000,000"):
        sheets_of(alone.state(), "presidente", "reported")
