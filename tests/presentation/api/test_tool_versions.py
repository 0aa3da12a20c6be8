"""Versions of registered tools over HTTP: listed, restored; switched off and on."""

import httpx2
import pytest

from dynagent.application.commands.tools import SetToolStatus, SetToolStatusHandler
from dynagent.application.shared.caller import Caller
from dynagent.core.tools import Finding, ToolSwitchedOff
from tests.presentation.api.house import House
from tests.presentation.api.test_tools import REVERSE
from tests.shows import shows

SECOND = "async def reverse_string(text: str) -> str:\n    return text.upper()"


async def two_versions(api: httpx2.AsyncClient) -> None:
    """Register a tool and change it once."""
    assert (await api.post("/api/tools/register", json=REVERSE)).status_code == 201
    policy = {"timeout_s": 9, "network": ["api.example.com:443"]}
    changed = await api.put("/api/v1/tools/reverse_string", json={"code": SECOND, "policy": policy, "tags": ["text"]})
    assert changed.json()["version"] == 2


@shows("ToolChanges.code", "ToolChanges.policy", "ToolChanges.tags")
async def test_versions_are_listed_with_source_and_policy(api: httpx2.AsyncClient) -> None:
    await two_versions(api)

    listed = (await api.get("/api/v1/tools/reverse_string/versions")).json()

    assert [item["version"] for item in listed["versions"]] == [2, 1]
    assert [item["source"] for item in listed["versions"]] == [SECOND, REVERSE["code"]]
    assert listed["versions"][0]["policy"]["network"] == ["api.example.com:443"]
    assert listed["total"] == 2
    one = (await api.get("/api/v1/tools/reverse_string/versions/1")).json()
    assert (one["version"], one["tags"], one["parameters"]["type"]) == (1, [], "object")


async def test_a_restored_version_is_the_next_one(api: httpx2.AsyncClient) -> None:
    await two_versions(api)

    answer = await api.post("/api/v1/tools/reverse_string/versions/1/restore", headers={"If-Match": '"2"'})

    tool = answer.json()
    assert (answer.status_code, answer.headers["etag"]) == (200, '"3"')
    assert (tool["version"], tool["source"], tool["policy"]["timeout_s"]) == (3, REVERSE["code"], 5)
    stale = await api.post("/api/v1/tools/reverse_string/versions/2/restore", headers={"If-Match": '"2"'})
    assert (stale.status_code, stale.json()["current_version"]) == (412, 3)


async def test_a_restored_source_is_screened_by_todays_rules(api: httpx2.AsyncClient, house: House) -> None:
    await two_versions(api)
    house.sandbox.findings = (Finding(rule="imports", line=1, column=0, message="no longer"),)

    refused = await api.post("/api/v1/tools/reverse_string/versions/1/restore")

    assert (refused.status_code, refused.json()["error_code"]) == (422, "tool_rejected")
    assert (await api.get("/api/v1/tools/reverse_string")).json()["version"] == 2


async def test_what_is_not_there_is_not_found(api: httpx2.AsyncClient) -> None:
    await two_versions(api)

    for path in ("reverse_string/versions/7", "calculator/versions", "nothing/versions/1"):
        assert (await api.get(f"/api/v1/tools/{path}")).status_code == 404
    assert (await api.post("/api/v1/tools/reverse_string/versions/7/restore")).status_code == 404
    assert (await api.post("/api/v1/tools/calculator/versions/1/restore")).json()["error_code"] == "tool_is_prebuilt"


@shows("ToolStatusBody.disabled", "ToolStatusBody.reason")
async def test_a_tool_is_switched_off_and_on_at_the_same_version(api: httpx2.AsyncClient) -> None:
    await two_versions(api)
    path = "/api/v1/tools/reverse_string/status"

    off = (await api.put(path, json={"disabled": True, "reason": " under repair "})).json()
    again = (await api.put(path, json={"disabled": True, "reason": "another"})).json()
    on = (await api.put(path, json={"disabled": False})).json()

    assert (off["disabled"], off["disabled_reason"], off["version"]) == (True, "under repair", 2)
    assert again["disabled_reason"] == "under repair"
    assert (on["disabled"], on["disabled_reason"], on["version"]) == (False, None, 2)
    prebuilt = await api.put("/api/v1/tools/calculator/status", json={"disabled": True})
    assert prebuilt.json()["error_code"] == "tool_is_prebuilt"
    assert (await api.put(path, json={"disabled": True, "reason": " "})).status_code == 422


async def test_what_changes_nothing_makes_no_version(api: httpx2.AsyncClient) -> None:
    await two_versions(api)
    path = "/api/v1/tools/reverse_string"
    await api.put(f"{path}/status", json={"disabled": True})

    for body in ({}, {"code": SECOND, "tags": ["text"]}):
        same = await api.put(path, json=body)
        assert (same.status_code, same.headers["etag"], same.json()["disabled"]) == (200, '"2"', True)
    assert (await api.post(f"{path}/versions/2/restore")).json()["version"] == 2
    assert (await api.get(f"{path}/versions")).json()["total"] == 2


async def test_its_owner_cannot_switch_on_what_the_sandbox_switched_off(api: httpx2.AsyncClient, house: House) -> None:
    await two_versions(api)
    tools = house.custom_tools.stored
    (tool,) = tools.values()
    tools[tool.id] = tool.model_copy(update={"disabled": True, "disabled_reason": "odd", "disabled_by": "sandbox"})
    switch_on = SetToolStatus(tool.name, disabled=False)
    handler = SetToolStatusHandler(house.custom_tools, house.uow, house.catalogue)

    with pytest.raises(ToolSwitchedOff):
        await handler(switch_on, Caller(tool.user_id, frozenset({"user"})))
    assert tools[tool.id].disabled
    assert (await handler(switch_on, Caller(tool.user_id, frozenset({"admin"})))).disabled is False
