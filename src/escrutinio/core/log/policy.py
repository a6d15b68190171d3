"""Which logs, witnesses and quorum one trusts: C2SP tlog-policy, read and written.

A checkpoint is valid for a policy when one of its logs signed it and the witnesses that cosigned it
make up the quorum. Names of witnesses and groups mean something inside the policy only.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from collections.abc import Set as AbstractSet
from itertools import chain

from escrutinio.base.dataclass import dataclass
from escrutinio.base.errors import LogError
from escrutinio.base.words.say import Phrase, Said
from escrutinio.core.log.notes import KeyType, VerifierKey, decode_decimal, parse_vkey

_THE_POLICY = Phrase("The policy")


MAX_POLICY = 1024 * 1024
"""Bytes of the longest policy that is read."""

MAX_NAMES = 256
"""Logs, witnesses and groups that a policy may have, each."""

COSIGNER_TYPES = (KeyType.COSIGNATURE, KeyType.ML_DSA_COSIGNATURE)
"""Types of a witness's key."""

NO_QUORUM = "none"
"""The quorum that asks for no cosignature; no witness or group can have this name."""

_FORBIDDEN_IN_NAME = re.compile(r"[\x00-\x20\x7f]")


@dataclass(frozen=True, slots=True)
class LogIdentity:
    """A trusted log: its key, whose name is the log's origin, and where to find it, if said."""

    key: VerifierKey
    url: str = ""


@dataclass(frozen=True, slots=True)
class WitnessIdentity:
    """A witness: its name in the policy, its cosignature key, and its address, if said."""

    name: str
    key: VerifierKey
    url: str = ""


@dataclass(frozen=True, slots=True)
class Group:
    """Members (witnesses or earlier groups) of which at least `threshold` must have witnessed."""

    name: str
    threshold: int
    members: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Policy:
    """A checked policy; raises LogError when it breaks a rule of tlog-policy."""

    logs: tuple[LogIdentity, ...] = ()
    witnesses: tuple[WitnessIdentity, ...] = ()
    groups: tuple[Group, ...] = ()
    quorum: str = NO_QUORUM

    def __post_init__(self) -> None:
        if max(len(self.logs), len(self.witnesses), len(self.groups)) > MAX_NAMES:
            raise LogError("policy-many", limit=MAX_NAMES)
        _check_keys((log.key for log in self.logs), (KeyType.ED25519,))
        _check_keys((witness.key for witness in self.witnesses), COSIGNER_TYPES)
        logs = {log.key.public_key for log in self.logs}
        for witness in self.witnesses:
            if witness.key.public_key in logs:  # whoever has it signs and vouches for what it signed
                raise LogError("policy-log-key", name=witness.key.name)
        for url in chain((log.url for log in self.logs), (witness.url for witness in self.witnesses)):
            if _FORBIDDEN_IN_NAME.search(url):
                raise LogError("policy-url")
        names: set[str] = set()
        for witness in self.witnesses:
            _define(witness.name, names)
        members: set[str] = set()
        for group in self.groups:
            _check_group(group, names, members)
            _define(group.name, names)
        if self.quorum != NO_QUORUM and self.quorum not in names:
            raise LogError("policy-quorum", name=repr(self.quorum))

    def satisfied_by(self, cosigned: AbstractSet[str]) -> bool:
        """Whether these witnesses (names in this policy) make up the quorum."""
        if self.quorum == NO_QUORUM:
            return True
        done = {witness.name for witness in self.witnesses} & cosigned
        for group in self.groups:
            if sum(member in done for member in group.members) >= group.threshold:
                done.add(group.name)
        return self.quorum in done


def _check_keys(keys: Iterable[VerifierKey], kinds: tuple[KeyType, ...]) -> None:
    seen: set[bytes] = set()
    for key in keys:
        if key.type not in kinds:
            raise LogError("policy-type", name=key.name)
        if key.public_key in seen:
            raise LogError("policy-key", name=key.name)
        seen.add(key.public_key)


