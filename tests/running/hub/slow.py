"""Senders that are slow, hundreds at once, over real sockets: each says something first and goes on byte by
byte, or says nothing more."""

from __future__ import annotations

import selectors
import socket
import ssl
from collections.abc import Callable
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from time import monotonic
from typing import Self

from escrutinio.running.exchange.entries import RECORD_TYPE

BEAT = 0.25
"""Seconds between two bytes."""


def half_of(raw: bytes, host: str = "hub.example") -> bytes:
    """The head of a request with a record, and half of the record."""
    head = (
        f"POST /entries HTTP/1.1\r\nHost: {host}\r\nContent-Type: {RECORD_TYPE}\r\n"
        f"Content-Length: {len(raw)}\r\n\r\n"
    )
    return head.encode() + raw[: len(raw) // 2]


@dataclass(eq=False)
class SlowSender:
    """One connection: what it says at first and then a byte at a time, and what it was answered until it was
    ended by the other side."""

    kind: str
    socket: socket.socket
    drips: bytes
    said: bytearray = field(default_factory=bytearray)
    ended: float | None = None


class SlowSenders:
    """A crowd of them. A context manager, at whose end all are hung up."""

    def __init__(self, connect: Callable[[], socket.socket]) -> None:
        self._connect, self._stack = connect, ExitStack()
        self._selector = self._stack.enter_context(selectors.DefaultSelector())
        self.all: list[SlowSender] = []
        self._began = self._beat = monotonic()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def add(self, many: int, kind: str, first: Callable[[int], bytes], drips: bytes = b"") -> None:
        """So many of one kind; each says `first` of its number."""
        for number in range(many):
            one = self._stack.enter_context(self._connect())
            sender = SlowSender(kind, one, drips)
            one.sendall(first(number))
            one.setblocking(False)
            self._selector.register(one, selectors.EVENT_READ, sender)
            self.all.append(sender)

    @property
    def left(self) -> list[SlowSender]:
        """Those whom nobody has ended yet."""
        return [each for each in self.all if each.ended is None]

    def move(self) -> None:
        """Each that is due says its next byte; then hear who was answered or ended, for a beat at most."""
        if monotonic() >= self._beat:
            self._beat = monotonic() + BEAT
            for sender in self.left:
                if sender.drips:
                    with suppress(OSError):
                        sender.socket.send(sender.drips)
        for key, _ in self._selector.select(max(0.0, self._beat - monotonic())):
            self._hear(key.data)

    def _hear(self, sender: SlowSender) -> None:
        try:
            piece = sender.socket.recv(65_536)
        except (BlockingIOError, ssl.SSLWantReadError):
            return
        except OSError:
            piece = b""
        sender.said += piece
        if not piece:
            sender.ended = monotonic() - self._began
            self._selector.unregister(sender.socket)

    def answers(self, kind: str) -> list[bytes]:
        """The status lines that those of a kind were answered; nothing for one that was only ended."""
        return [bytes(each.said).partition(b"\r\n")[0] for each in self.all if each.kind == kind]
