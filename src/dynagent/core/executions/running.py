"""What a run is to do, and who does it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

from dynagent.core.executions.entity import Execution
from dynagent.core.runs import Claim, OnExpiry, Outcome, Run, TraceRecorder
from dynagent.core.shared.guards import GuardRule
from dynagent.core.shared.pictures import Picture


@dataclass(frozen=True, slots=True, kw_only=True)
class Callee:
    """An agent that the model may call as a tool by this name or, for a `handoff`, give the rest of the run to.

    `mapping` takes values of the run along into the other's context: name there → path, as in workflows.
    """

    name: str
    description: str
    agent_id: str
    agent_name: str
    handoff: bool = False
    mapping: Mapping[str, str] = field(default_factory=dict[str, str])


class AgentCalls(Protocol):
    """Starts other agents from within one run, as its child runs."""

    @property
    def callees(self) -> Sequence[Callee]:
        """The agents that may be called."""
        ...

    def begin(self, query: str) -> None:
        """Take what the run is asked, as its guardrails let it through."""
        ...

    async def start(self, callee: Callee, key: str, *, query: str | None = None, said: str = "") -> Run:
        """Start an agent's run under this key, or find it; return it as it stands.

        It is asked the run's own query unless another is given. `said` is what this agent has so far.

        Raises AgentCycle, AgentNotFound, RunsTooDeep, TooManyChildren, RunLost.
        """
        ...

    def started(self, key: str) -> bool:
        """Say whether an agent's run was started under this key, in this attempt or an earlier one."""
        ...

    async def join(self) -> None:
        """Return when all that were started have ended. Raises AwaitsChildren before that."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class RunPlan:
    """What a runner is told: prompt, model, tools by name, limits in seconds, earlier turns as (question, answer).

    `tool_settings` maps the name of a configured tool to (tool type, settings); `requires_approval` names the tools
    whose calls wait for a person, for `approval_timeout_s` at most (None: as set for all); `key_prefix` keeps the
    calls of a second plan of one run (its fallback) apart; `fallback_models` step in for the model, in this order;
    `max_rpm` bounds the model calls of the agent per minute; with an `output_schema` the answer is the JSON text of a
    value that fits it. Without a temperature the model's own counts. A `verbose` run tells its details in the trace.
    `context_overflow` says what becomes of turns that the model has no room for (None: as set for all). `guards` are
    looked at in this order; `agents` can be called like tools; `pictures` are shown with the question.
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
    guards: Sequence[GuardRule] = ()
    agents: AgentCalls | None = None
    pictures: Sequence[Picture] = ()


class Chats(Protocol):
    """Earlier turns of a chat with an agent."""

    async def turns(self, execution: Execution) -> list[tuple[str, str]]:
        """Return (question, answer) of the completed executions before this one, oldest first."""
        ...

    async def file_ids(self, execution: Execution) -> list[str]:
        """Return the ids of files that those were asked with, the newest first."""
        ...


class AgentRunner(Protocol):
    """Runs the graph of an agent."""

    async def run(self, claim: Claim, plan: RunPlan, trace: TraceRecorder) -> Outcome:
        """Run to the end and return the outcome (completed or waiting), recording every step. Raises DynagentError."""
        ...
