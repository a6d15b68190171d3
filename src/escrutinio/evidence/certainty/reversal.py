"""What the outstanding stations would have to look like for the first two candidates to change places.

The tipping point is how much better the second would have to do, in percentage points of lead, than where
votes are counted. Everything is an exact fraction of whole numbers; that the outstanding stations have the
turnout of the counted ones is an assumption and is said to be one wherever it is used.
"""

from dataclasses import dataclass
from fractions import Fraction

from escrutinio.base.errors import EvidenceError
from escrutinio.base.words.catalogue import N_, NN_
from escrutinio.base.words.say import say_in, say_many_in
from escrutinio.base.words.wording import decimal, percent, points
from escrutinio.core.election.outcome import rank
from escrutinio.evidence.certainty.irreversibility import Certificate


@dataclass(frozen=True, slots=True)
class Reversal:
    """What would bring the second candidate level with the first.

    `margin`: first minus second. `valid`: all votes counted. `capacity`: registered voters outstanding, None
    if unknown. `expected`: valid votes expected of them at the turnout of the counted ones, None if unknown.
    Leads are the second's share minus the first's. `others` is the share of all other candidates.
    """

    first: str
    second: str
    margin: int
    valid: int
    first_votes: int
    second_votes: int
    capacity: int | None
    expected: Fraction | None

    @property
    def counted_lead(self) -> Fraction:
        """The second's lead in the counted votes; negative or zero."""
        return Fraction(-self.margin, self.valid)

    @property
    def others(self) -> Fraction:
        """The share of all other candidates in the counted votes."""
        return 1 - Fraction(self.first_votes + self.second_votes, self.valid)

    @property
    def lead_of_registered(self) -> Fraction | None:
        """The lead needed if every outstanding registered voter had a valid vote; above 1: out of reach."""
        return Fraction(self.margin, self.capacity) if self.capacity else None

    @property
    def lead_of_expected(self) -> Fraction | None:
        """The lead needed among the votes expected; above 1: out of reach at equal turnout."""
        return self.margin / self.expected if self.expected else None

    @property
    def tipping_point(self) -> Fraction | None:
        """How far the lead needed among the votes expected is from the one counted (1 = 100 points)."""
        return None if self.lead_of_expected is None else self.lead_of_expected - self.counted_lead

    @property
    def share_needed(self) -> Fraction | None:
        """The second's share of the votes expected, with the other candidates at their share so far."""
        return None if self.lead_of_expected is None else (1 - self.others + self.lead_of_expected) / 2

    @property
    def beyond(self) -> bool:
        """Whether there are too few votes expected for it, the other candidates keeping their share."""
        return self.share_needed is not None and self.share_needed + self.others > 1

    @property
    def two_way_needed(self) -> Fraction | None:
        """The second's share of the votes expected if all of them go to the first two."""
        return None if self.lead_of_expected is None else (1 + self.lead_of_expected) / 2

    @property
    def two_way_counted(self) -> Fraction:
        """The second's share of the counted votes of the first two."""
        return Fraction(self.second_votes, self.first_votes + self.second_votes)

    def sentences(self, language: str) -> tuple[str, str]:
        """What it would take and what that is not, in a language. Raises KeyError for an unknown language."""
        names = {"first": self.first, "second": self.second, "margin": self.margin}
        lead, needed, tipping = self.lead_of_expected, self.share_needed, self.tipping_point
        if lead is None or needed is None or tipping is None or self.expected is None:
            return say_many_in(language, self.margin, *_UNKNOWN, **names), say_in(language, _NOT)
        values = {
            "expected": half_up(self.expected),
            "lead": decimal(100 * lead, 1, language),
            "needed": percent(needed, 2, language),
            "counted": percent(Fraction(self.second_votes, self.valid), 2, language),
            "tipping": points(tipping, 1, language),
        }
        messages = _BEYOND if self.beyond else _NEEDED
        return say_many_in(language, self.margin, *messages, **names, **values), say_in(language, _NOT)


def reversal(certificate: Certificate, expected: Fraction | None) -> Reversal | None:
    """What would change the first two places; None with fewer than two candidates or without votes for them,
    and where several are equal in one of these places: which of them to name is not the ballot's to say. None
    as well where a ballot has several marks, since shares of votes are then not those of ballots, and with
    several seats, which other places decide.

    `expected` as `expected_votes` gives it.
    """
    votes, names = certificate.votes, certificate.candidates
    places = rank(votes)
    if certificate.rules.marks > 1 or certificate.rules.seats > 1:
        return None
    if len(places) < 2 or any(len(place.candidates) > 1 for place in places[:2]):
        return None
    (first,), (second,) = (place.candidates for place in places[:2])
    margin, capacity = votes[first] - votes[second], certificate.outstanding.capacity
    return Reversal(
        names[first], names[second], margin, sum(votes), votes[first], votes[second], capacity, expected
    )


def expected_votes(valid: int, share_counted: Fraction) -> Fraction:
    """Valid votes expected outstanding, if every part of the roll votes like the counted part.

    `share_counted`: the part of the registered voters whose votes are counted. Raises EvidenceError unless it
    is above 0 and at most 1.
    """
    _check_share(share_counted)
    return valid * (1 - share_counted) / share_counted


def fraction_needed(roll: Fraction | int, margin: int, share_counted: Fraction) -> Fraction:
    """The part of the roll to count for the first place to be irreversible, if the counted lead persists.

    `roll`: registered voters, or all votes expected where turnout is known. With a share f counted the lead
    is f·margin/share_counted and (1 - f)·roll is outstanding; they are equal at the fraction returned. Raises
    EvidenceError for a roll that is not above 0, a negative margin and as `expected_votes`.
    """
    _check_share(share_counted)
    if roll <= 0 or margin < 0:
        raise EvidenceError("reversal-roll")
    return Fraction(roll) / (roll + margin / share_counted)


def half_up(value: Fraction) -> int:
    """The nearest whole number, halves up: how expected votes are shown."""
    return (2 * value.numerator + value.denominator) // (2 * value.denominator)


def _check_share(share: Fraction) -> None:
    if not 0 < share <= 1:
        raise EvidenceError("reversal-share", share=share)


_NEEDED = NN_(
    "{first} is {margin:,} vote ahead of {second}; at the turnout so far {expected:,} votes are "
    "outstanding, and {second}, who has {counted} of those counted, would need a lead of {lead} points "
    "among them, {needed}, which is {tipping} points from the lead so far.",
    "{first} is {margin:,} votes ahead of {second}; at the turnout so far {expected:,} votes are "
    "outstanding, and {second}, who has {counted} of those counted, would need a lead of {lead} points "
    "among them, {needed}, which is {tipping} points from the lead so far.",
)
_BEYOND = NN_(
    "{first} is {margin:,} vote ahead of {second}; at the turnout so far {expected:,} votes are "
    "outstanding, too few for {second} to draw level while other candidates keep their share.",
    "{first} is {margin:,} votes ahead of {second}; at the turnout so far {expected:,} votes are "
    "outstanding, too few for {second} to draw level while other candidates keep their share.",
)
_UNKNOWN = NN_(
    "{first} is {margin:,} vote ahead of {second}; how many votes are outstanding is not known.",
    "{first} is {margin:,} votes ahead of {second}; how many votes are outstanding is not known.",
)
_NOT = N_(
    "This is arithmetic, not a forecast: outstanding stations often differ from counted ones, in size, "
    "place and turnout, for innocent reasons."
)
