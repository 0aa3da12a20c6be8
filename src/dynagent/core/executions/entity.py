"""The execution: one run of one version of an agent, its states, and which changes they allow."""

import json
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Any, ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field

from dynagent.core.executions.interrupts import Interrupt
from dynagent.core.executions.trace import Connection
from dynagent.core.shared.errors import Busy, Conflict, DynagentError, ErrorKind, MalformedInput, NotFound
from dynagent.core.shared.events import DomainEvent

Lane = Literal["interactive", "batch", "quarantine"]
MAX_QUERY = 100_000
MAX_ATTEMPTS = 5
QUARANTINE_AFTER = 2


class ExecutionNotFound(NotFound):
    """No execution under this id that the caller may see."""

    code = "execution_not_found"


class ExecutionOver(Conflict):
    """The execution has ended; terminal states never change."""

    code = "execution_over"


class ExecutionLost(DynagentError):
    """This attempt no longer owns its execution: another has taken over, or it has ended. Write nothing more."""

    code = "execution_lost"


class ExecutionTimedOut(DynagentError):
    """The run took longer than its time limit."""

    kind = ErrorKind.UPSTREAM_TIMEOUT
    code = "run_timeout"


class ToolCallInDoubt(Conflict):
    """A tool that must not be repeated was being called when its worker died; only a person knows if it took place.

    `extra` carries `tool`, `call_key` and `arguments`.
    """

    code = "tool_call_in_doubt"


class TooManyExecutions(Busy):
    """The caller has too many executions waiting."""

    code = "too_many_executions"


class MalformedEventId(MalformedInput):
    """A Last-Event-ID that is not `<execution_id>:<seq>`, a sequence number, empty or -1."""

    code = "malformed_event_id"


class ExecutionStatus(StrEnum):
    """Where an execution stands."""

    PENDING = "pending"
    RUNNING = "running"
    WAITING = "waiting"
    COMPLETED = "completed"
    FAILED = "failed"
    CANCELLED = "cancelled"
    TIMED_OUT = "timed_out"

    @property
    def over(self) -> bool:
        """Whether this state is terminal."""
        return self not in (ExecutionStatus.PENDING, ExecutionStatus.RUNNING, ExecutionStatus.WAITING)


class Usage(BaseModel):
    """What a run used, summed over its model calls; durations in milliseconds."""

    model_config = ConfigDict(frozen=True)

    input_tokens: int = 0
    output_tokens: int = 0
    total_tokens: int = 0
    model_calls: int = 0
    tool_calls: int = 0
    estimated: bool = False


class RunError(BaseModel):
    """Why a run failed: a stable code and a sentence for people."""

    model_config = ConfigDict(frozen=True)

    code: str
    message: str


class Origin(BaseModel):
    """Which earlier execution this one repeats: `replay` from the start, `retry` or `fork` after the step at `seq`."""

    model_config = ConfigDict(frozen=True)

    execution_id: str
    kind: Literal["replay", "retry", "fork"]
    seq: int = 0


class Execution(BaseModel):
    """One run. `attempt` counts claims and fences writes; `crashes` counts workers that died holding it.

    `model` is the one asked for, `answered_model` the one that answered, by the name its endpoint gave. With an
    `output_schema` (the request's, else the agent's) the result is JSON text that fits it.
    """

    model_config = ConfigDict(frozen=True)

    id: str
    user_id: str
    agent_id: str
    agent_version: int
    agent_name: str
    query: str
    model: str | None = None
    context: dict[str, Any] = Field(default_factory=dict)
    chat_id: str | None = None
    lane: Lane = "interactive"
    priority: int = 0
    status: ExecutionStatus = ExecutionStatus.PENDING
    attempt: int = 0
    crashes: int = 0
    cancel_requested: bool = False
    deadline: datetime | None = None
    idempotency_key: str | None = None
    origin: Origin | None = None
    output_schema: dict[str, Any] | None = None
    result: str | None = None
    error: RunError | None = None
    usage: Usage = Field(default_factory=Usage)
    cost_usd: Decimal | None = None
    answered_model: str | None = None
    created_at: datetime
    started_at: datetime | None = None
    completed_at: datetime | None = None

    @classmethod
    def start(cls, *, timeout_s: float, now: datetime, **fields: Any) -> "Execution":
        """Return a pending execution whose deadline is `timeout_s` seconds from now."""
        return cls(created_at=now, deadline=now + timedelta(seconds=timeout_s), **fields)

    @property
    def duration_ms(self) -> float | None:
        """Milliseconds from start to end, None while it is not over."""
        if self.started_at is None or self.completed_at is None:
            return None
        return (self.completed_at - self.started_at).total_seconds() * 1000

    @property
    def output(self) -> Any:
        """The result as the JSON value that it is, None without an output schema or a result."""
        return None if self.output_schema is None or self.result is None else json.loads(self.result)

    def opening_event(self) -> Connection:
        """Return the log's first event; it is stored together with the row."""
        return Connection(
            seq=1,
            timestamp=self.created_at.timestamp(),
            attempt=0,
            execution_id=self.id,
            agent_id=self.agent_id,
            agent_name=self.agent_name,
            agent_version=self.agent_version,
            query=self.query,
        )

    def check_cancellable(self) -> None:
        """Refuse with ExecutionOver once it has ended."""
        if self.status.over:
            raise ExecutionOver(f"execution {self.id} has ended as {self.status.value}; it cannot be cancelled")


class Outcome(BaseModel):
    """How an attempt ended; stored with the last event in one transaction."""

    model_config = ConfigDict(frozen=True)

    status: ExecutionStatus
    result: str | None = None
    model: str | None = None
    error: RunError | None = None
    usage: Usage = Field(default_factory=Usage)
    cost_usd: Decimal | None = None
    interrupts: tuple[Interrupt, ...] = ()
    """Open questions, for the status `waiting`; stored with it."""


class ExecutionFilter(BaseModel):
    """Which executions a list shows; times are aware datetimes, `created_from` inclusive, `created_to` exclusive."""

    model_config = ConfigDict(frozen=True)

    agent_id: str | None = None
    chat_id: str | None = None
    schedule_id: str | None = None
    status: ExecutionStatus | None = None
    created_from: datetime | None = None
    created_to: datetime | None = None


class ChatNotFound(NotFound):
    """No chat under this id that the caller may see."""

    code = "chat_not_found"


class ChatInUse(Conflict):
    """A turn of the chat has not ended; cancel it or wait."""

    code = "chat_in_use"


class ChatFilter(BaseModel):
    """Which chats a list shows: with one agent, archived or not (None: both), with words in title or query."""

    model_config = ConfigDict(frozen=True)

    agent_id: str | None = None
    archived: bool | None = False
    search: str | None = None


class Chat(BaseModel):
    """A user's chat with an agent: the executions that share a chat id, seen as one.

    One that is archived comes back with its next turn.
    """

    model_config = ConfigDict(frozen=True)

    id: str
    agent_id: str
    agent_name: str
    title: str | None = None
    archived: bool = False
    turns: int
    first_query: str
    last_query: str
    last_execution_id: str
    started_at: datetime
    updated_at: datetime


class Checkpoint(BaseModel):
    """The state of a run's graph after a step: `iteration` is the step, -1 what it began with."""

    model_config = ConfigDict(frozen=True)

    thread_id: str
    state_data: dict[str, Any]
    iteration: int
    timestamp: datetime


class ExecutionStarted(DomainEvent):
    """An execution was accepted."""

    name: ClassVar[str] = "execution.started"
    execution_id: str
    agent_id: str
