"""Files over HTTP, on the whole platform: uploads whole and in parts, content, refusals, attachments, runs."""

import asyncio
import hashlib
import os
from collections.abc import AsyncGenerator, AsyncIterator
from pathlib import Path
from typing import Any

import httpx2
import pytest_asyncio

from dynagent.application.commands.files import FileSettings, SweepFiles
from dynagent.application.shared.caller import SYSTEM
from dynagent.infrastructure.clamav.scan import ScanSettings
from dynagent.infrastructure.postgres.database import DatabaseSettings
from dynagent.main import Platform, Settings, open_platform
from tests.presentation.api.documented import DocumentedTransport
from tests.shows import shows

KIB = 1024
LIMITS = {"max_file_bytes": 300 * KIB, "max_file_bytes_per_user": 600 * KIB, "upload_part_bytes": 64 * KIB}
PNG = b"\x89PNG\r\n\x1a\n" + bytes(40)


def settings_with(database_url: str, data_dir: Path, scan: dict[str, Any] | None = None) -> Settings:
    models = [FileSettings.model_validate(LIMITS), ScanSettings.model_validate(scan or {})]
    return Settings(
        database=DatabaseSettings.model_validate({"database_url": database_url, "data_dir": data_dir}),
        of_nouns={type(model): model for model in models},
    )


@pytest_asyncio.fixture
async def platform(fresh_database_url: str, tmp_path: Path) -> AsyncIterator[Platform]:
    """Everything, with small limits."""
    async with open_platform(settings_with(fresh_database_url, tmp_path)) as platform:
        yield platform


@pytest_asyncio.fixture
async def api(platform: Platform) -> AsyncIterator[httpx2.AsyncClient]:
    """A client of it."""
    async with client_of(platform) as client:
        yield client


def client_of(platform: Platform) -> httpx2.AsyncClient:
    transport = DocumentedTransport(platform.app)
    return httpx2.AsyncClient(transport=transport, base_url="http://127.0.0.1:8000", timeout=30)


async def uploaded(api: httpx2.AsyncClient, content: bytes = b"hello", name: str = "notes.txt") -> dict[str, Any]:
    answer = await api.post("/api/v1/files/upload", params={"name": name}, content=content)
    assert answer.status_code in (200, 201), answer.text
    return answer.json()


def objects_in(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in (folder / "objects").rglob("*") if path.is_file())


async def test_a_form_is_stored_and_its_bytes_say_what_it_is(api: httpx2.AsyncClient) -> None:
    answer = await api.post("/api/v1/files/upload", files={"file": ("../a picture.txt", PNG, "text/html")})

    kept = answer.json()
    assert answer.status_code == 201
    assert answer.headers["location"] == f"/api/v1/files/{kept['id']}"
    assert (kept["name"], kept["content_type"], kept["size"]) == ("a picture.txt", "image/png", len(PNG))
    assert kept["content_hash"] == hashlib.sha256(PNG).hexdigest()
    assert (await api.get("/api/v1/files/")).json()["files"][0]["id"] == kept["id"]


async def test_the_same_content_twice_is_one_file_and_one_object(api: httpx2.AsyncClient, tmp_path: Path) -> None:
    first = await uploaded(api)
    again = await api.post("/api/v1/files/upload?name=other.txt", content=b"hello")

    assert (again.status_code, again.json()["repeated"], again.json()["id"]) == (200, True, first["id"])
    assert len(objects_in(tmp_path)) == 1


async def test_content_is_given_whole_in_ranges_and_never_to_be_run(api: httpx2.AsyncClient) -> None:
    page = await uploaded(api, b"<html><script>alert(1)</script>", 'r"ü.html')
    path = page["content_url"]
    whole = await api.get(path, params={"inline": "true"})
    assert whole.headers["content-type"] == "text/html"
    assert whole.headers["content-disposition"] == "attachment; filename=\"r__.html\"; filename*=UTF-8''r%22%C3%BC.html"
    assert whole.headers["x-content-type-options"] == "nosniff"
    assert "sandbox" in whole.headers["content-security-policy"]

    part = await api.get(path, headers={"Range": "bytes=1-4"})
    assert (part.status_code, part.text, part.headers["content-range"]) == (206, "html", f"bytes 1-4/{page['size']}")
    assert (await api.get(path, headers={"Range": "bytes=-1"})).text == ">"
    assert (await api.get(path, headers={"Range": "bytes=9-", "If-Range": '"other"'})).status_code == 200
    beyond = await api.get(path, headers={"Range": "bytes=900-"})
    assert (beyond.status_code, beyond.headers["content-range"]) == (416, f"bytes */{page['size']}")
    known = await api.get(path, headers={"If-None-Match": whole.headers["etag"]})
    assert (known.status_code, known.content) == (304, b"")
    head = await api.head(path)
    assert (head.status_code, head.headers["content-length"], head.content) == (200, str(page["size"]), b"")
    picture = await uploaded(api, PNG, "a.png")
    shown = await api.get(picture["content_url"], params={"inline": "true"})
    assert shown.headers["content-disposition"].startswith("inline;")


