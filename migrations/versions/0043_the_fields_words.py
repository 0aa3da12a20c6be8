"""Tables, columns and a permission get the names that the code, the API and the field have for them."""

from alembic import op

revision = "0043_the_fields_words"
down_revision = "0042_schedules_last_problem"
branch_labels = None
depends_on = None

TABLES = (
    ("api_keys", "provider_keys"),
    ("personal_api_keys", "access_keys"),
    ("llm_models", "language_models"),
)
COLUMNS = (
    ("executions", "rung_at", "notified_at"),
    ("executions", "conversation_id", "chat_id"),
    ("chats", "conversation_id", "chat_id"),
)
# Of all constraints and indexes of a table; also of those for NOT NULL, which PostgreSQL names from version 18 on.
NAMES = """
DO $$ DECLARE old text; BEGIN
  FOR old IN SELECT conname FROM pg_constraint WHERE conrelid = '{table}'::regclass AND strpos(conname, '{before}') > 0
  LOOP EXECUTE format('ALTER TABLE {table} RENAME CONSTRAINT %I TO %I', old, replace(old, '{before}', '{after}'));
  END LOOP;
  FOR old IN SELECT c.relname FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
    WHERE i.indrelid = '{table}'::regclass AND strpos(c.relname, '{before}') > 0
  LOOP EXECUTE format('ALTER INDEX %I RENAME TO %I', old, replace(old, '{before}', '{after}'));
  END LOOP;
END $$
"""
SCOPES = """
UPDATE access_keys SET scopes = array_replace(scopes, '{before}', '{after}') WHERE '{before}' = ANY(scopes)
"""


def upgrade() -> None:
    """Rename; what access keys may do stays the same."""
    for before, after in TABLES:
        op.rename_table(before, after)
        _rename_parts(after, before, after)
    for table, before, after in COLUMNS:
        op.alter_column(table, before, new_column_name=after)
        _rename_parts(table, before, after)
    op.execute(SCOPES.format(before="figures:read", after="metrics:read"))


def downgrade() -> None:
    """Rename back."""
    op.execute(SCOPES.format(before="metrics:read", after="figures:read"))
    for table, before, after in reversed(COLUMNS):
        op.alter_column(table, after, new_column_name=before)
        _rename_parts(table, after, before)
    for before, after in reversed(TABLES):
        op.rename_table(after, before)
        _rename_parts(before, after, before)


def _rename_parts(table: str, before: str, after: str) -> None:
    op.execute(NAMES.format(table=table, before=before, after=after))
