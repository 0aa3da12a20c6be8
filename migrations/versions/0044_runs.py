"""Executions become runs: of a kind, on a subject, with an input; and runs may be started by runs.

`input` is json, not jsonb: what is given back is what was given, in its order. `query` stays a column for lists and
searches, made from the input. The trace's months are renamed with their table.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0044_runs"
down_revision = "0043_the_fields_words"
branch_labels = None
depends_on = None

_CHILD_KEY = "ix_runs_parent_run_id_child_key"

RENAME_INDEXES = """
DO $$ DECLARE found record; BEGIN
  FOR found IN SELECT c.relname AS name FROM pg_class c WHERE c.relkind IN ('i', 'I')
    AND c.relnamespace = current_schema()::regnamespace AND c.relname ~ '{old}' LOOP
    EXECUTE format('ALTER INDEX %I RENAME TO %I', found.name, regexp_replace(found.name, '{old}', '{new}'));
  END LOOP;
END $$
"""
RENAME_MONTHS = """
DO $$ DECLARE found record; BEGIN
  FOR found IN SELECT c.relname AS name FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
    WHERE i.inhparent = '{new}'::regclass AND c.relname ~ '^{old}_' LOOP
    EXECUTE format('ALTER TABLE %I RENAME TO %I', found.name, regexp_replace(found.name, '^{old}_', '{new}_'));
  END LOOP;
END $$
"""
REMAKE_FUNCTION = """
DO $$ BEGIN
  EXECUTE replace(pg_get_functiondef('dyn_make_event_partitions(int)'::regprocedure), '{old}', '{new}');
END $$
"""
FILL = """
UPDATE runs SET input = json_build_object(
  'query', query, 'model', model, 'context', context, 'output_schema', output_schema
)
"""
EMPTY = """
UPDATE runs SET query = input ->> 'query', model = input ->> 'model',
  context = coalesce((input -> 'context')::jsonb, '{}'), output_schema = nullif(input ->> 'output_schema', '')::json
"""
FORGET_OTHERS = """
WITH gone AS (DELETE FROM runs WHERE kind <> 'agent' OR parent_run_id IS NOT NULL RETURNING id)
DELETE FROM run_events USING gone WHERE execution_id = gone.id
"""


def upgrade() -> None:
    """Rename tables, columns and indexes; move what was asked into the input; add what child runs need."""
    _rename("executions", "runs", events=("execution_events", "run_events"))
    for part in ("id", "version", "name"):
        op.alter_column("runs", f"agent_{part}", new_column_name=f"subject_{part}")
    op.add_column("runs", sa.Column("kind", sa.Text, nullable=False, server_default=sa.text("'agent'")))
    op.add_column("runs", sa.Column("input", postgresql.JSON, nullable=False, server_default=sa.text("'{}'")))
    op.execute(FILL)
    op.alter_column("runs", "input", server_default=None)
    for column in ("query", "model", "context", "output_schema"):
        op.drop_column("runs", column)
    op.add_column("runs", sa.Column("query", sa.Text, sa.Computed("input ->> 'query'", persisted=True)))
    op.add_column("runs", sa.Column("parent_run_id", sa.Uuid))
    op.add_column("runs", sa.Column("root_run_id", sa.Uuid))
    op.add_column("runs", sa.Column("child_key", sa.Text))
    op.add_column("runs", sa.Column("open_children", sa.Integer, nullable=False, server_default=sa.text("0")))
    op.create_index(
        _CHILD_KEY,
        "runs",
        ["parent_run_id", "child_key"],
        unique=True,
        postgresql_where=sa.text("parent_run_id IS NOT NULL"),
    )
    live = sa.text("parent_run_id IS NOT NULL AND status IN ('pending', 'running', 'waiting')")
    op.create_index("ix_runs_live_children", "runs", ["parent_run_id"], postgresql_where=live)
    # Lists show executions that nobody's run started: the indexes they are read and counted from hold only these.
    op.drop_index("ix_runs_user_id_id", "runs")
    op.drop_index("ix_runs_user_id_agent_id_id", "runs")
    listed, newest = sa.text("kind = 'agent' AND parent_run_id IS NULL"), sa.text("id DESC")
    op.create_index("ix_runs_user_id_id", "runs", ["user_id", newest], postgresql_where=listed)
    op.create_index("ix_runs_user_id_subject_id_id", "runs", ["user_id", "subject_id", newest], postgresql_where=listed)


def downgrade() -> None:
    """Put everything back; runs of other kinds and child runs are removed, executions cannot hold them."""
    op.execute(FORGET_OTHERS)
    for index in ("ix_runs_user_id_subject_id_id", "ix_runs_user_id_id", "ix_runs_live_children", _CHILD_KEY):
        op.drop_index(index, "runs")
    for column in ("open_children", "child_key", "root_run_id", "parent_run_id", "query"):
        op.drop_column("runs", column)
    op.add_column("runs", sa.Column("query", sa.Text))
    op.add_column("runs", sa.Column("model", sa.Text))
    op.add_column("runs", sa.Column("context", postgresql.JSONB))
    op.add_column("runs", sa.Column("output_schema", postgresql.JSON))
    op.execute(EMPTY)
    op.alter_column("runs", "query", nullable=False)
    op.alter_column("runs", "context", nullable=False)
    op.drop_column("runs", "input")
    op.drop_column("runs", "kind")
    op.create_index("ix_runs_user_id_id", "runs", ["user_id", sa.text("id DESC")])
    op.create_index("ix_runs_user_id_agent_id_id", "runs", ["user_id", "subject_id", sa.text("id DESC")])
    for part in ("id", "version", "name"):
        op.alter_column("runs", f"subject_{part}", new_column_name=f"agent_{part}")
    _rename("runs", "executions", events=("run_events", "execution_events"))


def _rename(old: str, new: str, *, events: tuple[str, str]) -> None:
    old_events, new_events = events
    op.rename_table(old, new)
    op.execute(RENAME_INDEXES.format(old=f"(?<=^(ix|pk|uq)_){old}", new=new))
    op.rename_table(old_events, new_events)
    op.execute(RENAME_MONTHS.format(old=old_events, new=new_events))
    op.execute(RENAME_INDEXES.format(old=f"^(pk_|){old_events}", new=rf"\1{new_events}"))
    op.execute(REMAKE_FUNCTION.format(old=old_events, new=new_events))
