"""Lists of executions on a filled database: what they find, in which order, and that each is read from an index."""

import re
from collections.abc import AsyncIterator, Sequence
from decimal import Decimal
from typing import Any

import pytest
import pytest_asyncio
from sqlalchemy import TextClause, text
from sqlalchemy.ext.asyncio import AsyncSession

from dynagent.core.executions import ExecutionFilter, ExecutionOrder, SortedBy, StartedBy
from dynagent.core.runs import RunStatus
from dynagent.core.shared.errors import MalformedInput
from dynagent.core.shared.paging import MAX_COUNTED, PageRequest
from dynagent.infrastructure.postgres.database import Database
from dynagent.infrastructure.postgres.kit.pages import GLANCE
from dynagent.infrastructure.postgres.pool import Row
from dynagent.infrastructure.postgres.runs import listing
from dynagent.infrastructure.postgres.runs.counts import count_settled
from dynagent.infrastructure.postgres.runs.listing import PostgresEverybodysExecutions
from dynagent.infrastructure.postgres.statements import fetch
from tests.conftest import ScopeFor, connected_to
from tests.servers import TestPostgres

FEW, MANY, TINY = (f"00000000-0000-7000-8000-00000000000{n}" for n in (1, 2, 3))
AGENT = "00000000-0000-7000-8000-0000000000aa"
FILL = """
INSERT INTO runs (id, user_id, subject_id, subject_version, subject_name, input, chat_id, lane, status, result, error,
  usage, cost_usd, answered_model, created_at, started_at, completed_at, schedule_key, origin)
SELECT (lpad(to_hex(1790000000000 + n), 12, '0') || '7' || lpad(to_hex($2::int), 3, '0') || '8' ||
    lpad(to_hex(n), 15, '0'))::uuid, $1::uuid,
  CASE WHEN n % 20 = 0 THEN '{agent}' ELSE '00000000-0000-7000-8000-0000000000ab' END::uuid, 1, 'A',
  json_build_object('query', 'What is ' || n || '*7?' || CASE WHEN n = 5 THEN ' the Needle' ELSE '' END),
  CASE WHEN n % 4 = 0 THEN 'chat' END, 'interactive',
  CASE WHEN n % 50 = 3 THEN 'failed' WHEN n = 6 THEN 'waiting' ELSE 'completed' END,
  'Everywhere it is ' || n * 7 || CASE WHEN n = 7 THEN ' 東京の天気は晴れです src/app/main.py' ELSE '' END, NULL,
  '{{}}',
  CASE WHEN n % 3 = 0 THEN n / 1000.0 END, CASE WHEN n % 2 = 0 THEN 'even' ELSE 'odd' END,
  now(), now(), now() + make_interval(secs => n / 10.0), CASE WHEN n % 25 = 1 THEN $2::text || ':' || n END,
  CASE WHEN n % 25 = 2 THEN jsonb_build_object('execution_id', 'x', 'kind', 'fork') END
FROM generate_series(1, $3::int) n
""".replace("{agent}", AGENT).replace("{{}}", "{}")
TOOLS = """
INSERT INTO run_events SELECT id, 1, 1, 'tool_start', now(), '{"tool": "chatbot"}' FROM runs WHERE subject_id = $1
"""
SAID = """
INSERT INTO run_annotations (run_id, user_id, rating, tags)
SELECT id, user_id, CASE WHEN status = 'failed' THEN 'down' ELSE 'up' END, ARRAY['odd one'] FROM runs
WHERE status <> 'completed'
"""
PAGE = PageRequest(limit=20)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def filled_url(postgres: TestPostgres) -> AsyncIterator[str]:
    """A database with runs of three people: a hundred, ten thousand, three."""
    name, url = await postgres.clone()
    database = connected_to(url)
    await database.connect()
    for number, (user, count) in enumerate([(FEW, 100), (MANY, 10_000), (TINY, 3)]):
        await database.pool.execute(FILL, user, number, count)
    await database.pool.execute(TOOLS, AGENT)
    await database.pool.execute(SAID)
    await database.pool.execute("VACUUM ANALYZE runs, run_events, run_annotations")
    async with database.pool.acquire() as connection:
        await count_settled(connection)
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


