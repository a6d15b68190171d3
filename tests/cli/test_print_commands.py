"""The commands print and dossier: files where they were asked for, refusals in one sentence."""

import json
import shutil
import zipfile
from pathlib import Path

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
