"""The handbook's margin for voters drawn one by one (Estok, Nevitte and Cowan, NDI 2002, chapter 5)."""

from math import sqrt


def margin_of_voters(share: float, voters: int, z: float) -> float:
    """The margin z·√(P(1-P)/n) of `voters` drawn one by one. Not for tables."""
    return z * sqrt(share * (1 - share) / voters)
