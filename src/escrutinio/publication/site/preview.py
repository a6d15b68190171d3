"""The picture that a messenger or a social network shows beside a link: a page's figures on a card.

How it looks is in `card.typ`. Where no font has a letter of a candidate's name, the code stands instead.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass

from PIL import Image

from escrutinio.publication.documents.typeset import lost_letters, pictures

WIDTH, HEIGHT = 1200, 630
"""Pixels, as Open Graph previews have them."""

MOST_ROWS = 10

_POINTS = 72  # to an inch: a point of the template is a pixel
_INK, _PAPER = (29, 29, 27), (251, 250, 247)
_SHADES = 16


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the card: a name, what to write instead of it, figures, and how long the bar is (0 to 1)."""

    name: str
    code: str
    figures: str
    share: float


@dataclass(frozen=True, slots=True)
class Card:
    """What a preview says, in one language. `notice` must be seen: that the election is invented, or was
    imported."""

    language: str
    notice: str
    eyebrow: str
    title: str
    subtitle: str
    rows: Sequence[Row]
    more: str
    foot: str


def draw(card: Card) -> bytes:
    """The card as PNG, `WIDTH` by `HEIGHT`."""
    lost = lost_letters(row.name for row in card.rows)
    (drawn,) = pictures(
        "card.typ",
        {
            "language": card.language,
            "title": card.title,
            "notice": card.notice,
            "eyebrow": card.eyebrow,
            "subtitle": card.subtitle,
            "rows": [
                {
                    "name": row.code if lost.intersection(row.name) else row.name,
                    "figures": row.figures,
                    "share": row.share,
                }
                for row in card.rows[:MOST_ROWS]
            ],
            "more": card.more,
            "foot": card.foot,
        },
        _POINTS,
    )
    return _shaded(drawn)


def _shaded(png: bytes) -> bytes:
    """The picture in `_SHADES` shades from ink to paper: a quarter of a gray picture's bytes."""
    with Image.open(io.BytesIO(png)) as picture:
        shades = picture.convert("L").point([value * _SHADES // 256 for value in range(256)])
    drawn = Image.frombytes("P", shades.size, shades.tobytes())
    drawn.putpalette(
        [
            ink + (paper - ink) * max(0, shade - 1) // (_SHADES - 2)
            for shade in range(_SHADES)
            for ink, paper in zip(_INK, _PAPER, strict=True)
        ]
    )
    out = io.BytesIO()
    drawn.save(out, "PNG")
    return out.getvalue()
