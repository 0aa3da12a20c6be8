"""Conversations are what a user's executions share: listed by their latest turn, removed whole, never another's."""

import pytest

from dynagent.application.shared.caller import Caller
from dynagent.core.executions import ConversationInUse, Execution
from dynagent.core.shared.clock import utc_now
from dynagent.core.shared.ids import new_id
from dynagent.core.shared.paging import PageRequest
from dynagent.infrastructure.postgres.database import Database
from dynagent.infrastructure.postgres.unit_of_work import Scope, Scopes


def scopes(database: Database) -> Scopes:
    return Scopes(database, deliver=lambda _: None)


async def say(scope: Scope, user: str, conversation: str | None, query: str, agent: str | None = None) -> str:
    execution = Execution.start(
        timeout_s=60, now=utc_now(), id=new_id(), user_id=user, agent_id=agent or new_id(), agent_version=1,
        agent_name="A", query=query, conversation_id=conversation,
    )  # fmt: skip
    await scope.executions.create(execution)
    await scope.uow.commit()
    return execution.id


async def end_all(database: Database, user: str) -> None:
    await database.pool.execute(
        "UPDATE executions SET status = 'completed', result = 'r', completed_at = now() WHERE user_id = $1", user
    )


async def test_conversations_are_listed_by_their_latest_turn(database: Database) -> None:
    user, agent = new_id(), new_id()
    async with scopes(database).open(Caller(user)) as scope:
        await say(scope, user, "first", "one", agent)
        await say(scope, user, "second", "two")
        last = await say(scope, user, "first", "three", agent)
        await say(scope, user, None, "alone")
        page = await scope.executions.conversations(None, PageRequest())
        assert [(talk.id, talk.turns, talk.first_query, talk.last_query) for talk in page.items] == [
            ("first", 2, "one", "three"),
            ("second", 1, "two", "two"),
        ]
        assert page.items[0].last_execution_id == last
        assert page.total == 2
        only = await scope.executions.conversations(agent, PageRequest())
        assert [talk.id for talk in only.items] == ["first"]
        assert (await scope.executions.conversations("no id", PageRequest())).total == 0
        head = await scope.executions.conversations(None, PageRequest(limit=1))
        rest = await scope.executions.conversations(None, PageRequest(limit=1, cursor=head.next_cursor))
        assert [talk.id for talk in (*head.items, *rest.items)] == ["first", "second"]
        assert rest.next_cursor is None


async def test_a_conversation_is_removed_whole_once_it_is_over(database: Database) -> None:
    user = new_id()
    async with scopes(database).open(Caller(user)) as scope:
        kept = await say(scope, user, "kept", "x")
        gone = await say(scope, user, "gone", "y")
        with pytest.raises(ConversationInUse):
            await scope.executions.forget_conversation("gone")
        await end_all(database, user)
        assert await scope.executions.forget_conversation("gone") == 1
        assert await scope.executions.forget_conversation("gone") == 0
        await scope.uow.commit()
        assert await scope.executions.get_by_id(gone) is None
        assert await scope.executions.get_by_id(kept) is not None
    events = "SELECT count(*) FROM execution_events WHERE execution_id = $1"
    assert await database.pool.fetchval(events, gone) == 0
    assert await database.pool.fetchval(events, kept) == 1


async def test_nobody_sees_or_removes_anothers_conversation(database: Database) -> None:
    user = new_id()
    async with scopes(database).open(Caller(user)) as scope:
        await say(scope, user, "mine", "x")
        await end_all(database, user)
        async with scopes(database).open(Caller(new_id())) as other:
            assert (await other.executions.conversations(None, PageRequest())).total == 0
            assert await other.executions.forget_conversation("mine") == 0
        history = await scope.executions.history("mine", 5)
        assert [turn.query for turn in history] == ["x"]
