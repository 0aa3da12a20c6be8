"""The read replica of a process, where one is set: what is asked of it, and what happens when it fails."""

from collections.abc import AsyncGenerator, Callable
from contextlib import AsyncExitStack, asynccontextmanager

from dynagent.application.shared.bus import OpenScope
from dynagent.application.shared.caller import Caller
from dynagent.core.shared.errors import Unavailable
from dynagent.infrastructure.postgres.database import Database
from dynagent.infrastructure.postgres.replica import Replica
from dynagent.infrastructure.postgres.unit_of_work import Scope, Scopes
from dynagent.main.settings import Settings


async def open_replica(settings: Settings, stack: AsyncExitStack) -> Replica | None:
    """Return the watched replica, None where none is set; the stack closes it."""
    if settings.database.database_replica_url is None:
        return None
    replica = Replica(settings.database, lease_s=settings.worker.lease_s)
    stack.push_async_callback(replica.stop)
    await replica.start()
    return replica


def late_scopes(database: Database, replica: Replica) -> Callable[[], OpenScope | None]:
    """Return what gives, while the replica may be read, the way to open scopes there."""

    def open_late() -> OpenScope | None:
        sessions = replica.sessions
        if sessions is None:
            return None
        scopes = Scopes(database, deliver=lambda _: None, sessions=sessions)

        @asynccontextmanager
        async def late(caller: Caller) -> AsyncGenerator[Scope]:
            try:
                async with scopes.open(caller) as scope:
                    yield scope
            except Unavailable as error:
                replica.note_failure(error)
                raise

        return late

    return open_late
