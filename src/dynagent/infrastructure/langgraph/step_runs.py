"""The runners of steps that no stored agent does: a prompt to a model, a tool, a pause, a question to a person."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field

from dynagent.core.executions import AgentRunner, RunPlan
from dynagent.core.language_models import Prices
from dynagent.core.runs import (
    ChildRuns,
    Claim,
    Expiry,
    Interrupt,
    Outcome,
    RunError,
    Runner,
    RunStatus,
    TraceRecorder,
)
from dynagent.core.shared.calls import ToolCall
from dynagent.core.shared.clock import utc_now
from dynagent.core.tools import ToolCatalogue
from dynagent.core.workflows import json_text
from dynagent.infrastructure.langgraph.runner import RunnerSettings
from dynagent.infrastructure.langgraph.tool_calls import Calling, ToolCalls
from dynagent.infrastructure.langgraph.trace_events import RunTrace
from dynagent.infrastructure.langgraph.verdicts import RunWaits

QUESTION = "question"
"""The call key of the one question that a run asks a person."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PromptRuns(Runner):
    """Asks a model with instructions of the program's own; the answer fits the schema of the input."""

    graphs: AgentRunner
    call_timeout_s: float
    temperature: float = 0.0

    @property
    def kind(self) -> str:
        """The kind of run that needs no stored agent."""
        return "prompt"

    async def run(self, claim: Claim, recorder: TraceRecorder, children: ChildRuns) -> Outcome:
        """Ask and return the answer."""
        given = claim.run.input
        plan = RunPlan(
            system_prompt=given.get("instructions") or "",
            model=given.get("model"),
            temperature=self.temperature,
            tools=(),
            call_timeout_s=self.call_timeout_s,
            output_schema=given.get("output_schema"),
        )
        outcome = await self.graphs.run(claim, plan, recorder)
        if given.get("output_schema") is None and outcome.result is not None:
            outcome = outcome.model_copy(update={"result": json_text(outcome.result)})
        return outcome


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolRuns(Runner):
    """Calls one tool without a model; the result is JSON."""

    tools: ToolCatalogue
    prices: Prices
    models_of: Callable[[str], AbstractAsyncContextManager[None]]
    call_timeout_s: float
    settings: RunnerSettings = field(default_factory=RunnerSettings)

    @property
    def kind(self) -> str:
        """The kind of run that is one call of a tool."""
        return "tool"

    async def run(self, claim: Claim, recorder: TraceRecorder, children: ChildRuns) -> Outcome:
        """Call it, unless an earlier attempt has."""
        run = claim.run
        trace = RunTrace(claim, recorder, self.prices)
        async with self.models_of(run.user_id):
            [tool] = await self.tools.resolve([run.input["tool"]], run.user_id, {})
            calling = Calling(
                model="",
                timeout_s=run.input.get("timeout_s") or self.call_timeout_s,
                requires_approval=frozenset(),
                in_doubt=self.settings.tool_call_in_doubt,
                expiry=self.settings.expiry(),
                max_shown_chars=0,
            )
            call = ToolCall(id="call", name=tool.name, arguments=run.input["arguments"])
            try:
                with trace.visit("call_tool", 1) as span:
                    [end] = await ToolCalls([tool], calling, trace).ends_of([call], span)
            except RunWaits as waits:
                return trace.waiting(waits)
        outcome = trace.counted(Outcome(status=RunStatus.COMPLETED))
        if end.error is not None:
            error = RunError(code=end.error.code, message=end.error.message)
            return outcome.model_copy(update={"status": RunStatus.FAILED, "error": error})
        return outcome.model_copy(update={"result": json_text(end.result)})


@dataclass(frozen=True, slots=True)
class TimerRuns(Runner):
    """Ends at once: a pause is how long its run waits before anybody claims it."""

    @property
    def kind(self) -> str:
        """The kind of run that only lets time pass."""
        return "timer"

    async def run(self, claim: Claim, recorder: TraceRecorder, children: ChildRuns) -> Outcome:
        """Say that the time has come."""
        return Outcome(status=RunStatus.COMPLETED, result=json_text(utc_now().isoformat()))


@dataclass(frozen=True, slots=True)
class HumanInputRuns(Runner):
    """Asks a person to fill in a form, and ends with the answer."""

    @property
    def kind(self) -> str:
        """The kind of run that is a question to a person."""
        return "human_input"

    async def run(self, claim: Claim, recorder: TraceRecorder, children: ChildRuns) -> Outcome:
        """Ask, or return what was answered."""
        run = claim.run
        answer = claim.journal.answer(QUESTION, "input")
        if answer is not None:
            return Outcome(status=RunStatus.COMPLETED, result=json_text(answer.result))
        after_s = run.input.get("expires_after_s")
        question = Interrupt.ask(
            "input",
            execution_id=run.id,
            call_key=QUESTION,
            value={"tool": run.subject_name, "prompt": run.query, "parent_run_id": run.parent_run_id},
            now=utc_now(),
            expiry=None if after_s is None else Expiry(after_s=after_s, then="fail"),
            form=run.input["form"],
        )
        return Outcome(status=RunStatus.WAITING, interrupts=(question,))
