"""The figures that Prometheus collects: what a meter was told, and what is looked at in the moment of asking.

No figure says which club, member or book it is about. docs/operations.md lists them all.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterator

from prometheus_client import CollectorRegistry, Counter, Histogram, ProcessCollector
from prometheus_client.metrics_core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from bot.meter import Meter
from bot.operating.state import Instruments

ANSWERS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 20.0, 60.0)
"""Seconds: a quote takes some hundredths, a chat model some seconds."""

ACKNOWLEDGEMENTS = (0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.0, 3.0)
"""Seconds; Discord waits for three."""

LATE = (1.0, 5.0, 30.0, 60.0, 300.0, 3_600.0, 86_400.0)
"""Seconds: what is a day late is no longer done without being asked."""


class Figures(Meter):
    """Counts what it is told."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self.registry = registry
        self._answers = self._counter("answers", "Questions answered, by what was asked for and how", "do", "how")
        self._answering = self._times("answer_seconds", "Time until an answer was made", ANSWERS, "how")
        self._stopped = self._counter("guard_stopped_sentences", "Sentences that the guard kept from members")
        self._model = self._counter("model_calls", "Calls of the chat model, by how they ended", "outcome")
        self._asking_model = self._times("model_seconds", "Time that calls of the chat model took", ANSWERS)
        self._waits = self._times("wait_seconds", "Time for which work waited for a thread", ANSWERS)
        self._refused = self._counter("refused", "Questions not taken: whose limit was reached, or leaving", "why")
        self._acknowledging = self._times(
            "acknowledgement_seconds", "Time until Discord knew that an interaction was heard", ACKNOWLEDGEMENTS
        )
        self._called = self._counter("discord_calls", "Calls of Discord’s API, by the status of the answer", "status")
        self._reconnects = self._counter("gateway_reconnects", "Shards that were connected again")
        self._timed = self._counter(
            "timed_work", "Times that timed work was due, by its kind and outcome", "kind", "outcome"
        )
        self._late = self._times("timed_work_late_seconds", "Time from when timed work was due until it began", LATE)
        self._logged = self._counter("log_records", "Warnings and errors in the log", "level")

    def _counter(self, name: str, what: str, *labels: str) -> Counter:
        return Counter(f"dogear_{name}", what, labels, registry=self.registry)

    def _times(self, name: str, what: str, buckets: tuple[float, ...], *labels: str) -> Histogram:
        return Histogram(f"dogear_{name}", what, labels, buckets=buckets, registry=self.registry)

    def answered(self, do: str, how: str, seconds: float) -> None:
        """Count an answer."""
        self._answers.labels(do, how).inc()
        self._answering.labels(how).observe(seconds)

    def stopped(self, sentences: int) -> None:
        """Count sentences that the guard stopped."""
        self._stopped.inc(sentences)

    def asked_model(self, outcome: str, seconds: float) -> None:
        """Count a call of the chat model."""
        self._model.labels(outcome).inc()
        self._asking_model.observe(seconds)

    def waited(self, seconds: float) -> None:
        """Note how long a piece of work waited."""
        self._waits.observe(seconds)

    def refused(self, why: str) -> None:
        """Count a question that was not taken."""
        self._refused.labels(why).inc()

    def acknowledged(self, seconds: float) -> None:
        """Note how long an acknowledgement took."""
        self._acknowledging.observe(seconds)

    def called(self, status: str) -> None:
        """Count a call of Discord's API."""
        self._called.labels(status).inc()

    def reconnected(self) -> None:
        """Count a shard that came back."""
        self._reconnects.inc()

    def timed(self, kind: str, outcome: str, late: float) -> None:
        """Count timed work that was due."""
        self._timed.labels(kind, outcome).inc()
        self._late.observe(late)

    def logged(self, level: str) -> None:
        """Count a warning or an error."""
        self._logged.labels(level).inc()


class Counting(logging.Handler):
    """Counts warnings and errors as they are logged, whoever logs them."""

    def __init__(self, figures: Figures) -> None:
        super().__init__(logging.WARNING)
        self._figures = figures

    def emit(self, record: logging.LogRecord) -> None:
        """Count one record."""
        self._figures.logged(record.levelname)


class Looking(Collector):
    """Looks at what is so in the moment in which the figures are asked for."""

    def __init__(self, look: Instruments) -> None:
        self._look = look

    def describe(self) -> Iterator[Metric]:
        """Return nothing: the registry then does not ask for figures before there are any."""
        return iter(())

    def collect(self) -> Iterator[Metric]:
        """Yield the figures of now."""
        gateway, passages = self._look.gateway(), self._look.passages()
        yield _now("tasks", "Tasks of the event loop", len(asyncio.all_tasks()))
        yield _now("work_waiting", "Pieces of work that wait for a thread", self._look.waiting())
        yield _now("work_running", "Pieces of work that a thread is at", self._look.in_work())
        yield _now("gateway_shards", "Shards of this process", gateway.shards)
        yield _now("gateway_shards_connected", "Shards that are connected", gateway.connected)
        shards = GaugeMetricFamily("dogear_gateway_shard_up", "1 for a shard that is connected", labels=["shard"])
        for shard, up in sorted(gateway.each.items()):
            shards.add_metric([str(shard)], int(up))
        yield shards
        yield _now("gateway_shards_of", "Shards of the bot, in all processes", gateway.of)
        yield _now("clubs", "Servers that this process serves", gateway.clubs)
        if gateway.latency is not None:
            yield _now("gateway_latency_seconds", "Time of a heartbeat of the slowest shard", gateway.latency)
        yield _now("books", "Books of the library", passages.books)
        yield _now("books_ready", "Books that can be asked about", passages.ready)
        yield _now("indexing", "1 while an index run is under way", int(passages.indexing))
        yield _now("opened_books", "Books held in memory", passages.opened)
        yield _now("opened_bytes", "Memory that these books take, roughly", passages.bytes)
        yield _so_far("opened_hits", "Times that a book was in memory when it was asked about", passages.hits)
        yield _so_far("opened_misses", "Times that a book had to be read from the store", passages.misses)


def _now(name: str, what: str, value: float) -> Metric:
    return GaugeMetricFamily(f"dogear_{name}", what, value)


def _so_far(name: str, what: str, value: float) -> Metric:
    return CounterMetricFamily(f"dogear_{name}", what, value)


def new_figures() -> Figures:
    """Return figures that stand at 0, beside those of the process: memory, processor time, open files."""
    registry = CollectorRegistry(auto_describe=False)
    ProcessCollector(registry=registry)
    return Figures(registry)
