"""What the operator allows of a workflow, beyond what the platform bears."""

from dynagent.core.workflows import Definition, WorkflowLimits


def test_what_is_beyond_is_said_with_its_place_and_the_bound() -> None:
    nodes = [{"id": "a", "agent_id": "x"}, {"id": "l", "type": "loop", "config": {"max_rounds": 9}}]
    edges = [{"source": "a", "target": "l"}]
    given = {"process_type": "graph", "nodes": nodes, "edges": edges, "max_cost_usd": 5.0}
    definition = Definition.model_validate(given)
    assert list(WorkflowLimits().violations(definition)) == []
    tight = WorkflowLimits(nodes=1, edges=0, rounds=8, cost_usd=4.0)
    found = {item.pointer: item.detail for item in tight.violations(definition)}
    assert found == {
        "/nodes": "2 nodes; a workflow has at most 1 here",
        "/edges": "1 edges; a workflow has at most 0 here",
        "/nodes/1/config/max_rounds": "9 rounds; a loop has at most 8 here",
        "/max_cost_usd": "5 US dollars; a run may cost at most 4 here",
    }


def test_a_run_may_cost_the_lower_of_both_limits() -> None:
    own, none = Definition(max_cost_usd=2.0), Definition()
    assert [WorkflowLimits(cost_usd=3.0).cost_of(item) for item in (own, none)] == [2.0, 3.0]
    assert [WorkflowLimits().cost_of(item) for item in (own, none)] == [2.0, None]
