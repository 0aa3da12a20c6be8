"""The demo model on a table of requests: which tools it calls with what, and what it says."""

from typing import Any

import pytest

from dynagent.core.language_models import ChatMessage, ModelReply, ModelRequest, ToolSpec
from dynagent.infrastructure.llm.demo import DEMO, DemoModel
from dynagent.infrastructure.llm.demo.numbers import prime_factors


def tool(name: str, description: str, required: list[str] | None = None, **properties: dict[str, object]) -> ToolSpec:
    parameters = {"type": "object", "properties": properties, "required": required or list(properties)}
    return ToolSpec(name=name, description=description, parameters=parameters)


TEXT: dict[str, object] = {"type": "string"}
CALCULATOR = tool("calculator", "Calculate the value of a mathematical expression.", expression=TEXT)
CHATBOT = tool("chatbot", "Ask a language model a question that needs no other tool.", query=TEXT)
SUMMARIZER = tool(
    "summarizer", "Summarize a text.", ["text"], text=TEXT, max_length={"type": "integer", "default": 150}
)
SEARCH = tool("web_search", "Search the web.", ["query"], query=TEXT, max_results={"type": "integer", "default": 5})
REVERSE = tool("reverse_string", "Reverse a string.", text=TEXT)
COUNT = tool("word_count", "Count the words of a text.", text=TEXT)
CONVERT = tool(
    "convert_temperature",
    "Convert a temperature.",
    value={"type": "number"},
    unit={"type": "string", "enum": ["celsius", "fahrenheit"]},
)
FETCH = tool("fetch_page", "Fetch a page.", url=TEXT)
ADD = tool("add_numbers", "Add numbers.", a={"type": "integer"}, b={"anyOf": [{"type": "integer"}, {"type": "null"}]})
WEATHER = tool("get_weather", "Current weather of a city.", city=TEXT)
MEAN = tool("mean", "Mean of numbers.", values={"type": "array", "items": {"type": "number"}})
EMAIL = tool("send_email", "Send a mail.", ["to", "urgent"], to=TEXT, urgent={"type": "boolean"}, subject=TEXT)
ALL = (CALCULATOR, CHATBOT, SUMMARIZER, SEARCH, REVERSE, COUNT, CONVERT, FETCH, ADD, WEATHER, MEAN)

EXE_04 = "First, compute 23*19 using the calculator. Then ask the chatbot to explain the result in one sentence."


async def say(*messages: ChatMessage, tools: tuple[ToolSpec, ...] = (), choice: str = "auto") -> ModelReply:
    pieces: list[str] = []
    request = ModelRequest(messages=messages, tools=tools, tool_choice=choice)  # pyright: ignore[reportArgumentType]
    reply = await DemoModel(pause_s=0).reply(request, pieces.append)
    assert "".join(pieces) == reply.content
    assert reply.model == DEMO and reply.usage.estimated
    return reply


async def run(
    query: str, tools: tuple[ToolSpec, ...], results: list[str]
) -> tuple[list[tuple[str, dict[str, Any]]], str]:
    """Play a run: each call gets the next result. Return the calls and the answer."""
    messages = [ChatMessage(role="user", content=query)]
    calls: list[tuple[str, dict[str, Any]]] = []
    for result in [*results, ""]:
        reply = await say(*messages, tools=tools)
        if not reply.tool_calls:
            return calls, reply.content
        (call,) = reply.tool_calls
        assert call.arguments is not None
        calls.append((call.name, call.arguments))
        messages.append(ChatMessage(role="assistant", tool_calls=reply.tool_calls))
        messages.append(ChatMessage(role="tool", content=result, tool_call_id=call.id))
    raise AssertionError(f"more calls than results: {calls}")


CALLS = [
    (
        EXE_04,
        ["437", "…"],
        [("calculator", {"expression": "23*19"}), ("chatbot", {"query": "Explain 437 in one sentence."})],
    ),
    ("What is 12*12?", ["144"], [("calculator", {"expression": "12*12"})]),
    (
        "What is 2+2, (1+2)*3 and 2**8?",
        ["4", "9", "256"],
        [("calculator", {"expression": text}) for text in ("2+2", "(1+2)*3", "2**8")],
    ),
    ("What is max(1+2, 3+4)?", ["7"], [("calculator", {"expression": "max(1+2, 3+4)"})]),
    ("What is 23 times 19?", ["437"], [("calculator", {"expression": "23*19"})]),
    ("the square root of 144 plus 5", ["17"], [("calculator", {"expression": "sqrt(144)+5"})]),
    ("calculate (3+4)*2 - 1", ["13"], [("calculator", {"expression": "(3+4)*2 - 1"})]),
    ("What is 15% of 80?", ["12"], [("calculator", {"expression": "15/100*80"})]),
    ("I need the product of 12 and 12. It is for school.", ["144"], [("calculator", {"expression": "12*12"})]),
    (
        "Compute 2+2 and then multiply the result by 10.",
        ["4", "40"],
        [("calculator", {"expression": "2+2"}), ("calculator", {"expression": "4*10"})],
    ),
    ("Reverse the string hello world", ["x"], [("reverse_string", {"text": "hello world"})]),
    ("reverse_string hello", ["x"], [("reverse_string", {"text": "hello"})]),
    ("flip the word radar backwards", ["x"], [("reverse_string", {"text": "radar"})]),
    (
        "reverse 'abc and def' and count the words in 'one two'",
        ["x", "2"],
        [("reverse_string", {"text": "abc and def"}), ("word_count", {"text": "one two"})],
    ),
    (
        "Use reverse_string on hello, then use word_count on the result",
        ["olleh", "1"],
        [("reverse_string", {"text": "hello"}), ("word_count", {"text": "olleh"})],
    ),
    (
        "1. Compute 5*5\n2. Reverse 'stressed'",
        ["25", "x"],
        [("calculator", {"expression": "5*5"}), ("reverse_string", {"text": "stressed"})],
    ),
    ("Search the web for LangGraph news.", ["x"], [("web_search", {"query": "LangGraph news"})]),
    (
        "Summarize this text: The cat sat. It was happy.",
        ["x"],
        [("summarizer", {"text": "The cat sat. It was happy"})],
    ),
    (
        "Fetch https://example.com/a.html?x=1 and summarize it",
        ["page", "x"],
        [("fetch_page", {"url": "https://example.com/a.html?x=1"}), ("summarizer", {"text": "page"})],
    ),
    ("Convert 100 fahrenheit", ["x"], [("convert_temperature", {"value": 100, "unit": "fahrenheit"})]),
    ("Add the numbers 4 and 5", ["9"], [("add_numbers", {"a": 4, "b": 5})]),
    ("What's the weather in Paris?", ["x"], [("get_weather", {"city": "Paris"})]),
    ("Compute the mean of 1, 2 and 3.5", ["x"], [("mean", {"values": [1, 2, 3.5]})]),
    ("What is the capital of France?", ["x"], [("chatbot", {"query": "What is the capital of France?"})]),
]


