r"""How long everybody's lists are, so that what is deep in one is read from its nearer end.

Agents and registered tools are counted with each change. Runs are too many for that: those up to `up_to` are counted
by the housekeeping, and what is removed of those is taken off. Both ask for the same lock, so that none is missed.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0070_list_counts"
down_revision = "0069_team_and_task_indexes"
branch_labels = None
depends_on = None

_LOCK = 0x64796E61_636F756E  # "dyna" "coun"
COUNT = """
CREATE FUNCTION dyn_count_rows() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'INSERT' THEN
    INSERT INTO list_counts AS c (list, user_id, n)
    SELECT TG_TABLE_NAME, user_id, count(*) FROM changed GROUP BY user_id ORDER BY user_id
    ON CONFLICT (list, user_id) DO UPDATE SET n = c.n + excluded.n, updated_at = now();
  ELSIF TG_OP = 'DELETE' THEN
    UPDATE list_counts AS c SET n = c.n - gone.n, updated_at = now()
    FROM (SELECT user_id, count(*) AS n FROM changed GROUP BY user_id) AS gone
    WHERE c.list = TG_TABLE_NAME AND c.user_id = gone.user_id;
  ELSE
    DELETE FROM list_counts WHERE list = TG_TABLE_NAME;
  END IF;
  RETURN NULL;
END $$
"""
UNCOUNT = f"""
CREATE FUNCTION dyn_uncount_runs() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'TRUNCATE' THEN
    DELETE FROM list_counts WHERE list LIKE 'runs:%';
    RETURN NULL;
  END IF;
  PERFORM pg_advisory_xact_lock_shared({_LOCK});
  UPDATE list_counts AS c SET n = c.n - gone.n, updated_at = now()
  FROM (
    SELECT l.list, l.user_id, count(*) AS n
    FROM changed AS r JOIN list_counts AS l ON l.list = 'runs:' || r.kind AND l.user_id = r.user_id AND r.id <= l.up_to
    WHERE r.parent_run_id IS NULL GROUP BY l.list, l.user_id
  ) AS gone
  WHERE c.list = gone.list AND c.user_id = gone.user_id;
  RETURN NULL;
END $$
"""
COUNTED = ("agents", "custom_tools")


def upgrade() -> None:
    """Make the table and what keeps it right; count what is there of agents and tools."""
    op.create_table(
        "list_counts",
        sa.Column("list", sa.Text, nullable=False),
        sa.Column("user_id", postgresql.UUID, nullable=False),
        sa.Column("n", sa.BigInteger, nullable=False),
        sa.Column("up_to", postgresql.UUID),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False, server_default=sa.func.now()),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False, server_default=sa.func.now()),
        sa.PrimaryKeyConstraint("list", "user_id", name="pk_list_counts"),
    )
    op.execute(COUNT)
    op.execute(UNCOUNT)
    for table in COUNTED:
        _watch(table, "insert", "dyn_count_rows")
        _watch(table, "delete", "dyn_count_rows")
        _watch(table, "truncate", "dyn_count_rows")
        op.execute(
            f"INSERT INTO list_counts (list, user_id, n) SELECT '{table}', user_id, count(*) FROM {table} GROUP BY 2"
        )
    _watch("runs", "delete", "dyn_uncount_runs")
    _watch("runs", "truncate", "dyn_uncount_runs")


def downgrade() -> None:
    """Remove them."""
    for table in (*COUNTED, "runs"):
        for change in ("insert", "delete", "truncate"):
            op.execute(f"DROP TRIGGER IF EXISTS tr_{table}_{change} ON {table}")
    op.execute("DROP FUNCTION dyn_uncount_runs()")
    op.execute("DROP FUNCTION dyn_count_rows()")
    op.drop_table("list_counts")


def _watch(table: str, change: str, function: str) -> None:
    rows = {"insert": "REFERENCING NEW TABLE AS changed", "delete": "REFERENCING OLD TABLE AS changed"}
    op.execute(
        f"CREATE TRIGGER tr_{table}_{change} AFTER {change.upper()} ON {table} {rows.get(change, '')} "
        f"FOR EACH STATEMENT EXECUTE FUNCTION {function}()"
    )
