"""Child runs: a run starts others, waits for them without holding a slot, and goes on with their outcomes.

A child is known by its key among its parent's: a parent that begins anew after a crash or a wait finds the children
that it started before. Children share the parent's owner, lane, deadline and cancellation.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from dynagent.core.runs.ports import Claim, TraceRecorder
from dynagent.core.runs.run import Outcome, Run
from dynagent.core.runs.trace import NodeEnd, NodeStart
from dynagent.core.shared.errors import DynagentError

NODE = "children"
"""The step of the parent's trace in which it waits for its children."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChildRun:
    """A run to start from within another; `key` tells it from its siblings, in this attempt and all later ones."""

    key: str
    kind: str
    subject_id: str
    subject_version: int = 1
    subject_name: str = ""
    input: dict[str, Any] = field(default_factory=dict[str, Any])


class ChildStore(Protocol):
    """Where children are started and found. Each call is a short transaction of its own."""

    async def start(self, parent: Run, children: Sequence[ChildRun]) -> Sequence[Run]:
        """Store those that are not there yet as pending, count them as open, and notify workers of them.

        Returns all of them in the order given. Raises RunLost when the parent's attempt no longer owns it.
        """
        ...

    async def of(self, parent: Run, keys: Sequence[str]) -> Sequence[Run]:
        """Return the parent's children with these keys as they stand now, in that order."""
        ...

    async def all_of(self, parent: Run) -> Sequence[Run]:
        """Return all of the parent's children as they stand now, oldest first."""
        ...


class AwaitsChildren(DynagentError):
    """The run waits for children that have not ended: let this pass, the run begins anew when the last one ends."""

    code = "awaits_children"


class ChildRuns:
    """The children of one claimed run, for its runner."""

    def __init__(self, claim: Claim, recorder: TraceRecorder, store: ChildStore) -> None:
        self._claim = claim
        self._recorder = recorder
        self._store = store
        self._keys: dict[str, None] = {}

    async def start(self, children: Sequence[ChildRun]) -> Sequence[Run]:
        """Start those that no earlier attempt has started; return all, in the order given. Raises RunLost."""
        self._keys |= dict.fromkeys(child.key for child in children)
        return await self._store.start(self._claim.run, children)

    async def join(self) -> Sequence[Run]:
        """Return the children started in this attempt once all have ended, in the order started; else AwaitsChildren.

        How each ended is for the caller to judge: `status`, `result`, `error`.
        """
        found = await self._store.of(self._claim.run, list(self._keys))
        still = sum(not child.status.over for child in found)
        if still:
            raise AwaitsChildren(f"{still} of {len(found)} child runs have not ended")
        if self._claim.journal.node_started(NODE) and not self._claim.journal.node_ended(NODE):
            began = min((child.created_at.timestamp() for child in found), default=time.time())
            now = time.time()
            duration_ms = round(max(0.0, now - began) * 1000, 3)
            self._recorder.record(NodeEnd(timestamp=now, span_id=NODE, node=NODE, duration_ms=duration_ms))
        return found

    @property
    def ended_a_wait(self) -> bool:
        """Whether this attempt began because its children have ended, and not because a worker was lost."""
        return self._claim.run.crashes == 0 and self._claim.journal.node_started(NODE)

    def waiting(self) -> NodeStart:
        """Return the step of the log that says that the run waits for its children."""
        return NodeStart(timestamp=time.time(), span_id=NODE, node=NODE)

    async def rolled_up(self, outcome: Outcome) -> Outcome:
        """Return the final outcome with usage and cost of the children that have ended added to the run's own."""
        if not self._keys or not outcome.status.over:
            return outcome
        usage, cost = outcome.usage, outcome.cost_usd
        for child in await self._store.all_of(self._claim.run):
            usage = usage.plus(child.usage)
            cost = cost if child.cost_usd is None else (cost or 0) + child.cost_usd
        return outcome.model_copy(update={"usage": usage, "cost_usd": cost})
