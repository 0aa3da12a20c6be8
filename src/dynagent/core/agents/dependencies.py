"""Dependencies: agents that must be there and active for a run of another to start, given by name or slug."""

from collections.abc import Sequence
from dataclasses import dataclass

from dynagent.core.agents.entity import AgentStatus
from dynagent.core.shared.cycles import find_cycle_through
from dynagent.core.shared.errors import Conflict, Violation


class DependencyUnavailable(Conflict):
    """An agent that this one depends on is gone or takes no runs; `extra` has `dependencies`, with the reason each."""

    code = "dependency_unavailable"


@dataclass(frozen=True, slots=True)
class NamedAgent:
    """What an agent is known by, and the names or slugs of what it depends on."""

    id: str
    slug: str
    name: str
    status: AgentStatus = "active"
    dependencies: tuple[str, ...] = ()


def named(reference: str, agents: Sequence[NamedAgent]) -> list[NamedAgent]:
    """Return the agents that a name or slug may mean: the one with this slug, else all of this name."""
    by_slug = [agent for agent in agents if agent.slug == reference]
    return by_slug or [agent for agent in agents if agent.name == reference]


def check_dependencies(
    references: Sequence[str], *, slug: str, name: str, agents: Sequence[NamedAgent]
) -> list[Violation]:
    """Return what is wrong with the dependencies of the agent with this slug and name, among its owner's agents."""
    me = NamedAgent("", slug, name, dependencies=tuple(references))
    everybody = [me, *(agent for agent in agents if agent.slug != slug)]
    violations: list[Violation] = []
    for place, reference in enumerate(references):
        meant = named(reference, everybody)
        if not meant:
            words = f"there is no agent with the name or slug {reference!r}"
            violations.append(Violation(f"/dependencies/{place}", "known_agent", words))
        elif len(meant) > 1:
            slugs = ", ".join(sorted(agent.slug for agent in meant))
            words = f"{len(meant)} agents are named {reference!r}: say which by its slug ({slugs})"
            violations.append(Violation(f"/dependencies/{place}", "one_agent", words))
    graph = {agent.slug: _slugs(agent.dependencies, everybody) for agent in everybody}
    cycle = find_cycle_through(graph, slug)
    if cycle:
        violations.append(Violation("/dependencies", "no_cycle", "dependency cycle: " + " → ".join(cycle)))
    return violations


def check_available(references: Sequence[str], agents: Sequence[NamedAgent]) -> None:
    """Refuse with DependencyUnavailable unless every dependency is there and takes runs."""
    reasons = [(reference, _obstacle(named(reference, agents))) for reference in references]
    missing = [{"agent": reference, "reason": reason} for reference, reason in reasons if reason]
    if missing:
        words = "; ".join(f"{item['agent']!r} {item['reason']}" for item in missing)
        raise DependencyUnavailable(f"the agent depends on others: {words}", extra={"dependencies": missing})


def _slugs(references: Sequence[str], agents: Sequence[NamedAgent]) -> tuple[str, ...]:
    return tuple(agent.slug for reference in references for agent in named(reference, agents))


def _obstacle(meant: Sequence[NamedAgent]) -> str:
    if not meant:
        return "is not there"
    if any(agent.status in ("active", "error") for agent in meant):
        return ""
    return "is disabled" if meant[0].status == "disabled" else "is a draft"