@shows("UploadBody.name", "UploadBody.size", "UploadBody.content_hash")
async def test_an_upload_goes_on_where_it_was_broken(api: httpx2.AsyncClient, tmp_path: Path) -> None:
    content = bytes(n % 251 for n in range(200 * KIB))
    body = {"name": "big.bin", "size": len(content), "content_hash": hashlib.sha256(content).hexdigest()}
    begun = (await api.post("/api/v1/files/uploads", json=body)).json()
    path = f"/api/v1/files/uploads/{begun['id']}"

    first = await api.patch(path, content=content[: 100 * KIB], headers={"Upload-Offset": "0"})
    assert (first.json()["offset"], first.headers["upload-offset"]) == (100 * KIB, str(100 * KIB))
    wrong = await api.patch(path, content=b"x", headers={"Upload-Offset": "0"})
    assert (wrong.status_code, wrong.json()["error_code"]) == (409, "upload_offset_mismatch")
    assert wrong.json()["offset"] == 100 * KIB
    assert (await api.patch(path, content=b"x")).status_code == 422
    assert (await api.head(path)).headers["upload-offset"] == str(100 * KIB)
    last = await api.patch(path, content=content[100 * KIB :], headers={"Upload-Offset": str(100 * KIB)})

    file = last.json()["file"]
    assert (await api.get(file["content_url"])).content == content
    assert objects_in(tmp_path) == [f"objects/files/00000000-0000-7000-8000-000000000001/{file['id']}"]
    assert (await api.get(path)).status_code == 404


async def test_what_is_not_as_declared_leaves_nothing(api: httpx2.AsyncClient, tmp_path: Path) -> None:
    for body, sent in (
        ({"name": "a", "size": 5, "content_hash": "0" * 64}, b"hello"),
        ({"name": "a", "size": 4}, b"hello"),
    ):
        path = f"/api/v1/files/uploads/{(await api.post('/api/v1/files/uploads', json=body)).json()['id']}"
        refused = await api.patch(path, content=sent, headers={"Upload-Offset": "0"})
        assert (refused.status_code, refused.json()["error_code"]) == (422, "upload_not_as_declared")
        assert (await api.delete(path)).status_code in (204, 404)

    assert objects_in(tmp_path) == []
    assert (await api.get("/api/v1/files/usage")).json()["bytes"] == 0


async def test_limits_are_said_and_kept_and_nothing_is_left(api: httpx2.AsyncClient, tmp_path: Path) -> None:
    async def endless() -> AsyncGenerator[bytes]:
        for _ in range(400):
            yield bytes(KIB)

    unannounced = await api.post("/api/v1/files/upload?name=a", content=endless())
    assert (unannounced.status_code, unannounced.json()["error_code"]) == (413, "file_too_large")
    announced = await api.post("/api/v1/files/upload?name=a", content=bytes(301 * KIB))
    assert (announced.status_code, announced.json()["limit"]) == (413, 300 * KIB)
    begun = [
        await api.post("/api/v1/files/uploads", json={"name": "a", "size": 250 * KIB}),
        await api.post("/api/v1/files/uploads", json={"name": "b", "size": 250 * KIB}),
        await api.post("/api/v1/files/uploads", json={"name": "c", "size": 250 * KIB}),
    ]
    assert [answer.status_code for answer in begun] == [201, 201, 409]
    assert begun[2].json()["error_code"] == "file_quota_exceeded"
    assert (await api.post("/api/v1/files/upload?name=a", content=b"")).status_code == 422
    assert (await api.post("/api/v1/files/upload", content=b"x")).json()["errors"][0]["pointer"] == "/query/name"
    assert objects_in(tmp_path) == []


