"""What a run reads before it starts: the agent's version and earlier turns. Short reads, no session is held."""

from collections.abc import Collection, Mapping
from typing import Any

import orjson

from dynagent.core.agents import (
    AgentConfiguration,
    AgentConfigurations,
    AgentVersion,
    AgentVersionNotFound,
)
from dynagent.core.executions import ChatHistory
from dynagent.core.shared.ids import is_id
from dynagent.core.shared.lately_used import LatelyUsed
from dynagent.infrastructure.postgres.errors import in_our_words
from dynagent.infrastructure.postgres.pool import Pool, Row

VERSION = "SELECT configuration::text AS configuration FROM agent_versions WHERE agent_id = $1 AND version = $2"
LATEST = """
SELECT a.id::text AS agent_id, v.version, v.configuration::text AS configuration, v.created_at, v.created_by
FROM agents a JOIN agent_versions v ON v.agent_id = a.id AND v.version = a.version
WHERE a.id = ANY($1::uuid[]) AND a.user_id = $2
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
        self._cached = LatelyUsed[tuple[str, int], AgentConfiguration](CACHED_VERSIONS)

    async def get(self, agent_id: str, version: int) -> AgentConfiguration:
        """Return the configuration of one version. Raises AgentVersionNotFound."""
        key = (agent_id, version)
        cached = self._cached.get(key)
        if cached is not None:
            return cached
        with in_our_words():
            row = await self._pool.fetchrow(VERSION, agent_id, version)
        if row is None:
            raise AgentVersionNotFound(f"agent {agent_id} has no version {version}; it may have been deleted")
        return self._cached.put(key, AgentConfiguration.model_validate_json(row["configuration"]))

    async def latest_of(self, agent_ids: Collection[str], user_id: str) -> Mapping[str, AgentVersion]:
        """Return the current versions of those of these agents that this owner has."""
        wanted = {id.lower(): id for id in agent_ids if is_id(id)}
        if not wanted:
            return {}
        with in_our_words():
            rows = await self._pool.fetch(LATEST, list(wanted), user_id)
        return {wanted[row["agent_id"]]: _version(row) for row in rows}


def _version(row: Row) -> AgentVersion:
    return AgentVersion(
        agent_id=row["agent_id"],
        version=row["version"],
        configuration=AgentConfiguration.model_validate_json(row["configuration"]),
        created_at=row["created_at"],
        created_by=str(row["created_by"]),
    )


class PostgresChats:
    """Earlier turns of a chat: the last twenty completed executions of its owner."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def turns(self, user_id: str, history: ChatHistory) -> list[tuple[str, str]]:
        """Return (question, answer), oldest first."""
        with in_our_words():
            rows = await self._pool.fetch(TURNS, *_asked(user_id, history))
        return [(row["query"], row["result"] or "") for row in reversed(rows)]

    async def file_ids(self, user_id: str, history: ChatHistory) -> list[str]:
        """Return the ids of the files of those turns, the newest first."""
        with in_our_words():
            rows = await self._pool.fetch(FILES, *_asked(user_id, history))
        return list(dict.fromkeys(id for row in rows for id in orjson.loads(row["ids"])))


def _asked(user_id: str, history: ChatHistory) -> tuple[Any, ...]:
    return user_id, history.chat_id, history.before, TURNS_REMEMBERED, history.agent_id
