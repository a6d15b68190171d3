"""The trust file: what a person must get by another way than the log (paper, press, party) to verify it.

    definition = "<SHA-256 of the definition record, hex>"
    charter = "<SHA-256 of the charter record, hex>"
    quorum = "public"                      # a witness, a group, or "none"
    verifier_html = "<SHA-256, hex>"       # optional: the offline verifier
    mirrors = ["https://…"]                # optional: where copies of the log are

    [[log]]                                # the key's name is the log's origin
    vkey = "…"
    url = "https://…"                      # optional

    [[witness]]
    name = "partido-a"
    vkey = "…"

    [[group]]
    name = "public"
    threshold = 2
    members = ["partido-a", "partido-b", "observador"]

The last three are a C2SP tlog-policy, and `Trust.policy` can be written as one.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from escrutinio.base.errors import LogError
from escrutinio.core.log.notes import parse_vkey
from escrutinio.core.log.policy import MAX_POLICY, Group, LogIdentity, Policy, WitnessIdentity


@dataclass(frozen=True, slots=True)
class Trust:
    """Digests (32 bytes, SHA-256 of record bytes) of definition and charter, the policy for checkpoints,
    the digest of the offline verifier if stated, and addresses of copies. Raises LogError if impossible.
    """

    definition: bytes
    charter: bytes
    policy: Policy
    verifier_html: bytes | None = None
    mirrors: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        for digest in (self.definition, self.charter, self.verifier_html):
            if digest is not None and len(digest) != 32:
                raise LogError(f"A SHA-256 digest has 32 bytes, not {len(digest)}.")
        if not self.policy.logs:
            raise LogError("A trust file must name the key of at least one log.")
        for mirror in self.mirrors:
            try:
                usable = urlsplit(mirror).scheme in ("http", "https") and urlsplit(mirror).netloc
            except ValueError:
                usable = False
            if not usable or any(c.isspace() or not c.isprintable() for c in mirror):
                raise LogError(f"The mirror {mirror[:100]!r} is not an http or https address.")


def parse_trust(data: bytes, place: str = "trust.toml") -> Trust:
    """Read a trust file strictly; raises LogError, naming `place`, for anything unknown or malformed."""
    if len(data) > MAX_POLICY:
        raise LogError(f"{place} is longer than {MAX_POLICY} bytes.")
    try:
        table = tomllib.loads(data.decode("utf-8"))
    except (UnicodeDecodeError, tomllib.TOMLDecodeError, RecursionError) as error:
        raise LogError(f"{place} is not a TOML file: {error}.") from None
    try:
        return _trust(
            _Table(table, "the file", {"definition", "charter", "quorum"}, {"verifier_html", "mirrors"})
        )
    except LogError as error:
        raise LogError(f"{place}: {error}") from None


def _trust(table: _Table) -> Trust:
    logs = [
        LogIdentity(parse_vkey(log.text("vkey")), log.text("url", ""))
        for log in table.tables("log", {"vkey"}, {"url"})
    ]
    witnesses = [
        WitnessIdentity(witness.text("name"), parse_vkey(witness.text("vkey")), witness.text("url", ""))
        for witness in table.tables("witness", {"name", "vkey"}, {"url"})
    ]
    groups = [
        Group(group.text("name"), group.number("threshold"), group.texts("members"))
        for group in table.tables("group", {"name", "threshold", "members"}, set())
    ]
    return Trust(
        definition=table.digest("definition"),
        charter=table.digest("charter"),
        policy=Policy(tuple(logs), tuple(witnesses), tuple(groups), table.text("quorum")),
        verifier_html=table.digest("verifier_html") if "verifier_html" in table.values else None,
        mirrors=table.texts("mirrors") if "mirrors" in table.values else (),
    )


class _Table:
    """A TOML table whose keys have been checked, read with types."""

    LISTS = frozenset({"log", "witness", "group"})

    def __init__(self, values: Mapping[str, object], what: str, needed: set[str], allowed: set[str]) -> None:
        nested = self.LISTS if what == "the file" else frozenset()
        for key in values:
            if key not in needed | allowed | nested:
                raise LogError(f"{what} has the unknown key {key[:60]!r}.")
        for key in sorted(needed - set(values)):
            raise LogError(f"{what} has no {key!r}.")
        self.values, self.what = values, what

    def text(self, key: str, default: str | None = None) -> str:
        value = self.values.get(key, default)
        if not isinstance(value, str):
            raise LogError(f"{key!r} of {self.what} is not a text.")
        return value

    def number(self, key: str) -> int:
        value = self.values[key]
        if not isinstance(value, int) or isinstance(value, bool):
            raise LogError(f"{key!r} of {self.what} is not a whole number.")
        return value

    def texts(self, key: str) -> tuple[str, ...]:
        value = self.values[key]
        if not isinstance(value, list):
            raise LogError(f"{key!r} of {self.what} is not a list of texts.")
        texts = tuple(item for item in value if isinstance(item, str))
        if len(texts) != len(value):
            raise LogError(f"{key!r} of {self.what} is not a list of texts.")
        return texts

    def digest(self, key: str) -> bytes:
        text = self.text(key)
        if len(text) != 64 or not set(text) <= set("0123456789abcdef"):
            raise LogError(
                f"{key!r} of {self.what} is not a SHA-256 digest of 64 lowercase hexadecimal digits."
            )
        return bytes.fromhex(text)

    def tables(self, key: str, needed: set[str], allowed: set[str]) -> list[_Table]:
        value = self.values.get(key, [])
        if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
            raise LogError(f"{key!r} must be given as [[{key}]] tables.")
        return [
            _Table(item, f"[[{key}]] number {number}", needed, allowed)
            for number, item in enumerate(value, 1)
        ]


def _quote(text: str) -> str:
    """A TOML basic string."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + "".join(c if c.isprintable() else f"\\U{ord(c):08x}" for c in escaped) + '"'


def _list(texts: Iterable[str]) -> str:
    return "[" + ", ".join(_quote(text) for text in texts) + "]"


def format_trust(trust: Trust) -> bytes:
    """The trust file, always the same bytes for the same trust."""
    policy = trust.policy
    lines = [f'definition = "{trust.definition.hex()}"', f'charter = "{trust.charter.hex()}"']
    lines.append(f"quorum = {_quote(policy.quorum)}")
    if trust.verifier_html is not None:
        lines.append(f'verifier_html = "{trust.verifier_html.hex()}"')
    if trust.mirrors:
        lines.append(f"mirrors = {_list(trust.mirrors)}")
    for log in policy.logs:
        lines += ["", "[[log]]", f"vkey = {_quote(str(log.key))}"]
        lines += [f"url = {_quote(log.url)}"] if log.url else []
    for witness in policy.witnesses:
        lines += ["", "[[witness]]", f"name = {_quote(witness.name)}", f"vkey = {_quote(str(witness.key))}"]
        lines += [f"url = {_quote(witness.url)}"] if witness.url else []
    for group in policy.groups:
        lines += ["", "[[group]]", f"name = {_quote(group.name)}", f"threshold = {group.threshold}"]
        lines.append(f"members = {_list(group.members)}")
    return ("\n".join(lines) + "\n").encode()
