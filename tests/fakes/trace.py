"""A trace recorder that keeps the events in a list."""

from collections.abc import Iterable

from dynagent.core.runs import AnyTraceEvent, Outcome, SentCall, Token, ToolEnd, ToolStart


class ListedTrace:
    """Implements TraceRecorder: `events` in the order recorded, numbered from `first_seq`; text is not coalesced."""

    def __init__(self, first_seq: int = 2, attempt: int = 1) -> None:
        self.events: list[AnyTraceEvent] = []
        self.flushed: list[int] = []
        self.model_calls: dict[str, SentCall] = {}
        self.outcome: Outcome | None = None
        self._next = first_seq
        self._attempt = attempt
        self._offsets: dict[str, int] = {}

    def record(self, event: AnyTraceEvent) -> None:
        """Number and keep."""
        self.events.append(event.model_copy(update={"seq": self._next, "attempt": self._attempt}))
        self._next += 1

    def record_text(self, message_id: str, text: str, *, span_id: str | None, parent_span_id: str | None) -> None:
        """Keep as one token event."""
        offset = self._offsets.get(message_id, 0)
        self._offsets[message_id] = offset + len(text)
        self.record(
            Token(
                timestamp=0.0,
                message_id=message_id,
                content=text,
                offset=offset,
                span_id=span_id,
                parent_span_id=parent_span_id,
            )
        )

    def record_model_call(self, call: SentCall) -> None:
        """Keep the last one of each key."""
        self.model_calls[call.call_key] = call

    async def flush(self) -> None:
        """Note how many events there were."""
        self.flushed.append(len(self.events))

    async def finish(self, outcome: Outcome, last: AnyTraceEvent) -> None:
        """Keep the outcome and the last event."""
        self.outcome = outcome
        self.record(last)

    def types(self) -> list[str]:
        """Return the type of each event, tokens left out."""
        return [event.type for event in self.events if event.type != "token"]

    def lines(self) -> list[str]:
        """Return the lines of tool calls and results, as a person reads the trace."""
        return lines(self.events)


def lines(events: Iterable[AnyTraceEvent]) -> list[str]:
    """Return the lines of tool calls and results among the events."""
    return [event.line for event in events if isinstance(event, (ToolStart, ToolEnd))]
