"""A dossier holds what the log holds of a station, and ordinary tools find any bit of it that was changed."""

import csv
import io
import json
import re
import shlex
import shutil
import subprocess
import sys
import zipfile
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import pytest

from escrutinio.base.words.say import say_in
from escrutinio.core.election.state import ElectionState
from escrutinio.core.log.checkpoint import cosign_checkpoint
from escrutinio.core.log.notes import KeyType, NoteSigner
from escrutinio.core.log.pinned import OtherFileError
from escrutinio.core.log.policy import WitnessIdentity
from escrutinio.core.log.proofs import parse_proof, verify_proof
from escrutinio.core.log.reader import open_log, read_entries
from escrutinio.core.log.trust import Trust, parse_trust
from escrutinio.core.records import codes as k
from escrutinio.core.records import parts as p
from escrutinio.core.records import types as t
from escrutinio.core.verification.publication import verify_publication
from escrutinio.core.verification.verified import VerifiedLog
from escrutinio.publication.documents.dossier.dossier import Dossier, Head, dossier_of, head_of, own_entries
from escrutinio.publication.documents.dossier.pdf import to_pdf
from escrutinio.publication.documents.dossier.steps import LAWS
from escrutinio.publication.documents.dossier.text import to_text
from escrutinio.publication.documents.dossier.zip import to_zip
from escrutinio.publication.documents.marks import not_real
from tests.core.log.builders import ORIGIN, LogHome, StrictWitness, policy
from tests.privacy import scan_bytes
from tests.publication.documents.test_sheet_pdf import pages, text
from tests.publication.small import AREAS, CENTERS, MOMENT, STATIONS, log

OPENSSL = pytest.mark.skipif(shutil.which("openssl") is None, reason="there is no openssl here")
SHEET = "0000074-tally-sheet"
PIXELS = b"\x89PNG\r\n\x1a\n" + bytes(64)
WORDS = b"The door was locked until eight."


@pytest.fixture(scope="module")
def state(miniature: Path) -> ElectionState:
    found = verify_publication(miniature, only_log=True).state
    assert found is not None
    return found


def trust_of(directory: Path) -> Trust:
    return parse_trust((directory / "trust.toml").read_bytes())


def verified(directory: Path) -> VerifiedLog:
    """The log of a publication, whatever stands beside it."""
    log = verify_publication(directory, only_log=True).log
    assert log is not None
    return log


def dossier(directory: Path, station: str, *, trusted: bool = True) -> Dossier:
    log = verified(directory)
    head = head_of(log.signed, trust_of(directory) if trusted else None, trusted)
    return dossier_of(log, log.state.roll.index[station], head)


@pytest.fixture(scope="module")
def archive(miniature: Path, state: ElectionState) -> bytes:
    """The dossier of the station with two sheets that differ, a complaint and a ruling."""
    return to_zip(dossier(miniature, "C2.02"), "en")


@pytest.fixture
def unpacked(archive: bytes, tmp_path: Path) -> Path:
    with zipfile.ZipFile(io.BytesIO(archive)) as file:
        file.extractall(tmp_path)
    return tmp_path


def check(directory: Path) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-I", "check.py"]
    return subprocess.run(command, cwd=directory, capture_output=True, text=True, check=False, timeout=60)


# --- what is in it ---


