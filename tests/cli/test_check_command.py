"""escrutinio check, as a scrutineer with a sheet in hand runs it."""

from __future__ import annotations

import base64
import json
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from escrutinio.cli import main
from escrutinio.core.log.checkpoint import parse_checkpoint
from escrutinio.core.log.proofs import format_proof, make_proof
from escrutinio.core.log.reader import hash_source, open_log, read_entries
from escrutinio.core.records.entry import Entry, open_record, seal
from escrutinio.core.records.keys import SigningKey
from escrutinio.core.records.qr import qr_text
from escrutinio.core.records.types import TallySheet
from escrutinio.intake.authoring.keyring import Keyring
from tests.cli.running import escrutinio, in_process
from tests.damage import worn
from tests.intake.scan.made import QR2024, code, file, sheet
from tests.paths import ROOT

MASTER = SigningKey(sha256(b"key of the tests").digest())


@pytest.fixture(scope="module")
def entry(miniature: Path) -> tuple[int, Entry]:
    """A machine's sheet for the presidency, and its index."""
    for index, raw in enumerate(entries(miniature)):
        found = open_record(raw)
        if isinstance(found.body, TallySheet) and found.subject == "N1.01/presidencia":
            return index, found
    raise AssertionError("the miniature has a sheet of N1.01")


def entries(publication: Path) -> list[bytes]:
    reader = open_log(publication / "log")
    return list(read_entries(reader, parse_checkpoint(reader.checkpoint()).checkpoint.size))


def checked(*arguments: object, code: int) -> list[dict[str, Any]]:
    """The answers, after the exit code was compared."""
    done = in_process("check", *arguments, "--json")
    assert done.exit_code == code, done.stderr or done.stdout
    answers: list[dict[str, Any]] = json.loads(done.stdout)["answers"]
    return answers


def test_a_worn_photo_of_a_sheet_in_the_log(
    miniature: Path, entry: tuple[int, Entry], tmp_path: Path
) -> None:
    index, found = entry
    photo = tmp_path / "photo.jpg"
    photo.write_bytes(file(worn(sheet(qr_text(found.raw, False), 6), 1), "JPEG"))
    [answer] = checked(photo, "--log", miniature, code=0)
    assert (answer["verdict"], answer["entry"], answer["real"]) == ("in-log", index, False)
    assert answer["sha256"] == found.digest.hex()
    assert {each["basis"] for each in answer["comparisons"]} >= {"copies:party/concha"}


def test_text_file_record_and_standard_input_say_the_same(
    miniature: Path, entry: tuple[int, Entry], tmp_path: Path
) -> None:
    text = qr_text(entry[1].raw, False)
    (tmp_path / "code.txt").write_text(text + "\n")
    (tmp_path / "sheet.cose").write_bytes(entry[1].raw)
    answers = [
        checked(thing, "--log", miniature, code=0)
        for thing in (text, tmp_path / "code.txt", tmp_path / "sheet.cose")
    ]
    assert answers[0] == answers[1] == answers[2]
    arguments = ["check", "-", "--log", str(miniature)]
    piped = CliRunner().invoke(main, arguments, input=text, env={"ESCRUTINIO_LANG": "en"})
    assert piped.stdout.startswith("NOT A REAL ELECTION. Authentic and in the log: tally sheet, N1.01")


def test_the_answer_comes_first_and_in_spanish(miniature: Path, entry: tuple[int, Entry]) -> None:
    done = escrutinio("check", qr_text(entry[1].raw, False), "--log", miniature, lang="es")
    assert done.returncode == 0
    first, *rest = done.stdout.splitlines()
    assert first.startswith("NO ES UNA ELECCIÓN REAL. Auténtico y en el registro público: acta de escrutinio")
    assert "consistente; su origen no se autentica sin --trust" in rest[-1]


def other_sheet(entry: Entry, **changes: Any) -> bytes:
    """Another sheet by the machine of this one, as it would be if the machine had said something else: one
    vote more for the first option, or these changes."""
    body = entry.body
    assert isinstance(body, TallySheet)
    key = Keyring(MASTER, "tres-islas-2031").key(entry.signer)
    changes = changes or {"counts": (body.counts[0] + 1, *body.counts[1:])}
    return seal(
        replace(body, **changes), key=key, signer=entry.signer,
        subject=entry.subject, election=entry.election, issued_at=entry.issued_at,
    )  # fmt: skip


def test_an_authentic_sheet_that_the_log_lacks_is_written_down(
    miniature: Path, entry: tuple[int, Entry], tmp_path: Path
) -> None:
    raw, keep = other_sheet(entry[1]), tmp_path / "keep.json"
    [answer] = checked(qr_text(raw, False), "--log", miniature, "--evidence", keep, code=1)
    assert (answer["verdict"], answer["entry"], answer["others"]) == ("contradicted", None, [entry[0]])
    kept = json.loads(keep.read_bytes())
    assert base64.b64decode(kept["records"][0]["record"]) == raw
    assert kept["checkpoint"].encode() == (miniature / "log" / "checkpoint").read_bytes()
    again = in_process("check", qr_text(raw, False), "--log", miniature, "--evidence", keep)
    assert (again.exit_code, "not overwritten" in again.stderr) == (2, True)


