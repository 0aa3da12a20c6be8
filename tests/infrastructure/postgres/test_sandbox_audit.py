"""The sandbox's events stand in the audit log, and a tool that violates its policy repeatedly is switched off."""

from datetime import UTC, datetime
from typing import Any

from dynagent.application.shared.caller import Caller
from dynagent.core.shared.ids import new_id
from dynagent.core.tools import CustomTool, ToolReflection
from dynagent.infrastructure.postgres.database import Database
from dynagent.infrastructure.postgres.sandbox_audit import SandboxAudit
from dynagent.infrastructure.sandbox.audit import AuditEvent
from tests.repositories import RepositoryScopes

NOW = datetime.now(UTC)


async def add_tool(database: Database, user: str) -> CustomTool:
    tool = CustomTool(
        id=new_id(), user_id=user, name="probe", description="Probes things", code="async def probe(): ...",
        reflection=ToolReflection(entry="probe", shape="async", description="", parameters={}),
        created_at=NOW, updated_at=NOW,
    )  # fmt: skip
    async with RepositoryScopes(database, deliver=lambda _: None).open(Caller(user)) as scope:
        await scope.custom_tools.create(tool)
        await scope.uow.commit()
    return tool


async def kept(database: Database, *events: AuditEvent) -> list[Any]:
    audit = SandboxAudit(database.pool)
    audit.start()
    for event in events:
        audit.keep(event)
    await audit.stop()
    return await database.pool.fetch("SELECT * FROM audit_log ORDER BY id")


async def test_events_are_kept_with_who_and_what(database: Database) -> None:
    user = new_id()
    rows = await kept(
        database,
        AuditEvent("tool.called", user, "probe", {"outcome": "ok", "wall_ms": 1.5}),
        AuditEvent("sandbox.level", None, None, {"level": 3}),
        AuditEvent("tool.rejected", "no id", "evil", {"rules": ["import_blocked"]}),
    )
    assert [(row["action"], row["outcome"], row["target_id"]) for row in rows] == [
        ("tool.called", "done", "probe"),
        ("sandbox.level", "done", ""),
        ("tool.rejected", "refused", "evil"),
    ]
    assert str(rows[0]["actor_id"]) == user
    assert '"wall_ms": 1.5' in rows[0]["details"]
    assert rows[2]["actor_id"] is None


async def test_a_tool_that_violates_its_policy_three_times_is_switched_off(database: Database) -> None:
    user = new_id()
    tool = await add_tool(database, user)
    state = "SELECT disabled, disabled_reason, disabled_by FROM custom_tools WHERE id = $1"
    # Violations of an earlier version do not count, nor those of another tool.
    for told in ({"tool_id": tool.id, "version": 0}, {"tool_id": new_id(), "version": 1}):
        await kept(database, *[AuditEvent("sandbox.violation", user, "probe", told)] * 3)
    for _ in range(3):
        row = await database.pool.fetchrow(state, tool.id)
        assert row is not None
        assert row["disabled"] is False
        await kept(database, AuditEvent("sandbox.violation", user, "probe", {"tool_id": tool.id, "version": 1}))
    row = await database.pool.fetchrow(state, tool.id)
    assert row is not None
    assert (row["disabled"], row["disabled_by"]) == (True, "sandbox")
    assert "3 violations" in row["disabled_reason"]
    lines = await database.pool.fetch("SELECT * FROM audit_log WHERE action = 'tool.changed' AND target_id = 'probe'")
    assert [(line["actor_id"], '"after": true' in line["details"]) for line in lines] == [(None, True)]


async def test_a_database_that_is_away_costs_the_events_not_the_calls() -> None:
    class Away:
        async def execute(self, query: str, *args: object) -> str:
            raise OSError("away")

    audit = SandboxAudit(Away())  # pyright: ignore[reportArgumentType]
    audit.start()
    audit.keep(AuditEvent("tool.called"))
    await audit.stop()
    await SandboxAudit(Away()).stop()  # pyright: ignore[reportArgumentType]
