"""Commands about the handoffs of agents."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pydantic

from dynagent.application.shared.caller import Caller
from dynagent.application.shared.messages import Command
from dynagent.core.agents import AgentNotFound, AgentRepository
from dynagent.core.handoffs import (
    MAX_HANDOFFS,
    Handoff,
    HandoffChangedMeanwhile,
    HandoffExists,
    HandoffNotFound,
    Handoffs,
    TooManyHandoffs,
)
from dynagent.core.shared.clock import Clock, utc_now
from dynagent.core.shared.errors import InvalidInput, Violation
from dynagent.core.shared.ids import NewId, is_id, new_id
from dynagent.core.shared.paging import PageRequest
from dynagent.core.shared.unit_of_work import UnitOfWork
from dynagent.core.workflows import Condition, Conditions


@dataclass(frozen=True, kw_only=True)
class AddHandoff(
    Command[Handoff], needs="agents:write", raises=(AgentNotFound, HandoffExists, TooManyHandoffs, InvalidInput)
):
    """Let an agent hand over to another. Raises AgentNotFound, HandoffExists, TooManyHandoffs, InvalidInput."""

    agent_id: str
    target_agent_id: str
    description: str
    condition: Mapping[str, Any] | None = None
    input_mapping: Mapping[str, str] = field(default_factory=dict[str, str])


@dataclass(frozen=True)
class ChangeHandoff(
    Command[Handoff],
    needs="agents:write",
    raises=(AgentNotFound, HandoffNotFound, HandoffExists, HandoffChangedMeanwhile, InvalidInput),
):
    """Change fields of a handoff; runs that begin afterwards keep to it.

    Raises AgentNotFound, HandoffNotFound, HandoffExists, HandoffChangedMeanwhile, InvalidInput.
    """

    agent_id: str
    handoff_id: str
    changes: Mapping[str, Any]


@dataclass(frozen=True)
class RemoveHandoff(Command[None], needs="agents:write", raises=(AgentNotFound, HandoffNotFound)):
    """Take a handoff away. Raises AgentNotFound, HandoffNotFound."""

    agent_id: str
    handoff_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HandoffChecks:
    """Refuses what may not become a handoff, and finds those that are an agent's."""

    agents: AgentRepository
    handoffs: Handoffs
    conditions: Conditions

    async def of_agent(self, agent_id: str, handoff_id: str) -> Handoff:
        """Return the agent's handoff. Raises AgentNotFound, HandoffNotFound."""
        agent = await self.agents.existing(agent_id)
        handoff = await self.handoffs.existing(handoff_id)
        if handoff.agent_id != agent.id:
            raise HandoffNotFound(f"agent {agent.id} has no handoff {handoff_id!r}")
        return handoff

    async def check(self, handoff: Handoff) -> None:
        """Refuse with InvalidInput what names an agent that is not there, or cannot be judged."""
        target = handoff.target_agent_id
        violations: list[Violation] = []
        if target == handoff.agent_id:
            violations.append(Violation("/target_agent_id", "no_self", "an agent cannot hand over to itself"))
        elif not is_id(target) or await self.agents.get_by_id(target) is None:
            violations.append(Violation("/target_agent_id", "known_agent", f"there is no agent {target!r}"))
        fault = None if handoff.condition is None else self._condition_fault(handoff.condition)
        if fault is not None:
            violations.append(Violation("/condition", "condition", fault))
        if violations:
            raise InvalidInput("the handoff cannot be used like this", violations=violations)

    def _condition_fault(self, condition: Mapping[str, Any]) -> str | None:
        try:
            return self.conditions.fault(Condition.model_validate(condition))
        except pydantic.ValidationError as error:
            first = error.errors(include_url=False, include_input=False)[0]
            return f"{'/'.join(map(str, first['loc']))}: {first['msg']}"


@dataclass(frozen=True, slots=True, kw_only=True)
class AddHandoffHandler:
    """Handles AddHandoff."""

    checks: HandoffChecks
    uow: UnitOfWork
    clock: Clock = utc_now
    new_id: NewId = new_id

    async def __call__(self, message: AddHandoff, caller: Caller) -> Handoff:
        """Return the new handoff."""
        agent = await self.checks.agents.existing(message.agent_id)
        count = (await self.checks.handoffs.of_agent(agent.id, PageRequest(limit=1))).total
        if count >= MAX_HANDOFFS:
            raise TooManyHandoffs(f"an agent has at most {MAX_HANDOFFS} handoffs", extra={"limit": MAX_HANDOFFS})
        now = self.clock()
        handoff = Handoff(
            id=self.new_id(),
            user_id=agent.user_id,
            agent_id=agent.id,
            target_agent_id=message.target_agent_id,
            description=message.description,
            condition=None if message.condition is None else dict(message.condition),
            input_mapping=dict(message.input_mapping),
            created_at=now,
            updated_at=now,
        )
        await self.checks.check(handoff)
        await self.checks.handoffs.create(handoff)
        await self.uow.commit()
        return handoff


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeHandoffHandler:
    """Handles ChangeHandoff."""

    checks: HandoffChecks
    uow: UnitOfWork
    clock: Clock = utc_now

    async def __call__(self, message: ChangeHandoff, caller: Caller) -> Handoff:
        """Return the changed handoff."""
        handoff = await self.checks.of_agent(message.agent_id, message.handoff_id)
        changed = handoff.changed(message.changes, now=self.clock())
        await self.checks.check(changed)
        await self.checks.handoffs.update(changed)
        await self.uow.commit()
        return changed


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoveHandoffHandler:
    """Handles RemoveHandoff."""

    checks: HandoffChecks
    uow: UnitOfWork

    async def __call__(self, message: RemoveHandoff, caller: Caller) -> None:
        """Remove it."""
        handoff = await self.checks.of_agent(message.agent_id, message.handoff_id)
        await self.checks.handoffs.delete(handoff.id)
        await self.uow.commit()
