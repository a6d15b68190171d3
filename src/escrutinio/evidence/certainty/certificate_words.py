"""What a certificate says in words; of equal candidates it names all or nobody."""

from collections.abc import Mapping, Sequence
from fractions import Fraction

from escrutinio.base.words.catalogue import N_, NN_
from escrutinio.base.words.say import say_in, say_many_in
from escrutinio.base.words.titles import title_in
from escrutinio.base.words.wording import percent
from escrutinio.core.records.codes import Ties
from escrutinio.evidence.certainty.certified import Certified, StatedRoll
from escrutinio.evidence.certainty.inequality import Statement


def sentences(found: Certified, language: str) -> tuple[str, str]:
    """What was found and what it is not, in a language. Raises KeyError for an unknown language."""
    said, left = found.statements[0], found.outstanding
    limit = said.withstands
    counted = say_in(language, _ANNOUNCED if found.announced or found.bulletin else _SHEETS)
    parts = []
    if found.as_counted is not None and any(found.as_counted.votes):
        parts += _showing(found.as_counted, counted, language)
    if left.disputed:
        counted = say_many_in(language, left.disputed, *_DISPUTED)
    parts += _showing(found, counted, language)
    values = {"capacity": left.capacity or 0, "least": left.sure, "limit": max(limit or 0, 0)}
    messages = _STATUS_ANNOUNCED if found.announced else _STATUS
    status = _status(found, said)
    count = left.sure if found.announced and status in ("open", "bound") else left.capacity or 0
    message = messages.get(status) or _STATUS[status]
    parts.append(_said(language, message, count, **values, outside=left.silent))
    if found.rules.quorum is not None:
        parts.append(_quorum(found, language))
    if found.roll is not None:
        parts.append(_roll(found.roll, language))
    limits = _LIMITS_BULLETIN if found.bulletin else _LIMITS_ANNOUNCED if found.announced else _LIMITS
    return " ".join(parts), " ".join((say_in(language, limits), say_in(language, LEFT_OUT)))


def _showing(found: Certified, source: str, language: str) -> list[str]:
    """What the votes show, and what broke a tie."""
    said, disputed = found.statements[0], found.outstanding.disputed
    values = {
        "source": source,
        "who": _names(found, said.candidates, language),
        "tied": _names(found, said.tied, language),
        "open": said.open,
        "margin": found.margin or 0,
    }
    count = (found.margin or 0) if any(found.votes) else disputed
    parts = [_said(language, _shown(found, said), count, **values, disputed=disputed)]
    if said.among and any(found.votes):
        broken, among = (_names(found, each, language) for each in (said.broken, said.among))
        by = _BY_LOTS if found.rules.ties is Ties.LOTS else _BY_ORDER
        parts.append(say_in(language, by, broken=broken, among=among))
    return parts


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
    status, capacity = found.status(said).value, found.outstanding.capacity
    if status == "open":
        if not found.rules.exact(len(found.votes)):
            return "bound" if capacity is not None else "unknown"
        if capacity is None:
            return "open-at-least"
        return status if limit > 0 else "open-to-one"
    if status == "irreversible":
        return status if capacity else "all-counted"
    return "between" if capacity is not None else status if limit else "unknown-to-one"


def _shown(found: Certified, said: Statement) -> str | tuple[str, str]:
    """What the votes show, as a message; of a tie it names all or nobody."""
    if not any(found.votes):
        return _NO_VOTE_LEFT if found.outstanding.disputed else _NO_VOTE
    if not said.tied:
        alone = said.code == "first" and (said.among or said.withstands is None)
        return _FIRST_ALONE if alone else _SHOWN[said.code]
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
    status = found.status(said).value
    return " ".join(
        (
            say_in(language, _NO_QUORUM_MORE if bar.more else _NO_QUORUM, **values),
            say_in(language, _NO_QUORUM_STATUS[status]),
        )
    )


def _roll(roll: StatedRoll, language: str) -> str:
    """Who states the size of the roll on which the rest stands."""
    if roll.index is None:
        return say_in(language, _ROLL_ASKED, size=roll.voters)
    who = title_in(roll.speaker, language, "–")
    return say_in(language, _ROLL_ANNOUNCED, size=roll.voters, who=who, entry=roll.index)


def _names(found: Certified, candidates: Sequence[int], language: str) -> str:
    names = [found.candidates[each] for each in candidates]
    if len(names) < 2:
        return "".join(names)
    return say_in(language, _AND, listed=", ".join(names[:-1]), last=names[-1])