async def test_a_broken_form_leaves_nothing(api: httpx2.AsyncClient, tmp_path: Path) -> None:
    start = b'--b\r\nContent-Disposition: form-data; name="file"; filename="a.txt"\r\n\r\nhello'
    kind = {"Content-Type": "multipart/form-data; boundary=b"}
    for body, status in (
        (start, 400),
        (b"no form at all", 400),
        (b'--b\r\nContent-Disposition: form-data; name="x"\r\n\r\nhello\r\n--b--\r\n', 422),
        (start + b"\r\n" + start + b"\r\n--b--\r\n", 422),
        (b'--b\r\nContent-Disposition: form-data; name="x"\r\n\r\n' + bytes(70 * KIB) + b"\r\n--b--\r\n", 400),
    ):
        assert (await api.post("/api/v1/files/upload", content=body, headers=kind)).status_code == status, body[:40]

    assert objects_in(tmp_path) == []


@shows("AttachBody.file_id")
async def test_an_attached_file_is_not_deleted_unasked(api: httpx2.AsyncClient, tmp_path: Path) -> None:
    agent = (await api.post("/api/agents", json={"name": "Reader"})).json()["id"]
    crew = {"name": "Crew", "nodes": [{"id": "reader", "agent_id": agent}], "tasks": []}
    workflow = (await api.post("/api/v1/workflows", json=crew)).json()["id"]
    file = await uploaded(api)
    for path in (f"/api/v1/agents/{agent}/files", f"/api/v1/workflows/{workflow}/files"):
        for _ in range(2):
            assert (await api.post(path, json={"file_id": file["id"]})).status_code == 201
        assert (await api.get(path)).json()["total"] == 1

    refused = await api.delete(f"/api/v1/files/{file['id']}")
    assert (refused.status_code, [use["kind"] for use in refused.json()["used_by"]]) == (409, ["agent", "workflow"])
    assert len((await api.get(f"/api/v1/files/{file['id']}")).json()["used_by"]) == 2
    assert (await api.delete(f"/api/v1/workflows/{workflow}/files/{file['id']}")).status_code == 204
    assert (await api.delete(f"/api/v1/workflows/{workflow}/files/{file['id']}")).status_code == 404
    assert (await api.delete(f"/api/v1/files/{file['id']}?force=true")).status_code == 204
    assert (await api.get(f"/api/v1/agents/{agent}/files")).json()["total"] == 0
    assert objects_in(tmp_path) == []


@shows("ExecutionBody.file_ids")
async def test_a_run_is_given_its_files_and_its_agents(api: httpx2.AsyncClient) -> None:
    agent = (await api.post("/api/agents", json={"name": "Reader", "memory_flag": True})).json()["id"]
    sent, own = await uploaded(api, b"sent along"), await uploaded(api, b"the agent's own", "own.txt")
    await api.post(f"/api/v1/agents/{agent}/files", json={"file_id": own["id"]})
    asked = {"agent_id": agent, "query": "compute 6*7", "file_ids": [sent["id"]], "conversation_id": "c"}
    run = (await api.post("/api/executions", json=asked)).json()
    following = (await api.post("/api/executions", json={**asked, "file_ids": []})).json()
    unknown = await api.post("/api/executions", json={**asked, "file_ids": [agent]})

    assert run["file_ids"] == [sent["id"]]
    for execution in (run, following):
        prompt = (await api.get(f"/api/v1/executions/{execution['id']}/model-calls/1")).text
        assert "sent along" in prompt
        assert "the agent's own" in prompt
    assert (unknown.status_code, unknown.json()["error_code"]) == (404, "file_not_found")


@shows("RunBody.file_ids")
async def test_an_agents_run_by_its_own_path_takes_files_too(api: httpx2.AsyncClient) -> None:
    agent = (await api.post("/api/agents", json={"name": "Reader"})).json()["id"]
    file = await uploaded(api)

    run = await api.post(f"/api/v1/agents/{agent}/run", json={"input": "compute 1+1", "file_ids": [file["id"]]})

    assert run.json()["file_ids"] == [file["id"]]


