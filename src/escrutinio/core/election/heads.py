"""Heads of the log that records name: whether this log is the one, and was then as they say."""

from __future__ import annotations

from collections.abc import Callable

from escrutinio.core.records.parts import LogHead
from escrutinio.core.records.types import Charter

RootAt = Callable[[int], bytes]
"""The root of this log at a size that it had."""


def differs_from_log(
    head: LogHead, index: int, charter: Charter | None, root_at: RootAt | None
) -> tuple[str, ...]:
    """What a head that the entry at `index` names and this log differ in: origin, size or root.

    A log that succeeds another has each record of it at its place, and so what was said of the other's heads.
    Its charter is another record, and so are its roots: of the other's the one at which it goes on is known,
    and of the heads before it the size is all that can be judged. Without `root_at` no root is compared.
    """
    if charter is not None and head.origin != charter.origin:
        before = charter.predecessor
        if before is None or head.origin != before.origin:
            return ("origin",)
        if not 0 < head.size <= min(index, before.size):
            return ("size",)
        return ("root",) if head.size == before.size and head.root != before.root else ()
    if not 0 < head.size <= index:
        return ("size",)
    return ("root",) if root_at is not None and root_at(head.size) != head.root else ()
