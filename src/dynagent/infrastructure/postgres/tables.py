"""The engine's tables as SQLAlchemy knows them; a noun's table stands in the noun's file.

Alembic's revisions make them; a test holds both to the same.
"""

from sqlalchemy import (
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    Numeric,
    PrimaryKeyConstraint,
    String,
    Table,
    Text,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import JSON, JSONB

from dynagent.infrastructure.postgres.kit.metadata import ID, MOMENT, metadata

_id, _moment = ID, MOMENT

schema_version = Table(
    "schema_version",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("version", String(50), nullable=False),
    Column("applied_at", _moment, nullable=False, server_default=func.now()),
    Column("is_current", Boolean, nullable=False, server_default=text("true")),
)

executions = Table(
    "executions",
    metadata,
    Column("id", _id, primary_key=True),
    Column("user_id", _id, nullable=False),
    Column("agent_id", _id, nullable=False),
    Column("agent_version", Integer, nullable=False),
    Column("agent_name", Text, nullable=False),
    Column("query", Text, nullable=False),
    Column("model", Text),
    Column("context", JSONB, nullable=False),
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
    Column("idempotency_key", Text),
    Column("schedule_key", Text),
    Column("origin", JSONB(none_as_null=True)),
    Column("output_schema", JSON(none_as_null=True)),
    Column("result", Text),
    Column("error", JSONB(none_as_null=True)),
    Column("usage", JSONB, nullable=False),
    Column("cost_usd", Numeric),
    Column("answered_model", Text),
    Column("created_at", _moment, nullable=False),
    Column("started_at", _moment),
    Column("completed_at", _moment),
    UniqueConstraint("user_id", "idempotency_key"),
    UniqueConstraint("schedule_key"),
)
Index("ix_executions_user_id_id", executions.c.user_id, executions.c.id.desc())
Index("ix_executions_user_id_agent_id_id", executions.c.user_id, executions.c.agent_id, executions.c.id.desc())
Index(
    "ix_executions_user_id_chat_id_id",
    executions.c.user_id,
    executions.c.chat_id,
    executions.c.id,
    postgresql_where=executions.c.chat_id.is_not(None),
)
Index(
    "ix_executions_pending",
    executions.c.lane,
    executions.c.priority.desc(),
    executions.c.id,
    postgresql_where=text("status = 'pending'"),
)
Index(
    "ix_executions_pending_by_user",
    executions.c.user_id,
    executions.c.priority.desc(),
    executions.c.id,
    postgresql_where=text("status = 'pending'"),
)
Index("ix_executions_waiting", executions.c.user_id, postgresql_where=text("status = 'waiting'"))
Index(
    "ix_executions_schedule",
    text("split_part(schedule_key, ':', 1)"),
    executions.c.id.desc(),
    postgresql_where=executions.c.schedule_key.is_not(None),
)
Index("ix_executions_running", executions.c.worker, postgresql_where=text("status = 'running'"))

execution_events = Table(
    "execution_events",
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
)

interrupts = Table(
    "interrupts",
    metadata,
    Column("id", _id, primary_key=True),
    Column("execution_id", _id, ForeignKey("executions.id", ondelete="CASCADE"), nullable=False),
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
    "execution_events",
    "executions",
    "interrupts",
    "metadata",
    "outbox",
    "schema_version",
    "user_slots",
    "workers",
]
