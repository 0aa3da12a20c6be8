"""Conversations are written once each, read by their owner only, followed in order, and let go in time."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
import pytest
import pytest_asyncio

from dynagent.core.conversations import (
    CommunicationPolicy,
    ConversationFilter,
    ConversationNotFound,
    MessageFilter,
    NewMessage,
    StatsFilter,
)
from dynagent.core.runs import Frame
from dynagent.core.shared.ids import new_id
from dynagent.core.shared.paging import PageRequest
from dynagent.infrastructure.postgres.conversation_log import (
    PostgresConversationLog,
    PostgresMessageFeed,
    PostgresPolicies,
    PostgresStoredPolicy,
)
from dynagent.infrastructure.postgres.conversations import PRUNED, PostgresConversations
from dynagent.infrastructure.postgres.database import Database
from dynagent.infrastructure.postgres.kit.retention import remove_old
from dynagent.infrastructure.postgres.news import PostgresNews
from dynagent.infrastructure.postgres.notices import PostgresNotices
from tests.conftest import connected_to
from tests.shows import shows

NOW = datetime.now(UTC)
USER = """
INSERT INTO users (id, username, email, password_hash, created_at, updated_at) VALUES ($1, $2, $3, 'x', now(), now())
"""


@pytest_asyncio.fixture
async def own(fresh_database_url: str) -> AsyncIterator[Database]:
    database = connected_to(fresh_database_url)
    await database.connect()
    yield database
    await database.close()


async def a_user(database: Database) -> str:
    id = new_id()
    await database.pool.execute(USER, id, id, f"{id}@example.org")
    return id


def message(place: str, sender: str = "a", receiver: str = "b", **fields: Any) -> NewMessage:
    given: dict[str, Any] = {"at": NOW, **fields}
    return NewMessage(place=place, from_agent=sender, to_agent=receiver, content=place, **given)


async def test_a_message_is_stored_once_however_often_it_is_told(database: Database) -> None:
    owner, run = await a_user(database), new_id()
    log = PostgresConversationLog(database.pool)
    await log.write(owner, run, [message("1"), message("2", "b", "a")])
    await asyncio.gather(*(log.write(owner, run, [message("2", "b", "a"), message("3")]) for _ in range(5)))
    async with database.sessions() as session:
        conversations = PostgresConversations(session, owner)
        found = await conversations.by_key("a_b")
        assert (found.participants, found.message_count) == (["a", "b"], 3)
        history = await conversations.history(found, 0, 10)
        assert [item.content for item in history] == ["1", "2", "3"]
        page = await conversations.messages(found, MessageFilter(), PageRequest(limit=2))
        assert ([item.content for item in page.items], page.total) == (["3", "2"], 3)
        rest = await conversations.messages(found, MessageFilter(), PageRequest(cursor=page.next_cursor))
        assert [item.content for item in rest.items] == ["1"]


async def test_names_with_the_joint_in_them_are_no_confusion(database: Database) -> None:
    owner = await a_user(database)
    log = PostgresConversationLog(database.pool)
    await log.write(owner, new_id(), [message("1", "a_b", "c"), message("2", "a", "b_c")])
    async with database.sessions() as session:
        conversations = PostgresConversations(session, owner)
        found = (await conversations.find(ConversationFilter(), PageRequest())).items
        assert sorted(item.participants for item in found) == [["a", "b_c"], ["a_b", "c"]]
        assert len({item.key for item in found}) == 2
        for item in found:
            assert await conversations.by_key(item.key) == item == await conversations.by_key(item.id)


async def test_nobody_sees_anothers(database: Database) -> None:
    owner, other = await a_user(database), await a_user(database)
    await PostgresConversationLog(database.pool).write(owner, new_id(), [message("1")])
    async with database.sessions() as session:
        found = await PostgresConversations(session, owner).by_key("a_b")
    async with database.sessions() as session:
        conversations = PostgresConversations(session, other)
        for key in ("a_b", found.id):
            with pytest.raises(ConversationNotFound):
                await conversations.by_key(key)
        assert (await conversations.find(ConversationFilter(), PageRequest())).items == []
        assert (await conversations.messages(found, MessageFilter(), PageRequest())).items == []
        assert await conversations.history(found, 0, 10) == []
        assert (await conversations.stats(StatsFilter())).messages == 0
        assert not await conversations.delete(found.id)
        with pytest.raises(ConversationNotFound):
            await conversations.update(found.with_archived(True, now=NOW))


async def test_a_feed_gives_every_message_in_order_as_it_is_stored(own: Database) -> None:
    owner, other = await a_user(own), await a_user(own)
    log, notices = PostgresConversationLog(own.pool), PostgresNotices(own.pool, own.listen)
    feed = PostgresMessageFeed(own.pool, PostgresNews(notices, heartbeat_s=30))
    await log.write(owner, new_id(), [message("before")])
    await notices.start()
    batches = feed.follow(owner, None)
    first = asyncio.ensure_future(anext(batches))
    try:
        async with asyncio.timeout(20):
            while not first.done():
                await log.write(other, new_id(), [message("another's")])
                await log.write(owner, new_id(), [message("now")])
                await asyncio.sleep(0.02)
            received = list(await first)
            await asyncio.gather(*(log.write(owner, new_id(), [message(str(n))]) for n in range(20)))
            while len({*contents(received)} - {"now"}) < 20:
                received += await anext(batches)
    finally:
        await batches.aclose()  # type: ignore[attr-defined]
        await notices.stop()
    assert "before" not in contents(received) and "another's" not in contents(received)
    numbers = [frame.seq for frame in received]
    assert numbers == sorted(set(numbers)), "each once, in the order of their numbers"


@shows("CommunicationPolicyBody.keep_messages_days")
async def test_what_is_older_than_the_policy_says_goes_with_empty_conversations(own: Database) -> None:
    owner, long_ago = await a_user(own), NOW - timedelta(days=40)
    log = PostgresConversationLog(own.pool)
    await log.write(owner, new_id(), [message("old", at=long_ago), message("kept", "a", "c")])
    async with own.pool.acquire() as connection:
        gone = await remove_old(connection, PRUNED)
        assert gone == {"agent_messages": 0, "agent_conversations": 0}, "90 days by default"
        async with own.sessions() as session:
            await PostgresStoredPolicy(session).put(CommunicationPolicy(keep_messages_days=30))
            await session.commit()
        assert await remove_old(connection, PRUNED) == {"agent_messages": 1, "agent_conversations": 1}
    assert (await PostgresPolicies(own.pool).current()).keep_messages_days == 30


def contents(frames: Sequence[Frame]) -> list[str]:
    return [orjson.loads(frame.payload)["message"]["content"] for frame in frames]
