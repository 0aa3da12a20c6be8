"""The tables of people, of what lets them in, and of what models were used."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    Numeric,
    PrimaryKeyConstraint,
    Table,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from dynagent.infrastructure.postgres.kit.metadata import ID, MOMENT, metadata, of_user, times

_id, _moment, _of_user = ID, MOMENT, of_user

users = Table(
    "users",
    metadata,
    Column("id", _id, primary_key=True),
    Column("username", Text, nullable=False),
    Column("email", Text, nullable=False),
    Column("password_hash", Text),
    Column("first_name", Text, nullable=False, server_default=text("''")),
    Column("last_name", Text, nullable=False, server_default=text("''")),
    Column("disabled", Boolean, nullable=False, server_default=text("false")),
    Column("sessions_valid_from", _moment),
    Column("created_at", _moment, nullable=False),
    Column("updated_at", _moment, nullable=False),
    UniqueConstraint("username"),
    UniqueConstraint("email"),
)

roles = Table(
    "roles",
    metadata,
    Column("role_id", Integer, primary_key=True, autoincrement=True),
    Column("role_name", Text, nullable=False),
    *times(),
    UniqueConstraint("role_name"),
)

user_roles = Table(
    "user_roles",
    metadata,
    Column("user_id", _id, _of_user(), nullable=False),
    Column("role_id", Integer, ForeignKey("roles.role_id"), nullable=False),
    *times(),
    PrimaryKeyConstraint("user_id", "role_id"),
)

refresh_tokens = Table(
    "refresh_tokens",
    metadata,
    Column("id", _id, primary_key=True),
    Column("family_id", _id, nullable=False),
    Column("user_id", _id, _of_user(), nullable=False),
    Column("token_hash", Text, nullable=False),
    Column("issued_at", _moment, nullable=False),
    Column("expires_at", _moment, nullable=False),
    Column("used_at", _moment),
    Column("revoked_at", _moment),
    Column("replaced_by", _id),
    Column("address", Text, nullable=False, server_default=text("''")),
    Column("user_agent", Text, nullable=False, server_default=text("''")),
    UniqueConstraint("token_hash"),
)
Index("ix_refresh_tokens_family_id", refresh_tokens.c.family_id)
Index("ix_refresh_tokens_user_id", refresh_tokens.c.user_id)

setup_links = Table(
    "setup_links",
    metadata,
    Column("id", _id, primary_key=True),
    Column("token_hash", Text, nullable=False),
    Column("created_at", _moment, nullable=False),
    Column("expires_at", _moment, nullable=False),
    Column("used_at", _moment),
    Column("user_id", _id, _of_user()),
    UniqueConstraint("token_hash"),
)

stream_tickets = Table(
    "stream_tickets",
    metadata,
    Column("token_hash", Text, primary_key=True),
    Column("user_id", _id, _of_user(), nullable=False),
    Column("execution_id", _id, nullable=False),
    Column("expires_at", _moment, nullable=False),
    *times(),
)
Index("ix_stream_tickets_expires_at", stream_tickets.c.expires_at)

audit_log = Table(
    "audit_log",
    metadata,
    Column("id", _id, primary_key=True),
    Column("at", _moment, nullable=False),
    Column("action", Text, nullable=False),
    Column("outcome", Text, nullable=False),
    Column("actor_id", _id),
    Column("target_kind", Text, nullable=False, server_default=text("''")),
    Column("target_id", Text, nullable=False, server_default=text("''")),
    Column("address", Text, nullable=False, server_default=text("''")),
    Column("details", JSONB, nullable=False, server_default=text("'{}'::jsonb")),
)
Index("ix_audit_log_actor_id_id", audit_log.c.actor_id, audit_log.c.id.desc())
Index("ix_audit_log_action_id", audit_log.c.action, audit_log.c.id.desc())
Index("ix_audit_log_target", audit_log.c.target_kind, audit_log.c.target_id, audit_log.c.id.desc())
Index(
    "ix_audit_log_incidents",
    audit_log.c.target_kind,
    audit_log.c.target_id,
    audit_log.c.at,
    postgresql_where=text("outcome = 'incident'"),
)

model_usage = Table(
    "model_usage",
    metadata,
    Column("user_id", _id, _of_user(), nullable=False),
    Column("day", Date, nullable=False),
    Column("provider", Text, nullable=False),
    Column("model", Text, nullable=False),
    Column("calls", BigInteger, nullable=False),
    Column("failures", BigInteger, nullable=False),
    Column("input_tokens", BigInteger, nullable=False),
    Column("output_tokens", BigInteger, nullable=False),
    Column("cost_usd", Numeric),
    PrimaryKeyConstraint("user_id", "day", "provider", "model"),
)

__all__ = [
    "audit_log",
    "metadata",
    "model_usage",
    "refresh_tokens",
    "roles",
    "setup_links",
    "stream_tickets",
    "user_roles",
    "users",
]
