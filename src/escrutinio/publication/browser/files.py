"""What the pages ask for beside themselves."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import resources
from importlib.resources.abc import Traversable

from escrutinio.publication.browser.page_scripts import page_scripts
from escrutinio.publication.browser.words import word_files


def asset(path: str) -> bytes:
    """One of them, by its path below `assets/`."""
    return resources.files(__package__).joinpath("assets", *path.split("/")).read_bytes()


def scheme() -> str:
    """The colours and letters of every page, light and dark, for a file that stands alone."""
    style = asset("css/site.css").decode()
    return style[style.index(":root {") : style.index("*, ::before")].rstrip()


def assets() -> Iterator[tuple[str, bytes]]:
    """Style sheets, scripts, their words and the sign: paths below the publication, and content."""
    yield from _below(resources.files(__package__).joinpath("assets"), "assets")
    yield from word_files()
    yield from page_scripts()


def _below(directory: Traversable, path: str) -> Iterator[tuple[str, bytes]]:
    for child in sorted(directory.iterdir(), key=lambda each: each.name):
        if child.is_dir():
            yield from _below(child, f"{path}/{child.name}")
        elif child.name.endswith((".css", ".js", ".svg", ".txt")):  # .txt: the licence of what others made
            yield f"{path}/{child.name}", child.read_bytes()
