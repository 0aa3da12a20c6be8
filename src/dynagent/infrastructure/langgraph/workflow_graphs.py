"""A workflow's definition as a LangGraph graph: a node for every node, entered along what the plan says is due.

The graph runs one step of the whole: all due steps at once, each made into the run that does it. Which way the run goes
is decided before, by the plan, from what has ended: so no edge of LangGraph's can be cut by an error handler, no
unknown destination ends the run as a success, and a branch that waits holds no other branch back.
"""

# pyright: reportUnknownMemberType=false
# LangGraph leaves parts of its own signatures untyped.

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from operator import add
from typing import Annotated, Any, TypedDict

from langgraph.graph import START, StateGraph
from langgraph.graph.state import CompiledStateGraph
from langgraph.runtime import Runtime
from langgraph.types import Send

from dynagent.core.runs import ChildRun, RunError
from dynagent.core.shared.errors import DynagentError
from dynagent.core.workflows import Definition, DueStep
from dynagent.infrastructure.langgraph.steps import slim

Prepared = tuple[DueStep, ChildRun | RunError]
Prepare = Callable[[DueStep], Awaitable[ChildRun]]
"""Makes the run that does a step. Raises DynagentError for one that cannot be done."""


class StepsState(TypedDict, total=False):
    """The due steps as the plan gave them, and what was made of each."""

    due: list[DueStep]
    prepared: Annotated[list[Prepared], add]


@dataclass(frozen=True, slots=True)
class StepsContext:
    """How the steps of this run are made into runs."""

    prepare: Prepare


Graph = CompiledStateGraph[StepsState, StepsContext, StepsState, StepsState]


def compile_workflow(definition: Definition, *, name: str) -> Graph:
    """Return the graph of a definition."""
    graph = StateGraph(StepsState, context_schema=StepsContext)
    places = {node.id: _place(node.id) for node in definition.nodes}
    for place in places.values():
        graph.add_node(place, _prepared, input_schema=DueStep)
    graph.add_conditional_edges(START, _due, list(places.values()))
    return slim(graph.compile(name=name))


async def prepare_steps(graph: Graph, due: Sequence[DueStep], prepare: Prepare) -> list[Prepared]:
    """Return what is made of each due step, in the order given: the run that does it, or why it cannot be done."""
    state = await graph.ainvoke(StepsState(due=[*due]), context=StepsContext(prepare), config={"recursion_limit": 5})
    made = {step.key: found for step, found in state["prepared"]}
    return [(step, made[step.key]) for step in due]


def _due(state: StepsState) -> list[Send]:
    return [Send(_place(step.step), step) for step in state.get("due") or ()]


async def _prepared(state: DueStep, runtime: Runtime[StepsContext]) -> dict[str, Any]:
    try:
        found: ChildRun | RunError = await runtime.context.prepare(state)
    except DynagentError as error:
        # Kept as the step's own end: an exception would end the steps beside it as well.
        found = RunError(code=error.code, message=error.detail)
    return {"prepared": [(state, found)]}


def _place(node_id: str) -> str:
    return f"step-{node_id}"
