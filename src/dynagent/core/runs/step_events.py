"""Events of the log about steps with runs of their own and about guardrails, and what all events have."""

from typing import Any, ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field


def is_none(value: Any) -> bool:
    """Say whether a field is left out of the JSON."""
    return value is None


class Event(BaseModel):
    """What all events of a log have."""

    model_config = ConfigDict(frozen=True)

    # Declared here so that it comes first in the JSON; every event narrows it to its own literal.
    type: Any
    seq: int = Field(default=0, description="Place in the execution's log, from 1 without gaps; assigned when stored.")
    timestamp: float = Field(description="When it happened, in seconds since the epoch.")
    attempt: int = Field(default=1, description="Which attempt at the execution wrote it, from 1.")
    span_id: str | None = Field(default=None, description="The step this event belongs to.")
    parent_span_id: str | None = Field(default=None, description="The step around that step.")

    terminal: ClassVar[bool] = False

    @property
    def taken_over(self) -> bool:
        """Whether another execution made this step, and paid for it; no attempt of this one did."""
        return self.attempt == 0


class CallError(BaseModel):
    """Why a call failed: a stable code, a sentence, and where in the tool's own source, as far as that is known."""

    model_config = ConfigDict(frozen=True)

    code: str
    message: str
    line: int | None = Field(default=None, exclude_if=is_none, description="Line of the tool's source, from 1.")
    source_line: str | None = Field(default=None, exclude_if=is_none, description="What stands in that line.")
    traceback: str | None = Field(
        default=None, exclude_if=is_none, description="How it came there: the frames of the tool's own source."
    )


class TaskStart(Event):
    """A step of a workflow or team begins as a run of its own, whose trace is that of `run_id`; its span is `key`."""

    type: Literal["task_start"] = "task_start"
    key: str = Field(description="Its place: node, rounds of loops, and tries.")
    step: str = Field(description="The node it is of.")
    name: str
    kind: str
    part: str = Field(default="", description="Which part of a step: a try, a review; empty for the step itself.")
    run_id: str
    task_id: str | None = None
    agent_id: str | None = None
    agent_name: str | None = None


class TaskEnd(Event):
    """A step has ended or was passed over. `output` is a text of it, cut at 4,000 characters.

    `value` is the whole output of a step that decides which way a run goes and has no run of its own.
    """

    type: Literal["task_end"] = "task_end"
    key: str
    step: str
    name: str
    status: str
    run_id: str | None = None
    output: str = ""
    value: Any = Field(default=None, exclude_if=lambda value: value is None)
    mocked: bool = Field(
        default=False, exclude_if=lambda mocked: not mocked, description="A test made the output up; nothing was run."
    )
    error: CallError | None = None
    duration_ms: float | None = None


class RunPaused(Event):
    """Nothing more of the run is begun from here on, until it is continued; its time limits stand still.

    Somebody asked for it, or a test came to a `breakpoint`: `steps` are the keys of the steps that it stopped before.
    """

    type: Literal["pause"] = "pause"
    reason: Literal["request", "breakpoint"] = "request"
    steps: tuple[str, ...] = ()


class RunContinued(Event):
    """The end of a pause; `paused_s` is how long it was, in seconds."""

    type: Literal["continue"] = "continue"
    paused_s: float


class GuardrailVerdict(Event):
    """What a guardrail of the agent says of a text or a call; `reason` never repeats what was found."""

    type: Literal["guardrail"] = "guardrail"
    key: str = Field(description="Deterministic key: the call or step that is looked at, and the guardrail.")
    guardrail_id: str
    name: str
    kind: str
    stage: str
    action: str
    passed: bool
    reason: str = ""
    tool: str | None = Field(default=None, exclude_if=is_none, description="Whose call is looked at.")


class Retrieval(Event):
    """What a tool found in knowledge bases, best first; `sources` are numbered as the model sees and cites them."""

    type: Literal["retrieval"] = "retrieval"
    query: str
    sources: list[dict[str, Any]] = Field(
        description="number, kb_id, document_id, document, page, chunk_id, score and similarity of each."
    )
    cut: int = Field(default=0, description="How many were found and left out: below the threshold.")
    duration_ms: float
