"""Chats: one that is not there is refused, one that is is read and removed."""

from datetime import UTC, datetime
from typing import Any

import pytest

from dynagent.application.commands.chats import (
    DescribeChat,
    DescribeChatHandler,
    ForgetChat,
    ForgetChatHandler,
)
from dynagent.application.queries import chats as queries
from dynagent.application.shared.caller import LOCAL_ADMIN
from dynagent.core.executions import Chat, ChatFilter, ChatNotFound, ExecutionFilter
from dynagent.core.shared.paging import Page, PageRequest

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)


class Talks:
    """One chat, `c`, of two turns."""

    def __init__(self) -> None:
        self.talk = Chat(
            id="c", agent_id="a", agent_name="A", turns=2, first_query="a", last_query="b", last_execution_id="e",
            started_at=NOON, updated_at=NOON,
        )  # fmt: skip

    async def chats(self, wanted: ChatFilter, page: PageRequest) -> Page[Any]:
        return Page(items=["c"], total=1, skip=0, limit=page.limit)

    async def find(self, wanted: ExecutionFilter, page: PageRequest) -> Page[Any]:
        turns = ["b", "a"] if wanted.chat_id == "c" else []
        return Page(items=turns, total=len(turns), skip=0, limit=page.limit)

    async def chat(self, chat_id: str) -> Chat | None:
        return self.talk if chat_id == "c" else None

    async def describe_chat(self, talk: Chat) -> None:
        self.talk = talk

    async def forget_chat(self, chat_id: str) -> int:
        return 2 if chat_id == "c" else 0


class Work:
    def __init__(self) -> None:
        self.commits = 0

    def record(self, event: Any) -> None: ...

    def note(self, action: str, target: tuple[str, str], **details: Any) -> None: ...

    async def commit(self) -> None:
        self.commits += 1


async def test_listing_and_reading() -> None:
    talks: Any = Talks()
    listed = await queries.ListChatsHandler(talks)(queries.ListChats(), LOCAL_ADMIN)
    assert listed.total == 1
    read = queries.ReadChatHandler(talks)
    assert list((await read(queries.ReadChat("c"), LOCAL_ADMIN)).items) == ["b", "a"]
    with pytest.raises(ChatNotFound):
        await read(queries.ReadChat("x"), LOCAL_ADMIN)


async def test_removing_commits_only_what_was_there() -> None:
    talks: Any = Talks()
    work = Work()
    forget = ForgetChatHandler(talks, work)
    await forget(ForgetChat("c"), LOCAL_ADMIN)
    assert work.commits == 1
    with pytest.raises(ChatNotFound):
        await forget(ForgetChat("x"), LOCAL_ADMIN)
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
    described = await DescribeChatHandler(talks, work)(DescribeChat("c", **change), LOCAL_ADMIN)
    assert (described.title, described.archived) == (title, archived)
    assert (talks.talk, work.commits) == (described, 1)
    with pytest.raises(ChatNotFound):
        await DescribeChatHandler(talks, work)(DescribeChat("x"), LOCAL_ADMIN)
    assert work.commits == 1
