"""Commands about the tools of an agent, one by one; each makes its next version."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from dynagent.application.commands.agents.configure import AgentWriter
from dynagent.application.shared.caller import Caller
from dynagent.application.shared.messages import Command
from dynagent.core.agents import (
    Agent,
    AgentChangedMeanwhile,
    AgentNotFound,
    AgentRepository,
    ToolAlreadyAttached,
    ToolAttachment,
    ToolNotAttached,
    TooManyTools,
    with_changed_tool,
    with_tool,
    without_tool,
)
from dynagent.core.shared.errors import InvalidInput


@dataclass(frozen=True)
class AttachTool(
    Command[Agent],
    needs="agents:write",
    raises=(AgentNotFound, ToolAlreadyAttached, TooManyTools, InvalidInput, AgentChangedMeanwhile),
):
    """Give an agent a tool. Raises AgentNotFound, ToolAlreadyAttached, TooManyTools, InvalidInput.

    Raises AgentChangedMeanwhile when `expected_version` is not the current one.
    """

    agent_id: str
    tool: ToolAttachment
    requires_approval: bool = False
    expected_version: int | None = None


@dataclass(frozen=True)
class ChangeAttachedTool(
    Command[Agent],
    needs="agents:write",
    raises=(AgentNotFound, ToolNotAttached, InvalidInput, AgentChangedMeanwhile),
):
    """Change type, settings or need of approval of an agent's tool. Raises as AttachTool, ToolNotAttached."""

    agent_id: str
    name: str
    changes: Mapping[str, Any]
    requires_approval: bool | None = None
    expected_version: int | None = None


@dataclass(frozen=True)
class DetachTool(Command[Agent], needs="agents:write", raises=(AgentNotFound, ToolNotAttached, AgentChangedMeanwhile)):
    """Take a tool from an agent. Raises AgentNotFound, ToolNotAttached, AgentChangedMeanwhile."""

    agent_id: str
    name: str
    expected_version: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AttachToolHandler:
    """Handles AttachTool."""

    agents: AgentRepository
    writer: AgentWriter

    async def __call__(self, message: AttachTool, caller: Caller) -> Agent:
        """Return the agent at its next version."""
        agent = await self.agents.existing(message.agent_id)
        wanted = with_tool(agent.configuration, message.tool, approval=message.requires_approval)
        return await self.writer.change(agent, wanted, message.expected_version)


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeAttachedToolHandler:
    """Handles ChangeAttachedTool."""

    agents: AgentRepository
    writer: AgentWriter

    async def __call__(self, message: ChangeAttachedTool, caller: Caller) -> Agent:
        """Return the agent at its next version; the secrets that it was shown stay as they are."""
        agent = await self.agents.existing(message.agent_id)
        before, changes = agent.configuration, dict(message.changes)
        wanted = with_changed_tool(before, message.name, changes, approval=message.requires_approval)
        return await self.writer.change(agent, wanted.after(before), message.expected_version)


@dataclass(frozen=True, slots=True, kw_only=True)
class DetachToolHandler:
    """Handles DetachTool."""

    agents: AgentRepository
    writer: AgentWriter

    async def __call__(self, message: DetachTool, caller: Caller) -> Agent:
        """Return the agent at its next version."""
        agent = await self.agents.existing(message.agent_id)
        return await self.writer.change(
            agent, without_tool(agent.configuration, message.name), message.expected_version
        )
