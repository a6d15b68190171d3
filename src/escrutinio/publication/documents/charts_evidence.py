"""Plots of the screens as SVG text, each readable alone.

No inline style: sizes and colours are presentation attributes in `currentColor`, so that a plot follows
light and dark pages and passes a strict Content-Security-Policy; classes let a style sheet say more. Every
plot has a title and a description for screen readers, whose ids begin with the caller's `key`.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from html import escape
from math import exp, isnan, pi, sqrt

from escrutinio.base.words.catalogue import N_
from escrutinio.base.words.format import NONE, Format
from escrutinio.base.words.say import say_in
from escrutinio.evidence.screening.displays import CELLS, Display
from escrutinio.evidence.screening.result import Bars

WIDTH, HEIGHT = 360, 240
"""Units of a plot, a pixel each on the narrowest screens, where its type must still be read."""

_LEFT, _RIGHT, _TOP, _BOTTOM = 46, 336, 14, 194

_TEXTS: Mapping[str, str] = {
    "share": N_("share of valid votes"),
    "turnout": N_("turnout"),
    "sheets": N_("sheets"),
    "digit": N_("digit"),
    "none": N_("none"),
    "tables": N_("tables"),
    "off": N_("standard deviations from the center"),
    "histogram": N_(
        "{sheets} sheets by share of valid votes in bars of half a point; short ticks mark each "
        "whole percent. Half of the sheets lie from {low} to {high}; the highest bar, {most} sheets, stands "
        "at {at}."
    ),
    "digits": N_(
        "Bars: {sheets} observed digits. Lines: the middle 95% of the model's replicates. {often} comes most "
        "often, {most} times, and {seldom} least, {least} times; bars that end outside their line: {outside}."
    ),
    "fingerprint": N_(
        "{sheets} sheets by turnout and share in cells of 5 points; darker or brighter holds more, "
        "{most} at most, at turnout {turnout} and share {share}. A display, not a test."
    ),
    "residuals": N_(
        "{sheets} tables of centers with several, by distance from their center; the line is what a "
        "lottery gives. {near} of the tables lie within two standard deviations, where a lottery has 95%."
    ),
    "by-turnout": N_(
        "Share of all valid votes cast at each step of turnout, {sheets} sheets; larger circles hold "
        "more sheets. The share goes from {first} at turnout {low} to {last} at turnout {high}. A display, "
        "not a test."
    ),
}


@dataclass(frozen=True, slots=True)
class Plot:
    """What every plot needs: a `key` unique on its page, its `title`, and how the language writes figures."""

    key: str
    title: str
    form: Format

    def word(self, name: str, **values: str) -> str:
        """A text of this module in the plot's language."""
        return say_in(self.form.language, _TEXTS[name], **values)

    def whole_percent(self, value: int) -> str:
        """A whole percentage, as ticks have it."""
        return self.form.whole_percent(value)

    def share(self, value: float) -> str:
        """A share of votes; what is beyond nine digits is of floats alone."""
        share = Fraction(value).limit_denominator(10**9)
        return self.form.percent(share.numerator, share.denominator, 1)

    def svg(self, description: str, parts: Iterable[str]) -> str:
        """The whole picture."""
        key = escape(self.key)
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" class="plot" role="img" viewBox="0 0 {WIDTH} {HEIGHT}" '
            f'aria-labelledby="{key}-title {key}-desc" fill="currentColor" font-size="13">'
            f'<title id="{key}-title">{escape(self.title)}</title>'
            f'<desc id="{key}-desc">{escape(description)}</desc>{"".join(parts)}</svg>'
        )


def share_histogram(display: Display, plot: Plot) -> str:
    """Sheets by share in bars of half a point, with a tick at every whole percent."""
    counts = display.shares.tolist()
    most = max(counts)
    bars = _bars(counts, most, start=-0.5, width=len(counts) - 1, gap=0.0)
    whole = "".join(f"M{_x(2 * i, len(counts) - 1):.1f} {_BOTTOM}v3" for i in range(101))
    labels = [(2 * i, len(counts) - 1, plot.whole_percent(i)) for i in range(0, 101, 20)]
    low, high = (_half_point(plot, counts, part) for part in (1, 3))
    about = plot.word(
        "histogram",
        sheets=plot.form.number(display.sheets),
        low=low,
        high=high,
        most=plot.form.number(most),
        at=plot.form.percent(counts.index(most), 200, 1),
    )
    return plot.svg(
        about,
        (bars, _line(whole, "ticks"), *_axes(plot, labels, most, plot.word("share"), plot.word("sheets"))),
    )


