"""Executions as JSON."""

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field
from typing_extensions import TypeAliasType

from dynagent.application.commands.executions import StartExecution
from dynagent.application.queries.executions import ExecutionView, TracePage
from dynagent.core.executions import AGENT, MAX_QUERY, Execution
from dynagent.core.runs import MARKS, MAX_LISTED_RESULT, AnsweredBy, Origin, RunError, RunStatus, Usage
from dynagent.core.runs import TraceEvent as AnyEvent
from dynagent.core.shared.paging import Page
from dynagent.presentation.api.shared.contexts import RunData
from dynagent.presentation.api.shared.paging import Envelope, page_fields

NOT_BLANK = r"\S"
Query = Annotated[str, Field(min_length=1, max_length=MAX_QUERY, pattern=NOT_BLANK)]
ChatId = Annotated[str, Field(min_length=1, max_length=200)]
ModelName = Annotated[str, Field(min_length=1, max_length=200)]

OutputSchema = Annotated[
    dict[str, Any] | None,
    Field(description="JSON Schema that the result must fit, instead of the agent's own; `output` is the value then."),
]

FileIds = Annotated[
    list[Annotated[str, Field(min_length=1, max_length=100)]],
    Field(
        max_length=20,
        description="Files sent along: the model is given their text, marked as data; pictures it is shown.",
    ),
]

TraceEvent = TypeAliasType("TraceEvent", AnyEvent)
"""The union of all trace events under a name of its own in the OpenAPI document."""


class ExecutionBody(BaseModel):
    """A request to run an agent. `sync` waits for the end, `async` answers at once."""

    model_config = ConfigDict(extra="forbid")

    agent_id: str = Field(min_length=1, max_length=100)
    query: Query = Field(examples=["First, compute 23*19 using the calculator."])
    conversation_id: ChatId | None = Field(default=None, description="Earlier turns under it are remembered.")
    mode: Literal["sync", "async"] = "sync"
    model: ModelName | None = Field(default=None, description="Instead of the agent's own model.")
    context: RunData = Field(default_factory=dict)
    lane: Literal["interactive", "batch"] = "interactive"
    priority: int = Field(default=0, ge=-100, le=100, strict=True)
    output_schema: OutputSchema = None
    file_ids: FileIds = Field(default_factory=list)

    def message(self, idempotency_key: str | None) -> StartExecution:
        """Return the command."""
        return StartExecution(
            agent_id=self.agent_id,
            query=self.query,
            model=self.model,
            context=self.context,
            chat_id=self.conversation_id,
            lane=self.lane,
            priority=self.priority,
            idempotency_key=idempotency_key,
            output_schema=self.output_schema,
            file_ids=tuple(self.file_ids),
        )


class ExecutionSummary(BaseModel):
    """An execution without its trace. Times are ISO 8601 in UTC, durations milliseconds, cost US dollars."""

    id: str
    execution_id: str
    user_id: str = Field(description="Whose it is.")
    kind: str = Field(description="`agent`, `workflow`, or what a step of a workflow is: `tool`, `timer` …")
    parent_run_id: str | None = Field(description="The run that this one is a step of.")
    root_run_id: str | None = Field(description="The run at the top of the tree that this one is within.")
    agent_id: str = Field(description="Empty where no agent runs.")
    agent_name: str = Field(description="The agent's name, else that of the workflow or the step.")
    agent_version: int = Field(description="0 where no agent runs.")
    workflow_id: str | None = Field(description="The workflow that is run, or that the step is of; null for agents.")
    workflow_version: int | None
    inputs: Any = Field(description="What a workflow, or a step without an agent, was given.")
    paused_at: datetime | None = Field(description="Nothing of it is begun since then; null: it is not paused.")
    query: str
    file_ids: list[str] = Field(description="The files that were sent along with the query.")
    conversation_id: str | None
    status: RunStatus
    result: str | None
    result_shortened: bool = Field(
        default=False, description="In lists: the result is longer than shown, and `output` is null; ask for the one."
    )
    output: Any = Field(description="The result as JSON: of agents where an output schema was given, else of all.")
    error: RunError | None
    usage: Usage
    cost_usd: float | None = Field(description="Null when the model's price is not known.")
    model: str | None = Field(description="The model that answered; before that, the one asked for.")
    requested_model: str | None = Field(description="The model asked for.")
    answered_by: AnsweredBy | None = Field(description="The other agent that it was handed over to and that answered.")
    marks: tuple[str, ...] = Field(
        description="What was out of the ordinary, once it has ended or waits: " + ", ".join(MARKS) + "."
    )
    lane: str
    priority: int
    attempt: int
    cancel_requested: bool
    origin: Origin | None = Field(description="Which execution this one repeats, and how.")
    created_at: datetime
    started_at: datetime | None
    completed_at: datetime | None
    duration_ms: float | None

    @classmethod
    def of(cls, execution: Execution) -> "ExecutionSummary":
        """Return the answer for an execution."""
        return cls.model_construct(**_fields(execution))

    @classmethod
    def of_listed(cls, execution: Execution) -> "ExecutionSummary":
        """Return the answer for an execution in a list: of a long result its beginning, and no output."""
        result = execution.result
        if result is None or len(result) <= MAX_LISTED_RESULT:
            return cls.of(execution)
        fields = _fields(execution.model_copy(update={"result": None}))
        fields |= {"result": result[:MAX_LISTED_RESULT] + "…", "result_shortened": True}
        return cls.model_construct(**fields)


