"""Trees of runs whose ends a test decides."""

from collections.abc import Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import orjson
import pytest

from dynagent.application.shared.caller import Caller
from dynagent.core.runs import (
    ChildRun,
    Claim,
    Complete,
    Expiry,
    Frame,
    Interrupt,
    InterruptRaised,
    Lane,
    NodeStart,
    Outcome,
    RunStatus,
    Usage,
)
from dynagent.core.shared.ids import new_id
from dynagent.infrastructure.postgres.database import Database
from dynagent.infrastructure.postgres.runs.cancelling import cancel_trees
from dynagent.infrastructure.postgres.runs.children import PostgresChildren
from dynagent.infrastructure.postgres.runs.dispatch import PostgresDispatch
from dynagent.infrastructure.postgres.runs.expiry import ExpiringQuestions
from tests.conftest import ScopeFor
from tests.fakes.executions import FakeNotifier
from tests.infrastructure.postgres.rows import add_worker
from tests.infrastructure.postgres.runs.test_child_runs import row
from tests.infrastructure.postgres.runs.tiny_kind import TinyWorker
from tests.repositories import RepositoryScopes

DONE = Complete(timestamp=0.0, result="", model="", input_tokens=0, output_tokens=0, duration_ms=0.0)
WAITS = NodeStart(timestamp=0.0, span_id="children/1", node="children")


@pytest.fixture
def scope_for_own(own: Database) -> ScopeFor:
    scopes = RepositoryScopes(own, deliver=lambda _: None)
    return lambda user_id: scopes.open(Caller(user_id))


def child(key: str, **fields: Any) -> ChildRun:
    return ChildRun(key=key, kind=fields.pop("kind", "tiny"), subject_id=new_id(), **fields)


class Tree:
    """Runs whose ends a test decides."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.tiny = TinyWorker(database)
        self.notifier = FakeNotifier()
        self.store = PostgresChildren(database.pool, self.notifier)
        self.dispatch = PostgresDispatch(database.pool, user_cap=100)

    async def __aenter__(self) -> "Tree":
        self.tiny.writer.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.tiny.writer.stop()

    async def claim(self, id: str) -> Claim:
        claim = await self.dispatch.claim(id, await add_worker(self.database))
        assert claim is not None
        return claim

    async def grow(self, claim: Claim, *keys: str, **fields: Any) -> list[Claim]:
        """Start children of a claimed run and claim them."""
        runs = await self.store.start(claim.run, [child(key, **fields) for key in keys])
        return [await self.claim(run.id) for run in runs]

    async def end(self, claim: Claim, outcome: Outcome | None = None, last: Any = DONE, *, used: int = 0) -> None:
        """Let a run end as its worker would."""
        outcome = outcome or Outcome(
            status=RunStatus.COMPLETED,
            usage=Usage(total_tokens=used),
            has_children=True,
            cost_usd=Decimal(used) if used else None,
        )
        await self.tiny.handler.trace.open(claim).finish(outcome, last)

    async def ask(self, claim: Claim, expiry: Expiry | None = None) -> Interrupt:
        """Let a run wait for a person."""
        asked = Interrupt.ask(
            "approval",
            execution_id=claim.run.id,
            call_key="k",
            value={"tool": "pay"},
            now=datetime.now(UTC),
            expiry=expiry,
        )
        event = InterruptRaised(
            timestamp=0.0,
            interrupt_id=asked.id,
            call_key="k",
            reason="approval",
            value=asked.value,
            response_schema=asked.response_schema,
        )
        await self.end(claim, Outcome(status=RunStatus.WAITING, interrupts=(asked,)), event)
        return asked

    async def used(self, claim: Claim) -> tuple[int, Any]:
        found = await row(self.database, claim.run.id)
        return orjson.loads(found["used"]).get("total_tokens", 0), found["cost_usd"]

    async def cancel(self, claim: Claim) -> Any:
        async with self.database.pool.acquire() as connection, connection.transaction():
            return await cancel_trees(connection, [claim.run.id], now=datetime.now(UTC))

    async def sweep(self) -> list[str]:
        """Expire questions; return the runs that workers are notified of."""
        notified: list[str] = []

        def notify(id: str, _lane: Lane) -> None:
            notified.append(id)

        def publish(_id: str, _frames: Sequence[Frame]) -> None: ...

        await ExpiringQuestions(self.database.pool, publish, notify).sweep()
        return notified
