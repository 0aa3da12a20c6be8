"""The event writer: one per process, one multi-row INSERT for all executions, then commit, then publish.

Natural batching: the next batch is taken when the previous commit has returned, so an idle system stores at once and
a busy one in large batches. Every write of an attempt is fenced: it takes a share lock on the execution's row with
its attempt and the status `running`; an attempt that has been replaced stores nothing.
"""

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import asyncpg
import structlog

from dynagent.core.runs import Frame, Interrupt, Lane, RunLost
from dynagent.core.shared.tasks import end_tasks
from dynagent.infrastructure.postgres.pool import Pool, Row
from dynagent.infrastructure.postgres.runs.children import runs_ended
from dynagent.infrastructure.postgres.runs.interrupts import open_interrupts
from dynagent.infrastructure.postgres.runs.model_calls import call_columns
from dynagent.infrastructure.postgres.runs.pausing import tell_pauses
from dynagent.infrastructure.postgres.runs.trace_statements import STORED, store
from dynagent.infrastructure.trace.recorder import BatchingRecorder, StoredEvent

log = structlog.get_logger()

MAX_BATCH_EVENTS = 5000
STOP_S = 5.0
UNKNOWN_TRIES = 2
"""How often a batch is tried again after an error that nobody foresaw."""
RETRY_S = (0.05, 0.1, 0.25, 0.5, 1.0, 2.0)

CONNECTION_ERRORS = (
    OSError,
    asyncpg.PostgresConnectionError,
    asyncpg.InterfaceError,
    # What asyncpg says of itself when its connection went away between two of its own steps.
    asyncpg.InternalClientError,
    asyncpg.CannotConnectNowError,
)
TRANSIENT_ERRORS = (
    *CONNECTION_ERRORS,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    asyncpg.DeadlockDetectedError,
    asyncpg.SerializationError,
    asyncpg.DiskFullError,
    asyncpg.TooManyConnectionsError,
    TimeoutError,
)

Publish = Callable[[str, Sequence[Frame]], None]
OnFreed = Callable[[str, Lane], None]
"""Told of a pending execution whose user had no free place until now: notify workers of it."""


@dataclass(frozen=True, slots=True)
class BatchReport:
    """What one commit did, for metrics: events and executions in it, seconds it took."""

    events: int
    executions: int
    commit_s: float


Batch = list[tuple[BatchingRecorder, list[StoredEvent]]]


class EventWriter:
    """Stores what the recorders of this process hold; `publish` gets each execution's frames after the commit."""

    def __init__(
        self,
        pool: Pool,
        publish: Publish,
        *,
        user_cap: int = 1000,
        on_freed: OnFreed = lambda _id, _lane: None,
        observe: Callable[[BatchReport], None] = lambda _: None,
    ) -> None:
        self._pool = pool
        self._user_cap = user_cap
        self._on_freed = on_freed
        self._publish = publish
        self._observe = observe
        self._dirty: dict[BatchingRecorder, None] = {}
        self._woken = asyncio.Event()
        self._stopping = False
        self._task: asyncio.Task[None] | None = None
        self._told: list[tuple[str, Frame]] = []
        self.trouble: str | None = None
        """Why events cannot be stored at the moment; the runs they belong to wait."""

    def start(self) -> None:
        """Begin to store; call on the running loop."""
        self._task = asyncio.get_running_loop().create_task(self._run(), name="event-writer")

    async def stop(self) -> None:
        """Store what is left, then stop. What cannot be stored within `STOP_S` seconds is left to recovery."""
        if self._task is None:
            return
        self._stopping = True
        self._woken.set()
        await asyncio.wait({self._task}, timeout=STOP_S)
        await end_tasks([self._task])

    def wake(self, recorder: BatchingRecorder) -> None:
        """Note that a recorder has something to store."""
        self._dirty[recorder] = None
        self._woken.set()

    async def _run(self) -> None:
        while self._dirty or not self._stopping:
            await self._woken.wait()
            self._woken.clear()
            # Let everybody who is ready in this turn of the loop add to the batch.
            await asyncio.sleep(0)
            batch = self._take()
            if batch:
                await self._store_until_done(batch)

    def _take(self) -> Batch:
        batch: Batch = []
        events = 0
        while self._dirty and events < MAX_BATCH_EVENTS:
            recorder = next(iter(self._dirty))
            del self._dirty[recorder]
            taken = recorder.take()
            events += len(taken)
            if taken:
                batch.append((recorder, taken))
        if self._dirty or self._stopping:
            self._woken.set()
        return batch

    async def _store_until_done(self, batch: Batch) -> None:
        tries = 0
        while True:
            try:
                owned = await (self._store_again(batch) if tries else self._store(batch))
                self.trouble = None
                break
            except TRANSIENT_ERRORS as error:
                delay_s = RETRY_S[min(tries, len(RETRY_S) - 1)]
                tries += 1
                self.trouble = " ".join(str(error).split())[:200] or type(error).__name__
                log.warning("event_batch_retried", error=repr(error), tries=tries, delay_s=delay_s, runs=len(batch))
                await asyncio.sleep(delay_s)
            except Exception as error:
                # Whatever it is, it must not end the writer: every run of this process waits for it.
                if not isinstance(error, asyncpg.PostgresError) and tries < UNKNOWN_TRIES:
                    tries += 1
                    log.warning("event_batch_retried", error=repr(error), tries=tries, runs=len(batch))
                    continue
                await self._store_one_by_one(batch, error)
                return
        self._answer(batch, owned)

    async def _store_one_by_one(self, batch: Batch, error: Exception) -> None:
        """One execution's row cannot be stored: find it, refuse it alone, keep the others."""
        if len(batch) == 1:
            log.error("event_batch_refused", execution_id=batch[0][0].execution_id, error=repr(error))
            batch[0][0].refuse(error)
            return
        for part in batch:
            await self._store_until_done([part])

    async def _store_again(self, batch: Batch) -> set[str]:
        """What stood in the log before belongs to the answer too: an end that was stored ends the ownership."""
        owned = await self._store(batch, again=True)
        ids = [recorder.execution_id for recorder, _ in batch]
        seqs = [events[-1].frame.seq for _, events in batch]
        rows = await self._pool.fetch(STORED, ids, seqs, [recorder.attempt for recorder, _ in batch])
        return owned | {row["id"] for row in rows}

    async def _store(self, batch: Batch, *, again: bool = False) -> set[str]:
        began = time.perf_counter()
        ending = [recorder for recorder, events in batch if events[-1].frame.terminal or _waits(recorder)]
        calls = call_columns(batch)
        statement = store(again=again, ending=bool(ending), calls=bool(calls))
        arguments = _event_columns(batch)
        if ending:
            arguments += (*_end_columns(ending), self._user_cap)
        arguments += calls
        async with self._pool.acquire() as connection:
            if any(_waits(recorder) or _in_a_tree(recorder) for recorder in ending):
                async with connection.transaction():
                    rows = await connection.fetch(statement, *arguments)
                    owned = _owned(rows)
                    paused = [row["id"] for row in rows if row["paused"]]
                    told = await tell_pauses(connection, paused) if paused else ()
                    await open_interrupts(connection, _interrupts(ending, owned))
                    woken = await runs_ended(connection, _ended(ending, owned), parents=_has_children(ending))
            else:
                rows, woken, told = await connection.fetch(statement, *arguments), [], ()
        self._told += told
        for row in rows:
            if not row["owned"] and not row["paused"]:
                self._on_freed(row["id"], row["lane"])
        for id, lane in woken:
            self._on_freed(id, lane)
        self._observe(BatchReport(len(arguments[2]), len(batch), time.perf_counter() - began))
        return _owned(rows)

    def _answer(self, batch: Batch, owned: set[str]) -> None:
        for recorder, events in batch:
            if recorder.execution_id in owned:
                recorder.stored(events[-1].frame.seq)
                self._publish(recorder.execution_id, [event.frame for event in events])
            else:
                recorder.refuse(RunLost(f"execution {recorder.execution_id}: attempt {recorder.attempt} is over"))
        told, self._told = self._told, []
        for id, frame in told:
            self._publish(id, [frame])


