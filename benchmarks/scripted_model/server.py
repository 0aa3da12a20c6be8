"""The scripted model's HTTP server: asyncio and httptools, a few tens of microseconds per request."""

import asyncio
import hashlib
import json
import struct
import threading
from collections import Counter, deque
from typing import Any, cast

import httptools

from benchmarks.scripted_model import chat, responses
from benchmarks.scripted_model.script import Reply, last_user, plan, read_markers

_STREAM_HEAD = (
    b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream; charset=utf-8\r\n"
    b"Cache-Control: no-cache\r\nTransfer-Encoding: chunked\r\n\r\n"
)
_REASONS = {200: "OK", 400: "Bad Request", 401: "Unauthorized", 404: "Not Found", 429: "Too Many Requests"}
_WORDS = {
    "insufficient_quota": "You exceeded your current quota, please check your plan and billing details.",
    "context_length_exceeded": "This model's maximum context length is 8192 tokens. However, your messages resulted "
    "in 9001 tokens. Please reduce the length of the messages.",
}


class ScriptedModel:
    """The server in a thread of its own, for tests: `async with ScriptedModel() as model: model.url`.

    `requests` holds the bodies of the last hundred completions asked for, oldest first.
    """

    def __init__(self) -> None:
        self.url = ""
        self.requests: deque[dict[str, Any]] = deque(maxlen=100)
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._serve, name="scripted-model", daemon=True)
        self._ready = threading.Event()
        self._stop = asyncio.Event()

    async def __aenter__(self) -> "ScriptedModel":
        return self.__enter__()

    async def __aexit__(self, *_: object) -> None:
        self.__exit__()

    def __enter__(self) -> "ScriptedModel":
        self._thread.start()
        self._ready.wait(10)
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(10)

    def _serve(self) -> None:
        async def serve() -> None:
            connections: set[_Connection] = set()
            server, self.url = await listen("127.0.0.1", 0, self.requests, connections)
            self._ready.set()
            await self._stop.wait()
            server.close()
            for connection in list(connections):
                connection.close()
            await asyncio.sleep(0)

        with asyncio.Runner(loop_factory=lambda: self._loop) as runner:
            runner.run(serve())


async def listen(
    host: str,
    port: int,
    requests: deque[dict[str, Any]] | None = None,
    connections: "set[_Connection] | None" = None,
) -> tuple[asyncio.Server, str]:
    """Start listening; return the server and its base URL (ends in /v1)."""
    tries: Counter[str] = Counter()
    seen: deque[dict[str, Any]] = deque(maxlen=1) if requests is None else requests
    server = await asyncio.get_running_loop().create_server(
        lambda: _Connection(tries, seen, connections), host, port, backlog=2048
    )
    bound = server.sockets[0].getsockname()[1]
    return server, f"http://{host}:{bound}/v1"


