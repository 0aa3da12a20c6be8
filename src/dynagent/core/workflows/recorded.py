"""Executions of workflows that another engine runs and reports here: records, which no worker ever takes.

Such a run is kept as one that waits for what never comes, so nothing claims it; how it stands by its engine's words is
part of its input.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Literal, Protocol

from dynagent.core.executions import Execution, ExecutionOver
from dynagent.core.runs import AnyTraceEvent, Cancelled, Complete, Failed, Run, RunError, RunStatus
from dynagent.core.shared.errors import Conflict
from dynagent.core.workflows.executions import json_text

RecordedStatus = Literal["pending", "running", "completed", "failed", "cancelled"]
_FIELD = "recorded_status"


class NotRecorded(Conflict):
    """The execution is run here: only what another engine reports is changed by its reports."""

    code = "execution_not_recorded"


class RecordedExecutions(Protocol):
    """Where records are kept."""

    async def add(self, record: Execution) -> None:
        """Keep a new one, with the beginning of its log."""
        ...

    async def change(self, record: Execution, last: AnyTraceEvent | None) -> None:
        """Keep another state of one, and the last event of its log once it is over. Raises StaleVersion."""
        ...


def is_record(run: Run) -> bool:
    """Say whether another engine runs it."""
    return _FIELD in run.input


def status_of(run: Run) -> RunStatus:
    """Return how a run stands: of a record by its engine's words."""
    said = run.input.get(_FIELD)
    return RunStatus(said) if said is not None and run.status is RunStatus.WAITING else run.status


def reported(record: Execution, changes: Mapping[str, Any], *, now: datetime) -> Execution:
    """Return a record with what its engine reports. Raises NotRecorded, ExecutionOver.

    `changes` may have `status`, `started_at`, `completed_at`, `output`, `usage`, `cost_usd` and `error`.
    """
    if not is_record(record):
        raise NotRecorded(f"execution {record.id} is run here, not by another engine")
    if record.status.over:
        raise ExecutionOver(f"execution {record.id} has ended as {record.status.value}; its record stays as it is")
    update = {name: changes[name] for name in ("started_at", "completed_at", "usage", "cost_usd") if name in changes}
    if "output" in changes:
        update["result"] = json_text(changes["output"])
    status = RunStatus(changes.get("status") or record.input[_FIELD])
    if status is not RunStatus.PENDING:
        update.setdefault("started_at", record.started_at or now)
    if status.over:
        update.setdefault("completed_at", now)
    if status is RunStatus.FAILED:
        unknown = RunError(code="reported_failure", message="its engine gave no reason")
        update["error"] = changes.get("error") or unknown
    stored = status if status.over else RunStatus.WAITING
    return record.model_copy(update={**update, "status": stored, "input": {**record.input, _FIELD: status.value}})


def last_event(record: Execution) -> AnyTraceEvent | None:
    """Return the last event of a record's log, None while it is not over."""
    if not record.status.over or record.completed_at is None:
        return None
    common: dict[str, Any] = {"timestamp": record.completed_at.timestamp(), "duration_ms": record.duration_ms or 0.0}
    if record.status is RunStatus.COMPLETED:
        used = record.usage
        return Complete(
            result=record.result or "",
            model="",
            input_tokens=used.input_tokens,
            output_tokens=used.output_tokens,
            cost_usd=None if record.cost_usd is None else f"{record.cost_usd:f}",
            **common,
        )
    if record.status is RunStatus.CANCELLED:
        return Cancelled(reason="its engine has cancelled it", **common)
    error = record.error or RunError(code="reported_failure", message="its engine gave no reason")
    return Failed(message=error.message, error_code=error.code, **common)
