"""The graph of an agent's run (SPEC EXE-02): analyze → execute_tools ⟲ → synthesize.

The shape is the same for every agent, so it is compiled once per process; tools, model, journal and trace of a run
travel in the context. The state holds JSON types only.
"""

# pyright: reportUnknownMemberType=false
# LangGraph leaves parts of its own signatures untyped.

import operator
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Annotated, Any, Literal, TypedDict

from langgraph.graph import END, StateGraph
from langgraph.graph.state import CompiledStateGraph
from langgraph.runtime import Runtime

from dynagent.core.language_models import ModelReply
from dynagent.core.tools import RunnableTool
from dynagent.infrastructure.langgraph.messages import StoredCall, StoredMessage, read_calls, store_calls
from dynagent.infrastructure.langgraph.model_calls import ModelCalls
from dynagent.infrastructure.langgraph.tool_calls import ToolCalls
from dynagent.infrastructure.langgraph.trace_events import RunTrace, Span

Update = dict[str, Any]


class AgentState(TypedDict, total=False):
    """The conversation (grows), the calls of the coming step, the rounds done, the answer once there is one."""

    messages: Annotated[list[StoredMessage], operator.add]
    pending: list[StoredCall]
    rounds: int
    answer: str | None
    model: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RunContext:
    """What the nodes of one run work with; never part of the state."""

    models: ModelCalls
    tools: ToolCalls
    trace: RunTrace
    max_iter: int


Graph = CompiledStateGraph[AgentState, RunContext, AgentState, AgentState]
Work = Callable[[AgentState, RunContext, Span], Awaitable[Update]]


class AgentWorkflow:
    """The workflow of an agent with these tools: `AgentWorkflow(tools).graph` is compiled and ready to run."""

    def __init__(self, tools: Sequence[RunnableTool] = ()) -> None:
        self.tools = tuple(tools)

    @property
    def graph(self) -> Graph:
        """The compiled graph, the same for all agents."""
        return compiled_graph()

    @staticmethod
    def build() -> "StateGraph[AgentState, RunContext, AgentState, AgentState]":
        """Return the graph's definition: nodes, edges and the loop's condition."""
        graph = StateGraph(AgentState, context_schema=RunContext)
        graph.add_node("analyze", _traced("analyze", _analyze))
        graph.add_node("execute_tools", _traced("execute_tools", _execute_tools))
        graph.add_node("synthesize", _traced("synthesize", _synthesize))
        graph.set_entry_point("analyze")
        graph.add_edge("analyze", "execute_tools")
        graph.add_conditional_edges("execute_tools", _next, {"continue": "execute_tools", "end": "synthesize"})
        graph.add_edge("synthesize", END)
        return graph


@cache
def compiled_graph() -> Graph:
    """Return the one compiled graph of this process."""
    return AgentWorkflow.build().compile(name="agent")


async def _analyze(state: AgentState, run: RunContext, span: Span) -> Update:
    """Work out what to do: the model names tools and arguments, or answers at once."""
    return _advance(await run.models.ask(_messages(state), span))


async def _execute_tools(state: AgentState, run: RunContext, span: Span) -> Update:
    """Run the calls of this step at once, then show the model the results, unless the rounds are used up."""
    calls = read_calls(state.get("pending") or ())
    if not calls:
        return {}
    texts = await run.tools.call_all(calls, span)
    results = [
        StoredMessage(role="tool", content=text, tool_call_id=call.id) for call, text in zip(calls, texts, strict=True)
    ]
    if span.visit >= run.max_iter:
        return {"messages": results, "pending": [], "rounds": span.visit}
    reply = await run.models.ask([*_messages(state), *results], span)
    return {**_advance(reply, results), "rounds": span.visit}


async def _synthesize(state: AgentState, run: RunContext, span: Span) -> Update:
    """Settle the answer: the drafted one, else one made without further tools from what there is."""
    if state.get("answer"):
        return {}
    reply = await run.models.ask(_messages(state), span, last=True)
    return {**_advance(reply), "pending": [], "answer": reply.content}


async def _next(state: AgentState) -> Literal["continue", "end"]:
    # async, because LangGraph would run a plain function in a thread: half a millisecond for a look at a list.
    return "continue" if state.get("pending") else "end"


def _messages(state: AgentState) -> list[StoredMessage]:
    return state.get("messages") or []


def _advance(reply: ModelReply, before: Sequence[StoredMessage] = ()) -> Update:
    calls = store_calls(reply.tool_calls)
    message = StoredMessage(role="assistant", content=reply.content)
    if calls:
        message["tool_calls"] = calls
    return {
        "messages": [*before, message],
        "pending": calls,
        "answer": None if calls else reply.content or None,
        "model": reply.model,
    }


def _traced(name: str, work: Work) -> Callable[..., Awaitable[Update]]:
    """Return the node: the work between its node_start and node_end events."""

    async def node(state: AgentState, runtime: Runtime[RunContext]) -> Update:
        run = runtime.context
        visit = (state.get("rounds") or 0) + 1 if name == "execute_tools" else 1
        span = run.trace.enter(name, visit)
        try:
            update = await work(state, run, span)
        except Exception as error:
            run.trace.leave(span, error)
            raise
        run.trace.leave(span, None)
        return update

    return node
