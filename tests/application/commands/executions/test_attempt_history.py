"""An execution that was given up tells what became of each attempt."""

import pytest

from dynagent.application.commands.executions.attempt_history import attempt_history
from dynagent.core.runs import AnyTraceEvent, Frame, Message, NodeStart, Retry, Token, ToolStart
from tests.fakes.dispatch import FakeTraceLog

CALL = {"arguments": {}, "call_id": "c", "call_key": "k", "line": "▶ boom()"}
STORED: list[AnyTraceEvent] = [
    NodeStart(timestamp=100.0, seq=2, attempt=1, node="model"),
    ToolStart.model_validate({"timestamp": 103.25, "seq": 3, "attempt": 1, "tool": "boom", **CALL}),
    Retry(timestamp=110.0, seq=4, attempt=2, what="execution", reason="r", error_code="worker_lost", try_number=2),
    Token(timestamp=120.0, seq=5, attempt=4, message_id="m", content="x", offset=0),
    Token(timestamp=121.0, seq=6, attempt=4, message_id="m", content="y", offset=1),
    NodeStart(timestamp=130.0, seq=7, attempt=5, node="tools"),
    Message(timestamp=140.0, seq=8, attempt=6, message_id="m", content="", model="m", call_key="k"),
]


async def test_each_attempt_has_its_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    trace = FakeTraceLog()
    frames = [Frame(event.seq, event.model_dump_json().encode(), terminal=False) for event in STORED]

    async def read(execution_id: str, after: int, limit: int, *, ended: bool = False) -> list[Frame]:
        return [frame for frame in frames if frame.seq > after][:2]

    monkeypatch.setattr(trace, "read", read)
    assert await attempt_history(trace, "id", 6) == (
        "Attempt 1 ended after 3.2 s in a call of the tool boom. "
        "Attempt 2 ended after 0.0 s before its first step. "
        "Attempt 3 left nothing in the log. "
        "Attempt 4 ended after 1.0 s while the model was answering. "
        "Attempt 5 ended after 0.0 s in the step tools. "
        "Attempt 6 ended after 0.0 s after a reply of the model."
    )
