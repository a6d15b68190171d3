"""What a receiver counts, for Prometheus."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest

from escrutinio.base.dataclass import dataclass

_BUCKETS = (0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 60)


@dataclass(frozen=True, slots=True)
class Exposition:
    """Metrics as they are read: media type and body."""

    type: str
    body: bytes


class Measures:
    """Counters of one receiver; may be used by several threads at once."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        self._records = Counter(
            "escrutinio_records", "Records by what became of them.", ["outcome"], registry=self._registry
        )
        self._seconds = Histogram(
            "escrutinio_answer_seconds", "Seconds until a record or a batch was answered, by status.",
            ["status"], buckets=_BUCKETS, registry=self._registry,
        )  # fmt: skip
        self._by_status: dict[int, Histogram] = {}
        self._waiting = Gauge("escrutinio_waiting_records", "Records not durable.", registry=self._registry)
        self._held = Gauge("escrutinio_held_records", "Records held for a key.", registry=self._registry)
        self._later = Gauge(
            "escrutinio_embargoed_records", "Records until results may be public.", registry=self._registry
        )
        self._stopped = Gauge(
            "escrutinio_stopped_records", "Records refused at their moment.", registry=self._registry
        )
        self._behind = Gauge(
            "escrutinio_unpublished_entries", "Entries durable and not in public.", registry=self._registry
        )
        self._public = Gauge("escrutinio_public_entries", "Entries in public.", registry=self._registry)

    def count(self, outcome: str, count: int) -> None:
        """Records became this: `accepted`, or the code of their refusal."""
        self._records.labels(outcome).inc(count)

    def answered(self, status: int, seconds: float) -> None:
        """A request with records was answered."""
        observed = self._by_status.get(status)
        if observed is None:
            observed = self._by_status[status] = self._seconds.labels(str(status))
        observed.observe(seconds)

    def said(
        self, *, waiting: int, held: int, later: int, stopped: int, public: int, behind: int
    ) -> Exposition:
        """All of it, with what stands at the moment."""
        self._waiting.set(waiting)
        self._held.set(held)
        self._later.set(later)
        self._stopped.set(stopped)
        self._public.set(public)
        self._behind.set(behind)
        return Exposition(CONTENT_TYPE_LATEST, generate_latest(self._registry))
