#!/bin/sh
# LangGraph: after two parallel writers of one key the state can no longer be read.
#
# Software:  langgraph 1.2.22
# Seen on:   30 November 2026, Linux, CPython 3.11
# Expected:  two nodes of one step that write a key without a reducer make the run raise; afterwards get_state shows
#            where it stopped, as after any other error.
# Behaviour: get_state raises the same InvalidUpdateError, until somebody writes to the thread. The history can still
#            be read.
# Why care:  a page that shows failed runs fails with them. Find such pairs of nodes when the graph is saved, and
#            read the history where get_state raises.
# Output:
#| invoke: InvalidUpdateError: At key 'result': Can receive only one value per step
#| get_state: InvalidUpdateError: At key 'result': Can receive only one value per step
#| checkpoints in the history: 2
set -eu
export PIP_DISABLE_PIP_VERSION_CHECK=1
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
trap 'exit 1' HUP INT TERM
python3 -m venv "$place/venv"
"$place/venv/bin/pip" install -q --retries 5 langgraph==1.2.22
"$place/venv/bin/python" - >"$place/seen" <<'PYTHON'
from typing import TypedDict

from langgraph.checkpoint.memory import InMemorySaver
from langgraph.errors import InvalidUpdateError
from langgraph.graph import START, StateGraph


class State(TypedDict):
    result: str


graph = StateGraph(State)
for name in ("left", "right"):
    graph.add_node(name, lambda state, name=name: {"result": name})
    graph.add_edge(START, name)
app = graph.compile(checkpointer=InMemorySaver())
thread = {"configurable": {"thread_id": "1"}}

calls = {"invoke": lambda: app.invoke({"result": ""}, thread), "get_state": lambda: app.get_state(thread)}
for name, call in calls.items():
    try:
        print(f"{name}: {call()}")
    except InvalidUpdateError as error:
        print(f"{name}: InvalidUpdateError: {str(error).partition('. ')[0]}")
print("checkpoints in the history:", len(list(app.get_state_history(thread))))
PYTHON
sed -n 's/^#| //p' "$0" >"$place/expected"
cat "$place/seen"
diff "$place/expected" "$place/seen"