def digit_bars(bars: Bars, plot: Plot) -> str:
    """Observed digits as bars, with the middle 95 % of the replicates as lines across them."""
    observed = bars.observed.tolist()
    most = max(1, *observed, *(int(high) for high in bars.high.tolist()))
    model = zip(bars.low.tolist(), bars.mean.tolist(), bars.high.tolist(), strict=True)
    band = "".join(
        f"M{_x(i + 0.2, 10):.1f} {_y(low, most):.1f}V{_y(high, most):.1f}"
        f"M{_x(i + 0.08, 10):.1f} {_y(mean, most):.1f}H{_x(i + 0.32, 10):.1f}"
        for i, (low, mean, high) in enumerate(model)
    )
    labels = [(i + 0.5, 10, str(i)) for i in range(10)]
    outside = [
        str(digit)
        for digit, (count, low, high) in enumerate(
            zip(observed, bars.low.tolist(), bars.high.tolist(), strict=True)
        )
        if not low <= count <= high
    ]
    about = plot.word(
        "digits",
        sheets=plot.form.number(sum(observed)),
        often=_every(observed, max(observed)),
        most=plot.form.number(max(observed)),
        seldom=_every(observed, min(observed)),
        least=plot.form.number(min(observed)),
        outside=", ".join(outside) or plot.word("none"),
    )
    return plot.svg(
        about,
        (
            _bars(observed, most, start=0.4, width=10, gap=0.5),
            _line(band, "model"),
            *_axes(plot, labels, most, plot.word("digit"), ""),
        ),
    )


def fingerprint(display: Display, plot: Plot) -> str:
    """Sheets by turnout (across) and share (up) as cells, the darker the more."""
    most = int(display.fingerprint.max())
    wide, high = (_RIGHT - _LEFT) / CELLS, (_BOTTOM - _TOP) / CELLS
    # Opacity goes by the square root, so that cells with few sheets can still be seen.
    cells = [
        f'<rect x="{_LEFT + i * wide:.1f}" y="{_BOTTOM - (j + 1) * high:.1f}" width="{wide:.1f}" '
        f'height="{high:.1f}" fill-opacity="{max(0.04, sqrt(count / most)):.2f}"/>'
        for i, column in enumerate(display.fingerprint.tolist())
        for j, count in enumerate(column)
        if count
    ]
    at = divmod(int(display.fingerprint.argmax()), CELLS)
    turnout, share = (f"{plot.whole_percent(5 * i)} – {plot.whole_percent(5 * i + 5)}" for i in at)
    about = plot.word(
        "fingerprint",
        sheets=plot.form.number(display.with_roll),
        most=plot.form.number(most),
        turnout=turnout,
        share=share,
    )
    return plot.svg(about, (*cells, *_percent_axes(plot)))


