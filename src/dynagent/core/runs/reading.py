"""Reading a stored trace from its beginning to what is there now."""

from collections.abc import AsyncGenerator

from pydantic import TypeAdapter

from dynagent.core.runs.ports import TraceLog
from dynagent.core.runs.trace import AnyTraceEvent, TraceEvent

READ_PAGE = 1000
EVENTS: TypeAdapter[AnyTraceEvent] = TypeAdapter(TraceEvent)
"""Reads an event from its JSON."""


async def events_of(trace: TraceLog, execution_id: str, *, ended: bool = False) -> AsyncGenerator[AnyTraceEvent]:
    """Yield the stored events of an execution in their order; of an `ended` one from wherever it costs least."""
    after = 0
    while frames := await trace.read(execution_id, after, READ_PAGE, ended=ended):
        for frame in frames:
            yield EVENTS.validate_json(frame.payload)
        after = frames[-1].seq
