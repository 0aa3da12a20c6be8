"""One message, one session, one transaction: the scope that the bus opens, and its unit of work."""

from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from dynagent.application.shared.caller import Caller
from dynagent.core.agents import AgentRepository
from dynagent.core.executions import Executions, Frame
from dynagent.core.schedules import Schedules
from dynagent.core.shared.events import DomainEvent
from dynagent.core.shared.unit_of_work import UnitOfWork
from dynagent.core.tools import CustomTools
from dynagent.infrastructure.postgres.agents import PostgresAgents
from dynagent.infrastructure.postgres.custom_tools import PostgresCustomTools
from dynagent.infrastructure.postgres.database import Database
from dynagent.infrastructure.postgres.errors import DRIVER_ERRORS, translated
from dynagent.infrastructure.postgres.executions import PostgresExecutions
from dynagent.infrastructure.postgres.identity_scope import IdentityScope
from dynagent.infrastructure.postgres.schedules import PostgresSchedules
from dynagent.infrastructure.postgres.statements import forget_connection, run
from dynagent.infrastructure.postgres.submissions import Deliver

AfterCommit = Callable[[], Awaitable[None]]
AgentsInFront = Callable[[AgentRepository, str, Callable[[AfterCommit], None]], AgentRepository]
"""Puts a cache in front of an owner's agents: (agents, user_id, register an action for after the commit)."""

Publish = Callable[[str, Sequence[Frame]], None]
"""Hands stored events of an execution to its followers; returns at once."""

STORE = text("""
INSERT INTO outbox (id, name, payload, occurred_at)
SELECT * FROM unnest(CAST(:ids AS uuid[]), CAST(:names AS text[]), CAST(:payloads AS jsonb[]),
  CAST(:moments AS timestamptz[]))
""")


class PostgresUnitOfWork(UnitOfWork):
    """The transaction of a session with its events; what is not committed is rolled back when the scope closes."""

    def __init__(self, session: AsyncSession, deliver: Deliver) -> None:
        self._session = session
        self._deliver = deliver
        self._events: list[DomainEvent] = []
        self._after: list[AfterCommit] = []

    def record(self, event: DomainEvent) -> None:
        """Put an event into the outbox of this transaction."""
        self._events.append(event)

    def after_commit(self, action: AfterCommit) -> None:
        """Have an action awaited once the transaction is committed; it must not raise."""
        self._after.append(action)

    async def commit(self) -> None:
        """Commit rows and outbox together, then do what waits for that. Raises DatabaseUnreachable."""
        events, self._events = self._events, []
        after, self._after = self._after, []
        if events:
            await self._store(events)
        try:
            await self._session.commit()
        except DRIVER_ERRORS as error:
            raise translated(error) or error from error
        finally:
            forget_connection(self._session)
        if events:
            self._deliver(events)
        for action in after:
            await action()

    async def _store(self, events: Sequence[DomainEvent]) -> None:
        await run(
            self._session,
            STORE,
            ids=[event.event_id for event in events],
            names=[event.name for event in events],
            payloads=[event.model_dump_json() for event in events],
            moments=[event.occurred_at for event in events],
        )


@dataclass(frozen=True, slots=True)
class Scope:
    """What a handler may be built from: ports bound to one caller and one transaction."""

    agents: AgentRepository
    custom_tools: CustomTools
    executions: Executions
    schedules: Schedules
    identity: IdentityScope
    uow: PostgresUnitOfWork


class Scopes:
    """Opens scopes; `open` is what the bus takes. A connection is borrowed with the first statement, not before."""

    def __init__(
        self,
        database: Database,
        *,
        deliver: Deliver,
        agents_in_front: AgentsInFront | None = None,
        publish: Publish = lambda _id, _frames: None,
        sessions: Callable[[], AsyncSession] | None = None,
    ) -> None:
        self._sessions = sessions or database.sessions
        self._deliver = deliver
        self._agents_in_front = agents_in_front
        self._publish = publish

    @asynccontextmanager
    async def open(self, caller: Caller) -> AsyncGenerator[Scope]:
        """Open a scope for a caller; rolled back at the end unless its unit of work was committed."""
        session = self._sessions()
        try:
            uow = PostgresUnitOfWork(session, self._deliver)
            agents: AgentRepository = PostgresAgents(session, caller.user_id)
            if self._agents_in_front is not None:
                agents = self._agents_in_front(agents, caller.user_id, uow.after_commit)
            yield Scope(
                agents=agents,
                custom_tools=PostgresCustomTools(session, caller.user_id),
                executions=PostgresExecutions(session, caller.user_id, on_stored=self._after_commit(uow)),
                schedules=PostgresSchedules(session, caller.user_id),
                identity=IdentityScope(session, caller.user_id, caller.is_admin),
                uow=uow,
            )
        finally:
            await _close(session)

    def _after_commit(self, uow: PostgresUnitOfWork) -> Publish:
        def note(execution_id: str, frames: Sequence[Frame]) -> None:
            async def publish() -> None:
                self._publish(execution_id, frames)

            uow.after_commit(publish)

        return note


async def _close(session: AsyncSession) -> None:
    """Give the connection back, rolled back; one that is lost cannot be, and is thrown away."""
    if not session.in_transaction():
        return
    try:
        await session.close()
    except DRIVER_ERRORS:
        await session.invalidate()