def _define(name: str, names: set[str]) -> None:
    if not name or name == NO_QUORUM or _FORBIDDEN_IN_NAME.search(name):
        raise LogError("policy-name", name=repr(name[:100]))
    if name in names:
        raise LogError("policy-twice", name=repr(name))
    names.add(name)


def _check_group(group: Group, names: set[str], members: set[str]) -> None:
    if not 1 <= group.threshold <= len(group.members):
        raise LogError("policy-group", name=repr(group.name))
    for member in group.members:
        if member not in names:
            raise LogError("policy-group", name=repr(group.name))
        if member in members:
            raise LogError("policy-member", name=repr(member))
        members.add(member)


def parse_policy(data: bytes, place: str | Said = _THE_POLICY) -> Policy:
    """Read a tlog-policy file; raises LogError, naming `place` and the line, for anything else."""
    if len(data) > MAX_POLICY:
        raise LogError("policy-long", place=place, limit=MAX_POLICY)
    if any(byte == 0x7F or (byte < 0x20 and byte not in (0x09, 0x0A)) for byte in data):
        raise LogError("policy-signs", place=place)
    if data and not data.endswith(b"\n"):
        raise LogError("ends-without-newline", place=place)
    reading = _Reading()
    # Names are opaque octets: surrogates carry what is not UTF-8 through unharmed.
    for number, line in enumerate(data.decode("utf-8", "surrogateescape").split("\n"), 1):
        words = [word for word in re.split(r"[ \t]+", line) if word]
        if not words or words[0].startswith("#"):
            continue
        try:
            reading.take(words)
        except LogError as error:
            raise LogError("at-line", place=place, why=error, line=number) from None
    if reading.quorum is None:
        raise LogError("policy-no-quorum", place=place)
    return reading.policy()


class _Reading:
    """The lines of a policy read so far."""

    def __init__(self) -> None:
        self.logs: list[LogIdentity] = []
        self.witnesses: list[WitnessIdentity] = []
        self.groups: list[Group] = []
        self.quorum: str | None = None

    def take(self, words: list[str]) -> None:
        match words:
            case ["log", vkey, *url] if len(url) <= 1:
                self.logs.append(LogIdentity(parse_vkey(vkey), *url))
            case ["witness", name, vkey, *url] if len(url) <= 1:
                self.witnesses.append(WitnessIdentity(name, parse_vkey(vkey), *url))
            case ["group", name, threshold, *members] if members:
                self.groups.append(Group(name, _threshold(threshold, len(members)), tuple(members)))
            case ["quorum", name] if self.quorum is None:
                self.quorum = name
            case ["quorum", _]:
                raise LogError("policy-quorum-twice")
            case _:
                raise LogError("policy-line", line=repr(" ".join(words)[:100]))
        # A line may only refer to lines above it, so what stands so far must already be a policy.
        if words[0] != "log":
            self.policy()

    def policy(self) -> Policy:
        return Policy(tuple(self.logs), tuple(self.witnesses), tuple(self.groups), self.quorum or NO_QUORUM)


def _threshold(word: str, members: int) -> int:
    if word in ("any", "all"):
        return 1 if word == "any" else members
    try:
        return decode_decimal(word, MAX_NAMES)
    except ValueError:
        raise LogError("policy-threshold", word=repr(word[:40])) from None


def format_policy(policy: Policy) -> bytes:
    """The policy as a tlog-policy file."""
    lines: list[str] = [" ".join(filter(None, ["log", str(log.key), log.url])) for log in policy.logs]
    for witness in policy.witnesses:
        lines.append(" ".join(filter(None, ["witness", witness.name, str(witness.key), witness.url])))
    for group in policy.groups:
        lines.append(" ".join(["group", group.name, str(group.threshold), *group.members]))
    lines.append(f"quorum {policy.quorum}")
    return "".join(line + "\n" for line in lines).encode("utf-8", "surrogateescape")
