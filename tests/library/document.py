"""docs/library.md as a program: its blocks in order, each with the output that stands behind it.

`python -m tests.library.document DIRECTORY` writes the outputs into the page, run in DIRECTORY, which has
`public/miniature` and `trust.toml`.
"""

import os
import re
import sys
from collections.abc import Iterator
from contextlib import redirect_stdout
from dataclasses import dataclass
from io import StringIO
from pathlib import Path

from tests.paths import ROOT

PAGE = ROOT / "docs" / "library.md"
_BLOCK = re.compile(r"```(python|csv ?)(\S*)\n(.*?)```\n(?:\n```text\n(.*?)```\n)?", re.DOTALL)


@dataclass(frozen=True)
class Example:
    """A block of code, the output that stands behind it in the page, and the one that it gives."""

    code: str
    shown: str
    given: str


def run(page: str) -> Iterator[Example]:
    """Run the blocks of a page one after the other, and write the files that stand among them."""
    names: dict[str, object] = {}
    for block in _BLOCK.finditer(page):
        kind, file, code, shown = block.groups()
        if kind != "python":
            Path(file).write_text(code, encoding="utf-8")
            continue
        with redirect_stdout(StringIO()) as given:
            exec(compile(code, PAGE.name, "exec"), names)
        yield Example(code, shown or "", given.getvalue())


def with_outputs(page: str, examples: Iterator[Example]) -> str:
    """The page with the outputs that its blocks give."""

    def filled(block: re.Match[str]) -> str:
        kind, file, code, _ = block.groups()
        head = f"```{kind}{file}\n{code}```\n"
        given = next(examples).given if kind == "python" else ""
        return head + (f"\n```text\n{given}```\n" if given else "")

    return _BLOCK.sub(filled, page)


if __name__ == "__main__":
    os.chdir(sys.argv[1])
    text = PAGE.read_text(encoding="utf-8")
    PAGE.write_text(with_outputs(text, run(text)), encoding="utf-8")
