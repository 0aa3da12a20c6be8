"""What workflows use is not removed without a word."""

from tests.main.people import People
from tests.main.test_workflows import make_agent, make_workflow


async def test_what_a_workflow_uses_is_not_removed_unnoticed(people: People) -> None:
    placed, instead = await make_agent(people, "a"), await make_agent(people, "b")
    policy = {"policy": "fallback", "fallback_agent_id": instead}
    node = {"id": "a", "agent_id": placed, "config": {"on_error": policy}}
    workflow = await make_workflow(people, name="Uses both", process_type="graph", nodes=[node])
    body = {"name": "Hook", "agent_id": placed}
    await people.send("POST", "/triggers", body)
    for agent, used in (
        (placed, [("trigger", "agent_id"), ("workflow", "nodes")]),
        (instead, [("workflow", "on_error")]),
    ):
        refused = await people.answer_of("DELETE", f"/agents/{agent}")
        assert refused.status_code == 409, refused.text
        assert [(use["kind"], use["field"]) for use in refused.json()["used_by"]] == used
        assert refused.json()["used_by"][-1]["id"] == workflow["workflow_id"]
    assert (await people.answer_of("DELETE", f"/agents/{placed}?force=true")).is_success
    started = await people.answer_of("POST", f"/workflows/{workflow['workflow_id']}/execute", {})
    assert [error["pointer"] for error in started.json()["errors"]] == ["/nodes/0/agent_id"]
