"""What an agent may name: tools, models and other agents that are really there."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Any

from dynagent.core.agents import (
    Agent,
    AgentConfiguration,
    AgentRepository,
    ToolAttachment,
    agent_tool_faults,
    agent_tools_of,
    faults_of,
    names_of_agents,
    refuse_faults,
)
from dynagent.core.language_models import ChatModels, ModelNotFound
from dynagent.core.shared.errors import Violation
from dynagent.core.shared.ids import is_id
from dynagent.core.tools import ToolCatalogue

SchemaFault = Callable[[dict[str, Any]], str | None]
"""The port: what keeps a JSON Schema from being used, None for one that can."""


class InstalledParts:
    """The tools of one user and the models of this installation, as the rules of agents ask for them."""

    def __init__(self, tools: ToolCatalogue, models: ChatModels, user_id: str, schema_fault: SchemaFault) -> None:
        self._tools = tools
        self._models = models
        self._user_id = user_id
        self._schema_fault = schema_fault

    async def unknown_tools(self, names: Sequence[str]) -> list[str]:
        """Return the names that are no tool of the user."""
        return await self._tools.unknown(names, self._user_id) if names else []

    async def unknown_model(self, model: str | None) -> bool:
        """Say whether the name is given but no model answers to it."""
        return model is not None and not self._models.knows(model)

    async def settings_faults(self, tools: Sequence[ToolAttachment]) -> list[Violation]:
        """Return what does not fit of the settings of tools."""
        if not any(tool.config for tool in tools):
            return []
        found = await self._tools.settings_faults([(tool.type, tool.config) for tool in tools], self._user_id)
        return [Violation(f"/tools_config{item.pointer}", item.rule, item.detail) for item in found]

    def schema_fault(self, schema: dict[str, Any]) -> str | None:
        """Return what keeps a JSON Schema from being used."""
        return self._schema_fault(schema)


@dataclass(frozen=True, slots=True)
class AgentRules:
    """Checks configurations against what is installed."""

    agents: AgentRepository
    tools: ToolCatalogue
    models: ChatModels
    schema_fault: SchemaFault

    async def check(
        self, configuration: AgentConfiguration, agent: Agent, *, before: AgentConfiguration | None = None
    ) -> bool:
        """Raise InvalidInput when what the agent is to be names what is not there or closes a cycle.

        With the configuration `before`, only the fields that change are judged; return whether all is well with the
        others, too. Raises ModelNotFound when it names its model by an id that is none.
        """
        faults: list[Violation] = []
        if before is None or configuration.model != before.model:
            self._check_model_id(configuration.model or "")
        faults += await self._fallback_faults(configuration.fallback_agent_id, agent.id)
        others = await self.agents.named() if configuration.dependencies else []
        parts = InstalledParts(self.tools, self.models, agent.user_id, self.schema_fault)
        named = agent_tools_of(configuration)
        known = await self._known_agents(named.values())
        faults += agent_tool_faults(configuration, known, (agent.id, agent.slug))
        faults += await faults_of(
            configuration,
            slug=agent.slug,
            parts=parts,
            agents=others,
            agent_tools=names_of_agents(named, {*known, agent.id, agent.slug}),
        )
        refuse_faults(faults, configuration, before=before)
        return not faults

    async def _known_agents(self, references: Collection[str]) -> set[str]:
        """Return which of these ids and slugs are of agents of the owner."""
        if not references:
            return set()
        found = {agent.slug for agent in await self.agents.named(list(references))}
        for id in filter(is_id, references):
            if await self.agents.get_by_id(id) is not None:
                found.add(id)
        return found.intersection(references)

    def _check_model_id(self, model: str) -> None:
        if is_id(model) and not self.models.knows(model):
            raise ModelNotFound(f"there is no model {model!r}")

    async def _fallback_faults(self, fallback: str | None, agent_id: str) -> list[Violation]:
        if fallback is None:
            return []
        if fallback == agent_id:
            return [Violation("/fallback_agent_id", "no_self", "an agent cannot be its own fallback")]
        if is_id(fallback) and await self.agents.get_by_id(fallback) is not None:
            return []
        return [Violation("/fallback_agent_id", "known_agent", f"there is no agent {fallback!r}")]
