"""The contract of streams, frame by frame."""

import asyncio
import json
from typing import Any

import httpx2
import pytest
import pytest_asyncio

from dynagent.presentation.api.shared.sse import StreamHost
from tests.presentation.api.house import House
from tests.presentation.api.watching import Watcher

UNKNOWN = "01900000-0000-7000-8000-000000000000"
TYPES = ["connection", "node_start", "tool_start", "tool_end", "node_end", "complete"]


@pytest_asyncio.fixture
async def finished(api: httpx2.AsyncClient, agent_id: str) -> str:
    """An execution that has ended, with six events."""
    answer = await api.post("/api/executions", json={"agent_id": agent_id, "query": "23*19"})
    return answer.json()["id"]


def follow(house: House, execution_id: str, last: str | None = None) -> Watcher:
    """Follow an execution."""
    headers = {} if last is None else {"Last-Event-ID": last}
    return Watcher(house.app, f"/api/executions/{execution_id}/stream", headers=headers)


async def test_a_query_starts_an_execution_and_streams_it_to_its_end(house: House, agent_id: str) -> None:
    watcher = await Watcher(house.app, f"/api/stream/{agent_id}", "query=23*19").over()

    (execution_id,) = house.executions.stored
    assert watcher.status == 200
    assert watcher.ended
    assert [json.loads(event.data)["type"] for event in watcher.events] == TYPES
    assert [event.id for event in watcher.events] == [f"{execution_id}:{seq}" for seq in range(1, 7)]
    assert json.loads(watcher.events[0].data)["status"] == "connected"
    assert watcher.answer_headers["x-execution-id"] == execution_id
    assert "event:" not in watcher.text


async def test_headers_and_hint_suit_proxies_and_browsers(house: House, finished: str) -> None:
    watcher = await follow(house, finished).over()

    assert watcher.answer_headers["content-type"] == "text/event-stream; charset=utf-8"
    assert watcher.answer_headers["cache-control"] == "no-cache, no-transform"
    assert watcher.answer_headers["connection"] == "keep-alive"
    assert watcher.answer_headers["x-accel-buffering"] == "no"
    assert "content-length" not in watcher.answer_headers
    assert watcher.text.startswith(f"retry: 1000\nid: {finished}:1\ndata: ")


async def test_replayed_bytes_equal_the_live_bytes(house: House, agent_id: str) -> None:
    live = await Watcher(house.app, f"/api/stream/{agent_id}", "query=1").over()
    (execution_id,) = house.executions.stored

    replay = await follow(house, execution_id).over()

    assert replay.events == live.events
    assert [frame.payload for frame in house.trace.logs[execution_id]] == [event.data for event in live.events]


@pytest.mark.parametrize("last", [None, "", "-1", "0", "{id}:0", " -1 "])
async def test_without_a_position_the_stream_begins_at_the_start(house: House, finished: str, last: str | None) -> None:
    watcher = await follow(house, finished, last and last.format(id=finished)).over()

    assert watcher.seqs == [1, 2, 3, 4, 5, 6]


@pytest.mark.parametrize(("last", "seqs"), [("{id}:2", [3, 4, 5, 6]), ("4", [5, 6]), ("{id}:5", [6])])
async def test_a_stream_resumes_strictly_after_the_last_event(
    house: House, finished: str, last: str, seqs: list[int]
) -> None:
    watcher = await follow(house, finished, last.format(id=finished)).over()

    assert (watcher.status, watcher.seqs, watcher.ended) == (200, seqs, True)


@pytest.mark.parametrize("seq", [6, 7, 999, 2**31, 10**18 - 1])
async def test_at_and_beyond_the_end_of_a_finished_run_a_204_ends_coming_back(
    house: House, finished: str, agent_id: str, seq: int
) -> None:
    last = {"Last-Event-ID": f"{finished}:{seq}"}
    for path in (f"/api/executions/{finished}/stream", f"/api/stream/{agent_id}"):
        watcher = await Watcher(house.app, path, headers=last).over()

        assert (watcher.status, watcher.text, watcher.ended) == (204, "", True)
        assert watcher.answer_headers["x-execution-id"] == finished


