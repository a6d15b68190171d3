"""All screens of the 25,073 sheets of 2024: the figures that two programs came to independently."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from escrutinio.evidence.screening.run import Screening, screen
from tests.evidence.sheets2024 import sheets
from tests.reference.either_round import either_round


@pytest.fixture(scope="module")
def found() -> Screening:
    with ThreadPoolExecutor(2) as executor:
        return screen(sheets(), seed=20240728, replicates=399, executor=executor)


@pytest.mark.parametrize(
    ("name", "subject", "observed", "mean", "sd"),
    [
        ("integer-either", "EG", 4_796, 4_663.8, 62),
        ("integer-share", "EG", 2_656, 2_543, 47),
        ("integer-either", "NM", 4_749, 4_671, 62),
        ("five-either", "NM", 1_041, 987, 31),
        ("integer-turnout", "turnout", 2_446, 2_436, 47),
        ("coincidences", "", 282, 259.3, 16),
        ("homogeneity", "EG", 14_601, 11_971, 155),
    ],
)
def test_counts(found: Screening, name: str, subject: str, observed: int, mean: float, sd: float) -> None:
    result = found.find(name, subject)
    assert result.observed == pytest.approx(observed, abs=1)
    assert result.null_mean == pytest.approx(mean, abs=2)
    assert result.null_sd == pytest.approx(sd, rel=0.15)


@pytest.mark.parametrize(
    ("name", "subject", "observed", "p"),
    [
        ("last-digit", "EG", 8.1, 0.52), ("last-digit", "valid", 8.5, 0.49),
        ("last-digit", "NM", 41.2, 0.030),
        ("equal-digits", "EG", 0.0978, None), ("neighbour-digits", "EG", 0.2040, None),
        ("equal-digits", "NM", 0.1053, None), ("neighbour-digits", "NM", 0.1970, None),
        ("second-digit", "EG", 120.6, 0.91), ("second-digit", "NM", 120.1, 0.24),
        ("integer-either", "EG", 4_796, 0.015), ("integer-either", "NM", 4_749, 0.10),
        ("five-either", "NM", 1_041, 0.045),
    ],
)  # fmt: skip
def test_p_values_within_four_monte_carlo_errors(
    found: Screening, name: str, subject: str, observed: float, p: float | None
) -> None:
    result = found.find(name, subject)
    assert result.observed == pytest.approx(observed, rel=1e-2)
    if p is not None:
        # There all p-values are counts of 1,000 replicates, here those of digits are counts of 399.
        here = 1 / result.replicates if result.replicates else 0
        error = np.sqrt(p * (1 - p) * (here + 1 / 1_000)) + 1 / 400
        assert result.p == pytest.approx(p, abs=4 * error)


def test_either_round_by_itself_is_the_screen(found: Screening) -> None:
    all_of = sheets()
    taken = (all_of.registered >= 100) & (100 * all_of.ballots <= 99 * all_of.registered) & (all_of.valid > 0)
    share = (all_of.votes[taken, 0], all_of.valid[taken])
    result = found.find("integer-either", "EG")
    alone = either_round(share, (all_of.ballots[taken], all_of.registered[taken]))
    assert alone == pytest.approx((result.observed, result.null_mean, result.null_sd), rel=1e-12)


DRAWN_ONCE = (
    ("integer-turnout", "turnout", 0.41685),
    ("integer-share", "EG", 0.00975),
    ("integer-either", "EG", 0.01498),
)


def test_exact_tails(found: Screening) -> None:
    """Within four errors of 40,000 replicates of the same probabilities, drawn once by themselves."""
    for name, subject, p in DRAWN_ONCE:
        result = found.find(name, subject)
        assert result.replicates == 0
        assert result.p == pytest.approx(p, abs=4 * np.sqrt(p * (1 - p) / 40_000))


def test_means_of_digits(found: Screening) -> None:
    for name, subject, mean, model in (
        ("second-digit", "EG", 4.382, 4.398),
        ("second-digit", "NM", 3.999, 4.011),
        ("last-digit", "EG", 4.487, 4.490),
    ):
        details = dict(found.find(name, subject).details)
        assert details["mean-digit"] == pytest.approx(mean, abs=5e-4)
        assert details["model-mean-digit"] == pytest.approx(model, abs=1e-3)
    assert dict(found.find("last-digit", "EG").details)["share-0-or-5"] == pytest.approx(0.2006, abs=1e-4)


def test_no_screen_of_figures_stands_out_after_correction(found: Screening) -> None:
    figures = [s for s in found.screens if s.tests == 17]
    assert len(figures) == 17
    assert not any(s.outside for s in figures)


def test_homogeneity(found: Screening) -> None:
    result = found.find("homogeneity", "EG")
    details = dict(result.details)
    assert details["phi"] == pytest.approx(1.220, abs=5e-4)
    assert (details["freedom"], details["centers"], result.sheets) == (11_963, 6_121, 18_084)
    assert details["extra-sd"] == pytest.approx(1.0, abs=0.05)
    assert details["within-share"] == pytest.approx(0.0135, abs=1e-4)
    assert len(result.listed) == 31
    assert details["bonferroni"] == 13
    assert list(result.listed) == sorted(result.listed)


def test_lists(found: Screening) -> None:
    over = found.find("overvotes")
    assert (over.observed, over.sheets, over.listed) == (0, 24_540, ())
    assert dict(over.details)["most"] == pytest.approx(0.9906, abs=1e-4)
    assert dict(over.details)["over-95"] == 28
    null = found.find("null-votes")
    details = dict(null.details)
    assert (null.observed, len(null.listed), details["bonferroni"], details["without"]) == (15, 15, 5, 23_981)
    assert "212101004.03" in null.listed
    coincidences = dict(found.find("coincidences").details)
    assert coincidences == {"wholly-equal": 2, "wholly-equal-in-one-center": 0}


def test_displays(found: Screening) -> None:
    eg, nm = found.displays
    # The fullest cell: turnout .60 to .65, share .65 to .70.
    assert divmod(int(eg.fingerprint.argmax()), 20) == (12, 13)
    assert eg.extreme == nm.extreme == 0
    assert eg.log_rate == pytest.approx((1.25, 5.6), abs=0.05)
    assert nm.log_rate == pytest.approx((-0.02, 0.53), abs=0.01)
    assert nm.correlation == pytest.approx(0.465, abs=1e-3)
    assert eg.correlation == pytest.approx(-0.469, abs=1e-3)
    assert nm.slope == pytest.approx(0.57, abs=0.005)
    assert nm.within_slope == pytest.approx(0.11, abs=0.005)
    assert nm.within_correlation == pytest.approx(0.095, abs=0.002)
    assert int(eg.shares.sum()) == 25_073
