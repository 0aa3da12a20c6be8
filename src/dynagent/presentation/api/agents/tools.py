"""Routes of the tools of an agent, one by one: the same as the lists in its configuration. A tool's id is its name."""

from typing import Annotated, Any

from fastapi import Path, Response
from pydantic import BaseModel, ConfigDict, Field

from dynagent.application.commands.agents.tools import AttachTool, ChangeAttachedTool, DetachTool
from dynagent.application.queries.agents import GetAgent
from dynagent.core.agents import Agent, ToolAttachment, attachment_of
from dynagent.presentation.api.shared.contexts import Bounded
from dynagent.presentation.api.shared.dependencies import Ask
from dynagent.presentation.api.shared.etag import MatchedVersion, set_version
from dynagent.presentation.api.shared.router import noun_router

router = noun_router("agents", "Agents")

ToolId = Annotated[str, Path(min_length=1, max_length=64, description="The tool's name in the agent.")]
Name = Annotated[str, Field(min_length=1, max_length=64)]
Config = Annotated[
    dict[str, Any],
    Bounded,
    Field(description="Settings of its own; for the type `agent`: `agent`, the id or slug of another agent."),
]


class AttachedToolBody(BaseModel):
    """A tool for an agent: by its name alone, or a type with settings under a name of your choice."""

    model_config = ConfigDict(extra="forbid")

    name: Name
    type: Name | None = Field(default=None, description="The tool behind the name; null: the one of this name.")
    config: Config = Field(default_factory=dict)
    requires_approval: bool = False


class AttachedToolChanges(BaseModel):
    """The fields to change; the others stay."""

    model_config = ConfigDict(extra="forbid")

    type: Name | None = None
    config: Config | None = None
    requires_approval: bool | None = None


class AttachedToolOut(BaseModel):
    """A tool of an agent; secrets in its settings are masked."""

    tool_id: str
    agent_id: str
    name: str
    type: str
    config: dict[str, Any]
    requires_approval: bool

    @classmethod
    def of(cls, agent: Agent, name: str) -> "AttachedToolOut":
        """Return the answer for a tool of an agent."""
        configuration = agent.configuration.shown()
        tool = attachment_of(configuration, name)
        return cls(
            tool_id=tool.name,
            agent_id=agent.id,
            name=tool.name,
            type=tool.type,
            config=tool.config,
            requires_approval=name in configuration.requires_approval,
        )


class AttachedToolList(BaseModel):
    """The tools of an agent, in its order."""

    tools: list[AttachedToolOut]
    total: int


@router.post("/{agent_id}/tools", status_code=201, operation_id="add_attached_tool", summary="Give an agent a tool")
async def add_attached_tool(
    agent_id: str, body: AttachedToolBody, response: Response, matched: MatchedVersion, ask: Ask
) -> AttachedToolOut:
    """Give an agent a tool, or another agent as one; makes the agent's next version."""
    tool = ToolAttachment(name=body.name, type=body.type or body.name, config=body.config)
    agent = await ask(AttachTool(agent_id, tool, body.requires_approval, matched))
    response.headers["Location"] = f"/api/v1/agents/{agent.id}/tools/{body.name}"
    set_version(response, agent.version)
    return AttachedToolOut.of(agent, body.name)


@router.get("/{agent_id}/tools", operation_id="list_attached_tools", summary="List an agent's tools")
async def list_attached_tools(agent_id: str, response: Response, ask: Ask) -> AttachedToolList:
    """Give the tools of an agent."""
    agent = await ask(GetAgent(agent_id))
    set_version(response, agent.version)
    tools = [AttachedToolOut.of(agent, name) for name in agent.configuration.all_tools()]
    return AttachedToolList(tools=tools, total=len(tools))


@router.put("/{agent_id}/tools/{tool_id}", operation_id="change_attached_tool", summary="Change an agent's tool")
async def change_attached_tool(
    *, agent_id: str, tool_id: ToolId, body: AttachedToolChanges, response: Response, matched: MatchedVersion, ask: Ask
) -> AttachedToolOut:
    """Change type, settings or need of approval of an agent's tool; makes the agent's next version."""
    changes = body.model_dump(exclude_unset=True, exclude_none=True, exclude={"requires_approval"})
    agent = await ask(ChangeAttachedTool(agent_id, tool_id, changes, body.requires_approval, matched))
    set_version(response, agent.version)
    return AttachedToolOut.of(agent, tool_id)


@router.delete(
    "/{agent_id}/tools/{tool_id}",
    status_code=204,
    operation_id="remove_attached_tool",
    summary="Take a tool from an agent",
)
async def remove_attached_tool(agent_id: str, tool_id: ToolId, matched: MatchedVersion, ask: Ask) -> None:
    """Take a tool from an agent; makes the agent's next version."""
    await ask(DetachTool(agent_id, tool_id, matched))
