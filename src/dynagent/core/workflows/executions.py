"""Runs of workflows as their owners see them, and their steps."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, Protocol

from pydantic import BaseModel, ConfigDict

from dynagent.core.runs import Lane, Run, RunError, RunStatus, Usage
from dynagent.core.shared.paging import Page, PageRequest
from dynagent.core.workflows.results import StepResult
from dynagent.core.workflows.state import text_of

MAX_SUMMARY = 500
MAX_LOGGED = 4000


class TaskExecution(BaseModel):
    """A step of a workflow's run that is a run of its own; `key` is its place, rounds and tries included.

    `part` says which part of a step it is (a retry, a review), empty for the step itself. Durations in milliseconds.
    One that is `taken_over` was run for an earlier run, whose usage and cost it is, and has that one's trace; an
    `edited` one's output was given by a person.
    """

    model_config = ConfigDict(frozen=True)

    id: str
    execution_id: str
    key: str
    step: str
    name: str
    part: str = ""
    kind: str
    task_id: str | None = None
    agent_id: str | None = None
    agent_version: int | None = None
    status: RunStatus
    inputs: Any = None
    output: Any = None
    error: RunError | None = None
    usage: Usage
    cost_usd: Decimal | None = None
    created_at: datetime
    started_at: datetime | None = None
    completed_at: datetime | None = None
    taken_over: bool = False
    edited: bool = False

    @property
    def duration_ms(self) -> float | None:
        """Milliseconds from start to end, None while it is not over."""
        if self.started_at is None or self.completed_at is None:
            return None
        return (self.completed_at - self.started_at).total_seconds() * 1000

    def stored(self, result: StepResult, *, edited: bool) -> dict[str, Any]:
        """Return it as the run that takes it over keeps it (`of_stored`), with the result that counts there."""
        about = self.model_dump(mode="json", include=set(_ABOUT))
        return (
            about | {"run_id": self.id, "edited": self.edited or edited, "inputs": self.inputs} | stored_result(result)
        )

    @classmethod
    def of_stored(cls, key: str, stored: Mapping[str, Any], *, execution_id: str) -> "TaskExecution":
        """Return a step as a run keeps it that has taken it over: nothing of it was used or paid for again."""
        return cls(
            id=stored["run_id"],
            execution_id=execution_id,
            key=key,
            status=RunStatus(stored["status"]),
            inputs=stored["inputs"],
            output=stored["output"],
            error=None if stored["error"] is None else RunError.model_validate(stored["error"]),
            usage=Usage(),
            taken_over=True,
            edited=stored["edited"],
            **{name: stored[name] for name in _ABOUT},
        )


_ABOUT = frozenset(
    ("step", "name", "part", "kind", "task_id", "agent_id", "agent_version", "created_at", "started_at", "completed_at")
)
"""What a step says of itself wherever it is stored."""


def stored_result(result: StepResult) -> dict[str, Any]:
    """Return a result as a run keeps it that has taken it over."""
    error = result.error and result.error.model_dump()
    return {"status": result.status, "output": result.output, "error": error}


def read_result(stored: Mapping[str, Any]) -> StepResult:
    """Return a result that a run keeps."""
    error = stored.get("error")
    return StepResult(stored["status"], stored.get("output"), None if error is None else RunError.model_validate(error))


@dataclass(frozen=True, slots=True)
class Continued:
    """A run whose pause is over, and the runs of its tree that workers are to be notified of."""

    run: Run
    due: Sequence[tuple[str, Lane]] = ()


class WorkflowExecutions(Protocol):
    """The owner's runs of workflows."""

    async def find(self, workflow_id: str, page: PageRequest) -> Page[Run]:
        """Return a page of the runs of a workflow, newest first; not those that are steps of others."""
        ...

    async def get(self, execution_id: str) -> Run | None:
        """Return one run of a workflow, or None."""
        ...

    async def tasks(self, execution_id: str) -> list[TaskExecution]:
        """Return the steps of one of the owner's runs, those taken over first, in the order in which they started."""
        ...

    async def pause(self, execution_id: str) -> Run | None:
        """Begin nothing more of a run and all that it has started; what runs goes on to its end. None: not there."""
        ...

    async def go_on(self, execution_id: str) -> Continued | None:
        """End the pause of a run; its time limits move by it. None: it is not paused."""
        ...


NextTimes = Callable[[str, str, datetime], list[datetime]]
"""Computes the next times of a cron expression in a time zone after a moment."""


def summary_of(inputs: dict[str, Any]) -> str:
    """Return inputs as a line for lists: the only text among them, else all as JSON, cut at 500 characters."""
    only = next(iter(inputs.values())) if len(inputs) == 1 else inputs
    text = text_of(only)
    return text if len(text) <= MAX_SUMMARY else text[: MAX_SUMMARY - 1] + "…"


def logged_text(output: Any) -> str:
    """Return an output as the text that the log of a run has of it, cut at 4,000 characters."""
    text = "" if output is None else text_of(output)
    return text if len(text) <= MAX_LOGGED else text[: MAX_LOGGED - 1] + "…"


def seconds_until(settings: Mapping[str, Any], next_times: NextTimes, now: datetime) -> float:
    """Return how long a timer waits from now: its seconds, until its moment, or until its cron's next time."""
    if settings.get("delay_s") is not None:
        return float(settings["delay_s"])
    if settings.get("until"):
        moment = datetime.fromisoformat(settings["until"])
    else:
        moment = next_times(settings["cron"], settings.get("time_zone") or "UTC", now)[0]
    return max(0.0, (moment - now).total_seconds())


def json_text(value: Any) -> str:
    """Return a value as the JSON text that a run's result is."""
    return json.dumps(value, ensure_ascii=False, default=str)
