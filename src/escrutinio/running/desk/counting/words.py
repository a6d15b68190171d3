"""What the screen of an audit board says."""

from __future__ import annotations

from collections.abc import Mapping

from escrutinio.base.words.catalogue import N_
from escrutinio.base.words.say import say_in
from escrutinio.running.desk.counting.countings import BoxMissing, BoxStage, SealFound

COUNTING_TEXTS: Mapping[str, str] = {
    "title": N_("Audit board"),
    "leave": N_("Leave"),
    "lead": N_(
        "Two people count each box, each for themselves. What the tally sheet says stands nowhere here, and "
        "nobody sees the figures of another one."
    ),
    "none": N_("No audit in this log has drawn boxes."),
    "aside": N_("Nothing here is public. The counts are sealed by whoever holds the organisation's key."),
    "center": N_("Center"),
    "together": N_("Ballots of the stations"),
    "seal-listed": N_("Seal listed"),
    "places": N_("Places to count"),
    "places-lead": N_(
        "Only what lies at these places is counted, each as often as it stands here. Where nothing of a "
        "contest lies, nothing is counted for it."
    ),
    "found": N_("All vouchers found at these places"),
    "count": N_("Count this box"),
    "again": N_("Count it again"),
    "yours": N_("You counted it; another person has to."),
    "public": N_("Counted, and two organisations agree in the log"),
    "back": N_("All boxes"),
    "seal": N_("The seal on the box"),
    "vouchers": N_("All vouchers in the box"),
    "valid": N_("Valid ballots"),
    "save": N_("Save the count"),
    "marked": N_("differs"),
    "differs": N_(
        "Two people counted this box differently, in the lines that are marked. Count it again from the "
        "beginning, without asking what the other one has."
    ),
    "no-count": N_("It cannot be counted"),
    "no-count-lead": N_(
        "Two people have to say so. The box stays without a count, which is taken to be as wrong as it can "
        "be; the minutes of the audit say why."
    ),
    "why": N_("Why"),
    "say-missing": N_("Say that it cannot be counted"),
    "choose": N_("– choose –"),
    "choose-seal": N_("Say how you found the seal."),
    "choose-why": N_("Say why it cannot be counted."),
    "elsewhere": N_("The form came from another page; open this one again."),
    "people": N_("No names here: who has which label stands on the supervisor's paper."),
}

STAGES: Mapping[BoxStage, str] = {
    BoxStage.OPEN: N_("not counted"),
    BoxStage.ONCE: N_("counted once; another person has to count"),
    BoxStage.DIFFERS: N_("two differ; both count again"),
    BoxStage.AGREED: N_("two agree"),
    BoxStage.MISSING: N_("two say that it cannot be counted"),
    BoxStage.LEFT: N_("counted again and again, never the same: the supervisor has to look"),
}

SEALS: Mapping[SealFound, str] = {
    SealFound.LISTED: N_("whole, and the one that is listed"),
    SealFound.OTHER: N_("another one than is listed"),
    SealFound.BROKEN: N_("broken"),
    SealFound.NONE: N_("none on it"),
}

MISSING: Mapping[BoxMissing, str] = {
    BoxMissing.LOST: N_("the box is not there"),
    BoxMissing.UNREADABLE: N_("its ballots cannot be read, or are not in it"),
    BoxMissing.MIXED: N_("ballots of a box that is not named here lie among its own"),
}

DONE = N_("{done:,} of {boxes:,} boxes are done here")


def counting_texts(language: str) -> dict[str, str]:
    """The screen's texts in a language of the catalogues."""
    return {key: say_in(language, text) for key, text in COUNTING_TEXTS.items()}
