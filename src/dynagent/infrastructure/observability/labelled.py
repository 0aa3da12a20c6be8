"""Metrics with labels, looked up quickly and bounded in number."""

from typing import Generic, TypeVar

from prometheus_client import Counter, Gauge, Histogram

M = TypeVar("M", Counter, Histogram, Gauge)

OTHER = "other"
NAMES_AT_MOST = 200


class Labelled(Generic[M]):
    """A metric with labels: `of(*values)` is its child for these values, found without prometheus_client's lock.

    Each run asks for some thirty children; looking one up there costs ten times what counting does. With `named` the
    first label holds names that people (or models) make up: after `NAMES_AT_MOST` of them the rest is `other`.
    """

    def __init__(self, metric: M, *, named: bool = False) -> None:
        self._metric = metric
        self._named = named
        self._names: set[str] = set()
        self._children: dict[tuple[str, ...], M] = {}

    def of(self, *values: str) -> M:
        """Return the child for the labels' values, in their order."""
        child = self._children.get(values)
        if child is None:
            selected = self._bounded(values) if self._named else values
            child = self._children[selected] = self._metric.labels(*selected)
        return child

    def _bounded(self, values: tuple[str, ...]) -> tuple[str, ...]:
        if len(self._names) < NAMES_AT_MOST:
            self._names.add(values[0])
        return values if values[0] in self._names else (OTHER, *values[1:])
