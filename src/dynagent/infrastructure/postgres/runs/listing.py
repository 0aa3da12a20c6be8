"""Lists of executions: one builder of conditions, order and page for all of them; each is read from an index.

A search asks the index of words first, for no more than MAX_HITS: the hits of a rare word are all that must be read.
A word that is found more often is met soon enough by whoever reads the list in its order.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from dynagent.core.executions import Execution, ExecutionFilter, ExecutionOrder, KindWanted, StartedBy
from dynagent.core.runs import RunStatus
from dynagent.core.shared.errors import MalformedInput
from dynagent.core.shared.ids import is_id
from dynagent.core.shared.paging import MAX_COUNTED, Page, PageRequest, total_of, write_cursor
from dynagent.infrastructure.postgres.pool import Row
from dynagent.infrastructure.postgres.runs.columns import SHORTENED, read_execution
from dynagent.infrastructure.postgres.statements import count_of, fetch, fetch_one, sql

MAX_HITS = 2000
_AGENTS, _WORKFLOWS = (f"(kind = '{kind}' AND parent_run_id IS NULL)" for kind in ("agent", "workflow"))
LISTED: Mapping[KindWanted, str] = {"agent": _AGENTS, "workflow": _WORKFLOWS, "all": f"({_AGENTS} OR {_WORKFLOWS})"}
"""What a list is of: written out, as each of the two has its own indexes."""
STARTED: Mapping[KindWanted, str] = {"agent": "kind = 'agent'", "workflow": "kind = 'workflow'", "all": "true"}
"""The same for what another run has started."""
_OVER = "status NOT IN ('pending', 'running', 'waiting')"
_COST = "coalesce(cost_usd, 0)"
_DURATION = "coalesce(completed_at - started_at, interval '0')"
_MS = "make_interval(secs => CAST(:{name} AS float8) / 1000)"
_ANNOTATED = "id IN (SELECT run_id FROM run_annotations WHERE user_id = :owner AND {condition})"

# What is not over yet is not in the index of words; there is little of it.
HITS = f"""
(SELECT id FROM runs WHERE words @@ dyn_searched(:search) AND {{listed}} AND {_OVER} LIMIT {MAX_HITS + 1})
UNION ALL
(SELECT id FROM runs WHERE user_id = :owner AND status IN ('pending', 'running', 'waiting') AND {{listed}}
  AND words @@ dyn_searched(:search) LIMIT {MAX_HITS + 1})
"""  # noqa: S608 - constants of the code

CONDITIONS: Mapping[str, str] = {
    "run": "id = :run",
    "hits": "id = ANY(CAST(:hits AS uuid[]))",
    "search": "words @@ dyn_searched(:search)",
    "parent_run_id": "parent_run_id = :parent_run_id",
    "agent_id": "subject_id = :agent_id",
    "workflow_id": "subject_id = :workflow_id",
    "chat_id": "chat_id = :chat_id",
    # The key of a scheduled run is `<schedule>:<due time>`; the index is on just this expression.
    "schedule_id": "split_part(schedule_key, ':', 1) = :schedule_id",
    "model": "coalesce(answered_model, input ->> 'model') = :model",
    "tool": "id IN (SELECT execution_id FROM run_events WHERE type = 'tool_start' AND payload ->> 'tool' = :tool)",
    "mark": "marks @> ARRAY[CAST(:mark AS text)] AND marks <> '{}'",
    "tag": _ANNOTATED.format(condition="tags @> ARRAY[CAST(:tag AS text)] AND tags <> '{}'"),
    "feedback": _ANNOTATED.format(condition="rating = :feedback"),
    "cost_from": f"{_COST} >= :cost_from",
    "cost_to": f"{_COST} < :cost_to",
    "duration_from": f"{_DURATION} >= {_MS.format(name='duration_from')}",
    "duration_to": f"{_DURATION} < {_MS.format(name='duration_to')}",
    "created_from": "created_at >= :created_from",
    "created_to": "created_at < :created_to",
}
"""Field of ExecutionFilter (or what was found out about it) → what it says about a run."""

_REPEATED = "origin IS NOT NULL AND origin ->> 'kind' = '{kind}'"
_PLAIN = "origin IS NULL AND schedule_key IS NULL AND chat_id IS {chat}"
STARTED_BY: Mapping[StartedBy, str] = {
    StartedBy.API: _PLAIN.format(chat="NULL"),
    StartedBy.CHAT: _PLAIN.format(chat="NOT NULL"),
    StartedBy.SCHEDULE: "origin IS NULL AND schedule_key IS NOT NULL",
    StartedBy.REPLAY: _REPEATED.format(kind="replay"),
    StartedBy.RETRY: _REPEATED.format(kind="retry"),
    StartedBy.FORK: _REPEATED.format(kind="fork"),
}


@dataclass(frozen=True, slots=True)
class Key:
    """What a list is sorted by: the indexed expression, its text in cursors, and the SQL of such a text's value."""

    expression: str
    text: str
    value: str
    check: Callable[[str], Any]


