"""A model endpoint with bad manners: huge arguments, one delta without end, one byte a second, thousands of fragments.

`python -m benchmarks.odd_model` prints its URL and serves until it is ended. A marker in the last user message says
how: `[[argument]]`, `[[rows]]`, `[[delta]]`, `[[bytes]]`, `[[fragments]]`; without one, or once a tool has answered, it
says "ok".
"""

import asyncio
import json
import re
from collections.abc import AsyncGenerator
from typing import Any

import uvloop

MB = 1024 * 1024
ARGUMENT = 2 * MB
DELTA = 100 * MB
SECONDS = 20
"""So many bytes, one a second."""
FRAGMENTS = 10_000
_HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"
_HEADS = {"id": "chatcmpl-odd", "object": "chat.completion.chunk", "created": 1_700_000_000, "model": "odd"}
_MARKER = re.compile(r"\[\[(\w+)\]\]")
_WRITTEN = 64 * 1024
_END = b"data: [DONE]\n\n"


def argument_events(pieces: int, *, rows: bool = False) -> list[bytes]:
    """Return a stream with a call whose argument has 2 MB, in so many pieces, and the usage as endpoints report it.

    The argument is one text, or with `rows` some fifty thousand small objects.
    """
    if rows:
        text = json.dumps({"query": [{"id": number, "name": f"row {number}"} for number in range(ARGUMENT // 42)]})
    else:
        text = json.dumps({"query": 'many words, "quoted" or {not}, ' * (ARGUMENT // 32)})
    size = -(-len(text) // pieces)
    start = {"index": 0, "id": "call_0", "type": "function", "function": {"name": "chatbot", "arguments": ""}}
    cut = [text[at : at + size] for at in range(0, len(text), size)]
    events = [_event({"tool_calls": [start]})]
    events += [_event({"tool_calls": [{"index": 0, "function": {"arguments": piece}}]}) for piece in cut]
    return [*events, _event({}, "tool_calls"), _usage(), _END]


def text_events(pieces: int) -> list[bytes]:
    """Return a stream with a text of 2 MB, in so many pieces."""
    size = ARGUMENT // pieces
    return [
        *[_event({"content": "many words of a text, " * (size // 22)})] * pieces,
        _event({}, "stop"),
        _usage(),
        _END,
    ]


async def main() -> None:
    """Serve; the first line on stdout is the base URL."""
    server = await asyncio.start_server(_serve, "127.0.0.1", 0)
    print(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/v1", flush=True)
    async with server:
        await server.serve_forever()


async def _serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while head := await reader.readuntil(b"\r\n\r\n"):
            length = re.search(rb"content-length: *(\d+)", head, re.IGNORECASE)
            body = await reader.readexactly(int(length[1]) if length else 0)
            writer.write(_HEAD)
            async for piece in _answer(json.loads(body) if body else {}):
                writer.write(b"%x\r\n%s\r\n" % (len(piece), piece))
                await writer.drain()
            writer.write(b"0\r\n\r\n")
    except (asyncio.IncompleteReadError, ConnectionError):
        pass
    finally:
        writer.close()


async def _answer(request: dict[str, Any]) -> AsyncGenerator[bytes]:
    messages: list[dict[str, Any]] = request.get("messages") or [{}]
    found = _MARKER.search(str(messages[-1].get("content"))) if messages[-1].get("role") == "user" else None
    manner = found[1] if found else ""
    if manner == "delta":
        yield b'data: {"choices":[{"index":0,"delta":{"content":"'
        for _ in range(DELTA // _WRITTEN):
            yield b"x" * _WRITTEN
        yield b'"}}]}\n\n' + _END
    elif manner == "bytes":
        stream = b"".join([_event({"content": "slow"}), _event({}, "stop"), _END])
        for at in range(SECONDS):
            yield stream[at : at + 1]
            await asyncio.sleep(1)
        yield stream[SECONDS:]
    else:
        pieces = {"argument": 8, "rows": 8, "fragments": FRAGMENTS}.get(manner)
        called = argument_events(pieces, rows=manner == "rows") if pieces else None
        stream = b"".join(called if called else [_event({"content": "ok"}), _event({}, "stop"), _END])
        for at in range(0, len(stream), _WRITTEN):
            yield stream[at : at + _WRITTEN]


def _event(delta: dict[str, Any], finish: str | None = None) -> bytes:
    choice = {"index": 0, "delta": delta, "finish_reason": finish}
    return b"data: %s\n\n" % json.dumps({**_HEADS, "choices": [choice]}).encode()


def _usage() -> bytes:
    return b'data: {"choices": [], "usage": {"prompt_tokens": 10, "completion_tokens": 500000}}\n\n'


if __name__ == "__main__":
    uvloop.run(main())
