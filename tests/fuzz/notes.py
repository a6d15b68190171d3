"""Signed notes, checkpoints and their keys: read, and judged by a policy, in Python and in JavaScript."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping
from contextlib import suppress
from functools import cache
from hashlib import sha256
from random import Random

from escrutinio.base.errors import LogError
from escrutinio.core.log.checkpoint import find_cosignatures, find_log_key, parse_checkpoint
from escrutinio.core.log.notes import KeyType, NoteSigner, parse_vkey
from escrutinio.core.log.policy import Group, LogIdentity, Policy, WitnessIdentity
from escrutinio.core.log.trust import Trust, format_trust
from tests.core.log.builders import ORIGIN, cosigner, signer
from tests.fuzz.odd import TEXTS, damaged
from tests.fuzz.subject import Mirrored

ROOT = sha256(b"a root").digest()
SIZES = (
    "0", "1", "00", "01", "+1", "-1", "1 ", " 1", "1.0", "1e3", "0x10", "９", "١", "½", "²", "", "1_000",
    "1\x00", "12345", "9007199254740991", "9007199254740992", "9007199254740993", "18446744073709551615",
    "9" * 20, "9" * 5_000,
)  # fmt: skip
_TIMES = (1, 1_700_000_000, 2**40, 2**53 + 1, 2**63 - 1)
_DASH = "\u2014 "
_TRIED_NAMES = (
    "w 0",
    "w+0",
    "a" * 255,
    "a" * 256,
    "\U0001f5f3" * 255,
    "\U0001f5f3" * 256,
    ORIGIN.upper(),
    *TEXTS,
)


def base64(data: bytes) -> str:
    """Standard base64."""
    return b64encode(data).decode()


@cache
def logs() -> tuple[NoteSigner, NoteSigner]:
    """Two keys of one log."""
    return signer(), NoteSigner(ORIGIN, KeyType.ED25519, sha256(b"the other key of the log").digest())


@cache
def witnesses() -> tuple[NoteSigner, ...]:
    """Three witnesses."""
    return tuple(cosigner(f"w{number}.example") for number in range(3))


@cache
def policy() -> Policy:
    """Both keys of the log, and two of the three witnesses."""
    named = tuple(WitnessIdentity(f"w{number}", each.verifier) for number, each in enumerate(witnesses()))
    group = Group("two", 2, tuple(each.name for each in named))
    return Policy(tuple(LogIdentity(log.verifier) for log in logs()), named, (group,), "two")


@cache
def trust_file() -> bytes:
    """A trust file with that policy."""
    return format_trust(Trust(bytes(32), bytes(32), policy()))


def respelled(random: Random, text: str) -> str:
    """Base64 of the same or nearly the same bytes, spelled otherwise."""
    last = chr(ord(text[-2]) ^ 1) if len(text) > 1 else "A"
    return random.choice((
        text + "=", text[:-1], text.rstrip("="), text[:-2] + last + text[-1:], " " + text, text + " ", "",
        text.replace("+", "-").replace("/", "_"), text[:8] + "\t" + text[8:], "é" + text, text[:20],
        text + "\r", "====",
    ))  # fmt: skip


def note(random: Random) -> bytes:
    """A checkpoint in which something may be wrong."""

    def seldom(share: float, given: str, *others: str) -> str:
        return random.choice(others) if random.random() < share else given

    root = base64(ROOT)
    lines = [
        seldom(0.12, ORIGIN, *_TRIED_NAMES),
        seldom(0.2, str(random.randrange(1, 1_000)), *SIZES),
        respelled(random, root) if random.random() < 0.15 else root,
    ]
    if random.random() < 0.08:
        lines.append(random.choice(("", "more", f"{_DASH}x AAAA")))
    elif random.random() < 0.03:
        del lines[random.randrange(3)]
    text = "".join(f"{line}\n" for line in lines)
    signed = [
        line
        for each in (*logs(), *witnesses())
        if random.random() < 0.65
        for line in _lines(random, each, text)
    ]
    if random.random() < 0.05:
        value = random.randbytes(random.choice((3, 4, 5, 68, 76)))
        signed.append(f"{_DASH}{random.choice(_TRIED_NAMES)} {base64(value)}")
    if random.random() < 0.03:
        many = random.choice((58, 60, 61, 62, 63, 64, 65, 70))
        signed += [f"{_DASH}n{number} {base64(random.randbytes(68))}" for number in range(many)]
    if random.random() < 0.3:
        random.shuffle(signed)
    data = (text + "\n" + "".join(f"{line}\n" for line in signed)).encode("utf-8", "surrogatepass")
    return damaged_text(random, data) if random.random() < 0.25 else data


def _lines(random: Random, by: NoteSigner, text: str) -> list[str]:
    """A signature line, changed in one thing or in none, and seldom twice."""
    signature = by.sign(text.encode(), random.choice(_TIMES) if by.type is KeyType.COSIGNATURE else None)
    name, key, value = signature.name, signature.key_id, signature.value
    match random.randrange(30):
        case 0:
            value = bytes(8) + value[8:]
        case 1:
            value = b"\xff" * 8 + value[8:]
        case 2 | 3:
            value = damaged(random, value)
        case 4:
            key = random.choice((bytes(4), key[::-1]))
        case 5:
            name = random.choice(_TRIED_NAMES)
        case 6:
            value = random.choice((b"", b"\x00", value[:-1], value + b"\x00", value[8:]))
    line = f"{_DASH}{name} {base64(key + value)}"
    match random.randrange(30):
        case 0:
            line = f"{_DASH}{name} {respelled(random, base64(key + value))}"
        case 1:
            line = random.choice(
                (
                    "-" + line[1:],
                    line.replace(" ", "", 1),
                    line.replace(" ", "  ", 1),
                    " " + line,
                    line + " x",
                )
            )
        case 2:
            return [line, line]
    return [line]


def damaged_text(random: Random, data: bytes) -> bytes:
    """Lines as editors, mail and hostile hands leave them."""
    match random.randrange(8):
        case 0:
            return data.replace(b"\n", b"\r\n")
        case 1:
            return b"\xef\xbb\xbf" + data
        case 2:
            return data[:-1]
        case 3:
            return data + b"\n"
        case 4:
            return data.replace(b"\n\n", b"\n", 1)
        case 5:
            return data.replace(b"\n\n", b"\n\n\n", 1)
        case _:
            return damaged(random, data)


class Notes(Mirrored[bytes]):
    """Checkpoints: form, the log's key, the quorum of witnesses."""

    name = "notes"
    about = "signed checkpoints, read and judged by a policy, Python and JavaScript"
    count = 33_500
    command = "checkpoint"

    def make(self, random: Random) -> bytes:
        return note(random)

    def question(self, given: bytes) -> Mapping[str, object]:
        return {"data": given.hex(), "trust": trust_file().hex()}

    def python(self, given: bytes) -> object:
        signed = parse_checkpoint(given)
        stated = signed.checkpoint
        key: str | None = None
        cosigned: list[list[str]] | None = None
        with suppress(LogError):
            key = find_log_key(signed, policy()).key_id.hex()
        with suppress(LogError):
            found = find_cosignatures(signed, policy())
            if policy().satisfied_by({each.witness for each in found}):
                cosigned = [[each.witness, str(each.timestamp)] for each in found]
        return {
            "origin": stated.origin,
            "size": stated.size,
            "root": stated.root.hex(),
            "lines": [[each.name, each.key_id.hex(), each.value.hex()] for each in signed.note.signatures],
            "key": key,
            "witnesses": cosigned,
        }