_ROLL_ASKED = N_("The size of the roll, {size:,}, is the one that was given with the question.")
_ROLL_ANNOUNCED = N_("The size of the roll, {size:,}, is from an announcement: {who} (entry {entry:,}).")
_AND = N_("{listed} and {last}")
_SHEETS = N_("The counted sheets")
_DISPUTED = NN_(
    "Without {count} station in dispute, they",
    "Without {count} stations in dispute, they",
)
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
_FIRST_ALONE = N_("{source} have {who} first.")
_BY_ORDER = N_("Of {among}, who are equal, the order that the law gives puts {broken} first.")
_BY_LOTS = N_("Of {among}, who are equal, lots were drawn for {broken}.")
_NO_VOTE = N_("{source} have no vote for anybody.")
_NO_VOTE_LEFT = NN_(
    "{disputed:,} counted sheet is in dispute and is left out of the votes; without it there is no vote.",
    "{disputed:,} counted sheets are in dispute and are left out of the votes; without them there is no "
    "vote.",
)
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
    "open-at-least": N_(
        "How many ballots are outstanding is not known, but {least:,} can come for certain, which could "
        "change it; only with {limit:,} or fewer could they not: it is not irreversible."
    ),
    "open-to-one": NN_(
        "Up to {capacity:,} ballot is outstanding, which could change it: it is not irreversible.",
        "Up to {capacity:,} ballots are outstanding, and a single one could change it: it is not "
        "irreversible.",
    ),
    "all-counted": N_("No ballot is outstanding: this stays."),
    "between": N_(
        "How many ballots are outstanding is known only to lie between {least:,} and {capacity:,}; with at "
        "most {limit:,} it would be irreversible: whether it is, is not known."
    ),
    "unknown": N_(
        "How many ballots are outstanding is not known; it would be irreversible with at most {limit:,}."
    ),
    "unknown-to-one": N_("Whether any ballot is outstanding, which could change it, is not known."),
    "tied": N_("That is a tie: it is not irreversible with any number of outstanding ballots."),
    "lots": N_("That is a tie for lots to decide: it is not irreversible before they are drawn."),
    "unvoted": N_("Any ballot that comes may fill what is left: it is not irreversible."),
    "no-vote": N_("Nothing is irreversible yet."),
    "unopposed": N_("Nobody else can take that place."),
}
_STATUS_ANNOUNCED: Mapping[str, str | tuple[str, str]] = {
    "irreversible": NN_(
        "If the stations that they do not stand on (at most {outside:,}) have no more voters than as many of "
        "the largest known, at most {capacity:,} ballot is outstanding: however it falls, this would stay.",
        "If the stations that they do not stand on (at most {outside:,}) have no more voters than as many of "
        "the largest known, at most {capacity:,} ballots are outstanding: however they fall, this would "
        "stay.",
    ),
    "open": NN_(
        "Even if the stations that they do not stand on are the smallest known, {least:,} ballot is "
        "outstanding, which could change it; only with {limit:,} or fewer could it not: it is not "
        "irreversible.",
        "Even if the stations that they do not stand on are the smallest known, {least:,} ballots are "
        "outstanding, which could change it; only with {limit:,} or fewer could they not: it is not "
        "irreversible.",
    ),
    "bound": N_(
        "Even if the stations that they do not stand on are the smallest known, {least:,} ballots are "
        "outstanding; it is certain that they cannot change it only with {limit:,} or fewer: it is not shown "
        "to be irreversible."
    ),
    "between": N_(
        "Between {least:,} and {capacity:,} ballots are outstanding, by whether the stations that they do "
        "not stand on are the smallest or the largest known; with at most {limit:,} it would be "
        "irreversible: whether it is, is not known."
    ),
}
"""Announced totals do not say on which stations they stand, so that a size is assumed of the others."""
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
_LIMITS_BULLETIN = N_(
    "This compares whole numbers and assumes nothing about who votes how; it takes the bulletin's totals as "
    "they are, and what the log lacked at the size that the bulletin names."
)
_LIMITS_ANNOUNCED = N_(
    "This compares whole numbers and assumes nothing about who votes how; it takes the announced totals and "
    "the announced share of stations as they are, and does not know which stations these are."
)
LEFT_OUT = N_(
    "Voters whom neither the roll nor the rules name (abroad, in transit, staff who vote where "
    "they serve) are left out."
)
"""What no bound of outstanding ballots has; it stands beside every certificate."""
