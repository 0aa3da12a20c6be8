"""Calling tools: time limits, failures told in one way, the call's context, the sandbox for registered ones."""

import asyncio
from typing import Any

import pytest

from dynagent.core.language_models import ModelUnavailable
from dynagent.core.shared.errors import Violation
from dynagent.core.tools import (
    BaseTool,
    CallContext,
    InvalidArguments,
    SandboxUnavailable,
    ToolDisabled,
    ToolFailed,
    ToolTimeout,
    ToolUnconfigured,
)
from dynagent.infrastructure.tools.context import calling, current_call
from dynagent.infrastructure.tools.functions import as_tool_class
from dynagent.infrastructure.tools.runnable import PrebuiltTool, RegisteredTool
from tests.fakes.tools import FakeSandbox, a_custom_tool

CONTEXT = CallContext(user_id="ada", timeout_s=5.0, model="gpt")


def shipped(function: Any, missing: tuple[str, ...] = ()) -> PrebuiltTool:
    return PrebuiltTool("it", as_tool_class(function)(), missing)


def raising(error: Exception) -> PrebuiltTool:
    async def fails() -> None:
        raise error

    return shipped(fails)


def _cities() -> dict[str, str]:
    return {}


class LooksUpTool(BaseTool):
    """Look a city up."""

    async def _arun(self) -> str:
        return _cities()["Paris"]


async def test_a_result_is_made_json() -> None:
    async def gives() -> Any:
        return {1: {2**60}}

    assert (await shipped(gives).call({}, CONTEXT)).result == {"1": [str(2**60)]}


async def test_the_call_is_known_inside_and_forgotten_after() -> None:
    async def who() -> str:
        return current_call().user_id

    tool = shipped(who)
    others = CallContext(user_id="bob", timeout_s=5.0)
    outcomes = await asyncio.gather(tool.call({}, CONTEXT), tool.call({}, others))
    assert [outcome.result for outcome in outcomes] == ["ada", "bob"]
    assert current_call().user_id == ""
    with calling(CONTEXT):
        assert current_call() is CONTEXT


async def test_arguments_are_checked_before_the_call() -> None:
    async def add(a: int, b: int = 1) -> int:
        return a + b

    assert (await shipped(add).call({"a": 2}, CONTEXT)).result == 3
    with pytest.raises(InvalidArguments) as refusal:
        await shipped(add).call({"a": "2"}, CONTEXT)
    assert refusal.value.violations[0].pointer == "/arguments/a"


async def test_a_call_that_takes_too_long_is_ended() -> None:
    ended = asyncio.Event()

    async def sleeps() -> None:
        try:
            await asyncio.sleep(60)
        finally:
            ended.set()

    with pytest.raises(ToolTimeout, match=r"took longer than 0\.01 s"):
        await shipped(sleeps).call({}, CallContext(user_id="ada", timeout_s=0.01))
    assert ended.is_set()


async def test_a_timeout_of_the_tools_own_is_a_failure() -> None:
    with pytest.raises(ToolFailed) as failure:
        await raising(TimeoutError("the printer is silent")).call({}, CONTEXT)
    assert failure.value.code == "tool_error"


@pytest.mark.parametrize(
    ("error", "code", "text"),
    [
        (ToolFailed("no paper"), "tool_error", "no paper"),
        (ModelUnavailable("away", retry_after_s=3), "tool_error", "away"),
        (ZeroDivisionError("division by zero"), "tool_error", "ZeroDivisionError: division by zero"),
        (ValueError("x" * 10_000), "tool_error", "ValueError: xxx"),
        (SandboxUnavailable("no sandbox"), "sandbox_unavailable", "no sandbox"),
        (InvalidArguments("no number"), "invalid_arguments", "no number"),
    ],
)
async def test_every_failure_is_typed(error: Exception, code: str, text: str) -> None:
    with pytest.raises((ToolFailed, SandboxUnavailable, InvalidArguments)) as failure:
        await raising(error).call({}, CONTEXT)
    assert failure.value.code == code
    assert failure.value.detail.startswith(text)
    assert len(failure.value.detail) <= 2000
    assert failure.value.retry_after_s == getattr(error, "retry_after_s", None)


