"""Charts as plain SVG: sizes are attributes, colours come from the style sheet, so that no inline style
is needed and the pages keep a strict Content-Security-Policy. Every chart repeats figures that stand in
text beside it, and is therefore hidden from screen readers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from markupsafe import Markup, escape


def _hundredths(part: int, whole: int) -> str:
    """`part` of `whole` as an SVG percentage with two decimals; never over 100."""
    if whole <= 0:
        return "0"
    share = min(10_000, max(0, part * 10_000 // whole))
    return f"{share // 100}.{share % 100:02d}%"


def _tenths(part: int, whole: int) -> str:
    """`part` of `whole` in percent with at most one decimal, and without a sign; never over 100."""
    share = min(1_000, max(0, part * 1_000 // whole)) if whole > 0 else 0
    return f"{share // 10}.{share % 10}".removesuffix(".0")


def bar(part: int, whole: int, *, bare: bool = False) -> Markup:
    """A horizontal bar as long as `part` is of `whole`; if `bare`, its look is left to the style sheet."""
    width = _hundredths(part, whole)
    if bare:
        return Markup(f'<svg aria-hidden="true"><rect width="{width}"/></svg>')
    return Markup(f'<svg class="bar" aria-hidden="true"><rect width="{width}" height="100%"/></svg>')


def strip(pieces: Iterable[tuple[str, int]]) -> Markup:
    """One bar cut into pieces (CSS class, amount), each as long as its share of them all.

    A piece that is not empty is at least a hair wide: a pending station must not vanish by scale.
    """
    listed = [(name, amount) for name, amount in pieces if amount > 0]
    whole = sum(amount for _, amount in listed)
    drawn, at = [], 0
    for name, amount in listed:
        start, width = _hundredths(at, whole), _hundredths(max(amount, whole // 400), whole)
        drawn.append(f"<rect class={name} x={start} width={width} />")
        at += amount
    return Markup(f"<svg aria-hidden=true>{''.join(drawn)}</svg>")


def gap(part: int, whole: int, other: int, other_whole: int) -> Markup:
    """A bar as long as `part` is of `whole`, with a tick where `other` is of `other_whole`.

    Written short, with sizes left to the style sheet: a large country has tens of thousands of them.
    """
    width, tick = (_tenths(*pair) for pair in ((part, whole), (other, other_whole)))
    return Markup(f"<svg aria-hidden=true><rect width={width}% /><rect x={tick}% /></svg>")


def steps(
    points: Sequence[tuple[int, int]], marks: Iterable[tuple[int, str]], width: int, height: int
) -> Markup:
    """A curve of (x, y) points that ascend to (`width`, `height`), with an upright and a label at each mark.

    Drawn in a box of 1000 by 240 whatever the units; labels are numbered by the caller's texts.
    """
    across, up = max(width, 1), max(height, 1)

    def place(x: int, y: int) -> str:
        return f"{min(x, across) * 1000 // across} {220 - min(y, up) * 190 // up}"

    path = "L".join(place(x, y) for x, y in points)
    curve = f'<path class="curve" d="M{path}"/>' if path else ""
    drawn = []
    for at, label in marks:
        x = min(at, across) * 1000 // across
        side = "end" if x > 500 else "start"
        shift = -6 if x > 500 else 6
        drawn.append(
            f'<path class="mark" d="M{x} 20V220"/>'
            f'<text x="{x + shift}" y="16" text-anchor="{side}">{escape(label)}</text>'
        )
    return Markup(
        '<svg class="plot steps" viewBox="0 -24 1000 250" aria-hidden="true">'
        f'<path class="axis" d="M0 220H1000"/>{curve}{"".join(drawn)}</svg>'
    )


def tally_mark() -> Markup:
    """The site's sign: four strokes and one across, how votes are counted aloud on a blackboard."""
    strokes = "".join(f"M{x} 2V22" for x in (4, 11, 18, 25))
    return Markup(f'<svg viewBox="0 0 30 24" aria-hidden="true"><path d="{strokes}M0 18L29 6"/></svg>')
