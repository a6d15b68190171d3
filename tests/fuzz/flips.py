"""One bit flipped in each published file: noticed, or the file is documented as one that is not looked at."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator, Sequence
from random import Random
from time import process_time
from typing import Any, NamedTuple

from escrutinio.core.derived.compare import of_pages
from escrutinio.core.log.trust import parse_trust
from escrutinio.core.verification.checks import Check, Outcome
from escrutinio.core.verification.publication import verify_publication
from tests.conftest import publish_example
from tests.fuzz.subject import Place, Subject, Tried, described

VIEWS = re.compile(
    r"(en|es|embed|assets)/.*|(index|404)\.html|(site|live|latest)\.json|feed\.[a-z.]+|trust\.toml"
    r"|data/datapackage\.json"
)
"""What `verify` does not look at: pages and what they are made with, indexes that serve them (docs/data.md),
of the copy of the trust file what names nothing, and what says of `data/` nothing that a check needs
(docs/verifying.md)."""

PACKAGE = "data/datapackage.json"


class Flip(NamedTuple):
    """Which bit of which file."""

    path: str
    at: int
    bit: int


class Flips(Subject[Flip]):
    """Bits of the files of the miniature example, one at a time, under both verifiers."""

    name = "flips"
    about = "one bit flipped in each published file, noticed by both verifiers"
    count = 480
    batch = 20
    slow = 20.0

    def __init__(self, place: Place) -> None:
        super().__init__(place)
        shutil.rmtree(place.directory / "miniature", ignore_errors=True)
        self._root = publish_example("miniature", place.directory)
        self._trust = (self._root / "trust.toml").read_bytes()
        files = sorted(each for each in self._root.rglob("*") if each.is_file() and each.stat().st_size)
        self._files = [each.relative_to(self._root).as_posix() for each in files]
        Random(0).shuffle(self._files)  # a share of the files has some of every kind

    def made(self, seed: int, number: int) -> Flip:
        """Every file in turn; its bit by chance."""
        random = Random(f"{self.name} {seed} {number}")
        path = self._files[(seed + number) % len(self._files)]
        return Flip(path, random.randrange((self._root / path).stat().st_size), random.randrange(8))

    def make(self, random: Random) -> Flip:
        return self.made(random.randrange(2**32), 0)

    def judge(self, inputs: Sequence[Flip]) -> Iterator[Tried]:
        for flip in inputs:
            path = self._root / flip.path
            whole = path.read_bytes()
            changed = bytearray(whole)
            changed[flip.at] ^= 1 << flip.bit
            began = process_time()
            try:
                path.write_bytes(changed)
                label, wrong = self._look(flip)
            except Exception as error:
                label, wrong = "crash in Python", described(error)
            finally:
                path.write_bytes(whole)
            yield Tried(label, wrong and f"{flip}: {wrong}", repr(flip).encode(), process_time() - began)

    def _look(self, flip: Flip) -> tuple[str, str]:
        found = verify_publication(self._root, trust=parse_trust(self._trust))
        noticed = {each.check for each in found.answers if each.outcome is not Outcome.HOLDS}
        answer = self.place.node.one("whole", directory=str(self._root), trust=self._trust.hex())
        if answer.broken:
            return "crash in JavaScript", answer.broken
        said: Any = answer.said
        theirs = {step["number"] for step in said["steps"] if step["state"] != "ok"} if said else {1}
        if flip.path != PACKAGE and noticed - {Check.TABLES} and not theirs - {None}:
            return "only Python notices", f"checks {sorted(check.code for check in noticed)}"
        if theirs - {None} and not noticed:
            return "only JavaScript notices", f"checks {sorted(theirs - {None})}"
        if noticed:
            return "noticed", ""
        if VIEWS.fullmatch(flip.path) or of_pages(flip.path.removeprefix("data/")):
            return "a view, not looked at", ""
        return "not noticed", "this file is not one of those that are not looked at"
