"""What model calls were sent, in two tables: the calls, and the parts they are made of, each once per run.

Both are written by the event writer with the run's events and removed with the run. Parts are never shared between
runs: who removes a run removes all that its models were sent.
"""

from collections.abc import Iterator, Sequence
from typing import Any

import orjson
from sqlalchemy.ext.asyncio import AsyncSession

from dynagent.core.executions import StoredModelCalls
from dynagent.core.runs import ModelCallContent, ModelCallSummary
from dynagent.core.shared.paging import Page, PageRequest, number_cursor
from dynagent.infrastructure.postgres.pool import Row
from dynagent.infrastructure.postgres.statements import fetch_one, run, sql
from dynagent.infrastructure.trace.model_calls import DIGEST_BYTES, StoredCall
from dynagent.infrastructure.trace.recorder import BatchingRecorder, StoredEvent

_ORDER = "number"
_NUMBERED = """
  SELECT c.*, row_number() OVER (ORDER BY c.sent_at, c.call_key) AS number FROM run_model_calls c
  WHERE c.execution_id = :id AND EXISTS (
    SELECT FROM runs r WHERE r.id = c.execution_id AND r.user_id = :owner AND r.kind = 'agent'
  )
"""
LIST = sql(
    """
SELECT number, call_key, attempt, tries, sent_at, head, octet_length(messages) AS messages_bytes,
  octet_length(tools) AS tools_bytes FROM ({numbered}) AS c ORDER BY number LIMIT :limit OFFSET :skip
""",
    numbered=_NUMBERED,
)
COUNT = sql("SELECT count(*) AS total FROM ({numbered}) AS c", numbered=_NUMBERED)
GET = sql(
    """
SELECT c.*, octet_length(messages) AS messages_bytes, octet_length(tools) AS tools_bytes
FROM ({numbered}) AS c WHERE number = :number
""",
    numbered=_NUMBERED,
)
PARTS = sql("SELECT hash, content FROM run_model_call_parts WHERE execution_id = :id AND hash = ANY(:hashes)")
TAKEN_OVER = sql(
    """
INSERT INTO run_model_calls (execution_id, call_key, attempt, tries, sent_at, head, messages, tools, parameters)
SELECT CAST(:id AS uuid), c.call_key, 0, c.tries, c.sent_at, c.head, c.messages, c.tools, c.parameters
FROM run_model_calls c WHERE c.execution_id = CAST(:origin AS uuid) AND c.call_key = ANY(CAST(:keys AS text[]))
  AND EXISTS (SELECT FROM runs r WHERE r.id = c.execution_id AND r.user_id = CAST(:owner AS uuid))
RETURNING messages, tools, parameters
"""
)
TAKEN_OVER_PARTS = sql(
    """
INSERT INTO run_model_call_parts (execution_id, hash, content)
SELECT CAST(:id AS uuid), hash, content FROM run_model_call_parts
WHERE execution_id = CAST(:origin AS uuid) AND hash = ANY(:hashes)
"""
)


def call_columns(batch: Sequence[tuple[BatchingRecorder, Sequence[StoredEvent]]]) -> tuple[list[Any], ...]:
    """Return the columns of a batch's calls and then of their parts, for `store(calls=True)`; () when there are none.

    A call that was sent again within the batch stands in it once, as it was sent last, at the time of the first.
    """
    calls: dict[tuple[str, str], tuple[int, StoredCall]] = {}
    first: dict[tuple[str, str], float] = {}
    parts: dict[tuple[str, bytes], str] = {}
    for recorder, events in batch:
        for event in events:
            for call in event.calls:
                place = (recorder.execution_id, call.call_key)
                calls[place] = recorder.attempt, call
                first.setdefault(place, call.at)
                parts |= {(recorder.execution_id, digest): text for digest, text in call.parts.items()}
    if not calls:
        return ()
    rows = [
        (id, key, attempt, call.tries, first[id, key], call.head, call.messages, call.tools, call.parameters)
        for (id, key), (attempt, call) in calls.items()
    ]
    return (
        *(list(column) for column in zip(*rows, strict=True)),
        [id for id, _ in parts],
        [digest for _, digest in parts],
        list(parts.values()),
    )


class PostgresModelCalls(StoredModelCalls):
    """Reads the calls of one owner's runs; the owner is part of every statement."""

    def __init__(self, session: AsyncSession, user_id: str) -> None:
        self._session = session
        self._owner = user_id

    async def list(self, execution_id: str, page: PageRequest) -> Page[ModelCallSummary]:
        """Return a page, in the order the calls were first sent. Raises MalformedInput."""
        # They are numbered without gaps: after the one of a number come those beyond so many.
        skip, limit = page.skip + (page.after_number(_ORDER) or 0), page.limit
        rows = await run(self._session, LIST, id=execution_id, owner=self._owner, skip=skip, limit=limit + 1)
        shown, total = rows[:limit], skip + len(rows)
        if len(rows) > limit or not rows:
            total = (await run(self._session, COUNT, id=execution_id, owner=self._owner))[0]["total"]
        following = number_cursor(shown[-1]["number"], order=_ORDER) if len(rows) > limit else None
        items = [_summary(row) for row in shown]
        return Page(items=items, total=total, skip=page.skip, limit=limit, next_cursor=following)

    async def get(self, execution_id: str, number: int) -> ModelCallContent | None:
        """Return one call with its parts."""
        row = await fetch_one(self._session, GET, id=execution_id, owner=self._owner, number=number)
        if row is None:
            return None
        columns = [tuple(_digests(row[name])) for name in ("messages", "tools", "parameters")]
        wanted = {digest for column in columns for digest in column}
        found = await run(self._session, PARTS, id=execution_id, hashes=[*wanted])
        parts = {bytes(part["hash"]): orjson.loads(part["content"]) for part in found}
        messages, tools, (parameters,) = (tuple(parts.get(digest) for digest in column) for column in columns)
        return ModelCallContent(summary=_summary(row), messages=messages, tools=tools, parameters=parameters or {})


async def take_over_model_calls(
    session: AsyncSession, id: str, *, origin: str, owner: str, keys: Sequence[str]
) -> None:
    """Copy what the calls under these keys of the owner's run `origin` were sent to the run that takes them over."""
    rows = await run(session, TAKEN_OVER, id=id, origin=origin, owner=owner, keys=list(keys))
    hashes = {digest for row in rows for column in row.values() for digest in _digests(column)}
    if hashes:
        await run(session, TAKEN_OVER_PARTS, id=id, origin=origin, hashes=list(hashes))


def _digests(column: bytes) -> Iterator[bytes]:
    return (bytes(column[at : at + DIGEST_BYTES]) for at in range(0, len(column), DIGEST_BYTES))


def _summary(row: Row) -> ModelCallSummary:
    given: Any = row["head"]
    head: dict[str, Any] = orjson.loads(given) if isinstance(given, str) else given
    return ModelCallSummary(
        number=row["number"],
        call_key=row["call_key"],
        attempt=row["attempt"],
        tries=row["tries"],
        sent_at=row["sent_at"],
        lane=head["lane"],
        model=head["model"],
        left_out=tuple(head["left_out"]),
        messages=row["messages_bytes"] // DIGEST_BYTES,
        tools=row["tools_bytes"] // DIGEST_BYTES,
        bytes=head["bytes"],
        complete=head["complete"],
    )
