"""Executions in PostgreSQL. The owner is part of every statement; the log's first event is stored with the row."""

from collections.abc import Sequence

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from dynagent.core.executions import (
    CancelRequest,
    Chat,
    ChatFilter,
    Execution,
    ExecutionFilter,
    ExecutionNotFound,
    ExecutionOrder,
    Executions,
    OpenQuestion,
)
from dynagent.core.runs import AnyTraceEvent, Interrupt, Message, RunStatus
from dynagent.core.shared.clock import Clock, utc_now
from dynagent.core.shared.errors import Conflict, StaleVersion
from dynagent.core.shared.ids import is_id
from dynagent.core.shared.paging import Page, PageRequest
from dynagent.infrastructure.postgres.runs import chats
from dynagent.infrastructure.postgres.runs.cancelling import cancel_trees
from dynagent.infrastructure.postgres.runs.columns import COLUMNS, read_execution, values_of
from dynagent.infrastructure.postgres.runs.interrupts import GO_ON as _GO_ON
from dynagent.infrastructure.postgres.runs.interrupts import read_interrupts, read_open_questions, store_answers
from dynagent.infrastructure.postgres.runs.listing import find_executions
from dynagent.infrastructure.postgres.runs.model_calls import take_over_model_calls
from dynagent.infrastructure.postgres.runs.removal import remove
from dynagent.infrastructure.postgres.runs.submissions import INSERT, WAITING, Correlation, opening_of
from dynagent.infrastructure.postgres.runs.told import OnStored, once_committed
from dynagent.infrastructure.postgres.statements import connection_of, fetch_one, run, sql
from dynagent.infrastructure.postgres.unit_of_work import Scope
from dynagent.infrastructure.trace.recorder import encode

GET = sql("SELECT {columns} FROM runs WHERE id = :id AND user_id = :owner", columns=COLUMNS)
BY_KEY = sql("SELECT {columns} FROM runs WHERE user_id = :owner AND idempotency_key = :key", columns=COLUMNS)
CREATE = sql(
    """
WITH stored AS ({insert} RETURNING id, created_at)
INSERT INTO run_events (execution_id, seq, attempt, type, at, payload)
SELECT id, 1, 0, 'connection', created_at, CAST(:opening AS json) FROM stored RETURNING seq
""",
    insert=INSERT,
)
UPDATE = text("""
UPDATE runs SET input = CAST(:input AS json), chat_id = :chat_id,
  lane = :lane, priority = :priority, status = :status, crashes = :crashes, cancel_requested = :cancel_requested,
  deadline = :deadline, result = :result, error = CAST(:error AS jsonb), usage = CAST(:usage AS jsonb),
  cost_usd = :cost_usd, answered_model = :answered_model, answered_by = CAST(:answered_by AS jsonb),
  started_at = :started_at, completed_at = :completed_at
WHERE id = :id AND user_id = :user_id AND attempt = :attempt AND status IN ('pending', 'running', 'waiting')
RETURNING id
""")
DELETE = sql("{remove} SELECT id FROM gone", remove=remove("id = :id AND user_id = :owner"))
LOCK = text("SELECT status, attempt FROM runs WHERE id = :id AND user_id = :owner FOR UPDATE")
# A statement of its own: one that waits for the lock would still see the log as it was before it waited.
NEXT_SEQ = text("SELECT coalesce(max(seq), 0) + 1 AS seq FROM run_events WHERE execution_id = :id")
ADD_EVENTS = text("""
INSERT INTO run_events (execution_id, seq, attempt, type, at, payload)
SELECT CAST(:id AS uuid), v.place + 1, 0, v.type, to_timestamp(v.at), CAST(v.payload AS json)
FROM unnest(CAST(:types AS text[]), CAST(:moments AS float8[]), CAST(:payloads AS text[]))
  WITH ORDINALITY AS v(type, at, payload, place)
""")
BEGAN_WITH = text("""
SELECT subject_id FROM runs WHERE user_id = :owner AND chat_id = :chat_id AND kind = 'agent' ORDER BY id LIMIT 1
""")
GO_ON = sql(_GO_ON.replace("{id}", ":id") + " AND user_id = :owner RETURNING {columns}", columns=COLUMNS)


