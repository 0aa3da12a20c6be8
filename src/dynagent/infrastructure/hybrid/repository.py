"""A cache in front of PostgreSQL, for any entity: read the copy first, the truth on a miss.

Copies carry versions (see `core/shared/cache.py`) and are written after the commit, never inside the transaction:
a commit that fails leaves nothing behind, and a reader that was slow cannot put an old copy over a new one.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any, Generic, TypeVar

from pydantic import BaseModel

from dynagent.core.shared.cache import GONE, Cache, Cached
from dynagent.core.shared.repository import BaseRepository

E = TypeVar("E", bound=BaseModel)
AfterCommit = Callable[[Callable[[], Awaitable[None]]], None]
"""Takes an action that the unit of work awaits once its transaction is committed."""
PublishToOthers = Callable[[E | str], Awaitable[None]]
"""Tells other processes that copies older than this entity are void; the id of a deleted one: all of them."""
ObserveRead = Callable[[str, bool, float], None]
"""Told of each look into the copies: kind of entity, whether one was there, seconds."""


class SingleFlight(Generic[E]):
    """Lets one reader of a process fetch what many ask for at the same time (no stampede on a cold cache)."""

    def __init__(self) -> None:
        self._flights: dict[tuple[str, str], asyncio.Future[E | None]] = {}

    def leave(self, id: str) -> None:
        """Have nobody else wait for what is being fetched: it was changed, and they might get what was before."""
        for key in [key for key in self._flights if key[0] == id]:
            del self._flights[key]

    async def fetch(self, id: str, user_id: str, load: Callable[[], Awaitable[E | None]]) -> E | None:
        """Return what `load` gives; callers of the same user that come meanwhile wait for the same answer."""
        key = (id, user_id)
        flight = self._flights.get(key)
        if flight is not None:
            try:
                return await asyncio.shield(flight)
            except asyncio.CancelledError:
                if not flight.cancelled():
                    raise
                # The reader we waited for was cancelled, not we: fetch ourselves.
                return await self.fetch(id, user_id, load)
        flight = self._flights[key] = asyncio.get_running_loop().create_future()
        try:
            flight.set_result(await load())
        except BaseException as error:
            if isinstance(error, asyncio.CancelledError):
                flight.cancel()
            else:
                flight.set_exception(error)
                flight.exception()
            raise
        finally:
            if self._flights.get(key) is flight:
                del self._flights[key]
        return flight.result()


class EntityCache(Generic[E]):
    """The copies of one kind of entity, `<prefix>:<id>` → JSON; one per process, shared by all scopes."""

    def __init__(self, cache: Cache, *, prefix: str, model: type[E], observe: ObserveRead | None = None) -> None:
        self._cache = cache
        self._prefix = prefix
        self._model = model
        self._observe = observe
        self._flights: SingleFlight[E] = SingleFlight()

    async def get(self, id: str, user_id: str, load: Callable[[], Awaitable[E | None]]) -> E | None:
        """Return the owner's entity from the copy, or from `load` (which asks for this owner) and keep a copy."""
        began = time.perf_counter()
        entity = self._read(id, await self._cache.get(self._key(id)))
        if self._observe is not None:
            self._observe(self._prefix, entity is not None, time.perf_counter() - began)
        if entity is not None:
            return entity if _owner(entity) == user_id else None
        found = await self._flights.fetch(id, user_id, load)
        if found is not None:
            await self._write(found)
        return found

    async def keep(self, entity: E) -> None:
        """Write the copy of a committed entity."""
        self._flights.leave(_identity(entity))
        await self._write(entity)

    async def _write(self, entity: E) -> None:
        value = entity.model_dump_json().encode()
        await self._cache.put(self._key(_identity(entity)), Cached(copy_version(_updated(entity)), value))

    async def forget(self, id: str, version: int = GONE) -> bool:
        """Refuse copies older than `version`; without one, all of them for ever. False: the cache is away."""
        self._flights.leave(id)
        return await self._cache.fence(self._key(id), version)

    def _key(self, id: str) -> str:
        return f"{self._prefix}:{id}"

    def _read(self, id: str, copy: Cached | None) -> E | None:
        if copy is None:
            return None
        try:
            entity = self._model.model_validate_json(copy.value)
        except ValueError:
            # Written by another release, or damaged: the truth is in PostgreSQL.
            return None
        return entity if _identity(entity) == id else None


class HybridRepository(BaseRepository[E]):
    """The repository of one owner: reads go through the copies, writes to PostgreSQL and, after the commit, to them."""

    def __init__(
        self,
        inner: BaseRepository[E],
        copies: EntityCache[E],
        *,
        user_id: str,
        after_commit: AfterCommit,
        publish_to_others: PublishToOthers[E] | None = None,
    ) -> None:
        self._inner = inner
        self._publish_to_others = publish_to_others
        self._copies = copies
        self._user_id = user_id
        self._after_commit = after_commit

    async def create(self, entity: E) -> E:
        """Add to PostgreSQL; the copy is written after the commit."""
        return self._keep_later(await self._inner.create(entity))

    async def get_by_id(self, id: str) -> E | None:
        """Return the owner's entity: from the copy, else from PostgreSQL, which refills the copy."""
        return await self._copies.get(id, self._user_id, lambda: self._inner.get_by_id(id))

    async def update(self, entity: E) -> E:
        """Change in PostgreSQL; the newer copy replaces the older one after the commit."""
        return self._keep_later(await self._inner.update(entity))

    async def delete(self, id: str) -> bool:
        """Remove from PostgreSQL; after the commit no copy is served or accepted any more."""
        deleted = await self._inner.delete(id)
        if deleted:
            self._after_commit(lambda: self._forget(id))
        return deleted

    async def list_all(self, skip: int = 0, limit: int = 100) -> list[E]:
        """Lists are always read from PostgreSQL."""
        return await self._inner.list_all(skip, limit)

    async def _forget(self, id: str) -> None:
        await self._copies.forget(id)
        if self._publish_to_others is not None:
            await self._publish_to_others(id)

    def _keep_later(self, entity: E) -> E:
        self._after_commit(lambda: self._keep(entity))
        return entity

    async def _keep(self, entity: E) -> None:
        await self._copies.keep(entity)
        if self._publish_to_others is not None:
            await self._publish_to_others(entity)


def copy_version(updated_at: datetime) -> int:
    """Return the version of a copy: microseconds since the epoch, which grow with every change."""
    return round(updated_at.timestamp() * 1_000_000)


def _identity(entity: Any) -> str:
    return entity.id


def _owner(entity: Any) -> str:
    return entity.user_id


def _updated(entity: Any) -> datetime:
    return entity.updated_at
