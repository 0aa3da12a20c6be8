"""What one user's models are, for whoever asks them."""

from typing import Any

import sqlalchemy as sa

from dynagent.core.language_models import UsersModels
from dynagent.infrastructure.postgres.database import Database
from dynagent.infrastructure.postgres.errors import in_our_words
from dynagent.infrastructure.postgres.identity_tables import roles, user_roles
from dynagent.infrastructure.postgres.kit.prepared import OWNER, prepared
from dynagent.infrastructure.postgres.kit.session import text_of
from dynagent.infrastructure.postgres.language_models import GLOBAL, KEYS, OWN, RECORDS, language_models, provider_keys
from dynagent.infrastructure.postgres.model_health import read_addresses, read_health
from dynagent.infrastructure.postgres.pool import Pool

FOR_TOOLS = text_of(
    sa.select(provider_keys.c.label, provider_keys.c.id, provider_keys.c.key_encrypted).where(
        provider_keys.c.user_id == sa.bindparam("owner"),
        provider_keys.c.purpose == sa.literal_column("'tools'"),
        provider_keys.c.label == sa.any_(sa.bindparam("labels", type_=sa.ARRAY(sa.Text))),
    )
)


class StoredModels:
    """Reads models in a session of its own, outside of any message."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def of_user(self, user_id: str) -> UsersModels:
        """Return what a user may ask."""
        values = {OWNER.key: user_id}
        async with self._database.sessions() as session:
            records = [RECORDS.read(row) for row in await prepared(_usable_models).fetch(session, values)]
            keys = [KEYS.read(row) for row in await prepared(_usable_keys).fetch(session, values)]
            traced = await prepared(_tracing_key).first(session, values)
            is_admin = await prepared(_admin_role).first(session, values) is not None
            # Who has no models of their own asks nobody at an address that had to be allowed.
            health = await read_health(session, sa.true(), values) if records else {}
            addresses = await read_addresses(session) if records else []
        tracing = None if traced is None else KEYS.read(traced)
        return UsersModels(records, keys, is_admin, tracing, health, addresses)


def _usable_models() -> sa.Select[Any]:
    return sa.select(*RECORDS.selected).where(sa.or_(OWN, GLOBAL), language_models.c.enabled)


def _usable_keys() -> sa.Select[Any]:
    lent = sa.select(language_models.c.key_id).where(GLOBAL, language_models.c.key_id.is_not(None))
    usable = sa.or_(provider_keys.c.user_id == OWNER, provider_keys.c.id.in_(lent))
    return sa.select(*KEYS.selected).where(usable, provider_keys.c.purpose == "models").order_by(provider_keys.c.id)


def _tracing_key() -> sa.Select[Any]:
    of_traces = sa.select(*KEYS.selected).where(provider_keys.c.user_id == OWNER, provider_keys.c.purpose == "tracing")
    return of_traces.where(provider_keys.c.provider == "openai").order_by(provider_keys.c.id.desc()).limit(1)


def _admin_role() -> sa.Select[Any]:
    admin = sa.select(roles.c.role_id).join(user_roles).where(user_roles.c.user_id == OWNER)
    return admin.where(roles.c.role_name == "admin")


class KeysForTools:
    """Reads the keys that a user keeps for tools; asked only by settings that refer to one."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def __call__(self, user_id: str, names: frozenset[str]) -> dict[str, tuple[str, str]]:
        """Return label → (id, ciphertext) of those that exist."""
        with in_our_words():
            found = await self._pool.fetch(FOR_TOOLS, user_id, sorted(names))
        return {row["label"]: (str(row["id"]), row["key_encrypted"]) for row in found}
