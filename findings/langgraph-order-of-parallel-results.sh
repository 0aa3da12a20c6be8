#!/bin/sh
# LangGraph: results of parallel nodes are merged by the nodes' names, those of Sends by position.
#
# Software:  langgraph 1.2.22
# Seen on:   30 November 2026, Linux, CPython 3.11
# Expected:  a list reducer gets the results of one step in one order: as the nodes were added, as the edges were
#            drawn, or as they finish.
# Behaviour: nodes that start by edges are merged in alphabetical order of their names, whichever way they were added
#            and whichever finishes first; the same nodes started by Sends in the order of the Sends.
# Why care:  renaming a node reorders its results, and rewriting edges as Sends does too. Store a position with each
#            result.
# Output:
#| by edges to fast, slow, average: average, fast, slow
#| by Sends to fast, slow, average: fast, slow, average
set -eu
export PIP_DISABLE_PIP_VERSION_CHECK=1
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
trap 'exit 1' HUP INT TERM
python3 -m venv "$place/venv"
"$place/venv/bin/pip" install -q --retries 5 langgraph==1.2.22
"$place/venv/bin/python" - >"$place/seen" <<'PYTHON'
import operator
import time
from typing import Annotated, TypedDict

from langgraph.graph import START, StateGraph
from langgraph.types import Send

SECONDS = {"fast": 0.0, "slow": 0.4, "average": 0.2}


class State(TypedDict):
    results: Annotated[list[str], operator.add]


def work(name):
    def node(state: State) -> State:
        time.sleep(SECONDS[name])
        return {"results": [name]}

    return node


def run(connect):
    graph = StateGraph(State)
    for name in SECONDS:
        graph.add_node(name, work(name))
    connect(graph)
    return ", ".join(graph.compile().invoke({"results": []})["results"])


def edges(graph):
    for name in SECONDS:
        graph.add_edge(START, name)


def sends(graph):
    graph.add_conditional_edges(START, lambda state: [Send(name, state) for name in SECONDS], list(SECONDS))


print("by edges to fast, slow, average:", run(edges))
print("by Sends to fast, slow, average:", run(sends))
PYTHON
sed -n 's/^#| //p' "$0" >"$place/expected"
cat "$place/seen"
diff "$place/expected" "$place/seen"