KEYS: Mapping[str, Key] = {
    "status": Key("status", "status", "CAST(:key AS text)", RunStatus),
    "cost": Key(_COST, f"CAST({_COST} AS text)", "CAST(CAST(:key AS text) AS numeric)", Decimal),
    "duration": Key(
        _DURATION,
        f"CAST(extract(epoch FROM {_DURATION}) AS text)",
        "make_interval(secs => CAST(CAST(:key AS text) AS float8))",
        Decimal,
    ),
}


@dataclass(frozen=True, slots=True)
class Listing:
    """A list of executions as a statement: its condition, the order, and the values of its parameters."""

    where: str
    parameters: Mapping[str, Any]
    order: ExecutionOrder

    def part(self, page: PageRequest) -> tuple[str, dict[str, Any]]:
        """Return the rows of a page, from FROM on, with the values of its parameters. Raises MalformedInput."""
        beyond, after = self._beyond(page)
        asked = {"skip": page.skip, "limit": page.limit + 1, **after}
        part = f"FROM runs WHERE {self.where}{beyond} ORDER BY {self.sorted()} LIMIT :limit OFFSET :skip"
        if page.skip:
            # The rows that are skipped are read as ids only, from the index.
            part = f"FROM runs WHERE id IN (SELECT id {part}) ORDER BY {self.sorted()}"
        return part, asked

    @property
    def key(self) -> str:
        """The expression of the order's key as text, for the cursor of the next page."""
        return "''" if self.order.by == "created" else KEYS[self.order.by].text

    @property
    def name(self) -> str:
        """The order's name in cursors; the plain one, newest first, has none."""
        if self.order == ExecutionOrder():
            return ""
        return f"{self.order.by}.{'asc' if self.order.ascending else 'desc'}"

    def sorted(self) -> str:
        """Return what the rows are ordered by."""
        direction = "" if self.order.ascending else " DESC"
        if self.order.by == "created":
            return f"id{direction}"
        return f"{KEYS[self.order.by].expression}{direction}, id{direction}"

    def _beyond(self, page: PageRequest) -> tuple[str, dict[str, Any]]:
        after = page.after_key(self.name)
        if after is None:
            return "", {}
        sign = ">" if self.order.ascending else "<"
        if self.order.by == "created":
            return f" AND id {sign} :after", {"after": after[1]}
        key = KEYS[self.order.by]
        try:
            key.check(after[0])
        except (ValueError, ArithmeticError) as error:
            raise MalformedInput("cursor: not a cursor that this API has given out") from error
        return f" AND ({key.expression}, id) {sign} ({key.value}, :after)", {"key": after[0], "after": after[1]}


