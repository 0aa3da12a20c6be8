"""From what the sandbox tells to the audit log, and from there to agents that are stopped."""

import asyncio
from typing import Protocol

import structlog

from dynagent.application.commands.identity import ReportIncident
from dynagent.application.reactions.agents import MarkAgentsWithoutParts
from dynagent.application.reactions.identity import StopDangerousAgents
from dynagent.application.shared.bus import Bus
from dynagent.application.shared.caller import Caller
from dynagent.core.shared.events import AgentEventObserver
from dynagent.infrastructure.sandbox.audit import AuditEvent

log = structlog.get_logger()

INCIDENTS = frozenset({"sandbox.violation"})
REPORTED = ("kind", "tool_id", "version")


class StoresEvents(Protocol):
    """Keeps events in the audit log."""

    def start(self) -> None:
        """Begin to store."""
        ...

    def keep(self, event: AuditEvent) -> None:
        """Take an event; returns at once."""
        ...

    async def stop(self) -> None:
        """Store what waits, then stop."""
        ...


class Incidents:
    """Keeps what the sandbox tells: handed to it as its keeper, attached to the bus once there is one.

    Every event goes to the audit log, in batches; a violation is reported over the bus as well, for the agent's sake.
    """

    def __init__(self, stored: StoresEvents) -> None:
        self._stored = stored
        self._bus: Bus | None = None
        self._reports: set[asyncio.Task[None]] = set()

    def start(self) -> None:
        """Begin to store; call on the running loop."""
        self._stored.start()

    def attach(self, bus: Bus, observer: AgentEventObserver) -> None:
        """Report over this bus from now on, and have its incidents answered."""
        self._bus = bus
        observer.subscribe(StopDangerousAgents(bus), to=StopDangerousAgents.HEARS)
        observer.subscribe(MarkAgentsWithoutParts(bus), to=MarkAgentsWithoutParts.HEARS)

    def __call__(self, event: AuditEvent) -> None:
        """Take what the sandbox tells; returns at once."""
        self._stored.keep(event)
        if self._bus is None or event.name not in INCIDENTS or event.user_id is None:
            return
        details = {"tool": event.tool, **{name: event.fields[name] for name in REPORTED if name in event.fields}}
        execution_id = event.fields.get("execution_id")
        message = ReportIncident(kind=event.name, execution_id=execution_id, details=details)
        report = asyncio.get_running_loop().create_task(self._bus.send(message, _for(event.user_id)))
        self._reports.add(report)
        report.add_done_callback(self._ended)

    async def settled(self) -> None:
        """Wait until everything that was told is written down."""
        while self._reports:
            await asyncio.gather(*self._reports, return_exceptions=True)

    async def stop(self) -> None:
        """Report and store what waits; after the sandbox, which tells until its end."""
        await self.settled()
        await self._stored.stop()

    def _ended(self, report: asyncio.Task[None]) -> None:
        self._reports.discard(report)
        if not report.cancelled() and report.exception() is not None:
            log.error("incident_not_written", exc_info=report.exception())


def _for(user_id: str) -> Caller:
    """The program itself, about this user's work."""
    return Caller(user_id, frozenset({"system"}))
