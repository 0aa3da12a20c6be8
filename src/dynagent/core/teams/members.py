"""Who takes part in an iteration: the active agents of the owner as they are when it begins, under names of their own.

The roster is stored with the iteration, so an iteration that is begun anew after a crash has the same members.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from dynagent.core.shared.cycles import find_cycle
from dynagent.core.shared.errors import Conflict

MAX_SUMMARY = 500
Allowed = Callable[[str, str], bool]
"""Says whether what an agent says (first name) may be given to another (second name)."""


class NoActiveAgents(Conflict):
    """A team is made up of the owner's active agents, and there is none."""

    code = "no_active_agents"


class TeamDependencyCycle(Conflict):
    """Agents wait for each other in a circle: none of them could ever begin; `extra` has `cycle`."""

    code = "team_dependency_cycle"


@dataclass(frozen=True, slots=True, kw_only=True)
class TeamAgent:
    """An active agent; `dependencies` are names or slugs of others, `summary` says what it is for."""

    id: str
    version: int
    slug: str
    name: str
    summary: str = ""
    dependencies: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """An agent in one iteration. `dependencies` are names of other members.

    `obstacle` says why it cannot take its turn, whatever the others do; empty for one that can.
    """

    agent_id: str
    version: int
    name: str
    summary: str = ""
    dependencies: tuple[str, ...] = ()
    obstacle: str = ""

    def stored(self) -> dict[str, Any]:
        """Return it as JSON."""
        return asdict(self)

    @classmethod
    def read(cls, stored: Mapping[str, Any]) -> "Member":
        """Return the member that was stored."""
        given: dict[str, Any] = {**stored, "dependencies": tuple(stored["dependencies"])}
        return cls(**given)


def roster(agents: Sequence[TeamAgent], allowed: Allowed) -> list[Member]:
    """Return the members of an iteration that begins with these agents, by name."""
    times = Counter(agent.name for agent in agents)
    names = {agent.id: agent.name if times[agent.name] == 1 else agent.slug for agent in agents}
    members = [_member(agent, agents, names, allowed) for agent in agents]
    return sorted(members, key=lambda member: member.name)


def waiting_circle(members: Sequence[Member]) -> list[str]:
    """Return names of members that wait for each other, the first one again at the end; empty when none do."""
    return find_cycle({member.name: member.dependencies for member in members})


def check_team(members: Sequence[Member]) -> None:
    """Refuse a team that nobody is in, or that could not get anywhere. Raises NoActiveAgents, TeamDependencyCycle."""
    if not members:
        raise NoActiveAgents("none of your agents is active: make one, or enable one, before you start a team")
    cycle = waiting_circle(members)
    if cycle:
        raise TeamDependencyCycle("these agents wait for each other: " + " → ".join(cycle), extra={"cycle": cycle})


def _member(agent: TeamAgent, agents: Sequence[TeamAgent], names: Mapping[str, str], allowed: Allowed) -> Member:
    found: dict[str, None] = {}
    obstacles: list[str] = []
    for reference in agent.dependencies:
        meant = [other for other in agents if other.slug == reference]
        meant = meant or [other for other in agents if other.name == reference]
        if not meant:
            obstacles.append(f"it depends on {reference!r}, which is not active")
        for other in meant:
            found[names[other.id]] = None
            if not allowed(other.name, agent.name):
                obstacles.append(f"{other.name!r} may not talk to {agent.name!r} (communication rules)")
    return Member(
        agent_id=agent.id,
        version=agent.version,
        name=names[agent.id],
        summary=agent.summary[:MAX_SUMMARY],
        dependencies=tuple(found),
        obstacle="; ".join(obstacles),
    )
