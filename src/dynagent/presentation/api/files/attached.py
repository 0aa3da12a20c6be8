"""Routes of the files attached to agents and workflows."""

from fastapi import Request, Response

from dynagent.application.commands.files import AttachFile, DetachFile
from dynagent.application.queries.files import ListAttachedFiles
from dynagent.presentation.api.files.bodies import AttachBody, FileList, FileOut
from dynagent.presentation.api.shared.dependencies import Ask
from dynagent.presentation.api.shared.paging import PageOf, link_next
from dynagent.presentation.api.shared.router import noun_router

of_agents = noun_router("agents", "Files")
of_workflows = noun_router("workflows", "Files")


@of_agents.post(
    "/{agent_id}/files", status_code=201, operation_id="attach_file_to_agent", summary="Attach a file to an agent"
)
async def attach_file_to_agent(agent_id: str, body: AttachBody, ask: Ask) -> FileOut:
    """Attach a file: runs of the agent that begin afterwards are given it. Twice is once."""
    return FileOut.of(await ask(AttachFile("agent", agent_id, body.file_id)))


@of_agents.get("/{agent_id}/files", operation_id="list_files_of_agent", summary="List an agent's files")
async def list_files_of_agent(agent_id: str, request: Request, response: Response, page: PageOf, ask: Ask) -> FileList:
    """List the files attached to an agent, newest first."""
    found = await ask(ListAttachedFiles("agent", agent_id, page))
    link_next(request, response, found)
    return FileList.of(found)


@of_agents.delete(
    "/{agent_id}/files/{file_id}",
    status_code=204,
    operation_id="detach_file_from_agent",
    summary="Detach a file from an agent",
)
async def detach_file_from_agent(agent_id: str, file_id: str, ask: Ask) -> None:
    """Detach a file; the file itself stays."""
    await ask(DetachFile("agent", agent_id, file_id))


@of_workflows.post(
    "/{workflow_id}/files",
    status_code=201,
    operation_id="attach_file_to_workflow",
    summary="Attach a file to a workflow",
)
async def attach_file_to_workflow(workflow_id: str, body: AttachBody, ask: Ask) -> FileOut:
    """Attach a file: the agents of runs that begin afterwards are given it. Twice is once."""
    return FileOut.of(await ask(AttachFile("workflow", workflow_id, body.file_id)))


@of_workflows.get("/{workflow_id}/files", operation_id="list_files_of_workflow", summary="List a workflow's files")
async def list_files_of_workflow(
    workflow_id: str, request: Request, response: Response, page: PageOf, ask: Ask
) -> FileList:
    """List the files attached to a workflow, newest first."""
    found = await ask(ListAttachedFiles("workflow", workflow_id, page))
    link_next(request, response, found)
    return FileList.of(found)


@of_workflows.delete(
    "/{workflow_id}/files/{file_id}",
    status_code=204,
    operation_id="detach_file_from_workflow",
    summary="Detach a file from a workflow",
)
async def detach_file_from_workflow(workflow_id: str, file_id: str, ask: Ask) -> None:
    """Detach a file; the file itself stays."""
    await ask(DetachFile("workflow", workflow_id, file_id))
