"""Tool calls of a run: recorded before and after, bounded in time and size, never made twice unnoticed."""

import asyncio
import itertools
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import structlog

from dynagent.core.executions import AgentCalls
from dynagent.core.runs import (
    AwaitsChildren,
    CallError,
    Expiry,
    Retry,
    Run,
    RunLost,
    RunStatus,
    ToolEnd,
    ToolStart,
    call_line,
    failure_line,
    result_line,
)
from dynagent.core.shared.calls import ToolCall
from dynagent.core.shared.errors import DynagentError, StorageAway
from dynagent.core.shared.tasks import all_of
from dynagent.core.shared.text import clean_text
from dynagent.core.shared.turns import apart, json_size, let_others_in
from dynagent.core.tools import CallContext, ModelUse, RunnableTool, ToolOutcome
from dynagent.core.workflows import text_of
from dynagent.infrastructure.langgraph.agent_calls import AgentTool
from dynagent.infrastructure.langgraph.call_texts import MAX_TRACED_CHARS, cost_of, cut, failure, stored_result
from dynagent.infrastructure.langgraph.guards import Guards
from dynagent.infrastructure.langgraph.trace_events import RunTrace, Span, milliseconds_since
from dynagent.infrastructure.langgraph.verdicts import InDoubt, RunWaits, Verdict, judge, question_about

MAX_CALLS_PER_STEP = 64

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Calling:
    """How this run calls its tools: the time limit in seconds, and how many characters of a result the model sees."""

    model: str
    timeout_s: float
    requires_approval: frozenset[str]
    in_doubt: InDoubt
    expiry: Expiry | None
    max_shown_chars: int


@dataclass(slots=True)
class _Planned:
    """A call with its key and the tool that takes it, or what was settled without calling one."""

    call: ToolCall
    key: str
    tool: RunnableTool | None
    verdict: Verdict


