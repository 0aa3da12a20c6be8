"""Who uses an agent, a tool or a model: looked up in what the configurations name, when one is to be removed."""

from typing import Any

from sqlalchemy import TextClause
from sqlalchemy.ext.asyncio import AsyncSession

from dynagent.core.shared.uses import MOST, Use, Uses
from dynagent.infrastructure.postgres.statements import run, sql

_SHOWN = """
SELECT kind, CASE WHEN user_id = :owner THEN id END AS id, CASE WHEN user_id = :owner THEN name ELSE '' END AS name,
  field
FROM ({found}) AS found ORDER BY kind, found.id LIMIT :most
"""
OF_AGENT = sql(
    _SHOWN,
    found="""
  SELECT 'agent' AS kind, a.id, a.name, uses.field, a.user_id
  FROM agents a CROSS JOIN LATERAL (VALUES
    ('fallback_agent_id', a.configuration ->> 'fallback_agent_id' = CAST(:id AS text)),
    ('dependencies', jsonb_exists_any(a.configuration -> 'dependencies', CAST(:names AS text[]))),
    ('tools', jsonb_exists_any(a.configuration -> 'tools', ARRAY[CAST(:id AS text), CAST(:slug AS text)])),
    ('tools_config', EXISTS (SELECT FROM jsonb_array_elements(a.configuration -> 'tools_config') AS item
      WHERE item ->> 'type' = 'agent' AND item #>> '{config,agent}' IN (CAST(:id AS text), CAST(:slug AS text)))),
    ('handoffs', EXISTS (SELECT FROM handoffs h
      WHERE h.agent_id = a.id AND h.target_agent_id = CAST(CAST(:id AS text) AS uuid)))
  ) AS uses(field, used)
  WHERE a.user_id = :owner AND a.id <> CAST(CAST(:id AS text) AS uuid) AND uses.used
  UNION ALL
  SELECT 'schedule', s.id, s.name, 'agent_id', s.user_id FROM schedules s
  WHERE s.user_id = :owner AND s.agent_id = CAST(CAST(:id AS text) AS uuid)
  UNION ALL
  SELECT 'trigger', t.id, t.name, 'agent_id', t.user_id FROM triggers t
  WHERE t.user_id = :owner AND t.agent_id = CAST(CAST(:id AS text) AS uuid)
  UNION ALL
  SELECT 'workflow', w.id, w.name, uses.field, w.user_id FROM workflows w CROSS JOIN LATERAL (VALUES
    ('nodes', EXISTS (SELECT FROM workflow_agents p
      WHERE p.workflow_id = w.id AND p.agent_id = CAST(CAST(:id AS text) AS uuid))),
    ('on_error', jsonb_path_exists(w.definition, '$.**.fallback_agent_id ? (@ == $id)',
      jsonb_build_object('id', CAST(:id AS text))))
  ) AS uses(field, used)
  WHERE w.user_id = :owner AND uses.used
""",
)
OF_TOOL = sql(
    _SHOWN,
    found="""
  SELECT 'agent' AS kind, a.id, a.name, uses.field, a.user_id
  FROM agents a
  CROSS JOIN LATERAL (SELECT a.configuration -> 'tools' AS plain, a.configuration -> 'tools_config' AS attached) AS its
  CROSS JOIN LATERAL (VALUES
    ('tools', jsonb_exists(its.plain, CAST(:name AS text))
      AND NOT its.attached @> jsonb_build_array(jsonb_build_object('name', CAST(:name AS text)))),
    ('tools_config', its.attached @> jsonb_build_array(jsonb_build_object('type', CAST(:name AS text))))
  ) AS uses(field, used)
  WHERE a.user_id = :owner AND uses.used
  UNION ALL
  SELECT 'workflow', w.id, w.name, 'nodes', w.user_id FROM workflows w
  WHERE w.user_id = :owner AND jsonb_path_exists(w.definition, '$.nodes[*].config.tool ? (@ == $name)',
    jsonb_build_object('name', CAST(:name AS text)))
""",
)
OF_MODEL = sql(
    _SHOWN,
    found="""
  SELECT 'agent' AS kind, a.id, a.name, uses.field, a.user_id
  FROM agents a CROSS JOIN LATERAL (VALUES
    ('model', a.configuration ->> 'model' = ANY (CAST(:names AS text[]))),
    ('fallback_models', jsonb_exists_any(a.configuration -> 'fallback_models', CAST(:names AS text[])))
  ) AS uses(field, used)
  WHERE (a.user_id = :owner OR CAST(:shared AS boolean)) AND uses.used
  UNION ALL
  SELECT 'schedule', s.id, s.name, 'model', s.user_id FROM schedules s
  WHERE (s.user_id = :owner OR CAST(:shared AS boolean)) AND s.model = ANY (CAST(:names AS text[]))
  UNION ALL
  SELECT 'model', m.id, m.name, 'fallbacks', coalesce(m.user_id, :owner) FROM language_models m
  WHERE (m.user_id = :owner OR CAST(:shared AS boolean)) AND m.fallbacks && CAST(:names AS text[])
    AND m.id <> CAST(CAST(:id AS text) AS uuid)
  UNION ALL
  SELECT 'workflow', w.id, w.name, uses.field, w.user_id FROM workflows w CROSS JOIN LATERAL (VALUES
    ('manager_llm', w.definition ->> 'manager_llm' = ANY (CAST(:names AS text[]))),
    ('model', EXISTS (
      SELECT FROM jsonb_path_query(w.definition, '$.nodes[*].config.model') AS of_node(model)
      WHERE of_node.model #>> '{}' = ANY (CAST(:names AS text[]))
    ) OR EXISTS (
      SELECT FROM jsonb_path_query(w.definition, '$.tasks[*].config_json.model') AS of_task(model)
      WHERE of_task.model #>> '{}' = ANY (CAST(:names AS text[]))
    ))
  ) AS uses(field, used)
  WHERE (w.user_id = :owner OR CAST(:shared AS boolean)) AND uses.used
""",
)


class PostgresUses(Uses):
    """Looks in one session, for one owner."""

    def __init__(self, session: AsyncSession, user_id: str) -> None:
        self._session = session
        self._owner = user_id

    async def of_agent(self, id: str, slug: str, name: str, *, most: int = MOST) -> list[Use]:
        """Return the agents that name an agent or hand over to it, workflows with it, its schedules and triggers."""
        return await self._found(OF_AGENT, id=id, slug=slug, names=[slug, name], most=most)

    async def of_tool(self, name: str, *, most: int = MOST) -> list[Use]:
        """Return the agents that have a tool, plain or with settings, and the workflows that call it."""
        return await self._found(OF_TOOL, name=name, most=most)

    async def of_model(self, id: str, name: str, *, shared: bool, most: int = MOST) -> list[Use]:
        """Return the agents, workflows, schedules and models that name a model; everybody's where it is `shared`."""
        return await self._found(OF_MODEL, id=id, names=[id, name], shared=shared, most=most)

    async def _found(self, statement: TextClause, **values: Any) -> list[Use]:
        rows = await run(self._session, statement, owner=self._owner, **values)
        return [
            Use(kind=row["kind"], id=row["id"] and str(row["id"]), name=row["name"], field=row["field"]) for row in rows
        ]
