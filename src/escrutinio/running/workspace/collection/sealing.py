"""Sealing the private part of a collection that was begun in clear, and taking out of it what is sealed.

First the key stands there, so that whatever is written from then on is sealed; then one file after the other
is sealed, read back, and only then removed in clear. A run that is killed loses nothing, and the next one
goes on.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from escrutinio.base.errors import InputError
from escrutinio.base.files import TEMPORARY, DirectoryLock, write_files
from escrutinio.intake.authoring.keyring import Keyring
from escrutinio.running.workspace.cabinet import BOX, BOX_KEY, BOXES, Cabinet, box_key_file
from escrutinio.running.workspace.collection.collection import NOT_TAKEN, ORIGINALS, SIGNER, Collection
from escrutinio.running.workspace.collection.pictures import PICTURES
from escrutinio.running.workspace.collection.scanning import SCANNED
from escrutinio.running.workspace.collection.shelf import INDEX

JOURNALS = frozenset({SCANNED, INDEX, "typings.jsonl"})
"""Files that grow by lines."""

_FILES = (SIGNER, NOT_TAKEN, SCANNED)
NOTES = "notes"
"""What people put there themselves, to have it sealed with the rest."""
_DIRECTORIES = (ORIGINALS, PICTURES, NOTES, "desk/drafts", "desk/typed")
_TOGETHER = 16


@dataclass(frozen=True, slots=True)
class Sealing:
    """What a run did: how many files it sealed, and the names of those that stay in clear beside them."""

    sealed: int
    left: tuple[str, ...]


def seal_private(collection: Collection, keyring: Keyring) -> Sealing:
    """Seal what is private of a collection.

    Raises InputError where files are sealed for other keys, and where one stands there sealed and in clear
    with another content; LogError while a desk types there, or where the disk fails.
    """
    private = collection.private
    with collection.workspace.alone(), ExitStack() as held:
        for typed in sorted({path.parent for path in private.rglob("typings.jsonl*")}):
            held.callback(DirectoryLock(typed, "desk-busy").release)
        if not collection.files.sealed:
            write_files(private, [box_key_file(keyring)], private=True)
        files = collection.files.opened(keyring)
        names = plain_names(private)
        for at in range(0, len(names), _TOGETHER):
            _seal(files, names[at : at + _TOGETHER])
        for path in list(_unfinished(private)):
            path.unlink(missing_ok=True)
    return Sealing(len(names), tuple(other_names(private)))


def plain_names(private: Path) -> list[str]:
    """The names of the files that are to be sealed and are not, in order."""
    found = [name for name in _FILES if _is_plain_file(private / name)]
    return found + [name for each in _DIRECTORIES for name in _below(private, private / each)]


def other_names(private: Path) -> Iterator[str]:
    """The names of files that stand in clear and that nothing seals: logs, keys that are encrypted by
    themselves, what is public anyway, and what people put there."""
    own = (f"{name}/" for name in ("phone", *_DIRECTORIES))
    apart = (*own, *_FILES)
    return (name for name in _below(private, private) if not name.startswith(apart) and name != BOX_KEY)


def sealed_names(private: Path) -> list[str]:
    """The names of the files that stand there sealed, as they were, but for what phones sent."""
    sealed = (path.relative_to(private).as_posix() for path in sorted(private.rglob(f"*{BOX}*")))
    whole = (name for name in sealed if name.endswith((BOX, BOXES)) and not name.startswith("phone/"))
    return [name.removesuffix(BOXES).removesuffix(BOX) for name in whole]


def taken_out(files: Cabinet, wanted: Sequence[str]) -> Iterator[tuple[str, bytes]]:
    """The files of these names, or below directories of these names, as they were before they were sealed.
    Raises InputError for a name that is none, and a file that is damaged."""
    names = sealed_names(files.private)
    for each in wanted:
        found = [name for name in names if name == each or name.startswith(f"{each.rstrip('/')}/")]
        if not found:
            raise InputError("file-none", file=files.private / each)
        for name in found:
            yield name, _content(files, name)


def _seal(files: Cabinet, names: Sequence[str]) -> None:
    """Seal files, and let what stood there in clear go once what is sealed was read back."""
    plain = {name: (files.private / name).read_bytes() for name in names}
    new = [name for name in names if not _sealed_already(files, name)]
    for name in new:
        if _is_journal(name):
            files.rewrite(name, _lines(plain[name]), keep_plain=True)
    files.write(((name, plain[name]) for name in new if not _is_journal(name)), keep_plain=True)
    for name in names:
        if _content(files, name) != (
            b"".join(line + b"\n" for line in _lines(plain[name])) if _is_journal(name) else plain[name]
        ):
            raise InputError("box-differs", path=files.private / name)
    files.remove_plain(names)


def _content(files: Cabinet, name: str) -> bytes:
    if _is_journal(name):
        return b"".join(line + b"\n" for line in files.lines(name)[0])
    return files.read(name) or b""


def _lines(content: bytes) -> list[bytes]:
    """The whole lines of a journal: one that was cut off was never acknowledged."""
    return content.rpartition(b"\n")[0].splitlines()


def _is_journal(name: str) -> bool:
    return name.rpartition("/")[2] in JOURNALS


def _sealed_already(files: Cabinet, name: str) -> bool:
    return any((files.private / f"{name}{ending}").exists() for ending in (BOX, BOXES))


def _is_plain_file(path: Path) -> bool:
    regular = path.is_file() and not path.is_symlink()
    return regular and not path.name.endswith((BOX, BOXES, TEMPORARY))


def _below(private: Path, directory: Path) -> list[str]:
    files = (path for path in sorted(directory.rglob("*")) if _is_plain_file(path))
    return [path.relative_to(private).as_posix() for path in files]


def _unfinished(private: Path) -> Iterator[Path]:
    """What a write in clear left that was stopped."""
    where = [private, *(private / each for each in _DIRECTORIES)]
    paths = (path for each in where for path in each.glob(f"*{TEMPORARY}"))
    return (path for path in paths if not path.name.endswith((f"{BOX}{TEMPORARY}", f"{BOXES}{TEMPORARY}")))
