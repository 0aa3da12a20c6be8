"""What a run reads before it starts: the agent's version and earlier turns. Short reads, no session is held."""

from collections import OrderedDict
from typing import Any

import orjson

from dynagent.core.agents import (
    AgentConfiguration,
    AgentConfigurations,
    AgentNotFound,
    AgentVersion,
    AgentVersionNotFound,
)
from dynagent.core.executions import Execution
from dynagent.infrastructure.postgres.errors import in_our_words
from dynagent.infrastructure.postgres.pool import Pool

VERSION = "SELECT configuration::text AS configuration FROM agent_versions WHERE agent_id = $1 AND version = $2"
LATEST = """
SELECT v.version, v.configuration::text AS configuration, v.created_at, v.created_by
FROM agents a JOIN agent_versions v ON v.agent_id = a.id AND v.version = a.version
WHERE a.id = $1 AND a.user_id = $2
"""
TURNS = """
SELECT query, result FROM runs
WHERE user_id = $1 AND chat_id = $2 AND status = 'completed' AND id < $3 AND kind = 'agent' AND subject_id = $5
ORDER BY id DESC LIMIT $4
"""
FILES = """
SELECT input -> 'file_ids' AS ids FROM runs
WHERE user_id = $1 AND chat_id = $2 AND status = 'completed' AND id < $3 AND kind = 'agent' AND subject_id = $5
  AND input -> 'file_ids' IS NOT NULL
ORDER BY id DESC LIMIT $4
"""
CACHED_VERSIONS = 2000
TURNS_REMEMBERED = 20


class PostgresAgentConfigurations(AgentConfigurations):
    """Versions never change, so those used lately are kept in this process."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool
        self._cached: OrderedDict[tuple[str, int], AgentConfiguration] = OrderedDict()

    async def get(self, agent_id: str, version: int) -> AgentConfiguration:
        """Return the configuration of one version. Raises AgentVersionNotFound."""
        key = (agent_id, version)
        cached = self._cached.get(key)
        if cached is not None:
            self._cached.move_to_end(key)
            return cached
        with in_our_words():
            row = await self._pool.fetchrow(VERSION, agent_id, version)
        if row is None:
            raise AgentVersionNotFound(f"agent {agent_id} has no version {version}; it may have been deleted")
        configuration = AgentConfiguration.model_validate_json(row["configuration"])
        self._cached[key] = configuration
        if len(self._cached) > CACHED_VERSIONS:
            self._cached.popitem(last=False)
        return configuration

    async def latest(self, agent_id: str, user_id: str) -> AgentVersion:
        """Return the current version of an agent of this owner. Raises AgentNotFound."""
        with in_our_words():
            row = await self._pool.fetchrow(LATEST, agent_id, user_id)
        if row is None:
            raise AgentNotFound(f"there is no agent {agent_id!r}")
        return AgentVersion(
            agent_id=agent_id,
            version=row["version"],
            configuration=AgentConfiguration.model_validate_json(row["configuration"]),
            created_at=row["created_at"],
            created_by=str(row["created_by"]),
        )


class PostgresChats:
    """Earlier turns of a chat: the last twenty completed executions of its owner."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def turns(self, execution: Execution) -> list[tuple[str, str]]:
        """Return (question, answer), oldest first."""
        with in_our_words():
            rows = await self._pool.fetch(TURNS, *_asked(execution))
        return [(row["query"], row["result"] or "") for row in reversed(rows)]

    async def file_ids(self, execution: Execution) -> list[str]:
        """Return the ids of the files of those turns, the newest first."""
        with in_our_words():
            rows = await self._pool.fetch(FILES, *_asked(execution))
        return list(dict.fromkeys(id for row in rows for id in orjson.loads(row["ids"])))


def _asked(execution: Execution) -> tuple[Any, ...]:
    return execution.user_id, execution.chat_id, execution.id, TURNS_REMEMBERED, execution.agent_id
