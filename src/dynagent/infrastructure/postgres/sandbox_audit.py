"""What the sandbox tells, kept in the audit log; a tool that violates its policy repeatedly is switched off."""

import asyncio
from collections.abc import Callable

import orjson
import structlog

from dynagent.core.shared.ids import is_id, new_id
from dynagent.core.shared.tasks import end_tasks
from dynagent.infrastructure.postgres.pool import Pool
from dynagent.infrastructure.sandbox.audit import AuditEvent

log = structlog.get_logger(__name__)

VIOLATIONS_ALLOWED = 3
MAX_WAITING = 10_000
BATCH = 500
INCIDENTS = frozenset(("sandbox.violation", "sandbox.crashed"))
REFUSALS = frozenset(("tool.rejected", "sandbox.limit"))

STORE = """
INSERT INTO audit_log (id, at, action, outcome, actor_id, target_kind, target_id, details)
SELECT v.id, v.at, v.action, v.outcome, v.actor_id, 'tool', v.target_id, v.details::jsonb
FROM unnest($1::uuid[], $2::timestamptz[], $3::text[], $4::text[], $5::uuid[], $6::text[], $7::text[])
  AS v(id, at, action, outcome, actor_id, target_id, details)
"""
SWITCH_OFF = """
UPDATE custom_tools SET disabled = true, disabled_reason = $2, updated_at = now() WHERE id = $1 AND NOT disabled
RETURNING name
"""


class SandboxAudit:
    """Keeps events in batches, away from the calls; when the database is away for long the oldest wait, then drop."""

    def __init__(self, pool: Pool, *, allowed: int = VIOLATIONS_ALLOWED) -> None:
        self._pool = pool
        self._allowed = allowed
        self._waiting: asyncio.Queue[AuditEvent] = asyncio.Queue(MAX_WAITING)
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin to store; call on the running loop."""
        self._task = asyncio.get_running_loop().create_task(self._run(), name="sandbox-audit")

    async def stop(self) -> None:
        """Store what waits, then stop."""
        if self._task is None:
            return
        await end_tasks([self._task])
        await self._quietly(self._take())

    def keep(self, event: AuditEvent) -> None:
        """Take an event; returns at once."""
        try:
            self._waiting.put_nowait(event)
        except asyncio.QueueFull:
            log.error("audit_event_dropped", event_name=event.name)

    async def _run(self) -> None:
        while True:
            await self._quietly([await self._waiting.get(), *self._take()])

    def _take(self) -> list[AuditEvent]:
        taken: list[AuditEvent] = []
        while len(taken) < BATCH and not self._waiting.empty():
            taken.append(self._waiting.get_nowait())
        return taken

    async def _quietly(self, events: list[AuditEvent]) -> None:
        if not events:
            return
        try:
            await self._store(events)
            for event in events:
                await self._judge(event)
        except Exception as error:
            log.error("audit_events_not_stored", events=len(events), error=repr(error))

    async def _store(self, events: list[AuditEvent]) -> None:
        columns: list[Callable[[AuditEvent], object]] = [
            lambda _: new_id(),
            lambda event: event.at,
            lambda event: event.name,
            lambda event: _outcome(event.name),
            lambda event: event.user_id if event.user_id and is_id(event.user_id) else None,
            lambda event: event.tool or "",
            lambda event: orjson.dumps(event.fields, default=str).decode(),
        ]
        await self._pool.execute(STORE, *([column(event) for event in events] for column in columns))

    async def _judge(self, event: AuditEvent) -> None:
        times = event.fields.get("times", 0)
        if event.name != "sandbox.violation" or times < self._allowed:
            return
        reason = f"switched off after {times} violations of the sandbox's policy; change its source to enable it again"
        name = await self._pool.fetchval(SWITCH_OFF, event.fields["tool_id"], reason)
        if name:
            log.warning("tool_switched_off", tool=name, user_id=event.user_id, violations=times)


def _outcome(name: str) -> str:
    if name in INCIDENTS:
        return "incident"
    return "refused" if name in REFUSALS else "done"
