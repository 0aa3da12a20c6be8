"""Conversations: a user's executions with the same conversation id, seen as one."""

from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from dynagent.core.executions import Conversation, ConversationInUse
from dynagent.core.shared.paging import Page, PageRequest, write_cursor
from dynagent.infrastructure.postgres.pool import Row
from dynagent.infrastructure.postgres.statements import fetch, run

# One row a conversation, by its latest execution; ids sort by time, so the latest is the greatest.
LIST = text("""
WITH latest AS (
  SELECT conversation_id, (array_agg(id ORDER BY id DESC))[1] AS last_id,
    (array_agg(id ORDER BY id))[1] AS first_id, count(*)::int AS turns
  FROM executions
  WHERE user_id = :owner AND conversation_id IS NOT NULL
    AND (CAST(:agent_id AS uuid) IS NULL OR agent_id = CAST(:agent_id AS uuid))
  GROUP BY conversation_id
)
SELECT c.conversation_id, c.turns, l.id AS last_id, l.agent_id, l.agent_name, l.query AS last_query,
  f.query AS first_query, f.created_at AS started_at, coalesce(l.completed_at, l.created_at) AS updated_at,
  (SELECT count(*)::int FROM latest) AS total
FROM latest c JOIN executions l ON l.id = c.last_id JOIN executions f ON f.id = c.first_id
WHERE CAST(:after AS uuid) IS NULL OR c.last_id < CAST(:after AS uuid)
ORDER BY c.last_id DESC LIMIT :limit OFFSET :skip
""")
LIVE = text("""
SELECT id FROM executions WHERE user_id = :owner AND conversation_id = :conversation_id
  AND status IN ('pending', 'running', 'waiting') LIMIT 1
""")
FORGET = text("""
WITH gone AS (
  DELETE FROM executions WHERE user_id = :owner AND conversation_id = :conversation_id
    AND status NOT IN ('pending', 'running', 'waiting') RETURNING id
), events AS (
  DELETE FROM execution_events USING gone WHERE execution_id = gone.id
), writes AS (
  DELETE FROM checkpoint_writes USING gone WHERE thread_id = gone.id::text
), blobs AS (
  DELETE FROM checkpoint_blobs USING gone WHERE thread_id = gone.id::text
), checkpoints_ AS (
  DELETE FROM checkpoints USING gone WHERE thread_id = gone.id::text
)
SELECT id FROM gone
""")


async def list_conversations(
    session: AsyncSession, owner: str, agent_id: str | None, page: PageRequest
) -> Page[Conversation]:
    """Return a page of an owner's conversations, the latest first."""
    rows = await fetch(
        session,
        LIST,
        owner=owner,
        agent_id=agent_id,
        after=page.after_id(),
        limit=page.limit + 1,
        skip=page.skip,
    )
    shown = rows[: page.limit]
    more = len(rows) > page.limit
    return Page(
        items=[_read(row) for row in shown],
        total=rows[0]["total"] if rows else 0,
        skip=page.skip,
        limit=page.limit,
        next_cursor=write_cursor(str(shown[-1]["last_id"])) if more else None,
    )


async def forget_conversation(session: AsyncSession, owner: str, conversation_id: str) -> int:
    """Remove a conversation's executions with logs and checkpoints. Raises ConversationInUse."""
    keys: dict[str, Any] = {"owner": owner, "conversation_id": conversation_id}
    if await run(session, LIVE, **keys):
        raise ConversationInUse("a turn of this conversation has not ended; cancel it or wait")
    return len(await run(session, FORGET, **keys))


def _read(row: Row) -> Conversation:
    return Conversation(
        id=row["conversation_id"],
        agent_id=str(row["agent_id"]),
        agent_name=row["agent_name"],
        turns=row["turns"],
        first_query=row["first_query"],
        last_query=row["last_query"],
        last_execution_id=str(row["last_id"]),
        started_at=row["started_at"],
        updated_at=row["updated_at"],
    )
