"""Where the pictures at a desk come from: a folder of this machine, or what a collection keeps."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Protocol

from escrutinio.base.dataclass import dataclass
from escrutinio.base.errors import InputError
from escrutinio.base.files import real_path
from escrutinio.base.limited import LeftError, Readers
from escrutinio.core.records.attachments import digest_of
from escrutinio.intake.scan.folder import IMAGE, list_folder
from escrutinio.intake.scan.images import count_pages, is_plain
from escrutinio.intake.scan.problems import Problem, UnreadableError
from escrutinio.intake.scan.regular import read_regular
from escrutinio.running.desk.transcription.tasks import picture_name
from escrutinio.running.workspace.collection.shelf import PictureShelf

MOST_IMAGES = 200_000


@dataclass(frozen=True, slots=True)
class Picture:
    """What people look at: a page (from 1) of a file, the SHA-256 of the file in hexadecimal, what results
    call the file, and where it is."""

    path: Path
    image: str
    page: int
    source: str

    @property
    def name(self) -> str:
        """The picture's name (`picture_name`)."""
        return picture_name(self.image, self.page)


class Source(Protocol):
    """What gives pictures, and their files when they are looked at."""

    def pictures(
        self, only: Mapping[Path, frozenset[int]] | None, unreadable: dict[str, str]
    ) -> Iterator[Picture]:
        """All pages, or those in `only` by file; into `unreadable` why a file is no picture."""

    def content(self, picture: Picture) -> bytes:
        """The file of a picture. Raises InputError."""


class FolderSource:
    """The pictures in a folder and below it, but for what lies in `apart`."""

    def __init__(self, folder: Path, apart: Path) -> None:
        self.folder, self._apart = real_path(folder), real_path(apart)

    def pictures(
        self, only: Mapping[Path, frozenset[int]] | None, unreadable: dict[str, str]
    ) -> Iterator[Picture]:
        """All pages, or those in `only` by file; into `unreadable` why a file is no picture. Raises
        InputError for too many, and for a file elsewhere."""
        with Readers(IMAGE) as readers:
            for path, pages in (self._listed() if only is None else only).items():
                inside = path if path.is_absolute() else self.folder / path
                try:
                    if inside.is_symlink():  # whatever it leads to, it is named and not followed
                        raise UnreadableError(Problem.NOT_A_FILE)
                    if not real_path(inside).is_relative_to(self.folder):
                        raise InputError("desk-outside", path=path, folder=self.folder)
                    data = read_regular(inside).data
                    count = 1 if is_plain(data) else readers.call(count_pages, data)
                except (UnreadableError, LeftError) as error:
                    unreadable[str(path)] = str(error)
                    continue
                image, source = digest_of(data).hex(), inside.relative_to(self.folder).as_posix()
                for page in range(1, count + 1):
                    if not pages or page in pages:
                        yield Picture(inside, image, page, source)

    def content(self, picture: Picture) -> bytes:
        """The file of a picture. Raises UnreadableError."""
        return read_regular(picture.path).data

    def _listed(self) -> dict[Path, frozenset[int]]:
        found = [path for path in list_folder(self.folder) if not path.is_relative_to(self._apart)]
        if len(found) > MOST_IMAGES:
            raise InputError("desk-many", folder=self.folder, limit=MOST_IMAGES)
        return dict.fromkeys(found, frozenset())


class ShelfSource:
    """The pictures that a collection keeps; none is opened before somebody looks at it."""

    def __init__(self, shelf: PictureShelf) -> None:
        self.shelf = shelf

    def pictures(
        self, only: Mapping[Path, frozenset[int]] | None, unreadable: dict[str, str]
    ) -> Iterator[Picture]:
        """All pages, or those in `only` by what results call the file."""
        for one in self.shelf.pictures():
            pages = frozenset[int]() if only is None else only.get(Path(one.source))
            if pages is None:
                continue
            for page in range(1, one.pages + 1):
                if not pages or page in pages:
                    yield Picture(Path(one.source), one.digest, page, one.source)

    def content(self, picture: Picture) -> bytes:
        """The file of a picture. Raises InputError where it is damaged or gone."""
        return self.shelf.content(picture.image)
