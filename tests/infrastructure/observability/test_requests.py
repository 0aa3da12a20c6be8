"""The layers around the application: ids in and out, one line per request, errors told and raised again."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import httpx2
import pytest
import structlog
from fastapi import FastAPI, Request
from fastapi.responses import StreamingResponse
from starlette.types import ASGIApp, Message
from structlog.testing import capture_logs

from dynagent.infrastructure.observability.metrics import Metrics
from dynagent.infrastructure.observability.requests import observe


def build() -> FastAPI:
    app = FastAPI()

    @app.get("/things/{thing_id}")
    async def get_thing(thing_id: str, request: Request) -> dict[str, Any]:
        bound = structlog.contextvars.get_contextvars()
        return {"id": thing_id, "bound": bound, "state": request.state.correlation.correlation_id}

    @app.get("/broken")
    async def broken() -> None:
        raise RuntimeError("no such luck")

    @app.get("/stream")
    async def stream() -> StreamingResponse:
        async def frames() -> AsyncIterator[bytes]:
            yield b"data: 1\n\n"
            yield b"data: 2\n\n"

        return StreamingResponse(frames(), media_type="text/event-stream")

    @app.get("/health")
    async def health() -> str:
        return "ok"

    return app


@pytest.fixture
def metrics() -> Metrics:
    return Metrics()


@pytest.fixture
async def client(metrics: Metrics) -> AsyncIterator[httpx2.AsyncClient]:
    app: ASGIApp = observe(build(), metrics, user_id="u-1")
    transport = httpx2.ASGITransport(app, raise_app_exceptions=False)
    async with httpx2.AsyncClient(transport=transport, base_url="http://test") as client:
        yield client


async def test_a_request_id_is_kept_and_bound(client: httpx2.AsyncClient) -> None:
    answer = await client.get("/things/7", headers={"X-Request-ID": "abc-1"})

    assert answer.headers["x-request-id"] == "abc-1"
    assert answer.json()["state"] == "abc-1"
    bound = answer.json()["bound"]
    assert (bound["correlation_id"], bound["user_id"]) == ("abc-1", "u-1")


async def test_a_missing_request_id_is_made(client: httpx2.AsyncClient) -> None:
    first, second = await client.get("/things/7"), await client.get("/things/7")

    assert len(first.headers["x-request-id"]) == 36
    assert first.headers["x-request-id"] != second.headers["x-request-id"]


@pytest.mark.parametrize("odd", ["", " ", "a" * 129, 'x"y', "<b>", "a b"])
async def test_an_odd_request_id_is_replaced(client: httpx2.AsyncClient, odd: str) -> None:
    answer = await client.get("/things/7", headers={"X-Request-ID": odd})

    assert answer.status_code == 200
    assert len(answer.headers["x-request-id"]) == 36


async def test_traceparent_is_continued_with_a_span_of_ours(client: httpx2.AsyncClient) -> None:
    trace = "4bf92f3577b34da6a3ce929d0e0e4736"

    answer = await client.get("/things/7", headers={"traceparent": f"00-{trace}-00f067aa0ba902b7-00"})

    version, trace_id, span_id, flags = answer.headers["traceparent"].split("-")
    assert (version, trace_id, flags) == ("00", trace, "00")
    assert span_id != "00f067aa0ba902b7"
    assert answer.headers["x-request-id"] == trace


@pytest.mark.parametrize("odd", ["00-zz-00-01", f"00-{'0' * 32}-00f067aa0ba902b7-01", f"ff-{'a' * 32}-{'b' * 16}-01"])
async def test_an_odd_traceparent_starts_a_new_trace(client: httpx2.AsyncClient, odd: str) -> None:
    answer = await client.get("/things/7", headers={"traceparent": odd})

    assert answer.headers["traceparent"].split("-")[1] not in odd


async def test_each_request_is_logged_and_counted_by_template(client: httpx2.AsyncClient, metrics: Metrics) -> None:
    with capture_logs() as logs:
        await client.get("/things/7")
        await client.get("/nowhere")

    seen = [(line["event"], line["path"], line["route"], line["status"]) for line in logs]
    assert seen == [
        ("request", "/things/7", "/things/{thing_id}", 200),
        ("request", "/nowhere", "unmatched", 404),
    ]
    assert all(line["duration_ms"] >= 0 for line in logs)
    labels = {"method": "GET", "route": "/things/{thing_id}", "status": "200"}
    assert metrics.registry.get_sample_value("dynagent_http_requests_total", labels) == 1


async def test_probes_are_logged_quietly(client: httpx2.AsyncClient) -> None:
    with capture_logs() as logs:
        await client.get("/health")

    assert [line["log_level"] for line in logs] == ["debug"]


async def test_an_escaping_error_is_told_raised_and_answered(client: httpx2.AsyncClient, metrics: Metrics) -> None:
    with capture_logs() as logs:
        answer = await client.get("/broken", headers={"X-Request-ID": "r-9"})

    failed = logs[0]
    assert (failed["event"], failed["error"], failed["path"], failed["method"]) == (
        "Request failed",
        "no such luck",
        "/broken",
        "GET",
    )
    assert isinstance(failed["exc_info"], RuntimeError)
    assert answer.status_code == 500
    assert answer.headers["x-request-id"] == "r-9"
    assert metrics.registry.get_sample_value("dynagent_http_failures_total", {"route": "/broken"}) == 1


async def test_streams_are_counted_while_open_and_passed_on_piece_by_piece(metrics: Metrics) -> None:
    release, pieces = asyncio.Event(), asyncio.Queue[bytes]()

    async def streaming(scope: Any, receive: Any, send: Any) -> None:
        headers = [(b"content-type", b"text/event-stream; charset=utf-8")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": b"data: 1\n\n", "more_body": True})
        await release.wait()
        await send({"type": "http.response.body", "body": b"", "more_body": False})

    async def send(message: Message) -> None:
        if message["type"] == "http.response.body":
            await pieces.put(message["body"])

    async def receive() -> Message:
        return {"type": "http.request", "body": b"", "more_body": False}

    scope = {"type": "http", "method": "GET", "path": "/stream", "headers": []}
    serving = asyncio.ensure_future(observe(streaming, metrics)(scope, receive, send))

    assert await pieces.get() == b"data: 1\n\n"
    assert metrics.registry.get_sample_value("dynagent_http_streams") == 1
    release.set()
    with capture_logs() as logs:
        await serving
    assert metrics.registry.get_sample_value("dynagent_http_streams") == 0
    assert logs[0]["stream"] is True


async def test_a_whole_stream_arrives(client: httpx2.AsyncClient) -> None:
    assert (await client.get("/stream")).content == b"data: 1\n\ndata: 2\n\n"


async def test_lifespans_pass_through(metrics: Metrics) -> None:
    seen: list[str] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        seen.append(scope["type"])

    await observe(app, metrics)({"type": "lifespan"}, None, None)  # pyright: ignore[reportArgumentType]

    assert seen == ["lifespan"]