def _waits(recorder: BatchingRecorder) -> bool:
    return recorder.outcome is not None and not recorder.outcome.status.over


def _owned(rows: Sequence[Row]) -> set[str]:
    return {row["id"] for row in rows if row["owned"]}


def _interrupts(ending: list[BatchingRecorder], owned: set[str]) -> list[Interrupt]:
    """Return the questions of attempts that still own their execution: others must not undo answers given since."""
    return [
        item
        for recorder in ending
        if recorder.outcome and recorder.execution_id in owned
        for item in recorder.outcome.interrupts
    ]


def _in_a_tree(recorder: BatchingRecorder) -> bool:
    return recorder.parent_run_id is not None or (recorder.outcome is not None and recorder.outcome.has_children)


def _has_children(ending: list[BatchingRecorder]) -> bool:
    return any(recorder.outcome is not None and recorder.outcome.has_children for recorder in ending)


def _ended(ending: list[BatchingRecorder], owned: set[str]) -> list[str]:
    """Return the runs of trees that have ended with this batch: parents may wait for them, children be added up."""
    return [
        recorder.execution_id
        for recorder in ending
        if _in_a_tree(recorder) and recorder.execution_id in owned and not _waits(recorder)
    ]


def _event_columns(batch: Batch) -> tuple[Any, ...]:
    rows = [(recorder, event) for recorder, events in batch for event in events]
    return (
        [recorder.execution_id for recorder, _ in batch],
        [recorder.attempt for recorder, _ in batch],
        [recorder.execution_id for recorder, _ in rows],
        [event.frame.seq for _, event in rows],
        [recorder.attempt for recorder, _ in rows],
        [event.type for _, event in rows],
        [event.at for _, event in rows],
        [event.frame.payload.decode() for _, event in rows],
    )


def _end_columns(ending: list[BatchingRecorder]) -> tuple[list[Any], ...]:
    columns: list[tuple[Any, ...]] = []
    for recorder in ending:
        outcome = recorder.outcome
        if outcome is None:
            raise RuntimeError(f"execution {recorder.execution_id}: a last event without an outcome")
        columns.append(
            (
                recorder.execution_id,
                recorder.attempt,
                outcome.status.value if outcome.awaits_children is None else "joining",
                outcome.result,
                outcome.error.model_dump_json() if outcome.error else None,
                outcome.usage.model_dump_json(),
                outcome.cost_usd,
                outcome.model,
                ",".join(outcome.marks),
                outcome.awaits_children or 0,
                outcome.answered_by.model_dump_json() if outcome.answered_by else None,
            )
        )
    return tuple(list(column) for column in zip(*columns, strict=True))