async def numbers(
    scope_for: ScopeFor, wanted: ExecutionFilter, page: PageRequest = PAGE, user: str = FEW, **order: Any
) -> tuple[list[int], int]:
    """Return the numbers of the executions found, and the total."""
    async with scope_for(user) as scope:
        found = await scope.executions.find(wanted, page, ExecutionOrder(**order))
    return [int(item.id[-6:], 16) for item in found.items], found.total


@pytest.mark.parametrize(
    ("search", "found"),
    [
        ("needle", [5]),
        ("NEED", [5]),
        ("needle what", [5]),
        ("what needle 5", [5]),
        ("35", [51, 50, 35, 5]),  # 51*7 and 50*7 begin so, 35 is asked for, 5*7 is it
        ("5*7", [5]),
        ("東京", [7]),
        ("天気", [7]),
        ("京東", []),
        ("main.py", [7]),
        ("main", [7]),
        ("eedle", []),
        ("no' | such:* & (thing", []),
        ("\\ ' :*", []),
        ("everywhere nowhere", []),
    ],
)
async def test_a_word_is_found_in_question_and_answer(scope_for: ScopeFor, search: str, found: list[int]) -> None:
    assert (await numbers(scope_for, ExecutionFilter(search=search)))[0] == found


async def test_what_waits_is_found_too(scope_for: ScopeFor) -> None:
    assert await numbers(scope_for, ExecutionFilter(search="42", status=(RunStatus.WAITING,))) == ([6], 1)


async def test_an_id_is_found(scope_for: ScopeFor) -> None:
    async with scope_for(FEW) as scope:
        latest = (await scope.executions.find(ExecutionFilter(), PAGE)).items[0]
    assert await numbers(scope_for, ExecutionFilter(search=latest.id)) == ([100], 1)
    assert await numbers(scope_for, ExecutionFilter(search=latest.id), user=MANY) == ([], 0)


async def test_what_is_everywhere_is_found_page_by_page(scope_for: ScopeFor) -> None:
    async with scope_for(MANY) as scope:
        first = await scope.executions.find(ExecutionFilter(search="everywhere"), PAGE)
        second = await scope.executions.find(
            ExecutionFilter(search="everywhere"), PageRequest(limit=20, cursor=first.next_cursor)
        )
    assert [int(item.id[-6:], 16) for item in (*first.items, *second.items)] == list(range(10_000, 9_960, -1))
    assert (first.total, first.total_is_exact) == (GLANCE, False)
    assert (await numbers(scope_for, ExecutionFilter(search="everywhere"), user=TINY)) == ([3, 2, 1], 3)


@pytest.mark.parametrize(
    ("wanted", "matches"),
    [
        ({"status": (RunStatus.FAILED, RunStatus.WAITING)}, lambda n: n % 50 == 3 or n == 6),
        ({"agent_id": AGENT}, lambda n: n % 20 == 0),
        ({"tool": "chatbot"}, lambda n: n % 20 == 0),
        ({"model": "even"}, lambda n: n % 2 == 0),
        ({"started_by": StartedBy.SCHEDULE}, lambda n: n % 25 == 1),
        ({"started_by": (StartedBy.FORK, StartedBy.RETRY)}, lambda n: n % 25 == 2),
        ({"started_by": StartedBy.CHAT}, lambda n: n % 4 == 0 and n % 25 not in (1, 2)),
        ({"started_by": StartedBy.API}, lambda n: n % 4 != 0 and n % 25 not in (1, 2)),
        ({"cost_from": Decimal("0.09")}, lambda n: n % 3 == 0 and n >= 90),
        ({"cost_to": Decimal("0.006")}, lambda n: n % 3 != 0 or n < 6),
        ({"duration_from": 9900, "duration_to": 10_000.0}, lambda n: n == 99),
        ({"feedback": "down"}, lambda n: n % 50 == 3),
        ({"tag": "odd one"}, lambda n: n % 50 == 3 or n == 6),
        ({"tag": "odd"}, lambda n: False),
        ({"search": "what", "feedback": "up"}, lambda n: n == 6),
    ],
)
async def test_filters_leave_what_matches(scope_for: ScopeFor, wanted: dict[str, Any], matches: Any) -> None:
    expected = [n for n in range(100, 0, -1) if matches(n)]
    assert await numbers(scope_for, ExecutionFilter(**wanted), PageRequest(limit=500)) == (expected, len(expected))


