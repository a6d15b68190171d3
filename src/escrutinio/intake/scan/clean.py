"""A picture without what a phone writes into it (place, time, device, thumbnail): its pixels alone."""

from __future__ import annotations

from io import BytesIO

from PIL import Image

from escrutinio.intake.scan.images import open_image

QUALITY = 90


def without_metadata(data: bytes) -> bytes:
    """A JPEG of the first image of a file, upright. Raises UnreadableError, and for HEIC where the package
    `pillow-heif` is not installed."""
    image = open_image(data)
    if image.has_transparency_data:
        paper = Image.new("RGBA", image.size, "white")
        image = Image.alpha_composite(paper, image.convert("RGBA"))
    out = BytesIO()
    clean = Image.new("RGB", image.size)
    clean.paste(image.convert("RGB"))
    clean.save(out, "JPEG", quality=QUALITY)
    return out.getvalue()
