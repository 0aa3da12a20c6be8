"""The recorder numbers without gaps, keeps the order, coalesces text, and answers those who wait."""

import asyncio
import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from dynagent.core.executions import Execution
from dynagent.core.runs import Claim, Failed, NodeEnd, NodeStart, Outcome, RunLost, RunStatus, ToolEnd
from dynagent.infrastructure.trace.recorder import BatchingRecorder

NOW = datetime(2026, 1, 1, tzinfo=UTC)


def claim(last_seq: int = 1, attempt: int = 1) -> Claim:
    execution = Execution(
        id="01a1fbd1-034f-79b1-bf7b-77098bbc65ab",
        user_id="u",
        agent_id="a",
        agent_version=1,
        agent_name="A",
        query="q",
        attempt=attempt,
        created_at=NOW,
    )
    return Claim(execution, last_seq)


class Clock:
    """What has passed on a worker, whatever its wall says."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.passed = 50.0
        monkeypatch.setattr("dynagent.infrastructure.trace.recorder.time.monotonic", lambda: self.passed)


class Writer:
    """Collects what a recorder hands over; stores only when told."""

    def __init__(self) -> None:
        self.wakes = 0
        self.events: list[dict[str, Any]] = []

    def wake(self, recorder: BatchingRecorder) -> None:
        self.wakes += 1

    def store(self, recorder: BatchingRecorder) -> None:
        taken = recorder.take()
        self.events += [json.loads(event.frame.payload) for event in taken]
        if taken:
            recorder.stored(taken[-1].frame.seq)


def start(node: str = "analyze") -> NodeStart:
    return NodeStart(timestamp=1.0, node=node, span_id="s")


async def test_seq_continues_after_the_logs_last_and_attempt_is_filled_in() -> None:
    writer = Writer()
    recorder = BatchingRecorder(claim(last_seq=7, attempt=3), window_s=0.015, wake=writer.wake)
    recorder.record(start())
    recorder.record(NodeEnd(timestamp=2.0, node="analyze", duration_ms=1.0))
    writer.store(recorder)
    assert [(event["seq"], event["attempt"], event["type"]) for event in writer.events] == [
        (8, 3, "node_start"),
        (9, 3, "node_end"),
    ]


async def test_type_stands_first_in_the_json() -> None:
    writer = Writer()
    recorder = BatchingRecorder(claim(), window_s=0.015, wake=writer.wake)
    recorder.record(start())
    assert recorder.take()[0].frame.payload.startswith(b'{"type":"node_start","seq":2,')


async def test_the_first_piece_of_text_goes_at_once_and_later_ones_together() -> None:
    writer = Writer()
    recorder = BatchingRecorder(claim(), window_s=10, wake=writer.wake)
    for piece in ("He", "ll", "o"):
        recorder.record_text("m", piece, span_id="s", parent_span_id="p")
    recorder.record(start())
    writer.store(recorder)
    assert [(event["type"], event.get("content"), event.get("offset")) for event in writer.events] == [
        ("token", "He", 0),
        ("token", "llo", 2),
        ("node_start", None, None),
    ]
    assert [characters for characters, _ in writer.events[1]["parts"]] == [2, 1]
    assert [event["seq"] for event in writer.events] == [2, 3, 4]


async def test_text_that_waits_is_sent_when_its_window_ends() -> None:
    writer = Writer()
    recorder = BatchingRecorder(claim(), window_s=0.01, wake=writer.wake)
    recorder.record_text("m", "a", span_id=None, parent_span_id=None)
    recorder.record_text("m", "b", span_id=None, parent_span_id=None)
    while writer.wakes < 2:
        await asyncio.sleep(0.005)
    writer.store(recorder)
    assert [event["content"] for event in writer.events] == ["a", "b"]


async def test_another_message_begins_at_offset_zero() -> None:
    writer = Writer()
    recorder = BatchingRecorder(claim(), window_s=10, wake=writer.wake)
    for message, piece in (("m", "a"), ("m", "b"), ("n", "c")):
        recorder.record_text(message, piece, span_id=None, parent_span_id=None)
    writer.store(recorder)
    assert [(event["message_id"], event["content"], event["offset"]) for event in writer.events] == [
        ("m", "a", 0),
        ("m", "b", 1),
        ("n", "c", 0),
    ]


async def test_flush_returns_when_everything_is_stored() -> None:
    writer = Writer()
    recorder = BatchingRecorder(claim(), window_s=10, wake=writer.wake)
    await recorder.flush()
    recorder.record(start())
    flushing = asyncio.create_task(recorder.flush())
    await asyncio.sleep(0)
    assert not flushing.done()
    writer.store(recorder)
    await flushing


async def test_a_flush_after_the_writer_took_the_batch_still_waits_for_the_commit() -> None:
    writer = Writer()
    recorder = BatchingRecorder(claim(), window_s=10, wake=writer.wake)
    recorder.record(start())
    taken = recorder.take()
    flushing = asyncio.create_task(recorder.flush())
    await asyncio.sleep(0)
    assert not flushing.done()
    recorder.stored(taken[-1].frame.seq)
    await flushing


async def test_a_refused_attempt_raises_lost_and_keeps_nothing() -> None:
    writer = Writer()
    recorder = BatchingRecorder(claim(), window_s=10, wake=writer.wake)
    recorder.record(start())
    flushing = asyncio.create_task(recorder.flush())
    await asyncio.sleep(0)
    recorder.refuse(RunLost("gone"))
    with pytest.raises(RunLost):
        await flushing
    recorder.record(start())
    assert recorder.take() == []
    with pytest.raises(RunLost):
        await recorder.flush()


async def test_finish_hands_over_the_outcome_with_the_last_event() -> None:
    writer = Writer()
    recorder = BatchingRecorder(claim(), window_s=10, wake=writer.wake)
    outcome = Outcome(status=RunStatus.FAILED)
    finishing = asyncio.create_task(
        recorder.finish(outcome, Failed(timestamp=1.0, message="m", error_code="c", duration_ms=1))
    )
    await asyncio.sleep(0)
    assert recorder.outcome is outcome
    writer.store(recorder)
    await finishing
    assert writer.events[-1]["type"] == "error"


async def test_results_that_json_cannot_hold_are_stored_with_replacements() -> None:
    writer = Writer()
    recorder = BatchingRecorder(claim(), window_s=10, wake=writer.wake)
    recorder.record(
        ToolEnd(
            timestamp=1.0,
            tool="t",
            call_id="c",
            call_key="k",
            result={"a\ud800": 2**100},
            duration_ms=1,
            line="x\udfff",
        )
    )
    writer.store(recorder)
    assert writer.events[0]["result"] == {"a\ufffd": 2**100}


async def test_times_go_by_the_stores_clock_and_never_backwards(monkeypatch: pytest.MonkeyPatch) -> None:
    clock, writer = Clock(monkeypatch), Writer()
    recorder = BatchingRecorder(replace(claim(), moment=1790000000.5), window_s=0.0, wake=writer.wake)
    for wall in (900.0, 5.0, 1e10):
        recorder.record(NodeStart(timestamp=wall, node='say "timestamp":1,', span_id="s"))
        clock.passed += 0.25
    taken = recorder.take()
    assert [event.at for event in taken] == [1790000000.5, 1790000000.75, 1790000001.0]
    stored = [NodeStart.model_validate_json(event.frame.payload) for event in taken]
    assert [(event.timestamp, event.node) for event in stored] == [(item.at, 'say "timestamp":1,') for item in taken]
