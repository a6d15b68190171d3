"""How a ruling stands: whether it is in force, what it still waits for, and until when it holds."""

from __future__ import annotations

from collections.abc import Iterator

from markupsafe import Markup

from escrutinio.base.words.catalogue import NN_
from escrutinio.core.election.findings.docket import COUNT_AWAITED
from escrutinio.core.election.revoking import WATCHERS
from escrutinio.core.election.state import Logged, Standing
from escrutinio.core.records.codes import Decision
from escrutinio.core.records.types import Revocation, Ruling
from escrutinio.publication.site.model import Site
from escrutinio.publication.site.words import Words


class RulingWords:
    """Says it in one language."""

    def __init__(self, site: Site, words: Words) -> None:
        self._words = words
        self._state = state = site.state
        self._entry = {logged.entry.digest: logged.index for logged in state.controls}
        self._replaced: dict[bytes, int] = {}
        for logged in state.records(Ruling):
            if logged.body.replaces is not None:
                self._replaced[logged.body.replaces] = logged.index
        self._waiting = {
            finding.entries[0]: finding.count for finding in state.findings if finding.code == COUNT_AWAITED
        }

    def state(self, logged: Logged[Ruling]) -> Markup:
        """A sentence; nothing for one without effect, whose row says why."""
        say, number = self._words.say, self._words.form.number
        if logged.standing is not Standing.EFFECTIVE:
            return Markup("–")
        later = self._replaced.get(logged.entry.digest)
        if later is not None:
            return say("no longer in force, since entry %(entry)s", entry=number(later))
        body = logged.body
        waiting = self._waiting.get(logged.index, 0)
        if waiting:
            return self._words.many(
                waiting,
                NN_("pending: %(count)s station waits for it", "pending: %(count)s stations wait for it"),
            )
        if body.decision in (Decision.RECOUNT, Decision.REPEAT):
            return say("in force; it was carried out")
        if body.decision is Decision.STAY and body.until is not None:
            return say("in force until %(moment)s", moment=self._words.form.moment(body.until))
        if body.decision is Decision.REVERSE and body.replaces in self._entry:
            return say("in force; it reverses entry %(entry)s", entry=number(self._entry[body.replaces]))
        return say("in force")

    def silenced(self) -> Iterator[Markup]:
        """A sentence for each key of a party or an observer that was revoked, with its legal basis."""
        say, number = self._words.say, self._words.form.number
        for logged in self._state.records(Revocation):
            held = self._state.keys.get(logged.body.kid)
            if held is None or held.key.role not in WATCHERS or logged.standing is not Standing.EFFECTIVE:
                continue
            yield say(
                "The key of %(signer)s was revoked in entry %(entry)s (legal basis: %(law)s). What its "
                "holder signs after that still enters the log, marked, and counts in no total.",
                signer=held.key.name,
                entry=number(logged.index),
                law=logged.body.legal_basis.strip() or say("none stated"),
            )

    def entry_of(self, digest: bytes | None) -> int | None:
        """The entry of a record that another one names; None where it is no control record of this log."""
        return None if digest is None else self._entry.get(digest)