def test_it_holds_every_record_about_the_station_and_what_these_rest_on(
    miniature: Path, state: ElectionState, archive: bytes
) -> None:
    with zipfile.ZipFile(io.BytesIO(archive)) as file:
        rows = list(csv.DictReader(io.StringIO(file.read("index.csv").decode())))
        records = {int(row["entry"]): file.read(f"records/{row['file']}.cose") for row in rows}
        says = json.loads(file.read(f"records/{SHEET}.json"))
    entries = list(read_entries(open_log(miniature / "log"), state.size))
    assert all(entries[index] == raw for index, raw in records.items())
    assert {0, 1} <= set(records)
    about = {index for index, raw in enumerate(entries) if re.search(rb"C2\.02[^0-9]", raw) and index > 8}
    assert about - {131} <= set(records), "131 draws other stations"
    assert own_entries(state, state.roll.index["C2.02"]) <= set(records)
    assert says["says"]["counts"] == [104, 12, 90, 16, 25, 6, 3]


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        ("en", ("no official sheet counts (Entries that differ)", "By a ruling, what counts is entry 74",
                "Copy by “Shell Party” (entry 95) says the same", "Biblioteca del Puerto", "74 [*]",
                "decision: select", "quality-checked", "openssl pkeyutl -verify -rawin", LAWS,
                not_real("en"))),
        ("es", ("ningún acta oficial cuenta (Entradas que difieren)", "Por una decisión, cuenta la",
                "Copia de «Partido Concha» (entrada 95) dice lo "
                "mismo", "120 [*]", "con control de calidad", "Huella", say_in("es", LAWS),
                not_real("es"))),
    ],
)  # fmt: skip
def test_text_and_pdf_say_the_same_in_plain_words(
    miniature: Path, state: ElectionState, language: str, expected: tuple[str, ...]
) -> None:
    made = dossier(miniature, "C2.02")
    as_text = re.sub(r"\s+", " ", to_text(made, language))
    as_pdf = text(to_pdf(made, language))
    for words in expected:
        assert words in as_text, words
        assert words.replace(" ", "") in as_pdf.replace(" ", ""), words
    assert made.head.fingerprint in as_text
    for finding in made.findings:
        assert finding.sentence(language) in as_text


def test_hand_counts_audit_and_arrival_stand_in_it(miniature: Path, state: ElectionState) -> None:
    said = re.sub(r"\s+", " ", to_text(dossier(miniature, "N2.01"), "en"))
    assert "(entry 135) differs from it in 2 figures" in said
    assert "97 [*]" in said
    assert "Sample of an audit" in said
    assert "60 satellite 60" in said
    assert "Council of the North Isle: The official sheet that counts is entry 65." in said


def test_every_page_of_what_is_not_real_is_marked(miniature: Path, state: ElectionState) -> None:
    for page in pages(to_pdf(dossier(miniature, "N1.01"), "es")):
        assert "SIMULACIÓN" in page


def test_without_a_trust_file_it_says_that_the_origin_is_not_authenticated(
    miniature: Path, state: ElectionState
) -> None:
    made = dossier(miniature, "N1.01", trusted=False)
    assert made.head == Head(made.head.signed)
    assert "compare the fingerprint" in to_text(made, "en")
    with zipfile.ZipFile(io.BytesIO(to_zip(made, "en"))) as file:
        assert "trust.toml" not in file.namelist()


def test_the_same_log_gives_the_same_bytes(miniature: Path, state: ElectionState, archive: bytes) -> None:
    assert to_zip(dossier(miniature, "C2.02"), "en") == archive


def test_nothing_personal_secret_or_of_this_machine_is_in_it(archive: bytes) -> None:
    assert scan_bytes("dossier.zip", archive) == []


# --- verified again, with other tools ---


def test_the_proofs_are_those_of_the_log(miniature: Path, archive: bytes) -> None:
    with zipfile.ZipFile(io.BytesIO(archive)) as file:
        for name in file.namelist():
            if name.startswith("proofs/"):
                record = file.read(name.replace("proofs/", "records/").replace(".tlog-proof", ".cose"))
                verify_proof(parse_proof(file.read(name)), record, trust_of(miniature).policy)


def test_the_list_of_digests_is_complete(archive: bytes) -> None:
    with zipfile.ZipFile(io.BytesIO(archive)) as file:
        listed = dict(line.split("  ")[::-1] for line in file.read("SHA256SUMS").decode().splitlines())
        there = {name: sha256(file.read(name)).hexdigest() for name in file.namelist()}
    del there["SHA256SUMS"]
    assert listed == there


@OPENSSL
def test_the_command_that_it_prints_verifies_with_openssl(unpacked: Path) -> None:
    said = " ".join((unpacked / "statement.txt").read_text().split())
    found = re.search(r"openssl pkeyutl .*?/signature\.bin", said)
    assert found is not None
    done = subprocess.run(
        shlex.split(found[0]), cwd=unpacked, capture_output=True, text=True, check=False, timeout=60
    )
    assert (done.returncode, "Success" in done.stdout) == (0, True), done.stderr


@OPENSSL
def test_the_script_in_it_finds_that_everything_holds(unpacked: Path) -> None:
    done = check(unpacked)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.splitlines()[-1] == "27 records, 0 faults"
    assert "checkpoint, log: holds" in done.stdout