async def test_beyond_the_end_of_a_live_run_only_what_follows_comes(house: House, agent_id: str) -> None:
    house.pause = asyncio.Event()
    first = await Watcher(house.app, f"/api/stream/{agent_id}", "query=1").until(2)
    (execution_id,) = house.executions.stored
    while len(house.trace.logs[execution_id]) < 2:
        await asyncio.sleep(0)

    ahead = follow(house, execution_id, f"{execution_id}:1000")
    while house.trace.followers < 2:
        await asyncio.sleep(0)
    house.pause.set()

    assert (await ahead.over()).seqs == [3, 4, 5, 6]
    assert (await first.over()).seqs == [1, 2, 3, 4, 5, 6]


@pytest.mark.parametrize("last", ["x", "-2", "1.5", "{id}:", "{id}:-1", "{id}:1:2", ":1", "١", "{id}x:1", "1e3"])
async def test_a_malformed_position_is_a_400(house: House, finished: str, last: str) -> None:
    watcher = await follow(house, finished, last.format(id=finished)).over()

    assert (watcher.status, json.loads(watcher.text)["error_code"]) == (400, "malformed_event_id")


async def test_a_position_in_another_execution_is_a_400(house: House, finished: str) -> None:
    assert (await follow(house, finished, f"{UNKNOWN}:1").over()).status == 400


async def test_the_starting_route_resumes_that_execution_and_starts_none(
    house: House, agent_id: str, finished: str
) -> None:
    path = f"/api/stream/{agent_id}"
    resumed = await Watcher(house.app, path, "query=again", {"Last-Event-ID": f"{finished}:4"}).over()
    attached = await Watcher(house.app, path, f"execution_id={finished}").over()
    both = await Watcher(house.app, path, f"execution_id={finished}", {"Last-Event-ID": "5"}).over()

    assert (resumed.seqs, attached.seqs, both.seqs) == ([5, 6], [1, 2, 3, 4, 5, 6], [6])
    assert len(house.executions.stored) == 1


@pytest.mark.parametrize("last", ["", "-1"])
async def test_an_empty_position_on_the_starting_route_starts_one(house: House, agent_id: str, last: str) -> None:
    watcher = await Watcher(house.app, f"/api/stream/{agent_id}", "query=1", {"Last-Event-ID": last}).over()

    assert watcher.seqs == [1, 2, 3, 4, 5, 6]
    assert len(house.executions.stored) == 1


async def test_the_starting_route_refuses_what_it_cannot_do(
    house: House, api: httpx2.AsyncClient, agent_id: str, finished: str
) -> None:
    other = (await api.post("/api/agents", json={"name": "Other"})).json()["id"]

    async def refusal(agent: str, query: str = "", last: str = "") -> tuple[int, str]:
        answer = await api.get(f"/api/stream/{agent}?{query}", headers={"Last-Event-ID": last})
        return answer.status_code, answer.json()["error_code"]

    assert await refusal(agent_id) == (422, "invalid_input")
    assert await refusal(agent_id, "query=") == (422, "invalid_input")
    assert await refusal(UNKNOWN, "query=1") == (404, "agent_not_found")
    assert await refusal(agent_id, "query=1", "5") == (400, "malformed_event_id")
    assert await refusal(agent_id, "query=1", f"{UNKNOWN}:5") == (404, "execution_not_found")
    assert await refusal(other, last=f"{finished}:5") == (404, "execution_not_found")
    assert await refusal(other, f"execution_id={finished}") == (404, "execution_not_found")
    assert await refusal(agent_id, "execution_id=none") == (404, "execution_not_found")
    assert await refusal(agent_id, f"execution_id={finished}", f"{UNKNOWN}:5") == (400, "malformed_event_id")


