"""The seed of an audit: the digits of all who throw, each committed to before anybody opens theirs.

The seed is the digits of every thrower, one after the other in the order in which the commitment names them.
One who knew the others' digits could choose their own, so digits count only if their digest stood in the log
before the first digits were opened. Whoever does not open theirs is replaced by dice thrown in public. Such
dice count once two organisations that the commitment names state the same: nobody alone writes a seed. Where
the commitment names one thrower alone, its digits are such dice, and another one has to state that they fell
so.

Everybody gives about as many digits, so that nobody's are too few to matter, or so many that there is no
seed.
"""

import re
from dataclasses import dataclass, field
from fractions import Fraction

from escrutinio.core.election.keys import side_of
from escrutinio.core.records import types as t
from escrutinio.core.records.commitments import digits_digest
from escrutinio.evidence.audit.draw import MOST_DIGITS, SEED_DIGITS, check_seed
from escrutinio.evidence.audit.notes import AuditFinding, note

_DIGITS = re.compile("[0-9]+")

EACH = 10
"""How many digits each of several throwers gives at least, where there is room: 10^10 outcomes that nobody
else chooses. Of few outcomes the others could find digits of theirs with which most of these suit them."""

ALL_OPEN = Fraction(9, 10)
"""The share of the risk limit for a seed that several throw and all of them open."""

_STATING = 2
"""How many organisations must state the same dice."""


@dataclass(eq=False)
class Throws:
    """What is known of a seed so far. `by`: who committed to the audit; `throwers`: who throws, in order;
    `counters`: who counts; `since`: the index of the audit's commitment. `committed` and `opened`: per
    thrower the index of the record and the digest, or the digits; `dice`: per thrower what each organisation
    states of dice thrown in public, with the index; `own`: those who opened what
    they had committed to."""

    by: str
    throwers: tuple[str, ...]
    counters: tuple[str, ...]
    since: int
    committed: dict[str, tuple[int, bytes]] = field(default_factory=dict)
    opened: dict[str, tuple[int, str]] = field(default_factory=dict)
    dice: dict[str, dict[str, tuple[int, str]]] = field(default_factory=dict)
    own: set[str] = field(default_factory=set)
    notes: list[AuditFinding] = field(default_factory=list)

    @property
    def awaited(self) -> tuple[str, ...]:
        """The throwers whose digits are not open yet."""
        return tuple(name for name in self.throwers if name not in self.opened)

    @property
    def begun(self) -> bool:
        """Whether somebody has opened digits, or stated dice, be it alone: from then on the seed is known in
        part, and another audit would be another try."""
        return bool(self.opened or any(self.dice.values()))

    @property
    def lengths(self) -> tuple[int, int]:
        """How many digits each thrower gives, at least and at most, so that they are a seed together."""
        most = MOST_DIGITS // len(self.throwers)
        return (SEED_DIGITS if len(self.throwers) == 1 else min(EACH, most)), most

    @property
    def share(self) -> Fraction:
        """The share of the risk limit that this seed may use.

        Whoever opens last knows the seed, and may keep their digits back for another one with dice; so may
        the next of them. What such a choice gains is shared out beforehand: `ALL_OPEN` to the seed of all, of
        the rest one half where one was replaced, a quarter where two were, and so on. Of one thrower's dice
        nobody knows anything beforehand.
        """
        if len(self.throwers) == 1:
            return Fraction(1)
        replaced = sum(thrower not in self.own for thrower in self.opened)
        return (1 - ALL_OPEN) / 2**replaced if replaced else ALL_OPEN

    def commits(self, index: int, signer: str, said: t.DigitsCommitment) -> None:
        """Take a digest of digits, if it is the first of its thrower and comes before any digits."""
        thrower = side_of(signer)
        if thrower not in self.throwers:
            self._note("not-named", index, signer=signer)
        elif self.opened or index < self.since:
            self._note("digits-late", index, signer=signer)
        elif thrower in self.committed and self.committed[thrower][1] != said.digits:
            self._note("digits-again", index, signer=signer, first=self.committed[thrower][0])
        else:
            self.committed.setdefault(thrower, (index, said.digits))

    def opens(self, index: int, signer: str, said: t.AuditSeed) -> None:
        """Take digits that somebody opens, or throws in another one's place."""
        mine = side_of(signer)
        thrower = mine if said.instead_of is None else side_of(said.instead_of)
        allowed = thrower in self.throwers and (
            mine == thrower or mine in (self.by, *self.throwers, *self.counters)
        )
        if not allowed or (said.instead_of is not None and mine == thrower):
            self._note("not-named", index, signer=signer)
        elif not self.fits(said.digits):
            least, most = self.lengths
            self._note("seed-form", index, least=least, most=most)
        elif index < self.since:
            self._note("seed-before", index)
        elif thrower in self.opened:
            if said.digits != self.opened[thrower][1]:
                own = mine == thrower and thrower not in self.own and self._is_own(signer, said)
                values = {"signer": signer} if own else {}
                self._note(
                    "seed-own" if own else "seed-again", index, first=self.opened[thrower][0], **values
                )
        elif said.instead_of is not None:
            self._states(index, mine, thrower, said.digits)
        elif self._was_committed(index, signer, said):
            if len(self.throwers) == 1:
                self._states(index, mine, thrower, said.digits)
            else:
                self.own.add(thrower)
                self.opened[thrower] = index, said.digits

    def _states(self, index: int, mine: str, thrower: str, digits: str) -> None:
        """Dice thrown in public: what an organisation states first of them counts, once another one has
        stated the same."""
        stated = self.dice.setdefault(thrower, {})
        if mine in stated:
            if stated[mine][1] != digits:
                self._note("seed-again", index, first=stated[mine][0])
            return
        stated[mine] = index, digits
        agreeing = [name for name, (_, said) in stated.items() if said == digits]
        if len(agreeing) >= _STATING:
            self.opened[thrower] = index, digits
            if thrower not in agreeing:
                self._note("seed-instead", index, signer=", ".join(sorted(agreeing)), thrower=thrower)

    def fits(self, digits: str) -> bool:
        """Whether these can be somebody's digits of this seed."""
        least, most = self.lengths
        return bool(_DIGITS.fullmatch(digits)) and least <= len(digits) <= most

    def _is_own(self, signer: str, said: t.AuditSeed) -> bool:
        """Whether these are the digits that their thrower committed to."""
        found = self.committed.get(side_of(signer))
        return (
            found is not None and said.salt is not None and digits_digest(said.salt, said.digits) == found[1]
        )

    def _was_committed(self, index: int, signer: str, said: t.AuditSeed) -> bool:
        found = self.committed.get(side_of(signer))
        if found is None:
            if len(self.throwers) == 1:
                return True
            self._note("digits-uncommitted", index, signer=signer)
            return False
        if not self._is_own(signer, said):
            self._note("digits-differ", index, signer=signer, first=found[0])
            return False
        return True

    def seed(self) -> tuple[str, int] | None:
        """The seed and the index at which it was complete; None while digits are missing."""
        if self.awaited:
            for thrower in self.awaited:
                for signer, (index, _) in self.dice.get(thrower, {}).items():
                    self._note("seed-alone", index, signer=signer)
            return None
        digits = check_seed("".join(self.opened[name][1] for name in self.throwers))
        return digits, max(index for index, _ in self.opened.values())

    def _note(self, code: str, index: int, **values: object) -> None:
        self.notes.append(note(code, index, **values))
