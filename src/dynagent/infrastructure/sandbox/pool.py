"""Children forked ahead of time: taken by calls, refilled a little later, their zygote restarted when it must be."""

import asyncio
from collections import deque
from typing import Any

import structlog

from dynagent.core.tools import SandboxBusy, SandboxUnavailable
from dynagent.infrastructure.sandbox.audit import Audit
from dynagent.infrastructure.sandbox.children import Child
from dynagent.infrastructure.sandbox.levels import Isolation, isolation_of
from dynagent.infrastructure.sandbox.settings import SandboxSettings
from dynagent.infrastructure.sandbox.zygotes import Kind, Launcher, Zygote

_log = structlog.get_logger(__name__)

_REFILL_AFTER_S = 0.004
_BOOT_S = 30.0
_BACKOFF_S = (0.0, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0)
_STABLE_S = 30.0
_FRAME_ROOM = 1 << 16


class Pool:
    """The children of one kind of zygote. Boots with the first call; after a loss it boots again, with back-off."""

    def __init__(self, kind: Kind, settings: SandboxSettings, *, launch: Launcher, audit: Audit) -> None:
        self.kind: Kind = kind
        self._settings, self._launch, self._audit = settings, launch, audit
        self._wanted = settings.idle_core if kind == "core" else settings.idle_full
        self._frame_limit = (settings.output_kb << 10) + (settings.logs_kb << 13) + _FRAME_ROOM
        self._zygote: Zygote | None = None
        self._booting: asyncio.Task[Zygote] | None = None
        self._idle: deque[Child] = deque()
        self._starting: set[Child] = set()
        self._waiting: deque[asyncio.Future[Child]] = deque()
        self._refill: asyncio.TimerHandle | None = None
        self._losses = 0
        self._booted_at = 0.0
        self._stopped = False
        self._leaving: set[asyncio.Task[None]] = set()
        self.isolation: Isolation | None = None
        self.boot_ms: float | None = None

    async def ready(self) -> Zygote:
        """Return the running zygote, booting one when there is none. Raises SandboxUnavailable."""
        if self._zygote is not None and not self._zygote.lost.done():
            return self._zygote
        if self._stopped:
            raise SandboxUnavailable("the sandbox is stopped")
        if self._booting is None or self._booting.done():
            self._booting = asyncio.get_running_loop().create_task(self._boot())
        try:
            return await asyncio.shield(self._booting)
        except OSError as error:
            raise SandboxUnavailable(f"the sandbox cannot start: {error}", retry_after_s=2.0) from error

    async def take(self, timeout_s: float) -> Child:
        """Return an idle child, which is the caller's. Raises SandboxBusy, SandboxUnavailable."""
        while self._idle:
            child = self._idle.popleft()
            if child.alive:
                self._refill_soon()
                return child
        try:
            async with asyncio.timeout(timeout_s):
                await self.ready()
        except TimeoutError:
            raise SandboxUnavailable("the sandbox is starting", retry_after_s=1.0) from None
        waiter: asyncio.Future[Child] = asyncio.get_running_loop().create_future()
        self._waiting.append(waiter)
        self._fill()
        try:
            async with asyncio.timeout(timeout_s):
                return await waiter
        except TimeoutError:
            if waiter.done() and not waiter.cancelled() and waiter.exception() is None:
                waiter.result().kill()
            raise SandboxBusy("no process became free in time", retry_after_s=1.0) from None
        except asyncio.CancelledError:
            if waiter.done() and not waiter.cancelled() and waiter.exception() is None:
                self._on_ready(waiter.result())
            raise

    async def stop(self) -> None:
        """End the zygote and with it every child; wait until they are gone."""
        self._stopped = True
        if self._refill is not None:
            self._refill.cancel()
        if self._booting is not None and not self._booting.done():
            self._booting.cancel()
            await asyncio.gather(self._booting, return_exceptions=True)
        if self._zygote is not None:
            zygote, self._zygote = self._zygote, None
            zygote.close()
            await zygote.gone()
        await asyncio.gather(*self._leaving)

    async def _boot(self) -> Zygote:
        loop = asyncio.get_running_loop()
        if loop.time() - self._booted_at > _STABLE_S:
            self._losses = 0
        pause_s = _BACKOFF_S[min(self._losses, len(_BACKOFF_S) - 1)]
        self._losses += 1
        await asyncio.sleep(pause_s)
        self._booted_at = loop.time()
        zygote = Zygote(*self._launch(self.kind))
        try:
            async with asyncio.timeout(_BOOT_S):
                hello = await zygote.hello
        except BaseException as error:
            zygote.close()
            self._leave(zygote)
            if isinstance(error, TimeoutError):
                raise OSError("the zygote did not come up in time") from error
            raise
        self._adopt(zygote, hello)
        return zygote

    def _adopt(self, zygote: Zygote, hello: dict[str, Any]) -> None:
        self.isolation = isolation_of(hello)
        self.boot_ms = float(hello.get("boot_ms", 0.0))
        self._zygote = zygote
        zygote.lost.add_done_callback(lambda _: self._on_lost(zygote))
        self._audit.report(
            "sandbox.level",
            kind=self.kind,
            level=self.isolation.level,
            layers=self.isolation.layers,
            boot_ms=self.boot_ms,
            failed_libraries=hello.get("failed", {}),
        )
        self._refill_soon()

    def _on_lost(self, zygote: Zygote) -> None:
        """Fail closed: nobody waits for what will not come; the next boot is started at once, after the pause."""
        self._leave(zygote)
        if self._zygote is not zygote:
            return
        self._zygote = None
        if self._stopped:
            return
        self._audit.report("zygote.restarted", kind=self.kind, reason="it ended")
        for waiter in self._waiting:
            if not waiter.done():
                waiter.set_exception(SandboxUnavailable("the sandbox has just ended", retry_after_s=1.0))
        self._waiting.clear()
        self._idle.clear()
        self._starting.clear()
        self._booting = asyncio.get_running_loop().create_task(self._boot())
        self._booting.add_done_callback(lambda task: task.cancelled() or task.exception())

    def _leave(self, zygote: Zygote) -> None:
        task = asyncio.get_running_loop().create_task(zygote.gone())
        self._leaving.add(task)
        task.add_done_callback(self._leaving.discard)

    def _refill_soon(self) -> None:
        """Fill a little later, so that the fork does not compete with the call for the processor."""
        if self._refill is None and not self._stopped:
            self._refill = asyncio.get_running_loop().call_later(_REFILL_AFTER_S, self._fill_now)

    def _fill_now(self) -> None:
        self._refill = None
        self._fill()

    def _fill(self) -> None:
        zygote = self._zygote
        if zygote is None or zygote.lost.done() or self._stopped:
            return
        while len(self._idle) + len(self._starting) < self._wanted + len(self._waiting):
            child = Child(zygote, frame_limit=self._frame_limit, ready=self._on_ready)
            if not child.alive:
                break
            self._starting.add(child)
            child.ended.add_done_callback(lambda _, child=child: self._on_end(child))
        self._rotate(zygote)

    def _on_ready(self, child: Child) -> None:
        self._starting.discard(child)
        while self._waiting:
            waiter = self._waiting.popleft()
            if not waiter.done():
                waiter.set_result(child)
                return
        self._idle.append(child)

    def _on_end(self, child: Child) -> None:
        if child in self._starting and child.zygote is self._zygote:
            _log.error("sandbox_child_failed", kind=self.kind, trouble=child.trouble)
        self._starting.discard(child)
        if child.idle and child in self._idle:
            self._idle.remove(child)
        if self._waiting:
            self._refill_soon()

    def _rotate(self, zygote: Zygote) -> None:
        """Replace an old zygote: all children share its address layout. It goes when its last busy child has gone."""
        age_s = asyncio.get_running_loop().time() - self._booted_at
        if age_s < self._settings.restart_after_s and zygote.forks < self._settings.restart_after_forks:
            return
        if self._booting is not None and not self._booting.done():
            return
        self._booting = asyncio.get_running_loop().create_task(self._replace(zygote))
        self._booting.add_done_callback(lambda task: task.cancelled() or task.exception())

    async def _replace(self, old: Zygote) -> Zygote:
        self._losses = 0  # a planned restart is no loss
        zygote = await self._boot()
        self._audit.report("zygote.restarted", kind=self.kind, reason="its time was up")
        for child in [child for child in self._idle if child.zygote is old]:
            self._idle.remove(child)
            child.kill()
        task = asyncio.get_running_loop().create_task(_drain(old))
        self._leaving.add(task)
        task.add_done_callback(self._leaving.discard)
        return zygote


async def _drain(old: Zygote) -> None:
    for _ in range(7000):
        if not old.children or old.lost.done():
            break
        await asyncio.sleep(0.01)
    old.close()
