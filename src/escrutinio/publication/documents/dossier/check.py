"""Checks a dossier with Python's own library and OpenSSL alone: run `python3 check.py` where it was unpacked.

For every record listed in index.csv: its digest, that signed.bin and signature.bin are the record's own
bytes, that its key stands in the record that brought it into the log, the signature (by openssl), and that
the record is in the log whose checkpoint is in this dossier (RFC 9162, section 2.1.3.2).
"""

import base64
import csv
import hashlib
import shutil
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
DER = bytes.fromhex(
    "302a300506032b6570032100"
)  # what stands before the 32 bytes of an Ed25519 key (RFC 8410)


def sha(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()


def read_key(folder: Path) -> bytes:
    """The 32 bytes of key.pem."""
    lines = (folder / "key.pem").read_text().split("-----")
    der = base64.b64decode(lines[2])
    return der[len(DER) :] if der.startswith(DER) and len(der) == len(DER) + 32 else b""


def signed_by(folder: Path) -> bool:
    """Whether openssl finds that key.pem signed signed.bin."""
    command = ["openssl", "pkeyutl", "-verify", "-rawin", "-pubin", "-inkey", "key.pem"]
    command += ["-in", "signed.bin", "-sigfile", "signature.bin"]
    return subprocess.run(command, cwd=folder, capture_output=True, check=False).returncode == 0


def covers(signed: bytes, record: bytes) -> bool:
    """Whether `signed` is what the signature of a record covers: its header and payload (RFC 9052, 4.4)."""
    start, body, rest = b"\x84\x6aSignature1", record[2:-66], signed[12:]
    if signed[:12] != start or record[:2] != b"\xd2\x84" or len(body) != len(rest):
        return False
    differs = [at for at in range(len(body)) if body[at] != rest[at]]
    return len(differs) == 1 and body[differs[0]] == 0xA0 and rest[differs[0]] == 0x40


def of_checkpoint(signed: bytes, checkpoint: bytes) -> bool:
    """Whether `signed` is the text of the checkpoint, after a witness's time where a witness signed it."""
    text = checkpoint.partition(b"\n\n")[0] + b"\n"
    before = signed.removesuffix(text)
    return signed.endswith(text) and (not before or before.startswith(b"cosignature/v1\ntime "))


def in_log(record: bytes, entry: int, proof: bytes, checkpoint: bytes) -> bool:
    """Whether the .tlog-proof leads from the record to the root of this checkpoint."""
    head, _, note = proof.partition(b"\n\n")
    lines = head.decode().split("\n")
    if note != checkpoint or lines[:2] != ["c2sp.org/tlog-proof@v1", f"index {entry}"]:
        return False
    _, size, root = checkpoint.decode().split("\n")[:3]
    at, last, found = entry, int(size) - 1, sha(b"\0" + record)
    for other in map(base64.b64decode, lines[2:]):
        if last == 0:
            return False
        if at % 2 or at == last:
            found = sha(b"\1" + other + found)
            while at % 2 == 0 and at:
                at, last = at // 2, last // 2
        else:
            found = sha(b"\1" + found + other)
        at, last = at // 2, last // 2
    return last == 0 and found == base64.b64decode(root)


def faults(row: dict[str, str], names: dict[str, str], checkpoint: bytes) -> list[str]:
    """What does not hold of one record."""
    name, entry = row["file"], int(row["entry"])
    record, folder = (HERE / f"records/{name}.cose").read_bytes(), HERE / "openssl" / name
    key = read_key(folder)
    brought = HERE / f"records/{names.get(row['key_from_entry'], '-')}.cose"
    checks = {
        "digest": sha(record).hex() == row["sha256"],
        "signed.bin": covers((folder / "signed.bin").read_bytes(), record),
        "signature.bin": (folder / "signature.bin").read_bytes() == record[-64:],
        "key of the record": len(key) == 32 and sha(key)[:8] in record[:24],
        "key not where it should come from": brought.is_file() and key in brought.read_bytes(),
        "signature": signed_by(folder),
        "inclusion": in_log(record, entry, (HERE / f"proofs/{name}.tlog-proof").read_bytes(), checkpoint),
    }
    return [what for what, holds in checks.items() if not holds]


def main() -> int:
    if shutil.which("openssl") is None:
        print("openssl is not installed here; it is needed to check the signatures")
        return 2
    with (HERE / "index.csv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    checkpoint = (HERE / "checkpoint/checkpoint").read_bytes()
    names = {row["entry"]: row["file"] for row in rows}
    failed = 0
    for row in rows:
        wrong = faults(row, names, checkpoint)
        failed += bool(wrong)
        print(f"{row['file']}: {'FAILED: ' + ', '.join(wrong) if wrong else 'holds'}")
    for folder in sorted(path for path in (HERE / "checkpoint").iterdir() if path.is_dir()):
        holds = signed_by(folder) and of_checkpoint((folder / "signed.bin").read_bytes(), checkpoint)
        failed += not holds
        print(f"checkpoint, {folder.name}: {'holds' if holds else 'FAILED'}")
    print(f"{len(rows)} records, {failed} faults")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
