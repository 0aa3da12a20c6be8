"""Tools over HTTP."""

import json

import httpx2
import pytest

from dynagent.core.shared.errors import Violation
from dynagent.core.tools import Finding, InvalidArguments, SandboxUnavailable, ToolFailed, ToolTimeout
from tests.fakes.catalogue import FakeTool
from tests.presentation.api.house import House
from tests.shows import shows

REVERSE = {
    "name": "reverse_string",
    "description": "Reverse the characters in a string",
    "code": "async def reverse_string(text: str) -> str:\n    return text[::-1]",
}


async def test_all_tools_are_listed(api: httpx2.AsyncClient) -> None:
    listed = (await api.get("/api/tools")).json()

    assert [tool["name"] for tool in listed["tools"]] == ["calculator", "chatbot"]
    assert listed["total"] == 2
    assert listed["tools"][0]["class"] == "Calculator"
    assert listed["tools"][0]["kind"] == "prebuilt"
    assert listed["tools"][0]["parameters"]["type"] == "object"
    assert (await api.get("/api/tools?search=chat&kind=prebuilt")).json()["total"] == 1
    assert (await api.get("/api/tools?tag=none")).json()["total"] == 0
    assert [t["name"] for t in (await api.get("/api/tools?skip=1&limit=1")).json()["tools"]] == ["chatbot"]


@shows("ToolBody.name", "ToolBody.code")
async def test_the_seeds_payload_registers_unchanged(api: httpx2.AsyncClient, house: House) -> None:
    answer = await api.post("/api/tools/register", json=REVERSE)

    tool = answer.json()
    assert answer.status_code == 201
    assert (tool["name"], tool["kind"], tool["version"], tool["source"]) == (
        "reverse_string",
        "custom",
        1,
        REVERSE["code"],
    )
    assert answer.headers["location"] == "/api/tools/reverse_string"
    assert (await api.get("/api/tools/reverse_string")).json()["source"] == REVERSE["code"]
    assert [event.name for event in house.uow.committed] == ["tool.registered"]


@shows("ToolBody.network")
async def test_policy_and_tags_are_kept(api: httpx2.AsyncClient) -> None:
    body = {**REVERSE, "network": ["api.example.com:443"], "timeout_s": 10, "repeatable": True, "tags": [" text "]}

    tool = (await api.post("/api/tools/register", json=body)).json()

    assert tool["policy"]["network"] == ["api.example.com:443"]
    assert (tool["policy"]["timeout_s"], tool["repeatable"], tool["tags"]) == (10, True, ["text"])


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"name": "ab"}, "/name"),
        ({"name": "a" * 32}, "/name"),
        ({"name": "1abc"}, "/name"),
        ({"name": "añb"}, "/name"),
        ({"name": "abc\n"}, "/name"),
        ({"description": "shor"}, "/description"),
        ({"description": "x" * 121}, "/description"),
        ({"code": "async def"}, "/code"),
        ({"code": "def sync(text: str): return text"}, "/code"),
        ({"code": "async def " + "x" * 2000}, "/code"),
        ({"extra": 1}, "/extra"),
        ({"timeout_s": 61}, "/timeout_s"),
        ({"network": ["x"] * 21}, "/network"),
    ],
)
async def test_what_does_not_fit_is_refused(api: httpx2.AsyncClient, change: dict[str, object], pointer: str) -> None:
    answer = await api.post("/api/tools/register", json={**REVERSE, **change})

    assert answer.status_code == 422
    assert [error["pointer"] for error in answer.json()["errors"]] == [pointer]


async def test_a_taken_or_reserved_name_is_a_conflict(api: httpx2.AsyncClient) -> None:
    assert (await api.post("/api/tools/register", json=REVERSE)).status_code == 201

    for name in ("reverse_string", "calculator", "Calculator_tool"):
        answer = await api.post("/api/tools/register", json={**REVERSE, "name": name})
        assert (answer.status_code, answer.json()["error_code"]) == (409, "tool_name_taken")


async def test_a_screened_out_source_is_refused_with_its_findings(api: httpx2.AsyncClient, house: House) -> None:
    house.sandbox.findings = (Finding(rule="import", line=1, column=0, message="os may not be imported"),)

    answer = await api.post("/api/tools/register", json=REVERSE)

    problem = answer.json()
    assert (answer.status_code, problem["error_code"]) == (422, "tool_rejected")
    assert problem["findings"] == [{"rule": "import", "line": 1, "column": 0, "message": "os may not be imported"}]
    assert "os may not be imported" in problem["detail"]
    assert house.custom_tools.stored == {}


async def test_a_missing_sandbox_is_a_503(api: httpx2.AsyncClient, house: House) -> None:
    house.sandbox.error = SandboxUnavailable("there is no sandbox here")

    answer = await api.post("/api/tools/register", json=REVERSE)

    assert (answer.status_code, answer.json()["error_code"]) == (503, "sandbox_unavailable")
    assert answer.headers["retry-after"] == "5"