@shows("RunWorkflowBody.file_ids")
async def test_the_agents_of_a_workflows_run_are_given_its_files(api: httpx2.AsyncClient) -> None:
    agent = (await api.post("/api/agents", json={"name": "Reader", "tools": ["calculator"]})).json()["id"]
    task = {"node_id": "reader", "description": "compute 6*7"}
    crew = {"name": "Crew", "nodes": [{"id": "reader", "agent_id": agent}], "tasks": [task]}
    workflow = (await api.post("/api/v1/workflows", json=crew)).json()["id"]
    sent, own = await uploaded(api, b"sent along"), await uploaded(api, b"the workflow's own", "own.txt")
    await api.post(f"/api/v1/workflows/{workflow}/files", json={"file_id": own["id"]})

    started = await api.post(f"/api/v1/workflows/{workflow}/execute", json={"file_ids": [sent["id"]]})
    run = started.json()["execution_id"]
    async with asyncio.timeout(60):
        while (await api.get(f"/api/v1/executions/{run}")).json()["status"] in ("pending", "running", "waiting"):
            await asyncio.sleep(0.05)

    steps = (await api.get(f"/api/v1/executions?kind=all&parent_run_id={run}")).json()["executions"]
    prompt = (await api.get(f"/api/v1/executions/{steps[0]['id']}/model-calls/1")).text
    assert "sent along" in prompt
    assert "the workflow's own" in prompt
    assert steps[0]["file_ids"] == [sent["id"], own["id"]]


async def test_without_the_scanners_word_nothing_is_kept(fresh_database_url: str, tmp_path: Path) -> None:
    settings = settings_with(fresh_database_url, tmp_path, {"clamav_address": "127.0.0.1:9"})
    async with open_platform(settings) as platform, client_of(platform) as api:
        refused = await api.post("/api/v1/files/upload?name=a.txt", content=b"hello")

    assert (refused.status_code, refused.json()["error_code"]) == (503, "virus_scanner_unavailable")
    assert objects_in(tmp_path) == []


async def test_a_store_that_is_gone_is_said_and_an_upload_survives_it(api: httpx2.AsyncClient, tmp_path: Path) -> None:
    begun = (await api.post("/api/v1/files/uploads", json={"name": "a.txt", "size": 5})).json()
    path = f"/api/v1/files/uploads/{begun['id']}"
    await api.patch(path, content=b"he", headers={"Upload-Offset": "0"})
    (tmp_path / "objects").rename(tmp_path / "away")
    (tmp_path / "objects").write_text("in the way")

    away = await api.patch(path, content=b"llo", headers={"Upload-Offset": "2"})
    assert (away.status_code, away.json()["error_code"]) == (503, "object_store_unavailable")
    assert away.headers["retry-after"]
    (tmp_path / "objects").unlink()
    (tmp_path / "away").rename(tmp_path / "objects")

    last = await api.patch(path, content=b"llo", headers={"Upload-Offset": "2"})
    assert (await api.get(last.json()["file"]["content_url"])).text == "hello"


async def test_a_sweep_takes_what_nobody_knows_and_nothing_else(
    platform: Platform, api: httpx2.AsyncClient, tmp_path: Path
) -> None:
    file = await uploaded(api)
    begun = (await api.post("/api/v1/files/uploads", json={"name": "b", "size": 9})).json()
    await api.patch(f"/api/v1/files/uploads/{begun['id']}", content=b"part", headers={"Upload-Offset": "0"})
    known = objects_in(tmp_path)
    places = ("files/x/1", f"uploads/{begun['id']}/2", "files/3#1")
    orphans = [tmp_path / "objects" / place for place in places]
    for orphan in orphans:
        orphan.parent.mkdir(parents=True, exist_ok=True)
        orphan.write_bytes(b"orphan")
    assert (await platform.bus.send(SweepFiles(), SYSTEM)).objects == 0, "as long as they are young"
    _make_old(tmp_path)

    counted = await platform.bus.send(SweepFiles(dry_run=True), SYSTEM)
    swept = await platform.bus.send(SweepFiles(), SYSTEM)

    assert (counted.objects, swept.objects, swept.bytes, swept.unfinished) == (2, 2, 12, 1)
    assert objects_in(tmp_path) == known
    assert (await api.get(file["content_url"])).text == "hello"


def _make_old(folder: Path) -> None:
    for path in (folder / "objects").rglob("*"):
        os.utime(path, (0, 0))
