"""Write docs/vectors/records.json: what every implementation must accept, and what it must refuse.

python -m tests.core.records.make_vectors > docs/vectors/records.json
"""

import json
import sys
from collections.abc import Iterator

from escrutinio.base.errors import RecordError
from escrutinio.core.records.cose import key_id, split
from escrutinio.core.records.entry import body_to_plain, open_record
from escrutinio.core.records.keys import check_public_key, key_is_acceptable
from escrutinio.core.records.qr import qr_text
from tests.core.records.examples import (
    EXAMPLES,
    REPLACING,
    SIGNERS,
    Example,
    election,
    example,
    key,
    seed_text,
)
from tests.core.records.forge import bad_frames, bad_payloads, bad_qr_texts
from tests.core.records.forge_signatures import bad_signatures, special_keys

ABOUT = (
    "Test vectors for Escrutinio records (docs/formats.md). The election and its country do not exist. "
    "The keys are for tests alone: a private key (RFC 8032) is SHA-256 of the text in `seed_text`. "
    "`records` open and verify. `refused` must not open, whatever their signature. `signatures` open, and "
    "verify with `public_key` only where `verifies` is true. `refused_qr` are no QR texts of records. "
    "`keys`: `enrollable` keys may be sealed into "
    "records; with `acceptable` keys signatures may be checked."
)


def vectors() -> dict[str, object]:
    """The content of docs/vectors/records.json."""
    return {
        "about": ABOUT,
        "election": election().hex(),
        "signers": [_signer(name) for name in SIGNERS],
        "records": [_record(each) for each in (*EXAMPLES, *REPLACING)],
        "refused": list(_refused()),
        "signatures": list(_signatures()),
        "refused_qr": [{"reason": reason, "text": text} for reason, text in bad_qr_texts().items()],
        "keys": [_key(reason, public) for reason, public in special_keys().items()],
    }


def text() -> str:
    """The file itself: one item a line, so that a change shows as the lines it changes."""
    lines = []
    for name, value in vectors().items():
        if isinstance(value, list):
            items = ",\n".join("  " + json.dumps(item, ensure_ascii=False) for item in value)
            lines.append(f' "{name}": [\n{items}\n ]')
        else:
            lines.append(f' "{name}": {json.dumps(value, ensure_ascii=False)}')
    return "{\n" + ",\n".join(lines) + "\n}\n"


def _signer(name: str) -> dict[str, object]:
    public = key(name).public_key
    return {
        "name": "authority/root" if name == "root" else f"{name}/0000001",
        "seed_text": seed_text(name),
        "public_key": public.hex(),
        "kid": key_id(public).hex(),
    }


def _record(each: Example) -> dict[str, object]:
    raw = each.raw
    entry, frame = open_record(raw), split(raw)
    return {
        "type": each.body.TYPE,
        "name": each.body.NAME,
        "signer": entry.signer,
        "subject": entry.subject,
        "election": entry.election.hex(),
        "issued_at": entry.issued_at,
        "body": body_to_plain(each.body),
        "public_key": key(each.by).public_key.hex(),
        "payload": frame.payload.hex(),
        "signed": frame.signed.hex(),
        "record": raw.hex(),
        "sha256": entry.digest.hex(),
        "qr": qr_text(raw, real=False),
    }


def _refused() -> Iterator[dict[str, object]]:
    sheet = example("tally-sheet")
    for reason, raw in {**bad_frames(sheet), **bad_payloads(sheet)}.items():
        yield {"reason": reason, "record": raw.hex()}


def _signatures() -> Iterator[dict[str, object]]:
    for reason, (raw, public, verifies) in bad_signatures(example("tally-sheet")).items():
        yield {"reason": reason, "verifies": verifies, "public_key": public.hex(), "record": raw.hex()}


def _key(reason: str, public: bytes) -> dict[str, object]:
    try:
        enrollable = bool(check_public_key(public))
    except RecordError:
        enrollable = False
    return {
        "reason": reason,
        "public_key": public.hex(),
        "enrollable": enrollable,
        "acceptable": key_is_acceptable(public),
    }


if __name__ == "__main__":
    sys.stdout.write(text())