async def test_a_failure_nobody_foresaw_names_the_line_of_the_tool() -> None:
    with pytest.raises(ToolFailed, match="KeyError") as caught:
        await PrebuiltTool("it", LooksUpTool(), (), ("Paris",)).call({}, CONTEXT)
    extra = caught.value.extra
    assert extra["source_line"] == 'return _cities()["***"]'
    assert extra["traceback"].endswith(", in _arun\n    return _cities()[\"***\"]\nKeyError: '***'")
    assert isinstance(extra["line"], int)


async def test_what_a_failure_carries_hides_the_settings_secrets_too() -> None:
    error = ToolFailed("no", extra={"logs": "with k-123456", "line": 3}, retry_after_s=2.0)
    for failure in (error, InvalidArguments("bad", violations=[Violation("/a", "r", "is k-123456")])):
        tool = raising(failure)
        hiding = PrebuiltTool("it", tool._tool, (), ("k-123456",))
        with pytest.raises(type(failure)) as caught:
            await hiding.call({}, CONTEXT)
        assert "k-123456" not in f"{caught.value.extra}{caught.value.violations}"
        assert caught.value.retry_after_s == failure.retry_after_s


async def test_cancelling_is_not_swallowed() -> None:
    async def sleeps() -> None:
        await asyncio.sleep(60)

    task = asyncio.create_task(shipped(sleeps).call({}, CONTEXT))
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_a_tool_with_missing_needs_says_what_it_needs() -> None:
    async def never() -> None:
        raise AssertionError

    with pytest.raises(ToolUnconfigured, match="SEARCH_KEY"):
        await shipped(never, ("SEARCH_KEY",)).call({}, CONTEXT)


async def test_a_registered_tool_runs_in_the_sandbox() -> None:
    sandbox = FakeSandbox(does=lambda arguments: {"reversed": arguments["text"][::-1] + "\x00"})
    tool = RegisteredTool("reverse_string", a_custom_tool(), sandbox)
    outcome = await tool.call({"text": "abc"}, CONTEXT)
    assert outcome.result == {"reversed": "cba\ufffd"}
    assert (outcome.logs, outcome.cpu_ms) == ("printed\n", 1.0)
    assert sandbox.runs[0][1:] == ({"text": "abc"}, CONTEXT)


async def test_a_registered_tools_arguments_are_checked_first() -> None:
    sandbox = FakeSandbox()
    with pytest.raises(InvalidArguments):
        await RegisteredTool("reverse_string", a_custom_tool(), sandbox).call({"text": 1}, CONTEXT)
    assert sandbox.runs == []


@pytest.mark.parametrize("reason", ["broke the rules three times", None])
async def test_a_disabled_tool_says_why(reason: str | None) -> None:
    sandbox = FakeSandbox()
    tool = RegisteredTool("reverse_string", a_custom_tool(disabled=True, disabled_reason=reason), sandbox)
    with pytest.raises(ToolDisabled, match=reason or "its owner") as failure:
        await tool.call({"text": "abc"}, CONTEXT)
    assert failure.value.code == "tool_disabled"
    assert sandbox.runs == []


async def test_the_sandboxs_errors_pass() -> None:
    tool = RegisteredTool("reverse_string", a_custom_tool(), FakeSandbox(error=SandboxUnavailable("level 0")))
    with pytest.raises(SandboxUnavailable):
        await tool.call({"text": "abc"}, CONTEXT)


def test_a_tool_class_without_docstring_has_no_description() -> None:
    class SilentTool(BaseTool):
        async def _arun(self) -> None: ...

    assert PrebuiltTool("silent", SilentTool()).description == ""
