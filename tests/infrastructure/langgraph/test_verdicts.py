"""Calls that wait for people: approval, and calls of which nobody knows whether they took place."""

from typing import Any

import pytest

from dynagent.core.runs import (
    Answer,
    AnyTraceEvent,
    Interrupt,
    InterruptRaised,
    Outcome,
    Resumed,
    RunStatus,
    ToolCallInDoubt,
    ToolEnd,
)
from tests.fakes.language_models import ScriptedChatModel
from tests.fakes.tools import FakeTool
from tests.fakes.trace import ListedTrace, lines
from tests.infrastructure.langgraph.runs import call, claim, run

ANSWERS = [[call("add", 1, a=1), call("pay", 2, to="ann")], "Both are done."]


def tools() -> tuple[FakeTool, FakeTool]:
    return FakeTool("add", result=2), FakeTool("pay", result="paid", repeatable=False)


def raised(interrupt: Interrupt) -> InterruptRaised:
    """Return the event that the worker records for an open interrupt."""
    return InterruptRaised(
        timestamp=0.0,
        interrupt_id=interrupt.id,
        call_key=interrupt.call_key,
        reason=interrupt.reason,
        value=interrupt.value,
        response_schema=interrupt.response_schema,
    )


def resumed(interrupt: Interrupt, **answer: Any) -> list[AnyTraceEvent]:
    """Return the question and its answer as they stand in the log."""
    given = Answer.model_validate(answer).model_dump(mode="json")
    resume = Resumed(
        timestamp=0.0,
        interrupt_id=interrupt.id,
        call_key=interrupt.call_key,
        reason=interrupt.reason,
        answer=given,
        answered_by="u",
    )
    return [raised(interrupt), resume]


async def waiting_for_approval() -> tuple[Outcome, list[AnyTraceEvent]]:
    add, pay = tools()
    outcome, trace = await run(ScriptedChatModel(ANSWERS), add, pay, requires_approval=["pay"])
    assert add.calls == pay.calls == []
    return outcome, trace.events


async def test_a_call_that_needs_approval_stops_the_run_before_the_step():
    outcome, events = await waiting_for_approval()
    assert outcome.status is RunStatus.WAITING
    assert outcome.usage.model_calls == 1
    (question,) = outcome.interrupts
    assert (question.reason, question.call_key) == ("approval", "execute_tools.1/tool.2")
    assert question.value == {
        "tool": "pay",
        "arguments": {"to": "ann"},
        "call_id": "call_2",
        "line": '▶ pay(to="ann")',
    }
    assert [event.type for event in events] == ["node_start", "usage", "message", "node_end", "node_start"]


@pytest.mark.parametrize(
    ("answer", "paid", "line"),
    [
        ({"decision": "approve"}, [{"to": "ann"}], "✔ Result: paid"),
        ({"decision": "edit", "arguments": {"to": "bob"}}, [{"to": "bob"}], "✔ Result: paid"),
        ({"decision": "respond", "result": "paid by hand"}, [], "✔ paid by hand"),
        ({"decision": "reject", "reason": "too dear"}, [], "✘ rejected: a person refused this call: too dear"),
        ({"decision": "reject"}, [], "✘ rejected: a person refused this call"),
    ],
)
async def test_the_run_goes_on_as_the_person_decided(answer, paid, line):
    outcome, events = await waiting_for_approval()
    log = [*events, *resumed(outcome.interrupts[0], **answer)]
    (add, pay), model, trace = tools(), ScriptedChatModel(ANSWERS[1:]), ListedTrace()
    outcome, _ = await run(
        model, add, pay, claimed=claim(earlier=log, attempt=2), trace=trace, requires_approval=["pay"]
    )
    assert outcome.result == "Both are done."
    assert [arguments for arguments, _ in pay.calls] == paid
    assert len(add.calls) == 1
    assert line in lines(trace.events)


async def test_the_answered_run_is_replayed_like_any_other():
    outcome, events = await waiting_for_approval()
    log = [*events, *resumed(outcome.interrupts[0], decision="approve")]
    trace = ListedTrace()
    more = {"requires_approval": ["pay"]}
    await run(ScriptedChatModel(ANSWERS[1:]), *tools(), claimed=claim(earlier=log, attempt=2), trace=trace, **more)
    again, (add, pay) = ListedTrace(), tools()
    whole = claim(earlier=[*log, *trace.events], attempt=3)
    outcome, _ = await run(ScriptedChatModel(["?"]), add, pay, claimed=whole, trace=again, **more)
    assert (outcome.result, again.events, add.calls, pay.calls) == ("Both are done.", [], [], [])


async def cut_in_the_call() -> list[AnyTraceEvent]:
    """Return the log of a run whose worker died in the middle of the two calls."""
    _, trace = await run(ScriptedChatModel(ANSWERS), *tools())
    return trace.events[: next(place for place, event in enumerate(trace.events) if isinstance(event, ToolEnd))]


