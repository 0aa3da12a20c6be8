"""What the sandbox tells of violations stands in the audit log, and stops the agent that causes several."""

from dynagent.core.shared.events import AgentEventObserver
from dynagent.core.shared.ids import new_id
from dynagent.infrastructure.postgres.sandbox_audit import SandboxAudit
from dynagent.infrastructure.sandbox.audit import AuditEvent
from dynagent.infrastructure.sandbox.incidents import Incidents
from tests.conftest import connected_to
from tests.presentation.api.identity.test_every_route import _people, _things_of, platform

__all__ = ["platform"]


async def test_three_violations_within_an_hour_disable_the_agent(platform, fresh_database_url: str) -> None:
    database = connected_to(fresh_database_url)
    await database.connect()
    admin, owner, *_ = await _people(platform)
    things = await _things_of(owner)
    me = (await owner.get("/api/v1/users/me")).json()["id"]
    incidents, observer = Incidents(SandboxAudit(database.pool)), AgentEventObserver(lambda event, error: None)
    incidents.attach(platform.bus, observer)
    for times in (1, 2, 3):
        assert (await owner.get(f"/api/agents/{things['agent_id']}")).json()["status"] == "active"
        fields = {"execution_id": things["execution_id"], "kind": "policy_violation", "times": times}
        incidents(AuditEvent("sandbox.violation", me, "shout", fields))
        await incidents.settled()
    for _ in range(100):
        if (await owner.get(f"/api/agents/{things['agent_id']}")).json()["status"] == "disabled":
            break
    run = await owner.post("/api/executions", json={"agent_id": things["agent_id"], "query": "x"})
    assert (run.status_code, run.json()["error_code"]) == (409, "agent_disabled")
    entries = (await admin.get("/api/v1/audit-log?outcome=incident")).json()["entries"]
    assert [(entry["action"], entry["target_id"]) for entry in entries] == [
        ("sandbox.violation", things["agent_id"])
    ] * 3
    await database.close()


async def test_what_is_no_violation_or_nobodys_is_left_alone(platform, fresh_database_url: str) -> None:
    database = connected_to(fresh_database_url)
    await database.connect()
    incidents = Incidents(SandboxAudit(database.pool))
    incidents(AuditEvent("sandbox.violation", new_id(), "t", {}))
    incidents.attach(platform.bus, AgentEventObserver(lambda event, error: None))
    incidents(AuditEvent("tool.called", new_id(), "t", {}))
    incidents(AuditEvent("sandbox.violation", None, "t", {}))
    await incidents.settled()
    assert await database.pool.fetchval("SELECT count(*) FROM audit_log") == 0
    await database.close()


async def test_everything_that_is_told_is_kept(platform, fresh_database_url: str) -> None:
    database = connected_to(fresh_database_url)
    await database.connect()
    incidents = Incidents(SandboxAudit(database.pool))
    incidents.start()
    me = new_id()
    incidents(AuditEvent("tool.called", me, "shout", {"outcome": "result"}))
    incidents(AuditEvent("sandbox.level", fields={"level": 3}))
    await incidents.stop()
    rows = await database.pool.fetch("SELECT action, target_id FROM audit_log ORDER BY id")
    assert [tuple(row.values()) for row in rows] == [("tool.called", "shout"), ("sandbox.level", "")]
    await database.close()
