"""Chats are what a user's executions share: listed by their latest turn, removed whole, never another's."""

import pytest

from dynagent.application.shared.caller import Caller
from dynagent.core.executions import Chat, ChatFilter, ChatInUse, Execution
from dynagent.core.shared.clock import utc_now
from dynagent.core.shared.ids import new_id
from dynagent.core.shared.paging import PageRequest
from dynagent.infrastructure.postgres.database import Database
from tests.repositories import Repositories, RepositoryScopes


def scopes(database: Database) -> RepositoryScopes:
    return RepositoryScopes(database, deliver=lambda _: None)


async def say(scope: Repositories, user: str, chat: str | None, query: str, agent: str | None = None) -> str:
    execution = Execution.start(
        timeout_s=60, now=utc_now(), id=new_id(), user_id=user, agent_id=agent or new_id(), agent_version=1,
        agent_name="A", query=query, chat_id=chat,
    )  # fmt: skip
    await scope.executions.create(execution)
    await scope.uow.commit()
    return execution.id


async def end_all(database: Database, user: str) -> None:
    await database.pool.execute(
        "UPDATE runs SET status = 'completed', result = 'r', completed_at = now() WHERE user_id = $1", user
    )


async def test_chats_are_listed_by_their_latest_turn(database: Database) -> None:
    user, agent = new_id(), new_id()
    async with scopes(database).open(Caller(user)) as scope:
        await say(scope, user, "first", "one", agent)
        await say(scope, user, "second", "two")
        last = await say(scope, user, "first", "three", agent)
        await say(scope, user, None, "alone")
        page = await scope.executions.chats(ChatFilter(), PageRequest())
        assert [(talk.id, talk.turns, talk.first_query, talk.last_query) for talk in page.items] == [
            ("first", 2, "one", "three"),
            ("second", 1, "two", "two"),
        ]
        assert page.items[0].last_execution_id == last
        assert page.total == 2
        only = await scope.executions.chats(ChatFilter(agent_id=agent), PageRequest())
        assert [talk.id for talk in only.items] == ["first"]
        assert (await scope.executions.chats(ChatFilter(agent_id="no id"), PageRequest())).total == 0
        head = await scope.executions.chats(ChatFilter(), PageRequest(limit=1))
        rest = await scope.executions.chats(ChatFilter(), PageRequest(limit=1, cursor=head.next_cursor))
        assert [talk.id for talk in (*head.items, *rest.items)] == ["first", "second"]
        assert rest.next_cursor is None


async def test_a_chat_is_removed_whole_once_it_is_over(database: Database) -> None:
    user = new_id()
    async with scopes(database).open(Caller(user)) as scope:
        kept = await say(scope, user, "kept", "x")
        gone = await say(scope, user, "gone", "y")
        with pytest.raises(ChatInUse):
            await scope.executions.forget_chat("gone")
        await end_all(database, user)
        assert await scope.executions.forget_chat("gone") == 1
        assert await scope.executions.forget_chat("gone") == 0
        await scope.uow.commit()
        assert await scope.executions.get_by_id(gone) is None
        assert await scope.executions.get_by_id(kept) is not None
    events = "SELECT count(*) FROM run_events WHERE execution_id = $1"
    assert await database.pool.fetchval(events, gone) == 0
    assert await database.pool.fetchval(events, kept) == 1


async def test_nobody_sees_or_removes_anothers_chat(database: Database) -> None:
    user = new_id()
    async with scopes(database).open(Caller(user)) as scope:
        await say(scope, user, "mine", "x")
        await end_all(database, user)
        async with scopes(database).open(Caller(new_id())) as other:
            assert (await other.executions.chats(ChatFilter(), PageRequest())).total == 0
            assert await other.executions.forget_chat("mine") == 0
        history = await scope.executions.history("mine", 5)
        assert [turn.query for turn in history] == ["x"]


async def found(scope: Repositories, **wanted: object) -> list[str]:
    page = await scope.executions.chats(ChatFilter.model_validate(wanted), PageRequest())
    assert page.total == len(page.items)
    return [talk.id for talk in page.items]


async def describe(scope: Repositories, id: str, **said: object) -> Chat:
    talk = await scope.executions.chat(id)
    assert talk is not None
    await scope.executions.describe_chat(talk.model_copy(update=said))
    await scope.uow.commit()
    described = await scope.executions.chat(id)
    assert described is not None
    return described


async def test_a_chat_has_a_title_and_is_found_by_it_and_by_what_was_asked(database: Database) -> None:
    user = new_id()
    async with scopes(database).open(Caller(user)) as scope:
        await say(scope, user, "a", "the price of tea")
        await say(scope, user, "b", "50% of 7")
        assert (await describe(scope, "a", title="Ünal's 🐘")).title == "Ünal's 🐘"
        assert (await describe(scope, "b")).title is None
        assert await found(scope, search="ünal") == ["a"]
        assert await found(scope, search="OF TEA") == ["a"]
        assert await found(scope, search="%") == ["b"], "taken literally"
        assert await scope.executions.chat("c") is None
        async with scopes(database).open(Caller(new_id())) as other:
            assert await other.executions.chat("a") is None
        assert (await describe(scope, "a", title=None)).title is None


async def test_one_that_is_archived_comes_back_with_its_next_turn(database: Database) -> None:
    user = new_id()
    async with scopes(database).open(Caller(user)) as scope:
        await say(scope, user, "a", "x")
        await say(scope, user, "b", "y")
        assert (await describe(scope, "a", archived=True, title="A")).archived
        assert (await found(scope), await found(scope, archived=True)) == (["b"], ["a"])
        assert set(await found(scope, archived=None)) == {"a", "b"}
        assert not (await describe(scope, "a", archived=False)).archived
        assert (await describe(scope, "a", archived=True)).archived
        await say(scope, user, "a", "and now?")
        talk = await scope.executions.chat("a")
        assert talk is not None
        assert (talk.archived, talk.title, talk.turns) == (False, "A", 2)
        assert await found(scope) == ["a", "b"]


async def test_what_was_said_of_a_chat_goes_with_it(database: Database) -> None:
    user = new_id()
    async with scopes(database).open(Caller(user)) as scope:
        await say(scope, user, "a", "x")
        await describe(scope, "a", title="A", archived=True)
        await end_all(database, user)
        await scope.executions.forget_chat("a")
        await scope.uow.commit()
        await say(scope, user, "a", "anew")
        talk = await scope.executions.chat("a")
        assert talk is not None
        assert (talk.title, talk.archived) == (None, False)


@pytest.mark.parametrize("status", ["pending", "running", "waiting"])
async def test_one_with_a_live_turn_is_kept_whole(database: Database, status: str) -> None:
    user = new_id()
    async with scopes(database).open(Caller(user)) as scope:
        await say(scope, user, "a", "over")
        await end_all(database, user)
        live = await say(scope, user, "a", "live")
        await database.pool.execute("UPDATE runs SET status = $2 WHERE id = $1", live, status)
        with pytest.raises(ChatInUse):
            await scope.executions.forget_chat("a")
        await scope.uow.commit()
        talk = await scope.executions.chat("a")
        assert talk is not None and talk.turns == 2
