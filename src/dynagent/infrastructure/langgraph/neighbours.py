"""Which other agents a run may call or hand over to, decided as an attempt begins; the same in every attempt."""

from collections.abc import Sequence
from dataclasses import dataclass

from dynagent.core.agents import AgentConfiguration, agent_tools_of
from dynagent.core.executions import Callee, Neighbour, Surroundings
from dynagent.core.runs import Run
from dynagent.core.shared.ids import is_id

MAX_TOOL_NAME = 64


@dataclass(frozen=True, slots=True)
class Team:
    """The agents that the model may call, the handoffs that the system decides about, and words on those withheld."""

    callees: Sequence[Callee] = ()
    routes: Sequence[tuple[Neighbour, Callee]] = ()
    withheld: Sequence[str] = ()


def team_of(agent: AgentConfiguration, around: Surroundings, run: Run) -> Team:
    """Return whom this run may call and hand over to.

    It may hand over to each agent once: a handoff that was made before in this row is withheld, so two agents cannot
    send a question to and fro; and a row ends after one handoff more than there are agents in it.
    """
    routes: list[tuple[Neighbour, Callee]] = []
    callees = [*_tools(agent, around)]
    withheld: list[str] = []
    edges = [tuple(edge) for edge in run.input.get("handoffs") or ()]
    taking_part = {id for edge in edges for id in edge} | {run.subject_id} | {n.agent_id for n in around.handoffs}
    for other in around.handoffs:
        why_not = _why_not(other, edges, run.subject_id, most=len(taking_part) + 1)
        callee = _handoff(other)
        if why_not:
            withheld.append(f"{other.name}: {why_not}")
        elif other.condition is None:
            callees.append(callee)
        else:
            routes.append((other, callee))
    return Team(callees, routes, withheld)


def withheld_note(withheld: Sequence[str]) -> str:
    """Return what the model is told of agents that it cannot hand over to now."""
    if not withheld:
        return ""
    return "You cannot hand over to these agents now; answer yourself.\n" + "\n".join(f"- {item}" for item in withheld)


def _tools(agent: AgentConfiguration, around: Surroundings) -> list[Callee]:
    found = {key: other for other in around.agents for key in (other.agent_id, other.slug)}
    names = {name: found[reference] for name, reference in agent_tools_of(agent).items() if reference in found}
    return [
        Callee(
            name=other.slug if is_id(name) else name,
            description=f"Ask the agent {other.name}. {other.description}".strip(),
            agent_id=other.agent_id,
            agent_name=other.name,
        )
        for name, other in names.items()
        if other.takes_runs
    ]


def _handoff(other: Neighbour) -> Callee:
    name = f"transfer_to_{other.slug}"
    if len(name) > MAX_TOOL_NAME:
        # The end of a slug is what makes it the only one of its name.
        name = name[: MAX_TOOL_NAME - 7] + other.slug[-7:]
    return Callee(
        name=name,
        description=f"Hand the conversation over to {other.name}, who answers instead of you: {other.description}",
        agent_id=other.agent_id,
        agent_name=other.name,
        handoff=True,
        mapping=other.mapping,
    )


def _why_not(other: Neighbour, edges: Sequence[tuple[str, ...]], agent_id: str, *, most: int) -> str:
    if not other.takes_runs:
        return "is disabled or a draft"
    if (agent_id, other.agent_id) in edges:
        return "it was handed over to from here before"
    if len(edges) >= most:
        return f"the conversation was handed over {len(edges)} times"
    return ""
