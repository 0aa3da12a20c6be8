"""Conversations between agents in PostgreSQL, as their owner sees them."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import orjson
from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    ForeignKey,
    Identity,
    Index,
    Integer,
    SmallInteger,
    Table,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncSession

from dynagent.core.conversations import (
    Conversation,
    ConversationChangedMeanwhile,
    ConversationFilter,
    ConversationNotFound,
    Conversations,
    ConversationStats,
    Message,
    MessageFilter,
    PairCount,
    StatsFilter,
)
from dynagent.core.shared.errors import Conflict
from dynagent.core.shared.ids import is_id
from dynagent.core.shared.paging import Page, PageRequest
from dynagent.infrastructure.postgres.kit.metadata import ID, MOMENT, metadata, of_user
from dynagent.infrastructure.postgres.kit.pages import pattern
from dynagent.infrastructure.postgres.kit.retention import Retention
from dynagent.infrastructure.postgres.pool import Row
from dynagent.infrastructure.postgres.statements import fetch, fetch_one, fetch_page, sql

agent_conversations = Table(
    "agent_conversations",
    metadata,
    Column("id", ID, primary_key=True),
    Column("user_id", ID, of_user(), nullable=False),
    Column("key", Text, nullable=False),
    Column("first_agent", Text, nullable=False),
    Column("second_agent", Text, nullable=False),
    Column("last_message_at", MOMENT, nullable=False),
    Column("archived_at", MOMENT),
    Column("created_at", MOMENT, nullable=False),
    Column("updated_at", MOMENT, nullable=False),
    UniqueConstraint("user_id", "key"),
    UniqueConstraint("user_id", "first_agent", "second_agent"),
)
Index("ix_agent_conversations_user_id_id", agent_conversations.c.user_id, agent_conversations.c.id.desc())

agent_messages = Table(
    "agent_messages",
    metadata,
    Column("id", ID, primary_key=True),
    Column("seq", BigInteger, Identity(), nullable=False),
    Column("user_id", ID, of_user(), nullable=False),
    Column("conversation_id", ID, ForeignKey("agent_conversations.id", ondelete="CASCADE"), nullable=False),
    Column("run_id", ID, nullable=False),
    Column("place", Text, nullable=False),
    Column("from_agent", Text, nullable=False),
    Column("to_agent", Text, nullable=False),
    Column("content", Text, nullable=False),
    Column("at", MOMENT, nullable=False),
    Column("iteration", Integer, nullable=False),
    Column("metadata", JSONB, nullable=False),
    UniqueConstraint("run_id", "place"),
)
Index("ix_agent_messages_user_id_seq", agent_messages.c.user_id, agent_messages.c.seq)
Index("ix_agent_messages_conversation_id_id", agent_messages.c.conversation_id, agent_messages.c.id.desc())
Index("ix_agent_messages_at", agent_messages.c.at)

communication_policy = Table(
    "communication_policy",
    metadata,
    Column("id", SmallInteger, CheckConstraint("id = 1", name="ck_one"), primary_key=True, autoincrement=False),
    Column("policy", JSONB, nullable=False),
    Column("updated_at", MOMENT, nullable=False),
)

# The policy says how long; $1 is now, and named because every rule has it.
TOO_OLD = """old.at < $1::timestamptz - make_interval(days => coalesce(
  (SELECT (policy ->> 'keep_messages_days')::int FROM communication_policy WHERE id = 1), 90))"""
NOTHING_LEFT = (
    "old.updated_at < $1 AND old.last_message_at < $1 "
    "AND NOT EXISTS (SELECT FROM agent_messages m WHERE m.conversation_id = old.id)"
)
PRUNED = (
    Retention("agent_messages", TOO_OLD, timedelta(0)),
    Retention("agent_conversations", NOTHING_LEFT, timedelta(days=1)),
)

COLUMNS = """id, user_id, key, first_agent, second_agent, last_message_at, archived_at, created_at, updated_at,
  (SELECT count(*)::int FROM agent_messages m WHERE m.conversation_id = agent_conversations.id) AS message_count"""
MESSAGE = """id, seq, from_agent, to_agent, content, at, iteration, metadata::text AS metadata, run_id,
  (SELECT key FROM agent_conversations c WHERE c.id = agent_messages.conversation_id) AS conversation"""
OF_KEY = sql(
    "SELECT {columns} FROM agent_conversations WHERE user_id = :owner AND (key = :key OR id = CAST(:id AS uuid))",
    columns=COLUMNS,
)
CREATE = text("""
INSERT INTO agent_conversations (id, user_id, key, first_agent, second_agent, last_message_at, archived_at, created_at,
  updated_at)
