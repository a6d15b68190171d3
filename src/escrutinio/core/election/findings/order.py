"""What stands in the log in another order than it should, or says otherwise what was said before."""

from escrutinio.base.words.catalogue import N_
from escrutinio.core.election.findings.family import WARNING, Family, RuleInput
from escrutinio.core.election.findings.finding import Findings
from escrutinio.core.records import types as t

FAMILY = Family("order")

OUT_OF_ORDER = FAMILY.finding(
    "out-of-order",
    WARNING,
    "Out of order | Entry {entry} stands in the log before something that should come before it ({what}).",
)

POLICY_CHANGED = FAMILY.finding(
    "policy-changed",
    WARNING,
    "Witness policy changed | Entry {entry} states another witness policy than entry {first}; trust "
    "files are not changed by it.",
)

FAMILY.words(OUT_OF_ORDER, "what", {"charter": N_("charter of the log")})


@FAMILY.rule
def _charter_first(given: RuleInput, notes: Findings) -> None:
    state = given.state
    if state.size > 1 and not any(c.index == 1 and c.of(t.Charter) for c in state.controls):
        notes.add(OUT_OF_ORDER, [1], what="charter")


@FAMILY.rule
def _policies(given: RuleInput, notes: Findings) -> None:
    """A witness policy that differs from the one stated before it."""
    before: tuple[int, bytes] | None = None
    for logged in given.state.records(t.WitnessPolicy):
        digest = logged.body.policy.digest
        if before is not None and digest != before[1]:
            notes.add(POLICY_CHANGED, [logged.index, before[0]], first=before[0])
        before = logged.index, digest
