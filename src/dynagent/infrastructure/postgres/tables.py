"""The engine's tables as SQLAlchemy knows them; a noun's table stands in the noun's file.

Alembic's revisions make them; a test holds both to the same.
"""

from sqlalchemy import (
    Boolean,
    Column,
    Computed,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    Numeric,
    PrimaryKeyConstraint,
    String,
    Table,
    Text,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSON, JSONB, TSVECTOR

from dynagent.infrastructure.postgres.kit.metadata import ID, MOMENT, metadata, times

_id, _moment = ID, MOMENT

schema_version = Table(
    "schema_version",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("version", String(50), nullable=False),
    Column("applied_at", _moment, nullable=False, server_default=func.now()),
    Column("is_current", Boolean, nullable=False, server_default=text("true")),
)

runs = Table(
    "runs",
    metadata,
    Column("id", _id, primary_key=True),
    Column("user_id", _id, nullable=False),
    Column("kind", Text, nullable=False, server_default=text("'agent'")),
    Column("subject_id", _id, nullable=False),
    Column("subject_version", Integer, nullable=False),
    Column("subject_name", Text, nullable=False),
    Column("input", JSON, nullable=False),
    Column("query", Text, Computed("input ->> 'query'", persisted=True)),
    Column("words", TSVECTOR, Computed("dyn_words(input ->> 'query', result)", persisted=True)),
    Column("parent_run_id", _id),
    Column("root_run_id", _id),
    Column("correlation_id", Text),
    Column("child_key", Text),
    Column("open_children", Integer, nullable=False, server_default=text("0")),
    Column("wakes_at_open", Integer, nullable=False, server_default=text("0")),
    Column("chat_id", Text),
    Column("lane", Text, nullable=False),
    Column("priority", Integer, nullable=False, server_default=text("0")),
    Column("status", Text, nullable=False),
    Column("attempt", Integer, nullable=False, server_default=text("0")),
    Column("crashes", Integer, nullable=False, server_default=text("0")),
    Column("worker", _id),
    Column("not_before", _moment),
    Column("notified_at", _moment),
    Column("cancel_requested", Boolean, nullable=False, server_default=text("false")),
    Column("deadline", _moment),
    Column("paused_at", _moment),
    Column("idempotency_key", Text),
    Column("schedule_key", Text),
    Column("origin", JSONB(none_as_null=True)),
    Column("result", Text),
    Column("error", JSONB(none_as_null=True)),
    Column("usage", JSONB, nullable=False),
    Column("cost_usd", Numeric),
    Column("answered_model", Text),
    Column("answered_by", JSONB(none_as_null=True)),
    Column("marks", ARRAY(Text), nullable=False, server_default=text("'{}'")),
    Column("created_at", _moment, nullable=False),
    Column("started_at", _moment),
    Column("completed_at", _moment),
    UniqueConstraint("user_id", "idempotency_key"),
    UniqueConstraint("schedule_key"),
)
_listed = text("kind = 'agent' AND parent_run_id IS NULL")
Index("ix_runs_user_id_id", runs.c.user_id, runs.c.id.desc(), postgresql_where=_listed)
Index("ix_runs_user_id_subject_id_id", runs.c.user_id, runs.c.subject_id, runs.c.id.desc(), postgresql_where=_listed)
_cost = text("coalesce(cost_usd, 0)")
_duration = text("COALESCE(completed_at - started_at, '00:00:00'::interval)")
Index("ix_runs_user_id_status_id", runs.c.user_id, runs.c.status, runs.c.id, postgresql_where=_listed)
Index("ix_runs_cost", runs.c.user_id, _cost, runs.c.id, postgresql_where=_listed)
Index("ix_runs_duration", runs.c.user_id, _duration, runs.c.id, postgresql_where=_listed)
Index(
    "ix_runs_derived",
    runs.c.user_id,
    runs.c.id.desc(),
    postgresql_where=text(
        "kind = 'agent' AND parent_run_id IS NULL AND (origin IS NOT NULL OR schedule_key IS NOT NULL)"
    ),
)
Index(
    "ix_runs_words",
    runs.c.words,
    postgresql_using="gin",
    postgresql_with={"gin_pending_list_limit": 1024},
    postgresql_where=text(
        "kind = 'agent' AND parent_run_id IS NULL AND status NOT IN ('pending', 'running', 'waiting')"
    ),
)
_workflows = text("kind = 'workflow' AND parent_run_id IS NULL")
Index("ix_runs_workflows", runs.c.user_id, runs.c.id.desc(), postgresql_where=_workflows)
Index("ix_runs_of_workflow", runs.c.subject_id, runs.c.id.desc(), postgresql_where=_workflows)
_teams = text("kind = 'team' AND parent_run_id IS NULL")
Index("ix_runs_teams", runs.c.user_id, runs.c.id.desc(), postgresql_where=_teams)
Index(
    "ix_runs_words_of_workflows",
    runs.c.words,
    postgresql_using="gin",
    postgresql_where=text(
        "kind = 'workflow' AND parent_run_id IS NULL AND status NOT IN ('pending', 'running', 'waiting')"
    ),
)
Index("ix_runs_paused", runs.c.id, postgresql_where=runs.c.paused_at.is_not(None))
Index(
    "ix_runs_user_id_chat_id_id",
    runs.c.user_id,
    runs.c.chat_id,
    runs.c.id,
    postgresql_where=runs.c.chat_id.is_not(None),
)
Index(
    "ix_runs_pending",
    runs.c.lane,
    runs.c.priority.desc(),
    runs.c.id,
    postgresql_where=text("status = 'pending'"),
)
Index(
    "ix_runs_pending_by_user",
    runs.c.user_id,
    runs.c.priority.desc(),
    runs.c.id,
    postgresql_where=text("status = 'pending'"),
)
Index("ix_runs_waiting", runs.c.user_id, postgresql_where=text("status = 'waiting'"))
Index(
    "ix_runs_schedule",
    text("split_part(schedule_key, ':', 1)"),
    runs.c.id.desc(),
    postgresql_where=runs.c.schedule_key.is_not(None),
)
Index(
    "ix_runs_parent_run_id_child_key",
    runs.c.parent_run_id,
    runs.c.child_key,
    unique=True,
    postgresql_where=runs.c.parent_run_id.is_not(None),
)
Index(
    "ix_runs_live_children",
    runs.c.parent_run_id,
    postgresql_where=text("parent_run_id IS NOT NULL AND status IN ('pending', 'running', 'waiting')"),
)
Index("ix_runs_marks", runs.c.marks, postgresql_using="gin", postgresql_where=text("marks <> '{}'"))
Index("ix_runs_running", runs.c.worker, postgresql_where=text("status = 'running'"))

run_events = Table(
    "run_events",
    metadata,
    Column("execution_id", _id, nullable=False),
    Column("seq", Integer, nullable=False),
    Column("attempt", Integer, nullable=False),
    Column("type", Text, nullable=False),
    Column("at", _moment, nullable=False),
    Column("payload", JSON, nullable=False),
    PrimaryKeyConstraint("execution_id", "seq"),
    postgresql_partition_by="RANGE (execution_id)",
)

run_model_calls = Table(
    "run_model_calls",
    metadata,
    Column("execution_id", _id, nullable=False),
    Column("call_key", Text, nullable=False),
    Column("attempt", Integer, nullable=False),
    Column("tries", Integer, nullable=False),
    Column("sent_at", _moment, nullable=False),
    Column("head", JSON, nullable=False),
    Column("messages", LargeBinary, nullable=False),
    Column("tools", LargeBinary, nullable=False),
    Column("parameters", LargeBinary, nullable=False),
    PrimaryKeyConstraint("execution_id", "call_key"),
)

run_model_call_parts = Table(
    "run_model_call_parts",
    metadata,
    Column("execution_id", _id, nullable=False),
    Column("hash", LargeBinary, nullable=False),
    Column("content", Text, nullable=False),
    PrimaryKeyConstraint("execution_id", "hash"),
)

Index(
    "ix_run_events_tool",
    text("(payload ->> 'tool')"),
    run_events.c.execution_id,
    postgresql_where=text("type = 'tool_start'"),
)

run_annotations = Table(
    "run_annotations",
    metadata,
    Column("run_id", _id, ForeignKey("runs.id", ondelete="CASCADE"), nullable=False),
    Column("user_id", _id, nullable=False),
    Column("rating", Text),
    Column("comment", Text),
    Column("note", Text),
    Column("tags", ARRAY(Text), nullable=False, server_default=text("'{}'::text[]")),
    Column("updated_at", _moment, nullable=False, server_default=func.now()),
    PrimaryKeyConstraint("run_id", "user_id"),
)
Index(
    "ix_run_annotations_rating",
    run_annotations.c.user_id,
    run_annotations.c.rating,
    run_annotations.c.run_id,
    postgresql_where=run_annotations.c.rating.is_not(None),
)
Index(
    "ix_run_annotations_tags",
    run_annotations.c.tags,
    postgresql_using="gin",
    postgresql_where=text("tags <> '{}'::text[]"),
)

workers = Table(
    "workers",
    metadata,
    Column("id", _id, primary_key=True),
    Column("name", Text, nullable=False),
    Column("lease_until", _moment, nullable=False),
    Column("dead", Boolean, nullable=False, server_default=text("false")),
    Column("info", JSONB, nullable=False, server_default=text("'{}'::jsonb")),
    Column("started_at", _moment, nullable=False, server_default=func.now()),
)

user_slots = Table(
    "user_slots",
    metadata,
    Column("user_id", _id, primary_key=True),
    Column("n", Integer, nullable=False, server_default=text("0")),
    *times(),
)

interrupts = Table(
    "interrupts",
    metadata,
    Column("id", _id, primary_key=True),
    Column("execution_id", _id, ForeignKey("runs.id", ondelete="CASCADE"), nullable=False),
    Column("call_key", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("value", JSONB, nullable=False),
    Column("response_schema", JSONB, nullable=False),
    Column("answer", JSONB),
    Column("answered_by", _id),
    Column("answered_at", _moment),
    Column("expires_at", _moment),
    Column("on_expiry", Text),
    Column("created_at", _moment, nullable=False, server_default=func.now()),
    UniqueConstraint("execution_id", "call_key"),
)
Index(
    "ix_interrupts_expiring",
    interrupts.c.expires_at,
    postgresql_where=text("answered_at IS NULL AND expires_at IS NOT NULL"),
)

outbox = Table(
    "outbox",
    metadata,
    Column("id", _id, primary_key=True),
    Column("name", Text, nullable=False),
    Column("payload", JSONB, nullable=False),
    Column("occurred_at", _moment, nullable=False),
    Column("delivered_at", _moment),
)
Index("ix_outbox_undelivered", outbox.c.id, postgresql_where=outbox.c.delivered_at.is_(None))

__all__ = [
    "interrupts",
    "metadata",
    "outbox",
    "run_events",
    "run_model_call_parts",
    "run_model_calls",
    "runs",
    "schema_version",
    "user_slots",
    "workers",
]
