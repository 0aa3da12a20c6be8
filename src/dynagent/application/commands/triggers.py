"""Commands about triggers."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from dynagent.application.shared.caller import Caller
from dynagent.application.shared.messages import Command
from dynagent.core.agents import AgentNotFound, AgentRepository
from dynagent.core.shared.clock import Clock, later, utc_now
from dynagent.core.shared.errors import InvalidInput, Violation
from dynagent.core.shared.ids import NewId, new_id
from dynagent.core.shared.paging import PageRequest
from dynagent.core.shared.sealing import SealsSecrets
from dynagent.core.shared.unit_of_work import UnitOfWork
from dynagent.core.triggers import (
    NewSecret,
    TooManyTriggers,
    Trigger,
    TriggerChangedMeanwhile,
    TriggerNotFound,
    Triggers,
    new_secret,
)
from dynagent.core.workflows import WorkflowNotFound, Workflows


class TriggerSettings(BaseSettings):
    """How many triggers a user may have."""

    model_config = SettingsConfigDict(env_file=".env", extra="ignore", frozen=True, env_ignore_empty=True)

    max_triggers_per_user: int = Field(default=100, ge=1)


@dataclass(frozen=True)
class SecretOfTrigger:
    """A trigger with its secret in plain text: shown once, to whoever made it."""

    trigger: Trigger
    secret: str = field(repr=False)


@dataclass(frozen=True, kw_only=True)
class CreateTrigger(
    Command[SecretOfTrigger],
    needs="triggers:write",
    raises=(AgentNotFound, WorkflowNotFound, TooManyTriggers, InvalidInput),
):
    """Have signed messages start an agent or a workflow. Raises AgentNotFound, WorkflowNotFound, TooManyTriggers.

    Raises InvalidInput unless it names one of the two.
    """

    name: str
    agent_id: str | None = None
    workflow_id: str | None = None
    query: str = ""
    inputs: Mapping[str, str] = field(default_factory=dict[str, str])
    replay_window_s: int = 300
    enabled: bool = True


@dataclass(frozen=True)
class ChangeTrigger(
    Command[Trigger], needs="triggers:write", raises=(TriggerNotFound, TriggerChangedMeanwhile, InvalidInput)
):
    """Change fields of a trigger, but for what it starts. Raises TriggerNotFound, TriggerChangedMeanwhile."""

    trigger_id: str
    changes: Mapping[str, Any]


@dataclass(frozen=True)
class RotateTriggerSecret(
    Command[SecretOfTrigger], needs="triggers:write", raises=(TriggerNotFound, TriggerChangedMeanwhile)
):
    """Give a trigger another secret; the old one signs nothing any more. Raises TriggerNotFound."""

    trigger_id: str


@dataclass(frozen=True)
class RemoveTrigger(Command[None], needs="triggers:write", raises=(TriggerNotFound,)):
    """Remove a trigger; what it has started stays. Raises TriggerNotFound."""

    trigger_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TriggerChecks:
    """Refuses what may not become a trigger."""

    triggers: Triggers
    agents: AgentRepository
    workflows: Workflows
    settings: TriggerSettings

    async def check_target(self, agent_id: str | None, workflow_id: str | None) -> None:
        """Refuse unless it names one thing that is there. Raises AgentNotFound, WorkflowNotFound, InvalidInput."""
        if (agent_id is None) == (workflow_id is None):
            found = Violation(
                "/agent_id", "one_of", "name an agent (agent_id) or a workflow (workflow_id), and not both"
            )
            raise InvalidInput("a trigger starts one thing", violations=[found])
        if agent_id is not None:
            await self.agents.existing(agent_id)
        if workflow_id is not None:
            await self.workflows.existing(workflow_id)

    async def check_number(self) -> None:
        """Refuse with TooManyTriggers whoever has as many as he may."""
        most = self.settings.max_triggers_per_user
        count = (await self.triggers.find(PageRequest(limit=1))).total
        if count >= most:
            raise TooManyTriggers(
                f"you have {count} triggers; at most {most} are kept for a user", extra={"limit": most, "count": count}
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class CreateTriggerHandler:
    """Handles CreateTrigger."""

    triggers: Triggers
    uow: UnitOfWork
    checks: TriggerChecks
    box: SealsSecrets
    clock: Clock = utc_now
    new_id: NewId = new_id
    new_secret: NewSecret = new_secret

    async def __call__(self, message: CreateTrigger, caller: Caller) -> SecretOfTrigger:
        """Return the new trigger with its secret."""
        await self.checks.check_target(message.agent_id, message.workflow_id)
        await self.checks.check_number()
        now, id, secret = self.clock(), self.new_id(), self.new_secret()
        trigger = Trigger(
            id=id,
            user_id=caller.user_id,
            agent_id=message.agent_id,
            workflow_id=message.workflow_id,
            name=message.name,
            query=message.query,
            inputs=dict(message.inputs),
            replay_window_s=message.replay_window_s,
            enabled=message.enabled,
            secret_encrypted=self.box.seal(secret, row=id),
            created_at=now,
            updated_at=now,
        )
        await self.triggers.create(trigger)
        await self.uow.commit()
        return SecretOfTrigger(trigger, secret)


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeTriggerHandler:
    """Handles ChangeTrigger."""

    triggers: Triggers
    uow: UnitOfWork
    clock: Clock = utc_now

    async def __call__(self, message: ChangeTrigger, caller: Caller) -> Trigger:
        """Return the changed trigger."""
        trigger = await self.triggers.existing(message.trigger_id)
        update = {**message.changes, "updated_at": later(self.clock(), trigger.updated_at)}
        changed = trigger.model_copy(update=update)
        await self.triggers.update(changed)
        await self.uow.commit()
        return changed


@dataclass(frozen=True, slots=True, kw_only=True)
class RotateTriggerSecretHandler:
    """Handles RotateTriggerSecret."""

    triggers: Triggers
    uow: UnitOfWork
    box: SealsSecrets
    clock: Clock = utc_now
    new_secret: NewSecret = new_secret

    async def __call__(self, message: RotateTriggerSecret, caller: Caller) -> SecretOfTrigger:
        """Return the trigger with its new secret."""
        trigger = await self.triggers.existing(message.trigger_id)
        secret = self.new_secret()
        changed = trigger.model_copy(
            update={
                "secret_encrypted": self.box.seal(secret, row=trigger.id),
                "updated_at": later(self.clock(), trigger.updated_at),
            }
        )
        await self.triggers.update(changed)
        await self.uow.commit()
        return SecretOfTrigger(changed, secret)


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoveTriggerHandler:
    """Handles RemoveTrigger."""

    triggers: Triggers
    uow: UnitOfWork

    async def __call__(self, message: RemoveTrigger, caller: Caller) -> None:
        """Remove it."""
        trigger = await self.triggers.existing(message.trigger_id)
        await self.triggers.delete(trigger.id)
        await self.uow.commit()
