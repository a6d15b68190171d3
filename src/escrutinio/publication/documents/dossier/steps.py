"""How to verify a dossier with ordinary tools, step by step."""

from __future__ import annotations

from escrutinio.base.words.catalogue import N_
from escrutinio.core.records.types import BULK
from escrutinio.publication.documents.dossier.dossier import Dossier
from escrutinio.publication.documents.report.document import Tongue

LAWS = N_("The legal weight of these signatures depends on local law.")


def steps(dossier: Dossier, say: Tongue) -> tuple[str, ...]:
    """The steps in the order to take them; each names the files of the dossier that it needs."""
    item = next((each for each in dossier.items if each.signed.entry.body.TYPE in BULK), dossier.items[0])
    folder = f"openssl/{item.name}"
    command = (
        f"openssl pkeyutl -verify -rawin -pubin -inkey {folder}/key.pem -in {folder}/signed.bin "
        f"-sigfile {folder}/signature.bin"
    )
    return (
        say("1. Every file as it was when the dossier was made: sha256sum -c SHA256SUMS"),
        say(
            "2. The signature of one record with OpenSSL 3 (the others likewise): {command}", command=command
        ),
        say(
            "3. All of it with Python's own library and OpenSSL: python3 check.py. It is short "
            "enough to be read first. It also shows that signed.bin is the record's own bytes, and "
            "that each key stands in the record that brought it into the log."
        ),
        say(
            "4. That a record is in the log, by hand: SHA-256 of the byte 00 and the record; then, "
            "for each line of its .tlog-proof, SHA-256 of the byte 01 and the two hashes, left one "
            "first, gives the root that the checkpoint states (RFC 9162, section 2.1.3.2; C2SP "
            "tlog-proof)."
        ),
        say(
            "5. That it is this log and no other: compare the log's fingerprint with one that you "
            "got by another way (a printed sheet, the press, a party), and the checkpoint with what "
            "its witnesses keep."
        ),
        say(
            "6. What a record says: escrutinio show records/NAME.cose; the same as JSON stands "
            "beside it. The whole log: escrutinio verify ADDRESS --trust trust.toml"
        ),
    )
