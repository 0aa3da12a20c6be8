"""Asking a model whose window a conversation may not fit: refused once, it is asked again with less."""

import time
from collections.abc import Awaitable, Callable, Sequence
from typing import Literal

from dynagent.core.language_models import ChatMessage, ChatModel, ContextTooLong, ModelError, ModelReply, ModelRequest
from dynagent.core.runs import Message, Retry
from dynagent.core.runs.marks import SUMMARY
from dynagent.infrastructure.langgraph.messages import StoredMessage
from dynagent.infrastructure.langgraph.trace_events import RunTrace, Span, milliseconds_since
from dynagent.infrastructure.langgraph.window import CHARS_PER_TOKEN, SHORTEST, Fitted, fit, size_of, with_summary

MAX_TRIES = 5
MAX_SUMMARISED = 24_000
SUMMARY_TOKENS = 400
MAX_ANSWER_TOKENS = 4096
"""Room that is left for the answer, at most a quarter of the window."""
LEARNED_FROM = 2000
"""Characters from which on a reply's count of tokens says something."""
MAX_CHARS_PER_TOKEN = 4.0
_ASKED = (
    "Summarise the following part of a conversation in at most 150 words, so that it can go on without it: facts, "
    "names, numbers, decisions and open questions. Answer with the summary only."
)

Ask = Callable[[Sequence[StoredMessage]], Awaitable[ModelReply]]


Overflow = Literal["summary", "cut", "fail"]
"""What becomes of turns that a model has no room for: summarised by it, left out, or the run fails."""


