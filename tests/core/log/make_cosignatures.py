"""Write docs/vectors/cosignatures.json: a checkpoint cosigned with both algorithms, and altered ones.

python -m tests.core.log.make_cosignatures > docs/vectors/cosignatures.json

An ML-DSA-44 signature is another one each time: the one that stands in the file stays as long as it holds.
"""

from __future__ import annotations

import json
import sys
from hashlib import sha256
from pathlib import Path

from escrutinio.base.errors import LogError
from escrutinio.core.log.checkpoint import Checkpoint, cosign_checkpoint, parse_checkpoint, sign_checkpoint
from escrutinio.core.log.merkle import leaf_hash
from escrutinio.core.log.notes import KeyType, NoteSignature, NoteSigner, cosigned_message
from escrutinio.core.log.policy import Group, LogIdentity, Policy, WitnessIdentity
from escrutinio.core.log.trust import Trust, format_trust

VECTORS = Path(__file__).parents[3] / "docs" / "vectors" / "cosignatures.json"
ORIGIN, COSIGNER, TIME = "example.org/elections/test", "witness.example.org/1", 1_700_000_000


def signer(name: str, kind: KeyType) -> NoteSigner:
    return NoteSigner(name, kind, sha256(f"vector of {name}, type {kind}".encode()).digest())


LOG = signer(ORIGIN, KeyType.ED25519)
COSIGNERS = {kind: signer(COSIGNER, kind) for kind in (KeyType.COSIGNATURE, KeyType.ML_DSA_COSIGNATURE)}
SIGNED = sign_checkpoint(Checkpoint(ORIGIN, 1, leaf_hash(b"the one entry")), LOG)


def standing() -> dict[str, NoteSignature]:
    """The cosignatures in the file as it is, by the id of their key; none where there is no such file."""
    try:
        note = parse_checkpoint(json.loads(VECTORS.read_text("utf-8"))["note"].encode()).note
    except (OSError, ValueError, LogError):
        return {}
    return {line.key_id.hex(): line for line in note.signatures if note.text == SIGNED.note.text}


def cosignature(kind: KeyType) -> NoteSignature:
    key = COSIGNERS[kind].verifier
    line = standing().get(key.key_id.hex())
    try:
        if line is not None and key.accepts(SIGNED.note.text, line.value) == TIME:
            return line
    except ValueError:
        pass
    return cosign_checkpoint(SIGNED, COSIGNERS[kind], TIME)


def trust(quorum: str) -> Trust:
    witnesses = tuple(WitnessIdentity(f"w{kind.value}", each.verifier) for kind, each in COSIGNERS.items())
    both = Group("both", 2, tuple(each.name for each in witnesses))
    return Trust(bytes(32), bytes(32), Policy((LogIdentity(LOG.verifier),), witnesses, (both,), quorum))


def content() -> dict[str, object]:
    """The whole file."""
    lines = {kind: cosignature(kind) for kind in COSIGNERS}
    cosigned = SIGNED.with_signatures(tuple(lines.values()))
    return {
        "about": "A checkpoint cosigned with Ed25519 (type 4) and with ML-DSA-44 (type 6). "
        "`message` is what is signed, `altered` are whole notes that no verifier may take as so cosigned.",
        "log": str(LOG.verifier),
        "note": cosigned.note.data.decode(),
        "cosigners": [
            {
                "type": kind.value,
                "seed": each.seed.hex(),
                "vkey": str(each.verifier),
                "time": TIME,
                "message": cosigned_message(each.verifier, SIGNED.note.text, TIME).hex(),
            }
            for kind, each in COSIGNERS.items()
        ],
        "altered": [
            {"type": kind.value, "what": what, "note": SIGNED.with_signatures((line,)).note.data.decode()}
            for kind, good in lines.items()
            for what, line in altered(good)
        ],
        "trust_files": {
            quorum: format_trust(trust(quorum)).decode() for quorum in ("none", "w4", "w6", "both")
        },
    }


def altered(line: NoteSignature) -> list[tuple[str, NoteSignature]]:
    value = line.value
    return [
        (what, NoteSignature(line.name, line.key_id, changed))
        for what, changed in (
            ("a bit of the time", bytes([*value[:7], value[7] ^ 1]) + value[8:]),
            ("no time", bytes(8) + value[8:]),
            ("a time too late", b"\xff" * 8 + value[8:]),
            ("the first bit of the signature", value[:8] + bytes([value[8] ^ 128]) + value[9:]),
            ("a bit in the middle", value[:40] + bytes([value[40] ^ 1]) + value[41:]),
            ("the last bit of the signature", value[:-1] + bytes([value[-1] ^ 1])),
            ("a byte less", value[:-1]),
            ("a byte more", value + b"\x00"),
        )
    ]


if __name__ == "__main__":
    json.dump(content(), sys.stdout, indent=1, ensure_ascii=False)
    print()