@shows("ToolChanges.description", "ToolChanges.version")
async def test_a_registered_tool_is_changed_and_removed(api: httpx2.AsyncClient, house: House) -> None:
    await api.post("/api/tools/register", json=REVERSE)

    changed = await api.put("/api/v1/tools/reverse_string", json={"description": "Turn a text around"})
    stale = await api.put("/api/v1/tools/reverse_string", json={"version": 1, "tags": []})
    early = await api.put("/api/v1/tools/reverse_string", json={"tags": []}, headers={"If-Match": '"1"'})
    removed = await api.delete("/api/v1/tools/reverse_string")

    assert (changed.json()["version"], changed.json()["description"]) == (2, "Turn a text around")
    assert changed.json()["source"] == REVERSE["code"]
    assert (stale.status_code, early.status_code) == (409, 412)
    assert (removed.status_code, removed.content) == (204, b"")
    assert (await api.get("/api/v1/tools/reverse_string")).status_code == 404
    assert house.uow.committed[-1].name == "tool.removed"


async def test_prebuilt_and_unknown_tools_cannot_be_changed(api: httpx2.AsyncClient) -> None:
    body = {"description": "Something else"}

    assert (await api.put("/api/tools/calculator", json=body)).json()["error_code"] == "tool_is_prebuilt"
    assert (await api.delete("/api/tools/calculator")).status_code == 409
    assert (await api.put("/api/tools/none", json=body)).json()["error_code"] == "tool_not_found"
    assert (await api.delete("/api/tools/none")).status_code == 404


async def test_a_changed_source_keeps_to_what_a_new_one_has_to(api: httpx2.AsyncClient) -> None:
    assert (await api.post("/api/tools/register", json=REVERSE)).status_code == 201

    refused = await api.put("/api/tools/reverse_string", json={"code": "def reverse_string(): pass"})

    assert refused.status_code == 422
    assert [(item["pointer"].lstrip("#"), item["rule"]) for item in refused.json()["errors"]] == [
        ("/code", "async_def")
    ]


@shows("CallBody.name", "CallBody.arguments")
async def test_a_tool_is_called(api: httpx2.AsyncClient, house: House) -> None:
    call = {"name": "calculator", "arguments": {"expression": "23*19"}}

    answer = await api.post("/api/tools/execute", json=call)

    assert answer.status_code == 200
    assert (answer.json()["name"], answer.json()["result"]) == ("calculator", "437")
    assert answer.json()["duration_ms"] >= 0
    assert answer.json()["logs"] == "printed\n"
    ((arguments, context),) = house.catalogue.prebuilt["calculator"].calls
    assert arguments == {"expression": "23*19"}
    assert context.timeout_s == 60


@pytest.mark.parametrize(
    ("character", "rule", "column"), [("\x00", "null_byte", 12), ("\ud800", "surrogate", 0), ("\udc00", "surrogate", 0)]
)
async def test_characters_that_no_source_holds_are_findings_with_a_place(
    api: httpx2.AsyncClient, character: str, rule: str, column: int
) -> None:
    body = json.dumps(REVERSE | {"code": f"async def it():\n    return '{character}'"}).encode()
    kept = (await api.post("/api/tools/register", json=REVERSE)).json()

    for method, path in (("POST", "/api/tools/register"), ("PUT", f"/api/tools/{kept['name']}")):
        changes = body if method == "POST" else json.dumps({"code": json.loads(body)["code"]}).encode()
        answer = await api.request(method, path, content=changes, headers={"Content-Type": "application/json"})
        assert (answer.status_code, answer.json()["error_code"]) == (422, "tool_rejected")
        (finding,) = answer.json()["findings"]
        assert (finding["rule"], finding["line"], finding["column"]) == (rule, 2, column)
    named = json.dumps(REVERSE | {"description": f"Reverse {character}"}).encode()
    other = await api.post("/api/tools/register", content=named, headers={"Content-Type": "application/json"})
    assert other.json()["error_code"] != "tool_rejected"


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (InvalidArguments("no", violations=[Violation("/arguments/x", "missing", "m")]), 422, "invalid_arguments"),
        (ToolFailed("it broke"), 502, "tool_error"),
        (ToolTimeout("took longer than 5 s"), 504, "timeout"),
        (SandboxUnavailable("none"), 503, "sandbox_unavailable"),
        (RuntimeError("secret"), 500, "internal_error"),
    ],
)
async def test_each_failure_of_a_call_has_its_status(
    api: httpx2.AsyncClient, house: House, error: Exception, status: int, code: str
) -> None:
    house.catalogue.prebuilt["broken"] = FakeTool("broken", error=error)

    answer = await api.post("/api/tools/execute", json={"name": "broken"})

    assert (answer.status_code, answer.json()["error_code"]) == (status, code)
    assert "secret" not in answer.text


async def test_a_failed_call_says_where_in_the_tool_and_what_was_printed(api: httpx2.AsyncClient, house: House) -> None:
    place = {"line": 8, "source_line": "return table[key]", "traceback": "Traceback …", "logs": "looking\n"}
    house.catalogue.prebuilt["broken"] = FakeTool("broken", error=ToolFailed("KeyError: 2", extra=place))

    problem = (await api.post("/api/tools/execute", json={"name": "broken"})).json()

    assert {name: problem[name] for name in place} == place
    assert problem["detail"] == "KeyError: 2"


async def test_calling_an_unknown_tool_is_a_404(api: httpx2.AsyncClient) -> None:
    assert (await api.post("/api/tools/execute", json={"name": "none"})).status_code == 404
