"""What the models of a run were sent, over HTTP."""

from datetime import UTC, datetime

import httpx2

from dynagent.core.runs import ModelCallContent, ModelCallSummary
from tests.presentation.api.house import House

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)


def a_call(number: int) -> ModelCallContent:
    summary = ModelCallSummary(
        number=number,
        call_key=f"execute_tools.{number}/model.1",
        attempt=1,
        tries=2,
        sent_at=NOON,
        lane="wire",
        model="gpt",
        left_out=("temperature",),
        messages=2,
        tools=1,
        bytes=300,
        complete=False,
    )
    messages = ({"role": "user", "content": "hi"}, None)
    return ModelCallContent(
        summary=summary, messages=messages, tools=({"type": "function"},), parameters={"stream": True}
    )


async def test_the_calls_of_a_run_are_listed_and_shown(api: httpx2.AsyncClient, house: House, agent_id: str) -> None:
    id = (await api.post("/api/executions", json={"agent_id": agent_id, "query": "23*19"})).json()["id"]
    house.model_calls.stored[id] = [a_call(1), a_call(2)]

    listed = (await api.get(f"/api/v1/executions/{id}/model-calls", params={"limit": 1, "skip": 1})).json()

    assert (listed["total"], listed["skip"], listed["limit"]) == (2, 1, 1)
    assert listed["model_calls"] == [
        {
            "number": 2,
            "call_key": "execute_tools.2/model.1",
            "attempt": 1,
            "tries": 2,
            "sent_at": "2026-01-01T12:00:00Z",
            "lane": "wire",
            "model": "gpt",
            "left_out": ["temperature"],
            "message_count": 2,
            "tool_count": 1,
            "bytes": 300,
            "complete": False,
        }
    ]
    shown = (await api.get(f"/api/v1/executions/{id}/model-calls/2")).json()
    assert shown == listed["model_calls"][0] | {
        "messages": [{"role": "user", "content": "hi"}, None],
        "tools": [{"type": "function"}],
        "parameters": {"stream": True},
    }


async def test_what_is_not_there_is_a_404(api: httpx2.AsyncClient, agent_id: str) -> None:
    id = (await api.post("/api/executions", json={"agent_id": agent_id, "query": "23*19"})).json()["id"]
    unknown = "01900000-0000-7000-8000-000000000000"

    missing = await api.get(f"/api/v1/executions/{id}/model-calls/1")
    assert (missing.status_code, missing.json()["error_code"]) == (404, "model_call_not_found")
    for path in (f"{unknown}/model-calls", f"{unknown}/model-calls/1", "nonsense/model-calls"):
        answer = await api.get(f"/api/v1/executions/{path}")
        assert (answer.status_code, answer.json()["error_code"]) == (404, "execution_not_found")
    assert (await api.get(f"/api/v1/executions/{id}/model-calls/0")).status_code == 422
