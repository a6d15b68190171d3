"""How an audit comes towards its risk limit, round by round, as SVG text that is readable alone."""

from __future__ import annotations

from fractions import Fraction
from html import escape
from math import log10

from escrutinio.base.words.catalogue import N_
from escrutinio.base.words.format import Format
from escrutinio.base.words.say import say_in
from escrutinio.evidence.audit.standing import AuditStatus
from escrutinio.publication.documents.charts_evidence import HEIGHT, Plot

_LEFT, _RIGHT, _TOP, _BOTTOM = 62, 336, 24, 194
_FAR = 6
"""A risk below a millionth is drawn as one."""

_TITLE = N_("How the risk fell, round by round")
_SHAPE = N_(
    "The risk after each round, by boxes opened, on a scale of tenths: {points}. The line across is the "
    "limit, {limit}; at or below it the audit may stop."
)
_ACROSS = N_("boxes opened")
_LIMIT = N_("limit {limit}")


def progress_chart(audit: AuditStatus, key: str, language: str) -> str:
    """The risk after each round against the boxes opened, and the limit."""
    form = Format(language)
    plot = Plot(key, say_in(language, _TITLE), form)
    lowest = min((each.measured.risk for each in audit.rounds), default=Fraction(1))
    deepest = min(_FAR, max(_tenths(lowest), _tenths(audit.risk_limit)) + 0.3)
    most = max(1, *(each.opened for each in audit.rounds))

    def x(opened: int) -> float:
        return _LEFT + (_RIGHT - _LEFT) * opened / most

    def y(risk: Fraction) -> float:
        return _TOP + (_BOTTOM - _TOP) * min(_tenths(risk), deepest) / deepest

    def percent(risk: Fraction) -> str:
        return form.percent(risk.numerator, risk.denominator, 2)

    points = [(x(0), y(Fraction(1))), *((x(each.opened), y(each.measured.risk)) for each in audit.rounds)]
    path = "M" + "L".join(f"{across:.1f} {down:.1f}" for across, down in points)
    said = "; ".join(f"{form.number(each.opened)}: {percent(each.measured.risk)}" for each in audit.rounds)
    limit = percent(audit.risk_limit)
    at = y(audit.risk_limit)
    parts = [
        f'<path class="axis" d="M{_LEFT} {_TOP}V{_BOTTOM}H{_RIGHT}" fill="none" stroke="currentColor"/>',
        f'<path class="limit" d="M{_LEFT} {at:.1f}H{_RIGHT}" fill="none" stroke="currentColor" '
        'stroke-dasharray="6 4"/>',
        f'<path class="bars" d="{path}" fill="none" stroke="currentColor" stroke-width="2"/>',
        *(f'<circle cx="{across:.1f}" cy="{down:.1f}" r="4"/>' for across, down in points[1:]),
        _text(_LEFT - 6, _TOP + 5, "end", form.percent(1, 1, 0)),
        _text(_LEFT + 8, at - 5, "start", say_in(language, _LIMIT, limit=limit)),
        _text(_LEFT, _BOTTOM + 18, "middle", form.number(0)),
        _text(_RIGHT, _BOTTOM + 18, "middle", form.number(most)),
        _text((_LEFT + _RIGHT) / 2, HEIGHT - 8, "middle", say_in(language, _ACROSS)),
    ]
    return plot.svg(say_in(language, _SHAPE, points=said, limit=limit), parts)


def _tenths(risk: Fraction) -> float:
    """How many times a risk is a tenth: 0 for 1, 2 for a hundredth."""
    return min(float(_FAR), -log10(max(risk, Fraction(1, 10**_FAR))))


def _text(across: float, down: float, anchor: str, text: str) -> str:
    return f'<text x="{across:.1f}" y="{down:.1f}" text-anchor="{anchor}">{escape(text)}</text>'