@pytest.mark.parametrize("by", ["created", "status", "cost", "duration"])
@pytest.mark.parametrize("ascending", [True, False])
async def test_an_order_is_kept_from_page_to_page(scope_for: ScopeFor, by: SortedBy, ascending: bool) -> None:
    def key(n: int) -> Any:
        status = "failed" if n % 50 == 3 else "waiting" if n == 6 else "completed"
        return {"created": n, "status": (status, n), "cost": (0 if n % 3 else n, n), "duration": n}[by]

    order, seen, cursor = ExecutionOrder(by=by, ascending=ascending), list[int](), None
    async with scope_for(FEW) as scope:
        while True:
            page = await scope.executions.find(ExecutionFilter(), PageRequest(limit=30, cursor=cursor), order)
            seen += [int(item.id[-6:], 16) for item in page.items]
            cursor = page.next_cursor
            if cursor is None:
                break
    assert seen == sorted(range(1, 101), key=key, reverse=not ascending)
    skipped = (await numbers(scope_for, ExecutionFilter(), PageRequest(limit=7, skip=33), **dict(order)))[0]
    assert skipped == seen[33:40]


async def test_a_cursor_of_another_order_is_refused(scope_for: ScopeFor) -> None:
    async with scope_for(FEW) as scope:
        first = await scope.executions.find(ExecutionFilter(), PAGE, ExecutionOrder(by="cost"))
        with pytest.raises(MalformedInput, match="another order"):
            await scope.executions.find(ExecutionFilter(), PageRequest(cursor=first.next_cursor))


async def test_a_long_list_is_counted_to_a_bound(scope_for: ScopeFor) -> None:
    async with scope_for(MANY) as scope:
        first = await scope.executions.find(ExecutionFilter(), PAGE)
        assert (first.total, first.total_is_exact) == (MAX_COUNTED + 1, False)
        some = ExecutionFilter(status=(RunStatus.COMPLETED,))
        deep = await scope.executions.find(some, PageRequest(limit=20, skip=5000))
        assert (deep.total, deep.total_is_exact) == (5021, False)
        last = await scope.executions.find(some, PageRequest(limit=20, skip=9790))
        assert (last.total, last.total_is_exact, len(last.items)) == (9799, True, 9)
        beyond = await scope.executions.find(some, PageRequest(limit=20, skip=20_000))
        assert (beyond.items, beyond.total_is_exact) == ([], False)
        few = await scope.executions.find(ExecutionFilter(agent_id=AGENT), PAGE)
        assert (few.total, few.total_is_exact) == (500, True)


@pytest.mark.parametrize("ascending", [True, False])
@pytest.mark.parametrize("skip", [1001, 4999, 5000, 5001, 9979, 9980, 9985, 9999, 10_000, 20_000])
async def test_what_is_deep_is_read_from_the_nearer_end(scope_for: ScopeFor, skip: int, ascending: bool) -> None:
    whole = list(range(1, 10_001)) if ascending else list(range(10_000, 0, -1))
    page = PageRequest(limit=20, skip=skip)
    async with scope_for(MANY) as scope:
        found = await scope.executions.find(ExecutionFilter(), page, ExecutionOrder(ascending=ascending))
        assert (found.total, found.total_is_exact) == (10_000, True)
        assert [int(item.id[-6:], 16) for item in found.items] == whole[skip : skip + 20]
        assert (found.next_cursor is None) is (skip + 20 >= 10_000)
        if found.next_cursor:
            rest = PageRequest(limit=20, cursor=found.next_cursor)
            after = await scope.executions.find(ExecutionFilter(), rest, ExecutionOrder(ascending=ascending))
            assert [int(item.id[-6:], 16) for item in after.items] == whole[skip + 20 : skip + 40]


