"""Agents in PostgreSQL: what is written is read, versions are kept, owners are strangers."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dynagent.core.agents import (
    Agent,
    AgentChangedMeanwhile,
    AgentConfiguration,
    AgentFilter,
    AgentNotFound,
    AgentSlugTaken,
    NamedAgent,
    ToolAttachment,
)
from dynagent.core.shared.errors import MalformedInput
from dynagent.core.shared.ids import new_id
from dynagent.core.shared.paging import PageRequest
from dynagent.infrastructure.postgres.database import Database
from tests.conftest import ScopeFor

NOW = datetime(2026, 5, 4, 3, 2, 1, 123456, tzinfo=UTC)

texts = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=40)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**30), 10**30) | st.floats(-1e15, 1e15) | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=8,
)
configurations = st.builds(
    AgentConfiguration,
    name=texts.filter(lambda text: len(text) > 0),
    description=texts,
    instructions=texts,
    model=st.none() | texts,
    temperature=st.floats(0, 2),
    tools=st.lists(texts, max_size=3).map(tuple),
    dependencies=st.lists(texts, max_size=3).map(tuple),
    max_iter=st.integers(1, 100),
    run_timeout_s=st.none() | st.floats(0.001, 86_400),
    config_data=st.dictionaries(texts, json_values, max_size=3),
)


def an_agent(user_id: str, name: str = "Ada", **fields: Any) -> Agent:
    return Agent.create(id=new_id(), user_id=user_id, configuration=AgentConfiguration(name=name, **fields), now=NOW)


async def stored(scope_for: ScopeFor, *agents: Agent) -> None:
    async with scope_for(agents[0].user_id) as scope:
        for agent in agents:
            await scope.agents.create(agent)
        await scope.uow.commit()


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(configuration=configurations)
async def test_what_is_written_is_read(scope_for: ScopeFor, configuration: AgentConfiguration) -> None:
    agent = Agent.create(id=new_id(), user_id=new_id(), configuration=configuration, now=NOW)
    async with scope_for(agent.user_id) as scope:
        await scope.agents.create(agent)
        assert await scope.agents.get_by_id(agent.id) == agent
        version = await scope.agents.get_version(agent.id, 1)
    assert version is not None and version.configuration == configuration


async def test_an_output_schema_keeps_its_order(scope_for: ScopeFor) -> None:
    schema = {"type": "object", "properties": {"reasoning": {}, "a": {}}, "required": ["reasoning", "a"]}
    agent = an_agent(new_id(), output_schema=schema)
    async with scope_for(agent.user_id) as scope:
        await scope.agents.create(agent)
        read = await scope.agents.get_by_id(agent.id)
    assert read is not None and read == agent
    assert list(read.configuration.output_schema or {}) == ["type", "properties", "required"]
    assert list((read.configuration.output_schema or {})["properties"]) == ["reasoning", "a"]


async def test_every_field_of_the_row_comes_back(scope_for: ScopeFor) -> None:
    agent = an_agent(new_id()).model_copy(
        update={"kind": "dynamic", "status": "error", "updated_at": NOW + timedelta(days=1)}
    )
    await stored(scope_for, agent)
    async with scope_for(agent.user_id) as scope:
        assert await scope.agents.get_by_id(agent.id) == agent
        assert await scope.agents.list_all() == [agent]


async def test_a_slug_is_taken_once_per_owner(scope_for: ScopeFor) -> None:
    agent = an_agent(new_id())
    await stored(scope_for, agent)
    await stored(scope_for, agent.model_copy(update={"id": new_id(), "user_id": new_id()}))
    async with scope_for(agent.user_id) as scope:
        with pytest.raises(AgentSlugTaken):
            await scope.agents.create(agent.model_copy(update={"id": new_id()}))


async def test_a_change_makes_a_version_and_an_old_one_is_refused(scope_for: ScopeFor) -> None:
    agent = an_agent(new_id())
    await stored(scope_for, agent)
    changed = agent.changed(AgentConfiguration(name="Grace"), expected_version=1, now=NOW + timedelta(hours=1))
    async with scope_for(agent.user_id) as scope:
        assert await scope.agents.update(changed) == changed
        await scope.uow.commit()
    async with scope_for(agent.user_id) as scope:
        with pytest.raises(AgentChangedMeanwhile) as refused:
            await scope.agents.update(agent.changed(AgentConfiguration(name="Joan"), expected_version=1, now=NOW))
        assert refused.value.extra == {"current_version": 2}
        assert await scope.agents.get_by_id(agent.id) == changed
        page = await scope.agents.versions(agent.id, PageRequest(limit=1))
        after = await scope.agents.versions(agent.id, PageRequest(limit=1, cursor=page.next_cursor))
        assert ([item.version for item in after.items], after.next_cursor) == ([1], None)
        assert (page.total, [item.version for item in page.items]) == (2, [2])
        assert page.items[0].created_at == changed.updated_at
        assert page.items[0].created_by == agent.user_id
        assert [item.version for item in (await scope.agents.versions(agent.id, PageRequest(skip=1))).items] == [1]
        assert (await scope.agents.versions(agent.id, PageRequest(skip=9))).total == 2


async def test_a_status_changes_without_a_new_version(scope_for: ScopeFor) -> None:
    agent = an_agent(new_id(), config_data={"b": 1, "a": [1.0, 2]})
    await stored(scope_for, agent)
    disabled = agent.with_status("disabled", now=NOW + timedelta(seconds=1))
    async with scope_for(agent.user_id) as scope:
        await scope.agents.update(disabled)
        assert await scope.agents.get_by_id(agent.id) == disabled
        assert (await scope.agents.versions(agent.id, PageRequest())).total == 1
        with pytest.raises(AgentChangedMeanwhile):
            other = agent.configuration.model_copy(update={"name": "Other"})
            await scope.agents.update(agent.model_copy(update={"configuration": other}))
        with pytest.raises(AgentNotFound):
            await scope.agents.update(an_agent(agent.user_id))


async def test_a_deleted_agent_takes_its_versions_along(scope_for: ScopeFor) -> None:
    agent = an_agent(new_id())
    await stored(scope_for, agent)
    async with scope_for(agent.user_id) as scope:
        assert await scope.agents.delete(agent.id)
        assert not await scope.agents.delete(agent.id)
        assert await scope.agents.get_version(agent.id, 1) is None


async def test_another_owner_sees_and_changes_nothing(scope_for: ScopeFor) -> None:
    agent = an_agent(new_id(), dependencies=("x",))
    await stored(scope_for, agent)
    async with scope_for(new_id()) as outsider:
        assert await outsider.agents.get_by_id(agent.id) is None
        assert await outsider.agents.list_all() == []
        assert (await outsider.agents.find(AgentFilter(), PageRequest())).total == 0
        assert (await outsider.agents.versions(agent.id, PageRequest())).total == 0
        assert await outsider.agents.get_version(agent.id, 1) is None
        assert await outsider.agents.named([agent.slug, agent.configuration.name]) == []
        assert await outsider.agents.named() == []
        assert not await outsider.agents.delete(agent.id)
        with pytest.raises(AgentNotFound):
            await outsider.agents.update(agent.with_status("disabled", now=NOW))
        await outsider.uow.commit()
    async with scope_for(agent.user_id) as scope:
        assert await scope.agents.get_by_id(agent.id) == agent
        known = NamedAgent(agent.id, agent.slug, agent.configuration.name, "active", ("x",))
        assert await scope.agents.named() == [known]
        assert await scope.agents.named([agent.slug, "nobody"]) == await scope.agents.named([known.name]) == [known]
        assert await scope.agents.named([]) == await scope.agents.named(["nobody"]) == []


async def test_what_is_no_id_is_not_there(scope_for: ScopeFor) -> None:
    async with scope_for(new_id()) as scope:
        for text in ("", "abc", "'; drop table agents; --", "\x00", "\ud800"):
            assert await scope.agents.get_by_id(text) is None
            assert not await scope.agents.delete(text)
            assert await scope.agents.get_version(text, 1) is None
        for version in (0, -1, 2**31, 2**80):
            assert await scope.agents.get_version(new_id(), version) is None


async def test_pages_follow_each_other_while_agents_are_added(scope_for: ScopeFor) -> None:
    user = new_id()
    agents = [an_agent(user, f"a{n}") for n in range(5)]
    await stored(scope_for, *agents)
    async with scope_for(user) as scope:
        first = await scope.agents.find(AgentFilter(), PageRequest(limit=2))
        await scope.agents.create(an_agent(user, "later"))
        second = await scope.agents.find(AgentFilter(), PageRequest(limit=2, cursor=first.next_cursor))
        third = await scope.agents.find(AgentFilter(), PageRequest(limit=2, cursor=second.next_cursor))
        beyond = await scope.agents.find(AgentFilter(), PageRequest(skip=50))
        names = [agent.configuration.name for page in (first, second, third) for agent in page.items]
        with pytest.raises(MalformedInput):
            await scope.agents.find(AgentFilter(), PageRequest(cursor="bm9wZQ"))
    assert names == ["a4", "a3", "a2", "a1", "a0"]
    assert (first.total, second.total, third.next_cursor, beyond.total) == (5, 6, None, 6)


@pytest.mark.parametrize(
    ("wanted", "names"),
    [
        (AgentFilter(search="HELP"), {"Helper"}),
        (AgentFilter(search="answers"), {"Helper"}),
        (AgentFilter(search="%"), {"100%_sure"}),
        (AgentFilter(search="_"), {"100%_sure", "Helper", "back\\slash"}),
        (AgentFilter(search="0%_s"), {"100%_sure"}),
        (AgentFilter(search="\\"), {"back\\slash"}),
        (AgentFilter(status="disabled"), {"back\\slash"}),
        (AgentFilter(kind="dynamic"), set()),
        (AgentFilter(tool="calculator"), {"Helper"}),
        (AgentFilter(tool="mine"), {"100%_sure"}),
        (AgentFilter(model="demo"), {"Helper"}),
        (AgentFilter(model="demo", search="sure"), set()),
    ],
)
async def test_a_list_is_filtered(scope_for: ScopeFor, wanted: AgentFilter, names: set[str]) -> None:
    user = new_id()
    mine = ToolAttachment(name="mine", type="web_search")
    helper = an_agent(user, "Helper", description="It answers", tools=("calculator",), model="demo")
    disabled = an_agent(user, "back\\slash").with_status("disabled", now=NOW)
    await stored(scope_for, helper, an_agent(user, "100%_sure", tools_config=(mine,)), disabled)
    async with scope_for(user) as scope:
        page = await scope.agents.find(wanted, PageRequest())
    assert {agent.configuration.name for agent in page.items} == names
    assert page.total == len(names)


async def test_sql_has_a_column_for_each_setting(scope_for: ScopeFor, database: Database) -> None:
    user = new_id()
    agent = an_agent(user, role="Cook", goal="Bread", tools=("calculator",), max_rpm=3, memory_flag=True, model="own")
    await stored(scope_for, agent)
    await database.pool.execute(
        "INSERT INTO users (id, username, email, created_at, updated_at) VALUES ($1, 'cook', 'c@x.org', now(), now())",
        user,
    )
    await database.pool.execute(
        "INSERT INTO language_models (id, user_id, name, provider, model_identifier, version, created_at, updated_at) "
        "VALUES ($1, $2, 'own', 'openai', 'm', 1, now(), now())",
        new_id(),
        user,
    )
    row = await database.pool.fetchrow("SELECT * FROM agent_columns WHERE agent_id = $1", agent.id)
    assert row is not None
    assert (row["role"], row["goal"], row["backstory"], row["llm_name"]) == ("Cook", "Bread", "", "own")
    assert (row["max_iter"], row["max_rpm"], row["memory_flag"], row["verbose_flag"]) == (15, 3, True, False)
    assert (json.loads(row["tools"]), json.loads(row["tools_config"])) == (["calculator"], [])
    assert row["llm_model_id"] is not None and row["temperature"] == agent.configuration.temperature
