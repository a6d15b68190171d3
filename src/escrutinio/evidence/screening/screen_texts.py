"""The texts of the screens; `words` puts the figures in."""

from collections.abc import Mapping
from dataclasses import dataclass

from escrutinio.base.words.catalogue import N_
from escrutinio.evidence.screening.result import Missing


@dataclass(frozen=True, slots=True)
class ScreenText:
    """The fixed words of a screen; `digits` is how many decimals its statistic is written with."""

    heading: str
    model: str
    innocent: str
    look_at: str
    digits: int = 0


SUBJECTS: Mapping[str, str] = {
    "": "",
    "turnout": N_("turnout"),
    "valid": N_("valid votes"),
}

TESTED: Mapping[bool, str] = {
    False: N_(
        "The statistic is {observed} on {sheets:,} sheets; the model gives {mean} ± {sd}, "
        "so it lies inside the expected range (p {p}; {p_holm} after correction for {tests:,} tests)."
    ),
    True: N_(
        "The statistic is {observed} on {sheets:,} sheets; the model gives {mean} ± {sd}, "
        "so it lies outside the expected range (p {p}; {p_holm} after correction for {tests:,} tests)."
    ),
}
UNCORRECTED = N_(
    "The statistic is {observed} on {sheets:,} sheets; the model gives {mean} ± {sd} "
    "(p {p}, not corrected for other tests)."
)
HARD = N_("Of {sheets:,} sheets looked at, {observed} are listed.")
NOT_TESTED = N_(
    "The statistic is {observed} on {sheets:,} sheets; the model gives nothing to hold it against."
)
LISTED = N_("Listed by code, not by size: {listed}.")
EXTRA_SPREAD = N_("That is {phi} times what the lottery gives, as if tables differed by {extra} points more.")
MISSING: Mapping[Missing, str] = {
    Missing.REGISTERED_UNKNOWN: N_(
        "Unknown: the number of registered voters is not known for any of these sheets."
    ),
    Missing.NO_SHEET: N_("Unknown: no sheet has figures long enough for it."),
    Missing.NO_SPREAD: N_("Unknown: no center has two tables with votes for more than one side."),
    Missing.LEVEL: N_("Unknown: more than two candidates have as many votes as the second."),
}

IS_NOT = N_(
    "This compares figures with a model; it says neither who wrote a figure nor why, a result inside "
    "the range does not confirm the sheets, and one outside it does not refute them."
)

_REDRAWN = N_("Every sheet keeps its size and share, and its count is drawn anew (binomial).")
_COMPARE = N_("To know more, compare a random sample of these {sheets:,} sheets with image and box.")
_ROUND_CAUSES = N_("Many small tables of equal size also make some percentages more frequent.")
_DIGIT_CAUSES = N_(
    "Table sizes set by law, a cut at 100 votes and candidates with few votes make digits uneven."
)

SCREENS: Mapping[str, ScreenText] = {
    "integer-share": ScreenText(
        N_("Shares within 0.05 of a whole percent"),
        _REDRAWN, _ROUND_CAUSES, _COMPARE,
    ),
    "integer-turnout": ScreenText(
        N_("Whole percentages"),
        _REDRAWN, _ROUND_CAUSES, _COMPARE,
    ),
    "integer-either": ScreenText(
        N_("Share or turnout within 0.05 of a whole percent"),
        _REDRAWN, _ROUND_CAUSES, _COMPARE,
    ),
    "five-either": ScreenText(
        N_("Share or turnout within 0.05 of a multiple of 5 percent"),
        _REDRAWN, _ROUND_CAUSES, _COMPARE,
    ),
    "last-digit": ScreenText(
        N_("Last digits of counts from 100 (chi-square against equal digits)"),
        _REDRAWN, _DIGIT_CAUSES, _COMPARE, 1,
    ),
    "equal-digits": ScreenText(
        N_("Share of counts from 100 whose last two digits are equal"),
        _REDRAWN, _DIGIT_CAUSES, _COMPARE, 4,
    ),
    "neighbour-digits": ScreenText(
        N_("Share of counts from 100 whose last two digits are neighbours"),
        _REDRAWN, _DIGIT_CAUSES, _COMPARE, 4,
    ),
    "second-digit": ScreenText(
        N_("Second digits (chi-square against Benford, judged by replicates alone)"),
        _REDRAWN,
        N_("Tables of a few hundred votes never follow Benford's law, so only the replicates judge."),
        _COMPARE, 1,
    ),
    "coincidences": ScreenText(
        N_("Pairs of sheets with the same figures"),
        N_("As many pairs are equal as differ by any short step of up to 3 votes."),
        N_("Among thousands of sheets of similar size many pairs coincide by chance."),
        N_("Compare the images of equal pairs, beginning with pairs in one center."),
    ),
    "overvotes": ScreenText(
        N_("More ballots than registered voters"),
        N_("No model: no table can hold more ballots than it has registered voters."),
        N_("Poll workers who vote where they serve, and an older copy of the roll, can cause it."),
        N_("Compare the listed sheets with their image and the poll book."),
    ),
    "null-votes": ScreenText(
        N_("Sheets with unusually many null votes"),
        N_("Null votes are Poisson with one common rate; listed at a false discovery rate of 5%."),
        N_("A local habit, a machine that voters found hard to use, and a typing error can cause it."),
        N_("Compare the listed sheets with their image; this is a list of data to check."),
    ),
    "homogeneity": ScreenText(
        N_("Differences between tables of one center (X²)"),
        N_("All voters of a center are dealt to its tables by lot (multivariate hypergeometric)."),
        N_("Tables filled by age, by number of identity card or with voters who moved differ more than a "
         "lottery would make them, so a small excess is usual: of simulated elections with 1,500 tables, "
         "which differed by one point within their center for no reason at all, 93 in 100 lay outside."),
        N_("Compare the sheets of the listed centers with their images."),
    ),
}  # fmt: skip
