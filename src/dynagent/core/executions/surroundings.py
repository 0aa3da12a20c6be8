"""What counts for a run besides its agent's version: as it is when an attempt begins."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from dynagent.core.shared.guards import GuardRule


@dataclass(frozen=True, slots=True, kw_only=True)
class Neighbour:
    """Another agent that a run may call or hand over to; with a `condition` the system decides, not the model."""

    agent_id: str
    slug: str
    name: str
    status: str
    description: str = ""
    handoff_id: str | None = None
    condition: Mapping[str, Any] | None = None
    mapping: Mapping[str, str] = field(default_factory=dict[str, str])

    @property
    def takes_runs(self) -> bool:
        """Whether it is neither disabled nor a draft."""
        return self.status in ("active", "error")


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """The agent's context, its guardrails, its handoffs, the agents that are its tools, its knowledge bases by id."""

    context: dict[str, Any] | str | None = None
    guards: Sequence[GuardRule] = ()
    handoffs: Sequence[Neighbour] = ()
    agents: Sequence[Neighbour] = ()
    knowledge_base_ids: Sequence[str] = ()


class SurroundingsReader(Protocol):
    """The surroundings of any owner's agents, for whoever runs them."""

    async def of_agent(self, agent_id: str, user_id: str, references: Sequence[str] = ()) -> Surroundings:
        """Return what there is now; `references` are ids and slugs of agents that are tools of this one."""
        ...
