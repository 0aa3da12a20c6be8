"""Recovery by journal: what earlier attempts already did, found by the deterministic key of each call."""

from collections.abc import Iterable

from dynagent.core.executions.trace import AnyTraceEvent, Message, NodeEnd, NodeStart, ToolEnd, ToolStart


class Journal:
    """The finished calls in an execution's log; a new attempt takes their results instead of calling again."""

    def __init__(self, events: Iterable[AnyTraceEvent] = ()) -> None:
        self._replies: dict[str, Message] = {}
        self._starts: dict[str, ToolStart] = {}
        self._ends: dict[str, ToolEnd] = {}
        self._nodes: set[tuple[str, str | None]] = set()
        for event in events:
            if isinstance(event, Message):
                self._replies.setdefault(event.call_key, event)
            elif isinstance(event, ToolStart):
                self._starts.setdefault(event.call_key, event)
            elif isinstance(event, ToolEnd):
                self._ends.setdefault(event.call_key, event)
            elif isinstance(event, NodeEnd) and event.error is not None:
                self._nodes.discard(("node_start", event.span_id))  # it failed, so it begins anew
            elif isinstance(event, (NodeStart, NodeEnd)):
                self._nodes.add((event.type, event.span_id))

    def reply(self, call_key: str) -> Message | None:
        """Return the recorded reply of a model call, None when it never finished."""
        return self._replies.get(call_key)

    def tool_end(self, call_key: str) -> ToolEnd | None:
        """Return the recorded end of a tool call, None when it never ended."""
        return self._ends.get(call_key)

    def node_started(self, span_id: str) -> bool:
        """Say whether the start of this step is in the log already."""
        return ("node_start", span_id) in self._nodes

    def node_ended(self, span_id: str) -> bool:
        """Say whether the end of this step is in the log already."""
        return ("node_end", span_id) in self._nodes

    def in_doubt(self, call_key: str) -> bool:
        """Say whether a tool call was started and nobody knows whether it took place."""
        return call_key in self._starts and call_key not in self._ends
