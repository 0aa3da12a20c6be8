"""Trying models out for people, and looking whether a new one is there."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Sequence

import structlog

from dynagent.core.language_models import (
    ModelError,
    ModelRecord,
    ModelTrials,
    Tried,
)
from dynagent.core.shared.errors import DynagentError
from dynagent.core.shared.tasks import end_tasks
from dynagent.infrastructure.llm.battery import Battery
from dynagent.infrastructure.llm.errors import error_from_status
from dynagent.infrastructure.llm.health import HealthNotes
from dynagent.infrastructure.llm.in_use import ModelsInUse
from dynagent.infrastructure.llm.model_lists import ListReader
from dynagent.infrastructure.llm.usage import working_for

LOOK_S = 10.0

StoreTrial = Callable[[str, Sequence[Tried]], Awaitable[None]]
"""Stores what a trial of a model has shown."""

log = structlog.get_logger(__name__)


class Trials(ModelTrials):
    """Asks in tasks of their own, so that what is asked counts as asked by the user who wanted it."""

    def __init__(self, models: ModelsInUse, notes: HealthNotes, store: StoreTrial) -> None:
        self._models = models
        self._notes = notes
        self._store = store
        self._looking: set[asyncio.Task[None]] = set()

    def run(self, record: ModelRecord, user_id: str) -> AsyncIterator[Tried]:
        """Return what comes of each question; leaving early ends the asking."""
        return self._run(record, user_id)

    def look_soon(self, record: ModelRecord, user_id: str) -> None:
        """Look in a task of its own."""
        task = asyncio.get_running_loop().create_task(self._look(record, user_id), name="look-at-model")
        self._looking.add(task)
        task.add_done_callback(self._looking.discard)

    async def stop(self) -> None:
        """End what is being looked at."""
        await end_tasks(list(self._looking))

    async def _run(self, record: ModelRecord, user_id: str) -> AsyncGenerator[Tried]:
        results: asyncio.Queue[Tried | None] = asyncio.Queue()
        task = asyncio.get_running_loop().create_task(self._try(record, user_id, results), name="try-model")
        try:
            while (tried := await results.get()) is not None:
                yield tried
            await task
        finally:
            await end_tasks([task])

    async def _try(self, record: ModelRecord, user_id: str, results: "asyncio.Queue[Tried | None]") -> None:
        working_for.set(user_id)
        tried: list[Tried] = []
        try:
            model = (await self._models.models_of(user_id)).get(record.id)
            async for item in Battery(model).run():
                tried.append(item)
                results.put_nowait(item)
            await self._store(record.id, tried)
        except DynagentError as error:
            results.put_nowait(Tried(name="stream", works=False, words=error.detail))
        finally:
            results.put_nowait(None)

    async def _look(self, record: ModelRecord, user_id: str) -> None:
        try:
            pool = (await self._models.models_of(user_id)).pool_of(record.id)
            if pool is None:
                return
            listed = ListReader()
            await pool.get("/models", listed, timeout_s=LOOK_S)
            self._note(record, listed)
        except ModelError as error:
            self._notes.failed(record.id, error)
        except Exception:
            log.exception("look_at_model_failed", model_id=record.id)

    def _note(self, record: ModelRecord, listed: ListReader) -> None:
        """Note what the list says. Without one nothing is known: not every endpoint has it."""
        if listed.status in (401, 403) or listed.status >= 500:
            self._notes.failed(record.id, error_from_status(listed.status, {}, listed.text))
        models = listed.models() if listed.status == 200 else None
        if models is None:
            return
        self._notes.answered(record.id)
        window = models.get(record.model_identifier)
        if window is not None:
            self._notes.holds(record.id, window)