class PostgresEverybodysExecutions:
    """All users' executions in one session."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def find(
        self, wanted: ExecutionFilter, page: PageRequest, order: ExecutionOrder | None = None
    ) -> Page[Execution]:
        """Return a page of executions that match, newest first unless another order is asked for."""
        return await find_executions(self._session, None, wanted, page, order=order or ExecutionOrder())


async def find_executions(
    session: AsyncSession,
    owner: str | None,
    wanted: ExecutionFilter,
    page: PageRequest,
    *,
    order: ExecutionOrder,
    columns: str = SHORTENED,
) -> Page[Execution]:
    """Return a page of an owner's executions that match, of everybody's for None. Raises MalformedInput.

    `columns` are those of an execution, of which lists get long results cut.
    """
    if not all(is_id(id) for id in (wanted.agent_id, wanted.workflow_id, wanted.parent_run_id) if id is not None):
        return Page(items=[], total=0, skip=page.skip, limit=page.limit)
    if wanted.search is None or is_id(wanted.search):
        return await _page(session, listing_of(owner, wanted, order), page, columns)
    parameters = {"search": wanted.search} | ({} if owner is None else {"owner": owner})
    hits = [row["id"] for row in await fetch(session, sql(_of(owner, HITS), listed=LISTED[wanted.kind]), **parameters)]
    if len(hits) > MAX_HITS:
        return await _page(session, listing_of(owner, wanted, order), page, columns, counted=False)
    return await _page(session, listing_of(owner, wanted, order, hits=hits), page, columns)


def listing_of(
    owner: str | None, wanted: ExecutionFilter, order: ExecutionOrder, *, hits: Sequence[Any] | None = None
) -> Listing:
    """Return the list of an owner's executions that match, of everybody's for None.

    `hits` are the ids of all that a search finds; without them each row is compared with what is searched for.
    """
    given: dict[str, Any] = {name: value for name, value in wanted if value is not None and value != ()}
    # Statuses and origins are words of the code: written out, PostgreSQL knows which index holds them.
    statuses, started = given.pop("status", ()), given.pop("started_by", ())
    listed = (STARTED if wanted.parent_run_id else LISTED)[given.pop("kind")]
    conditions = [listed] if owner is None else ["user_id = :owner", listed]
    if statuses:
        conditions.append(f"status IN ({', '.join(repr(status.value) for status in sorted(statuses))})")
    if started:
        conditions.append("(" + " OR ".join(f"({STARTED_BY[kind]})" for kind in sorted(started)) + ")")
    if hits is not None:
        given.pop("search")
        given["hits"] = hits
    elif is_id(given.get("search", "")):
        given["run"] = given.pop("search")
    conditions += [_of(owner, CONDITIONS[name]) for name in given]
    return Listing(" AND ".join(conditions), given | ({} if owner is None else {"owner": owner}), order)


async def _page(
    session: AsyncSession, listing: Listing, page: PageRequest, columns: str, *, counted: bool = True
) -> Page[Execution]:
    part, asked = listing.part(page)
    # Counting what a search reads one by one could take longer than the page: then the page says how far it saw.
    count = count_of("runs", listing.where) if counted else f"SELECT {MAX_COUNTED + 1}"
    statement = f"SELECT {columns}, {listing.key} AS key, ({count}) AS total {part}"
    found = await fetch(session, text(statement), **listing.parameters, **asked)
    if not found and (page.skip or page.cursor):
        row = await fetch_one(session, text(f"SELECT ({count}) AS total"), **listing.parameters)
        return _cut(listing, page, found, row["total"] if row else 0)
    if not counted and len(found) <= page.limit and page.cursor is None:
        return _cut(listing, page, found, page.skip + len(found))
    return _cut(listing, page, found, found[0]["total"] if found else 0)


def _cut(listing: Listing, page: PageRequest, found: Any, total: int) -> Page[Execution]:
    shown: list[Row] = list(found[: page.limit])
    more = len(found) > page.limit
    total, exact = total_of(total, seen=page.skip + len(shown) if shown else 0, more=more)
    last = shown[-1] if more else None
    following = None if last is None else write_cursor(str(last["id"]), order=listing.name, key=last["key"])
    return Page(
        items=[read_execution(row) for row in shown],
        total=total,
        total_is_exact=exact,
        skip=page.skip,
        limit=page.limit,
        next_cursor=following,
    )


def _of(owner: Any, condition: str) -> str:
    return condition if owner is not None else condition.replace("user_id = :owner AND ", "")
