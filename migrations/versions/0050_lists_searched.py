r"""Agents and registered tools are found by any part of a word, and listed without reading all of them.

`dyn_infixes` has every word from each of its characters on, cut at 16: what begins with `culat` is in `calculator`.
It only narrows down what the search then compares itself, so the searched text may contain anything.
"""

from alembic import op

revision = "0050_lists_searched"
down_revision = "0049_run_annotations"
branch_labels = None
depends_on = None

SPLIT = r"[\u0001-\u002f\u003a-\u0040\u005b-\u0060\u007b-\u00a0\u2000-\u206f\u3000-\u303f]+"
INFIXES = rf"""
CREATE FUNCTION dyn_infixes(words text) RETURNS tsvector LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT array_to_tsvector(coalesce(array_agg(substr(word, place, 16)), '{{}}'))
  FROM regexp_split_to_table(lower(left(words, 6000)), '{SPLIT}') AS word, generate_series(1, length(word)) AS place
$$
"""
CONTAINED = rf"""
CREATE FUNCTION dyn_contained(words text) RETURNS tsquery LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT string_agg(quote_literal(left(word, 16)) || ':*', ' & ')::tsquery
  FROM regexp_split_to_table(lower(words), '{SPLIT}') AS word WHERE word <> ''
$$
"""
AGENT = "name || ' ' || slug || ' ' || coalesce(configuration ->> 'description', '')"
TOOL = "name || ' ' || dyn_joined(tags) || ' ' || description"
JOINED = """
CREATE FUNCTION dyn_joined(words text[]) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT array_to_string(words, ' ')
$$
"""
INDEXES = (
    f"CREATE INDEX ix_agents_infixes ON agents USING gin (dyn_infixes({AGENT}))",
    "CREATE INDEX ix_agents_user_id_status_id ON agents (user_id, status, id)",
    'CREATE INDEX ix_custom_tools_user_id_name_id ON custom_tools (user_id, name COLLATE "C", id)',
    f"CREATE INDEX ix_custom_tools_infixes ON custom_tools USING gin (dyn_infixes({TOOL}))",
)


def upgrade() -> None:
    """Add functions and indexes."""
    for statement in (INFIXES, CONTAINED, JOINED, *INDEXES):
        op.execute(statement)


def downgrade() -> None:
    """Remove them."""
    for name in ("custom_tools_user_id_name_id", "custom_tools_infixes", "agents_user_id_status_id", "agents_infixes"):
        op.execute(f"DROP INDEX ix_{name}")
    for function in ("dyn_joined(text[])", "dyn_contained(text)", "dyn_infixes(text)"):
        op.execute(f"DROP FUNCTION {function}")
