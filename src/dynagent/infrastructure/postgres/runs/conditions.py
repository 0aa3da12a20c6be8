"""What may be asked of executions, as conditions on their rows: each is held by an index."""

from collections.abc import Mapping

from dynagent.core.executions import KindWanted, StartedBy

_AGENTS, _WORKFLOWS = (f"(kind = '{kind}' AND parent_run_id IS NULL)" for kind in ("agent", "workflow"))
LISTED: Mapping[KindWanted, str] = {"agent": _AGENTS, "workflow": _WORKFLOWS, "all": f"({_AGENTS} OR {_WORKFLOWS})"}
"""What a list is of: written out, as each of the two has its own indexes."""
KINDS: Mapping[KindWanted, tuple[str, ...]] = {
    "agent": ("agent",),
    "workflow": ("workflow",),
    "all": ("agent", "workflow"),
}
STARTED: Mapping[KindWanted, str] = {"agent": "kind = 'agent'", "workflow": "kind = 'workflow'", "all": "true"}
"""The same for what another run has started."""
COST = "coalesce(cost_usd, 0)"
DURATION = "coalesce(completed_at - started_at, interval '0')"
_MS = "make_interval(secs => CAST(:{name} AS float8) / 1000)"
_ANNOTATED = "id IN (SELECT run_id FROM run_annotations WHERE user_id = :owner AND {condition})"

CONDITIONS: Mapping[str, str] = {
    "run": "id = :run",
    "hits": "id = ANY(CAST(:hits AS uuid[]))",
    "search": "words @@ dyn_searched(:search)",
    "parent_run_id": "parent_run_id = :parent_run_id",
    "agent_id": "subject_id = :agent_id",
    "workflow_id": "subject_id = :workflow_id",
    "chat_id": "chat_id = :chat_id",
    # The key of a scheduled run is `<schedule>:<due time>`; the index is on just this expression.
    "schedule_id": "split_part(schedule_key, ':', 1) = :schedule_id",
    "model": "coalesce(answered_model, input ->> 'model') = :model",
    "tool": "id IN (SELECT execution_id FROM run_events WHERE type = 'tool_start' AND payload ->> 'tool' = :tool)",
    "mark": "marks @> ARRAY[CAST(:mark AS text)] AND marks <> '{}'",
    "tag": _ANNOTATED.format(condition="tags @> ARRAY[CAST(:tag AS text)] AND tags <> '{}'"),
    "feedback": _ANNOTATED.format(condition="rating = :feedback"),
    "cost_from": f"{COST} >= :cost_from",
    "cost_to": f"{COST} < :cost_to",
    "duration_from": f"{DURATION} >= {_MS.format(name='duration_from')}",
    "duration_to": f"{DURATION} < {_MS.format(name='duration_to')}",
    "created_from": "created_at >= :created_from",
    "created_to": "created_at < :created_to",
}
"""Field of ExecutionFilter (or what was found out about it) → what it says about a run."""

_REPEATED = "origin IS NOT NULL AND origin ->> 'kind' = '{kind}'"
_PLAIN = "origin IS NULL AND schedule_key IS NULL AND chat_id IS {chat}"
STARTED_BY: Mapping[StartedBy, str] = {
    StartedBy.API: _PLAIN.format(chat="NULL"),
    StartedBy.CHAT: _PLAIN.format(chat="NOT NULL"),
    StartedBy.SCHEDULE: "origin IS NULL AND schedule_key IS NOT NULL",
    StartedBy.REPLAY: _REPEATED.format(kind="replay"),
    StartedBy.RETRY: _REPEATED.format(kind="retry"),
    StartedBy.FORK: _REPEATED.format(kind="fork"),
}
