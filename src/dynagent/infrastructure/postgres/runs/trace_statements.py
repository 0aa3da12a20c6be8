"""The statements of the event writer: one that stores events, one that ends executions as well."""

import functools
import itertools
import re

from dynagent.infrastructure.postgres.runs.pausing import going

_OWNED = """
owned AS (
  SELECT e.id, e.user_id FROM runs e
  JOIN unnest($1::uuid[], $2::int[]) AS b(id, attempt) ON b.id = e.id AND b.attempt = e.attempt
  WHERE e.status = 'running' FOR SHARE OF e
), stored AS (
  INSERT INTO run_events (execution_id, seq, attempt, type, at, payload)
  SELECT v.id, v.seq, v.attempt, v.type, to_timestamp(v.at), v.payload::json
  FROM unnest($3::uuid[], $4::int[], $5::int[], $6::text[], $7::float8[], $8::text[])
    AS v(id, seq, attempt, type, at, payload)
  JOIN owned ON owned.id = v.id{on_conflict}
)"""
_AGAIN = " ON CONFLICT (execution_id, seq) DO NOTHING"

_CALLED = """,
called AS (
  INSERT INTO run_model_calls AS c
    (execution_id, call_key, attempt, tries, sent_at, head, messages, tools, parameters)
  SELECT v.id, v.call_key, v.attempt, v.tries, to_timestamp(v.at), v.head::json, v.messages, v.tools, v.parameters
  FROM unnest({calls}::uuid[], {calls+1}::text[], {calls+2}::int[], {calls+3}::int[], {calls+4}::float8[],
    {calls+5}::text[], {calls+6}::bytea[], {calls+7}::bytea[], {calls+8}::bytea[])
    AS v(id, call_key, attempt, tries, at, head, messages, tools, parameters)
  JOIN owned ON owned.id = v.id
  ON CONFLICT (execution_id, call_key) DO UPDATE SET attempt = excluded.attempt, tries = excluded.tries,
    head = excluded.head, messages = excluded.messages, tools = excluded.tools, parameters = excluded.parameters
), parts AS (
  INSERT INTO run_model_call_parts (execution_id, hash, content)
  SELECT v.id, v.hash, v.content FROM unnest({calls+9}::uuid[], {calls+10}::bytea[], {calls+11}::text[])
    AS v(id, hash, content)
  JOIN owned ON owned.id = v.id
  ON CONFLICT DO NOTHING
)"""
"""What model calls were sent; the time stays that of the first sending, so the calls keep their order."""

# Joined to `owned`, so that a row is locked before it is changed: a statement cannot lock what it has changed itself.
_ENDED = """
ended AS (
  UPDATE runs e SET
    status = CASE WHEN f.status = 'joining' AND (e.cancel_requested OR e.open_children <= f.open_allowed)
      THEN 'pending'
      WHEN f.status = 'joining' THEN 'waiting'
      WHEN f.status = 'waiting' AND e.cancel_requested THEN 'pending' ELSE f.status END,
    notified_at = CASE WHEN f.status IN ('waiting', 'joining') THEN '-infinity' ELSE e.notified_at END,
    wakes_at_open = f.open_allowed, result = f.result, error = f.error::jsonb, usage = f.usage::jsonb,
    marks = string_to_array(f.marks, ','), cost_usd = f.cost_usd,
    answered_model = coalesce(f.model, e.answered_model), answered_by = f.answered_by::jsonb,
    worker = NULL,
    paused_at = CASE WHEN f.status IN ('waiting', 'joining') AND NOT e.cancel_requested THEN e.paused_at END,
    completed_at = CASE WHEN f.status IN ('waiting', 'joining') THEN NULL ELSE now() END
  FROM unnest($9::uuid[], $10::int[], $11::text[], $12::text[], $13::text[], $14::text[], $15::numeric[], $16::text[],
    $17::text[], $18::int[], $19::text[])
    AS f(id, attempt, status, result, error, usage, cost_usd, model, marks, open_allowed,
      answered_by)
  JOIN owned ON owned.id = f.id
  WHERE e.id = f.id AND e.attempt = f.attempt AND e.status = 'running'
  RETURNING e.user_id, e.id, e.lane, e.status, e.paused_at
), freed AS (
  UPDATE user_slots s SET n = greatest(0, s.n - gone.n)
  FROM (SELECT user_id, count(*)::int AS n FROM ended GROUP BY user_id) AS gone WHERE s.user_id = gone.user_id
  RETURNING s.user_id, gone.n AS places, s.n + gone.n >= $20 AS was_full
)"""
_REPORTED = "SELECT id::text AS id, NULL AS lane, true AS owned, false AS paused FROM owned"
_AND_END = """
WITH {owned}, {ended} {told}
UNION ALL SELECT next.id::text, next.lane, false, false FROM freed CROSS JOIN LATERAL (
  SELECT e.id, e.lane FROM runs e
  WHERE e.user_id = freed.user_id AND e.status = 'pending' AND (e.not_before IS NULL OR e.not_before <= now())
    AND {going}
  ORDER BY e.priority DESC, e.id LIMIT freed.places
) AS next WHERE freed.was_full
UNION ALL SELECT id::text, lane, false, paused_at IS NOT NULL FROM ended
WHERE status = 'pending' OR status = 'waiting' AND paused_at IS NOT NULL
"""


def store(*, again: bool = False, ending: bool = False, calls: bool = False) -> str:
    """Return the statement that stores a batch's events, fenced: of attempts that still own their execution.

    Its rows are the executions owned (`id`, `owned` true). With `ending` it takes the ends of some of them as well, and
    its other rows are pending executions to notify of (`id`, `lane`): their users had no free place until now. Among
    these is a run that was to be cancelled just as it began to wait: it does not wait, whoever claims it next ends it.
    So is one that would wait for its children (`joining`) when enough of them have just ended. Those that were `paused`
    while they ran are among them too: nobody is to be notified of them, but their logs are to say it.
    With `calls` it takes what model calls were sent too; their columns come last.
    `again` is for a batch whose commit may have happened although its answer was lost: what stands there stays.
    """
    return _STATEMENTS[again, ending, calls]


STORED = """
SELECT v.execution_id::text AS id FROM run_events v
JOIN unnest($1::uuid[], $2::int[], $3::int[]) AS last(id, seq, attempt)
  ON v.execution_id = last.id AND v.seq = last.seq AND v.attempt = last.attempt
"""
"""Which executions' last events of a batch stand in the log, written by this attempt."""


def _statement(again: bool, ending: bool, calls: bool) -> str:
    owned = _OWNED.replace("{on_conflict}", _AGAIN if again else "")
    if calls:
        owned += _numbered(_CALLED, first=_AFTER_ENDS if ending else _AFTER_EVENTS)
    if ending:
        parts = {"{owned}": owned, "{ended}": _ENDED, "{told}": _REPORTED, "{going}": going("e")}
        return functools.reduce(lambda whole, part: whole.replace(*part), parts.items(), _AND_END)
    return f"WITH {owned} {_REPORTED}"


def _numbered(statement: str, *, first: int) -> str:
    """Number the parameters of a part that comes behind others: `{calls}`, `{calls+1}` …"""
    return re.sub(r"\{calls\+?(\d*)\}", lambda found: f"${first + int(found[1] or 0)}", statement)


_AFTER_EVENTS, _AFTER_ENDS = 9, 21
_CHOICES = itertools.product((False, True), repeat=3)
_STATEMENTS = {choice: _statement(*choice) for choice in _CHOICES}
