"""The life of a child: confine, warm up, say ready, serve one call (or, kept by its tool, several), `_exit`."""

import asyncio
import gc
import marshal
import os
import socket
import sys
from typing import Any

from dynagent.infrastructure.sandbox.inside import bases, frames, harness
from dynagent.infrastructure.sandbox.inside.confinement import Confinement
from dynagent.infrastructure.sandbox.inside.network import Network
from dynagent.infrastructure.sandbox.inside.screening import screen
from dynagent.infrastructure.sandbox.inside.toolsfile import read_tools

_REHEARSALS = 16
_REHEARSED_SOURCE = b"async def warm(text: str) -> str:\n    return text"
_REHEARSED_CALL = {
    "entry": "warm",
    "shape": "async",
    "arguments": {"text": ""},
    "secrets": {},
    "logs_limit": 100,
    "output_limit": 100,
}
_WARM_UP = marshal.dumps(compile(_REHEARSED_SOURCE, harness.SOURCE_NAME, "exec"))


def main(channel: socket.socket, slot: int, confinement: Confinement) -> None:
    """Live and die; never returns. An error outside of a call ends the process with status 1."""
    status = 1
    try:
        inside = confinement.enter(channel, slot)
        _serve(inside, confinement)
        status = 0
    except frames.Closed:
        status = 0
    except MemoryError:
        status = frames.OUT_OF_MEMORY
    except BaseException as error:
        frames.send(socket.socket(fileno=os.dup(3)), {"kind": "broken", "message": f"{type(error).__name__}: {error}"})
    finally:
        os._exit(status)


def rehearse() -> None:
    """Serve our own calls some times in the zygote: the interpreter then has specialised the whole path, and children
    write to fewer of the pages that they share (fork and page faults are most of what a call costs)."""
    for _ in range(_REHEARSALS):
        loop = asyncio.new_event_loop()
        asyncio.set_event_loop(loop)
        _rehearse_call(loop)
        loop.close()
        screen({"code": list(_REHEARSED_SOURCE), "name": "warm", "network": False, "libraries": [], "networked": []})
    asyncio.set_event_loop(None)


def _rehearse_call(loop: asyncio.AbstractEventLoop) -> None:
    """Serve one call of our own, over a channel of our own."""
    streams = sys.stdout, sys.stderr
    ours, theirs = socket.socketpair()
    with ours, theirs:
        frames.send(ours, _REHEARSED_CALL, _WARM_UP)
        message, raw, _ = frames.receive(theirs)
        _call(theirs, message, raw, tool=None, loop=loop)
        frames.receive(ours)
    sys.stdout, sys.stderr = streams


READERS = {"screen": screen, "tools": read_tools}
"""What is done with a source instead of running it, in a child that ends afterwards."""


def _serve(channel: socket.socket, confinement: Confinement) -> None:
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    _rehearse_call(loop)  # most page faults happen here and not in the call
    if confinement.sockets:
        Network(channel).install()
    gc.enable()
    frames.send(channel, {"kind": "ready"})
    tool: harness.Tool | None = None
    keep = True
    while keep:
        message, raw, _ = frames.receive(channel)
        if message["op"] in READERS:
            frames.send(channel, *READERS[message["op"]](message))
            return
        keep = bool(message.get("keep"))
        tool = _call(channel, message, raw, tool=tool, loop=loop)


def _call(
    channel: socket.socket, message: dict[str, Any], raw: bytes, *, tool: harness.Tool | None, loop: Any
) -> harness.Tool | None:
    """Run one call and send its answer; return the tool for the next call."""
    bases.begin(message, message.get("secrets", {}))
    logs = harness.Logs(message["logs_limit"])
    sys.stdout = sys.stderr = logs
    before, _ = harness.usage()
    answer: dict[str, Any]
    raising: BaseException | None = None
    try:
        if raw or tool is None:
            tool = harness.Tool(raw, entry=message["entry"], shape=message["shape"], loop=loop)
        answer = {"kind": "result", "value": tool.call(message["arguments"], output_limit=message["output_limit"])}
    except BaseException as error:
        raising = error
        answer = harness.failure(error)
    after, peak = harness.usage()
    answer |= {
        "logs": logs.text(),
        "cpu_ms": after - before,
        "peak_kb": peak,
        "left": tool.leftovers() if tool and raising is None else 1,
    }
    frames.send(channel, answer)
    return tool
