"""Routes of agents."""

from collections.abc import Sequence
from contextlib import suppress
from typing import Annotated

from fastapi import Depends, Path, Query, Request, Response

from dynagent.application.commands.agents import (
    CloneAgent,
    CreateAgent,
    DeleteAgent,
    RestoreAgentVersion,
    SetAgentStatus,
    UpdateAgent,
)
from dynagent.application.queries.agents import (
    BaseNames,
    GetAgent,
    GetAgentVersion,
    ListAgents,
    ListAgentVersions,
    ListEverybodysAgents,
    ModelFacts,
    NameKnowledgeBases,
    NameModels,
)
from dynagent.core.agents import Agent, AgentFilter, AgentKind, AgentStatus
from dynagent.core.identity import PermissionDenied
from dynagent.core.shared.ids import is_id
from dynagent.presentation.api.agents.bodies import (
    AgentBody,
    AgentChanges,
    AgentList,
    AgentOut,
    AgentRemoved,
    AgentVersionList,
    AgentVersionOut,
    BulkBody,
    BulkOut,
    CloneBody,
)
from dynagent.presentation.api.agents.forms import check_form, described_forms
from dynagent.presentation.api.shared.dependencies import Ask, Asker
from dynagent.presentation.api.shared.etag import MatchedVersion, set_version
from dynagent.presentation.api.shared.forcing import Force
from dynagent.presentation.api.shared.owners import AskToRead, ListOf
from dynagent.presentation.api.shared.paging import PageOf, link_next
from dynagent.presentation.api.shared.router import noun_router

router = noun_router("agents", "Agents")

VersionNumber = Annotated[int, Path(ge=1, le=2**31 - 1)]


@router.post(
    "",
    status_code=201,
    operation_id="create_agent",
    summary="Create an agent",
    dependencies=[Depends(check_form)],
    openapi_extra=described_forms(),
)
async def create_agent(body: AgentBody, response: Response, ask: Ask) -> AgentOut:
    """Make an agent. Here only `name` is required; `POST /api/v1/agents` wants more."""
    agent = await ask(CreateAgent(body.configuration(), body.knowledge_base_ids() or (), body.status))
    response.headers["Location"] = f"/api/agents/{agent.id}"
    return await _answer(ask, agent, response)


@router.get("", operation_id="list_agents", summary="List agents")
async def list_agents(
    *,
    request: Request,
    response: Response,
    page: PageOf,
    lister: ListOf,
    search: Annotated[str | None, Query(max_length=200, description="In name, description and slug.")] = None,
    status: AgentStatus | None = None,
    kind: AgentKind | None = None,
    tool: Annotated[str | None, Query(max_length=64, description="Has this tool.")] = None,
    model: Annotated[str | None, Query(max_length=200)] = None,
) -> AgentList:
    """Give your agents, newest first; with `owner` those of somebody else or of everybody."""
    wanted = AgentFilter(search=search, status=status, kind=kind, tool=tool, model=model)
    found = await lister.ask((ListEverybodysAgents if lister.everybody else ListAgents)(wanted, page))
    link_next(request, response, found)
    # Names of models are those that the caller sees: of others' own models there is only the id.
    return AgentList.of(found, await _facts(lister.ask, found.items), await _bases(lister.ask, found.items))


@router.post("/bulk", operation_id="set_agents_status", summary="Enable or disable agents")
async def set_agents_status(body: BulkBody, ask: Ask) -> BulkOut:
    """Enable or disable several agents at once; a disabled agent takes no runs."""
    status = "active" if body.action == "enable" else "disabled"
    change = await ask(SetAgentStatus(body.ids, status))
    return BulkOut.of(change, await _facts(ask, change.agents), await _bases(ask, change.agents))


@router.get("/{agent_id}", operation_id="get_agent", summary="Get an agent")
async def get_agent(agent_id: str, response: Response, ask: AskToRead) -> AgentOut:
    """Give one agent; its ETag is its version."""
    agent = await ask(GetAgent(agent_id))
    return await _answer(ask, agent, response)


@router.put("/{agent_id}", operation_id="update_agent", summary="Change an agent")
async def update_agent(
    agent_id: str,
    body: AgentChanges,
    response: Response,
    matched: MatchedVersion,
    ask: Ask,
) -> AgentOut:
    """Change the given fields; this makes the agent's next version."""
    agent = await ask(UpdateAgent(agent_id, body.changes(), matched or body.version, body.knowledge_base_ids()))
    return await _answer(ask, agent, response)


@router.delete("/{agent_id}", operation_id="delete_agent", summary="Delete an agent")
async def delete_agent(agent_id: str, matched: MatchedVersion, ask: Ask, force: Force = False) -> AgentRemoved:
    """Remove an agent with its versions, context and schedules; its executions stay."""
    agent = await ask(DeleteAgent(agent_id, matched, force))
    return AgentRemoved(
        message=f"Agent '{agent.configuration.name}' successfully removed",
        workflow_updated=agent.status in ("active", "error"),
    )


@router.post("/{agent_id}/clone", status_code=201, operation_id="clone_agent", summary="Clone an agent")
async def clone_agent(agent_id: str, response: Response, ask: Ask, body: CloneBody | None = None) -> AgentOut:
    """Make a new agent with the same configuration."""
    agent = await ask(CloneAgent(agent_id, body.name if body else None))
    response.headers["Location"] = f"/api/agents/{agent.id}"
    return await _answer(ask, agent, response)


@router.get("/{agent_id}/versions", operation_id="list_agent_versions", summary="List an agent's versions")
async def list_agent_versions(
    request: Request, response: Response, agent_id: str, page: PageOf, ask: AskToRead
) -> AgentVersionList:
    """Give all versions of the configuration, newest first."""
    found = await ask(ListAgentVersions(agent_id, page))
    link_next(request, response, found)
    return AgentVersionList.of(found)


@router.get("/{agent_id}/versions/{version}", operation_id="get_agent_version", summary="Get an agent's version")
async def get_agent_version(agent_id: str, version: VersionNumber, ask: AskToRead) -> AgentVersionOut:
    """Give one version of the configuration."""
    return AgentVersionOut.of(await ask(GetAgentVersion(agent_id, version)))


@router.post(
    "/{agent_id}/versions/{version}/restore", operation_id="restore_agent_version", summary="Restore a version"
)
async def restore_agent_version(
    agent_id: str,
    version: VersionNumber,
    response: Response,
    matched: MatchedVersion,
    ask: Ask,
) -> AgentOut:
    """Make an earlier configuration the next version."""
    agent = await ask(RestoreAgentVersion(agent_id, version, matched))
    return await _answer(ask, agent, response)


async def _answer(ask: Asker, agent: Agent, response: Response) -> AgentOut:
    set_version(response, agent.version)
    return AgentOut.of(agent, await _facts(ask, [agent]), await _bases(ask, [agent]))


async def _bases(ask: Asker, agents: Sequence[Agent]) -> BaseNames:
    """Return the agents' knowledge bases; whoever may write agents and not read them is told of none."""
    with suppress(PermissionDenied):
        return await ask(NameKnowledgeBases(tuple(agent.id for agent in agents))) if agents else {}
    return {}


async def _facts(ask: Asker, agents: Sequence[Agent]) -> ModelFacts:
    """Return what is kept of the models whose name or temperature the answers need."""
    wanted = {
        agent.configuration.model
        for agent in agents
        if is_id(agent.configuration.model or "") or agent.configuration.temperature is None
    }
    references = frozenset(reference for reference in wanted if reference)
    return await ask(NameModels(references)) if references else {}
