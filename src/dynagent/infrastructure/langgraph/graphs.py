"""The graph of an agent's run: analyze → execute_tools ⟲ → synthesize.

The shape is the same for every agent, so it is compiled once per process; tools, model, journal and trace of a run
travel in the context. The state holds JSON types only.
"""

# pyright: reportUnknownMemberType=false
# LangGraph leaves parts of its own signatures untyped.

from collections.abc import Awaitable, Callable, Hashable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal, TypedDict

from langgraph.graph import END, StateGraph
from langgraph.graph.state import CompiledStateGraph
from langgraph.runtime import Runtime

from dynagent.core.language_models import ModelRefused, ModelReply
from dynagent.core.shared.errors import DynagentError, ErrorKind
from dynagent.core.tools import RunnableTool
from dynagent.infrastructure.langgraph.agent_calls import answered_by
from dynagent.infrastructure.langgraph.messages import (
    StoredCall,
    StoredMessage,
    read_calls,
    store_reply,
    without_calls,
)
from dynagent.infrastructure.langgraph.model_calls import ModelCalls
from dynagent.infrastructure.langgraph.steps import Condition, slim
from dynagent.infrastructure.langgraph.structured import MAX_REPAIRS, OutputInvalid, read_output, repair_request
from dynagent.infrastructure.langgraph.tool_calls import ToolCalls
from dynagent.infrastructure.langgraph.trace_events import RunTrace, Span


class Progress(TypedDict, total=False):
    """The conversation (grows), the calls of the coming step, the rounds done, the answer once there is one.

    `used_up`: the model wanted to go on, and its rounds of tool calls are over. `answered_by`: the run was handed over,
    and the answer is that other agent's.
    """

    messages: list[StoredMessage]
    pending: list[StoredCall]
    rounds: int
    used_up: bool
    answer: str | None
    model: str | None
    answered_by: dict[str, str]


class AgentState(TypedDict, total=False):
    """Everything in one channel: it changes together, and LangGraph's work per step grows with the channels."""

    progress: Progress


@dataclass(frozen=True, slots=True, kw_only=True)
class RunContext:
    """What the nodes of one run work with; never part of the state."""

    models: ModelCalls
    tools: ToolCalls
    trace: RunTrace
    max_iter: int
    output_schema: dict[str, Any] | None = None


class EmptyAnswer(DynagentError):
    """The model answered with neither text nor calls, and again when it was asked once more."""

    kind = ErrorKind.UPSTREAM_FAILED
    code = "empty_answer"


class RoundsUsedUp(DynagentError):
    """The rounds of tool calls that the agent allows are over, and the model made no answer of what there was."""

    kind = ErrorKind.UPSTREAM_FAILED
    code = "rounds_used_up"


Graph = CompiledStateGraph[AgentState, RunContext, AgentState, AgentState]
Work = Callable[[Progress, RunContext, Span], Awaitable[Progress | None]]
"""A node's work: from the progress so far to the progress after it, None when nothing has changed."""


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
        outcomes: dict[Hashable, str] = {"continue": "execute_tools", "end": "synthesize"}
        graph.add_conditional_edges("execute_tools", Condition("next", _next), outcomes)
        graph.add_edge("synthesize", END)
        return graph


@cache
def compiled_graph() -> Graph:
    """Return the one compiled graph of this process."""
    return slim(AgentWorkflow.build().compile(name="agent"))


async def _analyze(so_far: Progress, run: RunContext, span: Span) -> Progress:
    """Work out what to do: the model names tools and arguments, or answers at once."""
    messages = _messages(so_far)
    return _advance(messages, await run.models.ask(messages, span))


async def _execute_tools(so_far: Progress, run: RunContext, span: Span) -> Progress | None:
    """Run the calls of this step at once, then show the model the results, unless the rounds are used up."""
    calls = read_calls(so_far.get("pending") or ())
    if not calls:
        return None
    texts = await run.tools.call_all(calls, span)
    results = [
        StoredMessage(role="tool", content=text, tool_call_id=call.id) for call, text in zip(calls, texts, strict=True)
    ]
    messages = [*_messages(so_far), *results]
    taken_over = run.tools.handed_over
    if taken_over is not None:
        ended: Progress = {"messages": messages, "pending": [], "answer": taken_over.result or ""}
        by = answered_by(taken_over).model_dump()
        return {**so_far, **ended, "model": taken_over.answered_model, "answered_by": by, "rounds": span.visit}
    refused = run.tools.further_handoffs(calls)
    if refused:
        messages = without_calls(messages, refused)
    if span.visit >= run.max_iter:
        return {**so_far, "messages": messages, "pending": [], "rounds": span.visit, "used_up": True}
    return {**_advance(messages, await run.models.ask(messages, span)), "rounds": span.visit}


