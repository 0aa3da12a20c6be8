"""Metrics are rendered for Prometheus; handlers are measured."""

import pytest

from dynagent.infrastructure.observability.labelled import NAMES_AT_MOST, OTHER
from dynagent.infrastructure.observability.metrics import Metrics, monitor_performance


def value(metrics: Metrics, name: str, **labels: str) -> float | None:
    return metrics.registry.get_sample_value(name, labels)


async def test_monitor_performance_counts_and_passes_results_on() -> None:
    metrics = Metrics()

    @monitor_performance(metrics, "run")
    async def double(number: int) -> int:
        """Twice."""
        return 2 * number

    assert await double(4) == 8
    assert double.__doc__ == "Twice."
    assert value(metrics, "dynagent_operation_seconds_count", operation="run", outcome="ok") == 1


async def test_monitor_performance_counts_errors_and_raises_them() -> None:
    metrics = Metrics()

    @monitor_performance(metrics, "run")
    async def broken() -> None:
        raise LookupError("gone")

    with pytest.raises(LookupError, match="gone"):
        await broken()

    assert value(metrics, "dynagent_operation_seconds_count", operation="run", outcome="error") == 1


async def test_handlers_that_are_objects_can_be_measured() -> None:
    class Handler:
        async def __call__(self, message: str) -> str:
            return message.upper()

    metrics = Metrics()

    assert await monitor_performance(metrics, "shout")(Handler())("hey") == "HEY"


def test_render_gives_prometheus_text() -> None:
    metrics = Metrics()
    metrics.watch("queue_depth", "Waiting executions.", lambda: 7.0)
    metrics.batch_stored(12, 0.004)

    text = metrics.render().decode()

    assert "dynagent_queue_depth 7.0" in text
    assert "dynagent_trace_batch_events_sum 12.0" in text
    assert "process_resident_memory_bytes" in text


def test_two_installations_in_one_process_do_not_collide() -> None:
    first, second = Metrics(), Metrics()
    first.batch_stored(1, 0.001)

    assert value(second, "dynagent_trace_batch_events_count") == 0


def test_names_that_people_make_up_are_bounded() -> None:
    """A tool is named by anybody, in a model's reply even one that does not exist: each would be a series for ever."""
    metrics = Metrics()
    for number in range(NAMES_AT_MOST + 50):
        metrics.tool_calls.of(f"tool_{number}", "error").inc()
    metrics.tool_calls.of("tool_0", "ok").inc()
    metrics.tool_calls.of("one_more", "ok").inc()

    [family] = [family for family in metrics.registry.collect() if family.name == "dynagent_tool_calls"]
    names = {sample.labels["tool"] for sample in family.samples}
    assert len(names) == NAMES_AT_MOST + 1
    assert value(metrics, "dynagent_tool_calls_total", tool=OTHER, outcome="error") == 50
    assert value(metrics, "dynagent_tool_calls_total", tool=OTHER, outcome="ok") == 1
    assert value(metrics, "dynagent_tool_calls_total", tool="tool_0", outcome="ok") == 1


def test_every_label_is_one_of_few_or_bounded() -> None:
    """No metric is labelled with an id; what names tools and models is cut off."""
    labels = {
        label
        for collector in {*Metrics().registry._collector_to_names}
        for label in getattr(collector, "_labelnames", ())
    }
    assert labels == {
        "method", "route", "status", "operation", "outcome", "model", "direction", "what", "error_code", "tool",
        "turn", "why", "kind", "role",
    }  # fmt: skip
