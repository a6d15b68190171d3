"""The commands print and dossier: files where they were asked for, refusals in one sentence."""

import json
import shutil
import subprocess
import sys
import zipfile
from hashlib import sha256
from pathlib import Path

from escrutinio.core.records.entry import open_record
from escrutinio.core.records.types import TallySheet, ZeroReport
from escrutinio.core.verification.publication import open_verified
from tests.cli.running import PRESIDENCY, in_process, refused
from tests.publication.documents.test_sheet_pdf import text


def test_a_sheet_goes_into_the_file_named_and_is_never_overwritten(miniature: Path, tmp_path: Path) -> None:
    target = tmp_path / "sheet.pdf"
    arguments = ("print", "N1.01", "--log", miniature, *PRESIDENCY, "-o", target, "--lang", "en", "--copy", 4)
    done = in_process(*arguments, "--paper", "80mm")
    assert done.exit_code == 0, done.stderr
    said = text(target.read_bytes())
    assert "Copy 4 of 13" in said
    assert "Station N1.01" in said
    assert "Fingerprint of the log" in said
    before = target.read_bytes()
    assert str(target) in refused(*arguments)
    assert target.read_bytes() == before


def test_all_sheets_that_count_are_printed_into_a_directory(miniature: Path, tmp_path: Path) -> None:
    done = in_process(
        "print", "--all", "--log", miniature, "--contest", "consejo-norte", "-o", tmp_path / "out", "--json"
    )
    assert done.exit_code == 0, done.stderr
    written = json.loads(done.stdout)["files"]
    assert sorted(Path(name).name for name in written) == [
        f"{station}-consejo-norte.pdf" for station in ("N1.01", "N1.02", "N2.01", "N2.02")
    ]
    assert all(Path(name).read_bytes().startswith(b"%PDF") for name in written)


def test_an_entry_and_a_basis_can_be_asked_for(miniature: Path, tmp_path: Path) -> None:
    copy, ruled = tmp_path / "copy.pdf", tmp_path / "ruled.pdf"
    for arguments, target in (
        (("--entry", 95), copy),
        (("C2.02", *PRESIDENCY, "--basis", "ruled"), ruled),
    ):
        done = in_process("print", *arguments, "--log", miniature, "-o", target, "--lang", "es")
        assert done.exit_code == 0, done.stderr
    assert "Transcripción, no es un acta oficial." in text(copy.read_bytes())
    assert "ciento cuatro" in text(ruled.read_bytes())


def test_what_cannot_be_printed_is_refused_in_a_sentence(miniature: Path) -> None:
    log = ("--log", miniature)
    assert "N1.01" in refused("print", "N1.0", *log, *PRESIDENCY)
    assert "74 (tally-sheet, machine/108)" in refused("print", "C2.02", *log, *PRESIDENCY)
    assert "--contest is needed" in refused("print", "N1.01", *log)
    assert "not a sheet of a station" in refused("print", "--entry", 5, *log)
    assert "Entry 5,000 does not exist" in refused("print", "--entry", 5_000, *log)
    assert "no copy 14 of 13" in refused("print", "N1.01", *log, *PRESIDENCY, "--copy", 14)
    assert "one of STATION" in refused("print", *log)
    assert "one of STATION" in refused("print", "N1.01", "--all", *log)
    assert "-o DIRECTORY" in refused("print", "--all", *log, *PRESIDENCY)


def test_a_dossier_is_written_with_its_pdf(miniature: Path, tmp_path: Path) -> None:
    archive, pdf = tmp_path / "d.zip", tmp_path / "d.pdf"
    trust = miniature / "trust.toml"
    done = in_process(
        "dossier", "C2.02", "--log", miniature, "-o", archive, "--pdf", pdf, "--trust", trust,
        "--language", "es", "--json",
    )  # fmt: skip
    assert done.exit_code == 0, done.stderr
    assert {74, 75, 95, 113, 117} <= set(json.loads(done.stdout)["entries"])
    with zipfile.ZipFile(archive) as file:
        assert file.read("dossier.pdf") == pdf.read_bytes()
        assert file.read("trust.toml") == trust.read_bytes()
    assert "El origen está autenticado" in text(pdf.read_bytes())


def test_a_dossier_of_no_station_or_of_a_log_that_fails_is_refused(miniature: Path, tmp_path: Path) -> None:
    assert "near to it: C2.02" in refused("dossier", "c2.02", "--log", miniature)
    assert "near to it" not in refused("dossier", "ZZZ", "--log", miniature)
    broken = tmp_path / "broken"
    shutil.copytree(miniature, broken, ignore=shutil.ignore_patterns("es", "en", "assets", "data"))
    bundle = next((broken / "log/tile/entries").rglob("*/*"))
    content = bytearray(bundle.read_bytes())
    content[-3] ^= 1
    bundle.write_bytes(content)
    done = in_process("dossier", "C2.02", "--log", broken, "-o", tmp_path / "x.zip")
    assert done.exit_code == 1
    assert "A check failed" in done.stderr
    assert not (tmp_path / "x.zip").exists()


# --- zero reports, thermal paper, blank forms ---


