"""What signers take back of their own, and what they may not."""

from escrutinio.base.words.catalogue import N_
from escrutinio.core.election.findings.family import NOTE, Family, RuleInput
from escrutinio.core.election.findings.finding import Findings
from escrutinio.core.election.retractions import AGAIN, OTHERS, TYPE, UNKNOWN, judge_retractions
from escrutinio.core.records.codecs import word

FAMILY = Family("retractions")

RECORD_RETRACTED = FAMILY.finding(
    "record-retracted",
    NOTE,
    "Copy or claim taken back | In entry {entry}, {signer} takes back what it said in entry {first} ({why}); "
    "that stays in the log and counts no longer among copies and claims.",
)

RETRACTION_WITHOUT_EFFECT = FAMILY.finding(
    "retraction-without-effect",
    NOTE,
    "Retraction without effect | Entry {entry}, by {signer}, takes back a record that it may not take back "
    "({why}); it changes nothing.",
)

FAMILY.words(
    RECORD_RETRACTED,
    "why",
    {
        "misread": N_("misread"),
        "other-sheet": N_("read off another sheet"),
        "forged": N_("what it was read from is forged"),
        "other": N_("another reason"),
    },
)
FAMILY.words(
    RETRACTION_WITHOUT_EFFECT,
    "why",
    {
        UNKNOWN: N_("no record below it has that digest"),
        OTHERS: N_("another signer said it"),
        TYPE: N_("neither a copy nor a claim"),
        AGAIN: N_("taken back before"),
    },
)


@FAMILY.rule
def _retractions(given: RuleInput, notes: Findings) -> None:
    state = given.state
    for each in judge_retractions(state.controls, state.tables, state.signers, state.digests):
        index, signer, body = each.logged.index, each.logged.entry.signer, each.logged.body
        if each.entry is None:
            notes.add(RETRACTION_WITHOUT_EFFECT, [index], signer=signer, why=each.why)
        else:
            notes.add(
                RECORD_RETRACTED, [index, each.entry], signer=signer, first=each.entry, why=word(body.reason)
            )
