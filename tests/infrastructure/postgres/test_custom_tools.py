"""Registered tools in PostgreSQL: what is written is read, versions are kept, owners are strangers."""

from datetime import UTC, datetime
from typing import Any

import pytest

from dynagent.core.shared.errors import InvalidInput
from dynagent.core.shared.ids import new_id
from dynagent.core.shared.paging import PageRequest
from dynagent.core.tools import CustomTool, ToolNameTaken, ToolNotFound, ToolPolicy, ToolReflection
from dynagent.infrastructure.postgres.custom_tools import PostgresToolLoader, ToolChangedMeanwhile
from dynagent.infrastructure.postgres.database import Database
from tests.conftest import ScopeFor

NOW = datetime(2026, 5, 4, 3, 2, 1, 123456, tzinfo=UTC)
REFLECTION = ToolReflection(
    entry="run",
    shape="async",
    description="Says it twice",
    parameters={"type": "object", "properties": {"n": {"type": "integer", "maximum": 2**70}}},
    imports=("math",),
)


def a_tool(user_id: str, name: str = "twice", **fields: Any) -> CustomTool:
    return CustomTool(
        id=new_id(),
        user_id=user_id,
        name=name,
        description="Ünï\n\tcode 🐘",
        code="def run(n):\n    return n * 2\n",
        reflection=REFLECTION,
        created_at=NOW,
        updated_at=NOW,
        **fields,
    )


async def stored(scope_for: ScopeFor, *tools: CustomTool) -> None:
    async with scope_for(tools[0].user_id) as scope:
        for tool in tools:
            await scope.custom_tools.create(tool)
        await scope.uow.commit()


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"tags": ("a", "b,c", '"quoted"'), "version": 7},
        {"policy": ToolPolicy(network=("*.example.com:443",), secrets=("KEY",), timeout_s=0.5, reuse=True)},
        {"disabled": True, "disabled_reason": "it misbehaved"},
    ],
)
async def test_what_is_written_is_read(scope_for: ScopeFor, database: Database, fields: dict[str, Any]) -> None:
    tool = a_tool(new_id(), **fields)
    await stored(scope_for, tool)
    async with scope_for(tool.user_id) as scope:
        assert await scope.custom_tools.get_by_id(tool.id) == tool
        assert await scope.custom_tools.get_by_name(tool.name) == tool
        assert await scope.custom_tools.list_all() == [tool]
    assert await PostgresToolLoader(database.pool)(tool.user_id, None) == [tool]


async def test_a_name_is_taken_once_per_owner(scope_for: ScopeFor) -> None:
    tool = a_tool(new_id())
    await stored(scope_for, tool)
    await stored(scope_for, a_tool(new_id()))
    async with scope_for(tool.user_id) as scope:
        with pytest.raises(ToolNameTaken):
            await scope.custom_tools.create(a_tool(tool.user_id))


async def test_a_change_makes_a_version_and_an_old_one_is_refused(scope_for: ScopeFor, database: Database) -> None:
    tool = a_tool(new_id())
    await stored(scope_for, tool)
    new: dict[str, Any] = {"description": "d", "reflection": REFLECTION, "policy": ToolPolicy(), "tags": (), "now": NOW}
    changed = tool.changed(code="def run(n): return n", **new)
    async with scope_for(tool.user_id) as scope:
        assert await scope.custom_tools.update(changed) == changed
        with pytest.raises(ToolChangedMeanwhile) as refused:
            await scope.custom_tools.update(tool.changed(code="def run(n): return 0", **new))
        assert refused.value.extra == {"current_version": 2}
        disabled = changed.disable("by hand", now=NOW)
        assert await scope.custom_tools.update(disabled) == disabled
        assert await scope.custom_tools.get_by_id(tool.id) == disabled
        with pytest.raises(ToolNotFound):
            await scope.custom_tools.update(a_tool(tool.user_id))
        await scope.uow.commit()
    rows = await database.pool.fetch(
        "SELECT version, code FROM custom_tool_versions WHERE tool_id = $1 ORDER BY version", tool.id
    )
    assert [tuple(row.values()) for row in rows] == [(1, tool.code), (2, changed.code)]


async def test_another_owner_sees_and_changes_nothing(scope_for: ScopeFor, database: Database) -> None:
    tool = a_tool(new_id())
    await stored(scope_for, tool)
    other = new_id()
    async with scope_for(other) as outsider:
        assert await outsider.custom_tools.get_by_id(tool.id) is None
        assert await outsider.custom_tools.get_by_name(tool.name) is None
        assert await outsider.custom_tools.get_by_names([tool.name]) == []
        assert await outsider.custom_tools.list_all() == []
        assert not await outsider.custom_tools.delete(tool.id)
        with pytest.raises(ToolNotFound):
            await outsider.custom_tools.update(tool.disable("mine now", now=NOW))
        await outsider.uow.commit()
    assert await PostgresToolLoader(database.pool)(other, [tool.name]) == []
    async with scope_for(tool.user_id) as scope:
        assert await scope.custom_tools.get_by_id(tool.id) == tool