class ToolCalls:
    """Calls the run's tools. Failures are results too: the model reads them and may do better."""

    def __init__(
        self,
        tools: Sequence[RunnableTool],
        calling: Calling,
        trace: RunTrace,
        *,
        guards: Guards | None = None,
        agents: AgentCalls | None = None,
    ) -> None:
        self._tools = {tool.name: tool for tool in tools}
        self._calling = calling
        self._trace = trace
        self._guards = guards if guards is not None and guards.has("tool_call") else None
        self._agents = agents
        self.handed_over: Run | None = None
        """The run of the agent that has taken over and answered, once there is one."""

    async def call_all(self, calls: Sequence[ToolCall], span: Span) -> list[str]:
        """Run the calls of one step at once; return what the model is shown of each, in the order of the calls.

        Raises RunWaits or ToolCallInDoubt before anything is called, when a person must decide about one of them;
        GuardrailBlocked then, too; AwaitsChildren while agents that were called have not ended.
        """
        return [self._shown(end) for end in await self.ends_of(calls, span)]

    async def ends_of(self, calls: Sequence[ToolCall], span: Span) -> list[ToolEnd]:
        """Run the calls of one step at once; return how each ended, in their order. Raises as `call_all` does."""
        journal = self._trace.claim.journal
        keyed = [(span.next_tool_key(), call) for call in calls]
        ends = {key: end for key, _ in keyed if (end := journal.tool_end(key))}
        if self._guards is not None:
            keyed = [(key, await self._guards.passed_call(call, key, span)) for key, call in keyed]
        handoff = next((key for key, call in keyed if self._is_handoff(call)), None)
        fresh = [self._planned(place, call, key, handoff) for place, (key, call) in enumerate(keyed) if key not in ends]
        self._ask_people(fresh)
        self._trace.tally.tool_calls += sum(key not in ends or not ends[key].taken_over for key, _ in keyed)
        for key, _ in keyed:
            self._trace.used_before(key)
        for plan in fresh:
            self._announce(plan, span)
            await let_others_in(json_size(plan.call.arguments))
        if any(plan.tool is not None and not plan.tool.repeatable for plan in fresh):
            await self._trace.recorder.flush()
        ends |= await self._all_made(fresh, span)
        if handoff is not None and ends[handoff].error is None:
            self.handed_over = await self._taken_over(handoff, dict(keyed)[handoff])
        return [ends[key] for key, _ in keyed]

    def further_handoffs(self, calls: Sequence[ToolCall]) -> frozenset[str]:
        """Return the ids of calls that are handoffs after the first of a message: those are refused."""
        return frozenset([call.id for call in calls if self._is_handoff(call)][1:])

    def _is_handoff(self, call: ToolCall) -> bool:
        tool = self._tools.get(call.name)
        return isinstance(tool, AgentTool) and tool.callee.handoff

    async def _taken_over(self, key: str, call: ToolCall) -> Run | None:
        """Return the run of the agent that took over; in a later attempt it is found under its key.

        A run that repeats another from after the handoff has none yet: it asks anew. Raises AwaitsChildren.
        """
        tool = self._tools[call.name]
        if not isinstance(tool, AgentTool) or self._agents is None or not self._agents.started(key):
            return None  # a person answered instead
        run = await tool.run(call.arguments or {}, key)
        if not run.status.over:
            await self._agents.join()
            run = await tool.run(call.arguments or {}, key)
        return run if run.status is RunStatus.COMPLETED else None

    async def _all_made(self, fresh: Sequence[_Planned], span: Span) -> dict[str, ToolEnd]:
        """Make the calls; agents that were called must all have ended. Raises AwaitsChildren after the others' ends."""
        ends: dict[str, ToolEnd] = {}
        while len(ends) < len(fresh):
            due = [plan for plan in fresh if plan.key not in ends]
            made = await all_of(self._made_unless_waiting(plan, span) for plan in due)
            ends |= {plan.key: end for plan, end in zip(due, made, strict=True) if end is not None}
            if self._agents is not None and any(isinstance(plan.tool, AgentTool) for plan in due):
                await self._agents.join()
        return ends

    async def _made_unless_waiting(self, plan: _Planned, span: Span) -> ToolEnd | None:
        try:
            return await self._made(plan, span)
        except AwaitsChildren:
            return None

    def _planned(self, place: int, call: ToolCall, key: str, handoff: str | None) -> _Planned:
        tool = self._tools.get(call.name)
        if handoff not in (None, key) and self._is_handoff(call):
            return _refused(call, key, "handoff_refused", "a turn is handed over once; this second handoff is not made")
        if place >= MAX_CALLS_PER_STEP:
            return _refused(call, key, "too_many_calls", f"only {MAX_CALLS_PER_STEP} calls are made in one step")
        if tool is None:
            known = ", ".join(self._tools) or "none"
            return _refused(
                call, key, "tool_not_found", f"there is no tool named {call.name!r}; the tools are: {known}"
            )
        if call.arguments is None:
            return _refused(
                call, key, "invalid_arguments", "the arguments are not a JSON object; send them again as one"
            )
        asks = call.name in self._calling.requires_approval
        asks |= self._guards is not None and self._guards.to_approve(key)
        journal = self._trace.claim.journal
        verdict = judge(tool, call, key, journal, asks=asks, in_doubt=self._calling.in_doubt)
        return _Planned(call, key, tool if verdict.arguments is not None else None, verdict)

    def _ask_people(self, fresh: Sequence[_Planned]) -> None:
        execution_id, expiry = self._trace.claim.run.id, self._calling.expiry
        questions = tuple(
            question_about(plan.verdict.question, plan.call, key=plan.key, execution_id=execution_id, expiry=expiry)
            for plan in fresh
            if plan.verdict.question is not None
        )
        if questions:
            raise RunWaits(questions)

    def _announce(self, plan: _Planned, span: Span) -> None:
        record = self._trace.recorder.record
        if self._trace.claim.journal.in_doubt(plan.key):
            if plan.tool is None or isinstance(plan.tool, AgentTool):
                return  # begun in an earlier attempt: settled without calling it again, or its run goes on
            record(
                Retry(
                    timestamp=time.time(),
                    span_id=plan.key,
                    parent_span_id=span.id,
                    what="tool",
                    reason=f"{plan.call.name} was being called when the run was interrupted, and is called again",
                    error_code="interrupted",
                    try_number=2,
                )
            )
        given = plan.call.arguments if plan.verdict.arguments is None else plan.verdict.arguments
        arguments = {"raw": plan.call.raw} if given is None else given
        record(
            ToolStart(
                timestamp=time.time(),
                span_id=plan.key,
                parent_span_id=span.id,
                tool=plan.call.name,
                arguments=arguments,
                call_id=plan.call.id,
                call_key=plan.key,
                repeatable=plan.tool is None or plan.tool.repeatable,
                line=call_line(plan.call.name, arguments),
            )
        )

    async def _made(self, plan: _Planned, span: Span) -> ToolEnd:
        began = time.perf_counter()
        outcome, error = plan.verdict.outcome or ToolOutcome(None), plan.verdict.error
        if plan.tool is not None and plan.verdict.arguments is not None:
            outcome, error = await self._called(plan.tool, plan.verdict.arguments, plan.key, span)
        result = await apart(json_size(outcome.result), stored_result, outcome.result)
        end = ToolEnd(
            timestamp=time.time(),
            span_id=plan.key,
            parent_span_id=span.id,
            tool=plan.call.name,
            call_id=plan.call.id,
            call_key=plan.key,
            result=result,
            error=error,
            duration_ms=milliseconds_since(began),
            logs=cut(clean_text(outcome.logs), MAX_TRACED_CHARS),
            cpu_ms=outcome.cpu_ms,
            peak_memory_kb=outcome.peak_memory_kb,
            line=result_line(result) if error is None else failure_line(error.code, error.message, error.line),
        )
        self._trace.recorder.record(end)
        return end

    async def _called(
        self, tool: RunnableTool, arguments: dict[str, Any], key: str, span: Span
    ) -> tuple[ToolOutcome, CallError | None]:
        calling, execution = self._calling, self._trace.claim.run

        def on_usage(use: ModelUse) -> None:
            self._trace.used(use.model, use.asked, use.usage, key=key, span=span, duration_ms=use.duration_ms)

        numbers = itertools.count(1)
        context = CallContext(
            user_id=execution.user_id,
            timeout_s=calling.timeout_s,
            idempotency_key=f"{execution.id}:{key}",
            execution_id=execution.id,
            model=calling.model,
            on_usage=on_usage,
            sending=lambda: self._trace.sending(f"{key}/model.{next(numbers)}"),
            on_retrieved=lambda found: self._trace.retrieved(found, key=key, span=span),
        )
        limit = asyncio.timeout(calling.timeout_s)
        try:
            async with limit:
                return await tool.call(arguments, context), None
        except (RunLost, AwaitsChildren):
            raise
        except DynagentError as error:
            if isinstance(error, StorageAway) and isinstance(tool, AgentTool):
                raise  # of the store of runs, not of something that the tool needs
            return cost_of(error), failure(error)
        except Exception as error:
            if limit.expired():
                message = f"the call took longer than {calling.timeout_s:g} s"
                return ToolOutcome(None), CallError(code="timeout", message=message)
            log.exception("tool_crashed", tool=tool.name, execution_id=execution.id)
            message = clean_text(f"{type(error).__name__}: {error}")[:2000]
            return ToolOutcome(None), CallError(code="tool_error", message=message)

    def _shown(self, end: ToolEnd) -> str:
        if end.error is not None:
            return f"Error ({end.error.code}): {end.error.message}"
        return cut(text_of(end.result), self._calling.max_shown_chars)


def _refused(call: ToolCall, key: str, code: str, message: str) -> _Planned:
    return _Planned(call, key, None, Verdict(error=CallError(code=code, message=message)))
