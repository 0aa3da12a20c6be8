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


def build_graph(model_url: str) -> Any:
    """Return the compiled graph: analyze → execute_tools ⟲ → synthesize, with two tools, streaming."""
    tools: Sequence[BaseTool] = (calculator, chatbot)
    by_name = {each.name: each for each in tools}
    model = ChatOpenAI(
        model="gpt-4o-mini",
        base_url=model_url,
        api_key=SecretStr("scripted"),
        stream_usage=True,
        use_responses_api=False,
    )
    asking: Any = model.bind_tools(tools)  # pyright: ignore[reportUnknownMemberType]

    async def ask(state: State) -> State:
        whole: AIMessageChunk | None = None
        async for chunk in asking.astream(state["messages"]):
            assert isinstance(chunk, AIMessageChunk)
            whole = chunk if whole is None else whole + chunk
        assert whole is not None
        return {"messages": [whole]}

    async def execute_tools(state: State) -> State:
        last = state["messages"][-1]
        assert isinstance(last, AIMessage)
        results = [
            ToolMessage(await by_name[call["name"]].ainvoke(call["args"]), tool_call_id=str(call["id"]))
            for call in last.tool_calls
        ]
        return {"messages": [*results, *(await ask({"messages": [*state["messages"], *results]}))["messages"]]}

    async def synthesize(state: State) -> State:
        return {"messages": state["messages"][:0]}

    def has_calls(state: State) -> str:
        last = state["messages"][-1]
        return "execute_tools" if isinstance(last, AIMessage) and last.tool_calls else "synthesize"

    graph = StateGraph(State)
    graph.add_node("analyze", ask)  # pyright: ignore[reportUnknownMemberType]
    graph.add_node("execute_tools", execute_tools)  # pyright: ignore[reportUnknownMemberType]
    graph.add_node("synthesize", synthesize)  # pyright: ignore[reportUnknownMemberType]
    graph.add_edge(START, "analyze")
    graph.add_conditional_edges("analyze", has_calls, ["execute_tools", "synthesize"])
    graph.add_conditional_edges("execute_tools", has_calls, ["execute_tools", "synthesize"])
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


def _cpu_s() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


if __name__ == "__main__":
    url, question, count, width = sys.argv[1:]
    print(json.dumps(uvloop.run(measure(url, question, int(count), int(width)))))