def executions_in(scope: Scope, publish: OnStored, correlation: Correlation) -> "PostgresExecutions":
    """Return the caller's executions; `publish` gets the events that they store, once these are committed."""
    on_stored = once_committed(scope, publish)
    return PostgresExecutions(scope.session, scope.user_id, on_stored=on_stored, correlation=correlation)


class PostgresExecutions(Executions):
    """One owner's executions in one session; nothing is committed here."""

    def __init__(
        self,
        session: AsyncSession,
        user_id: str,
        *,
        clock: Clock = utc_now,
        on_stored: OnStored = lambda _id, _frames: None,
        correlation: Correlation = lambda: None,
    ) -> None:
        self._session = session
        self._correlation = correlation
        self._owner = user_id
        self._clock = clock
        self._on_stored = on_stored

    async def create(self, entity: Execution) -> Execution:
        """Add an execution and its opening event. Raises Conflict when its idempotency key is taken.

        The transaction stays usable after that refusal, so that the caller can read the earlier execution.
        """
        given = values_of(entity, self._owner) | {"correlation_id": entity.correlation_id or self._correlation()}
        stored = await fetch_one(self._session, CREATE, **given, opening=opening_of(entity))
        if stored is None:
            raise Conflict("an execution was submitted with this idempotency key")
        return entity

    async def get_by_id(self, id: str) -> Execution | None:
        """Return the owner's execution, or None."""
        if not is_id(id):
            return None
        row = await fetch_one(self._session, GET, id=id, owner=self._owner)
        return read_execution(row) if row else None

    async def update(self, entity: Execution) -> Execution:
        """Store another state of a live execution. Raises StaleVersion when it has ended or was claimed anew."""
        columns = values_of(entity, self._owner)
        if await fetch_one(self._session, UPDATE, **{name: columns[name] for name in _MUTABLE}) is not None:
            return entity
        if await self.get_by_id(entity.id) is None:
            raise ExecutionNotFound(f"there is no execution {entity.id!r}")
        raise StaleVersion(f"execution {entity.id} has ended or is in another attempt by now")

    async def delete(self, id: str) -> bool:
        """Remove an execution with its log and checkpoints."""
        return is_id(id) and await fetch_one(self._session, DELETE, id=id, owner=self._owner) is not None

    async def list_all(self, skip: int = 0, limit: int = 100) -> list[Execution]:
        """Return up to `limit` executions, newest first."""
        return list((await self.find(ExecutionFilter(), PageRequest(skip=skip, limit=limit))).items)

    async def find(
        self, wanted: ExecutionFilter, page: PageRequest, order: ExecutionOrder | None = None
    ) -> Page[Execution]:
        """Return a page of executions that match, long results cut, newest first unless asked for otherwise."""
        return await find_executions(self._session, self._owner, wanted, page, order=order or ExecutionOrder())

    async def by_idempotency_key(self, key: str) -> Execution | None:
        """Return the owner's execution that was submitted with this key, or None."""
        row = await fetch_one(self._session, BY_KEY, owner=self._owner, key=key)
        return read_execution(row) if row else None

    async def request_cancel(self, id: str) -> CancelRequest | None:
        """Mark a running execution, end a pending or waiting one with its last event, leave an ended one as it is.

        So with all that it has started.
        """
        if await self.get_by_id(id) is None:
            return None
        connection = await connection_of(self._session)
        done = await cancel_trees(connection, [id], now=self._clock())
        for ended, frame in done.ended:
            self._on_stored(ended, [frame])
        execution = await self.get_by_id(id)
        return execution and CancelRequest(execution, done.running, done.woken)

    async def create_from(self, execution: Execution, events: Sequence[AnyTraceEvent]) -> Execution:
        """Add an execution whose log goes on from another's finished steps, renumbered after the opening event."""
        await self.create(execution)
        encoded = [(event, encode(event, seq=seq, attempt=0).decode()) for seq, event in enumerate(events, start=2)]
        await run(
            self._session,
            ADD_EVENTS,
            id=execution.id,
            types=[event.type for event, _ in encoded],
            moments=[event.timestamp for event, _ in encoded],
            payloads=[payload for _, payload in encoded],
        )
        replies = [event.call_key for event in events if isinstance(event, Message)]
        if execution.origin is not None and replies:
            await take_over_model_calls(
                self._session, execution.id, origin=execution.origin.execution_id, owner=self._owner, keys=replies
            )
        return execution

    async def interrupts(self, id: str) -> list[Interrupt]:
        """Return the interrupts of the owner's execution, oldest first."""
        return await read_interrupts(self._session, id, self._owner) if is_id(id) else []

    async def open_questions(self, page: PageRequest) -> Page[OpenQuestion]:
        """Return a page of the questions that the owner's waiting executions ask, newest first."""
        return await read_open_questions(self._session, self._owner, page)

    async def answer(self, id: str, answered: Sequence[Interrupt]) -> Execution | None:
        """Store answers with their events; the execution is pending again when none is left open.

        The time that people took does not count against the execution's time limit.
        """
        locked = await fetch_one(self._session, LOCK, id=id, owner=self._owner) if is_id(id) else None
        if locked is None or locked["status"] != RunStatus.WAITING:
            return None
        seq = await self._next_seq(id)
        reported = await store_answers(self._session, id, answered, next_seq=seq, attempt=locked["attempt"])
        if reported is None:
            return None
        self._on_stored(id, reported)
        row = await fetch_one(self._session, GO_ON, id=id, owner=self._owner)
        return read_execution(row) if row else None

    async def waiting(self, most: int) -> int:
        """Return how many of the owner's executions are pending, counted no further than `most`."""
        return (await run(self._session, WAITING, user_id=self._owner, most_waiting=most))[0]["waiting"]

    async def chats(self, wanted: ChatFilter, page: PageRequest) -> Page[Chat]:
        """Return a page of the owner's chats that match, the latest first."""
        return await chats.list_chats(self._session, self._owner, wanted, page)

    async def chat(self, chat_id: str) -> Chat | None:
        """Return one of the owner's chats, or None."""
        return await chats.read_chat(self._session, self._owner, chat_id)

    async def agent_of_chat(self, chat_id: str) -> str | None:
        """Return the id of the agent that one of the owner's chats began with, None for a new chat."""
        row = await fetch_one(self._session, BEGAN_WITH, owner=self._owner, chat_id=chat_id)
        return None if row is None else str(row["subject_id"])

    async def describe_chat(self, talk: Chat) -> None:
        """Store a chat's title and whether it is archived."""
        await chats.describe_chat(self._session, self._owner, talk)

    async def forget_chat(self, chat_id: str) -> int:
        """Remove a chat's executions with their logs; return how many. Raises ChatInUse."""
        return await chats.forget_chat(self._session, self._owner, chat_id)

    async def history(self, chat_id: str, limit: int) -> list[Execution]:
        """Return the latest completed executions of a chat, oldest first."""
        wanted = ExecutionFilter(chat_id=chat_id, status=(RunStatus.COMPLETED,))
        page, order = PageRequest(limit=limit), ExecutionOrder()
        found = await find_executions(self._session, self._owner, wanted, page, order=order, columns=COLUMNS)
        return list(reversed(found.items))

    async def _next_seq(self, id: str) -> int:
        return (await run(self._session, NEXT_SEQ, id=id))[0]["seq"]


_MUTABLE = (
    "id", "user_id", "attempt", "input", "chat_id", "lane", "priority", "status", "crashes",
    "cancel_requested", "deadline", "result", "error", "usage", "cost_usd", "answered_model", "answered_by",
    "started_at", "completed_at",
)  # fmt: skip
