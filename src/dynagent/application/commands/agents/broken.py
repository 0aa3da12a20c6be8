"""Agents that name what is gone: an agent, a tool or a model that was removed although they use it."""

from dataclasses import KW_ONLY, dataclass

from dynagent.application.commands.agents.lifecycle import StatusChange
from dynagent.application.shared.caller import Caller
from dynagent.application.shared.messages import Command
from dynagent.core.agents import Agent, AgentRepository, AgentUpdated
from dynagent.core.shared.clock import Clock, utc_now
from dynagent.core.shared.unit_of_work import UnitOfWork
from dynagent.core.shared.uses import Use, Uses

MOST_MARKED = 10_000


@dataclass(frozen=True)
class MarkBrokenAgents(Command[StatusChange], needs="system"):
    """Mark the caller's active agents that name what is gone with the status `error`; they go on taking runs.

    What is gone is one of: an agent (id, slug, name), a tool (its name), a model (id, name).
    """

    agent: tuple[str, str, str] | None = None
    tool: str | None = None
    model: tuple[str, str] | None = None


@dataclass(frozen=True, slots=True)
class MarkBrokenAgentsHandler:
    """Handles MarkBrokenAgents."""

    agents: AgentRepository
    uses: Uses
    uow: UnitOfWork
    _: KW_ONLY
    clock: Clock = utc_now

    async def __call__(self, message: MarkBrokenAgents, caller: Caller) -> StatusChange:
        """Return the agents that were active and are marked now; a second time there are none."""
        marked: list[Agent] = []
        ids = dict.fromkeys(use.id for use in await self._users(message) if use.kind == "agent" and use.id)
        for id in ids:
            agent = await self.agents.get_by_id(id)
            if agent is None or agent.status != "active":
                continue
            switched = await self.agents.update(agent.with_status("error", now=self.clock()))
            self.uow.record(
                AgentUpdated(
                    occurred_at=switched.updated_at, user_id=agent.user_id, agent_id=agent.id, version=agent.version
                )
            )
            marked.append(switched)
        await self.uow.commit()
        return StatusChange(tuple(marked))

    async def _users(self, message: MarkBrokenAgents) -> list[Use]:
        if message.agent is not None:
            return await self.uses.of_agent(*message.agent, most=MOST_MARKED)
        if message.tool is not None:
            return await self.uses.of_tool(message.tool, most=MOST_MARKED)
        if message.model is not None:
            return await self.uses.of_model(*message.model, shared=False, most=MOST_MARKED)
        return []
