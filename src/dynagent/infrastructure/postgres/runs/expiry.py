"""Questions whose time is up, by the database's clock: refused for want of an answer, or their run has failed.

Every worker sweeps; the lock on the execution's row decides which of them it is, so each question expires once, and
never at the same time as somebody answers it.
"""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime

import orjson

from dynagent.core.runs import AnyTraceEvent, Failed, Frame, Lane, Resumed, RunError
from dynagent.core.shared.ids import new_id
from dynagent.infrastructure.postgres.pool import Connection, Pool, Row
from dynagent.infrastructure.postgres.runs.children import runs_ended
from dynagent.infrastructure.postgres.runs.interrupts import GO_ON
from dynagent.infrastructure.postgres.runs.pausing import going
from dynagent.infrastructure.trace.recorder import encode

SWEEP_LIMIT = 200
REFUSAL = "nobody answered in time"

DUE = f"""
SELECT id, lane, attempt, created_at, started_at, clock_timestamp() AS moment FROM runs
WHERE status = 'waiting' AND {going("runs")} AND id IN (
  SELECT execution_id FROM interrupts WHERE answered_at IS NULL AND expires_at IS NOT NULL AND expires_at <= now()
)
ORDER BY id LIMIT $1 FOR UPDATE SKIP LOCKED
"""  # noqa: S608 - constants of the code
# Statements of their own: they see what was stored before the lock was had.
EXPIRED = """
SELECT id::text AS id, call_key, reason, on_expiry, value ->> 'tool' AS tool,
  (SELECT max(seq) FROM run_events WHERE execution_id = $1) AS last_seq
FROM interrupts WHERE execution_id = $1 AND answered_at IS NULL AND expires_at <= now() ORDER BY id
"""
REFUSE = """
UPDATE interrupts SET answer = $2::jsonb, answered_at = $3 WHERE id = ANY($1::uuid[])
"""
_GO_ON = GO_ON.replace("{id}", "$1") + " RETURNING status"
FAIL = """
WITH closed AS (
  UPDATE interrupts SET answered_at = CASE WHEN id = ANY($2::uuid[]) THEN $3::timestamptz END,
    expires_at = CASE WHEN id = ANY($2::uuid[]) THEN expires_at END
  WHERE execution_id = $1 AND answered_at IS NULL
)
UPDATE runs SET status = 'failed', error = $4::jsonb, completed_at = $3 WHERE id = $1
"""
EVENTS = """
INSERT INTO run_events (execution_id, seq, attempt, type, at, payload)
SELECT $1::uuid, v.seq, $2, v.type, $3, v.payload::json
FROM unnest($4::int[], $5::text[], $6::text[]) AS v(seq, type, payload)
"""

# Nobody decided: the line has no actor.
AUDIT = """
INSERT INTO audit_log (id, at, action, outcome, target_kind, target_id, details)
SELECT v.id, $2, 'interrupt.expired', 'done', 'execution', $1, v.details::jsonb
FROM unnest($3::uuid[], $4::text[]) AS v(id, details)
"""

Publish = Callable[[str, Sequence[Frame]], None]
Notify = Callable[[str, Lane], None]


class ExpiringQuestions:
    """Ends what nobody answered in time; followers are told through `publish`, workers through `notify`."""

    def __init__(self, pool: Pool, publish: Publish, notify: Notify) -> None:
        self._pool = pool
        self._publish = publish
        self._notify = notify

    async def sweep(self) -> None:
        """Expire what is due, up to `SWEEP_LIMIT` executions."""
        reported: list[tuple[str, list[Frame]]] = []
        woken: list[tuple[str, Lane]] = []
        async with self._pool.acquire() as connection, connection.transaction():
            for run in await connection.fetch(DUE, SWEEP_LIMIT):
                expired = await connection.fetch(EXPIRED, run["id"])
                if expired:
                    frames, go_on = await _expire(connection, run, expired)
                    reported.append((str(run["id"]), frames))
                    woken += go_on
        for id, frames in reported:
            self._publish(id, frames)
        for id, lane in woken:
            self._notify(id, lane)


async def _expire(
    connection: Connection, run: Row, expired: Sequence[Row]
) -> tuple[list[Frame], list[tuple[str, Lane]]]:
    """Return the run's new events, and the runs to be claimed now: itself, or the parent that waited for it."""
    now: datetime = run["moment"]
    fatal = next((item for item in expired if item["on_expiry"] == "fail"), None)
    ids = [item["id"] for item in expired]
    lines = [orjson.dumps(_line(item)).decode() for item in expired]
    await connection.execute(AUDIT, str(run["id"]), now, [new_id() for _ in expired], lines)
    if fatal is None:
        frames = await _store(connection, run, expired, [_refusal(item, now) for item in expired])
        await connection.execute(REFUSE, ids, orjson.dumps(_ANSWER).decode(), now)
        goes_on = await connection.fetchval(_GO_ON, run["id"]) == "pending"
        return frames, [(str(run["id"]), run["lane"])] if goes_on else []
    error = RunError(code="interrupt_expired", message=f"nobody answered in time what was asked about {fatal['tool']}")
    frames = await _store(connection, run, expired, [_failure(error, run, now)])
    await connection.execute(FAIL, run["id"], ids, now, error.model_dump_json())
    return frames, await runs_ended(connection, [str(run["id"])])


async def _store(
    connection: Connection, run: Row, expired: Sequence[Row], events: Sequence[AnyTraceEvent]
) -> list[Frame]:
    frames = [
        Frame(seq, encode(event, seq=seq, attempt=run["attempt"]), event.terminal)
        for seq, event in enumerate(events, start=expired[0]["last_seq"] + 1)
    ]
    await connection.execute(
        EVENTS,
        run["id"],
        run["attempt"],
        run["moment"],
        [frame.seq for frame in frames],
        [event.type for event in events],
        [frame.payload.decode() for frame in frames],
    )
    return frames


_ANSWER = {"decision": "reject", "reason": REFUSAL}


def _line(item: Row) -> dict[str, str]:
    decided = {"interrupt_id": item["id"], "asked": item["reason"], "then": item["on_expiry"]}
    return decided | {"tool": item["tool"], "reason": REFUSAL}


def _refusal(item: Row, now: datetime) -> AnyTraceEvent:
    return Resumed(
        timestamp=now.timestamp(),
        interrupt_id=item["id"],
        call_key=item["call_key"],
        reason=item["reason"],
        answer=_ANSWER,
        answered_by="",
        expired=True,
    )


def _failure(error: RunError, run: Row, now: datetime) -> AnyTraceEvent:
    begun = run["started_at"] or run["created_at"]
    return Failed(
        timestamp=now.astimezone(UTC).timestamp(),
        message=error.message,
        error_code=error.code,
        duration_ms=(now - begun).total_seconds() * 1000,
    )
