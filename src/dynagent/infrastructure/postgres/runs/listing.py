"""Lists of executions: one builder of conditions, order and page for all of them; each is read from an index.

A search looks at the first rows of the list: a word that fills the page there is met by reading on in order. For a
rarer one the index of words is asked, for no more than MAX_HITS: those are then all that must be read.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from dynagent.core.executions import Execution, ExecutionFilter, ExecutionOrder
from dynagent.core.runs import RunStatus
from dynagent.core.shared.errors import MalformedInput
from dynagent.core.shared.ids import is_id
from dynagent.core.shared.paging import Page, PageRequest, total_of, write_cursor
from dynagent.infrastructure.postgres.kit import pages
from dynagent.infrastructure.postgres.kit.counts import from_the_end, is_deep
from dynagent.infrastructure.postgres.kit.pages import GLANCE
from dynagent.infrastructure.postgres.pool import Row
from dynagent.infrastructure.postgres.runs import counts
from dynagent.infrastructure.postgres.runs.columns import SHORTENED, read_execution
from dynagent.infrastructure.postgres.runs.conditions import (
    CONDITIONS,
    COST,
    DURATION,
    KINDS,
    LISTED,
    STARTED,
    STARTED_BY,
)
from dynagent.infrastructure.postgres.statements import count_of, fetch, fetch_one, sql

MAX_HITS = 2000
_OVER = "status NOT IN ('pending', 'running', 'waiting')"
# What is not over yet is not in the index of words; there is little of it.
HITS = f"""
(SELECT id FROM runs WHERE words @@ dyn_searched(:search) AND {{listed}} AND {_OVER} LIMIT {MAX_HITS + 1})
UNION ALL
(SELECT id FROM runs WHERE user_id = :owner AND status IN ('pending', 'running', 'waiting') AND {{listed}}
  AND words @@ dyn_searched(:search) LIMIT {MAX_HITS + 1})
"""  # noqa: S608 - constants of the code


@dataclass(frozen=True, slots=True)
class Key:
    """What a list is sorted by: the indexed expression, its text in cursors, and the SQL of such a text's value."""

    expression: str
    text: str
    value: str
    check: Callable[[str], Any]


KEYS: Mapping[str, Key] = {
    "status": Key("status", "status", "CAST(:key AS text)", RunStatus),
    "cost": Key(COST, f"CAST({COST} AS text)", "CAST(CAST(:key AS text) AS numeric)", Decimal),
    "duration": Key(
        DURATION,
        f"CAST(extract(epoch FROM {DURATION}) AS text)",
        "make_interval(secs => CAST(CAST(:key AS text) AS float8))",
        Decimal,
    ),
}


@dataclass(frozen=True, slots=True)
class Listing:
    """A list of executions as a statement: its condition, the order, and the values of its parameters."""

    conditions: Sequence[str]
    parameters: Mapping[str, Any]
    order: ExecutionOrder

    def part(self, page: PageRequest, length: int | None = None) -> tuple[str, dict[str, Any]]:
        """Return the rows of a page, from FROM on, with the values of its parameters. Raises MalformedInput.

        With the list's `length` they are read from its nearer end.
        """
        beyond, after = self._beyond(page)
        skip, limit = page.skip, page.limit + 1
        near = None if length is None else from_the_end(skip=skip, limit=limit, length=length)
        if near is not None:
            skip, limit = near
        asked = {"skip": skip, "limit": limit, **after}
        read = self.sorted(backwards=near is not None)
        part = f"FROM runs WHERE {self.where}{beyond} ORDER BY {read} LIMIT :limit OFFSET :skip"
        if page.skip:
            # The rows that are skipped are read as ids only, from the index.
            part = f"FROM runs WHERE id IN (SELECT id {part}) ORDER BY {self.sorted()}"
        return part, asked

    def glance(self, page: PageRequest) -> tuple[str, dict[str, Any]]:
        """Return what is found among the first rows after a cursor, from FROM on, and the cursor's parameters."""
        beyond, after = self._beyond(page)
        rest = " AND ".join(condition for condition in self.conditions if condition != CONDITIONS["search"])
        rows = f"SELECT words FROM runs WHERE {rest}{beyond} ORDER BY {self.sorted()} LIMIT {GLANCE}"  # noqa: S608
        return f"FROM ({rows}) AS part WHERE {CONDITIONS['search']}", after

    @property
    def where(self) -> str:
        """The condition of all its rows."""
        return " AND ".join(self.conditions)

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

    def sorted(self, *, backwards: bool = False) -> str:
        """Return what the rows are ordered by."""
        direction = "" if self.order.ascending != backwards else " DESC"
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
    listing = listing_of(owner, wanted, order)
    if wanted.search is None or is_id(wanted.search):
        return await _page(session, listing, page, columns, length=await _length(session, owner, wanted, page))
    glanced = await _glance(session, listing, page)
    if glanced >= page.skip + page.limit + 1:
        return await _page(session, listing, page, columns, at_least=glanced)
    parameters = {"search": wanted.search} | ({} if owner is None else {"owner": owner})
    hits = [row["id"] for row in await fetch(session, sql(_of(owner, HITS), listed=LISTED[wanted.kind]), **parameters)]
    if len(hits) > MAX_HITS:
        return await _page(session, listing, page, columns, at_least=0)
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
    return Listing(conditions, given | ({} if owner is None else {"owner": owner}), order)


