"""Arrays of counts. This is a module of its own because records and proofs do without NumPy."""

import numpy as np
from numpy.typing import NDArray

Int64 = NDArray[np.int64]
"""Votes, stations, indices: whole numbers of 64 bits with a sign."""
