"""Conversations: one that is not there is refused, one that is is read and removed."""

from typing import Any

import pytest

from dynagent.application.commands.conversations import ForgetConversation, ForgetConversationHandler
from dynagent.application.queries import conversations as queries
from dynagent.application.shared.caller import LOCAL_ADMIN
from dynagent.core.executions import ConversationNotFound, ExecutionFilter
from dynagent.core.shared.paging import Page, PageRequest


class Talks:
    """One conversation, `c`, of two turns."""

    async def conversations(self, agent_id: str | None, page: PageRequest) -> Page[Any]:
        return Page(items=["c"], total=1, skip=0, limit=page.limit)

    async def find(self, wanted: ExecutionFilter, page: PageRequest) -> Page[Any]:
        turns = ["b", "a"] if wanted.conversation_id == "c" else []
        return Page(items=turns, total=len(turns), skip=0, limit=page.limit)

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
