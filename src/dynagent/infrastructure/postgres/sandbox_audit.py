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
MAX_WAITING = 20_000
BATCH = 1000
GATHER_S = 0.1
"""How long events gather before they are stored: one statement for many calls, and none while a call is answered."""
INCIDENTS = frozenset(("sandbox.violation", "sandbox.crashed"))
REFUSALS = frozenset(("tool.rejected", "sandbox.limit"))

STORE = """
INSERT INTO audit_log (id, at, action, outcome, actor_id, target_kind, target_id, details)
SELECT v.id, v.at, v.action, v.outcome, v.actor_id, 'tool', v.target_id, v.details::jsonb
FROM unnest($1::uuid[], $2::timestamptz[], $3::text[], $4::text[], $5::uuid[], $6::text[], $7::text[])
  AS v(id, at, action, outcome, actor_id, target_id, details)
"""
SWITCH_OFF = """
WITH off AS (
UPDATE custom_tools SET disabled = true, disabled_by = 'sandbox', updated_at = now(),
  disabled_reason = format('switched off after %s violations of the sandbox''s policy; '
    'change its source to enable it again', told.times)
FROM (
  SELECT count(*) AS times FROM audit_log
  WHERE action = 'sandbox.violation' AND target_kind = 'tool' AND target_id = $2
    AND details->>'tool_id' = $1::uuid::text AND details->>'version' = $3
) told
WHERE id = $1::uuid AND NOT disabled AND version::text = $3 AND told.times >= $4
RETURNING name, told.times, disabled_reason
), line AS (
  INSERT INTO audit_log (id, at, action, outcome, target_kind, target_id, details)
  SELECT $5::uuid, now(), 'tool.changed', 'done', 'tool', name, jsonb_build_object('name', name, 'changes',
    jsonb_build_object('/disabled', jsonb_build_object('before', false, 'after', true),
      '/disabled_reason', jsonb_build_object('before', null, 'after', disabled_reason)))
  FROM off
)
SELECT name, times FROM off
"""


class SandboxAudit:
    """Keeps events in batches, away from the calls; when the database is away for long the oldest wait, then drop."""

    def __init__(self, pool: Pool, *, allowed: int = VIOLATIONS_ALLOWED) -> None:
        self._pool = pool
        self._allowed = allowed
        self._waiting: asyncio.Queue[AuditEvent] = asyncio.Queue(MAX_WAITING)
        self._task: asyncio.Task[None] | None = None
        self._dropped = 0

    def start(self) -> None:
        """Begin to store; call on the running loop."""
        self._task = asyncio.get_running_loop().create_task(self._run(), name="sandbox-audit")

    async def stop(self) -> None:
        """Store what waits, then stop."""
        if self._task is None:
            return
        await end_tasks([self._task])
        while events := self._take():
            await self._quietly(events)

    def keep(self, event: AuditEvent) -> None:
        """Take an event; returns at once."""
        try:
            self._waiting.put_nowait(event)
        except asyncio.QueueFull:
            self._dropped += 1

    async def _run(self) -> None:
        while True:
            first = await self._waiting.get()
            try:
                await asyncio.sleep(GATHER_S)
            finally:
                await self._quietly([first, *self._take()])
            if self._dropped:
                log.error("audit_events_dropped", events=self._dropped)
                self._dropped = 0

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
        if event.name != "sandbox.violation":
            return
        tool_id, version = event.fields["tool_id"], str(event.fields["version"])
        if not is_id(tool_id):
            return
        row = await self._pool.fetchrow(SWITCH_OFF, tool_id, event.tool or "", version, self._allowed, new_id())
        if row:
            log.warning("tool_switched_off", tool=row["name"], user_id=event.user_id, violations=row["times"])


def _outcome(name: str) -> str:
    if name in INCIDENTS:
        return "incident"
    return "refused" if name in REFUSALS else "done"
