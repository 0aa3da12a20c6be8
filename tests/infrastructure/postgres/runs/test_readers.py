"""What runs read of agents: the current versions of several in one go, of their owner's only."""

import pytest

from dynagent.core.agents import AgentNotFound, AgentVersionNotFound
from dynagent.core.shared.ids import new_id
from dynagent.infrastructure.postgres.database import Database
from dynagent.infrastructure.postgres.runs.readers import PostgresAgentConfigurations

AGENT = """
INSERT INTO agents (id, user_id, slug, name, kind, status, version, configuration, created_at, updated_at)
VALUES ($1::uuid, $2, 'a_' || $1::uuid, 'A', 'configured', 'active', 2, '{"name": "A"}', now(), now())
"""
VERSIONS = """
INSERT INTO agent_versions (agent_id, version, configuration, created_at, created_by)
SELECT id, n, jsonb_build_object('name', 'V' || n), now(), user_id FROM agents, generate_series(1, 2) n WHERE id = $1
"""


async def add_agent(database: Database, owner: str) -> str:
    id = new_id()
    await database.pool.execute(AGENT, id, owner)
    await database.pool.execute(VERSIONS, id)
    return id


async def test_current_versions_are_read_together_and_others_agents_are_not_there(database: Database) -> None:
    ada, eve = new_id(), new_id()
    one, two, hers = [await add_agent(database, owner) for owner in (ada, ada, eve)]
    agents = PostgresAgentConfigurations(database.pool)
    found = await agents.latest_of([one, two.upper(), hers, "no id", new_id()], ada)
    assert {id: (version.agent_id, version.version) for id, version in found.items()} == {
        one: (one, 2),
        two.upper(): (two, 2),
    }
    assert found[one].configuration.name == "V2"
    assert await agents.latest_of([], ada) == {}
    assert (await agents.latest(one, ada)).created_by == ada
    for id in (hers, "no id", new_id()):
        with pytest.raises(AgentNotFound):
            await agents.latest(id, ada)


async def test_a_version_is_read_once(database: Database) -> None:
    id = await add_agent(database, new_id())
    agents = PostgresAgentConfigurations(database.pool)
    first = await agents.get(id, 1)
    assert first.name == "V1"
    assert await agents.get(id, 1) is first
    with pytest.raises(AgentVersionNotFound):
        await agents.get(id, 3)
