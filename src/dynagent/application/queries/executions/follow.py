"""Questions about executions whose answer comes while they run: the live trace, and the wait for the end."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import Any

from dynagent.application.queries.executions.lines import lines_of
from dynagent.application.queries.executions.read import (
    MAX_SEQ,
    PAGE_OF_FRAMES,
    ExecutionView,
    GetExecution,
)
from dynagent.application.shared.asking import Ask
from dynagent.application.shared.caller import Caller
from dynagent.application.shared.messages import Query
from dynagent.core.executions import Execution, ExecutionNotFound, Executions
from dynagent.core.runs import Frame, PageSize, RunStatus, TraceLog

_RESTS = (b'{"type":"interrupt"', b'{"type":"pause"')


@dataclass(frozen=True)
class FollowTrace(Query[AsyncIterator[Sequence[Frame]]], needs="executions:read", raises=(ExecutionNotFound,)):
    """The trace strictly after a seq, live until its last event; an empty batch is a heartbeat.

    With `subject_id` the execution must be one of that agent or workflow. Raises ExecutionNotFound before the first
    batch. The rights are checked in the message's scope; the batches come when that is closed. `just_started` is the
    execution when the caller has started it a moment ago, as the answer to StartExecution: then there is nothing to
    look up.
    """

    execution_id: str
    after: int = 0
    subject_id: str | None = None
    just_started: Execution | None = None


@dataclass(frozen=True)
class WaitForExecution(Query[ExecutionView], needs="executions:read", raises=(ExecutionNotFound,), scope="none"):
    """The execution when it has ended, waits for a person or is paused. Raises ExecutionNotFound.

    It may wait for hours and holds no session. `just_started` as for FollowTrace.
    """

    execution_id: str
    just_started: Execution | None = None


class NothingFollows(AsyncIterator[Sequence[Frame]]):
    """The batches behind the last event of a run that is over: there are none and never will be."""

    async def __anext__(self) -> Sequence[Frame]:
        """End the iteration."""
        raise StopAsyncIteration


@dataclass(frozen=True, slots=True)
class FollowTraceHandler:
    """Handles FollowTrace."""

    executions: Executions
    log: TraceLog

    async def __call__(self, message: FollowTrace, caller: Caller) -> AsyncIterator[Sequence[Frame]]:
        """Return the batches; nothing of the scope is used once this has returned."""
        started = message.just_started
        if started is not None and started.user_id == caller.user_id and not started.status.over:
            return self.log.follow(started.id, message.after)
        execution = await self.executions.existing(message.execution_id)
        if message.subject_id not in (None, execution.subject_id):
            raise ExecutionNotFound(f"{message.subject_id!r} has no execution {message.execution_id!r}")
        after = await self._within_log(execution.id, message.after)
        # The last event and the final state are stored together: of what is over the log tells everything at once.
        if execution.status.over:
            if after and not await self.log.read(execution.id, after, 1, ended=True):
                return NothingFollows()
            return _stored(self.log, execution.id, after)
        return self.log.follow(execution.id, after)

    async def _within_log(self, execution_id: str, after: int) -> int:
        """Return `after`, or the log's last seq when it lies beyond the end (seqs have no gaps)."""
        if after <= 0:
            return 0
        after = min(after, MAX_SEQ)
        if await self.log.read(execution_id, after - 1, 1):
            return after
        low, high = 0, after - 1
        while low < high:
            middle = (low + high + 1) // 2
            if await self.log.read(execution_id, middle - 1, 1):
                low = middle
            else:
                high = middle - 1
        return low


@dataclass(frozen=True, slots=True)
class WaitForExecutionHandler:
    """Handles WaitForExecution by following the trace; holds no session while it waits."""

    ask: Ask

    async def __call__(self, message: WaitForExecution, caller: Caller) -> ExecutionView:
        """Return the execution with its trace lines."""
        batches = await self.ask(FollowTrace(message.execution_id, just_started=message.just_started), caller)
        lines: list[str] = []
        interrupted = False
        question = GetExecution(message.execution_id, lines=False)
        async for frames in batches:
            lines += lines_of(frames)
            interrupted = interrupted or any(frame.payload.startswith(_RESTS) for frame in frames)
            if interrupted:
                view: ExecutionView = await self.ask(question, caller)
                if view.execution.status is RunStatus.WAITING or view.execution.paused_at is not None:
                    await _close(batches)
                    return ExecutionView(view.execution, lines)
        final = await self.ask(question, caller)
        return ExecutionView(final.execution, lines)


async def _stored(log: TraceLog, execution_id: str, after: int) -> AsyncIterator[Sequence[Frame]]:
    size = PageSize(most=PAGE_OF_FRAMES)
    while frames := await log.read(execution_id, after, size.limit, ended=True):
        size.took(sum(len(frame.payload) for frame in frames), len(frames))
        yield frames
        if frames[-1].terminal:
            return
        after = frames[-1].seq


async def _close(batches: Any) -> None:
    if hasattr(batches, "aclose"):
        await batches.aclose()
