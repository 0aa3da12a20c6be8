"""What a list of executions may be asked for: filters and order, read from the query."""

from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any, Literal

from fastapi import Depends, Query
from pydantic import AwareDatetime, BaseModel, Field

from dynagent.core.executions import (
    MAX_SEARCH,
    ExecutionFilter,
    ExecutionOrder,
    KindWanted,
    Rating,
    SortedBy,
    StartedBy,
)
from dynagent.core.runs import MARKS, RunStatus
from dynagent.core.shared.errors import InvalidInput, Violation
from dynagent.core.shared.text import normal_tag

MAX_COST_USD = Decimal(1_000_000)
MAX_DURATION_MS = 10.0**10
_RANGES = (("cost_from", "cost_to"), ("duration_from", "duration_to"), ("created_from", "created_to"))

Search = Annotated[
    str | None,
    Query(
        min_length=1,
        max_length=MAX_SEARCH,
        description="Words, or their beginnings, in question and answer; or an execution's id.",
    ),
]
Moment = Annotated[AwareDatetime | None, Field(description="ISO 8601 with time zone.")]
Cost = Annotated[Decimal | None, Field(ge=0, le=MAX_COST_USD, description="US dollars.")]
Duration = Annotated[float | None, Field(ge=0, le=MAX_DURATION_MS, description="Milliseconds.")]


class Ranges(BaseModel):
    """What lies between bounds, the lower one included."""

    cost_from: Decimal | None = None
    cost_to: Decimal | None = None
    duration_from: float | None = None
    duration_to: float | None = None
    created_from: datetime | None = None
    created_to: datetime | None = None


async def wanted_ranges(
    *,
    cost_from: Annotated[Cost, Query()] = None,
    cost_to: Annotated[Cost, Query()] = None,
    duration_from: Annotated[Duration, Query()] = None,
    duration_to: Annotated[Duration, Query()] = None,
    created_from: Annotated[Moment, Query()] = None,
    created_to: Annotated[Moment, Query()] = None,
) -> Ranges:
    """Return the ranges. Raises InvalidInput for one that holds nothing."""
    ranges = Ranges(
        cost_from=cost_from,
        cost_to=cost_to,
        duration_from=duration_from,
        duration_to=duration_to,
        created_from=created_from,
        created_to=created_to,
    )
    _check(ranges)
    return ranges


async def wanted_executions(
    *,
    ranges: Annotated[Ranges, Depends(wanted_ranges)],
    search: Search = None,
    kind: Annotated[KindWanted, Query(description="Runs of agents, of workflows, or both.")] = "agent",
    agent_id: Annotated[str | None, Query(max_length=100)] = None,
    workflow_id: Annotated[str | None, Query(max_length=100, description="Runs of this workflow.")] = None,
    parent_run_id: Annotated[str | None, Query(max_length=100, description="What this run has started.")] = None,
    conversation_id: Annotated[str | None, Query(max_length=200)] = None,
    schedule_id: Annotated[str | None, Query(max_length=100)] = None,
    status: Annotated[list[RunStatus] | None, Query(description="One or several.")] = None,
    origin: Annotated[list[StartedBy] | None, Query(description="How it came about; one or several.")] = None,
    model: Annotated[str | None, Query(max_length=200, description="The model that answered, or was asked.")] = None,
    tool: Annotated[str | None, Query(max_length=64, description="It called this tool.")] = None,
    mark: Annotated[str | None, Query(pattern=f"^({'|'.join(MARKS)})$", description="Out of the ordinary.")] = None,
    tag: Annotated[str | None, Query(min_length=1, max_length=160, description="You gave it this tag.")] = None,
    feedback: Annotated[Rating | None, Query(description="You rated it so.")] = None,
) -> ExecutionFilter:
    """Return what is asked for."""
    return ExecutionFilter(
        search=search,
        kind=kind if workflow_id is None else "workflow",
        agent_id=agent_id,
        workflow_id=workflow_id,
        parent_run_id=parent_run_id,
        chat_id=conversation_id,
        schedule_id=schedule_id,
        status=tuple(dict.fromkeys(status or ())),
        started_by=tuple(dict.fromkeys(origin or ())),
        model=model,
        tool=tool,
        mark=mark,
        tag=tag and normal_tag(tag),
        feedback=feedback,
        **dict(ranges),
    )


async def wanted_order(
    sort: Annotated[SortedBy, Query(description="What the list is sorted by.")] = "created",
    order: Annotated[Literal["desc", "asc"], Query(description="`asc`: the end of the list first.")] = "desc",
) -> ExecutionOrder:
    """Return the order."""
    return ExecutionOrder(by=sort, ascending=order == "asc")


WantedOf = Annotated[ExecutionFilter, Depends(wanted_executions)]
OrderOf = Annotated[ExecutionOrder, Depends(wanted_order)]


def _check(ranges: Ranges) -> None:
    found: list[Violation] = []
    for low, high in _RANGES:
        lower: Any = getattr(ranges, low)
        upper: Any = getattr(ranges, high)
        if lower is not None and upper is not None and lower >= upper:
            said = f"{high} must be greater than {low}: it is where the range ends"
            found.append(Violation(f"/query/{high}", "range", said, "query"))
    if found:
        raise InvalidInput("the query asks for an empty range", violations=found)
