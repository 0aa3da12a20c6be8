"""Fakes of what a worker needs: the authority over executions, leases, a trace log that keeps recorders."""

from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime

from dynagent.core.executions import (
    Claim,
    DueExecution,
    Execution,
    ExecutionStatus,
    Frame,
    Held,
    Journal,
    Renewal,
    TraceRecorder,
)
from tests.fakes.trace import ListedTrace


class FakeDispatch:
    """Executions by id; a claim makes a pending one running."""

    def __init__(self, *executions: Execution) -> None:
        self.executions = {execution.id: execution for execution in executions}
        self.requeued: list[tuple[str, int, bool]] = []
        self.error: Exception | None = None

    async def claim(self, execution_id: str, worker_id: str) -> Claim | None:
        """Claim a pending execution."""
        if self.error is not None:
            raise self.error
        execution = self.executions.get(execution_id)
        if execution is None or execution.status is not ExecutionStatus.PENDING:
            return None
        running = execution.model_copy(update={"status": ExecutionStatus.RUNNING, "attempt": execution.attempt + 1})
        self.executions[execution_id] = running
        left_s = (running.deadline - datetime.now(UTC)).total_seconds() if running.deadline else None
        return Claim(running, last_seq=1, journal=Journal(), left_s=left_s)

    async def requeue(self, execution_id: str, attempt: int, *, crashed: bool, delay_s: float = 0.0) -> bool:
        """Note the return."""
        self.requeued.append((execution_id, attempt, crashed))
        return True


class FakeLeases:
    """Notes registrations; `alive` decides what a beat says, `dead` how many executions an expiry frees."""

    def __init__(self) -> None:
        self.registered: list[str] = []
        self.retired: list[str] = []
        self.beats = 0
        self.expiries = 0
        self.alive = True
        self.renewal: Renewal = "renewed"
        self.error: Exception | None = None
        self.eager: list[bool] = []
        self.waiting: list[DueExecution] = []
        self.under_our_name: list[Held] = []
        self.given_up: list[str] = []
        self.turns: list[str] = []

    async def register(self, worker_id: str, *, takes_work: bool = True) -> None:
        """Note."""
        self.registered.append(worker_id)

    async def beat(self, worker_id: str) -> Renewal:
        """Answer `renewal`, or that it was expired: then it is alive again once it has registered anew."""
        self.beats += 1
        if self.error is not None:
            raise self.error
        alive, self.alive = self.alive, True
        return self.renewal if alive else "expired"

    async def retire(self, worker_id: str) -> None:
        """Note."""
        self.retired.append(worker_id)

    async def expire(self, worker_id: str) -> int:
        """Count."""
        self.expiries += 1
        return 0

    async def expire_neighbours(self) -> int:
        """Nobody else is here."""
        return 0

    async def held(self, worker_id: str, running: Sequence[str]) -> Sequence[Held]:
        """Answer what the test put there."""
        return self.under_our_name

    async def give_up(self, worker_id: str, execution_ids: Sequence[str]) -> int:
        """Note."""
        self.given_up.extend(execution_ids)
        self.under_our_name = [held for held in self.under_our_name if held.execution_id not in execution_ids]
        return len(execution_ids)

    async def in_turn(self, execution_ids: Sequence[str]) -> Sequence[str]:
        """Answer those that the test wants, in its order; all as they are when it wants nothing."""
        return [id for id in self.turns if id in execution_ids] if self.turns else execution_ids

    async def due(self, limit: int, *, eager: bool = False) -> Sequence[DueExecution]:
        """Hand out what waits, once; note whether who asked is eager."""
        self.eager.append(eager)
        due, self.waiting = self.waiting[:limit], self.waiting[limit:]
        return due


class FakeTraceLog:
    """Keeps the recorder of every opened attempt."""

    def __init__(self) -> None:
        self.recorders: dict[str, ListedTrace] = {}

    def open(self, claim: Claim) -> TraceRecorder:
        """Return a listing recorder."""
        recorder = ListedTrace(first_seq=claim.last_seq + 1, attempt=claim.execution.attempt)
        self.recorders[claim.execution.id] = recorder
        return recorder

    async def read(self, execution_id: str, after: int, limit: int, *, ended: bool = False) -> Sequence[Frame]:
        """Nothing is stored."""
        return ()

    async def follow(self, execution_id: str, after: int) -> AsyncIterator[Sequence[Frame]]:
        """Nothing is followed."""
        for frames in ():
            yield frames
