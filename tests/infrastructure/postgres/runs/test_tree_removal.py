"""A tree of runs is deleted, pruned, backed up and restored as one."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import orjson

from dynagent.core.runs import Outcome, RunStatus, Usage
from dynagent.infrastructure.postgres.backup import back_up, restore
from dynagent.infrastructure.postgres.database import Database
from dynagent.infrastructure.postgres.runs.retention import Pruned, prune, what_would_go
from dynagent.main.engine import NOUNS
from dynagent.main.noun import seeds_of
from tests.conftest import ScopeFor, connected_to
from tests.infrastructure.postgres.runs.test_child_runs import add, own, until
from tests.infrastructure.postgres.runs.tiny_kind import TinyWorker
from tests.infrastructure.postgres.runs.trees import WAITS, Tree, child, scope_for_own
from tests.servers import TestPostgres

__all__ = ["own", "scope_for_own"]

CHECKPOINT = """
INSERT INTO checkpoints (thread_id, checkpoint_id, checkpoint) SELECT id::text, 'c', '{}' FROM runs
ON CONFLICT DO NOTHING
"""
OLD_MONTH = """
DO $$ BEGIN EXECUTE format(
  'CREATE TABLE run_events_old PARTITION OF run_events FOR VALUES FROM (%L) TO (%L)',
  dyn_uuid_floor('2020-02-01Z'), dyn_uuid_floor('2020-03-01Z')); END $$
"""
AGED = """
INSERT INTO runs (id, user_id, kind, subject_id, subject_version, subject_name, input, lane, status, usage, created_at,
  completed_at, parent_run_id, root_run_id, child_key)
VALUES ($1, $1, 'tiny', $1, 1, '', '{}', 'batch', 'completed', '{}', $2::text::timestamptz, $3, $4, $4, $5)
"""
ROOT_OF_JANUARY, CHILD_OF_FEBRUARY = "016f5e66-e800-7000-8000-000000000001", "01703d1a-5000-7000-8000-000000000002"


async def left(database: Database) -> list[int]:
    tables = ("runs", "run_events", "checkpoints", "interrupts")
    return [await database.pool.fetchval(f"SELECT count(*)::int FROM {table}") for table in tables]


async def grown(tree: Tree, **fields: Any) -> str:
    """Return a root with a child that has ended, one with an open question, and a grandchild; four runs."""
    root = await tree.claim(await add(tree.database, **fields))
    ended, asks = await tree.grow(root, "ended", "asks")
    (leaf,) = await tree.grow(ended, "leaf")
    await tree.end(leaf)
    await tree.end(ended)
    await tree.ask(asks)
    await tree.end(root, Outcome(status=RunStatus.WAITING, awaits_children=0), WAITS)
    await tree.database.pool.execute(CHECKPOINT)
    return root.run.id


async def test_with_a_run_all_that_it_started_is_deleted(own: Database, scope_for_own: ScopeFor) -> None:
    async with Tree(own) as tree:
        id = await grown(tree)
        assert (await left(own))[0] == 4
        await own.pool.execute("UPDATE runs SET kind = 'agent' WHERE id = $1", id)
        owner = await own.pool.fetchval("SELECT user_id::text FROM runs WHERE id = $1", id)
        async with scope_for_own(owner) as scope:
            assert await scope.executions.delete(id)
            await scope.uow.commit()
        assert await left(own) == [0, 0, 0, 0]


async def test_a_tree_is_pruned_when_its_root_is_old(own: Database) -> None:
    async with Tree(own) as tree:
        id = await grown(tree)
        young = await grown(tree)
        await own.pool.execute("UPDATE runs SET status = 'completed', completed_at = now()")
        limit = timedelta(days=30)
        assert await what_would_go(own.pool, limit) == Pruned()
        # Its descendants are younger: they stay as long as the root and no longer.
        await own.pool.execute(
            "UPDATE runs SET id = $2, completed_at = now() - interval '40 days' WHERE id = $1", id, ROOT_OF_JANUARY
        )
        await own.pool.execute("UPDATE runs SET parent_run_id = $2 WHERE parent_run_id = $1", id, ROOT_OF_JANUARY)
        counted = await what_would_go(own.pool, limit)
        assert (counted.executions, counted.checkpoints) == (4, 3), "the root's own stands under its former id"
        assert await prune(own.pool, limit) == counted
        runs = await own.pool.fetch("SELECT id::text AS id FROM runs WHERE parent_run_id IS NULL")
        assert ([row["id"] for row in runs], (await left(own))[0]) == ([young], 4)


async def test_a_month_is_kept_while_the_root_of_one_of_its_runs_is(own: Database) -> None:
    await own.pool.execute(OLD_MONTH)
    now = await own.pool.fetchval("SELECT now()")
    long_ago = await own.pool.fetchval("SELECT '2020-02-03Z'::timestamptz")
    await own.pool.execute(AGED, ROOT_OF_JANUARY, "2020-01-01Z", now, None, None)
    await own.pool.execute(AGED, CHILD_OF_FEBRUARY, "2020-02-02Z", long_ago, ROOT_OF_JANUARY, "1:a")
    assert (await prune(own.pool, timedelta(days=30))).partitions == ()
    await own.pool.execute("UPDATE runs SET completed_at = $2 WHERE id = $1", ROOT_OF_JANUARY, long_ago)
    assert await prune(own.pool, timedelta(days=30)) == Pruned(("run_events_old",), 2, 0, 0)


async def test_a_tree_that_is_restored_goes_on_where_it_was(own: Database, postgres: TestPostgres, tmp_path: Path):
    async with Tree(own) as tree:
        root = await tree.claim(await add(own, children=2, each={}))
        started = await tree.store.start(root.run, [child(str(n), input={"number": n + 10}) for n in range(2)])
        ended = Outcome.of(10, usage=Usage(total_tokens=7))
        await tree.end(await tree.claim(started[0].id), ended)
        await tree.end(root, Outcome(status=RunStatus.WAITING, awaits_children=0), WAITS)
    await back_up(own, tmp_path / "tree.tar.gz")
    name, url = await postgres.clone()
    database = connected_to(url)
    await database.connect()
    await restore(database, tmp_path / "tree.tar.gz", seeds_of(NOUNS))
    async with TinyWorker(database):
        done = await until(database, root.run.id, "completed", "failed")
    assert (done["status"], done["result"], done["open_children"]) == ("completed", "21", 0)
    assert orjson.loads(done["used"])["total_tokens"] == 8, "what had been used before is not forgotten"
    assert await database.pool.fetchval("SELECT count(*) FROM runs") == 3
    await database.close()
    await postgres.drop(name)