def test_one_altered_figure_is_seen(miniature: Path, entry: tuple[int, Entry]) -> None:
    raw = bytearray(entry[1].raw)
    raw[-80] ^= 1
    [answer] = checked(qr_text(bytes(raw), False), "--log", miniature, code=1)
    assert answer["verdict"] in ("altered", "malformed")


def test_a_sheet_that_differs_in_its_valid_ballots_alone_is_no_equal(miniature: Path) -> None:
    [logged] = [
        each
        for each in map(open_record, entries(miniature))
        if each.subject == "S2.01/senado-sur" and isinstance(each.body, TallySheet)
    ]
    [answer] = checked(qr_text(other_sheet(logged, valid=187), False), "--log", miniature, code=1)
    assert answer["verdict"] == "contradicted"
    [compared] = [each for each in answer["comparisons"] if each["basis"] == "reported"]
    assert compared["differences"] == [{"what": "valid", "sheet": 187, "published": 186}]


def test_two_sheets_on_one_image_are_two_answers(
    miniature: Path, entry: tuple[int, Entry], tmp_path: Path
) -> None:
    first, second = sheet(qr_text(entry[1].raw, False)), sheet(qr_text(other_sheet(entry[1]), False))
    table = first.resize((1_300, 1_200), box=(0, 0, 1, 1))
    table.paste(first, (0, 0))
    table.paste(second, (650, 0))
    (tmp_path / "table.png").write_bytes(file(table))
    answers = checked(tmp_path / "table.png", "--log", miniature, code=1)
    assert sorted(each["verdict"] for each in answers) == ["contradicted", "in-log"]


def test_what_cannot_be_read_says_what_to_try(miniature: Path, tmp_path: Path) -> None:
    blank, letter, menu = (tmp_path / name for name in ("blank.png", "letter.txt", "menu.png"))
    blank.write_bytes(file(sheet("x").crop((0, 0, 300, 300))))
    letter.write_text("Dear all")
    menu.write_bytes(file(code("https://example.org/menu")))
    for thing, words in ((blank, "photograph the code alone"), (letter, "neither an image nor a PDF")):
        done = in_process("check", thing, "--log", miniature)
        assert (done.exit_code, words in done.stderr) == (2, True)
    other = in_process("check", menu, "--log", miniature)
    assert (other.exit_code, "QR code of something else" in other.stdout) == (2, True)
    for thing in (tmp_path / "none.jpg", tmp_path):
        assert in_process("check", thing, "--log", miniature).exit_code == 2


def test_a_proof_holds_until_the_log_is_another(
    miniature: Path, entry: tuple[int, Entry], tmp_path: Path
) -> None:
    index, found = entry
    reader = open_log(miniature / "log")
    signed = parse_checkpoint(reader.checkpoint())
    proof = make_proof(index, signed, hash_source(reader.tile, signed.checkpoint.size))
    given = tmp_path / "sheet.tlog-proof"
    given.write_bytes(format_proof(proof))
    trust = ("--trust", miniature / "trust.toml")
    [answer] = checked(given, "--log", miniature, *trust, code=0)
    assert (answer["verdict"], answer["entry"]) == ("proof-holds", index)
    text = qr_text(found.raw, False)
    answers = checked(text, "--proof", given, "--log", miniature, code=0)
    assert [each["verdict"] for each in answers] == ["in-log", "proof-holds"]
    given.write_bytes(format_proof(replace(proof, index=index + 1)))
    [answer] = checked(given, "--log", miniature, *trust, code=1)
    assert answer["verdict"] == "proof-invalid"


def test_an_unsigned_sheet_without_a_table_of_cards_cannot_be_compared(miniature: Path) -> None:
    [answer] = checked(QR2024, "--log", miniature, code=1)
    assert answer["verdict"] == "not-published"


@pytest.mark.slow
@pytest.mark.parametrize(("name", "station"), [("scan-a", "010111037.02"), ("scan-b", "010111043.01")])
def test_the_real_scans_equal_what_is_published(venezuela: Path, name: str, station: str) -> None:
    [answer] = checked(ROOT / "tests/data/photos" / f"{name}.png", "--log", venezuela, code=0)
    assert (answer["verdict"], answer["station"], answer["real"]) == ("equal", station, True)
    assert [each["differences"] for each in answer["comparisons"]] == [[]]


@pytest.mark.slow
def test_an_altered_2024_sheet_differs_in_one_figure(venezuela: Path) -> None:
    [answer] = checked(QR2024.replace("!98,", "!99,"), "--log", venezuela, code=1)
    assert answer["verdict"] == "differs"
    assert answer["comparisons"][0]["differences"] == [{"what": "NM", "sheet": 131, "published": 130}]
