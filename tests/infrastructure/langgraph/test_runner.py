"""Runs over fakes: who is asked what, what stands in the trace, how failures and limits end."""

import asyncio
from typing import Any

import pytest

from dynagent.core.language_models import (
    ChatMessage,
    ModelReply,
    ModelRequest,
    ModelRetry,
    ModelUnavailable,
    OnText,
)
from dynagent.core.runs import CallError, Message, NodeEnd, Retry, RunLost, RunStatus, Token, ToolEnd, ToolStart
from dynagent.core.shared.calls import ToolCall
from dynagent.core.shared.errors import Violation
from dynagent.core.tools import InvalidArguments, SandboxUnavailable, ToolFailed, ToolOutcome
from dynagent.infrastructure.langgraph.runner import LangGraphRunner
from dynagent.infrastructure.llm.demo import DemoModel
from dynagent.infrastructure.tools.context import calling
from dynagent.infrastructure.tools.language import ask
from tests.fakes.language_models import FakeChatModels, FlatPrices, ScriptedChatModel
from tests.fakes.tools import FakeCatalogue, FakeTool
from tests.fakes.trace import ListedTrace
from tests.infrastructure.langgraph.runs import EXECUTION_ID, call, claim, plan, run

TEXT = {"type": "string"}


def ends(trace: ListedTrace) -> list[ToolEnd]:
    return [event for event in trace.events if isinstance(event, ToolEnd)]


def messages(trace: ListedTrace) -> list[Message]:
    return [event for event in trace.events if isinstance(event, Message)]


def message_ids(trace: ListedTrace) -> list[str]:
    return [event.message_id for event in trace.events if isinstance(event, (Token, Message))]


async def test_a_direct_answer_needs_one_model_call():
    model = ScriptedChatModel(["Hello there."])
    outcome, trace = await run(model)
    assert (outcome.status, outcome.result, outcome.model) == (RunStatus.COMPLETED, "Hello there.", "scripted")
    assert len(model.requests) == 1
    assert [m.role for m in model.requests[0].messages] == ["system", "user"]
    assert trace.types() == ["node_start", "usage", "message", "node_end", *["node_start", "node_end"] * 2]
    assert messages(trace)[0].final


async def test_two_rounds_of_tools():
    tool = FakeTool("add", does=lambda arguments: arguments["a"] + 1)
    model = ScriptedChatModel([call("add", 1, a=1), call("add", 2, a=2), "It is 3."])
    outcome, trace = await run(model, tool)
    assert outcome.result == "It is 3."
    assert trace.lines() == ["▶ add(a=1)", "✔ Result: 2", "▶ add(a=2)", "✔ Result: 3"]
    assert outcome.usage.model_dump() == {
        "input_tokens": 30,
        "output_tokens": 15,
        "total_tokens": 45,
        "model_calls": 3,
        "tool_calls": 2,
        "failed_tool_calls": 0,
        "estimated": False,
    }
    assert str(outcome.cost_usd) == "0.000045"
    assert [m.final for m in messages(trace)] == [False, False, True]
    shown = model.requests[-1].messages
    assert [m.role for m in shown] == ["system", "user", "assistant", "tool", "assistant", "tool"]
    assert shown[-1] == ChatMessage(role="tool", content="3", tool_call_id="call_2")


async def test_spans_form_a_tree_and_keys_are_places_in_the_graph():
    _, trace = await run(ScriptedChatModel([[call("echo", 1), call("echo", 2)], "Done."]), FakeTool())
    spans = {event.span_id: event.parent_span_id for event in trace.events}
    assert spans == {
        "analyze.1": None,
        "analyze.1/model.1": "analyze.1",
        "execute_tools.1": None,
        "execute_tools.1/tool.1": "execute_tools.1",
        "execute_tools.1/tool.2": "execute_tools.1",
        "execute_tools.1/model.1": "execute_tools.1",
        "synthesize.1": None,
    }


async def test_text_streams_before_its_message():
    _, trace = await run(ScriptedChatModel(["one two three"]))
    kinds = [event.type for event in trace.events]
    assert kinds[1:5] == ["token", "token", "token", "usage"]
    assert set(message_ids(trace)) == {"analyze.1/model.1@1"}


async def test_calls_of_one_step_run_at_the_same_time():
    here = asyncio.Barrier(2)

    async def meet(arguments: dict[str, Any]) -> str:
        await asyncio.wait_for(here.wait(), 5)
        return arguments["who"]

    tool = FakeTool("meet", does=meet)
    model = ScriptedChatModel([[call("meet", 1, who="a"), call("meet", 2, who="b")], "Done."])
    _, trace = await run(model, tool)
    assert trace.types()[4:9] == ["node_start", "tool_start", "tool_start", "tool_end", "tool_end"]
    assert [m.content for m in model.requests[-1].messages[-2:]] == ["a", "b"]