class _Connection(asyncio.Protocol):
    """One client connection: requests are answered in order, one at a time."""

    def __init__(
        self, tries: Counter[str], seen: deque[dict[str, Any]], connections: "set[_Connection] | None"
    ) -> None:
        self._tries = tries
        self._seen = seen
        self._connections = connections
        self._parser = httptools.HttpRequestParser(self)
        self._body = bytearray()
        self._path = ""
        self._task: asyncio.Task[None] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)  # uvloop's is none by inheritance
        if self._connections is not None:
            self._connections.add(self)

    def connection_lost(self, exc: Exception | None) -> None:
        if self._task:
            self._task.cancel()
        if self._connections is not None:
            self._connections.discard(self)

    def close(self) -> None:
        """End the connection and whatever is being answered on it."""
        self._transport.abort()

    def data_received(self, data: bytes) -> None:
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserError:
            self._transport.close()

    def on_url(self, url: bytes) -> None:
        self._path = url.decode().split("?")[0]
        self._body.clear()

    def on_body(self, body: bytes) -> None:
        self._body += body

    def on_message_complete(self) -> None:
        if self._path.endswith("/models"):
            listed = [{"id": name, "object": "model"} for name in ("scripted", "gpt-4o-mini")]
            return self._send(200, {"object": "list", "data": listed})
        try:
            request = json.loads(bytes(self._body))
        except ValueError:
            return self._send(400, _error("the body is no JSON", "invalid_request_error"))
        if self._path.endswith("/chat/completions"):
            return self._answer(request, request.get("messages", []), _tools(request), chat)
        if self._path.endswith("/responses"):
            return self._answer(request, *responses.read_input(request), responses)
        if self._path.endswith("/embeddings"):
            return self._send(200, _embeddings(request))
        return self._send(404, _error("no such path", "invalid_request_error"))

    def _answer(
        self, request: dict[str, Any], messages: list[dict[str, Any]], tools: list[dict[str, Any]], shape: Any
    ) -> None:
        self._seen.append(request)
        text, rounds = last_user(messages)
        markers = read_markers(text)
        mishap = self._mishap(markers, text)
        if mishap.startswith("fail"):
            _, status, *wait = mishap.split(":")
            code = markers.get("code")
            told = _error(_WORDS.get(code or "", f"scripted {status}"), code or "scripted", code)
            return self._send(int(status), told, wait[0] if wait else "1")
        reply = plan(text, markers, rounds, tools)
        if not request.get("stream"):
            return self._later(reply.latency_s, shape.whole(request, reply))
        events: list[bytes] = shape.stream(request, reply)
        if mishap:
            events = events[: 1 + len(events) // 3]
        if not (reply.latency_s or reply.token_delay_s or mishap):
            self._transport.write(_STREAM_HEAD + b"".join(map(_chunk, events)) + b"0\r\n\r\n")
            return None
        self._task = asyncio.get_running_loop().create_task(self._stream(events, reply, mishap))
        return None

    def _mishap(self, markers: dict[str, str], text: str) -> str:
        """Return `fail:<status>[:<retry after>]`, `cut`, `short`, `silence` or nothing for this try of this message."""
        for kind in ("fail", "cut", "short", "silence"):
            if kind in markers:
                head, *more = (markers[kind] or ("1000000" if kind == "silence" else "1")).split(":")
                times = int(more[0] if kind == "fail" and more else 1 if kind == "fail" else head)
                self._tries[text] += 1
                if self._tries[text] > times:
                    return ""
                return ":".join(["fail", head, *more[1:]]) if kind == "fail" else kind
        return ""

    async def _stream(self, events: list[bytes], reply: Reply, mishap: str) -> None:
        await asyncio.sleep(reply.latency_s)
        self._transport.write(_STREAM_HEAD)
        if reply.token_delay_s:
            for event in events:
                self._transport.write(_chunk(event))
                await asyncio.sleep(reply.token_delay_s)
        else:
            self._transport.write(b"".join(map(_chunk, events)))
        if mishap == "cut":
            self._transport.close()
        elif mishap != "silence":
            self._transport.write(b"0\r\n\r\n")

    def _later(self, delay_s: float, body: bytes) -> None:
        if delay_s:
            asyncio.get_running_loop().call_later(delay_s, self._send, 200, body)
        else:
            self._send(200, body)

    def _send(self, status: int, body: bytes | dict[str, Any], retry_after: str = "1") -> None:
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        head = f"HTTP/1.1 {status} {_REASONS.get(status, 'Error')}\r\nContent-Type: application/json\r\n"
        head += f"Retry-After: {retry_after}\r\n" if status == 429 else ""
        self._transport.write(f"{head}Content-Length: {len(raw)}\r\n\r\n".encode() + raw)


def _tools(request: dict[str, Any]) -> list[dict[str, Any]]:
    offered: list[dict[str, Any]] = request.get("tools") or []
    return [] if request.get("tool_choice") == "none" else [tool["function"] for tool in offered]


def _chunk(event: bytes) -> bytes:
    return b"%x\r\n%s\r\n" % (len(event), event)


def _error(message: str, kind: str, code: str | None = None) -> dict[str, Any]:
    return {"error": {"message": message, "type": kind, "code": code, "param": None}}


def _embeddings(request: dict[str, Any]) -> dict[str, Any]:
    """Return vectors made by hashing the words: equal texts are equal, texts with common words are near."""
    given: str | list[Any] = request.get("input") or []
    texts: list[Any] = [given] if isinstance(given, str) else given
    size = int(request.get("dimensions") or 1536)
    data: list[dict[str, Any]] = []
    for index, text in enumerate(texts):
        vector = [0.0] * size
        for word in str(text).lower().split():
            place, sign = struct.unpack("<Ib", hashlib.blake2b(word.encode(), digest_size=5).digest())
            vector[place % size] += 1.0 if sign >= 0 else -1.0
        length = sum(value * value for value in vector) ** 0.5 or 1.0
        data.append({"object": "embedding", "index": index, "embedding": [value / length for value in vector]})
    used = sum(len(str(text)) for text in texts) // 4
    model = request.get("model")
    return {"object": "list", "model": model, "data": data, "usage": {"prompt_tokens": used, "total_tokens": used}}