@pytest.mark.parametrize(("query", "results", "calls"), CALLS, ids=[row[0][:30] for row in CALLS])
async def test_the_tools_and_arguments_of_a_request(query, results, calls):
    made, _ = await run(query, ALL, results)
    assert made == calls


@pytest.mark.parametrize(
    ("query", "answer"),
    [
        ("Explain 437 in one sentence.", "437 is the product of 23 and 19."),
        ("Explain 49 in one sentence.", "49 is the square of 7."),
        ("Explain 360 in one sentence.", "360 is the product of 5, 3, 3, 2, 2 and 2."),
        ("Explain 17.", "17 is a prime number: only 1 and 17 divide it."),
        ("What is 1?", "1 is the unit of counting."),
        ("Explain -4", "-4 is the negative of 4."),
        ("Explain 2.5", "2.5 lies between 2 and 3."),
        ("Explain 123456789012345678901", "123456789012345678901 is an odd number of 21 digits."),
        ("say hi there", "hi there"),
    ],
)
async def test_what_it_knows_by_itself(query, answer):
    assert (await say(ChatMessage(role="user", content=query))).content == answer


async def test_answers_are_made_of_the_results():
    _, answer = await run(EXE_04, (CALCULATOR, CHATBOT), ["437", "437 is the product of 23 and 19."])
    assert answer == "23*19 = 437. 437 is the product of 23 and 19."


async def test_a_failure_is_told_and_what_depends_on_it_is_left():
    calls, answer = await run("compute 1/0 then reverse it", ALL, ["Error (tool_error): division by zero"])
    assert [name for name, _ in calls] == ["calculator"]
    assert answer == "calculator failed (tool_error): division by zero. So I did not go on with “reverse it”."


async def test_it_says_plainly_that_it_cannot_and_what_would_help():
    for query in ("Write a poem about the sea", "", "?!", "(" * 500):
        answer = (await say(ChatMessage(role="user", content=query), tools=(CALCULATOR,))).content
        assert "I am the demo model" in answer and "OPENAI_API_KEY" in answer and "calculator" in answer
    answer = (await say(ChatMessage(role="user", content="use the calculator"), tools=(CALCULATOR,))).content
    assert answer == "I found no value for expression of calculator in “use the calculator”."
    assert (await say(ChatMessage(role="user", content="Hello!"))).content.startswith("Hello! I am the demo model")


async def test_tool_choice_none_is_obeyed():
    assert (await say(ChatMessage(role="user", content="2+2"), tools=(CALCULATOR,), choice="none")).content


async def test_an_earlier_answer_can_be_referred_to():
    history = (
        ChatMessage(role="user", content="compute 6*7"),
        ChatMessage(role="assistant", content="6*7 = 42."),
        ChatMessage(role="user", content="Multiply it by 2"),
    )
    reply = await say(*history, tools=(CALCULATOR,))
    assert reply.tool_calls[0].arguments == {"expression": "42*2"}


async def test_odd_schemas_are_filled_or_refused():
    calls, _ = await run("Send an email to ann@example.org urgent", (EMAIL,), ["sent"])
    assert calls == [("send_email", {"to": "ann@example.org", "urgent": True})]
    nested = ToolSpec(
        name="store_item",
        description="Store.",
        parameters={
            "type": "object",
            "$defs": {"Color": {"enum": ["red", "green"]}},
            "properties": {"color": {"$ref": "#/$defs/Color"}, "data": {"type": "object"}, "kind": {"const": "x"}},
            "required": ["color", "data", "kind"],
        },
    )
    calls, _ = await run('store the item {"a": [1]} in green', (nested,), ["ok"])
    assert calls == [("store_item", {"color": "green", "data": {"a": [1]}, "kind": "x"})]
    bare = ToolSpec(name="ping", description="", parameters={})
    assert (await run("ping", (bare,), ["pong"]))[0] == [("ping", {})]


@pytest.mark.parametrize("unit", ["then ", "- ", "“", "```", "1", "a@", "x ", "and compute ", "http://", "(", "1."])
async def test_any_text_is_planned_in_bounded_steps(unit):
    await say(ChatMessage(role="user", content=unit * (20_000 // len(unit))), tools=ALL)


def test_prime_factors():
    assert prime_factors(437) == [23, 19]
    assert prime_factors(9_999_999_967) == [9_999_999_967]
