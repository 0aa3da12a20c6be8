"""A real model tried out: what it can and cannot do, each shown by one small question."""

import json
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

from dynagent.core.language_models import (
    ChatMessage,
    ChatModel,
    ModelError,
    ModelReply,
    ModelRequest,
    ToolSpec,
    Tried,
)
from dynagent.core.shared.calls import Aside, SentRequest

LONG_CHARS = 40_000
_THOUGHTS = ("reason", "think", "thought")
MAX_TOKENS = 2_000
_SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {"colour": {"type": "string"}, "letters": {"type": "integer"}},
    "required": ["colour", "letters"],
    "additionalProperties": False,
}
_WEATHER = ToolSpec(
    name="get_weather",
    description="Tells the weather of one city.",
    parameters={"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]},
)


class Battery:
    """Tries one model. Costs some seven short calls and one of about ten thousand tokens."""

    def __init__(self, model: ChatModel) -> None:
        self._model = model
        self._pieces = 0
        self._reasons = False
        self._counts = False
        self._left_out: frozenset[str] = frozenset()
        """What of the last question was not sent, because the endpoint refuses it."""

    async def run(self) -> AsyncIterator[Tried]:
        """Yield each result as it is there. A failure of one does not keep the others from being tried."""
        tries: list[tuple[str, Callable[[], Awaitable[Tried]]]] = [
            ("stream", self._stream),
            ("tools", self._tools),
            ("parallel_tools", self._parallel),
            ("structured_output", self._structured),
            ("long_input", self._long),
        ]
        for name, attempt in tries:
            try:
                yield await attempt()
            except ModelError as error:
                # What may pass says nothing about the model.
                yield Tried(name=name, works=None if error.retryable else False, words=error.detail)
                if name == "stream":
                    return
        yield Tried(
            name="usage", works=self._counts, words="tokens are reported" if self._counts else "tokens are estimated"
        )
        seen = "thinks apart from the answer" if self._reasons else "no thoughts were seen"
        yield Tried(name="reasoning", works=self._reasons, words=seen)

    async def _stream(self) -> Tried:
        reply = await self._ask("Count from one to twenty in words, separated by commas.")
        if not reply.content.strip():
            return Tried(
                name="stream", works=False, words=f"the answer is empty, finish_reason {reply.finish_reason!r}"
            )
        if "stream" in self._left_out:
            return Tried(name="stream", works=False, words="the endpoint refuses to stream; answers come whole")
        return Tried(
            name="stream", works=self._pieces > 1, words=f"an answer in {self._pieces} pieces by {reply.model}"
        )

    async def _tools(self) -> Tried:
        reply = await self._ask("What is the weather in Paris? Use the tool.", tools=(_WEATHER,))
        fits = [call for call in reply.tool_calls if call.name == _WEATHER.name and (call.arguments or {}).get("city")]
        return Tried(
            name="tools", works=bool(fits), words="calls a tool with arguments" if fits else "called no tool as asked"
        )

    async def _parallel(self) -> Tried:
        question = "What is the weather in Paris and in Rome? Call the tool for both cities at once."
        count = len((await self._ask(question, tools=(_WEATHER,))).tool_calls)
        return Tried(name="parallel_tools", works=count > 1, words=f"{count} calls in one reply")

    async def _structured(self) -> Tried:
        question = "Name a colour and the number of its letters, as JSON with the fields colour and letters only."
        reply = await self._ask(question, output_schema=_SCHEMA)
        if "output_schema" in self._left_out:
            words = "the endpoint refuses a schema; it is asked for in words instead"
            return Tried(name="structured_output", works=False, words=words)
        try:
            value = json.loads(reply.content)
        except ValueError:
            return Tried(
                name="structured_output",
                works=False,
                words="the answer is no bare JSON; it is asked for in words instead",
            )
        fits = isinstance(value, dict) and isinstance(value.get("letters"), int) and "colour" in value  # pyright: ignore[reportUnknownMemberType]
        return Tried(
            name="structured_output",
            works=fits,
            words="fits the schema" if fits else "JSON that does not fit the schema",
        )

    async def _long(self) -> Tried:
        filler = "The quick brown fox jumps over the lazy dog. " * (LONG_CHARS // 45)
        reply = await self._ask(f"The word is: marmalade.\n{filler}\nWhat is the word? Answer with it alone.")
        found = "marmalade" in reply.content.lower()
        reported = f"{LONG_CHARS:,} characters are {'read' if found else 'taken, but the beginning is forgotten'}"
        return Tried(name="long_input", works=found, words=reported)

    async def _ask(self, question: str, **more: Any) -> ModelReply:
        self._pieces, self._left_out = 0, frozenset()
        messages = (ChatMessage(role="user", content=question),)
        request = ModelRequest(messages=messages, max_tokens=MAX_TOKENS, on_sent=self._sent, **more)
        reply = await self._model.reply(request, self._count)
        self._reasons |= reply.usage.reasoning_tokens > 0 or (reply.aside is not None and _has_thoughts(reply.aside))
        self._counts |= not reply.usage.estimated
        return reply

    def _count(self, _: str) -> None:
        self._pieces += 1

    def _sent(self, sent: SentRequest) -> None:
        self._left_out = sent.left_out


def _has_thoughts(aside: Aside) -> bool:
    """Say whether thoughts came beside an answer; providers send fields of many other kinds as well."""
    return bool(aside.thoughts) or any(name.lower().startswith(_THOUGHTS) for name in aside.fields)
