"""A log verified by itself: checks 1 to 6, as `verify_publication` makes them of the log of a publication."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from escrutinio.core.log.checkpoint import Cosigned, SignedCheckpoint
from escrutinio.core.log.policy import Policy
from escrutinio.core.log.reader import LogReader
from escrutinio.core.verification.checkpoint import check_signatures, read_checkpoint
from escrutinio.core.verification.checks import Answer, Check, Outcome
from escrutinio.core.verification.tree import LeafTiles, check_tree


@dataclass(frozen=True)
class Whole:
    """The answers, the checkpoint they are of, and the witnesses that cosigned it."""

    answers: tuple[Answer, ...]
    signed: SignedCheckpoint | None
    cosignatures: tuple[Cosigned, ...] = ()

    @property
    def authenticated(self) -> bool:
        """Whether every check holds, those that need a policy among them."""
        return all(answer.outcome is Outcome.HOLDS for answer in self.answers)


def verify_log(reader: LogReader, policy: Policy | None, leaf_tiles: LeafTiles | None = None) -> Whole:
    """Checks 1 to 6 of a log."""
    first, signed = read_checkpoint(reader)
    if signed is None:
        return Whole((first,), None)
    signatures, cosignatures = check_signatures(signed, policy)
    tree = check_tree(reader, signed.checkpoint, leaf_tiles)
    return Whole((first, *signatures, *tree.answers), signed, cosignatures)


def failed(answers: Iterable[Answer]) -> dict[Check, list[str]]:
    """Check -> places of its failures."""
    return {each.check: [reason.place for reason in each.failures] for each in answers if each.failures}


def left_open(answers: Iterable[Answer]) -> dict[Check, list[str]]:
    """Check -> places of what could not be judged."""
    return {each.check: [reason.place for reason in each.unjudged] for each in answers if each.unjudged}


def failures(answers: Iterable[Answer]) -> list[str]:
    """Place and sentence of everything that failed."""
    return [f"{reason.place}: {reason.sentence('en')}" for answer in answers for reason in answer.failures]
