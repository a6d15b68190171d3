"""What the kinds of difference are called; neutral, and never why."""

from collections.abc import Mapping

from escrutinio.base.words.catalogue import N_
from escrutinio.base.words.say import say_in
from escrutinio.evidence.accounts.differences import Kind, Slip

_KINDS: Mapping[Kind, str] = {
    Kind.NEITHER: N_("no sheet on either side"),
    Kind.ONLY_LEFT: N_("only in {left}"),
    Kind.ONLY_RIGHT: N_("only in {right}"),
    Kind.AGREE: N_("agree"),
    Kind.NO_FIGURE: N_("a figure is lacking on one side"),
    Kind.ALL_ZERO: N_("one side has no vote at all"),
    Kind.NULL_BLANK: N_("only null or blank votes differ"),
    Kind.REPEATED: N_("one side repeats the same figures at three stations or more"),
    Kind.SWAPPED: N_("two rows swapped"),
    Kind.SHIFTED: N_("a block of rows shifted by one"),
    Kind.REORDERED: N_("the same figures in other rows"),
    Kind.OTHER_STATION: N_("the figures that the other side has at another station"),
    Kind.SAME_OFFSET: N_("several rows, all by the same number"),
    Kind.MOVED: N_("several rows that add up to the same"),
    Kind.OFF_BY_ONE: N_("one row, by 1"),
    Kind.ZERO_ROW: N_("one row, zero on one side"),
    Kind.DOUBLED_DIGIT: N_("one row, a digit typed twice"),
    Kind.LOST_DIGIT: N_("one row, a digit more or less"),
    Kind.LOST_DIGITS: N_("one row, only the first or last digits"),
    Kind.TRANSPOSED: N_("one row, two digits transposed"),
    Kind.POWER_OF_TEN: N_("one row, by 10, 100, …"),
    Kind.ONE_DIGIT: N_("one row, one digit"),
    Kind.ONE_ROW: N_("one row, otherwise"),
    Kind.EVERY_ROW: N_("every row with votes"),
    Kind.SEVERAL_ROWS: N_("several rows, otherwise"),
}
_SLIPS: Mapping[Slip, str] = {
    Slip.NO_FIGURE: N_("no figure on one side"),
    Slip.OFF_BY_ONE: N_("by 1"),
    Slip.ZERO: N_("zero on one side"),
    Slip.DOUBLED_DIGIT: N_("a digit typed twice"),
    Slip.LOST_DIGIT: N_("a digit more or less"),
    Slip.LOST_DIGITS: N_("only the first or last digits"),
    Slip.TRANSPOSED: N_("two digits transposed"),
    Slip.POWER_OF_TEN: N_("by 10, 100, …"),
    Slip.ONE_DIGIT: N_("one digit"),
    Slip.OTHER: N_("otherwise"),
}


def kind_name(kind: Kind, language: str, *, left: str, right: str) -> str:
    """A kind in a few words; `left` and `right` are the names of the sources. Raises KeyError for
    an unknown language."""
    return say_in(language, _KINDS[kind], left=left, right=right)


def slip_name(slip: Slip, language: str) -> str:
    """How two figures relate, in a few words. Raises KeyError for an unknown language."""
    return say_in(language, _SLIPS[slip])


def pair_sentences(effect: str, values: Mapping[str, object], language: str) -> tuple[str, str]:
    """What was found and what it is not, of any two sources. Raises KeyError for an unknown language.

    `effect`: `none` (nothing differs), `stands`, `could` (the outcome change), `changes`. `values`: the names
    `left` and `right`, `net`, and how many stations `agree`, `differ`, are `only_left` and `only_right`.
    """
    found = say_in(language, _FOUND, **values)
    return f"{found} {say_in(language, _EFFECT[effect], **values)}", say_in(language, _NOT)


_FOUND = N_(
    "Stations that {left} and {right} both have: {agree:,} alike, {differ:,} different (net, {right} minus "
    "{left}: {net}). Only in {left}: {only_left:,}; only in {right}: {only_right:,}."
)
_EFFECT = {
    "none": N_("Nothing differs."),
    "stands": N_("Whatever is in the stations that differ, the result by {left} stays."),
    "could": N_(
        "The stations that differ have voters enough to change the result; the figures of {right} do not."
    ),
    "changes": N_("With the figures of {right} in the stations that differ, the result is another one."),
}
_NOT = N_(
    "A difference does not say which side is right: a slip in reading, typing or station number is "
    "one cause; look at both images, then at the box."
)
