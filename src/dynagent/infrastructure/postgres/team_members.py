"""The agents that teams are made up of. Short reads, no session is held."""

import orjson

from dynagent.core.teams import TeamAgent, TeamMembers, first_words
from dynagent.infrastructure.postgres.errors import in_our_words
from dynagent.infrastructure.postgres.pool import Pool

ACTIVE = """
SELECT id::text AS id, version, slug, name, configuration ->> 'role' AS role, configuration ->> 'goal' AS goal,
  configuration ->> 'description' AS description, (configuration -> 'dependencies')::text AS dependencies
FROM agents WHERE user_id = $1 AND status = 'active' ORDER BY id
"""


class PostgresTeamMembers(TeamMembers):
    """The active agents of any owner, as they are now."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def active(self, user_id: str) -> list[TeamAgent]:
        """Return the active agents of an owner, oldest first."""
        with in_our_words():
            rows = await self._pool.fetch(ACTIVE, user_id)
        return [
            TeamAgent(
                id=row["id"],
                version=row["version"],
                slug=row["slug"],
                name=row["name"],
                summary=first_words({name: row[name] or "" for name in ("role", "goal", "description")}),
                dependencies=tuple(orjson.loads(row["dependencies"] or "[]")),
            )
            for row in rows
        ]
