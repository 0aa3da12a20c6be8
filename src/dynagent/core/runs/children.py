"""Child runs: a run starts others, waits for them without holding a slot, and goes on with their outcomes.

A child is known by its key among its parent's: a parent that begins anew after a crash or a wait finds the children
that it started before. Children share the parent's owner, lane, deadline, cancellation and correlation id; they may be
of another kind and on another subject. What they use counts as their parent's, and so up to the root.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

from dynagent.core.runs.ports import Claim, TraceRecorder
from dynagent.core.runs.run import Outcome, Run
from dynagent.core.runs.trace import NodeEnd, NodeStart
from dynagent.core.shared.errors import Conflict, DynagentError

NODE = "children"
"""The step of the parent's trace in which it waits for its children; its span is numbered, one for each wait."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChildRun:
    """A run to start from within another; `key` tells it from its siblings, in this attempt and all later ones.

    It begins after `delay_s` seconds at the earliest and may take `timeout_s` seconds from then on, but never longer
    than its parent. `try_number` counts from 1 (see `again`).
    """

    key: str
    kind: str
    subject_id: str
    subject_version: int = 1
    subject_name: str = ""
    input: dict[str, Any] = field(default_factory=dict[str, Any])
    timeout_s: float | None = None
    delay_s: float = 0.0
    try_number: int = 1

    def again(self, *, delay_s: float = 0.0) -> "ChildRun":
        """Return the next try of it, a run of its own beside the earlier ones."""
        return replace(self, try_number=self.try_number + 1, delay_s=delay_s)

    @property
    def stored_key(self) -> str:
        """The key with the number of the try: unique among the children of a run."""
        return f"{self.try_number}:{self.key}"


class TooManyChildren(Conflict):
    """A run may not start so many others; `extra` carries `limit`."""

    code = "too_many_children"


class RunsTooDeep(Conflict):
    """A run that was started by runs started by runs may start none itself; `extra` carries `limit`."""

    code = "runs_too_deep"


@dataclass(frozen=True, slots=True)
class ChildLimits:
    """How many runs a run may start, each try counted, and how many levels of them there may be below a root."""

    children: int = 1000
    depth: int = 5

    def check(self, *, children: int, depth: int) -> None:
        """Refuse a run at this depth (1: the root) so many children. Raises TooManyChildren, RunsTooDeep."""
        if depth > self.depth:
            raise RunsTooDeep(
                f"runs may start runs down to {self.depth} levels; this one is at the lowest and may start none",
                extra={"limit": self.depth},
            )
        if children > self.children:
            raise TooManyChildren(
                f"a run may start at most {self.children} others, every try counted; with these it would be {children}",
                extra={"limit": self.children},
            )


class ChildStore(Protocol):
    """Where children are started and found. Each call is a short transaction of its own."""

    async def start(self, parent: Run, children: Sequence[ChildRun]) -> Sequence[Run]:
        """Store those that are not there yet as pending, count them as open, and notify workers of them.

        Returns all of them in the order given. Raises RunLost when the parent's attempt no longer owns it,
        TooManyChildren, RunsTooDeep.
        """
        ...

    async def all_of(self, parent: Run) -> Sequence[Run]:
        """Return all of the parent's children as they stand now, oldest first."""
        ...


class AwaitsChildren(DynagentError):
    """The run waits for children that have not ended: let this pass, the run begins anew when enough of them have.

    `open_allowed` says of how many it need not wait.
    """

    code = "awaits_children"

    def __init__(self, detail: str = "", *, open_allowed: int = 0) -> None:
        super().__init__(detail)
        self.open_allowed = open_allowed


