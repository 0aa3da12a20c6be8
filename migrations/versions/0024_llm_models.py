"""Models and the providers' keys, encrypted."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0024_llm_models"
down_revision = "0023_audit_log"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make them."""
    op.create_table(
        "api_keys",
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("user_id", sa.Uuid, nullable=False),
        sa.Column("provider", sa.Text, nullable=False),
        sa.Column("label", sa.Text, nullable=False),
        sa.Column("purpose", sa.Text, server_default=sa.text("'models'"), nullable=False),
        sa.Column("endpoint_url", sa.Text),
        sa.Column("hint", sa.Text, nullable=False),
        sa.Column("key_encrypted", sa.Text, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_api_keys_user_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_api_keys"),
        sa.UniqueConstraint("user_id", "provider", "label", name="uq_api_keys_user_id_provider_label"),
    )
    op.create_table(
        "llm_models",
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("user_id", sa.Uuid),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("provider", sa.Text, nullable=False),
        sa.Column("model_identifier", sa.Text, nullable=False),
        sa.Column("endpoint_url", sa.Text),
        sa.Column("api_key_encrypted", sa.Text),
        sa.Column("key_hint", sa.Text),
        sa.Column("key_id", sa.Uuid),
        sa.Column("config_params_json", postgresql.JSONB, server_default=sa.text("'{}'::jsonb"), nullable=False),
        sa.Column("capabilities", postgresql.JSONB, server_default=sa.text("'{}'::jsonb"), nullable=False),
        sa.Column("fallbacks", sa.ARRAY(sa.Text), server_default=sa.text("'{}'::text[]"), nullable=False),
        sa.Column("max_rpm", sa.Integer),
        sa.Column("enabled", sa.Boolean, server_default=sa.text("true"), nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["key_id"], ["api_keys.id"], name="fk_llm_models_key_id", ondelete="SET NULL"),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_llm_models_user_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_llm_models"),
        sa.UniqueConstraint("user_id", "name", name="uq_llm_models_user_id_name", postgresql_nulls_not_distinct=True),
    )


def downgrade() -> None:
    """Drop them."""
    op.drop_table("llm_models")
    op.drop_table("api_keys")
