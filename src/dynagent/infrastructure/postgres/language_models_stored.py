"""What one user's models are, for whoever asks them; and all stored secrets sealed anew when the secret key changes."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from dynagent.core.language_models import ModelRecord, ProviderKey, SealsKeys
from dynagent.infrastructure.postgres.built_statements import execute
from dynagent.infrastructure.postgres.database import Database
from dynagent.infrastructure.postgres.identity_tables import api_keys, llm_models, roles, user_roles
from dynagent.infrastructure.postgres.language_models import read_key, read_record


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
        mine = sa.or_(llm_models.c.user_id == user_id, llm_models.c.user_id.is_(None))
        asked = sa.select(llm_models).where(mine, llm_models.c.enabled)
        lent = sa.select(llm_models.c.key_id).where(llm_models.c.user_id.is_(None), llm_models.c.key_id.is_not(None))
        usable = sa.or_(api_keys.c.user_id == user_id, api_keys.c.id.in_(lent))
        for_models = sa.select(api_keys).where(usable, api_keys.c.purpose == "models")
        of_traces = sa.select(api_keys).where(api_keys.c.user_id == user_id, api_keys.c.purpose == "tracing")
        newest = of_traces.where(api_keys.c.provider == "openai").order_by(api_keys.c.id.desc()).limit(1)
        admin = sa.select(roles.c.role_id).join(user_roles).where(user_roles.c.user_id == user_id)
        async with self._database.sessions() as session:
            records = [read_record(row) for row in (await execute(session, asked)).mappings()]
            keys = [read_key(row) for row in (await execute(session, for_models.order_by(api_keys.c.id))).mappings()]
            traced = (await execute(session, newest)).mappings().one_or_none()
            is_admin = (await execute(session, admin.where(roles.c.role_name == "admin"))).first() is not None
        return UsersModels(records, keys, is_admin, None if traced is None else read_key(traced))


async def seal_anew(database: Database, box: SealsKeys, *, is_current: Callable[[str], bool]) -> int:
    """Seal every stored secret with the current key, one transaction; return how many that were."""
    count = 0
    async with database.sessions() as session:
        for table, column in ((api_keys, api_keys.c.key_encrypted), (llm_models, llm_models.c.api_key_encrypted)):
            query = sa.select(table.c.id, column.label("sealed")).where(column.is_not(None)).with_for_update()
            for row in (await execute(session, query)).mappings().all():
                id, sealed = str(row["id"]), str(row["sealed"])
                if is_current(sealed):
                    continue
                anew = box.seal(box.open(sealed, row=id), row=id)
                await execute(session, sa.update(table).where(table.c.id == id).values({column.name: anew}))
                count += 1
        await session.commit()
    return count