async def _length(session: AsyncSession, owner: str | None, wanted: ExecutionFilter, page: PageRequest) -> int | None:
    """Return the length of an owner's whole list when the page is deep in it, None for other lists and pages."""
    if owner is None or not is_deep(page.skip) or page.cursor or wanted != ExecutionFilter(kind=wanted.kind):
        return None
    return await counts.length_of(session, owner, LISTED[wanted.kind], KINDS[wanted.kind])


async def _glance(session: AsyncSession, listing: Listing, page: PageRequest) -> int:
    """Return how many of the first rows of a list are what is searched for."""
    if page.skip + page.limit >= GLANCE:
        return 0
    glance, after = listing.glance(page)
    (row,) = await fetch(session, text(f"SELECT count(*) AS n {glance}"), **listing.parameters, **after)
    return row["n"]


async def _page(
    session: AsyncSession,
    listing: Listing,
    page: PageRequest,
    columns: str,
    *,
    at_least: int | None = None,
    length: int | None = None,
) -> Page[Execution]:
    """Return a page; the list has `length` rows or `at_least` so many, otherwise it is counted."""
    part, asked = listing.part(page, length)
    # Counting what a search reads one by one could take longer than the page: then the page says how far it saw.
    given = length if length is not None else at_least
    count = count_of("runs", listing.where) if given is None else str(given)
    statement = f"SELECT {columns}, {listing.key} AS key, ({count}) AS total {part}"
    found = await fetch(session, text(statement), **listing.parameters, **asked)
    if length is not None:
        return _cut(listing, page, found, (length, True))
    if at_least is not None:
        return _cut(listing, page, found, pages.at_least(at_least, page, found))
    if not found and (page.skip or page.cursor):
        row = await fetch_one(session, text(f"SELECT ({count}) AS total"), **listing.parameters)
        return _cut(listing, page, found, total_of(row["total"] if row else 0, seen=0, more=False))
    total, seen = found[0]["total"] if found else 0, page.skip + min(len(found), page.limit)
    return _cut(listing, page, found, total_of(total, seen=seen, more=len(found) > page.limit))


def _cut(listing: Listing, page: PageRequest, found: Sequence[Row], total: tuple[int, bool]) -> Page[Execution]:
    shown = list(found[: page.limit])
    more = len(found) > page.limit
    last = shown[-1] if more else None
    following = None if last is None else write_cursor(str(last["id"]), order=listing.name, key=last["key"])
    return Page(
        items=[read_execution(row) for row in shown],
        total=total[0],
        total_is_exact=total[1],
        skip=page.skip,
        limit=page.limit,
        next_cursor=following,
    )


def _of(owner: Any, condition: str) -> str:
    return condition if owner is not None else condition.replace("user_id = :owner AND ", "")
