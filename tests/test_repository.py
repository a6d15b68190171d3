"""The repository itself: nothing personal, secret or tied to one machine; files of a readable size."""

import ast
import re
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from tests.paths import ROOT
from tests.privacy import scan_bytes

MAX_BYTES = 1_500_000
MAX_LINES = 450
SKIPS = {"skip", "skipif", "xfail", "importorskip"}
NOT_OURS = {".git", ".venv", "node_modules", "public", "build", "dist", "__pycache__"}


@cache
def tracked_files() -> tuple[Path, ...]:
    """The files of this checkout that git tracks or would add; of an unpacked archive, all that are ours."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        check=False,
    )
    if listed.returncode == 0:
        files = [ROOT / name for name in listed.stdout.decode().split("\0") if name]
    else:
        files = [path for path in ROOT.rglob("*") if not _not_ours(path.relative_to(ROOT))]
    return tuple(sorted(path for path in files if path.is_file()))


def _not_ours(path: Path) -> bool:
    return any(part in NOT_OURS or part.endswith((".egg-info", "_cache")) for part in path.parts)


def test_there_is_something_to_look_at() -> None:
    names = {path.relative_to(ROOT).as_posix() for path in tracked_files()}
    assert {"pyproject.toml", "LICENSE", "src/escrutinio/__init__.py"} <= names


def test_no_file_holds_people_secrets_or_this_machine() -> None:
    sightings = [
        f"{path.relative_to(ROOT)}:{sighting.line}: {sighting.kind}: {sighting.text}"
        for path in tracked_files()
        for sighting in scan_bytes(path.name, path.read_bytes())
    ]
    assert sightings == []


def test_no_file_is_too_large_and_no_module_too_long() -> None:
    large = [str(path) for path in tracked_files() if path.stat().st_size > MAX_BYTES]
    modules = [path for path in tracked_files() if path.suffix == ".py"]
    long = [str(path) for path in modules if path.read_bytes().count(b"\n") > MAX_LINES]
    assert (large, long) == ([], [])


def test_the_licence_is_apache_2() -> None:
    licence = (ROOT / "LICENSE").read_text()
    assert re.search(r"Apache License\s+Version 2\.0, January 2004", licence)
    assert "END OF TERMS AND CONDITIONS" in licence
    assert 'license = "Apache-2.0"' in (ROOT / "pyproject.toml").read_text()


@pytest.mark.parametrize("name", ["requirements.txt", "requirements-dev.txt"])
def test_every_requirement_is_pinned_with_hashes_and_nothing_else_stands_there(name: str) -> None:
    text = (ROOT / name).read_text().replace("\\\n", "")
    pin = re.compile(r"[a-z0-9-]+==[\w.]+( ; [\w.<>=!' ]+)?(\s+--hash=sha256:[0-9a-f]{64})+")
    assert [line for line in text.splitlines() if not pin.fullmatch(line)] == []


def test_runtime_and_development_pin_the_same_versions() -> None:
    runtime, development = (_pins(name) for name in ("requirements.txt", "requirements-dev.txt"))
    assert runtime <= development


def _pins(name: str) -> set[str]:
    return set(re.findall(r"^[a-z0-9-]+==[\w.]+", (ROOT / name).read_text(), re.MULTILINE))


def test_every_skip_says_why() -> None:
    silent = [
        f"{path.relative_to(ROOT)}:{line}"
        for path in tracked_files()
        if path.suffix == ".py" and "tests" in path.parts
        if any(word.encode() in (source := path.read_bytes()) for word in SKIPS)
        for line in _silent_skips(ast.parse(source))
    ]
    assert silent == []


def _silent_skips(tree: ast.AST) -> Iterator[int]:
    """Lines of skip, skipif, xfail or importorskip that give no reason; an uncalled mark has none."""
    called = {id(node.func): node for node in ast.walk(tree) if isinstance(node, ast.Call)}
    for node in ast.walk(tree):
        if not isinstance(node, ast.Attribute) or node.attr not in SKIPS:
            continue
        call = called.get(id(node))
        by_name = call is not None and any(word.arg in ("reason", "msg") for word in call.keywords)
        by_place = call is not None and bool(call.args) and node.attr == "skip"
        if not (by_name or by_place):
            yield node.lineno


@pytest.mark.parametrize(
    ("source", "lines"),
    [
        ("pytest.skip('no display')", []),
        ("@pytest.mark.skipif(x, reason='no display')\ndef test(): ...", []),
        ("@pytest.mark.skip\ndef test(): ...", [1]),
        ("@pytest.mark.skipif(x)\ndef test(): ...", [1]),
        ("pytest.importorskip('scipy')", [1]),
    ],
)
def test_a_skip_without_a_reason_is_noticed(source: str, lines: list[int]) -> None:
    assert list(_silent_skips(ast.parse(source))) == lines


WRITERS = {"base/files.py", "base/beside.py", "base/tree.py"}
"""Durable batches; derived files and directories; pages. What is appended to line by line is no such file."""

ONE_WAY = {
    r"\btomllib\b": {"base/toml.py"},
    r"\bxlsxwriter\b": set(),
    # Whoever writes a table for people goes through `base.cells`, which keeps texts from being formulas; what
    # `core.election.tables` writes is signed by its digest and read by programs.
    r"\bcsv\.(writer|DictWriter)\(|\.write_csv\(": {"core/election/tables.py"},
    r"[\"']=[\"'], ?[\"']\+[\"']|[\"']=\+-@": {"base/cells.py"},
    r"\btime\.time\(|\bdatetime\.now\(|\butcnow\(|\bfrom time import time\b": {"base/clock.py"},
    r"\bimport uvicorn\b|\buvicorn\.|http\.response\.start": {"base/local_http.py"},
    # `Path.resolve` ends a program at links that lead in a circle. The dossier's check stands alone.
    r"\bresolve\((strict=\w+)?\)": {"publication/documents/dossier/check.py"},
    r"\brealpath\(": {"base/fetch.py", "base/files.py"},
    r"\bos\.(replace|renames?)\(|\.rename\(": WRITERS,
    r"\bos\.O_CREAT\b|\.write_text\(|\bopen\([^)]*[\"'][wx]b?\+?[\"']": WRITERS,
    r"\.write_bytes\(": {"publication/site/render.py"},  # its own processes read it, in a scratch directory
    r"Progress = Callable": {"base/progress.py"},
    r"\bInt64 = NDArray": {"base/arrays.py"},
    r"Attachments = Callable": {"core/election/control.py"},
    r"\.[lr]just\(width\)": {"base/text_table.py"},
    r"[\"']--(trust|passphrase|clock)[\"']|[\"']ESCRUTINIO_PASSPHRASE[\"']|hide_input=": {"cli/options.py"},
    r"maketrans\(\{?[\"'],[\"']|maketrans\([\"'],": {"base/words/wording.py"},
}
"""What is done in one way: a sign of doing it, and the modules that may show it."""


def test_no_test_runs_a_loop_where_a_browser_may_have_one() -> None:
    """Which tests share a process is by chance, and so would be the failure."""
    found = {
        path.relative_to(ROOT).as_posix()
        for path in tracked_files()
        if path.suffix == ".py"
        and path.is_relative_to(ROOT / "tests")
        and re.search(r"\basyncio\.run\b", path.read_text("utf-8"))
    }
    assert found == {"tests/loops.py"}


@pytest.mark.parametrize("sign", ONE_WAY)
def test_there_is_one_way_of_doing_it(sign: str) -> None:
    package = ROOT / "src" / "escrutinio"
    found = {
        path.relative_to(package).as_posix()
        for path in tracked_files()
        if path.suffix == ".py" and path.is_relative_to(package) and re.search(sign, path.read_text("utf-8"))
    }
    assert found == ONE_WAY[sign]
