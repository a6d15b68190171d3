"""What a certificate says in words; of equal candidates it names all or nobody."""

from collections.abc import Mapping, Sequence
from fractions import Fraction

from escrutinio.base.words.catalogue import N_, NN_
from escrutinio.base.words.say import say_in, say_many_in
from escrutinio.base.words.wording import percent
from escrutinio.core.records.codes import Ties
from escrutinio.evidence.certainty.certified import Certified
from escrutinio.evidence.certainty.inequality import Statement


def sentences(found: Certified, language: str) -> tuple[str, str]:
    """What was found and what it is not, in a language. Raises KeyError for an unknown language."""
    said, limit = found.statements[0], found.statements[0].withstands
    capacity = found.outstanding.capacity
    values = {
        "source": _source(found, language),
        "who": _names(found, said.candidates, language),
        "tied": _names(found, said.tied, language),
        "open": said.open,
        "margin": found.margin or 0,
        "capacity": capacity or 0,
        "limit": max(limit or 0, 0),
    }
    parts = [_said(language, _shown(found, said), found.margin or 0, **values)]
    if said.among and any(found.votes):
        broken, among = (_names(found, each, language) for each in (said.broken, said.among))
        by = _BY_LOTS if found.rules.ties is Ties.LOTS else _BY_ORDER
        parts.append(say_in(language, by, broken=broken, among=among))
    parts.append(_said(language, _STATUS[_status(found, said)], capacity or 0, **values))
    if found.rules.quorum is not None:
        parts.append(_quorum(found, language))
    return " ".join(parts), say_in(language, _LIMITS_ANNOUNCED if found.announced else _LIMITS)


def _said(language: str, message: str | tuple[str, str], count: int, /, **values: object) -> str:
    """A message, in the one of its two forms that a number asks for where it has two."""
    if isinstance(message, str):
        return say_in(language, message, **values)
    return say_many_in(language, count, *message, **values)


def _status(found: Certified, said: Statement) -> str:
    limit = said.withstands
    if not any(found.votes):
        return "no-vote"
    if limit is None:
        return "unopposed"
    if said.open:
        unvoted = not any(found.votes[each] for each in said.tied)
        return "unvoted" if unvoted else "lots" if found.rules.ties is Ties.LOTS else "tied"
    status = said.finality(found.outstanding.capacity).value
    return "bound" if status == "open" and not found.rules.exact(len(found.votes)) else status


def _source(found: Certified, language: str) -> str:
    """What the votes are of, with the sheets that are left out of them."""
    if found.announced:
        return say_in(language, _ANNOUNCED)
    if not found.outstanding.disputed:
        return say_in(language, _SHEETS)
    return say_many_in(
        language,
        found.outstanding.disputed,
        "The counted sheets, without {count} station in dispute,",
        "The counted sheets, without {count} stations in dispute,",
    )


def _shown(found: Certified, said: Statement) -> str | tuple[str, str]:
    """What the votes show, as a message; of a tie it names all or nobody."""
    if not any(found.votes):
        return _NO_VOTE
    if not said.tied:
        equal = said.code == "first" and said.among
        return _FIRST_EQUAL if equal else _SHOWN[said.code]
    if len(said.tied) <= said.open:
        return _UNVOTED[said.code]
    if said.open == 1:
        return (_ONE_TIED_BESIDE if said.candidates else _ONE_TIED)[said.code]
    return (_TIED_BESIDE if said.candidates else _TIED)[said.code]


def _quorum(found: Certified, language: str) -> str:
    """Whether as many voters came as the law asks for."""
    bar, said = found.rules.quorum, found.quorum
    if bar is None or said is None or found.registered is None:
        return say_in(language, _NO_TURNOUT)
    asked = Fraction(bar.numerator, bar.denominator)
    values = {
        "share": percent(asked, 0 if not 100 % bar.denominator else 2, language),
        "ballots": say_many_in(language, found.ballots or 0, "{count:,} ballot", "{count:,} ballots"),
        "registered": found.registered,
    }
    if said.code == "quorum":
        return say_in(language, _QUORUM_MORE if bar.more else _QUORUM, **values)
    status = said.finality(found.outstanding.capacity).value
    return " ".join(
        (
            say_in(language, _NO_QUORUM_MORE if bar.more else _NO_QUORUM, **values),
            say_in(language, _NO_QUORUM_STATUS[status]),
        )
    )


def _names(found: Certified, candidates: Sequence[int], language: str) -> str:
    names = [found.candidates[each] for each in candidates]
    if len(names) < 2:
        return "".join(names)
    return say_in(language, _AND, listed=", ".join(names[:-1]), last=names[-1])


