"""Which `verify.html` a publication has: the one that its trust file names, whatever this version would make.

Trust files are printed, and name the verifier by its SHA-256. So the file that was named stays, and the one
that this version makes stands beside it as `verify-<n>.html`, n being its own version.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from pathlib import Path

from escrutinio.base.errors import LogError, PublicationError
from escrutinio.core.log.trust import parse_trust
from escrutinio.publication.browser.bundle import NAME, VERIFIER, bundle

BESIDE = f"verify-{VERIFIER}.html"
"""Where this version's verifier stands when the trust file names another."""

_TRUST = "trust.toml"
_NAMES = re.compile(r"verify(-[1-9][0-9]{0,8})?\.html")


@dataclass(frozen=True, slots=True)
class Verifiers:
    """The verifiers of a publication: `digest` (SHA-256) is what its trust file names, `files` are all of
    them, by path, the named one first."""

    digest: bytes
    files: tuple[tuple[str, bytes], ...]


def named_verifier(directory: Path) -> bytes | None:
    """The verifier that the trust file in a directory names; None where none does.

    Raises PublicationError where that file cannot be read: what it named must not be lost unnoticed.
    """
    path = directory / _TRUST
    try:
        return parse_trust(path.read_bytes(), str(path)).verifier_html
    except FileNotFoundError:
        return None
    except OSError as error:
        raise PublicationError("file-unreadable", path=path, why=error.strerror or str(error)) from None
    except LogError as error:
        raise error.as_kind(PublicationError) from None


def verifier_files(directory: Path, named: bytes | None) -> Verifiers:
    """The verifiers that a publication in `directory` is to have, where `named` is that of its trust file.

    Raises PublicationError where the one that is named is neither there nor made by this version: the trust
    files that were handed out would then name a file that nobody has.
    """
    made = bundle()
    digest = sha256(made).digest()
    if named is None or named == digest:
        return Verifiers(digest, ((NAME, made),))
    try:
        kept = (directory / NAME).read_bytes()
    except OSError:
        kept = b""
    if sha256(kept).digest() != named:
        raise PublicationError("verifier-other", named=named.hex(), trust=_TRUST, path=directory / NAME)
    return Verifiers(named, ((NAME, kept), (BESIDE, made)))


def newer_verifier(named: bytes | None) -> str | None:
    """Where this version's verifier stands beside the one that is named; None where it is that one."""
    return None if named in (None, _made_digest()) else BESIDE


@cache
def _made_digest() -> bytes:
    return sha256(bundle()).digest()


def is_verifier(name: str) -> bool:
    """Whether a file at the root of a publication has the name of a verifier."""
    return _NAMES.fullmatch(name) is not None
