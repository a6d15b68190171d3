"""What is installed is what is tracked: a wheel holds every file of the package, and the command runs."""

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

import escrutinio
from tests.paths import ROOT
from tests.test_repository import tracked_files


@pytest.mark.slow
def test_a_wheel_holds_every_file_of_the_package(tmp_path: Path) -> None:
    package = ROOT / "src" / "escrutinio"
    sources = [path for path in tracked_files() if path.is_relative_to(package)]
    for path in [*sources, *(ROOT / name for name in ("pyproject.toml", "README.md", "LICENSE"))]:
        copy = tmp_path / "source" / path.relative_to(ROOT)
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_bytes(path.read_bytes())
    pip_wheel = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-index"]
    flags = ["--no-deps", "--no-build-isolation", "--wheel-dir", str(tmp_path / "wheel")]
    subprocess.run([*pip_wheel, *flags, str(tmp_path / "source")], check=True)
    (wheel,) = (tmp_path / "wheel").glob("*.whl")
    assert wheel.name == f"escrutinio-{escrutinio.__version__}-py3-none-any.whl"
    with zipfile.ZipFile(wheel) as archive:
        installed = {name for name in archive.namelist() if name.startswith("escrutinio/")}
    assert installed == {path.relative_to(ROOT / "src").as_posix() for path in sources}


def test_the_package_runs_as_a_module() -> None:
    command = [sys.executable, "-m", "escrutinio", "--version"]
    shown = subprocess.run(command, capture_output=True, check=True, cwd=ROOT / "src")
    assert escrutinio.__version__.encode() in shown.stdout
