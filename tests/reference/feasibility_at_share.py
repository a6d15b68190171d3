"""The least number of differing sheets where even those that differ keep a share of their votes."""

from fractions import Fraction

import numpy as np

from escrutinio.base.errors import EvidenceError
from escrutinio.evidence.claims.feasibility import Comparison, fewest


def least_differing_at_share(found: Comparison, column: int, share: Fraction) -> int:
    """`least_differing` where a sheet that differs had at least `share` of its votes for
    `column` and none is outside.

    Shares are of the votes of a sheet in all columns of the comparison. Raises EvidenceError for a share that
    is not from 0 to 1.
    """
    if not 0 <= share <= 1:
        raise EvidenceError(f"the share {share} is not between 0 and 1")
    p, q = share.numerator, share.denominator
    surplus = np.maximum(found.votes[:, column] * q - found.votes.sum(axis=1) * p, 0)
    return fewest(surplus, -found.residual[column] * q)[0]
