"""Checks 1 to 3: one checkpoint, read once; who signed it, and who cosigned it."""

from __future__ import annotations

from escrutinio.base.errors import FileUnreadableError, LogError
from escrutinio.base.words.say import Phrase
from escrutinio.core.log.checkpoint import (
    Cosigned,
    SignedCheckpoint,
    find_cosignatures,
    find_log_key,
    parse_checkpoint,
    unjudged_cosigners,
)
from escrutinio.core.log.policy import NO_QUORUM, Policy
from escrutinio.core.log.reader import CHECKPOINT, LogReader
from escrutinio.core.verification.checks import Answer, Check, Running, unjudged

PLACE = f"log/{CHECKPOINT}"
NO_TRUST = Phrase("No trust file was given, so nothing says whose log this is.")


def read_checkpoint(reader: LogReader) -> tuple[Answer, SignedCheckpoint | None]:
    """Check 1: the checkpoint is there and well formed. It is read here and nowhere else."""
    check = Running(Check.CHECKPOINT)
    signed = None
    try:
        signed = parse_checkpoint(reader.checkpoint())
        check.count = 1
    except FileUnreadableError as error:
        check.leave_open(PLACE, error)
    except LogError as error:
        check.fail(PLACE, error)
    return check.done(), signed


def check_signatures(
    signed: SignedCheckpoint, policy: Policy | None
) -> tuple[list[Answer], tuple[Cosigned, ...]]:
    """Checks 2 and 3: a log key that the policy trusts signed it, and its quorum of witnesses cosigned it."""
    if policy is None:
        return unjudged((Check.LOG_SIGNATURE, Check.COSIGNATURES), PLACE, NO_TRUST), ()
    signature, quorum = Running(Check.LOG_SIGNATURE), Running(Check.COSIGNATURES)
    try:
        find_log_key(signed, policy)
        signature.count = 1
    except LogError as error:
        signature.fail(PLACE, error)
    cosignatures: tuple[Cosigned, ...] = ()
    try:
        cosignatures = find_cosignatures(signed, policy)
    except LogError as error:
        quorum.fail(PLACE, error)
    else:
        quorum.count = len(cosignatures)
        if policy.quorum == NO_QUORUM:
            quorum.note = Phrase("The trust file asks for no cosignature.")
        names, unjudged_names = (
            {cosigned.witness for cosigned in cosignatures},
            unjudged_cosigners(signed, policy),
        )
        why = LogError("cosignatures-unjudged", names=", ".join(unjudged_names))
        if policy.satisfied_by(names):
            if unjudged_names:
                quorum.note = why
        elif policy.satisfied_by(names | set(unjudged_names)):
            quorum.leave_open(PLACE, why)  # nothing is wrong that is known of
        else:
            present = ", ".join(cosigned.witness for cosigned in cosignatures) or NO_QUORUM
            quorum.fail(PLACE, LogError("checkpoint-quorum", quorum=repr(policy.quorum), present=present))
    return [signature.done(), quorum.done()], cosignatures
