"""The worker: hears notifications, runs executions as asyncio tasks, keeps its lease, sweeps up what others left."""

import asyncio
import time
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, Protocol

import structlog
from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from dynagent.application.commands.executions.run import RunControl, RunExecution, StopReason
from dynagent.application.shared.bus import Message
from dynagent.application.shared.caller import LOCAL_ADMIN, Caller
from dynagent.core.executions import Lane, Leases
from dynagent.core.shared.errors import DynagentError
from dynagent.core.shared.ids import NewId
from dynagent.core.shared.tasks import end_tasks
from dynagent.presentation.pace import Pace
from dynagent.presentation.rounds import every, quietly

log = structlog.get_logger()

AT_ONCE, LATE_AT_ONCE = 50, 5
"""How many waiting runs of a lane are started between two looks at how late the loop is: when it keeps up, and not."""


class WorkerSettings(BaseSettings):
    """How much a worker runs at once, per lane, and its rhythm in seconds."""

    model_config = SettingsConfigDict(env_prefix="WORKER_", env_file=".env", extra="ignore", frozen=True)

    concurrency: int = Field(default=1000, ge=1, le=100_000)
    batch_concurrency: int = Field(default=200, ge=1, le=100_000)
    beat_s: float = Field(default=5.0, gt=0)
    sweep_s: float = Field(default=2.0, gt=0)
    lease_s: float = Field(default=15.0, gt=0)
    drain_s: float = Field(default=1.0, ge=0)
    sweep_limit: int = Field(default=500, ge=1)


class Sends(Protocol):
    """The part of the bus a worker uses."""

    async def send(self, message: Message[Any], caller: Caller) -> Any:
        """Handle a message."""
        ...


@dataclass(slots=True)
class _Job:
    task: asyncio.Task[Any]
    control: RunControl
    lane: Lane
    notified_again: bool = False


@dataclass(slots=True)
class _LaneState:
    capacity: int
    running: int = 0
    room: asyncio.Event = field(default_factory=asyncio.Event)
    waiting: deque[str] = field(default_factory=deque[str])


