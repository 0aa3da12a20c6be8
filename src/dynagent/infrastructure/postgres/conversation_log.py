"""What runs do with conversations: messages written down once each, the policy read, and the feed of new messages."""

import json
from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from dynagent.core.conversations import (
    CommunicationPolicies,
    CommunicationPolicy,
    ConversationLog,
    Message,
    MessageFeed,
    NewMessage,
    StoredPolicy,
    key_of,
    shown,
)
from dynagent.core.runs import Frame
from dynagent.core.shared.clock import Clock, utc_now
from dynagent.core.shared.ids import NewId, new_id
from dynagent.infrastructure.postgres.conversations import MESSAGE, read_message
from dynagent.infrastructure.postgres.errors import in_our_words
from dynagent.infrastructure.postgres.news import PostgresNews, lock_news, notify_followers
from dynagent.infrastructure.postgres.pool import Connection, Pool
from dynagent.infrastructure.postgres.runs.tools_called import tools_called
from dynagent.infrastructure.postgres.statements import fetch_one

POLICY = "SELECT policy::text AS policy FROM communication_policy WHERE id = 1"
PUT = """
INSERT INTO communication_policy (id, policy, updated_at) VALUES (1, CAST(:policy AS jsonb), :now)
ON CONFLICT (id) DO UPDATE SET policy = excluded.policy, updated_at = excluded.updated_at RETURNING id
"""
STORED = "SELECT place FROM agent_messages WHERE run_id = $1 AND place = ANY($2::text[])"
PAIRS = """
SELECT id::text AS id, key, first_agent, second_agent FROM agent_conversations
WHERE user_id = $1 AND ((first_agent, second_agent) IN (SELECT * FROM unnest($2::text[], $3::text[]))
  OR key = ANY($4::text[]))
"""
BEGIN = """
INSERT INTO agent_conversations (id, user_id, key, first_agent, second_agent, last_message_at, created_at, updated_at)
VALUES ($1, $2, $3, $4, $5, $6, $6, $6)
"""
ADD = """
INSERT INTO agent_messages (id, user_id, conversation_id, run_id, place, from_agent, to_agent, content, at, iteration,
  metadata)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11::jsonb)
"""
ACTIVE = """
UPDATE agent_conversations SET last_message_at = greatest(last_message_at, $2), updated_at = greatest(updated_at, $2)
WHERE id = $1
"""
LAST = "SELECT coalesce(max(seq), 0) FROM agent_messages WHERE user_id = $1"
NEWS = f"SELECT {MESSAGE} FROM agent_messages WHERE user_id = $1 AND seq > $2 ORDER BY seq LIMIT $3"  # noqa: S608 - constants

Pair = tuple[str, str]