_AND = N_("{listed} and {last}")
_SHEETS = N_("The counted sheets")
_ANNOUNCED = N_("The announced totals")
_SHOWN: Mapping[str, str | tuple[str, str]] = {
    "first": NN_(
        "{source} have {who} first, {margin:,} vote ahead of the next.",
        "{source} have {who} first, {margin:,} votes ahead of the next.",
    ),
    "first-round": N_("{source} give {who} what wins the first round."),
    "second-round": N_("{source} give nobody what wins the first round; {who} are first."),
    "seats": N_("{source} give seats to {who}."),
    "no-list": N_("{source} give no list the share that a seat needs, so that nobody takes part."),
}
_FIRST_EQUAL = N_("{source} have {who} first.")
_BY_ORDER = N_("Of {among}, who are equal, the order that the law gives puts {broken} first.")
_BY_LOTS = N_("Of {among}, who are equal, lots were drawn for {broken}.")
_NO_VOTE = N_("{source} have no vote for anybody.")
_ONE_TIED = {
    "first": N_("{source} have {tied} equal in first place."),
    "first-round": N_("{source} give {tied} what wins the first round, and equal votes."),
    "second-round": N_(
        "{source} give nobody what wins the first round; {tied} are equal for the second round."
    ),
    "seats": N_("{source} have {tied} equal for the only seat."),
}
_ONE_TIED_BESIDE = {
    "first": N_("{source} have {who} among the first; for one more place {tied} are equal."),
    "second-round": N_(
        "{source} give nobody what wins the first round; {who} is first, and {tied} are equal for the other "
        "place in the second."
    ),
    "seats": N_("{source} give seats to {who}; for one more seat {tied} are equal."),
}
_TIED = {
    "first": N_("{source} have {tied} equal for {open:,} places."),
    "second-round": N_(
        "{source} give nobody what wins the first round; {tied} are equal for the second round."
    ),
    "seats": N_("{source} have {tied} equal for {open:,} seats."),
}
_TIED_BESIDE = {
    "first": N_("{source} have {who} among the first; for {open:,} more places {tied} are equal."),
    "seats": N_("{source} give seats to {who}; for {open:,} more seats {tied} are equal."),
}
_UNVOTED = {
    "first": N_("{source} have {who} first; nobody else has a vote, and places are left."),
    "second-round": N_(
        "{source} give nobody what wins the first round; {who} is first, and nobody else has a vote."
    ),
    "seats": N_("{source} give seats to {who}; some seats are left when every list has had its share."),
}
_STATUS: Mapping[str, str | tuple[str, str]] = {
    "irreversible": NN_(
        "At most {capacity:,} ballot is outstanding: however it falls, this stays.",
        "At most {capacity:,} ballots are outstanding: however they fall, this stays.",
    ),
    "open": NN_(
        "Up to {capacity:,} ballot is outstanding, which could change it; only with {limit:,} or fewer "
        "could it not: it is not irreversible.",
        "Up to {capacity:,} ballots are outstanding, which could change it; only with {limit:,} or fewer "
        "could they not: it is not irreversible.",
    ),
    "bound": NN_(
        "Up to {capacity:,} ballot is outstanding; it is certain that it cannot change it only with "
        "{limit:,} or fewer: it is not shown to be irreversible.",
        "Up to {capacity:,} ballots are outstanding; it is certain that they cannot change it only with "
        "{limit:,} or fewer: it is not shown to be irreversible.",
    ),
    "unknown": N_(
        "How many ballots are outstanding is not known; it would be irreversible with at most {limit:,}."
    ),
    "tied": N_("That is a tie: it is not irreversible with any number of outstanding ballots."),
    "lots": N_("That is a tie for lots to decide: it is not irreversible before they are drawn."),
    "unvoted": N_("Any ballot that comes may fill what is left: it is not irreversible."),
    "no-vote": N_("Nothing is irreversible yet."),
    "unopposed": N_("Nobody else can take that place."),
}
_QUORUM = N_(
    "The law asks for a turnout of at least {share}: with {ballots} of {registered:,} voters it "
    "is reached, and cannot be lost."
)
_QUORUM_MORE = N_(
    "The law asks for a turnout of more than {share}: with {ballots} of {registered:,} voters it "
    "is reached, and cannot be lost."
)
_NO_QUORUM = N_(
    "The law asks for a turnout of at least {share}: with {ballots} of {registered:,} voters it "
    "is not reached."
)
_NO_QUORUM_MORE = N_(
    "The law asks for a turnout of more than {share}: with {ballots} of {registered:,} voters it "
    "is not reached."
)
_NO_QUORUM_STATUS = {
    "irreversible": N_("The ballots outstanding are too few for it."),
    "open": N_("The ballots outstanding may still bring it."),
    "unknown": N_("Whether the ballots outstanding can bring it is not known."),
}
_NO_TURNOUT = N_("The law asks for a turnout; how many voters are registered is not known.")
_LIMITS = N_(
    "This compares whole numbers and assumes nothing about who votes how; it takes the counted sheets "
    "and the roll as they are, and does not say whether they match the ballots."
)
_LIMITS_ANNOUNCED = N_(
    "This compares whole numbers and assumes nothing about who votes how; it takes the announced "
    "totals as they are, and the announced share of stations as that share of the roll."
)
