"""One message, one session, one transaction: the scope that the bus opens, and its unit of work."""

from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from dynagent.application.shared.caller import Caller
from dynagent.application.shared.messages import Message
from dynagent.core.shared.events import DomainEvent
from dynagent.core.shared.unit_of_work import UnitOfWork
from dynagent.infrastructure.postgres.audit_lines import AuditLines
from dynagent.infrastructure.postgres.database import Database
from dynagent.infrastructure.postgres.errors import DRIVER_ERRORS, translated
from dynagent.infrastructure.postgres.runs.submissions import Deliver
from dynagent.infrastructure.postgres.statements import forget_connection, run

AfterCommit = Callable[[], Awaitable[None]]

STORE = text("""
INSERT INTO outbox (id, name, payload, occurred_at)
SELECT * FROM unnest(CAST(:ids AS uuid[]), CAST(:names AS text[]), CAST(:payloads AS jsonb[]),
  CAST(:moments AS timestamptz[]))
""")


class PostgresUnitOfWork(UnitOfWork):
    """The transaction of a session with its events and audit lines; what is not committed is rolled back."""

    def __init__(self, session: AsyncSession, deliver: Deliver, lines: AuditLines) -> None:
        self._session = session
        self._deliver = deliver
        self._lines = lines
        self._events: list[DomainEvent] = []
        self._after: list[AfterCommit] = []

    def record(self, event: DomainEvent) -> None:
        """Put an event into the outbox of this transaction."""
        self._events.append(event)

    def note(self, action: str, target: tuple[str, str], **details: Any) -> None:
        """Put a line into the audit log with this transaction."""
        self._lines.note(action, target, details)

    def after_commit(self, action: AfterCommit) -> None:
        """Have an action awaited once the transaction is committed; it must not raise."""
        self._after.append(action)

    async def commit(self) -> None:
        """Commit rows, audit lines and outbox together, then do what waits for that. Raises DatabaseUnreachable."""
        events, self._events = self._events, []
        after, self._after = self._after, []
        await self._lines.write(self._session)
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
    """What the repositories of one message stand on: its session, its caller, its transaction.

    `late` is true on a copy of the store, which may be seconds old and is only read.
    """

    session: AsyncSession
    caller: Caller
    uow: PostgresUnitOfWork
    late: bool = False

    @property
    def user_id(self) -> str:
        """Whose rows its repositories see."""
        return self.caller.user_id


class Scopes:
    """Opens scopes; `open` is what the bus takes. A connection is borrowed with the first statement, not before."""

    def __init__(
        self, database: Database, *, deliver: Deliver, sessions: Callable[[], AsyncSession] | None = None
    ) -> None:
        self._sessions = sessions or database.sessions
        self._late = sessions is not None
        self._deliver = deliver

    @asynccontextmanager
    async def open(self, caller: Caller, message: Message[Any] | None = None) -> AsyncGenerator[Scope]:
        """Open a scope for a caller's message; rolled back at the end unless its unit of work was committed."""
        session = self._sessions()
        uow = PostgresUnitOfWork(session, self._deliver, AuditLines(caller, message))
        try:
            yield Scope(session, caller, uow, self._late)
        finally:
            await _close(session)


async def _close(session: AsyncSession) -> None:
    """Give the connection back, rolled back; one that is lost cannot be, and is thrown away."""
    if not session.in_transaction():
        return
    try:
        await session.close()
    except DRIVER_ERRORS:
        await session.invalidate()
