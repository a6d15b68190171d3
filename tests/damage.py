"""Damaging the image of a page as paper, printers, scanners and phones do, the same way for the same seed.

Every damage takes an image (any mode; the answer is greyscale), a level and a seed. A level has the unit
that its function names; a larger one is worse.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from io import BytesIO

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFilter

Damage = Callable[[Image.Image, float, int], Image.Image]
Grey = NDArray[np.float64]

PAPER = 255


def rotate(image: Image.Image, degrees: float, seed: int = 0) -> Image.Image:
    """Turned by `degrees`, clockwise for an odd seed; the page grows so that nothing is cut off."""
    turn = -degrees if seed % 2 else degrees
    return image.convert("L").rotate(turn, Image.Resampling.BICUBIC, expand=True, fillcolor=PAPER)


def blur(image: Image.Image, radius: float, seed: int = 0) -> Image.Image:
    """Out of focus: a Gaussian whose standard deviation is `radius` pixels."""
    return image.convert("L").filter(ImageFilter.GaussianBlur(radius))


def folds(image: Image.Image, creases: float, seed: int = 0) -> Image.Image:
    """Folded: `creases` lines across, half of them along, each a worn white line beside a shaded slope, and
    the paper behind each of them shifted by up to two pixels."""
    random = np.random.default_rng(seed)
    page = _grey(image)
    for crease in range(int(creases)):
        page = page.T if crease % 2 else page
        at = int(random.uniform(0.2, 0.8) * len(page))
        page[at:] = np.roll(page[at:], int(random.integers(-2, 3)), axis=1)
        distance = np.arange(len(page)) - at
        slope = np.where(distance > 0, 45 * np.exp(-distance / 40.0), 0.0)
        worn = 140 * np.exp(-((distance / 1.5) ** 2))
        page = page - slope[:, None] + worn[:, None]
        page = page.T if crease % 2 else page
    return _image(page)


def fade(image: Image.Image, share: float, seed: int = 0) -> Image.Image:
    """Faded as thermal paper does, in clouds: at its worst place the ink has lost `share` of its darkness, at
    its best half of that."""
    clouds = 0.5 + 0.5 * _clouds(image.size, seed)
    page = _grey(image)
    return _image(PAPER - (PAPER - page) * (1 - share * clouds))


def jpeg(image: Image.Image, loss: float, seed: int = 0) -> Image.Image:
    """Compressed to JPEG of quality 100 - `loss`."""
    buffer = BytesIO()
    image.convert("L").save(buffer, "JPEG", quality=round(100 - loss))
    return Image.open(BytesIO(buffer.getvalue())).convert("L")


def perspective(image: Image.Image, share: float, seed: int = 0) -> Image.Image:
    """Photographed from aside: each corner is moved inwards by up to `share` of the page's sides."""
    random = np.random.default_rng(seed)
    grey = image.convert("L")
    width, height = grey.size
    inward = random.uniform(0.2, 1.0, (4, 2)) * share
    corners = np.array([(0, 0), (1, 0), (1, 1), (0, 1)], np.float64)
    seen = (corners + np.where(corners > 0, -inward, inward)) * (width, height)
    solved = _projection(seen, corners * (width, height))
    return grey.transform(
        grey.size, Image.Transform.PERSPECTIVE, solved, Image.Resampling.BICUBIC, fillcolor=96
    )


def noise(image: Image.Image, sigma: float, seed: int = 0) -> Image.Image:
    """The grain of a dark photo: normal noise of `sigma` grey levels (of 255)."""
    page = _grey(image)
    return _image(page + np.random.default_rng(seed).normal(0, sigma, page.shape))


def shadow(image: Image.Image, share: float, seed: int = 0) -> Image.Image:
    """The shadow of a hand: beyond a soft slanted edge the page has lost `share` of its light."""
    random = np.random.default_rng(seed)
    page = _grey(image)
    height, width = page.shape
    angle, edge = random.uniform(0, 2 * np.pi), random.uniform(-0.15, 0.15)
    down, across = np.mgrid[-0.5 : 0.5 : height * 1j, -0.5 : 0.5 : width * 1j]
    dark = 1 / (1 + np.exp(-(across * np.cos(angle) + down * np.sin(angle) - edge) * 60))
    return _image(page * (1 - share * dark))


def streaks(image: Image.Image, lines: float, seed: int = 0) -> Image.Image:
    """A worn print head: `lines` columns of one or two pixels that stayed white from top to bottom."""
    random = np.random.default_rng(seed)
    page = _grey(image)
    for at in random.integers(0, page.shape[1] - 2, int(lines)).tolist():
        page[:, at : at + int(random.integers(1, 3))] = PAPER
    return _image(page)


def crop(image: Image.Image, share: float, seed: int = 0) -> Image.Image:
    """Cut off: `share` of the page's height is missing at the top, as much of its width at the right."""
    width, height = image.size
    return image.convert("L").crop((0, int(height * share), int(width * (1 - share)), height))


@dataclass(frozen=True)
class Range:
    """A damage with the levels to try it at, mild to severe; `must` is one that has to be read, if any."""

    damage: Damage
    levels: tuple[float, ...]
    must: float | None = None


DAMAGES: Mapping[str, Range] = {
    "rotation (degrees)": Range(rotate, (7, 20, 45, 80), 7),
    "blur (pixels)": Range(blur, (1.2, 2.5, 4, 6), 1.2),
    "folds (creases)": Range(folds, (4, 8, 16, 32), 4),
    "fading (share)": Range(fade, (0.6, 0.8, 0.9, 0.97), 0.6),
    "JPEG (100 - quality)": Range(jpeg, (70, 85, 95, 99), 70),
    "perspective (share)": Range(perspective, (0.06, 0.12, 0.2, 0.3), 0.06),
    "noise (grey levels)": Range(noise, (25, 50, 80, 120), 25),
    "shadow (share)": Range(shadow, (0.5, 0.7, 0.85, 0.95), 0.5),
    "streaks (columns)": Range(streaks, (5, 20, 60, 120)),
}


def worn(image: Image.Image, seed: int = 0) -> Image.Image:
    """What a sheet goes through: folded, faded, turned by 7 degrees, out of focus, saved as JPEG of 30."""
    page = fade(folds(image, 2, seed), 0.3, seed)
    return jpeg(blur(rotate(page, 7, seed), 0.7), 70)


def _grey(image: Image.Image) -> Grey:
    return np.asarray(image.convert("L"), np.float64)


def _image(page: Grey) -> Image.Image:
    return Image.fromarray(np.clip(page, 0, 255).round().astype(np.uint8))


def _clouds(size: tuple[int, int], seed: int) -> Grey:
    """Soft clouds between 0 and 1 over an image of `size` (width, height)."""
    coarse = np.random.default_rng(seed).integers(0, 256, (6, 5)).astype(np.uint8)
    large = Image.fromarray(coarse).resize(size, Image.Resampling.BICUBIC)
    return np.asarray(large, np.float64) / 255


def _projection(seen: Grey, original: Grey) -> tuple[float, ...]:
    """The eight numbers by which Pillow finds, for a point of the answer, the point of the image."""
    rows, values = [], []
    for (x, y), (u, v) in zip(seen.tolist(), original.tolist(), strict=True):
        rows += [[x, y, 1, 0, 0, 0, -u * x, -u * y], [0, 0, 0, x, y, 1, -v * x, -v * y]]
        values += [u, v]
    return tuple(np.linalg.solve(np.array(rows), np.array(values)).tolist())
