"""Session keys: what a supervisor hands out, so that people at other machines may use the desk.

    private/desk/sessions.json    label, use, until when, and the SHA-256 of the key; no key, no name

A key has 136 bits of chance: nobody guesses one, so that its plain digest gives nothing away. It is printed
once, when it is handed out. A label stands for one person, and has one key in force at a time; it is all that
the journal of transcriptions says of who typed. The file is read again when it changes: what is revoked is
refused from the next request on.
"""

from __future__ import annotations

import secrets
from base64 import b32encode
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from enum import StrEnum
from hashlib import sha256
from hmac import compare_digest
from pathlib import Path
from threading import Lock

import msgspec

from escrutinio.base.errors import InputError
from escrutinio.base.files import PRIVATE, DirectoryLock, directory_mode, make_directories, write_files
from escrutinio.base.inputs import read_input
from escrutinio.base.json_text import NO_JSON
from escrutinio.core.records.text import check_code, check_name

SESSIONS = "sessions.json"
MAX_SESSIONS = 16 * 1024 * 1024
KEY_BYTES = 17
"""136 bits; written in letters and digits that are not taken for each other, in groups of five."""

_MAX_KEY = 64


class Use(StrEnum):
    """What a session is for."""

    TYPIST = "typist"
    SIGNER = "signer"
    BOARD = "board"
    CLERK_A = "clerk-a"
    CLERK_B = "clerk-b"
    DECIDER = "decider"
    SCRUTINEER = "scrutineer"
    COUNTER = "counter"


TYPING = (Use.TYPIST, Use.CLERK_A, Use.CLERK_B, Use.DECIDER)
"""The uses of who types."""


class Session(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """A line of the file: `label` is the person's pseudonym, `use` what the key is for, `signs_as` the name
    of the enrolled key that a signer has, `digest` the SHA-256 of the session key in hexadecimal, `until` the
    second (since 1970) from which it is refused."""

    label: str
    use: Use
    signs_as: str = ""
    digest: str
    until: int
    revoked: bool = False

    def in_force(self, now: int) -> bool:
        """Whether it lets its holder in."""
        return not self.revoked and now < self.until


class Sessions:
    """The sessions kept in a directory; threads may share it, and other processes may change the file."""

    def __init__(self, directory: Path, now: Callable[[], int]) -> None:
        self._directory, self._now = directory, now
        self._lock = Lock()
        self._stamp: tuple[int, int, int] | None = None
        self._read: tuple[Session, ...] = ()

    def all(self) -> tuple[Session, ...]:
        """Every session, in the order in which the keys were handed out. Raises InputError for a damaged
        file."""
        path = self._directory / SESSIONS
        with self._lock:
            try:
                found = path.stat()
            except FileNotFoundError:
                self._stamp, self._read = None, ()
                return ()
            except OSError as error:
                raise InputError("file-unreadable", path=path, why=error.strerror or str(error)) from None
            stamp = (found.st_mtime_ns, found.st_size, found.st_ino)
            if stamp != self._stamp:
                try:
                    read = msgspec.json.decode(read_input(path, MAX_SESSIONS), type=tuple[Session, ...])
                except NO_JSON as error:
                    raise InputError("sessions-form", path=path, why=str(error)) from None
                self._stamp, self._read = stamp, read
            return self._read

    def of_key(self, key: str) -> Session | None:
        """The session that a key opens, None where there is none in force. Every digest is compared in a time
        that says nothing of how much of it is right."""
        if len(key) > _MAX_KEY:
            return None
        asked = _digest(key)
        found = None
        for session in self.all():
            if compare_digest(session.digest, asked) and session.in_force(self._now()):
                found = session
        return found

    def in_force(self) -> Iterator[Session]:
        """The sessions that let somebody in now."""
        return (one for one in self.all() if one.in_force(self._now()))

    def hand_out(self, label: str, use: Use, seconds: int, signs_as: str = "") -> str:
        """Make a session and give its key, which stands nowhere else.

        Raises InputError where the label has a key in force already, or stood for another use: it is one
        person's.
        """
        check_code(label)
        if (use is Use.SIGNER) is not bool(signs_as):
            raise InputError("session-signs", label=label)
        if signs_as:
            check_name(signs_as)
        key = _spelled(secrets.token_bytes(KEY_BYTES))
        with self._changing() as sessions:
            same = [one for one in sessions.values() if one.label == label]
            if any(one.in_force(self._now()) for one in same):
                raise InputError("session-label", label=label)
            if any((one.use, one.signs_as) != (use, signs_as) for one in same):
                raise InputError("session-other-use", label=label)
            until = self._now() + seconds
            made = Session(label=label, use=use, signs_as=signs_as, digest=_digest(key), until=until)
            sessions[made.digest] = made
        return key

    def revoke(self, label: str) -> None:
        """End the session of a label. Raises InputError where it has none in force."""
        with self._changing() as sessions:
            ended = [one for one in sessions.values() if one.label == label and one.in_force(self._now())]
            if not ended:
                raise InputError("session-none", label=label)
            sessions.update({one.digest: msgspec.structs.replace(one, revoked=True) for one in ended})

    @contextmanager
    def _changing(self) -> Iterator[dict[str, Session]]:
        make_directories(self._directory, directory_mode(PRIVATE))
        alone = DirectoryLock(self._directory, "sessions-busy")
        try:
            sessions = {one.digest: one for one in self.all()}
            yield sessions
            content = msgspec.json.format(msgspec.json.encode(tuple(sessions.values())), indent=1) + b"\n"
            write_files(self._directory, [(SESSIONS, content)], private=True)
        finally:
            alone.release()


class Attempts:
    """How many times somebody may fail within so many seconds; who succeeds costs nothing."""

    def __init__(self, most: int, seconds: int, now: Callable[[], int]) -> None:
        self._most, self._seconds, self._now = most, seconds, now
        self._failed: dict[str, list[int]] = {}
        self._lock = Lock()

    def too_many(self, who: str) -> bool:
        """Whether they have to wait."""
        with self._lock:
            return len(self._recent().get(who, ())) >= self._most

    def failed(self, who: str) -> None:
        """Remember a failure."""
        with self._lock:
            self._recent().setdefault(who, []).append(self._now())

    def _recent(self) -> dict[str, list[int]]:
        since = self._now() - self._seconds
        recent: Mapping[str, list[int]] = {
            who: [at for at in times if at > since] for who, times in self._failed.items()
        }
        self._failed = {who: times for who, times in recent.items() if times}
        return self._failed


def _spelled(raw: bytes) -> str:
    letters = b32encode(raw).decode().lower().rstrip("=")
    return "-".join(letters[at : at + 5] for at in range(0, len(letters), 5))


def _digest(key: str) -> str:
    bare = "".join(key.split()).replace("-", "").lower()
    return sha256(bare.encode(errors="replace")).hexdigest()
