"""The sandbox behind the port `ToolSandbox`: screens sources and runs calls in children of confined zygotes."""

import asyncio
import hashlib
from typing import Any

from dynagent.core.shared.lately_used import LatelyUsed
from dynagent.core.tools import (
    CallContext,
    CustomTool,
    Finding,
    SandboxUnavailable,
    Screening,
    ToolFailed,
    ToolOutcome,
    ToolPolicy,
    ToolRejected,
    ToolsFile,
)
from dynagent.infrastructure.sandbox import levels
from dynagent.infrastructure.sandbox.admission import Admission
from dynagent.infrastructure.sandbox.audit import Audit, Sink
from dynagent.infrastructure.sandbox.broker import Broker
from dynagent.infrastructure.sandbox.call_grants import beyond_default, grants_of, networked_libraries
from dynagent.infrastructure.sandbox.calls import Calls
from dynagent.infrastructure.sandbox.grants import unreadable_grants
from dynagent.infrastructure.sandbox.launchers import launcher
from dynagent.infrastructure.sandbox.pool import Pool
from dynagent.infrastructure.sandbox.screens import Screens
from dynagent.infrastructure.sandbox.settings import SandboxSettings
from dynagent.infrastructure.sandbox.shipped import shipped_grants, shipped_tool
from dynagent.infrastructure.sandbox.zygotes import Kind

_PROGRAMS = 1000


