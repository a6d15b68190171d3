"""The keys of a log in files: its own, which bears its origin, or the operator's, of which it is derived."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TypeAlias

from escrutinio.base.errors import InputError
from escrutinio.core.log.notes import KeyType, NoteSigner, check_key_name
from escrutinio.core.records.attachments import digest_of
from escrutinio.core.records.keyfiles import read_key_file, write_key_file
from escrutinio.core.records.keys import SigningKey
from escrutinio.intake.authoring.keyring import Keyring

LOG_KEY = "log.key"
"""The file in a workspace's private part with the log's key alone."""

LogKeys: TypeAlias = Keyring | NoteSigner
"""What signs the log's checkpoints, or what it is derived from."""


def keep_key(operator: str, master: SigningKey, passphrase: str) -> Callable[[Path], None]:
    """What `begin` keeps the master key with: encrypted, under the operator's name."""
    return lambda path: write_key_file(path, operator, master, passphrase)


def log_key_name(origin: str) -> str:
    """The name in the file of a log's key: it follows from the origin, so that no other log can use it.

    Raises LogError where no log can have this origin."""
    check_key_name(origin)
    return f"log/{digest_of(origin.encode()).hex()[:16]}"


def read_log_key(path: Path, passphrase: str, origin: str) -> NoteSigner:
    """The key of the log with this origin. Raises RecordError where it cannot be opened, and InputError where
    it is another log's."""
    name, key = read_key_file(path, passphrase)
    if name != log_key_name(origin):
        raise InputError("log-key-other", path=path, name=name, origin=origin)
    return NoteSigner(origin, KeyType.ED25519, key.seed())
