"""`HEAD` is `GET` without a body, except where `GET` does something."""

import socket
import threading

import httpx2
import pytest
import uvicorn

from tests.presentation.api.house import House


@pytest.mark.parametrize("path", ["/health", "/api", "/api/v1/agents", "/api/tools", "/openapi.json", "/docs"])
async def test_it_is_there_where_get_is(api: httpx2.AsyncClient, path: str) -> None:
    head, get = await api.head(path), await api.get(path)

    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["content-type"] == get.headers["content-type"]
    assert head.headers["content-length"] == get.headers["content-length"]


async def test_it_starts_no_execution_and_follows_none(api: httpx2.AsyncClient, house: House, agent_id: str) -> None:
    started = await api.head(f"/api/stream/{agent_id}", params={"query": "hello"})
    followed = await api.head(f"/api/v1/executions/{agent_id}/stream")

    assert (started.status_code, followed.status_code) == (405, 405)
    assert started.headers["allow"] == "GET"
    assert house.executions.stored == {}


async def test_what_is_missing_is_missing(api: httpx2.AsyncClient) -> None:
    answer = await api.head("/api/agents/none")

    assert (answer.status_code, answer.content) == (404, b"")


async def test_allow_names_it(api: httpx2.AsyncClient) -> None:
    assert (await api.delete("/api/agents")).headers["allow"] == "GET, HEAD, POST"
    assert (await api.patch("/api/v1/agents/bulk")).headers["allow"] == "DELETE, GET, HEAD, POST, PUT"
    assert (await api.get("/api/v1/executions/x/cancel")).headers["allow"] == "POST"


def test_a_real_server_sends_no_body_and_keeps_the_connection(house: House) -> None:
    listener = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(house.app, log_config=None, http="httptools", lifespan="off"))
    serving = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    serving.start()
    try:
        with httpx2.Client(base_url=f"http://127.0.0.1:{listener.getsockname()[1]}", trust_env=False) as client:
            first, second = client.head("/health"), client.get("/health")
    finally:
        server.should_exit = True
        serving.join()
    assert (first.status_code, first.content) == (200, b"")
    assert first.headers["content-length"] == second.headers["content-length"]
    assert second.json()["status"] == "ok"
