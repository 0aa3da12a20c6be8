"""Long lists of agents and tools: what is deep in them, or found by a word of all, is the same as in short ones."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from dynagent.core.agents import AgentFilter
from dynagent.core.shared.paging import PageRequest
from dynagent.core.tools import ToolFilter, ToolListing
from dynagent.infrastructure.postgres.custom_tools import PostgresToolLoader
from dynagent.infrastructure.postgres.database import Database
from dynagent.infrastructure.postgres.kit.pages import GLANCE
from dynagent.infrastructure.tools.listing import merged_page
from tests.conftest import ScopeFor, connected_to
from tests.servers import TestPostgres

ANN = "00000000-0000-7000-8000-000000000001"
COUNT = 3000
_ID = "('018000000000700080' || lpad(to_hex(n), 14, '0'))::uuid, $1::uuid"
AGENTS = f"""
INSERT INTO agents (id, user_id, slug, name, kind, status, version, configuration, created_at, updated_at)
SELECT {_ID}, 'a' || n, 'Agent ' || n, 'configured', CASE WHEN n % 2 = 0 THEN 'active' ELSE 'disabled' END, 1,
  jsonb_build_object('name', 'Agent ' || n, 'description', 'Everywhere' || CASE WHEN n > 2960 THEN ' latest' ELSE '' END
    || CASE WHEN n = 7 THEN ' needle' ELSE '' END), now(), now()
FROM generate_series(1, {COUNT}) n
"""
TOOLS = f"""
INSERT INTO custom_tools (id, user_id, name, description, code, reflection, policy, version, source_hash, tags,
  created_at, updated_at)
SELECT {_ID}, 'tool_' || lpad(n::text, 5, '0'), 'Everywhere' || CASE WHEN n = 2000 THEN ' needle' ELSE '' END, 'pass',
  '{{"entry": "f", "shape": "sync", "description": "", "parameters": {{}}}}', '{{}}', 1, '',
  CASE WHEN n % 2 = 0 THEN ARRAY['even'] ELSE ARRAY[]::text[] END, now(), now()
FROM generate_series(1, {COUNT}) n
"""
SHIPPED = [
    ToolListing(name=name, description="Everywhere", parameters={}, tool_class="", kind="prebuilt")
    for name in ("a_first", "tool_02000_b", "z_last")
]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def filled_url(postgres: TestPostgres) -> AsyncIterator[str]:
    """A database with three thousand agents and tools."""
    name, url = await postgres.clone()
    database = connected_to(url)
    await database.connect()
    for fill in (AGENTS, TOOLS):
        await database.pool.execute(fill, ANN)
    await database.close()
    yield url
    await postgres.drop(name)


@pytest_asyncio.fixture
async def database(filled_url: str) -> AsyncIterator[Database]:
    """A connected Database on it."""
    database = connected_to(filled_url)
    await database.connect()
    yield database
    await database.close()


async def agents(scope_for: ScopeFor, wanted: AgentFilter, page: PageRequest) -> tuple[list[int], int, bool]:
    async with scope_for(ANN) as scope:
        found = await scope.agents.find(wanted, page)
    return [int(item.slug[1:]) for item in found.items], found.total, found.total_is_exact


async def tools(database: Database, wanted: ToolFilter, page: PageRequest) -> tuple[list[str], int, bool]:
    found = await merged_page(SHIPPED, PostgresToolLoader(database.pool), ANN, wanted=wanted, page=page)
    return [item.name for item in found.items], found.total, found.total_is_exact


def _tool_names() -> list[str]:
    return sorted([*(tool.name for tool in SHIPPED), *(f"tool_{n:05}" for n in range(1, COUNT + 1))])


@pytest.mark.parametrize("skip", [1001, 1499, 1500, 1501, 2979, 2980, 2990, 2999, 3000, 9000])
async def test_agents_deep_in_a_list(scope_for: ScopeFor, skip: int) -> None:
    whole = list(range(COUNT, 0, -1))
    assert await agents(scope_for, AgentFilter(), PageRequest(limit=20, skip=skip)) == (
        whole[skip : skip + 20],
        COUNT,
        True,
    )


@pytest.mark.parametrize("skip", [1010, 1499, 1505, 1999, 2000, 2001, 2002, 2980, 2990, 3000, 3002, 3003])
async def test_tools_deep_in_a_list(database: Database, skip: int) -> None:
    names = _tool_names()
    found = await tools(database, ToolFilter(), PageRequest(limit=20, skip=skip))
    assert found == (names[skip : skip + 20], len(names), True)


async def test_added_and_removed_agents_are_counted(scope_for: ScopeFor) -> None:
    page = PageRequest(limit=20, skip=2990)
    async with scope_for(ANN) as scope:
        oldest = (await scope.agents.find(AgentFilter(), page)).items[-1]
        assert await scope.agents.delete(oldest.id)
        found = await scope.agents.find(AgentFilter(), page)
        assert (found.total, found.items[-1].slug) == (COUNT - 1, "a2")
        await scope.agents.create(oldest.model_copy(update={"slug": "again"}))
        assert (await scope.agents.find(AgentFilter(), page)).total == COUNT


async def test_a_word_of_all_agents_is_met_in_their_order(scope_for: ScopeFor) -> None:
    wanted = AgentFilter(search="verywher")
    assert await agents(scope_for, wanted, PageRequest(limit=3)) == ([3000, 2999, 2998], GLANCE, False)
    assert await agents(scope_for, wanted, PageRequest(limit=3, skip=4)) == ([2996, 2995, 2994], GLANCE, False)
    half = AgentFilter(search="verywher", status="disabled")
    assert (await agents(scope_for, half, PageRequest(limit=3)))[0] == [2999, 2997, 2995]


async def test_a_word_of_some_agents_is_counted_as_far_as_it_was_seen(scope_for: ScopeFor) -> None:
    wanted = AgentFilter(search="latest")
    assert await agents(scope_for, wanted, PageRequest(limit=2)) == ([3000, 2999], 40, False)
    assert await agents(scope_for, wanted, PageRequest(limit=2, skip=38)) == ([2962, 2961], 40, True)
    assert await agents(scope_for, AgentFilter(search="needle"), PageRequest()) == ([7], 1, True)


async def test_searched_agents_go_on_after_a_cursor(scope_for: ScopeFor) -> None:
    async with scope_for(ANN) as scope:
        first = await scope.agents.find(AgentFilter(search="latest"), PageRequest(limit=30))
        rest = await scope.agents.find(AgentFilter(search="latest"), PageRequest(limit=30, cursor=first.next_cursor))
    assert [len(first.items), len(rest.items), rest.next_cursor] == [30, 10, None]


async def test_a_word_of_all_tools_is_met_in_their_order(database: Database) -> None:
    names, wanted = _tool_names(), ToolFilter(search="verywher")
    found, total, exact = await tools(database, wanted, PageRequest(limit=3))
    assert (found, total >= 4, exact) == (names[:3], True, False)
    assert (await tools(database, wanted, PageRequest(limit=3, skip=100)))[0] == names[100:103]
    even = [name for name in names if name.startswith("tool") and name[-1] in "02468"]
    assert (await tools(database, ToolFilter(search="verywher", tag="even"), PageRequest(limit=3)))[0] == even[:3]
    assert await tools(database, ToolFilter(search="needle"), PageRequest()) == (["tool_02000"], 1, True)
