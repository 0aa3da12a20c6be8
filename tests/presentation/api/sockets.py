"""A client of a WebSocket at the ASGI interface."""

import asyncio
import json
from collections.abc import MutableMapping
from typing import Any

from fastapi import FastAPI

Sent = MutableMapping[str, Any]
DENIAL = {"websocket.http.response": dict[str, Any]()}


class Socket:
    """Connects when it is entered; `status` is that of a refusal, 101 once it is open."""

    def __init__(
        self, app: FastAPI, path: str, query: str = "", *, headers: dict[str, str] | None = None, denial: bool = True
    ) -> None:
        self.status = 0
        self.subprotocol: str | None = None
        self.closed: int | None = None
        self.refusal = b""
        self._app = app
        self._incoming: asyncio.Queue[Sent] = asyncio.Queue()
        self._texts: asyncio.Queue[str] = asyncio.Queue()
        self._answered = asyncio.Event()
        headers = {"host": "127.0.0.1:8000", **(headers or {})}
        self._scope: dict[str, Any] = {
            "type": "websocket",
            "asgi": {"version": "3.0", "spec_version": "2.4"},
            "http_version": "1.1",
            "scheme": "ws",
            "path": path,
            "raw_path": path.encode(),
            "query_string": query.encode(),
            "root_path": "",
            "headers": [(name.lower().encode(), value.encode()) for name, value in headers.items()],
            "client": ("127.0.0.1", 1),
            "server": ("127.0.0.1", 8000),
            "subprotocols": [],
            "extensions": DENIAL if denial else {},
            "state": {},
        }

    async def __aenter__(self) -> "Socket":
        self._incoming.put_nowait({"type": "websocket.connect"})
        self.task = asyncio.create_task(self._app(self._scope, self._incoming.get, self._send))
        answered = asyncio.create_task(self._answered.wait())
        await asyncio.wait({answered, self.task}, return_when=asyncio.FIRST_COMPLETED, timeout=20)
        answered.cancel()
        return self

    async def __aexit__(self, *_: object) -> None:
        self._incoming.put_nowait({"type": "websocket.disconnect", "code": 1000})
        await asyncio.wait_for(self.task, 20)

    async def message(self) -> dict[str, Any]:
        """Return the next message."""
        return json.loads(await asyncio.wait_for(self._texts.get(), 20))

    @property
    def nothing_waits(self) -> bool:
        """Whether every message was read."""
        return self._texts.empty()

    async def _send(self, message: Sent) -> None:
        kind = message["type"]
        if kind == "websocket.send":
            self._texts.put_nowait(message["text"])
            return
        if kind == "websocket.accept":
            self.status, self.subprotocol = 101, message.get("subprotocol")
        elif kind == "websocket.close":
            self.closed = message["code"]
            self.status = self.status or 403
        elif kind == "websocket.http.response.start":
            self.status = message["status"]
            return
        elif kind == "websocket.http.response.body":
            self.refusal += message.get("body", b"")
        self._answered.set()
