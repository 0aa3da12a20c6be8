"""What a run is to do, and who does it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

from dynagent.core.executions.entity import Execution
from dynagent.core.runs import Claim, OnExpiry, Outcome, TraceRecorder


@dataclass(frozen=True, slots=True, kw_only=True)
class RunPlan:
    """What a runner is told: prompt, model, tools by name, limits in seconds, earlier turns as (question, answer).

    `tool_settings` maps the name of a configured tool to (tool type, settings); `requires_approval` names the tools
    whose calls wait for a person, for `approval_timeout_s` at most (None: as set for all); `key_prefix` keeps the
    calls of a second plan of one run (its fallback) apart; `fallback_models` step in for the model, in this order;
    `max_rpm` bounds the model calls of the agent per minute; with an `output_schema` the answer is the JSON text of a
    value that fits it. Without a temperature the model's own counts. A `verbose` run tells its details in the trace.
    `context_overflow` says what becomes of turns that the model has no room for (None: as set for all).
    """

    system_prompt: str
    model: str | None
    temperature: float | None
    tools: Sequence[str]
    fallback_models: Sequence[str] = ()
    max_rpm: int | None = None
    tool_settings: Mapping[str, tuple[str, dict[str, Any]]] = field(
        default_factory=dict[str, tuple[str, dict[str, Any]]]
    )
    requires_approval: Sequence[str] = ()
    approval_timeout_s: float | None = None
    on_approval_timeout: OnExpiry | None = None
    max_iter: int = 15
    call_timeout_s: float = 60.0
    history: Sequence[tuple[str, str]] = ()
    key_prefix: str = ""
    output_schema: dict[str, Any] | None = None
    verbose: bool = False
    context_overflow: Literal["summary", "cut", "fail"] | None = None


class Chats(Protocol):
    """Earlier turns of a chat with an agent."""

    async def turns(self, execution: Execution) -> list[tuple[str, str]]:
        """Return (question, answer) of the completed executions before this one, oldest first."""
        ...


class AgentRunner(Protocol):
    """Runs the graph of an agent."""

    async def run(self, claim: Claim, plan: RunPlan, trace: TraceRecorder) -> Outcome:
        """Run to the end and return the outcome (completed or waiting), recording every step. Raises DynagentError."""
        ...
