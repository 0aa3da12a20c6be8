"""A second, tiny kind of run, and a worker process that runs it: `python -m ….tiny_kind DATABASE_URL`.

A run of `tiny` with `{"children": n}` starts n children, joins them and adds up their numbers, slowly where told to
(`after_s`), and has failed children tried again (`tries`); one with `{"number": k}` answers k, slowly (`sleep_s`), not
before somebody has allowed it (`asks`), or fails (`fails`).
"""

import asyncio
import sys
from datetime import UTC, datetime
from typing import Any

from dynagent.application.commands.executions.run import RunExecutionHandler
from dynagent.application.shared.caller import LOCAL_ADMIN
from dynagent.core.runs import (
    ChildRun,
    ChildRuns,
    Claim,
    Interrupt,
    Lane,
    Outcome,
    Runner,
    Runners,
    RunStatus,
    TraceRecorder,
    Usage,
)
from dynagent.core.shared.errors import Unavailable
from dynagent.core.shared.ids import new_id
from dynagent.infrastructure.postgres.database import Database
from dynagent.infrastructure.postgres.runs.cancelling import OrphanedRuns
from dynagent.infrastructure.postgres.runs.children import PostgresChildren
from dynagent.infrastructure.postgres.runs.dispatch import PostgresDispatch
from dynagent.infrastructure.postgres.runs.expiry import ExpiringQuestions
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
            return await self._answer(claim, given)
        wanted = [
            ChildRun(key=str(n), kind="tiny", subject_id=claim.run.subject_id, input={"number": n, **given["each"]})
            for n in range(given["children"])
        ]
        ended = await children.run(wanted, tries=given.get("tries", 1))
        await asyncio.sleep(given.get("after_s", 0))
        return Outcome.of(sum(child.value or 0 for child in ended))

    async def _answer(self, claim: Claim, given: dict[str, Any]) -> Outcome:
        await asyncio.sleep(given.get("sleep_s", 0))
        if given.get("fails"):
            raise Unavailable("it is told to")
        if given.get("asks") and claim.journal.answer("k", "approval") is None:
            value = {"tool": "tiny", "arguments": {}}
            now = datetime.now(UTC)
            asked = Interrupt.ask("approval", execution_id=claim.run.id, call_key="k", value=value, now=now)
            return Outcome(status=RunStatus.WAITING, interrupts=(asked,))
        return Outcome.of(given["number"], usage=Usage(total_tokens=1))


class TinyWorker:
    """A whole worker over a database: dispatch, trace, leases, children; `async with` starts and stops it."""

    def __init__(self, database: Database, *, user_cap: int = 100) -> None:
        pool = database.pool
        self.crashes: list[Exception] = []
        hub = TraceHub()
        settings = WorkerSettings(beat_s=0.2, sweep_s=0.2, lease_s=1.5, drain_s=0.2)
        leases = PostgresLeases(pool, lease_s=settings.lease_s, notify_every_s=1.0, user_cap=user_cap)
        self.worker = Worker(self, leases, settings, new_id=new_id)
        self.writer = EventWriter(pool, hub.publish, user_cap=user_cap, on_freed=self.worker.notify)
        orphans = OrphanedRuns(pool, publish=hub.publish, announce=self._announce, notify=self.worker.notify)
        questions = ExpiringQuestions(pool, hub.publish, self.worker.notify)
        self.worker.also_swept += [orphans.sweep, questions.sweep]
        self.handler = RunExecutionHandler(
            dispatch=PostgresDispatch(pool, user_cap=user_cap),
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
