"""Questions about executions that are answered at once."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from dynagent.application.queries.executions.lines import lines_of
from dynagent.application.shared.caller import Caller
from dynagent.application.shared.messages import Query
from dynagent.core.executions import (
    Checkpoint,
    EverybodysExecutions,
    Execution,
    ExecutionFilter,
    ExecutionNotFound,
    ExecutionOrder,
    Executions,
    OpenQuestion,
    StoredCheckpoints,
)
from dynagent.core.runs import Frame, Interrupt, TraceLog
from dynagent.core.shared.errors import MalformedInput
from dynagent.core.shared.ids import is_id
from dynagent.core.shared.paging import Page, PageRequest

PAGE_OF_FRAMES = 1000
MAX_SEQ = 2**31 - 1


@dataclass(frozen=True)
class ExecutionView:
    """An execution with its trace as people read it: one line per tool call and result."""

    execution: Execution
    trace: Sequence[str] = ()


@dataclass(frozen=True)
class GetExecution(Query[ExecutionView], needs="executions:read", raises=(ExecutionNotFound,)):
    """One execution; its trace lines are read unless `lines` is false. Raises ExecutionNotFound."""

    execution_id: str
    lines: bool = True


@dataclass(frozen=True)
class GetKindOfExecution(Query[str], needs="executions:run", raises=(ExecutionNotFound,)):
    """What kind of run an execution is, for whoever is about to have it run again. Raises ExecutionNotFound."""

    execution_id: str


@dataclass(frozen=True)
class ListExecutions(Query[Page[Execution]], needs="executions:read", raises=(MalformedInput,)):
    """A page of the caller's executions, newest first unless another order is asked for.

    Raises MalformedInput on a forged cursor, and on one of a list in another order.
    """

    wanted: ExecutionFilter = field(default_factory=ExecutionFilter)
    page: PageRequest = field(default_factory=PageRequest)
    order: ExecutionOrder = field(default_factory=ExecutionOrder)


@dataclass(frozen=True)
class ListEverybodysExecutions(Query[Page[Execution]], needs="others:read", raises=(MalformedInput,)):
    """A page of all users' executions; tags and feedback are anybody's. Raises MalformedInput as ListExecutions."""

    wanted: ExecutionFilter = field(default_factory=ExecutionFilter)
    page: PageRequest = field(default_factory=PageRequest)
    order: ExecutionOrder = field(default_factory=ExecutionOrder)


@dataclass(frozen=True)
class TracePage:
    """Stored events of an execution in order; `over` when the log's last event is among them or before them."""

    frames: Sequence[Frame]
    over: bool


@dataclass(frozen=True)
class ReadTrace(Query[TracePage], needs="executions:read", raises=(ExecutionNotFound,)):
    """Up to `limit` stored events after a seq, without waiting. Raises ExecutionNotFound."""

    execution_id: str
    after: int = 0
    limit: int = 100


@dataclass(frozen=True)
class ListInterrupts(Query[Sequence[Interrupt]], needs="executions:read", raises=(ExecutionNotFound,)):
    """The questions an execution has asked people, oldest first. Raises ExecutionNotFound."""

    execution_id: str


@dataclass(frozen=True)
class ListCheckpoints(Query[Sequence[Checkpoint]], needs="executions:read", raises=(ExecutionNotFound,)):
    """Up to `limit` kept states of an execution's graph, newest first. Raises ExecutionNotFound."""

    execution_id: str
    limit: int = 20


@dataclass(frozen=True)
class ListOpenQuestions(Query[Page[OpenQuestion]], needs="executions:read"):
    """A page of the questions that the caller's waiting executions ask people, newest first."""

    page: PageRequest = field(default_factory=PageRequest)


@dataclass(frozen=True, slots=True)
class ListOpenQuestionsHandler:
    """Handles ListOpenQuestions."""

    executions: Executions

    async def __call__(self, message: ListOpenQuestions, caller: Caller) -> Page[OpenQuestion]:
        """Return the page."""
        return await self.executions.open_questions(message.page)


@dataclass(frozen=True, slots=True)
class ListInterruptsHandler:
    """Handles ListInterrupts."""

    executions: Executions

    async def __call__(self, message: ListInterrupts, caller: Caller) -> Sequence[Interrupt]:
        """Return answered and open ones."""
        execution = await self.executions.existing(message.execution_id)
        return await self.executions.interrupts(execution.id)


@dataclass(frozen=True, slots=True)
class ListCheckpointsHandler:
    """Handles ListCheckpoints."""

    executions: Executions
    stored: StoredCheckpoints

    async def __call__(self, message: ListCheckpoints, caller: Caller) -> Sequence[Checkpoint]:
        """Return them."""
        execution = await self.executions.existing(message.execution_id)
        return await self.stored.list(execution.id, message.limit)


@dataclass(frozen=True, slots=True)
class GetExecutionHandler:
    """Handles GetExecution."""

    executions: Executions
    log: TraceLog

    async def __call__(self, message: GetExecution, caller: Caller) -> ExecutionView:
        """Return the execution as it is now."""
        execution = await self.executions.existing(message.execution_id)
        return ExecutionView(execution, await self._lines(execution) if message.lines else ())

    async def _lines(self, execution: Execution) -> list[str]:
        lines: list[str] = []
        after, ended = 0, execution.status.over
        while frames := await self.log.read(execution.id, after, PAGE_OF_FRAMES, ended=ended):
            lines += lines_of(frames)
            after = frames[-1].seq
            if len(frames) < PAGE_OF_FRAMES:
                break
        return lines


@dataclass(frozen=True, slots=True)
class GetKindOfExecutionHandler:
    """Handles GetKindOfExecution."""

    executions: Executions

    async def __call__(self, message: GetKindOfExecution, caller: Caller) -> str:
        """Return the kind."""
        return (await self.executions.existing(message.execution_id)).kind


@dataclass(frozen=True, slots=True)
class ListExecutionsHandler:
    """Handles ListExecutions."""

    executions: Executions

    async def __call__(self, message: ListExecutions, caller: Caller) -> Page[Execution]:
        """Return the page; an agent id that is none matches nothing."""
        wanted, page = message.wanted, message.page
        if wanted.agent_id is not None and not is_id(wanted.agent_id):
            return Page(items=(), total=0, skip=page.skip, limit=page.limit)
        return await self.executions.find(wanted, page, message.order)


@dataclass(frozen=True, slots=True)
class ListEverybodysExecutionsHandler:
    """Handles ListEverybodysExecutions."""

    executions: EverybodysExecutions

    async def __call__(self, message: ListEverybodysExecutions, caller: Caller) -> Page[Execution]:
        """Return the page."""
        return await self.executions.find(message.wanted, message.page, message.order)


@dataclass(frozen=True, slots=True)
class ReadTraceHandler:
    """Handles ReadTrace."""

    executions: Executions
    log: TraceLog

    async def __call__(self, message: ReadTrace, caller: Caller) -> TracePage:
        """Return the page."""
        execution = await self.executions.existing(message.execution_id)
        after, ended = min(message.after, MAX_SEQ), execution.status.over
        frames = await self.log.read(execution.id, after, message.limit, ended=ended)
        return TracePage(frames, frames[-1].terminal if frames else ended)
