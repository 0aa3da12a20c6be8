"""A second, tiny kind of run, and a worker process that runs it: `python -m ….tiny_kind DATABASE_URL`.

A run of `tiny` with `{"children": n}` starts n children, joins them and adds their numbers up; one with `{"number": k}`
answers k, slowly where it is told to (`sleep_s`).
"""

import asyncio
import sys
from typing import Any

from dynagent.application.commands.executions.run import RunExecutionHandler
from dynagent.application.shared.caller import LOCAL_ADMIN
from dynagent.core.runs import (
    ChildRun,
    ChildRuns,
    Claim,
    Lane,
    Outcome,
    Runner,
    Runners,
    RunStatus,
    TraceRecorder,
    Usage,
)
from dynagent.core.shared.ids import new_id
from dynagent.infrastructure.postgres.database import Database
from dynagent.infrastructure.postgres.runs.cancelling import OrphanedRuns
from dynagent.infrastructure.postgres.runs.children import PostgresChildren
from dynagent.infrastructure.postgres.runs.dispatch import PostgresDispatch
from dynagent.infrastructure.postgres.runs.leases import PostgresLeases
from dynagent.infrastructure.postgres.runs.trace_log import PostgresTraceLog
from dynagent.infrastructure.postgres.runs.trace_writer import EventWriter
from dynagent.infrastructure.trace.hub import TraceHub
from dynagent.presentation.worker.settings import WorkerSettings
from dynagent.presentation.worker.worker import Worker
from tests.conftest import connected_to


class TinyRunner(Runner):
    """Adds up what its children answer."""

    @property
    def kind(self) -> str:
        """The kind of run that only tests know."""
        return "tiny"

    async def run(self, claim: Claim, recorder: TraceRecorder, children: ChildRuns) -> Outcome:
        """Start and join, or answer."""
        given = claim.run.input
        if "children" not in given:
            await asyncio.sleep(given.get("sleep_s", 0))
            return Outcome(status=RunStatus.COMPLETED, result=str(given["number"]), usage=Usage(total_tokens=1))
        await children.start(
            [
                ChildRun(key=str(n), kind="tiny", subject_id=claim.run.subject_id, input={"number": n, **given["each"]})
                for n in range(given["children"])
            ]
        )
        ended = await children.join()
        return Outcome(status=RunStatus.COMPLETED, result=str(sum(int(child.result or 0) for child in ended)))


class TinyWorker:
    """A whole worker over a database: dispatch, trace, leases, children; `async with` starts and stops it."""

    def __init__(self, database: Database) -> None:
        pool = database.pool
        self.crashes: list[Exception] = []
        hub = TraceHub()
        settings = WorkerSettings(beat_s=0.2, sweep_s=0.2, lease_s=1.5, drain_s=0.2)
        leases = PostgresLeases(pool, lease_s=settings.lease_s, notify_every_s=1.0)
        self.worker = Worker(self, leases, settings, new_id=new_id)
        self.writer = EventWriter(pool, hub.publish, on_freed=self.worker.notify)
        orphans = OrphanedRuns(pool, publish=hub.publish, announce=self._announce, notify=self.worker.notify)
        self.worker.also_swept.append(orphans.sweep)
        self.handler = RunExecutionHandler(
            dispatch=PostgresDispatch(pool, user_cap=100),
            trace=PostgresTraceLog(pool, self.writer, hub, window_s=0.05, heartbeat_s=5.0),
            runners=Runners([TinyRunner()]),
            children=PostgresChildren(pool, self),
            notifier=self,
            on_crash=lambda _, error: self.crashes.append(error),
        )

    async def __aenter__(self) -> "TinyWorker":
        self.writer.start()
        await self.worker.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.worker.stop()
        await self.writer.stop()

    async def send(self, message: Any, caller: Any) -> Any:
        """Be the bus."""
        return await self.handler(message, LOCAL_ADMIN)

    async def notify(self, execution_id: str, lane: Lane) -> None:
        """Be the notifier."""
        self.worker.notify(execution_id, lane)

    async def _announce(self, execution_id: str) -> None:
        self.worker.cancel(execution_id)


async def main(url: str) -> None:
    """Work until killed."""
    database = connected_to(url)
    await database.connect()
    async with TinyWorker(database):
        await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
