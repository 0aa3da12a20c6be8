"""Asks a scripted model with OpenAI's own client, whatever its version: `python openai_calls.py URL` prints JSON.

It imports nothing of ours: an environment that has `openai` and nothing else runs it.
"""

import json
import sys
from typing import Any

import openai

TOOL: dict[str, Any] = {
    "type": "object",
    "properties": {"expression": {"type": "string"}},
    "required": ["expression"],
}
EXPECTED: dict[str, Any] = {
    "version": None,
    "streamed": ["Hello there", "stop", [5, 2]],
    "whole": ["Hello there", "stop"],
    "streamed calls": [["calculator", {"expression": "6*7"}], ["calculator", {"expression": "7*7"}], "tool_calls"],
    "whole calls": [["calculator", {"expression": "6*7"}], "tool_calls"],
    "response, streamed": ["Hello there", "completed"],
    "response, whole": ["Hello there", "completed"],
    "response, calls": [["calculator", {"expression": "6*7"}]],
    "embeddings": [2, 8],
    "models": ["scripted", "gpt-4o-mini"],
    "busy": ["RateLimitError", 429, "7"],
    "refused": ["BadRequestError", 400, "context_length_exceeded"],
    "lines end in CR LF": "Hello there",
}
"""What the client must make of the script; the version is whichever it is."""


def ask_everything(url: str) -> dict[str, Any]:
    """Return what the client made of each kind of answer, by name."""
    client = openai.OpenAI(base_url=url, api_key="scripted", max_retries=0, timeout=20)
    answers: dict[str, Any] = {"version": openai.__version__}
    for asked in (_completions, _calls, _responses, _others, _errors):
        answers |= asked(client)
    return answers


def _completions(client: Any) -> dict[str, Any]:
    def ask(text: str, **more: Any) -> Any:
        return client.chat.completions.create(model="m", messages=[_user(text)], **more)

    chunks = list(ask("[[say=Hello there]]", stream=True, stream_options={"include_usage": True}))
    usage = next(chunk.usage for chunk in chunks if chunk.usage)
    reply = ask("[[say=Hello there]]").choices[0]
    broken = list(ask("[[say=Hello there]] [[crlf]]", stream=True))
    return {
        "streamed": [_text(chunks), _finish(chunks), [usage.prompt_tokens, usage.completion_tokens]],
        "whole": [reply.message.content, reply.finish_reason],
        "lines end in CR LF": _text(broken),
    }


def _calls(client: Any) -> dict[str, Any]:
    tools = [{"type": "function", "function": {"name": "calculator", "parameters": TOOL}}]

    def ask(text: str, **more: Any) -> Any:
        return client.chat.completions.create(model="m", messages=[_user(text)], tools=tools, **more)

    names: dict[int, str] = {}
    arguments: dict[int, str] = {}
    chunks = list(ask("[[parallel=2]]", stream=True))
    for call in (call for chunk in chunks for call in chunk.choices[0].delta.tool_calls or ()):
        names.setdefault(call.index, call.function.name)
        arguments[call.index] = arguments.get(call.index, "") + (call.function.arguments or "")
    reply = ask("[[tools=1]]").choices[0]
    (call,) = reply.message.tool_calls
    return {
        "streamed calls": [*([names[at], json.loads(arguments[at])] for at in sorted(names)), _finish(chunks)],
        "whole calls": [[call.function.name, json.loads(call.function.arguments)], reply.finish_reason],
    }


def _responses(client: Any) -> dict[str, Any]:
    tools = [{"type": "function", "name": "calculator", "parameters": TOOL, "strict": False}]
    text, status = "", ""
    for event in client.responses.create(model="m", input="[[say=Hello there]]", stream=True):
        text += event.delta if event.type == "response.output_text.delta" else ""
        status = event.response.status if event.type == "response.completed" else status
    reply = client.responses.create(model="m", input="[[say=Hello there]]")
    called = client.responses.create(model="m", input="[[tools=1]]", tools=tools)
    return {
        "response, streamed": [text, status],
        "response, whole": [reply.output_text, reply.status],
        "response, calls": [[item.name, json.loads(item.arguments)] for item in called.output],
    }


def _others(client: Any) -> dict[str, Any]:
    vectors = client.embeddings.create(model="m", input=["a", "b"], dimensions=8, encoding_format="float").data
    return {
        "embeddings": [len(vectors), len(vectors[0].embedding)],
        "models": [model.id for model in client.models.list()],
    }


def _errors(client: Any) -> dict[str, Any]:
    told: dict[str, Any] = {}
    for name, text in (
        ("busy", "[[fail=429:9:7]]"),
        ("refused", "[[fail=400:9]] [[code=context_length_exceeded]]"),
    ):
        try:
            client.chat.completions.create(model="m", messages=[_user(text)], stream=True)
        except openai.APIStatusError as error:
            last = error.response.headers["retry-after"] if error.status_code == 429 else error.code
            told[name] = [type(error).__name__, error.status_code, last]
    return told


def _user(text: str) -> dict[str, str]:
    return {"role": "user", "content": text}


def _text(chunks: list[Any]) -> str:
    return "".join(chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices)


def _finish(chunks: list[Any]) -> str:
    return next(chunk.choices[0].finish_reason for chunk in chunks if chunk.choices and chunk.choices[0].finish_reason)


if __name__ == "__main__":
    sys.stdout.write(json.dumps(ask_everything(sys.argv[1])))
