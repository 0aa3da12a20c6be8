r"""Runs are found by their words, and listed by status, cost, duration, origin and the tools they called.

`words` is made from question and answer. The parser takes `a/b.c` for one word and a Chinese sentence too: what joins
words becomes blank, and each character of the scripts that write none between words a word of its own. What is read
is bounded, a tsvector holds one megabyte. `dyn_searched` makes the query: words that follow each other within a piece
of the text, the last of each piece may go on.
"""

from alembic import op

revision = "0048_runs_searched"
down_revision = "0047_marks_of_runs"
branch_labels = None
depends_on = None

SCRIPTS = (
    r"\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff"
)
PLAIN = rf"""
CREATE FUNCTION dyn_plain_words(words text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT AS $$
  SELECT CASE WHEN octet_length(plain) = length(plain) THEN plain
    ELSE regexp_replace(plain, '([{SCRIPTS}])', ' \1 ', 'g') END
  FROM (SELECT regexp_replace(lower(words), '[-+./:=@\\_]+', ' ', 'g') AS plain) AS it
$$
"""
WORDS = """
CREATE FUNCTION dyn_words(question text, answer text) RETURNS tsvector LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT to_tsvector('pg_catalog.simple', dyn_plain_words(
    left(coalesce(question, ''), 50000) || ' ' || left(coalesce(answer, ''), 100000)))
$$
"""
SEARCHED = r"""
CREATE FUNCTION dyn_searched(words text) RETURNS tsquery LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT AS $$
  SELECT string_agg(piece || ':*', ' & ')::tsquery FROM (
    SELECT phraseto_tsquery('pg_catalog.simple', dyn_plain_words(part))::text AS piece
    FROM regexp_split_to_table(words, '\s+') AS part
  ) AS pieces WHERE piece <> ''
$$
"""
COLUMN = "ALTER TABLE runs ADD COLUMN words tsvector GENERATED ALWAYS AS (dyn_words(input ->> 'query', result)) STORED"
LISTED = "kind = 'agent' AND parent_run_id IS NULL"
DURATION = "coalesce(completed_at - started_at, interval '0')"
INDEXES = (
    # What is not merged yet is read by every search: less of it than the four megabytes that are usual.
    "CREATE INDEX ix_runs_words ON runs USING gin (words) WITH (gin_pending_list_limit = 1024) "
    f"WHERE {LISTED} AND status NOT IN ('pending', 'running', 'waiting')",
    f"CREATE INDEX ix_runs_user_id_status_id ON runs (user_id, status, id) WHERE {LISTED}",
    f"CREATE INDEX ix_runs_cost ON runs (user_id, coalesce(cost_usd, 0), id) WHERE {LISTED}",
    f"CREATE INDEX ix_runs_duration ON runs (user_id, ({DURATION}), id) WHERE {LISTED}",
    "CREATE INDEX ix_runs_derived ON runs (user_id, id DESC) "
    f"WHERE {LISTED} AND (origin IS NOT NULL OR schedule_key IS NOT NULL)",
    "CREATE INDEX ix_run_events_tool ON run_events ((payload ->> 'tool'), execution_id) WHERE type = 'tool_start'",
)


def upgrade() -> None:
    """Add the functions, the column and the indexes; this reads every run once."""
    for statement in (PLAIN, WORDS, SEARCHED, COLUMN, *INDEXES):
        op.execute(statement)


def downgrade() -> None:
    """Remove them."""
    op.execute("DROP INDEX ix_run_events_tool")
    for name in ("derived", "duration", "cost", "user_id_status_id", "words"):
        op.execute(f"DROP INDEX ix_runs_{name}")
    op.execute("ALTER TABLE runs DROP COLUMN words")
    op.execute("DROP FUNCTION dyn_searched(text)")
    op.execute("DROP FUNCTION dyn_words(text, text)")
    op.execute("DROP FUNCTION dyn_plain_words(text)")
