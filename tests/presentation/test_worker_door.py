"""A worker says how it is at its port, also when its event loop cannot."""

import asyncio
import threading
from collections.abc import AsyncIterator

import httpx2
import pytest

from dynagent.presentation import worker_door
from dynagent.presentation.worker_door import WorkerDoor
from tests.presentation.api.house import PartFinding, WholeFinding


class Inside:
    """What the door asks."""

    def __init__(self) -> None:
        self.trouble: str | None = None
        self.report = WholeFinding("ok", [PartFinding(condition="ok")])

    async def health(self) -> WholeFinding:
        return self.report


@pytest.fixture
async def inside() -> Inside:
    return Inside()


@pytest.fixture
async def door(inside: Inside) -> AsyncIterator[WorkerDoor]:
    door = WorkerDoor(metrics=lambda: b"dynagent_up 1\n", health=inside.health, trouble=lambda: inside.trouble)
    door.open("127.0.0.1", 0)
    yield door
    await asyncio.to_thread(door.close)


def get(door: WorkerDoor, path: str) -> httpx2.Response:
    return httpx2.get(f"http://127.0.0.1:{door.port}{path}", trust_env=False)


async def test_metrics(door: WorkerDoor) -> None:
    answer = await asyncio.to_thread(get, door, "/metrics?x=1")
    assert (answer.status_code, answer.text) == (200, "dynagent_up 1\n")
    assert answer.headers["content-type"].startswith("text/plain; version=0.0.4")


async def test_it_is_ready_until_it_is_in_trouble(door: WorkerDoor, inside: Inside) -> None:
    assert (await asyncio.to_thread(get, door, "/ready")).json() == {"status": "ok", "detail": ""}
    inside.trouble = "the last heartbeat is 20 s old"
    answer = await asyncio.to_thread(get, door, "/ready")
    assert (answer.status_code, answer.json()) == (503, {"status": "fail", "detail": "the last heartbeat is 20 s old"})


@pytest.mark.parametrize(("condition", "status"), [("ok", 200), ("warn", 200), ("fail", 503)])
async def test_health(door: WorkerDoor, inside: Inside, condition: str, status: int) -> None:
    inside.report = WholeFinding(condition, [PartFinding(condition=condition)])
    answer = await asyncio.to_thread(get, door, "/health")
    assert (answer.status_code, answer.json()["status"]) == (status, condition)
    assert answer.json()["parts"]["database"]["status"] == condition


async def test_anything_else_is_not_there(door: WorkerDoor) -> None:
    assert (await asyncio.to_thread(get, door, "/api")).status_code == 404


async def test_a_loop_that_hangs_does_not_silence_it(door: WorkerDoor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker_door, "HEALTH_S", 0.05)
    found: list[httpx2.Response] = []
    asked = threading.Event()

    def ask() -> None:
        found.extend(get(door, path) for path in ("/ready", "/metrics", "/health"))
        asked.set()

    threading.Thread(target=ask, daemon=True).start()
    assert asked.wait(20), "the loop waits here, the door's threads answer"
    assert [answer.status_code for answer in found] == [200, 200, 503]
    assert "event loop" in found[2].json()["detail"]
