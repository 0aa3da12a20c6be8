"""Conversations: one that is not there is refused, one that is is read and removed."""

from datetime import UTC, datetime
from typing import Any

import pytest

from dynagent.application.commands.conversations import (
    DescribeConversation,
    DescribeConversationHandler,
    ForgetConversation,
    ForgetConversationHandler,
)
from dynagent.application.queries import conversations as queries
from dynagent.application.shared.caller import LOCAL_ADMIN
from dynagent.core.executions import Conversation, ConversationFilter, ConversationNotFound, ExecutionFilter
from dynagent.core.shared.paging import Page, PageRequest

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)


class Talks:
    """One conversation, `c`, of two turns."""

    def __init__(self) -> None:
        self.talk = Conversation(
            id="c", agent_id="a", agent_name="A", turns=2, first_query="a", last_query="b", last_execution_id="e",
            started_at=NOON, updated_at=NOON,
        )  # fmt: skip

    async def conversations(self, wanted: ConversationFilter, page: PageRequest) -> Page[Any]:
        return Page(items=["c"], total=1, skip=0, limit=page.limit)

    async def find(self, wanted: ExecutionFilter, page: PageRequest) -> Page[Any]:
        turns = ["b", "a"] if wanted.conversation_id == "c" else []
        return Page(items=turns, total=len(turns), skip=0, limit=page.limit)

    async def conversation(self, conversation_id: str) -> Conversation | None:
        return self.talk if conversation_id == "c" else None

    async def describe_conversation(self, talk: Conversation) -> None:
        self.talk = talk

    async def forget_conversation(self, conversation_id: str) -> int:
        return 2 if conversation_id == "c" else 0


class Work:
    def __init__(self) -> None:
        self.commits = 0

    def record(self, event: Any) -> None: ...

    async def commit(self) -> None:
        self.commits += 1


async def test_listing_and_reading() -> None:
    talks: Any = Talks()
    listed = await queries.ListConversationsHandler(talks)(queries.ListConversations(), LOCAL_ADMIN)
    assert listed.total == 1
    read = queries.ReadConversationHandler(talks)
    assert list((await read(queries.ReadConversation("c"), LOCAL_ADMIN)).items) == ["b", "a"]
    with pytest.raises(ConversationNotFound):
        await read(queries.ReadConversation("x"), LOCAL_ADMIN)


async def test_removing_commits_only_what_was_there() -> None:
    talks: Any = Talks()
    work = Work()
    forget = ForgetConversationHandler(talks, work)
    await forget(ForgetConversation("c"), LOCAL_ADMIN)
    assert work.commits == 1
    with pytest.raises(ConversationNotFound):
        await forget(ForgetConversation("x"), LOCAL_ADMIN)
    assert work.commits == 1


@pytest.mark.parametrize(
    ("change", "title", "archived"),
    [
        ({}, None, False),
        ({"title": "  A\0B  "}, "A\ufffdB", False),
        ({"title": "x", "archived": True}, "x", True),
        ({"archived": True}, None, True),
        ({"title": "   "}, None, False),
    ],
)
async def test_describing_changes_only_what_is_said(change: Any, title: str | None, archived: bool) -> None:
    talks: Any = Talks()
    work = Work()
    described = await DescribeConversationHandler(talks, work)(DescribeConversation("c", **change), LOCAL_ADMIN)
    assert (described.title, described.archived) == (title, archived)
    assert (talks.talk, work.commits) == (described, 1)
    with pytest.raises(ConversationNotFound):
        await DescribeConversationHandler(talks, work)(DescribeConversation("x"), LOCAL_ADMIN)
    assert work.commits == 1
