"""Commands that write an agent's configuration: create, update, clone, restore."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pydantic

from dynagent.application.commands.agents.output_types import AgentOutputTypes
from dynagent.application.commands.agents.rules import AgentRules
from dynagent.application.commands.agents.secrets import SettingsSafe
from dynagent.application.shared.caller import Caller
from dynagent.application.shared.messages import Command
from dynagent.core.agents import (
    Agent,
    AgentChangedMeanwhile,
    AgentConfiguration,
    AgentCreated,
    AgentKnowledgeBases,
    AgentNotFound,
    AgentRepository,
    AgentSlugTaken,
    AgentUpdated,
    AgentVersionNotFound,
    FirstStatus,
    KnowledgeBaseNotFound,
)
from dynagent.core.language_models import ModelNotFound
from dynagent.core.shared.clock import Clock, utc_now
from dynagent.core.shared.errors import InvalidInput, Violation
from dynagent.core.shared.ids import NewId, new_id
from dynagent.core.shared.unit_of_work import UnitOfWork

MAX_NAME = 255


@dataclass(frozen=True)
class CreateAgent(
    Command[Agent],
    needs="agents:write",
    raises=(InvalidInput, ModelNotFound, KnowledgeBaseNotFound, AgentSlugTaken),
):
    """Make a new agent. Raises InvalidInput when it names tools, models or agents that are not there.

    Raises ModelNotFound, KnowledgeBaseNotFound for ids of what is not there; AgentSlugTaken.
    """

    configuration: AgentConfiguration
    knowledge_base_ids: Sequence[str] = ()
    status: FirstStatus = "active"


@dataclass(frozen=True)
class UpdateAgent(
    Command[Agent],
    needs="agents:write",
    raises=(AgentNotFound, InvalidInput, AgentChangedMeanwhile, ModelNotFound, KnowledgeBaseNotFound),
):
    """Change fields of an agent's configuration; makes its next version.

    Raises AgentNotFound, InvalidInput, AgentChangedMeanwhile when `expected_version` is not the current one,
    ModelNotFound, KnowledgeBaseNotFound.
    """

    agent_id: str
    changes: Mapping[str, Any]
    expected_version: int | None = None
    knowledge_base_ids: Sequence[str] | None = None


@dataclass(frozen=True)
class CloneAgent(
    Command[Agent], needs="agents:write", raises=(AgentNotFound, InvalidInput, ModelNotFound, AgentSlugTaken)
):
    """Make a new agent, owned by the caller, with the configuration of another.

    Raises as CreateAgent, AgentNotFound.
    """

    agent_id: str
    name: str | None = None


@dataclass(frozen=True)
class RestoreAgentVersion(
    Command[Agent],
    needs="agents:write",
    raises=(
        AgentNotFound,
        InvalidInput,
        AgentChangedMeanwhile,
        ModelNotFound,
        KnowledgeBaseNotFound,
        AgentVersionNotFound,
    ),
):
    """Make an earlier version's configuration the agent's next version. Raises as UpdateAgent, AgentVersionNotFound."""

    agent_id: str
    version: int
    expected_version: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentWriter:
    """Checks, stores and announces what becomes of an agent's configuration."""

    agents: AgentRepository
    uow: UnitOfWork
    rules: AgentRules
    safe: SettingsSafe
    types: AgentOutputTypes
    knowledge: AgentKnowledgeBases
    clock: Clock = utc_now
    new_id: NewId = new_id

    async def add(
        self,
        configuration: AgentConfiguration,
        caller: Caller,
        *,
        original: AgentConfiguration | None = None,
        status: FirstStatus = "active",
        knowledge_base_ids: Sequence[str] = (),
    ) -> Agent:
        """Check, store and announce a new agent; `original` is the one that it is a copy of."""
        configuration = self.safe.sealed(configuration, owner=caller.user_id, before=original)
        configuration = await self.types.applied(configuration, before=original)
        agent = Agent.create(
            id=self.new_id(), user_id=caller.user_id, configuration=configuration, status=status, now=self.clock()
        )
        await self.rules.check(configuration, agent)
        agent = await self.agents.create(agent)
        if knowledge_base_ids:
            await self.knowledge.put(agent.id, knowledge_base_ids)
        self.uow.record(
            AgentCreated(occurred_at=agent.created_at, user_id=caller.user_id, agent_id=agent.id, version=agent.version)
        )
        await self.uow.commit()
        return agent

    async def change(
        self,
        agent: Agent,
        configuration: AgentConfiguration,
        expected: int | None,
        *,
        before: AgentConfiguration | None = None,
        knowledge_base_ids: Sequence[str] | None = None,
    ) -> Agent:
        """Check, store and announce an agent's next version; without a change the agent stays at the one it has.

        Its knowledge bases are of no version: None leaves them as they are. `before` is where
        the secrets come from that the configuration repeats, unless it is the present one.
        """
        configuration = self.safe.sealed(configuration, owner=agent.user_id, before=before or agent.configuration)
        agent.check_version(expected)
        configuration = await self.types.applied(configuration, before=before or agent.configuration)
        moved = knowledge_base_ids is not None and await self.knowledge.put(agent.id, knowledge_base_ids)
        if configuration.same_as(agent.configuration):
            if moved:
                await self.uow.commit()
            return agent
        changed = agent.changed(configuration, expected_version=expected, now=self.clock())
        sound = await self.rules.check(configuration, agent, before=agent.configuration)
        if sound and changed.status == "error":
            changed = changed.with_status("active", now=self.clock())
        changed = await self.agents.update(changed)
        self.uow.record(
            AgentUpdated(
                occurred_at=changed.updated_at, user_id=agent.user_id, agent_id=agent.id, version=changed.version
            )
        )
        await self.uow.commit()
        return changed


