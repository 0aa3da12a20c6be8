"""The sandbox as a process or container of its own: executes zygotes for servers that connect to a unix socket.

The servers keep pool and broker; only zygotes and children live here, so this process needs no network, no
capabilities and no secrets. Whoever may open the socket may have code confined and run.
"""

import asyncio
import contextlib
import json
import socket
import subprocess
from pathlib import Path

import structlog

from dynagent.core.shared.tasks import end_tasks
from dynagent.infrastructure.sandbox.cgroups import PoolMemory
from dynagent.infrastructure.sandbox.settings import SandboxSettings
from dynagent.infrastructure.sandbox.zygotes import Kind, boot_order, exec_zygote

_log = structlog.get_logger(__name__)
_ZYGOTES = 32
_WATCH_EVERY_S = 1.0
_ORDER_WAIT_S = 5.0
_MODE = 0o660


async def serve_sandbox(path: str, settings: SandboxSettings | None = None) -> None:
    """Serve until cancelled; zygotes end with their connection, and all of them with this process."""
    chosen = settings or SandboxSettings()
    listener = _listen(path)
    memory = PoolMemory(chosen.pool_bytes)
    zygotes: set[asyncio.Task[None]] = set()
    loop = asyncio.get_running_loop()
    _log.info("sandbox_serving", path=path, memory=memory.text)
    try:
        while True:
            connection, _ = await loop.sock_accept(listener)
            if len(zygotes) >= _ZYGOTES:
                _log.warning("sandbox_full", zygotes=len(zygotes))
                connection.close()
                continue
            task = loop.create_task(_serve_one(connection, chosen, memory))
            zygotes.add(task)
            task.add_done_callback(zygotes.discard)
    finally:
        _close(listener, path)
        await end_tasks(zygotes)
        memory.remove()


def _listen(path: str) -> socket.socket:
    """Return a listening socket; the file of a service that is gone is replaced. Raises OSError while one lives."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as probe:
        try:
            probe.connect(path)
        except FileNotFoundError:
            pass
        except ConnectionRefusedError:
            Path(path).unlink()
        else:
            raise OSError(f"a sandbox serves at {path} already")
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    listener.bind(path)
    Path(path).chmod(_MODE)
    listener.listen(_ZYGOTES)
    listener.setblocking(False)
    return listener


def _close(listener: socket.socket, path: str) -> None:
    listener.close()
    Path(path).unlink(missing_ok=True)


async def _serve_one(connection: socket.socket, settings: SandboxSettings, memory: PoolMemory) -> None:
    """Read which zygote is wanted, execute it on the connection, wait until it ends."""
    with connection:
        kind = await _wanted(connection)
        if kind is None:
            return
        connection.setblocking(True)
        process = exec_zygote(connection, boot_order(kind, settings, memory.group))
    _log.info("sandbox_zygote_started", kind=kind, pid=process.pid)
    try:
        while process.poll() is None:  # noqa: ASYNC110  # a Popen has no event
            await asyncio.sleep(_WATCH_EVERY_S)
    finally:
        _end(process)


async def _wanted(connection: socket.socket) -> Kind | None:
    connection.setblocking(False)
    with contextlib.suppress(TimeoutError, OSError, ValueError, AttributeError):
        async with asyncio.timeout(_ORDER_WAIT_S):
            order = json.loads(await asyncio.get_running_loop().sock_recv(connection, 1024))
        kind = order.get("zygote")
        return kind if kind in ("core", "full") else None
    return None


def _end(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is None:
        process.kill()
        process.wait()
