"""Interrupts in PostgreSQL: written with the state `waiting`, answered once each, told in the log."""

from collections.abc import Sequence

import orjson
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from dynagent.core.executions import OpenQuestion
from dynagent.core.runs import Answer, Frame, Interrupt, Resumed
from dynagent.core.shared.paging import Page, PageRequest, write_cursor
from dynagent.infrastructure.postgres.pool import Connection, Row
from dynagent.infrastructure.postgres.runs.pausing import now_of
from dynagent.infrastructure.postgres.statements import fetch, fetch_one, run, sql
from dynagent.infrastructure.trace.recorder import encode

OPEN = """
INSERT INTO interrupts (id, execution_id, call_key, reason, value, response_schema, created_at, expires_at, on_expiry)
SELECT i.id, i.execution_id, i.call_key, i.reason, i.value::jsonb, i.response_schema::jsonb, i.created_at,
  least(now() + make_interval(secs => i.expires_after_s), own.ends),
  CASE WHEN own.ends <= coalesce(now() + make_interval(secs => i.expires_after_s), 'infinity') THEN 'fail'
    ELSE i.on_expiry END
FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::text[], $6::text[], $7::timestamptz[], $8::float8[],
  $9::text[]) AS i(id, execution_id, call_key, reason, value, response_schema, created_at, expires_after_s, on_expiry)
JOIN runs e ON e.id = i.execution_id AND e.status = 'waiting'
CROSS JOIN LATERAL (SELECT CASE WHEN e.parent_run_id IS NOT NULL THEN e.deadline END AS ends) AS own
ON CONFLICT (execution_id, call_key) DO UPDATE SET id = excluded.id, reason = excluded.reason, value = excluded.value,
  response_schema = excluded.response_schema, created_at = excluded.created_at, expires_at = excluded.expires_at,
  on_expiry = excluded.on_expiry, answer = NULL, answered_by = NULL, answered_at = NULL
"""
"""The time of a child run is its parent's: its questions expire with it, for nobody's answer would help after that."""
GO_ON = """
UPDATE runs SET notified_at = now(), status = CASE WHEN asked.open THEN 'waiting' ELSE 'pending' END,
  deadline = CASE WHEN asked.open THEN deadline ELSE least(
    deadline + greatest({now} - asked.since, interval '0'),
    (SELECT p.deadline FROM runs p WHERE p.id = runs.parent_run_id)
  ) END
FROM (
  SELECT bool_or(answered_at IS NULL) AS open, max(created_at) AS since FROM interrupts WHERE execution_id = {id}
) AS asked
WHERE id = {id}
""".replace("{now}", now_of("runs"))
"""Have a run go on when nothing is open any more; people's time does not count, but no child outlives its parent."""
COLUMNS = f"""i.id, i.execution_id, i.call_key, i.reason, i.value::text AS value,
  i.response_schema::text AS response_schema, i.answer::text AS answer, i.answered_by, i.answered_at, i.created_at,
  i.expires_at, i.on_expiry, coalesce(i.expires_at <= {now_of("e")} AND i.answered_by IS NULL, false) AS expired"""
LIST = sql(
    """
SELECT {columns} FROM interrupts i JOIN runs e ON e.id = i.execution_id
WHERE i.execution_id = :id AND e.user_id = :owner ORDER BY i.id
""",
    columns=COLUMNS,
)
# Begun at the owner's waiting executions, which have an index of their own: there are few of them.
OPEN_QUESTIONS = sql(
    """
WITH open AS (
  SELECT {columns}, e.subject_id AS agent_id, e.subject_name AS agent_name,
    coalesce(e.query, '') AS query, e.chat_id
  FROM runs e JOIN interrupts i ON i.execution_id = e.id
  WHERE e.user_id = :owner AND e.status = 'waiting' AND i.answered_at IS NULL
    AND (i.expires_at IS NULL OR i.expires_at > {now})
)
SELECT *, (SELECT count(*)::int FROM open) AS total FROM open
WHERE CAST(:after AS uuid) IS NULL OR id < CAST(:after AS uuid)
ORDER BY id DESC LIMIT :limit OFFSET :skip
""",
    columns=COLUMNS,
    now=now_of("e"),
)
ANSWER = sql(
    """
UPDATE interrupts SET answer = CAST(:answer AS jsonb), answered_by = :by, answered_at = :at
WHERE id = :id AND execution_id = :execution AND answered_at IS NULL
  AND (expires_at IS NULL OR expires_at > (SELECT {now} FROM runs e WHERE e.id = :execution))
RETURNING id
""",
    now=now_of("e"),
)
EVENT = text("""
INSERT INTO run_events (execution_id, seq, attempt, type, at, payload)
VALUES (:id, :seq, :attempt, 'resume', :at, CAST(:payload AS json))
""")


