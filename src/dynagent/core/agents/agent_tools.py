"""Agents as tools of other agents: how a configuration names them, and what is wrong with those names."""

import re
from collections.abc import Collection, Mapping

from dynagent.core.agents.configuration import AgentConfiguration
from dynagent.core.shared.errors import Violation
from dynagent.core.shared.ids import is_id

AGENT_TYPE = "agent"
"""The type of attached tools that are agents; their `config` has `agent`, whose id or slug it is."""
_SLUG = re.compile(r"[a-z0-9_]+_[0-9a-f]{6}")


def agent_tools_of(configuration: AgentConfiguration) -> dict[str, str]:
    """Return the tools that are agents, or may be: name of the tool → id or slug of the agent.

    A plain name may be an agent's by its form; only whoever knows the agents can tell.
    """
    attached = {
        item.name: str(item.config.get("agent") or item.name)
        for item in configuration.tools_config
        if item.type == AGENT_TYPE
    }
    plain = {name: name for name in configuration.tools if name not in attached and _may_be_agent(name)}
    return plain | attached


def agent_tool_faults(
    configuration: AgentConfiguration, known: Collection[str], own: Collection[str]
) -> list[Violation]:
    """Return what is wrong with the tools that are agents; `own` are the id and slug of the agent itself.

    `known` are the ids and slugs of the owner's agents, as far as the configuration names them. Cycles over others are
    refused as a run meets them: those may change at any time.
    """
    faults: list[Violation] = []
    for place, item in enumerate(configuration.tools_config):
        if item.type != AGENT_TYPE:
            continue
        reference = str(item.config.get("agent") or item.name)
        faults += [
            Violation(f"/tools_config/{place}/config/{name}", "extra_forbidden", "a tool that is an agent has `agent`")
            for name in item.config
            if name != "agent"
        ]
        if reference in own:
            faults.append(Violation(f"/tools_config/{place}/config/agent", "no_self", "an agent is no tool of its own"))
        elif reference not in known:
            words = f"there is no agent with the id or slug {reference!r}"
            faults.append(Violation(f"/tools_config/{place}/config/agent", "known_agent", words))
    faults += [
        Violation(f"/tools/{place}", "no_self", "an agent is no tool of its own")
        for place, name in enumerate(configuration.tools)
        if name in own
    ]
    return faults


def names_of_agents(references: Mapping[str, str], known: Collection[str]) -> frozenset[str]:
    """Return the names of tools that really are agents."""
    return frozenset(name for name, reference in references.items() if reference in known)


def _may_be_agent(name: str) -> bool:
    return is_id(name) or _SLUG.fullmatch(name) is not None
