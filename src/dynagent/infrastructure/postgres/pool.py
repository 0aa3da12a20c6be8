"""The part of asyncpg's pool that hot paths use, with types (asyncpg ships none that a strict checker accepts)."""

from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Any, Protocol

Row = Mapping[str, Any]


class Connection(Protocol):
    """A connection lent by the pool; statements are prepared and cached by their text."""

    async def fetch(self, query: str, *args: Any) -> list[Row]:
        """Return all rows."""
        ...

    async def fetchrow(self, query: str, *args: Any) -> Row | None:
        """Return the first row, None without one."""
        ...

    async def fetchval(self, query: str, *args: Any) -> Any:
        """Return the first column of the first row, None without one."""
        ...

    async def execute(self, query: str, *args: Any) -> str:
        """Run a statement and return its status text (`UPDATE 3`)."""
        ...

    async def executemany(self, command: str, args: Iterable[Sequence[Any]]) -> None:
        """Run a statement once for each set of arguments, all or none, in as few round trips as there can be."""
        ...

    def transaction(self) -> AbstractAsyncContextManager[Any]:
        """Begin a transaction; commits at the end, rolls back on an exception."""
        ...


class Pool(Protocol):
    """asyncpg.Pool: each call borrows a connection for itself."""

    def acquire(self) -> AbstractAsyncContextManager[Connection]:
        """Borrow a connection."""
        ...

    async def fetch(self, query: str, *args: Any) -> list[Row]:
        """Return all rows."""
        ...

    async def fetchrow(self, query: str, *args: Any) -> Row | None:
        """Return the first row, None without one."""
        ...

    async def fetchval(self, query: str, *args: Any) -> Any:
        """Return the first column of the first row, None without one."""
        ...

    async def execute(self, query: str, *args: Any) -> str:
        """Run a statement and return its status text (`UPDATE 3`)."""
        ...
