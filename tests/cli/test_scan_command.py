"""escrutinio scan, as somebody with a folder of photos runs it."""

from __future__ import annotations

import csv
import json
import os
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest
from PIL import Image

from escrutinio.intake.scan.results import from_line
from tests.cli.running import escrutinio, in_process, refused
from tests.intake.scan.made import QR2024, code, file, text_of


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    folder = tmp_path / "photos"
    folder.mkdir()
    for number in range(3):
        (folder / f"{number}.png").write_bytes(file(code(text_of(7))))
    (folder / "old.png").write_bytes(file(code(QR2024)))
    (folder / "empty.png").write_bytes(file(code(text_of(8, (0, 0, 0, 0)))))
    (folder / "=cmd.txt").write_text("no image")
    return folder


def test_rows_report_and_summary(photos: Path, tmp_path: Path) -> None:
    out, report = tmp_path / "sheets.jsonl", tmp_path / "unread.csv"
    done = in_process("scan", photos, "--out", out, "--report", report, "--json", "--workers", 1)
    assert done.exit_code == 0, done.stderr
    summary = json.loads(done.stdout)
    del summary["seconds"]
    assert summary == {
        "version": 1, "files": 6, "sheets": 3, "records": 2, "qr2024": 1, "images": 5, "cut_off": 0,
        "zero": 0, "not_real": 2, "unread": {"not-an-image": 1},
    }  # fmt: skip
    rows = [from_line(line) for line in out.read_bytes().splitlines()]
    assert [row.path for row in rows] == sorted(path.name for path in photos.iterdir())
    [unread] = list(csv.DictReader(report.read_text(encoding="utf-8").splitlines()))
    assert (unread["path"], unread["problem"]) == ("'=cmd.txt", "not-an-image")
    assert unread["sentence_es"] == "El archivo no es una imagen ni un PDF."


def test_an_image_that_is_cut_off_and_whose_code_is_whole_is_read_and_said_to_be_cut(
    photos: Path, tmp_path: Path
) -> None:
    page = Image.new("L", (640, 900), 250)
    page.paste(code(text_of(9)), (20, 20))
    whole = file(page, "JPEG")
    (photos / "0.jpg").write_bytes(whole[: len(whole) * 97 // 100])
    out = tmp_path / "sheets.jsonl"
    done = in_process("scan", photos, "--out", out, "--workers", 1)
    assert "\n  1: The image is cut off" in done.stdout
    row = next(row for row in map(from_line, out.read_bytes().splitlines()) if row.path == "0.jpg")
    assert (row.kind, row.problem.value, row.text) == ("record", "cut-off", text_of(9))
    assert "truncated" in row.detail


def test_the_words_name_what_was_not_read(photos: Path, tmp_path: Path) -> None:
    done = escrutinio("scan", photos, "--out", tmp_path / "o.jsonl", "--workers", 2)
    assert done.returncode == 0
    assert "3 sheets on 5 images of 6 files" in done.stdout
    assert "1 not read: The file is neither an image nor a PDF.\n  =cmd.txt" in done.stdout
    spanish = escrutinio("scan", photos, "--out", tmp_path / "es.jsonl", lang="es")
    assert "3 actas en 5 imágenes de 6 archivos" in spanish.stdout


def test_a_second_run_needs_resume_and_gives_the_same(photos: Path, tmp_path: Path) -> None:
    out = tmp_path / "sheets.jsonl"
    assert in_process("scan", photos, "--out", out, "--workers", 1).exit_code == 0
    first = out.read_bytes()
    assert "--resume" in refused("scan", photos, "--out", out)
    out.write_bytes(first[: len(first) // 2])  # as after a power cut
    assert in_process("scan", photos, "--out", out, "--resume", "--workers", 1).exit_code == 0
    assert out.read_bytes() == first
    (photos / "new.png").write_bytes(file(code(text_of(9))))
    assert in_process("scan", photos, "--out", out, "--resume", "--workers", 1).exit_code == 0
    assert len(out.read_bytes().splitlines()) == len(first.splitlines()) + 1
    assert {path.name for path in tmp_path.iterdir() if path.is_file()} == {"sheets.jsonl"}


def test_a_killed_run_leaves_rows_to_go_on_from(photos: Path, tmp_path: Path) -> None:
    out = tmp_path / "sheets.jsonl"
    for number in range(400):  # enough that it is not done when the first row is there
        os.link(photos / "old.png", photos / f"x{number:03}.png")
    arguments = [sys.executable, "-m", "escrutinio", "scan", str(photos), "--out", str(out), "--workers", "1"]
    with subprocess.Popen(arguments, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as run:
        while not (out.exists() and out.stat().st_size > 1_000):
            with suppress(subprocess.TimeoutExpired):
                run.wait(0.02)
                pytest.fail("the run ended before it had written a row")
        run.send_signal(signal.SIGKILL)
    assert 0 < len(out.read_bytes().splitlines()) < 406
    done = in_process("scan", photos, "--out", out, "--resume", "--workers", 1, "--json")
    assert json.loads(done.stdout)["images"] == 405
    assert len({from_line(line).path for line in out.read_bytes().splitlines()}) == 406


def test_bad_use_is_one_sentence(photos: Path, tmp_path: Path) -> None:
    out = ("--out", tmp_path / "o.jsonl")
    assert "is no folder" in refused("scan", tmp_path / "none", *out)
    assert ".csv" in refused("scan", photos, *out, "--report", tmp_path / "report.txt")
    other = tmp_path / "another.csv"
    other.write_text("a letter\n")
    assert "--resume" in refused("scan", photos, *out, "--report", other)
    assert other.read_text() == "a letter\n"
    (tmp_path / "o.jsonl").write_text("a letter\n")
    assert "line 1" in refused("scan", photos, *out, "--resume")


def test_a_link_in_a_circle_is_one_file_that_is_not_read(photos: Path, tmp_path: Path) -> None:
    """Whoever can put a file into a folder keeps nobody from reading the others."""
    circle = photos / "circle.png"
    circle.symlink_to(circle.name)
    done = in_process("scan", photos, "--out", tmp_path / "o.jsonl", "--workers", 1, "--json")
    assert done.exit_code == 0, done.stderr
    summary = json.loads(done.stdout)
    assert (summary["files"], summary["unread"]) == (7, {"not-an-image": 1, "not-a-file": 1})
    assert "regular file" in refused("redact", circle, "--suggest")
