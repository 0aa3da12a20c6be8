"""Other agents within an agent's run: called as tools, or given the rest of the run; each as a child run of its own.

The run that waits for them holds no slot: it begins anew when they have ended, and takes what it did from its journal.
"""

import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from dynagent.core.agents import AgentConfigurations
from dynagent.core.executions import AGENT, AgentCalls, Callee, Execution
from dynagent.core.runs import (
    AnsweredBy,
    AwaitsChildren,
    CallError,
    ChildRun,
    ChildRuns,
    Claim,
    Run,
    RunStatus,
    TaskEnd,
    TaskStart,
    TraceRecorder,
)
from dynagent.core.shared.errors import Conflict, ErrorKind, Violation
from dynagent.core.tools import CallContext, InvalidArguments, RunnableTool, ToolFailed, ToolOutcome
from dynagent.core.workflows import MissingValue, value_at

MAX_SHARED_CHARS = 4000
"""Characters of what one agent said that others are given."""

ASKED = {
    "type": "object",
    "properties": {"query": {"type": "string", "minLength": 1, "description": "What the agent is asked, in full."}},
    "required": ["query"],
    "additionalProperties": False,
}
HANDED = {
    "type": "object",
    "properties": {
        "summary": {"type": "string", "description": "What you have found out so far, for the agent that takes over."}
    },
    "additionalProperties": False,
}


class AgentCycle(Conflict):
    """An agent was to be called by one that works for it; `extra` has the ids as `agents`, the first caller first."""

    code = "agent_cycle"


class AgentFailed(ToolFailed):
    """The run of the agent that was called did not come to an answer."""

    kind = ErrorKind.UPSTREAM_FAILED
    code = "agent_failed"


@dataclass(slots=True, kw_only=True)
class ChildAgents(AgentCalls):
    """Starts agents as children of one claimed run, and tells of them in its trace.

    `output_schema` is what the caller of the run wants the answer to fit, whoever gives it.
    """

    claim: Claim
    recorder: TraceRecorder
    children: ChildRuns
    agents: AgentConfigurations
    callees: Sequence[Callee]  # pyright: ignore[reportIncompatibleMethodOverride]
    agent_name: str
    output_schema: dict[str, Any] | None = None
    _query: str = ""
    _noted: set[str] = field(default_factory=set[str])
    _said: dict[str, str] = field(default_factory=dict[str, str])

    def begin(self, query: str) -> None:
        """Take what the run is asked, as its guardrails let it through."""
        self._query = query

    async def start(self, callee: Callee, key: str, *, query: str | None = None, said: str = "") -> Run:
        """Start an agent's run under this key, or find it; return it as it stands.

        Raises AgentCycle, AgentNotFound, RunsTooDeep, TooManyChildren, RunLost.
        """
        run = self.claim.run
        callers: list[str] = [*(run.input.get("callers") or ()), run.subject_id]
        if not callee.handoff and callee.agent_id in callers:
            raise AgentCycle(
                f"agent {callee.agent_name!r} waits for this very answer: those that work for it cannot call it",
                extra={"agents": [*callers, callee.agent_id]},
            )
        version = await self.agents.latest(callee.agent_id, run.user_id)
        own = version.configuration
        asked: dict[str, Any] = {
            "query": self._query if query is None else query,
            "model": own.model,
            "context": self._shared(callee, said),
            "output_schema": (self.output_schema if callee.handoff else None) or own.output_schema,
            "callers": callers[:-1] if callee.handoff else callers,
        }
        if callee.handoff:
            asked["file_ids"] = list(run.input.get("file_ids") or ())
            asked["handoffs"] = [*(run.input.get("handoffs") or ()), [run.subject_id, callee.agent_id]]
        child = ChildRun(
            key=key,
            kind=AGENT,
            subject_id=version.agent_id,
            subject_version=version.version,
            subject_name=own.shown_name,
            input=asked,
            timeout_s=own.run_timeout_s,
        )
        [started] = await self.children.start([child])
        self._note(callee, f"{key}/agent", started)
        return started

    def started(self, key: str) -> bool:
        """Say whether an agent's run was started under this key, in this attempt or an earlier one."""
        return f"{key}/agent" in self._noted or self.claim.journal.task_started(f"{key}/agent")

    async def join(self) -> None:
        """Return when all that were started have ended. Raises AwaitsChildren before that."""
        await self.children.join()

    def state(self, said: Any) -> dict[str, Any]:
        """Return what conditions and mappings speak of: the input, what this agent said, what others said."""
        given = self._given
        return {"inputs": {**given, "query": self._query}, "last": said, "steps": self._results(given)}

    def _shared(self, callee: Callee, said: str) -> dict[str, Any]:
        """Return the context of a run that takes up this one's work."""
        given, run = self._given, self.claim.run
        results = self._results(given)
        if said:
            results[self.agent_name] = _cut(said)
        mapped: dict[str, Any] = {}
        state = self.state(_as_json(said))
        for name, path in callee.mapping.items():
            try:
                mapped[name] = value_at(state, path)
            except MissingValue:
                continue  # what is not there is not taken along
        return {
            **given,
            **mapped,
            "original_query": given.get("original_query") or self._query,
            "timestamp": given.get("timestamp") or run.created_at.isoformat(),
            "intermediate_results": results,
        }

    @property
    def _given(self) -> dict[str, Any]:
        run = self.claim.run
        return dict(run.context) if isinstance(run, Execution) else {}

    def _results(self, given: Mapping[str, Any]) -> dict[str, str]:
        earlier = given.get("intermediate_results")
        ended = {end.name: end.output for end in self.claim.journal.task_ends.values() if end.status == "completed"}
        return {**(earlier if isinstance(earlier, dict) else {}), **ended, **self._said}

    def _note(self, callee: Callee, key: str, run: Run) -> None:
        journal, now = self.claim.journal, time.time()
        kind = "handoff" if callee.handoff else "agent"
        names: dict[str, Any] = {"key": key, "step": callee.name, "name": run.subject_name, "run_id": run.id}
        if key not in self._noted and not journal.task_started(key):
            self._noted.add(key)
            about: dict[str, Any] = {"kind": kind, "agent_id": run.subject_id, "agent_name": run.subject_name}
            self.recorder.record(TaskStart(timestamp=now, span_id=key, **names, **about))
        ended = f"{key}/end"
        if run.status.over and ended not in self._noted and key not in journal.task_ends:
            self._noted.add(ended)
            output = _cut(run.result or "")
            if run.status is RunStatus.COMPLETED:
                self._said[run.subject_name] = output
            error = run.error and CallError(code=run.error.code, message=run.error.message)
            self.recorder.record(
                TaskEnd(
                    timestamp=now,
                    span_id=key,
                    status=run.status.value,
                    output=output,
                    error=error,
                    duration_ms=run.duration_ms,
                    **names,
                )
            )


