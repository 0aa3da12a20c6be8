"""Routes of tools."""

from typing import Annotated

from fastapi import Path, Query, Request, Response
from fastapi.responses import JSONResponse

from dynagent.application.commands.executions.tool_calls import QueueToolCall
from dynagent.application.commands.tools import ExecuteTool, RemoveTool, RestoreToolVersion, SetToolStatus, UpdateTool
from dynagent.application.queries.tools import GetTool, GetToolVersion, ListTools, ListToolVersions
from dynagent.core.shared.paging import MAX_LIMIT, PageRequest
from dynagent.core.tools import ToolFilter, ToolKind
from dynagent.presentation.api.shared.dependencies import Ask
from dynagent.presentation.api.shared.etag import MatchedVersion, set_version
from dynagent.presentation.api.shared.forcing import Force
from dynagent.presentation.api.shared.paging import PageOf, link_next
from dynagent.presentation.api.shared.router import noun_router
from dynagent.presentation.api.tools.bodies import (
    CallBody,
    CallOut,
    QueuedCallOut,
    ToolBody,
    ToolChanges,
    ToolList,
    ToolOut,
    ToolStatusBody,
    ToolVersionList,
    ToolVersionOut,
)
from dynagent.presentation.api.tools.source import SourceRoute
from dynagent.presentation.api.tools.toolsfile import ImportedTools, ToolsFileBody

router = noun_router("tools", "Tools", SourceRoute)
of_agents = noun_router("agents", "Agents")

VersionNumber = Annotated[int, Path(ge=1, le=2**31 - 1)]
Search = Annotated[str | None, Query(max_length=200, description="In name, description and tags.")]


@router.get("", operation_id="list_tools", summary="List tools")
async def list_tools(
    *,
    request: Request,
    response: Response,
    page: PageOf,
    ask: Ask,
    search: Search = None,
    kind: ToolKind | None = None,
    tag: Annotated[str | None, Query(max_length=40)] = None,
) -> ToolList:
    """Give all tools that an agent can have, prebuilt and registered, sorted by name."""
    found = await ask(ListTools(ToolFilter(search=search, kind=kind, tag=tag), page))
    link_next(request, response, found)
    return ToolList.of(found)


@router.post("/register", status_code=201, operation_id="register_tool", summary="Register a tool")
async def register_tool(body: ToolBody, response: Response, ask: Ask) -> ToolOut:
    """Screen a source and store it as a tool; its schema is read from the signature, nothing is executed."""
    tool = await ask(body.message())
    response.headers["Location"] = f"/api/tools/{tool.name}"
    set_version(response, tool.version)
    return ToolOut.of_custom(tool)


@router.post("/import", operation_id="import_tools", summary="Import the tools of a file")
async def import_tools(body: ToolsFileBody, ask: Ask) -> ImportedTools:
    """Find the LangChain tools of a Python file and register them all, or none; nothing of it is executed."""
    return ImportedTools.of(await ask(body.message()))


@router.post(
    "/execute",
    operation_id="execute_tool",
    summary="Call a tool",
    response_model=CallOut,
    responses={202: {"model": QueuedCallOut, "description": "Accepted (`async`); `Location` names the execution."}},
)
async def execute_tool(body: CallBody, ask: Ask) -> CallOut | Response:
    """Call one tool and give its result, or put the call into the queue."""
    if body.mode == "sync":
        return CallOut.of(await ask(ExecuteTool(body.name, body.arguments)))
    queued = QueuedCallOut.of(await ask(QueueToolCall(body.name, body.arguments)))
    location = f"/api/v1/executions/{queued.execution_id}"
    return JSONResponse(queued.model_dump(mode="json"), 202, headers={"Location": location})


@router.get("/{name}", operation_id="get_tool", summary="Get a tool")
async def get_tool(name: str, response: Response, ask: Ask) -> ToolOut:
    """Give one tool, a registered one with source and policy."""
    tool = await ask(GetTool(name))
    set_version(response, tool.version)
    return ToolOut.of(tool)


@router.put("/{name}", operation_id="update_tool", summary="Change a registered tool")
async def update_tool(name: str, body: ToolChanges, response: Response, matched: MatchedVersion, ask: Ask) -> ToolOut:
    """Change a registered tool; this makes its next version."""
    message = UpdateTool(
        name=name,
        description=body.description,
        code=body.code,
        policy=body.policy,
        tags=body.tags,
        expected_version=matched or body.version,
    )
    tool = await ask(message)
    set_version(response, tool.version)
    return ToolOut.of_custom(tool)


@router.delete("/{name}", status_code=204, operation_id="remove_tool", summary="Remove a registered tool")
async def remove_tool(request: Request, name: str, ask: Ask, force: Force = False) -> None:
    """Remove a registered tool."""
    await ask(RemoveTool(name, force))


@router.put("/{name}/status", operation_id="set_tool_status", summary="Switch a registered tool off or on")
async def set_tool_status(name: str, body: ToolStatusBody, response: Response, ask: Ask) -> ToolOut:
    """Refuse the calls of a tool for a while, without removing it; its version stays."""
    tool = await ask(SetToolStatus(name, body.disabled, body.reason))
    set_version(response, tool.version)
    return ToolOut.of_custom(tool)


@router.get("/{name}/versions", operation_id="list_tool_versions", summary="List a tool's versions")
async def list_tool_versions(
    request: Request, response: Response, name: str, page: PageOf, ask: Ask
) -> ToolVersionList:
    """Give all versions of a registered tool with their sources, newest first."""
    found = await ask(ListToolVersions(name, page))
    link_next(request, response, found)
    return ToolVersionList.of(found)


@router.get("/{name}/versions/{version}", operation_id="get_tool_version", summary="Get a tool's version")
async def get_tool_version(name: str, version: VersionNumber, ask: Ask) -> ToolVersionOut:
    """Give one version of a registered tool."""
    return ToolVersionOut.of(await ask(GetToolVersion(name, version)))


@router.post(
    "/{name}/versions/{version}/restore", operation_id="restore_tool_version", summary="Restore a tool's version"
)
async def restore_tool_version(
    name: str, version: VersionNumber, response: Response, matched: MatchedVersion, ask: Ask
) -> ToolOut:
    """Make an earlier version the next one; its source is screened anew."""
    tool = await ask(RestoreToolVersion(name, version, matched))
    set_version(response, tool.version)
    return ToolOut.of_custom(tool)


@of_agents.get("/tools/available", operation_id="list_attachable_tools", summary="List tools an agent can have")
async def list_attachable_tools(ask: Ask) -> ToolList:
    """Give the first 500 tools of `GET /api/tools`."""
    return ToolList.of(await ask(ListTools(page=PageRequest(limit=MAX_LIMIT))))
