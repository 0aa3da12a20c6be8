"""Which executions a list shows, and in which order."""

from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, field_validator

from dynagent.core.runs import RunStatus

MAX_SEARCH = 200
SortedBy = Literal["created", "status", "cost", "duration"]
Rating = Literal["up", "down"]
KindWanted = Literal["agent", "workflow", "all"]


class StartedBy(StrEnum):
    """How an execution came about; each has one of these."""

    API = "api"
    CHAT = "chat"
    SCHEDULE = "schedule"
    REPLAY = "replay"
    RETRY = "retry"
    FORK = "fork"


class ExecutionFilter(BaseModel):
    """Which executions a list shows. Times are aware datetimes, durations milliseconds, costs US dollars.

    Ranges include their lower bound and not their upper one; what has no cost or has not ended counts as 0. `search`
    finds words, or their beginnings, in question and answer, in any order; an execution's id finds just that. `tool`
    was called by it, `mark` is one of `MARKS`; `tag` and `feedback` are the caller's. Those that another run has
    started are shown only with that run's id as `parent_run_id`. `kind` is that of the run: `all` are all kinds.
    """

    model_config = ConfigDict(frozen=True)

    search: str | None = None
    kind: KindWanted = "agent"
    agent_id: str | None = None
    workflow_id: str | None = None
    chat_id: str | None = None
    schedule_id: str | None = None
    parent_run_id: str | None = None
    status: tuple[RunStatus, ...] = ()
    started_by: tuple[StartedBy, ...] = ()
    model: str | None = None
    tool: str | None = None
    mark: str | None = None
    tag: str | None = None
    feedback: Rating | None = None
    cost_from: Decimal | None = None
    cost_to: Decimal | None = None
    duration_from: float | None = None
    duration_to: float | None = None
    created_from: datetime | None = None
    created_to: datetime | None = None

    @field_validator("status", "started_by", mode="before")
    @classmethod
    def one_is_one_of_many(cls, value: Any) -> Any:
        """Take one value as well as several."""
        return (value,) if isinstance(value, str) else () if value is None else value


class ExecutionOrder(BaseModel):
    """The order of a list, the greatest first unless `ascending`; equal ones by their time."""

    model_config = ConfigDict(frozen=True)

    by: SortedBy = "created"
    ascending: bool = False