@dataclass(frozen=True, slots=True, kw_only=True)
class CreateAgentHandler:
    """Handles CreateAgent."""

    writer: AgentWriter

    async def __call__(self, message: CreateAgent, caller: Caller) -> Agent:
        """Return the new agent at version 1."""
        return await self.writer.add(
            message.configuration, caller, status=message.status, knowledge_base_ids=message.knowledge_base_ids
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class UpdateAgentHandler:
    """Handles UpdateAgent."""

    agents: AgentRepository
    writer: AgentWriter

    async def __call__(self, message: UpdateAgent, caller: Caller) -> Agent:
        """Return the agent at its next version."""
        agent = await self.agents.existing(message.agent_id)
        agent.check_version(message.expected_version)
        configuration = merged(agent.configuration, message.changes)
        return await self.writer.change(
            agent, configuration, message.expected_version, knowledge_base_ids=message.knowledge_base_ids
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class CloneAgentHandler:
    """Handles CloneAgent."""

    agents: AgentRepository
    writer: AgentWriter

    async def __call__(self, message: CloneAgent, caller: Caller) -> Agent:
        """Return the copy, named as asked or `<name> (copy)`."""
        original = (await self.agents.existing(message.agent_id)).configuration
        name = message.name or copy_name(original.name)
        bases = (await self.writer.knowledge.of_agents([message.agent_id])).get(message.agent_id, ())
        return await self.writer.add(
            merged(original, {"name": name}), caller, original=original, knowledge_base_ids=[id for id, _ in bases]
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class RestoreAgentVersionHandler:
    """Handles RestoreAgentVersion."""

    agents: AgentRepository
    writer: AgentWriter

    async def __call__(self, message: RestoreAgentVersion, caller: Caller) -> Agent:
        """Return the agent at its next version, with the old configuration."""
        agent = await self.agents.existing(message.agent_id)
        earlier = await self.agents.get_version(agent.id, message.version)
        if earlier is None:
            raise AgentVersionNotFound(f"agent {agent.id} has no version {message.version}")
        wanted = earlier.configuration
        return await self.writer.change(agent, wanted, message.expected_version, before=wanted)


def merged(configuration: AgentConfiguration, changes: Mapping[str, Any]) -> AgentConfiguration:
    """Return the configuration with some fields changed. Raises InvalidInput, one violation per misfit."""
    try:
        return AgentConfiguration.model_validate({**configuration.model_dump(), **changes}).after(configuration)
    except pydantic.ValidationError as error:
        violations = [
            Violation("/" + "/".join(str(part) for part in item["loc"]), item["type"], item["msg"])
            for item in error.errors(include_url=False, include_input=False)
        ]
        raise InvalidInput("the change does not fit an agent's configuration", violations=violations) from None


def copy_name(name: str) -> str:
    """Return the name of a copy, cut so that it still fits (255 characters)."""
    ending = " (copy)"
    return name[: MAX_NAME - len(ending)] + ending
