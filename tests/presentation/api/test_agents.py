"""Agents over HTTP."""

import httpx2
import pytest

from tests.fakes.secrets import FakeBox
from tests.presentation.api.house import House

UNKNOWN = "01900000-0000-7000-8000-000000000000"


async def test_an_agent_is_created_from_a_name_and_tools(api: httpx2.AsyncClient, house: House) -> None:
    answer = await api.post("/api/agents", json={"name": " Math helper ", "tools": ["calculator", "chatbot"]})

    agent = answer.json()
    assert answer.status_code == 201
    assert agent["name"] == "Math helper"
    assert agent["id"] == agent["agent_id"]
    assert agent["tools"] == ["calculator", "chatbot"]
    assert agent["temperature"] == 0.2
    assert agent["version"] == 1
    assert agent["status"] == "active"
    assert agent["updated_at"] == agent["last_updated"]
    assert answer.headers["location"] == f"/api/agents/{agent['id']}"
    assert answer.headers["etag"] == '"1"'
    assert [event.name for event in house.uow.committed] == ["agent.created"]


@pytest.mark.parametrize("path", ["/api/agents", "/api/agents/", "/api/v1/agents", "/api/v1/agents/"])
async def test_all_spellings_of_a_path_are_answered_without_a_redirect(api: httpx2.AsyncClient, path: str) -> None:
    created = await api.post(path, json={"name": "A", "instructions": "Be brief."})
    listed = await api.get(path)

    assert created.status_code == 201
    assert listed.status_code == 200
    assert listed.json()["total"] == 1


@pytest.mark.parametrize(
    ("body", "pointer", "rule"),
    [
        ({}, "/name", "missing"),
        ({"name": ""}, "/name", "string_too_short"),
        ({"name": "   "}, "/name", "string_too_short"),
        ({"name": "x" * 256}, "/name", "string_too_long"),
        ({"name": 5}, "/name", "string_type"),
        ({"name": "a", "temperature": 3}, "/temperature", "less_than_equal"),
        ({"name": "a", "tools": ["none"]}, "/tools", "known_tool"),
        ({"name": "a", "tools": ["calculator"] * 65}, "/tools", "too_long"),
        ({"name": "a", "model": "none"}, "/model", "known_model"),
        ({"name": "a", "dependencies": ["none"]}, "/dependencies/0", "known_agent"),
        ({"name": "a", "fallback_agent_id": "none"}, "/fallback_agent_id", "known_agent"),
        ({"name": "a", "tools_config": [{"name": "x"}]}, "/tools_config/0/type", "missing"),
        ({"name": "a", "unknown": 1}, "/unknown", "extra_forbidden"),
        ({"name": "a", "max_iter": "15"}, "/max_iter", "int_type"),
        ({"name": "a", "max_iter": True}, "/max_iter", "int_type"),
        ({"name": "a", "memory_flag": "yes"}, "/memory_flag", "bool_type"),
        ({"name": "a", "temperature": "0.5"}, "/temperature", "float_type"),
        ({"name": "a", "model": "scripted", "llm_name": "scripted"}, "", "one_model"),
        ({"name": "a", "tools": ["calculator"], "requires_approval": ["calcul"]}, "/requires_approval/0", "own_tool"),
    ],
)
async def test_a_configuration_that_does_not_fit_is_refused_at_the_field(
    api: httpx2.AsyncClient, body: dict[str, object], pointer: str, rule: str
) -> None:
    answer = await api.post("/api/agents", json=body)

    problem = answer.json()
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    assert (pointer, rule) in {(error["pointer"], error["rule"]) for error in problem["errors"]}
    assert problem["error_code"] == "invalid_input"


async def test_bounds_are_said_in_words(api: httpx2.AsyncClient) -> None:
    answer = await api.post("/api/agents", json={"name": "a", "temperature": 3})

    assert "2" in answer.json()["errors"][0]["detail"]


