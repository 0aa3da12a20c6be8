"""What an agent may name: tools, models and other agents that are really there."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from dynagent.core.agents import (
    AgentConfiguration,
    AgentRepository,
    KnowledgeBaseNotFound,
    check_configuration,
)
from dynagent.core.language_models import ChatModels, ModelNotFound
from dynagent.core.shared.errors import InvalidInput, Violation
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

    async def check(self, configuration: AgentConfiguration, *, agent_id: str, slug: str, user_id: str) -> None:
        """Raise InvalidInput when the configuration names what is not there or closes a cycle.

        Raises ModelNotFound when it names its model by an id that is none.
        """
        if is_id(configuration.model or "") and not self.models.knows(configuration.model or ""):
            raise ModelNotFound(f"there is no model {configuration.model!r}")
        await self._check_fallback(configuration.fallback_agent_id, agent_id)
        graph = await self.agents.dependencies() if configuration.dependencies else {}
        parts = InstalledParts(self.tools, self.models, user_id, self.schema_fault)
        await check_configuration(configuration, slug=slug, parts=parts, graph=graph)

    async def _check_fallback(self, fallback: str | None, agent_id: str) -> None:
        if fallback is None:
            return
        if fallback == agent_id:
            problem = Violation("/fallback_agent_id", "no_self", "an agent cannot be its own fallback")
        elif is_id(fallback) and await self.agents.get_by_id(fallback) is not None:
            return
        else:
            problem = Violation("/fallback_agent_id", "known_agent", f"there is no agent {fallback!r}")
        raise InvalidInput("the agent's fallback does not fit", violations=[problem])


def check_knowledge_bases(ids: Sequence[str]) -> None:
    """Raise KnowledgeBaseNotFound when there are any: this installation keeps no knowledge bases."""
    for id in ids:
        raise KnowledgeBaseNotFound(f"there is no knowledge base {id!r}")
