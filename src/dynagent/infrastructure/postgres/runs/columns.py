"""The columns of a run: their list, how a run becomes values for them, and how a row becomes a run again."""

from typing import Any

import orjson

from dynagent.core.executions import AGENT, Execution
from dynagent.core.runs import MAX_LISTED_RESULT, AnsweredBy, Origin, Run, RunError, RunStatus, Usage
from dynagent.infrastructure.postgres.pool import Row

_TYPES = {
    "id": "uuid",
    "user_id": "uuid",
    "kind": "text",
    "subject_id": "uuid",
    "subject_version": "int",
    "subject_name": "text",
    "input": "json",
    "parent_run_id": "uuid",
    "root_run_id": "uuid",
    "correlation_id": "text",
    "chat_id": "text",
    "lane": "text",
    "priority": "int",
    "status": "text",
    "attempt": "int",
    "crashes": "int",
    "cancel_requested": "boolean",
    "deadline": "timestamptz",
    "paused_at": "timestamptz",
    "idempotency_key": "text",
    "origin": "jsonb",
    "result": "text",
    "error": "jsonb",
    "usage": "jsonb",
    "cost_usd": "numeric",
    "answered_model": "text",
    "answered_by": "jsonb",
    "marks": "text[]",
    "created_at": "timestamptz",
    "started_at": "timestamptz",
    "completed_at": "timestamptz",
}
"""Every field of a Run, with the type of its column."""

COLUMNS = ", ".join(_TYPES)
SHORTENED = ", ".join(
    f"left(result, {MAX_LISTED_RESULT + 1}) AS result" if name == "result" else name for name in _TYPES
)
"""The same for lists, with so much of the result that it can be told whether there is more."""
_VALUES = ", ".join(f"CAST(:{name} AS {type_})" for name, type_ in _TYPES.items())


def listed(table: str) -> str:
    """Return the columns as those of a table or its alias."""
    return ", ".join(f"{table}.{name}" for name in _TYPES)


def insert(*, source: str = "", conflict: str = "(user_id, idempotency_key)", **extra: str) -> str:
    """Return the INSERT of the run that `values_of` describes, but for one that is there already.

    `source` is a FROM clause with its condition; `extra` are further columns with their types, given by their names.
    """
    names = ", ".join([COLUMNS, *extra])
    values = ", ".join([_VALUES, *(f"CAST(:{name} AS {type_})" for name, type_ in extra.items())])
    return f"INSERT INTO runs ({names}) SELECT {values}{source} ON CONFLICT {conflict} DO NOTHING"


def values_of(run: Run, owner: str | None = None) -> dict[str, Any]:
    """Return the values of a run's columns by name; `owner` is whose it is, if not the run's own user."""
    return dict(run) | {
        "user_id": owner or run.user_id,
        "status": run.status.value,
        "input": orjson.dumps(run.input).decode(),
        "error": run.error.model_dump_json() if run.error else None,
        "usage": run.usage.model_dump_json(),
        "origin": run.origin.model_dump_json() if run.origin else None,
        "answered_by": run.answered_by.model_dump_json() if run.answered_by else None,
    }


def read_run(row: Row) -> Run:
    """Return the run that a row stands for, an Execution for runs of agents; json columns arrive as text."""
    return (Execution if row["kind"] == AGENT else Run).model_construct(**_fields(row))


def read_execution(row: Row) -> Execution:
    """Return the execution that a row stands for."""
    return Execution.model_construct(**_fields(row))


def _fields(row: Row) -> dict[str, Any]:
    parent, root = row["parent_run_id"], row["root_run_id"]
    return {
        "id": str(row["id"]),
        "user_id": str(row["user_id"]),
        "kind": row["kind"],
        "subject_id": str(row["subject_id"]),
        "subject_version": row["subject_version"],
        "subject_name": row["subject_name"],
        "input": _json(row["input"]) or {},
        "parent_run_id": parent and str(parent),
        "root_run_id": root and str(root),
        "correlation_id": row["correlation_id"],
        "chat_id": row["chat_id"],
        "lane": row["lane"],
        "priority": row["priority"],
        "status": RunStatus(row["status"]),
        "attempt": row["attempt"],
        "crashes": row["crashes"],
        "cancel_requested": row["cancel_requested"],
        "deadline": row["deadline"],
        "paused_at": row["paused_at"],
        "idempotency_key": row["idempotency_key"],
        "origin": Origin.model_validate(origin) if (origin := _json(row["origin"])) else None,
        "result": row["result"],
        "error": RunError.model_validate(error) if (error := _json(row["error"])) else None,
        "usage": Usage.model_validate(_json(row["usage"]) or {}),
        "cost_usd": row["cost_usd"],
        "answered_model": row["answered_model"],
        "answered_by": AnsweredBy.model_validate(other) if (other := _json(row["answered_by"])) else None,
        "marks": tuple(row["marks"]),
        "created_at": row["created_at"],
        "started_at": row["started_at"],
        "completed_at": row["completed_at"],
    }


def _json(value: Any) -> Any:
    return orjson.loads(value) if isinstance(value, (str, bytes)) else value
