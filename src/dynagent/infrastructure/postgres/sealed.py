"""Everything stored that is sealed, sealed anew when the secret key changes.

Keys of providers, secrets of triggers and agents, and those in the context of runs and schedules.
"""

import json
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from dynagent.core.shared.sealing import SealsSecrets
from dynagent.core.shared.secret_names import SEALED, sealed_in, with_secrets
from dynagent.infrastructure.postgres.database import Database
from dynagent.infrastructure.postgres.kit.session import execute
from dynagent.infrastructure.postgres.language_models import language_models, provider_keys
from dynagent.infrastructure.postgres.runs import contexts
from dynagent.infrastructure.postgres.triggers import triggers

COLUMNS = (
    (provider_keys, provider_keys.c.key_encrypted),
    (language_models, language_models.c.api_key_encrypted),
    (triggers, triggers.c.secret_encrypted),
)
# Ciphertexts of agents are bound to their owner, those of earlier versions too.
AGENTS = sa.text("""
SELECT id, user_id, 0 AS version, configuration::text AS configuration FROM agents
WHERE configuration::text LIKE '%"$sealed"%' FOR UPDATE
""")
VERSIONS = sa.text("""
SELECT v.agent_id AS id, a.user_id, v.version, v.configuration::text AS configuration
FROM agent_versions v JOIN agents a ON a.id = v.agent_id
WHERE v.configuration::text LIKE '%"$sealed"%' FOR UPDATE OF v
""")
SCHEDULES = sa.text("""
SELECT id, user_id, 0 AS version, context::text AS configuration FROM schedules
WHERE context::text LIKE '%"$sealed"%' FOR UPDATE
""")
WRITE_SCHEDULE = sa.text("UPDATE schedules SET context = CAST(:configuration AS jsonb) WHERE id = :id")
WRITE_AGENT = sa.text("UPDATE agents SET configuration = CAST(:configuration AS jsonb) WHERE id = :id")
WRITE_VERSION = sa.text("""
UPDATE agent_versions SET configuration = CAST(:configuration AS jsonb) WHERE agent_id = :id AND version = :version
""")


async def seal_anew(database: Database, box: SealsSecrets) -> tuple[int, list[str]]:
    """Seal every stored secret with the current key, one transaction.

    Returns how many that were, and the ids of the agents that changed: copies of these are old.
    """
    async with database.sessions() as session:
        count = await _keys(session, box)
        agents, ids = await _configurations(session, box, AGENTS, WRITE_AGENT)
        versions, _ = await _configurations(session, box, VERSIONS, WRITE_VERSION)
        runs, _ = await _configurations(session, box, contexts.SEALED, contexts.WRITE)
        schedules, _ = await _configurations(session, box, SCHEDULES, WRITE_SCHEDULE)
        await session.commit()
    return count + agents + versions + runs + schedules, ids


async def _keys(session: AsyncSession, box: SealsSecrets) -> int:
    count = 0
    for table, column in COLUMNS:
        query = sa.select(table.c.id, column.label("sealed")).where(column.is_not(None)).with_for_update()
        for row in (await execute(session, query)).mappings().all():
            id, sealed = str(row["id"]), str(row["sealed"])
            if box.is_current(sealed):
                continue
            anew = box.seal(box.open(sealed, row=id), row=id)
            await execute(session, sa.update(table).where(table.c.id == id).values({column.name: anew}))
            count += 1
    return count


async def _configurations(
    session: AsyncSession, box: SealsSecrets, query: sa.TextClause, write: sa.TextClause
) -> tuple[int, list[str]]:
    count, ids = 0, list[str]()
    for row in (await session.execute(query)).mappings().all():
        configuration = json.loads(row["configuration"])
        renewed, changed = resealed(configuration, box, owner=str(row["user_id"]))
        if changed:
            values = {"id": row["id"], "configuration": json.dumps(renewed, ensure_ascii=False)}
            await session.execute(write, values | ({"version": row["version"]} if row["version"] else {}))
            ids.append(str(row["id"]))
        count += changed
    return count, ids


def resealed(configuration: Any, box: SealsSecrets, *, owner: str) -> tuple[Any, int]:
    """Return a stored configuration with its secrets under the current key, and how many were under another."""
    count = 0

    def renew(value: Any, _existing: Any, _place: Any) -> Any:
        nonlocal count
        sealed = sealed_in(value)
        if sealed is None or box.is_current(sealed):
            return value
        count += 1
        return {SEALED: box.seal(box.open(sealed, row=owner), row=owner)}

    return with_secrets(configuration, renew), count
