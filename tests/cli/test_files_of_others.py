"""Files as other programs leave them, pipes in the place of files, consoles of another century."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from escrutinio.core.records.entry import open_record
from escrutinio.core.records.qr import qr_text
from escrutinio.core.records.types import TallySheet
from tests.cli.running import in_process, refused
from tests.cli.test_check_command import entries as log_entries

WINDOWS: dict[str, Callable[[str], bytes]] = {
    "UTF-16": lambda text: text.replace("\n", "\r\n").encode("utf-16"),
    "a mark and CRLF": lambda text: text.replace("\n", "\r\n").encode("utf-8-sig"),
    "no last line end": lambda text: text.rstrip("\n").encode(),
}


def ok(*arguments: object, **environment: str) -> str:
    done = in_process(*arguments, **environment)
    assert done.exit_code == 0, done.output
    return done.stdout


@pytest.mark.parametrize("way", WINDOWS)
def test_what_the_documents_redirect_into_a_file_is_read_whoever_wrote_it(
    miniature: Path, tmp_path: Path, way: str
) -> None:
    saved = WINDOWS[way]
    words = {"ESCRUTINIO_PASSPHRASE": "x"}
    key, public = tmp_path / "k", tmp_path / "k.pub"
    ok("keys", "new", "party/azul", "-o", key, **words)
    public.write_bytes(saved(ok("keys", "public", key, **words)))
    assert "of party/azul" in ok("keys", "check", public)
    key.write_bytes(saved(key.read_text()))
    assert json.loads(ok("keys", "public", key, **words))["name"] == "party/azul"

    proof, trust = tmp_path / "5.tlog-proof", tmp_path / "trust.toml"
    proof.write_bytes(saved(ok("show", 5, "--log", miniature, "--proof")))
    trust.write_bytes(saved((miniature / "trust.toml").read_text()))
    assert "proof holds" in ok("check", proof, "--log", miniature, "--trust", trust).lower()
    assert "index" in ok("show", proof)
    assert "fingerprint" in ok("trust", "show", trust)


@pytest.mark.parametrize("form", ["as it is", "UTF-16", "broken into lines", "quoted", "in quotation marks"])
def test_the_text_of_a_code_is_read_as_a_messenger_left_it(
    miniature: Path, tmp_path: Path, form: str
) -> None:
    text = _a_text(miniature)
    saved = {
        "as it is": text.encode(),
        "UTF-16": (text + "\r\n").encode("utf-16"),
        "broken into lines": "\n".join(text[at : at + 70] for at in range(0, len(text), 70)).encode(),
        "quoted": f"> {text}\r\n".encode(),
        "in quotation marks": f'"{text}"\n'.encode(),
    }[form]
    (tmp_path / "code.txt").write_bytes(saved)
    answer = json.loads(ok("check", tmp_path / "code.txt", "--log", miniature, "--json"))
    assert answer["answers"][0]["verdict"] == "in-log"


def _a_text(miniature: Path) -> str:
    """The QR text of a sheet in the log."""
    entries = map(open_record, log_entries(miniature))
    return qr_text(next(entry.raw for entry in entries if isinstance(entry.body, TallySheet)), False)


def test_a_pipe_in_the_place_of_a_file_is_one_sentence(miniature: Path, tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    named = ("verify", miniature, "--trust", pipe), ("trust", "show", pipe), ("keys", "check", pipe)
    others = ("show", pipe), ("check", pipe, "--log", miniature), ("publish", pipe), ("reconcile", pipe, pipe)
    mapped = ("reconcile", "a", "b", "--map", pipe), ("keys", "public", pipe)
    for arguments in (*named, *others, *mapped):
        assert "Traceback" not in refused(*arguments, ESCRUTINIO_PASSPHRASE="x"), arguments


ONE_AFTER_ANOTHER = """
import json, sys
from escrutinio.cli import main
from escrutinio.cli.ending import run_command
from escrutinio.cli.output import write_on_any_console
write_on_any_console()
for words in json.loads(sys.argv[1]):
    sys.argv = ["escrutinio", *words]
    print(f"\\0{run_command(main)}\\0", end="")
"""


@pytest.mark.parametrize("encoding", ["cp1252", "cp437", "ascii", "latin-1"])
@pytest.mark.parametrize("lang", ["en", "es"])
@pytest.mark.one_in(3)
def test_no_console_ends_a_command(miniature: Path, tmp_path: Path, encoding: str, lang: str) -> None:
    table = tmp_path / "mesa.csv"
    table.write_text("station,azul,verde,null,blank\nA1,50,4,0,0\nA2,7,1,0,0\n")
    other = tmp_path / "otra.csv"
    other.write_text("station,azul,verde,null,blank\nA1,51,4,0,0\nA2,8,1,0,0\n")
    shutil.copy(other, tmp_path / "«文».csv")
    environment = {**os.environ, "ESCRUTINIO_LANG": lang, "PYTHONIOENCODING": encoding, "PYTHONUTF8": "0"}
    commands = (
        ("reconcile", table, other),
        ("irreversibility", miniature, "--contest", "presidencia"),
        ("scan", tmp_path, "--out", tmp_path / f"{encoding}-{lang}.jsonl"),
        ("reconcile", table, tmp_path / "«文».csv", "--json"),
    )
    asked = json.dumps([[*map(str, words)] for words in commands])
    done = subprocess.run(
        [sys.executable, "-c", ONE_AFTER_ANOTHER, asked], capture_output=True, env=environment, check=False
    )
    assert done.returncode == 0, done.stderr
    assert b"Traceback" not in done.stderr
    *said, _ = done.stdout.split(b"\0")
    assert said[1::2] == [b"0"] * len(commands), done.stderr
    assert json.loads(said[-2].decode(encoding))["contests"]