class ExecutionOut(ExecutionSummary):
    """An execution with its trace as people read it: one line per tool call and result."""

    context: dict[str, Any] = Field(description="The data that was sent along with the query.")
    trace: list[str]

    @classmethod
    def of_view(cls, view: ExecutionView) -> "ExecutionOut":
        """Return the answer for an execution and its lines."""
        run = view.execution
        return cls.model_construct(**_fields(run), context=run.context, trace=list(view.trace))


class ExecutionList(Envelope):
    """A page of executions, newest first."""

    executions: list[ExecutionSummary]

    @classmethod
    def of(cls, page: Page[Execution]) -> "ExecutionList":
        """Return the answer for a page."""
        return cls(executions=[ExecutionSummary.of_listed(item) for item in page.items], **page_fields(page))


class TraceEvents(BaseModel):
    """Stored events in order. `next_after` asks for the following page; `over` once the log can grow no more."""

    events: list[TraceEvent]
    next_after: int
    over: bool


def encode_trace_page(page: TracePage, after: int) -> bytes:
    """Return the JSON of TraceEvents with each event's bytes exactly as they are stored and streamed."""
    events = b",".join(frame.payload for frame in page.frames)
    following = page.frames[-1].seq if page.frames else after
    return b'{"events":[%b],"next_after":%d,"over":%b}' % (events, following, b"true" if page.over else b"false")


def _fields(execution: Execution) -> dict[str, Any]:
    of_agent = execution.kind == AGENT
    return {
        "id": execution.id,
        "execution_id": execution.id,
        "user_id": execution.user_id,
        "kind": execution.kind,
        "parent_run_id": execution.parent_run_id,
        "root_run_id": execution.root_run_id,
        "agent_id": execution.subject_id if of_agent else "",
        "agent_name": execution.subject_name,
        "agent_version": execution.subject_version if of_agent else 0,
        "workflow_id": None if of_agent else execution.subject_id,
        "workflow_version": None if of_agent else execution.subject_version,
        "inputs": execution.inputs,
        "paused_at": execution.paused_at,
        "query": execution.query,
        "file_ids": list(execution.file_ids),
        "conversation_id": execution.chat_id,
        "status": execution.status,
        "result": execution.result,
        "output": execution.output,
        "error": execution.error,
        "usage": execution.usage,
        "cost_usd": None if execution.cost_usd is None else float(execution.cost_usd),
        "model": execution.answered_model or execution.model,
        "requested_model": execution.model,
        "answered_by": execution.answered_by,
        "marks": execution.marks,
        "lane": execution.lane,
        "priority": execution.priority,
        "attempt": execution.attempt,
        "cancel_requested": execution.cancel_requested,
        "origin": execution.origin,
        "created_at": execution.created_at,
        "started_at": execution.started_at,
        "completed_at": execution.completed_at,
        "duration_ms": execution.duration_ms,
    }


class RunBody(BaseModel):
    """A request to one agent (004's form of an execution)."""

    model_config = ConfigDict(extra="forbid")

    input: str = Field(min_length=1, max_length=100_000, pattern=NOT_BLANK, examples=["Compute 23*19"])
    conversation_id: str | None = Field(default=None, min_length=1, max_length=200)
    context: RunData = Field(default_factory=dict)
    output_schema: OutputSchema = None
    file_ids: FileIds = Field(default_factory=list)
