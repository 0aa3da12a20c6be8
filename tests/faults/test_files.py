"""Servers die in the middle of uploads: nothing is left of what was broken off, and what can go on does."""

import asyncio
import os
from collections.abc import AsyncGenerator
from pathlib import Path

import httpx2

from tests.cli.processes import dynagent_says
from tests.faults.processes import PATIENCE_S, Cluster

PART = 64 * 1024


async def test_an_upload_outlives_its_server_and_what_cannot_go_on_leaves_nothing(cluster: Cluster) -> None:
    cluster.settings["UPLOAD_PART_BYTES"] = str(PART)
    content = bytes(n % 251 for n in range(10 * PART))
    first = cluster.server()
    async with httpx2.AsyncClient(timeout=PATIENCE_S) as http:
        begun = await http.post(f"{first.url}/api/v1/files/uploads", json={"name": "big", "size": len(content)})
        path = f"/api/v1/files/uploads/{begun.json()['id']}"
        in_parts = http.patch(first.url + path, content=_stuck(content, 5 * PART + 100), headers={"Upload-Offset": "0"})
        whole = http.post(f"{first.url}/api/v1/files/upload?name=whole", content=_stuck(content, 5 * PART + 100))
        uploads = [asyncio.create_task(in_parts), asyncio.create_task(whole)]
        async with asyncio.timeout(PATIENCE_S):
            while (await http.get(first.url + path)).json()["offset"] < 5 * PART:
                await asyncio.sleep(0.05)
        first.kill()
        await asyncio.gather(*uploads, return_exceptions=True)

        second = cluster.server()
        offset = (await http.get(second.url + path)).json()["offset"]
        assert offset == 5 * PART, "each part that was stored is there, and no byte twice"
        rest = await http.patch(second.url + path, content=content[offset:], headers={"Upload-Offset": str(offset)})
        file = rest.json()["file"]
        assert (await http.get(second.url + file["content_url"])).content == content
        assert (await http.get(f"{second.url}/api/v1/files")).json()["total"] == 1
        _sweep(cluster)
        objects = Path(cluster.settings["DATA_DIR"], "objects")
        assert [path.name for path in objects.rglob("*") if path.is_file()] == [file["id"]]


async def _stuck(content: bytes, at: int) -> AsyncGenerator[bytes]:
    """Send so much, and nothing more."""
    yield content[:at]
    await asyncio.sleep(PATIENCE_S)


def _sweep(cluster: Cluster) -> None:
    """Sweep as an operator would, a day later."""
    for path in Path(cluster.settings["DATA_DIR"], "objects").rglob("*"):
        os.utime(path, (0, 0))
    swept = dynagent_says("files", "sweep", **cluster.settings)
    assert swept.returncode == 0, swept.stderr
