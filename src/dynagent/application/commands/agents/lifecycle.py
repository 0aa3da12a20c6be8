"""Commands that end an agent or switch it: delete, bulk enable and disable."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from dynagent.application.commands.agents.rules import AgentRules
from dynagent.application.shared.bus import Returns
from dynagent.application.shared.caller import Caller
from dynagent.core.agents import Agent, AgentDeleted, AgentRepository, AgentStatus, AgentUpdated
from dynagent.core.shared.clock import Clock, utc_now
from dynagent.core.shared.ids import is_id
from dynagent.core.shared.unit_of_work import UnitOfWork


@dataclass(frozen=True)
class DeleteAgent(Returns[Agent]):
    """Remove an agent and its versions; its executions stay. Returns what was removed.

    Raises AgentNotFound, AgentChangedMeanwhile.
    """

    agent_id: str
    expected_version: int | None = None


@dataclass(frozen=True)
class StatusChange:
    """What a bulk change of status did: the agents as they are now, and the ids that named none."""

    agents: Sequence[Agent] = field(default_factory=tuple)
    not_found: Sequence[str] = field(default_factory=tuple)


@dataclass(frozen=True)
class SetAgentStatus(Returns[StatusChange]):
    """Give several agents a status, all in one transaction; a disabled agent takes no runs."""

    agent_ids: Sequence[str]
    status: AgentStatus


class DeleteAgentHandler:
    """Handles DeleteAgent."""

    def __init__(self, agents: AgentRepository, uow: UnitOfWork, rules: AgentRules, *, clock: Clock = utc_now) -> None:
        self._agents = agents
        self._uow = uow
        self._rules = rules
        self._clock = clock

    async def __call__(self, message: DeleteAgent, caller: Caller) -> Agent:
        """Return the agent as it was."""
        agent = await self._rules.load(message.agent_id)
        agent.check_version(message.expected_version)
        await self._agents.delete(agent.id)
        self._uow.record(
            AgentDeleted(occurred_at=self._clock(), user_id=caller.user_id, agent_id=agent.id, version=agent.version)
        )
        await self._uow.commit()
        return agent


class SetAgentStatusHandler:
    """Handles SetAgentStatus."""

    def __init__(self, agents: AgentRepository, uow: UnitOfWork, *, clock: Clock = utc_now) -> None:
        self._agents = agents
        self._uow = uow
        self._clock = clock

    async def __call__(self, message: SetAgentStatus, caller: Caller) -> StatusChange:
        """Return the agents as they are now; unknown ids are reported, not refused."""
        changed: list[Agent] = []
        missing: list[str] = []
        for agent_id in dict.fromkeys(message.agent_ids):
            agent = await self._agents.get_by_id(agent_id) if is_id(agent_id) else None
            if agent is None:
                missing.append(agent_id)
                continue
            changed.append(await self._switch(agent, message.status))
        await self._uow.commit()
        return StatusChange(tuple(changed), tuple(missing))

    async def _switch(self, agent: Agent, status: AgentStatus) -> Agent:
        if agent.status == status:
            return agent
        switched = await self._agents.update(agent.with_status(status, now=self._clock()))
        self._uow.record(
            AgentUpdated(
                occurred_at=switched.updated_at,
                user_id=agent.user_id,
                agent_id=agent.id,
                version=agent.version,
            )
        )
        return switched