class Compaction:
    """Makes a run's conversation fit. What was learned of the window holds for the rest of the run.

    `window` is what the model is known to hold, in tokens; `offered` the characters of the tools it is offered. How
    many characters a token has is learned from what the endpoint counts.
    """

    def __init__(
        self, trace: RunTrace, *, earlier: int, overflow: Overflow, window: int | None = None, offered: int = 0
    ) -> None:
        self._trace = trace
        self._earlier = earlier
        self._overflow = overflow
        self._window = window
        self._offered = offered
        self._chars_per_token = float(CHARS_PER_TOKEN)
        self._refused: int | None = None
        self._limit: int | None = None
        self._summary: tuple[int, str] = (0, "")

    async def ask(
        self, messages: Sequence[StoredMessage], ask: Ask, *, model: ChatModel, span: Span, key: str
    ) -> ModelReply:
        """Ask, with less where it must be. Raises ContextTooLong when nothing is left to leave out."""
        if self._overflow == "fail":
            return await ask(messages)
        sent = await self._fitting(messages, model=model, span=span, key=key)
        for number in range(2, MAX_TRIES + 1):
            try:
                return self._learned(await ask(sent), sent)
            except ContextTooLong as error:
                target = size_of(sent) // 2
                reported = error.extra.get("window_tokens")
                if reported:
                    target = min(max(target, reported * CHARS_PER_TOKEN), int(size_of(sent) * 0.8))
                fitted = fit(messages, self._earlier, target)
                if fitted is None or size_of(fitted.messages) >= size_of(sent):
                    raise
                self._refused = self._limit = target
                words = f"the conversation was too long for the model's window: {fitted.reported()} ({error.detail})"
                self._report(words, error.code, number, span=span, key=key)
                sent = await self._shorter(fitted, target, model=model, span=span, key=key)
        return await ask(sent)

    async def _fitting(
        self, messages: Sequence[StoredMessage], *, model: ChatModel, span: Span, key: str
    ) -> Sequence[StoredMessage]:
        """Return the conversation, shorter where it is known not to fit."""
        known = self._room()
        limits = [limit for limit in (self._refused, known) if limit is not None]
        limit = min(limits, default=None)
        if limit is None or size_of(messages) <= limit:
            return messages
        fitted = fit(messages, self._earlier, limit)
        if fitted is None:
            return messages
        if self._limit is None and known is not None:
            words = f"the conversation is too long for the model's window of {self._window:,} tokens"
            self._report(f"{words}: {fitted.reported()}", ContextTooLong.code, 2, span=span, key=key)
        self._limit = limit
        return await self._shorter(fitted, limit, model=model, span=span, key=key)

    def _room(self) -> int | None:
        """Return how many characters of messages the window has room for, beside the tools and an answer."""
        if self._window is None:
            return None
        tokens = self._window - min(MAX_ANSWER_TOKENS, self._window // 4)
        return max(SHORTEST, int(tokens * self._chars_per_token) - self._offered)

    def _learned(self, reply: ModelReply, sent: Sequence[StoredMessage]) -> ModelReply:
        """Learn from a reply how many characters of this conversation make a token of this model."""
        if self._window is None or reply.usage.estimated:
            return reply
        tokens, chars = reply.usage.input_tokens, size_of(sent) + self._offered
        if tokens > 0 and chars >= LEARNED_FROM:
            # What is added later may be denser than what was: a tenth is kept back.
            self._chars_per_token = min(MAX_CHARS_PER_TOKEN, max(0.5, 0.9 * chars / tokens))
        return reply

    def used_before(self, key: str, asked: str) -> None:
        """Add up what a summary for this call cost in an earlier attempt."""
        recorded = self._trace.claim.journal.reply(_summary_key(key))
        if recorded is not None and not recorded.taken_over:
            cost = self._trace.cost_usd(recorded.model, asked, recorded.token_usage)
            self._trace.tally.add_reply(recorded.token_usage, cost)

    async def _shorter(
        self, fitted: Fitted, target: int, *, model: ChatModel, span: Span, key: str
    ) -> Sequence[StoredMessage]:
        """Return what fits, with a note on what is left out in its place."""
        count = len(fitted.left_out)
        if not count:
            return fitted.messages
        if self._summary[0] != count:
            text = await self._summarised(fitted, model, span, key) if self._overflow == "summary" else ""
            self._summary = (count, text[: max(200, target // 4)])
        return with_summary(fitted.messages, count, self._summary[1])

    async def _summarised(self, fitted: Fitted, model: ChatModel, span: Span, key: str) -> str:
        """Return what the model makes of the turns that are left out; nothing when it cannot."""
        key = _summary_key(key)
        recorded = self._trace.claim.journal.reply(key)
        if recorded is not None:
            self.used_before(key.removesuffix(SUMMARY), model.name)
            return recorded.content
        most = min(MAX_SUMMARISED, max(1000, (self._limit or MAX_SUMMARISED) // 2))
        each = max(100, most // max(1, len(fitted.left_out)))
        lines = [f"{message['role']}: {message['content'][:each]}" for message in fitted.left_out]
        request = ModelRequest(
            messages=(
                ChatMessage(role="system", content=_ASKED),
                ChatMessage(role="user", content="\n\n".join(lines)[-most:]),
            ),
            max_tokens=SUMMARY_TOKENS,
            on_sent=self._trace.sending(key),
        )
        began = time.perf_counter()
        try:
            reply = await model.reply(request, lambda _: None)
        except ModelError:
            return ""
        duration_ms = milliseconds_since(began)
        self._trace.used(reply.model, model.name, reply.usage, key=key, span=span, duration_ms=duration_ms)
        self._trace.recorder.record(
            Message(
                timestamp=time.time(),
                span_id=key,
                parent_span_id=span.id,
                message_id=f"{key}@{self._trace.claim.run.attempt}",
                content=reply.content,
                model=reply.model,
                finish_reason=reply.finish_reason,
                call_key=key,
                token_usage=reply.usage,
            )
        )
        return reply.content

    def _report(self, words: str, code: str, number: int, *, span: Span, key: str) -> None:
        self._trace.recorder.record(
            Retry(
                timestamp=time.time(),
                span_id=key,
                parent_span_id=span.id,
                what="model",
                reason=words,
                error_code=code,
                try_number=number,
            )
        )


def _summary_key(key: str) -> str:
    return key + SUMMARY
