"""Attachments: who withdraws what, and what the authority asks to have withdrawn."""

from escrutinio.core.election.findings.family import NOTE, Family, RuleInput
from escrutinio.core.election.findings.finding import Findings
from escrutinio.core.election.state import Standing, attachments_of
from escrutinio.core.records import types as t

FAMILY = Family("withdrawals")

WITHDRAWAL_OF_OTHERS = FAMILY.finding(
    "withdrawal-of-others",
    NOTE,
    "Withdrawal of what its signer did not name | Entry {entry}, by {signer}, withdraws an attachment that "
    "no record of its signer names below it; it has no effect.",
)

REMOVAL_REQUESTED = FAMILY.finding(
    "removal-requested",
    NOTE,
    "Removal of an attachment requested | In entry {entry} the authority asks whoever named the attachment "
    "{attachment} to withdraw it; by itself that removes nothing.",
)


@FAMILY.rule
def _withdrawals(given: RuleInput, notes: Findings) -> None:
    named: set[tuple[str, bytes]] = set()
    for logged in given.state.controls:
        signer = logged.entry.signer
        withdrawal = logged.takes_effect(t.Withdrawal)
        if withdrawal is not None and (signer, withdrawal.body.attachment) not in named:
            notes.add(WITHDRAWAL_OF_OTHERS, [logged.index], signer=signer)
        elif logged.standing is not Standing.REFUSED:
            named.update((signer, attachment.digest) for attachment in attachments_of(logged.body))


@FAMILY.rule
def _requests(given: RuleInput, notes: Findings) -> None:
    for logged in given.state.records(t.RemovalRequest):
        notes.add(REMOVAL_REQUESTED, [logged.index], attachment=logged.body.attachment.hex())