def flip(name: str, at: int) -> Callable[[Path], None]:
    def change(directory: Path) -> None:
        path = directory / name
        content = bytearray(path.read_bytes())
        content[at] ^= 1
        path.write_bytes(content)

    return change


def swap(name: str, other: str) -> Callable[[Path], None]:
    def change(directory: Path) -> None:
        shutil.copy(directory / other, directory / name)

    return change


TAMPERED = {
    "one vote in the record": (flip(f"records/{SHEET}.cose", -70), "digest, signed.bin, inclusion"),
    "one bit of the signature in the record": (flip(f"records/{SHEET}.cose", -1), "digest, signature.bin"),
    "one bit of what is signed": (flip(f"openssl/{SHEET}/signed.bin", -3), "signed.bin, signature"),
    "one bit of the signature": (flip(f"openssl/{SHEET}/signature.bin", 7), "signature.bin, signature"),
    "another "
    "key": (swap(f"openssl/{SHEET}/key.pem", "openssl/0000002-enrolment/key.pem"), "key of the record"),
    "another "
    "enrolment": (swap("records/0000008-enrolment.cose", "records/0000002-enrolment.cose"), "key not"),
    "one bit of the proof": (flip(f"proofs/{SHEET}.tlog-proof", 60), "inclusion"),
    "the proof of "
    "another": (swap(f"proofs/{SHEET}.tlog-proof", "proofs/0000075-tally-sheet.tlog-proof"), "inclusion"),
    "another checkpoint": (flip("checkpoint/checkpoint", -20), "inclusion"),
    "another root under the log's "
    "signature": (flip("checkpoint/log/signed.bin", 60), "checkpoint, log: FAILED"),
}  # fmt: skip


@OPENSSL
@pytest.mark.parametrize("name", TAMPERED)
def test_the_script_in_it_finds_what_was_changed(unpacked: Path, name: str) -> None:
    change, expected = TAMPERED[name]
    # Only the sheet and the enrolment of its key are looked at, which is quicker.
    rows = (unpacked / "index.csv").read_text().splitlines()
    (unpacked / "index.csv").write_text(
        "\n".join([rows[0], *(row for row in rows if re.match("8,|74,", row))])
    )
    change(unpacked)
    done = check(unpacked)
    assert done.returncode == 1, done.stdout
    assert "Traceback" not in done.stderr
    assert expected in done.stdout


# --- a log of its own: attachments, witnesses, hostile files ---


def reports(*files: bytes) -> tuple[t.Body, str, str]:
    named = tuple(
        p.Attachment(sha256(file).digest(), len(file), "image/png" if file == PIXELS else "text/plain")
        for file in files
    )
    return t.IncidentReport(k.Category.ACCESS, MOMENT, named), "party/uno", "station/N.1"


def published(directory: Path, *more: tuple[t.Body, str, str], files: tuple[bytes, ...] = ()) -> VerifiedLog:
    """A log of the small election below a directory, with attachments beside it."""
    entries = log(k.Kind.SIMULATION, *more)
    home = LogHome(directory)
    witnesses = [StrictWitness("party-a"), StrictWitness("party-b")]
    with home.publisher(policy("party-a", "party-b", threshold=2), witnesses) as publisher:
        home.append(publisher, entries)
    (directory / "attachments").mkdir()
    for content in (AREAS, STATIONS, CENTERS, *files):
        (directory / "attachments" / sha256(content).hexdigest()).write_bytes(content)
    return verified(directory)


def own_dossier(log: VerifiedLog) -> Dossier:
    state = log.state
    trust = Trust(
        state.election,
        bytes(32) if state.charter is None else state.charter.entry.digest,
        policy("party-a", "party-b", threshold=2),
    )
    return dossier_of(log, state.roll.index["N.1"], head_of(log.signed, trust, True))


def test_who_floods_a_station_crowds_out_nobody_else(miniature: Path) -> None:
    whole = dossier(miniature, "C2.02")
    own = [item for item in whole.items if not item.base]
    by_signer = Counter(item.signed.entry.signer for item in own)
    log, most = verified(miniature), 2 * len(by_signer) - 1
    made = dossier_of(log, log.state.roll.index["C2.02"], whole.head, most)
    kept = Counter(item.signed.entry.signer for item in made.items if not item.base)
    assert kept.total() == most
    assert set(kept) == set(by_signer)
    assert {name: kept[name] + left for name, left in made.crowded_out} == {
        name: by_signer[name] for name, _ in made.crowded_out
    }
    firsts = {item.signed.index for item in made.items if not item.base}
    for name, _ in made.crowded_out:
        assert min(item.signed.index for item in own if item.signed.entry.signer == name) in firsts
    for language in ("en", "es"):
        said = to_text(made, language)
        assert all(f"{left} " in said and name in said for name, left in made.crowded_out)
    assert to_text(whole, "en").count("than there is room for") == 0