def test_zero_reports_print_like_sheets(miniature: Path, tmp_path: Path) -> None:
    one = tmp_path / "zero.pdf"
    log = ("--log", miniature, *PRESIDENCY)
    done = in_process("print", "N1.01", "--zero", *log, "-o", one, "--lang", "en")
    assert done.exit_code == 0, done.stderr
    said = text(one.read_bytes())
    assert "ZERO REPORT" in said
    assert "Printed before voting began" in said
    done = in_process("print", "--all", "--zero", *log, "-o", tmp_path / "zeros", "--json")
    assert len(json.loads(done.stdout)["files"]) > 5
    assert "no zero report of station S1.02" in refused("print", "S1.02", "--zero", *log)
    assert "--zero goes with" in refused("print", "--entry", 5, "--zero", *log)


def test_what_a_station_says_of_one_contest_prints_into_one_directory(
    miniature: Path, tmp_path: Path
) -> None:
    """Its zero report, its sheet, and another sheet of the same station: each to a file of its own."""
    log = open_verified(str(miniature))
    said: dict[str, list[bytes]] = {}
    for raw in log.pinned.all_entries():
        entry = open_record(raw)
        if isinstance(entry.body, TallySheet | ZeroReport):
            said.setdefault(f"{entry.subject} {entry.body.NAME}", []).append(raw)
    about = next(name.split()[0] for name, sheets in said.items() if len(sheets) > 1)
    records = [*said[f"{about} zero-report"][:1], *said[f"{about} tally-sheet"][:2]]
    for number, raw in enumerate(records):
        (tmp_path / f"{number}.cose").write_bytes(raw)
    target, station = tmp_path / "paper", about.replace("/", "-")
    target.mkdir()
    for _ in range(2):  # a run that was stopped is run again
        done = in_process("print", "--record", tmp_path, "--log", miniature, "-o", target, "-q")
        assert done.exit_code == 0, done.stderr
    other = sha256(records[2]).hexdigest()[:8]
    names = {f"{station}-zero-report.pdf", f"{station}.pdf", f"{station}-{other}.pdf"}
    assert {each.name for each in target.iterdir()} == names
    alone = ("print", "--record", tmp_path / "0.cose", "--log", miniature, "-o", tmp_path / "paper-2")
    (tmp_path / "paper-2").mkdir()
    assert in_process(*alone).exit_code == 0
    assert [each.name for each in (tmp_path / "paper-2").iterdir()] == [f"{station}-zero-report.pdf"]


def test_a_thermal_printer_is_written_to_as_a_file(miniature: Path, tmp_path: Path) -> None:
    target = tmp_path / "roll.bin"
    arguments = ("print", "N1.01", "--log", miniature, *PRESIDENCY)
    done = in_process(*arguments, "--paper", "80mm", "--escpos", target, "--json")
    assert done.exit_code == 0, done.stderr
    assert json.loads(done.stdout) == {"version": 1, "files": [str(target)], "sheets": 1}
    assert target.read_bytes().startswith(b"\x1b@\x1dv0")
    assert str(target) in refused(*arguments, "--paper", "80mm", "--escpos", target)
    assert "--paper 80mm" in refused(*arguments, "--escpos", tmp_path / "other.bin")
    full = refused(*arguments, "--paper", "80mm", "--escpos", Path("/dev/full"))
    assert "/dev/full takes nothing to print" in full


def test_blank_forms_are_made_for_a_station_or_all_on_paper(miniature: Path, tmp_path: Path) -> None:
    target = tmp_path / "forms"
    done = in_process("forms", "N1.01", "--log", miniature, "-o", target, "--json", "--lang", "es")
    assert done.exit_code == 0, done.stderr
    names = sorted(Path(name).name for name in json.loads(done.stdout)["files"])
    assert names == [
        f"N1.01-{kind}.pdf" for kind in ("closing", "consejo-norte", "counting", "opening", "presidencia")
    ]
    assert "Formulario en blanco" in text((target / "N1.01-presidencia.pdf").read_bytes())
    again = in_process("forms", "N1.01", "--log", miniature, "-o", target, "--lang", "es")
    assert again.exit_code == 0, again.stderr
    on_paper = ("forms", "--paper-stations", "--form", "sheet", "--log", miniature, "--json")
    done = in_process(*on_paper, "-o", tmp_path / "on-paper")
    stations = {Path(name).name.partition("-")[0] for name in json.loads(done.stdout)["files"]}
    assert stations == {"S1.01", "S1.02"}
    roll = tmp_path / "roll.bin"
    done = in_process(
        "forms", "N1.01", "--log", miniature, "--paper", "80mm", "--escpos", roll, "--form", "closing"
    )
    assert done.exit_code == 0, done.stderr
    assert roll.read_bytes().startswith(b"\x1b@")
    assert "--paper-stations" in refused("forms", "--log", miniature, "-o", target)
    assert "-o DIRECTORY" in refused("forms", "N1.01", "--log", miniature)


def test_without_the_extra_a_thermal_printer_is_one_sentence(miniature: Path, tmp_path: Path) -> None:
    words = ["print", "N1.01", "--log", str(miniature), *PRESIDENCY, "--paper", "80mm", "--escpos"]
    hidden = "import sys; sys.modules['escpos'] = None; from escrutinio.__main__ import run; run()"
    done = subprocess.run(
        [sys.executable, "-c", hidden, *words, str(tmp_path / "x.bin")],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 2
    assert "[thermal]" in done.stderr
    assert done.stderr.count("\n") == 1
    assert not (tmp_path / "x.bin").exists()