class PostgresConversationLog(ConversationLog):
    """Writes messages in short transactions of its own."""

    def __init__(self, pool: Pool, *, new_id: NewId = new_id) -> None:
        self._pool = pool
        self._new_id = new_id

    async def write(self, user_id: str, run_id: str, messages: Sequence[NewMessage]) -> None:
        """Store those that are not there yet, in conversations that begin with them, and tell whoever watches."""
        if not messages:
            return
        with in_our_words():
            async with self._pool.acquire() as connection, connection.transaction():
                # The owner's messages are stored one transaction after another: the feed reads them by their number.
                await lock_news(connection, user_id)
                rows = await connection.fetch(STORED, run_id, [message.place for message in messages])
                stored = {row["place"] for row in rows}
                policy = await _policy(connection)
                fresh = [item.cleaned(policy.max_message_chars) for item in messages if item.place not in stored]
                if fresh:
                    await self._add(connection, user_id, run_id, fresh)
                    await notify_followers(connection, user_id)

    async def _add(self, connection: Connection, user_id: str, run_id: str, fresh: Sequence[NewMessage]) -> None:
        ids = await self._conversations(connection, user_id, fresh)
        called = await tools_called(connection, [item.sender_run_id for item in fresh if item.sender_run_id])
        latest: dict[str, datetime] = {}
        rows: list[tuple[Any, ...]] = []
        for item in fresh:
            conversation = ids[_pair(item)]
            latest[conversation] = max(item.at, latest.get(conversation, item.at))
            metadata = json.dumps(_metadata(item, called), ensure_ascii=False)
            said = (item.from_agent, item.to_agent, item.content, item.at, item.iteration, metadata)
            rows.append((self._new_id(), user_id, conversation, run_id, item.place, *said))
        await connection.executemany(ADD, rows)
        await connection.executemany(ACTIVE, list(latest.items()))

    async def _conversations(
        self, connection: Connection, user_id: str, fresh: Sequence[NewMessage]
    ) -> Mapping[Pair, str]:
        """Return the id of each pair's conversation; those that have none yet begin one."""
        began: dict[Pair, datetime] = {}
        for item in fresh:
            began.setdefault(_pair(item), item.at)
        firsts, seconds = [pair[0] for pair in began], [pair[1] for pair in began]
        rows = await connection.fetch(PAIRS, user_id, firsts, seconds, [key_of(*pair) for pair in began])
        ids = {(row["first_agent"], row["second_agent"]): row["id"] for row in rows}
        taken = {row["key"] for row in rows}
        for pair, at in began.items():
            if pair in ids:
                continue
            ids[pair] = self._new_id()
            key = key_of(*pair)
            # `a_b` with `c` and `a` with `b_c` would have the same: the later one has its id in it.
            key = f"{key}~{ids[pair]}" if key in taken else key
            taken.add(key)
            await connection.execute(BEGIN, ids[pair], user_id, key, *pair, at)
        return ids


class PostgresPolicies(CommunicationPolicies):
    """The policy, for runs."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def current(self) -> CommunicationPolicy:
        """Return the policy; the default one where nobody has set any."""
        with in_our_words():
            return _read(await self._pool.fetchval(POLICY))


class PostgresStoredPolicy(StoredPolicy):
    """The policy in one session; nothing is committed here."""

    def __init__(self, session: AsyncSession, clock: Clock = utc_now) -> None:
        self._session = session
        self._clock = clock

    async def get(self) -> CommunicationPolicy:
        """Return the policy; the default one where nobody has set any."""
        row = await fetch_one(self._session, text(POLICY))
        return _read(None if row is None else row["policy"])

    async def put(self, policy: CommunicationPolicy) -> None:
        """Store another one in its place."""
        await fetch_one(self._session, text(PUT), policy=policy.model_dump_json(), now=self._clock())


class PostgresMessageFeed(MessageFeed):
    """An owner's messages as frames of `new_message`."""

    def __init__(self, pool: Pool, news: PostgresNews) -> None:
        self._pool = pool
        self._news = news

    async def follow(self, user_id: str, after: int | None) -> AsyncIterator[Sequence[Frame]]:
        """Yield what is stored after a seq (None: from now on), live and without end; an empty batch is a heartbeat."""

        async def read(beyond: int, limit: int) -> list[Frame]:
            with in_our_words():
                rows = await self._pool.fetch(NEWS, user_id, beyond, limit)
            return [_frame(read_message(row)) for row in rows]

        if after is None:
            with in_our_words():
                after = await self._pool.fetchval(LAST, user_id)
        async for frames in self._news.follow(user_id, after or 0, read):
            yield frames


async def _policy(connection: Connection) -> CommunicationPolicy:
    return _read(await connection.fetchval(POLICY))


def _read(stored: str | None) -> CommunicationPolicy:
    return CommunicationPolicy() if stored is None else CommunicationPolicy.model_validate_json(stored)


def _pair(item: NewMessage) -> Pair:
    first, second = sorted((item.from_agent, item.to_agent))
    return first, second


def _metadata(item: NewMessage, called: Mapping[str, Sequence[str]]) -> dict[str, Any]:
    return {"confidence": item.confidence, "tool_calls": list(called.get(item.sender_run_id or "", ()))}


def _frame(message: Message) -> Frame:
    news = {
        "type": "new_message",
        "conversation_id": message.conversation,
        "message": shown(message),
        "seq": message.seq,
    }
    return Frame(message.seq, orjson.dumps(news), terminal=False)
