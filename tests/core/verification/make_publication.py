"""Write the small publication of this version: `python -m tests.core.verification.make_publication`.

It is the miniature without its pages, under the numbers of the tables and rules; it stays as it is when these
change, so that a later program can be held against it.
"""

import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from escrutinio.core.derived.version import KNOWN
from escrutinio.publication.downloads.part import write_zip
from tests.conftest import publish_example
from tests.paths import ROOT

MADE = ROOT / "tests" / "data" / "publications"
NAME = f"{KNOWN.tables}.{KNOWN.rules}.zip"
ALONG = ("attachments", "data", "log", "trust.toml", "verify.html")
PAGES = ("data/index", "data/names")


def files_of(published: Path) -> Iterator[tuple[str, bytes]]:
    """The files of a publication that are no pages, by name and in its order."""
    for path in sorted(published.rglob("*")):
        name = path.relative_to(published).as_posix()
        if path.is_file() and name.startswith(ALONG) and not name.startswith(PAGES):
            yield name, path.read_bytes()


if __name__ == "__main__":
    with TemporaryDirectory() as directory:
        made = publish_example("miniature", Path(directory))
        (MADE / NAME).unlink(missing_ok=True)
        sys.stdout.write(f"{NAME}: {write_zip(MADE / NAME, files_of(made)):,} bytes\n")
