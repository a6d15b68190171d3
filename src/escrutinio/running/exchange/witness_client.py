"""A witness at an address, as the log that it cosigns sees it."""

from __future__ import annotations

from collections.abc import Sequence

from escrutinio.base.errors import LogError
from escrutinio.core.log.merkle import MAX_SIZE
from escrutinio.core.log.notes import MAX_NOTE, VerifierKey, decode_decimal
from escrutinio.core.log.policy import Policy
from escrutinio.core.log.witnessing import WitnessElsewhereError
from escrutinio.running.exchange.asking import HttpAnswer, HttpAsker, NoAnswerError
from escrutinio.running.exchange.tlog_witness import ADD_CHECKPOINT, add_checkpoint, monitored_path

PATIENCE = 10.0
"""Seconds that a witness has for an answer, all of it."""


class HttpWitness:
    """The `Witness` at an http or https address, its submission and monitoring prefix; `keys` are its keys.

    May be used by several threads at once. An answer that takes longer than `patience` seconds, or is longer
    than a note, is none. Redirects are not followed.
    """

    def __init__(
        self, name: str, keys: Sequence[VerifierKey], address: str, patience: float = PATIENCE
    ) -> None:
        self.name, self.keys = name, tuple(keys)
        self._patience, self._asker = patience, HttpAsker(address, patience)

    def latest(self, origin: str) -> bytes | None:
        """See `Witness`."""
        answer = self._ask("GET", monitored_path(origin))
        if answer.status == 404:
            return None
        if answer.status != 200:
            raise self._refusal(answer)
        return answer.body

    def cosign(self, old_size: int, proof: Sequence[bytes], checkpoint: bytes) -> bytes:
        """See `Witness`."""
        answer = self._ask("POST", ADD_CHECKPOINT, add_checkpoint(old_size, proof, checkpoint).data)
        if answer.status == 409:
            try:
                size = decode_decimal(answer.body.decode("ascii").removesuffix("\n"), MAX_SIZE)
            except ValueError:
                raise self._refusal(answer) from None
            raise WitnessElsewhereError(self.name, size)
        if answer.status != 200:
            raise self._refusal(answer)
        return answer.body

    def _refusal(self, answer: HttpAnswer) -> LogError:
        said = answer.body[:200].decode("utf-8", "replace").strip()
        return LogError("witness-status", name=self.name, status=answer.status, said=repr(said))

    def _ask(self, method: str, path: str, body: bytes | None = None) -> HttpAnswer:
        try:
            return self._asker.ask(method, path, body, limit=MAX_NOTE)
        except NoAnswerError as none:
            if none.long:
                raise LogError("witness-long", name=self.name, limit=MAX_NOTE) from None
            if none.slow:
                raise LogError("witness-slow", name=self.name, seconds=round(self._patience)) from None
            raise LogError("witness-unreached", name=self.name, why=none.why) from None


def witnesses_of(policy: Policy, patience: float = PATIENCE) -> list[HttpWitness]:
    """The witnesses of a policy that have an address: one for each, with all the keys that stand with it."""
    at: dict[str, list[tuple[str, VerifierKey]]] = {}
    for witness in policy.witnesses:
        if witness.url:
            at.setdefault(witness.url.rstrip("/"), []).append((witness.name, witness.key))
    return [
        HttpWitness(named[0][0], [key for _, key in named], address, patience)
        for address, named in at.items()
    ]
