"""Routes of conversations between agents, and of the rules of who may talk to whom."""

from typing import Annotated, Any

from fastapi import Depends, Query, Request, Response
from fastapi.responses import StreamingResponse
from pydantic import AwareDatetime

from dynagent.application.commands.conversations import (
    ArchiveConversation,
    DeleteConversation,
    SetCommunicationRules,
)
from dynagent.application.queries.conversations import (
    ExportConversation,
    GetCommunicationRules,
    GetConversation,
    GetConversationStats,
    ListConversations,
    ListMessages,
)
from dynagent.core.conversations import (
    CommunicationPolicy,
    ConversationFilter,
    ConversationStatus,
    ExportFormat,
    MessageFilter,
    StatsFilter,
)
from dynagent.presentation.api.conversations.bodies import (
    CommunicationPolicyBody,
    CommunicationPolicyOut,
    ConversationChanges,
    ConversationList,
    ConversationOut,
    ConversationStatsOut,
    MessageList,
)
from dynagent.presentation.api.shared.dependencies import Ask
from dynagent.presentation.api.shared.paging import PageOf, link_next
from dynagent.presentation.api.shared.router import noun_router

router = noun_router("conversations", "Conversations")
rules_router = noun_router("communication-rules", "Conversations")

AgentName = Annotated[str | None, Query(min_length=1, max_length=300)]
Search = Annotated[str | None, Query(min_length=1, max_length=200, description="A part of a message's text.")]
MEDIA_TYPES = {"json": "application/json", "csv": "text/csv; charset=utf-8", "md": "text/markdown; charset=utf-8"}
EXPORT: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "The file.",
        "content": {name.partition(";")[0]: dict[str, Any]() for name in MEDIA_TYPES.values()},
    }
}


async def conversation_filter(
    agent: AgentName = None,
    other: Annotated[
        str | None, Query(alias="with", min_length=1, max_length=300, description="The other agent of the pair.")
    ] = None,
    search: Search = None,
    status: ConversationStatus | None = None,
) -> ConversationFilter:
    """Return which conversations are wanted."""
    return ConversationFilter(agent=agent, other=other, search=search, status=status)


async def message_filter(
    search: Search = None,
    from_agent: AgentName = None,
    to_agent: AgentName = None,
    iteration: Annotated[int | None, Query(ge=0, le=2**31 - 1)] = None,
) -> MessageFilter:
    """Return which messages are wanted."""
    return MessageFilter(search=search, from_agent=from_agent, to_agent=to_agent, iteration=iteration)


async def stats_filter(
    execution_id: Annotated[str | None, Query(max_length=100, description="The run of a team or workflow.")] = None,
    agent: AgentName = None,
    since: Annotated[AwareDatetime | None, Query(description="From this moment on.")] = None,
    until: Annotated[AwareDatetime | None, Query(description="Before this moment.")] = None,
) -> StatsFilter:
    """Return which messages are counted."""
    return StatsFilter(run_id=execution_id, agent=agent, since=since, until=until)


@router.get("", operation_id="list_conversations", summary="List conversations")
async def list_conversations(
    *,
    request: Request,
    response: Response,
    page: PageOf,
    ask: Ask,
    wanted: Annotated[ConversationFilter, Depends(conversation_filter)],
) -> ConversationList:
    """Give the conversations of your agents among themselves, newest first."""
    found = await ask(ListConversations(wanted, page))
    link_next(request, response, found)
    return ConversationList.of(found)


# Before the route of one conversation, whose id would match `stats` too.
@router.get("/stats", operation_id="get_conversation_stats", summary="Statistics of conversations")
async def get_conversation_stats(
    ask: Ask, wanted: Annotated[StatsFilter, Depends(stats_filter)]
) -> ConversationStatsOut:
    """Say how much your agents talk, in all and from whom to whom: of one execution, of an agent, in a time."""
    return ConversationStatsOut.model_validate((await ask(GetConversationStats(wanted))).model_dump())


@router.get("/{conversation_id}", operation_id="get_conversation", summary="Get a conversation")
async def get_conversation(conversation_id: str, ask: Ask) -> ConversationOut:
    """Give one conversation by its agents' names or its UUID."""
    return ConversationOut.of(await ask(GetConversation(conversation_id)))


@router.patch("/{conversation_id}", operation_id="change_conversation", summary="Archive a conversation")
async def change_conversation(conversation_id: str, body: ConversationChanges, ask: Ask) -> ConversationOut:
    """Archive it or bring it back; a new message brings it back as well."""
    return ConversationOut.of(await ask(ArchiveConversation(conversation_id, body.archived)))


@router.delete(
    "/{conversation_id}", status_code=204, operation_id="delete_conversation", summary="Remove a conversation"
)
async def delete_conversation(conversation_id: str, ask: Ask) -> None:
    """Remove it with its messages."""
    await ask(DeleteConversation(conversation_id))


@router.get("/{conversation_id}/messages", operation_id="list_messages", summary="List a conversation's messages")
async def list_messages(
    *,
    conversation_id: str,
    request: Request,
    response: Response,
    page: PageOf,
    ask: Ask,
    wanted: Annotated[MessageFilter, Depends(message_filter)],
) -> MessageList:
    """Give the messages, the latest first."""
    found = await ask(ListMessages(conversation_id, wanted, page))
    link_next(request, response, found)
    return MessageList.of(found)


@router.get(
    "/{conversation_id}/export",
    operation_id="export_conversation",
    summary="Export a conversation",
    responses=EXPORT,
    response_class=StreamingResponse,
)
async def export_conversation(
    conversation_id: str, ask: Ask, form: Annotated[ExportFormat, Query(alias="format")] = "json"
) -> StreamingResponse:
    """Give all messages as a file, oldest first."""
    pieces = await ask(ExportConversation(conversation_id, form))
    headers = {"Content-Disposition": f'attachment; filename="conversation.{form}"'}
    return StreamingResponse(pieces, media_type=MEDIA_TYPES[form], headers=headers)


@rules_router.get("", operation_id="get_communication_rules", summary="Who may talk to whom")
async def get_communication_rules(ask: Ask) -> CommunicationPolicyOut:
    """Give the policy for all agents of the server."""
    return CommunicationPolicyOut.of(await ask(GetCommunicationRules()))


@rules_router.put("", operation_id="set_communication_rules", summary="Say who may talk to whom")
async def set_communication_rules(body: CommunicationPolicyBody, ask: Ask) -> CommunicationPolicyOut:
    """Put another policy in the place of the one before; what is left out is as by default."""
    policy = CommunicationPolicy.model_validate(body.model_dump())
    return CommunicationPolicyOut.of(await ask(SetCommunicationRules(policy)))