class ChildRuns:
    """The children of one claimed run, for its runner."""

    def __init__(self, claim: Claim, recorder: TraceRecorder, store: ChildStore) -> None:
        self._claim = claim
        self._recorder = recorder
        self._store = store
        self._started: dict[str, Run] = {}
        self._wait = 1
        while claim.journal.node_ended(self._span):
            self._wait += 1
        self._waited = claim.journal.node_started(self._span)

    async def start(self, children: Sequence[ChildRun]) -> Sequence[Run]:
        """Start those that no earlier attempt has started; return all, in the order given.

        Raises RunLost, TooManyChildren, RunsTooDeep.
        """
        runs = await self._store.start(self._claim.run, children)
        self._started |= {run.id: run for run in runs}
        return runs

    async def known(self) -> Sequence[Run]:
        """Return all children as they stand now, those of earlier attempts too, oldest first; a wait for them ends."""
        found = await self._store.all_of(self._claim.run)
        self._started |= {run.id: run for run in found}
        self._end_wait(found)
        return found

    async def join(self, *, at_least: int | None = None) -> Sequence[Run]:
        """Return the children started in this attempt, in that order, once all or `at_least` so many have ended.

        Raises AwaitsChildren before that. How each ended is for the caller to judge: `status`, `value`, `error`.
        """
        now = {child.id: child for child in await self._store.all_of(self._claim.run)}
        found = [now[id] for id in self._started]
        ended = sum(child.status.over for child in found)
        missing = min(len(found), len(found) if at_least is None else at_least) - ended
        if missing > 0:
            still = sum(not child.status.over for child in now.values())
            raise AwaitsChildren(
                f"{len(found) - ended} of {len(found)} child runs have not ended", open_allowed=still - missing
            )
        self._end_wait(found)
        return found

    async def run(self, children: Sequence[ChildRun], *, tries: int = 1, delay_s: float = 0.0) -> Sequence[Run]:
        """Run them in parallel, each up to so many `tries`, `delay_s` seconds apart; return the last try of each.

        One that failed or timed out is tried again as soon as it has ended, whatever its siblings do. Raises
        AwaitsChildren, RunLost, TooManyChildren, RunsTooDeep.
        """
        latest = list(children)
        while True:
            started = await self.start(latest)
            found = {child.id: child for child in await self.join(at_least=0)}
            runs = [found[run.id] for run in started]
            failed = [child for child, run in zip(latest, runs, strict=True) if run.error and child.try_number < tries]
            if failed:
                latest = [child.again(delay_s=delay_s) if child in failed else child for child in latest]
                continue
            still = sum(not run.status.over for run in runs)
            if not still:
                return runs
            # While there are tries left, each end may be a failure to try again.
            ended = sum(child.status.over for child in found.values())
            await self.join(at_least=ended + (still if tries == 1 else 1))

    @property
    def ended_a_wait(self) -> bool:
        """Whether this attempt began because its children have ended, and not because a worker was lost."""
        return self._claim.run.crashes == 0 and self._waited

    def waiting(self) -> NodeStart:
        """Return the step of the log that says that the run waits for its children."""
        return NodeStart(timestamp=time.time(), span_id=self._span, node=NODE)

    @property
    def any_started(self) -> bool:
        """Whether there may be children: this attempt has started some, or an earlier one may have."""
        return bool(self._started) or self._claim.run.attempt > 1

    async def rolled_up(self, outcome: Outcome) -> Outcome:
        """Return the final outcome with usage and cost of the children that have ended added to the run's own."""
        if not self.any_started or not outcome.status.over:
            return outcome
        usage, cost = outcome.usage, outcome.cost_usd
        for child in await self._store.all_of(self._claim.run):
            if child.status.over:
                usage = usage.plus(child.usage)
                cost = cost if child.cost_usd is None else (cost or 0) + child.cost_usd
        return outcome.model_copy(update={"usage": usage, "cost_usd": cost})

    def _end_wait(self, found: Sequence[Run]) -> None:
        if not self._waited:
            return
        self._waited = False
        now = time.time()
        began = min((child.created_at.timestamp() for child in found), default=now)
        duration_ms = round(max(0.0, now - began) * 1000, 3)
        self._recorder.record(NodeEnd(timestamp=now, span_id=self._span, node=NODE, duration_ms=duration_ms))
        self._wait += 1

    @property
    def _span(self) -> str:
        return f"{NODE}/{self._wait}"
