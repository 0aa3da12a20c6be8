"""Recovery by journal: a run cut at any event goes on without doing anything twice that was done."""

from dynagent.core.runs import AnyTraceEvent, Message, ToolEnd
from tests.fakes.language_models import ScriptedChatModel
from tests.fakes.tools import FakeTool
from tests.fakes.trace import ListedTrace, lines
from tests.infrastructure.langgraph.runs import call, claim, run

ANSWERS = [[call("add", 1, a=1), call("pay", 2, to="ann")], call("add", 3, a=10), "Both are done."]


def tools(*, pay_repeatable: bool = True) -> tuple[FakeTool, FakeTool]:
    add = FakeTool("add", does=lambda arguments: arguments["a"] + 1)
    return add, FakeTool("pay", result="paid", repeatable=pay_repeatable)


async def whole_run() -> list[AnyTraceEvent]:
    _, trace = await run(ScriptedChatModel(ANSWERS), *tools())
    return trace.events


def replies(events: list[AnyTraceEvent]) -> int:
    return sum(isinstance(event, Message) for event in events)


def finished(events: list[AnyTraceEvent], tool: str) -> int:
    return sum(isinstance(event, ToolEnd) and event.tool == tool for event in events)


async def test_a_run_cut_at_any_event_goes_on_from_there():
    events = await whole_run()
    for cut in range(len(events) + 1):
        log = events[:cut]
        model, (add, pay), trace = ScriptedChatModel(ANSWERS[replies(log) :] or ["?"]), tools(), ListedTrace(cut + 2, 2)
        outcome, _ = await run(model, add, pay, claimed=claim(earlier=log, attempt=2), trace=trace)
        assert outcome.result == "Both are done.", cut
        assert len(model.requests) == 3 - replies(log), cut
        assert len(add.calls) == 2 - finished(log, "add"), cut
        assert len(pay.calls) == 1 - finished(log, "pay"), cut
        both = [*log, *trace.events]
        assert outcome.usage.model_calls == replies(both) == 3, cut
        assert outcome.usage.total_tokens == 45, cut
        for kind in ("node_start", "node_end", "message", "tool_end"):
            keys = [str(event.span_id) for event in both if event.type == kind]
            assert sorted(keys) == sorted({str(event.span_id) for event in events if event.type == kind}), (cut, kind)
        assert [event.seq for event in both] == list(range(2, len(both) + 2)), cut


async def test_a_finished_log_makes_no_calls_and_no_events():
    events = await whole_run()
    model, trace = ScriptedChatModel(["?"]), ListedTrace()
    outcome, _ = await run(model, *tools(), claimed=claim(earlier=events, attempt=2), trace=trace)
    assert (outcome.result, model.requests, trace.events) == ("Both are done.", [], [])


async def test_a_repeatable_call_in_doubt_is_made_again_with_the_same_key():
    events = await whole_run()
    cut = next(place for place, event in enumerate(events) if isinstance(event, ToolEnd))
    add, pay = tools()
    trace = ListedTrace()
    await run(ScriptedChatModel(ANSWERS[1:]), add, pay, claimed=claim(earlier=events[:cut], attempt=2), trace=trace)
    assert trace.types()[:2] == ["retry", "tool_start"]
    assert add.calls[0][1].idempotency_key.endswith(":execute_tools.1/tool.1")
    assert lines(trace.events)[:3] == ["▶ add(a=1)", '▶ pay(to="ann")', "✔ Result: 2"]


async def test_a_node_that_failed_begins_anew():
    events = await whole_run()
    failed = [events[0], events[3].model_copy(update={"error": "down"})]
    _, trace = await run(ScriptedChatModel(["Hi."]), claimed=claim(earlier=failed, attempt=2))
    assert trace.types()[0] == "node_start"
