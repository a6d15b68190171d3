"""Files of a private part, sealed at rest where the workspace says so: a lost disk shows nothing of them.

private/
    box.key            the public key that files are sealed for (X25519, in hexadecimal); where there is none,
                       files stand as they are
    NAME.box           the file NAME in a sealed box
    NAME.boxes         the journal NAME: a sealed box in Base64 a line, with the lines that came together

The boxes are libsodium's (X25519, XSalsa20-Poly1305). The private key follows from the master key, which the
passphrase opens: it is needed to read, and never to write. In a box the file's name stands before its
content, so that no file passes for another. A box hides and shows damage; it does not say who made it.

Files are opened in memory alone. Where a name stands sealed and plain, as after a conversion that was
stopped, the sealed one is in force, since whoever writes removes the other.
"""

from __future__ import annotations

import os
from base64 import b64decode, b64encode
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path

from nacl.exceptions import CryptoError
from nacl.public import PrivateKey, PublicKey, SealedBox

from escrutinio.base.errors import InputError, LogError
from escrutinio.base.files import (
    PRIVATE,
    directory_mode,
    make_directories,
    opener,
    sync_directory,
    write_all,
    write_files,
)
from escrutinio.base.inputs import read_input
from escrutinio.intake.authoring.keyring import Keyring

BOX_KEY, BOX, BOXES = "box.key", ".box", ".boxes"
OPENER = "pictures"
"""The name of the key that opens boxes, among those that follow from the master key."""

MAX_SEALED = 512 * 1024 * 1024
"""Largest file that is opened, in bytes."""


def opener_of(keyring: Keyring) -> PrivateKey:
    """The private key: of a seed that signs nothing, hashed once more so that it is no signing key either."""
    return PrivateKey(sha256(b"escrutinio pictures" + keyring.seed(OPENER)).digest())


def box_key_file(keyring: Keyring) -> tuple[str, bytes]:
    """The name and the content of the file that says whom to seal for."""
    return BOX_KEY, f"{bytes(opener_of(keyring).public_key).hex()}\n".encode()


def boxed_file(keyring: Keyring, name: str, content: bytes) -> tuple[str, bytes]:
    """The name and the content under which a file of a private part stands sealed there."""
    return f"{name}{BOX}", _boxed(opener_of(keyring).public_key, name, content)


def read_box_key(directory: Path) -> PublicKey:
    """The key that a directory's files are sealed for. Raises InputError."""
    path = directory / BOX_KEY
    try:
        key = bytes.fromhex(read_input(path, 200).decode("ascii").strip())
    except ValueError:
        key = b""
    if len(key) != PublicKey.SIZE:
        raise InputError("box-key", path=path)
    return PublicKey(key)


def check_box_key(directory: Path, keyring: Keyring) -> None:
    """Raises InputError where a directory's files are sealed for others than these keys."""
    if bytes(read_box_key(directory)) != bytes(opener_of(keyring).public_key):
        raise InputError("box-other", path=directory / BOX_KEY)


def open_box(key: PrivateKey, content: bytes, path: object) -> bytes:
    """What is in a box. Raises InputError for one that was altered, or sealed for other keys."""
    try:
        return SealedBox(key).decrypt(content)
    except (CryptoError, ValueError):
        raise InputError("box-altered", path=path) from None


