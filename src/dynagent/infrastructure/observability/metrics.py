"""Metrics for Prometheus in a registry of our own, and the decorator that measures a handler."""

import time
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from functools import wraps
from typing import ParamSpec, TypeVar

import structlog
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.gc_collector import GCCollector
from prometheus_client.platform_collector import PlatformCollector
from prometheus_client.process_collector import ProcessCollector
from prometheus_client.registry import Collector

from dynagent.infrastructure.observability.labelled import Labelled

P = ParamSpec("P")
R = TypeVar("R")

ReadMany = Callable[[], Mapping[tuple[str, ...], float]]
"""Returns values by the values of their labels."""

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
FAST_S = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
SLOW_S = (0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 900, 3600)
CACHE_S = (0.00001, 0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.05, 0.25, 1)
BATCH = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000)

log = structlog.get_logger(__name__)


class Metrics:
    """All metrics of one process. Times are seconds; labels have few values each, never ids."""

    def __init__(self) -> None:
        self.registry = registry = CollectorRegistry()
        ProcessCollector(registry=registry)
        PlatformCollector(registry=registry)
        GCCollector(registry=registry)
        self._add_http(registry)
        self._add_executions(registry)
        self._add_model_calls(registry)
        self._add_tool_calls(registry)
        self._add_trace(registry)
        self._add_queue(registry)
        self.processes_alive = Labelled(
            Gauge(
                "dynagent_processes_alive",
                "Processes with a valid lease, all machines (worker: takes work, server: answers only).",
                ("role",),
                registry=registry,
            )
        )

    def watch(self, name: str, documentation: str, read: Callable[[], float]) -> None:
        """Add a gauge `dynagent_<name>` whose value is read when somebody scrapes; `read` must be quick."""
        Gauge(f"dynagent_{name}", documentation, registry=self.registry).set_function(read)

    def count(self, name: str, documentation: str, read: Callable[[], float]) -> None:
        """Add a counter `dynagent_<name>_total` whose value is read when somebody scrapes; `read` must be quick."""
        self.registry.register(_ReadCounter(f"dynagent_{name}", documentation, read))

    def watch_each(self, name: str, documentation: str, labels: Sequence[str], read: ReadMany) -> None:
        """Add a gauge `dynagent_<name>` with labels, read when somebody scrapes; `read` must be quick."""
        self.registry.register(_ReadGauges(f"dynagent_{name}", documentation, labels, read))

    def cache_asked(self, kind: str, hit: bool, seconds: float) -> None:
        """Note that a copy was looked for and how long that took."""
        self.cache_requests.of(kind, "hit" if hit else "miss").inc()
        self.cache_seconds.of(kind).observe(seconds)

    def batch_stored(self, events: int, seconds: float) -> None:
        """Note that the event writer committed a batch of that many events in that time."""
        self.trace_batch_events.observe(events)
        self.trace_commit_seconds.observe(seconds)

    def render(self) -> bytes:
        """Return everything in Prometheus' text format (`CONTENT_TYPE`)."""
        return generate_latest(self.registry)

    def _add_http(self, registry: CollectorRegistry) -> None:
        labels = ("method", "route", "status")
        self.http_requests = Labelled(
            Counter("dynagent_http_requests", "Answered requests by route template.", labels, registry=registry)
        )
        self.http_seconds = Labelled(
            Histogram(
                "dynagent_http_request_seconds",
                "Time to the complete answer; for event streams, to its first byte.",
                ("method", "route"),
                buckets=FAST_S,
                registry=registry,
            )
        )
        self.http_streams = Gauge("dynagent_http_streams", "Event streams that are open now.", registry=registry)
        self.http_failures = Labelled(
            Counter(
                "dynagent_http_failures", "Requests that raised out of the application.", ("route",), registry=registry
            )
        )

    def _add_executions(self, registry: CollectorRegistry) -> None:
        self.executions = Labelled(
            Counter("dynagent_executions", "Ended executions by status.", ("status",), registry=registry)
        )
        self.execution_seconds = Labelled(
            Histogram(
                "dynagent_execution_seconds",
                "Time from claim to end of an attempt.",
                ("status",),
                buckets=SLOW_S,
                registry=registry,
            )
        )
        self.operation_seconds = Labelled(
            Histogram(
                "dynagent_operation_seconds",
                "Time of a measured handler, by how it ended (ok, error).",
                ("operation", "outcome"),
                buckets=SLOW_S,
                registry=registry,
            )
        )

    def _add_model_calls(self, registry: CollectorRegistry) -> None:
        self.model_calls = Labelled(
            Counter("dynagent_model_calls", "Answered model calls.", ("model",), registry=registry),
            named=True,
        )
        self.model_seconds = Labelled(
            Histogram(
                "dynagent_model_call_seconds", "Time of a model call.", ("model",), buckets=SLOW_S, registry=registry
            ),
            named=True,
        )
        self.model_first_token_seconds = Labelled(
            Histogram(
                "dynagent_model_first_token_seconds",
                "Time to a model's first text.",
                ("model",),
                buckets=SLOW_S,
                registry=registry,
            ),
            named=True,
        )
        self.model_tokens = Labelled(
            Counter(
                "dynagent_model_tokens",
                "Tokens by direction (input, output).",
                ("model", "direction"),
                registry=registry,
            ),
            named=True,
        )
        self.model_cost_usd = Labelled(
            Counter("dynagent_model_cost_usd", "Cost of model calls in US dollars.", ("model",), registry=registry),
            named=True,
        )

    def _add_tool_calls(self, registry: CollectorRegistry) -> None:
        self.retries = Labelled(
            Counter("dynagent_retries", "Things done again.", ("what", "error_code"), registry=registry)
        )
        self.tool_calls = Labelled(
            Counter(
                "dynagent_tool_calls",
                "Ended tool calls by outcome (ok, error).",
                ("tool", "outcome"),
                registry=registry,
            ),
            named=True,
        )
        self.tool_seconds = Labelled(
            Histogram(
                "dynagent_tool_call_seconds", "Time of a tool call.", ("tool",), buckets=SLOW_S, registry=registry
            ),
            named=True,
        )

    def _add_trace(self, registry: CollectorRegistry) -> None:
        self.trace_batch_events = Histogram(
            "dynagent_trace_batch_events", "Events stored in one commit.", buckets=BATCH, registry=registry
        )
        self.trace_commit_seconds = Histogram(
            "dynagent_trace_commit_seconds", "Time to store one batch.", buckets=FAST_S, registry=registry
        )

    def _add_queue(self, registry: CollectorRegistry) -> None:
        self.executions_pending = Gauge(
            "dynagent_executions_pending", "Executions that wait for a worker, all processes.", registry=registry
        )
        self.oldest_pending_seconds = Gauge(
            "dynagent_oldest_pending_seconds", "Age of the execution that waits longest.", registry=registry
        )
        self.state_bytes = Gauge(
            "dynagent_state_bytes",
            "Room that runs, traces and checkpoints take in the database; 0 where another process looks.",
            registry=registry,
        )
        self.claim_seconds = Histogram(
            "dynagent_claim_seconds",
            "Time to claim an execution, or to find it taken.",
            buckets=FAST_S,
            registry=registry,
        )
        self.wait_seconds = Histogram(
            "dynagent_execution_wait_seconds", "Time from submit to first claim.", buckets=SLOW_S, registry=registry
        )
        self.attempts = Labelled(
            Counter(
                "dynagent_attempts",
                "Claimed attempts, the first of an execution or again.",
                ("turn",),
                registry=registry,
            )
        )
        self.requeues = Labelled(
            Counter("dynagent_requeues", "Attempts given up here (release, crash).", ("why",), registry=registry)
        )
        self.cache_requests = Labelled(
            Counter("dynagent_cache_requests", "Copies looked for (hit, miss).", ("kind", "outcome"), registry=registry)
        )
        self.cache_seconds = Labelled(
            Histogram(
                "dynagent_cache_seconds", "Time to look for a copy.", ("kind",), buckets=CACHE_S, registry=registry
            )
        )


