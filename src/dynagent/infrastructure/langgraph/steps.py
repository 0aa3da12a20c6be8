"""The steps of a compiled graph without what only listeners need: a sixth less work of LangGraph's for each of them.

LangGraph runs a node as a sequence (the node, then its writes) that reports itself to LangChain's callbacks and gives
the node, each condition and each report an asyncio task of its own. Our runs are told by their trace, not by callbacks,
so without listeners the parts are simply awaited one after the other, in the run's own task; with listeners (LangSmith
tracing is switched on in the environment) LangGraph's own sequence runs. `langgraph.config` is not set inside nodes.
"""

# pyright: reportUnknownMemberType=false
# LangGraph leaves parts of its own signatures untyped.

from collections.abc import Callable, Sequence
from functools import cached_property
from typing import Any, TypeVar

from langchain_core.runnables import Runnable, RunnableConfig
from langgraph.graph.state import CompiledStateGraph, PregelNode

S = TypeVar("S", bound=CompiledStateGraph[Any, Any, Any, Any])
Choose = Callable[[Any], str]


def slim(graph: S) -> S:
    """Return the graph with its nodes (those that write something) replaced by slim ones; what it does is the same."""
    for name, node in graph.nodes.items():
        if hasattr(node.node, "steps"):
            graph.nodes[name] = SlimNode(node)
    return graph


class SlimNode(PregelNode):
    """A node that runs as a `SlimSequence`."""

    def __init__(self, node: PregelNode) -> None:
        self.__dict__.update(node.__dict__)
        self.__dict__.pop("node", None)

    @cached_property
    def node(self) -> Runnable[Any, Any]:
        """The node and its writes, as one thing to run."""
        observed: Any = super().node
        return SlimSequence(observed, observed.steps)


class SlimSequence(Runnable[Any, Any]):
    """Runs its parts in turn, each with the output of the one before; `observed` runs where somebody listens."""

    def __init__(self, observed: Runnable[Any, Any], parts: Sequence[Runnable[Any, Any]]) -> None:
        self._parts = parts
        self._observed = observed

    def invoke(self, input: Any, config: RunnableConfig | None = None, **kwargs: Any) -> Any:
        """Run as LangGraph would; our nodes are asynchronous, so this is for completeness only."""
        return self._observed.invoke(input, config, **kwargs)

    async def ainvoke(self, input: Any, config: RunnableConfig | None = None, **kwargs: Any) -> Any:
        """Run the parts in turn and return the last one's output."""
        if config is None or _is_heard(config):
            return await self._observed.ainvoke(input, config, **kwargs)
        for part in self._parts:
            input = await part.ainvoke(input, config)
        return input


class Condition(Runnable[Any, str]):
    """The condition of a branch, looked at in place: LangGraph would give a function a task of its own."""

    def __init__(self, name: str, choose: Choose) -> None:
        self.name = name
        self._choose = choose

    def invoke(self, input: Any, config: RunnableConfig | None = None, **kwargs: Any) -> str:
        """Return the outcome for this state."""
        return self._choose(input)

    async def ainvoke(self, input: Any, config: RunnableConfig | None = None, **kwargs: Any) -> str:
        """Return the outcome for this state."""
        return self._choose(input)


def _is_heard(config: RunnableConfig) -> bool:
    callbacks = config.get("callbacks")
    return bool(callbacks if callbacks is None or isinstance(callbacks, list) else callbacks.handlers)
