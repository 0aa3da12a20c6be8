"""What is gathered in memory and stored every few seconds, much of it in one statement."""

import asyncio
from collections.abc import Mapping
from typing import Any, Generic, Protocol, TypeVar

import structlog

from dynagent.core.shared.tasks import end_tasks
from dynagent.infrastructure.postgres.pool import Pool

STORE_EVERY_S = 5.0

log = structlog.get_logger(__name__)
T = TypeVar("T", bound=Mapping[Any, Any])


class Gathers(Protocol[T]):
    """Gathers until somebody takes it."""

    def take(self) -> T:
        """Return what was gathered since the last time."""
        ...

    def put_back(self, taken: T, /) -> None:
        """Take back what could not be stored."""
        ...


class GatheredStore(Generic[T]):
    """Stores what `gathers` has; a store says in which `statement`, and under which `name` it is reported."""

    name: str

    def __init__(self, pool: Pool, gathers: Gathers[T]) -> None:
        self.pool = pool
        self._gathers = gathers
        self._tasks: list[asyncio.Task[None]] = []

    def statement(self, taken: T) -> tuple[Any, ...]:
        """Return the statement that stores it, and its values."""
        raise NotImplementedError

    def start(self) -> None:
        """Begin to store; call on the running loop."""
        self._tasks = [asyncio.get_running_loop().create_task(self._keep_storing(), name=self.name)]

    async def stop(self) -> None:
        """Store what is left, and stop."""
        await end_tasks(self._tasks)
        await self.store()

    async def store(self) -> None:
        """Store what was gathered; what is not stored, because it cannot be or who waits is cancelled, is put back."""
        taken = self._gathers.take()
        if not taken:
            return
        try:
            await self.pool.execute(*self.statement(taken))
        except BaseException as error:
            self._gathers.put_back(taken)
            if not isinstance(error, Exception):
                raise
            log.warning("not_stored", what=self.name, error=repr(error))

    async def _keep_storing(self) -> None:
        while True:
            await asyncio.sleep(STORE_EVERY_S)
            await self.store()
