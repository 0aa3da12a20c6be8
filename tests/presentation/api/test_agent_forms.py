"""What `POST /api/v1/agents` wants of an agent, and the models it may name."""

from datetime import UTC, datetime
from typing import Any

import httpx2
import pytest

from dynagent.core.language_models import ModelRecord
from tests.fakes.language_models import FakeChatModels, ScriptedChatModel
from tests.presentation.api.house import House

LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)
KEPT = "01900000-0000-7000-8000-0000000000aa"
UNKNOWN = "01900000-0000-7000-8000-000000000000"
ROLE: dict[str, Any] = {
    "name": "Analyst",
    "role": "analyst",
    "goal": "Find what sells.",
    "backstory": "",
    "llm_model_id": KEPT,
}


@pytest.fixture(autouse=True)
def kept_model(house: House) -> None:
    """A model called Mine is kept under an id."""
    house.models = FakeChatModels(ScriptedChatModel(), ScriptedChatModel(name=KEPT))
    house.kept_models.stored[KEPT] = ModelRecord(
        id=KEPT,
        user_id=None,
        name="Mine",
        provider="openai",
        model_identifier="gpt-4o-mini",
        created_at=LONG_AGO,
        updated_at=LONG_AGO,
    )


def pointers(answer: httpx2.Response) -> set[str]:
    return {error["pointer"] for error in answer.json()["errors"]}


async def test_the_form_by_role_needs_its_five_fields_and_answers_the_flat_agent(api: httpx2.AsyncClient) -> None:
    body = ROLE | {"tools_config": [{"name": "sums", "type": "calculator"}], "max_rpm": 60, "associated_kb_ids": None}

    answer = await api.post("/api/v1/agents", json=body)

    agent = answer.json()
    assert answer.status_code == 201
    assert agent["agent_id"] == agent["id"]
    assert agent["user_id"] and agent["created_at"] and agent["updated_at"]
    assert agent["tools_config"] == [{"name": "sums", "type": "calculator", "config": {}}]
    assert (agent["llm_model_id"], agent["llm_name"], agent["model"]) == (KEPT, "Mine", KEPT)
    assert (agent["max_iter"], agent["max_rpm"], agent["knowledge_bases"]) == (15, 60, [])


@pytest.mark.parametrize("missing", ["name", "role", "goal", "backstory", "llm_model_id"])
async def test_each_of_the_five_is_asked_for(api: httpx2.AsyncClient, missing: str) -> None:
    answer = await api.post("/api/v1/agents/", json={name: item for name, item in ROLE.items() if name != missing})

    assert (answer.status_code, pointers(answer)) == (422, {f"/{missing}"})


async def test_a_body_with_nothing_hears_of_all_five(api: httpx2.AsyncClient) -> None:
    answer = await api.post("/api/v1/agents", json={})

    assert pointers(answer) == {"/name", "/role", "/goal", "/backstory", "/llm_model_id"}


@pytest.mark.parametrize("part", [{"tools": ["calculator"]}, {"model": "scripted"}, {"instructions": ""}])
async def test_with_instructions_model_or_tools_instructions_are_needed(
    api: httpx2.AsyncClient, part: dict[str, Any]
) -> None:
    answer = await api.post("/api/v1/agents", json={"name": "A"} | part)
    complete = await api.post("/api/v1/agents", json={"name": "A"} | part | {"instructions": "Be brief."})

    assert (answer.status_code, pointers(answer)) == (422, {"/instructions"})
    assert complete.status_code == 201


async def test_without_the_version_a_name_is_enough_for_every_form(api: httpx2.AsyncClient) -> None:
    for body in ({"name": "A"}, {"name": "A", "tools": ["calculator"]}, {"name": "A", "role": "x"}, ROLE):
        assert (await api.post("/api/agents", json=body)).status_code == 201


@pytest.mark.parametrize("path", ["/api/agents", "/api/v1/agents"])
async def test_an_id_of_what_is_not_there_is_a_404(api: httpx2.AsyncClient, path: str) -> None:
    no_model = await api.post(path, json=ROLE | {"llm_model_id": UNKNOWN})
    no_knowledge = await api.post(path, json=ROLE | {"associated_kb_ids": [UNKNOWN]})
    no_id = await api.post(path, json=ROLE | {"llm_model_id": "gpt-4o"})

    assert (no_model.status_code, no_model.json()["error_code"]) == (404, "model_not_found")
    assert (no_knowledge.status_code, no_knowledge.json()["error_code"]) == (404, "knowledge_base_not_found")
    assert (no_id.status_code, pointers(no_id)) == (422, {"/llm_model_id"})


async def test_the_model_is_changed_by_any_of_its_names(api: httpx2.AsyncClient, agent_id: str) -> None:
    path = f"/api/v1/agents/{agent_id}"

    by_id = (await api.put(path, json={"llm_model_id": KEPT})).json()
    by_name = (await api.put(path, json={"llm_name": "scripted"})).json()
    to_none = (await api.put(path, json={"llm_model_id": None})).json()
    missing = await api.put(path, json={"llm_model_id": UNKNOWN})

    assert (by_id["llm_name"], by_id["llm_model_id"]) == ("Mine", KEPT)
    assert (by_name["llm_name"], by_name["llm_model_id"]) == ("scripted", None)
    assert (to_none["llm_name"], to_none["model"]) == (None, None)
    assert missing.status_code == 404


async def test_lists_name_kept_models_too(api: httpx2.AsyncClient) -> None:
    await api.post("/api/agents", json=ROLE)

    listed = (await api.get("/api/v1/agents")).json()["agents"]

    assert [agent["llm_name"] for agent in listed] == ["Mine"]


async def test_json_that_is_no_object_is_refused_by_its_schema(api: httpx2.AsyncClient) -> None:
    for body in ([], "x", 1, None):
        assert (await api.post("/api/v1/agents", json=body)).status_code == 422