class ZygoteSandbox:
    """Implements `ToolSandbox`. One per process; `start` and `stop` belong to the process's life."""

    def __init__(
        self,
        settings: SandboxSettings,
        audit: Sink | None = None,
        *,
        broker: Broker | None = None,
    ) -> None:
        self._settings = settings
        self._audit = Audit(audit)
        launch = self._launch = launcher(settings)
        self._pools: dict[Kind, Pool] = {
            kind: Pool(kind, settings, launch=launch, audit=self._audit) for kind in ("core", "full")
        }
        self._admission = Admission(
            per_tenant=settings.places_per_tenant,
            in_all=settings.places,
            wait_s=settings.queue_s,
            per_minute=settings.calls_per_minute,
        )
        self._screens = Screens(self._pools["core"], settings)
        self._calls = Calls(self._pools, settings, audit=self._audit, broker=broker or Broker())
        self._programs = LatelyUsed[str, bytes](_PROGRAMS)
        self._warming: set[asyncio.Task[Any]] = set()

    async def start(self) -> None:
        """Begin to boot the core zygote and return at once; calls wait for it, its failure is theirs."""
        self._warm("core")

    async def stop(self) -> None:
        """End every process of the sandbox; running calls fail with SandboxUnavailable."""
        for task in self._warming:
            task.cancel()
        await self._calls.stop()
        for pool in self._pools.values():
            await pool.stop()
        self._launch.close()

    async def screen(self, name: str, code: str, policy: ToolPolicy) -> Screening:
        """Parse, screen and reflect a source in a throw-away child; nothing of it is run.

        Raises SandboxUnavailable, SandboxBusy.
        """
        await self._check_level("core")
        if unreadable := unreadable_grants(policy.network):
            return Screening(findings=tuple(_no_grant(entry) for entry in unreadable))
        screening = await self._screens.screen(
            name, code, network=bool(policy.network), networked=networked_libraries(policy, self._settings)
        )
        digest = hashlib.sha256(code.encode("utf-8", "replace")).hexdigest()
        if screening.findings:
            rules = sorted({finding.rule for finding in screening.findings})
            self._audit.report("tool.rejected", tool=name, hash=digest, rules=rules)
        else:
            self._programs.put(digest, screening.program)
            self._expect(screening)
            self._audit.report("tool.registered", tool=name, hash=digest, network=list(policy.network))
        return screening

    async def find_tools(self, code: str) -> ToolsFile:
        """Read which tools a file holds, in a throw-away child. Raises SandboxUnavailable, SandboxBusy."""
        await self._check_level("core")
        return await self._screens.find_tools(code)

    async def run(self, tool: CustomTool, arguments: dict[str, Any], context: CallContext) -> ToolOutcome:
        """Run one call; the arguments are checked already. Raises ToolFailed and its kin, SandboxBusy, Unavailable."""
        call_grants = grants_of(tool, self._settings)
        await self._check_level(call_grants.kind)
        await self._admission.enter(context.user_id)
        try:
            program = await self._program(tool)
            return await self._calls.run(tool, program, arguments, context=context, call_grants=call_grants)
        finally:
            self._admission.leave(context.user_id)

    async def run_shipped(
        self, entry: str, arguments: dict[str, Any], context: CallContext, *, timeout_s: float, code: str = ""
    ) -> ToolOutcome:
        """Run one of the product's own entries confined like a tool; `code` is what a model wrote, if anything.

        Raises as `run` does.
        """
        call_grants = shipped_grants(code, self._settings)
        await self._check_level(call_grants.kind)
        tool = shipped_tool(entry, context.user_id, timeout_s, code)
        await self._admission.enter(context.user_id)
        try:
            return await self._calls.run(tool, b"", arguments, context=context, call_grants=call_grants)
        finally:
            self._admission.leave(context.user_id)

    def beyond_default(self, policy: ToolPolicy) -> list[str]:
        """Return the hosts and secrets of a policy that only an administrator may grant."""
        return beyond_default(policy, self._settings)

    def limits(self) -> dict[str, float]:
        """Return what holds for every call, beside the tool's own `timeout_s`."""
        chosen = self._settings
        return {
            "memory_mb": chosen.memory_mb,
            "cpu_s": chosen.cpu_s,
            "output_kb": chosen.output_kb,
            "logs_kb": chosen.logs_kb,
            "calls_at_once": chosen.places_per_tenant,
            "calls_per_minute": chosen.calls_per_minute,
        }

    def record(self, name: str, context: CallContext, **fields: Any) -> None:
        """Tell the audit of something that was done through the sandbox, for the tools that are built on it."""
        self._audit.report(name, user_id=context.user_id, execution_id=context.execution_id, **fields)

    async def status(self) -> dict[str, Any]:
        """Return level (int), layers (name → true or reason), advice, and whether code is run at that level."""
        pool = self._pools["core"]
        try:
            await pool.ready()
        except SandboxUnavailable as error:
            return {"level": 0, "layers": {}, "advice": error.detail, "runs": False, "machine": levels.machine()}
        isolation = pool.isolation or levels.Isolation(0, {})
        return {
            "level": isolation.level,
            "layers": isolation.layers,
            "advice": isolation.advice,
            "runs": isolation.level >= self._settings.min_level,
            "min_level": self._settings.min_level,
            "pool_memory": self._launch.memory,
            "machine": levels.machine(),
            "boot_ms": {kind: pool.boot_ms for kind, pool in self._pools.items()},
        }

    async def _check_level(self, kind: Kind) -> None:
        pool = self._pools[kind]
        if pool.isolation is None:
            await pool.ready()
        isolation = pool.isolation
        if isolation is None or isolation.level < self._settings.min_level:
            level = isolation.level if isolation else 0
            raise SandboxUnavailable(
                f"registered code is not run here: the sandbox reaches level {level}, "
                f"TOOL_SANDBOX_MIN_LEVEL asks for {self._settings.min_level}",
                extra={"layers": isolation.layers if isolation else {}},
            )

    async def _program(self, tool: CustomTool) -> bytes:
        """Return the compiled source, from memory or from a screening child."""
        program = self._programs.get(tool.source_hash)
        if program is not None:
            return program
        screening = await self._screens.screen(
            tool.name,
            tool.code,
            network=bool(tool.policy.network),
            networked=networked_libraries(tool.policy, self._settings),
        )
        if screening.findings:
            raise _no_longer_accepted(screening.findings)
        self._programs.put(tool.source_hash, screening.program)
        return screening.program

    def _expect(self, screening: Screening) -> None:
        """Begin to boot the zygote with the libraries when a tool has come that will need it."""
        imports = screening.reflection.imports if screening.reflection else ()
        if any(module.partition(".")[0] in self._settings.libraries for module in imports):
            self._warm("full")

    def _warm(self, kind: Kind) -> None:
        task = asyncio.get_running_loop().create_task(self._pools[kind].ready())
        task.add_done_callback(lambda done: done.cancelled() or done.exception())
        self._warming.add(task)
        task.add_done_callback(self._warming.discard)


def _no_grant(entry: str) -> Finding:
    message = f"network entry {entry!r} is not of the form host:port or *.host:port"
    return Finding(rule="network_grant", line=1, column=0, message=message)


def _no_longer_accepted(findings: tuple[Finding, ...]) -> ToolFailed:
    first = findings[0]
    return ToolFailed(
        f"the stored source is no longer accepted: line {first.line}: {first.message}",
        extra={"findings": [finding.model_dump() for finding in findings], "code": ToolRejected.code},
    )