async def test_everybodys_are_listed_together(scope_for: ScopeFor) -> None:
    async with scope_for(FEW) as scope:
        everybodys = PostgresEverybodysExecutions(scope.session)
        found = await everybodys.find(ExecutionFilter(search="needle"), PAGE)
        failed = await everybodys.find(ExecutionFilter(status=(RunStatus.FAILED,), tag="odd one"), PAGE)
    assert sorted(item.user_id for item in found.items) == [FEW, MANY]
    assert {item.user_id for item in failed.items} == {MANY} and failed.total == 203


LISTS: dict[str, tuple[dict[str, Any], dict[str, Any], dict[str, Any]]] = {
    "newest": ({}, {}, {}),
    "oldest": ({}, {}, {"ascending": True}),
    "the last": ({}, {"skip": -20}, {}),
    "failed": ({"status": RunStatus.FAILED}, {}, {}),
    "none": ({"status": RunStatus.TIMED_OUT}, {}, {}),
    "by cost": ({}, {}, {"by": "cost"}),
    "by duration": ({}, {}, {"by": "duration", "ascending": True}),
    "by status": ({}, {}, {"by": "status"}),
    "expensive": ({"cost_from": Decimal(5)}, {}, {"by": "cost"}),
    "forks": ({"started_by": StartedBy.FORK}, {}, {}),
    "of an agent": ({"agent_id": AGENT}, {}, {}),
    "a rare word": ({"search": "needle"}, {}, {}),
    "a word that is nowhere": ({"search": "nowhere"}, {}, {}),
    "a word that is everywhere": ({"search": "everywhere"}, {}, {}),
    "tagged": ({"tag": "nothing"}, {}, {}),
    "thumbs down": ({"feedback": "down"}, {}, {}),
    "of a tool": ({"tool": "nothing"}, {}, {}),
}
FLAT = ("newest", "oldest", "the last", "none", "by cost", "by duration", "by status", "a rare word",
        "a word that is nowhere", "a word that is everywhere", "tagged", "of a tool")  # fmt: skip
"""Lists that find as much among ten thousand runs as among a hundred."""
LENGTHS = {FEW: 100, MANY: 10_000}
BUFFERS = re.compile(r"Buffers: shared hit=(\d+)")


@pytest.mark.parametrize("name", LISTS)
async def test_a_list_reads_no_whole_table(scope_for: ScopeFor, name: str) -> None:
    plans = await explained(scope_for, MANY, name)
    assert [line for plan in plans for line in plan if "Seq Scan on runs" in line] == []


@pytest.mark.parametrize("name", FLAT)
async def test_a_list_costs_the_same_among_a_hundred_times_as_many(scope_for: ScopeFor, name: str) -> None:
    few, many = [await _read(scope_for, user, name) for user in (FEW, MANY)]
    # A thousand are counted instead of a hundred, which is what an index says of some hundred to the block.
    assert many <= 3 * few + MAX_COUNTED // 10, f"{many} blocks instead of {few}"


async def _read(scope_for: ScopeFor, user: str, name: str) -> int:
    """Return how many blocks a list reads."""
    blocks = 0
    for plan in await explained(scope_for, user, name):
        found = next((match for line in plan if (match := BUFFERS.search(line))), None)
        blocks += int(found[1]) if found else 0
    return blocks


async def explained(scope_for: ScopeFor, user: str, name: str) -> Sequence[list[str]]:
    """Return the plans of the statements of a list, run."""
    wanted, page, order = LISTS[name]
    if page:
        page = {"skip": LENGTHS[user] + page["skip"]}
    plans: list[list[str]] = []

    async def explaining(session: AsyncSession, statement: TextClause, **parameters: Any) -> Sequence[Row]:
        plan = await fetch(session, text(f"EXPLAIN (ANALYZE, BUFFERS) {statement.text}"), **parameters)
        plans.append([row["QUERY PLAN"] for row in plan])
        return await fetch(session, statement, **parameters)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(listing, "fetch", explaining)
        async with scope_for(user) as scope:
            await scope.executions.find(
                ExecutionFilter(**wanted), PageRequest(limit=20, **page), ExecutionOrder(**order)
            )
    return plans