async def test_an_unknown_agent_is_a_404(api: httpx2.AsyncClient) -> None:
    for path in (UNKNOWN, "not-an-id", "%F0%9F%98%80", f"{UNKNOWN}/versions", f"{UNKNOWN}/versions/1"):
        answer = await api.get(f"/api/agents/{path}")
        assert (answer.status_code, answer.json()["error_code"]) == (404, "agent_not_found")


async def test_a_change_makes_the_next_version(api: httpx2.AsyncClient, agent_id: str) -> None:
    answer = await api.put(f"/api/agents/{agent_id}", json={"instructions": "Be brief.", "model": None})

    agent = answer.json()
    assert answer.status_code == 200
    assert (agent["version"], agent["instructions"], agent["name"]) == (2, "Be brief.", "Math helper")
    assert answer.headers["etag"] == '"2"'
    assert agent["tools"] == ["calculator"]


async def test_a_stale_change_is_412_by_header_and_409_by_body(api: httpx2.AsyncClient, agent_id: str) -> None:
    path = f"/api/agents/{agent_id}"
    assert (await api.put(path, json={"goal": "x"}, headers={"If-Match": '"1"'})).status_code == 200

    by_header = await api.put(path, json={"goal": "y"}, headers={"If-Match": '"1"'})
    by_body = await api.put(path, json={"goal": "y", "version": 1})
    delete = await api.delete(path, headers={"If-Match": '"1"'})

    assert (by_header.status_code, by_body.status_code, delete.status_code) == (412, 409, 412)
    assert by_body.json()["current_version"] == 2
    assert by_body.json()["error_code"] == "agent_changed_meanwhile"


@pytest.mark.parametrize(("header", "status"), [('W/"1"', 200), ("*", 200), ("1", 400), ('"x"', 400)])
async def test_if_match_is_read_as_an_entity_tag(
    api: httpx2.AsyncClient, agent_id: str, header: str, status: int
) -> None:
    answer = await api.put(f"/api/agents/{agent_id}", json={"goal": "x"}, headers={"If-Match": header})

    assert answer.status_code == status


@pytest.mark.parametrize("change", [{"name": None}, {"name": ""}, {"max_iter": 0}, {"tools": ["none"]}, {"id": "x"}])
async def test_a_change_that_does_not_fit_is_refused(
    api: httpx2.AsyncClient, agent_id: str, change: dict[str, object]
) -> None:
    assert (await api.put(f"/api/agents/{agent_id}", json=change)).status_code == 422


async def test_versions_are_kept_and_restored(api: httpx2.AsyncClient, agent_id: str) -> None:
    path = f"/api/v1/agents/{agent_id}"
    await api.put(path, json={"goal": "second"})

    restored = await api.post(f"{path}/versions/1/restore")
    versions = (await api.get(f"{path}/versions")).json()
    second = (await api.get(f"{path}/versions/2")).json()

    assert (restored.json()["version"], restored.json()["goal"]) == (3, "")
    assert [item["version"] for item in versions["versions"]] == [3, 2, 1]
    assert versions["total"] == 3
    assert second["configuration"]["goal"] == "second"
    assert (await api.get(f"{path}/versions/9")).json()["error_code"] == "agent_version_not_found"
    assert (await api.post(f"{path}/versions/9/restore")).status_code == 404
    assert (await api.get(f"{path}/versions/99999999999999999999")).status_code == 422


async def test_a_clone_is_an_agent_of_its_own(api: httpx2.AsyncClient, agent_id: str) -> None:
    plain = await api.post(f"/api/agents/{agent_id}/clone")
    named = await api.post(f"/api/agents/{agent_id}/clone", json={"name": "Second"})

    assert (plain.status_code, plain.json()["name"]) == (201, "Math helper (copy)")
    assert named.json()["name"] == "Second"
    assert len({agent_id, plain.json()["id"], named.json()["id"]}) == 3
    assert plain.json()["tools"] == ["calculator"]


