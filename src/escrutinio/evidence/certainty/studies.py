"""Whether outstanding votes could change some totals: a certificate and all that is said beside it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from escrutinio.base.errors import InputError
from escrutinio.base.words.catalogue import languages
from escrutinio.core.election.state import ContestView, ElectionState, Logged
from escrutinio.core.records.types import Claim
from escrutinio.evidence.certainty.announcements import (
    announced_result,
    claim_certificate,
    coverage_with_roll,
)
from escrutinio.evidence.certainty.certificates import Coverage
from escrutinio.evidence.certainty.irreversibility import Certificate
from escrutinio.evidence.certainty.percentages import parse_percentage
from escrutinio.evidence.certainty.projection import if_like_their_neighbours, if_randomly_missing
from escrutinio.evidence.certainty.reversal import Reversal, fraction_needed


@dataclass(frozen=True)
class CertaintyStudy:
    """A certificate with all that is shown beside it.

    `counted_needed`: parts of the roll to count, if the split stays, with registered voters and with equal
    turnout as what is outstanding. `areas`: name and certificate of the areas right below, each as if it
    voted alone. `assumed`: results that rest on an assumption.
    """

    certificate: Certificate
    reversal: Reversal | None
    share: Fraction | None = None
    registered: int | None = None
    counted_needed: tuple[Fraction, Fraction] | None = None
    areas: tuple[tuple[str, Certificate], ...] = ()
    assumed: tuple[tuple[str, dict[str, tuple[str, str]]], ...] = ()


def study_of_sheets(
    state: ElectionState,
    contest: ContestView,
    basis: str,
    *,
    area: str | None = None,
    registered: int | None = None,
    size: int | None = None,
    assume_random: bool = False,
) -> CertaintyStudy:
    """Whether what is outstanding could change what the sheets of a basis show in an area, as of a log size.

    `area` is the whole contest where not given; `registered`: voters on its whole roll, by default as
    announced (`announced_roll`). Raises InputError for
    an area without a vote in the contest, and EvidenceError as `coverage` does.
    """
    code, top = contest.code, area or contest.area
    at = state.areas.index.get(top)
    if at is None or state.areas.index[contest.area] not in state.areas.path(at):
        raise InputError("contest-area-top", contest=repr(code), area=repr(top[:80]))
    found = coverage_with_roll(state, code, basis, size=size, registered=registered)
    below = [state.areas.codes[child] for child in state.areas.children(at)]
    return CertaintyStudy(
        found.certificate(top),
        _first_two(found.certificate(top), found.reversal(top)),
        registered=None if found.stated is None else found.stated.voters,
        areas=tuple(
            (state.areas.names[found.index[each]], found.certificate(each))
            for each in below
            if _votes_there(found, each)
        ),
        assumed=_assumed(state, contest, basis, below) if assume_random else (),
    )


def study_of_claim(
    state: ElectionState, claim: Logged[Claim], *, share: str | None = None, registered: int | None = None
) -> CertaintyStudy:
    """The same for an announced result; `share`, a percentage, stands in for the one that it states.

    Raises EvidenceError as `claim_certificate` does, and for a share that is none.
    """
    if share is not None:
        parse_percentage(share)
        body, _ = announced_result(state, claim)
        claim = replace(claim, entry=replace(claim.entry, body=replace(body, covered=share)))
    found = claim_certificate(state, claim, registered=registered)
    counted = None if found.share is None else found.share.value
    needed, margin, valid = None, found.certificate.margin, sum(found.certificate.votes)
    if counted and found.registered and margin is not None and valid:
        needed = (
            fraction_needed(found.registered, margin, counted),
            fraction_needed(valid / counted, margin, counted),
        )
    reversal = _first_two(found.certificate, found.reversal)
    return CertaintyStudy(found.certificate, reversal, counted, found.registered, needed)


def _first_two(certificate: Certificate, reversal: Reversal | None) -> Reversal | None:
    """The reversal where it decides: the most votes win, and something is outstanding or not known."""
    decides = certificate.statements[0].code == "first" and certificate.outstanding.capacity != 0
    return reversal if decides else None


def _votes_there(found: Coverage, area: str) -> bool:
    at = found.index[area]
    left = found.outstanding(at)
    return bool(found.votes[at].any() or left.capacity or left.silent or left.registered_unknown)


def _assumed(
    state: ElectionState, contest: ContestView, basis: str, below: Sequence[str]
) -> tuple[tuple[str, dict[str, tuple[str, str]]], ...]:
    """What follows if stations are missing at random, and if they are like their neighbours."""
    random = if_randomly_missing(state, contest.code, basis)
    found = [("missing_at_random", {lang: random.sentences(lang) for lang in sorted(languages())})]
    if below:
        level = state.areas.levels[state.areas.index[below[0]]]
        near = if_like_their_neighbours(state, contest.code, basis, level)
        names = contest.candidates
        found.append(("post_stratified", {lang: near.sentences(names, lang) for lang in sorted(languages())}))
    return tuple(found)