def test_images_withdrawn_and_missing_files_are_left_out_and_named(tmp_path: Path) -> None:
    gone, missing, photo = b"withdrawn", b"missing", b"\xff\xd8\xff called a text"
    withdrawal = t.Withdrawal(sha256(gone).digest(), k.Removal.PERSONAL_DATA), "party/uno", "election"
    report = reports(WORDS, PIXELS, gone, missing, photo)
    log = published(tmp_path, report, withdrawal, files=(WORDS, PIXELS, gone, photo))
    made = own_dossier(log)
    assert [content for _, content in made.attachments] == [WORDS]
    assert {
        attachment.digest: why for attachment, why in made.left_out if attachment.media_type != "text/csv"
    } == {
        sha256(PIXELS).digest(): "images are not passed on",
        sha256(gone).digest(): "no longer published",
        sha256(missing).digest(): "missing, or not as its record says",
        sha256(photo).digest(): "images are not passed on",
    }
    with zipfile.ZipFile(io.BytesIO(to_zip(made, "en"))) as file:
        attached = [name for name in file.namelist() if name.startswith("attachments/")]
    assert attached == [f"attachments/{sha256(WORDS).hexdigest()}"]


@OPENSSL
def test_cosignatures_of_witnesses_are_in_it_and_verify(tmp_path: Path) -> None:
    log = published(tmp_path)
    made = own_dossier(log)
    assert [seen.witness for seen, _ in made.head.cosignatures] == ["party-a", "party-b"]
    target = tmp_path / "unpacked"
    with zipfile.ZipFile(io.BytesIO(to_zip(made, "en"))) as file:
        file.extractall(target)
    done = check(target)
    assert done.returncode == 0, done.stdout
    for part in ("log", "witness-1", "witness-2"):
        assert f"checkpoint, {part}: holds" in done.stdout
    said = to_text(made, "en")
    assert "Cosigned by party-a" in said
    assert "authenticated by the trust file" in said
    assert ORIGIN in said


def test_a_cosignature_that_openssl_may_not_know_stands_in_the_checkpoint_alone(tmp_path: Path) -> None:
    log = published(tmp_path)
    later = NoteSigner("party-c", KeyType.ML_DSA_COSIGNATURE, bytes(32))
    line = cosign_checkpoint(log.signed, later, MOMENT)
    known = policy("party-a", "party-b", threshold=2)
    witnesses = (*known.witnesses, WitnessIdentity("party-c", later.verifier))
    trust = Trust(log.state.election, bytes(32), replace(known, witnesses=witnesses))
    head = head_of(log.signed.with_signatures((line,)), trust, True)
    made = replace(own_dossier(log), head=head)
    with zipfile.ZipFile(io.BytesIO(to_zip(made, "en"))) as file:
        parts = {name.split("/")[1] for name in file.namelist() if name.startswith("checkpoint/")}
        assert line.line in file.read("checkpoint/checkpoint")
    assert parts == {"checkpoint", "log", "witness-1", "witness-2"}
    assert "Cosigned by party-c" in to_text(made, "en")


def test_an_attachment_that_is_another_one_ends_the_dossier(tmp_path: Path) -> None:
    log = published(tmp_path, reports(WORDS), files=(WORDS,))
    path = f"attachments/{sha256(WORDS).hexdigest()}"
    (tmp_path / path).write_bytes(b"ALTERED")
    with pytest.raises(OtherFileError, match=path):
        own_dossier(log)


def test_a_file_changed_after_the_log_was_verified_is_found_out(tmp_path: Path) -> None:
    log = published(tmp_path)
    bundle = next((tmp_path / "log/tile/entries").rglob("*/*"))
    content = bytearray(bundle.read_bytes())
    content[-3] ^= 1
    content[content.index(b"N.1/presidente") + 40] ^= 1
    bundle.write_bytes(content)
    with pytest.raises(OtherFileError, match=r"tile/entries/.* is not the one that was verified"):
        own_dossier(log)
