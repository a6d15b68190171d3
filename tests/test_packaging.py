"""What is installed is what is tracked, and it works where there is nothing else of this project."""

import os
import re
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

import escrutinio
from tests.conftest import REQUIRE_ALL, shared
from tests.dist import DECODER, PACKAGE, build
from tests.paths import ROOT
from tests.test_repository import tracked_files

CODE_READER = "publication/browser/assets/vendor/"


@pytest.fixture(scope="module")
def dist(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the wheel and the source archive are."""

    def make(directory: Path) -> Path:
        build(directory)
        return directory

    return shared(tmp_path_factory, "dist", make)


@pytest.fixture(scope="module")
def wheel(dist: Path) -> Path:
    (found,) = dist.glob("*.whl")
    return found


@pytest.mark.slow
def test_a_wheel_holds_every_file_of_the_package_the_miniature_and_the_decoder(wheel: Path) -> None:
    package = ROOT / PACKAGE
    assert wheel.name == f"escrutinio-{escrutinio.__version__}-py3-none-any.whl"
    with zipfile.ZipFile(wheel) as archive:
        installed = {name for name in archive.namelist() if name.startswith("escrutinio/")}
    tracked = {
        path.relative_to(ROOT / "src").as_posix() for path in tracked_files() if path.is_relative_to(package)
    }
    example = {
        f"escrutinio/{path.relative_to(ROOT).as_posix()}"
        for path in tracked_files()
        if path.is_relative_to(ROOT / "examples/miniature")
    }
    added = {name for name in installed if name.startswith(f"escrutinio/{CODE_READER}")}
    assert installed - added == tracked | example
    assert bool(added) == (ROOT / DECODER).is_dir()
    assert added or not REQUIRE_ALL


@pytest.mark.slow
def test_the_source_archive_holds_what_is_tracked(dist: Path) -> None:
    (archive,) = dist.glob("*.tar.gz")
    with tarfile.open(archive) as packed:
        names = {name.partition("/")[2] for name in packed.getnames()}
    tracked = {path.relative_to(ROOT).as_posix() for path in tracked_files()}
    assert {name for name in tracked - names if not name.startswith(".")} == set()


@pytest.mark.slow
def test_the_wheel_publishes_the_miniature_where_there_is_no_checkout(wheel: Path, tmp_path: Path) -> None:
    # The versions that are pinned, so that what is new elsewhere today fails nothing here.
    pins = re.findall(r"^[a-z0-9-]+==[^\\\n]+", (ROOT / "requirements.txt").read_text(), re.MULTILINE)
    (tmp_path / "constraints.txt").write_text("\n".join(pins))
    subprocess.run([sys.executable, "-m", "venv", tmp_path / "env"], check=True)
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    python = tmp_path / "env" / ("Scripts" if os.name == "nt" else "bin") / "python"
    pip = [str(python), "-m", "pip", "--disable-pip-version-check", "--no-input", "install", "--quiet"]
    wanted = [f"{wheel}[all]", "--constraint", "constraints.txt", "--no-compile"]
    subprocess.run([*pip, *wanted], check=True, cwd=tmp_path, env=environment)
    (tmp_path / "here").mkdir()
    done = subprocess.run(
        [python.with_name("escrutinio"), "demo", "--no-serve"],
        capture_output=True,
        text=True,
        cwd=tmp_path / "here",
        env=environment,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "Every check holds; the origin is authenticated." in done.stdout
    assert (tmp_path / "here/public/miniature/es/index.html").is_file()


def test_the_package_runs_as_a_module() -> None:
    command = [sys.executable, "-m", "escrutinio", "--version"]
    shown = subprocess.run(command, capture_output=True, check=True, cwd=ROOT / "src")
    assert escrutinio.__version__.encode() in shown.stdout
