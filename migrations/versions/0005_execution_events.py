"""The trace: append-only, one partition per month.

Ids are UUIDv7, whose first 48 bits are milliseconds: a month is a range of ids. The default partition takes what has no
month yet. `dyn_uuid_floor(moment)` is the smallest id of a moment; `dyn_make_event_partitions(n)` makes the partitions
of this month and of the n following ones and returns how many were new.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0005_execution_events"
down_revision = "0004_executions"
branch_labels = None
depends_on = None

UUID_FLOOR = """
CREATE FUNCTION dyn_uuid_floor(moment timestamptz) RETURNS uuid LANGUAGE sql STABLE STRICT AS $$
  SELECT (lpad(to_hex((extract(epoch FROM moment) * 1000)::bigint), 12, '0') || repeat('0', 20))::uuid
$$
"""

MAKE_PARTITIONS = """
CREATE FUNCTION dyn_make_event_partitions(months_ahead int) RETURNS int LANGUAGE plpgsql AS $$
DECLARE
  begin_of timestamptz;
  low uuid;
  high uuid;
  partition text;
  made int := 0;
BEGIN
  PERFORM pg_advisory_xact_lock(hashtext('dyn_make_event_partitions'));
  FOR n IN 0..months_ahead LOOP
    begin_of := (date_trunc('month', now() AT TIME ZONE 'UTC') + make_interval(months => n)) AT TIME ZONE 'UTC';
    low := dyn_uuid_floor(begin_of);
    high := dyn_uuid_floor((begin_of AT TIME ZONE 'UTC' + interval '1 month') AT TIME ZONE 'UTC');
    partition := 'execution_events_' || to_char(begin_of AT TIME ZONE 'UTC', 'YYYY_MM');
    IF to_regclass(partition) IS NOT NULL
      OR EXISTS (SELECT FROM execution_events_default WHERE execution_id >= low AND execution_id < high) THEN
      CONTINUE;
    END IF;
    EXECUTE format(
      'CREATE TABLE %I PARTITION OF execution_events FOR VALUES FROM (%L) TO (%L)', partition, low, high
    );
    made := made + 1;
  END LOOP;
  RETURN made;
END
$$
"""


def upgrade() -> None:
    """Make the table, its default partition, both functions, and the partitions of this and the next two months."""
    op.create_table(
        "execution_events",
        sa.Column("execution_id", sa.Uuid, nullable=False),
        sa.Column("seq", sa.Integer, nullable=False),
        sa.Column("attempt", sa.Integer, nullable=False),
        sa.Column("type", sa.Text, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        # json, not jsonb: it keeps the text exactly, so replayed bytes equal live bytes.
        sa.Column("payload", postgresql.JSON, nullable=False),
        sa.PrimaryKeyConstraint("execution_id", "seq", name="pk_execution_events"),
        postgresql_partition_by="RANGE (execution_id)",
    )
    op.execute("CREATE TABLE execution_events_default PARTITION OF execution_events DEFAULT")
    op.execute(UUID_FLOOR)
    op.execute(MAKE_PARTITIONS)
    op.execute("SELECT dyn_make_event_partitions(2)")


def downgrade() -> None:
    """Drop the table with all partitions, and the functions."""
    op.execute("DROP FUNCTION dyn_make_event_partitions(int)")
    op.drop_table("execution_events")
    op.execute("DROP FUNCTION dyn_uuid_floor(timestamptz)")
