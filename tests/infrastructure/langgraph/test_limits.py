"""The limits of a run: time of a call, rounds, sizes, calls in a step."""

import asyncio
from typing import Any

import pytest

from dynagent.core.language_models import ModelReply, ModelRequest, OnText
from dynagent.core.runs import Message, ToolEnd
from dynagent.infrastructure.langgraph.model_calls import RepliesTooLong
from tests.fakes.language_models import ScriptedChatModel
from tests.fakes.tools import FakeTool
from tests.fakes.trace import ListedTrace
from tests.infrastructure.langgraph.runs import call, run


def ends(trace: ListedTrace) -> list[ToolEnd]:
    return [event for event in trace.events if isinstance(event, ToolEnd)]


def messages(trace: ListedTrace) -> list[Message]:
    return [event for event in trace.events if isinstance(event, Message)]


async def test_a_call_that_takes_too_long_is_ended():
    async def sleep(_: dict[str, Any]) -> None:
        await asyncio.sleep(60)

    _, trace = await run(ScriptedChatModel([call("echo"), "Sorry."]), FakeTool(does=sleep), call_timeout_s=0.02)
    assert ends(trace)[0].line == "✘ timeout: the call took longer than 0.02 s"


async def test_a_tools_own_timeout_is_its_failure():
    _, trace = await run(ScriptedChatModel([call("echo"), "Sorry."]), FakeTool(error=TimeoutError("upstream")))
    assert ends(trace)[0].line == "✘ tool_error: TimeoutError: upstream"


async def test_max_iter_ends_the_loop_with_an_answer_without_tools():
    class Looping(ScriptedChatModel):
        async def reply(self, request: ModelRequest, on_text: OnText) -> ModelReply:
            self.requests.append(request)
            if request.tool_choice == "none":
                return ModelReply(content="Enough.", tool_calls=(call("echo"),), model=self.name)
            return ModelReply(tool_calls=(call("echo"),), model=self.name)

    model, tool = Looping(), FakeTool()
    outcome, trace = await run(model, tool, max_iter=3)
    assert outcome.marks == ("iteration_limit",)
    assert (outcome.result, len(tool.calls), len(model.requests)) == ("Enough.", 3, 4)
    last = messages(trace)[-1]
    assert (last.final, last.tool_calls, last.span_id) == (True, (), "synthesize.1/model.1")


async def test_no_text_and_no_calls_is_asked_once_more():
    model = ScriptedChatModel([ModelReply(content="", model="m"), "Here it is."])
    outcome, _ = await run(model)
    assert outcome.result == "Here it is."
    assert model.requests[1].tool_choice == "none"


async def test_long_results_are_cut_for_the_model_and_bounded_in_the_trace():
    model = ScriptedChatModel([call("echo"), "Done."])
    _, trace = await run(model, FakeTool(result={"text": "x" * 1_000}), shown=100)
    assert model.requests[-1].messages[-1].content == '{"text": "' + "x" * 90 + "… [cut: 1012 characters in all]"
    assert ends(trace)[0].result == {"text": "x" * 1_000}
    _, trace = await run(ScriptedChatModel([call("echo"), "Done."]), FakeTool(result=["y" * 300_000]))
    assert ends(trace)[0].result.endswith("… [cut: 300004 characters in all]")
    assert len(ends(trace)[0].result) < 263_000


async def test_what_cannot_be_stored_is_cleaned():
    _, trace = await run(ScriptedChatModel([call("echo"), "Done."]), FakeTool(result={"a\x00": ["b\ud800"]}))
    assert ends(trace)[0].result == {"a\ufffd": ["b\ufffd"]}


async def test_too_many_calls_in_a_step_are_refused():
    tool = FakeTool()
    await run(ScriptedChatModel([[call("echo", n) for n in range(70)], "Done."]), tool)
    assert len(tool.calls) == 64


async def test_what_models_write_in_one_run_is_bounded():
    model = ScriptedChatModel([ModelReply(content="x" * 700, tool_calls=(call("echo"),), model="m")])
    with pytest.raises(RepliesTooLong, match="RUN_REPLIES_MAX_CHARS"):
        await run(model, FakeTool(), settings={"run_replies_max_chars": 1000})
    assert len(model.requests) == 2