class VerifierKeys(Mirrored[str]):
    """Verifier keys as trust files and policies have them."""

    name = "vkeys"
    about = "verifier keys of notes, Python and JavaScript"
    count = 1_200
    command = "vkey"

    def make(self, random: Random) -> str:
        by = random.choice((*logs(), *witnesses()))
        name, key, material = str(by.verifier).split("+", 2)
        match random.randrange(9):
            case 0:
                name = random.choice(_TRIED_NAMES)
            case 1:
                key = random.choice((key.upper(), key[:-1], "0" + key, "", key[::-1], key + " "))
            case 2 | 3:
                material = respelled(random, material)
            case 4:
                point = random.choice(
                    (bytes(32), b"\x01" + bytes(31), random.randbytes(32), b"\xff" * 32, bytes(31))
                )
                material = base64(bytes((by.type,)) + point)
            case 5:
                material = base64(bytes((random.randrange(256),)) + by.verifier.public_key)
            case 6:
                text = damaged(random, str(by.verifier).encode()).decode("utf-8", "replace")
                return text
            case 7:
                return (
                    random.choice(TEXTS) + f"+{key}+{material}" + random.choice(("", "\n", "+", "A" * 4_096))
                )
        return f"{name}+{key}+{material}"

    def question(self, given: str) -> Mapping[str, object]:
        return {"text": given}

    def python(self, given: str) -> object:
        key = parse_vkey(given)
        return {
            "name": key.name, "type": int(key.type), "key": key.public_key.hex(), "id": key.key_id.hex()
        }  # fmt: skip

    def kept(self, given: str) -> bytes:
        return given.encode("utf-8", "surrogatepass")