async def test_a_call_in_doubt_asks_before_anything_is_called():
    log, (add, pay), trace = await cut_in_the_call(), tools(), ListedTrace()
    outcome, _ = await run(ScriptedChatModel(ANSWERS[1:]), add, pay, claimed=claim(earlier=log, attempt=2), trace=trace)
    assert outcome.status is RunStatus.WAITING
    assert [(item.reason, item.call_key) for item in outcome.interrupts] == [("in_doubt", "execute_tools.1/tool.2")]
    assert add.calls == pay.calls == [] and trace.events == []


@pytest.mark.parametrize(
    ("answer", "paid", "line"),
    [
        ({"decision": "happened"}, 0, "✔ The call took place; its result is not known."),
        ({"decision": "did_not_happen"}, 1, "✔ Result: paid"),
        ({"decision": "respond", "result": "receipt 7"}, 0, "✔ receipt 7"),
    ],
)
async def test_doubt_is_settled_by_a_person(answer, paid, line):
    log = await cut_in_the_call()
    outcome, _ = await run(ScriptedChatModel(ANSWERS[1:]), *tools(), claimed=claim(earlier=log, attempt=2))
    answered = [*log, *resumed(outcome.interrupts[0], **answer)]
    (add, pay), trace = tools(), ListedTrace()
    outcome, _ = await run(
        ScriptedChatModel(ANSWERS[1:]), add, pay, claimed=claim(earlier=answered, attempt=3), trace=trace
    )
    assert outcome.result == "Both are done."
    assert (len(add.calls), len(pay.calls)) == (1, paid)
    assert line in lines(trace.events)
    starts = [event.tool for event in trace.events if event.type == "tool_start"]
    assert starts == (["add", "pay"] if paid else ["add"])


@pytest.mark.parametrize(("policy", "paid"), [("fail", 0), ("retry", 1)])
async def test_an_installation_may_decide_doubt_beforehand(policy, paid):
    log, (add, pay) = await cut_in_the_call(), tools()
    attempt = run(ScriptedChatModel(ANSWERS[1:]), add, pay, claimed=claim(earlier=log, attempt=2), in_doubt=policy)
    if policy == "fail":
        with pytest.raises(ToolCallInDoubt) as caught:
            await attempt
        assert caught.value.extra == {
            "tool": "pay",
            "call_key": "execute_tools.1/tool.2",
            "arguments": {"to": "ann"},
        }
    else:
        await attempt
        assert pay.calls[0][1].idempotency_key.endswith(":execute_tools.1/tool.2")
    assert len(pay.calls) == paid


@pytest.mark.parametrize(
    ("settings", "agents_own", "expected"),
    [
        ({}, {}, (None, None)),
        ({"approval_timeout_s": 60}, {}, (60, "reject")),
        ({"approval_timeout_s": 60, "on_approval_timeout": "fail"}, {}, (60, "fail")),
        ({"approval_timeout_s": 60}, {"approval_timeout_s": 5.0, "on_approval_timeout": "fail"}, (5, "fail")),
        ({}, {"approval_timeout_s": 5.0}, (5, "reject")),
        ({"on_approval_timeout": "fail"}, {"approval_timeout_s": 5.0, "on_approval_timeout": "reject"}, (5, "reject")),
    ],
)
async def test_how_long_people_have_is_the_agents_or_set_for_all(settings, agents_own, expected):
    plan: dict[str, Any] = {"requires_approval": ["pay"], **agents_own}
    outcome, _ = await run(ScriptedChatModel(ANSWERS), *tools(), settings=settings, **plan)
    (question,) = outcome.interrupts
    assert (question.expires_after_s, question.on_expiry) == expected


async def test_doubt_that_nobody_settles_in_time_fails_the_run():
    log = await cut_in_the_call()
    outcome, _ = await run(
        ScriptedChatModel(ANSWERS[1:]), *tools(), claimed=claim(earlier=log, attempt=2), approval_timeout_s=9.0
    )
    assert (outcome.interrupts[0].expires_after_s, outcome.interrupts[0].on_expiry) == (9, "fail")


async def test_the_model_hears_that_nobody_approved_in_time():
    outcome, events = await waiting_for_approval()
    asked, answer = resumed(outcome.interrupts[0], decision="reject", reason="nobody answered in time")
    log = [*events, asked, answer.model_copy(update={"expired": True, "answered_by": ""})]
    (add, pay), trace = tools(), ListedTrace()
    more = {"requires_approval": ["pay"]}
    await run(ScriptedChatModel(ANSWERS[1:]), add, pay, claimed=claim(earlier=log, attempt=2), trace=trace, **more)
    assert "✘ approval_expired: nobody approved this call in time" in lines(trace.events)
    assert (len(add.calls), pay.calls) == (1, [])
