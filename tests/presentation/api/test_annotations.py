"""Feedback, notes and tags, and whose things one may look at: the whole platform, an administrator, other users."""

from collections.abc import AsyncIterator
from typing import Any

import httpx2
import pytest_asyncio

from dynagent.main import Platform
from tests.presentation.api.identity.test_every_route import _people, platform
from tests.shows import shows

__all__ = ["platform"]

TOO_LONG = "ü" * 4_001


@pytest_asyncio.fixture
async def people(platform: Platform) -> AsyncIterator[tuple[httpx2.AsyncClient, ...]]:
    """An administrator, an owner, another user, a viewer."""
    yield await _people(platform)


async def a_run(owner: httpx2.AsyncClient, query: str = "compute 6*7") -> dict[str, Any]:
    agent = (await owner.post("/api/agents", json={"name": "Sums", "tools": ["calculator"]})).json()["id"]
    return (await owner.post("/api/executions", json={"agent_id": agent, "query": query})).json()


@shows("FeedbackBody.rating", "FeedbackBody.comment", "NotesBody.text", "TagsBody.tags")
async def test_feedback_notes_and_tags_are_set_changed_and_removed(people: tuple[httpx2.AsyncClient, ...]) -> None:
    admin, owner, outsider, viewer = people
    run = await a_run(owner)
    path = f"/api/v1/executions/{run['id']}"
    nothing = {"feedback": None, "notes": None, "tags": [], "updated_at": None, "execution_id": run["id"]}
    assert (await owner.get(f"{path}/annotations")).json() == nothing
    await owner.put(f"{path}/feedback", json={"rating": "down", "comment": "wrong"})
    said = (await owner.put(f"{path}/feedback", json={"rating": "up"})).json()
    assert said["feedback"] == {"rating": "up", "comment": None}
    await owner.put(f"{path}/notes", json={"text": "# Why\nbecause"})
    tagged = (await owner.put(f"{path}/tags", json={"tags": [" To  Check", "to check", "Ａ"]})).json()
    assert (tagged["tags"], tagged["notes"]) == (["a", "to check"], "# Why\nbecause")

    for wanted in ("tag=TO%20check", "feedback=up", f"search={run['id']}", "search=6*7", "tool=calculator"):
        assert (await owner.get(f"/api/executions?{wanted}")).json()["total"] == 1, wanted
        assert (await outsider.get(f"/api/executions?{wanted}")).json()["total"] == 0, wanted
    assert (await owner.get("/api/executions?feedback=down")).json()["total"] == 0

    for part in ("feedback", "notes", "tags"):
        assert (await outsider.delete(f"{path}/{part}")).status_code == 404
        assert (await viewer.delete(f"{path}/{part}")).status_code == 403
        assert (await owner.delete(f"{path}/{part}")).status_code == 200
    left = (await owner.get(f"{path}/annotations")).json()
    assert (left["feedback"], left["notes"], left["tags"]) == (None, None, [])

    lines = (await admin.get("/api/v1/audit-log?action=execution&limit=100")).json()["entries"]
    noted = [line for line in lines if line["action"].endswith("_set")]
    assert len(noted) == 7, "one line for each change"
    assert noted[-1]["details"] == {"before": None, "after": "down"}


NOT_SAID: list[tuple[str, dict[str, Any], str, str]] = [
    ("feedback", {"rating": "sideways"}, "/rating", "literal_error"),
    ("feedback", {"rating": "up", "comment": TOO_LONG}, "/comment", "max_bytes"),
    ("notes", {"text": "ü" * 32_001}, "/text", "max_bytes"),
    ("tags", {"tags": ["fine", "a,b"]}, "/tags/1", "tag"),
    ("tags", {"tags": ["x" * 41]}, "/tags/0", "tag"),
    ("tags", {"tags": ["  "]}, "/tags/0", "tag"),
    ("tags", {"tags": [f"t{n}" for n in range(21)]}, "/tags", "max_tags"),
]
NOT_ASKED = [
    ("status=done", "/query/status/0"),
    ("origin=mail", "/query/origin/0"),
    ("sort=name", "/query/sort"),
    ("order=up", "/query/order"),
    ("feedback=left", "/query/feedback"),
    ("cost_from=-1", "/query/cost_from"),
    ("cost_from=2&cost_to=1", "/query/cost_to"),
    ("duration_from=x", "/query/duration_from"),
    ("created_from=2026-01-02T00:00:00Z&created_to=2026-01-01T00:00:00Z", "/query/created_to"),
    ("search=", "/query/search"),
    ("owner=somebody", "/query/owner"),
]


async def test_what_cannot_be_said_or_asked_is_refused_with_its_place(people: tuple[httpx2.AsyncClient, ...]) -> None:
    admin, owner, _, _ = people
    run = await a_run(owner)
    for part, body, pointer, rule in NOT_SAID:
        answer = await owner.put(f"/api/executions/{run['id']}/{part}", json=body)
        assert answer.status_code == 422
        assert (answer.json()["errors"][0]["pointer"], answer.json()["errors"][0]["rule"]) == (pointer, rule)
    for query, pointer in NOT_ASKED:
        answer = await admin.get(f"/api/executions?{query}")
        assert answer.status_code == 422, query
        assert answer.json()["errors"][0]["pointer"] == pointer


async def test_an_administrator_looks_at_what_others_have_and_changes_nothing(
    people: tuple[httpx2.AsyncClient, ...],
) -> None:
    admin, owner, outsider, viewer = people
    run = await a_run(owner)
    whose = run["user_id"]
    for path in ("/api/executions", "/api/agents"):
        key = path.rsplit("/", 1)[1]
        assert (await admin.get(path)).json()["total"] == 0, "one's own by default"
        everybodys = (await admin.get(f"{path}?owner=all")).json()
        assert [item["user_id"] for item in everybodys[key]] == [whose]
        assert (await admin.get(f"{path}?owner={whose}")).json()["total"] == 1
        for who in (outsider, viewer):
            assert (await who.get(f"{path}?owner=all")).status_code == 403
            assert (await who.get(f"{path}?owner={whose}")).status_code == 403
        assert (await owner.get(f"{path}?owner={whose}")).json()["total"] == 1, "one's own id is no other's"
    things = [
        f"/api/executions/{run['id']}{part}"
        for part in ("", "/events", "/stream", "/interrupts", "/checkpoints", "/annotations", "/model-calls")
    ]
    things += [f"/api/agents/{run['agent_id']}{part}" for part in ("", "/versions", "/versions/1")]
    for path in things:
        assert (await admin.get(path)).status_code == 404, path
        assert (await admin.get(f"{path}?owner={whose}")).status_code == 200, path
        assert (await outsider.get(f"{path}?owner={whose}")).status_code == 403, path
    assert (await admin.put(f"/api/agents/{run['agent_id']}?owner={whose}", json={"name": "Mine"})).status_code == 404
    assert (await admin.delete(f"/api/agents/{run['agent_id']}?owner={whose}")).status_code == 404
    lines = (await admin.get("/api/v1/audit-log?action=others&limit=100")).json()["entries"]
    assert len(lines) == 4 + len(things)
    assert {line["target_id"] for line in lines} == {"all", whose}
    assert {line["details"]["path"] for line in lines} >= set(things)
