"""What one user's models are, for whoever asks them."""

from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from dynagent.core.language_models import ModelRecord, ProviderKey
from dynagent.infrastructure.postgres.built_statements import execute
from dynagent.infrastructure.postgres.database import Database
from dynagent.infrastructure.postgres.errors import in_our_words
from dynagent.infrastructure.postgres.identity_tables import language_models, provider_keys, roles, user_roles
from dynagent.infrastructure.postgres.language_models import read_key, read_record
from dynagent.infrastructure.postgres.pool import Pool

FOR_TOOLS = """
SELECT label, id, key_encrypted FROM provider_keys WHERE user_id = $1 AND purpose = 'tools' AND label = ANY($2::text[])
"""


@dataclass(frozen=True, slots=True)
class UsersModels:
    """A user's own and the global models, the user's keys, and whether the user is an administrator."""

    records: Sequence[ModelRecord]
    keys: Sequence[ProviderKey]
    is_admin: bool
    tracing_key: ProviderKey | None = None


class StoredModels:
    """Reads models in a session of its own, outside of any message."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def of_user(self, user_id: str) -> UsersModels:
        """Return what a user may ask."""
        mine = sa.or_(language_models.c.user_id == user_id, language_models.c.user_id.is_(None))
        asked = sa.select(language_models).where(mine, language_models.c.enabled)
        lent = sa.select(language_models.c.key_id).where(
            language_models.c.user_id.is_(None), language_models.c.key_id.is_not(None)
        )
        usable = sa.or_(provider_keys.c.user_id == user_id, provider_keys.c.id.in_(lent))
        for_models = sa.select(provider_keys).where(usable, provider_keys.c.purpose == "models")
        of_traces = sa.select(provider_keys).where(
            provider_keys.c.user_id == user_id, provider_keys.c.purpose == "tracing"
        )
        newest = of_traces.where(provider_keys.c.provider == "openai").order_by(provider_keys.c.id.desc()).limit(1)
        admin = sa.select(roles.c.role_id).join(user_roles).where(user_roles.c.user_id == user_id)
        async with self._database.sessions() as session:
            records = [read_record(row) for row in (await execute(session, asked)).mappings()]
            keys = [
                read_key(row) for row in (await execute(session, for_models.order_by(provider_keys.c.id))).mappings()
            ]
            traced = (await execute(session, newest)).mappings().one_or_none()
            is_admin = (await execute(session, admin.where(roles.c.role_name == "admin"))).first() is not None
        return UsersModels(records, keys, is_admin, None if traced is None else read_key(traced))


class KeysForTools:
    """Reads the keys that a user keeps for tools; asked only by settings that refer to one."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def __call__(self, user_id: str, names: frozenset[str]) -> dict[str, tuple[str, str]]:
        """Return label → (id, ciphertext) of those that exist."""
        with in_our_words():
            rows = await self._pool.fetch(FOR_TOOLS, user_id, sorted(names))
        return {row["label"]: (str(row["id"]), row["key_encrypted"]) for row in rows}
