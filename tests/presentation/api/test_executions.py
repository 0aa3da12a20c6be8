"""Executions over HTTP."""

import asyncio
import json
from typing import Any

import httpx2
import pytest

from dynagent.application.commands.executions import SubmitSettings
from dynagent.core.runs import MAX_LISTED_RESULT, InterruptRaised, RunStatus
from dynagent.presentation.api.shared.sse import StreamShutdown
from tests.presentation.api.house import House

UNKNOWN = "01900000-0000-7000-8000-000000000000"


async def run(api: httpx2.AsyncClient, agent_id: str, **fields: Any) -> httpx2.Response:
    body = {"agent_id": agent_id, "query": "23*19", **fields.pop("body", {})}
    return await api.post("/api/executions", json=body, **fields)


async def test_a_sync_run_answers_with_result_and_trace(api: httpx2.AsyncClient, agent_id: str, house: House) -> None:
    answer = await run(api, agent_id)

    execution = answer.json()
    assert answer.status_code == 201
    assert execution["id"] == execution["execution_id"]
    assert (execution["agent_id"], execution["agent_version"], execution["query"]) == (agent_id, 1, "23*19")
    assert (execution["status"], execution["result"]) == ("completed", "23*19 is 437.")
    assert execution["trace"] == ['▶ calculator(expression="23*19")', "✔ Result: 437"]
    assert execution["usage"]["total_tokens"] == 7
    assert execution["model"] == "scripted"
    assert execution["started_at"] < execution["completed_at"]
    assert execution["duration_ms"] > 0
    assert answer.headers["location"] == f"/api/executions/{execution['id']}"
    assert (house.open_scopes, house.trace.followers) == (0, 0)


async def test_an_async_run_answers_at_once(api: httpx2.AsyncClient, agent_id: str, house: House) -> None:
    house.pause = asyncio.Event()

    answer = await run(api, agent_id, body={"mode": "async", "lane": "batch", "priority": 3})

    assert (answer.status_code, answer.json()["status"]) == (202, "pending")
    assert answer.headers["location"] == f"/api/executions/{answer.json()['id']}"
    assert house.notifier.notified == [(answer.json()["id"], "batch")]
    house.pause.set()
    await house.settled()
    later = await api.get(answer.headers["location"])
    assert (later.json()["status"], later.json()["trace"][-1]) == ("completed", "✔ Result: 437")


async def test_an_agent_is_run_by_its_own_path(api: httpx2.AsyncClient, agent_id: str) -> None:
    answer = await api.post(f"/api/v1/agents/{agent_id}/run", json={"input": "23*19", "conversation_id": "c1"})

    assert answer.status_code == 201
    assert (answer.json()["query"], answer.json()["conversation_id"]) == ("23*19", "c1")


async def test_an_unknown_agent_or_model_is_refused(api: httpx2.AsyncClient, agent_id: str) -> None:
    assert (await run(api, UNKNOWN)).json()["error_code"] == "agent_not_found"
    assert (await run(api, "not-an-id")).status_code == 404
    unknown_model = await run(api, agent_id, body={"model": "none"})
    assert (unknown_model.status_code, unknown_model.json()["errors"][0]["pointer"]) == (422, "/model")


@pytest.mark.parametrize(
    "body", [{"query": ""}, {"query": None}, {"mode": "later"}, {"priority": 101}, {"lane": "quarantine"}, {"x": 1}]
)
async def test_a_request_that_does_not_fit_is_refused(
    api: httpx2.AsyncClient, agent_id: str, body: dict[str, object]
) -> None:
    assert (await run(api, agent_id, body=body)).status_code == 422


async def test_the_same_key_gives_the_same_execution(api: httpx2.AsyncClient, agent_id: str, house: House) -> None:
    key = {"Idempotency-Key": "order-1"}

    first = await run(api, agent_id, headers=key)
    again = await run(api, agent_id, headers=key)
    other = await run(api, agent_id, headers=key, body={"query": "something else"})

    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json()["id"] == again.json()["id"]
    assert again.json()["trace"] == first.json()["trace"]
    assert "idempotent-replayed" not in first.headers
    assert again.headers["idempotent-replayed"] == "true"
    assert (other.status_code, other.json()["error_code"]) == (409, "idempotency_key_reused")
    assert len(house.notifier.notified) == 1