@dataclass(frozen=True)
class Cabinet:
    """The files of a private part, or of the directory `at` in it; `key` opens what is sealed.

    Names are relative, with `/` between parts. Any number of processes may write different files.
    """

    private: Path
    key: PrivateKey | None = None
    at: str = ""

    def opened(self, keyring: Keyring) -> Cabinet:
        """The same, for who may read it. Raises InputError where it is sealed for other keys."""
        if self.sealed:
            check_box_key(self.private, keyring)
        return replace(self, key=opener_of(keyring))

    def below(self, name: str) -> Cabinet:
        """A directory of it."""
        return replace(self, at=f"{self.at}{name}/")

    @property
    def sealed(self) -> bool:
        """Whether what is written is sealed."""
        return (self.private / BOX_KEY).is_file()

    @property
    def directory(self) -> Path:
        """Where the files are."""
        return self.private / self.at

    def place(self, name: str, ending: str = BOX) -> Path:
        """Where a file stands, or would stand."""
        return self.directory / (f"{name}{ending}" if self.sealed else name)

    # --- whole files ---

    def write(self, files: Iterable[tuple[str, bytes]], *, keep_plain: bool = False) -> None:
        """Write files durably, each whole or not at all; where they are sealed, what stood there in clear
        goes unless it is to be kept. Raises LogError, and InputError for a damaged key."""
        if not self.sealed:
            write_files(self.directory, map(self._never_sealed, files), private=True)
            return
        written = []

        def boxes() -> Iterator[tuple[str, bytes]]:
            public = read_box_key(self.private)
            for name, content in files:
                written.append(name)
                yield f"{name}{BOX}", _boxed(public, f"{self.at}{name}", content)

        write_files(self.directory, boxes(), private=True)
        if not keep_plain:
            self.remove_plain(written)

    def read(self, name: str, limit: int = MAX_SEALED) -> bytes | None:
        """A file, None where there is none. Raises InputError where it is damaged, too large, or sealed and
        there is no key."""
        path = self.directory / f"{name}{BOX}"
        if path.exists():
            return self._inside(name, read_input(path, limit + 4096), path)
        path = self.directory / name
        return read_input(path, limit) if path.exists() else None

    def remove(self, name: str) -> None:
        """Let a file go. Raises OSError."""
        for ending in (BOX, BOXES, ""):
            (self.directory / f"{name}{ending}").unlink(missing_ok=True)

    def names(self, ending: str = "") -> list[str]:
        """The names of its files that end so, in order, sealed or not; without those of its directories."""
        if not self.directory.is_dir():
            return []
        files = (each.name for each in os.scandir(self.directory) if each.is_file(follow_symlinks=False))
        bare = {name.removesuffix(BOXES).removesuffix(BOX) for name in files}
        return sorted(name for name in bare if name.endswith(ending))

    # --- journals ---

    def append(self, name: str, lines: Iterable[bytes]) -> None:
        """Add lines to a journal, at least one, durably and all at once; none has a line end in it. Raises
        LogError, and then it is what it was."""
        path = self.place(name, BOXES)
        self._never_sealed((name, b""))
        make_directories(path.parent, directory_mode(PRIVATE))
        if self.sealed and (self.directory / name).exists():
            self.rewrite(name, self._plain_lines(name)[0])  # a conversion was stopped before it came here
        content = b"".join(self._written(name, lines))
        try:
            with open(path, "ab", buffering=0, opener=opener(PRIVATE)) as file:
                before = os.fstat(file.fileno()).st_size
                try:
                    write_all(file.fileno(), content)
                    os.fsync(file.fileno())
                except OSError:
                    # Half a line would spoil the next one, and what was not acknowledged must not come back.
                    file.truncate(before)
                    raise
        except OSError as error:
            raise LogError("file-not-written", path=path, why=error.strerror or str(error)) from None

    def rewrite(self, name: str, lines: Iterable[bytes], *, keep_plain: bool = False) -> None:
        """Write a journal anew, as `write` does. Raises LogError."""
        sealed = self.sealed
        self._never_sealed((name, b""))
        content = b"".join(self._written(name, lines))
        write_files(self.directory, [(f"{name}{BOXES}" if sealed else name, content)], private=True)
        if sealed and not keep_plain:
            self.remove_plain([name])

    def lines(self, name: str, limit: int = MAX_SEALED) -> tuple[list[bytes], bool]:
        """A journal's lines, none where there is none, and whether its last one was not written to its end:
        that one is left out. Raises InputError where it is damaged, too large, or sealed and there is no
        key."""
        path = self.directory / f"{name}{BOXES}"
        if not path.exists():
            return self._plain_lines(name, limit)
        raw, _, cut = read_input(path, limit).rpartition(b"\n")
        found = []
        for number, line in enumerate(raw.split(b"\n") if raw else (), 1):
            try:
                content = b64decode(line, validate=True)
            except ValueError:
                content = b""
            found += self._inside(name, content, f"{path}:{number}").split(b"\n")
        return found, bool(cut)

    def _plain_lines(self, name: str, limit: int = MAX_SEALED) -> tuple[list[bytes], bool]:
        path = self.directory / name
        if not path.exists():
            return [], False
        raw, _, cut = read_input(path, limit).rpartition(b"\n")
        return raw.splitlines(), bool(cut)

    def _written(self, name: str, lines: Iterable[bytes]) -> Iterator[bytes]:
        if not self.sealed:
            yield from (line + b"\n" for line in lines)
            return
        if not (some := list(lines)):
            return
        public = read_box_key(self.private)
        together = b"\n".join(some)
        yield b64encode(_boxed(public, f"{self.at}{name}", together)) + b"\n"

    # --- what they share ---

    def _inside(self, name: str, content: bytes, path: object) -> bytes:
        if self.key is None:
            raise InputError("box-locked", path=path)
        opened, named = open_box(self.key, content, path), _head(f"{self.at}{name}")
        if not opened.startswith(named):
            raise InputError("box-altered", path=path)
        return opened[len(named) :]

    def _never_sealed(self, file: tuple[str, bytes]) -> tuple[str, bytes]:
        """A file to be written. Raises InputError where it stands there sealed and the key to seal for is
        gone: what is in force would stay the old one."""
        name = file[0]
        if not self.sealed and any((self.directory / f"{name}{each}").exists() for each in (BOX, BOXES)):
            raise InputError("box-keyless", path=self.directory / name, key=self.private / BOX_KEY)
        return file

    def remove_plain(self, names: Iterable[str]) -> None:
        """Let go of what stands in clear under these names. Raises OSError."""
        for name in names:
            with suppress(FileNotFoundError):
                (self.directory / name).unlink()
                sync_directory(str((self.directory / name).parent))


def _boxed(public: PublicKey, name: str, content: bytes) -> bytes:
    return SealedBox(public).encrypt(_head(name) + content)


def _head(name: str) -> bytes:
    return f"{name}\n".encode(errors="surrogateescape")
