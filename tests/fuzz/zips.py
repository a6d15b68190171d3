"""Damaged ZIP files of a publication, and of the part of one area, to the verifier that works offline."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path
from random import Random
from typing import Any

from escrutinio.core.log.trust import format_trust
from escrutinio.core.verification.publication import open_verified
from escrutinio.core.verification.verified import VerifiedLog
from escrutinio.publication.downloads.part import part_files, write_zip
from tests.browser.publish import isla
from tests.core.verification.lab import publish
from tests.fuzz.odd import damaged
from tests.fuzz.subject import Place, Subject, Tried

_AREA = "norte"
_TAIL = 4_000
"""Bytes at the end of a ZIP that hold its directory, or a good part of it."""

_PIECES = (b"\xff" * 4, b"PK\x05\x06" + bytes(18), b"PK\x01\x02", b"PK\x03\x04", bytes(22), b"\xff\xff")


class Zips(Subject[bytes]):
    """ZIP files with a few bytes changed, mostly in their directory."""

    name = "zips"
    about = "damaged ZIP files to the offline verifier"
    count = 800
    batch = 20
    slow = 5.0

    def __init__(self, place: Place) -> None:
        super().__init__(place)
        published = place.directory / "isla"
        shutil.rmtree(published, ignore_errors=True)
        self._trust = publish(published, isla())
        log = open_verified(published, trust=self._trust)
        self._zips = [self._whole(published), self._part(log)]

    def _whole(self, published: Path) -> bytes:
        path = self.place.directory / "whole.zip"
        path.unlink(missing_ok=True)
        files = sorted(each for each in published.rglob("*") if each.is_file())
        write_zip(path, ((each.relative_to(published).as_posix(), each.read_bytes()) for each in files))
        return path.read_bytes()

    def _part(self, log: VerifiedLog) -> bytes:
        path = self.place.directory / "part.zip"
        path.unlink(missing_ok=True)
        write_zip(path, part_files(log, _AREA))
        return path.read_bytes()

    def make(self, random: Random) -> bytes:
        good = random.choice(self._zips)
        if random.random() < 0.01:
            return good
        if random.random() < 0.6:
            return good[:-_TAIL] + damaged(random, good[-_TAIL:], _PIECES)
        return damaged(random, good, _PIECES)

    def judge(self, inputs: Sequence[bytes]) -> Iterator[Tried]:
        trust = format_trust(self._trust).hex()
        answers = self.place.node.ask("zip", [{"data": data.hex(), "trust": trust} for data in inputs])
        for data, answer in zip(inputs, answers, strict=True):
            said: Any = answer.said
            if answer.broken:
                yield Tried("crash in JavaScript", answer.broken, data)
            elif answer.refused:
                wrong = "an honest ZIP is refused" if data in self._zips else ""
                yield Tried("refused", wrong, data, answer.seconds)
            else:
                good = all(step["state"] != "bad" for step in said["steps"])
                wrong = "an honest ZIP does not verify" if data in self._zips and not good else ""
                label = f"{said['kind']}: {'holds' if good else 'a check fails'}"
                yield Tried(label, wrong, data, answer.seconds)
