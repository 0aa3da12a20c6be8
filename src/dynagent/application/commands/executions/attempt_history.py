"""What became of each attempt of an execution that kept losing its workers, as its log tells it."""

from dynagent.core.runs import (
    AnyTraceEvent,
    InterruptRaised,
    Message,
    NodeStart,
    Token,
    ToolEnd,
    ToolStart,
    TraceLog,
    events_of,
)


async def attempt_history(trace: TraceLog, execution_id: str, attempts: int) -> str:
    """Return a sentence for each attempt from the first to `attempts`: how long it lasted and what it did last."""
    first: dict[int, AnyTraceEvent] = {}
    last: dict[int, AnyTraceEvent] = {}
    async for event in events_of(trace, execution_id):
        first.setdefault(event.attempt, event)
        last[event.attempt] = event
    return " ".join(_sentence(number, first.get(number), last.get(number)) for number in range(1, attempts + 1))


def _sentence(number: int, first: AnyTraceEvent | None, last: AnyTraceEvent | None) -> str:
    if first is None or last is None:
        return f"Attempt {number} left nothing in the log."
    return f"Attempt {number} ended after {max(0.0, last.timestamp - first.timestamp):.1f} s {_doing(last)}."


def _doing(event: AnyTraceEvent) -> str:
    match event:
        case ToolStart():
            return f"in a call of the tool {event.tool}"
        case ToolEnd():
            return f"after a call of the tool {event.tool}"
        case Token():
            return "while the model was answering"
        case Message():
            return "after a reply of the model"
        case NodeStart():
            return f"in the step {event.node}"
        case InterruptRaised():
            return "waiting for a person"
        case _:
            return "before its first step"