class AgentTool(RunnableTool):
    """An agent as the model sees it: a tool, or a way to hand over."""

    def __init__(self, callee: Callee, calls: AgentCalls) -> None:
        self.callee = callee
        self._calls = calls
        self._ended: dict[str, Run] = {}

    @property
    def name(self) -> str:
        """The name the model calls it by."""
        return self.callee.name

    @property
    def description(self) -> str:
        """What it is for."""
        return self.callee.description

    @property
    def parameters(self) -> dict[str, Any]:
        """What it is asked, or given along."""
        return HANDED if self.callee.handoff else ASKED

    @property
    def repeatable(self) -> bool:
        """Its run is found again under its key."""
        return True

    async def call(self, arguments: dict[str, Any], context: CallContext) -> ToolOutcome:
        """Start its run, or find it. Raises AwaitsChildren while it has not ended, AgentFailed, AgentCycle."""
        run = await self.run(arguments, context.idempotency_key.partition(":")[2])
        if not run.status.over:
            raise AwaitsChildren(f"the run of agent {self.callee.agent_name!r} has not ended")
        if run.status is not RunStatus.COMPLETED:
            words = run.error.message if run.error else f"its run was {run.status.value}"
            raise AgentFailed(f"agent {self.callee.agent_name!r} gave no answer: {words}", extra={"run_id": run.id})
        return ToolOutcome(run.value)

    async def run(self, arguments: dict[str, Any], key: str) -> Run:
        """Return its run under a key, started if it is not there yet. Raises InvalidArguments besides."""
        if key not in self._ended:
            run = await self._run(arguments, key)
            if not run.status.over:
                return run
            self._ended[key] = run
        return self._ended[key]

    async def _run(self, arguments: dict[str, Any], key: str) -> Run:
        text = arguments.get("summary" if self.callee.handoff else "query") or ""
        if self.callee.handoff:
            return await self._calls.start(self.callee, key, said=text if isinstance(text, str) else json.dumps(text))
        if not isinstance(text, str) or not text.strip():
            missing = Violation("/arguments/query", "required", "what the agent is asked, as a text")
            raise InvalidArguments("the arguments do not fit the tool's schema", violations=[missing])
        return await self._calls.start(self.callee, key, query=text)


def answered_by(run: Run) -> AnsweredBy:
    """Return whose answer a child's result is: its own, or that of whom it handed over to in turn."""
    own = AnsweredBy(agent_id=run.subject_id, agent_name=run.subject_name, execution_id=run.id)
    return run.answered_by or own


def _as_json(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text


def _cut(text: str) -> str:
    return text if len(text) <= MAX_SHARED_CHARS else text[: MAX_SHARED_CHARS - 1] + "…"
