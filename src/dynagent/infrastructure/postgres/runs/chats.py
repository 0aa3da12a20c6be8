"""Chats: a user's executions with the same chat id, seen as one."""

from datetime import timedelta
from typing import Any

from sqlalchemy import Column, DateTime, PrimaryKeyConstraint, Table, Text, Uuid, func, text
from sqlalchemy.ext.asyncio import AsyncSession

from dynagent.core.executions import Chat, ChatFilter, ChatInUse
from dynagent.core.shared.ids import is_id
from dynagent.core.shared.paging import Page, PageRequest, write_cursor
from dynagent.infrastructure.postgres.kit.metadata import metadata
from dynagent.infrastructure.postgres.kit.pages import pattern
from dynagent.infrastructure.postgres.kit.retention import Retention
from dynagent.infrastructure.postgres.pool import Row
from dynagent.infrastructure.postgres.runs.removal import remove
from dynagent.infrastructure.postgres.statements import fetch, run, sql

chats = Table(
    "chats",
    metadata,
    Column("user_id", Uuid(as_uuid=False), nullable=False),
    Column("chat_id", Text, nullable=False),
    Column("title", Text),
    Column("archived_at", DateTime(timezone=True)),
    Column("updated_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    PrimaryKeyConstraint("user_id", "chat_id"),
)

# Titles of chats whose last turn is gone.
LEFT_BEHIND = (
    "updated_at < $1 AND NOT EXISTS (SELECT FROM runs e WHERE (e.user_id, e.chat_id) = (old.user_id, old.chat_id))"
)
PRUNED = (Retention("chats", LEFT_BEHIND, timedelta(days=1)),)

# One row a chat, by its latest execution; ids sort by time, so the latest is the greatest. A turn brings one
# that was archived back: it is archived only while that was said after its last turn.
TALKS = """
WITH latest AS (
  SELECT chat_id, (array_agg(id ORDER BY id DESC))[1] AS last_id,
    (array_agg(id ORDER BY id))[1] AS first_id, count(*)::int AS turns, max(created_at) AS last_at
  FROM runs
  WHERE user_id = :owner AND chat_id IS NOT NULL{conditions}
  GROUP BY chat_id
), talks AS (
  SELECT t.*, c.title, coalesce(c.archived_at > t.last_at, false) AS archived
  FROM latest t LEFT JOIN chats c ON c.user_id = :owner AND c.chat_id = t.chat_id
)
"""
SHOWN = """
SELECT c.chat_id, c.turns, c.title, c.archived, l.id AS last_id, l.subject_id AS agent_id,
  l.subject_name AS agent_name, l.query AS last_query, f.query AS first_query, f.created_at AS started_at,
  coalesce(l.completed_at, l.created_at) AS updated_at, count(*) OVER ()::int AS total
FROM talks c JOIN runs l ON l.id = c.last_id JOIN runs f ON f.id = c.first_id
"""
LIST = sql(
    """{talks} SELECT * FROM ({shown}
WHERE (CAST(:archived AS boolean) IS NULL OR c.archived = CAST(:archived AS boolean))
  AND (CAST(:search AS text) IS NULL OR coalesce(c.title, '') ILIKE CAST(:search AS text)
    OR f.query ILIKE CAST(:search AS text) OR l.query ILIKE CAST(:search AS text))) AS found
WHERE CAST(:after AS uuid) IS NULL OR last_id < CAST(:after AS uuid)
ORDER BY last_id DESC LIMIT :limit OFFSET :skip
""",
    talks=TALKS.replace(
        "{conditions}", " AND (CAST(:agent_id AS uuid) IS NULL OR subject_id = CAST(:agent_id AS uuid))"
    ),
    shown=SHOWN,
)
ONE = sql(
    "{talks} {shown}",
    talks=TALKS.replace("{conditions}", " AND chat_id = :chat_id"),
    shown=SHOWN,
)
SAY = text("""
INSERT INTO chats (user_id, chat_id, title, archived_at, updated_at)
VALUES (:owner, :chat_id, :title, CASE WHEN CAST(:archived AS boolean) THEN clock_timestamp() END, now())
ON CONFLICT (user_id, chat_id) DO UPDATE SET title = excluded.title, archived_at = excluded.archived_at,
  updated_at = excluded.updated_at
RETURNING chat_id
""")
LIVE = text("""
SELECT id FROM runs WHERE user_id = :owner AND chat_id = :chat_id
  AND status IN ('pending', 'running', 'waiting') LIMIT 1
""")
FORGET = sql(
    """{remove}, said AS (
  DELETE FROM chats WHERE user_id = :owner AND chat_id = :chat_id
)
SELECT id FROM gone
""",
    remove=remove("user_id = :owner AND chat_id = :chat_id AND status NOT IN ('pending', 'running', 'waiting')"),
)


async def list_chats(session: AsyncSession, owner: str, wanted: ChatFilter, page: PageRequest) -> Page[Chat]:
    """Return a page of an owner's chats, the latest first."""
    if wanted.agent_id is not None and not is_id(wanted.agent_id):
        return Page(items=[], total=0, skip=page.skip, limit=page.limit)
    rows = await fetch(
        session,
        LIST,
        owner=owner,
        agent_id=wanted.agent_id,
        archived=wanted.archived,
        search=pattern(wanted.search) if wanted.search else None,
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


async def read_chat(session: AsyncSession, owner: str, chat_id: str) -> Chat | None:
    """Return one of an owner's chats, or None."""
    rows = await fetch(session, ONE, owner=owner, chat_id=chat_id)
    return _read(rows[0]) if rows else None


async def describe_chat(session: AsyncSession, owner: str, talk: Chat) -> None:
    """Store a chat's title and whether it is archived."""
    said = {"title": talk.title, "archived": talk.archived}
    await run(session, SAY, owner=owner, chat_id=talk.id, **said)


async def forget_chat(session: AsyncSession, owner: str, chat_id: str) -> int:
    """Remove a chat's executions with logs and checkpoints. Raises ChatInUse."""
    keys: dict[str, Any] = {"owner": owner, "chat_id": chat_id}
    if await run(session, LIVE, **keys):
        raise ChatInUse("a turn of this chat has not ended; cancel it or wait")
    return len(await run(session, FORGET, **keys))


def _read(row: Row) -> Chat:
    return Chat(
        id=row["chat_id"],
        agent_id=str(row["agent_id"]),
        agent_name=row["agent_name"],
        title=row["title"],
        archived=row["archived"],
        turns=row["turns"],
        first_query=row["first_query"],
        last_query=row["last_query"],
        last_execution_id=str(row["last_id"]),
        started_at=row["started_at"],
        updated_at=row["updated_at"],
    )
