"""What a run of an agent reads besides its version: context, guardrails and other agents, in one statement."""

from collections.abc import Sequence
from typing import Any

import orjson

from dynagent.core.executions import Neighbour, Surroundings, SurroundingsReader
from dynagent.core.shared.guards import GuardRule
from dynagent.infrastructure.postgres.errors import in_our_words
from dynagent.infrastructure.postgres.pool import Pool

READ = """
SELECT
  (SELECT content::text FROM agent_context WHERE agent_id = $1 AND user_id = $2) AS context,
  (SELECT json_agg(json_build_object('id', g.id, 'name', g.name, 'kind', g.kind, 'stage', g.stage, 'action', g.action,
      'config', g.config, 'hold_back', g.hold_back) ORDER BY g.id)::text
    FROM guardrails g WHERE g.agent_id = $1 AND g.user_id = $2 AND g.enabled) AS guards,
  (SELECT json_agg(json_build_object('agent_id', a.id, 'slug', a.slug, 'name', a.name, 'status', a.status,
      'handoff_id', h.id, 'description', h.description, 'condition', h.condition, 'mapping', h.input_mapping)
      ORDER BY h.id)::text
    FROM handoffs h JOIN agents a ON a.id = h.target_agent_id AND a.user_id = $2
    WHERE h.agent_id = $1 AND h.user_id = $2) AS handoffs,
  (SELECT array_agg(k.kb_id::text ORDER BY k.kb_id) FROM agent_knowledge_bases k WHERE k.agent_id = $1) AS bases,
  CASE WHEN cardinality($3::text[]) = 0 THEN NULL ELSE (
    SELECT json_agg(json_build_object('agent_id', a.id, 'slug', a.slug, 'name', a.name, 'status', a.status,
      'description', coalesce(nullif(a.configuration ->> 'description', ''), nullif(a.configuration ->> 'goal', ''),
        a.configuration ->> 'role', ''))
      ORDER BY a.id)::text
    FROM agents a WHERE a.user_id = $2 AND (a.slug = ANY ($3) OR a.id::text = ANY ($3))) END AS agents
"""


class PostgresSurroundings(SurroundingsReader):
    """Reads it as a run begins: one short read, no session is held."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def of_agent(self, agent_id: str, user_id: str, references: Sequence[str] = ()) -> Surroundings:
        """Return what there is now; `references` are ids and slugs of agents that are tools of this one."""
        with in_our_words():
            row = await self._pool.fetchrow(READ, agent_id, user_id, list(references))
        if row is None:
            return Surroundings()
        return Surroundings(
            context=None if row["context"] is None else orjson.loads(row["context"]),
            guards=tuple(GuardRule.model_validate(item) for item in _list(row["guards"])),
            handoffs=tuple(Neighbour(**item) for item in _list(row["handoffs"])),
            agents=tuple(Neighbour(**item) for item in _list(row["agents"])),
            knowledge_base_ids=tuple(row["bases"] or ()),
        )


def _list(value: str | None) -> list[dict[str, Any]]:
    return [] if value is None else orjson.loads(value)
