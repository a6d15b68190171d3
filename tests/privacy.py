"""What may stand in no tracked file and in nothing published: people, machines, secrets, registries.

`scan_text` looks at one text, `scan_bytes` at one file; both are used on the repository itself and on
every publication that the tests make. Each pattern is written so that it does not match its own source.
"""

import gzip
import io
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass

_HOSTS = (
    r"py[p]i\.org",
    r"pythonhos[t]ed",
    r"npm[j]s\.(?:org|com)",
    r"deb\.deb[i]an",
    r"--(?:extra-)?ind[e]x-url",
)
_START = r"(?<![A-Za-z0-9+/=_$%*.:-])"  # not within base64, base45, a path or a number
_DOMAIN = r"(?:[A-Za-z0-9-]+\.)+(?!(?:example|invalid|test)\b)[A-Za-z]{2,}\b"

_PATTERNS: dict[str, re.Pattern[str]] = {
    "registry": re.compile("|".join(_HOSTS), re.IGNORECASE),
    "machine-path": re.compile(
        r"(?<![\w./<])/(?:w[o]rk|t[m]p|ro[o]t|ho[m]e|Us[e]rs)/\w|\.\./sha[r]ed\b|[A-Z]:\\Us[e]rs\\"
    ),
    "e-mail": re.compile(r"(?<=[A-Za-z0-9_%+-])@(?!example\.(?:com|org|net)\b)" + _DOMAIN),
    "phone": re.compile(
        r"(?<![\w+/=.])\+[1-9]\d{0,2}[ .-]?\(?\d{2,4}\)?[ .-]?\d{3}[ .-]?\d{2}[ .-]?\d{2}\b"
        r"|(?<![\w.,-])\(?0(?:4(?:12|14|16|22|24|26)|2\d\d)\)?[ .-]\d{3}[ .-]?\d{2}[ .-]?\d{2}\b"
    ),
    "identity-number": re.compile(
        _START + r"[VE](?:\s?-\s?|[.]\s?)?\d{1,2}[.]?\d{3}[.]?\d{3}(?![\d\w])"
        r"|\b(?:c[eé]dula|c\.\s?i\.|dni|passport|pasaporte)(?:\s+(?:no?|n[º°]|nro)\.?)?[\s:=#\"',;]{1,4}"
        r"(?:[VE]-?)?\d[\d.]{5,10}\b",
        re.IGNORECASE,
    ),
    "image-url": re.compile(
        r"https?://[^\s\"'<>]+\.(?:jpe?g|png|gif|webp|tiff?|bmp|heic|avif)\b", re.IGNORECASE
    ),
    "secret": re.compile(
        r"-----BEGIN [A-Z ]*PRIV[A]TE KEY|AGE-SEC[R]ET-KEY-1|PRIV[A]TE\+KEY\+"
        r"|(?:private|secret|signing)[ _-]?(?:key|seed)[\"']?\s*[:=]\s*b?[\"']?"
        r"(?:[0-9a-f]{64}\b|[A-Za-z0-9+/]{43}=)",
        re.IGNORECASE,
    ),
}


def _plain(pattern: str) -> str:
    """What a pattern without choices matches, in small letters."""
    return re.sub(r"\[(\w)\]|\\(.)", r"\1\2", pattern).lower()


_SIGNS: dict[str, tuple[str, ...]] = {
    "registry": tuple(
        map(_plain, (r"py[p]i\.org", r"pythonhos[t]ed", r"npm[j]s\.", r"deb\.deb[i]an", "ind[e]x-url"))
    ),
    "machine-path": tuple(
        map(_plain, ("/w[o]rk/", "/t[m]p/", "/ro[o]t/", "/ho[m]e/", "us[e]rs", r"\.\./sha[r]ed"))
    ),
    "secret": tuple(map(_plain, ("priv[a]te", "s[e]cret", "sign[i]ng"))),
}
"""Of patterns that are slow to look for: what stands, in small letters, wherever they match."""


@dataclass(frozen=True)
class Sighting:
    """One thing that should not be there: its kind, the line (from 1) and the text itself."""

    kind: str
    line: int
    text: str


def scan_text(text: str) -> list[Sighting]:
    """Everything in `text` that may not be published, in no particular order; normally an empty list."""
    small = text.casefold()
    return [
        Sighting(kind, text.count("\n", 0, match.start()) + 1, match.group()[:80])
        for kind, pattern in _PATTERNS.items()
        if kind not in _SIGNS or any(sign in small for sign in _SIGNS[kind])
        for match in pattern.finditer(text)
    ]


def scan_bytes(name: str, content: bytes) -> list[Sighting]:
    """As `scan_text`, for a file: compressed tables, workbooks and archives are opened first.

    Bytes that are not UTF-8 are read as Windows-1252 with what that leaves undefined replaced, which
    keeps every ASCII run, and these are what the patterns look for.
    """
    return [sighting for text in _texts(name, content) for sighting in scan_text(text)]


def _texts(name: str, content: bytes) -> Iterator[str]:
    if name.endswith(".gz"):
        yield from _texts(name.removesuffix(".gz"), gzip.decompress(content))
    elif zipfile.is_zipfile(io.BytesIO(content)):
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            for member in archive.namelist():
                yield from _texts(member, archive.read(member))
    else:
        try:
            yield content.decode()
        except UnicodeDecodeError:
            yield content.decode("cp1252", errors="replace")
