"""Looking for QR codes in the pixels of a page: one quick look, then harder ones within a budget."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import zxingcpp
from numpy.typing import NDArray

from escrutinio.intake.scan.attempts import Attempt, Looked, attempts_on, unfold
from escrutinio.intake.scan.page import Page
from escrutinio.intake.scan.results import Corner, QrCode

BUDGET = 40
"""How many times the pixels of a page may be looked at, all attempts together …"""

MOST_PIXELS = 160_000_000
"""… and how many pixels at most, so that a large page without a code costs some seconds."""

MAX_CODES = 200
"""Most QR codes of one page that are kept."""

Corners = NDArray[np.float64]

_FORMATS = zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode)


@dataclass(frozen=True, slots=True)
class Seen:
    """What a page holds: the codes that were read, and how many more were located and could not be."""

    codes: tuple[QrCode, ...]
    unread: int


def read_codes(page: Page, budget: int = BUDGET) -> Seen:
    """Read all QR codes of a page.

    The first attempt takes the page as it is. Where it reads codes and locates no other one, it is the last.
    The others turn, scale, sharpen and threshold the page, and flatten what was located, until every located
    code is read or `budget` times the page's pixels have been looked at.
    """
    looking = _Looking(page)
    left = min(budget * page.pixels.size, MOST_PIXELS)
    for attempt in attempts_on(page.pixels, looking.pending):
        left -= attempt.pixels.size
        if left < 0:
            break
        looking.look(attempt)
        if looking.done:
            break
    return Seen(tuple(looking.found), looking.unread)


class _Looking:
    """What was read and located on a page so far."""

    def __init__(self, page: Page) -> None:
        self._reduced = page.reduced
        self._places: list[Corners] = []
        self._located: list[Corners] = []
        self._sightings: list[int] = []
        self.found: list[QrCode] = []

    @property
    def done(self) -> bool:
        return len(self.found) >= MAX_CODES or (bool(self.found) and not self.pending())

    def pending(self) -> list[Corners]:
        """Corners (page pixels) of what was located and not read, each place once."""
        return [place for place in self._located if not _among(place, self._places)]

    @property
    def unread(self) -> int:
        """How many places were located twice or more; one sighting may be print that looks like a code."""
        pairs = zip(self._located, self._sightings, strict=True)
        return sum(times > 1 and not _among(place, self._places) for place, times in pairs)

    def look(self, attempt: Attempt) -> None:
        """Add what one attempt reads and locates."""
        for code in _zxing(attempt):
            corners = unfold(code.corners, attempt.back)
            if not code.text:
                self._locate(corners)
            elif not _among(corners, self._places):
                self._places.append(corners)
                scaled = (corners * self._reduced).round().astype(np.int64).tolist()
                places: tuple[Corner, ...] = tuple((x, y) for x, y in scaled)
                self.found.append(QrCode(code.text, places, attempt.name))

    def _locate(self, corners: Corners) -> None:
        for number, other in enumerate(self._located):
            if _same(corners, other):
                self._sightings[number] += 1
                return
        self._located.append(corners)
        self._sightings.append(1)


def _zxing(attempt: Attempt) -> Iterator[Looked]:
    codes = zxingcpp.read_barcodes(
        attempt.pixels,
        formats=_FORMATS,
        try_rotate=False,  # a QR code is found at any angle without it
        try_downscale=attempt.harder,
        try_invert=attempt.harder,
        binarizer=attempt.binarizer,
        text_mode=zxingcpp.TextMode.Plain,
        return_errors=True,
    )
    for code in codes:
        at = code.position
        places = [(p.x, p.y) for p in (at.top_left, at.top_right, at.bottom_right, at.bottom_left)]
        corners = np.array(places, np.float64)
        if code.valid:
            yield Looked(code.text, corners)
        elif code.error is not None and code.error.type == zxingcpp.ErrorType.Checksum and _squarish(corners):
            yield Looked("", corners)


def _squarish(corners: Corners) -> bool:
    """Whether no side is more than twice another, as with any code seen from before its paper."""
    sides = np.linalg.norm(corners - np.roll(corners, 1, axis=0), axis=1)
    return bool(sides.max() <= 2 * sides.min())


def _same(one: Corners, other: Corners) -> bool:
    """Whether two quadrilaterals stand for one code: their centres are closer than half a side."""
    side = float(np.linalg.norm(other[0] - other[2])) / np.sqrt(2)
    return bool(np.linalg.norm(one.mean(axis=0) - other.mean(axis=0)) < side / 2)


def _among(place: Corners, places: list[Corners]) -> bool:
    return any(_same(place, other) for other in places)
