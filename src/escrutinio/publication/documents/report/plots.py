"""The plots of a screening, in one language."""

from __future__ import annotations

from collections.abc import Iterator

from escrutinio.base.words.catalogue import N_
from escrutinio.base.words.format import Format
from escrutinio.base.words.say import say_in
from escrutinio.evidence.screening.run import Screening
from escrutinio.evidence.screening.words import explain
from escrutinio.publication.documents import charts_evidence as charts

KINDS = {
    "shares": (charts.share_histogram, N_("Shares: {candidate}")),
    "fingerprint": (charts.fingerprint, N_("Turnout and share: {candidate}")),
    "share-by-turnout": (charts.share_by_turnout, N_("Share by turnout: {candidate}")),
    "centers": (charts.residual_bars, N_("Tables of one center: {candidate}")),
}
NEED_TURNOUT = ("fingerprint", "share-by-turnout")


def plots_of(found: Screening, language: str, contest: str) -> Iterator[tuple[str, str, str]]:
    """Key, title and SVG of every plot; without registered voters there is no turnout to draw."""
    form = Format(language)
    for display in found.displays:
        for kind, (draw, heading) in KINDS.items():
            if kind in NEED_TURNOUT and not display.with_roll:
                continue
            title = say_in(language, heading, candidate=display.candidate)
            key = f"{contest}-{kind}-{display.candidate}"
            yield key, title, draw(display, charts.Plot(key, title, form))
    for each in found.screens:
        if each.bars is not None:
            key = "-".join(filter(None, (contest, each.name, each.subject)))
            title = explain(each, language).heading
            yield key, title, charts.digit_bars(each.bars, charts.Plot(key, title, form))