async def test_deleting_answers_as_the_seed_says(api: httpx2.AsyncClient, agent_id: str) -> None:
    answer = await api.delete(f"/api/agents/{agent_id}")

    assert answer.status_code == 200
    assert answer.json() == {"message": "Agent 'Math helper' successfully removed", "workflow_updated": True}
    assert (await api.get(f"/api/agents/{agent_id}")).status_code == 404
    assert (await api.delete(f"/api/agents/{agent_id}")).status_code == 404


async def test_several_agents_are_disabled_at_once(api: httpx2.AsyncClient, agent_id: str) -> None:
    answer = await api.post("/api/v1/agents/bulk", json={"ids": [agent_id, UNKNOWN, agent_id], "action": "disable"})
    run = await api.post("/api/executions", json={"agent_id": agent_id, "query": "x"})

    assert [agent["status"] for agent in answer.json()["agents"]] == ["disabled"]
    assert answer.json()["not_found"] == [UNKNOWN]
    assert (run.status_code, run.json()["error_code"]) == (409, "agent_disabled")


async def test_a_list_is_paged_filtered_and_linked(api: httpx2.AsyncClient) -> None:
    for name in ("One", "Two", "Three"):
        await api.post("/api/agents", json={"name": name, "tools": ["calculator"] if name == "Two" else []})

    first = await api.get("/api/v1/agents", params={"limit": 2})
    second = await api.get(first.headers["link"].partition(">")[0][1:])
    skipped = await api.get("/api/agents?skip=2")

    assert [agent["name"] for agent in first.json()["agents"]] == ["Three", "Two"]
    assert (first.json()["total"], first.json()["skip"], first.json()["limit"]) == (3, 0, 2)
    assert [agent["name"] for agent in second.json()["agents"]] == ["One"]
    assert "link" not in second.headers
    assert [agent["name"] for agent in skipped.json()["agents"]] == ["One"]
    assert first.headers["link"].startswith("</api/v1/agents?limit=2&cursor=")
    assert [a["name"] for a in (await api.get("/api/agents?search=thr")).json()["agents"]] == ["Three"]
    assert [a["name"] for a in (await api.get("/api/agents?tool=calculator")).json()["agents"]] == ["Two"]


@pytest.mark.parametrize(
    ("query", "status"),
    [("limit=0", 422), ("limit=501", 422), ("limit=x", 422), ("skip=-1", 422), ("status=odd", 422), ("cursor=!", 400)],
)
async def test_page_parameters_out_of_bounds_are_refused(api: httpx2.AsyncClient, query: str, status: int) -> None:
    assert (await api.get(f"/api/agents?{query}")).status_code == status


async def test_attachable_tools_are_listed(api: httpx2.AsyncClient) -> None:
    available = (await api.get("/api/v1/agents/tools/available")).json()

    assert available == (await api.get("/api/tools?limit=500")).json()


async def test_a_tools_key_is_kept_and_never_shown(api: httpx2.AsyncClient, house: House) -> None:
    search = {"name": "search", "type": "calculator", "config": {"api_key": "k-1", "region": "de"}}
    created = (await api.post("/api/agents", json={"name": "A", "tools_config": [search]})).json()
    path = f"/api/agents/{created['id']}"

    def kept() -> dict[str, object]:
        return dict(house.agents.stored[created["id"]].configuration.tools_config[0].config)

    sealed = {"$sealed": FakeBox().seal('"k-1"', row=created["user_id"])}

    assert created["tools_config"][0]["config"] == {"api_key": "***", "region": "de"}
    assert kept() == {"api_key": sealed, "region": "de"}
    shown = created["tools_config"][0]["config"] | {"region": "fr"}
    changed = (await api.put(path, json={"tools_config": [search | {"config": shown}]})).json()
    assert changed["tools_config"][0]["config"] == {"api_key": "***", "region": "fr"}
    assert kept() == {"api_key": sealed, "region": "fr"}
    assert "k-1" not in (await api.get(f"{path}/versions")).text
    assert "k-1" not in (await api.get("/api/agents")).text
