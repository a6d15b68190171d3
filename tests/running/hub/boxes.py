"""Outboxes of stations for the tests of this room."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from escrutinio.core.log.trust import Trust, format_trust
from escrutinio.running.exchange.delivery import Delivery
from escrutinio.running.exchange.outbox import Outbox, OutboxSettings
from tests.running.hub.night import Night

NOWHERE = "http://127.0.0.1:9"


def settings(night: Night, *addresses: str, election: bytes | None = None) -> OutboxSettings:
    """Those of an outbox for this night's log."""
    trust = Trust(night.election, bytes(32), night.workspace.policy(night.signer))
    return OutboxSettings(
        election=(election or night.election).hex(), real=False, title={}, contests={},
        addresses=addresses, trust=format_trust(trust),
        receivers=(("receiver/1", night.keys["receiver/1"].public_key),),
    )  # fmt: skip


OPENED: list[Outbox] = []


@contextmanager
def closing_all() -> Iterator[None]:
    """Close what `box` opened in the block."""
    yield
    while OPENED:
        OPENED.pop().close()


def box(night: Night, where: Path, *addresses: str) -> Outbox:
    """An outbox that sends to these addresses."""
    outbox = Outbox(where, make=True)
    OPENED.append(outbox)
    outbox.configure(settings(night, *addresses))
    return outbox


def one_round(outbox: Outbox) -> None:
    """Send and ask once, whatever is due."""
    delivery = Delivery(outbox)
    delivery.round(again=True)
    delivery.close()
