"""Commands about the guardrails of agents."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from dynagent.application.shared.caller import Caller
from dynagent.application.shared.messages import Command
from dynagent.core.agents import AgentNotFound, AgentRepository
from dynagent.core.guardrails import (
    MAX_GUARDRAILS,
    ConfigFault,
    Guardrail,
    GuardrailChangedMeanwhile,
    GuardrailNotFound,
    Guardrails,
    TooManyGuardrails,
    checked,
)
from dynagent.core.language_models import ChatModels
from dynagent.core.shared.clock import Clock, utc_now
from dynagent.core.shared.errors import InvalidInput, Violation
from dynagent.core.shared.guards import Action, Kind, Stage
from dynagent.core.shared.ids import NewId, new_id
from dynagent.core.shared.paging import PageRequest
from dynagent.core.shared.unit_of_work import UnitOfWork


@dataclass(frozen=True, kw_only=True)
class AddGuardrail(Command[Guardrail], needs="agents:write", raises=(AgentNotFound, TooManyGuardrails, InvalidInput)):
    """Give an agent a guardrail. Raises AgentNotFound, TooManyGuardrails, InvalidInput."""

    agent_id: str
    name: str
    kind: Kind
    stage: Stage
    action: Action = "block"
    config: Mapping[str, Any] = field(default_factory=dict[str, Any])
    hold_back: bool = True
    enabled: bool = True


@dataclass(frozen=True)
class ChangeGuardrail(
    Command[Guardrail],
    needs="agents:write",
    raises=(AgentNotFound, GuardrailNotFound, GuardrailChangedMeanwhile, InvalidInput),
):
    """Change fields of a guardrail; runs that begin afterwards keep to it.

    Raises AgentNotFound, GuardrailNotFound, GuardrailChangedMeanwhile, InvalidInput.
    """

    agent_id: str
    guardrail_id: str
    changes: Mapping[str, Any]


@dataclass(frozen=True)
class RemoveGuardrail(Command[None], needs="agents:write", raises=(AgentNotFound, GuardrailNotFound)):
    """Take a guardrail away. Raises AgentNotFound, GuardrailNotFound."""

    agent_id: str
    guardrail_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class GuardrailChecks:
    """Refuses what may not become a guardrail, and finds those that are an agent's."""

    agents: AgentRepository
    guardrails: Guardrails
    models: ChatModels
    fault_of: ConfigFault

    async def of_agent(self, agent_id: str, guardrail_id: str) -> Guardrail:
        """Return the agent's guardrail. Raises AgentNotFound, GuardrailNotFound."""
        agent = await self.agents.existing(agent_id)
        guardrail = await self.guardrails.existing(guardrail_id)
        if guardrail.agent_id != agent.id:
            raise GuardrailNotFound(f"agent {agent.id} has no guardrail {guardrail_id!r}")
        return guardrail

    def sound(self, guardrail: Guardrail) -> Guardrail:
        """Return it as it is stored. Raises InvalidInput with what does not fit, the judge's model included."""
        guardrail = checked(guardrail, self.fault_of)
        model = guardrail.config.get("model")
        if model is not None and not self.models.knows(model):
            unknown = Violation("/config/model", "known_model", f"no model answers to the name {model!r}")
            raise InvalidInput("the guardrail names a model that is not there", violations=[unknown])
        return guardrail


@dataclass(frozen=True, slots=True, kw_only=True)
class AddGuardrailHandler:
    """Handles AddGuardrail."""

    checks: GuardrailChecks
    uow: UnitOfWork
    clock: Clock = utc_now
    new_id: NewId = new_id

    async def __call__(self, message: AddGuardrail, caller: Caller) -> Guardrail:
        """Return the new guardrail."""
        agent = await self.checks.agents.existing(message.agent_id)
        count = (await self.checks.guardrails.of_agent(agent.id, PageRequest(limit=1))).total
        if count >= MAX_GUARDRAILS:
            raise TooManyGuardrails(
                f"an agent has at most {MAX_GUARDRAILS} guardrails", extra={"limit": MAX_GUARDRAILS}
            )
        now = self.clock()
        guardrail = self.checks.sound(
            Guardrail(
                id=self.new_id(),
                user_id=agent.user_id,
                agent_id=agent.id,
                name=message.name,
                kind=message.kind,
                stage=message.stage,
                action=message.action,
                config=dict(message.config),
                hold_back=message.hold_back,
                enabled=message.enabled,
                created_at=now,
                updated_at=now,
            )
        )
        await self.checks.guardrails.create(guardrail)
        await self.uow.commit()
        return guardrail


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeGuardrailHandler:
    """Handles ChangeGuardrail."""

    checks: GuardrailChecks
    uow: UnitOfWork
    clock: Clock = utc_now

    async def __call__(self, message: ChangeGuardrail, caller: Caller) -> Guardrail:
        """Return the changed guardrail."""
        guardrail = await self.checks.of_agent(message.agent_id, message.guardrail_id)
        changed = self.checks.sound(guardrail.changed(message.changes, now=self.clock()))
        await self.checks.guardrails.update(changed)
        await self.uow.commit()
        return changed


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoveGuardrailHandler:
    """Handles RemoveGuardrail."""

    checks: GuardrailChecks
    uow: UnitOfWork

    async def __call__(self, message: RemoveGuardrail, caller: Caller) -> None:
        """Remove it."""
        guardrail = await self.checks.of_agent(message.agent_id, message.guardrail_id)
        await self.checks.guardrails.delete(guardrail.id)
        await self.uow.commit()
