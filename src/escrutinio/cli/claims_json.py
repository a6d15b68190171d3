"""Studies of announced results as JSON (docs/evidence.md)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import TYPE_CHECKING

from escrutinio.base.errors import EvidenceError
from escrutinio.base.words.catalogue import languages
from escrutinio.cli.explain import in_each, plain

if TYPE_CHECKING:
    from escrutinio.evidence.certainty.percentages import Agreement
    from escrutinio.evidence.claims.claim_counts import CountTest, Match
    from escrutinio.evidence.claims.claims import AgainstSheets, ClaimStudy
    from escrutinio.evidence.claims.feasibility import LeastDiffering

    Pairs = Mapping[str, tuple[tuple[Agreement, tuple[str, str]], ...]]

SOURCES = (
    "A. Gelman, Statistical Modeling, Causal Inference, and Social Science (2024)",
    "T. Tao, El País (2024)",
    "J. O. Irwin, Biometrika 19 (1927); P. Hall, Biometrika 19 (1927)",
)

RISKS = (Fraction(1, 20), Fraction(1, 100), Fraction(1, 10**6))
"""Chances of meeting no box that differs, for which the number of boxes is given."""


def as_plain(
    contest: str,
    basis: str,
    studies: Sequence[ClaimStudy],
    pairs: Pairs,
    refused: Sequence[tuple[str, int, EvidenceError]],
) -> dict[str, object]:
    """The answer as docs/evidence.md describes it."""
    return {
        "version": 1,
        "contest": contest,
        "basis": basis or None,
        "claims": [_study_as_plain(study) for study in studies],
        "not_studied": [
            {"code": code, "entry": entry, "why": str(why), "refusal": why.plain()}
            for code, entry, why in refused
        ],
        "beside_each_other": [
            {
                "candidate": candidate,
                "claims": list(names),
                "percentages": [pair.first.text, pair.second.text],
                "roundings": [mode.value for mode in pair.modes],
                "sentences": in_each(pair.sentences),
            }
            for candidate, found in pairs.items()
            for pair, names in found
        ],
        "sources": list(SOURCES),
    }


def _study_as_plain(study: ClaimStudy) -> dict[str, object]:
    return {
        "code": study.code,
        "entry": study.index,
        "percentages": None if study.counts is None else _counts_as_plain(study.counts),
        "sheets": None if study.sheets is None else _sheets_as_plain(study.sheets),
        "odd": [
            {
                "what": each.what,
                "candidate": each.candidate or None,
                "announced": each.announced,
                "sentences": {tongue: each.sentence(tongue) for tongue in sorted(languages())},
            }
            for each in study.odd
        ],
        "arithmetic": [
            {
                "what": each.what,
                "candidate": each.candidate or None,
                "announced": each.announced,
                "computed": plain(each.computed),
                "roundings": [mode.value for mode in each.modes],
                "sentences": in_each(each.sentences),
            }
            for each in study.arithmetic
        ],
    }


def _counts_as_plain(test: CountTest) -> dict[str, object]:
    def match_as_plain(match: Match) -> dict[str, object]:
        return {
            "decimals": match.decimals,
            "rounding": match.mode.value,
            "left_out": match.left_out,
            "chance": plain(match.chance),
            "one_in": round(1 / match.chance) if match.chance else None,
            "exact": match.exact,
            "local": plain(match.local),
        }

    return {
        "tests": test.looked,
        "best": None if test.best is None else match_as_plain(test.best),
        "chance_times_tests": plain(test.adjusted()),
        "matches": [match_as_plain(match) for match in test.matches if match.matched],
        "sentences": in_each(test.sentences),
    }


def _sheets_as_plain(found: AgainstSheets) -> dict[str, object]:
    compared = found.comparison
    return {
        "basis": found.basis,
        "contradicts": found.contradicts,
        "columns": list(compared.columns),
        "sheets": list(compared.totals),
        "announced": list(compared.announced),
        "missing_registered": compared.missing,
        "conditions": [
            {
                "what": each.what,
                "column": None if each.column is None else compared.columns[each.column],
                "least": each.least,
                "most": each.most,
                "holds": each.holds,
            }
            for each in found.conditions
        ],
        "least_differing": {
            "largest_outside": _least_as_plain(found.least),
            "share_as_announced": _least_as_plain(found.nominal),
            "average_outside": _least_as_plain(found.average),
            "none_outside": _least_as_plain(found.none_outside),
        },
        "least_for_another_first": dict(found.reversals()),
        "registered_unknown": found.unknown_capacity,
        "registered_assumed": found.assumed_capacity,
        "sentences": in_each(found.least.sentences),
    }


def _least_as_plain(least: LeastDiffering) -> dict[str, object]:
    boxes = {f"{float(risk):g}": least.boxes(risk) for risk in RISKS} if least.sheets else {}
    return {
        "sheets": least.sheets,
        "of": least.of,
        "outside": least.outside,
        "relaxed": plain(least.relaxed),
        "column": least.column,
        "attained": least.attained,
        "chance_of_none": {str(n): plain(chance) for n, chance in least.chances()},
        "boxes_for_chance": boxes,
    }
