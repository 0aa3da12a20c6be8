"""What a list of executions may be asked for: filters and order, read from the query."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Annotated, Any, Literal

from fastapi import Depends, Query
from pydantic import AwareDatetime, Field

from dynagent.core.executions import MAX_SEARCH, ExecutionFilter, ExecutionOrder, Rating, SortedBy, StartedBy
from dynagent.core.runs import RunStatus
from dynagent.core.shared.errors import InvalidInput, Violation
from dynagent.core.shared.text import normal_tag

MAX_COST_USD = Decimal(1_000_000)
MAX_DURATION_MS = 10.0**10
_RANGES = (("cost_from", "cost_to"), ("duration_from", "duration_to"), ("created_from", "created_to"))

Moment = Annotated[AwareDatetime | None, Field(description="ISO 8601 with time zone.")]
Cost = Annotated[Decimal | None, Field(ge=0, le=MAX_COST_USD, description="US dollars.")]
Duration = Annotated[float | None, Field(ge=0, le=MAX_DURATION_MS, description="Milliseconds.")]


async def wanted_executions(
    *,
    search: Annotated[
        str | None,
        Query(
            min_length=1,
            max_length=MAX_SEARCH,
            description="Words, or their beginnings, in question and answer; or an execution's id.",
        ),
    ] = None,
    agent_id: Annotated[str | None, Query(max_length=100)] = None,
    conversation_id: Annotated[str | None, Query(max_length=200)] = None,
    schedule_id: Annotated[str | None, Query(max_length=100)] = None,
    status: Annotated[Sequence[RunStatus], Query(description="One or several.")] = (),
    origin: Annotated[Sequence[StartedBy], Query(description="How it came about; one or several.")] = (),
    model: Annotated[str | None, Query(max_length=200, description="The model that answered, or was asked.")] = None,
    tool: Annotated[str | None, Query(max_length=64, description="It called this tool.")] = None,
    tag: Annotated[str | None, Query(min_length=1, max_length=160)] = None,
    feedback: Annotated[Rating | None, Query()] = None,
    cost_from: Annotated[Cost, Query()] = None,
    cost_to: Annotated[Cost, Query()] = None,
    duration_from: Annotated[Duration, Query()] = None,
    duration_to: Annotated[Duration, Query()] = None,
    created_from: Annotated[Moment, Query()] = None,
    created_to: Annotated[Moment, Query()] = None,
) -> ExecutionFilter:
    """Return what is asked for. Raises InvalidInput for a range that holds nothing."""
    wanted = ExecutionFilter(
        search=search,
        agent_id=agent_id,
        chat_id=conversation_id,
        schedule_id=schedule_id,
        status=tuple(dict.fromkeys(status)),
        started_by=tuple(dict.fromkeys(origin)),
        model=model,
        tool=tool,
        tag=tag and normal_tag(tag),
        feedback=feedback,
        cost_from=cost_from,
        cost_to=cost_to,
        duration_from=duration_from,
        duration_to=duration_to,
        created_from=created_from,
        created_to=created_to,
    )
    _check_ranges(wanted)
    return wanted


async def wanted_order(
    sort: Annotated[SortedBy, Query(description="What the list is sorted by.")] = "created",
    order: Annotated[Literal["desc", "asc"], Query(description="`asc`: the end of the list first.")] = "desc",
) -> ExecutionOrder:
    """Return the order."""
    return ExecutionOrder(by=sort, ascending=order == "asc")


WantedOf = Annotated[ExecutionFilter, Depends(wanted_executions)]
OrderOf = Annotated[ExecutionOrder, Depends(wanted_order)]


def _check_ranges(wanted: ExecutionFilter) -> None:
    found: list[Violation] = []
    for low, high in _RANGES:
        lower: Any = getattr(wanted, low)
        upper: Any = getattr(wanted, high)
        if lower is not None and upper is not None and lower >= upper:
            said = f"{high} must be greater than {low}: it is where the range ends"
            found.append(Violation(f"/query/{high}", "range", said, "query"))
    if found:
        raise InvalidInput("the query asks for an empty range", violations=found)
