"""A team's iteration as a LangGraph graph: coordinator → aggregator → on to the coordinator again, or to the end.

The checkpoints of this graph are the child runs: an attempt enters it at the iteration that they have led to. What has
to wait for children leaves it by AwaitsChildren, and the next attempt comes back to the same place.
"""

# pyright: reportUnknownMemberType=false
# LangGraph leaves parts of its own signatures untyped.

from dataclasses import dataclass
from typing import Literal, Protocol, TypedDict

from langgraph.graph import END, START, StateGraph
from langgraph.graph.state import CompiledStateGraph
from langgraph.runtime import Runtime

from dynagent.infrastructure.langgraph.steps import slim

Decision = Literal["continue", "end"]


class TeamGraphState(TypedDict, total=False):
    """Which iteration it is, and what was decided at the end of the one before."""

    iteration: int
    decision: Decision


class Iterates(Protocol):
    """One attempt at a team's run. Both raise AwaitsChildren while turns are open."""

    async def coordinate(self, number: int) -> None:
        """Have the coordinator's turn of an iteration."""
        ...

    async def aggregate(self, number: int) -> Decision:
        """Have the members' turns of an iteration, wave by wave; say whether there is another one."""
        ...


@dataclass(frozen=True, slots=True)
class TeamContext:
    """Who does what the nodes stand for."""

    attempt: Iterates


TeamGraph = CompiledStateGraph[TeamGraphState, TeamContext, TeamGraphState, TeamGraphState]


def compile_team() -> TeamGraph:
    """Return the graph; it is the same for all teams."""
    graph = StateGraph(TeamGraphState, context_schema=TeamContext)
    graph.add_node("coordinator", _coordinator)
    graph.add_node("aggregator", _aggregator)
    graph.add_edge(START, "coordinator")
    graph.add_edge("coordinator", "aggregator")
    graph.add_conditional_edges("aggregator", _decided, {"continue": "coordinator", "end": END})
    return slim(graph.compile(name="team"))


async def iterate(graph: TeamGraph, attempt: Iterates, *, first: int, most: int) -> None:
    """Go through iterations from `first` on, `most` at most. Raises AwaitsChildren."""
    # LangGraph counts nodes, two for an iteration.
    limit = 2 * (most + 1) + 1
    await graph.ainvoke(
        TeamGraphState(iteration=first), context=TeamContext(attempt), config={"recursion_limit": limit}
    )


async def _coordinator(state: TeamGraphState, runtime: Runtime[TeamContext]) -> TeamGraphState:
    number = state.get("iteration", 1) + (state.get("decision") == "continue")
    await runtime.context.attempt.coordinate(number)
    return {"iteration": number}


async def _aggregator(state: TeamGraphState, runtime: Runtime[TeamContext]) -> TeamGraphState:
    return {"decision": await runtime.context.attempt.aggregate(state.get("iteration", 1))}


def _decided(state: TeamGraphState) -> Decision:
    return state.get("decision", "end")
