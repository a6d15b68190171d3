"""Asking over HTTP: patient up to a moment, bounded in what is read, and never redirected."""

from __future__ import annotations

from collections.abc import Mapping
from time import monotonic
from weakref import finalize

from escrutinio.base.dataclass import dataclass
from escrutinio.base.fetch import certificates
from escrutinio.base.words.say import Phrase, Said

CONNECTING = 10.0
"""Seconds for a connection, of the patience: a network that swallows what is sent says nothing for ever, and
over one that loses much the first packet went four times by then."""


@dataclass(frozen=True, slots=True)
class HttpAnswer:
    """What came back: status, headers by their names in small letters, body."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class NoAnswerError(Exception):
    """Nobody answered in time or in bounds; `why` says it where it is neither `slow` nor `long`."""

    def __init__(self, why: str | Said, *, slow: bool = False, long: bool = False) -> None:
        super().__init__(str(why))
        self.why, self.slow, self.long = why, slow, long


class HttpAsker:
    """Asks at an http or https address; may be used by several threads at once."""

    def __init__(self, address: str, patience: float) -> None:
        import httpx  # only where somebody is asked: it takes long to load

        self._address, self._patience = address.rstrip("/"), patience
        headers = {"Accept-Encoding": "identity"}
        self._client = httpx.Client(
            verify=certificates(), timeout=patience, follow_redirects=False, headers=headers
        )
        finalize(self, self._client.close).atexit = False

    def ask(
        self,
        method: str,
        path: str,
        body: bytes | None = None,
        *,
        limit: int,
        headers: Mapping[str, str] | None = None,
        longer: float = 0.0,
    ) -> HttpAnswer:
        """One request; the answer may take `longer` seconds more than the patience. Raises NoAnswerError."""
        import httpx

        seconds = self._patience + longer
        until, data = monotonic() + seconds, bytearray()
        timeout = httpx.Timeout(seconds, connect=min(seconds, CONNECTING))
        try:
            with self._client.stream(
                method, f"{self._address}/{path}", content=body, headers=headers, timeout=timeout
            ) as response:
                for piece in response.iter_raw():
                    data += piece
                    if len(data) > limit:
                        raise NoAnswerError("", long=True)
                    if monotonic() > until:
                        raise httpx.ReadTimeout("")
                return HttpAnswer(response.status_code, dict(response.headers), bytes(data))
        except httpx.ConnectTimeout:
            raise NoAnswerError(Phrase("no answer in time")) from None
        except httpx.TimeoutException:
            raise NoAnswerError("", slow=True) from None
        except (httpx.InvalidURL, httpx.UnsupportedProtocol, UnicodeError):
            raise NoAnswerError(Phrase("no usable address")) from None
        except (httpx.HTTPError, httpx.StreamError) as error:
            why = Phrase("no connection") if isinstance(error, httpx.ConnectError) else type(error).__name__
            raise NoAnswerError(why) from None
