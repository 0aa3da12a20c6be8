"""Children that a `reuse` tool keeps between calls of one tenant: same source, same grants, nothing left behind."""

import asyncio
from collections import OrderedDict

from dynagent.infrastructure.sandbox.children import Child

Key = tuple[str, ...]
"""(tenant, source hash, grants …)."""

_CALLS = 500
_AGE_S = 60.0
_CPU_MS = 1000.0


class PooledChildren:
    """At most `places` idle children; the longest unused goes first."""

    def __init__(self, places: int) -> None:
        self._places = places
        self._children: OrderedDict[Child, Key] = OrderedDict()
        self._cpu_ms: dict[Child, float] = {}
        self._by_key: dict[Key, list[Child]] = {}

    def take(self, key: Key) -> Child | None:
        """Return a child that has this very source loaded, or None."""
        waiting = self._by_key.get(key, [])
        while waiting:
            child = waiting[-1]
            self._forget(child)
            if child.alive and not self._worn(child):
                return child
            self._drop(child)
        return None

    def put(self, key: Key, child: Child, *, left: int, cpu_ms: float) -> bool:
        """Keep a child that has answered well; False (and nothing kept) when it is worn or left something running."""
        self._cpu_ms[child] = self._cpu_ms.get(child, 0.0) + cpu_ms
        if left or not child.alive or self._worn(child) or not self._places:
            self._cpu_ms.pop(child, None)
            return False
        child.keep()
        self._children[child] = key
        self._by_key.setdefault(key, []).append(child)
        while len(self._children) > self._places:
            oldest = next(iter(self._children))
            self._forget(oldest)
            self._drop(oldest)
        return True

    def clear(self) -> None:
        """Let all of them go."""
        for child in list(self._children):
            self._forget(child)
            self._drop(child)

    def _worn(self, child: Child) -> bool:
        age_s = asyncio.get_running_loop().time() - child.born
        return child.calls >= _CALLS or age_s > _AGE_S or self._cpu_ms.get(child, 0.0) > _CPU_MS

    def _forget(self, child: Child) -> None:
        key = self._children.pop(child)
        waiting = self._by_key[key]
        waiting.remove(child)
        if not waiting:
            del self._by_key[key]

    def _drop(self, child: Child) -> None:
        self._cpu_ms.pop(child, None)
        child.kill()
