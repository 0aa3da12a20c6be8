"""Executions of workflows that another engine runs, and reports here."""

import asyncio

from tests.main.people import People
from tests.main.test_workflows import make_agent, make_workflow
from tests.presentation.api.watching import Watcher
from tests.shows import shows


async def record(people: People, **fields: object) -> dict[str, object]:
    agent = await make_agent(people, "a")
    workflow = await make_workflow(people, nodes=[{"id": "a", "agent_id": agent}])
    return await people.send("POST", "/executions", {"workflow_id": workflow["workflow_id"], **fields})


@shows(
    "RecordBody.workflow_id",
    "RecordBody.inputs_json",
    "RecordChanges.status",
    "RecordChanges.start_time",
    "RecordChanges.end_time",
    "RecordChanges.final_output_json",
    "RecordChanges.usage_metrics_json",
    "RecordChanges.cost_usd",
    "UsageBody.total_tokens",
)
async def test_a_record_is_made_and_changed_and_no_worker_takes_it(people: People) -> None:
    made = await record(people, inputs_json={"topic": "bees"})
    path = f"/executions/{made['id']}"
    assert (made["status"], made["inputs"], made["started_at"]) == ("pending", {"topic": "bees"}, None)
    watcher = Watcher(people.app, f"/api/v1{path}/stream")
    running = await people.send("PUT", path, {"status": "running", "start_time": "2026-01-01T10:00:00Z"})
    assert (running["status"], running["started_at"]) == ("running", "2026-01-01T10:00:00Z")
    await asyncio.sleep(0.3)
    assert (await people.send("GET", path))["status"] == "running"
    refused = await people.answer_of("POST", f"{path}/pause")
    assert (refused.status_code, refused.json()["error_code"]) == (409, "execution_not_pausable")
    report = {
        "status": "completed",
        "end_time": "2026-01-01T10:00:02Z",
        "final_output_json": {"text": "done"},
        "usage_metrics_json": {"total_tokens": 7},
        "cost_usd": 0.25,
    }
    done = await people.send("PUT", path, report)
    assert (done["status"], done["output"], done["duration_ms"]) == ("completed", {"text": "done"}, 2000)
    assert (done["usage"]["total_tokens"], done["cost_usd"]) == (7, 0.25)
    await watcher.over()
    shown = (await people.send("GET", f"/workflows/{made['workflow_id']}/status"))["final_output_json"]
    assert shown == {"text": "done"}
    again = await people.answer_of("PUT", path, {"status": "failed"})
    assert (again.status_code, again.json()["error_code"]) == (409, "execution_over")


@shows("RecordChanges.error", "ReportedErrorBody.message", "RecordBody.status")
async def test_a_record_may_be_of_what_is_over_already(people: People) -> None:
    failed = await record(people, status="failed", error={"message": "no model"})
    assert (failed["status"], failed["error"]) == ("failed", {"code": "reported_failure", "message": "no model"})
    assert [event["type"] for event in await people.log(str(failed["id"]))] == ["connection", "error"]
    cancelled = await record(people)
    await people.send("POST", f"/executions/{cancelled['id']}/cancel")
    assert (await people.send("GET", f"/executions/{cancelled['id']}"))["status"] == "cancelled"


async def test_what_is_run_here_is_not_changed_and_bad_records_are_refused(people: People) -> None:
    run = await people.ended(await people.start(await people.agent(model="demo"), "1+1"))
    refused = await people.answer_of("PUT", f"/executions/{run['id']}", {"status": "failed"})
    assert (refused.status_code, refused.json()["error_code"]) == (409, "execution_not_recorded")
    bad = await people.answer_of("POST", "/executions", {"workflow_id": "x", "status": "asleep", "query": "q"})
    assert {error["pointer"] for error in bad.json()["errors"]} == {"/status", "/query"}
    plain = await people.answer_of("POST", "/executions", {"agent_id": "x"})
    assert [error["pointer"] for error in plain.json()["errors"]] == ["/query"]
    missing = await people.answer_of("POST", "/executions", {"workflow_id": run["id"]})
    assert (missing.status_code, missing.json()["error_code"]) == (404, "workflow_not_found")
