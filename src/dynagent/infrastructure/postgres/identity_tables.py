"""The tables of people, of what lets them in, and of models; part of the same schema as `tables.py`."""

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Boolean,
    Column,
    Date,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    Numeric,
    PrimaryKeyConstraint,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from dynagent.infrastructure.postgres.tables import metadata

_id = Uuid(as_uuid=False)
_moment = DateTime(timezone=True)


def _of_user() -> ForeignKey:
    return ForeignKey("users.id", ondelete="CASCADE")


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
    UniqueConstraint("role_name"),
)

user_roles = Table(
    "user_roles",
    metadata,
    Column("user_id", _id, _of_user(), nullable=False),
    Column("role_id", Integer, ForeignKey("roles.role_id"), nullable=False),
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
)
Index("ix_stream_tickets_expires_at", stream_tickets.c.expires_at)

access_keys = Table(
    "access_keys",
    metadata,
    Column("id", _id, primary_key=True),
    Column("user_id", _id, _of_user(), nullable=False),
    Column("name", Text, nullable=False),
    Column("hint", Text, nullable=False),
    Column("key_hash", Text, nullable=False),
    Column("scopes", ARRAY(Text), nullable=False),
    Column("expires_at", _moment),
    Column("last_used_at", _moment),
    Column("revoked_at", _moment),
    Column("created_at", _moment, nullable=False),
    UniqueConstraint("key_hash"),
)
Index("ix_access_keys_user_id", access_keys.c.user_id)

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
Index(
    "ix_audit_log_incidents",
    audit_log.c.target_kind,
    audit_log.c.target_id,
    audit_log.c.at,
    postgresql_where=text("outcome = 'incident'"),
)

provider_keys = Table(
    "provider_keys",
    metadata,
    Column("id", _id, primary_key=True),
    Column("user_id", _id, _of_user(), nullable=False),
    Column("provider", Text, nullable=False),
    Column("label", Text, nullable=False),
    Column("purpose", Text, nullable=False, server_default=text("'models'")),
    Column("endpoint_url", Text),
    Column("hint", Text, nullable=False),
    Column("key_encrypted", Text, nullable=False),
    Column("created_at", _moment, nullable=False),
    UniqueConstraint("user_id", "provider", "label"),
)

language_models = Table(
    "language_models",
    metadata,
    Column("id", _id, primary_key=True),
    Column("user_id", _id, _of_user()),
    Column("name", Text, nullable=False),
    Column("provider", Text, nullable=False),
    Column("model_identifier", Text, nullable=False),
    Column("endpoint_url", Text),
    Column("api_key_encrypted", Text),
    Column("key_hint", Text),
    Column("key_id", _id, ForeignKey("provider_keys.id", ondelete="SET NULL")),
    Column("config_params_json", JSONB, nullable=False, server_default=text("'{}'::jsonb")),
    Column("capabilities", JSONB, nullable=False, server_default=text("'{}'::jsonb")),
    Column("fallbacks", ARRAY(Text), nullable=False, server_default=text("'{}'::text[]")),
    Column("max_rpm", Integer),
    Column("enabled", Boolean, nullable=False, server_default=text("true")),
    Column("version", Integer, nullable=False),
    Column("created_at", _moment, nullable=False),
    Column("updated_at", _moment, nullable=False),
    UniqueConstraint("user_id", "name", postgresql_nulls_not_distinct=True),
)

Index("ix_language_models_key_id", language_models.c.key_id, postgresql_where=language_models.c.key_id.is_not(None))

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
    Column("cost_usd", Numeric, nullable=False),
    PrimaryKeyConstraint("user_id", "day", "provider", "model"),
)

__all__ = [
    "access_keys",
    "audit_log",
    "language_models",
    "metadata",
    "model_usage",
    "provider_keys",
    "refresh_tokens",
    "roles",
    "setup_links",
    "stream_tickets",
    "user_roles",
    "users",
]