class _ReadCounter(Collector):
    """A counter that somebody else keeps."""

    def __init__(self, name: str, documentation: str, read: Callable[[], float]) -> None:
        self._name = name
        self._documentation = documentation
        self._read = read

    def collect(self) -> Iterator[CounterMetricFamily]:
        """Read it."""
        yield CounterMetricFamily(self._name, self._documentation, value=self._read())


class _ReadGauges(Collector):
    """A gauge with labels that somebody else keeps."""

    def __init__(self, name: str, documentation: str, labels: Sequence[str], read: ReadMany) -> None:
        self._name = name
        self._documentation = documentation
        self._labels = labels
        self._read = read

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """Read it."""
        family = GaugeMetricFamily(self._name, self._documentation, labels=self._labels)
        for labels, value in self._read().items():
            family.add_metric(labels, value)
        yield family


def monitor_performance(
    metrics: Metrics, operation: str
) -> Callable[[Callable[P, Awaitable[R]]], Callable[P, Awaitable[R]]]:
    """Return a decorator that measures an async function: `dynagent_operation_seconds` and a log line at DEBUG.

    What the function returns or raises is passed on unchanged; a cancelled call counts as an error.
    """

    def decorate(function: Callable[P, Awaitable[R]]) -> Callable[P, Awaitable[R]]:
        @wraps(function, updated=())
        async def measured(*args: P.args, **kwargs: P.kwargs) -> R:
            began = time.perf_counter()
            outcome = "error"
            try:
                result = await function(*args, **kwargs)
                outcome = "ok"
                return result
            finally:
                seconds = time.perf_counter() - began
                metrics.operation_seconds.of(operation, outcome).observe(seconds)
                log.debug("operation", operation=operation, outcome=outcome, duration_ms=round(seconds * 1000, 2))

        return measured

    return decorate