class Worker:
    """One worker of this process. `ring` and `cancel` may be called from any task of the loop and return at once.

    A process that takes no work (API only) has one too: it keeps the lease that tells others it is alive.
    """

    def __init__(
        self, bus: Sends, leases: Leases, settings: WorkerSettings, *, new_id: NewId, takes_work: bool = True
    ) -> None:
        self._bus = bus
        self._leases = leases
        self._settings = settings
        self._new_id = new_id
        self._takes_work = takes_work
        self._jobs: dict[str, _Job] = {}
        self._lanes: dict[Lane, _LaneState] = {
            "interactive": _LaneState(settings.concurrency),
            "batch": _LaneState(settings.batch_concurrency),
            "quarantine": _LaneState(1),
        }
        self._loops: list[asyncio.Task[None]] = []
        self._pace = Pace(lambda: len(self._jobs) + self.waiting, self._start_waiting)
        self._stopping = False
        self._healthy_since: float | None = None
        self.also_swept: list[Callable[[], Awaitable[None]]] = []
        """What else is looked at in every sweep, by every process: questions whose time is up."""
        self._beat_at = time.monotonic()
        self.taken_over = 0
        """How many executions of dead workers this one has returned to the queue."""
        self.id = new_id()

    @property
    def running(self) -> int:
        """How many executions run here now."""
        return len(self._jobs)

    @property
    def waiting(self) -> int:
        """How many notifications wait for a free place here."""
        return sum(len(lane.waiting) for lane in self._lanes.values())

    @property
    def _has_free_hands(self) -> bool:
        """Whether to look also for what others were notified of: it may stand in the line of one who is full."""
        return not self.waiting and len(self._jobs) < self._settings.concurrency / 2

    @property
    def heartbeat_age_s(self) -> float:
        """How long ago the lease was renewed; may be asked from any thread."""
        return time.monotonic() - self._beat_at

    @property
    def holds_its_lease(self) -> bool:
        """Whether others must still take this process for alive; may be asked from any thread."""
        return self.heartbeat_age_s < self._settings.lease_s

    @property
    def trouble(self) -> str | None:
        """Why this one is not to be counted on, None when it is; may be asked from any thread."""
        if self._stopping:
            return "it is stopping"
        if not self.holds_its_lease:
            return f"the last heartbeat is {self.heartbeat_age_s:.0f} s old: others take over what runs here"
        return None

    async def start(self) -> None:
        """Register and begin to beat and sweep."""
        await self._register()
        self._loops = [
            asyncio.create_task(every(self._settings.beat_s, self._beat), name="worker-beat"),
            asyncio.create_task(every(self._settings.sweep_s, self._sweep, at_once=True), name="worker-sweep"),
        ]
        log.info("worker_started", worker_id=self.id, concurrency=self._settings.concurrency)

    def notify(self, execution_id: str, lane: Lane) -> None:
        """There may be something to run: run it now, or when the lane has a place and the loop is not late."""
        if self._stopping or not self._takes_work:
            return
        if execution_id in self._jobs:
            # It may be ending just now, as one that waits and is answered already: look again when it has.
            self._jobs[execution_id].notified_again = True
            return
        state = self._lanes[lane]
        self._pace.watch()
        if state.running >= state.capacity or self._pace.late:
            state.waiting.append(execution_id)
        else:
            self._start(execution_id, lane)

    def cancel(self, execution_id: str) -> None:
        """Stop an execution that runs here, model and tool calls included."""
        self._stop_job(execution_id, "cancelled")

    def has_room(self, lane: Lane) -> bool:
        """Whether a notification of this lane would start a run at once."""
        state = self._lanes[lane]
        return self._takes_work and not self._stopping and state.running < state.capacity and not self._pace.late

    async def room(self, lane: Lane) -> None:
        """Return when the lane has a free place: whoever fetches notifications asks before taking the next one."""
        state = self._lanes[lane]
        while state.running >= state.capacity or self._pace.late:
            state.room.clear()
            await state.room.wait()

    async def stop(self) -> None:
        """Take nothing new, let runs finish for `drain_s`, hand the rest back, leave."""
        self._stopping = True
        tasks = [job.task for job in self._jobs.values()]
        if tasks:
            await asyncio.wait(tasks, timeout=self._settings.drain_s)
        for execution_id in list(self._jobs):
            self._stop_job(execution_id, "shutdown")
        if tasks:
            await asyncio.wait(tasks, timeout=5)
        await end_tasks(self._loops)
        await quietly(self._leases.retire(self.id), "worker_retire_failed")
        log.info("worker_stopped", worker_id=self.id, requeued=len([task for task in tasks if task.cancelled()]))

    def _start(self, execution_id: str, lane: Lane) -> None:
        if self._stopping or execution_id in self._jobs:
            return
        self._lanes[lane].running += 1
        control = RunControl()
        task = asyncio.create_task(self._run(execution_id, control), name=f"execution-{execution_id}")
        self._jobs[execution_id] = _Job(task, control, lane)
        task.add_done_callback(lambda _: self._free(execution_id))

    async def _run(self, execution_id: str, control: RunControl) -> None:
        try:
            await self._bus.send(RunExecution(execution_id, self.id, control), LOCAL_ADMIN)
        except DynagentError as error:
            # The database was away while claiming or finishing: the row stays, the sweeper notifies again.
            log.warning("execution_not_run", execution_id=execution_id, error_code=error.code, error=error.detail)
        except Exception:
            log.exception("execution_not_run", execution_id=execution_id)

    def _stop_job(self, execution_id: str, reason: StopReason) -> None:
        job = self._jobs.get(execution_id)
        if job is not None and job.control.stop is None:
            job.control.stop = reason
            job.task.cancel()

    def _free(self, execution_id: str) -> None:
        job = self._jobs.pop(execution_id)
        state = self._lanes[job.lane]
        state.running -= 1
        state.room.set()
        if state.waiting and not self._stopping and not self._pace.late:
            self.notify(state.waiting.popleft(), job.lane)
        if job.notified_again:
            self.notify(execution_id, job.lane)

    def _start_waiting(self) -> None:
        """Start some of what waits and see how the loop does then; while it is late only a few of each lane."""
        at_once = LATE_AT_ONCE if self._pace.late else AT_ONCE
        for lane, state in self._lanes.items():
            state.room.set()
            for _ in range(min(at_once, len(state.waiting), state.capacity - state.running)):
                self._start(state.waiting.popleft(), lane)

    async def _beat(self) -> None:
        try:
            renewal = await self._leases.beat(self.id)
        except Exception:
            # While the database is away nobody can renew: do not count this time as health.
            self._healthy_since = None
            raise
        late_s, self._beat_at = self.heartbeat_age_s, time.monotonic()
        if renewal == "expired":
            log.error("worker_expired", worker_id=self.id, dropped=len(self._jobs))
            for execution_id in list(self._jobs):
                self._stop_job(execution_id, "lost")
            self.id = self._new_id()
            await self._register()
            return
        if renewal == "late":
            # Perhaps the whole machine stood still: then the others were late too, and are to beat first.
            log.warning("heartbeat_late", worker_id=self.id, late_s=round(late_s, 1))
            self._healthy_since = None
        self._healthy_since = self._healthy_since or asyncio.get_running_loop().time()
        await self._compare()

    async def _register(self) -> None:
        await self._leases.register(self.id, takes_work=self._takes_work)
        self._beat_at = time.monotonic()
        self._healthy_since = asyncio.get_running_loop().time()

    async def _compare(self) -> None:
        """Look whether the rows under our name are what runs here, for answers and signals that were lost.

        A claim whose answer never came, an end that could not be stored: such a row would be nobody's for ever.
        """
        strays: list[str] = []
        for held in await self._leases.held(self.id, list(self._jobs)):
            if held.execution_id not in self._jobs:
                strays.append(held.execution_id)
            elif held.cancel_requested:
                self.cancel(held.execution_id)
        if strays and not self._stopping:
            log.warning("executions_given_up", executions=await self._leases.give_up(self.id, strays))

    async def _sweep(self) -> None:
        for sweep in self.also_swept:
            await quietly(sweep(), "worker_round_failed")
        healthy = self._healthy_since
        # Expire no lease before one full lease of own health: after an outage everybody gets time to renew.
        if healthy is not None and asyncio.get_running_loop().time() - healthy >= self._settings.lease_s:
            freed = await self._leases.expire(self.id)
            if freed:
                self.taken_over += freed
                log.warning("workers_expired", executions_returned=freed)
        self.taken_over += await self._leases.expire_neighbours()
        for state in self._lanes.values():
            if len(state.waiting) > 1:
                await self._put_in_turn(state)
        room = self._settings.sweep_limit - self.waiting if self._takes_work and not self._stopping else 0
        for due in await self._leases.due(room, eager=self._has_free_hands) if room > 0 else ():
            self.notify(due.execution_id, due.lane)

    async def _put_in_turn(self, state: _LaneState) -> None:
        """Notifications come in the order of submission; whoever submits a thousand must not hold up all others."""
        asked = set(state.waiting)
        ordered = await self._leases.in_turn(list(asked))
        still = set(state.waiting)
        came_since = [execution_id for execution_id in state.waiting if execution_id not in asked]
        state.waiting = deque([execution_id for execution_id in ordered if execution_id in still] + came_since)
