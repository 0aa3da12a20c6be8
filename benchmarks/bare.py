"""The same graph with nothing around it: LangGraph and ChatOpenAI, no server, no persistence.

Run as a process of its own, `python -m benchmarks.bare <model url> <query> <executions> <concurrency>`; prints JSON.
"""

import asyncio
import json
import operator
import resource
import sys
import time
from collections.abc import Sequence
from typing import Annotated, Any, TypedDict

import uvloop
from langchain_core.messages import AIMessage, AIMessageChunk, AnyMessage, HumanMessage, ToolMessage
from langchain_core.tools import BaseTool, tool
from langchain_openai import ChatOpenAI
from langgraph.graph import END, START, StateGraph
from pydantic import SecretStr

WARM_UP = 10


class State(TypedDict):
    """The conversation."""

    messages: Annotated[list[AnyMessage], operator.add]


@tool
def calculator(expression: str) -> str:
    """Compute an arithmetic expression."""
    left, _, right = expression.partition("*")
    return str(int(left) * int(right or 1))


@tool
def chatbot(query: str) -> str:
    """Answer a question in one sentence."""
    return f"About {query}."


TOOLS: dict[str, BaseTool] = {each.name: each for each in (calculator, chatbot)}


class Graph:
    """The nodes: analyze → execute_tools ⟲ → synthesize."""

    def __init__(self, model_url: str) -> None:
        model = ChatOpenAI(
            model="gpt-4o-mini",
            base_url=model_url,
            api_key=SecretStr("scripted"),
            stream_usage=True,
            use_responses_api=False,
        )
        self._model: Any = model.bind_tools(list(TOOLS.values()))  # pyright: ignore[reportUnknownMemberType]

    async def analyze(self, state: State) -> State:
        """Ask the model, streaming."""
        whole: AIMessageChunk | None = None
        async for chunk in self._model.astream(state["messages"]):
            whole = chunk if whole is None else whole + chunk
        assert whole is not None
        return {"messages": [whole]}

    async def execute_tools(self, state: State) -> State:
        """Run the calls of the last message, then ask again."""
        results: list[AnyMessage] = [
            ToolMessage(await TOOLS[call["name"]].ainvoke(call["args"]), tool_call_id=str(call["id"]))
            for call in _calls(state)
        ]
        answer = await self.analyze({"messages": [*state["messages"], *results]})
        return {"messages": [*results, *answer["messages"]]}

    async def synthesize(self, state: State) -> State:
        """Leave the answer as it is."""
        return {"messages": state["messages"][:0]}


def build_graph(model_url: str) -> Any:
    """Return the compiled graph with two tools."""
    nodes = Graph(model_url)
    graph = StateGraph(State)
    graph.add_node("analyze", nodes.analyze)  # pyright: ignore[reportUnknownMemberType]
    graph.add_node("execute_tools", nodes.execute_tools)  # pyright: ignore[reportUnknownMemberType]
    graph.add_node("synthesize", nodes.synthesize)  # pyright: ignore[reportUnknownMemberType]
    graph.add_edge(START, "analyze")
    graph.add_conditional_edges("analyze", _following, ["execute_tools", "synthesize"])
    graph.add_conditional_edges("execute_tools", _following, ["execute_tools", "synthesize"])
    graph.add_edge("synthesize", END)
    return graph.compile()  # pyright: ignore[reportUnknownMemberType]


async def measure(model_url: str, query: str, executions: int, concurrency: int) -> dict[str, float]:
    """Run the executions and return CPU per execution, executions per second and median time of one (seconds)."""
    graph = build_graph(model_url)
    totals: list[float] = []

    async def one() -> None:
        began = time.perf_counter()
        async for _ in graph.astream({"messages": [HumanMessage(query)]}, stream_mode=["messages", "updates"]):
            pass
        totals.append(time.perf_counter() - began)

    for _ in range(WARM_UP):
        await one()
    totals.clear()
    left = iter(range(executions))

    async def client() -> None:
        for _ in left:
            await one()

    cpu, began = _cpu_s(), time.perf_counter()
    async with asyncio.TaskGroup() as group:
        for _ in range(concurrency):
            group.create_task(client())
    seconds = time.perf_counter() - began
    return {
        "cpu_s": (_cpu_s() - cpu) / executions,
        "per_s": executions / seconds,
        "total_p50_s": sorted(totals)[len(totals) // 2],
    }


def _following(state: State) -> str:
    return "execute_tools" if _calls(state) else "synthesize"


def _calls(state: State) -> Sequence[Any]:
    last = state["messages"][-1]
    return last.tool_calls if isinstance(last, AIMessage) else ()


def _cpu_s() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


if __name__ == "__main__":
    url, question, count, width = sys.argv[1:]
    print(json.dumps(uvloop.run(measure(url, question, int(count), int(width)))))
