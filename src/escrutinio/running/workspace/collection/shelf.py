"""The pictures that a collection keeps, sealed at rest where its private part is.

private/pictures/
    SHA-256        a picture as it came, byte for byte: what its SHA-256 in the log is of
    index.jsonl    its name, its pages, and where it is: what is read to know them all, so that no picture is

What phones sent stays where it was sealed (`pictures.py`), and stands in the index too.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import msgspec

from escrutinio.base.errors import InputError
from escrutinio.base.json_text import NO_JSON
from escrutinio.base.limited import LeftError, Readers
from escrutinio.core.records.attachments import digest_of
from escrutinio.intake.scan.folder import IMAGE, list_folder, path_name
from escrutinio.intake.scan.images import count_pages, is_plain
from escrutinio.intake.scan.problems import Problem, UnreadableError
from escrutinio.intake.scan.regular import read_regular
from escrutinio.running.workspace.cabinet import BOXES, Cabinet
from escrutinio.running.workspace.collection.pictures import PHONE, PICTURES, PictureBox

INDEX = "index.jsonl"
_TOGETHER = 256
"""Pictures that are forced to the disk together, and then stand in the index: a run that is stopped begins
again after the last of them."""


class KeptPicture(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """A line of the index: the SHA-256 of the file in hexadecimal, what results call it, its pages, and, of
    what a phone sent, its file below the private part."""

    digest: str
    source: str
    pages: int = 1
    box: str = ""


@dataclass(frozen=True, slots=True)
class TakenIn:
    """What came of taking pictures in: how many are new, how many were there, and of each file that is no
    picture why."""

    new: int
    known: int
    unreadable: dict[str, str]


class PictureShelf:
    """The pictures of a private part, whose cabinet is open where it is sealed."""

    def __init__(self, files: Cabinet) -> None:
        self._private, self._files = files, files.below(PICTURES)
        self._by_digest: dict[str, KeptPicture] = {}

    def pictures(self) -> list[KeptPicture]:
        """Every picture, in the order in which they came. Raises InputError for a damaged index."""
        lines, _ = self._files.lines(INDEX)
        try:
            return [msgspec.json.decode(line, type=KeptPicture) for line in lines]
        except NO_JSON as error:
            path = self._files.place(INDEX, BOXES)
            raise InputError("file-unreadable", path=path, why=str(error)) from None

    def find(self, name: str) -> KeptPicture:
        """The picture of this SHA-256 (or its beginning) or name. Raises InputError where there is none, or
        there are several."""
        found = [one for one in self.pictures() if name == one.source]
        found = found or [one for one in self.pictures() if len(name) >= 8 and one.digest.startswith(name)]
        if len(found) != 1:
            raise InputError("picture-none", name=repr(name[:200]), count=len(found))
        return found[0]

    def content(self, digest: str) -> bytes:
        """The picture of a SHA-256, in memory. Raises InputError where it is damaged, or there is none."""
        if digest not in self._by_digest:
            self._by_digest = {one.digest: one for one in self.pictures()}
        return self.content_of(self._by_digest.get(digest) or self.find(digest))

    def content_of(self, kept: KeptPicture) -> bytes:
        """A picture, in memory. Raises InputError where it is damaged or gone."""
        path = self._files.place(kept.digest)
        if kept.box:
            path = self._private.private / kept.box
            if self._private.key is None:
                raise InputError("box-locked", path=path)
            content: bytes | None = PictureBox(self._private.private).picture(path, self._private.key).content
        else:
            content = self._files.read(kept.digest)
        if content is None:
            raise InputError("file-unreadable", path=path, why=Problem.VANISHED.value)
        if digest_of(content).hex() != kept.digest:
            raise InputError("box-altered", path=path)
        return content

    # --- taking in ---

    def take_in(self, folder: Path) -> TakenIn:
        """Take in the pictures of a folder and below it; what is there counts once, whatever it is called.
        Raises InputError, LogError; what came before is kept."""
        known, unreadable, new = self._known(), dict[str, str](), 0
        with Readers(IMAGE) as readers:
            found = self._found(folder, known, readers, unreadable)
            while rows := self._keep(islice(found, _TOGETHER)):
                new += len(rows)
        return TakenIn(new, known.again, unreadable)

    def _found(
        self, folder: Path, known: _Known, readers: Readers, unreadable: dict[str, str]
    ) -> Iterator[tuple[KeptPicture, bytes]]:
        """The pictures of a folder that are new, one after the other."""
        for path in list_folder(folder):
            name = path_name(path, folder)
            try:
                data = read_regular(path).data
                digest = digest_of(data).hex()
                if digest in known.digests:
                    known.again += 1
                    continue
                pages = 1 if is_plain(data) else readers.call(count_pages, data)
            except (UnreadableError, LeftError) as error:
                unreadable[name] = str(error)
                continue
            kept = KeptPicture(digest=digest, source=known.free(name, digest), pages=pages)
            known.add(kept)
            yield kept, data

    def take_in_sent(self) -> TakenIn:
        """Let what phones sent stand in the index too: each is opened once, in memory. Raises InputError for
        one that is damaged, LogError."""
        known, rows = self._known(), list[KeptPicture]()
        box = PictureBox(self._private.private)
        for path in box.paths():
            place = path.relative_to(self._private.private).as_posix()
            if place in known.boxes:
                known.again += 1
                continue
            if self._private.key is None:
                raise InputError("box-locked", path=path)
            sent = box.picture(path, self._private.key)
            digest = digest_of(sent.content).hex()
            if digest in known.digests:
                known.again += 1
                continue
            source = f"{PHONE}/{sent.label}/{sent.digest}.jpg"
            rows.append(KeptPicture(digest=digest, source=known.free(source, digest), box=place))
            known.add(rows[-1])
        self._note(rows)
        return TakenIn(len(rows), known.again, {})

    def _keep(self, some: Iterable[tuple[KeptPicture, bytes]]) -> list[KeptPicture]:
        rows: list[KeptPicture] = []

        def files() -> Iterator[tuple[str, bytes]]:
            for row, data in some:
                rows.append(row)
                yield row.digest, data

        self._files.write(files())
        self._note(rows)
        return rows

    def _note(self, rows: Iterable[KeptPicture]) -> None:
        lines = [msgspec.json.encode(row) for row in rows]
        if lines:
            self._files.append(INDEX, lines)

    def _known(self) -> _Known:
        lines, cut = self._files.lines(INDEX)
        if cut:  # a run was stopped in the middle of a line: its pictures come again
            self._files.rewrite(INDEX, lines)
        known = _Known(set(), set(), set())
        for one in self.pictures():
            known.add(one)
        return known


@dataclass(slots=True)
class _Known:
    """The pictures that are there, and how many came again."""

    digests: set[str]
    sources: set[str]
    boxes: set[str]
    again: int = 0

    def add(self, one: KeptPicture) -> None:
        self.digests.add(one.digest)
        self.sources.add(one.source)
        self.boxes.add(one.box)

    def free(self, name: str, digest: str) -> str:
        """The name, or one that no other picture has."""
        return name if name not in self.sources else f"{digest[:12]}/{name}"
