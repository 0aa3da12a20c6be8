"""Chats longer than the model's window: fitted, told in the trace, and gone on with."""

import pytest

from dynagent.core.language_models import ContextTooLong, ModelReply, ModelRequest, OnText
from dynagent.core.runs import Message, Retry, UsageReport
from dynagent.core.shared.calls import TokenUsage
from dynagent.infrastructure.langgraph.messages import StoredMessage, opening_messages
from dynagent.infrastructure.langgraph.window import fit, size_of
from tests.fakes.language_models import ScriptedChatModel
from tests.fakes.tools import FakeTool
from tests.fakes.trace import ListedTrace
from tests.infrastructure.langgraph.runs import call, claim, run
from tests.shows import shows

TURNS = [(f"question {number}", f"answer {number} " + "x" * 1_500) for number in range(8)]


class Narrow(ScriptedChatModel):
    """A model whose endpoint refuses more than 6,000 characters."""

    def __init__(self, *answers, most: int = 6_000, window: int | None = 1_500) -> None:
        super().__init__(answers or ("Done.",))
        self.most = most
        self.window = window
        self.refused = 0

    async def reply(self, request: ModelRequest, on_text: OnText) -> ModelReply:
        if sum(len(message.content) for message in request.messages) > self.most:
            self.refused += 1
            raise ContextTooLong("maximum context length", extra={"window_tokens": self.window})
        if "Summarise" in request.messages[0].content:
            self.requests.append(request)
            return ModelReply(content="They spoke of x.", model=self.name)
        return await super().reply(request, on_text)


@pytest.mark.parametrize("window", [1_500, None])
async def test_oldest_turns_become_a_summary_and_the_run_goes_on(window):
    model = Narrow(window=window)
    outcome, trace = await run(model, history=TURNS)
    assert outcome.result == "Done."
    told = [event for event in trace.events if isinstance(event, Retry)]
    assert told[0].error_code == "context_too_long" and "earlier messages left out" in told[0].reason
    summaries = [event for event in trace.events if isinstance(event, Message) and event.call_key.endswith("/summary")]
    assert summaries[-1].content == "They spoke of x." and not summaries[-1].final
    assert [event.span_id for event in trace.events if isinstance(event, UsageReport)][-2:] == [
        summaries[-1].call_key,
        "analyze.1/model.1",
    ]
    sent = model.requests[-1].messages
    assert "They spoke of x." in sent[0].content and sent[-1].content == "Do it."
    assert sent[-2].content == TURNS[-1][1]
    assert outcome.usage.model_calls == len(summaries) + 1


async def test_without_summaries_turns_are_left_out_with_a_word():
    model = Narrow()
    outcome, _ = await run(model, history=TURNS, settings={"context_overflow": "cut"})
    assert outcome.result == "Done." and len(model.requests) == 1
    assert "earlier messages of this conversation are left out" in model.requests[0].messages[0].content


async def test_a_window_that_is_known_is_kept_to_before_anything_is_refused():
    model = Narrow(most=1_500 * 3)
    outcome, trace = await run(model, history=TURNS, window=1_500)
    assert (outcome.result, model.refused) == ("Done.", 0)
    told = [event for event in trace.events if isinstance(event, Retry)]
    assert len(told) == 1 and "window of 1,500 tokens" in told[0].reason
    sent = model.requests[-1].messages
    assert sent[-2].content == TURNS[-1][1] and sent[-1].content == "Do it.", "the last turn stays"


async def test_a_chat_that_fits_the_known_window_is_sent_as_it_is():
    model = Narrow(most=100_000)
    _, trace = await run(model, history=TURNS, window=10_000)
    assert len(model.requests[0].messages) == 2 + 2 * len(TURNS)
    assert not [event for event in trace.events if isinstance(event, Retry)]


async def test_how_many_characters_make_a_token_is_learned_from_the_endpoint():
    """Four characters to a token by its own count: what three would not let in is sent."""

    class Counting(Narrow):
        async def reply(self, request: ModelRequest, on_text: OnText) -> ModelReply:
            chars = sum(len(message.content) for message in request.messages)
            reply = await super().reply(request, on_text)
            return reply.model_copy(update={"usage": TokenUsage(input_tokens=chars // 8, output_tokens=1)})

    model = Counting(call("search"), "Done.", most=100_000)
    tool = FakeTool("search", result="y" * 5_000)
    _, trace = await run(model, tool, history=TURNS[:5], window=4_500)
    assert not [event for event in trace.events if isinstance(event, Retry)]
    assert "cut" not in model.requests[-1].messages[-1].content


@shows("AgentFields.context_overflow")
async def test_an_agent_says_what_becomes_of_turns_without_room():
    model = Narrow()
    outcome, _ = await run(model, history=TURNS, context_overflow="cut")
    assert outcome.result == "Done." and "Summarise" not in str(model.requests)
    with pytest.raises(ContextTooLong):
        await run(Narrow(), history=TURNS, context_overflow="fail")


async def test_a_long_result_is_cut_visibly_and_what_was_learned_holds_for_the_run():
    model = Narrow([call("echo")], [call("echo", 2)], "Done.")
    outcome, trace = await run(model, FakeTool(result="y" * 15_000))
    assert outcome.result == "Done."
    assert any("cut for the model's window: 15000 characters" in m.content for m in model.requests[-1].messages)
    assert model.refused <= 3
    assert any(isinstance(event, Retry) and "long texts cut" in event.reason for event in trace.events)


async def test_where_nothing_can_go_the_error_has_a_code_of_its_own():
    model = Narrow(most=3)
    with pytest.raises(ContextTooLong) as failure:
        await run(model)
    assert (failure.value.code, model.refused) == ("context_too_long", 1)


async def test_a_run_that_goes_on_takes_the_reply_and_counts_the_summary():
    first = ListedTrace()
    whole, _ = await run(Narrow(), history=TURNS, trace=first)
    model = Narrow()
    outcome, _ = await run(model, history=TURNS, claimed=claim(earlier=first.events, attempt=2))
    assert (outcome.result, model.requests, model.refused) == ("Done.", [], 0)
    assert outcome.usage == whole.usage


def test_the_last_turn_goes_last_and_the_question_never():
    messages = opening_messages("Be brief.", TURNS, "now?")
    some = fit(messages, 16, 4_000)
    assert some is not None
    assert [message["content"][:10] for message in some.messages][-3:] == ["question 7", "answer 7 x", "now?"]
    all_gone = fit(messages, 16, 10)
    assert all_gone is not None and [m["content"] for m in all_gone.messages] == ["Be brief.", "now?"]
    assert fit(opening_messages("", [], "q" * 100), 0, 10) is None
    long = [*opening_messages("", [], "q"), StoredMessage(role="tool", content="r" * 5_000, tool_call_id="a")]
    cut = fit(long, 0, 2_000)
    assert cut is not None and size_of(cut.messages) <= 2_000 and cut.cut == 1