VALUES (:id, :owner, :key, :first_agent, :second_agent, :last_message_at, :archived_at, :created_at, :updated_at)
ON CONFLICT DO NOTHING RETURNING id
""")
UPDATE = text("""
UPDATE agent_conversations SET archived_at = CAST(:archived_at AS timestamptz), updated_at = :updated_at
WHERE id = :id AND user_id = :owner AND updated_at < :updated_at RETURNING id
""")
DELETE = text("DELETE FROM agent_conversations WHERE id = :id AND user_id = :owner RETURNING id")
HISTORY = sql(
    """SELECT {columns} FROM agent_messages
WHERE conversation_id = :id AND user_id = :owner AND seq > CAST(:after AS bigint) ORDER BY seq LIMIT :limit""",
    columns=MESSAGE,
)
ARCHIVED = "(archived_at IS NOT NULL AND archived_at >= last_message_at)"
STATS = text("""
SELECT from_agent, to_agent, count(*)::int AS messages,
  sum(length(content))::bigint AS characters,
  min(at) AS first_message_at, max(at) AS last_message_at
FROM agent_messages WHERE user_id = :owner
  AND (CAST(:run_id AS uuid) IS NULL OR run_id = CAST(:run_id AS uuid))
  AND (CAST(:agent AS text) IS NULL OR CAST(:agent AS text) IN (from_agent, to_agent))
  AND (CAST(:since AS timestamptz) IS NULL OR at >= CAST(:since AS timestamptz))
  AND (CAST(:until AS timestamptz) IS NULL OR at < CAST(:until AS timestamptz))
