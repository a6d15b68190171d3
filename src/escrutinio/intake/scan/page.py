"""A page of a photo, a scan or a PDF, and how large one may be."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Grey = NDArray[np.uint8]

MAX_PIXELS = 120_000_000
"""Most pixels of a page: a phone's largest ordinary photo, an A4 page at 1,200 dpi."""

MAX_PAGES = 500
"""Most pages of a PDF or TIFF file."""


@dataclass(frozen=True, slots=True)
class Page:
    """A page as a person sees it: `number` from 1, `pixels` uint8 [height, width], 255 white; `reduced` says
    how many pixels of the file stand for one of these, along each side. `cut`: what the decoder said of an
    image that is cut off, of which `pixels` are what is there; "" for a whole one."""

    number: int
    pixels: Grey
    reduced: float = 1.0
    cut: str = ""