def residual_bars(display: Display, plot: Plot) -> str:
    """Tables by their distance from their center, with the normal curve that a lottery comes to."""
    counts = display.residuals.tolist()
    tables = sum(counts)
    normal = [tables * 0.5 * exp(-(((i - 16) / 2) ** 2) / 2) / sqrt(2 * pi) for i in range(len(counts))]
    most = max(1, *counts, int(max(normal)) + 1)
    curve = "M" + "L".join(f"{_x(i + 0.5, 33):.1f} {_y(v, most):.1f}" for i, v in enumerate(normal))
    labels = [(i + 0.5, 33, plot.form.number((i - 16) // 2)) for i in range(0, 33, 4)]
    near = plot.form.percent(sum(counts[12:21]), tables)
    about = plot.word("residuals", sheets=plot.form.number(tables), near=near)
    return plot.svg(
        about,
        (
            _bars(counts, most, start=0, width=33, gap=0.1),
            _line(curve, "model"),
            *_axes(plot, labels, most, plot.word("off"), plot.word("tables")),
        ),
    )


def share_by_turnout(display: Display, plot: Plot) -> str:
    """The share at each step of turnout as a circle, its area as the sheets in that step."""
    sheets = display.fingerprint.sum(axis=1).tolist()
    most = max(1, *sheets)
    circles = [
        f'<circle cx="{_x(i + 0.5, CELLS):.1f}" cy="{_y(share, 1):.1f}" r="{2 + 8 * sqrt(count / most):.1f}"'
        ' fill-opacity="0.45" stroke="currentColor"/>'
        for i, (share, count) in enumerate(zip(display.by_turnout.tolist(), sheets, strict=True))
        if not isnan(share)
    ]
    steps = [i for i, share in enumerate(display.by_turnout.tolist()) if not isnan(share)]
    ends = [
        (plot.share(float(display.by_turnout[i])), plot.whole_percent(5 * i)) for i in steps[:1] + steps[-1:]
    ]
    ends = ends or [(NONE, NONE)] * 2
    about = plot.word(
        "by-turnout",
        sheets=plot.form.number(display.with_roll),
        first=ends[0][0],
        low=ends[0][1],
        last=ends[-1][0],
        high=ends[-1][1],
    )
    return plot.svg(about, (*circles, *_percent_axes(plot)))


def _half_point(plot: Plot, counts: Sequence[int], quarter: int) -> str:
    """The half point of share below which so many quarters of the sheets lie."""
    below, whole = 0, sum(counts)
    for at, count in enumerate(counts):
        below += count
        if 4 * below >= quarter * whole:
            return plot.form.percent(at, 200, 1)
    return NONE


def _every(observed: Sequence[int], count: int) -> str:
    """The digits seen so often, all of them."""
    return ", ".join(str(digit) for digit, seen in enumerate(observed) if seen == count)


# --- the parts of a plot ---


def _x(value: float, whole: float) -> float:
    return _LEFT + (_RIGHT - _LEFT) * value / whole


def _y(value: float, most: float) -> float:
    return _BOTTOM - (_BOTTOM - _TOP) * value / most if most else _BOTTOM


def _bars(counts: Sequence[int], most: int, *, start: float, width: float, gap: float) -> str:
    """All bars as one path: bar `i` begins at `start + i`, is `1 - gap` wide, and `width` fill the plot."""
    step = (_RIGHT - _LEFT) * (1 - gap) / width
    path = "".join(
        f"M{_x(start + i, width):.1f} {_BOTTOM}V{_y(count, most):.1f}h{step:.1f}V{_BOTTOM}z"
        for i, count in enumerate(counts)
        if count
    )
    return f'<path class="bars" d="{path}" fill-opacity="0.55"/>'


def _line(path: str, name: str) -> str:
    return f'<path class="{name}" d="{path}" fill="none" stroke="currentColor" stroke-width="1.5"/>'


def _axes(
    plot: Plot, labels: Iterable[tuple[float, float, str]], most: int, across: str, up: str
) -> Iterable[str]:
    """Both axes: `labels` as (place, of how much, text) below, zero and the largest count at the left."""
    yield _line(f"M{_LEFT} {_TOP}V{_BOTTOM}H{_RIGHT}", "axis")
    for place, whole, text in labels:
        yield _text(_x(place, whole), _BOTTOM + 18, "middle", text)
    yield _text((_LEFT + _RIGHT) / 2, HEIGHT - 8, "middle", across)
    yield _text(_LEFT - 6, _TOP + 10, "end", plot.form.number(most))
    yield _text(_LEFT - 6, _BOTTOM, "end", plot.form.number(0))
    if up:
        yield _text(_LEFT + 8, _TOP + 10, "start", up)


def _percent_axes(plot: Plot) -> Iterable[str]:
    """Turnout across and share up, both from 0 to 100 percent."""
    yield _line(f"M{_LEFT} {_TOP}V{_BOTTOM}H{_RIGHT}", "axis")
    for i in range(0, 101, 20):
        text = plot.whole_percent(i)
        yield _text(_x(i, 100), _BOTTOM + 18, "middle", text)
        yield _text(_LEFT - 6, _y(i, 100) + 5, "end", text)
    yield _text((_LEFT + _RIGHT) / 2, HEIGHT - 8, "middle", plot.word("turnout"))
    yield _text(_LEFT + 8, _TOP + 10, "start", plot.word("share"))


def _text(x: float, y: float, anchor: str, text: str) -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{escape(text)}</text>'