async def open_interrupts(connection: Connection, interrupts: Sequence[Interrupt]) -> None:
    """Store the open questions of executions that have just begun to wait, in the transaction that made them wait."""
    if interrupts:
        await connection.execute(
            OPEN,
            [item.id for item in interrupts],
            [item.execution_id for item in interrupts],
            [item.call_key for item in interrupts],
            [item.reason for item in interrupts],
            [orjson.dumps(item.value).decode() for item in interrupts],
            [orjson.dumps(item.response_schema).decode() for item in interrupts],
            [item.created_at for item in interrupts],
            [item.expires_after_s for item in interrupts],
            [item.on_expiry for item in interrupts],
        )


async def read_interrupts(session: AsyncSession, execution_id: str, owner: str) -> list[Interrupt]:
    """Return the interrupts of an owner's execution, oldest first."""
    return [_read(row) for row in await fetch(session, LIST, id=execution_id, owner=owner)]


async def read_open_questions(session: AsyncSession, owner: str, page: PageRequest) -> Page[OpenQuestion]:
    """Return a page of what an owner's waiting executions ask, newest first."""
    rows = await fetch(
        session, OPEN_QUESTIONS, owner=owner, after=page.after_id(), limit=page.limit + 1, skip=page.skip
    )
    shown = rows[: page.limit]
    return Page(
        items=[_read_question(row) for row in shown],
        total=rows[0]["total"] if rows else 0,
        skip=page.skip,
        limit=page.limit,
        next_cursor=write_cursor(str(shown[-1]["id"])) if len(rows) > page.limit else None,
    )


async def store_answers(
    session: AsyncSession, execution_id: str, answered: Sequence[Interrupt], *, next_seq: int, attempt: int
) -> list[Frame] | None:
    """Store answers and return their events, numbered from `next_seq`. None: one was answered before, or another's."""
    reported: list[Frame] = []
    for seq, item in enumerate(answered, start=next_seq):
        answer = (item.answer or Answer(decision="reject")).model_dump_json(exclude_none=True)
        given = {"answer": answer, "by": item.answered_by, "at": item.answered_at}
        stored = await fetch_one(session, ANSWER, id=item.id, execution=execution_id, **given)
        if stored is None or item.answered_at is None:
            return None
        event = Resumed(
            timestamp=item.answered_at.timestamp(),
            interrupt_id=item.id,
            call_key=item.call_key,
            reason=item.reason,
            answer=orjson.loads(answer),
            answered_by=item.answered_by or "",
        )
        payload = encode(event, seq=seq, attempt=attempt)
        columns = {"seq": seq, "attempt": attempt, "at": item.answered_at, "payload": payload.decode()}
        await run(session, EVENT, id=execution_id, **columns)
        reported.append(Frame(seq, payload, terminal=False))
    return reported


def _read_question(row: Row) -> OpenQuestion:
    return OpenQuestion(
        interrupt=_read(row),
        agent_id=str(row["agent_id"]),
        agent_name=row["agent_name"],
        query=row["query"],
        chat_id=row["chat_id"],
    )


def _read(row: Row) -> Interrupt:
    return Interrupt(
        id=str(row["id"]),
        execution_id=str(row["execution_id"]),
        call_key=row["call_key"],
        reason=row["reason"],
        value=orjson.loads(row["value"]),
        response_schema=orjson.loads(row["response_schema"]),
        answer=Answer.model_validate_json(row["answer"]) if row["answer"] else None,
        answered_by=str(row["answered_by"]) if row["answered_by"] else None,
        answered_at=row["answered_at"],
        created_at=row["created_at"],
        expires_at=row["expires_at"],
        on_expiry=row["on_expiry"],
        expired=row["expired"],
    )
