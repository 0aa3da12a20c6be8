"""Watching a stream at the ASGI interface: what is sent, in which chunks, and what happens when the client leaves."""

import asyncio
from collections.abc import MutableMapping
from dataclasses import dataclass, field
from typing import Any

from fastapi import FastAPI

Sent = MutableMapping[str, Any]


@dataclass(frozen=True)
class Event:
    """One server-sent event."""

    id: str
    data: bytes


@dataclass
class Watcher:
    """A client that reads a stream while it is sent. `leave` disconnects it."""

    app: FastAPI
    path: str
    query: str = ""
    headers: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.chunks: list[bytes] = []
        self.status = 0
        self.answer_headers: dict[str, str] = {}
        self.ended = False
        self._gone = asyncio.Event()
        self._asked = False
        self._something = asyncio.Event()
        self.task = asyncio.create_task(self._serve())

    async def over(self) -> "Watcher":
        """Wait for the end of the answer."""
        await self.task
        return self

    async def until(self, count: int) -> "Watcher":
        """Wait until so many chunks have come."""
        while len(self.chunks) < count:
            self._something.clear()
            await self._something.wait()
        return self

    async def leave(self) -> None:
        """Disconnect and wait until the server has noticed."""
        self._gone.set()
        await self.task

    @property
    def text(self) -> str:
        """Everything that came."""
        return b"".join(self.chunks).decode()

    @property
    def events(self) -> list[Event]:
        """The events, comments and hints left out."""
        return parse(b"".join(self.chunks))

    @property
    def seqs(self) -> list[int]:
        """The sequence numbers of the events."""
        return [int(event.id.partition(":")[2]) for event in self.events]

    async def _serve(self) -> None:
        headers = {"host": "127.0.0.1:8000", **self.headers}
        scope = {
            "type": "http",
            "asgi": {"version": "3.0", "spec_version": "2.3"},
            "http_version": "1.1",
            "method": "GET",
            "scheme": "http",
            "path": self.path,
            "raw_path": self.path.encode(),
            "query_string": self.query.encode(),
            "root_path": "",
            "headers": [(name.lower().encode(), value.encode()) for name, value in headers.items()],
            "client": ("127.0.0.1", 1),
            "server": ("127.0.0.1", 8000),
            "state": {},
        }
        await self.app(scope, self._receive, self._send)

    async def _receive(self) -> Sent:
        if not self._asked:
            self._asked = True
            return {"type": "http.request", "body": b"", "more_body": False}
        await self._gone.wait()
        return {"type": "http.disconnect"}

    async def _send(self, message: Sent) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            self.answer_headers = {name.decode(): value.decode() for name, value in message["headers"]}
        else:
            if message["body"]:
                self.chunks.append(message["body"])
            self.ended = not message.get("more_body", False)
        self._something.set()


def parse(stream: bytes) -> list[Event]:
    """Return the events of a stream as a browser reads them."""
    events: list[Event] = []
    for block in stream.split(b"\n\n"):
        fields = dict(line.split(b": ", 1) for line in block.split(b"\n") if line and not line.startswith(b":"))
        if b"data" in fields:
            events.append(Event(fields[b"id"].decode(), fields[b"data"]))
    return events
