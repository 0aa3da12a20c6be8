"""Other agents within an agent's run: called as tools, or given the rest of the run; each as a child run of its own.

The run that waits for them holds no slot: it begins anew when they have ended, and takes what it did from its journal.
"""

import asyncio
import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from dynagent.core.agents import AgentConfigurations, AgentVersion
from dynagent.core.conversations import NewMessage
from dynagent.core.executions import AgentCalls, Callee, Execution
from dynagent.core.runs import (
    AnsweredBy,
    AwaitsChildren,
    CallError,
    ChildRuns,
    Claim,
    Run,
    RunStatus,
    TaskEnd,
    TaskStart,
    TraceRecorder,
)
from dynagent.core.shared.clock import utc_now
from dynagent.core.shared.errors import Conflict, ErrorKind, Violation
from dynagent.core.tools import CallContext, InvalidArguments, RunnableTool, ToolFailed, ToolOutcome
from dynagent.core.workflows import MissingValue, logged_text, value_at
from dynagent.infrastructure.langgraph.agent_child import agent_child
from dynagent.infrastructure.langgraph.run_messages import CallMessages, handed_over

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

    `output_schema` is what the caller of the run wants the answer to fit, whoever gives it. What they say to each other
    is a conversation, by the names of the agents: `sender` is this one's.
    """

    claim: Claim
    recorder: TraceRecorder
    children: ChildRuns
    agents: AgentConfigurations
    callees: Sequence[Callee]  # pyright: ignore[reportIncompatibleMethodOverride]
    agent_name: str
    sender: str
    messages: CallMessages
    output_schema: dict[str, Any] | None = None
    _query: str = ""
    _noted: set[str] = field(default_factory=set[str])
    _said: dict[str, str] = field(default_factory=dict[str, str])
    _versions: dict[str, AgentVersion] = field(default_factory=dict[str, AgentVersion])
    _reading: asyncio.Lock = field(default_factory=asyncio.Lock)

    def begin(self, query: str) -> None:
        """Take what the run is asked, as its guardrails let it through."""
        self._query = query

    async def start(self, callee: Callee, key: str, *, query: str | None = None, said: str = "") -> Run:
        """Start an agent's run under this key, or find it; return it as it stands.

        Raises AgentCycle, AgentNotFound, CommunicationNotAllowed, RunsTooDeep, TooManyChildren, RunLost.
        """
        run = self.claim.run
        callers: list[str] = [*(run.input.get("callers") or ()), run.subject_id]
        if not callee.handoff and callee.agent_id in callers:
            raise AgentCycle(
                f"agent {callee.agent_name!r} waits for this very answer: those that work for it cannot call it",
                extra={"agents": [*callers, callee.agent_id]},
            )
        latest = await self._latest(callee)
        receiver, fresh = latest.configuration.name, not self.started(key)
        if fresh:
            await self.messages.check(self.sender, receiver)
        asked: dict[str, Any] = {
            "query": self._query if query is None else query,
            "context": self._shared(callee, said),
            "output_schema": self.output_schema if callee.handoff else None,
            "callers": callers[:-1] if callee.handoff else callers,
        }
        history = run.history if isinstance(run, Execution) else None
        if callee.handoff and history is not None:
            asked["history"] = history.stored()
        if callee.handoff:
            asked["file_ids"] = list(run.input.get("file_ids") or ())
            asked["handoffs"] = [*(run.input.get("handoffs") or ()), [run.subject_id, callee.agent_id]]
        about: dict[str, Any] = {"agent_id": latest.agent_id, "version": latest.version}
        child = agent_child(latest.configuration, key=key, asked=asked, **about)
        [started] = await self.children.start([child])
        await self._write_down(callee, key, receiver, started, said=(said or asked["query"]) if fresh else None)
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

    async def _write_down(self, callee: Callee, key: str, receiver: str, run: Run, *, said: str | None) -> None:
        """Write down what the other agent is told (None: it was, before), and what it answers; once each."""
        at, messages = utc_now(), list[NewMessage]()
        if said is not None:
            own = (self.sender, self.claim.run.id)
            messages.append(handed_over(place=f"{key}>", sender=own, receiver=receiver, output=said, at=at))
        noted = f"{key}/agent/end" in self._noted or f"{key}/agent" in self.claim.journal.task_ends
        if run.status is RunStatus.COMPLETED and not callee.handoff and not noted:
            other = (receiver, run.id)
            messages.append(handed_over(place=f"{key}<", sender=other, receiver=self.sender, output=run.value, at=at))
        if messages:
            await self.messages.write(self.claim.run, messages)

    async def _latest(self, callee: Callee) -> AgentVersion:
        """Return the callee's current version; calls that are made at once read those of all in one go."""
        user_id = self.claim.run.user_id
        async with self._reading:
            if not self._versions:
                self._versions |= await self.agents.latest_of({one.agent_id for one in self.callees}, user_id)
        return self._versions.get(callee.agent_id) or await self.agents.latest(callee.agent_id, user_id)

    def _shared(self, callee: Callee, said: str) -> dict[str, Any]:
        """Return the context of a run that takes up this one's work."""
        given, run = self._given, self.claim.run
        results = self._results(given)
        if said:
            results[self.agent_name] = logged_text(said)
        mapped: dict[str, Any] = {}
        state = self.state(read_said(said))
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
            output = logged_text(run.result or "")
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


def read_said(text: str) -> Any:
    """Return what an agent said as the JSON value that it is, else as the text."""
    try:
        return json.loads(text)
    except ValueError:
        return text
