"""Which configurations are valid: known parts, settings that fit, no dependency cycle."""

from collections.abc import Collection, Sequence

from dynagent.core.agents.agent_tools import AGENT_TYPE
from dynagent.core.agents.configuration import AgentConfiguration
from dynagent.core.agents.dependencies import NamedAgent, check_dependencies
from dynagent.core.agents.ports import KnownParts
from dynagent.core.shared.errors import InvalidInput, Violation

_JUDGED_WITH = {"requires_approval": ("requires_approval", "tools", "tools_config")}
"""Field → the fields that it is judged together with, for those that do not stand alone."""


async def faults_of(
    configuration: AgentConfiguration,
    *,
    slug: str,
    parts: KnownParts,
    agents: Sequence[NamedAgent],
    agent_tools: Collection[str] = (),
) -> list[Violation]:
    """Return all that is wrong with a configuration; `agents` are its owner's, this one included or not.

    `agent_tools` are the names of its tools that are agents.
    """
    violations = [*await _unknown_tools(configuration, parts, agent_tools), *_nothing_to_approve(configuration)]
    violations += await parts.settings_faults(configuration.tools_config)
    if await parts.unknown_model(configuration.model):
        violations.append(Violation("/model", "known_model", f"no model answers to the name {configuration.model!r}"))
    violations += [
        Violation(f"/fallback_models/{place}", "known_model", f"no model answers to the name {name!r}")
        for place, name in enumerate(configuration.fallback_models)
        if await parts.unknown_model(name)
    ]
    fault = parts.schema_fault(configuration.output_schema) if configuration.output_schema is not None else None
    if fault:
        violations.append(Violation("/output_schema", "json_schema", fault))
    if configuration.dependencies:
        violations += check_dependencies(configuration.dependencies, slug=slug, name=configuration.name, agents=agents)
    return violations


def refuse_faults(
    faults: Sequence[Violation], configuration: AgentConfiguration, *, before: AgentConfiguration | None
) -> None:
    """Raise InvalidInput with the faults of the fields that a change is about; `before` None: of all fields.

    What was wrong before, somebody else having removed what it names, does not keep another field from being changed.
    """
    faults = [fault for fault in faults if before is None or _changed(fault, configuration, before)]
    if faults:
        raise InvalidInput("the agent's configuration names things that do not fit", violations=faults)


def _changed(fault: Violation, configuration: AgentConfiguration, before: AgentConfiguration) -> bool:
    field = fault.pointer.split("/")[1]
    return any(getattr(configuration, name) != getattr(before, name) for name in _JUDGED_WITH.get(field, (field,)))


async def _unknown_tools(
    configuration: AgentConfiguration, parts: KnownParts, agent_tools: Collection[str]
) -> list[Violation]:
    """A configured tool is known by its type, its name is the owner's choice."""
    types = {attachment.name: attachment.type for attachment in configuration.tools_config}
    names = [name for name in configuration.all_tools() if name not in agent_tools]
    wanted = dict.fromkeys(types.get(name, name) for name in names if types.get(name) != AGENT_TYPE)
    return [
        Violation(
            "/tools_config" if name in types.values() else "/tools",
            "known_tool",
            f"there is no tool named {name!r}; GET /api/tools lists what there is",
        )
        for name in await parts.unknown_tools(tuple(wanted))
    ]


def _nothing_to_approve(configuration: AgentConfiguration) -> list[Violation]:
    """A misspelt name would have nobody asked before the tool is called."""
    own = configuration.all_tools()
    return [
        Violation(f"/requires_approval/{place}", "own_tool", f"{name!r} is not among the agent's tools, as spelt there")
        for place, name in enumerate(configuration.requires_approval)
        if name not in own
    ]
