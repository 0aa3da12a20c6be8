"""Executions in memory, their stored trace, a notifier that does the work, a cancel signal that remembers."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence

from dynagent.core.executions import (
    CancelRequest,
    Execution,
    ExecutionFilter,
    ExecutionOrder,
    Executions,
    OpenQuestion,
    StoredModelCalls,
)
from dynagent.core.runs import (
    Admission,
    AnyTraceEvent,
    Cancelled,
    Claim,
    Frame,
    Interrupt,
    Lane,
    ModelCallContent,
    ModelCallSummary,
    Run,
    RunStatus,
    Submissions,
    TraceRecorder,
)
from dynagent.core.shared.errors import Conflict
from dynagent.core.shared.events import DomainEvent
from dynagent.core.shared.paging import Page, PageRequest
from tests.fakes.pages import page_of


class FakeTraceStore:
    """Implements TraceLog for readers: what is appended is stored and followed; `beat` makes followers heartbeat."""

    def __init__(self) -> None:
        self.logs: dict[str, list[Frame]] = {}
        self.followers = 0
        self._changed = asyncio.Condition()
        self._beats = 0

    def open(self, claim: Claim) -> TraceRecorder:
        """Not for this fake."""
        raise NotImplementedError

    def store(self, execution_id: str, *events: AnyTraceEvent) -> None:
        """Number and keep events without waking anybody."""
        log = self.logs.setdefault(execution_id, [])
        for event in events:
            numbered = event.model_copy(update={"seq": len(log) + 1})
            log.append(Frame(numbered.seq, numbered.model_dump_json().encode(), numbered.terminal))

    async def append(self, execution_id: str, *events: AnyTraceEvent) -> None:
        """Number, keep, and wake the followers."""
        self.store(execution_id, *events)
        async with self._changed:
            self._changed.notify_all()

    async def beat(self) -> None:
        """Send every follower a heartbeat."""
        self._beats += 1
        async with self._changed:
            self._changed.notify_all()

    async def read(self, execution_id: str, after: int, limit: int, *, ended: bool = False) -> Sequence[Frame]:
        """Cut."""
        return self.logs.get(execution_id, [])[after : after + limit]

    async def follow(self, execution_id: str, after: int) -> AsyncIterator[Sequence[Frame]]:
        """Yield what is there, then wait for more."""
        self.followers += 1
        beats = self._beats
        try:
            while True:
                frames = self.logs.get(execution_id, [])[after:]
                if frames:
                    yield frames
                    after = frames[-1].seq
                    if frames[-1].terminal:
                        return
                elif beats != self._beats:
                    beats = self._beats
                    yield ()
                else:
                    async with self._changed:
                        await self._changed.wait()
        finally:
            self.followers -= 1


class FakeExecutions(Executions):
    """Executions by id; the opening event goes to the trace store."""

    def __init__(self, trace: FakeTraceStore | None = None) -> None:
        self.stored: dict[str, Execution] = {}
        self.trace = trace or FakeTraceStore()
        self.questions: dict[str, Interrupt] = {}

    async def create(self, entity: Execution) -> Execution:
        """Keep, with its opening event."""
        key = entity.idempotency_key
        if key is not None and await self.by_idempotency_key(key) is not None:
            raise Conflict("an execution was submitted with this idempotency key")
        self.stored[entity.id] = entity
        self.trace.store(entity.id, entity.opening_event())
        return entity

    async def get_by_id(self, id: str) -> Execution | None:
        """Find."""
        return self.stored.get(id)

    async def update(self, entity: Execution) -> Execution:
        """Keep."""
        self.stored[entity.id] = entity
        return entity

    async def delete(self, id: str) -> bool:
        """Forget."""
        return self.stored.pop(id, None) is not None

    async def list_all(self, skip: int = 0, limit: int = 100) -> list[Execution]:
        """List, newest first."""
        return list((await self.find(ExecutionFilter(), PageRequest(skip=skip, limit=limit))).items)

    async def find(
        self, wanted: ExecutionFilter, page: PageRequest, order: ExecutionOrder | None = None
    ) -> Page[Execution]:
        """Filter and cut, newest first whatever the order."""
        return page_of([item for item in self.stored.values() if _matches(item, wanted)], page, lambda item: item.id)

    async def by_idempotency_key(self, key: str) -> Execution | None:
        """Find."""
        return next((item for item in self.stored.values() if item.idempotency_key == key), None)

    async def request_cancel(self, id: str) -> CancelRequest | None:
        """Mark; end at once what nobody runs."""
        execution = self.stored.get(id)
        if execution is None:
            return None
        changes: dict[str, object] = {"cancel_requested": True}
        if execution.status is not RunStatus.RUNNING:
            changes |= {"status": RunStatus.CANCELLED, "completed_at": execution.created_at}
            await self.trace.append(id, Cancelled(timestamp=0.0, reason="cancelled by the user", duration_ms=0.0))
        self.stored[id] = execution.model_copy(update=changes)
        running = (id,) if execution.status is RunStatus.RUNNING else ()
        return CancelRequest(self.stored[id], running, () if running else self._wake(execution.parent_run_id))

    def _wake(self, parent_id: str | None) -> tuple[tuple[str, Lane], ...]:
        parent = self.stored.get(parent_id or "")
        if parent is None or parent.status is not RunStatus.WAITING:
            return ()
        self.stored[parent.id] = parent.model_copy(update={"status": RunStatus.PENDING})
        return ((parent.id, parent.lane),)

    async def create_from(self, execution: Execution, events: Sequence[AnyTraceEvent]) -> Execution:
        """Keep, with a log that goes on from these steps."""
        await self.create(execution)
        self.trace.store(execution.id, *(event.model_copy(update={"attempt": 0}) for event in events))
        return execution

    async def interrupts(self, id: str) -> list[Interrupt]:
        """List, oldest first."""
        return sorted((item for item in self.questions.values() if item.execution_id == id), key=lambda item: item.id)

    async def open_questions(self, page: PageRequest) -> Page[OpenQuestion]:
        """List what waiting executions ask, newest first."""
        asked: list[OpenQuestion] = []
        for item in self.questions.values():
            run = self.stored[item.execution_id]
            if item.answer is None and run.status is RunStatus.WAITING:
                about = {"agent_id": run.agent_id, "agent_name": run.agent_name, "query": run.query}
                asked.append(OpenQuestion.model_validate({"interrupt": item, **about}))
        return page_of(asked, page, lambda question: question.interrupt.id)

    async def answer(self, id: str, answered: Sequence[Interrupt]) -> Execution | None:
        """Keep the answers of a waiting execution, each given once."""
        execution = self.stored[id]
        if execution.status is not RunStatus.WAITING or any(self.questions[a.id].answer for a in answered):
            return None
        self.questions.update({item.id: item for item in answered})
        if all(item.answer for item in await self.interrupts(id)):
            self.stored[id] = execution.model_copy(update={"status": RunStatus.PENDING})
        return self.stored[id]

    async def waiting(self, most: int) -> int:
        """Count."""
        return min(most, sum(item.status is RunStatus.PENDING for item in self.stored.values()))

    async def agent_of_chat(self, chat_id: str) -> str | None:
        """Look at the oldest."""
        return next((item.agent_id for item in self.stored.values() if item.chat_id == chat_id), None)

    async def history(self, chat_id: str, limit: int) -> list[Execution]:
        """List completed ones, oldest first."""
        wanted = ExecutionFilter(chat_id=chat_id, status=(RunStatus.COMPLETED,))
        return list((await self.find(wanted, PageRequest(limit=limit))).items)[::-1]


class FakeSubmissions(Submissions):
    """The way into FakeExecutions; `told` are the events of what was stored."""

    def __init__(self, executions: FakeExecutions) -> None:
        self._executions = executions
        self.told: list[DomainEvent] = []

    async def submit(self, run: Run, event: DomainEvent, *, most_waiting: int) -> Admission:
        """Count, then keep."""
        stored = self._executions.stored.values()
        waiting = sum(item.status is RunStatus.PENDING for item in stored)
        if waiting >= most_waiting:
            return Admission(stored=False, waiting=waiting)
        try:
            await self._executions.create(run if isinstance(run, Execution) else Execution(**dict(run)))
        except Conflict:
            return Admission(stored=False, waiting=waiting)
        self.told.append(event)
        return Admission(stored=True, waiting=waiting)


class FakeNotifier:
    """Remembers the notifications and hands each to `on_notification`."""

    def __init__(self, on_notification: Callable[[str], Awaitable[None]] | None = None) -> None:
        self.notified: list[tuple[str, Lane]] = []
        self._on_notification = on_notification

    async def notify(self, execution_id: str, lane: Lane) -> None:
        """Remember."""
        self.notified.append((execution_id, lane))
        if self._on_notification is not None:
            await self._on_notification(execution_id)


class FakeCancelSignal:
    """Remembers the announcements."""

    def __init__(self) -> None:
        self.announced: list[str] = []

    async def announce(self, execution_id: str) -> None:
        """Remember."""
        self.announced.append(execution_id)


def _matches(execution: Execution, wanted: ExecutionFilter) -> bool:
    return (
        wanted.agent_id in (None, execution.agent_id)
        and wanted.chat_id in (None, execution.chat_id)
        and (not wanted.status or execution.status in wanted.status)
        and (wanted.created_from is None or execution.created_at >= wanted.created_from)
        and (wanted.created_to is None or execution.created_at < wanted.created_to)
    )


class FakeModelCalls(StoredModelCalls):
    """What model calls were sent, by execution, in order."""

    def __init__(self) -> None:
        self.stored: dict[str, list[ModelCallContent]] = {}

    async def list(self, execution_id: str, page: PageRequest) -> Page[ModelCallSummary]:
        """Return a page."""
        found = [call.summary for call in self.stored.get(execution_id, [])]
        part = found[page.skip : page.skip + page.limit]
        return Page(items=part, total=len(found), skip=page.skip, limit=page.limit)

    async def get(self, execution_id: str, number: int) -> ModelCallContent | None:
        """Return one of them."""
        found = {call.summary.number: call for call in self.stored.get(execution_id, [])}
        return found.get(number)