async def test_the_demo_trace():
    async def ask(arguments: dict[str, Any]) -> str:
        request = ModelRequest(messages=(ChatMessage(role="user", content=arguments["query"]),))
        return (await DemoModel(pause_s=0).reply(request, lambda _: None)).content

    calculator = FakeTool("calculator", result=437, parameters={"properties": {"expression": TEXT}})
    chatbot = FakeTool("chatbot", does=ask, parameters={"properties": {"query": TEXT}, "required": ["query"]})
    calculator.parameters["required"] = ["expression"]
    query = "First, compute 23*19 using the calculator. Then ask the chatbot to explain the result in one sentence."
    outcome, trace = await run(DemoModel(pause_s=0), calculator, chatbot, claimed=claim(query))
    assert trace.lines() == [
        '▶ calculator(expression="23*19")',
        "✔ Result: 437",
        '▶ chatbot(query="Explain 437 in one sentence.")',
        "✔ 437 is the product of 23 and 19.",
    ]
    assert (outcome.result, outcome.model) == ("23*19 = 437. 437 is the product of 23 and 19.", "demo")
    assert calculator.calls[0][1].idempotency_key == f"{EXECUTION_ID}:execute_tools.1/tool.1"
    assert calculator.calls[0][1].model == "demo"


@pytest.mark.parametrize(
    ("tool", "wanted", "shown", "line"),
    [
        (FakeTool(error=ToolFailed("no luck")), call("echo"), "Error (tool_error): no luck", "✘ tool_error: no luck"),
        (FakeTool(error=KeyError("x")), call("echo"), "Error (tool_error): KeyError: 'x'", None),
        (FakeTool(error=SandboxUnavailable("none")), call("echo"), "Error (sandbox_unavailable): none", None),
        (
            FakeTool(error=InvalidArguments("bad", violations=[Violation("/arguments/n", "type", "not an integer")])),
            call("echo"),
            "Error (invalid_arguments): bad (/arguments/n: not an integer)",
            None,
        ),
        (
            FakeTool(),
            call("nosuch", n=1),
            "Error (tool_not_found): there is no tool named 'nosuch'; the tools are: echo",
            None,
        ),
        (
            FakeTool(),
            ToolCall(id="c", name="echo", arguments=None, raw='{"n": '),
            "Error (invalid_arguments): the arguments are not a JSON object; send them again as one",
            None,
        ),
    ],
)
async def test_failed_calls_go_back_to_the_model(tool, wanted, shown, line):
    model = ScriptedChatModel([wanted, "Sorry."])
    outcome, trace = await run(model, tool)
    assert outcome.result == "Sorry."
    assert model.requests[-1].messages[-1].content == shown
    assert ends(trace)[0].error is not None
    assert line is None or ends(trace)[0].line == line


async def test_a_failed_call_is_traced_with_its_place_and_its_prints():
    place = {"line": 8, "source_line": "return table[key]", "traceback": "Traceback …", "lines": [2, 8]}
    cost = {"logs": "looking\n", "cpu_ms": 1.5, "peak_memory_kb": 900}
    tool = FakeTool(error=ToolFailed("KeyError: 2", extra={**place, **cost}))
    _, trace = await run(ScriptedChatModel([call("echo"), "Well."]), tool)
    (end,) = ends(trace)
    assert end.model_dump()["error"] == {
        "code": "tool_error",
        "message": "KeyError: 2",
        "line": 8,
        "source_line": "return table[key]",
        "traceback": "Traceback …",
    }
    assert (end.logs, end.cpu_ms, end.peak_memory_kb) == ("looking\n", 1.5, 900)
    assert end.line == "✘ tool_error: KeyError: 2 (line 8)"
    plain = end.model_copy(update={"error": CallError(code="timeout", message="late")})
    assert plain.model_dump()["error"] == {"code": "timeout", "message": "late"}


async def test_unreadable_arguments_are_shown_raw_and_sent_back_as_they_were():
    model = ScriptedChatModel([ToolCall(id="c", name="echo", arguments=None, raw='{"n": '), "Sorry."])
    _, trace = await run(model, FakeTool())
    assert trace.lines()[0] == '▶ echo(raw="{\\"n\\": ")'
    assert model.requests[-1].messages[-2].tool_calls[0].raw == '{"n": '


