"""A picture without what a phone writes into it (place, time, device, thumbnail): its pixels alone."""

from __future__ import annotations

from io import BytesIO

from PIL import Image

from escrutinio.intake.scan.images import open_image, pixels_of

QUALITY = 90

LARGE = 24_000_000
"""Pixels above which a picture takes much memory: some nine bytes each, while it is made again."""


def is_large(data: bytes) -> bool:
    """Whether a picture has so many pixels. Raises UnreadableError."""
    return pixels_of(data) > LARGE


def without_metadata(data: bytes) -> bytes:
    """A JPEG of the first image of a file, upright. Raises UnreadableError, and for HEIC where the package
    `pillow-heif` is not installed."""
    image = open_image(data)
    if image.has_transparency_data:
        paper = Image.new("RGBA", image.size, "white")
        image = Image.alpha_composite(paper, image.convert("RGBA"))
    out = BytesIO()
    image = image.convert("RGB")
    clean = Image.new("RGB", image.size)
    clean.paste(image)
    del image
    clean.save(out, "JPEG", quality=QUALITY)
    return out.getvalue()
