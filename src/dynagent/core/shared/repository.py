"""The generic repository that every noun's repository derives from."""

from abc import ABC, abstractmethod
from typing import ClassVar, Generic, TypeVar

from dynagent.core.shared.errors import NotFound
from dynagent.core.shared.ids import is_id

T = TypeVar("T")


class BaseRepository(ABC, Generic[T]):
    """A collection of entities by id. Implementations see only what their owner may see.

    A noun says what it is called, and which error says that there is none.
    """

    noun: ClassVar[str]
    not_found: ClassVar[type[NotFound]]

    @abstractmethod
    async def create(self, entity: T) -> T:
        """Add the entity and return it as stored. Raises the noun's conflict error when a unique value is taken."""

    @abstractmethod
    async def get_by_id(self, id: str) -> T | None:
        """Return the entity, or None when there is none under this id that the owner may see."""

    @abstractmethod
    async def update(self, entity: T) -> T:
        """Store the entity's new state and return it. Raises StaleVersion when a newer version is stored."""

    @abstractmethod
    async def delete(self, id: str) -> bool:
        """Remove the entity; return whether there was one."""

    @abstractmethod
    async def list_all(self, skip: int = 0, limit: int = 100) -> list[T]:
        """Return up to `limit` entities, newest first, after skipping `skip`."""

    async def existing(self, id: str) -> T:
        """Return the entity. Raises the noun's `not_found` when there is none under this id that the owner may see."""
        entity = await self.get_by_id(id) if is_id(id) else None
        if entity is None:
            raise self.not_found(f"there is no {self.noun} {id!r}")
        return entity