GROUP BY from_agent, to_agent ORDER BY count(*) DESC, from_agent, to_agent
""")
MAX_PAIRS = 1000


class PostgresConversations(Conversations):
    """One owner's conversations in one session; nothing is committed here. Runs write them (`ConversationLog`)."""

    def __init__(self, session: AsyncSession, user_id: str) -> None:
        self._session = session
        self._owner = user_id

    async def create(self, entity: Conversation) -> Conversation:
        """Add a conversation. Raises Conflict when both have one."""
        values = entity.model_dump(exclude={"user_id", "message_count"})
        if await fetch_one(self._session, CREATE, owner=self._owner, **values) is None:
            raise Conflict(f"{entity.first_agent!r} and {entity.second_agent!r} have a conversation")
        return entity

    async def get_by_id(self, id: str) -> Conversation | None:
        """Return the conversation, or None."""
        return await self._of(id if is_id(id) else None, "") if is_id(id) else None

    async def by_key(self, key: str) -> Conversation:
        """Return the conversation under a key, or under its id. Raises ConversationNotFound."""
        found = await self._of(key if is_id(key) else None, key)
        if found is None:
            raise ConversationNotFound(f"there is no conversation {key!r}")
        return found

    async def update(self, entity: Conversation) -> Conversation:
        """Store whether it is archived. Raises ConversationNotFound, ConversationChangedMeanwhile."""
        changed = {"id": entity.id, "archived_at": entity.archived_at, "updated_at": entity.updated_at}
        if await fetch_one(self._session, UPDATE, owner=self._owner, **changed) is None:
            await self.existing(entity.id)
            raise ConversationChangedMeanwhile(f"conversation {entity.key!r} was changed meanwhile; read it again")
        return entity

    async def delete(self, id: str) -> bool:
        """Remove it with its messages; return whether there was one."""
        return is_id(id) and await fetch_one(self._session, DELETE, id=id, owner=self._owner) is not None

    async def list_all(self, skip: int = 0, limit: int = 100) -> list[Conversation]:
        """Return up to `limit` conversations, newest first."""
        return list((await self.find(ConversationFilter(), PageRequest(skip=skip, limit=limit))).items)

    async def find(self, wanted: ConversationFilter, page: PageRequest) -> Page[Conversation]:
        """Return a page of those that match, newest first."""
        conditions = ["user_id = :owner"]
        values: dict[str, Any] = {"owner": self._owner}
        for name in ("agent", "other"):
            if (given := getattr(wanted, name)) is not None:
                conditions.append(f":{name} IN (first_agent, second_agent)")
                values[name] = given
        if wanted.search:
            conditions.append(
                "id IN (SELECT conversation_id FROM agent_messages WHERE user_id = :owner AND content ILIKE :search)"
            )
            values["search"] = pattern(wanted.search)
        if wanted.status is not None:
            conditions.append(ARCHIVED if wanted.status == "archived" else f"NOT {ARCHIVED}")
        return await fetch_page(
            self._session,
            columns=COLUMNS,
            table="agent_conversations",
            conditions=conditions,
            parameters=values,
            page=page,
            read=_conversation,
        )

    async def messages(self, conversation: Conversation, wanted: MessageFilter, page: PageRequest) -> Page[Message]:
        """Return a page of the messages that match, the latest first."""
        conditions = ["user_id = :owner", "conversation_id = :conversation"]
        values: dict[str, Any] = {"owner": self._owner, "conversation": conversation.id}
        for name in ("from_agent", "to_agent", "iteration"):
            if (given := getattr(wanted, name)) is not None:
                conditions.append(f"{name} = :{name}")
                values[name] = given
        if wanted.search:
            conditions.append("content ILIKE :search")
            values["search"] = pattern(wanted.search)
        return await fetch_page(
            self._session,
            columns=MESSAGE,
            table="agent_messages",
            conditions=conditions,
            parameters=values,
            page=page,
            read=read_message,
        )

    async def history(self, conversation: Conversation, after: int, limit: int) -> Sequence[Message]:
        """Return up to `limit` messages after a seq in the order in which they were stored."""
        rows = await fetch(self._session, HISTORY, id=conversation.id, owner=self._owner, after=after, limit=limit)
        return [read_message(row) for row in rows]

    async def stats(self, wanted: StatsFilter) -> ConversationStats:
        """Return how much the owner's agents talk; the thousand busiest pairs by name."""
        if wanted.run_id is not None and not is_id(wanted.run_id):
            return ConversationStats(conversations=0, messages=0, characters=0, agents=0)
        rows = await fetch(self._session, STATS, owner=self._owner, **wanted.model_dump())
        return ConversationStats(
            # Two agents have one conversation, whoever speaks.
            conversations=len({frozenset((row["from_agent"], row["to_agent"])) for row in rows}),
            messages=sum(row["messages"] for row in rows),
            characters=sum(row["characters"] for row in rows),
            agents=len({row[name] for row in rows for name in ("from_agent", "to_agent")}),
            first_message_at=min((row["first_message_at"] for row in rows), default=None),
            last_message_at=max((row["last_message_at"] for row in rows), default=None),
            pairs=tuple(PairCount.model_validate(dict(row)) for row in rows[:MAX_PAIRS]),
        )

    async def _of(self, id: str | None, key: str) -> Conversation | None:
        row = await fetch_one(self._session, OF_KEY, owner=self._owner, key=key, id=id)
        return None if row is None else _conversation(row)


def read_message(row: Row) -> Message:
    """Return the message of a row."""
    return Message(
        seq=row["seq"],
        conversation=row["conversation"],
        from_agent=row["from_agent"],
        to_agent=row["to_agent"],
        content=row["content"],
        at=row["at"],
        iteration=row["iteration"],
        metadata=orjson.loads(row["metadata"]),
        run_id=str(row["run_id"]),
    )


def _conversation(row: Row) -> Conversation:
    return Conversation.model_validate({**dict(row), "id": str(row["id"]), "user_id": str(row["user_id"])})
