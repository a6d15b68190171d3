"""What of the package is installed: the base verifies, checks and shows; the rest comes with extras.

`pyproject.toml` says which packages an extra has; here stand the modules that show whether it is installed.
"""

from __future__ import annotations

from functools import cache
from importlib.util import find_spec

from escrutinio.base.errors import EscrutinioError

MODULES = {
    "dask": ("distributed",),
    "exact": ("highspy",),
    "hub": ("jinja2", "prometheus_client", "starlette", "uvicorn"),
    "paper": ("babel", "jinja2", "segno", "typst"),
    "phone": ("PIL", "pillow_heif"),
    "postgres": ("psycopg",),
    "scan": ("PIL", "pypdfium2", "zxingcpp"),
    "token": ("pkcs11",),
    "thermal": ("babel", "escpos", "jinja2", "PIL", "segno", "typst"),
    "publish": ("babel", "fastexcel", "jinja2", "PIL", "polars", "segno", "typst"),
}
"""The modules of each extra, smaller extras first."""


class MissingExtraError(EscrutinioError):
    """What was asked needs extras that are not installed; the sentence says how to install them."""

    def __init__(self, *extras: str) -> None:
        names = ",".join(extras)
        self.extras = extras
        super().__init__("extra-missing", names=names)


def need(*extras: str) -> None:
    """Raise MissingExtraError where one of these extras is not installed whole."""
    if missing := [extra for extra in extras if not all(map(_is_there, MODULES[extra]))]:
        raise MissingExtraError(*missing)


def extra_with(module: str | None) -> str | None:
    """The smallest extra that brings a module, by the name in a ModuleNotFoundError."""
    package = (module or "").partition(".")[0]
    return next((extra for extra, modules in MODULES.items() if package in modules), None)


@cache
def _is_there(module: str) -> bool:
    try:
        return find_spec(module) is not None
    except (ImportError, ValueError):
        return False
