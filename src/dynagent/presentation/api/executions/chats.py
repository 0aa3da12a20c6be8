"""Routes of a user's chats with agents: list, read, name, archive, remove. A turn is an execution."""

from datetime import datetime
from typing import Annotated

from fastapi import Path, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from dynagent.application.commands.chats import DescribeChat, ForgetChat
from dynagent.application.queries.chats import ListChats, ReadChat
from dynagent.core.executions import Chat, ChatFilter
from dynagent.core.shared.paging import Page
from dynagent.presentation.api.executions.bodies import ExecutionList
from dynagent.presentation.api.shared.dependencies import Ask
from dynagent.presentation.api.shared.paging import Envelope, PageOf, link_next, page_fields
from dynagent.presentation.api.shared.router import noun_router

router = noun_router("chats", "Executions")

ChatId = Annotated[str, Path(min_length=1, max_length=200)]


class ChatOut(BaseModel):
    """A chat; continue it by running an execution with its `conversation_id`."""

    id: str
    conversation_id: str
    agent_id: str
    agent_name: str
    title: str | None
    archived: bool = Field(description="Archived; the next turn brings it back.")
    turns: int
    first_query: str
    last_query: str
    last_execution_id: str
    started_at: datetime
    updated_at: datetime

    @classmethod
    def of(cls, chat: Chat) -> "ChatOut":
        """Return the answer for a chat."""
        return cls.model_construct(**dict(chat), conversation_id=chat.id)


class ChatChanges(BaseModel):
    """What to change of a chat; what is left out stays. An empty title is none."""

    model_config = ConfigDict(extra="forbid")

    title: str | None = Field(default=None, max_length=200)
    archived: bool | None = Field(default=None, strict=True)


class ChatList(Envelope):
    """A page of chats, the latest first."""

    chats: list[ChatOut]

    @classmethod
    def of(cls, page: Page[Chat]) -> "ChatList":
        """Return the answer for a page."""
        return cls(chats=[ChatOut.of(item) for item in page.items], **page_fields(page))


@router.get("", operation_id="list_chats", summary="List chats")
async def list_chats(
    *,
    request: Request,
    response: Response,
    page: PageOf,
    ask: Ask,
    agent_id: Annotated[str | None, Query(max_length=100)] = None,
    archived: Annotated[bool, Query(description="Those that are archived, instead of the others.")] = False,
    search: Annotated[str | None, Query(min_length=1, max_length=200)] = None,
) -> ChatList:
    """Give your chats with agents, the latest first; those that are archived only when they are asked for."""
    wanted = ChatFilter(agent_id=agent_id, archived=archived, search=search)
    found = await ask(ListChats(wanted, page))
    link_next(request, response, found)
    return ChatList.of(found)


@router.get("/{conversation_id}", operation_id="read_chat", summary="Read a chat")
async def read_chat(
    conversation_id: ChatId, request: Request, response: Response, page: PageOf, ask: Ask
) -> ExecutionList:
    """Give the turns of a chat, newest first."""
    found = await ask(ReadChat(conversation_id, page))
    link_next(request, response, found)
    return ExecutionList.of(found)


@router.patch("/{conversation_id}", operation_id="change_chat", summary="Name a chat or archive it")
async def change_chat(conversation_id: ChatId, body: ChatChanges, ask: Ask) -> ChatOut:
    """Give a chat a title, archive it or bring it back."""
    return ChatOut.of(await ask(DescribeChat(conversation_id, body.title, body.archived)))


@router.delete("/{conversation_id}", status_code=204, operation_id="forget_chat", summary="Remove a chat")
async def forget_chat(conversation_id: ChatId, ask: Ask) -> None:
    """Remove a chat with its executions and their traces, for good."""
    await ask(ForgetChat(conversation_id))
