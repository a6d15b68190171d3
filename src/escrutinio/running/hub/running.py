"""A hub's parts as processes: a receiver, a publisher, or both."""

from __future__ import annotations

import time
from collections.abc import Callable

from escrutinio.base.dataclass import dataclass
from escrutinio.base.errors import EscrutinioError
from escrutinio.running.hub.budget import Budgets
from escrutinio.running.hub.keeper import keeper
from escrutinio.running.hub.promising import ReceiverKey, promising
from escrutinio.running.workspace.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Limits:
    """What one key may send: records a second, and at once."""

    rate: float
    burst: int


def receive_at(
    workspace: Workspace,
    port: int,
    host: str,
    key: ReceiverKey | None,
    limits: Limits,
    say: Callable[[str], None],
    health: Callable[[], EscrutinioError | None] = lambda: None,
) -> None:
    """Receive records for a workspace's log until interrupted. Raises LogError, InputError where it cannot
    begin."""
    from escrutinio.running.hub.measures import Measures
    from escrutinio.running.hub.receiver import Receiver
    from escrutinio.running.hub.serving import serve_receiver

    budgets = Budgets(limits.rate, limits.burst, time.monotonic)
    with (
        keeper(workspace, budgets, key) as kept,
        workspace.store() as store,
        promising(workspace, key) as promises,
    ):
        receiver = Receiver(workspace, kept, store, promises, Measures(), health)
        serve_receiver(receiver.application(), port, host, say)
