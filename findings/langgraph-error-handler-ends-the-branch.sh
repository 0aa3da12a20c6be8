#!/bin/sh
# LangGraph: a node saved by its error handler is not followed by its edges.
#
# Software:  langgraph 1.2.22
# Seen on:   30 November 2026, Linux, CPython 3.11
# Expected:  the handler repairs what the node failed to do, and the graph goes on along the node's edges.
# Behaviour: the handler takes the node's place for good: the edges of the failed node are not walked, the steps
#            behind it never run, and the run counts as a success.
# Why care:  an order that was repaired is never shipped, without any error. Let every handler return a Command with
#            an explicit goto.
# Output:
#| without an error: reserved, shipped
#| repaired by the handler: repaired
#| repaired by a handler that names the next node: repaired, shipped
set -eu
export PIP_DISABLE_PIP_VERSION_CHECK=1
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
trap 'exit 1' HUP INT TERM
python3 -m venv "$place/venv"
"$place/venv/bin/pip" install -q --retries 5 langgraph==1.2.22
"$place/venv/bin/python" - >"$place/seen" <<'PYTHON'
from typing import TypedDict

from langgraph.graph import END, START, StateGraph
from langgraph.types import Command


class State(TypedDict):
    done: list[str]


def reserve(state: State) -> State:
    return {"done": ["reserved"]}


def fail(state: State) -> State:
    raise ValueError("none in stock")


def repair(state: State) -> State:
    return {"done": ["repaired"]}


def repair_and_go_on(state: State) -> Command:
    return Command(update={"done": ["repaired"]}, goto="ship")


def ship(state: State) -> State:
    return {"done": [*state["done"], "shipped"]}


def run(node, handler):
    graph = StateGraph(State)
    graph.add_node("reserve", node, error_handler=handler)
    graph.add_node("ship", ship)
    graph.add_edge(START, "reserve")
    graph.add_edge("reserve", "ship")
    graph.add_edge("ship", END)
    return ", ".join(graph.compile().invoke({"done": []})["done"])


print("without an error:", run(reserve, repair))
print("repaired by the handler:", run(fail, repair))
print("repaired by a handler that names the next node:", run(fail, repair_and_go_on))
PYTHON
sed -n 's/^#| //p' "$0" >"$place/expected"
cat "$place/seen"
diff "$place/expected" "$place/seen"
