"""Trees of runs: what they share and used, how long they may take, how their parents are woken."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import structlog

from dynagent.core.runs import (
    Answer,
    Cancelled,
    ChildLimits,
    Expiry,
    Outcome,
    RunStatus,
    RunsTooDeep,
    TooManyChildren,
    Usage,
)
from dynagent.core.shared.ids import new_id
from dynagent.core.shared.paging import PageRequest
from dynagent.infrastructure.observability.dispatch import ObservedDispatch
from dynagent.infrastructure.observability.metrics import Metrics
from dynagent.infrastructure.postgres.database import Database
from dynagent.infrastructure.postgres.runs.children import PostgresChildren
from dynagent.infrastructure.postgres.runs.leases import PostgresLeases
from tests.conftest import ScopeFor
from tests.infrastructure.postgres.rows import add_worker
from tests.infrastructure.postgres.runs.test_child_runs import add, own, row
from tests.infrastructure.postgres.runs.trees import WAITS, Tree, child, scope_for_own

__all__ = ["own", "scope_for_own"]


async def test_the_end_of_a_parent_adds_up_what_its_children_used(own: Database) -> None:
    async with Tree(own) as tree:
        root = await tree.claim(await add(own))
        middle, other = await tree.grow(root, "middle", "other")
        (leaf,) = await tree.grow(middle, "leaf")
        await tree.end(leaf, used=1)
        await tree.end(middle, used=10)
        await tree.end(other, used=100)
        await tree.end(root, used=1000)
        assert await tree.used(middle) == (11, 11)
        assert await tree.used(root) == (1111, 1111)


async def test_children_that_end_after_their_parents_are_added_to_all_above(own: Database) -> None:
    async with Tree(own) as tree:
        root = await tree.claim(await add(own))
        (middle,) = await tree.grow(root, "middle")
        early, late = await tree.grow(middle, "early", "late")
        await tree.end(early, used=1)
        await tree.end(middle, used=10)
        await tree.end(root, used=1000)
        await tree.end(late, used=100)
        assert await tree.used(middle) == (111, 111)
        assert await tree.used(root) == (1111, 1111)


async def test_a_cancelled_tree_is_added_up_too(own: Database) -> None:
    async with Tree(own) as tree:
        root = await tree.claim(await add(own))
        ended, asks, runs = await tree.grow(root, "ended", "asks", "runs")
        await tree.end(ended, used=1)
        await tree.ask(asks)
        await tree.end(root, Outcome(status=RunStatus.WAITING, awaits_children=0, usage=Usage(total_tokens=10)), WAITS)
        done = await tree.cancel(root)
        assert ({id for id, _ in done.ended}, done.running) == ({root.run.id, asks.run.id}, (runs.run.id,))
        assert await tree.used(root) == (11, 1)
        cancelled = Outcome(status=RunStatus.CANCELLED, usage=Usage(total_tokens=100))
        await tree.end(runs, cancelled, Cancelled(timestamp=0.0, reason="", duration_ms=0.0))
        assert (await tree.used(root))[0] == 111


async def test_a_parent_goes_on_when_enough_children_have_ended(own: Database) -> None:
    async with Tree(own) as tree:
        root = await tree.claim(await add(own))
        children = await tree.grow(root, "a", "b", "c")
        await tree.end(root, Outcome(status=RunStatus.WAITING, awaits_children=1), WAITS)
        statuses: list[str] = []
        for claim in children:
            await tree.end(claim)
            statuses.append((await row(own, root.run.id))["status"])
        assert statuses == ["waiting", "pending", "pending"]


async def test_a_question_of_a_child_expires_with_its_parents_time(own: Database) -> None:
    async with Tree(own) as tree:
        root = await tree.claim(await add(own))
        asks, hurries = await tree.grow(root, "asks", "hurries")
        await tree.ask(asks)
        await tree.ask(hurries, Expiry(after_s=1.0))
        await tree.end(root, Outcome(status=RunStatus.WAITING, awaits_children=0), WAITS)
        asked = {str(item["execution_id"]): item for item in await own.pool.fetch("SELECT * FROM interrupts")}
        bounded, in_time = asked[asks.run.id], asked[hurries.run.id]
        assert (bounded["expires_at"], bounded["on_expiry"]) == (root.run.deadline, "fail")
        assert (in_time["expires_at"] < root.run.deadline, in_time["on_expiry"]) == (True, "reject")

        await own.pool.execute("UPDATE interrupts SET expires_at = now() WHERE execution_id = $1", asks.run.id)
        assert await tree.sweep() == [], "its sibling has not ended"
        assert (await row(own, asks.run.id))["status"] == "failed"
        await tree.cancel(hurries)
        found = await row(own, root.run.id)
        assert (found["status"], found["open_children"]) == ("pending", 0)


async def test_the_parent_of_an_expired_question_is_notified_of_at_once(own: Database) -> None:
    async with Tree(own) as tree:
        root = await tree.claim(await add(own))
        (asks,) = await tree.grow(root, "asks")
        await tree.ask(asks, Expiry(after_s=0.0, then="fail"))
        await tree.end(root, Outcome(status=RunStatus.WAITING, awaits_children=0), WAITS)
        assert await tree.sweep() == [root.run.id]


async def test_peoples_time_is_given_to_no_child_beyond_its_parents(own: Database, scope_for_own: ScopeFor) -> None:
    async with Tree(own) as tree:
        root = await tree.claim(await add(own))
        (asks,) = await tree.grow(root, "asks", kind="agent")
        asked = await tree.ask(asks)
        await own.pool.execute("UPDATE interrupts SET created_at = now() - interval '1 hour'")
        async with scope_for_own(root.run.user_id) as scope:
            inbox = await scope.executions.open_questions(PageRequest())
            assert [item.interrupt.id for item in inbox.items] == [asked.id]
            answer = asked.answered(Answer(decision="approve"), by=new_id(), now=datetime.now(UTC))
            changed = await scope.executions.answer(asks.run.id, [answer])
            await scope.uow.commit()
        assert changed is not None and (changed.status, changed.deadline) == (RunStatus.PENDING, root.run.deadline)


async def test_cancelling_a_child_wakes_its_parent(own: Database, scope_for_own: ScopeFor) -> None:
    async with Tree(own) as tree:
        root = await tree.claim(await add(own))
        (asks,) = await tree.grow(root, "asks", kind="agent")
        await tree.ask(asks)
        await tree.end(root, Outcome(status=RunStatus.WAITING, awaits_children=0), WAITS)
        async with scope_for_own(root.run.user_id) as scope:
            marked = await scope.executions.request_cancel(asks.run.id)
            await scope.uow.commit()
        assert marked is not None and marked.woken == ((root.run.id, "interactive"),)


async def test_a_child_has_its_own_time_within_its_parents_and_may_begin_later(own: Database) -> None:
    async with Tree(own) as tree:
        root = await tree.claim(await add(own))
        wanted = [child("short", timeout_s=10), child("long", timeout_s=10_000), child("later", delay_s=60)]
        short, long, later = await tree.store.start(root.run, wanted)
        assert (short.deadline, long.deadline) == (short.created_at + timedelta(seconds=10), root.run.deadline)
        assert tree.notifier.notified == [(short.id, "interactive"), (long.id, "interactive")]
        worker = await add_worker(own)
        assert await tree.dispatch.claim(later.id, worker) is None
        await own.pool.execute("UPDATE runs SET not_before = now() WHERE id = $1", later.id)
        assert [due.execution_id for due in await PostgresLeases(own.pool).due(10)] == [later.id]


async def test_a_run_can_start_so_many_and_so_deep_and_no_more(own: Database) -> None:
    async with Tree(own) as tree:
        tree.store = PostgresChildren(own.pool, tree.notifier, limits=ChildLimits(children=2, depth=2))
        root = await tree.claim(await add(own))
        (middle,) = await tree.grow(root, "a")
        (leaf,) = await tree.grow(middle, "leaf")
        with pytest.raises(TooManyChildren, match="at most 2"):
            await tree.store.start(root.run, [child("a"), child("b"), child("c")])
        with pytest.raises(RunsTooDeep, match="2 levels"):
            await tree.grow(leaf, "deeper")
        assert (await row(own, root.run.id))["open_children"] == 1, "none of what was refused is there"
        assert len(await tree.store.start(root.run, [child("a"), child("b"), child("b")])) == 3
        assert (await row(own, root.run.id))["open_children"] == 2


async def test_the_logs_of_a_child_name_the_request_and_the_root(own: Database) -> None:
    async with Tree(own) as tree:
        root_id = await add(own)
        await own.pool.execute("UPDATE runs SET correlation_id = 'request-1' WHERE id = $1", root_id)
        (middle,) = await tree.grow(await tree.claim(root_id), "middle")
        (leaf,) = await tree.store.start(middle.run, [child("leaf")])
        observed = ObservedDispatch(tree.dispatch, Metrics())

        async def bound(id: str) -> dict[str, Any]:
            structlog.contextvars.bind_contextvars(correlation_id="somebody else's")
            assert await observed.claim(id, await add_worker(own)) is not None
            return structlog.contextvars.get_contextvars()

        found = await asyncio.create_task(bound(leaf.id))
        ids = {name: found[name] for name in ("correlation_id", "root_run_id", "parent_run_id", "user_id")}
        assert ids == {
            "correlation_id": "request-1",
            "root_run_id": root_id,
            "parent_run_id": middle.run.id,
            "user_id": leaf.user_id,
        }
        alone = await add(own)
        assert (await asyncio.create_task(bound(alone)))["correlation_id"] == alone
