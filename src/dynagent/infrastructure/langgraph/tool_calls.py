"""Tool calls of a run: recorded before and after, bounded in time and size, never made twice unnoticed."""

import asyncio
import json
import time
from collections.abc import Awaitable, Sequence
from dataclasses import dataclass
from typing import Any

import structlog

from dynagent.core.executions import (
    CallError,
    ExecutionLost,
    Retry,
    ToolCallInDoubt,
    ToolEnd,
    ToolStart,
    call_line,
    failure_line,
    result_line,
)
from dynagent.core.shared.calls import ToolCall
from dynagent.core.shared.errors import DynagentError
from dynagent.core.shared.text import clean_json, clean_text
from dynagent.core.tools import CallContext, RunnableTool, ToolOutcome
from dynagent.infrastructure.langgraph.trace_events import RunTrace, Span, milliseconds_since

MAX_TRACED_CHARS = 256 * 1024
MAX_CALLS_PER_STEP = 64

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Calling:
    """How this run calls its tools: the time limit in seconds, and how many characters of a result the model sees."""

    model: str
    timeout_s: float
    requires_approval: frozenset[str]
    max_shown_chars: int


@dataclass(slots=True)
class _Planned:
    """A call with its key and the tool that will take it, or why none will."""

    call: ToolCall
    key: str
    tool: RunnableTool | None
    refusal: CallError | None


class ToolCalls:
    """Calls the run's tools. Failures are results too: the model reads them and may do better."""

    def __init__(self, tools: Sequence[RunnableTool], calling: Calling, trace: RunTrace) -> None:
        self._tools = {tool.name: tool for tool in tools}
        self._calling = calling
        self._trace = trace

    async def call_all(self, calls: Sequence[ToolCall], span: Span) -> list[str]:
        """Run the calls of one step at once; return what the model is shown of each, in the order of the calls.

        Raises ToolCallInDoubt before anything is called, when a call must not be repeated and may have taken place.
        """
        self._trace.tally.tool_calls += len(calls)
        planned = [self._planned(place, call, span.next_tool_key()) for place, call in enumerate(calls)]
        journal = self._trace.claim.journal
        ends = {plan.key: end for plan in planned if (end := journal.tool_end(plan.key))}
        fresh = [plan for plan in planned if plan.key not in ends]
        for plan in fresh:
            self._check_doubt(plan)
        for plan in fresh:
            self._announce(plan, span)
        if any(plan.tool is not None and not plan.tool.repeatable for plan in fresh):
            await self._trace.recorder.flush()
        made = await _all(self._made(plan, span) for plan in fresh)
        ends.update((plan.key, end) for plan, end in zip(fresh, made, strict=True))
        return [self._shown(ends[plan.key]) for plan in planned]

    def _planned(self, place: int, call: ToolCall, key: str) -> _Planned:
        tool = self._tools.get(call.name)
        if place >= MAX_CALLS_PER_STEP:
            return _Planned(call, key, None, CallError(code="too_many_calls", message="too many calls in one step"))
        if tool is None:
            known = ", ".join(self._tools) or "none"
            message = f"there is no tool named {call.name!r}; the tools are: {known}"
            return _Planned(call, key, None, CallError(code="tool_not_found", message=message))
        if call.arguments is None:
            message = "the arguments are not a JSON object; send them again as one"
            return _Planned(call, key, None, CallError(code="invalid_arguments", message=message))
        if call.name in self._calling.requires_approval:
            message = f"a person must approve every call of {call.name}, and nobody has been asked"
            return _Planned(call, key, None, CallError(code="approval_required", message=message))
        return _Planned(call, key, tool, None)

    def _check_doubt(self, plan: _Planned) -> None:
        if plan.tool is None or plan.tool.repeatable or not self._trace.claim.journal.in_doubt(plan.key):
            return
        raise ToolCallInDoubt(
            f"{plan.call.name} was being called when the run was interrupted; it must not be called twice, and whether "
            f"it took place is not known",
            extra={"tool": plan.call.name, "call_key": plan.key, "arguments": plan.call.arguments},
        )

    def _announce(self, plan: _Planned, span: Span) -> None:
        record = self._trace.recorder.record
        if self._trace.claim.journal.in_doubt(plan.key):
            record(
                Retry(
                    timestamp=time.time(),
                    span_id=plan.key,
                    parent_span_id=span.id,
                    what="tool",
                    reason=f"{plan.call.name} was being called when the run was interrupted; it may be repeated",
                    error_code="interrupted",
                    try_number=2,
                )
            )
        arguments = {"raw": plan.call.raw} if plan.call.arguments is None else plan.call.arguments
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
        outcome, error = ToolOutcome(None), plan.refusal
        if plan.tool is not None and plan.call.arguments is not None:
            outcome, error = await self._called(plan.tool, plan.call.arguments, plan.key)
        result = _bounded(clean_json(outcome.result))
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
            logs=_cut(clean_text(outcome.logs), MAX_TRACED_CHARS),
            cpu_ms=outcome.cpu_ms,
            peak_memory_kb=outcome.peak_memory_kb,
            line=result_line(result) if error is None else failure_line(error.code, error.message),
        )
        self._trace.recorder.record(end)
        return end

    async def _called(
        self, tool: RunnableTool, arguments: dict[str, Any], key: str
    ) -> tuple[ToolOutcome, CallError | None]:
        calling, execution = self._calling, self._trace.claim.execution
        context = CallContext(
            user_id=execution.user_id,
            timeout_s=calling.timeout_s,
            idempotency_key=f"{execution.id}:{key}",
            execution_id=execution.id,
            model=calling.model,
        )
        limit = asyncio.timeout(calling.timeout_s)
        try:
            async with limit:
                return await tool.call(arguments, context), None
        except ExecutionLost:
            raise
        except DynagentError as error:
            return ToolOutcome(None), CallError(code=error.code, message=_explained(error))
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
        return _cut(_as_text(end.result), self._calling.max_shown_chars)


async def _all(calls: "Sequence[Awaitable[ToolEnd]] | Any") -> list[ToolEnd]:
    """Await all at once; when one raises or we are cancelled, end the others before going on."""
    waiting = list(calls)
    if len(waiting) == 1:
        return [await waiting[0]]
    tasks = [asyncio.ensure_future(call) for call in waiting]
    try:
        return await asyncio.gather(*tasks)
    except BaseException:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        raise


def _explained(error: DynagentError) -> str:
    told = "; ".join(f"{item.pointer}: {item.detail}" for item in error.violations)
    return clean_text(f"{error.detail} ({told})" if told else error.detail)[:2000]


def _bounded(result: Any) -> Any:
    """Return the result, or its text cut to what the trace keeps."""
    text = _as_text(result)
    return result if len(text) <= MAX_TRACED_CHARS else _cut(text, MAX_TRACED_CHARS)


def _as_text(result: Any) -> str:
    return result if isinstance(result, str) else json.dumps(result, ensure_ascii=False, default=str)


def _cut(text: str, limit: int) -> str:
    return text if len(text) <= limit else f"{text[:limit]}… [cut: {len(text)} characters in all]"
