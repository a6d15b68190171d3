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

import re

import msgspec

from escrutinio.base.dataclass import dataclass
from escrutinio.base.errors import LogError
from escrutinio.base.toml import convert, inline, quote, read_toml
from escrutinio.core.log.mirrors import is_address
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
                raise LogError("digest-size", size=len(digest))
        if not self.policy.logs:
            raise LogError("policy-no-log")
        for mirror in self.mirrors:
            if not is_address(mirror):
                raise LogError("trust-mirror", address=repr(mirror[:100]))


class _Log(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    vkey: str
    url: str = ""


class _Witness(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    name: str
    vkey: str
    url: str = ""


class _Group(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    name: str
    threshold: int
    members: tuple[str, ...]


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    definition: str
    charter: str
    quorum: str
    verifier_html: str | None = None
    mirrors: tuple[str, ...] = ()
    log: tuple[_Log, ...] = ()
    witness: tuple[_Witness, ...] = ()
    group: tuple[_Group, ...] = ()


def parse_trust(data: bytes, place: str = "trust.toml") -> Trust:
    """Read a trust file strictly; raises LogError, naming `place`, for anything unknown or malformed."""
    # The verifier in the pages reads a byte order mark as a character that has no place there; so do we.
    table = read_toml(data, place, error=LogError, max_bytes=MAX_POLICY, byte_order_mark=False)
    file = convert(table, _File, place, error=LogError)
    _check_form(data.decode().replace("\r\n", "\n"), place)
    try:
        return _trust(file)
    except LogError as error:
        raise LogError("at-place", place=place, why=error) from None


_SKIPPED = r"(?:[ \t\n]|#[^\x00-\x08\x0a-\x1f\x7f]*+(?=\n|\Z))*+"
_TEXT = (
    r"(?:'[^'\x00-\x08\x0a-\x1f\x7f]*+'(?!')"
    r'|"(?:[^"\\\x00-\x08\x0a-\x1f\x7f]|\\(?:[btnfr"\\]|u[0-9A-Fa-f]{4}|U[0-9A-Fa-f]{8}))*+"(?!"))'
)
_LIST = rf"\[{_SKIPPED}(?:{_TEXT}{_SKIPPED}(?:,{_SKIPPED}{_TEXT}{_SKIPPED})*+(?:,{_SKIPPED})?)?\]"
_NUMBER = r"(?:0|[1-9][0-9]{0,14})(?![A-Za-z0-9_.:-])"
_STATEMENT = re.compile(
    rf"{_SKIPPED}(?:\[\[ *(?:log|witness|group) *\]\]"
    rf"|[A-Za-z0-9_-]+[ \t]*=[ \t]*(?:{_NUMBER}|{_TEXT}|{_LIST}))"
    r"[ \t]*+(?:#[^\x00-\x08\x0a-\x1f\x7f]*+)?(?:\n|\Z)"
)
_END = re.compile(rf"{_SKIPPED}\Z")


def _check_form(text: str, place: str) -> None:
    """Raise LogError unless this is the part of TOML that a trust file needs, which the pages read too.

    Texts in one line, whole numbers, lists of texts, [[tables]] and comments (docs/log.md).
    """
    at = 0
    while (found := _STATEMENT.match(text, at)) is not None:
        at = found.end()
    if not _END.match(text, at):
        line = text.count("\n", 0, len(text) - len(text[at:].lstrip())) + 1
        raise LogError("toml-line", place=place, line=line)


def _trust(file: _File) -> Trust:
    logs = (LogIdentity(parse_vkey(log.vkey), log.url) for log in file.log)
    witnesses = (WitnessIdentity(each.name, parse_vkey(each.vkey), each.url) for each in file.witness)
    groups = (Group(group.name, group.threshold, group.members) for group in file.group)
    return Trust(
        definition=_digest("definition", file.definition),
        charter=_digest("charter", file.charter),
        policy=Policy(tuple(logs), tuple(witnesses), tuple(groups), file.quorum),
        verifier_html=None if file.verifier_html is None else _digest("verifier_html", file.verifier_html),
        mirrors=file.mirrors,
    )


def _digest(key: str, text: str) -> bytes:
    if len(text) != 64 or not set(text) <= set("0123456789abcdef"):
        raise LogError("trust-digest", name=repr(key))
    return bytes.fromhex(text)


def format_trust(trust: Trust) -> bytes:
    """The trust file, always the same bytes for the same trust."""
    policy = trust.policy
    lines = [f'definition = "{trust.definition.hex()}"', f'charter = "{trust.charter.hex()}"']
    lines.append(f"quorum = {quote(policy.quorum)}")
    if trust.verifier_html is not None:
        lines.append(f'verifier_html = "{trust.verifier_html.hex()}"')
    if trust.mirrors:
        lines.append(f"mirrors = {inline(trust.mirrors)}")
    for log in policy.logs:
        lines += ["", "[[log]]", f"vkey = {quote(str(log.key))}"]
        lines += [f"url = {quote(log.url)}"] if log.url else []
    for witness in policy.witnesses:
        lines += ["", "[[witness]]", f"name = {quote(witness.name)}", f"vkey = {quote(str(witness.key))}"]
        lines += [f"url = {quote(witness.url)}"] if witness.url else []
    for group in policy.groups:
        lines += ["", "[[group]]", f"name = {quote(group.name)}", f"threshold = {group.threshold}"]
        lines.append(f"members = {inline(group.members)}")
    return ("\n".join(lines) + "\n").encode()