async def _synthesize(so_far: Progress, run: RunContext, span: Span) -> Progress | None:
    """Settle the answer: the drafted one, else one made without further tools from what there is."""
    if "answered_by" in so_far:
        return None
    drafted = bool(so_far.get("answer"))
    if not drafted:
        messages = _messages(so_far)
        reply = await _last_words(messages, run, span, used_up=so_far.get("used_up", False))
        so_far = {**so_far, **_advance(messages, reply), "pending": [], "answer": reply.content}
    if run.output_schema is not None:
        return await _fitting(so_far, run.output_schema, run, span)
    return None if drafted else so_far


async def _last_words(messages: list[StoredMessage], run: RunContext, span: Span, *, used_up: bool) -> ModelReply:
    """Return a reply that has text, asked for without further tools. Raises RoundsUsedUp or EmptyAnswer."""
    reply = await run.models.ask(messages, span, asking="last")
    if used_up and not reply.content.strip():
        # Some models call tools that they are told not to call; those that they are not told of they cannot.
        try:
            reply = await run.models.ask(messages, span, asking="toolless")
        except ModelRefused as error:
            words = f"the {run.max_iter} rounds of tool calls are used up and the model gave no answer"
            raise RoundsUsedUp(f"{words}: {error.detail}") from error
    if reply.content.strip():
        return reply
    ended = f"no text came, finish_reason {reply.finish_reason!r}"
    if used_up:
        raise RoundsUsedUp(f"the {run.max_iter} rounds of tool calls are used up and the model gave no answer: {ended}")
    raise EmptyAnswer(f"the model's answer is empty, asked twice: {ended}")


async def _fitting(so_far: Progress, schema: dict[str, Any], run: RunContext, span: Span) -> Progress:
    """Return the progress with the answer as JSON that fits, after asking again where it does not."""
    reading, repairs = read_output(schema, so_far.get("answer") or ""), 0
    while reading.text is None:
        if repairs == MAX_REPAIRS:
            raise OutputInvalid(
                f"the answer does not fit the output schema after {repairs} repairs: {reading.reported()}"
            )
        repairs += 1
        run.trace.retry("output", OutputInvalid(reading.reported()), span=span, try_number=repairs + 1)
        messages = [*_messages(so_far), StoredMessage(role="user", content=repair_request(reading))]
        reply = await run.models.ask(messages, span, asking="last")
        so_far = {**so_far, **_advance(messages, reply), "pending": [], "answer": reply.content}
        reading = read_output(schema, reply.content)
    return {**so_far, "answer": reading.text}


def _next(state: AgentState) -> Literal["continue", "end"]:
    return "continue" if _progress(state).get("pending") else "end"


def _progress(state: AgentState) -> Progress:
    return state.get("progress") or {}


def _messages(progress: Progress) -> list[StoredMessage]:
    return progress.get("messages") or []


def _advance(before: Sequence[StoredMessage], reply: ModelReply) -> Progress:
    message = store_reply(reply)
    calls = message.get("tool_calls", []) if message else []
    return {
        "messages": [*before, message] if message else [*before],
        "pending": calls,
        "answer": None if calls or not message else reply.content,
        "model": reply.model,
    }


def _traced(name: str, work: Work) -> Callable[..., Awaitable[AgentState]]:
    """Return the node: the work between its node_start and node_end events."""

    async def node(state: AgentState, runtime: Runtime[RunContext]) -> AgentState:
        run, so_far = runtime.context, _progress(state)
        visit = (so_far.get("rounds") or 0) + 1 if name == "execute_tools" else 1
        with run.trace.visit(name, visit) as span:
            progress = await work(so_far, run, span)
        return {} if progress is None else {"progress": progress}

    return node