async def test_a_heartbeat_is_a_comment(house: House, agent_id: str) -> None:
    house.pause = asyncio.Event()
    watcher = await Watcher(house.app, f"/api/stream/{agent_id}", "query=1").until(2)
    while len(watcher.seqs) < 2:
        await watcher.until(len(watcher.chunks) + 1)
    count = len(watcher.chunks)

    await house.trace.beat()
    await watcher.until(count + 1)

    assert watcher.chunks[count] == b": still here\n"
    house.pause.set()
    assert (await watcher.over()).seqs == [1, 2, 3, 4, 5, 6]


async def test_a_batch_is_one_chunk(house: House, finished: str) -> None:
    watcher = await follow(house, finished).over()

    assert len(watcher.chunks) == 2


async def test_a_client_that_leaves_ends_its_stream_and_nothing_else(house: House, agent_id: str) -> None:
    house.pause = asyncio.Event()
    watcher = await Watcher(house.app, f"/api/stream/{agent_id}", "query=1").until(2)
    assert (house.trace.followers, house.open_scopes) == (1, 0)

    await watcher.leave()

    assert house.trace.followers == 0
    house.pause.set()
    await house.settled()
    assert [execution.status for execution in house.executions.stored.values()] == ["completed"]
    assert house.signal.announced == []


async def test_a_stopping_server_ends_streams_with_a_hint(house: House, agent_id: str) -> None:
    house.pause = asyncio.Event()
    watcher = await Watcher(house.app, f"/api/stream/{agent_id}", "query=1").until(2)

    house.shutdown.begin()
    await watcher.over()

    assert watcher.ended
    assert watcher.text.endswith("retry: 1000\n")
    assert house.trace.followers == 0
    house.pause.set()


async def test_a_failure_in_mid_stream_ends_it_with_a_hint_and_no_terminal_event(
    house: House, finished: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(execution_id: str, after: int, *_: object, ended: bool = False) -> object:
        if after:
            raise ConnectionError("the database is away")
        return house.trace.logs[execution_id][:2]

    monkeypatch.setattr(house.trace, "read", broken)

    watcher = await follow(house, finished).over()

    assert (watcher.status, watcher.seqs, watcher.ended) == (200, [1, 2], True)
    assert watcher.text.endswith("retry: 1000\n")
    assert "database" not in watcher.text


async def test_inside_the_keeper_a_stream_is_the_same_and_the_layers_that_let_it_in_have_ended(
    house: House, agent_id: str
) -> None:
    inside: list[str] = []

    async def layered(scope: Any, receive: Any, send: Any) -> None:
        inside.append(scope["path"])
        await house.app(scope, receive, send)
        inside.remove(scope["path"])

    kept: Any = StreamHost(layered)
    house.pause = asyncio.Event()
    watcher = await Watcher(kept, f"/api/stream/{agent_id}", "query=1").until(2)
    leaver = await Watcher(kept, f"/api/stream/{agent_id}", "query=2").until(2)
    assert inside == []
    assert house.trace.followers == 2

    await leaver.leave()
    assert house.trace.followers == 1
    house.pause.set()
    await watcher.over()
    assert (watcher.status, watcher.seqs, watcher.ended) == (200, [1, 2, 3, 4, 5, 6], True)

    refused = await Watcher(kept, "/api/stream/nobody", "query=1").over()
    assert (refused.status, refused.ended) == (404, True)


async def test_a_stream_that_is_cancelled_from_outside_stays_cancelled(house: House, agent_id: str) -> None:
    house.pause = asyncio.Event()
    watcher = await Watcher(house.app, f"/api/stream/{agent_id}", "query=1").until(2)

    watcher.task.cancel()

    with pytest.raises(asyncio.CancelledError):
        await watcher.over()
    assert not watcher.ended
    assert house.trace.followers == 0
    house.pause.set()


@pytest.mark.parametrize("name", ["notifications", "workflow", "no-such-agent"])
async def test_a_reserved_name_is_no_agent(house: House, name: str) -> None:
    async with house.client() as client:
        answer = await client.get(f"/api/v1/stream/{name}")
    assert (answer.status_code, answer.json()["error_code"]) == (404, "agent_not_found")
    assert "no stream of the name" in answer.json()["detail"]
