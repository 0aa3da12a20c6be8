"""Commands that end an agent or switch it: delete, bulk enable and disable."""

from collections.abc import Sequence
from dataclasses import KW_ONLY, dataclass, field

from dynagent.application.shared.caller import Caller
from dynagent.application.shared.messages import Command
from dynagent.core.agents import (
    Agent,
    AgentChangedMeanwhile,
    AgentDeleted,
    AgentNotFound,
    AgentRepository,
    AgentStatus,
    AgentUpdated,
)
from dynagent.core.shared.clock import Clock, utc_now
from dynagent.core.shared.ids import is_id
from dynagent.core.shared.unit_of_work import UnitOfWork
from dynagent.core.shared.uses import InUse, Uses, refuse_used


@dataclass(frozen=True)
class DeleteAgent(Command[Agent], needs="agents:write", raises=(AgentNotFound, AgentChangedMeanwhile, InUse)):
    """Remove an agent with its versions, context and schedules; its executions stay. Returns what was removed.

    Raises AgentNotFound, AgentChangedMeanwhile; InUse when others name it, unless by `force`.
    """

    agent_id: str
    expected_version: int | None = None
    force: bool = False


@dataclass(frozen=True)
class StatusChange:
    """What a bulk change of status did: the agents as they are now, and the ids that named none."""

    agents: Sequence[Agent] = field(default_factory=tuple)
    not_found: Sequence[str] = field(default_factory=tuple)


@dataclass(frozen=True)
class SetAgentStatus(Command[StatusChange], needs="agents:write", raises=(AgentNotFound, AgentChangedMeanwhile)):
    """Give several agents a status, all in one transaction; a disabled agent takes no runs.

    Raises AgentNotFound, AgentChangedMeanwhile for one that somebody else removes or changes at the same time.
    """

    agent_ids: Sequence[str]
    status: AgentStatus


@dataclass(frozen=True, slots=True)
class DeleteAgentHandler:
    """Handles DeleteAgent."""

    agents: AgentRepository
    uses: Uses
    uow: UnitOfWork
    _: KW_ONLY
    clock: Clock = utc_now

    async def __call__(self, message: DeleteAgent, caller: Caller) -> Agent:
        """Return the agent as it was."""
        agent = await self.agents.existing(message.agent_id)
        agent.check_version(message.expected_version)
        name = agent.configuration.name
        if not message.force:
            refuse_used(f"the agent {name!r}", await self.uses.of_agent(agent.id, agent.slug, name))
        await self.agents.delete(agent.id)
        self.uow.record(
            AgentDeleted(
                occurred_at=self.clock(),
                user_id=caller.user_id,
                agent_id=agent.id,
                version=agent.version,
                slug=agent.slug,
                agent_name=name,
            )
        )
        await self.uow.commit()
        return agent


@dataclass(frozen=True, slots=True)
class SetAgentStatusHandler:
    """Handles SetAgentStatus."""

    agents: AgentRepository
    uow: UnitOfWork
    _: KW_ONLY
    clock: Clock = utc_now

    async def __call__(self, message: SetAgentStatus, caller: Caller) -> StatusChange:
        """Return the agents as they are now; unknown ids are reported, not refused."""
        changed: list[Agent] = []
        missing: list[str] = []
        for agent_id in dict.fromkeys(message.agent_ids):
            agent = await self.agents.get_by_id(agent_id) if is_id(agent_id) else None
            if agent is None:
                missing.append(agent_id)
                continue
            changed.append(await self._switch(agent, message.status))
        await self.uow.commit()
        return StatusChange(tuple(changed), tuple(missing))

    async def _switch(self, agent: Agent, status: AgentStatus) -> Agent:
        if agent.status == status:
            return agent
        switched = await self.agents.update(agent.with_status(status, now=self.clock()))
        self.uow.record(
            AgentUpdated(
                occurred_at=switched.updated_at,
                user_id=agent.user_id,
                agent_id=agent.id,
                version=agent.version,
            )
        )
        return switched
