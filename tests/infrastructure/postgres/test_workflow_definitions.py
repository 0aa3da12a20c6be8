"""What runs of workflows read: a version is read once, the current one each time."""

import pytest

from dynagent.core.shared.ids import new_id
from dynagent.core.workflows import WorkflowNotFound, WorkflowVersionNotFound
from dynagent.infrastructure.postgres.database import Database
from dynagent.infrastructure.postgres.workflow_definitions import PostgresWorkflowDefinitions

USER = """
INSERT INTO users (id, username, email, created_at, updated_at)
VALUES ($1::uuid, 'u' || $1::uuid, $1::uuid || '@example.org', now(), now())
"""
WORKFLOW = """
INSERT INTO workflows (id, user_id, name, description, process_type, version, definition, created_at, updated_at)
VALUES ($1, $2, 'W', '', 'graph', 1, '{"process_type": "graph"}', now(), now())
"""
VERSION = """
INSERT INTO workflow_versions (workflow_id, version, name, description, definition, created_at, created_by)
SELECT id, $2, name, description, definition, now(), user_id FROM workflows WHERE id = $1
"""


async def test_versions_never_change_so_they_are_read_once(database: Database) -> None:
    id, owner = new_id(), new_id()
    await database.pool.execute(USER, owner)
    await database.pool.execute(WORKFLOW, id, owner)
    await database.pool.execute(VERSION, id, 1)
    definitions = PostgresWorkflowDefinitions(database.pool)
    first = await definitions.get(id, 1)
    assert await definitions.get(id, 1) is first
    with pytest.raises(WorkflowVersionNotFound):
        await definitions.get(id, 2)
    assert (await definitions.latest(id, owner)).version == 1
    await database.pool.execute(VERSION, id, 2)
    await database.pool.execute("UPDATE workflows SET version = 2 WHERE id = $1", id)
    assert (await definitions.latest(id, owner)).version == 2
    with pytest.raises(WorkflowNotFound):
        await definitions.latest(id, new_id())
