"""What the commands remember of logs: the last checkpoint of each that verified with a trust file.

    STATE/seen/<definition>/<log key>.checkpoint       the signed note; when it was seen is the file's time
    STATE/evidence/<definition>/<size>-<root>.checkpoint   both sides of a contradiction

STATE is $ESCRUTINIO_STATE, else the place that the platform has for such files. Only a log that is
authenticated is remembered, and only forward: a server can neither put anything here nor take it back. Only
commands remember: the library is given what was seen (`core/verification/earlier.py`).
"""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

import click

from escrutinio.base.errors import InputError, LogError
from escrutinio.base.words.say import Phrase, Said, say

if TYPE_CHECKING:
    from collections.abc import Iterator

    from escrutinio.core.log.checkpoint import SignedCheckpoint
    from escrutinio.core.log.notes import VerifierKey
    from escrutinio.core.log.trust import Trust
    from escrutinio.core.verification.earlier import Earlier, Memory
    from escrutinio.core.verification.publication import Verification

STATE = "ESCRUTINIO_STATE"
ENDING = ".checkpoint"
MAX_FILES = 256
LATEST_MOMENT = 253_402_300_800
FINGERPRINT = "fingerprint"
_ASKED = "escrutinio.memory"


def asked(name: str, value: object) -> None:
    """Note what an option of the command says of its memory."""
    click.get_current_context().meta[f"{_ASKED}.{name}"] = value


def said(name: str) -> object:
    """What an option of the command said; None where it said nothing."""
    context = click.get_current_context(silent=True)
    return None if context is None else context.meta.get(f"{_ASKED}.{name}")


def state_directory() -> Path | None:
    """Where this program keeps what it remembers; None where the platform names no such place."""
    named = os.environ.get(STATE)
    if named:
        return Path(named)
    try:
        home = Path.home()
    except RuntimeError:
        return None
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA") or home / "AppData/Local") / "escrutinio"
    if sys.platform == "darwin":
        return home / "Library/Application Support/escrutinio"
    given = os.environ.get("XDG_STATE_HOME", "")
    return (Path(given) if os.path.isabs(given) else home / ".local/state") / "escrutinio"


def recall(trust: Trust | None) -> Memory:
    """What there is to compare a log with: what the user gave, and what was seen before.

    Raises InputError and LogError for a checkpoint given that is none, and for one without a trust file.
    """
    from escrutinio.core.verification.earlier import NOT_ASKED, Memory

    given, without = said("earlier"), bool(said("without"))
    seen: tuple[Earlier, ...] = ()
    if isinstance(given, Path):
        if trust is None:
            raise InputError("earlier-no-trust")
        seen = (_read(given, given=True),)
    if trust is None or without:
        return Memory(seen, (), NOT_ASKED) if without else Memory(seen)
    return _remembered(trust, seen)


def _remembered(trust: Trust, seen: tuple[Earlier, ...]) -> Memory:
    from escrutinio.core.verification.earlier import Memory

    directory = _seen_directory(trust.definition)
    unreadable: list[tuple[str, Said]] = []
    try:
        files = [] if directory is None else sorted(directory.glob(f"*{ENDING}"))[:MAX_FILES]
    except OSError as error:
        unreadable.append((str(directory), InputError("file-unreadable", path=directory, why=error.strerror)))
        return Memory(seen, tuple(unreadable))
    found = list(seen)
    for file in files:
        try:
            found.append(_read(file))
        except (InputError, LogError) as error:
            unreadable.append((str(file), Phrase("What was remembered cannot be read: {why}", why=error)))
    return Memory(tuple(found), tuple(unreadable))


def _read(file: Path, *, given: bool = False) -> Earlier:
    from escrutinio.cli.output import read_note
    from escrutinio.core.log.checkpoint import parse_checkpoint
    from escrutinio.core.verification.earlier import Earlier

    signed = parse_checkpoint(read_note(file), str(file))
    moment = None
    if not given:
        with suppress(OSError):
            moment = int(file.stat().st_mtime)
    usable = moment is not None and 0 <= moment < LATEST_MOMENT
    return Earlier(signed, str(file), moment if usable else None, given)