async def test_the_start_of_an_unrepeatable_call_is_stored_before_it():
    trace = ListedTrace()
    stored: list[int] = []
    tool = FakeTool("pay", does=lambda _: stored.append(trace.flushed[-1]), repeatable=False)
    await run(ScriptedChatModel([call("pay"), "Paid."]), tool, trace=trace)
    start = trace.events[stored[0] - 1]
    assert isinstance(start, ToolStart) and not start.repeatable
    _, trace = await run(ScriptedChatModel([call("echo"), "Done."]), FakeTool())
    assert trace.flushed == []


async def test_a_model_error_ends_the_run_with_its_node():
    trace = ListedTrace()
    with pytest.raises(ModelUnavailable):
        await run(ScriptedChatModel([ModelUnavailable("down")]), trace=trace)
    last = trace.events[-1]
    assert isinstance(last, NodeEnd) and last.error == "down"


async def test_a_lost_execution_writes_nothing_more():
    class Lost(ListedTrace):
        async def flush(self) -> None:
            raise RunLost("gone")

    trace, tool = Lost(), FakeTool("pay", repeatable=False)
    with pytest.raises(RunLost):
        await run(ScriptedChatModel([call("pay"), "Paid."]), tool, trace=trace)
    assert tool.calls == [] and trace.events[-1].type == "tool_start"


async def test_retries_are_told_and_the_message_starts_anew():
    class Flaky(ScriptedChatModel):
        async def reply(self, request: ModelRequest, on_text: OnText) -> ModelReply:
            on_text("half")
            assert models.on_retry is not None
            models.on_retry(ModelRetry(ModelUnavailable("cut"), 1.5, 2))
            on_text("whole")
            return ModelReply(content="whole", model="scripted")

    models, trace = FakeChatModels(Flaky()), ListedTrace()
    runner = LangGraphRunner(tools=FakeCatalogue(), models=models, prices=FlatPrices())
    await runner.run(claim(), plan(), trace)
    told = [event for event in trace.events if isinstance(event, Retry)]
    assert [(r.what, r.reason, r.error_code, r.delay_s, r.try_number) for r in told] == [
        ("model", "cut", "model_unavailable", 1.5, 2)
    ]
    ids = message_ids(trace)
    assert ids == ["analyze.1/model.1@1", "analyze.1/model.1@1.2", "analyze.1/model.1@1.2"]


@pytest.mark.parametrize("where", ["model", "tool"])
async def test_cancelling_ends_model_and_tool_calls_at_once(where):
    began, ended = asyncio.Event(), asyncio.Event()

    async def hang(*_: Any) -> Any:
        began.set()
        try:
            await asyncio.sleep(60)
        finally:
            ended.set()

    class Hanging(ScriptedChatModel):
        async def reply(self, request: ModelRequest, on_text: OnText) -> ModelReply:
            return await hang()

    model = Hanging() if where == "model" else ScriptedChatModel([[call("echo", 1), call("echo", 2)], "Done."])
    trace = ListedTrace()
    task = asyncio.create_task(run(model, FakeTool(does=hang), trace=trace))
    await began.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert ended.is_set()
    assert trace.types()[-1] == ("node_start" if where == "model" else "tool_start")


async def test_a_second_plan_of_one_run_has_keys_of_its_own():
    _, trace = await run(ScriptedChatModel(["Hi."]), key_prefix="fallback.")
    assert messages(trace)[0].call_key == "fallback.analyze.1/model.1"


async def test_what_models_are_sent_is_recorded_that_of_tools_too():
    model, tools = DemoModel(pause_s=0), (asking_tool("first"), FakeTool())
    _, trace = await run(model, *tools, claimed=claim("Use first."))
    listed = trace.model_calls
    assert list(listed) == ["analyze.1/model.1", "execute_tools.1/tool.1/model.1", "execute_tools.1/model.1"]
    first, inner, last = listed.values()
    assert [message["role"] for message in first.messages] == ["system", "user"]
    assert [tool["function"]["name"] for tool in first.tools] == ["first", "echo"]
    assert first.parameters["temperature"] == 0.2
    assert (first.lane, first.model, first.tries, first.left_out) == ("demo", "demo", 1, [])
    assert inner.messages[0]["content"] == "Be kind."
    assert [message["role"] for message in last.messages] == ["system", "user", "assistant", "tool"]


def asking_tool(name):
    async def asks(arguments, context):
        with calling(context):
            return ToolOutcome(await ask(DemoModel(pause_s=0), "Be kind.", "hi"))

    tool = FakeTool(name)
    tool.call = asks
    return tool
