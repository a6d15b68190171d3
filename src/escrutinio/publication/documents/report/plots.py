"""The plots of a screening, in one language."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from html import unescape

from escrutinio.base.words.catalogue import N_
from escrutinio.base.words.format import Format
from escrutinio.base.words.say import say_in
from escrutinio.evidence.screening.run import Screening
from escrutinio.evidence.screening.words import explain
from escrutinio.publication.documents import charts_evidence as charts

KINDS = {
    "shares": (
        charts.share_histogram,
        N_("Shares: {candidate}"),
        N_("Look for one hill, and whether bars at whole percents rise above their neighbours."),
    ),
    "fingerprint": (
        charts.fingerprint,
        N_("Turnout and share: {candidate}"),
        N_("Look whether the sheets are one cloud, and whether a part of it lies near 100% of both."),
    ),
    "share-by-turnout": (
        charts.share_by_turnout,
        N_("Share by turnout: {candidate}"),
        N_("Look whether the share rises or falls with turnout; the habits of places can do that too."),
    ),
    "centers": (
        charts.residual_bars,
        N_("Tables of one center: {candidate}"),
        N_("Look whether the bars spread wider than the line: then tables differ more than by lot."),
    ),
}
NEED_TURNOUT = ("fingerprint", "share-by-turnout")
DIGITS = N_("Look whether a bar ends above or below its line: within it is usual under the model.")


@dataclass(frozen=True, slots=True)
class Drawn:
    """A plot: its key, its title, one sentence of what to look for, and the picture, which says its shape."""

    key: str
    title: str
    look: str
    svg: str

    @property
    def shape(self) -> str:
        """What the picture shows, for whoever does not see it: the description that it carries."""
        return unescape(self.svg.partition("<desc")[2].partition(">")[2].partition("</desc>")[0])


def plots_of(
    found: Screening, language: str, contest: str, name: Callable[[str], str] = str
) -> Iterator[Drawn]:
    """Every plot; without registered voters there is no turnout to draw. `name` is what people call the
    candidate with a code."""
    form = Format(language)
    for display in found.displays:
        named = replace(display, candidate=name(display.candidate))
        for kind, (draw, heading, look) in KINDS.items():
            if kind in NEED_TURNOUT and not display.with_roll:
                continue
            title = say_in(language, heading, candidate=named.candidate)
            key = f"{contest}-{kind}-{display.candidate}"
            yield Drawn(key, title, say_in(language, look), draw(named, charts.Plot(key, title, form)))
    for each in found.screens:
        if each.bars is not None:
            key = "-".join(filter(None, (contest, each.name, each.subject)))
            title = explain(replace(each, subject=name(each.subject)), language).heading
            svg = charts.digit_bars(each.bars, charts.Plot(key, title, form))
            yield Drawn(key, title, say_in(language, DIGITS), svg)