async def test_several_are_found_at_once_and_deleted_ones_not(scope_for: ScopeFor) -> None:
    user = new_id()
    one, two, three = (a_tool(user, name) for name in ("one", "two", "three"))
    await stored(scope_for, one, two, three)
    async with scope_for(user) as scope:
        assert {tool.name for tool in await scope.custom_tools.get_by_names(["one", "three", "four"])} == {
            "one",
            "three",
        }
        assert await scope.custom_tools.get_by_names([]) == []
        assert await scope.custom_tools.list_all(skip=1, limit=1) == [two]
        assert await scope.custom_tools.delete(two.id)
        assert not await scope.custom_tools.delete(two.id)
        assert not await scope.custom_tools.delete("no id")
        assert await scope.custom_tools.get_by_id("no id") is None


@pytest.mark.parametrize("text", ["\x00", "\ud800"])
async def test_what_postgresql_cannot_store_is_refused_as_input(scope_for: ScopeFor, text: str) -> None:
    tool = a_tool(new_id()).model_copy(update={"description": text})
    async with scope_for(tool.user_id) as scope:
        with pytest.raises(InvalidInput):
            await scope.custom_tools.create(tool)


async def test_a_loader_reads_a_tool_once_and_sees_every_change(scope_for: ScopeFor, database: Database) -> None:
    loader, tool = PostgresToolLoader(database.pool), a_tool(new_id())
    await stored(scope_for, tool, other := a_tool(tool.user_id, "thrice"))
    (first,) = await loader(tool.user_id, [tool.name])
    (again,) = await loader(tool.user_id, [tool.name])
    assert again is first
    assert sorted(found.name for found in await loader(tool.user_id, [tool.name, other.name, "none"])) == [
        "thrice",
        "twice",
    ]

    await database.pool.execute("UPDATE custom_tools SET disabled = true, updated_at = now() WHERE id = $1", tool.id)
    assert [found.disabled for found in await loader(tool.user_id, [tool.name])] == [True]
    async with scope_for(tool.user_id) as scope:
        await scope.custom_tools.delete(tool.id)
        await scope.uow.commit()
    assert await loader(tool.user_id, [tool.name]) == []
    await stored(scope_for, anew := a_tool(tool.user_id))
    assert [found.id for found in await loader(tool.user_id, [tool.name])] == [anew.id]


async def test_versions_read_as_they_were_written(scope_for: ScopeFor) -> None:
    tool = a_tool(new_id(), tags=("a",))
    await stored(scope_for, tool)
    policy = ToolPolicy(network=("api.example.com:443",), timeout_s=9)
    new: dict[str, Any] = {"description": "next", "reflection": REFLECTION, "tags": (), "now": NOW}
    changed = tool.changed(code="def run(n): return n", policy=policy, **new)
    async with scope_for(tool.user_id) as scope:
        tools = scope.custom_tools
        await tools.update(changed)
        page = await tools.versions(tool.id, PageRequest(limit=1))
        assert (page.total, [item.version for item in page.items]) == (2, [2])
        assert (page.items[0].policy, page.items[0].tags, page.items[0].code) == (policy, (), changed.code)
        first = await tools.get_version(tool.id, 1)
        assert first is not None
        assert (first.description, first.tags, first.parameters) == (tool.description, ("a",), REFLECTION.parameters)
        assert (await tools.versions(tool.id, PageRequest(skip=5))).total == 2
        assert [await tools.get_version(tool.id, number) for number in (0, 3, 2**31)] == [None, None, None]
        await scope.uow.commit()
    async with scope_for(new_id()) as outsider:
        assert (await outsider.custom_tools.versions(tool.id, PageRequest())).total == 0
        assert await outsider.custom_tools.get_version(tool.id, 1) is None
        assert (await outsider.custom_tools.versions("no id", PageRequest())).items == []


async def test_a_tool_is_switched_on_again_at_its_version(scope_for: ScopeFor) -> None:
    tool = a_tool(new_id(), disabled=True, disabled_reason="it misbehaved")
    await stored(scope_for, tool)
    async with scope_for(tool.user_id) as scope:
        await scope.custom_tools.update(tool.enable(now=NOW))
        found = await scope.custom_tools.get_by_id(tool.id)
        assert found is not None
        assert (found.disabled, found.disabled_reason, found.version) == (False, None, 1)