def remember(found: Verification) -> None:
    """Keep the checkpoint of a log that is authenticated, where it is further than what was seen; and both
    checkpoints of a contradiction, which is said on standard error.

    Where nothing can be written the answer is the same, and nothing is remembered.
    """
    if bool(said("without")):
        return
    if found.contradicted and found.signed is not None and found.state is not None:
        both = [found.signed, *(earlier.signed for earlier in found.contradicted)]
        _keep_evidence(found.state.election, both)
    log = found.log
    if log is None or log.trust is None or not log.authenticated:
        return
    from escrutinio.core.log.checkpoint import find_log_key

    directory = _seen_directory(log.trust.definition)
    if directory is not None:
        key = find_log_key(log.signed, log.trust.policy)
        with suppress(OSError, LogError):
            _write_forward(directory, f"{_name_of(key)}{ENDING}", log.signed)


def signed_another(directory: Path) -> Earlier | None:
    """What the log key of a publication that was just made signed before, as far as it is remembered here,
    and this log does not contain; else None, and this one is remembered where it is further.

    Raises InputError or LogError where the publication is none.
    """
    from escrutinio.core.log.checkpoint import find_log_key, parse_checkpoint
    from escrutinio.core.log.merkle import range_root
    from escrutinio.core.log.reader import hash_source, open_log
    from escrutinio.core.log.trust import parse_trust

    trust = parse_trust((directory / "trust.toml").read_bytes(), "trust.toml")
    reader = open_log(directory / "log")
    signed = parse_checkpoint(reader.checkpoint())
    key, size = find_log_key(signed, trust.policy), signed.checkpoint.size
    for earlier in _signed_by(key):
        before = earlier.signed.checkpoint
        if before.size > size or range_root(0, before.size, hash_source(reader.tile, size)) != before.root:
            return earlier
    if (seen := _seen_directory(trust.definition)) is not None:
        with suppress(OSError, LogError):
            _write_forward(seen, f"{_name_of(key)}{ENDING}", signed)
    return None


def _signed_by(key: VerifierKey) -> Iterator[Earlier]:
    """What is remembered of the log with this key, whatever the election."""
    state = state_directory()
    if state is None:
        return
    with suppress(OSError):
        for file in sorted(state.glob(f"seen/*/{_name_of(key)}{ENDING}"))[:MAX_FILES]:
            with suppress(InputError, LogError):
                yield _read(file)


def _name_of(key: VerifierKey) -> str:
    return sha256(str(key).encode()).hexdigest()[:32]


def _seen_directory(definition: bytes) -> Path | None:
    state = state_directory()
    return None if state is None else state / "seen" / definition.hex()


def _private(directory: Path) -> Path:
    """A directory for its owner alone, with those above it that are not there. Raises OSError."""
    for each in (*reversed(directory.parents), directory):
        if not each.is_dir():
            each.mkdir(mode=0o700, exist_ok=True)
    return directory


def _write_forward(directory: Path, name: str, signed: SignedCheckpoint) -> None:
    """Raises OSError, and LogError where another process is at it, which then remembers."""
    from escrutinio.base.files import DirectoryLock

    lock = DirectoryLock(_private(directory))
    try:
        with suppress(InputError, LogError):
            if _read(directory / name).signed.checkpoint.size > signed.checkpoint.size:
                return
        _write(directory / name, signed.note.data)
    finally:
        lock.release()


def _write(path: Path, content: bytes) -> None:
    """Write a file for its owner alone, whole or not at all. Raises OSError."""
    from escrutinio.base.beside import new_file

    with new_file(path, replace=True, private=True, durable=True) as file:
        file.write(content)


def _keep_evidence(definition: bytes, both: list[SignedCheckpoint]) -> None:
    state = state_directory()
    if state is None:
        return
    kept = []
    try:
        directory = _private(state / "evidence" / definition.hex())
        for signed in both:
            head = signed.checkpoint
            path = directory / f"{head.size}-{head.root.hex()[:16]}{ENDING}"
            if not path.exists():
                _write(path, signed.note.data)
            kept.append(str(path))
    except OSError as error:
        why = error.strerror
        click.echo(
            say("The contradicting checkpoints could not be kept: {why}", why=why),
            err=True,
        )
        return
    listed = ", ".join(kept)
    click.echo(
        say("Both signed checkpoints are kept: {listed}", listed=listed),
        err=True,
    )
