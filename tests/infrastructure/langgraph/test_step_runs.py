"""The runner of tool steps: its limits, what it asks people, and the trace that it leaves."""

from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

import pytest

from dynagent.core.runs import (
    AnyTraceEvent,
    ChildRuns,
    Claim,
    Expiry,
    Journal,
    NodeEnd,
    Outcome,
    Run,
    RunStatus,
    ToolCallInDoubt,
    ToolStart,
)
from dynagent.infrastructure.langgraph.runner import RunnerSettings
from dynagent.infrastructure.langgraph.step_runs import ToolRuns
from tests.fakes.children import FakeChildren
from tests.fakes.language_models import FlatPrices
from tests.fakes.tools import FakeCatalogue, FakeTool
from tests.fakes.trace import ListedTrace

ID = "01900000-0000-7000-8000-00000000000a"


@asynccontextmanager
async def no_models(user_id: str) -> AsyncGenerator[None]:
    yield


async def call(
    tool: FakeTool, *, earlier: Sequence[AnyTraceEvent] = (), trace: ListedTrace | None = None, **settings: Any
) -> Outcome:
    """Run a step that calls the tool; `timeout_s` is the step's own."""
    given = {"tool": tool.name, "arguments": {"n": 1}, "timeout_s": settings.pop("timeout_s", None)}
    about: dict[str, Any] = {"subject_id": ID, "subject_version": 1, "subject_name": "T", "attempt": 1}
    run = Run(id=ID, user_id="u", kind="tool", input=given, created_at=datetime.now(UTC), **about)
    claim, recorder = Claim(run, len(earlier), Journal(earlier)), trace or ListedTrace()
    runner = ToolRuns(
        tools=FakeCatalogue(tool),
        prices=FlatPrices(),
        models_of=no_models,
        call_timeout_s=120.0,
        settings=RunnerSettings(**settings),
    )
    return await runner.run(claim, recorder, ChildRuns(claim, recorder, FakeChildren()))


def begun(tool: FakeTool) -> list[AnyTraceEvent]:
    """The log of an attempt that died within the call."""
    key = "call_tool.1/tool.1"
    about: dict[str, Any] = {"span_id": key, "call_key": key, "call_id": "call", "tool": tool.name, "line": ""}
    return [ToolStart(timestamp=1.0, arguments={"n": 1}, repeatable=tool.repeatable, **about)]


@pytest.mark.parametrize(("own", "limit"), [(None, 120.0), (600.0, 600.0)])
async def test_a_call_may_take_as_long_as_the_step_says(own: float | None, limit: float) -> None:
    tool = FakeTool(result=7)
    outcome = await call(tool, timeout_s=own)
    assert (outcome.status, outcome.result, outcome.usage.tool_calls) == (RunStatus.COMPLETED, "7", 1)
    assert tool.calls[0][1].timeout_s == limit


async def test_the_question_about_a_call_in_doubt_expires_as_the_server_says() -> None:
    tool = FakeTool(repeatable=False)
    outcome = await call(tool, earlier=begun(tool), approval_timeout_s=60, on_approval_timeout="fail")
    [question] = outcome.interrupts
    assert (outcome.status, question.reason, tool.calls) == (RunStatus.WAITING, "in_doubt", [])
    assert (question.expires_after_s, question.on_expiry) == (60, "fail")
    [question] = (await call(tool, earlier=begun(tool))).interrupts
    assert question.expires_after_s is None


async def test_the_server_s_policy_decides_about_a_call_in_doubt_and_the_trace_tells_how_it_ended() -> None:
    tool, trace = FakeTool(repeatable=False), ListedTrace()
    with pytest.raises(ToolCallInDoubt):
        await call(tool, earlier=begun(tool), trace=trace, tool_call_in_doubt="fail")
    [end] = [event for event in trace.events if isinstance(event, NodeEnd)]
    assert (end.node, tool.calls) == ("call_tool", [])
    assert end.error is not None and "must not be called twice" in end.error
    outcome = await call(tool, earlier=begun(tool), tool_call_in_doubt="retry")
    assert (outcome.status, len(tool.calls)) == (RunStatus.COMPLETED, 1)


def test_without_a_limit_of_the_agent_the_server_s_counts() -> None:
    settings = RunnerSettings(approval_timeout_s=60, on_approval_timeout="fail")
    assert settings.expiry() == Expiry(after_s=60, then="fail")
    assert settings.expiry(5, "reject") == Expiry(after_s=5, then="reject")
    assert RunnerSettings().expiry() is None
