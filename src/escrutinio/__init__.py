"""Escrutinio: an election results system that nobody has to trust.

Everyone with something to say about an election signs it as a record; every record goes into one
public, append-only log; results, audits and pages are views that anyone recomputes from that log on a
laptop, offline.

    import escrutinio
    log = escrutinio.open("public/venezuela-2024", trust="trust.toml")
    log.totals("presidente").to_polars()

What stands in `__all__` is for programs (docs/library.md), and is loaded when it is asked for.
"""

from importlib import import_module

TYPE_CHECKING = False  # as `typing` has it, which takes longer to load than all of this
if TYPE_CHECKING:
    from escrutinio.base.errors import EscrutinioError
    from escrutinio.core.verification.publication import NotVerifiedError
    from escrutinio.library.opening import Log, OriginWarning
    from escrutinio.library.opening import open_log as open
    from escrutinio.library.reconciling import Reconciliation, reconcile
    from escrutinio.library.table import Table
    from escrutinio.library.totals import Totals

__version__ = "0.1.0"

__all__ = [
    "EscrutinioError",
    "Log",
    "NotVerifiedError",
    "OriginWarning",
    "Reconciliation",
    "Table",
    "Totals",
    "__version__",
    "open",
    "reconcile",
]

_WHERE = {
    "EscrutinioError": "base.errors:EscrutinioError",
    "Log": "library.opening:Log",
    "NotVerifiedError": "core.verification.publication:NotVerifiedError",
    "OriginWarning": "library.opening:OriginWarning",
    "Reconciliation": "library.reconciling:Reconciliation",
    "Table": "library.table:Table",
    "Totals": "library.totals:Totals",
    "open": "library.opening:open_log",
    "reconcile": "library.reconciling:reconcile",
}


if not TYPE_CHECKING:  # or else every name would be one

    def __getattr__(name: str) -> object:
        if name not in _WHERE:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        module, _, attribute = _WHERE[name].partition(":")
        found = globals()[name] = getattr(import_module(f"{__name__}.{module}"), attribute)
        return found


def __dir__() -> list[str]:
    return __all__
