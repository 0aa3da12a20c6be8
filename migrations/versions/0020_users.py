"""People and their roles; the three roles and the local administrator are there from the start."""

import sqlalchemy as sa
from alembic import op

revision = "0020_users"
down_revision = "0011_executions_origin"
branch_labels = None
depends_on = None

LOCAL_USER_ID = "00000000-0000-7000-8000-000000000001"


def upgrade() -> None:
    """Make them."""
    op.create_table(
        "users",
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("username", sa.Text, nullable=False),
        sa.Column("email", sa.Text, nullable=False),
        sa.Column("password_hash", sa.Text),
        sa.Column("first_name", sa.Text, server_default=sa.text("''"), nullable=False),
        sa.Column("last_name", sa.Text, server_default=sa.text("''"), nullable=False),
        sa.Column("disabled", sa.Boolean, server_default=sa.text("false"), nullable=False),
        sa.Column("sessions_valid_from", sa.DateTime(timezone=True)),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_users"),
        sa.UniqueConstraint("email", name="uq_users_email"),
        sa.UniqueConstraint("username", name="uq_users_username"),
    )
    op.create_table(
        "roles",
        sa.Column("role_id", sa.Integer, autoincrement=True, nullable=False),
        sa.Column("role_name", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("role_id", name="pk_roles"),
        sa.UniqueConstraint("role_name", name="uq_roles_role_name"),
    )
    op.create_table(
        "user_roles",
        sa.Column("user_id", sa.Uuid, nullable=False),
        sa.Column("role_id", sa.Integer, nullable=False),
        sa.ForeignKeyConstraint(["role_id"], ["roles.role_id"], name="fk_user_roles_role_id"),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_user_roles_user_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("user_id", "role_id", name="pk_user_roles"),
    )
    op.execute("INSERT INTO roles (role_name) VALUES ('admin'), ('user'), ('viewer')")
    # Without a password nobody can sign in as this one; the first setup gives it one, with all that was made before.
    op.execute(
        "INSERT INTO users (id, username, email, created_at, updated_at) "
        f"VALUES ('{LOCAL_USER_ID}', 'local', 'local@localhost', now(), now())"
    )
    op.execute(
        f"INSERT INTO user_roles (user_id, role_id) SELECT '{LOCAL_USER_ID}', role_id FROM roles "
        "WHERE role_name = 'admin'"
    )


def downgrade() -> None:
    """Drop them."""
    op.drop_table("user_roles")
    op.drop_table("roles")
    op.drop_table("users")
