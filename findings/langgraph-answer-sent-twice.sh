#!/bin/sh
# LangGraph: an answer sent twice answers the next question as well.
#
# Software:  langgraph 1.2.22
# Seen on:   30 November 2026, Linux, CPython 3.11
# Expected:  a question of a node has its id; an answer to a question that is answered already is refused or ignored.
# Behaviour: when a node asks twice, the second question has another id, and an answer to the first id, sent again,
#            is taken as the answer to the second question. The run ends.
# Why care:  a client that repeats its request after a lost response approves what nobody has read. Compare the ids
#            with the open questions in the transaction that accepts an answer.
# Output:
#| first question: Delete the draft?
#| second question: Delete the original? (another id)
#| the first answer again: {'said': ['yes', 'yes']}
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
from langgraph.graph import END, START, StateGraph
from langgraph.types import Command, interrupt


class State(TypedDict):
    said: list[str]


def ask(state: State) -> State:
    return {"said": [interrupt("Delete the draft?"), interrupt("Delete the original?")]}


graph = StateGraph(State)
graph.add_node("ask", ask)
graph.add_edge(START, "ask")
graph.add_edge("ask", END)
app = graph.compile(checkpointer=InMemorySaver())
thread = {"configurable": {"thread_id": "1"}}

first = app.invoke({"said": []}, thread)["__interrupt__"][0]
print("first question:", first.value)
second = app.invoke(Command(resume={first.id: "yes"}), thread)["__interrupt__"][0]
print("second question:", second.value, "(the same id)" if second.id == first.id else "(another id)")
print("the first answer again:", app.invoke(Command(resume={first.id: "yes"}), thread))
PYTHON
sed -n 's/^#| //p' "$0" >"$place/expected"
cat "$place/seen"
diff "$place/expected" "$place/seen"
