"""The trace: every step of an execution as one ordered, gap-free, append-only log of events.

The log is what people watch, what is replayed for ever, and what recovery reads as its journal.
"""

from typing import Annotated, Any, ClassVar, Literal, get_args

from pydantic import Field

from dynagent.core.runs.interrupts import OnExpiry
from dynagent.core.runs.step_events import (
    CallError,
    Event,
    GuardrailVerdict,
    Retrieval,
    RunContinued,
    RunPaused,
    TaskEnd,
    TaskStart,
    is_none,
)
from dynagent.core.shared.calls import Aside, TokenUsage, ToolCall


class Connection(Event):
    """The first event of every log: the execution is accepted."""

    type: Literal["connection"] = "connection"
    status: Literal["connected"] = "connected"
    execution_id: str
    agent_id: str
    agent_name: str
    agent_version: int
    query: str
    context: dict[str, Any] = Field(
        default_factory=dict[str, Any], exclude_if=lambda given: not given, description="The data sent along."
    )


class NodeStart(Event):
    """A node of the graph begins; its span is the parent of everything inside."""

    type: Literal["node_start"] = "node_start"
    node: str


class NodeEnd(Event):
    """A node of the graph has ended; `error` when by an exception."""

    type: Literal["node_end"] = "node_end"
    node: str
    duration_ms: float
    error: str | None = None


class Token(Event):
    """Text of a message as it streams, coalesced over a short window.

    `offset` is where this piece begins in the message, in characters; `parts` keeps what was coalesced, as pairs
    `[characters, milliseconds since the message's first piece]`, so that a replay can type at the original speed.
    """

    type: Literal["token"] = "token"
    message_id: str
    content: str
    offset: int
    parts: list[tuple[int, int]] = Field(default_factory=list[tuple[int, int]])


class Message(Event):
    """A complete reply of a model: its text and the tool calls it asks for. `final` marks the run's answer."""

    type: Literal["message"] = "message"
    role: Literal["assistant"] = "assistant"
    message_id: str
    content: str
    tool_calls: tuple[ToolCall, ...] = ()
    model: str
    finish_reason: str = "stop"
    final: bool = False
    call_key: str = Field(description="Deterministic key of the model call; recovery finds the reply by it.")
    token_usage: TokenUsage = Field(default_factory=TokenUsage)
    aside: Aside | None = Field(
        default=None, exclude_if=is_none, description="Thoughts, and what the model wants back."
    )


class ToolStart(Event):
    """A tool is about to be called. `line` is the same as a person reads it: `▶ calculator(expression="23*19")`."""

    type: Literal["tool_start"] = "tool_start"
    tool: str
    arguments: dict[str, Any]
    call_id: str = Field(description="The model's id of this call.")
    call_key: str = Field(description="Deterministic key of the call; idempotency key is `<execution_id>:<call_key>`.")
    repeatable: bool = True
    line: str


class ToolEnd(Event):
    """A tool call has ended, with a result or an error. `line`: `✔ Result: 437`."""

    type: Literal["tool_end"] = "tool_end"
    tool: str
    call_id: str
    call_key: str
    result: Any = None
    error: CallError | None = None
    duration_ms: float
    logs: str = ""
    cpu_ms: float | None = None
    peak_memory_kb: int | None = None
    line: str


class UsageReport(Event):
    """What one model call used; `cost_usd` as a decimal text, null when the model has no known price."""

    type: Literal["usage"] = "usage"
    model: str
    input_tokens: int
    output_tokens: int
    total_tokens: int
    cached_input_tokens: int = 0
    reasoning_tokens: int = 0
    estimated: bool = False
    cost_usd: str | None = None
    duration_ms: float
    first_token_ms: float | None = None


class Retry(Event):
    """Something is done again: a model call, or the execution after its worker died (then messages start anew).

    `output`: the answer did not fit the output schema, and the model is asked for another one.
    """

    type: Literal["retry"] = "retry"
    what: Literal["model", "tool", "execution", "fallback", "output"]
    reason: str
    error_code: str
    delay_s: float = 0.0
    try_number: int = Field(description="Number of the coming try, from 2.")


class Detail(Event):
    """What only runs of agents with `verbose_flag` tell: how the run is set up, what a model call is made of.

    `plan`: before the first step. `request` and `reply`: before and after each model call that is really made.
    `line` is the same as a person reads it, `data` has its numbers and names.
    """

    type: Literal["detail"] = "detail"
    about: Literal["plan", "request", "reply"]
    line: str
    data: dict[str, Any] = Field(default_factory=dict[str, Any])


class InterruptRaised(Event):
    """The run waits for a person; answer with POST /api/executions/{id}/resume."""

    type: Literal["interrupt"] = "interrupt"
    interrupt_id: str
    call_key: str = Field(description="The call it is about.")
    reason: str
    value: dict[str, Any]
    response_schema: dict[str, Any] = Field(description="JSON Schema of the answer.")
    expires_after_s: float | None = Field(default=None, description="Seconds to answer in; null: no limit.")
    on_expiry: OnExpiry | None = Field(default=None, description="Then the call is refused, or the run fails.")


class Resumed(Event):
    """A person has answered an interrupt, or it expired; the run goes on when none of its interrupts is open."""

    type: Literal["resume"] = "resume"
    interrupt_id: str
    call_key: str
    reason: str = Field(description="Why it was asked: approval, in_doubt or input.")
    answer: dict[str, Any]
    answered_by: str = Field(description="The id of who answered; empty when it expired.")
    expired: bool = Field(default=False, description="Nobody answered in time: the answer is the agent's default.")


class Complete(Event):
    """The last event of a successful run."""

    terminal: ClassVar[bool] = True
    type: Literal["complete"] = "complete"
    result: str
    model: str
    input_tokens: int
    output_tokens: int
    cost_usd: str | None = None
    duration_ms: float
    answered_by: dict[str, str] | None = Field(
        default=None, exclude_if=is_none, description="The other agent whose answer it is, and that one's run."
    )


class Failed(Event):
    """The last event of a run that failed or ran out of time."""

    terminal: ClassVar[bool] = True
    type: Literal["error"] = "error"
    message: str
    error_code: str
    duration_ms: float


class Cancelled(Event):
    """The last event of a run that was cancelled."""

    terminal: ClassVar[bool] = True
    type: Literal["cancelled"] = "cancelled"
    reason: str
    duration_ms: float


AnyTraceEvent = (
    Connection
    | NodeStart
    | NodeEnd
    | Token
    | Message
    | ToolStart
    | ToolEnd
    | UsageReport
    | TaskStart
    | TaskEnd
    | RunPaused
    | RunContinued
    | GuardrailVerdict
    | Retrieval
    | Retry
    | Detail
    | InterruptRaised
    | Resumed
    | Complete
    | Failed
    | Cancelled
)
TraceEvent = Annotated[AnyTraceEvent, Field(discriminator="type")]
TERMINAL_TYPES = frozenset({"complete", "error", "cancelled"})
EVENT_CLASSES: tuple[type[Event], ...] = get_args(AnyTraceEvent)
