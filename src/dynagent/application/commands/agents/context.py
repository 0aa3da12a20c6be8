"""Commands about the context of an agent."""

from dataclasses import dataclass
from typing import Any

from dynagent.application.shared.caller import Caller
from dynagent.application.shared.messages import Command
from dynagent.core.agents import (
    AgentContext,
    AgentContextChangedMeanwhile,
    AgentContextExists,
    AgentContextNotFound,
    AgentContexts,
    AgentNotFound,
    AgentRepository,
)
from dynagent.core.shared.clock import Clock, utc_now
from dynagent.core.shared.ids import NewId, new_id
from dynagent.core.shared.unit_of_work import UnitOfWork


@dataclass(frozen=True)
class AddAgentContext(Command[AgentContext], needs="agents:write", raises=(AgentNotFound, AgentContextExists)):
    """Give an agent its context. Raises AgentNotFound, AgentContextExists."""

    agent_id: str
    content: dict[str, Any] | str


@dataclass(frozen=True)
class SetAgentContext(
    Command[AgentContext],
    needs="agents:write",
    raises=(AgentNotFound, AgentContextExists, AgentContextChangedMeanwhile),
):
    """Give an agent this context, whether it has one or not.

    Raises AgentNotFound, AgentContextChangedMeanwhile, AgentContextExists (somebody else added one meanwhile).
    """

    agent_id: str
    content: dict[str, Any] | str
    expected_version: int | None = None


@dataclass(frozen=True)
class RemoveAgentContext(Command[None], needs="agents:write", raises=(AgentNotFound, AgentContextNotFound)):
    """Take an agent's context away. Raises AgentNotFound, AgentContextNotFound."""

    agent_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AddAgentContextHandler:
    """Handles AddAgentContext."""

    agents: AgentRepository
    contexts: AgentContexts
    uow: UnitOfWork
    clock: Clock = utc_now
    new_id: NewId = new_id

    async def __call__(self, message: AddAgentContext, caller: Caller) -> AgentContext:
        """Return the new context at version 1."""
        agent = await self.agents.existing(message.agent_id)
        if await self.contexts.of_agent(agent.id) is not None:
            raise AgentContextExists(f"agent {agent.id} has a context already; change it with PUT")
        now = self.clock()
        added = await self.contexts.create(
            AgentContext(
                id=self.new_id(),
                user_id=agent.user_id,
                agent_id=agent.id,
                content=message.content,
                created_at=now,
                updated_at=now,
            )
        )
        await self.uow.commit()
        return added


@dataclass(frozen=True, slots=True, kw_only=True)
class SetAgentContextHandler:
    """Handles SetAgentContext."""

    agents: AgentRepository
    contexts: AgentContexts
    uow: UnitOfWork
    clock: Clock = utc_now
    new_id: NewId = new_id

    async def __call__(self, message: SetAgentContext, caller: Caller) -> AgentContext:
        """Return the context at its next version; the same content makes none."""
        existing = await self.contexts.of_agent(message.agent_id)
        if existing is None:
            adding = AddAgentContextHandler(
                agents=self.agents, contexts=self.contexts, uow=self.uow, clock=self.clock, new_id=self.new_id
            )
            return await adding(AddAgentContext(message.agent_id, message.content), caller)
        changed = existing.changed(message.content, expected_version=message.expected_version, now=self.clock())
        if existing.content == message.content:
            return existing
        await self.contexts.update(changed)
        await self.uow.commit()
        return changed


@dataclass(frozen=True, slots=True)
class RemoveAgentContextHandler:
    """Handles RemoveAgentContext."""

    agents: AgentRepository
    contexts: AgentContexts
    uow: UnitOfWork

    async def __call__(self, message: RemoveAgentContext, caller: Caller) -> None:
        """Remove it; runs that begin afterwards go without."""
        agent = await self.agents.existing(message.agent_id)
        existing = await self.contexts.of_agent(agent.id)
        if existing is None:
            raise AgentContextNotFound(f"agent {agent.id} has no context")
        await self.contexts.delete(existing.id)
        await self.uow.commit()
