"""Routes of a user's conversations with agents: list, read, name, put away, remove. A turn is an execution."""

from datetime import datetime
from typing import Annotated

from fastapi import Path, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from dynagent.application.commands.conversations import DescribeConversation, ForgetConversation
from dynagent.application.queries.conversations import ListConversations, ReadConversation
from dynagent.core.executions import Conversation, ConversationFilter
from dynagent.core.shared.paging import Page
from dynagent.presentation.api.executions.bodies import ExecutionList
from dynagent.presentation.api.shared.dependencies import Ask
from dynagent.presentation.api.shared.paging import Envelope, PageOf, link_next, page_fields
from dynagent.presentation.api.shared.router import noun_router

router = noun_router("chats", "Executions")

ConversationId = Annotated[str, Path(min_length=1, max_length=200)]


class ChatOut(BaseModel):
    """A conversation; continue it by running an execution with its `conversation_id`."""

    id: str
    conversation_id: str
    agent_id: str
    agent_name: str
    title: str | None
    archived: bool = Field(description="Put away; the next turn brings it back.")
    turns: int
    first_query: str
    last_query: str
    last_execution_id: str
    started_at: datetime
    updated_at: datetime

    @classmethod
    def of(cls, conversation: Conversation) -> "ChatOut":
        """Return the answer for a conversation."""
        return cls.model_construct(**dict(conversation), conversation_id=conversation.id)


class ChatChanges(BaseModel):
    """What to change of a conversation; what is left out stays. An empty title is none."""

    model_config = ConfigDict(extra="forbid")

    title: str | None = Field(default=None, max_length=200)
    archived: bool | None = Field(default=None, strict=True)


class ChatList(Envelope):
    """A page of conversations, the latest first."""

    chats: list[ChatOut]

    @classmethod
    def of(cls, page: Page[Conversation]) -> "ChatList":
        """Return the answer for a page."""
        return cls(chats=[ChatOut.of(item) for item in page.items], **page_fields(page))


@router.get("", operation_id="list_chats", summary="List conversations")
async def list_chats(
    *,
    request: Request,
    response: Response,
    page: PageOf,
    ask: Ask,
    agent_id: Annotated[str | None, Query(max_length=100)] = None,
    archived: Annotated[bool, Query(description="Those that were put away, instead of the others.")] = False,
    search: Annotated[str | None, Query(min_length=1, max_length=200)] = None,
) -> ChatList:
    """Give your conversations with agents, the latest first; those that were put away only when they are asked for."""
    wanted = ConversationFilter(agent_id=agent_id, archived=archived, search=search)
    found = await ask(ListConversations(wanted, page))
    link_next(request, response, found)
    return ChatList.of(found)


@router.get("/{conversation_id}", operation_id="read_chat", summary="Read a conversation")
async def read_chat(
    conversation_id: ConversationId, request: Request, response: Response, page: PageOf, ask: Ask
) -> ExecutionList:
    """Give the turns of a conversation, newest first."""
    found = await ask(ReadConversation(conversation_id, page))
    link_next(request, response, found)
    return ExecutionList.of(found)


@router.patch("/{conversation_id}", operation_id="change_chat", summary="Name a conversation or put it away")
async def change_chat(conversation_id: ConversationId, body: ChatChanges, ask: Ask) -> ChatOut:
    """Give a conversation a title, put it away or bring it back."""
    return ChatOut.of(await ask(DescribeConversation(conversation_id, body.title, body.archived)))


@router.delete("/{conversation_id}", status_code=204, operation_id="forget_chat", summary="Remove a conversation")
async def forget_chat(conversation_id: ConversationId, ask: Ask) -> None:
    """Remove a conversation with its executions and their traces, for good."""
    await ask(ForgetConversation(conversation_id))
