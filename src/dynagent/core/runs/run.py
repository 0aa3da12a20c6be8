"""The run: one piece of work of a kind on a subject, its states, and which changes they allow."""

import json
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field

from dynagent.core.runs.interrupts import Interrupt
from dynagent.core.runs.trace import Connection
from dynagent.core.shared.errors import Conflict, DynagentError, ErrorKind, MalformedInput

Lane = Literal["interactive", "batch", "quarantine"]
MAX_ATTEMPTS = 5
QUARANTINE_AFTER = 2
MAX_LISTED_RESULT = 10_000
"""Characters of a result that lists show: a page of whole ones may be gigabytes."""


class RunLost(DynagentError):
    """This attempt no longer owns its run: another has taken over, or it has ended. Write nothing more."""

    code = "execution_lost"


class RunTimedOut(DynagentError):
    """The run took longer than its time limit."""

    kind = ErrorKind.UPSTREAM_TIMEOUT
    code = "run_timeout"


class UnknownRunKind(DynagentError):
    """This process has no runner for runs of this kind; `extra` carries `kind`."""

    code = "unknown_run_kind"


class ToolCallInDoubt(Conflict):
    """A tool that must not be repeated was being called when its worker died; only a person knows if it took place.

    `extra` carries `tool`, `call_key` and `arguments`.
    """

    code = "tool_call_in_doubt"


class MalformedEventId(MalformedInput):
    """A Last-Event-ID that is not `<execution_id>:<seq>`, a sequence number, empty or -1."""

    code = "malformed_event_id"


class RunStatus(StrEnum):
    """Where a run stands."""

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
        return self not in (RunStatus.PENDING, RunStatus.RUNNING, RunStatus.WAITING)


class Usage(BaseModel):
    """What a run used, summed over its model calls; durations in milliseconds."""

    model_config = ConfigDict(frozen=True)

    input_tokens: int = 0
    output_tokens: int = 0
    total_tokens: int = 0
    model_calls: int = 0
    tool_calls: int = 0
    failed_tool_calls: int = 0
    estimated: bool = False

    def plus(self, other: "Usage") -> "Usage":
        """Return the sum of both."""
        return Usage(
            input_tokens=self.input_tokens + other.input_tokens,
            output_tokens=self.output_tokens + other.output_tokens,
            total_tokens=self.total_tokens + other.total_tokens,
            model_calls=self.model_calls + other.model_calls,
            tool_calls=self.tool_calls + other.tool_calls,
            failed_tool_calls=self.failed_tool_calls + other.failed_tool_calls,
            estimated=self.estimated or other.estimated,
        )


class RunError(BaseModel):
    """Why a run failed: a stable code and a sentence for people."""

    model_config = ConfigDict(frozen=True)

    code: str
    message: str


class Origin(BaseModel):
    """Which earlier run this one repeats: `replay` from the start, `retry` or `fork` after the step at `seq`."""

    model_config = ConfigDict(frozen=True)

    execution_id: str
    kind: Literal["replay", "retry", "fork"]
    seq: int = 0


class AnsweredBy(BaseModel):
    """Whose answer a run's result is, where that is another agent's: by a handoff, or a row of them."""

    model_config = ConfigDict(frozen=True)

    agent_id: str
    agent_name: str
    execution_id: str


class Run(BaseModel):
    """One run. `attempt` counts claims and fences writes; `crashes` counts workers that died holding it.

    `kind` says who runs it (a noun's Runner), `subject_id` and `subject_version` what it is a run of, `input` what its
    runner needs besides. `answered_model` is the model that answered, by the name its endpoint gave. A child run names
    its `parent_run_id` and the `root_run_id` of the whole tree. `correlation_id` is that of the request that started
    the tree, for logs; None when no request did. `marks` say what was out of the ordinary (`MARKS`), `answered_by`
    which other agent it was handed over to. `paused_at` is that of a tree's root: since then nothing of the tree is
    begun.
    """

    model_config = ConfigDict(frozen=True)

    id: str
    user_id: str
    kind: str
    subject_id: str
    subject_version: int
    subject_name: str
    input: dict[str, Any] = Field(default_factory=dict)
    parent_run_id: str | None = None
    root_run_id: str | None = None
    correlation_id: str | None = None
    chat_id: str | None = None
    lane: Lane = "interactive"
    priority: int = 0
    status: RunStatus = RunStatus.PENDING
    attempt: int = 0
    crashes: int = 0
    cancel_requested: bool = False
    deadline: datetime | None = None
    paused_at: datetime | None = None
    idempotency_key: str | None = None
    origin: Origin | None = None
    result: str | None = None
    error: RunError | None = None
    usage: Usage = Field(default_factory=Usage)
    cost_usd: Decimal | None = None
    answered_model: str | None = None
    answered_by: AnsweredBy | None = None
    marks: tuple[str, ...] = ()
    created_at: datetime
    started_at: datetime | None = None
    completed_at: datetime | None = None

    @classmethod
    def start(cls, *, timeout_s: float, now: datetime, **fields: Any) -> Self:
        """Return a pending run whose deadline is `timeout_s` seconds from now."""
        return cls(created_at=now, deadline=now + timedelta(seconds=timeout_s), **fields)

    @property
    def query(self) -> str:
        """What was asked, as lists show it; empty for kinds whose input has no `query`."""
        return self.input.get("query") or ""

    @property
    def value(self) -> Any:
        """The result as a JSON value, None while there is none."""
        return None if self.result is None else json.loads(self.result)

    @property
    def duration_ms(self) -> float | None:
        """Milliseconds from start to end, None while it is not over."""
        if self.started_at is None or self.completed_at is None:
            return None
        return (self.completed_at - self.started_at).total_seconds() * 1000

    def opening_event(self) -> Connection:
        """Return the log's first event; it is stored together with the row."""
        return Connection(
            seq=1,
            timestamp=self.created_at.timestamp(),
            attempt=0,
            execution_id=self.id,
            agent_id=self.subject_id,
            agent_name=self.subject_name,
            agent_version=self.subject_version,
            query=self.query,
            context=self.input.get("context") or {},
        )


class Outcome(BaseModel):
    """How an attempt ended; stored with the last event in one transaction."""

    model_config = ConfigDict(frozen=True)

    status: RunStatus
    result: str | None = None
    model: str | None = None
    error: RunError | None = None
    usage: Usage = Field(default_factory=Usage)
    cost_usd: Decimal | None = None
    marks: tuple[str, ...] = ()
    answered_by: AnsweredBy | None = None
    interrupts: tuple[Interrupt, ...] = ()
    """Open questions, for the status `waiting`; stored with it."""
    awaits_children: int | None = None
    """For the status `waiting`: the run goes on when at most so many of its children are open, at once if it is so."""
    has_children: bool = False
    """The run may have started others: what those used that have ended is added to its own."""

    @classmethod
    def of(cls, value: Any, **fields: Any) -> Self:
        """Return a completed run's outcome whose result is a JSON value, as `Run.value` gives it back."""
        return cls(status=RunStatus.COMPLETED, result=json.dumps(value, ensure_ascii=False), **fields)
