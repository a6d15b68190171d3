"""The attempts at a page, the quick and likely ones first: what each does to the pixels, and the way back.

`back` takes a point of the attempt's pixels to the page (homogeneous coordinates), so that a code that was
read in an enlarged, turned or flattened part is known by its place on the page.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFilter
from zxingcpp import Binarizer

from escrutinio.intake.scan.page import Grey

Matrix = NDArray[np.float64]
Corners = NDArray[np.float64]

_FLAT_SIDE = 560
"""Side in pixels to which a located code is flattened: 5 a module for the largest that sheets carry."""

_MARGIN = 0.12
"""What is kept around a located code, as a share of its side: the quiet zone, and some error."""

_TURNS = (15.0, 30.0, 45.0)
_LEAST_CONTRAST = 12
_MAX_FLATTENED = 16
_MAX_SIDE = 30_000


@dataclass(frozen=True, slots=True)
class Looked:
    """A code as the decoder sees it: its text, "" where it was only located, and its corners [4, 2] as x, y,
    clockwise from the code's own top left."""

    text: str
    corners: Corners


@dataclass(frozen=True, slots=True)
class Attempt:
    """One look: the pixels to look at, how the decoder makes them black and white, and the way `back`.

    `harder` lets the decoder itself try smaller and inverted versions.
    """

    name: str
    pixels: Grey
    back: Matrix
    binarizer: Binarizer = Binarizer.LocalAverage
    harder: bool = False


def attempts_on(page: Grey, pending: Callable[[], list[Corners]]) -> Iterator[Attempt]:
    """All attempts at a page. `pending` gives, when it is asked, the codes located so far and not read."""
    page = np.ascontiguousarray(page)
    yield Attempt("plain", page, np.eye(3))
    flattened: list[Corners] = []
    for attempt in _whole_page(page):
        # What was located meanwhile is flattened at once: that is smaller than a page, and likelier.
        for corners in pending():
            if len(flattened) < _MAX_FLATTENED and not any(corners is other for other in flattened):
                flattened.append(corners)
                yield from _flat(page, corners)
        yield attempt


def unfold(corners: Corners, back: Matrix) -> Corners:
    """Points of an attempt as points of the page."""
    points = np.column_stack([corners, np.ones(len(corners))]) @ back.T
    return points[:, :2] / points[:, 2:]


def _whole_page(page: Grey) -> Iterator[Attempt]:
    here, soft = np.eye(3), smooth(page, 1)
    yield Attempt("harder", page, here, harder=True)
    yield Attempt("global threshold", page, here, Binarizer.GlobalHistogram)
    yield Attempt("smoothed", soft, here)
    yield Attempt("half size", shrink(page, 2), scaling(2.0))
    filled = fill_streaks(page)
    yield Attempt("streaks filled", filled, here)
    levelled = level(soft)
    yield Attempt("levelled", levelled, here, harder=True)
    yield Attempt("local threshold", threshold(soft), here, Binarizer.BoolCast)
    yield Attempt("streaks filled, levelled", level(filled), here)
    yield Attempt("sharpened", enlarge(sharpen(page), 2), scaling(0.5))
    for degrees in _TURNS:
        yield Attempt(f"turned {degrees:.0f}°", *turn(page, degrees))
    yield Attempt("third of the size", shrink(page, 3), scaling(3.0))
    yield from _parts(levelled)


