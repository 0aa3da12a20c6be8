"""Runs at endpoints of odd manners: ids that come again, thoughts to be passed back, empty answers, the last round."""

import pytest

from dynagent.core.language_models import ModelReply
from dynagent.core.runs import Message
from dynagent.core.shared.calls import Aside, ToolCall
from dynagent.infrastructure.langgraph.graphs import EmptyAnswer, RoundsUsedUp
from tests.fakes.language_models import ScriptedChatModel
from tests.fakes.tools import FakeTool
from tests.fakes.trace import ListedTrace
from tests.infrastructure.langgraph.runs import call, claim, run

EMPTY = ModelReply(content=" \n", model="m", finish_reason="content_filter")
CALLS = ModelReply(tool_calls=(call("echo"),), model="m", finish_reason="tool_calls")


async def test_ids_that_come_again_are_made_unique_and_paired():
    twice = ToolCall(id="echo:0", name="echo", arguments={})
    model = ScriptedChatModel([[twice, twice], twice, "Done."])
    await run(model, FakeTool())
    messages = model.requests[-1].messages
    ids = [call.id for message in messages for call in message.tool_calls]
    assert ids[0] == "echo:0" and len(set(ids)) == 3
    assert [message.tool_call_id for message in messages if message.role == "tool"] == ids


async def test_what_came_beside_a_call_goes_back_also_after_a_new_attempt():
    aside = Aside(source="s", thoughts="hm", fields={"reasoning_content": "I add them."})
    first = ListedTrace()
    answers = [CALLS.model_copy(update={"aside": aside}), "Done."]
    await run(ScriptedChatModel(answers), FakeTool(), trace=first)
    told = next(event for event in first.events if isinstance(event, Message))
    assert told.aside == aside
    assert "aside" not in told.model_copy(update={"aside": None}).model_dump_json()
    until = first.events.index(told) + 1
    model = ScriptedChatModel(["Done."])
    await run(model, FakeTool(), claimed=claim(earlier=first.events[:until], attempt=2))
    sent = model.requests[0].messages[-2].aside
    assert sent is not None and sent.fields == aside.fields and sent.source == "s"


async def test_an_empty_answer_is_asked_for_again_then_fails_with_its_reason():
    model = ScriptedChatModel([EMPTY])
    with pytest.raises(EmptyAnswer, match="content_filter") as failure:
        await run(model)
    assert (failure.value.code, len(model.requests)) == ("empty_answer", 2)
    assert [message.role for message in model.requests[1].messages] == ["system", "user"]


async def test_a_turn_without_an_answer_does_not_poison_the_next():
    model = ScriptedChatModel(["Done."])
    await run(model, history=[("first", ""), ("second", "yes")])
    assert all(message.content.strip() for message in model.requests[0].messages)


async def test_calls_on_the_last_round_are_asked_about_once_more_without_tools():
    model = ScriptedChatModel([CALLS, CALLS, CALLS, "At last."])
    outcome, _ = await run(model, FakeTool(), max_iter=2)
    assert outcome.result == "At last."
    model = ScriptedChatModel([CALLS])
    with pytest.raises(RoundsUsedUp, match="2 rounds") as failure:
        await run(model, FakeTool(), max_iter=2)
    assert failure.value.code == "rounds_used_up" and not model.requests[-1].tools
