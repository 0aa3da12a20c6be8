"""Slim steps do what LangGraph's own do, in fewer tasks; where somebody listens, LangGraph's own run."""

import asyncio
from typing import Any, Required, TypedDict

import pytest
from langchain_core.callbacks import AsyncCallbackHandler
from langchain_core.runnables import RunnableConfig
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.graph import END, StateGraph

from dynagent.infrastructure.langgraph.graphs import compiled_graph
from dynagent.infrastructure.langgraph.steps import Condition, SlimNode, SlimSequence, slim


class Count(TypedDict, total=False):
    n: Required[int]
    seen: int


def counting(tasks: list[Any], *, fails_at: int = 99) -> Any:
    """A graph that counts to three in a loop, then notes what it saw; `tasks` gets the task of each step."""

    async def add(state: Count) -> Count:
        tasks.append(asyncio.current_task())
        if state["n"] == fails_at:
            raise LookupError("no more numbers")
        return Count(n=state["n"] + 1)

    async def note(state: Count) -> dict[str, int]:
        return {"seen": state["n"]}

    graph = StateGraph(Count)
    graph.add_node("add", add)
    graph.add_node("note", note)
    graph.set_entry_point("add")
    condition = Condition("enough", lambda state: "no" if state["n"] < 3 else "yes")
    graph.add_conditional_edges("add", condition, {"no": "add", "yes": "note"})
    graph.add_edge("note", END)
    return graph


async def updates_of(graph: Any, config: RunnableConfig | None = None) -> list[Any]:
    """Return what each step of the graph has changed."""
    return [part async for part in graph.astream({"n": 0}, config, stream_mode="updates")]


async def test_a_slim_graph_does_what_the_graph_does() -> None:
    own, slimmed = counting([]).compile(), slim(counting([]).compile())
    assert await updates_of(slimmed) == await updates_of(own)
    assert await slimmed.ainvoke({"n": 0}) == await own.ainvoke({"n": 0}) == {"n": 3, "seen": 3}
    assert slimmed.get_graph().to_json() == own.get_graph().to_json()


async def test_the_steps_of_a_slim_graph_run_in_the_caller_s_task() -> None:
    tasks: list[Any] = []
    await updates_of(slim(counting(tasks).compile()))
    assert tasks == [asyncio.current_task()] * 3


async def test_who_listens_hears_every_step() -> None:
    heard: list[str] = []

    class Listener(AsyncCallbackHandler):
        async def on_chain_start(self, *_: Any, **kwargs: Any) -> None:
            heard.append(kwargs["name"])

    await updates_of(slim(counting([]).compile(name="count")), {"callbacks": [Listener()]})
    assert heard[0] == "count"
    assert [name for name in heard if name in ("add", "note")] == ["add", "add", "add", "note"]


async def test_an_error_comes_out_as_it_is() -> None:
    with pytest.raises(LookupError, match="no more numbers"):
        await updates_of(slim(counting([], fails_at=2).compile()))


async def test_states_are_kept_as_ever() -> None:
    graph = slim(counting([]).compile()).copy({"checkpointer": InMemorySaver()})
    config: RunnableConfig = {"configurable": {"thread_id": "t"}}
    await updates_of(graph, config)
    assert (await graph.aget_state(config)).values == {"n": 3, "seen": 3}
    assert isinstance(graph.nodes["add"], SlimNode)


def test_the_graph_of_agents_is_slim() -> None:
    nodes = compiled_graph().nodes
    for name in ("analyze", "execute_tools", "synthesize"):
        assert isinstance(nodes[name].node, SlimSequence)
