"""Which configurations are valid: known parts, no dependency cycle."""

from collections.abc import Mapping, Sequence

from dynagent.core.agents.entity import AgentConfiguration
from dynagent.core.agents.ports import KnownParts
from dynagent.core.shared.errors import InvalidInput, Violation


async def check_configuration(
    configuration: AgentConfiguration, *, slug: str, parts: KnownParts, graph: Mapping[str, tuple[str, ...]]
) -> None:
    """Refuse with InvalidInput a configuration that names unknown parts or closes a dependency cycle."""
    violations = [*await _unknown_tools(configuration, parts), *_nothing_to_approve(configuration)]
    if await parts.unknown_model(configuration.model):
        violations.append(Violation("/model", "known_model", f"no model answers to the name {configuration.model!r}"))
    violations += [
        Violation(f"/fallback_models/{place}", "known_model", f"no model answers to the name {name!r}")
        for place, name in enumerate(configuration.fallback_models)
        if await parts.unknown_model(name)
    ]
    violations += [
        Violation("/dependencies", "known_agent", f"there is no agent with the slug {name!r}")
        for name in configuration.dependencies
        if name not in graph and name != slug
    ]
    fault = parts.schema_fault(configuration.output_schema) if configuration.output_schema is not None else None
    if fault:
        violations.append(Violation("/output_schema", "json_schema", fault))
    cycle = find_cycle({**graph, slug: configuration.dependencies}, start=slug)
    if cycle:
        violations.append(Violation("/dependencies", "no_cycle", "dependency cycle: " + " → ".join(cycle)))
    if violations:
        raise InvalidInput("the agent's configuration names things that do not fit", violations=violations)


async def _unknown_tools(configuration: AgentConfiguration, parts: KnownParts) -> list[Violation]:
    """A configured tool is known by its type, its name is the owner's choice."""
    types = {attachment.name: attachment.type for attachment in configuration.tools_config}
    wanted = dict.fromkeys(types.get(name, name) for name in configuration.all_tools())
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


def find_cycle(graph: Mapping[str, Sequence[str]], *, start: str) -> list[str]:
    """Return a cycle through `start` as a path that begins and ends with it, or an empty list."""
    path: dict[str, None] = {start: None}
    trail = [iter(graph.get(start, ()))]
    done: set[str] = set()
    while trail:
        following = next(trail[-1], None)
        if following == start:
            return [*path, start]
        if following is None:
            trail.pop()
            done.add(path.popitem()[0])
        elif following not in path and following not in done:
            path[following] = None
            trail.append(iter(graph.get(following, ())))
    return []