def _flat(page: Grey, corners: Corners) -> Iterator[Attempt]:
    """A located code alone, seen from straight above, at a size that suits the decoder."""
    for side in (_FLAT_SIDE, 2 * _FLAT_SIDE // 3):
        pixels, back = flatten(page, corners, side)
        soft = smooth(pixels, 1)
        yield Attempt("flattened", pixels, back)
        yield Attempt("flattened, levelled", level(soft), back)
        yield Attempt("flattened, thresholded", threshold(soft), back, Binarizer.BoolCast)
        yield Attempt("flattened, sharpened", sharpen(pixels), back, harder=True)
        yield Attempt("flattened, streaks filled", fill_streaks(pixels), back)


def _parts(page: Grey) -> Iterator[Attempt]:
    """Overlapping quarters of the page, enlarged."""
    height, width = page.shape
    tall, wide = height // 2, width // 2
    for top in (0, (height - tall) // 2, height - tall):
        for left in (0, (width - wide) // 2, width - wide):
            part = page[top : top + tall, left : left + wide]
            if part.size:
                yield Attempt("part", enlarge(part, 2), moving(left, top) @ scaling(0.5))


def scaling(factor: float) -> Matrix:
    """The way back from pixels of which `1 / factor` stand for one of the page."""
    return np.diag([factor, factor, 1.0])


def moving(x: float, y: float) -> Matrix:
    """The way back from a part whose top left is at x, y."""
    matrix = np.eye(3)
    matrix[:2, 2] = x, y
    return matrix


def shrink(page: Grey, factor: int) -> Grey:
    """Every `factor` × `factor` pixels averaged to one."""
    return np.asarray(Image.fromarray(page).reduce(factor))


def enlarge(page: Grey, factor: int) -> Grey:
    """More pixels, linear in between; a page that would grow beyond all bounds stays as it is."""
    height, width = page.shape
    if max(height, width) * factor > _MAX_SIDE:
        return page
    size = (width * factor, height * factor)
    return np.asarray(Image.fromarray(page).resize(size, Image.Resampling.BILINEAR))


def smooth(page: Grey, radius: int) -> Grey:
    """Each pixel the mean of the box of `radius` around it."""
    return np.asarray(Image.fromarray(page).filter(ImageFilter.BoxBlur(radius)))


def sharpen(page: Grey) -> Grey:
    """Edges raised against a smoothed copy."""
    edges = page.astype(np.int16) - smooth(page, 3)
    return (page + 2 * edges).clip(0, 255).astype(np.uint8)


def fill_streaks(page: Grey) -> Grey:
    """White lines of one or two pixels across or along, which a worn print head leaves, filled with what is
    beside them: a grey-level opening by three pixels each way."""
    for axis in (0, 1):
        page = _of_three(_of_three(page, axis, np.minimum), axis, np.maximum)
    return page


def _of_three(page: Grey, axis: int, choose: Callable[[Grey, Grey], Grey]) -> Grey:
    """For each pixel the least or greatest of itself and its two neighbours along an axis."""
    lines = np.swapaxes(page, 0, axis)
    padded = np.concatenate([lines[:1], lines, lines[-1:]])
    found = choose(choose(padded[:-2], padded[1:-1]), padded[2:])
    return np.ascontiguousarray(np.swapaxes(found, 0, axis))


def level(page: Grey) -> Grey:
    """Shadows and faded ink evened out: around each pixel, the paper becomes white and the ink black."""
    image = Image.fromarray(page)
    small = image.reduce(max(1, min(page.shape) // 160))
    sides = (ImageFilter.MinFilter(9), ImageFilter.MaxFilter(9))
    ink, paper = (small.filter(side).filter(ImageFilter.BoxBlur(4)) for side in sides)
    low, high = (np.asarray(i.resize(image.size, Image.Resampling.BILINEAR)) for i in (ink, paper))
    span = np.maximum(high.astype(np.float32) - low, _LEAST_CONTRAST)
    levelled: Grey = ((np.maximum(page, low) - low) * (255 / span)).clip(0, 255).astype(np.uint8)
    return levelled


def threshold(page: Grey) -> Grey:
    """Black where a pixel is darker than the mean of the box around it, white elsewhere."""
    radius = max(4, min(page.shape) // 24)
    mean = smooth(page, radius).astype(np.int16)
    return np.where(page < mean - 6, np.uint8(0), np.uint8(255)).astype(np.uint8)


def turn(page: Grey, degrees: float) -> tuple[Grey, Matrix]:
    """The page turned about its centre, grown so that nothing is cut off, and the way back."""
    image = Image.fromarray(page)
    turned = image.rotate(degrees, Image.Resampling.BILINEAR, expand=True, fillcolor=255)
    angle = np.deg2rad(degrees)
    back = np.array([[np.cos(angle), -np.sin(angle), 0], [np.sin(angle), np.cos(angle), 0], [0, 0, 1]])
    back = moving(image.width / 2, image.height / 2) @ back @ moving(-turned.width / 2, -turned.height / 2)
    return np.asarray(turned), back


def flatten(page: Grey, corners: Corners, side: int) -> tuple[Grey, Matrix]:
    """The quadrilateral and a margin around it as a square of `side` pixels, and the way back."""
    near, far = side * _MARGIN, side * (1 - _MARGIN)
    square = np.array([(near, near), (far, near), (far, far), (near, far)])
    back = projection(square, corners)
    image = Image.fromarray(page).transform(
        (side, side),
        Image.Transform.PERSPECTIVE,
        tuple(back.ravel()[:8].tolist()),
        Image.Resampling.BICUBIC,
        fillcolor=255,
    )
    return np.asarray(image), back


def projection(points: Corners, images: Corners) -> Matrix:
    """The projective map [3, 3] that takes four points to four others; the identity where there is none."""
    rows, values = [], []
    for (x, y), (u, v) in zip(points.tolist(), images.tolist(), strict=True):
        rows += [[x, y, 1, 0, 0, 0, -u * x, -u * y], [0, 0, 0, x, y, 1, -v * x, -v * y]]
        values += [u, v]
    try:
        solved = np.linalg.solve(np.array(rows), np.array(values))
    except np.linalg.LinAlgError:  # three of the corners lie on a line
        return np.eye(3)
    return np.append(solved, 1.0).reshape(3, 3)
