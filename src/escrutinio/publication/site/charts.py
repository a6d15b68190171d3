"""Charts as plain SVG: sizes are attributes, colours come from the style sheet, so that no inline style
is needed and the pages keep a strict Content-Security-Policy. Every chart repeats figures that stand in
text beside it, and is therefore hidden from screen readers."""

from __future__ import annotations

from collections.abc import Iterable

from markupsafe import Markup


def _hundredths(part: int, whole: int) -> str:
    """`part` of `whole` as an SVG percentage with two decimals; never over 100."""
    if whole <= 0:
        return "0"
    share = min(10_000, max(0, part * 10_000 // whole))
    return f"{share // 100}.{share % 100:02d}%"


def bar(part: int, whole: int, *, thin: bool = False) -> Markup:
    """A horizontal bar as long as `part` is of `whole`."""
    name = "bar thin" if thin else "bar"
    width = _hundredths(part, whole)
    return Markup(f'<svg class="{name}" aria-hidden="true"><rect width="{width}" height="100%"/></svg>')


def strip(pieces: Iterable[tuple[str, int]]) -> Markup:
    """One bar cut into pieces (CSS class, amount), each as long as its share of them all.

    A piece that is not empty is at least a hair wide: a pending station must not vanish by scale.
    """
    listed = [(name, amount) for name, amount in pieces if amount > 0]
    whole = sum(amount for _, amount in listed)
    drawn, at = [], 0
    for name, amount in listed:
        start, width = _hundredths(at, whole), _hundredths(max(amount, whole // 400), whole)
        drawn.append(f'<rect class="{name}" x="{start}" width="{width}" height="100%"/>')
        at += amount
    return Markup(f'<svg aria-hidden="true">{"".join(drawn)}</svg>')


def tally_mark() -> Markup:
    """The site's sign: four strokes and one across, how votes are counted aloud on a blackboard."""
    strokes = "".join(f"M{x} 2V22" for x in (4, 11, 18, 25))
    return Markup(f'<svg viewBox="0 0 30 24" aria-hidden="true"><path d="{strokes}M0 18L29 6"/></svg>')
