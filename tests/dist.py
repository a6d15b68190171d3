"""`make dist`: the wheel and the source archive, from what is tracked and the QR reader of the pages.

Two things stand in them that stand elsewhere, or not at all, in the repository: the miniature, so that
`escrutinio demo` works outside a checkout, and the reader that `make decoder` fetches.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.paths import EXAMPLES, ROOT

PACKAGE = Path("src/escrutinio")
DECODER = PACKAGE / "publication/browser/assets/vendor"
BUILD = "from setuptools.build_meta import build_{what} as build; print(build({out!r}))"


def build(out: Path) -> tuple[Path, Path]:
    """Write the source archive, and from it the wheel, into a directory; where they are."""
    with TemporaryDirectory() as scratch:
        tree = Path(scratch) / "tree"
        prefix = f"--prefix={tree}/"
        subprocess.run(["git", "checkout-index", "--all", prefix], cwd=ROOT, check=True)
        shutil.copytree(EXAMPLES / "miniature", tree / PACKAGE / "examples/miniature")
        if (ROOT / DECODER).is_dir():
            shutil.copytree(ROOT / DECODER, tree / DECODER, dirs_exist_ok=True)
        archive = _build("sdist", tree, out)
        shutil.unpack_archive(archive, Path(scratch) / "unpacked", filter="data")
        (source,) = (Path(scratch) / "unpacked").iterdir()
        return archive, _build("wheel", source, out)


def _build(what: str, source: Path, out: Path) -> Path:
    out.mkdir(parents=True, exist_ok=True)
    command = [sys.executable, "-c", BUILD.format(what=what, out=str(out.resolve()))]
    done = subprocess.run(command, cwd=source, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(done.stdout + done.stderr)
    return out / done.stdout.splitlines()[-1]


def main() -> None:
    """Build into `dist/`, and say what is there."""
    for path in build(ROOT / "dist"):
        print(f"{path.relative_to(ROOT)}: {path.stat().st_size / 1e6:.1f} MB")


if __name__ == "__main__":
    main()