async def test_one_key_at_the_same_moment_starts_one_execution(
    api: httpx2.AsyncClient, agent_id: str, house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    look = house.executions.by_idempotency_key
    looks = 0

    async def blind_at_first(key: str) -> Any:
        nonlocal looks
        looks += 1
        return None if looks == 1 else await look(key)

    await run(api, agent_id, headers={"Idempotency-Key": "k"})
    monkeypatch.setattr(house.executions, "by_idempotency_key", blind_at_first)

    answer = await run(api, agent_id, headers={"Idempotency-Key": "k"})

    assert answer.status_code == 201
    assert len(house.executions.stored) == 1


@pytest.mark.parametrize("key", ["", "with space", "x" * 256])
async def test_a_key_that_does_not_fit_is_refused(api: httpx2.AsyncClient, agent_id: str, key: str) -> None:
    assert (await run(api, agent_id, headers={"Idempotency-Key": key})).status_code == 422


async def test_a_full_queue_is_told_when_to_come_back(api: httpx2.AsyncClient, agent_id: str, house: House) -> None:
    house.submitting = SubmitSettings.model_construct(max_waiting_per_user=1, queue_retry_after_s=7.2)
    await run(api, agent_id)
    first = next(iter(house.executions.stored.values()))
    house.executions.stored[first.id] = first.model_copy(update={"status": RunStatus.PENDING})

    answer = await run(api, agent_id)

    assert (answer.status_code, answer.json()["error_code"]) == (429, "too_many_executions")
    assert answer.headers["retry-after"] == "8"


async def test_executions_are_listed_and_filtered(api: httpx2.AsyncClient, agent_id: str) -> None:
    await run(api, agent_id, body={"query": "one", "conversation_id": "c"})
    await run(api, agent_id, body={"query": "two"})

    async def queries(params: str) -> list[str]:
        answer = await api.get(f"/api/executions?{params}")
        assert answer.status_code == 200, answer.text
        return [item["query"] for item in answer.json()["executions"]]

    assert await queries("") == ["two", "one"]
    assert await queries(f"agent_id={agent_id}&status=completed&limit=1") == ["two"]
    assert await queries("conversation_id=c") == ["one"]
    assert await queries("agent_id=not-an-id") == []
    assert await queries("created_from=2030-01-01T00:00:00Z") == []
    assert await queries("created_to=2030-01-01T00:00:00%2B01:00") == ["two", "one"]
    assert (await api.get("/api/executions?created_from=2030-01-01")).status_code == 422
    assert (await api.get("/api/executions?created_from=2030-01-01T00:00:00")).status_code == 422


async def test_the_log_is_read_page_by_page_byte_for_byte(api: httpx2.AsyncClient, agent_id: str, house: House) -> None:
    execution_id = (await run(api, agent_id)).json()["id"]
    path = f"/api/v1/executions/{execution_id}/events"

    first = await api.get(f"{path}?limit=2")
    rest = await api.get(f"{path}?after={first.json()['next_after']}")
    beyond = await api.get(f"{path}?after=2147483647")

    assert [event["type"] for event in first.json()["events"]] == ["connection", "node_start"]
    assert first.json()["over"] is False
    assert (rest.json()["events"][-1]["type"], rest.json()["over"]) == ("complete", True)
    assert house.trace.logs[execution_id][0].payload in first.content
    assert beyond.json() == {"events": [], "next_after": 2147483647, "over": True}
    assert (await api.get(f"{path}?after=-1")).status_code == 422
    assert (await api.get(f"{path}?limit=1001")).status_code == 422


async def test_an_unknown_execution_is_a_404(api: httpx2.AsyncClient) -> None:
    for path in (UNKNOWN, "none", f"{UNKNOWN}/events", f"{UNKNOWN}/stream"):
        assert (await api.get(f"/api/executions/{path}")).json()["error_code"] == "execution_not_found"
    assert (await api.post(f"/api/executions/{UNKNOWN}/cancel")).status_code == 404


async def test_cancelling_marks_and_signals(api: httpx2.AsyncClient, agent_id: str, house: House) -> None:
    house.pause = asyncio.Event()
    execution_id = (await run(api, agent_id, body={"mode": "async"})).json()["id"]
    await asyncio.sleep(0)

    answer = await api.post(f"/api/executions/{execution_id}/cancel")

    assert answer.status_code == 200
    assert answer.json()["cancel_requested"] is True
    assert house.signal.announced == [execution_id]
    house.pause.set()
    await house.settled()
    over = await api.post(f"/api/executions/{execution_id}/cancel")
    assert (over.status_code, over.json()["error_code"]) == (409, "execution_over")


async def test_a_waiting_run_answers_202_when_the_server_stops(
    api: httpx2.AsyncClient, agent_id: str, house: House
) -> None:
    house.pause = asyncio.Event()
    waiting = asyncio.create_task(run(api, agent_id))
    while not house.trace.followers:
        await asyncio.sleep(0)

    house.shutdown.begin()
    answer = await waiting

    assert answer.status_code == 202
    assert answer.headers["location"].startswith("/api/executions/")
    assert house.trace.followers == 0
    house.pause.set()


async def test_a_run_that_waits_for_a_person_answers_202(api: httpx2.AsyncClient, agent_id: str, house: House) -> None:
    house.pause = asyncio.Event()
    waiting = asyncio.create_task(run(api, agent_id))
    while not house.trace.followers:
        await asyncio.sleep(0)
    (execution,) = house.executions.stored.values()
    question = InterruptRaised(
        timestamp=1, interrupt_id="i", call_key="k", reason="approval", value={}, response_schema={}
    )

    await house.trace.append(execution.id, question)
    await house.executions.update(execution.model_copy(update={"status": RunStatus.WAITING}))
    await house.trace.beat()
    answer = await waiting

    assert (answer.status_code, answer.json()["status"]) == (202, "waiting")
    assert house.trace.followers == 0
    house.pause.set()


async def test_a_client_that_leaves_cancels_nothing(api: httpx2.AsyncClient, agent_id: str, house: House) -> None:
    house.pause = asyncio.Event()
    waiting = asyncio.create_task(run(api, agent_id))
    while not house.trace.followers:
        await asyncio.sleep(0)
    waiting.cancel()
    await asyncio.gather(waiting, return_exceptions=True)

    house.pause.set()
    await house.settled()

    (execution,) = house.executions.stored.values()
    assert execution.status is RunStatus.COMPLETED
    assert house.signal.announced == []


async def test_times_are_iso_8601_in_utc(api: httpx2.AsyncClient, agent_id: str) -> None:
    text = (await run(api, agent_id)).text

    assert json.loads(text)["created_at"].endswith("Z")


def test_a_late_watcher_of_a_stopped_server_is_told_at_once() -> None:
    async def look() -> bool:
        shutdown = StreamShutdown()
        shutdown.begin()
        with shutdown.watch() as closing:
            return closing.done()

    assert asyncio.run(look())


async def test_long_results_are_shortened_in_lists_and_marks_are_shown(
    api: httpx2.AsyncClient, house: House, agent_id: str
) -> None:
    id = (await api.post("/api/executions", json={"agent_id": agent_id, "query": "23*19"})).json()["id"]
    stored = house.executions.stored[id]
    marked = {"result": f'"{"x" * MAX_LISTED_RESULT}"', "marks": ("time_limit", "tool_errors")}
    usage = stored.usage.model_copy(update={"failed_tool_calls": 2})
    asked = {**stored.input, "output_schema": {"type": "string"}}
    house.executions.stored[id] = stored.model_copy(update={**marked, "usage": usage, "input": asked})

    (listed,) = (await api.get("/api/executions")).json()["executions"]
    whole = (await api.get(f"/api/executions/{id}")).json()

    assert (len(listed["result"]), listed["result"][-1], listed["output"]) == (MAX_LISTED_RESULT + 1, "…", None)
    assert (listed["result_shortened"], whole["result_shortened"]) == (True, False)
    assert (len(whole["result"]), whole["output"]) == (MAX_LISTED_RESULT + 2, "x" * MAX_LISTED_RESULT)
    assert listed["marks"] == whole["marks"] == ["time_limit", "tool_errors"]
    assert whole["usage"]["failed_tool_calls"] == 2
