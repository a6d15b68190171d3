"""Certificates of irreversibility as JSON (docs/evidence.md)."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from escrutinio.cli.explain import in_each, plain

if TYPE_CHECKING:
    from escrutinio.evidence.certainty.irreversibility import Certificate
    from escrutinio.evidence.certainty.reversal import Reversal


def certificate_as_plain(
    certificate: Certificate, sentences: Callable[[str], Iterable[str]]
) -> dict[str, object]:
    """All whole numbers of a certificate, its status, and what `sentences` says of it in a language."""
    left, whole, roll = certificate.outstanding, certificate.as_counted, certificate.roll
    return {
        "contest": certificate.contest,
        "area": certificate.area,
        "basis": certificate.basis,
        "size": certificate.size,
        "status": certificate.finality.value,
        "margin": certificate.margin,
        "votes": dict(zip(certificate.candidates, certificate.votes, strict=True)),
        "votes_with_disputed": dict(zip(certificate.candidates, (whole or certificate).votes, strict=True)),
        "classes": list(certificate.classes),
        "ballots": certificate.ballots,
        "on_roll": certificate.registered,
        "lots": [certificate.candidates[at] for at in certificate.lots.drawn],
        "lots_among": [certificate.candidates[at] for at in certificate.lots.among],
        "outstanding": {
            "registered": left.capacity,
            "least": left.sure,
            "silent": left.silent,
            "pending": left.pending,
            "disputed": left.disputed,
            "unlisted": left.unlisted,
            "registered_unknown": left.registered_unknown,
            "unbounded": left.unbounded,
            "unread": left.unread,
        },
        "roll": None if roll is None else {"voters": roll.voters, "entry": roll.index},
        "statements": [
            {
                "code": statement.code,
                "candidates": [certificate.candidates[at] for at in statement.candidates],
                "open": statement.open,
                "tied": [certificate.candidates[at] for at in statement.tied],
                "broken": [certificate.candidates[at] for at in statement.broken],
                "status": certificate.status(statement).value,
                "withstands": statement.withstands,
                "inequalities": [
                    {
                        "what": each.what,
                        "left": each.left,
                        "constant": each.constant,
                        "slope": each.slope,
                        "or_equal": each.or_equal,
                        "candidates": [
                            certificate.candidates[at] for at in (each.first, each.second) if at is not None
                        ],
                    }
                    for each in statement.inequalities
                ],
            }
            for statement in certificate.statements
        ],
        "sentences": in_each(sentences),
    }


def reversal_as_plain(
    reversal: Reversal | None, sentences: Callable[[str], Iterable[str]]
) -> dict[str, object] | None:
    """What would bring the second level with the first, and what `sentences` says of it in a language."""
    if reversal is None:
        return None
    from escrutinio.evidence.certainty.reversal import half_up

    return {
        "first": reversal.first,
        "second": reversal.second,
        "expected_votes": None if reversal.expected is None else half_up(reversal.expected),
        "lead_of_registered": plain(reversal.lead_of_registered),
        "lead_of_expected": plain(reversal.lead_of_expected),
        "tipping_point": plain(reversal.tipping_point),
        "share_needed": plain(reversal.share_needed),
        "two_way_needed": plain(reversal.two_way_needed),
        "two_way_counted": plain(reversal.two_way_counted),
        "sentences": in_each(sentences),
    }
