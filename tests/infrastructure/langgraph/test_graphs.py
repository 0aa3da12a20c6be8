"""The graph's shape and the state it keeps."""

from langgraph.graph import END, START

from dynagent.infrastructure.langgraph.graphs import AgentWorkflow, compiled_graph
from dynagent.infrastructure.langgraph.messages import opening_messages, read_calls, read_message, store_calls
from tests.fakes.tools import FakeTool
from tests.infrastructure.langgraph.runs import call


def test_nodes_edges_and_outcomes():
    drawn = AgentWorkflow([FakeTool()]).graph.get_graph()
    assert set(drawn.nodes) == {START, "analyze", "execute_tools", "synthesize", END}
    edges = {(edge.source, edge.target, edge.data) for edge in drawn.edges}
    assert edges == {
        (START, "analyze", None),
        ("analyze", "execute_tools", None),
        ("execute_tools", "execute_tools", "continue"),
        ("execute_tools", "synthesize", "end"),
        ("synthesize", END, None),
    }


def test_one_compiled_graph_serves_all_agents():
    assert AgentWorkflow([FakeTool("one")]).graph is AgentWorkflow([FakeTool("other")]).graph is compiled_graph()


def test_calls_survive_the_state():
    calls = (call("a", 1, n=2**100, text="ü"), call("b", 2).model_copy(update={"arguments": None, "raw": "{"}))
    assert read_calls(store_calls(calls)) == calls


def test_the_conversation_opens_with_prompt_history_and_question():
    messages = [read_message(m) for m in opening_messages("Be brief.", [("q1", "a1")], "q2")]
    assert [(m.role, m.content) for m in messages] == [
        ("system", "Be brief."),
        ("user", "q1"),
        ("assistant", "a1"),
        ("user", "q2"),
    ]
    assert opening_messages("", [], "q")[0]["role"] == "user"
